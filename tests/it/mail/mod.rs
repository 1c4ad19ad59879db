//! Mail: from the change that it tells of to the mail server, once.

mod delivery;
mod outage;
mod wire;

use std::collections::BTreeMap;

use vidimus::account::mail::{Mail, MailKind};
use vidimus::account::user::{Profile, User};
use vidimus::entropy::{SystemEntropy, random_text};
use vidimus::flows::mail;
use vidimus::keys::MasterKey;
use vidimus::protocol::ids::{RealmId, UserId};
use vidimus::protocol::time::{Lifetime, Timestamp};
use vidimus::store::postgres::PostgresSettings;
use vidimus::store::{Creation, Effects, MailFilter, Migrations, SharedStore, StoredMail, open};

use crate::support::World;
use crate::support::program::Site;

pub(crate) const DAY: Lifetime = Lifetime::seconds(24 * 3600);

/// Registers somebody, with a mail to their address in the same step. Returns the mail's name.
pub(crate) async fn register(
    (store, master): (&SharedStore, &MasterKey),
    name: &str,
    lifetime: Lifetime,
    now: Timestamp,
) -> String {
    let (realm, entropy) = (RealmId::default_realm(), SystemEntropy::default());
    let user = User {
        realm: realm.clone(),
        id: UserId::parse(random_text::<16>(&entropy).unwrap()).unwrap(),
        username: name.to_owned(),
        email: None,
        email_verified: false,
        password_hash: None,
        profile: Profile::default(),
        created_at: now,
        updated_at: now,
        disabled_at: None,
        locked_at: None,
        deleted_at: None,
        must_change_password: false,
    };
    let link = format!("https://id.example.test/link?token={name}");
    let mail = Mail {
        kind: MailKind::ConfirmAddress,
        to: format!("{name}@example.com"),
        name: Some("Ada".to_owned()),
        language: "en".to_owned(),
        values: BTreeMap::from([("link".to_owned(), link)]),
    };
    let about = (&realm, Some(&user.id));
    let written = mail::write((master, &entropy), about, &mail, lifetime, now).unwrap();
    let id = written.id.clone();
    let effects = Effects::NONE.and_mail(written);
    let created = store.create_user(&user, &effects).await.unwrap();
    assert_eq!(created, Creation::Created);
    id
}

/// The same on a node.
async fn registered(world: &World, name: &str) -> String {
    let app = &world.app;
    register((&app.store, &app.master), name, DAY, app.now()).await
}

/// Record and master key of an installation, as its program has them.
pub(crate) async fn insides_of(site: &Site) -> (SharedStore, MasterKey) {
    let file = site.path("vidimus-data/vidimus.db");
    let url = format!("sqlite://{}", file.display());
    let settings = PostgresSettings::default();
    let store = open(&url, Migrations::Refuse, settings).await.unwrap();
    let entropy = SystemEntropy::default();
    let master = MasterKey::load_or_create(&site.path("keys"), &entropy).unwrap();
    (store, master)
}

pub(crate) async fn ledger(store: &SharedStore) -> Vec<StoredMail> {
    let realm = RealmId::default_realm();
    let listed = store.list_mails(&realm, MailFilter::All, 1_000).await;
    listed.unwrap()
}

async fn only_row(world: &World) -> StoredMail {
    let [row] = <[_; 1]>::try_from(ledger(&world.app.store).await).unwrap();
    row
}

/// Whoever registers an address names its owner.
#[test]
fn nobody_is_greeted_by_a_name_that_is_shown_otherwise() {
    let mut mail = Mail::sample(MailKind::Test, "en");
    assert_eq!(mail.greeted(), Some("Ada"));
    mail.name = Some("Ada\u{202e}".to_owned());
    assert_eq!(mail.greeted(), None);
}
