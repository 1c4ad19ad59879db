//! A whole server in process, on any store.

use std::sync::Arc;

use axum::Router;
use vidimus::account::language::Language;
use vidimus::account::password::{PasswordCost, SALT_BYTES};
use vidimus::account::session::SessionLimits;
use vidimus::account::user::{LoginName, Profile, User};
use vidimus::clock::{Clock, ManualClock, SystemClock};
use vidimus::entropy::{Entropy, SystemEntropy, random_text};
use vidimus::flows::client_keys::ClientKeys;
use vidimus::flows::facts::Facts;
use vidimus::flows::hash_pool::HashPool;
use vidimus::flows::password::Breaches;
use vidimus::flows::realm_keys::RealmKeys;
use vidimus::flows::{App, LinkLimits, Macs, RegistrationLimits, Settings, StuffingRule};
use vidimus::http::{Edge, EdgeSettings, metrics_router, router};
use vidimus::jobs::deliver_logouts::Deliveries;
use vidimus::jobs::deliver_mails::{self, Outbox};
use vidimus::jobs::{JobContext, uphold_revocations};
use vidimus::keys::{KeySchedule, MasterKey, SigningPool};
use vidimus::mail::Courier;
use vidimus::metrics::Metrics;
use vidimus::outgoing::{Outgoing, OutgoingSettings};
use vidimus::pages::Pages;
use vidimus::protocol::client::{
    Client, ClientMetadata, ClientType, GrantType, TokenEndpointAuthMethod,
};
use vidimus::protocol::ids::{ClientId, RealmId, UserId};
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::scope::ScopeSet;
use vidimus::protocol::time::{Lifetime, Timestamp};
use vidimus::secret::{Digest, SecretString};
use vidimus::store::ephemeral::{Quota, SharedEphemeral};
use vidimus::store::local::LocalEphemeral;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Effects, SharedStore};

use super::mail_server::MailServer;
use super::names::Names;
use super::{Browser, TestClient};

/// The issuer of in-process worlds; https, so that cookies are `Secure`.
pub(crate) const ISSUER: &str = "https://id.example.test";
/// The password of every test user.
pub(crate) const PASSWORD: &str = "correct-horse-battery";
/// Where test clients are answered.
pub(crate) const REDIRECT: &str = "https://rp.example.test/cb";

/// One node.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) router: Router,
    /// What answers monitoring.
    pub(crate) metrics: Router,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) jobs: JobContext,
}

/// What nodes of one deployment share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: SharedStore,
    pub(crate) ephemeral: SharedEphemeral,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) issuer: String,
    /// Time passes by itself, and `clock` is not looked at: for memory that has a clock of its
    /// own.
    pub(crate) real_time: bool,
    pub(crate) schedule: KeySchedule,
    pub(crate) token_lifetime: Lifetime,
    /// The way out. It leads nowhere: no name is known, and nothing is allowed.
    pub(crate) outgoing: Arc<Outgoing>,
    /// Who knows passwords from breaches.
    pub(crate) breaches: Breaches,
    /// How many clients a realm may have that came without an admin.
    pub(crate) clients_limit: u32,
    /// Registrations from one address.
    pub(crate) registrations: Quota,
    /// What sends mails. Without one they wait.
    pub(crate) courier: Option<Arc<Courier>>,
    /// Mails with links that strangers may ask for.
    pub(crate) links: LinkLimits,
}

impl Shared {
    /// Over a store, with the in-process index.
    pub(crate) fn over(store: SharedStore) -> Self {
        let entropy = SystemEntropy::default();
        let plenty = Quota {
            burst: 10_000,
            interval: Lifetime::seconds(1),
        };
        Self {
            store,
            ephemeral: Arc::new(LocalEphemeral::new()),
            master: Arc::new(MasterKey::generate(&entropy).unwrap()),
            clock: Arc::new(ManualClock::at(Timestamp::from_unix_seconds(1_800_000_000))),
            issuer: ISSUER.to_owned(),
            real_time: false,
            schedule: KeySchedule::default(),
            token_lifetime: Lifetime::seconds(900),
            outgoing: Names::default().outgoing(OutgoingSettings::default()),
            breaches: Breaches::default(),
            clients_limit: 1_000,
            registrations: Quota {
                burst: 100_000,
                interval: Lifetime::seconds(1),
            },
            courier: None,
            links: LinkLimits {
                per_address: plenty,
                per_mailbox: plenty,
                uses: plenty,
            },
        }
    }

    /// The same, where mails go to a server.
    pub(crate) fn mailing_to(mut self, server: &MailServer) -> Self {
        self.courier = Some(server.courier());
        self
    }

    /// The same, where applications listen on this machine.
    pub(crate) fn beside_apps(self) -> Self {
        self.reaching(&Names::default(), &["127.0.0.0/8"])
    }

    /// The same with names that are known, and with networks that may be reached without TLS.
    pub(crate) fn reaching(mut self, names: &Names, allow: &[&str]) -> Self {
        let settings = OutgoingSettings {
            allow: allow
                .iter()
                .map(|network| network.parse().unwrap())
                .collect(),
            ca_file: None,
        };
        self.outgoing = names.outgoing(settings);
        self
    }
}

impl World {
    /// A node of its own on the in-memory store.
    pub(crate) async fn in_memory() -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        Self::node(&Shared::over(store)).await
    }

    /// The same, where applications listen on this machine.
    pub(crate) async fn beside_apps() -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        Self::node(&Shared::over(store).beside_apps()).await
    }

    /// A node of a deployment.
    pub(crate) async fn node(shared: &Shared) -> Self {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let clock: Arc<dyn Clock> = if shared.real_time {
            Arc::new(SystemClock)
        } else {
            shared.clock.clone()
        };
        let keys = Arc::new(RealmKeys::new(
            shared.store.clone(),
            shared.master.clone(),
            shared.schedule,
        ));
        let cost = PasswordCost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        let app = Arc::new(App {
            settings: settings(shared),
            store: shared.store.clone(),
            ephemeral: shared.ephemeral.clone(),
            fallback: Arc::new(LocalEphemeral::new()),
            clock: clock.clone(),
            entropy,
            keys: keys.clone(),
            signing: SigningPool::new("sign", 2, 4096).unwrap(),
            hashing: HashPool::new(2, 64, cost).unwrap(),
            breaches: shared.breaches.clone(),
            macs: Macs::derive(&shared.master).unwrap(),
            facts: Facts::default(),
            outgoing: shared.outgoing.clone(),
            client_keys: ClientKeys::default(),
            master: shared.master.clone(),
            mail_bell: Arc::default(),
            metrics: Metrics::default(),
        });
        let pages = Pages::new().unwrap();
        let edge = Arc::new(Edge::new(app.clone(), pages, edge_settings(shared)));
        let jobs = JobContext {
            store: shared.store.clone(),
            ephemeral: shared.ephemeral.clone(),
            keys,
            clock,
            node: random_text::<9>(app.entropy.as_ref()).unwrap().into(),
            deliveries: Arc::new(Deliveries::new(app.clone())),
            outbox: Arc::new(Outbox::new(app.clone(), shared.courier.clone())),
            events_kept: Lifetime::seconds(90 * 86_400),
            mail_bell: app.mail_bell.clone(),
        };
        // The index is believed only once it was filled from the record; a Redis may be away.
        let filled = uphold_revocations::run_once(jobs.clone()).await;
        assert!(filled.is_ok() || shared.real_time, "{filled:?}");
        Self {
            app,
            metrics: metrics_router(&edge).unwrap(),
            router: router(edge),
            clock: shared.clock.clone(),
            jobs,
        }
    }

    /// A node of its own on the in-memory store, whose mails go to a server.
    pub(crate) async fn mailing_to(server: &MailServer) -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        Self::node(&Shared::over(store).mailing_to(server)).await
    }

    /// Sends every mail that is due; returns when each attempt has ended.
    pub(crate) async fn send_mails(&self) {
        deliver_mails::run_once(self.jobs.clone()).await.unwrap();
        self.jobs.outbox.settled().await;
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: u32) {
        self.clock.advance(Lifetime::seconds(seconds));
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(self)
    }

    /// Registers `ada` in the default realm.
    pub(crate) async fn ada(&self) -> User {
        self.user(&RealmId::default_realm(), "ada").await
    }

    /// Registers a user with [`PASSWORD`].
    pub(crate) async fn user(&self, realm: &RealmId, username: &str) -> User {
        let profile = Profile {
            name: Some("Ada Lovelace".to_owned()),
            given_name: Some("Ada".to_owned()),
            ..Profile::default()
        };
        self.user_in(realm, username, profile).await
    }

    /// Registers a user of the default realm of whom more is known.
    pub(crate) async fn user_with(&self, username: &str, profile: Profile) -> User {
        self.user_in(&RealmId::default_realm(), username, profile)
            .await
    }

    async fn user_in(&self, realm: &RealmId, username: &str, profile: Profile) -> User {
        let password = SecretString::new(PASSWORD.to_owned());
        let hash = self
            .app
            .hashing
            .hash(password, [7; SALT_BYTES])
            .await
            .unwrap();
        let now = self.app.now();
        let user = User {
            realm: realm.clone(),
            id: UserId::parse(random_text::<16>(self.app.entropy.as_ref()).unwrap()).unwrap(),
            username: username.to_owned(),
            email: Some(format!("{username}@example.test")),
            email_verified: true,
            password_hash: Some(hash),
            profile,
            created_at: now,
            updated_at: now,
            disabled_at: None,
            locked_at: None,
            deleted_at: None,
            must_change_password: false,
        };
        self.app
            .store
            .create_user(&user, &Effects::NONE)
            .await
            .unwrap();
        user
    }

    /// A user of the default realm, as the record has it.
    pub(crate) async fn person(&self, username: &str) -> User {
        let login = LoginName::parse(username).unwrap();
        let realm = RealmId::default_realm();
        let found = self.app.store.user_by_login(&realm, &login);
        found.await.unwrap().unwrap()
    }

    /// Registers a client of a kind in the default realm.
    pub(crate) async fn client(&self, client_type: ClientType) -> TestClient {
        self.client_with(&RealmId::default_realm(), client_type, |_| {})
            .await
    }

    /// Registers a client with changes to its metadata.
    pub(crate) async fn client_with(
        &self,
        realm: &RealmId,
        client_type: ClientType,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> TestClient {
        let id = format!(
            "vid_{}",
            random_text::<12>(self.app.entropy.as_ref()).unwrap()
        );
        let public = matches!(
            client_type,
            ClientType::Spa | ClientType::Native | ClientType::Device
        );
        let mut metadata = metadata(client_type, public);
        change(&mut metadata);
        let secret =
            (!metadata.is_public()).then(|| random_text::<32>(self.app.entropy.as_ref()).unwrap());
        let client = Client::registered_by_admin(
            realm.clone(),
            ClientId::parse(id).unwrap(),
            secret.as_deref().map(Digest::of),
            metadata,
            self.app.now(),
        );
        self.app.store.create_client(&client, &[]).await.unwrap();
        TestClient {
            world: self.clone(),
            realm: realm.clone(),
            client,
            secret,
        }
    }

    /// The address of a path in a realm.
    pub(crate) fn url(&self, realm: &RealmId, path: &str) -> String {
        self.app.issuer(realm).url(path)
    }
}

fn edge_settings(shared: &Shared) -> EdgeSettings {
    EdgeSettings {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        body_limit_bytes: 64 * 1024,
        language: Language::English,
        jwks_max_age_seconds: shared.schedule.jwks_max_age.whole_seconds(),
        stopping: tokio_util::sync::CancellationToken::new(),
        metrics: true,
        demo: None,
    }
}

fn settings(shared: &Shared) -> Settings {
    Settings {
        issuer: shared.issuer.clone(),
        access_lifetime: shared.token_lifetime,
        id_lifetime: shared.token_lifetime,
        code_lifetime: Lifetime::seconds(60),
        refresh_lifetime: Lifetime::seconds(30 * 24 * 3600),
        refresh_grace: Lifetime::seconds(30),
        sessions: SessionLimits {
            idle: Lifetime::seconds(90 * 60),
            absolute: Lifetime::seconds(12 * 3600),
        },
        sign_ins_per_address: Quota {
            burst: 10,
            interval: Lifetime::seconds(20),
        },
        stuffing: StuffingRule {
            names: 15,
            window: Lifetime::seconds(3 * 3_600),
            ban: Lifetime::seconds(86_400),
        },
        registration: RegistrationLimits {
            per_address: shared.registrations,
            clients_limit: shared.clients_limit,
        },
        links: shared.links,
    }
}

fn metadata(client_type: ClientType, public: bool) -> ClientMetadata {
    let redirected = !matches!(client_type, ClientType::M2m | ClientType::Device);
    let redirect = if client_type == ClientType::Native {
        "http://127.0.0.1/cb"
    } else {
        REDIRECT
    };
    ClientMetadata {
        client_name: "Notes".to_owned(),
        client_type,
        redirect_uris: if redirected {
            vec![redirect.to_owned()]
        } else {
            vec![]
        },
        post_logout_redirect_uris: vec!["https://rp.example.test/bye".to_owned()],
        grant_types: match client_type {
            ClientType::Web | ClientType::Spa | ClientType::Native => {
                vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
            }
            ClientType::M2m => vec![GrantType::ClientCredentials],
            ClientType::Device => vec![GrantType::DeviceCode, GrantType::RefreshToken],
        },
        token_endpoint_auth_method: if public {
            TokenEndpointAuthMethod::None
        } else {
            TokenEndpointAuthMethod::ClientSecretBasic
        },
        response_types: if redirected {
            vec![ResponseType::CODE]
        } else {
            vec![]
        },
        scope: ScopeSet::parse("openid profile email address phone offline_access api").unwrap(),
        ..ClientMetadata::default()
    }
}
