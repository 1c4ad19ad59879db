//! Answering an authorization request, across all of its pages.

use std::sync::Arc;

use crate::flows::session::{self, LiveSession};
use crate::flows::{App, Fault, interaction};
use crate::protocol::authorize::{
    Addressee, AddresseeRefusal, AuthorizationAnswer, AuthorizationRequest, AuthorizeRefusal,
    Interaction, LoginReason, REQUEST_LIMIT_BYTES, SignedIn, Step, next_step,
};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::client::Client;
use crate::protocol::client::GrantType;
use crate::protocol::ids::{FamilyId, RealmId, SessionId};
use crate::protocol::may_issue::{Parties, may_issue};
use crate::protocol::params::Params;
use crate::protocol::scope::OFFLINE_ACCESS;
use crate::protocol::time::Timestamp;
use crate::secret::{Digest, SecretString};
use crate::store::NewFamily;

/// One visit to any page of an authorization request.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The realm of the address.
    pub realm: &'a RealmId,
    /// The request's parameters, with or without our interaction parameter.
    pub params: &'a Params,
    /// The session cookie.
    pub cookie: Option<&'a str>,
}

/// A request that was understood.
#[derive(Debug)]
pub struct Pending {
    /// Where answers go.
    pub addressee: Addressee,
    /// What is asked for.
    pub request: AuthorizationRequest,
    /// Since when.
    pub interaction: Interaction,
    /// Who is signed in.
    pub session: Option<LiveSession>,
}

/// What the browser gets.
#[derive(Debug)]
pub enum Outcome {
    /// Back to the client.
    Answer(AuthorizationAnswer, Option<AuthorizeRefusal>),
    /// The login page.
    Login(Box<Pending>, LoginReason),
    /// The consent page.
    Consent(Box<Pending>),
    /// The error page: nobody can be answered.
    Refused(AddresseeRefusal, Option<Arc<Client>>),
    /// The page's interaction is missing or too old: begin the request anew.
    BeginAnew,
}

/// Takes a request that has just arrived.
pub async fn begin(app: &App, visit: Visit<'_>) -> Result<Outcome, Fault> {
    let now = app.now();
    proceed(
        app,
        visit,
        Interaction {
            started_at: now,
            signed_in: None,
            consented: false,
        },
        now,
    )
    .await
}

/// Takes up a request at one of its pages.
pub async fn resume(app: &App, visit: Visit<'_>) -> Result<Outcome, Fault> {
    let now = app.now();
    match interaction::open(app, visit.realm, visit.params, now) {
        Some(interaction) => proceed(app, visit, interaction, now).await,
        None => Ok(Outcome::BeginAnew),
    }
}

/// Takes up a request at its login page, on which `session` has just been opened or renewed.
pub async fn resume_signed_in(
    app: &App,
    visit: Visit<'_>,
    session: SessionId,
) -> Result<Outcome, Fault> {
    let now = app.now();
    match interaction::open(app, visit.realm, visit.params, now) {
        Some(interaction) => {
            let interaction = Interaction {
                signed_in: Some(session),
                ..interaction
            };
            proceed(app, visit, interaction, now).await
        }
        None => Ok(Outcome::BeginAnew),
    }
}

/// Understands a request and takes its next step.
pub(crate) async fn proceed(
    app: &App,
    visit: Visit<'_>,
    interaction: Interaction,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let pending = match understand(app, visit, interaction, now).await? {
        Ok(pending) => pending,
        Err(outcome) => return Ok(outcome),
    };
    let signed_in = pending.session.as_ref().map(|live| SignedIn {
        auth_time: live.facts().session.auth_time,
        session: live.facts().session.id.clone(),
        consented: live.consented(),
    });
    let client = Arc::clone(pending.addressee.client());
    let step = next_step(
        &pending.request,
        &client,
        signed_in.as_ref(),
        &pending.interaction,
        now,
    );
    match (step, &pending.session) {
        (Step::Login(reason), _) => Ok(Outcome::Login(Box::new(pending), reason)),
        (Step::Consent, _) => Ok(Outcome::Consent(Box::new(pending))),
        (Step::Refuse(refusal), _) => Ok(refuse(app, visit.realm, &pending.addressee, refusal)),
        (Step::Issue, Some(live)) => issue(app, visit, &pending, live, now).await,
        (Step::Issue, None) => Err(Fault::Invariant("a code is issued to a signed-in person")),
    }
}

/// The answer that carries a refusal.
pub(crate) fn refuse(
    app: &App,
    realm: &RealmId,
    addressee: &Addressee,
    refusal: AuthorizeRefusal,
) -> Outcome {
    let answer = AuthorizationAnswer::error(addressee, &app.issuer(realm), refusal.into());
    Outcome::Answer(answer, Some(refusal))
}

/// Both stages of parsing, and who is signed in.
pub(crate) async fn understand(
    app: &App,
    visit: Visit<'_>,
    interaction: Interaction,
    now: Timestamp,
) -> Result<Result<Pending, Outcome>, Fault> {
    let Visit {
        realm,
        params,
        cookie,
    } = visit;
    let client_id = match Addressee::client_id(params) {
        Ok(client_id) => client_id,
        Err(refusal) => return Ok(Err(Outcome::Refused(refusal, None))),
    };
    let client = app
        .facts
        .client(app.store.as_ref(), realm, &client_id, now)
        .await?;
    let addressee = match Addressee::prove(params, client.clone()) {
        Ok(addressee) => addressee,
        Err(refusal) => return Ok(Err(Outcome::Refused(refusal, client))),
    };
    let parsed = if params.encode_without(&[interaction::PARAMETER]).len() > REQUEST_LIMIT_BYTES {
        Err(AuthorizeRefusal::TooLong)
    } else {
        AuthorizationRequest::parse(params, &addressee)
    };
    let request = match parsed {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refuse(app, realm, &addressee, refusal))),
    };
    let session = session::resume(app, realm, cookie, Some(&client_id), now).await?;
    Ok(Ok(Pending {
        addressee,
        request,
        interaction,
        session,
    }))
}

/// Opens a token family in the state "code issued".
async fn issue(
    app: &App,
    visit: Visit<'_>,
    pending: &Pending,
    live: &LiveSession,
    now: Timestamp,
) -> Result<Outcome, Fault> {
    let client = pending.addressee.client();
    let realm_enabled = app
        .facts
        .realm(app.store.as_ref(), visit.realm, now)
        .await?
        .is_some_and(|realm| realm.disabled_at.is_none());
    let parties = Parties {
        realm_enabled,
        client,
        user_enabled: Some(live.facts().user.disabled_at.is_none()),
        session_stands: live.facts().session.is_live(app.settings.sessions, now),
        revoked: false,
    };
    if may_issue(parties).is_err() {
        return Ok(refuse(
            app,
            visit.realm,
            &pending.addressee,
            AuthorizeRefusal::Denied,
        ));
    }
    let code = SecretString::new(format!("vac_{}", app.random_text::<32>()?));
    let family = new_family(app, pending, live, Digest::of(code.expose()), now)?;
    app.store.issue_code(&family).await?;
    let issuer = app.issuer(visit.realm);
    Ok(Outcome::Answer(
        AuthorizationAnswer::code(&pending.addressee, &issuer, code.expose()),
        None,
    ))
}

fn new_family(
    app: &App,
    pending: &Pending,
    live: &LiveSession,
    code: Digest,
    now: Timestamp,
) -> Result<NewFamily, Fault> {
    let client = pending.addressee.client();
    let session = &live.facts().session;
    let scope = pending.request.scope.clone();
    // OIDC Core §11: only offline_access lets a grant outlive the session.
    let limit = now.plus(app.settings.refresh_lifetime);
    let expires_at = if scope.contains(OFFLINE_ACCESS) {
        limit
    } else {
        limit.min(session.expires_at)
    };
    let id = FamilyId::parse(app.random_text::<16>()?)
        .map_err(|_invalid| Fault::Invariant("random text is a family id"))?;
    Ok(NewFamily {
        realm: client.realm.clone(),
        id,
        client: client.id.clone(),
        user: session.user.clone(),
        session: session.id.clone(),
        code,
        code_expires_at: now.plus(app.settings.code_lifetime),
        redirect_uri: pending.addressee.redirect().as_str().to_owned(),
        code_challenge: pending
            .request
            .code_challenge
            .as_ref()
            .map(|c| c.as_str().to_owned()),
        nonce: pending.request.nonce.clone(),
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: None,
        claims: ClaimsRequest::default(),
        resources: Vec::new(),
        without_code: false,
        refreshable: client.metadata.allows(GrantType::RefreshToken),
        scope,
        expires_at,
        created_at: now,
    })
}
