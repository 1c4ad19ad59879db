//! Another address for an account: the mailbox of the new one confirms it, and that of the present
//! one agrees, when the present one is confirmed.
//!
//! Both links are made for one wish, and each names the other. Whichever is used first waits.

use crate::account::link::{Link, LinkPurpose};

/// What the use of a link around a new address comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighed<'a> {
    /// Nothing is missing: the account gets this address.
    Changes(&'a str),
    /// The mailbox at the other end has still to confirm that the account gets this address.
    Waits(&'a str),
    /// The link is of a wish that is no more.
    Void,
}

/// What the link at the other end is for; nothing for links of other kinds.
pub const fn other_end(purpose: LinkPurpose) -> Option<LinkPurpose> {
    match purpose {
        LinkPurpose::ConfirmNewAddress => Some(LinkPurpose::AgreeToNewAddress),
        LinkPurpose::AgreeToNewAddress => Some(LinkPurpose::ConfirmNewAddress),
        LinkPurpose::ConfirmAddress
        | LinkPurpose::ResetPassword
        | LinkPurpose::Invitation
        | LinkPurpose::LockAccount
        | LinkPurpose::UndoDeletion => None,
    }
}

/// Whether `other` is the link at the other end of the wish that `link` was made for. What a link
/// keeps is forgotten when it is used, so that only the name in `link` counts.
pub fn is_other_end(link: &Link, other: &Link) -> bool {
    Some(other.purpose) == other_end(link.purpose)
        && other.realm == link.realm
        && other.user == link.user
        && link.content.pair.as_deref() == Some(other.digest.to_hex().as_str())
}

/// Weighs the use of `link`, which was good until now. `other` is the link that stands at the other
/// end, of whichever wish; `confirmed` is the confirmed address that the account has at this moment.
/// Each link has its own time, which begins when its mail is sent: that of the other is not asked.
pub fn weigh<'a>(link: &'a Link, other: Option<&'a Link>, confirmed: Option<&str>) -> Weighed<'a> {
    if link.purpose == LinkPurpose::ConfirmNewAddress && link.content.pair.is_none() {
        // Nobody was asked to agree: right only while there is no other confirmed address.
        return match confirmed {
            Some(present) if present != link.email => Weighed::Void,
            Some(_) | None => Weighed::Changes(&link.email),
        };
    }
    let Some(other) = other.filter(|other| is_other_end(link, other)) else {
        return Weighed::Void;
    };
    let (new, present) = if link.purpose == LinkPurpose::AgreeToNewAddress {
        (other, link)
    } else {
        (link, other)
    };
    if confirmed != Some(present.email.as_str()) {
        Weighed::Void
    } else if other.used_at.is_some() {
        Weighed::Changes(&new.email)
    } else {
        Weighed::Waits(&new.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::link::LinkContent;
    use crate::protocol::ids::{RealmId, UserId};
    use crate::protocol::time::Timestamp;
    use crate::secret::Digest;

    const OLD: &str = "old@example.com";
    const NEW: &str = "new@example.com";

    fn link(purpose: LinkPurpose, token: &str, pair: Option<&str>) -> Link {
        let agrees = purpose == LinkPurpose::AgreeToNewAddress;
        let email = if agrees { OLD } else { NEW };
        Link {
            realm: RealmId::default_realm(),
            digest: Digest::of(token),
            purpose,
            user: Some(UserId::parse("ada").unwrap()),
            email: email.to_owned(),
            content: LinkContent {
                pair: pair.map(|token| Digest::of(token).to_hex()),
                ..LinkContent::default()
            },
            created_at: Timestamp::from_unix_seconds(100),
            expires_at: Timestamp::from_unix_seconds(200),
            used_at: None,
        }
    }

    /// Both links of a wish, each as the one that is used and as the one at the other end.
    fn both() -> [(Link, Link); 2] {
        let confirm = link(LinkPurpose::ConfirmNewAddress, "confirm", Some("agree"));
        let agree = link(LinkPurpose::AgreeToNewAddress, "agree", Some("confirm"));
        [(confirm.clone(), agree.clone()), (agree, confirm)]
    }

    fn used(link: &Link) -> Link {
        Link {
            used_at: Some(Timestamp::from_unix_seconds(120)),
            content: LinkContent::default(),
            ..link.clone()
        }
    }

    #[test]
    fn the_first_waits_and_the_second_changes_whichever_it_is() {
        for (one, other) in both() {
            assert_eq!(weigh(&one, Some(&other), Some(OLD)), Weighed::Waits(NEW));
            let other = used(&other);
            assert_eq!(weigh(&one, Some(&other), Some(OLD)), Weighed::Changes(NEW));
        }
    }

    #[test]
    fn the_other_link_must_be_of_the_same_wish_and_account() {
        for (one, other) in both() {
            let other = used(&other);
            let others = [
                ("of another wish", Digest::of("newer"), other.user.clone()),
                ("another's", other.digest, UserId::parse("bob").ok()),
            ];
            for (what, digest, user) in others {
                let other = Link {
                    digest,
                    user,
                    ..other.clone()
                };
                let weighed = weigh(&one, Some(&other), Some(OLD));
                assert_eq!(weighed, Weighed::Void, "{what}");
            }
            assert_eq!(weigh(&one, None, Some(OLD)), Weighed::Void);
            assert_eq!(weigh(&one, Some(&one), Some(OLD)), Weighed::Void);
        }
    }

    #[test]
    fn the_address_that_agrees_must_be_the_confirmed_one_of_the_account() {
        for (one, other) in both() {
            let other = used(&other);
            for present in [None, Some("third@example.com"), Some(NEW)] {
                let weighed = weigh(&one, Some(&other), present);
                assert_eq!(weighed, Weighed::Void, "{present:?}");
            }
        }
    }

    #[test]
    fn the_new_end_alone_is_enough_where_no_other_address_is_confirmed() {
        let alone = link(LinkPurpose::ConfirmNewAddress, "alone", None);
        for present in [None, Some(NEW)] {
            assert_eq!(weigh(&alone, None, present), Weighed::Changes(NEW));
        }
        assert_eq!(weigh(&alone, None, Some(OLD)), Weighed::Void);
        let agreed = used(&both()[1].0);
        assert_eq!(weigh(&alone, Some(&agreed), Some(OLD)), Weighed::Void);
    }
}
