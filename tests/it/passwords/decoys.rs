//! A name that nobody has is checked against somebody's hash, so that time does not tell it from
//! the names in the same realm. What was checked is read from the numbers that monitoring is told.

use vidimus::account::user::User;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::time::Timestamp;
use vidimus::store::{Creation, Effects, Realm};

use super::foreign::HASHES;
use crate::metrics::told;
use crate::support::world::PASSWORD;
use crate::support::{TestClient, World};

/// A realm of its own, with accounts that have these hashes.
async fn realm_of(world: &World, slug: &str, hashes: &[Option<&str>]) -> TestClient {
    let id = RealmId::parse(slug).unwrap();
    let realm = Realm {
        id: id.clone(),
        name: slug.to_owned(),
        settings: RealmSettings::default(),
        disabled_at: None,
        terms_url: None,
        created_at: Timestamp::from_unix_seconds(1_800_000_000),
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    let template = world.person("ada").await;
    for (number, hash) in hashes.iter().enumerate() {
        let user = User {
            realm: id.clone(),
            id: format!("{slug}-{number}").try_into().unwrap(),
            username: format!("person{number}"),
            email: None,
            password_hash: hash.map(str::to_owned),
            ..template.clone()
        };
        let created = world.app.store.create_user(&user, &Effects::NONE).await;
        assert_eq!(created.unwrap(), Creation::Created);
    }
    world.client_with(&id, ClientType::Web, |_| {}).await
}

/// How many passwords were checked against hashes of bcrypt, and against those of argon2.
async fn checked(world: &World) -> [u64; 2] {
    let told = told(world).await;
    ["bcrypt", "argon2"].map(|kind| {
        let name = format!("vidimus_passwords_checked_total{{hash=\"{kind}\"}} ");
        let number = told.lines().find_map(|line| line.strip_prefix(&name));
        number.unwrap().parse().unwrap()
    })
}

/// Tries to sign in with the password of every account here; what it was checked against.
async fn refused(world: &World, client: &TestClient, name: &str) -> [u64; 2] {
    let mut browser = world.browser();
    let page = browser.get(&client.authorize_url(&[])).await;
    let page = browser.get(page.location()).await;
    let before = checked(world).await;
    let typed = [("username", name), ("password", PASSWORD)];
    let answer = browser.submit(&page, &typed).await;
    assert_eq!(answer.status, 422, "{name}: {answer:?}");
    world.advance(3_600);
    let after = checked(world).await;
    [after[0] - before[0], after[1] - before[1]]
}

const BCRYPT: [u64; 2] = [1, 0];
const ARGON2: [u64; 2] = [0, 1];

#[tokio::test]
async fn a_name_that_nobody_has_takes_as_long_as_an_imported_one() {
    let world = World::in_memory().await;
    let ours = world.ada().await.password_hash;
    let bcrypt = Some(HASHES[0].1);
    let imported = realm_of(&world, "imported", &[None, bcrypt, bcrypt]).await;
    // So does what can be no name, and the name of an account without a password.
    for name in ["nobody", "nobody@example.test", "\u{202e}", "person0"] {
        assert_eq!(refused(&world, &imported, name).await, BCRYPT, "{name}");
    }
    // Another realm is none of its business.
    for (slug, hashes) in [
        ("none", vec![]),
        ("keyless", vec![None]),
        ("ours", vec![ours]),
    ] {
        let hashes: Vec<_> = hashes.iter().map(Option::as_deref).collect();
        let elsewhere = realm_of(&world, slug, &hashes).await;
        assert_eq!(
            refused(&world, &elsewhere, "nobody").await,
            ARGON2,
            "{slug}"
        );
    }
}

/// A hash that cannot be read would make the answer quicker.
#[tokio::test]
async fn a_hash_that_cannot_be_read_is_nobodys() {
    let world = World::in_memory().await;
    world.ada().await;
    let unreadable = realm_of(&world, "unreadable", &[Some("no hash")]).await;
    assert_eq!(refused(&world, &unreadable, "nobody").await, ARGON2);
}

/// Time that changed from one attempt to the next would tell that it is nobody's.
#[tokio::test]
async fn a_name_that_nobody_has_takes_the_same_time_again() {
    let world = World::in_memory().await;
    let ours = world.ada().await.password_hash.unwrap();
    let hashes = [HASHES[0].1, &ours].map(Some).repeat(8);
    let mixed = realm_of(&world, "mixed", &hashes).await;
    for name in ["ada", "bob", "carla", "dora"] {
        let first = refused(&world, &mixed, name).await;
        let shouted = name.to_uppercase();
        for again in [name, &shouted] {
            assert_eq!(refused(&world, &mixed, again).await, first, "{again}");
        }
    }
}
