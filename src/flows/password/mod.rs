//! New passwords: whether one is acceptable, and a person's own change of it.

pub mod breach_file;
mod breaches;
mod change;
mod choose;

pub use breaches::{BreachSource, Breaches};
pub use change::{Change, ChangeRefusal, Changed, change};
pub use choose::{ChooseRefusal, choose, chooser};

use crate::account::event::{Caller, Event, EventKind};
use crate::account::mail::MailKind;
use crate::account::password::SALT_BYTES;
use crate::account::password::breach::BreachVerdict;
use crate::account::password::policy::{
    AcceptablePassword, BreachRule, PasswordFacts, PasswordPolicy, PasswordWeakness, is_measurable,
    judge,
};
use crate::account::user::User;
use crate::flows::hash_pool::{HashPool, HashPoolError};
use crate::flows::notices::noticed;
use crate::flows::session::LiveSession;
use crate::flows::{App, Fault, FlowError, revocations};
use crate::outgoing::Outgoing;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::SecretString;
use crate::store::{Effects, PasswordChange, Realm, RevocationMark, Store, StoreError};

/// Whose new password it is.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    /// The account, when it is there already.
    pub user: Option<&'a UserId>,
    /// The name to sign in with.
    pub username: &'a str,
    /// The address.
    pub email: Option<&'a str>,
    /// The person's own names.
    pub names: Vec<&'a str>,
    /// Whether a second factor stands beside the password.
    pub second_factor: bool,
    /// Whether it must be another than the present one, even where no history is kept.
    pub must_differ: bool,
}

impl<'a> Person<'a> {
    /// Somebody with an account.
    pub fn of(user: &'a User, second_factor: bool) -> Self {
        let profile = &user.profile;
        let names = [
            &profile.name,
            &profile.given_name,
            &profile.middle_name,
            &profile.family_name,
            &profile.nickname,
        ];
        Self {
            user: Some(&user.id),
            username: &user.username,
            email: user.email.as_deref(),
            names: names.into_iter().flatten().map(String::as_str).collect(),
            second_factor,
            must_differ: false,
        }
    }
}

/// What goes with a new password: an event, and a mark that refuses all tokens.
pub fn set_effects((realm, user): (&RealmId, &UserId), caller: &Caller, now: Timestamp) -> Effects {
    let mark = revocations::mark(realm, RevocationMark::User(user.clone()), now);
    let event = Event::new(realm, EventKind::PasswordChanged, caller, now).of_user(user);
    Effects::marks([mark]).and_event(event)
}

/// The change that a person makes for themselves, proven by the hash that they are known to have the
/// password of; the account's owner is told by mail.
pub(in crate::flows) async fn change_of<R>(
    app: &App,
    user: &User,
    acceptable: AcceptablePassword,
    caller: &Caller,
    now: Timestamp,
) -> Result<PasswordChange, FlowError<R>> {
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt)?;
    let hashed = app.hashing.hash_new(acceptable, salt).await;
    let effects = set_effects((&user.realm, &user.id), caller, now);
    Ok(PasswordChange {
        realm: user.realm.clone(),
        user: user.id.clone(),
        hash: hashed.map_err(ending)?,
        proven: user.password_hash.clone(),
        spared: None,
        must_change: false,
        history: policy(app, &user.realm).await?.history(),
        effects: noticed(app, user, (MailKind::PasswordChanged, &[]), effects, now)?,
        now,
    })
}

/// Records that the present password was asked for in a session and another one was typed, in one
/// write: whoever has the cookie may be guessing.
pub(in crate::flows) async fn tell_wrong(
    app: &App,
    live: &LiveSession,
    purpose: &str,
    caller: &Caller,
    now: Timestamp,
) -> Result<(), Fault> {
    let facts = live.facts();
    let event = Event::new(&facts.user.realm, EventKind::SignInRefused, caller, now)
        .of_user(&facts.user.id)
        .in_session(&facts.session.id)
        .with("factor", "password")
        .with("purpose", purpose);
    Ok(app.store.tell(&Effects::event(event), now).await?)
}

/// Whether somebody has a second factor.
pub async fn has_second_factor(
    store: &dyn Store,
    user: &User,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let facts = store.factors(&user.realm, &user.id, None, now).await?;
    Ok(facts.factors.any())
}

/// What judging needs: an [`App`] has it, and so has an operator's desk.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The record, for passwords before.
    pub store: &'a dyn Store,
    /// Where passwords are hashed and measured.
    pub hashing: &'a HashPool,
    /// Who knows passwords from breaches.
    pub breaches: &'a Breaches,
    /// The way to them.
    pub outgoing: &'a Outgoing,
}

impl<'a> Bench<'a> {
    /// That of an application.
    pub fn of(app: &'a App) -> Self {
        Self {
            store: app.store.as_ref(),
            hashing: &app.hashing,
            breaches: &app.breaches,
            outgoing: &app.outgoing,
        }
    }
}

/// Judges a new password by the realm's policy; refused with everything that is wrong with it.
pub async fn judge_new(
    app: &App,
    realm: &RealmId,
    person: &Person<'_>,
    candidate: SecretString,
) -> Result<AcceptablePassword, FlowError<Vec<PasswordWeakness>>> {
    let realm = realm_of(app, realm).await?;
    judge_at(Bench::of(app), &realm, person, candidate).await
}

/// The policy of a realm.
pub async fn policy(app: &App, realm: &RealmId) -> Result<PasswordPolicy, Fault> {
    Ok(realm_of(app, realm).await?.settings.passwords)
}

async fn realm_of(app: &App, realm: &RealmId) -> Result<std::sync::Arc<Realm>, Fault> {
    let found = app
        .facts
        .realm(app.store.as_ref(), realm, app.now())
        .await?;
    found.ok_or(Fault::Invariant("a person's realm is there"))
}

/// The same by whatever does the work.
pub async fn judge_at(
    bench: Bench<'_>,
    realm: &Realm,
    person: &Person<'_>,
    candidate: SecretString,
) -> Result<AcceptablePassword, FlowError<Vec<PasswordWeakness>>> {
    let policy = realm.settings.passwords;
    // What is too long is refused for that; nobody hashes it or asks about it.
    let worth_a_look = is_measurable(candidate.expose());
    let breach = if worth_a_look && policy.breached != BreachRule::Off {
        bench.breaches.look_up(bench, &candidate).await?
    } else {
        BreachVerdict::NotAsked
    };
    let used_before = worth_a_look && was_used(bench, realm, person, &candidate).await?;
    let owned = OwnedFacts::of(person, &realm.name);
    let judged = bench.hashing.run(move |_memory| {
        let names: Vec<&str> = owned.names.iter().map(String::as_str).collect();
        let facts = PasswordFacts {
            username: &owned.username,
            email: owned.email.as_deref(),
            names: &names,
            realm_name: &owned.realm_name,
            second_factor: owned.second_factor,
            used_before,
            breach,
        };
        judge(&policy, candidate, &facts)
    });
    judged.await.map_err(ending)?.map_err(FlowError::Refused)
}

/// Whether a password is one that may not be had again.
async fn was_used(
    bench: Bench<'_>,
    realm: &Realm,
    person: &Person<'_>,
    candidate: &SecretString,
) -> Result<bool, FlowError<Vec<PasswordWeakness>>> {
    let history = realm.settings.passwords.history();
    let looked_at = usize::from(history.max(u8::from(person.must_differ)));
    let Some(user) = person.user.filter(|_| looked_at > 0) else {
        return Ok(false);
    };
    let mut hashes = bench.store.past_passwords(&realm.id, user).await?;
    hashes.truncate(looked_at);
    let matched = bench.hashing.matches_any(candidate.clone(), hashes);
    matched.await.map_err(ending)
}

/// Facts that may go to another thread.
struct OwnedFacts {
    username: String,
    email: Option<String>,
    names: Vec<String>,
    realm_name: String,
    second_factor: bool,
}

impl OwnedFacts {
    fn of(person: &Person<'_>, realm_name: &str) -> Self {
        Self {
            username: person.username.to_owned(),
            email: person.email.map(str::to_owned),
            names: person.names.iter().map(|name| (*name).to_owned()).collect(),
            realm_name: realm_name.to_owned(),
            second_factor: person.second_factor,
        }
    }
}

/// How a flow ends when the threads that hash have no room, or fail.
pub(in crate::flows) fn ending<R>(error: HashPoolError) -> FlowError<R> {
    match error {
        HashPoolError::Overloaded { retry_after } => FlowError::Busy { retry_after },
        HashPoolError::Lost(lost) => FlowError::Fault(lost.into()),
        HashPoolError::Hash(error) => FlowError::Fault(error.into()),
    }
}
