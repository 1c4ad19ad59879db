//! Mails to people: which there are, and what one says. The words are the pages' business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::back_off::pause_after;
use crate::protocol::plain_text::is_plain;
use crate::protocol::time::{Lifetime, Timestamp};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Which mail it is. The texts name messages, previews and rows of the outbox.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum MailKind {
            $($(#[$doc])* $name,)*
        }

        impl MailKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind's name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Reads [`MailKind::as_str`] back.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// Follow a link to confirm the address of a new account. Values: `link`.
    ConfirmAddress = "confirm-address",
    /// Somebody tried to register with an address that has an account. Values: `link` to sign in.
    AlreadyRegistered = "already-registered",
    /// Follow a link to choose a new password. Values: `link`.
    ResetPassword = "reset-password",
    /// Somebody asked for a new password for an address that has no account. Values: none.
    NoAccount = "no-account",
    /// Somebody invites you to make an account. Values: `link`.
    Invitation = "invitation",
    /// Follow a link to confirm a new address of an account. Values: `link`.
    ConfirmNewAddress = "confirm-new-address",
    /// Follow a link to agree, from the confirmed address that the account has, to another one.
    /// Values: `link`, `new_email`, `lock_link`.
    AgreeToNewAddress = "agree-to-new-address",
    /// The address of the account is being changed; sent to the old one, where nobody has
    /// confirmed it. Values: `lock_link`.
    AddressChanging = "address-changing",
    /// An admin has given the account another address, or none; sent to the old one. Values:
    /// `lock_link`.
    AddressReplaced = "address-replaced",
    /// The password was changed. Values: `lock_link`.
    PasswordChanged = "password-changed",
    /// A second factor or passkey was added or removed. Values: `what`, `lock_link`.
    FactorChanged = "factor-changed",
    /// A recovery code was used. Values: `left`, `lock_link`.
    RecoveryCodeUsed = "recovery-code-used",
    /// New recovery codes were made, and the old ones are worth nothing. Values: `lock_link`.
    RecoveryCodesMade = "recovery-codes-made",
    /// An admin has taken every second factor away. Values: `lock_link`.
    FactorsReset = "factors-reset",
    /// Somebody signed in on a device that was not seen before. Values: `device`, `lock_link`.
    NewDevice = "new-device",
    /// What an application was given was used twice, as if it had been copied; the sign-in was
    /// ended. Values: `what`, the application, and `lock_link`.
    AccessStolen = "access-stolen",
    /// The password was typed after many wrong ones; the code goes on with it. Values: `code`,
    /// `lock_link`.
    SignInCode = "sign-in-code",
    /// The account was deleted, and how to undo it. Values: `link`, `until`.
    AccountDeleted = "account-deleted",
    /// The operator tries whether mail arrives. Values: none.
    Test = "test",
}

/// One mail, before it has words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Which one.
    pub kind: MailKind,
    /// The address.
    pub to: String,
    /// How the person is greeted, when a name is known.
    pub name: Option<String>,
    /// BCP 47 tag of the language that the person reads.
    pub language: String,
    /// What its words name, by name; links among them open accounts.
    pub values: BTreeMap<String, String>,
}

impl MailKind {
    /// Whether it tells an account's owner of what was done to the account, so that they can stop
    /// it when it was not them. Values: `lock_link` beside others.
    pub const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::AgreeToNewAddress
                | Self::AddressChanging
                | Self::AddressReplaced
                | Self::PasswordChanged
                | Self::FactorChanged
                | Self::RecoveryCodeUsed
                | Self::RecoveryCodesMade
                | Self::FactorsReset
                | Self::NewDevice
                | Self::AccessStolen
                | Self::SignInCode
        )
    }
}

/// How long a notice of a change is worth sending.
pub const NOTICE_LIFETIME: Lifetime = Lifetime::seconds(7 * 86_400);

/// Names longer than this greet nobody.
const LONGEST_NAME: usize = 60;

impl Mail {
    /// An example of a kind, with everything that its words name.
    pub fn sample(kind: MailKind, language: &str) -> Self {
        let values = [
            ("link", "https://id.example.com/link?token=example"),
            ("lock_link", "https://id.example.com/lock?token=example"),
            ("new_email", "new@example.com"),
            ("what", "Phone"),
            ("left", "3"),
            ("device", "Firefox, Linux"),
            ("code", "12345678"),
            ("until", "2030-01-31"),
        ];
        Self {
            kind,
            to: "ada@example.com".to_owned(),
            name: Some("Ada".to_owned()),
            language: language.to_owned(),
            values: values
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// The name that the person is greeted with. Whoever registers an address names its owner, so
    /// that a name which is long, or in which a mail reader would see a link, is not one: we would
    /// carry a stranger's message under our own name.
    pub fn greeted(&self) -> Option<&str> {
        let name = self.name.as_deref()?.trim();
        let mut previous = ' ';
        let plain = name.chars().all(|letter| {
            let joins = previous == '.' && letter.is_alphanumeric();
            previous = letter;
            !joins && !"/\\:@<>".contains(letter)
        });
        let short = (1..=LONGEST_NAME).contains(&name.chars().count());
        (plain && short && is_plain(name)).then_some(name)
    }
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({})", self.kind.as_str())
    }
}

/// How long to wait after each attempt to send a mail; the last goes on. Somebody is waiting for it.
const PAUSES: [Lifetime; 4] = [
    Lifetime::seconds(5),
    Lifetime::seconds(30),
    Lifetime::seconds(2 * 60),
    Lifetime::seconds(5 * 60),
];

/// When a mail is tried again after attempt number `attempts` has failed; never when it would be
/// of no use by then.
pub fn next_attempt(attempts: u32, now: Timestamp, expires_at: Timestamp) -> Option<Timestamp> {
    let next = now.plus(pause_after(attempts, &PAUSES));
    (next < expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_carry_a_message_greet_nobody() {
        let greeted = |name: &str| {
            let mail = Mail {
                name: Some(name.to_owned()),
                ..Mail::sample(MailKind::Test, "en")
            };
            mail.greeted().map(str::to_owned)
        };
        for name in [
            "Ada",
            "Dr. Ada Lovelace",
            "J. R. R. Tolkien",
            "\u{c5}sa \u{d6}",
            "\u{5c71}\u{7530}",
        ] {
            assert_eq!(greeted(name).as_deref(), Some(name));
        }
        for name in [
            "evil.test",
            "win at www.evil.test now",
            "https://evil.test",
            "ada@evil.test",
            "Ada\nBcc: x",
            "<b>Ada",
            &"x".repeat(61),
            " ",
            "",
        ] {
            assert_eq!(greeted(name), None, "{name:?}");
        }
        let nobody = Mail {
            name: None,
            ..Mail::sample(MailKind::Test, "en")
        };
        assert_eq!(nobody.greeted(), None);
    }

    #[test]
    fn a_mail_is_tried_less_often_and_until_it_is_of_no_use() {
        let start = Timestamp::from_unix_seconds(1_000);
        let expires_at = start.plus(Lifetime::seconds(1_800));
        let (mut now, mut pauses) = (start, Vec::new());
        for attempt in 1.. {
            let Some(next) = next_attempt(attempt, now, expires_at) else {
                break;
            };
            pauses.push(next.since(now).whole_seconds());
            now = next;
        }
        assert_eq!(pauses, [5, 30, 120, 300, 300, 300, 300, 300]);
        assert!(now < expires_at);
    }

    #[test]
    fn every_kind_is_read_back_from_a_name_of_its_own() {
        for kind in MailKind::ALL {
            assert_eq!(MailKind::parse(kind.as_str()), Some(*kind));
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.as_str(), "rows and names agree");
        }
    }

    #[test]
    fn a_mail_prints_no_link() {
        let mail = Mail {
            kind: MailKind::ResetPassword,
            to: "ada@example.com".to_owned(),
            name: None,
            language: "en".to_owned(),
            values: BTreeMap::from([("link".to_owned(), "https://id/secret".to_owned())]),
        };
        assert_eq!(format!("{mail:?}"), "Mail(reset-password)");
    }
}
