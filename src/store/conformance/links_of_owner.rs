//! Links that people are sent about their own account: the end of a deletion.

use super::links::{link, written};
use super::{World, after, user};
use crate::account::link::{Link, LinkPurpose};
use crate::account::user::{AccountSwitch, LoginName, User};
use crate::store::{Change, Creation, Effects, LinkUse, SharedStore};

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
/// that an admin has undone before; nor by way of an address that is not the account's. Another
/// person's link stays.
pub async fn a_link_undoes_no_other_deletion(store: SharedStore) {
    let world = World::new(store).await;
    let bob = user(&world.realm, "u-bob", "bob", Some("bob@example.com"));
    let created = world.store.create_user(&bob, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    let to = |token, email: &str| Link {
        user: Some(bob.id.clone()),
        email: email.to_owned(),
        ..link(&world, token, LinkPurpose::UndoDeletion)
    };
    let (realm, none) = (&world.realm, &Effects::NONE);
    let delete = async |link: &Link, seconds| {
        let effects = Effects::NONE.and_link(link.clone());
        let how = AccountSwitch::Delete;
        let verb = world
            .store
            .switch_user(realm, &bob.id, how, &effects, after(seconds));
        assert_eq!(verb.await.unwrap(), Change::Changed);
    };
    let theirs = to("l-bob", "bob@example.com");
    delete(&theirs, 1).await;
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
    let elsewhere = to("l-before", "bob-before@example.com");
    delete(&elsewhere, 11).await;
    assert_eq!(restore(&world, &elsewhere, 12).await, LinkUse::Void);
}
