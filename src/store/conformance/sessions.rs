//! Sessions and consent.

use super::{START, World, after, redemption, rotation, scope, session, user};
use crate::protocol::ids::{ClientId, SessionId};
use crate::secret::Digest;
use crate::store::{Change, RevocationMark, SharedStore};

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
        .end_session(&world.realm, &world.session.id, &[], after(7))
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
        .end_session(&world.realm, id, &[], after(110))
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
    world.store.open_session(&other, None).await.unwrap();
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
        .end_session(&world.realm, id, &marks, after(20))
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
        let change = store.end_session(&world.realm, id, &[], now).await.unwrap();
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
        .end_session(&world.realm, &unknown, &marks, after(20))
        .await
        .unwrap();
    assert_eq!(change, Change::NotFound);
    let change = store
        .end_session(&world.elsewhere, id, &marks, after(20))
        .await
        .unwrap();
    assert_eq!(change, Change::NotFound);
    assert!(!world.stands(&mark).await);
}

/// Signing in anew ends the session it replaces, whose families go on.
pub async fn a_replaced_session_keeps_its_families(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let pending = world.grant("f-2");
    world.store.issue_code(&pending).await.unwrap();
    let mut next = session(&world.user, "s-2");
    next.created_at = after(8);
    world
        .store
        .open_session(&next, Some(&world.session.cookie))
        .await
        .unwrap();
    let facts = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await;
    assert_eq!(facts.unwrap().unwrap().session.ended_at, Some(after(8)));
    let facts = world
        .store
        .session_facts(&world.realm, &next.cookie, None)
        .await
        .unwrap();
    assert_eq!(facts.unwrap().session, next);
    let family = world.store.rotate_family(&rotation(&family)).await.unwrap();
    assert!(family.is_some());
    assert!(
        world
            .store
            .redeem_code(&redemption(&pending))
            .await
            .unwrap()
            .is_some()
    );
}

/// Ending a session ends what it replaced in its browser, however long ago.
pub async fn ending_a_session_ends_what_it_replaced(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.grant("f-1")).await;
    let pending = world.grant("f-2");
    world.store.issue_code(&pending).await.unwrap();
    let second = session(&world.user, "s-2");
    let third = session(&world.user, "s-3");
    world
        .store
        .open_session(&second, Some(&world.session.cookie))
        .await
        .unwrap();
    world
        .store
        .open_session(&third, Some(&second.cookie))
        .await
        .unwrap();
    assert!(world.family(&family.grant.id).await.owner_stands);
    world
        .store
        .end_session(&world.realm, &third.id, &[], after(9))
        .await
        .unwrap();
    assert_eq!(
        world.family(&family.grant.id).await.revoked_at,
        Some(after(9))
    );
    assert!(!world.family(&family.grant.id).await.owner_stands);
    assert_eq!(
        world
            .store
            .redeem_code(&redemption(&pending))
            .await
            .unwrap(),
        None
    );
}

/// A cookie of another realm, or of no session, replaces nothing.
pub async fn replaces_in_its_own_realm_only(store: SharedStore) {
    let world = World::new(store).await;
    let stranger = user(&world.elsewhere, "u-eve", "eve", None);
    world.store.create_user(&stranger).await.unwrap();
    let next = session(&stranger, "s-2");
    world
        .store
        .open_session(&next, Some(&world.session.cookie))
        .await
        .unwrap();
    let facts = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await;
    assert_eq!(facts.unwrap().unwrap().session.ended_at, None);
}

/// Consent adds up, for that user and client only.
pub async fn consent_adds_up(store: SharedStore) {
    let world = World::new(store).await;
    let (store, user, shop) = (&world.store, &world.user.id, &world.client.id);
    for granted in ["openid email", "email profile"] {
        store
            .record_consent(&world.realm, user, shop, &scope(granted), START)
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
    let (store, user, shop) = (&world.store, &world.user.id, &world.client.id);
    store
        .delete_client(&world.realm, shop, &[], START)
        .await
        .unwrap();
    store
        .record_consent(&world.realm, user, shop, &scope("openid"), START)
        .await
        .unwrap();
    store.create_client(&world.client).await.unwrap();
    let cookie = &world.session.cookie;
    let facts = store
        .session_facts(&world.realm, cookie, Some(shop))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(facts.consented, None);
}
