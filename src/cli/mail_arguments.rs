//! The arguments of `vidimus mail`.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use crate::account::language::Language;
use crate::account::mail::MailKind;

/// `mail …`
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Send a mail now and say what the mail server answered
    Test {
        /// To this address
        address: String,
        /// In this language
        #[arg(long, default_value = "en", value_parser = languages())]
        language: String,
    },
    /// Print a mail as people get it, with example values
    Preview(PreviewArgs),
    /// List the mails of the last thirty days, the newest first
    List {
        /// Only those that are given up, or whose last attempt failed
        #[arg(long)]
        failed: bool,
        /// Only those that wait
        #[arg(long, conflicts_with = "failed")]
        waiting: bool,
    },
    /// Try mails again that were given up and have not expired
    #[command(after_help = "Examples:
  vidimus mail list --failed
  vidimus mail retry 3Zq0cQ0wJ8aFZk1k0jv2Xg
  vidimus mail retry --all")]
    Retry {
        /// Its name, as the list shows it
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All of the realm
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

/// `mail preview`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus mail preview reset-password --language de
  vidimus mail preview new-device --html > mail.html")]
pub struct PreviewArgs {
    /// Which mail
    #[arg(value_parser = kinds())]
    pub kind: MailKind,
    /// In this language
    #[arg(long, default_value = "en", value_parser = languages())]
    pub language: String,
    /// The HTML part, and nothing else
    #[arg(long)]
    pub html: bool,
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = MailKind> {
    let names = MailKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names)
        .try_map(|name| MailKind::parse(&name).ok_or("there is no mail of that kind"))
}

fn languages() -> PossibleValuesParser {
    PossibleValuesParser::new(Language::ALL.map(Language::tag))
}
