//! The arguments of `vidimus event`.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum};

use crate::account::event::EventKind;

/// `event …`
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Show the latest events, and with --follow those that come; with --json one object a line
    Tail(TailArgs),
    /// Write events for another program, the oldest first
    Export(ExportArgs),
}

/// Which events are wanted.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// About this user: name, address or identifier
    #[arg(long)]
    pub user: Option<String>,
    /// About this client
    #[arg(long, value_name = "CLIENT_ID")]
    pub client: Option<String>,
    /// Of this kind
    #[arg(long = "type", value_parser = kinds(), hide_possible_values = true)]
    pub kind: Option<EventKind>,
}

/// `event tail`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus event tail --follow
  vidimus event tail --user ada --type sign_in.refused
  vidimus event tail --client vid_3Zq0cQ0wJ8aFZk1k0jv2Xg --lines 100 --json")]
pub struct TailArgs {
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// How many of the latest
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub lines: u32,
    /// Go on until interrupted
    #[arg(long)]
    pub follow: bool,
}

/// `event export`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus event export --since 24h > events.jsonl
  vidimus event export --since 2026-11-01 --until 2026-12-01 --format json > november.json
  vidimus event export --since 2026-11-26T08:00:00Z --user ada")]
pub struct ExportArgs {
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Nothing older: a span before now (24h), a day (2026-11-01, in UTC) or a moment (RFC 3339)
    #[arg(long, value_name = "MOMENT")]
    pub since: Option<String>,
    /// Only what is older, in the same forms
    #[arg(long, value_name = "MOMENT")]
    pub until: Option<String>,
    /// One object a line, or one array (which --json asks for too)
    #[arg(long, value_enum)]
    pub format: Option<ExportFormat>,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A JSON object on each line
    Lines,
    /// A JSON array
    Json,
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = EventKind> {
    let names = EventKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(names)
        .try_map(|name| EventKind::parse(&name).ok_or("there is no event of that kind"))
}
