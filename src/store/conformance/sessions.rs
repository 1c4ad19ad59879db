//! Sessions and consent.

use super::{START, VERIFIED, World, after, client, rotation, scope, session, user};
use crate::account::user::AccountSwitch;
use crate::protocol::ids::{ClientId, SessionId};
use crate::secret::Digest;
use crate::store::{Change, ConsentAnswer, Effects, RevocationMark, SharedStore};

/// A cookie opens the session with its user, in its realm only.
pub async fn a_cookie_opens_its_session(store: SharedStore) {
    let world = World::new(store).await;
    let cookie = &world.session.cookie;
    let facts = world
        .store
        .session_facts(&world.realm, cookie, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.session, world.session);
    assert_eq!(facts.user, world.user);
    assert_eq!(facts.consented, None);
    assert_eq!(
        world
            .store
            .session_facts(&world.elsewhere, cookie, None)
            .await
            .unwrap(),
        None
    );
    let unknown = Digest::of("unknown");
    assert_eq!(
        world
            .store
            .session_facts(&world.realm, &unknown, None)
            .await
            .unwrap(),
        None
    );
}

/// An ended or expired session is still told, so that the caller can say why.
pub async fn tells_an_ended_session(store: SharedStore) {
    let world = World::new(store).await;
    world
        .store
        .end_session(&world.realm, &world.session.id, &Effects::NONE, after(7))
        .await
        .unwrap();
    let facts = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await;
    assert_eq!(facts.unwrap().unwrap().session.ended_at, Some(after(7)));
}

/// A use is noted, never turned back, and no longer once the session is ended.
pub async fn notes_uses_forward_only(store: SharedStore) {
    let world = World::new(store).await;
    let (store, id) = (&world.store, &world.session.id);
    for (second, noted) in [(60, 60), (30, 60), (90, 90)] {
        store
            .touch_session(&world.realm, id, after(second))
            .await
            .unwrap();
        let facts = store
            .session_facts(&world.realm, &world.session.cookie, None)
            .await
            .unwrap();
        assert_eq!(facts.unwrap().session.last_seen_at, after(noted));
    }
    store
        .touch_session(&world.elsewhere, id, after(100))
        .await
        .unwrap();
    store
        .end_session(&world.realm, id, &Effects::NONE, after(110))
        .await
        .unwrap();
    store
        .touch_session(&world.realm, id, after(120))
        .await
        .unwrap();
    let facts = store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await
        .unwrap();
    assert_eq!(facts.unwrap().session.last_seen_at, after(90));
}

/// Ending a session revokes the families that live with it, and no others, and records the marks.
pub async fn ending_a_session_spares_offline_families(store: SharedStore) {
    let world = World::new(store).await;
    let other = session(&world.user, "s-2");
    world
        .store
        .open_session(&other, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    let online = world.redeemed(world.grant("f-on")).await.grant.id;
    let offline = world.redeemed(world.offline_grant("f-off")).await;
    let mut elsewhere = world.grant("f-other");
    elsewhere.session = other.id.clone();
    let elsewhere = world.redeemed(elsewhere).await.grant.id;
    let mark = RevocationMark::Session(world.session.id.clone());
    let marks = [world.mark(mark.clone())];
    let id = &world.session.id;
    let change = world
        .store
        .end_session(&world.realm, id, &Effects::marks(marks.clone()), after(20))
        .await
        .unwrap();
    assert_eq!(change, Change::Changed);
    assert_eq!(world.family(&online).await.revoked_at, Some(after(20)));
    assert_eq!(world.family(&offline.grant.id).await.revoked_at, None);
    assert!(world.family(&offline.grant.id).await.owner_stands);
    assert_eq!(world.family(&elsewhere).await.revoked_at, None);
    assert!(world.stands(&mark).await);
}

/// A second end changes nothing of the first; an unknown session is not found and leaves no mark.
pub async fn ends_a_session_once(store: SharedStore) {
    let world = World::new(store).await;
    let (store, id) = (&world.store, &world.session.id);
    for now in [after(20), after(30)] {
        let change = store
            .end_session(&world.realm, id, &Effects::NONE, now)
            .await
            .unwrap();
        assert_eq!(change, Change::Changed);
        let facts = store
            .session_facts(&world.realm, &world.session.cookie, None)
            .await
            .unwrap();
        assert_eq!(facts.unwrap().session.ended_at, Some(after(20)));
    }
    let unknown = SessionId::parse("s-unknown").unwrap();
    let mark = RevocationMark::Session(unknown.clone());
    let marks = [world.mark(mark.clone())];
    let change = store
        .end_session(
            &world.realm,
            &unknown,
            &Effects::marks(marks.clone()),
            after(20),
        )
        .await
        .unwrap();
    assert_eq!(change, Change::NotFound);
    let change = store
        .end_session(
            &world.elsewhere,
            id,
            &Effects::marks(marks.clone()),
            after(20),
        )
        .await
        .unwrap();
    assert_eq!(change, Change::NotFound);
    assert!(!world.stands(&mark).await);
}

/// The same person signing in again renews the session: its families go on, its old cookie opens
/// nothing.
pub async fn renews_a_live_session(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let mut renewed = session(&world.user, "s-2");
    renewed.id = world.session.id.clone();
    renewed.auth_time = after(8);
    world
        .store
        .open_session(&renewed, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    let old = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await;
    assert_eq!(old.unwrap(), None);
    let facts = world
        .store
        .session_facts(&world.realm, &renewed.cookie, None)
        .await;
    assert_eq!(facts.unwrap().unwrap().session.auth_time, after(8));
    let rotated = world.store.rotate_family(&rotation(&family)).await.unwrap();
    assert!(rotated.is_some());
}

/// An ended session, or another person's, is not brought back by its id.
pub async fn renews_no_ended_or_foreign_session(store: SharedStore) {
    let world = World::new(store).await;
    let stranger = user(&world.realm, "u-eve", "eve", None);
    world
        .store
        .create_user(&stranger, &Effects::NONE)
        .await
        .unwrap();
    let mut taken = session(&stranger, "s-2");
    taken.id = world.session.id.clone();
    world
        .store
        .open_session(&taken, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    let facts = world
        .store
        .session_facts(&world.realm, &taken.cookie, None)
        .await;
    assert_eq!(facts.unwrap(), None);
    let id = &world.session.id;
    world
        .store
        .end_session(&world.realm, id, &Effects::NONE, after(9))
        .await
        .unwrap();
    let mut renewed = session(&world.user, "s-3");
    renewed.id = id.clone();
    world
        .store
        .open_session(&renewed, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    let facts = world
        .store
        .session_facts(&world.realm, &renewed.cookie, None)
        .await;
    assert_eq!(facts.unwrap(), None);
}

/// A password that was changed while it was being checked opens no session, nor does a user who
/// was disabled meanwhile.
pub async fn opens_no_session_on_an_outdated_proof(store: SharedStore) {
    let world = World::new(store).await;
    let (store, user) = (&world.store, &world.user);
    let opened = store
        .open_session(&session(user, "s-2"), "another hash", &Effects::NONE)
        .await
        .unwrap();
    assert_eq!(opened, Change::NotFound);
    store
        .switch_user(
            &world.realm,
            &user.id,
            AccountSwitch::Disable,
            &Effects::NONE,
            after(1),
        )
        .await
        .unwrap();
    let opened = store
        .open_session(&session(user, "s-3"), VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    assert_eq!(opened, Change::NotFound);
}

/// Consent adds up, for that user and client only.
pub async fn consent_adds_up(store: SharedStore) {
    let world = World::new(store).await;
    let (store, shop) = (&world.store, &world.client.id);
    for granted in ["openid email", "email profile"] {
        store
            .record_consent(&world.allowing(granted), &Effects::NONE)
            .await
            .unwrap();
    }
    let cookie = &world.session.cookie;
    let facts = store
        .session_facts(&world.realm, cookie, Some(shop))
        .await
        .unwrap()
        .unwrap();
    let consented = facts.consented.unwrap();
    let expected = scope("openid email profile");
    assert!(consented.is_subset_of(&expected) && expected.is_subset_of(&consented));
    let other = ClientId::parse("other").unwrap();
    let facts = store
        .session_facts(&world.realm, cookie, Some(&other))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.consented, None);
    let facts = store
        .session_facts(&world.realm, cookie, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.consented, None);
}

/// Consent for a client that is gone is no error, and nothing.
pub async fn consents_to_no_absent_client(store: SharedStore) {
    let world = World::new(store).await;
    let (store, shop) = (&world.store, &world.client.id);
    store
        .delete_client(&world.realm, shop, &Effects::NONE, START)
        .await
        .unwrap();
    store
        .record_consent(&world.allowing("openid"), &Effects::NONE)
        .await
        .unwrap();
    store.create_client(&world.client, &[]).await.unwrap();
    let cookie = &world.session.cookie;
    let facts = store
        .session_facts(&world.realm, cookie, Some(shop))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.consented, None);
}

/// What is left out is not allowed any more, of this user and this client alone.
pub async fn what_is_left_out_is_not_remembered(store: SharedStore) {
    let world = World::new(store).await;
    let other = client(&world.realm, "blog");
    world.store.create_client(&other, &[]).await.unwrap();
    let blog = ConsentAnswer {
        client: other.id.clone(),
        ..world.allowing("openid email")
    };
    let narrower = ConsentAnswer {
        left_out: scope("email phone"),
        ..world.allowing("openid profile")
    };
    for answer in [&world.allowing("openid email"), &blog, &narrower] {
        let recorded = world.store.record_consent(answer, &Effects::NONE).await;
        recorded.unwrap();
    }
    for (id, expected) in [
        (&world.client.id, "openid profile"),
        (&other.id, "email openid"),
    ] {
        let facts = world
            .store
            .session_facts(&world.realm, &world.session.cookie, Some(id))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(facts.consented, Some(scope(expected)));
    }
}
