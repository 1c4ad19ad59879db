//! Mails to people: which there are, and what one says. The words are the pages' business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    /// The address of the account is being changed; sent to the old one. Values: `lock_link`.
    AddressChanging = "address-changing",
    /// The password was changed. Values: `lock_link`.
    PasswordChanged = "password-changed",
    /// A second factor or passkey was added or removed. Values: `what`, `lock_link`.
    FactorChanged = "factor-changed",
    /// A recovery code was used. Values: `left`, `lock_link`.
    RecoveryCodeUsed = "recovery-code-used",
    /// Somebody signed in on a device that was not seen before. Values: `device`, `lock_link`.
    NewDevice = "new-device",
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

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({})", self.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
