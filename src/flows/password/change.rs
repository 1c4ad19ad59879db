//! A signed-in person changes the password.

use std::net::IpAddr;

use crate::account::event::Caller;
use crate::account::password::policy::{AcceptablePassword, PasswordWeakness};
use crate::flows::login::{self, LoginRefusal};
use crate::flows::password::{Person, change_of, ending, judge_new};
use crate::flows::session::{self, LiveSession};
use crate::flows::{App, FlowError, revocations};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::passwords::SparedSession;
use crate::store::{self, PasswordChange};

/// What the person typed, and where.
#[derive(Debug)]
pub struct Change<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// The session in which it happens.
    pub live: &'a LiveSession,
    /// The present password, verbatim.
    pub current: SecretString,
    /// The new one, verbatim.
    pub new: SecretString,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
    /// The same and what else is known of the request, for the record.
    pub caller: &'a Caller,
}

/// Why the password stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The present password is another one.
    WrongPassword,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
    /// So many wrong ones came before that it is not looked at here: a new sign-in asks for more.
    Doubted,
    /// The new one is not acceptable, for all of these reasons.
    Weak(Vec<PasswordWeakness>),
    /// Session, password or account changed meanwhile; sign in again.
    Outdated,
}

/// The password is another one. Every other session has ended.
#[derive(Debug)]
pub struct Changed {
    /// The new value of the session's cookie.
    pub cookie: SecretString,
}

/// Changes a password. A wrong present one counts like a failed sign-in: the cookie alone must not
/// be worth a guess more.
pub async fn change(app: &App, change: Change<'_>) -> Result<Changed, FlowError<ChangeRefusal>> {
    let now = app.now();
    let user = &change.live.facts().user;
    let counted = login::count(app, user, change.address, now).await;
    if counted.map_err(|error| error.map_refusal(refusal))? {
        return Err(FlowError::Refused(ChangeRefusal::Doubted));
    }
    let stored = user.password_hash.as_deref();
    let verified = app.hashing.verify(change.current.clone(), stored).await;
    if verified.map_err(ending)?.is_none() {
        return Err(FlowError::Refused(ChangeRefusal::WrongPassword));
    }
    login::forgive(app, user).await?;
    let person = Person {
        must_differ: true,
        ..Person::of(user, change.live.facts().has_factor)
    };
    let judged = judge_new(app, change.realm, &person, change.new.clone()).await;
    let acceptable = judged.map_err(|error| error.map_refusal(ChangeRefusal::Weak))?;
    replace(app, &change, acceptable, now).await
}

/// The one write.
async fn replace(
    app: &App,
    change: &Change<'_>,
    acceptable: AcceptablePassword,
    now: Timestamp,
) -> Result<Changed, FlowError<ChangeRefusal>> {
    let facts = change.live.facts();
    let cookie = session::new_cookie(app)?;
    let wanted = PasswordChange {
        spared: Some(SparedSession {
            id: facts.session.id.clone(),
            cookie: Digest::of(cookie.expose()),
        }),
        ..change_of(app, &facts.user, acceptable, change.caller, now).await?
    };
    match app.store.change_password(&wanted).await? {
        store::Change::Changed => {
            revocations::announce(app, &wanted.effects.marks, now).await;
            tracing::info!(realm = %change.realm, user = %wanted.user, "password changed");
            Ok(Changed { cookie })
        }
        store::Change::NotFound => Err(FlowError::Refused(ChangeRefusal::Outdated)),
    }
}

fn refusal(refusal: LoginRefusal) -> ChangeRefusal {
    match refusal {
        LoginRefusal::WrongCredentials => ChangeRefusal::WrongPassword,
        LoginRefusal::SlowDown { retry_after } => ChangeRefusal::SlowDown { retry_after },
    }
}
