//! Users: what is known of a person, and how a login name is read.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::account::event::EventKind;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::plain_text::is_plain;
use crate::protocol::time::{Lifetime, Timestamp};

/// A login name or address in its one canonical spelling, so that no other spelling of it can
/// register twice or dodge a counter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// Lower-cases the text in the normal form NFKC, and takes off what surrounds it: blanks, and
    /// the dots of a host that is written up to the root. `None` when it is empty, longer than
    /// [`LoginName::LIMIT`] bytes, or would not be shown as it is written.
    pub fn parse(text: &str) -> Option<Self> {
        // Whatever is much too long is not worth the work of a normal form.
        if text.len() > 4 * Self::LIMIT {
            return None;
        }
        let folded = text.nfkc().collect::<String>().to_lowercase();
        let folded: String = folded.nfkc().collect();
        let mut name = folded.trim();
        if name.contains('@') {
            name = name.trim_end_matches('.').trim_end();
        }
        let valid = !name.is_empty() && name.len() <= Self::LIMIT && is_plain(name);
        valid.then(|| Self(name.to_owned()))
    }

    /// The longest name, in bytes.
    const LIMIT: usize = 254;

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mail address in its canonical spelling; `None` when it cannot be one.
pub fn mail_address(text: &str) -> Option<String> {
    let LoginName(name) = LoginName::parse(text)?;
    let whole = name
        .rsplit_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
    (whole && !name.contains(char::is_whitespace)).then_some(name)
}

/// The profile claims of OIDC Core §5.1 that a user may have; absent ones are left out of answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// `female`, `male` or another word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Phone number, E.164 where possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether that number was confirmed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub phone_number_verified: bool,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A postal address (OIDC Core §5.1.1); one without any part is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The whole address as it is written on a letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and house number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A person who can sign in to a realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The realm of the account.
    pub realm: RealmId,
    /// Our name of the account; public subjects are this text.
    pub id: UserId,
    /// The login name, canonical and unique in the realm.
    pub username: String,
    /// The address, canonical and unique in the realm.
    pub email: Option<String>,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// The password's hash: a PHC string of argon2id, or what another system made of it
    /// ([`crate::account::password::foreign`]).
    pub password_hash: Option<String>,
    /// Profile claims.
    pub profile: Profile,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When anything above last changed.
    pub updated_at: Timestamp,
    /// When an admin switched the account off.
    pub disabled_at: Option<Timestamp>,
    /// Whether another password must be chosen at the next sign-in.
    pub must_change_password: bool,
    /// When the account was locked; an admin or its owner can open it again.
    pub locked_at: Option<Timestamp>,
    /// When the account was deleted; it can be restored for [`UNDO_PERIOD`].
    pub deleted_at: Option<Timestamp>,
}

/// How long a deleted account can be restored; then it is gone with all that hangs on it.
pub const UNDO_PERIOD: Lifetime = Lifetime::seconds(7 * 86_400);

impl User {
    /// Whether the person may sign in and be spoken for at all.
    pub fn stands(&self) -> bool {
        self.disabled_at.is_none() && self.locked_at.is_none() && self.deleted_at.is_none()
    }
}

/// The moves between the states of an account. Each state has a way in and a way out, and they do
/// not touch each other: an account that was disabled and locked needs both ways out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountSwitch {
    /// An admin switches it off.
    Disable,
    /// An admin switches it on again.
    Enable,
    /// It is locked, since it may be in the wrong hands.
    Lock,
    /// It is unlocked.
    Unlock,
    /// It is deleted; the undo period begins.
    Delete,
    /// A deletion is undone in time.
    Restore,
}

impl AccountSwitch {
    /// Whether it takes away what the account could do.
    pub const fn denies(self) -> bool {
        matches!(self, Self::Disable | Self::Lock | Self::Delete)
    }

    /// What is told of it.
    pub const fn event(self) -> EventKind {
        match self {
            Self::Disable => EventKind::UserDisabled,
            Self::Enable => EventKind::UserEnabled,
            Self::Lock => EventKind::UserLocked,
            Self::Unlock => EventKind::UserUnlocked,
            Self::Delete => EventKind::UserDeleted,
            Self::Restore => EventKind::UserRestored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_name_is_read_as_one() {
        let cases: [(&str, &[&str]); 4] = [
            (
                "ada@example.com",
                &[
                    " Ada@Example.COM ",
                    "ada@example.com.",
                    "ada@example.com..",
                    "\u{ff41}da@example.com",
                    "ada\u{ff20}example.com",
                    "ada@example.com\u{a0}",
                    "ada@example\u{ff0e}com",
                ],
            ),
            (
                "\u{e5}sa",
                &["\u{c5}sa", "a\u{30a}sa", "A\u{30a}SA", "\u{212b}sa"],
            ),
            ("j.r.", &["J.R.", " j.r. "]),
            // A letter that is one only when it is small.
            ("\u{1f0}ane", &["J\u{30c}ane"]),
        ];
        for (name, spellings) in cases {
            for spelling in spellings.iter().chain([&name]) {
                let read = LoginName::parse(spelling).unwrap();
                assert_eq!(read.as_str(), name, "{spelling:?}");
                assert_eq!(LoginName::parse(read.as_str()), Some(read.clone()));
            }
        }
        let long = "x".repeat(254);
        assert!(LoginName::parse(&long).is_some());
        for text in ["", " ", "a\u{0}", &format!("{long}x"), &"x".repeat(5_000)] {
            assert_eq!(LoginName::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn reads_addresses_in_their_canonical_spelling() {
        let address = mail_address(" Ada@Example.com ");
        assert_eq!(address.as_deref(), Some("ada@example.com"));
        for text in ["ada", "@example.com", "ada@", "a da@example.com"] {
            assert_eq!(mail_address(text), None, "{text}");
        }
    }
}
