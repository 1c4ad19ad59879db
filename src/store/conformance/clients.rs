//! Clients.

use super::{World, after};
use crate::protocol::client::GrantType;
use crate::protocol::ids::ClientId;
use crate::store::{Change, Creation, Effects, RevocationMark, SharedStore};

/// A client is read back as written, in its realm only, and replaced as a whole.
pub async fn keeps_clients(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let mut shop = world.client.clone();
    assert_eq!(
        store.create_client(&shop, &[]).await.unwrap(),
        Creation::NameTaken
    );
    assert_eq!(
        store.client(&world.realm, &shop.id).await.unwrap(),
        Some(shop.clone())
    );
    assert_eq!(
        store.client(&world.elsewhere, &shop.id).await.unwrap(),
        None
    );
    shop.secret = None;
    shop.metadata.grant_types = vec![GrantType::ClientCredentials];
    shop.disabled_at = Some(after(3));
    assert_eq!(
        store.update_client(&shop, &[]).await.unwrap(),
        Change::Changed
    );
    assert_eq!(
        store.client(&world.realm, &shop.id).await.unwrap(),
        Some(shop.clone())
    );
    shop.id = ClientId::parse("absent").unwrap();
    assert_eq!(
        store.update_client(&shop, &[]).await.unwrap(),
        Change::NotFound
    );
}

/// Removing a client revokes its families, also when it is registered anew.
pub async fn a_removed_client_loses_its_families(store: SharedStore) {
    let world = World::new(store).await;
    let (store, shop) = (&world.store, &world.client.id);
    let family = world.redeemed(world.offline_grant("f-1")).await;
    store
        .record_consent(&world.allowing("openid offline_access"), &Effects::NONE)
        .await
        .unwrap();
    let mark = RevocationMark::Client(shop.clone());
    let marks = [world.mark(mark.clone())];
    let absent = store
        .delete_client(
            &world.elsewhere,
            shop,
            &Effects::marks(marks.clone()),
            after(20),
        )
        .await
        .unwrap();
    assert_eq!(absent, Change::NotFound);
    assert!(!world.stands(&mark).await);
    let change = store
        .delete_client(
            &world.realm,
            shop,
            &Effects::marks(marks.clone()),
            after(20),
        )
        .await
        .unwrap();
    assert_eq!(change, Change::Changed);
    assert_eq!(store.client(&world.realm, shop).await.unwrap(), None);
    store.create_client(&world.client, &[]).await.unwrap();
    assert_eq!(
        world.family(&family.grant.id).await.revoked_at,
        Some(after(20))
    );
    assert!(world.stands(&mark).await);
}
