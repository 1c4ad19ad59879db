//! Settings: where they come from, what they may be, and how a wrong one is explained.
//!
//! Owns: the one table of settings ([`SETTINGS`]), the file, the environment, the flags and their
//! precedence (flag > environment > file > default). The only module that reads the environment.
//! Refuses to know: what the settings are for.
//!
//! Two types: [`raw::Raw`] holds texts with their origin; [`Config`] is resolved and cannot be
//! invalid. Nothing outside this module sees the first.

mod environment;
mod file;
mod issuer;
mod kind;
mod mail;
mod parse;
mod problem;
pub mod raw;
mod resolved;
mod row;
mod setting;
mod strangers;
mod suggest;

use std::path::PathBuf;

pub use environment::process_environment;
pub use issuer::IssuerUrl;
pub use kind::Kind;
pub use mail::{Mail, MailUrl, SmtpTls, SmtpUrl};
pub(crate) use parse::span;
pub use problem::{Complaint, Place, Problem, Rejection};
pub use raw::Origin;
pub use resolved::{
    BreachedPasswords, Config, Database, DatabaseKind, Keys, Limits, Log, LogFormat, Login,
    Outgoing, Passwords, Sessions, Signing, Tls, Tokens,
};
pub use row::Setting;
pub use setting::SETTINGS;
pub use strangers::{Links, Registration};

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "vidimus.toml";

/// A setting given on the command line.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting's key, `log.level`.
    pub key: &'static str,
    /// The flag as it was typed, `--log-level`.
    pub flag: &'static str,
    /// Its value.
    pub value: String,
}

/// Everything that settings are read from, handed in so that tests need no global state.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file named by `--config`; without one, `VIDIMUS_CONFIG`, then [`DEFAULT_FILE`].
    pub file: Option<PathBuf>,
    /// Variables as [`process_environment`] reads them.
    pub environment: Vec<(String, String)>,
    /// Settings given as flags.
    pub flags: Vec<Flag>,
}

/// One effective setting, for `config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// Its key.
    pub key: &'static str,
    /// Its value in TOML; a secret is masked, and one that is not set is `None`.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Origin,
}

/// What loading gives.
#[derive(Debug)]
pub struct Loaded {
    /// The resolved configuration.
    pub config: Config,
    /// Every setting with its origin, in the order of the table.
    pub effective: Vec<Effective>,
    /// Lines worth telling the operator that are no errors.
    pub hints: Vec<String>,
}

/// Reads all sources and resolves them; all problems are reported at once.
pub fn load(sources: &Sources) -> Result<Loaded, Rejection> {
    let raw = raw::Raw::collect(sources);
    raw.resolve()
}

/// The reference table of `docs/configuration.md`, generated from [`SETTINGS`].
pub fn reference_table() -> String {
    let mut page =
        String::from("| Key | Environment | Default | Meaning |\n| --- | --- | --- | --- |\n");
    for setting in SETTINGS {
        let default = match setting.default {
            "" if setting.kind == Kind::List => "`[]`".to_owned(),
            "" => "none".to_owned(),
            text => format!("`{}`", setting.kind.to_toml(text)),
        };
        let variable = setting.variable();
        let file = if setting.secret {
            format!(", `{variable}_FILE`")
        } else {
            String::new()
        };
        let row = format!(
            "| `{}` | `{variable}`{file} | {default} | {} |\n",
            setting.key, setting.doc
        );
        page.push_str(&row);
    }
    page
}

#[cfg(test)]
mod tests;
