//! Signing in with a password.

use std::net::IpAddr;

use crate::account::event::{Event, EventKind};
use crate::account::known_device::{ON_KNOWN_DEVICE, counts_by_itself};
use crate::account::password::SALT_BYTES;
use crate::account::slow_down::{DOUBT_LASTS, DOUBTED_AFTER, PASSWORDS, Pace};
use crate::account::user::{LoginName, User};
use crate::flows::hash_pool::{Against, HashPoolError, Lane, Place};
use crate::flows::password::ending;
use crate::flows::sign_in_steps::{Progress, Visitor};
use crate::flows::{App, Fault, FlowError, limits, mailed_code, opening, sign_in_steps, turn};
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::Effects;
use crate::store::ephemeral::Admission;

/// What the person typed, and from where.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// User name or address, as typed.
    pub login: &'a str,
    /// The password, verbatim.
    pub password: SecretString,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
    /// The turn that the page gave, after too much was waiting.
    pub turn: Option<&'a str>,
    /// The browser, and what is asked of whoever signs in.
    pub visitor: Visitor<'a>,
}

/// Why nobody was signed in. Never tells whether the account exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRefusal {
    /// User name or password is wrong, or the account is switched off.
    WrongCredentials,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Begins to sign a person in, and is done with it where the password is enough. Every attempt is
/// counted before its password is looked at, and costs the same whether the account exists or not.
pub async fn sign_in(
    app: &App,
    attempt: &Attempt<'_>,
) -> Result<Progress, FlowError<LoginRefusal>> {
    let now = app.now();
    let login = LoginName::parse(attempt.login);
    let Counted {
        user,
        key,
        by_itself,
        doubted,
        place,
    } = match on_known_device(app, attempt, login.as_ref(), now).await? {
        Some(counted) => counted,
        None => as_stranger(app, attempt, login.as_ref(), now).await?,
    };
    let known = user.as_ref().map(|user| user.id.clone());
    let Some(user) = verify(app, attempt, login.as_ref(), (user, place)).await? else {
        let name = (!by_itself).then_some(key.as_str());
        return Err(wrong(app, attempt.visitor, (known, name), now).await?);
    };
    // A password that was changed while it was being checked begins nothing.
    let doubted = doubted && may_be_doubted(app, &user, now).await?;
    let proven = user.clone();
    let progress = sign_in_steps::begin(app, attempt.visitor, (user, doubted), now)
        .await?
        .ok_or(FlowError::Refused(LoginRefusal::WrongCredentials))?;
    if by_itself {
        app.store.clear_login_attempts(attempt.realm, &key).await?;
    } else if !doubted {
        forgive(app, &proven).await?;
    }
    Ok(progress)
}

/// Whether somebody has a second proof to give: a factor, or a mailbox, to which only so many codes
/// go. Who has none is kept from nothing; a stranger could lock them out otherwise. For the same
/// reason the codes have a count of their own, which only grows with the right password.
async fn may_be_doubted(
    app: &App,
    user: &User,
    now: Timestamp,
) -> Result<bool, FlowError<LoginRefusal>> {
    if has_factor(app, user, now).await? {
        return Ok(true);
    }
    if user.email.is_none() {
        return Ok(false);
    }
    match mailed_code::count(app, user, now).await? {
        None => Ok(true),
        Some(retry_after) => Err(FlowError::Refused(LoginRefusal::SlowDown { retry_after })),
    }
}

async fn has_factor(app: &App, user: &User, now: Timestamp) -> Result<bool, Fault> {
    let read = app.store.factors(&user.realm, &user.id, None, now).await?;
    Ok(read.factors.any())
}

/// Forgets what was guessed about an account, by any of its names, after its owner has proven to
/// be there.
pub(in crate::flows) async fn forgive(app: &App, user: &User) -> Result<(), Fault> {
    let mut keys = vec![account_key(user.id.as_str()), user.username.clone()];
    keys.extend(user.email.clone());
    Ok(app.store.forget_attempts(&user.realm, &keys).await?)
}

/// The count of an account over all of its names and paths; in capitals, which no login name has.
fn account_key(id: &str) -> String {
    format!("ACCOUNT {id}")
}

/// An attempt that is counted, and may be looked at.
struct Counted {
    /// Whose password it may be.
    user: Option<User>,
    /// The key under which it is counted.
    key: String,
    /// Whether that is the device's own.
    by_itself: bool,
    /// Whether so many attempts came before that the password alone is not enough.
    doubted: bool,
    /// Where it will be looked at.
    place: Place,
}

/// Records a wrong password, in one write whether or not there is such an account. The name is left
/// out: people type passwords there by mistake. Names that are tried from one address are noted,
/// but for those of known devices.
async fn wrong(
    app: &App,
    visitor: Visitor<'_>,
    (user, name): (Option<UserId>, Option<&str>),
    now: Timestamp,
) -> Result<FlowError<LoginRefusal>, Fault> {
    let event = Event {
        user,
        ..Event::new(visitor.realm, EventKind::SignInRefused, visitor.caller, now)
    };
    let effects = Effects::event(event.with("factor", "password"));
    app.store.write_effects(&effects, now).await?;
    if let Some(name) = name {
        limits::note_wrong_name(app, visitor.realm, (visitor.caller, name), now).await?;
    }
    Ok(FlowError::Refused(LoginRefusal::WrongCredentials))
}

/// Counts an attempt on a device that is known to the person by itself, so that no stranger keeps
/// an owner waiting; `None` on every other, and on one whose tries are used up.
async fn on_known_device(
    app: &App,
    attempt: &Attempt<'_>,
    login: Option<&LoginName>,
    now: Timestamp,
) -> Result<Option<Counted>, FlowError<LoginRefusal>> {
    let realm = attempt.realm;
    let (Some(cookie), Some(login)) = (attempt.visitor.known, login) else {
        return Ok(None);
    };
    let Some(user) = app.store.user_by_login(realm, login).await? else {
        return Ok(None);
    };
    if !opening::is_known(app, attempt.visitor, &user.id, now).await? {
        return Ok(None);
    }
    // In capitals, which no login name has.
    let key = format!("DEVICE {} {}", user.id, Digest::of(cookie).to_hex());
    let seen = app.store.login_attempts(realm, &key).await?;
    if !counts_by_itself(seen, now) {
        return Ok(None);
    }
    // Good ones too: whoever has an account here must not keep the threads busy with it.
    let (limited, quota) = (
        format!("guess:{realm}:{key}"),
        app.settings.sign_ins_per_address,
    );
    if let Some(retry_after) = limits::count(app, &limited, quota, now).await? {
        return Err(FlowError::Refused(LoginRefusal::SlowDown { retry_after }));
    }
    let place = app.hashing.place(Lane::Known).map_err(ending)?;
    count_attempt(app, (realm, &key), ON_KNOWN_DEVICE, now).await?;
    Ok(Some(Counted {
        user: Some(user),
        key,
        by_itself: true,
        doubted: false,
        place,
    }))
}

/// Counts an attempt like everybody's: by the address, and by the name as it was typed, in its one
/// spelling. A wait that the names of an account shared would tell which names belong together.
async fn as_stranger(
    app: &App,
    attempt: &Attempt<'_>,
    login: Option<&LoginName>,
    now: Timestamp,
) -> Result<Counted, FlowError<LoginRefusal>> {
    let realm = attempt.realm;
    let lane = match limits::guess(app, realm, attempt.address, now).await? {
        Admission::Admitted { .. } if turn::has_come(app, attempt, now) => Lane::Waited,
        Admission::Admitted { first: true } => Lane::New,
        Admission::Admitted { first: false } => Lane::Ordinary,
        Admission::Refused { retry_after } => {
            return Err(FlowError::Refused(LoginRefusal::SlowDown { retry_after }));
        }
    };
    // A flood costs the record nothing that is not looked at after all.
    let place = app.hashing.place(lane).map_err(ending)?;
    let user = match login {
        Some(login) => app.store.user_by_login(realm, login).await?,
        None => None,
    };
    let key = login.map_or("", LoginName::as_str).to_owned();
    count_attempt(app, (realm, &key), PASSWORDS, now).await?;
    let doubted = count_in_account(app, realm, (user.as_ref(), &key), now).await?;
    Ok(Counted {
        user,
        key,
        by_itself: false,
        doubted,
        place,
    })
}

/// Counts an attempt against the account, whatever name was typed; whether there were too many.
/// Nobody sees that but who knows the password, so that it tells nothing of whose the names are. A
/// name that nobody has is counted too: time does not tell either.
async fn count_in_account(
    app: &App,
    realm: &RealmId,
    (user, name): (Option<&User>, &str),
    now: Timestamp,
) -> Result<bool, Fault> {
    let key = match user {
        Some(user) => account_key(user.id.as_str()),
        None => format!("NOBODY {name}"),
    };
    let forgotten = now.minus(DOUBT_LASTS);
    let counted = app.store.count_in_a_row(realm, &key, forgotten, now);
    Ok(counted.await? > DOUBTED_AFTER)
}

/// Counts an attempt at a password that is not a sign-in, as one; whether there were so many that
/// none is looked at here. A sign-in, with its second proof, ends that.
pub(in crate::flows) async fn count(
    app: &App,
    user: &User,
    address: IpAddr,
    now: Timestamp,
) -> Result<bool, FlowError<LoginRefusal>> {
    let (realm, name) = (&user.realm, user.username.as_str());
    count_address(app, realm, address, now).await?;
    count_attempt(app, (realm, name), PASSWORDS, now).await?;
    let doubted = count_in_account(app, realm, (Some(user), name), now).await?;
    Ok(doubted && (user.email.is_some() || has_factor(app, user, now).await?))
}

/// Counts an attempt under a key, unless that must wait.
async fn count_attempt(
    app: &App,
    (realm, key): (&RealmId, &str),
    pace: Pace,
    now: Timestamp,
) -> Result<(), FlowError<LoginRefusal>> {
    match limits::count_account(app, (realm, key), pace, now).await? {
        None => Ok(()),
        Some(retry_after) => Err(FlowError::Refused(LoginRefusal::SlowDown { retry_after })),
    }
}

pub(in crate::flows) async fn count_address(
    app: &App,
    realm: &RealmId,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), FlowError<LoginRefusal>> {
    match limits::count_guess(app, realm, address, now).await? {
        None => Ok(()),
        Some(retry_after) => Err(FlowError::Refused(LoginRefusal::SlowDown { retry_after })),
    }
}

/// Checks the password, or a decoy; renews a hash made with older parameters.
async fn verify(
    app: &App,
    attempt: &Attempt<'_>,
    login: Option<&LoginName>,
    (user, place): (Option<User>, Place),
) -> Result<Option<User>, FlowError<LoginRefusal>> {
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    // Drawn for those who have a password too: a read takes time as well.
    let drawn = drawn_hash(app, attempt.realm, login).await?;
    let against = match &hash {
        Some(hash) => Against::Password(hash),
        None => Against::Decoy(drawn.as_deref()),
    };
    app.count_password(against);
    let password = attempt.password.clone();
    let verified = app.hashing.verify_at(place, password, against);
    let verified = verified.await.map_err(ending)?;
    let Some(mut user) = user.filter(|user| verified.is_some() && user.stands()) else {
        return Ok(None);
    };
    if let Some(old) = hash.filter(|hash| app.hashing.needs_rehash(hash)) {
        user.password_hash = Some(renew_hash(app, attempt, &user, old).await?);
    }
    Ok(Some(user))
}

/// The hash of somebody in the realm, for a name without one: those that were imported take another
/// time than ours. A name draws the same one each time, or its times would differ where somebody's
/// do not; and nobody can tell which, or they would know whom to compare it with.
async fn drawn_hash(
    app: &App,
    realm: &RealmId,
    login: Option<&LoginName>,
) -> Result<Option<String>, Fault> {
    let name = login.map_or("", LoginName::as_str);
    let tag = app.macs.decoy.tag(&[realm.as_str(), name]);
    let number = tag
        .first_chunk()
        .map_or(0, |first| i64::from_be_bytes(*first));
    Ok(app.store.drawn_hash(realm, number).await?)
}

/// Hashes the password with today's parameters and gives the hash that stands; a full pool only
/// means that the next sign-in does it.
async fn renew_hash(
    app: &App,
    attempt: &Attempt<'_>,
    user: &User,
    old: String,
) -> Result<String, Fault> {
    let mut salt = [0; SALT_BYTES];
    app.entropy.fill(&mut salt)?;
    match app.hashing.hash(attempt.password.clone(), salt).await {
        Ok(new) => {
            app.store
                .rehash_password(attempt.realm, &user.id, &old, &new)
                .await?;
            Ok(new)
        }
        Err(HashPoolError::Overloaded { .. }) => Ok(old),
        Err(HashPoolError::Lost(lost)) => Err(lost.into()),
        Err(HashPoolError::Hash(error)) => Err(error.into()),
    }
}
