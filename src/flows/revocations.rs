//! Revoking, and asking whether something was revoked.
//!
//! A revocation is acknowledged once it is in the record and every node can see it. A check asks
//! the index; when the index does not know or does not answer, it asks the record.

use crate::account::event::{Caller, Event, EventKind};
use crate::flows::{App, Fault};
use crate::metrics::Memory;
use crate::protocol::claims::{AccessTokenClaims, LONGEST_LIFETIME};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::token::family::Family;
use crate::store::ephemeral::{IndexAnswer, publish_before_acknowledging};
use crate::store::{Effects, FamilyRevocation, Revocation, RevocationMark};

/// Tokens are refused this much longer than they live, for clocks that differ.
const SKEW: Lifetime = Lifetime::seconds(60);

/// The mark that refuses tokens of something, everywhere.
///
/// A token, family or session is never issued anew, so its tokens are refused whenever they say
/// that they were issued: nodes' clocks differ. Users, clients and what one
/// allows the other go on, so theirs are refused up to now.
pub fn mark(realm: &RealmId, mark: RevocationMark, now: Timestamp) -> Revocation {
    let expires_at = now.plus(LONGEST_LIFETIME).plus(SKEW);
    let not_after = match &mark {
        RevocationMark::Token(_) | RevocationMark::Family(_) | RevocationMark::Session(_) => {
            expires_at
        }
        RevocationMark::User(_) | RevocationMark::Client(_) | RevocationMark::Grant(..) => now,
    };
    Revocation {
        realm: realm.clone(),
        mark,
        not_after,
        expires_at,
    }
}

/// Makes recorded marks known to every node; returns when they are.
pub async fn announce(app: &App, marks: &[Revocation], now: Timestamp) {
    publish_before_acknowledging(app.ephemeral.as_ref(), marks, now).await;
}

/// Why something is revoked, for the record.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// What happened.
    pub kind: EventKind,
    /// In a few words.
    pub reason: &'static str,
    /// Who brought it about.
    pub caller: &'a Caller,
}

impl<'a> Cause<'a> {
    /// What is given once came a second time.
    pub(in crate::flows) const fn replay(reason: &'static str, caller: &'a Caller) -> Self {
        Self {
            kind: EventKind::TokenReuseDetected,
            reason,
            caller,
        }
    }

    /// What is told of it.
    pub(in crate::flows) fn event(self, realm: &RealmId, now: Timestamp) -> Event {
        Event::new(realm, self.kind, self.caller, now).with("reason", self.reason)
    }
}

/// Revokes a family and all its tokens, everywhere.
pub async fn revoke_family(
    app: &App,
    family: &Family,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<FamilyRevocation, Fault> {
    let (grant, reason) = (&family.grant, cause.reason);
    let (realm, family) = (&grant.realm, &grant.id);
    let event = cause.event(realm, now).of_client(&grant.client);
    let event = event.of_user(&grant.user).in_session(&grant.session);
    let marks = [mark(realm, RevocationMark::Family(family.clone()), now)];
    let effects = Effects::marks(marks).and_event(event);
    let outcome = app
        .store
        .revoke_family(realm, family, reason, &effects, now)
        .await?;
    if outcome != FamilyRevocation::Unknown {
        announce(app, &effects.marks, now).await;
    }
    Ok(outcome)
}

/// Whether an access token was revoked, by itself or with anything that it descends from.
pub async fn is_revoked(
    app: &App,
    realm: &RealmId,
    claims: &AccessTokenClaims,
    owner: Option<&UserId>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let issued_at = Timestamp::from_unix_seconds(claims.iat);
    let marks = marks_of(claims, owner);
    match app.ephemeral.standing(realm, &marks, now).await {
        Ok(IndexAnswer::Known(standing)) => {
            app.metrics.checked_revocation(Memory::Shared);
            Ok(standing
                .into_iter()
                .flatten()
                .any(|not_after| issued_at <= not_after))
        }
        Ok(IndexAnswer::Lost) | Err(_) => {
            app.metrics.checked_revocation(Memory::Fallback);
            let standing = app.store.standing_revocations(realm, &marks, now).await?;
            Ok(standing
                .iter()
                .any(|revocation| issued_at <= revocation.not_after))
        }
    }
}

fn marks_of(claims: &AccessTokenClaims, owner: Option<&UserId>) -> Vec<RevocationMark> {
    let of_token = [
        Some(RevocationMark::Token(claims.jti.clone())),
        Some(RevocationMark::Client(claims.client_id.clone())),
        claims.fam.clone().map(RevocationMark::Family),
        claims.sid.clone().map(RevocationMark::Session),
    ];
    let of_owner = owner.map(|owner| {
        let granted = RevocationMark::Grant(owner.clone(), claims.client_id.clone());
        [RevocationMark::User(owner.clone()), granted]
    });
    let mut marks = Vec::with_capacity(of_token.len() + 2);
    marks.extend(of_token.into_iter().flatten());
    marks.extend(of_owner.into_iter().flatten());
    marks
}
