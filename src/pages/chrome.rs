//! What surrounds every page.

use serde::Serialize;

/// Which way the page's language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

/// What surrounds every page: its language, and whose server this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chrome {
    /// BCP 47 tag of the page's language.
    pub lang: String,
    /// The direction of that language.
    pub dir: Direction,
    /// The realm as people know it, beside the seal.
    pub realm_name: String,
    /// The server's own host, in the footer, so that a person can compare it with the address bar.
    pub host: String,
}

impl Chrome {
    /// The surroundings of an English page.
    pub fn english(realm_name: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            lang: "en".to_owned(),
            dir: Direction::Ltr,
            realm_name: realm_name.into(),
            host: host.into(),
        }
    }
}
