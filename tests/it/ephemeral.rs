//! What every ephemeral memory promises, checked on the local one and on Redis.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use vidimus::clock::{Clock as _, SystemClock};
use vidimus::entropy::{SystemEntropy, random_text};
use vidimus::protocol::ids::{FamilyId, RealmId, UserId};
use vidimus::protocol::time::{Lifetime, Timestamp};
use vidimus::secret::Digest;
use vidimus::store::ephemeral::{
    Admission, Ephemeral, EphemeralError, IndexAnswer, Quota, RevocationSource, Spread,
};
use vidimus::store::local::LocalEphemeral;
use vidimus::store::redis::RedisEphemeral;
use vidimus::store::{Revocation, RevocationMark, StoredRevocation};

use crate::support::marks::{NoRecord, Record};
use crate::support::redis::{TestRedis, given_url};

fn now() -> Timestamp {
    SystemClock.now()
}

fn name() -> String {
    random_text::<12>(&SystemEntropy::default()).unwrap()
}

fn realm() -> RealmId {
    RealmId::default_realm()
}

fn family() -> RevocationMark {
    RevocationMark::Family(FamilyId::parse(name()).unwrap())
}

fn revocation(mark: &RevocationMark, not_after: i64) -> Revocation {
    Revocation {
        realm: realm(),
        mark: mark.clone(),
        not_after: Timestamp::from_unix_seconds(not_after),
        expires_at: now().plus(Lifetime::seconds(600)),
    }
}

fn known(not_after: Option<i64>) -> IndexAnswer {
    IndexAnswer::Known(vec![not_after.map(Timestamp::from_unix_seconds)])
}

async fn ask(memory: &dyn Ephemeral, mark: &RevocationMark) -> Result<IndexAnswer, EphemeralError> {
    memory
        .standing(&realm(), std::slice::from_ref(mark), now())
        .await
}

/// Upholds, as the job does, until the memory says that it is whole.
async fn uphold(memory: &dyn Ephemeral, record: &Record) {
    for _ in 0..500 {
        let upheld = memory.uphold(record, now()).await.is_ok();
        if upheld && matches!(ask(memory, &family()).await, Ok(IndexAnswer::Known(_))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the memory does not become whole");
}

fn nonce() -> Option<String> {
    random_text::<16>(&SystemEntropy::default()).ok()
}

async fn strict_redis(url: &str) -> RedisEphemeral {
    RedisEphemeral::connect(url, Box::new(nonce)).await.unwrap()
}

/// Patient, since the machine of the tests may be busy.
async fn redis(url: &str) -> RedisEphemeral {
    strict_redis(url)
        .await
        .answering_within(Duration::from_secs(1))
}

// ---- what both promise ----

async fn is_lost_until_it_has_read_the_record(memory: &dyn Ephemeral) {
    assert_eq!(ask(memory, &family()).await.unwrap(), IndexAnswer::Lost);
    assert!(memory.uphold(&NoRecord, now()).await.is_err());
    assert_eq!(ask(memory, &family()).await.unwrap(), IndexAnswer::Lost);
}

async fn knows_what_the_record_held_and_what_is_published(memory: &dyn Ephemeral) {
    let (recorded, published, other) = (family(), family(), family());
    let record = Record::default();
    record.add(&revocation(&recorded, 5));
    uphold(memory, &record).await;
    memory
        .publish(&[revocation(&published, 7)], now())
        .await
        .unwrap();
    let marks = [recorded, other, published];
    let answer = memory.standing(&realm(), &marks, now()).await.unwrap();
    let moments = [Some(5), None, Some(7)].map(|s| s.map(Timestamp::from_unix_seconds));
    assert_eq!(answer, IndexAnswer::Known(moments.to_vec()));
    assert!(
        record.read(false).is_empty(),
        "it says what it has published"
    );
}

async fn publishes_what_another_process_recorded(memory: &dyn Ephemeral) {
    let (record, mark) = (Record::default(), family());
    uphold(memory, &record).await;
    record.add(&revocation(&mark, 5));
    memory.uphold(&record, now()).await.unwrap();
    assert_eq!(ask(memory, &mark).await.unwrap(), known(Some(5)));
    assert!(record.read(false).is_empty());
}

async fn keeps_realms_and_kinds_apart(memory: &dyn Ephemeral) {
    uphold(memory, &Record::default()).await;
    let id = name();
    let user = RevocationMark::User(UserId::parse(id.clone()).unwrap());
    let family = RevocationMark::Family(FamilyId::parse(id).unwrap());
    memory
        .publish(&[revocation(&user, 5)], now())
        .await
        .unwrap();
    assert_eq!(ask(memory, &family).await.unwrap(), known(None));
    let elsewhere = RealmId::parse("elsewhere").unwrap();
    let answer = memory.standing(&elsewhere, &[user], now()).await.unwrap();
    assert_eq!(answer, known(None));
}

async fn never_weakens_a_mark(memory: &dyn Ephemeral) {
    uphold(memory, &Record::default()).await;
    let mark = family();
    for not_after in [9, 5] {
        let weaker = revocation(&mark, not_after);
        memory.publish(&[weaker], now()).await.unwrap();
    }
    assert_eq!(ask(memory, &mark).await.unwrap(), known(Some(9)));
    memory
        .publish(&[revocation(&mark, 12)], now())
        .await
        .unwrap();
    assert_eq!(ask(memory, &mark).await.unwrap(), known(Some(12)));
}

async fn admits_a_burst_and_then_one_per_interval(memory: &dyn Ephemeral) {
    let (key, start) = (name(), now());
    let quota = Quota {
        burst: 3,
        interval: Lifetime::seconds(10),
    };
    let at = |seconds| start.plus(Lifetime::seconds(seconds));
    let admit = async |seconds| memory.admit(&key, quota, at(seconds)).await.unwrap();
    let refused = |seconds| Admission::Refused {
        retry_after: Lifetime::seconds(seconds),
    };
    let admitted = |first| Admission::Admitted { first };
    for first in [true, false, false] {
        assert_eq!(admit(0).await, admitted(first));
    }
    assert_eq!(admit(0).await, refused(10));
    assert_eq!(admit(4).await, refused(6), "a refusal costs nothing");
    assert_eq!(admit(10).await, admitted(false));
    assert_eq!(admit(10).await, refused(10));
    let other = memory.admit(&name(), quota, at(10)).await.unwrap();
    assert_eq!(other, admitted(true));
    // At rest again once everything counted has come back.
    assert_eq!(admit(40).await, admitted(true));
}

async fn notes_as_many_different_ones_as_are_enough(memory: &dyn Ephemeral) {
    let (key, other, start) = (name(), name(), now());
    let spread = Spread {
        limit: 3,
        window: Lifetime::seconds(60),
    };
    let note = async |key: &str, member: &str, seconds| {
        let at = start.plus(Lifetime::seconds(seconds));
        let noted = memory.note(key, &Digest::of(member), spread, at).await;
        noted.unwrap()
    };
    for (member, seconds, enough) in [
        ("a", 0, false),
        ("a", 1, false),
        ("b", 2, false),
        ("b", 3, false),
        ("c", 4, true),
        // It begins anew.
        ("d", 5, false),
        ("e", 20, false),
        // The first was too long ago.
        ("f", 65, false),
        ("g", 66, true),
    ] {
        assert_eq!(note(&key, member, seconds).await, enough, "{member}");
    }
    assert!(!note(&other, "a", 4).await);
}

async fn admits_no_more_than_the_burst_of_a_crowd(memory: Arc<dyn Ephemeral>) {
    let (key, at) = (name(), now());
    let quota = Quota {
        burst: 5,
        interval: Lifetime::seconds(60),
    };
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (memory, key) = (Arc::clone(&memory), key.clone());
        crowd.spawn(async move { memory.admit(&key, quota, at).await });
    }
    let answers = crowd.join_all().await;
    let admitted = answers
        .iter()
        .filter(|a| matches!(a, Ok(Admission::Admitted { .. })));
    assert_eq!(admitted.count(), 5);
}

macro_rules! conformance {
    ($($fact:ident),* $(,)?) => {
        mod local {
            use super::*;
            $(#[tokio::test]
            async fn $fact() {
                super::$fact(&LocalEphemeral::new()).await;
            })*

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn admits_no_more_than_the_burst_of_a_crowd() {
                super::admits_no_more_than_the_burst_of_a_crowd(Arc::new(LocalEphemeral::new())).await;
            }
        }

        mod on_redis {
            use super::*;
            $(#[tokio::test]
            async fn $fact() {
                let (_server, memory) = plain().await;
                super::$fact(&memory).await;
            })*

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn admits_no_more_than_the_burst_of_a_crowd() {
                let (_server, memory) = plain().await;
                super::admits_no_more_than_the_burst_of_a_crowd(Arc::new(memory)).await;
            }
        }
    };
}

conformance!(
    is_lost_until_it_has_read_the_record,
    knows_what_the_record_held_and_what_is_published,
    publishes_what_another_process_recorded,
    keeps_realms_and_kinds_apart,
    never_weakens_a_mark,
    admits_a_burst_and_then_one_per_interval,
    notes_as_many_different_ones_as_are_enough,
);

/// The server that was given, or one of our own.
async fn plain() -> (Option<TestRedis>, RedisEphemeral) {
    if let Some(url) = given_url() {
        return (None, redis(&url).await);
    }
    let server = TestRedis::start().await;
    let memory = redis(&server.url()).await;
    (Some(server), memory)
}

// ---- what can happen to Redis only ----

#[tokio::test]
async fn a_flushed_redis_is_lost_until_it_is_filled_again() {
    let server = TestRedis::start().await;
    let memory = redis(&server.url()).await;
    let (record, mark) = (Record::default(), family());
    record.add(&revocation(&mark, 5));
    uphold(&memory, &record).await;
    assert_eq!(ask(&memory, &mark).await.unwrap(), known(Some(5)));
    server.flush().await;
    assert_eq!(ask(&memory, &mark).await.unwrap(), IndexAnswer::Lost);
    uphold(&memory, &record).await;
    assert_eq!(ask(&memory, &mark).await.unwrap(), known(Some(5)));
}

#[tokio::test]
async fn a_redis_restarted_empty_never_says_that_nothing_stands() {
    let mut server = TestRedis::start().await;
    let memory = redis(&server.url()).await;
    let (record, mark) = (Record::default(), family());
    record.add(&revocation(&mark, 5));
    uphold(&memory, &record).await;
    server.restart().await;
    for _ in 0..20 {
        let answer = ask(&memory, &mark).await;
        assert!(!matches!(answer, Ok(IndexAnswer::Known(_))), "{answer:?}");
    }
    uphold(&memory, &record).await;
    assert_eq!(ask(&memory, &mark).await.unwrap(), known(Some(5)));
}

#[tokio::test]
async fn a_flush_while_it_is_filled_fails_the_filling() {
    /// Flushes the server between reading the record and declaring the fill.
    struct Flushing<'a>(&'a Record, &'a TestRedis);
    #[async_trait]
    impl RevocationSource for Flushing<'_> {
        async fn unpublished(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
            self.1.flush().await;
            self.0.unpublished().await
        }
        async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
            self.0.mark_published(&[0]).await?;
            self.0.all().await
        }
        async fn mark_published(&self, sequences: &[i64]) -> Result<(), EphemeralError> {
            self.0.mark_published(sequences).await
        }
    }
    let server = TestRedis::start().await;
    let memory = redis(&server.url()).await;
    let (record, mark) = (Record::default(), family());
    record.add(&revocation(&mark, 5));
    for _ in 0..3 {
        let upheld = memory.uphold(&Flushing(&record, &server), now()).await;
        assert!(upheld.is_ok(), "{upheld:?}");
        assert_eq!(ask(&memory, &mark).await.unwrap(), IndexAnswer::Lost);
    }
}

#[tokio::test]
async fn the_index_is_not_believed_when_nobody_upholds_it() {
    let server = TestRedis::start().await;
    let memory = redis(&server.url()).await;
    uphold(&memory, &Record::default()).await;
    for _ in 0..150 {
        if ask(&memory, &family()).await.unwrap() == IndexAnswer::Lost {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the lease did not end");
}

#[tokio::test]
async fn a_second_node_believes_an_index_that_the_first_has_filled() {
    let server = TestRedis::start().await;
    let (first, second) = (redis(&server.url()).await, redis(&server.url()).await);
    let (record, mark) = (Record::default(), family());
    record.add(&revocation(&mark, 5));
    uphold(&first, &record).await;
    assert_eq!(ask(&second, &mark).await.unwrap(), IndexAnswer::Lost);
    uphold(&second, &record).await;
    assert_eq!(ask(&second, &mark).await.unwrap(), known(Some(5)));
    let published = family();
    second
        .publish(&[revocation(&published, 6)], now())
        .await
        .unwrap();
    uphold(&first, &record).await;
    assert_eq!(ask(&first, &published).await.unwrap(), known(Some(6)));
}

#[tokio::test]
async fn a_killed_redis_costs_less_than_a_tenth_of_a_second() {
    let mut server = TestRedis::start().await;
    let memory = strict_redis(&server.url()).await;
    let record = Record::default();
    uphold(&memory, &record).await;
    server.kill();
    let start = tokio::time::Instant::now();
    for _ in 0..100 {
        assert!(ask(&memory, &family()).await.is_err());
    }
    assert!(
        start.elapsed() < Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
    let start = tokio::time::Instant::now();
    assert!(memory.uphold(&record, now()).await.is_err());
    assert!(
        start.elapsed() < Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
    server.restart().await;
    uphold(&memory, &record).await;
}

#[tokio::test]
async fn refuses_a_redis_that_may_throw_marks_away() {
    let options = "--maxmemory 64mb --maxmemory-policy allkeys-lru";
    let server = TestRedis::start_with(options).await;
    let refused = RedisEphemeral::connect(&server.url(), Box::new(nonce)).await;
    let message = refused.err().unwrap().to_string();
    assert!(message.contains("noeviction"), "{message}");
}
