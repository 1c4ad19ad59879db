//! What a row of the table of settings holds, and how one is found.

use super::kind::Kind;
use super::parse::Parsed;
use super::problem::Complaint;
use super::resolved::Config;
use super::setting::SETTINGS;

type Setter = fn(&mut Config, &str) -> Parsed<()>;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the file, `log.format`.
    pub key: &'static str,
    /// How it is written in the file.
    pub kind: Kind,
    /// The text that stands when nothing is given; empty when nothing stands.
    pub default: &'static str,
    /// One or two sentences for the reference page.
    pub doc: &'static str,
    /// Whether its value is never shown, and may come from a file named by `…_FILE`.
    pub secret: bool,
    pub(super) set: Setter,
}

impl Setting {
    /// Its environment variable, `VIDIMUS_LOG__FORMAT`.
    pub fn variable(&self) -> String {
        format!(
            "{}{}",
            super::environment::PREFIX,
            self.key.to_uppercase().replace('.', "__")
        )
    }

    /// Parses a text into its place in the configuration.
    pub(super) fn apply(&self, config: &mut Config, text: &str) -> Result<(), Complaint> {
        (self.set)(config, text)
    }
}

/// A setting that may be shown.
pub(super) const fn row(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    set: Setter,
    doc: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        default,
        doc,
        secret: false,
        set,
    }
}

/// A span of time.
pub(super) const fn period(
    key: &'static str,
    default: &'static str,
    set: Setter,
    doc: &'static str,
) -> Setting {
    row(key, Kind::Span, default, set, doc)
}

/// A setting that may not.
pub(super) const fn secret(key: &'static str, set: Setter, doc: &'static str) -> Setting {
    Setting {
        key,
        kind: Kind::Text,
        default: "",
        doc,
        secret: true,
        set,
    }
}

/// The setting of a key.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Whether a key is a section, `log`.
pub(super) fn is_section(name: &str) -> bool {
    SETTINGS.iter().any(|setting| {
        setting
            .key
            .split_once('.')
            .is_some_and(|(section, _)| section == name)
    })
}
