//! What a person does for a device: types its code, and allows or denies what it asks for
//! (RFC 8628 §3.3).
//!
//! A code is looked up only for somebody who is signed in, and each look-up is counted before it
//! is made. The page that follows carries the code in its address, with a sealed mark that this
//! session has typed it; nothing is answered by itself, not even to the operator's own clients
//! (§5.4).

use std::net::IpAddr;
use std::sync::Arc;

use crate::account::event::{Caller, Event, EventKind};
use crate::flows::consent::Decision;
use crate::flows::session::{self, LiveSession};
use crate::flows::{App, Fault, FlowError, interaction, limits};
use crate::protocol::authorize::{Asking, Interaction};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::{Client, GrantType};
use crate::protocol::device::{DeviceAuthorization, NO_REDIRECT_URI};
use crate::protocol::ids::{FamilyId, RealmId};
use crate::protocol::params::Params;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::token::family::ends_at;
use crate::protocol::user_code::UserCode;
use crate::store::ephemeral::Quota;
use crate::store::{Change, Effects, NewFamily};

/// The parameter of `verification_uri_complete`, of the form, and of our pages (RFC 8628 §3.3.1).
pub const USER_CODE: &str = "user_code";

/// Codes typed in one session: five at once, then one in the time that a code lives (§5.1).
const PER_SESSION: Quota = Quota {
    burst: 5,
    interval: Lifetime::seconds(300),
};

/// A code that somebody typed.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The realm of the page.
    pub realm: &'a RealmId,
    /// What was typed.
    pub text: &'a str,
    /// The session cookie.
    pub cookie: Option<&'a str>,
    /// Where from.
    pub address: IpAddr,
}

/// What a typed code leads to.
#[derive(Debug)]
pub enum Entry {
    /// Nobody is signed in: that comes first.
    SignIn(UserCode),
    /// The device's client asks for a second factor, which this session has not.
    SecondFactor {
        /// The code.
        code: UserCode,
        /// Whether the person has one.
        has_factor: bool,
    },
    /// The question, at a page with this query.
    Ask(String),
    /// The form again.
    Refused(EntryRefusal),
}

/// Why a typed code leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRefusal {
    /// No user code looks like it.
    Malformed,
    /// No device waits under it.
    Unknown,
    /// Too many codes; wait.
    SlowDown {
        /// For how long.
        retry_after: Lifetime,
    },
}

/// Takes a code that was typed.
pub async fn enter(app: &App, typed: Typed<'_>) -> Result<Entry, Fault> {
    let Some(code) = UserCode::parse(typed.text) else {
        return Ok(Entry::Refused(EntryRefusal::Malformed));
    };
    let now = app.now();
    let realm = typed.realm;
    let Some(live) = session::resume(app, realm, typed.cookie, None, now).await? else {
        return Ok(Entry::SignIn(code));
    };
    let session = &live.facts().session.id;
    let by_session = format!("device-code:{realm}:session:{session}");
    let waits = match limits::count_guess(app, realm, typed.address, now).await? {
        None => limits::count(app, &by_session, PER_SESSION, now).await?,
        waits => waits,
    };
    if let Some(retry_after) = waits {
        return Ok(Entry::Refused(EntryRefusal::SlowDown { retry_after }));
    }
    let Some((_, client)) = find(app, realm, &code, now).await? else {
        return Ok(Entry::Refused(EntryRefusal::Unknown));
    };
    if !session::is_strong_enough(&client, &live) {
        let has_factor = live.facts().has_factor;
        return Ok(Entry::SecondFactor { code, has_factor });
    }
    let typed_here = Interaction {
        started_at: now,
        signed_in: Some(session.clone()),
        allowed: None,
    };
    let params = Params::parse(page_query(&code).as_bytes());
    let query = interaction::seal(app, realm, &params, &typed_here);
    Ok(Entry::Ask(query))
}

/// The query that names a code.
pub fn page_query(code: &UserCode) -> String {
    format!("{USER_CODE}={}", code.as_str())
}

/// A device that waits, and its client.
async fn find(
    app: &App,
    realm: &RealmId,
    code: &UserCode,
    now: Timestamp,
) -> Result<Option<(DeviceAuthorization, Arc<Client>)>, Fault> {
    let row = app.store.device_by_user_code(realm, code).await?;
    let Some(device) = row.filter(|device| device.is_waiting(now)) else {
        return Ok(None);
    };
    let client = app
        .facts
        .client(app.store.as_ref(), realm, &device.client, now)
        .await?
        .filter(|client| client.disabled_at.is_none());
    Ok(client.map(|client| (device, client)))
}

/// A visit to the page that asks.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The query of the page.
    pub query: &'a Params,
    /// The session cookie.
    pub cookie: Option<&'a str>,
    /// Where the request came from.
    pub caller: &'a Caller,
}

/// What the page asks about.
#[derive(Debug)]
pub struct Question {
    /// The device that waits.
    pub device: DeviceAuthorization,
    /// Its client.
    pub client: Arc<Client>,
    /// Who is asked.
    pub live: LiveSession,
}

/// Why there is nothing to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoQuestion {
    /// The code was not typed in this session, or too long ago.
    NotTyped,
    /// The device waits no more.
    Gone,
}

/// The question of a page whose address [`enter`] has made.
pub async fn question(app: &App, visit: Visit<'_>) -> Result<Question, FlowError<NoQuestion>> {
    read(app, visit, app.now()).await
}

async fn read(
    app: &App,
    visit: Visit<'_>,
    now: Timestamp,
) -> Result<Question, FlowError<NoQuestion>> {
    let Visit {
        realm,
        query,
        cookie,
        ..
    } = visit;
    let not_typed = FlowError::Refused(NoQuestion::NotTyped);
    let Some(code) = query.get(USER_CODE).and_then(UserCode::parse) else {
        return Err(not_typed);
    };
    // Authorization requests are sealed with the same key: the mark of one proves nothing here.
    if query.encode_without(&[interaction::PARAMETER]) != page_query(&code) {
        return Err(not_typed);
    }
    let typed_in = interaction::open(app, realm, query, now).and_then(|mark| mark.signed_in);
    let live = session::resume(app, realm, cookie, None, now).await?;
    let Some(live) = live.filter(|live| typed_in.as_ref() == Some(&live.facts().session.id)) else {
        return Err(not_typed);
    };
    match find(app, realm, &code, now).await? {
        Some((device, client)) => Ok(Question {
            device,
            client,
            live,
        }),
        None => Err(FlowError::Refused(NoQuestion::Gone)),
    }
}

impl Question {
    /// What the person is asked; nothing is known from before (RFC 8628 §5.4).
    pub fn asking(&self) -> Asking {
        let nothing = ScopeSet::default();
        Asking::of(&self.device.scope, &self.client.metadata, &nothing)
    }

    fn told(&self, kind: EventKind, caller: &Caller, now: Timestamp) -> Event {
        let session = &self.live.facts().session;
        Event::new(&self.client.realm, kind, caller, now)
            .of_user(&session.user)
            .of_client(&self.client.id)
            .in_session(&session.id)
            .with("by", "device")
    }
}

/// Records the answer, once; gives the client that it was about, and whether it was let in.
pub async fn answer(
    app: &App,
    visit: Visit<'_>,
    decision: &Decision,
) -> Result<(Arc<Client>, bool), FlowError<NoQuestion>> {
    let now = app.now();
    let question = read(app, visit, now).await?;
    let allowed = match decision {
        Decision::Approve(ticked) => question.asking().answered(|token| ticked.contains(token)),
        Decision::Deny => None,
    };
    let is_let_in = allowed.is_some();
    let change = if let Some(allowed) = allowed {
        approve(app, &question, (allowed.now, visit.caller), now).await?
    } else {
        let code = &question.device.device_code;
        let told = question.told(EventKind::ConsentDenied, visit.caller, now);
        let told = Effects::event(told.with("scope", question.device.scope.to_string()));
        app.store.deny_device(visit.realm, code, &told, now).await?
    };
    match change {
        Change::Changed => Ok((question.client, is_let_in)),
        Change::NotFound => Err(FlowError::Refused(NoQuestion::Gone)),
    }
}

async fn approve(
    app: &App,
    question: &Question,
    (scope, caller): (ScopeSet, &Caller),
    now: Timestamp,
) -> Result<Change, Fault> {
    if !session::may_be_issued(app, &question.client, &question.live, now).await? {
        return Ok(Change::NotFound);
    }
    let told = question.told(EventKind::ConsentGranted, caller, now);
    let told = Effects::event(told.with("scope", scope.to_string()));
    let family = new_family(app, question, scope, now)?;
    Ok(app.store.approve_device(&family, &told).await?)
}

fn new_family(
    app: &App,
    question: &Question,
    scope: ScopeSet,
    now: Timestamp,
) -> Result<NewFamily, Fault> {
    let (device, client) = (&question.device, &question.client);
    let session = &question.live.facts().session;
    let limit = now.plus(app.settings.refresh_lifetime);
    let expires_at = ends_at(&scope, session.expires_at, limit);
    let id = FamilyId::parse(app.random_text::<16>()?)
        .map_err(|_invalid| Fault::Invariant("random text is a family id"))?;
    Ok(NewFamily {
        realm: client.realm.clone(),
        id,
        client: client.id.clone(),
        user: session.user.clone(),
        session: session.id.clone(),
        scope,
        code: device.device_code,
        code_expires_at: device.expires_at,
        redirect_uri: NO_REDIRECT_URI.to_owned(),
        code_challenge: None,
        nonce: None,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: None,
        claims: ClaimsRequest::default(),
        resources: device.resources.clone(),
        without_code: false,
        refreshable: client.metadata.allows(GrantType::RefreshToken),
        expires_at,
        created_at: now,
    })
}
