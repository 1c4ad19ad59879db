//! One-time links: what one is for, how long it stands, and whether one that was followed is good.
//!
//! A link carries 256 random bits; the record holds their digest. Following it shows a page, and
//! only the button on that page spends it: programs that read mail follow links too.

use serde::{Deserialize, Serialize};

use crate::account::mail::NOTICE_LIFETIME;
use crate::account::user::UNDO_PERIOD;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;

const MINUTE: u32 = 60;
const DAY: u32 = 24 * 60 * MINUTE;

/// What a link is for. The texts are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Confirms the address of a new account, and makes the account.
    ConfirmAddress,
    /// Sets a new password.
    ResetPassword,
    /// Makes an account for somebody whom an admin has invited.
    Invitation,
    /// Locks an account that may be in the wrong hands.
    LockAccount,
    /// Gives an account another address.
    ConfirmNewAddress,
    /// Agrees, from the address that an account has, to the other one that it is to have.
    AgreeToNewAddress,
    /// Brings a deleted account back.
    UndoDeletion,
}

impl LinkPurpose {
    /// Every purpose.
    pub const ALL: [Self; 7] = [
        Self::ConfirmAddress,
        Self::ResetPassword,
        Self::Invitation,
        Self::LockAccount,
        Self::ConfirmNewAddress,
        Self::AgreeToNewAddress,
        Self::UndoDeletion,
    ];

    /// The text of the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm_address",
            Self::ResetPassword => "reset_password",
            Self::Invitation => "invitation",
            Self::LockAccount => "lock_account",
            Self::ConfirmNewAddress => "confirm_new_address",
            Self::AgreeToNewAddress => "agree_to_new_address",
            Self::UndoDeletion => "undo_deletion",
        }
    }

    /// Reads [`LinkPurpose::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }

    /// How long a link stands once it is mailed, unless its maker says otherwise. Half an hour where
    /// it opens an account; a week where somebody must find the mail first.
    pub const fn lifetime(self) -> Lifetime {
        match self {
            Self::ConfirmAddress
            | Self::ResetPassword
            | Self::ConfirmNewAddress
            | Self::AgreeToNewAddress => Lifetime::seconds(30 * MINUTE),
            Self::Invitation | Self::LockAccount => Lifetime::seconds(7 * DAY),
            Self::UndoDeletion => UNDO_PERIOD,
        }
    }

    /// How long its mail may wait for a mail server: a day, or while the link stands if that is
    /// longer. One that agrees comes with a notice, as long as other notices: its owner is to know
    /// what was asked for, even after the record has forgotten the link.
    pub fn mail_lifetime(self) -> Lifetime {
        match self {
            Self::AgreeToNewAddress => NOTICE_LIFETIME,
            Self::ConfirmAddress
            | Self::ResetPassword
            | Self::Invitation
            | Self::LockAccount
            | Self::ConfirmNewAddress
            | Self::UndoDeletion => self.lifetime().max(Lifetime::seconds(DAY)),
        }
    }

    /// The page that it leads to, below the issuer.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "/confirm-address",
            Self::ResetPassword => "/reset-password",
            Self::Invitation => "/invitation",
            Self::LockAccount => "/lock-account",
            Self::ConfirmNewAddress => "/confirm-new-address",
            Self::AgreeToNewAddress => "/agree-to-new-address",
            Self::UndoDeletion => "/undo-deletion",
        }
    }

    /// Whether a newer link for the same account or address makes this one void. Links that lock
    /// stand side by side: whoever changes a password must not make void the mail that told of the
    /// change before.
    pub const fn gives_way(self) -> bool {
        !matches!(self, Self::LockAccount)
    }

    /// Whether it is void once the account has another address than the one that it was sent to.
    /// One that locks is not: it is sent to the old address when the address is changed.
    pub const fn is_bound_to_account_address(self) -> bool {
        matches!(
            self,
            Self::ResetPassword | Self::AgreeToNewAddress | Self::UndoDeletion
        )
    }

    /// Whether it ends for good when an operator moves the account: what is bound to the address
    /// before, and what its owner had begun to replace that one by.
    pub const fn ends_with_a_move(self) -> bool {
        self.is_bound_to_account_address() || matches!(self, Self::ConfirmNewAddress)
    }
}

/// What a link keeps for the step that spends it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkContent {
    /// The name that a new account will have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hash of the password that a new account will have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// The authorization request that the person comes from, as it stood in the page's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Where the terms are that were accepted with the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The digest of the cookie of the browser that asked for the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The digest of the link to the other address, where a new one is confirmed at both ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<String>,
}

impl LinkContent {
    /// Whether a browser with this cookie asked for the link.
    pub fn is_from(&self, cookie: Option<&str>) -> bool {
        self.browser.is_some() && self.browser == cookie.map(|value| Digest::of(value).to_hex())
    }
}

impl std::fmt::Debug for LinkContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkContent")
    }
}

/// A link as the record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it stands.
    pub realm: RealmId,
    /// The digest of what the address carries.
    pub digest: Digest,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose account it is about; none while there is no account.
    pub user: Option<UserId>,
    /// The address that it was sent to, canonical.
    pub email: String,
    /// What it keeps for the step that spends it.
    pub content: LinkContent,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

impl Link {
    /// The place that one link at a time holds: that of its account, or of its address while there
    /// is no account, or its own.
    pub fn slot(&self) -> String {
        if !self.purpose.gives_way() {
            return format!("link:{}", self.digest.to_hex());
        }
        match &self.user {
            Some(user) => format!("user:{user}"),
            None => Self::slot_of_address(&self.email),
        }
    }

    /// The place of the link for an address that has no account.
    pub fn slot_of_address(email: &str) -> String {
        format!("mail:{email}")
    }
}

/// Why a link does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// There is none: it was altered, belongs to another realm or another page, or a newer one or
    /// a change of the account has made it void.
    Unknown,
    /// It was used.
    Used,
    /// It is too old.
    Expired,
}

/// Judges a link that was followed to the page of `purpose`.
pub fn judge(
    found: Option<Link>,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<Link, LinkRefusal> {
    let link = found
        .filter(|link| link.purpose == purpose)
        .ok_or(LinkRefusal::Unknown)?;
    if link.used_at.is_some() {
        Err(LinkRefusal::Used)
    } else if now >= link.expires_at {
        Err(LinkRefusal::Expired)
    } else {
        Ok(link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn link(purpose: LinkPurpose) -> Link {
        Link {
            realm: RealmId::default_realm(),
            digest: Digest::of("token"),
            purpose,
            user: None,
            email: "ada@example.com".to_owned(),
            content: LinkContent::default(),
            created_at: at(100),
            expires_at: at(200),
            used_at: None,
        }
    }

    #[test]
    fn every_purpose_has_a_text_and_a_page_of_its_own() {
        let mut pages = std::collections::BTreeSet::new();
        for purpose in LinkPurpose::ALL {
            assert_eq!(LinkPurpose::parse(purpose.as_str()), Some(purpose));
            assert!(pages.insert(purpose.path()), "{purpose:?}");
        }
        assert_eq!(LinkPurpose::parse("link"), None);
    }

    #[test]
    fn a_link_is_good_for_its_purpose_once_and_in_time() {
        use LinkPurpose::{Invitation, ResetPassword};
        let fresh = link(ResetPassword);
        let judged = |found, purpose, now| judge(found, purpose, at(now)).map(|link| link.digest);
        assert_eq!(
            judged(Some(fresh.clone()), ResetPassword, 199),
            Ok(fresh.digest)
        );
        let refusals = [
            (None, ResetPassword, 150, LinkRefusal::Unknown),
            (Some(fresh.clone()), Invitation, 150, LinkRefusal::Unknown),
            (
                Some(fresh.clone()),
                ResetPassword,
                200,
                LinkRefusal::Expired,
            ),
            (
                Some(Link {
                    used_at: Some(at(150)),
                    ..fresh
                }),
                ResetPassword,
                300,
                LinkRefusal::Used,
            ),
        ];
        for (found, purpose, now, refusal) in refusals {
            assert_eq!(judged(found, purpose, now), Err(refusal));
        }
    }

    #[test]
    fn links_that_lock_stand_side_by_side() {
        let slots = |purpose| {
            let first = link(purpose);
            let second = Link {
                digest: Digest::of("another"),
                ..first.clone()
            };
            (first.slot(), second.slot())
        };
        for purpose in LinkPurpose::ALL {
            let (first, second) = slots(purpose);
            assert_eq!(first == second, purpose.gives_way(), "{purpose:?}");
        }
        assert!(!LinkPurpose::LockAccount.gives_way());
        let mut of_account = link(LinkPurpose::ResetPassword);
        of_account.user = Some(UserId::parse("u1").unwrap());
        assert_eq!(of_account.slot(), "user:u1");
    }

    #[test]
    fn a_mail_waits_as_long_as_it_is_of_use() {
        use LinkPurpose::{AgreeToNewAddress, ConfirmNewAddress, Invitation};
        assert_eq!(ConfirmNewAddress.mail_lifetime(), Lifetime::seconds(DAY));
        assert_eq!(Invitation.mail_lifetime(), Invitation.lifetime());
        assert_eq!(AgreeToNewAddress.mail_lifetime(), NOTICE_LIFETIME);
    }

    #[test]
    fn knows_the_browser_that_asked() {
        let content = LinkContent {
            browser: Some(Digest::of("cookie").to_hex()),
            ..LinkContent::default()
        };
        assert!(content.is_from(Some("cookie")));
        assert!(!content.is_from(Some("other")));
        assert!(!content.is_from(None));
        assert!(!LinkContent::default().is_from(None));
    }

    #[test]
    fn what_a_link_keeps_is_not_printed() {
        let mut link = link(LinkPurpose::ConfirmAddress);
        link.content.password_hash = Some("$argon2id$".to_owned());
        assert!(!format!("{link:?}").contains("argon2id"));
    }
}
