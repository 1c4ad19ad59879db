//! Links that people are sent about their own account: another address, and the end of a deletion.

use super::links::{link, written};
use super::{RACERS, World, after, count_of, race, user};
use crate::account::link::{Link, LinkPurpose};
use crate::account::user::{AccountSwitch, LoginName, User};
use crate::secret::Digest;
use crate::store::{Change, Creation, Effects, LinkUse, SharedStore};

const NEW: &str = "new@example.com";

async fn change(world: &World, link: &Link, seconds: u32) -> LinkUse {
    let none = Effects::NONE;
    let store = &world.store;
    let verb = store.change_address_by_link(&link.realm, &link.digest, &none, after(seconds));
    verb.await.unwrap()
}

async fn restore(world: &World, link: &Link, seconds: u32) -> LinkUse {
    let none = Effects::NONE;
    let store = &world.store;
    let verb = store.restore_by_link(&link.realm, &link.digest, &none, after(seconds));
    verb.await.unwrap()
}

async fn by_login(world: &World, login: &str) -> Option<User> {
    let login = LoginName::parse(login).unwrap();
    let found = world.store.user_by_login(&world.realm, &login).await;
    found.unwrap()
}

/// The account has the new address, confirmed, and is found by it; the old one is free. The link is
/// used, in its realm only.
pub async fn gives_an_account_its_new_address(store: SharedStore) {
    let world = World::new(store).await;
    let link = written(&world, "l-1", LinkPurpose::ConfirmNewAddress).await;
    let elsewhere = Link {
        realm: world.elsewhere.clone(),
        ..link.clone()
    };
    assert_eq!(change(&world, &elsewhere, 1).await, LinkUse::Void);
    assert_eq!(change(&world, &link, 2).await, LinkUse::Used);
    let ada = by_login(&world, NEW).await.unwrap();
    assert_eq!(ada.id, world.user.id);
    assert_eq!(ada.email.as_deref(), Some(NEW));
    assert!(ada.email_verified);
    assert_eq!(ada.updated_at, after(2));
    assert_eq!(by_login(&world, "ada").await, Some(ada));
    assert_eq!(by_login(&world, "ada@example.com").await, None);
    assert_eq!(change(&world, &link, 3).await, LinkUse::Void);
    let heir = user(&world.realm, "u-heir", "heir", Some("ada@example.com"));
    let created = world.store.create_user(&heir, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    // Whoever signs in with the address goes on doing so.
    let same = user(
        &world.realm,
        "u-same",
        "s@example.com",
        Some("s@example.com"),
    );
    let created = world.store.create_user(&same, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    let link = Link {
        user: Some(same.id.clone()),
        digest: Digest::of("l-2"),
        email: "t@example.com".to_owned(),
        ..link
    };
    let effects = Effects::NONE.and_link(link.clone());
    world.store.write_effects(&effects, after(4)).await.unwrap();
    assert_eq!(change(&world, &link, 5).await, LinkUse::Used);
    let same = by_login(&world, "t@example.com").await.unwrap();
    assert_eq!(same.username, "t@example.com");
    assert_eq!(by_login(&world, "s@example.com").await, None);
}

/// An address that is another's is not given away, whether as user name or address, and the link
/// stays unused.
pub async fn a_taken_address_stays_where_it_is(store: SharedStore) {
    let world = World::new(store).await;
    let link = written(&world, "l-1", LinkPurpose::ConfirmNewAddress).await;
    let bob = user(&world.realm, "u-bob", NEW, None);
    let created = world.store.create_user(&bob, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    assert_eq!(change(&world, &link, 2).await, LinkUse::NameTaken);
    assert_eq!(by_login(&world, NEW).await, Some(bob));
    let ada = by_login(&world, "ada@example.com").await;
    assert_eq!(ada, Some(world.user.clone()));
    let found = world.store.link(&world.realm, &link.digest).await.unwrap();
    assert_eq!(found.unwrap().used_at, None);
}

/// Whoever has made everything of an account worthless has made the address worthless too that was
/// asked for before.
pub async fn an_address_asked_for_before_an_end_is_void(store: SharedStore) {
    let world = World::new(store).await;
    let link = written(&world, "l-1", LinkPurpose::ConfirmNewAddress).await;
    let new_password = world.new_password(after(1));
    world.store.change_password(&new_password).await.unwrap();
    assert_eq!(change(&world, &link, 2).await, LinkUse::Void);
    for (number, switch) in [AccountSwitch::Lock, AccountSwitch::Unlock]
        .into_iter()
        .enumerate()
    {
        let link = written(
            &world,
            &format!("l-{switch:?}"),
            LinkPurpose::ConfirmNewAddress,
        )
        .await;
        let second = u32::try_from(number).unwrap() + 3;
        let none = Effects::NONE;
        let id = &world.user.id;
        let verb = world
            .store
            .switch_user(&world.realm, id, switch, &none, after(second));
        verb.await.unwrap();
        assert_eq!(
            change(&world, &link, second + 1).await,
            LinkUse::Void,
            "{switch:?}"
        );
    }
    let ada = by_login(&world, "ada@example.com").await.unwrap();
    assert_eq!(ada.email, world.user.email);
}

/// Of many who confirm one address at once, one gets it.
pub async fn gives_an_address_to_one_account_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let mut links = Vec::new();
    for number in 0..RACERS {
        let racer = user(
            &world.realm,
            &format!("u-{number}"),
            &format!("racer-{number}"),
            None,
        );
        let created = world.store.create_user(&racer, &Effects::NONE).await;
        assert_eq!(created.unwrap(), Creation::Created);
        let link = Link {
            user: Some(racer.id),
            ..written(&world, "l-pattern", LinkPurpose::ConfirmNewAddress).await
        };
        let link = Link {
            digest: Digest::of(&format!("l-{number}")),
            ..link
        };
        let effects = Effects::NONE.and_link(link.clone());
        world.store.write_effects(&effects, after(1)).await.unwrap();
        links.push(link);
    }
    let outcomes = race(|number| {
        let (store, link) = (world.store.clone(), links.get(number).unwrap().clone());
        async move {
            let none = Effects::NONE;
            let verb = store.change_address_by_link(&link.realm, &link.digest, &none, after(2));
            verb.await.unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &LinkUse::Used), 1);
    assert_eq!(count_of(&outcomes, &LinkUse::NameTaken), RACERS - 1);
}

async fn switched(world: &World, switch: AccountSwitch, effects: &Effects, seconds: u32) {
    let (realm, id) = (&world.realm, &world.user.id);
    let verb = world
        .store
        .switch_user(realm, id, switch, effects, after(seconds));
    assert_eq!(verb.await.unwrap(), Change::Changed, "{switch:?}");
}

/// The owner's deletion, with the link that undoes it.
async fn deleted(world: &World, token: &str, seconds: u32) -> Link {
    let link = link(world, token, LinkPurpose::UndoDeletion);
    let effects = Effects::NONE.and_link(link.clone());
    switched(world, AccountSwitch::Delete, &effects, seconds).await;
    link
}

/// A deletion is undone by its link, once; a link does nothing for an account that is not deleted.
pub async fn a_link_brings_an_account_back_in_time(store: SharedStore) {
    let world = World::new(store).await;
    let early = written(&world, "l-0", LinkPurpose::UndoDeletion).await;
    assert_eq!(restore(&world, &early, 1).await, LinkUse::Void);
    let link = deleted(&world, "l-1", 2).await;
    let elsewhere = Link {
        realm: world.elsewhere.clone(),
        ..link.clone()
    };
    assert_eq!(restore(&world, &elsewhere, 3).await, LinkUse::Void);
    assert_eq!(restore(&world, &link, 60).await, LinkUse::Void, "too old");
    assert_eq!(restore(&world, &link, 3).await, LinkUse::Used);
    assert!(by_login(&world, "ada").await.unwrap().stands());
    assert_eq!(restore(&world, &link, 4).await, LinkUse::Void);
    let found = world.store.link(&world.realm, &link.digest).await.unwrap();
    assert_eq!(found.unwrap().used_at, Some(after(3)), "its use is kept");
}

/// A link undoes the deletion that it was written with: neither one of an admin after it, nor one
/// that an admin has undone before. Another person's link stays.
pub async fn a_link_undoes_no_other_deletion(store: SharedStore) {
    let world = World::new(store).await;
    let bob = user(&world.realm, "u-bob", "bob", None);
    let created = world.store.create_user(&bob, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    let theirs = Link {
        user: Some(bob.id.clone()),
        ..link(&world, "l-bob", LinkPurpose::UndoDeletion)
    };
    let effects = Effects::NONE.and_link(theirs.clone());
    let (realm, none) = (&world.realm, &Effects::NONE);
    let verb = world
        .store
        .switch_user(realm, &bob.id, AccountSwitch::Delete, &effects, after(1));
    assert_eq!(verb.await.unwrap(), Change::Changed);
    let again = deleted(&world, "l-1", 2).await;
    switched(&world, AccountSwitch::Delete, none, 3).await;
    assert_eq!(restore(&world, &again, 4).await, LinkUse::Void, "on top");
    switched(&world, AccountSwitch::Restore, none, 5).await;
    let undone = deleted(&world, "l-2", 6).await;
    switched(&world, AccountSwitch::Restore, none, 7).await;
    let found = world.store.link(realm, &undone.digest).await;
    assert_eq!(found.unwrap(), None);
    switched(&world, AccountSwitch::Delete, none, 8).await;
    assert_eq!(restore(&world, &undone, 9).await, LinkUse::Void, "later");
    assert!(!by_login(&world, "ada").await.unwrap().stands());
    assert_eq!(restore(&world, &theirs, 10).await, LinkUse::Used);
}
