//! Known devices, banned addresses, and attempts that are counted without looking.

use super::{RACERS, START, VERIFIED, World, after, count_of, race, session, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::known_device::{DEVICES_LIMIT, KNOWN_FOR};
use crate::account::user::{AccountSwitch, User};
use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::events::EventPage;
use crate::store::passwords::SparedSession;
use crate::store::protection::{Ban, DeviceFacts, KnownDevice};
use crate::store::{Change, Creation, Effects, SharedStore};

/// Opens a session of the world's user on the browser of a cookie.
pub(super) async fn sign_in(world: &World, id: &str, cookie: &str, at: Timestamp) {
    let opened = session(&world.user, id);
    let effects = Effects {
        known_device: Some(KnownDevice {
            realm: world.realm.clone(),
            user: world.user.id.clone(),
            cookie: Digest::of(cookie),
            session: opened.id.clone(),
            seen_at: at,
        }),
        ..Effects::NONE
    };
    let verb = world.store.open_session(&opened, VERIFIED, &effects).await;
    assert_eq!(verb.unwrap(), Change::Changed);
}

pub(super) async fn facts(
    world: &World,
    realm: &RealmId,
    cookie: &str,
    now: Timestamp,
) -> DeviceFacts {
    let digest = Digest::of(cookie);
    let found = world
        .store
        .device_facts(realm, &world.user.id, Some(&digest), now)
        .await;
    found.unwrap()
}

/// A device is known to whom it was signed in on, in that realm, and as long as browsers keep its
/// cookie.
pub async fn knows_a_device(store: SharedStore) {
    let world = World::new(store).await;
    sign_in(&world, "s-2", "browser", after(5)).await;
    let here = facts(&world, &world.realm, "browser", after(6)).await;
    let known = DeviceFacts {
        known: true,
        shared: true,
        devices: 1,
    };
    assert_eq!(here, known);
    let elsewhere = facts(&world, &world.elsewhere, "browser", after(6)).await;
    assert_eq!(elsewhere, DeviceFacts::default());
    let other = facts(&world, &world.realm, "another", after(6)).await;
    assert_eq!(
        (other.known, other.shared, other.devices),
        (false, false, 1)
    );
    let nobody = world
        .store
        .device_facts(&world.realm, &world.user.id, None, after(6));
    assert!(!nobody.await.unwrap().known);
    let bob = user(&world.realm, "u-bob", "bob", None);
    world.store.create_user(&bob, &Effects::NONE).await.unwrap();
    let digest = Digest::of("browser");
    let of_bob = world
        .store
        .device_facts(&world.realm, &bob.id, Some(&digest), after(6));
    let of_bob = of_bob.await.unwrap();
    assert_eq!(
        (of_bob.known, of_bob.shared, of_bob.devices),
        (false, true, 0)
    );
    let last = after(5).plus(KNOWN_FOR);
    let moment = Lifetime::from_millis(1);
    assert!(
        facts(&world, &world.realm, "browser", last.minus(moment))
            .await
            .known
    );
    let unknown = facts(&world, &world.realm, "browser", last).await;
    assert_eq!(unknown, DeviceFacts::default());
    sign_in(&world, "s-3", "browser", last).await;
    let renewed = facts(&world, &world.realm, "browser", last).await;
    assert_eq!((renewed.known, renewed.devices), (true, 1));
    world.store.purge(last.plus(KNOWN_FOR), 100).await.unwrap();
    let gone = facts(&world, &world.realm, "browser", last).await;
    assert_eq!(gone, DeviceFacts::default());
}

/// Of many devices the latest are known.
pub async fn knows_the_latest_devices(store: SharedStore) {
    let world = World::new(store).await;
    for number in 0..=DEVICES_LIMIT {
        let name = format!("d-{number}");
        sign_in(&world, &name, &name, after(number)).await;
    }
    let now = after(60);
    let oldest = facts(&world, &world.realm, "d-0", now).await;
    assert_eq!((oldest.known, oldest.devices), (false, DEVICES_LIMIT));
    for number in 1..=DEVICES_LIMIT {
        let known = facts(&world, &world.realm, &format!("d-{number}"), now).await;
        assert!(known.known, "{number}");
    }
}

/// Whatever ends all sessions forgets the devices too, but for that of the session it spares.
pub async fn an_end_of_everything_forgets_devices(store: SharedStore) {
    let world = World::new(store).await;
    sign_in(&world, "s-2", "browser", after(5)).await;
    sign_in(&world, "s-3", "stolen", after(6)).await;
    let mut change = world.new_password(after(7));
    change.proven = Some(VERIFIED.to_owned());
    change.spared = Some(SparedSession {
        id: session(&world.user, "s-2").id,
        cookie: Digest::of("s-2 anew"),
    });
    let verb = world.store.change_password(&change).await.unwrap();
    assert_eq!(verb, Change::Changed);
    assert!(facts(&world, &world.realm, "browser", after(8)).await.known);
    assert!(!facts(&world, &world.realm, "stolen", after(8)).await.known);
    let (realm, id) = (&world.realm, &world.user.id);
    let locked = world
        .store
        .switch_user(realm, id, AccountSwitch::Lock, &Effects::NONE, after(9))
        .await;
    assert_eq!(locked.unwrap(), Change::Changed);
    assert!(
        !facts(&world, &world.realm, "browser", after(10))
            .await
            .known
    );
}

/// Attempts in a row are counted once each, however many come at once, and forgotten together.
pub async fn counts_attempts_in_a_row(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let counted = {
        let (store, realm) = (store.clone(), realm.clone());
        race(move |_| {
            let (store, realm) = (store.clone(), realm.clone());
            async move {
                let counted = store.count_in_a_row(&realm, "ACCOUNT ada", START, after(5));
                counted.await.unwrap()
            }
        })
        .await
    };
    for number in 1..=RACERS {
        let number = u32::try_from(number).unwrap();
        assert_eq!(count_of(&counted, &number), 1, "{counted:?}");
    }
    let count = |realm, key, forgotten, now| store.count_in_a_row(realm, key, forgotten, now);
    let next = u32::try_from(RACERS).unwrap() + 1;
    let one_more = count(realm, "ACCOUNT ada", after(4), after(6)).await;
    assert_eq!(one_more.unwrap(), next);
    let elsewhere = count(&world.elsewhere, "ACCOUNT ada", START, after(6)).await;
    assert_eq!(elsewhere.unwrap(), 1);
    let anew = count(realm, "ACCOUNT ada", after(6), after(7)).await;
    assert_eq!(anew.unwrap(), 1, "the last one was too long ago");
    count(realm, "bob", START, after(7)).await.unwrap();
    let keys = ["ACCOUNT ada", "nobody"].map(str::to_owned);
    store.forget_attempts(realm, &keys).await.unwrap();
    assert_eq!(
        count(realm, "ACCOUNT ada", START, after(8)).await.unwrap(),
        1
    );
    assert_eq!(count(realm, "bob", START, after(8)).await.unwrap(), 2);
    // What anybody can make is kept for a day, what accounts have for a month.
    let day = after(8 + 86_400);
    store.purge(day, 100).await.unwrap();
    assert_eq!(count(realm, "bob", START, day).await.unwrap(), 1);
    assert_eq!(count(realm, "ACCOUNT ada", START, day).await.unwrap(), 2);
    let month = day.plus(Lifetime::seconds(30 * 86_400));
    store.purge(month, 100).await.unwrap();
    assert_eq!(count(realm, "ACCOUNT ada", START, month).await.unwrap(), 1);
}

fn ban(prefix: &str, at: u32, until: u32) -> Ban {
    Ban {
        prefix: prefix.to_owned(),
        created_at: after(at),
        expires_at: after(until),
    }
}

fn told(world: &World, kind: EventKind) -> Effects {
    Effects::event(
        Event::new(&world.realm, kind, &Caller::default(), after(1)).of_user(&world.user.id),
    )
}

async fn events(world: &World) -> usize {
    let page = EventPage {
        since: START,
        before: None,
        limit: 100,
    };
    let found = world
        .store
        .events_of_user(&world.realm, &world.user.id, page)
        .await;
    found.unwrap().len()
}

/// A ban stands in its realm until it ends or is lifted, and tells what it does once.
pub async fn bans_an_address(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let first = ban("192.0.2.1", 1, 100);
    let effects = told(&world, EventKind::NetworkBanned);
    assert_eq!(
        store.ban(realm, &first, &effects).await.unwrap(),
        Change::Changed
    );
    let shorter = ban("192.0.2.1", 2, 50);
    assert_eq!(
        store.ban(realm, &shorter, &effects).await.unwrap(),
        Change::NotFound
    );
    let network = ban("2001:db8::/64", 3, 60);
    assert_eq!(
        store.ban(realm, &network, &Effects::NONE).await.unwrap(),
        Change::Changed
    );
    assert_eq!(events(&world).await, 1);
    let until = |realm, prefix, now| store.banned_until(realm, prefix, now);
    assert_eq!(
        until(realm, "192.0.2.1", after(99)).await.unwrap(),
        Some(after(100))
    );
    assert_eq!(until(realm, "192.0.2.1", after(100)).await.unwrap(), None);
    assert_eq!(until(realm, "192.0.2.2", after(5)).await.unwrap(), None);
    assert_eq!(
        until(&world.elsewhere, "192.0.2.1", after(5))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.bans(realm, after(5)).await.unwrap(),
        [first.clone(), network]
    );
    assert_eq!(store.bans(realm, after(60)).await.unwrap(), [first]);
    assert_eq!(store.bans(&world.elsewhere, after(5)).await.unwrap(), []);
    let lift = told(&world, EventKind::NetworkBanLifted);
    for (realm, prefix, now, expected) in [
        (&world.elsewhere, "192.0.2.1", after(5), Change::NotFound),
        (realm, "192.0.2.2", after(5), Change::NotFound),
        (realm, "192.0.2.1", after(100), Change::NotFound),
        (realm, "192.0.2.1", after(5), Change::Changed),
        (realm, "192.0.2.1", after(5), Change::NotFound),
    ] {
        let lifted = store.lift_ban(realm, prefix, &lift, now).await.unwrap();
        assert_eq!(lifted, expected, "{realm} {prefix}");
    }
    assert_eq!(events(&world).await, 2);
    assert_eq!(until(realm, "192.0.2.1", after(5)).await.unwrap(), None);
    store.purge(after(60 + 3_600), 100).await.unwrap();
    assert_eq!(store.bans(realm, after(5)).await.unwrap(), []);
}

/// What numbers draw that are spread evenly, both ends included.
async fn draws(store: &SharedStore, realm: &RealmId) -> Vec<String> {
    const DRAWS: u64 = 400;
    let mut drawn = Vec::new();
    for number in 0..DRAWS {
        let number = (u64::MAX / (DRAWS - 1)).wrapping_mul(number).cast_signed();
        drawn.extend(store.drawn_hash(realm, number).await.unwrap());
    }
    drawn
}

/// Hashes are drawn as evenly as by chance, whatever the ids of their accounts look like, and from
/// one realm only. Accounts without a password have none that could be drawn.
pub async fn draws_a_hash_evenly(store: SharedStore) {
    const ACCOUNTS: usize = 16;
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.elsewhere);
    let account = |name: &str, password_hash: Option<&str>| User {
        password_hash: password_hash.map(str::to_owned),
        ..user(realm, name, name, None)
    };
    let made = async |account: User| {
        let created = store.create_user(&account, &Effects::NONE).await;
        assert_eq!(created.unwrap(), Creation::Created);
        account
    };
    let keyless = account("00000000-0000-4000-8000-keyless", None);
    made(keyless).await;
    assert_eq!(draws(store, realm).await, [""; 0], "no password");
    for number in 0..ACCOUNTS {
        let name = format!("00000000-0000-4000-8000-{number:012}");
        made(account(&name, Some(&name))).await;
    }
    let before = draws(store, realm).await;
    let times = |hash: &str| before.iter().filter(|drawn| *drawn == hash).count();
    for number in 0..ACCOUNTS {
        let times = times(&format!("00000000-0000-4000-8000-{number:012}"));
        assert!((1..before.len() / 2).contains(&times), "{number}: {times}");
    }
    assert!(!before.iter().any(|drawn| drawn == VERIFIED), "elsewhere");
    assert_eq!(draws(store, realm).await, before, "the same again");
    // Another account is drawn in the place of some, and all the others stay.
    let newcomer = made(account("newcomer", Some("newcomer's"))).await;
    let after = draws(store, realm).await;
    let changed = before.iter().zip(&after).filter(|(old, new)| old != new);
    let changed: Vec<_> = changed.map(|(_, new)| new.as_str()).collect();
    assert!(!changed.is_empty());
    assert!(
        changed.iter().all(|new| *new == "newcomer's"),
        "{changed:?}"
    );
    let rehashed = store.rehash_password(realm, &newcomer.id, "newcomer's", "ours");
    rehashed.await.unwrap();
    let drawn = draws(store, realm).await;
    let ours = drawn.iter().filter(|drawn| *drawn == "ours").count();
    assert_eq!(ours, changed.len());
}
