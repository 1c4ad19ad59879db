//! Counting attempts before they are looked at.

use std::net::IpAddr;

use crate::account::event::{Caller, Event, EventKind};
use crate::account::slow_down::{Pace, SUBSCRIBERS_IN_48, address_key, wide_address_key};
use crate::flows::{App, Fault};
use crate::metrics::Memory;
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::Effects;
use crate::store::ephemeral::{Admission, Quota, Spread};
use crate::store::protection::Ban;

/// Counts one attempt against a key; how long to wait, if it may not go on. When the shared memory
/// does not answer, this process counts by itself.
pub(crate) async fn count(
    app: &App,
    key: &str,
    quota: Quota,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    Ok(match admit(app, key, quota, now).await? {
        Admission::Admitted { .. } => None,
        Admission::Refused { retry_after } => Some(retry_after),
    })
}

async fn admit(app: &App, key: &str, quota: Quota, now: Timestamp) -> Result<Admission, Fault> {
    let answer = app.ephemeral.admit(key, quota, now).await;
    app.metrics.checked_limit(match &answer {
        Ok(_) => Memory::Shared,
        Err(_) => Memory::Fallback,
    });
    match answer {
        Ok(admission) => Ok(admission),
        Err(_no_answer) => Ok(app.fallback.admit(key, quota, now).await?),
    }
}

/// Counts one guess at whatever lets somebody in: a password, a code, a recovery code. There is one
/// count for an address in a realm over all paths, so that no path has guesses of its own; IPv6
/// counts by /64 and by /48. How long to wait, if it may not go on.
pub(crate) async fn count_guess(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    Ok(match guess(app, realm, address, now).await? {
        Admission::Admitted { .. } => None,
        Admission::Refused { retry_after } => Some(retry_after),
    })
}

/// The same; also tells whether it is the first from there for a while. A ban is looked for last,
/// for that costs the most.
pub(crate) async fn guess(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Admission, Fault> {
    let quota = app.settings.sign_ins_per_address;
    let key = format!("guess:{realm}:{}", address_key(address));
    let admission = admit(app, &key, quota, now).await?;
    if admission.is_refused() {
        return Ok(admission);
    }
    if let Some(wide) = wide_address_key(address) {
        let key = format!("guess:{realm}:{wide}");
        let wider = admit(app, &key, of_many(quota), now).await?;
        if wider.is_refused() {
            return Ok(wider);
        }
    }
    Ok(match banned(app, realm, address, now).await? {
        None => admission,
        Some(retry_after) => Admission::Refused { retry_after },
    })
}

/// For how long an address is banned still.
pub(crate) async fn banned(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    let until = app
        .store
        .banned_until(realm, &address_key(address), now)
        .await?;
    Ok(until.map(|until| until.since(now)))
}

/// Notes that a name was tried in vain from an address, and bans the address with one name too
/// many. Only what was wrong is noted: people who share an address and sign in are no attack.
pub(crate) async fn note_wrong_name(
    app: &App,
    realm: &RealmId,
    (caller, name): (&Caller, &str),
    now: Timestamp,
) -> Result<(), Fault> {
    let rule = app.settings.stuffing;
    let Some(address) = caller.address.filter(|_| rule.names > 0) else {
        return Ok(());
    };
    let prefix = address_key(address);
    let (key, name) = (format!("names:{realm}:{prefix}"), Digest::of(name));
    let spread = Spread {
        limit: rule.names,
        window: rule.window,
    };
    let enough = match app.ephemeral.note(&key, &name, spread, now).await {
        Ok(enough) => enough,
        Err(_no_answer) => app.fallback.note(&key, &name, spread, now).await?,
    };
    if enough {
        let ban = Ban {
            created_at: now,
            expires_at: now.plus(rule.ban),
            prefix,
        };
        let event = Event::new(realm, EventKind::NetworkBanned, caller, now);
        let effects = Effects::event(event.with("prefix", ban.prefix.as_str()));
        app.store.ban(realm, &ban, &effects).await?;
        tracing::warn!(%realm, prefix = ban.prefix, "banned: too many names were tried");
    }
    Ok(())
}

/// What the subscribers of one network have together.
fn of_many(quota: Quota) -> Quota {
    let faster = quota.interval.millis() / i64::from(SUBSCRIBERS_IN_48);
    Quota {
        burst: quota.burst.saturating_mul(SUBSCRIBERS_IN_48),
        interval: Lifetime::from_millis(u32::try_from(faster.max(1)).unwrap_or(u32::MAX)),
    }
}

/// How often a lost race for a counter is tried again; beyond that somebody is hammering.
const COUNTING_TRIES: u32 = 3;

/// Counts one attempt against an account's key in the record, where every node sees it and nothing
/// takes it back; how long to wait, if it may not go on.
pub(crate) async fn count_account(
    app: &App,
    (realm, key): (&RealmId, &str),
    pace: Pace,
    now: Timestamp,
) -> Result<Option<Lifetime>, Fault> {
    for _ in 0..COUNTING_TRIES {
        let seen = app.store.login_attempts(realm, key).await?;
        if let Some(retry_after) = pace.wait(seen, now) {
            return Ok(Some(retry_after));
        }
        let counted = pace.one_more(seen, now);
        if app
            .store
            .count_login_attempt(realm, key, seen, counted)
            .await?
        {
            return Ok(None);
        }
    }
    Ok(Some(Lifetime::seconds(1)))
}
