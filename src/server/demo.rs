//! `vidimus demo`: the whole server in memory, with a user, ready clients and the built-in relying
//! party. Nothing is written, nothing is fetched, all of it is gone at the end.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use crate::account::password::{self, HashMemory, SALT_BYTES};
use crate::account::user::{Profile, User};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, Flag, Sources, load};
use crate::demo::{DemoConfig, Mailbox, router};
use crate::entropy::{Entropy as _, SystemEntropy, random_text};
use crate::keys::MasterKey;
use crate::mail::{Courier, Sender};
use crate::pages::DemoAccount;
use crate::protocol::client::registration::{Author, Terms, register};
use crate::protocol::client::{Client, ClientType};
use crate::protocol::ids::{ClientId, RealmId, UserId};
use crate::protocol::realm::RealmSettings;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::server::assemble::{Assembled, DemoParts, assemble_over, password_cost};
use crate::server::mailing::letters;
use crate::server::{Server, bind};
use crate::store::sqlite::SqliteStore;
use crate::store::{Effects, SharedStore};

/// What a visitor signs in with.
pub const USERNAME: &str = "ada@example.test";
/// What a visitor signs in with.
pub const PASSWORD: &str = "correct-horse-battery";

/// A demo that is ready to be served, and what to tell about it.
pub struct Demo {
    /// The bound listener.
    pub server: Server,
    /// What it serves.
    pub assembled: Assembled,
    /// Its configuration.
    pub config: Config,
    /// Its issuer, `http://localhost:<port>`.
    pub issuer: String,
    /// The ready-made clients: identifier and, for a confidential one, secret.
    pub clients: Vec<(String, Option<String>)>,
}

/// Prepares the demo on a port of this machine; 0 takes a free one.
pub async fn prepare(port: u16) -> anyhow::Result<Demo> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let limits = settings("http://localhost:1")?.limits;
    let server = bind(listen, &limits).await?;
    let issuer = format!("http://localhost:{}", server.address().port());
    let config = settings(&issuer)?;
    let store: SharedStore = Arc::new(SqliteStore::in_memory().await?);
    let entropy = SystemEntropy::default();
    let now = SystemClock.now();
    add_people(&store, &config, &entropy, now).await?;
    let clients = add_clients(&store, &issuer, &entropy, now).await?;
    let (client_id, client_secret) = clients
        .first()
        .cloned()
        .context("the demo has a web client")?;
    let mailbox = Mailbox::default();
    let routes = router(&DemoConfig {
        issuer: issuer.clone(),
        client_id,
        client_secret: client_secret.unwrap_or_default(),
        base_url: issuer.clone(),
        mailbox: mailbox.clone(),
    })?;
    let account = DemoAccount {
        username: USERNAME.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let master = MasterKey::generate(&entropy)?;
    let draining = server.draining();
    let parts = DemoParts {
        routes,
        account,
        courier: Courier::over(
            letters(&config)?,
            Sender::parse("no-reply@example.test", None)?,
            Box::new(mailbox),
        ),
    };
    let assembled = assemble_over(&config, store, master, draining, Some(parts)).await?;
    Ok(Demo {
        server,
        assembled,
        config,
        issuer,
        clients,
    })
}

/// The defaults, whatever file or environment lies around.
fn settings(issuer: &str) -> anyhow::Result<Config> {
    let flag = |key, value: &str| Flag {
        key,
        flag: "demo",
        value: value.to_owned(),
    };
    let sources = Sources {
        file: Some("/dev/null".into()),
        environment: Vec::new(),
        flags: vec![
            flag("issuer", issuer),
            flag("database_url", "sqlite::memory:"),
        ],
    };
    let loaded = load(&sources).map_err(|rejection| anyhow::anyhow!("{rejection}"))?;
    Ok(loaded.config)
}

async fn add_people(
    store: &SharedStore,
    config: &Config,
    entropy: &SystemEntropy,
    now: Timestamp,
) -> anyhow::Result<()> {
    let people = [("ada", "Ada", "Lovelace"), ("grace", "Grace", "Hopper")];
    for (username, given, family) in people {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt)?;
        let cost = password_cost(config);
        let hash = password::hash(PASSWORD, &salt, &cost, &mut HashMemory::default())?;
        let user = User {
            realm: RealmId::default_realm(),
            id: UserId::parse(random_text::<16>(entropy)?)?,
            username: username.to_owned(),
            email: Some(format!("{username}@example.test")),
            email_verified: true,
            password_hash: Some(hash),
            profile: Profile {
                name: Some(format!("{given} {family}")),
                given_name: Some(given.to_owned()),
                family_name: Some(family.to_owned()),
                locale: Some("en".to_owned()),
                ..Profile::default()
            },
            created_at: now,
            updated_at: now,
            disabled_at: None,
            must_change_password: false,
            locked_at: None,
            deleted_at: None,
        };
        store.create_user(&user, &Effects::NONE).await?;
    }
    Ok(())
}

/// A client of each kind; the first is the demo application's own.
async fn add_clients(
    store: &SharedStore,
    issuer: &str,
    entropy: &SystemEntropy,
    now: Timestamp,
) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let own = format!("{issuer}/demo/callback");
    let kinds: [(&str, &str, ClientType, &[&str]); 5] = [
        ("demo-notes", "Notes", ClientType::Web, &[&own]),
        (
            "demo-web",
            "Demo web app",
            ClientType::Web,
            &["http://localhost:3000/callback"],
        ),
        (
            "demo-spa",
            "Demo browser app",
            ClientType::Spa,
            &["http://localhost:5173/callback"],
        ),
        (
            "demo-cli",
            "Demo command line",
            ClientType::Native,
            &["http://127.0.0.1/callback"],
        ),
        ("demo-device", "Demo television", ClientType::Device, &[]),
    ];
    let mut made = Vec::new();
    for (id, name, client_type, redirect_uris) in kinds {
        let mut members = Map::from_iter([
            ("client_type".to_owned(), json!(client_type)),
            ("client_name".to_owned(), json!(name)),
            ("redirect_uris".to_owned(), json!(redirect_uris)),
        ]);
        if id == "demo-notes" {
            let home: Value = json!([format!("{issuer}/demo")]);
            members.insert("post_logout_redirect_uris".to_owned(), home);
        }
        let terms = Terms::of(Author::Admin, RealmSettings::default());
        let metadata = register(&members, terms)?;
        let secret = if metadata.is_public() {
            None
        } else {
            Some(format!("vcs_{}", random_text::<32>(entropy)?))
        };
        let client = Client::registered_by_admin(
            RealmId::default_realm(),
            ClientId::parse(id)?,
            secret.as_deref().map(Digest::of),
            metadata,
            now,
        );
        store.create_client(&client, &[]).await?;
        made.push((id.to_owned(), secret));
    }
    Ok(made)
}
