//! Realms, users, failed logins.

use super::{
    RACERS, START, World, after, client, count_attempt, count_of, race, realm_named, user,
};
use crate::account::user::{AccountSwitch, LoginName};
use crate::protocol::ids::{RealmId, UserId};
use crate::store::{Change, Creation, Effects, Page, RevocationMark, SharedStore};

/// The default realm is there before anything is created.
pub async fn has_the_default_realm(store: SharedStore) {
    let realm = store.realm(&RealmId::default_realm()).await.unwrap();
    assert_eq!(realm.map(|realm| realm.id), Some(RealmId::default_realm()));
    assert_eq!(store.list_realms().await.unwrap().len(), 1);
}

/// A realm is read back as it was written, and its slug is taken from then on.
pub async fn creates_a_realm_once(store: SharedStore) {
    let realm = realm_named(&RealmId::parse("acme").unwrap());
    assert_eq!(
        store.create_realm(&realm, &[]).await.unwrap(),
        Creation::Created
    );
    assert_eq!(
        store.create_realm(&realm, &[]).await.unwrap(),
        Creation::NameTaken
    );
    assert_eq!(store.realm(&realm.id).await.unwrap(), Some(realm.clone()));
    let slugs: Vec<String> = store
        .list_realms()
        .await
        .unwrap()
        .into_iter()
        .map(|realm| realm.id.into())
        .collect();
    assert_eq!(slugs, ["acme", "default"]);
    assert_eq!(
        store
            .realm(&RealmId::parse("other").unwrap())
            .await
            .unwrap(),
        None
    );
}

/// A user is found by id, by user name and by address, and only in its realm.
pub async fn finds_a_user_in_its_realm_only(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let ada = Some(world.user.clone());
    assert_eq!(store.user(&world.realm, &world.user.id).await.unwrap(), ada);
    assert_eq!(
        store.user(&world.elsewhere, &world.user.id).await.unwrap(),
        None
    );
    for text in ["Ada", "ADA@example.com"] {
        let login = LoginName::parse(text).unwrap();
        assert_eq!(
            store.user_by_login(&world.realm, &login).await.unwrap(),
            ada,
            "{text}"
        );
        assert_eq!(
            store.user_by_login(&world.elsewhere, &login).await.unwrap(),
            None,
            "{text}"
        );
    }
}

/// No user name equals another's address, in either direction; a refusal leaves nothing behind.
pub async fn keeps_user_names_and_addresses_in_one_name_space(store: SharedStore) {
    let world = World::new(store).await;
    for (username, email) in [
        ("ada", None),
        ("ada@example.com", None),
        ("bob", Some("ada@example.com")),
        ("bob", Some("ada")),
    ] {
        let bob = user(&world.realm, "u-bob", username, email);
        let creation = world.store.create_user(&bob, &Effects::NONE).await.unwrap();
        assert_eq!(creation, Creation::NameTaken, "{username} {email:?}");
        assert_eq!(world.store.user(&world.realm, &bob.id).await.unwrap(), None);
    }
    let bob = user(&world.realm, "u-bob", "bob", Some("bob@example.com"));
    assert_eq!(
        world.store.create_user(&bob, &Effects::NONE).await.unwrap(),
        Creation::Created
    );
}

/// A user may use the address as the user name, and the same names are free in another realm.
pub async fn takes_names_per_realm(store: SharedStore) {
    let world = World::new(store).await;
    let own = user(
        &world.realm,
        "u-cy",
        "cy@example.com",
        Some("cy@example.com"),
    );
    assert_eq!(
        world.store.create_user(&own, &Effects::NONE).await.unwrap(),
        Creation::Created
    );
    let same = user(&world.elsewhere, "u-ada", "ada", Some("ada@example.com"));
    assert_eq!(
        world
            .store
            .create_user(&same, &Effects::NONE)
            .await
            .unwrap(),
        Creation::Created
    );
}

/// Of many registrations with one name, one succeeds.
pub async fn creates_one_of_many_users_with_one_login(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        // Half take the name as a user name, half as an address.
        let (name, email) = (format!("name-{number}"), Some("dee@example.com"));
        let dee = if number % 2 == 0 {
            user(
                &world.realm,
                &format!("u-{number}"),
                "dee@example.com",
                None,
            )
        } else {
            user(&world.realm, &format!("u-{number}"), &name, email)
        };
        async move { store.create_user(&dee, &Effects::NONE).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &Creation::Created), 1);
    assert_eq!(count_of(&outcomes, &Creation::NameTaken), RACERS - 1);
    let page = Page {
        after: None,
        limit: 100,
    };
    assert_eq!(
        world
            .store
            .list_users(&world.realm, &page)
            .await
            .unwrap()
            .len(),
        2
    );
}

/// Listings go page by page in the order of ids, inside the realm.
pub async fn lists_users_and_clients_by_page(store: SharedStore) {
    let world = World::new(store).await;
    for id in ["u-B", "u-a", "u-z"] {
        world
            .store
            .create_user(&user(&world.realm, id, id, None), &Effects::NONE)
            .await
            .unwrap();
        world
            .store
            .create_client(&client(&world.realm, id), &[])
            .await
            .unwrap();
    }
    world
        .store
        .create_client(&client(&world.elsewhere, "u-c"), &[])
        .await
        .unwrap();
    let mut page = Page {
        after: None,
        limit: 2,
    };
    let mut users: Vec<String> = Vec::new();
    let mut clients: Vec<String> = Vec::new();
    for _ in 0..2 {
        page.after = users.last().cloned();
        let next = world.store.list_users(&world.realm, &page).await.unwrap();
        assert_eq!(next.len(), 2);
        users.extend(next.into_iter().map(|user| String::from(user.id)));
        page.after = clients.last().cloned();
        let next = world.store.list_clients(&world.realm, &page).await.unwrap();
        clients.extend(next.into_iter().map(|client| String::from(client.id)));
    }
    assert_eq!(users, ["u-B", "u-a", "u-ada", "u-z"]);
    assert_eq!(clients, ["shop", "u-B", "u-a", "u-z"]);
}

/// Changing what is not there says so, and records no marks.
pub async fn changes_nobody_elsewhere(store: SharedStore) {
    let world = World::new(store).await;
    let mark = RevocationMark::User(world.user.id.clone());
    let marks = [world.mark(mark.clone())];
    let (store, id) = (&world.store, &world.user.id);
    let switched = store
        .switch_user(
            &world.elsewhere,
            id,
            AccountSwitch::Disable,
            &Effects::marks(marks.clone()),
            after(1),
        )
        .await
        .unwrap();
    assert_eq!(switched, Change::NotFound);
    assert_eq!(
        store.user(&world.realm, id).await.unwrap(),
        Some(world.user.clone())
    );
    assert!(!world.stands(&mark).await);
}

/// A rehash replaces only the hash it was made from, and ends nothing.
pub async fn rehashes_only_the_hash_it_saw(store: SharedStore) {
    let world = World::new(store).await;
    let (store, id) = (&world.store, &world.user.id);
    for (old, new, stands) in [
        ("other", "x", "first hash"),
        ("first hash", "rehashed", "rehashed"),
    ] {
        store
            .rehash_password(&world.realm, id, old, new)
            .await
            .unwrap();
        let user = store.user(&world.realm, id).await.unwrap().unwrap();
        assert_eq!(user.password_hash.as_deref(), Some(stands));
    }
    let facts = store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await
        .unwrap();
    assert_eq!(facts.unwrap().session.ended_at, None);
}

/// An id that is free is not found.
pub async fn finds_no_user_that_is_not_there(store: SharedStore) {
    let world = World::new(store).await;
    let nobody = UserId::parse("u-nobody").unwrap();
    assert_eq!(world.store.user(&world.realm, &nobody).await.unwrap(), None);
}

/// Attempts are counted one by one, with the moment of the one before, until a good login.
pub async fn counts_login_attempts(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    for number in 1..4 {
        assert_eq!(
            count_attempt(store, realm, "ada", after(number)).await,
            number
        );
    }
    assert_eq!(count_attempt(store, realm, "bob", after(3)).await, 1);
    assert_eq!(
        count_attempt(store, &world.elsewhere, "ada", after(3)).await,
        1
    );
    store.clear_login_attempts(realm, "ada").await.unwrap();
    assert_eq!(store.login_attempts(realm, "ada").await.unwrap(), None);
    assert_eq!(count_attempt(store, realm, "bob", after(4)).await, 2);
}

/// Attempts at once are all counted, each with a number of its own.
pub async fn counts_attempts_at_once(store: SharedStore) {
    let world = World::new(store).await;
    let mut counted = race(|_| {
        let (store, realm) = (world.store.clone(), world.realm.clone());
        async move { count_attempt(&store, &realm, "ada", START).await }
    })
    .await;
    counted.sort_unstable();
    let expected: Vec<u32> = (1..=u32::try_from(RACERS).unwrap()).collect();
    assert_eq!(counted, expected);
}
