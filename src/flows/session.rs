//! Who is signed in at a browser.

use crate::flows::{App, Fault, personal};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::scope::ScopeSet;
use crate::protocol::second_factor::Demand;
use crate::protocol::time::Timestamp;
use crate::secret::{Digest, SecretString};
use crate::store::SessionFacts;

/// A live session of an enabled user.
#[derive(Debug, Clone)]
pub struct LiveSession(SessionFacts);

impl LiveSession {
    /// The session, its user and the consent for the client that was asked about.
    pub fn facts(&self) -> &SessionFacts {
        &self.0
    }

    /// What the user's roles ask of every sign-in.
    pub fn role_demand(&self) -> Demand {
        Demand::RULE.when(self.0.required_by_role)
    }

    /// What the user consented to for that client.
    pub fn consented(&self) -> ScopeSet {
        self.0.consented.clone().unwrap_or_default()
    }
}

/// The live session of a cookie, if there is one and nothing is to be done before it opens anything:
/// whoever must change the password signs in anew, and changes it there.
pub async fn resume(
    app: &App,
    realm: &RealmId,
    cookie: Option<&str>,
    client: Option<&ClientId>,
    now: Timestamp,
) -> Result<Option<LiveSession>, Fault> {
    let live = recognise(app, realm, cookie, client, now).await?;
    Ok(live.filter(|live| !live.facts().user.must_change_password))
}

/// The live session of a cookie, if there is one: enough to end it, or to sign the same person in.
pub(crate) async fn recognise(
    app: &App,
    realm: &RealmId,
    cookie: Option<&str>,
    client: Option<&ClientId>,
    now: Timestamp,
) -> Result<Option<LiveSession>, Fault> {
    let Some(cookie) = cookie else {
        return Ok(None);
    };
    let Some(facts) = app
        .store
        .session_facts(realm, &Digest::of(cookie), client)
        .await?
    else {
        return Ok(None);
    };
    if !facts.session.is_live(app.settings.sessions, now) || !facts.user.stands() {
        return Ok(None);
    }
    if facts.session.wants_touch(now) {
        app.store
            .touch_session(realm, &facts.session.id, now)
            .await?;
    }
    Ok(Some(LiveSession(facts)))
}

/// Whether the sign-in of a live session holds what the client asks of everybody's, and what the
/// person's roles ask.
pub(crate) fn is_strong_enough(client: &Client, live: &LiveSession) -> bool {
    let facts = live.facts();
    let demand = Demand::CLIENT
        .when(client.metadata.require_second_factor)
        .and(live.role_demand());
    demand.is_met_by(&facts.session.amr, facts.has_factor)
}

/// Whether anything may be issued to a client for the person of a live session.
pub(crate) async fn may_be_issued(
    app: &App,
    client: &Client,
    live: &LiveSession,
    now: Timestamp,
) -> Result<bool, Fault> {
    if !is_strong_enough(client, live) {
        return Ok(false);
    }
    let store = app.store.as_ref();
    let realm = app.facts.realm(store, &client.realm, now).await?;
    let facts = live.facts();
    let parties = Parties {
        realm_enabled: realm.is_some_and(|realm| realm.disabled_at.is_none()),
        client,
        user_enabled: Some(facts.user.stands()),
        admitted: personal::is_admitted(app, client, &facts.user.id, now).await?,
        session_stands: facts.session.is_live(app.settings.sessions, now),
        revoked: false,
    };
    Ok(may_issue(parties).is_ok())
}

/// A new cookie value: 256 random bits.
pub fn new_cookie(app: &App) -> Result<SecretString, Fault> {
    Ok(SecretString::new(app.random_text::<32>()?))
}

/// The CSRF token of a browser: bound to its cookie, so that a new session makes old forms void.
pub fn csrf_token(app: &App, realm: &RealmId, cookie: &str) -> String {
    app.macs
        .csrf
        .tag_text(&[realm.as_str().as_bytes(), cookie.as_bytes()])
}

/// Whether a form carries the CSRF token of the browser that sends it.
pub fn check_csrf(app: &App, realm: &RealmId, cookie: Option<&str>, token: Option<&str>) -> bool {
    let (Some(cookie), Some(token)) = (cookie, token) else {
        return false;
    };
    app.macs
        .csrf
        .verify_text(&[realm.as_str().as_bytes(), cookie.as_bytes()], token)
}
