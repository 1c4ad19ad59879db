//! A person deletes their account. It can be brought back for a while, then it is gone.

use std::net::IpAddr;

use crate::account::event::Caller;
use crate::account::user::{AccountSwitch, LoginName, User};
use crate::flows::login::{self, LoginRefusal};
use crate::flows::password::ending;
use crate::flows::session::LiveSession;
use crate::flows::{App, FlowError, accounts};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// What the person typed to delete the account.
#[derive(Debug)]
pub struct Deletion<'a> {
    /// Their login name, so that nobody deletes an account by pressing a button too many.
    pub username: &'a str,
    /// Their password, verbatim; looked at when the account has one.
    pub password: SecretString,
    /// Where the request came from.
    pub caller: &'a Caller,
    /// The browser's address, by the trusted proxies' word.
    pub address: IpAddr,
}

/// Why an account was not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionRefusal {
    /// The name typed is not that of the account.
    OtherName,
    /// The password is wrong.
    WrongPassword,
    /// Too many attempts; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Deletes the account of the person; every session and every token ends, and the applications
/// are told.
pub async fn delete(
    app: &App,
    live: &LiveSession,
    deletion: Deletion<'_>,
) -> Result<(), FlowError<DeletionRefusal>> {
    let user = &live.facts().user;
    let typed = LoginName::parse(deletion.username);
    if typed.as_ref().map(LoginName::as_str) != Some(user.username.as_str()) {
        return Err(FlowError::Refused(DeletionRefusal::OtherName));
    }
    if user.password_hash.is_some() {
        prove(app, user, deletion.password, deletion.address).await?;
    }
    let switch = AccountSwitch::Delete;
    accounts::switch(app, (&user.realm, &user.id), switch, deletion.caller).await?;
    Ok(())
}

/// A wrong password counts like a failed sign-in: the cookie alone must not be worth a guess more.
async fn prove(
    app: &App,
    user: &User,
    password: SecretString,
    address: IpAddr,
) -> Result<(), FlowError<DeletionRefusal>> {
    login::count(app, &user.realm, (address, &user.username), app.now())
        .await
        .map_err(|error| error.map_refusal(refusal))?;
    let stored = user.password_hash.as_deref();
    let verified = app.hashing.verify(password, stored).await.map_err(ending)?;
    if verified.is_none() {
        return Err(FlowError::Refused(DeletionRefusal::WrongPassword));
    }
    let store = app.store.as_ref();
    store
        .clear_login_attempts(&user.realm, &user.username)
        .await?;
    Ok(())
}

fn refusal(refusal: LoginRefusal) -> DeletionRefusal {
    match refusal {
        LoginRefusal::WrongCredentials => DeletionRefusal::WrongPassword,
        LoginRefusal::SlowDown { retry_after } => DeletionRefusal::SlowDown { retry_after },
    }
}
