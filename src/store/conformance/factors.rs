//! Authenticator apps, recovery codes, remembered devices.

use super::passkeys::{adding, passkey};
use super::roles::strict_role;
use super::sign_ins::{NONE, add, app, begin, factors, open, password, step, take, with_app};
use super::{START, World, after, race, session};
use crate::account::factors::Factors;
use crate::secret::Digest;
use crate::store::factors::{FactorRemoval, Ground, RememberedDevice, StepOutcome, Then};
use crate::store::{Change, SharedStore};

/// A device is remembered for its user and for some time, until it is forgotten or anything that
/// was trusted in changes.
pub async fn remembers_a_device(store: SharedStore) {
    let world = with_app(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    for (number, change) in ["forget", "app", "password", "reset"].iter().enumerate() {
        let device = RememberedDevice {
            id: format!("device-{number}"),
            cookie: Digest::of(change),
            name: "Browser".to_owned(),
            created_at: START,
            expires_at: after(1_000),
        };
        let ground = begin(&world, change).await;
        let then = Then::Open {
            session: Box::new(session(&world.user, &format!("s-device-{number}"))),
            remembered: Some(device.clone()),
        };
        let at = 101 + i64::try_from(number).unwrap();
        let taken = step(&world, ground, password(at), then);
        assert_eq!(take(&world, &taken).await, StepOutcome::Taken, "{change}");
        let listed = store.remembered_devices(realm, id, after(5)).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&device));
        for (realm, now, known) in [
            (realm, after(999), true),
            (realm, after(1_000), false),
            (&world.elsewhere, after(5), false),
        ] {
            let facts = store.factors(realm, id, Some(&device.cookie), now).await;
            assert_eq!(facts.unwrap().remembered, known, "{change}");
        }
        let changed = match *change {
            "forget" => {
                store
                    .forget_device(realm, id, &device.id, &NONE, after(6))
                    .await
            }
            "password" => store.change_password(&world.new_password(after(6))).await,
            "app" => {
                let ground = begin(&world, "adding").await;
                let act = add("app-2", &["three"], 5);
                let added = step(&world, ground, act, open(&world, "s-added"));
                assert_eq!(take(&world, &added).await, StepOutcome::Taken);
                Ok(Change::Changed)
            }
            _ => store.reset_factors(realm, id, &NONE, after(6)).await,
        };
        assert_eq!(changed.unwrap(), Change::Changed, "{change}");
        let facts = store
            .factors(realm, id, Some(&device.cookie), after(6))
            .await;
        assert!(!facts.unwrap().remembered, "{change}");
        let left = store.remembered_devices(realm, id, after(6)).await.unwrap();
        assert!(left.is_empty(), "{change}");
    }
    assert_eq!(factors(&world).await, Factors::default());
}

/// Apps are listed, renamed and removed by their owner; the recovery codes go with the last.
pub async fn keeps_apps(store: SharedStore) {
    let world = with_app(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    assert_eq!(store.totp_apps(realm, id).await.unwrap(), [app("app-1")]);
    assert!(
        store
            .totp_apps(&world.elsewhere, id)
            .await
            .unwrap()
            .is_empty()
    );
    let renamed = store.rename_totp_app(realm, id, "app-1", "Tablet").await;
    assert_eq!(renamed.unwrap(), Change::Changed);
    let apps = store.totp_apps(realm, id).await.unwrap();
    assert!(apps.iter().all(|app| app.name == "Tablet"), "{apps:?}");
    let codes = [Digest::of("three")];
    let replaced = store.replace_recovery_codes(realm, id, &codes, &NONE, after(2));
    assert_eq!(replaced.await.unwrap(), Change::Changed);
    assert_eq!(factors(&world).await.recovery_codes, 1);
    let elsewhere = &world.elsewhere;
    for absent in [
        store.rename_totp_app(elsewhere, id, "app-1", "x").await,
        store.reset_factors(elsewhere, id, &NONE, after(3)).await,
        store
            .replace_recovery_codes(elsewhere, id, &codes, &NONE, after(3))
            .await,
        store
            .forget_device(realm, id, "device-1", &NONE, after(3))
            .await,
    ] {
        assert_eq!(absent.unwrap(), Change::NotFound);
    }
    for (realm, app) in [(elsewhere, "app-1"), (realm, "app-2")] {
        let removal = store.remove_totp_app((realm, id), app, false, &NONE, after(3));
        assert_eq!(removal.await.unwrap(), FactorRemoval::NotFound);
    }
    assert_eq!(remove(&world, "app-1", false).await, FactorRemoval::Removed);
    assert_eq!(factors(&world).await, Factors::default());
}

async fn remove(world: &World, app: &str, demanded: bool) -> FactorRemoval {
    let owner = (&world.realm, &world.user.id);
    let removal = world
        .store
        .remove_totp_app(owner, app, demanded, &NONE, after(3));
    removal.await.unwrap()
}

/// The last second factor stays where the realm or a role demands one, and with it everything that
/// would have gone; another one may go.
pub async fn the_last_demanded_app_stays(store: SharedStore) {
    let world = with_app(store).await;
    let half = begin(&world, "half").await;
    assert_eq!(
        remove(&world, "app-1", true).await,
        FactorRemoval::LastFactor
    );
    let taken = step(&world, half, password(101), open(&world, "s-half"));
    assert_eq!(take(&world, &taken).await, StepOutcome::Taken, "trusted");
    assert_eq!(factors(&world).await.recovery_codes, 2);
    strict_role(&world).await;
    assert_eq!(
        remove(&world, "app-1", false).await,
        FactorRemoval::LastFactor
    );
    let second = adding(&world, passkey("key-1"), &[], 5);
    assert_eq!(take(&world, &second).await, StepOutcome::Taken);
    assert_eq!(remove(&world, "app-1", true).await, FactorRemoval::Removed);
    let owner = (&world.realm, &world.user.id);
    let removal = world
        .store
        .remove_passkey(owner, "key-1", false, &NONE, after(6));
    assert_eq!(removal.await.unwrap(), FactorRemoval::LastFactor, "by role");
    assert_eq!(factors(&world).await.passkeys, 1);
}

/// Of an app and a passkey that are removed at once, one stays where a factor is demanded.
pub async fn of_two_kinds_removed_at_once_one_stays(store: SharedStore) {
    let world = with_app(store).await;
    let app_again = || {
        let then = open(&world, "s-1");
        step(
            &world,
            Ground::Session(world.session.cookie),
            add("app-1", &["one"], 5),
            then,
        )
    };
    let mut missing = adding(&world, passkey("key-1"), &[], 5);
    // They meet in some rounds only.
    for round in 0..20 {
        assert_eq!(take(&world, &missing).await, StepOutcome::Taken, "{round}");
        let outcomes = race(|number| {
            let (store, realm) = (world.store.clone(), world.realm.clone());
            let user = world.user.id.clone();
            async move {
                let owner = (&realm, &user);
                let removal = if number % 2 == 0 {
                    store.remove_totp_app(owner, "app-1", true, &NONE, after(6))
                } else {
                    store.remove_passkey(owner, "key-1", true, &NONE, after(6))
                };
                (removal.await.unwrap(), number % 2 == 0)
            }
        })
        .await;
        let removed = FactorRemoval::Removed;
        let done: Vec<_> = outcomes.iter().filter(|one| one.0 == removed).collect();
        let [(_, was_app)] = done.as_slice() else {
            unreachable!("{outcomes:?}")
        };
        assert!(factors(&world).await.any());
        missing = if *was_app {
            app_again()
        } else {
            adding(&world, passkey("key-1"), &[], 5)
        };
    }
}
