//! Where the commands meet the parts that the server is assembled from.

use std::sync::Arc;

use super::desk::Desk;
use super::output::Output;
use super::{Failure, FailureKind, new_password};
use crate::account::mail::MailKind;
use crate::account::password::{NewPasswordHash, SALT_BYTES};
use crate::account::user::User;
use crate::config::Config;
use crate::flows::FlowError;
use crate::flows::hash_pool::HashPool;
use crate::flows::notices::{Notice, notice};
use crate::flows::password::{Bench, Person, judge_at};
use crate::flows::realm_keys::{MadeKey, RealmKeys, Rotation, check_master_key};
use crate::keys::MasterKey;
use crate::protocol::ids::RealmId;
use crate::protocol::issuer::Issuer;
use crate::protocol::time::Timestamp;
use crate::secret::SecretString;
use crate::server::assemble::{self, Migration};
use crate::server::demo::{self, Demo};
use crate::store::{Effects, MigrationStatus, Realm, SharedStore, Store};

/// Opens the record.
pub async fn open_store(config: &Config, migration: Migration) -> Result<SharedStore, Failure> {
    let store = assemble::open_store(config, migration).await;
    store.map_err(|error| Failure::new(FailureKind::Unreachable, format!("{error:#}")))
}

/// Compares schemas; changes nothing.
pub async fn schema_status(config: &Config) -> Result<MigrationStatus, Failure> {
    let status = crate::store::migration_status(config.database.url.expose()).await;
    status.map_err(|error| Failure::new(FailureKind::Unreachable, error.to_string()))
}

/// Judges a new password and hashes it at the configured cost.
pub async fn new_password(
    desk: &Desk,
    config: &Config,
    (realm, person): (&Realm, &Person<'_>),
    candidate: SecretString,
) -> Result<NewPasswordHash, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::new(FailureKind::Failed, error.to_string());
    let hashing = HashPool::new(1, 1, assemble::password_cost(config));
    let hashing = hashing.map_err(|error| failed(&error))?;
    let bench = Bench {
        store: desk.store.as_ref(),
        hashing: &hashing,
        breaches: &assemble::breaches(config)?,
        outgoing: &assemble::outgoing(config)?,
    };
    let judged = judge_at(bench, realm, person, candidate).await;
    let acceptable = judged.map_err(|error| match error {
        FlowError::Refused(weaknesses) => new_password::refusal(&weaknesses),
        FlowError::Busy { .. } => failed(&"the only thread is busy"),
        FlowError::Fault(fault) => failed(&fault),
    })?;
    let mut salt = [0; SALT_BYTES];
    desk.entropy.fill(&mut salt)?;
    let hashed = hashing.hash_new(acceptable, salt).await;
    hashed.map_err(|error| failed(&error))
}

/// The master key, if it is the one of this record.
pub async fn master_key(config: &Config, store: &dyn Store) -> Result<Arc<MasterKey>, Failure> {
    let failed = |error: String| Failure::new(FailureKind::Failed, error);
    let master = assemble::master_key(config).map_err(|error| failed(format!("{error:#}")))?;
    let checked = check_master_key(store, &master).await;
    checked.map_err(|error| failed(error.to_string()))?;
    Ok(Arc::new(master))
}

/// The effects of a command with the notice that tells the account's owner of it; who has no
/// address needs no key.
pub async fn noticed(
    desk: &Desk,
    config: &Config,
    user: &User,
    (kind, effects): (MailKind, Effects),
) -> Result<Effects, Failure> {
    if user.email.is_none() {
        return Ok(effects);
    }
    let master = master_key(config, desk.store.as_ref()).await?;
    let issuer = Issuer::of_realm(config.issuer.as_str(), &desk.realm);
    let told = Notice {
        kind,
        values: &[],
        language: None,
    };
    let pen = (master.as_ref(), desk.entropy.as_ref(), &issuer);
    notice(pen, user, told, effects, desk.clock.now())
        .map_err(|fault| Failure::new(FailureKind::Failed, fault.to_string()))
}

/// Rotates the signing keys of a realm.
pub async fn rotate_keys(
    config: &Config,
    store: SharedStore,
    realm: &RealmId,
    rotation: Rotation,
    now: Timestamp,
) -> Result<Vec<MadeKey>, Failure> {
    let failed = |error: String| Failure::new(FailureKind::Failed, error);
    let master = master_key(config, store.as_ref()).await?;
    let keys = RealmKeys::new(store, master, assemble::key_schedule(config));
    // A realm's first key is made when it is first asked for; a rotation replaces one.
    keys.ring(realm, now)
        .await
        .map_err(|error| failed(error.to_string()))?;
    keys.rotate(realm, rotation, now)
        .await
        .map_err(|error| failed(error.to_string()))
}

/// Serves the demo until it is stopped.
pub async fn demo(port: u16, print_env: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let failed = |error: anyhow::Error| Failure::new(FailureKind::Failed, format!("{error:#}"));
    let demo = demo::prepare(port).await.map_err(failed)?;
    crate::telemetry::init(&demo.config.log).ok();
    if print_env {
        for line in environment(&demo) {
            output.line(&line)?;
        }
    }
    output.talk(banner(&demo))?;
    let Demo {
        server,
        assembled,
        config,
        ..
    } = demo;
    crate::server::serve(server, assembled, config.shutdown_grace)
        .await
        .map_err(failed)?;
    Ok(())
}

fn environment(demo: &Demo) -> Vec<String> {
    let mut lines = vec![format!("OIDC_ISSUER={}", demo.issuer)];
    for (id, secret) in &demo.clients {
        let prefix = id.to_uppercase().replace('-', "_");
        lines.push(format!("{prefix}_CLIENT_ID={id}"));
        lines.extend(
            secret
                .iter()
                .map(|secret| format!("{prefix}_CLIENT_SECRET={secret}")),
        );
    }
    lines
}

fn banner(demo: &Demo) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (issuer, user, password) = (&demo.issuer, demo::USERNAME, demo::PASSWORD);
    format!(
        "
  vidimus {version}  demo mode: everything is in memory and gone when you stop it

  ▸ Demo app      {issuer}/demo      start here: a whole login, explained

    sign in as    {user}   /   {password}

  Mails           {issuer}/demo/mail

  Discovery       {issuer}/.well-known/openid-configuration
  Ready clients   demo-web, demo-spa, demo-cli   `vidimus demo --print-env` prints settings for your own app

  Ctrl-C to stop · `vidimus serve` for one that keeps its data
"
    )
}
