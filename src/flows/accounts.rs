//! Moving accounts between their states, changing what they are called, and taking consent back: by
//! people, admins and commands.

use crate::account::amendment;
use crate::account::event::{Caller, Event, EventKind};
use crate::account::user::{AccountSwitch, User};
use crate::flows::{App, Fault, revocations};
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::{Change, Effects, RevocationMark};

/// What goes with a switch: an event, and when it denies, a mark that refuses all tokens.
pub fn switch_effects(
    (realm, user): (&RealmId, &UserId),
    switch: AccountSwitch,
    caller: &Caller,
    now: Timestamp,
) -> Effects {
    let event = Event::new(realm, switch.event(), caller, now).of_user(user);
    let marks = if switch.denies() {
        vec![revocations::mark(
            realm,
            RevocationMark::User(user.clone()),
            now,
        )]
    } else {
        Vec::new()
    };
    Effects::marks(marks).and_event(event)
}

/// What goes with an operator's change of an account: the events that tell of it, and whose word it
/// was where people make such changes themselves.
pub fn amendment_effects((before, after): (&User, &User), caller: &Caller) -> Effects {
    let mut effects = Effects::NONE;
    for (kind, detail) in amendment::told(before, after) {
        let event = Event::new(&after.realm, kind, caller, after.updated_at).of_user(&after.id);
        effects = effects.and_event(match detail {
            Some((name, value)) => event.with(name, value).with("by", "operator"),
            None => event,
        });
    }
    effects
}

/// Moves an account to another state; when it denies, nothing is acknowledged before every node
/// refuses the user's tokens.
pub async fn switch(
    app: &App,
    (realm, user): (&RealmId, &UserId),
    switch: AccountSwitch,
    caller: &Caller,
) -> Result<Change, Fault> {
    let now = app.now();
    let effects = switch_effects((realm, user), switch, caller, now);
    let change = app
        .store
        .switch_user(realm, user, switch, &effects, now)
        .await?;
    if change == Change::Changed {
        revocations::announce(app, &effects.marks, now).await;
        tracing::info!(%realm, %user, event = switch.event().as_str(), "account switched");
    }
    Ok(change)
}

/// What goes with taking consent back: an event, and a mark that refuses the client's tokens.
pub fn withdrawal_effects(
    (realm, user): (&RealmId, &UserId),
    client: &ClientId,
    caller: &Caller,
    now: Timestamp,
) -> Effects {
    let mark = RevocationMark::Grant(user.clone(), client.clone());
    let event = Event::new(realm, EventKind::ConsentWithdrawn, caller, now)
        .of_user(user)
        .of_client(client);
    Effects::marks([revocations::mark(realm, mark, now)]).and_event(event)
}

/// Takes back what a person has allowed a client; its tokens for this person end everywhere.
pub async fn withdraw_consent(
    app: &App,
    (realm, user): (&RealmId, &UserId),
    client: &ClientId,
    caller: &Caller,
) -> Result<Change, Fault> {
    let now = app.now();
    let effects = withdrawal_effects((realm, user), client, caller, now);
    let change = app
        .store
        .withdraw_consent(realm, user, client, &effects, now)
        .await?;
    if change == Change::Changed {
        revocations::announce(app, &effects.marks, now).await;
        tracing::info!(%realm, %user, %client, "consent withdrawn");
    }
    Ok(change)
}
