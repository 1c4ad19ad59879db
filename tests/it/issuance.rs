//! Nothing is issued or honoured for parties that do not stand: every path, in every state that
//! denies. The matrix is generated: a path or a state added to its list is tried against all others.

use std::fmt;

use http::{Method, StatusCode};
use vidimus::account::event::{Caller, EventKind};
use vidimus::account::role::Group;
use vidimus::account::user::{AccountSwitch, User};
use vidimus::flows::revocations::Cause;
use vidimus::flows::{accounts, revocations};
use vidimus::protocol::client::{ClientType, GrantType};
use vidimus::protocol::ids::{ClientId, GroupName};
use vidimus::protocol::realm::{RealmSettings, RegistrationMode};
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::token::refresh_token::RefreshToken;
use vidimus::secret::Digest;
use vidimus::store::{Change, Effects, RevocationMark};

use crate::registration::{self, Own};
use crate::roles;
use crate::support::passwords::set_password;
use crate::support::{Answer, Browser, TestClient, World};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The ways to something that is issued, or to an answer about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    Code,
    Refresh,
    ClientCredentials,
    DeviceCode,
    Userinfo,
    IntrospectAccessToken,
    IntrospectRefreshToken,
    PromptNone,
    FrontChannel,
    PushedRequest,
    ManageRegistration,
}

const PATHS: [Path; 11] = [
    Path::Code,
    Path::ClientCredentials,
    Path::DeviceCode,
    Path::Userinfo,
    Path::IntrospectAccessToken,
    // Looked at before it is spent.
    Path::IntrospectRefreshToken,
    Path::Refresh,
    Path::PromptNone,
    Path::FrontChannel,
    Path::PushedRequest,
    Path::ManageRegistration,
];

/// The states that deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    UserDisabled,
    UserLocked,
    UserDeleted,
    ClientDisabled,
    ClientDeleted,
    RealmDisabled,
    ConsentWithdrawn,
    SessionEnded,
    PasswordChanged,
    GroupLost,
    Revoked,
}

const STATES: [State; 11] = [
    State::UserDisabled,
    State::UserLocked,
    State::UserDeleted,
    State::ClientDisabled,
    State::ClientDeleted,
    State::RealmDisabled,
    State::ConsentWithdrawn,
    State::SessionEnded,
    State::PasswordChanged,
    State::GroupLost,
    State::Revoked,
];

impl State {
    /// Whether a path has the party that fell. A machine and a registration have no user; an
    /// authorization that begins anew descends from no revoked grant.
    const fn concerns(self, path: Path) -> bool {
        match self {
            Self::ClientDisabled | Self::ClientDeleted | Self::RealmDisabled => true,
            Self::Revoked => !matches!(
                path,
                Path::ClientCredentials
                    | Path::ManageRegistration
                    | Path::PromptNone
                    | Path::FrontChannel
                    | Path::PushedRequest
            ),
            Self::UserDisabled
            | Self::UserLocked
            | Self::UserDeleted
            | Self::ConsentWithdrawn
            | Self::SessionEnded
            | Self::PasswordChanged
            | Self::GroupLost => {
                !matches!(path, Path::ClientCredentials | Path::ManageRegistration)
            }
        }
    }
}

/// What came of trying a path.
enum Tried {
    Issued,
    Refused,
    /// Neither: the test does not understand the answer.
    Strange(String),
}

impl fmt::Debug for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issued => f.write_str("issued"),
            Self::Refused => f.write_str("refused"),
            Self::Strange(answer) => f.write_str(answer),
        }
    }
}

/// Parties that stand, one step before the end of every path.
struct Scene {
    world: World,
    client: TestClient,
    machine: TestClient,
    registered: Own,
    ada: User,
    staff: Group,
    browser: Browser,
    code: String,
    device_code: String,
    /// Tokens to be looked at, and a refresh token to be spent.
    access_token: String,
    refresh_token: String,
    request_uri: String,
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Scene {
    async fn set() -> Self {
        let settings = RealmSettings {
            registration: RegistrationMode::Open,
            front_channel_tokens: true,
            ..RealmSettings::default()
        };
        let world = registration::world_with(settings).await;
        let ada = world.ada().await;
        let realm = ada.realm.clone();
        let client = world
            .client_with(&realm, ClientType::Web, |metadata| {
                let more = [GrantType::DeviceCode, GrantType::Implicit];
                metadata.grant_types.extend(more);
                metadata.allowed_groups = vec![GroupName::parse("staff").unwrap()];
                metadata.response_types = vec![
                    ResponseType::CODE,
                    ResponseType::parse("id_token token").unwrap(),
                ];
            })
            .await;
        let staff = roles::group(&world, &realm, "staff").await;
        roles::join(&world, &staff, &ada).await;
        let machine = world.client(ClientType::M2m).await;
        let registered = Own::registered(&world, &serde_json::json!({})).await;
        let mut browser = world.browser();
        let tokens = tokens(&client, &mut browser).await;
        let code = code(&client, &mut browser).await;
        let device_code = allowed_device(&client, &mut browser).await;
        let pushed = client.push(&[("prompt", "none")]).await.json();
        // What happens later happens at another moment.
        world.advance(5);
        Self {
            code,
            device_code,
            access_token: text(&tokens["access_token"]),
            refresh_token: text(&tokens["refresh_token"]),
            request_uri: text(&pushed["request_uri"]),
            world,
            client,
            machine,
            registered,
            ada,
            staff,
            browser,
        }
    }

    /// Brings the state about, as the product does.
    async fn fall(&mut self, state: State) {
        let (app, now) = (&self.world.app, self.world.app.now());
        let realm = &self.ada.realm;
        let account = (realm, &self.ada.id);
        let nobody = Caller::default();
        let switch = |switch| accounts::switch(app, account, switch, &nobody);
        match state {
            State::UserDisabled => changed(switch(AccountSwitch::Disable).await.unwrap()),
            State::UserLocked => changed(switch(AccountSwitch::Lock).await.unwrap()),
            State::UserDeleted => changed(switch(AccountSwitch::Delete).await.unwrap()),
            State::ClientDisabled => {
                for id in self.clients() {
                    let client = app.store.client(realm, &id).await.unwrap();
                    let mut off = client.unwrap();
                    off.disabled_at = Some(now);
                    changed(app.store.update_client(&off, &[]).await.unwrap());
                }
            }
            State::ClientDeleted => {
                for id in self.clients() {
                    let mark = RevocationMark::Client(id.clone());
                    let effects = Effects::marks([revocations::mark(realm, mark, now)]);
                    let gone = app.store.delete_client(realm, &id, &effects, now).await;
                    changed(gone.unwrap());
                    revocations::announce(app, &effects.marks, now).await;
                }
            }
            State::RealmDisabled => {
                let mut row = app.store.realm(realm).await.unwrap().unwrap();
                row.disabled_at = Some(now);
                changed(app.store.update_realm(&row, &[]).await.unwrap());
            }
            State::ConsentWithdrawn => {
                let client = &self.client.client.id;
                let withdrawn = accounts::withdraw_consent(app, account, client, &nobody).await;
                changed(withdrawn.unwrap());
            }
            State::SessionEnded => {
                let page = self.browser.get("/end_session").await;
                let done = self.browser.submit(&page, &[("decision", "confirm")]).await;
                assert!(done.status.is_success(), "{done:?}");
            }
            State::PasswordChanged => set_password(app, &self.ada, "plane-jar-ostrich").await,
            State::GroupLost => {
                let (staff, ada) = (&self.staff.id, &self.ada.id);
                let none = Effects::NONE;
                let removed = app.store.remove_member(realm, staff, ada, &none, now).await;
                changed(removed.unwrap());
            }
            State::Revoked => self.revoke_all().await,
        }
        // Facts about parties may be one second old.
        self.world.advance(1);
    }

    fn clients(&self) -> [ClientId; 3] {
        let registered = self.registered.text("client_id");
        [
            self.client.client.id.clone(),
            self.machine.client.id.clone(),
            ClientId::parse(registered).unwrap(),
        ]
    }

    /// Every family that the session has opened.
    async fn revoke_all(&self) {
        let (app, realm) = (&self.world.app, &self.ada.realm);
        let now = app.now();
        let refreshed = RefreshToken::unproven_family(&self.refresh_token).unwrap();
        let family = app.store.family(realm, &refreshed).await;
        let mut families = vec![family.unwrap().unwrap()];
        for code in [&self.code, &self.device_code] {
            let family = app.store.family_by_code(realm, &Digest::of(code)).await;
            families.push(family.unwrap().unwrap());
        }
        let caller = Caller::default();
        let cause = Cause {
            kind: EventKind::TokenRevoked,
            reason: "test",
            caller: &caller,
        };
        for family in families {
            revocations::revoke_family(app, &family, cause, now)
                .await
                .unwrap();
        }
    }

    async fn try_path(&mut self, path: Path) -> Tried {
        let (code, refresh) = (self.code.clone(), self.refresh_token.clone());
        match path {
            Path::Code => token(
                &self
                    .client
                    .post("/token", &self.client.redemption(&code))
                    .await,
            ),
            Path::Refresh => token(&self.client.refresh(&refresh).await),
            Path::ClientCredentials => {
                let fields = [("grant_type", "client_credentials")];
                token(&self.machine.post("/token", &fields).await)
            }
            Path::DeviceCode => {
                let fields = [
                    ("grant_type", DEVICE_GRANT),
                    ("device_code", self.device_code.as_str()),
                ];
                token(&self.client.post("/token", &fields).await)
            }
            Path::Userinfo => answered(&self.client.userinfo(&self.access_token).await),
            Path::IntrospectAccessToken => self.introspect(&self.access_token).await,
            Path::IntrospectRefreshToken => self.introspect(&self.refresh_token).await,
            Path::PromptNone => {
                let address = self.client.authorize_url(&[("prompt", "none")]);
                authorization(&self.browser.get(&address).await, "code")
            }
            Path::FrontChannel => {
                let changes = [("prompt", "none"), ("response_type", "id_token token")];
                let address = self.client.authorize_url(&changes);
                authorization(&self.browser.get(&address).await, "id_token")
            }
            Path::PushedRequest => {
                let address = self.client.kept_url(&self.request_uri);
                authorization(&self.browser.get(&address).await, "code")
            }
            Path::ManageRegistration => answered(&self.registered.manage(Method::GET, None).await),
        }
    }

    async fn introspect(&self, what: &str) -> Tried {
        let answer = self.client.post("/introspect", &[("token", what)]).await;
        match answer.status {
            StatusCode::OK if answer.json()["active"] == true => Tried::Issued,
            StatusCode::OK => Tried::Refused,
            _ => answered(&answer),
        }
    }
}

fn changed(change: Change) {
    assert_eq!(change, Change::Changed);
}

/// Tokens of a grant that lives with the session.
async fn tokens(client: &TestClient, browser: &mut Browser) -> serde_json::Value {
    let code = code(client, browser).await;
    let answer = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

async fn code(client: &TestClient, browser: &mut Browser) -> String {
    let answer = browser.authorize(&client.authorize_url(&[]), "ada").await;
    answer.param("code").unwrap()
}

async fn allowed_device(client: &TestClient, browser: &mut Browser) -> String {
    let asked = client
        .post("/device_authorization", &[("scope", "openid")])
        .await;
    let codes = asked.json();
    let form = browser
        .get(&client.world.url(&client.realm, "/device"))
        .await;
    let mut answer = browser
        .submit(&form, &[("user_code", &text(&codes["user_code"]))])
        .await;
    while answer.status == StatusCode::SEE_OTHER {
        let location = answer.location().to_owned();
        answer = browser.get(&location).await;
    }
    let done = browser.submit(&answer, &[("decision", "approve")]).await;
    assert!(done.body.contains("id=\"device-done\""), "{done:?}");
    text(&codes["device_code"])
}

/// Tokens, or an error of the endpoint; a realm that is off has no endpoints.
fn token(answer: &Answer) -> Tried {
    if answer.status == StatusCode::OK {
        return Tried::Issued;
    }
    answered(answer)
}

/// An answer with content, or a refusal; a fault of ours is neither.
fn answered(answer: &Answer) -> Tried {
    match answer.status {
        StatusCode::OK => Tried::Issued,
        status if status.is_client_error() => Tried::Refused,
        _ => Tried::Strange(format!("{answer:?}")),
    }
}

/// Something issued at the client's address, an error there, or an error page of ours.
fn authorization(answer: &Answer, wanted: &str) -> Tried {
    let sent_to_client = answer.status == StatusCode::SEE_OTHER;
    if sent_to_client && answer.param(wanted).is_some() {
        Tried::Issued
    } else if (sent_to_client && answer.param("error").is_some())
        || answer.status.is_client_error()
        || (sent_to_client && answer.location().contains("/error?"))
    {
        Tried::Refused
    } else {
        Tried::Strange(format!("{answer:?}"))
    }
}

/// The control: with all parties standing, every path issues.
#[tokio::test]
async fn every_path_issues_while_all_parties_stand() {
    let mut scene = Scene::set().await;
    for path in PATHS {
        let tried = scene.try_path(path).await;
        assert!(matches!(tried, Tried::Issued), "{path:?}: {tried:?}");
    }
}

#[tokio::test]
async fn no_path_issues_in_a_state_that_denies() {
    let (mut concerned_pairs, mut wrong) = (0, Vec::new());
    for state in STATES {
        let mut scene = Scene::set().await;
        scene.fall(state).await;
        for path in PATHS {
            let tried = scene.try_path(path).await;
            let concerned = state.concerns(path);
            let expected = match tried {
                Tried::Issued => !concerned,
                Tried::Refused => concerned,
                Tried::Strange(_) => false,
            };
            if !expected {
                wrong.push(format!("{path:?} when {state:?}: {tried:?}"));
            }
            concerned_pairs += usize::from(concerned);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(concerned_pairs, 11 * 3 + 7 * 9 + 6);
}
