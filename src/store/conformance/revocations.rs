//! Revocation marks.

use super::{RACERS, World, after, family_id, race};
use crate::protocol::ids::TokenId;
use crate::store::{Revocation, RevocationMark, SharedStore};

fn token(id: &str) -> RevocationMark {
    RevocationMark::Token(TokenId::parse(id).unwrap())
}

/// Marks of every kind are found among others, in their realm only.
pub async fn finds_standing_marks(store: SharedStore) {
    let world = World::new(store).await;
    let marks = [
        token("t-1"),
        RevocationMark::Family(family_id("f-1")),
        RevocationMark::Session(world.session.id.clone()),
        RevocationMark::User(world.user.id.clone()),
        RevocationMark::Client(world.client.id.clone()),
    ];
    let revocations = marks.clone().map(|mark| world.mark(mark));
    world
        .store
        .record_revocations(&revocations, after(1))
        .await
        .unwrap();
    // More than one IN list long, the wanted ones at both ends.
    let mut asked: Vec<RevocationMark> = (0..20).map(|n| token(&format!("x-{n}"))).collect();
    asked.insert(0, marks.first().unwrap().clone());
    asked.extend(marks.iter().skip(1).cloned());
    let found = world
        .store
        .standing_revocations(&world.realm, &asked, after(2))
        .await
        .unwrap();
    assert_eq!(found.len(), marks.len());
    for revocation in &revocations {
        assert!(found.contains(revocation), "{revocation:?}");
    }
    let elsewhere = world
        .store
        .standing_revocations(&world.elsewhere, &asked, after(2))
        .await;
    assert_eq!(elsewhere.unwrap(), []);
    let nothing = world
        .store
        .standing_revocations(&world.realm, &[], after(2))
        .await
        .unwrap();
    assert_eq!(nothing, []);
}

/// A mark stands until it expires, in every listing.
pub async fn a_mark_stands_until_it_expires(store: SharedStore) {
    let world = World::new(store).await;
    let mark = world.mark(token("t-1"));
    world
        .store
        .record_revocations(std::slice::from_ref(&mark), after(1))
        .await
        .unwrap();
    for (now, count) in [(after(3_599), 1), (after(3_600), 0)] {
        let asked = [mark.mark.clone()];
        let found = world
            .store
            .standing_revocations(&world.realm, &asked, now)
            .await
            .unwrap();
        assert_eq!(found.len(), count);
        assert_eq!(world.store.all_revocations(now).await.unwrap().len(), count);
        assert_eq!(
            world
                .store
                .unpublished_revocations(now)
                .await
                .unwrap()
                .len(),
            count
        );
    }
}

/// A repeat keeps the later of both times, whichever came first.
pub async fn a_repeat_keeps_the_later_times(store: SharedStore) {
    let world = World::new(store).await;
    let first = world.mark(token("t-1"));
    let repeats = [
        Revocation {
            not_after: after(9),
            expires_at: after(100),
            ..first.clone()
        },
        Revocation {
            not_after: after(2),
            expires_at: after(7_200),
            ..first.clone()
        },
    ];
    world
        .store
        .record_revocations(std::slice::from_ref(&first), after(1))
        .await
        .unwrap();
    for repeat in repeats {
        world
            .store
            .record_revocations(&[repeat], after(1))
            .await
            .unwrap();
    }
    let found = world.store.all_revocations(after(1)).await.unwrap();
    assert_eq!(found.len(), 1);
    let expected = Revocation {
        not_after: after(9),
        expires_at: after(7_200),
        ..first
    };
    assert_eq!(found.first().unwrap().revocation, expected);
}

/// Marks are listed in the order of their sequence, and a reader can go on where it stopped.
pub async fn lists_marks_after_a_sequence(store: SharedStore) {
    let world = World::new(store).await;
    for id in ["t-1", "t-2", "t-3"] {
        world
            .store
            .record_revocations(&[world.mark(token(id))], after(1))
            .await
            .unwrap();
    }
    let all = world.store.all_revocations(after(1)).await.unwrap();
    let order: Vec<_> = all
        .iter()
        .map(|stored| stored.revocation.mark.key())
        .collect();
    assert_eq!(order, ["j:t-1", "j:t-2", "j:t-3"]);
    let first = all.first().unwrap().sequence;
    let rest = world.store.revocations_after(first).await.unwrap();
    assert_eq!(rest, all.get(1..).unwrap());
    let last = all.last().unwrap().sequence;
    assert_eq!(world.store.revocations_after(last).await.unwrap(), []);
    // A repeat moves to the end, so that a reader that has seen it sees it again.
    world
        .store
        .record_revocations(&[world.mark(token("t-1"))], after(1))
        .await
        .unwrap();
    let again = world.store.revocations_after(last).await.unwrap();
    let marks: Vec<_> = again
        .iter()
        .map(|stored| stored.revocation.mark.key())
        .collect();
    assert_eq!(marks, ["j:t-1"]);
}

/// A published mark is not offered again, unless it was repeated since it was read.
pub async fn publishes_a_mark_once(store: SharedStore) {
    let world = World::new(store).await;
    let marks: Vec<Revocation> = (0..10)
        .map(|number| world.mark(token(&format!("t-{number}"))))
        .collect();
    world
        .store
        .record_revocations(&marks, after(1))
        .await
        .unwrap();
    let offered = world.store.unpublished_revocations(after(1)).await.unwrap();
    assert_eq!(offered.len(), 10);
    let repeated = marks.first().unwrap();
    world
        .store
        .record_revocations(std::slice::from_ref(repeated), after(1))
        .await
        .unwrap();
    let sequences: Vec<i64> = offered.iter().map(|stored| stored.sequence).collect();
    world.store.mark_published(&sequences).await.unwrap();
    let left = world.store.unpublished_revocations(after(1)).await.unwrap();
    let left: Vec<_> = left.iter().map(|stored| &stored.revocation).collect();
    assert_eq!(left, [repeated]);
    assert_eq!(
        world.store.all_revocations(after(1)).await.unwrap().len(),
        10
    );
    // A repeat of a published mark may carry a later time, so it is to be published again.
    let left = left_over(&world).await;
    world.store.mark_published(&left).await.unwrap();
    assert!(left_over(&world).await.is_empty());
    world
        .store
        .record_revocations(std::slice::from_ref(repeated), after(1))
        .await
        .unwrap();
    assert_eq!(left_over(&world).await.len(), 1);
    world.store.mark_published(&[]).await.unwrap();
    assert_eq!(left_over(&world).await.len(), 1);
}

/// The sequences that are still to be published.
async fn left_over(world: &World) -> Vec<i64> {
    let left = world.store.unpublished_revocations(after(1)).await.unwrap();
    left.iter().map(|stored| stored.sequence).collect()
}

/// Marks recorded at once, in opposite orders, are all there, each with a sequence of its own.
pub async fn records_marks_at_once(store: SharedStore) {
    let world = World::new(store).await;
    race(|number| {
        let store = world.store.clone();
        let mut marks = vec![
            world.mark(token("a")),
            world.mark(token("b")),
            world.mark(token(&format!("t-{number}"))),
        ];
        if number % 2 == 0 {
            marks.reverse();
        }
        async move { store.record_revocations(&marks, after(1)).await.unwrap() }
    })
    .await;
    let all = world.store.all_revocations(after(1)).await.unwrap();
    assert_eq!(all.len(), RACERS + 2);
    let mut sequences: Vec<i64> = all.iter().map(|stored| stored.sequence).collect();
    sequences.dedup();
    assert_eq!(sequences.len(), RACERS + 2);
}
