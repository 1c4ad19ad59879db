//! Authorization requests that are kept: found by their digest, used once.

use super::{RACERS, START, World, after, count_of, race};
use crate::account::event::EventKind;
use crate::protocol::params::Params;
use crate::secret::Digest;
use crate::store::requests::{PushedRequest, RequestedCode};
use crate::store::{Change, Effects, NewFamily, SharedStore};

/// A request of the world's client that may arrive for 90 seconds.
fn request(world: &World, secret: &str) -> PushedRequest {
    PushedRequest {
        realm: world.realm.clone(),
        id: Digest::of(secret),
        client: world.client.id.clone(),
        parameters: Params::parse(
            b"scope=openid+email&state=%26%00%C3%B8&x=&resource=a&resource=b",
        ),
        created_at: START,
        expires_at: after(90),
        used_at: None,
    }
}

async fn pushed(world: &World, secret: &str) -> PushedRequest {
    let request = request(world, secret);
    world.store.push_request(&request).await.unwrap();
    request
}

async fn found(world: &World, request: &PushedRequest) -> Option<PushedRequest> {
    let found = world.store.pushed_request(&world.realm, &request.id).await;
    found.unwrap()
}

/// A request is found as it was pushed, in its realm.
pub async fn keeps_a_request(store: SharedStore) {
    let world = World::new(store).await;
    let request = pushed(&world, "r-1").await;
    assert_eq!(found(&world, &request).await, Some(request.clone()));
    let elsewhere = world.store.pushed_request(&world.elsewhere, &request.id);
    assert_eq!(elsewhere.await.unwrap(), None);
    let unknown = Digest::of("r-2");
    let unknown = world.store.pushed_request(&world.realm, &unknown).await;
    assert_eq!(unknown.unwrap(), None);
}

/// RFC 9126 §4: a request has one answer, and remembers when.
pub async fn uses_a_request_once(store: SharedStore) {
    let world = World::new(store).await;
    let request = pushed(&world, "r-1").await;
    let denied = world.telling(EventKind::ConsentDenied);
    let use_at = async |realm, seconds| {
        let (store, at) = (&world.store, after(seconds));
        let used = store.use_request(realm, &request.id, &denied, at);
        used.await.unwrap()
    };
    assert_eq!(use_at(&world.elsewhere, 1).await, Change::NotFound);
    assert_eq!(use_at(&world.realm, 2).await, Change::Changed);
    assert_eq!(use_at(&world.realm, 3).await, Change::NotFound);
    assert_eq!(
        found(&world, &request).await.unwrap().used_at,
        Some(after(2))
    );
    assert_eq!(world.happened().await, [EventKind::ConsentDenied]);
}

/// RFC 9126 §4: the code and the use are one step.
pub async fn issues_a_requested_code_once(store: SharedStore) {
    let world = World::new(store).await;
    let request = pushed(&world, "r-1").await;
    let issue = async |family: &NewFamily| {
        let issued = world.store.issue_requested_code(family, &request.id);
        issued.await.unwrap()
    };
    let first = world.grant("f-1");
    assert_eq!(issue(&first).await, RequestedCode::Issued);
    assert_eq!(world.family(&first.id).await.grant, first);
    let used_at = found(&world, &request).await.unwrap().used_at;
    assert_eq!(used_at, Some(first.created_at));
    let second = world.grant("f-2");
    assert_eq!(issue(&second).await, RequestedCode::RequestUsed);
    let family = world.store.family(&world.realm, &second.id).await.unwrap();
    assert_eq!(family, None);
    let unknown = Digest::of("r-2");
    let issued = world.store.issue_requested_code(&second, &unknown).await;
    assert_eq!(issued.unwrap(), RequestedCode::RequestUsed);
}

/// Of many who complete one request, one has its code.
pub async fn issues_a_requested_code_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let request = pushed(&world, "r-1").await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        let family = world.grant(&format!("f-{number}"));
        async move {
            let issued = store.issue_requested_code(&family, &request.id);
            issued.await.unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &RequestedCode::Issued), 1);
    assert_eq!(count_of(&outcomes, &RequestedCode::RequestUsed), RACERS - 1);
}

/// A session that has ended leaves the request to whoever signs in next.
pub async fn an_ended_session_uses_no_request(store: SharedStore) {
    let world = World::new(store).await;
    let request = pushed(&world, "r-1").await;
    let (realm, session) = (&world.realm, &world.session.id);
    let (store, none) = (&world.store, Effects::NONE);
    store
        .end_session(realm, session, &none, after(1))
        .await
        .unwrap();
    let family = world.grant("f-1");
    let issued = world.store.issue_requested_code(&family, &request.id).await;
    assert_eq!(issued.unwrap(), RequestedCode::SessionEnded);
    assert_eq!(found(&world, &request).await.unwrap().used_at, None);
}

/// Cleaning takes requests an hour after they could last arrive, used or not: until then pages
/// that are under way go on, and whoever comes again is told the truth.
pub async fn purges_requests(store: SharedStore) {
    let world = World::new(store).await;
    let (used, unused) = (pushed(&world, "r-1").await, pushed(&world, "r-2").await);
    let (realm, none) = (&world.realm, Effects::NONE);
    let spent = world.store.use_request(realm, &used.id, &none, after(5));
    assert_eq!(spent.await.unwrap(), Change::Changed);
    for (now, count, there) in [(after(3_689), 0, true), (after(3_690), 2, false)] {
        assert_eq!(world.store.purge(now, 100).await.unwrap(), count, "{now:?}");
        for request in [&used, &unused] {
            assert_eq!(found(&world, request).await.is_some(), there, "{now:?}");
        }
    }
}
