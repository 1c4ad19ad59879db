//! Refreshing (RFC 6749 §6, RFC 9700 §4.14): one live token a family, and what a used one means.

use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::oxide;
use crate::protocol::resource::TargetRefusal;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::token::family::Family;
use crate::protocol::token::refresh_token::RefreshToken;

/// Why a refresh token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshRefusal {
    /// No `refresh_token`.
    TokenMissing,
    /// Not a token that we issued to this client in this realm.
    Unknown,
    /// Its family was revoked.
    Revoked,
    /// Its family has ended.
    Expired,
    /// It was used before, and its successor was used or the grace is over; the family is revoked.
    Replayed,
    /// The user was switched off, or the session ended.
    OwnerGone,
    /// RFC 6749 §3.3
    MalformedScope,
    /// RFC 6749 §6: more than was granted.
    ScopeWidened,
    /// RFC 8707 §2.2
    Target(TargetRefusal),
}

impl From<RefreshRefusal> for OAuthError {
    fn from(refusal: RefreshRefusal) -> Self {
        use ErrorCode as C;
        use RefreshRefusal as R;
        let (code, description) = match refusal {
            R::TokenMissing => (C::InvalidRequest, "refresh_token is missing."),
            R::Unknown => (
                C::InvalidGrant,
                "This refresh token was not issued to this client here.",
            ),
            R::Revoked => (C::InvalidGrant, "This refresh token has been revoked."),
            R::Expired => (C::InvalidGrant, "This refresh token has expired."),
            R::Replayed => (
                C::InvalidGrant,
                "This refresh token was used before; all tokens of its login are now revoked.",
            ),
            R::OwnerGone => (
                C::InvalidGrant,
                "The person's account or session no longer allows this.",
            ),
            R::MalformedScope => (
                C::InvalidScope,
                "The scope holds a character outside RFC 6749.",
            ),
            R::ScopeWidened => (
                C::InvalidScope,
                "A refresh cannot ask for more than was granted.",
            ),
            R::Target(refusal) => return refusal.into(),
        };
        Self::new(code, description)
    }
}

/// What the presented token is to its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// The live token: it may be rotated.
    Live,
    /// The one before, presented again within the grace while its successor is unused: the same
    /// successor is given again.
    Repeat,
}

/// Decides over a presented token whose tag was checked, against its family as it stands *before*
/// any rotation.
pub fn place(
    token: &RefreshToken,
    client: &Client,
    family: Option<&Family>,
    grace: Lifetime,
    now: Timestamp,
) -> Result<Presented, RefreshRefusal> {
    let family = family.ok_or(RefreshRefusal::Unknown)?;
    let grant = &family.grant;
    let bound = grant.client == client.id && grant.realm == client.realm;
    if !bound || !grant.refreshable || family.redeemed_at.is_none() {
        return Err(RefreshRefusal::Unknown);
    }
    if family.revoked_at.is_some() {
        return Err(RefreshRefusal::Revoked);
    }
    if grant.expires_at <= now {
        return Err(RefreshRefusal::Expired);
    }
    if !family.owner_stands {
        return Err(RefreshRefusal::OwnerGone);
    }
    if token.generation == family.generation {
        return Ok(Presented::Live);
    }
    // The successor is unused exactly while it is still the live one.
    let one_behind = token.generation + 1 == family.generation;
    let in_grace = family
        .rotated_at
        .is_some_and(|rotated_at| now < rotated_at.plus(grace));
    if one_behind && in_grace {
        Ok(Presented::Repeat)
    } else if token.generation > family.generation {
        // Genuine, yet from the future: the record lost a rotation (a restore from a backup).
        Err(RefreshRefusal::Unknown)
    } else {
        Err(RefreshRefusal::Replayed)
    }
}

/// The scope of the new access token: what was granted, or the part of it that was asked for. The
/// family keeps the whole grant (RFC 6749 §6).
pub fn scope(requested: Option<&str>, family: &Family) -> Result<ScopeSet, RefreshRefusal> {
    oxide::refresh(requested, family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::token::family::tests::family;

    const GRACE: Lifetime = Lifetime::seconds(30);

    /// A family whose third token became live at 1,100 s.
    fn rotated() -> Family {
        let mut family = family();
        family.redeemed_at = Some(family.grant.created_at);
        family.generation = 2;
        family.rotated_at = Some(Timestamp::from_unix_seconds(1_100));
        family
    }

    fn present(family: &Family, generation: i64, at: i64) -> Result<Presented, RefreshRefusal> {
        let token = RefreshToken {
            family: family.grant.id.clone(),
            generation,
        };
        let now = Timestamp::from_unix_seconds(at);
        place(&token, &client(ClientType::Web), Some(family), GRACE, now)
    }

    #[test]
    fn the_place_of_a_token_in_its_family_decides() {
        use RefreshRefusal as R;
        let cases = [
            (2, 1_200, Ok(Presented::Live)),
            (1, 1_129, Ok(Presented::Repeat)),
            (1, 1_130, Err(R::Replayed)),
            (0, 1_101, Err(R::Replayed)),
            (3, 1_101, Err(R::Unknown)),
            (2, 4_600, Err(R::Expired)),
        ];
        for (generation, at, expected) in cases {
            assert_eq!(
                present(&rotated(), generation, at),
                expected,
                "{generation} at {at}"
            );
        }
    }

    #[test]
    fn a_family_that_no_longer_stands_gives_nothing() {
        let mut revoked = rotated();
        revoked.revoked_at = Some(revoked.grant.created_at);
        assert_eq!(present(&revoked, 2, 1_101), Err(RefreshRefusal::Revoked));
        let mut orphaned = rotated();
        orphaned.owner_stands = false;
        assert_eq!(present(&orphaned, 2, 1_101), Err(RefreshRefusal::OwnerGone));
        let mut foreign = rotated();
        foreign.grant.realm = crate::protocol::ids::RealmId::parse("other").unwrap();
        assert_eq!(present(&foreign, 2, 1_101), Err(RefreshRefusal::Unknown));
    }

    /// RFC 6749 §6
    #[test]
    fn narrows_but_never_widens() {
        let family = rotated();
        assert_eq!(scope(Some("email"), &family).unwrap().to_string(), "email");
        assert_eq!(scope(None, &family).unwrap(), family.grant.scope);
        assert_eq!(
            scope(Some("email admin"), &family),
            Err(RefreshRefusal::ScopeWidened)
        );
        assert_eq!(
            scope(Some("e\"mail"), &family),
            Err(RefreshRefusal::MalformedScope)
        );
    }
}
