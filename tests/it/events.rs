//! Which events the record has of sign-ins, tokens and clients, and that each is there once.

use std::sync::Arc;

use http::StatusCode;
use vidimus::account::event::{Caller, Event, EventKind};
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::store::conformance::{self, START, World as Record};
use vidimus::store::factors::{Act, Ground, StepOutcome, StepTaken, Then};
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Effects, EventFilter, EventPlace};

use crate::support::log::Log;
use crate::support::racing::race;
use crate::support::world::PASSWORD;
use crate::support::{TestClient, World};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

/// What the record has of the default realm but for its keys, the oldest first.
async fn recorded(world: &World) -> Vec<Event> {
    let (realm, all) = (RealmId::default_realm(), EventFilter::default());
    let store = &world.app.store;
    let events = store.list_events(&realm, &all, EventPlace::After(0), 1_000);
    let events = events.await.unwrap().into_iter();
    events
        .map(|stored| stored.event)
        .filter(|event| !event.kind.as_str().starts_with("key."))
        .collect()
}

async fn kinds(world: &World) -> Vec<&'static str> {
    let events = recorded(world).await;
    events.iter().map(|event| event.kind.as_str()).collect()
}

#[tokio::test]
async fn issuing_and_refreshing_write_no_event() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let before = kinds(&client.world).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let answer = client.refresh(refresh).await;
    assert_eq!(answer.status, StatusCode::OK);
    let access = tokens["access_token"].as_str().unwrap();
    let answer = client.post("/introspect", &[("token", access)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(kinds(&client.world).await, before);
    assert_eq!(before, ["sign_in.succeeded", "consent.granted"]);
}

#[tokio::test]
async fn a_replayed_refresh_token_is_told_once_with_its_owner() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let mut live = tokens["refresh_token"].as_str().unwrap().to_owned();
    let stolen = live.clone();
    for _ in 0..2 {
        client.world.advance(60);
        let answer = client.refresh(&live).await;
        live = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    }
    let callers = [client.clone()];
    let thieves = race(&callers, |client, _| {
        let stolen = stolen.clone();
        async move { client.refresh(&stolen).await.status }
    });
    for status in thieves.await {
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let told = recorded(&client.world).await;
    let told: Vec<&Event> = told
        .iter()
        .filter(|event| event.kind.as_str() == "token.reuse_detected")
        .collect();
    let [told] = told[..] else {
        panic!("{told:?}");
    };
    let ada = client.world.person("ada").await.id;
    assert_eq!(told.user.as_ref(), Some(&ada));
    assert_eq!(told.client.as_ref(), Some(&client.client.id));
    assert_eq!(told.detail["reason"], "token replayed");
    assert!(told.caller.request.is_some());
}

#[tokio::test]
async fn a_replayed_code_and_a_revoked_token_are_told_once() {
    let client = web().await;
    let code = client.code(&[]).await;
    for _ in 0..3 {
        client.post("/token", &client.redemption(&code)).await;
    }
    let tokens = client.tokens(&[]).await;
    for name in ["refresh_token", "refresh_token", "access_token"] {
        let token = tokens[name].as_str().unwrap();
        let answer = client.post("/revoke", &[("token", token)]).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert_eq!(
        kinds(&client.world).await,
        [
            "sign_in.succeeded",
            "consent.granted",
            "token.reuse_detected",
            "sign_in.succeeded",
            // The refresh token and all of its grant, then the access token by itself.
            "token.revoked",
            "token.revoked",
        ]
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_whether_or_not_there_is_an_account() {
    let client = web().await;
    let mut browser = client.world.browser();
    for (name, password) in [
        ("ada", "not her password"),
        ("nobody", PASSWORD),
        ("ada", PASSWORD),
    ] {
        let start = browser.get(&client.authorize_url(&[])).await;
        let login = browser.get(start.location()).await;
        let fields = [("username", name), ("password", password)];
        browser.submit(&login, &fields).await;
    }
    let ada = client.world.person("ada").await.id;
    let told = recorded(&client.world).await;
    let users: Vec<_> = told
        .iter()
        .map(|event| (event.kind.as_str(), event.user.clone()))
        .collect();
    assert_eq!(
        users,
        [
            ("sign_in.refused", Some(ada.clone())),
            ("sign_in.refused", None),
            ("sign_in.succeeded", Some(ada)),
        ]
    );
    assert!(!format!("{told:?}").contains("nobody"));
}

/// A step that sets a password and cannot open its session has not happened; the log is no better
/// informed than the record.
#[tokio::test]
async fn what_was_undone_is_told_nowhere() {
    let log = Log::begin();
    let store = SqliteStore::in_memory().await.unwrap();
    let world = Record::new(Arc::new(store)).await;
    let told = |kind| Event::new(&world.realm, kind, &Caller::default(), START);
    let nobody = conformance::user(&world.realm, "u-nobody", "nobody", None);
    let mut change = world.new_password(START);
    change.effects = Effects::event(told(EventKind::PasswordChanged));
    let step = StepTaken {
        realm: world.realm.clone(),
        user: world.user.id.clone(),
        ground: Ground::Session(world.session.cookie),
        act: Act::ChangePassword(Box::new(change)),
        then: Then::Open {
            session: Box::new(conformance::session(&nobody, "s-nobody")),
            remembered: None,
        },
    };
    let taken = world.store.take_step(&step, &Effects::NONE, START).await;
    assert_eq!(taken.unwrap(), StepOutcome::Gone);
    let happened = Effects::event(told(EventKind::SignedIn));
    world.store.write_effects(&happened, START).await.unwrap();
    let all = EventFilter::default();
    let events = world
        .store
        .list_events(&world.realm, &all, EventPlace::After(0), 10);
    let events = events.await.unwrap();
    let kinds: Vec<_> = events.iter().map(|stored| stored.event.kind).collect();
    assert_eq!(kinds, [EventKind::SignedIn]);
    let log = log.end();
    assert!(log.contains(EventKind::SignedIn.as_str()), "{log}");
    assert!(!log.contains(EventKind::PasswordChanged.as_str()), "{log}");
}

#[tokio::test]
async fn what_is_too_old_goes_with_the_purge() {
    let client = web().await;
    client.code(&[]).await;
    let world = &client.world;
    assert!(!kinds(world).await.is_empty());
    world.advance(89 * 86_400);
    let purged = vidimus::jobs::purge::run_once(world.jobs.clone()).await;
    purged.unwrap();
    assert!(!kinds(world).await.is_empty());
    world.advance(2 * 86_400);
    vidimus::jobs::purge::run_once(world.jobs.clone())
        .await
        .unwrap();
    assert!(kinds(world).await.is_empty());
}
