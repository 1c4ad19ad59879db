//! Hashes that other systems made are good for one sign-in; then there is one of ours.

use std::sync::Arc;

use vidimus::account::password::{HashKind, kind_of};
use vidimus::account::user::User;
use vidimus::protocol::client::ClientType;
use vidimus::store::postgres::PostgresSettings;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Effects, Migrations, SharedStore, open};

use crate::support::World;
use crate::support::postgres::fresh_database;
use crate::support::world::{PASSWORD, Shared};

/// Of [`PASSWORD`], by Django, Werkzeug, passlib, argon2-cffi and bcrypt.
pub(crate) const HASHES: [(HashKind, &str); 8] = [
    (
        HashKind::Bcrypt,
        "$2a$04$/Sl1wiKpIy/SE0sNPn4UWuf6cbtACHYS7F9V8cmqHlTL/hOi4lFCa",
    ),
    (
        HashKind::Bcrypt,
        "$2b$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS",
    ),
    (
        HashKind::Pbkdf2,
        "pbkdf2_sha256$1000$2fNJATaTTH4EZzrOKQ7kTI$rrzSK7lShYpHHrtxi+DLwgvKRAtXSfsxmjB4WOWHdaA=",
    ),
    (
        HashKind::Pbkdf2,
        "$pbkdf2-sha512$1000$QiillBKC0FrrXYvR.n8v5Q$DJgOeFustKI2eV7jgeGezHBqhzrqLBKbYFfpft5YaM1F9mqPKW7yGPPuBfmSzR2.EFy8nM2lpdlN2Pck3grmrg",
    ),
    (
        HashKind::Scrypt,
        "$scrypt$ln=4,r=8,p=1$Meb837uXEmLsfY/ROieE8A$8Wst5CGX1vYtTt4FsJtwY2YTcVttD6S53c/up/giq0c",
    ),
    (
        HashKind::Scrypt,
        "scrypt:16:8:1$JWktIu9SojW4G1Y2$f28ee67c964eea21db3ca5ca5971b202f1101f07c3dc91f09d8822a63bcea6d2d50b8d9cc06ac6d31bea81def2184d91af211e36b18f3a901a13bf88161ca6ff",
    ),
    (
        HashKind::Argon2,
        "$argon2i$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$q021LlWa6ixSiKHXrb+YxlHPKPSgZGpDMVd4xAm9tBU",
    ),
    (
        HashKind::Argon2,
        "argon2$argon2id$v=19$m=64,t=1,p=2$bVpyaE8wUERhTUZEZElpU1JzNUlZTA$39p821bN9lFHwWxby9cP6IbL8gV6xtNoaBQpRC9R+gY",
    ),
];

#[tokio::test]
async fn each_kind_signs_in_and_is_argon2id_afterwards() {
    each_kind(Arc::new(SqliteStore::in_memory().await.unwrap())).await;
}

#[tokio::test]
async fn each_kind_signs_in_and_is_argon2id_afterwards_on_postgres() {
    let url = fresh_database().await;
    let store = open(&url, Migrations::Apply, PostgresSettings::default());
    each_kind(store.await.unwrap()).await;
}

async fn each_kind(store: SharedStore) {
    let world = World::node(&Shared::over(store)).await;
    let template = world.ada().await;
    let client = world.client(ClientType::Web).await;
    let hash_of = async |user: &User| {
        let user = world.app.store.user(&user.realm, &user.id).await;
        user.unwrap().unwrap().password_hash.unwrap()
    };
    for (number, (kind, stored)) in HASHES.into_iter().enumerate() {
        assert_eq!(kind_of(stored), Ok(kind));
        let user = User {
            id: format!("imported-{number}").try_into().unwrap(),
            username: format!("person{number}"),
            email: None,
            password_hash: Some(stored.to_owned()),
            ..template.clone()
        };
        let created = world.app.store.create_user(&user, &Effects::NONE).await;
        created.unwrap();
        let address = client.authorize_url(&[]);
        let mut browser = world.browser();
        let page = browser.get(&address).await;
        let page = browser.get(page.location()).await;
        let wrong = [
            ("username", &*user.username),
            ("password", "wrong-horse-battery"),
        ];
        let refused = browser.submit(&page, &wrong).await;
        assert_eq!(refused.status, 422, "{stored}");
        assert_eq!(hash_of(&user).await, stored, "nothing was proven");
        let right = [("username", &*user.username), ("password", PASSWORD)];
        browser.submit(&page, &right).await;
        let own = hash_of(&user).await;
        assert!(own.starts_with("$argon2id$v=19$"), "{stored} is {own}");
        assert!(!world.app.hashing.needs_rehash(&own));
        // The session that was opened on the way stands, and so does the password.
        let silent = client.authorize_url(&[("prompt", "none")]);
        let answer = browser.get(&silent).await;
        assert!(!answer.location().contains("login_required"), "{answer:?}");
        let mut another = world.browser();
        let answer = another.authorize(&address, &user.username).await;
        assert!(answer.param("code").is_some(), "{stored}: {answer:?}");
        assert_eq!(hash_of(&user).await, own);
        world.advance(3600);
    }
}
