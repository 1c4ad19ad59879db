//! Clients that come without an admin, and the tokens that let them in.

use super::{RACERS, START, World, after, client, count_of, race, session};
use crate::protocol::client::{Client, ClientOrigin};
use crate::protocol::ids::ClientId;
use crate::protocol::time::Lifetime;
use crate::secret::Digest;
use crate::store::{
    Admission, Change, ClientRegistration, Effects, InitialAccessToken, SharedStore,
};

const DAY_SECONDS: u32 = 24 * 60 * 60;

fn registered(world: &World, id: &str) -> Client {
    Client {
        origin: ClientOrigin::Registered,
        registration_token: Some(Digest::of(id)),
        ..client(&world.realm, id)
    }
}

fn document(world: &World, id: &str) -> Client {
    Client {
        origin: ClientOrigin::Document,
        secret: None,
        fresh_until: Some(after(300)),
        ..client(&world.realm, id)
    }
}

const fn open(limit: u32) -> Admission {
    Admission {
        initial_access_token: None,
        limit,
    }
}

fn with(token: &str) -> Admission {
    Admission {
        initial_access_token: Some(Digest::of(token)),
        limit: 1_000,
    }
}

async fn token(world: &World, id: &str, uses_left: u32) -> InitialAccessToken {
    let token = InitialAccessToken {
        realm: world.realm.clone(),
        id: id.to_owned(),
        digest: Digest::of(id),
        note: "for a test".to_owned(),
        uses_left,
        created_at: START,
        expires_at: after(3_600),
    };
    let created = world.store.create_initial_access_token(&token, &[]).await;
    created.unwrap();
    token
}

async fn found(world: &World, client: &Client) -> Option<Client> {
    let read = world.store.client(&client.realm, &client.id).await;
    read.unwrap()
}

/// A client that registers itself is read back as written, once.
pub async fn registers_a_client_once(store: SharedStore) {
    let world = World::new(store).await;
    let client = registered(&world, "self");
    let register = async |client| {
        world
            .store
            .register_client(client, &open(9), &[])
            .await
            .unwrap()
    };
    assert_eq!(register(&client).await, ClientRegistration::Registered);
    assert_eq!(found(&world, &client).await, Some(client.clone()));
    assert_eq!(register(&client).await, ClientRegistration::NameTaken);
    assert_eq!(
        register(&registered(&world, "shop")).await,
        ClientRegistration::NameTaken
    );
}

/// RFC 7591 §3: an initial access token registers as many clients as it has uses, in its realm,
/// until it expires.
pub async fn a_token_registers_as_many_clients_as_it_has_uses(store: SharedStore) {
    let world = World::new(store).await;
    let mut kept = token(&world, "twice", 2).await;
    let register = async |client: Client, token: &str| {
        let admission = with(token);
        world
            .store
            .register_client(&client, &admission, &[])
            .await
            .unwrap()
    };
    let refused = ClientRegistration::TokenRefused;
    assert_eq!(
        register(registered(&world, "c0"), "never made").await,
        refused
    );
    let elsewhere = Client {
        realm: world.elsewhere.clone(),
        ..registered(&world, "c0")
    };
    assert_eq!(register(elsewhere, "twice").await, refused);
    let late = Client {
        created_at: after(3_600),
        ..registered(&world, "c0")
    };
    assert_eq!(register(late, "twice").await, refused);
    // What registers nothing spends nothing.
    let taken = register(registered(&world, "shop"), "twice").await;
    assert_eq!(taken, ClientRegistration::NameTaken);
    for id in ["c1", "c2"] {
        let done = register(registered(&world, id), "twice").await;
        assert_eq!(done, ClientRegistration::Registered);
    }
    assert_eq!(register(registered(&world, "c3"), "twice").await, refused);
    kept.uses_left = 0;
    let store = &world.store;
    let listed = store.list_initial_access_tokens(&world.realm).await;
    assert_eq!(listed.unwrap(), [kept]);
    let listed = store.list_initial_access_tokens(&world.elsewhere).await;
    assert_eq!(listed.unwrap(), []);
}

/// Of many that present one token at once, as many register as it has uses.
pub async fn a_token_is_spent_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    token(&world, "once", 1).await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        let client = registered(&world, &format!("c{number}"));
        async move {
            store
                .register_client(&client, &with("once"), &[])
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &ClientRegistration::Registered), 1);
    let refused = count_of(&outcomes, &ClientRegistration::TokenRefused);
    assert_eq!(refused, RACERS - 1);
}

/// The limit of a realm holds for each origin by itself, however many come at once.
pub async fn the_limit_holds_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        let client = registered(&world, &format!("c{number}"));
        async move { store.register_client(&client, &open(5), &[]).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &ClientRegistration::Registered), 5);
    assert_eq!(count_of(&outcomes, &ClientRegistration::Full), RACERS - 5);
    let address = document(&world, "https://app.example/client");
    let admitted = world.store.register_client(&address, &open(1), &[]).await;
    assert_eq!(admitted.unwrap(), ClientRegistration::Registered);
    assert_eq!(found(&world, &address).await, Some(address));
    let elsewhere = Client {
        realm: world.elsewhere.clone(),
        ..registered(&world, "c0")
    };
    let admitted = world.store.register_client(&elsewhere, &open(5), &[]).await;
    assert_eq!(admitted.unwrap(), ClientRegistration::Registered);
}

/// RFC 7592 §2.2: only with the token of this client, and never over an admin's no.
pub async fn a_registration_is_replaced_with_its_token_only(store: SharedStore) {
    let world = World::new(store).await;
    let mut client = registered(&world, "self");
    world
        .store
        .register_client(&client, &open(9), &[])
        .await
        .unwrap();
    "Another".clone_into(&mut client.metadata.client_name);
    client.secret = None;
    client.sealed_secret = Some(vec![1, 2, 3]);
    let replace = async |token: &str| {
        let store = &world.store;
        store
            .replace_registration(&client, &Digest::of(token), &[])
            .await
            .unwrap()
    };
    assert_eq!(replace("another").await, Change::NotFound);
    assert_eq!(replace("self").await, Change::Changed);
    assert_eq!(found(&world, &client).await, Some(client.clone()));
    let off = Client {
        disabled_at: Some(after(1)),
        ..client.clone()
    };
    world.store.update_client(&off, &[]).await.unwrap();
    assert_eq!(replace("self").await, Change::NotFound);
    assert_eq!(found(&world, &client).await, Some(off));
}

/// A fetched document replaces the one before, and never a client of another origin.
pub async fn a_document_is_renewed(store: SharedStore) {
    let world = World::new(store).await;
    let mut published = document(&world, "https://app.example/client");
    let store = &world.store;
    assert_eq!(
        store.renew_document(&published).await.unwrap(),
        Change::NotFound
    );
    store
        .register_client(&published, &open(9), &[])
        .await
        .unwrap();
    "Another".clone_into(&mut published.metadata.client_name);
    published.fresh_until = Some(after(900));
    let renewed = store.renew_document(&published).await.unwrap();
    assert_eq!(renewed, Change::Changed);
    assert_eq!(found(&world, &published).await, Some(published));
    let shop = document(&world, "shop");
    assert_eq!(store.renew_document(&shop).await.unwrap(), Change::NotFound);
    assert_eq!(found(&world, &shop).await, Some(world.client.clone()));
}

/// A use is noted once a day, and not for clients of admins.
pub async fn notes_uses_once_a_day(store: SharedStore) {
    let world = World::new(store).await;
    let client = registered(&world, "self");
    world
        .store
        .register_client(&client, &open(9), &[])
        .await
        .unwrap();
    let note = async |id: &ClientId, seconds: u32| {
        let now = after(seconds);
        let unless = now.minus(Lifetime::seconds(DAY_SECONDS));
        let store = &world.store;
        store
            .note_client_use(&world.realm, id, now, unless)
            .await
            .unwrap();
    };
    for (seconds, noted) in [(10, 10), (20, 10), (DAY_SECONDS + 10, DAY_SECONDS + 10)] {
        note(&client.id, seconds).await;
        let used = found(&world, &client).await.unwrap().last_used_at;
        assert_eq!(used, Some(after(noted)));
    }
    note(&world.client.id, 10).await;
    assert_eq!(
        found(&world, &world.client).await,
        Some(world.client.clone())
    );
}

/// A withdrawn token lets nobody in.
pub async fn withdraws_a_token(store: SharedStore) {
    let world = World::new(store).await;
    token(&world, "gone", 5).await;
    let delete = async |realm| {
        world
            .store
            .delete_initial_access_token(realm, "gone", &[])
            .await
    };
    assert_eq!(delete(&world.elsewhere).await.unwrap(), Change::NotFound);
    assert_eq!(delete(&world.realm).await.unwrap(), Change::Changed);
    assert_eq!(delete(&world.realm).await.unwrap(), Change::NotFound);
    let client = registered(&world, "self");
    let refused = world
        .store
        .register_client(&client, &with("gone"), &[])
        .await;
    assert_eq!(refused.unwrap(), ClientRegistration::TokenRefused);
}

/// Cleaning takes clients that nobody uses, unless an admin registered them or a grant stands.
pub async fn purges_unused_clients(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let [never, used, granted] = ["never", "used", "granted"].map(|id| registered(&world, id));
    let address = document(&world, "https://app.example/client");
    for client in [&never, &used, &granted, &address] {
        store.register_client(client, &open(9), &[]).await.unwrap();
    }
    for client in [&used, &granted] {
        let noted = store.note_client_use(&world.realm, &client.id, after(0), START);
        noted.await.unwrap();
    }
    let long = session(&world.user, "s-2");
    store
        .open_session(&long, super::VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    let mut grant = world.offline_grant("f-1");
    grant.client = granted.id.clone();
    grant.expires_at = after(300 * DAY_SECONDS);
    world.redeemed(grant).await;
    token(&world, "old", 1).await;
    let half_a_year = 180 * DAY_SECONDS;
    for (seconds, there) in [
        (3_599, [true, true, true, true]),
        (3_600, [false, true, true, true]),
        (7 * DAY_SECONDS - 1, [false, true, true, true]),
        (7 * DAY_SECONDS, [false, false, true, true]),
        (half_a_year - 1, [false, false, true, true]),
        (half_a_year, [false, false, false, true]),
        (301 * DAY_SECONDS, [false, false, false, false]),
    ] {
        store.purge(after(seconds), 100).await.unwrap();
        for (client, there) in [&address, &never, &used, &granted].into_iter().zip(there) {
            let found = found(&world, client).await.is_some();
            assert_eq!(found, there, "{} after {seconds} s", client.id);
        }
    }
    assert!(found(&world, &world.client).await.is_some());
    let tokens = store.list_initial_access_tokens(&world.realm).await;
    assert_eq!(tokens.unwrap(), []);
}
