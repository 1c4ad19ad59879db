//! A new address that is confirmed by many at once.

use super::new_address::{NEW, alone, asked, by_login, created, step, wish, write};
use super::{RACERS, START, World, count_of, race, user};
use crate::store::{AddressUse, Effects, SharedStore};

/// Of many who confirm one address at once, one gets it.
pub async fn gives_an_address_to_one_account_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let mut links = Vec::new();
    for number in 0..RACERS {
        let id = format!("u-{number}");
        let racer = user(&world.realm, &id, &format!("racer-{number}"), None);
        created(&world, &racer).await;
        links.push(alone(&world, &id, &racer, NEW));
    }
    write(&world, &links).await;
    let outcomes = race(|number| {
        let (store, step) = (world.store.clone(), step(links.get(number).unwrap(), 2));
        async move { store.change_address_by_link(&step).await.unwrap() }
    })
    .await;
    assert_eq!(count_of(&outcomes, &AddressUse::Changed), 1);
    assert_eq!(count_of(&outcomes, &AddressUse::NameTaken), RACERS - 1);
}

/// When both ends confirm at the same instant, by many callers each, one waits and one changes the
/// address: never both, never neither.
pub async fn one_end_waits_and_one_changes_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    for round in 0..20 {
        let id = format!("u-{round}");
        let old = format!("old-{round}@example.com");
        let new = format!("new-{round}@example.com");
        let owner = user(&world.realm, &id, &id, Some(&old));
        created(&world, &owner).await;
        let links = wish(&world, &id, &owner, &new);
        write(&world, &links).await;
        let outcomes = race(|number| {
            let (store, step) = (world.store.clone(), step(links.get(number % 2).unwrap(), 2));
            async move { store.change_address_by_link(&step).await.unwrap() }
        })
        .await;
        assert_eq!(count_of(&outcomes, &AddressUse::Changed), 1);
        assert_eq!(count_of(&outcomes, &AddressUse::Waits), 1);
        assert_eq!(count_of(&outcomes, &AddressUse::Void), RACERS - 2);
        let changed = by_login(&world, &new).await;
        assert_eq!(changed.map(|user| user.id), Some(owner.id));
    }
}

/// Wishes and confirmations at once: each comes to an end, and a change is one that both ends of
/// one wish have confirmed.
pub async fn newer_wishes_and_confirmations_do_not_wait_for_each_other(store: SharedStore) {
    let world = World::new(store).await;
    let links = asked(&world, "w").await;
    let outcomes = race(|number| {
        let store = world.store.clone();
        let newer = wish(&world, &format!("w-{number}"), &world.user, NEW);
        let step = step(links.get(number % 2).unwrap(), 2);
        async move {
            if number % 4 < 2 {
                return store.change_address_by_link(&step).await.unwrap();
            }
            let mut effects = Effects::NONE;
            effects.links = newer.to_vec();
            store.write_effects(&effects, START).await.unwrap();
            AddressUse::Void
        }
    })
    .await;
    let changed = count_of(&outcomes, &AddressUse::Changed);
    assert!(changed <= count_of(&outcomes, &AddressUse::Waits));
    let there = by_login(&world, NEW).await.is_some();
    assert_eq!(there, changed == 1);
    assert_eq!(count_of(&outcomes, &AddressUse::NameTaken), 0);
    for link in links {
        let slot = link.slot();
        let left = world
            .store
            .link_in_slot(&world.realm, link.purpose, &slot)
            .await;
        let left = left.unwrap().unwrap();
        assert!(left.used_at.is_some() || left.content.pair.is_some());
    }
}
