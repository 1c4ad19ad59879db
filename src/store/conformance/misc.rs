//! Settings, turns of jobs, cleaning, health.

use super::{RACERS, VERIFIED, World, after, count_attempt, count_of, family_id, race, session};
use crate::protocol::ids::TokenId;
use crate::store::{Effects, NewFamily, Revocation, RevocationMark, SharedStore};

const DAY_SECONDS: u32 = 86_400;

/// The first value of a setting stands.
pub async fn keeps_the_first_value_of_a_setting(store: SharedStore) {
    for (name, value, stands) in [
        ("a", b"one", b"one"),
        ("a", b"two", b"one"),
        ("b", b"two", b"two"),
    ] {
        assert_eq!(store.setting_or_insert(name, value).await.unwrap(), stands);
    }
}

/// Many nodes that start at once agree on a setting.
pub async fn agrees_on_a_setting_in_a_race(store: SharedStore) {
    let mut values = race(|number| {
        let store = store.clone();
        async move {
            store
                .setting_or_insert("secret", format!("value {number}").as_bytes())
                .await
                .unwrap()
        }
    })
    .await;
    values.dedup();
    assert_eq!(values.len(), 1);
}

/// A job's turn is one node's until it lapses; that node may prolong it.
pub async fn gives_a_job_to_one_node(store: SharedStore) {
    assert!(
        store
            .claim_job("purge", "a", after(0), after(60))
            .await
            .unwrap()
    );
    assert!(
        !store
            .claim_job("purge", "b", after(59), after(120))
            .await
            .unwrap()
    );
    assert!(
        store
            .claim_job("rotate", "b", after(59), after(120))
            .await
            .unwrap()
    );
    assert!(
        store
            .claim_job("purge", "a", after(59), after(90))
            .await
            .unwrap()
    );
    assert!(
        !store
            .claim_job("purge", "b", after(89), after(120))
            .await
            .unwrap()
    );
    assert!(
        store
            .claim_job("purge", "b", after(90), after(120))
            .await
            .unwrap()
    );
}

/// Of many nodes that want a turn at once, one has it.
pub async fn gives_a_job_to_one_node_in_a_race(store: SharedStore) {
    let outcomes = race(|number| {
        let store = store.clone();
        let node = format!("node {number}");
        async move {
            store
                .claim_job("purge", &node, after(0), after(60))
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &true), 1);
    assert_eq!(count_of(&outcomes, &false), RACERS - 1);
}

/// The record says that it takes writes.
pub async fn answers_a_ping(store: SharedStore) {
    store.ping().await.unwrap();
}

/// A closed store answers nothing, and says so.
pub async fn refuses_work_when_closed(store: SharedStore) {
    store.close().await;
    assert!(store.ping().await.is_err());
    assert!(store.list_realms().await.is_err());
}

/// Cleaning takes families past their end, and codes unspent for an hour after they lapsed.
pub async fn purges_families(store: SharedStore) {
    let world = World::new(store).await;
    let spent = NewFamily {
        expires_at: after(7_200),
        ..world.grant("f-spent")
    };
    world.redeemed(spent).await;
    world
        .store
        .issue_code(&world.grant("f-unspent"))
        .await
        .unwrap();
    let purges = [
        (after(3_659), 0, [true, true]),
        (after(3_660), 1, [true, false]),
        (after(7_199), 0, [true, false]),
        (after(7_200), 1, [false, false]),
    ];
    for (now, count, there) in purges {
        assert_eq!(world.store.purge(now, 100).await.unwrap(), count, "{now:?}");
        for (id, there) in ["f-spent", "f-unspent"].into_iter().zip(there) {
            let family = world
                .store
                .family(&world.realm, &family_id(id))
                .await
                .unwrap();
            assert_eq!(family.is_some(), there, "{id} at {now:?}");
        }
    }
}

/// Cleaning takes sessions a day after they ended or expired, but never under a living family.
pub async fn purges_sessions(store: SharedStore) {
    let world = World::new(store).await;
    let ended = session(&world.user, "s-2");
    world
        .store
        .open_session(&ended, VERIFIED, &Effects::NONE)
        .await
        .unwrap();
    world
        .store
        .end_session(&world.realm, &ended.id, &Effects::NONE, after(10))
        .await
        .unwrap();
    let family = NewFamily {
        expires_at: after(10 * DAY_SECONDS),
        ..world.offline_grant("f-1")
    };
    world.redeemed(family).await;
    let there = async |cookie| {
        world
            .store
            .session_facts(&world.realm, cookie, None)
            .await
            .unwrap()
            .is_some()
    };
    let purges = [
        (after(DAY_SECONDS + 9), true, true),
        (after(DAY_SECONDS + 10), true, false),
        (after(9 * DAY_SECONDS), true, false),
        (after(10 * DAY_SECONDS), false, false),
    ];
    for (now, held, unheld) in purges {
        world.store.purge(now, 100).await.unwrap();
        assert_eq!(there(&world.session.cookie).await, held, "{now:?}");
        assert_eq!(there(&ended.cookie).await, unheld, "{now:?}");
    }
}

/// Cleaning takes expired marks, attempts and nodes of yesterday, and no more than it was told to.
pub async fn purges_marks_attempts_and_nodes(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    for number in 0..3 {
        let mark = RevocationMark::Token(TokenId::parse(format!("t-{number}")).unwrap());
        let mark = Revocation {
            expires_at: after(100),
            ..world.mark(mark)
        };
        store.record_revocations(&[mark], after(1)).await.unwrap();
    }
    count_attempt(store, realm, "ada", after(0)).await;
    store.heartbeat("a", 1, after(0)).await.unwrap();
    assert_eq!(store.purge(after(99), 100).await.unwrap(), 0);
    assert_eq!(store.purge(after(100), 2).await.unwrap(), 2);
    assert_eq!(store.revocations_after(0).await.unwrap().len(), 1);
    assert_eq!(store.purge(after(100), 2).await.unwrap(), 1);
    assert_eq!(store.purge(after(DAY_SECONDS - 1), 100).await.unwrap(), 0);
    assert_eq!(store.purge(after(DAY_SECONDS), 100).await.unwrap(), 2);
    assert_eq!(store.live_nodes(after(0)).await.unwrap(), []);
    assert_eq!(store.login_attempts(realm, "ada").await.unwrap(), None);
}
