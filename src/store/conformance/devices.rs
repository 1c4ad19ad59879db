//! Devices: each waits under its own code, is answered once, and is polled at its pace.

use super::{RACERS, START, World, after, count_of, family_id, race, redemption, scope};
use crate::account::event::EventKind;
use crate::protocol::device::{NO_REDIRECT_URI, POLL_INTERVAL, Pace};
use crate::protocol::ids::ClientId;
use crate::protocol::time::Lifetime;
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;
use crate::store::device::{DeviceAuthorization, DeviceOpening, Polls};
use crate::store::{Change, CodeRedemption, Effects, NewFamily, SharedStore};

const LIMIT: u32 = 100;

/// A device that begins to wait at the start, for five minutes.
fn device(world: &World, user_code: &str) -> DeviceAuthorization {
    DeviceAuthorization {
        realm: world.realm.clone(),
        device_code: Digest::of(user_code),
        user_code: UserCode::parse(user_code).unwrap(),
        client: world.client.id.clone(),
        scope: scope("openid email"),
        resources: vec!["https://api.example/".to_owned()],
        polls: Polls::NONE,
        created_at: START,
        expires_at: after(300),
        approved_at: None,
        denied_at: None,
    }
}

async fn opened(world: &World, user_code: &str) -> DeviceAuthorization {
    let device = device(world, user_code);
    let store = &world.store;
    let opening = store.open_device_authorization(&device, LIMIT).await;
    assert_eq!(opening.unwrap(), DeviceOpening::Opened);
    device
}

/// The family that an approval of the device at ten seconds opens.
fn family(world: &World, device: &DeviceAuthorization, id: &str) -> NewFamily {
    NewFamily {
        id: family_id(id),
        code: device.device_code,
        code_expires_at: device.expires_at,
        redirect_uri: NO_REDIRECT_URI.to_owned(),
        code_challenge: None,
        nonce: None,
        created_at: after(10),
        ..world.grant(id)
    }
}

async fn read(world: &World, device: &DeviceAuthorization) -> DeviceAuthorization {
    let (store, realm) = (&world.store, &world.realm);
    let found = store.device_authorization(realm, &device.device_code).await;
    found.unwrap().unwrap()
}

/// A device is found by either of its codes, as it was opened, in its realm only.
pub async fn finds_a_device_by_its_codes(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let store = &world.store;
    assert_eq!(read(&world, &device).await, device);
    for (realm, expected) in [
        (&world.realm, Some(device.clone())),
        (&world.elsewhere, None),
    ] {
        let by_code = store.device_by_user_code(realm, &device.user_code).await;
        assert_eq!(by_code.unwrap(), expected);
        let by_device = store.device_authorization(realm, &device.device_code).await;
        assert_eq!(by_device.unwrap(), expected);
    }
}

/// A user code names one device of a realm at a time.
pub async fn gives_a_user_code_to_one_device(store: SharedStore) {
    let world = World::new(store).await;
    let first = opened(&world, "WDJBMJHT").await;
    let second = DeviceAuthorization {
        device_code: Digest::of("another"),
        ..first.clone()
    };
    let store = &world.store;
    let opening = store.open_device_authorization(&second, LIMIT).await;
    assert_eq!(opening.unwrap(), DeviceOpening::CodeTaken);
    assert_eq!(read(&world, &first).await, first);
    let elsewhere = DeviceAuthorization {
        realm: world.elsewhere.clone(),
        ..second
    };
    let opening = store.open_device_authorization(&elsewhere, LIMIT).await;
    assert_eq!(opening.unwrap(), DeviceOpening::Opened);
}

/// What waits is bounded for each client; what has lapsed does not count.
pub async fn bounds_the_waiting_devices_of_a_client(store: SharedStore) {
    let world = World::new(store).await;
    opened(&world, "BBBBBBBB").await;
    opened(&world, "CCCCCCCC").await;
    let third = device(&world, "DDDDDDDD");
    let store = &world.store;
    let opening = store.open_device_authorization(&third, 2).await;
    assert_eq!(opening.unwrap(), DeviceOpening::TooMany);
    let of_another = DeviceAuthorization {
        client: ClientId::parse("other").unwrap(),
        ..device(&world, "FFFFFFFF")
    };
    let later = DeviceAuthorization {
        created_at: after(300),
        expires_at: after(600),
        ..third
    };
    for device in [of_another, later] {
        let opening = store.open_device_authorization(&device, 2).await;
        assert_eq!(opening.unwrap(), DeviceOpening::Opened);
    }
}

/// RFC 8628 §3.5: of polls that saw the same, one is counted.
pub async fn counts_a_poll_once(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let Pace::InTime(counted) = device.polls.one_more(after(1)) else {
        unreachable!("the first poll is in time");
    };
    let outcomes = race(|_| {
        let (store, device) = (world.store.clone(), device.clone());
        async move {
            store
                .count_device_poll(&device.realm, &device.device_code, device.polls, counted)
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(outcomes.len(), RACERS);
    assert_eq!(count_of(&outcomes, &true), 1);
    assert_eq!(read(&world, &device).await.polls, counted);
    let slower = Polls {
        interval: POLL_INTERVAL.plus(Lifetime::seconds(5)),
        last_at: Some(after(2)),
    };
    let store = &world.store;
    for (realm, expected) in [(&world.elsewhere, false), (&world.realm, true)] {
        let outcome = store
            .count_device_poll(realm, &device.device_code, counted, slower)
            .await;
        assert_eq!(outcome.unwrap(), expected);
    }
    assert_eq!(read(&world, &device).await.polls, slower);
}

/// RFC 8628 §3.3: an approval opens the one family that the device code spends.
pub async fn an_approval_opens_a_family(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let family = family(&world, &device, "f-1");
    let redemption = CodeRedemption {
        now: after(20),
        ..redemption(&family)
    };
    let store = &world.store;
    assert_eq!(store.redeem_code(&redemption).await.unwrap(), None);
    assert_eq!(
        store.approve_device(&family, &Effects::NONE).await.unwrap(),
        Change::Changed
    );
    assert_eq!(read(&world, &device).await.approved_at, Some(after(10)));
    let redeemed = store.redeem_code(&redemption).await.unwrap().unwrap();
    assert_eq!(redeemed.grant, family);
    assert_eq!(store.redeem_code(&redemption).await.unwrap(), None);
}

/// Of many answers to one device, one counts.
pub async fn answers_a_device_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let outcomes = race(|number| {
        let (store, device) = (world.store.clone(), device.clone());
        let family = family(&world, &device, &format!("f-{number}"));
        let told = world.telling(EventKind::ConsentGranted);
        async move {
            if number % 2 == 0 {
                store.approve_device(&family, &told).await.unwrap()
            } else {
                let (realm, code) = (&device.realm, &device.device_code);
                let denied = store.deny_device(realm, code, &told, after(10));
                denied.await.unwrap()
            }
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &Change::Changed), 1);
    assert_eq!(world.happened().await.len(), 1);
    let row = read(&world, &device).await;
    assert_ne!(row.approved_at.is_some(), row.denied_at.is_some());
    let store = &world.store;
    let family = store
        .family_by_code(&world.realm, &device.device_code)
        .await;
    assert_eq!(family.unwrap().is_some(), row.approved_at.is_some());
}

/// Only a device that waits, under that client and in that realm, can be answered.
pub async fn answers_only_what_waits(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let right = family(&world, &device, "f-1");
    let wrong = [
        NewFamily {
            code: Digest::of("other"),
            ..right.clone()
        },
        NewFamily {
            client: ClientId::parse("other").unwrap(),
            ..right.clone()
        },
        NewFamily {
            created_at: device.expires_at,
            ..right.clone()
        },
    ];
    let store = &world.store;
    let [granted, denied] =
        [EventKind::ConsentGranted, EventKind::ConsentDenied].map(|kind| world.telling(kind));
    for family in wrong {
        let outcome = store.approve_device(&family, &granted).await.unwrap();
        assert_eq!(outcome, Change::NotFound, "{family:?}");
    }
    let code = &device.device_code;
    for (realm, now) in [(&world.elsewhere, after(10)), (&world.realm, after(300))] {
        let outcome = store.deny_device(realm, code, &denied, now).await.unwrap();
        assert_eq!(outcome, Change::NotFound);
    }
    assert_eq!(read(&world, &device).await, device);
    assert_eq!(world.happened().await, []);
    let answer = store.deny_device(&world.realm, code, &denied, after(10));
    assert_eq!(answer.await.unwrap(), Change::Changed);
    let late = store.approve_device(&right, &granted).await.unwrap();
    assert_eq!(late, Change::NotFound);
    assert_eq!(read(&world, &device).await.approved_at, None);
    assert_eq!(world.happened().await, [EventKind::ConsentDenied]);
}

/// An approval out of a session that has ended meanwhile leaves the device waiting.
pub async fn an_ended_session_approves_no_device(store: SharedStore) {
    let world = World::new(store).await;
    let device = opened(&world, "WDJBMJHT").await;
    let (store, realm) = (&world.store, &world.realm);
    store
        .end_session(realm, &world.session.id, &Effects::NONE, after(5))
        .await
        .unwrap();
    let granted = world.telling(EventKind::ConsentGranted);
    let family = family(&world, &device, "f-1");
    let outcome = store.approve_device(&family, &granted).await;
    assert_eq!(outcome.unwrap(), Change::NotFound);
    assert_eq!(world.happened().await, []);
    assert_eq!(read(&world, &device).await, device);
}

/// Cleaning takes devices an hour after they lapsed.
pub async fn purges_devices(store: SharedStore) {
    let world = World::new(store).await;
    opened(&world, "WDJBMJHT").await;
    let store = &world.store;
    assert_eq!(store.purge(after(3_899), 100).await.unwrap(), 0);
    assert_eq!(store.purge(after(3_900), 100).await.unwrap(), 1);
}
