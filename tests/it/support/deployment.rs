//! A record that outlives its nodes: a SQLite file, or Postgres with a Redis beside it.

use std::sync::Arc;
use std::time::Duration;

use vidimus::entropy::{SystemEntropy, random_text};
use vidimus::keys::{KeySchedule, MasterKey};
use vidimus::protocol::time::Lifetime;
use vidimus::store::local::LocalEphemeral;
use vidimus::store::postgres::PostgresSettings;
use vidimus::store::redis::RedisEphemeral;
use vidimus::store::{Migrations, SharedStore, open};

use super::World;
use super::postgres::fresh_database;
use super::redis::TestRedis;
use super::world::Shared;

/// What nodes are started over. Real time passes, since Redis has a clock of its own.
pub(crate) struct Deployment {
    pub(crate) database: String,
    pub(crate) redis: Option<TestRedis>,
    /// How long a node waits for Redis.
    pub(crate) patience: Duration,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) schedule: KeySchedule,
    pub(crate) token_lifetime: Lifetime,
    pub(crate) clients_limit: u32,
    _folder: Option<tempfile::TempDir>,
}

impl Deployment {
    fn of(database: String, redis: Option<TestRedis>, folder: Option<tempfile::TempDir>) -> Self {
        Self {
            database,
            redis,
            // The machine of the tests may be busy; the tests of outages are strict.
            patience: Duration::from_secs(5),
            master: Arc::new(MasterKey::generate(&SystemEntropy::default()).unwrap()),
            schedule: KeySchedule::default(),
            token_lifetime: Lifetime::seconds(900),
            clients_limit: 1_000,
            _folder: folder,
        }
    }

    /// A SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("record.db").display());
        Self::of(database, None, Some(folder))
    }

    /// Postgres alone.
    pub(crate) async fn postgres() -> Self {
        Self::of(fresh_database().await, None, None)
    }

    /// Postgres, and Redis.
    pub(crate) async fn cluster() -> Self {
        let redis = TestRedis::start().await;
        Self::of(fresh_database().await, Some(redis), None)
    }

    /// Opens the record.
    pub(crate) async fn store(&self) -> SharedStore {
        let settings = PostgresSettings {
            // A busy machine again.
            acquire_limit: Duration::from_mins(1),
            ..PostgresSettings::default()
        };
        open(&self.database, Migrations::Apply, settings)
            .await
            .unwrap()
    }

    /// One more node, with its own connections and its own view of everything.
    pub(crate) async fn node(&self) -> World {
        let alone = self.database.starts_with("sqlite");
        self.node_among(alone).await
    }

    /// Two nodes, be it over one file.
    pub(crate) async fn two_nodes(&self) -> [World; 2] {
        [self.node_among(false).await, self.node_among(false).await]
    }

    /// A node that has no way to Redis.
    pub(crate) async fn node_cut_off(&self) -> World {
        // Nobody listens at port 1.
        self.node_at(Some("redis://127.0.0.1:1/"), false).await
    }

    async fn node_among(&self, alone: bool) -> World {
        let redis = self.redis.as_ref().map(TestRedis::url);
        self.node_at(redis.as_deref(), alone).await
    }

    async fn node_at(&self, redis: Option<&str>, alone: bool) -> World {
        let mut shared = Shared {
            master: self.master.clone(),
            schedule: self.schedule,
            token_lifetime: self.token_lifetime,
            clients_limit: self.clients_limit,
            real_time: true,
            ..Shared::over(self.store().await)
        };
        if !alone {
            // As the server does: without Redis no node hears of another's revocations.
            shared.ephemeral = Arc::new(LocalEphemeral::without_index());
        }
        if let Some(url) = redis {
            let nonce = Box::new(|| random_text::<16>(&SystemEntropy::default()).ok());
            let memory = RedisEphemeral::connect(url, nonce).await.unwrap();
            shared.ephemeral = Arc::new(memory.answering_within(self.patience));
        }
        World::node(&shared.beside_apps()).await
    }
}
