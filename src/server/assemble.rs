//! Joins configuration, record, keys, jobs and routes into something that can be served.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::Router;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::account::password::PasswordCost;
use crate::account::session::SessionLimits;
use crate::clock::SystemClock;
use crate::config::{BreachedPasswords, Complaint, Config, DatabaseKind, Rejection};
use crate::entropy::{SystemEntropy, random_text};
use crate::flows::client_keys::ClientKeys;
use crate::flows::facts::Facts;
use crate::flows::hash_pool::HashPool;
use crate::flows::password::{BreachSource, Breaches};
use crate::flows::realm_keys::{RealmKeys, check_master_key};
use crate::flows::{App, LinkLimits, Macs, RegistrationLimits, Settings, StuffingRule};
use crate::http::{Edge, EdgeSettings, metrics_router, router};
use crate::jobs::deliver_logouts::Deliveries;
use crate::jobs::deliver_mails::Outbox;
use crate::jobs::{JobContext, Jobs, heartbeat, uphold_revocations};
use crate::keys::{KeySchedule, MasterKey, SigningPool};
use crate::mail::Courier;
use crate::metrics::Metrics;
use crate::outgoing::{Outgoing, OutgoingSettings};
use crate::pages::{DemoAccount, Pages};
use crate::protocol::claims::LONGEST_LIFETIME;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Lifetime;
use crate::server::mailing::courier;
use crate::store::ephemeral::{Quota, SharedEphemeral};
use crate::store::local::LocalEphemeral;
use crate::store::postgres::PostgresSettings;
use crate::store::redis::RedisEphemeral;
use crate::store::{Migrations, SharedStore};

/// Tokens are refused this much after they lapse, for clocks that differ.
const SKEW: Lifetime = Lifetime::seconds(60);
/// How long an operation waits for a connection to the record.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(3);

/// What to do with migrations that are not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migration {
    /// Apply them before serving.
    Apply,
    /// Refuse to start.
    Refuse,
}

/// What runs beside the listener and must be stopped in order: first jobs, then the record.
#[async_trait]
pub trait Background: Send {
    /// Finishes the work at hand and lets go of everything.
    async fn stop(self: Box<Self>);
}

/// A server without its listener.
pub struct Assembled {
    /// What answers.
    pub router: Router,
    /// What answers monitoring, where it may ask.
    pub metrics: Option<Router>,
    /// What runs beside.
    pub background: Box<dyn Background>,
    /// The application behind the routes.
    pub app: Arc<App>,
}

/// What the demo adds.
pub struct DemoParts {
    /// Its routes.
    pub routes: Router,
    /// The account that the login page gives away.
    pub account: DemoAccount,
    /// Where its mails go.
    pub courier: Courier,
}

/// Builds everything that the configuration asks for. `draining` is cancelled when a stop is asked
/// for; readiness turns 503 then.
pub async fn assemble(
    config: &Config,
    migration: Migration,
    draining: CancellationToken,
) -> anyhow::Result<Assembled> {
    let store = open_store(config, migration).await?;
    let master = master_key(config)?;
    assemble_over(config, store, master, draining, None).await
}

/// The same over a record and a master key that are there already.
pub async fn assemble_over(
    config: &Config,
    store: SharedStore,
    master: MasterKey,
    draining: CancellationToken,
    demo: Option<DemoParts>,
) -> anyhow::Result<Assembled> {
    let (demo, courier) = match demo {
        Some(parts) => (Some((parts.routes, parts.account)), Some(parts.courier)),
        None => (None, courier(config)?),
    };
    let courier = courier.map(Arc::new);
    check_master_key(store.as_ref(), &master).await?;
    let app = Arc::new(app(config, store, master).await?);
    let jobs = start_jobs(&app, courier, config.event_retention).await?;
    let settings = EdgeSettings {
        trusted_proxies: config.trusted_proxies.clone(),
        body_limit_bytes: config.limits.body_bytes,
        language: config.language,
        jwks_max_age_seconds: config.keys.jwks_max_age.whole_seconds(),
        stopping: draining,
        metrics: config.metrics_listen.is_some(),
        demo,
    };
    let edge = Arc::new(Edge::new(Arc::clone(&app), Pages::new()?, settings));
    let background = Box::new(JobsAndRecord {
        jobs,
        store: Arc::clone(&app.store),
    });
    Ok(Assembled {
        metrics: metrics_router(&edge),
        router: router(edge),
        background,
        app,
    })
}

/// Opens the record of the configuration.
pub async fn open_store(config: &Config, migration: Migration) -> anyhow::Result<SharedStore> {
    let migrations = match migration {
        Migration::Apply => Migrations::Apply,
        Migration::Refuse => Migrations::Refuse,
    };
    if config.database.kind() == DatabaseKind::Sqlite {
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("cannot make the folder {}", config.data.display()))?;
    }
    let settings = PostgresSettings {
        max_connections: config.database.max_connections,
        acquire_limit: ACQUIRE_LIMIT,
        prepare: config.database.prepare_statements,
    };
    let store = crate::store::open(config.database.url.expose(), migrations, settings).await;
    Ok(store?)
}

/// The master key of the configuration: its own text, or the file in the keys folder, which the
/// first start creates.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    Ok(match &config.keys.master_key {
        Some(text) => MasterKey::from_secret_text(text)?,
        None => MasterKey::load_or_create(&config.keys_dir, &SystemEntropy::default())?,
    })
}

/// How long signing keys stay in each state.
pub fn key_schedule(config: &Config) -> KeySchedule {
    KeySchedule {
        rotation_interval: config.keys.rotation_interval,
        jwks_max_age: config.keys.jwks_max_age,
        // An API may ask for longer-lived access tokens than are configured.
        token_lifetime: LONGEST_LIFETIME.max(config.tokens.id_lifetime).plus(SKEW),
        ..KeySchedule::default()
    }
}

/// What a password hash costs.
pub fn password_cost(config: &Config) -> PasswordCost {
    PasswordCost {
        memory_kib: config.passwords.memory_kib,
        passes: config.passwords.iterations,
        lanes: config.passwords.parallelism,
    }
}

async fn app(config: &Config, store: SharedStore, master: MasterKey) -> anyhow::Result<App> {
    let macs = Macs::derive(&master)?;
    let master = Arc::new(master);
    let keys = RealmKeys::new(
        Arc::clone(&store),
        Arc::clone(&master),
        key_schedule(config),
    );
    Ok(App {
        settings: settings(config),
        store,
        ephemeral: ephemeral(config).await?,
        fallback: Arc::new(LocalEphemeral::new()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
        keys: Arc::new(keys),
        signing: SigningPool::new("sign", config.signing.threads, config.signing.queue)?,
        hashing: HashPool::new(
            config.passwords.workers,
            config.passwords.queue,
            password_cost(config),
        )?,
        breaches: breaches(config)?,
        macs,
        facts: Facts::default(),
        outgoing: Arc::new(outgoing(config)?),
        client_keys: ClientKeys::default(),
        master,
        mail_bell: Arc::new(Notify::new()),
        metrics: Metrics::default(),
    })
}

/// Who knows passwords from breaches.
pub fn breaches(config: &Config) -> Result<Breaches, Rejection> {
    let source = config
        .passwords
        .breaches
        .clone()
        .map(|source| match source {
            BreachedPasswords::Range(url) => BreachSource::Range(url),
            BreachedPasswords::File(path) => BreachSource::File(path),
        });
    Breaches::at(source)
        .map_err(|error| Rejection::of("passwords.breaches", Complaint::new(error.to_string())))
}

/// The way to addresses that clients have named.
pub fn outgoing(config: &Config) -> Result<Outgoing, Rejection> {
    let settings = OutgoingSettings {
        allow: config.outgoing.allow.clone(),
        ca_file: config.outgoing.ca_file.clone(),
    };
    Outgoing::new(settings)
        .map_err(|error| Rejection::of("outgoing.ca_file", Complaint::new(error.to_string())))
}

async fn ephemeral(config: &Config) -> anyhow::Result<SharedEphemeral> {
    Ok(match &config.redis_url {
        None if config.database.kind() == DatabaseKind::Sqlite => Arc::new(LocalEphemeral::new()),
        None => Arc::new(LocalEphemeral::without_index()),
        Some(url) => {
            let entropy = SystemEntropy::default();
            let nonce = Box::new(move || random_text::<16>(&entropy).ok());
            let redis = RedisEphemeral::connect(url.expose(), nonce).await;
            Arc::new(redis.context("redis_url")?)
        }
    })
}

/// Ten links a minute that lead to a password hash, for one address.
const LINK_USES: Quota = Quota {
    burst: 10,
    interval: Lifetime::seconds(6),
};

fn settings(config: &Config) -> Settings {
    let tokens = &config.tokens;
    Settings {
        issuer: config.issuer.as_str().to_owned(),
        access_lifetime: tokens.access_lifetime,
        id_lifetime: tokens.id_lifetime,
        code_lifetime: tokens.code_lifetime,
        refresh_lifetime: tokens.refresh_lifetime,
        refresh_grace: tokens.refresh_grace,
        sessions: SessionLimits {
            idle: config.sessions.idle,
            absolute: config.sessions.absolute,
        },
        sign_ins_per_address: Quota {
            burst: config.login.per_address_burst,
            interval: config.login.per_address_interval,
        },
        stuffing: StuffingRule {
            names: config.login.ban_names,
            window: config.login.ban_window,
            ban: config.login.ban_lasts,
        },
        registration: RegistrationLimits {
            per_address: Quota {
                burst: config.registration.per_address_burst,
                interval: config.registration.per_address_interval,
            },
            clients_limit: config.registration.clients_limit,
        },
        links: LinkLimits {
            per_address: Quota {
                burst: config.links.per_address_burst,
                interval: config.links.per_address_interval,
            },
            per_mailbox: Quota {
                burst: config.links.per_mailbox_burst,
                interval: config.links.per_mailbox_interval,
            },
            uses: LINK_USES,
        },
    }
}

/// Takes the first turn of what must be true before the first request, then starts the jobs.
async fn start_jobs(
    app: &Arc<App>,
    courier: Option<Arc<Courier>>,
    events_kept: Lifetime,
) -> anyhow::Result<Jobs> {
    if courier.is_none() {
        let waiting = app.store.waiting_mails().await?;
        tracing::warn!(waiting, "mail.url is not set: mails wait in the database");
    }
    let context = JobContext {
        store: Arc::clone(&app.store),
        ephemeral: Arc::clone(&app.ephemeral),
        keys: Arc::clone(&app.keys),
        clock: Arc::clone(&app.clock),
        node: random_text::<9>(app.entropy.as_ref())?.into(),
        deliveries: Arc::new(Deliveries::new(Arc::clone(app))),
        outbox: Arc::new(Outbox::new(Arc::clone(app), courier)),
        events_kept,
        mail_bell: Arc::clone(&app.mail_bell),
    };
    app.keys
        .ring(&RealmId::default_realm(), app.clock.now())
        .await?;
    heartbeat::run_once(context.clone()).await?;
    // A Redis that is away costs speed only; the job tries again.
    if let Err(error) = uphold_revocations::run_once(context.clone()).await {
        tracing::warn!(%error, "the revocation index is not filled yet");
    }
    Ok(Jobs::start(context))
}

struct JobsAndRecord {
    jobs: Jobs,
    store: SharedStore,
}

#[async_trait]
impl Background for JobsAndRecord {
    async fn stop(self: Box<Self>) {
        self.jobs.shut_down().await;
        self.store.close().await;
    }
}
