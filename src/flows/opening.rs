//! What the end of a sign-in opens: a session, and a device that is known or remembered with it.

use crate::account::device::Device;
use crate::account::event::{Caller, Event, EventKind};
use crate::account::known_device::{Acquaintance, is_told};
use crate::account::mail::MailKind;
use crate::account::session::Session;
use crate::account::user::User;
use crate::flows::factors::noticed;
use crate::flows::sign_in_steps::Visitor;
use crate::flows::{App, Fault, end_session, session};
use crate::protocol::ids::{SessionId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::{Digest, SecretString};
use crate::store::Effects;
use crate::store::factors::RememberedDevice;
use crate::store::protection::KnownDevice;

/// How much of a browser's name a remembered device keeps, in characters.
const DEVICE_NAME_LIMIT: usize = 120;

/// A session under a new cookie, so that a cookie planted before the sign-in is worth nothing
/// after it. The same person signing in again keeps the session itself, and with it the tokens
/// that were issued in it; another person ends it.
pub(crate) async fn new_session(
    app: &App,
    visitor: Visitor<'_>,
    user: &UserId,
    amr: String,
    now: Timestamp,
) -> Result<(SecretString, Session), Fault> {
    let realm = visitor.realm;
    let cookie = session::new_cookie(app)?;
    let before = session::recognise(app, realm, visitor.session, None, now).await?;
    let (id, created_at) = match before {
        Some(live) if live.facts().user.id == *user => {
            let session = &live.facts().session;
            (session.id.clone(), session.created_at)
        }
        Some(live) => {
            end_session::end(app, realm, &live, visitor.caller).await?;
            (new_session_id(app)?, now)
        }
        None => (new_session_id(app)?, now),
    };
    let session = Session {
        realm: realm.clone(),
        id,
        cookie: Digest::of(cookie.expose()),
        user: user.clone(),
        auth_time: now,
        amr,
        created_at,
        last_seen_at: now,
        expires_at: now.plus(app.settings.sessions.absolute),
        ended_at: None,
    };
    Ok((cookie, session))
}

pub(crate) fn new_session_id(app: &App) -> Result<SessionId, Fault> {
    SessionId::parse(app.random_text::<16>()?)
        .map_err(|_invalid| Fault::Invariant("random text is a session id"))
}

/// A device to be remembered, and the value of its cookie.
pub(crate) fn new_device(
    app: &App,
    visitor: Visitor<'_>,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<(RememberedDevice, SecretString), Fault> {
    let value = session::new_cookie(app)?;
    let agent = visitor.caller.user_agent.as_deref();
    let device = RememberedDevice {
        id: app.random_text::<16>()?,
        cookie: Digest::of(value.expose()),
        name: agent
            .unwrap_or_default()
            .chars()
            .take(DEVICE_NAME_LIMIT)
            .collect(),
        created_at: now,
        expires_at: now.plus(lifetime),
    };
    Ok((device, value))
}

pub(crate) fn signed_in(visitor: Visitor<'_>, session: &Session, now: Timestamp) -> Event {
    Event::new(visitor.realm, EventKind::SignedIn, visitor.caller, now)
        .of_user(&session.user)
        .in_session(&session.id)
        .with("amr", session.amr.as_str())
}

pub(crate) fn device_remembered(
    visitor: Visitor<'_>,
    user: &UserId,
    device: &RememberedDevice,
    now: Timestamp,
) -> Event {
    Event::new(
        visitor.realm,
        EventKind::DeviceRemembered,
        visitor.caller,
        now,
    )
    .of_user(user)
    .with("device", device.id.as_str())
}

/// Makes the browser known to whoever completes a sign-in on it, and tells its owner if it was not;
/// gives the value of its cookie, which is the present one where somebody here is known by that.
pub(crate) async fn acquaint(
    app: &App,
    visitor: Visitor<'_>,
    (user, session): (&User, &SessionId),
    mut effects: Effects,
    now: Timestamp,
) -> Result<(SecretString, Effects), Fault> {
    let presented = visitor.known.map(Digest::of);
    let owner = (visitor.realm, &user.id);
    let facts = app
        .store
        .device_facts(owner.0, owner.1, presented.as_ref(), now)
        .await?;
    let cookie = match visitor.known.filter(|_| facts.shared) {
        Some(value) => SecretString::new(value.to_owned()),
        None => session::new_cookie(app)?,
    };
    effects.known_device = Some(KnownDevice {
        realm: visitor.realm.clone(),
        user: user.id.clone(),
        cookie: Digest::of(cookie.expose()),
        session: session.clone(),
        seen_at: now,
    });
    let acquaintance = Acquaintance {
        known: facts.known,
        devices: facts.devices,
        account_since: user.created_at,
    };
    if is_told(acquaintance, now) {
        let device = in_words(visitor.caller);
        let device: &[_] = &[("device", device.as_str())];
        effects = noticed(app, user, (MailKind::NewDevice, device), effects, now)?;
    }
    Ok((cookie, effects))
}

/// A browser and where it is, in nobody's language.
fn in_words(caller: &Caller) -> String {
    let device = Device::of(caller.user_agent.as_deref().unwrap_or_default());
    let address = caller.address.map(|address| address.to_string());
    let known = [device.browser, device.system, address.as_deref()];
    let words: Vec<&str> = known.into_iter().flatten().collect();
    words.join(", ")
}

/// Whether a person has completed a sign-in on this browser.
pub(crate) async fn is_known(
    app: &App,
    visitor: Visitor<'_>,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let Some(cookie) = visitor.known.map(Digest::of) else {
        return Ok(false);
    };
    let facts = app
        .store
        .device_facts(visitor.realm, user, Some(&cookie), now)
        .await?;
    Ok(facts.known)
}
