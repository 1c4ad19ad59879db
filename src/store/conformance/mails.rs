//! The outbox of mail.

use super::{RACERS, World, after, count_of, links, race, user};
use crate::account::link::{Link, LinkPurpose};
use crate::protocol::ids::RealmId;
use crate::store::{
    Change, Creation, Effects, LinkUse, MailBacklog, MailCounts, MailFate, MailFilter, NewMail,
    SharedStore, StoredMail,
};

const HOUR: u32 = 3_600;
const MONTH: u32 = 30 * 86_400;

fn written(realm: &RealmId, id: &str, second: u32) -> NewMail {
    NewMail {
        realm: realm.clone(),
        id: id.to_owned(),
        user: None,
        kind: "confirm-address".to_owned(),
        sealed: vec![1, 2, 3],
        created_at: after(second),
        expires_at: after(second + HOUR),
        link: None,
    }
}

/// Registers a user of that name with mails.
async fn register(world: &World, name: &str, mails: Vec<NewMail>) -> Creation {
    let user = user(&world.realm, &format!("u-{name}"), name, None);
    let effects = Effects {
        mails,
        ..Effects::NONE
    };
    world.store.create_user(&user, &effects).await.unwrap()
}

async fn waiting(world: &World, id: &str, second: u32) {
    let mail = written(&world.realm, id, second);
    assert_eq!(register(world, id, vec![mail]).await, Creation::Created);
}

async fn all(world: &World) -> Vec<StoredMail> {
    let realm = &world.realm;
    let listed = world.store.list_mails(realm, MailFilter::All, 100).await;
    listed.unwrap()
}

async fn only(world: &World) -> StoredMail {
    let [mail] = <[StoredMail; 1]>::try_from(all(world).await).unwrap();
    mail
}

async fn due(world: &World, second: u32) -> Vec<String> {
    let due = world.store.due_mails(after(second), 100).await.unwrap();
    due.into_iter().map(|mail| mail.id).collect()
}

/// Claims a mail as it stands, for a minute.
async fn claim(world: &World, seen: &StoredMail, second: u32) -> Option<StoredMail> {
    let until = after(second + 60);
    let claim = world.store.claim_mail(seen, after(second), until).await;
    claim.unwrap()
}

async fn settle(world: &World, claimed: &StoredMail, fate: MailFate, answer: &str) -> Change {
    let settled = world.store.settle_mail(claimed, fate, answer).await;
    settled.unwrap()
}

/// One mail that waits, and what it looks like.
async fn one_waiting(store: SharedStore) -> (World, StoredMail) {
    let world = World::new(store).await;
    waiting(&world, "m-1", 0).await;
    let mail = only(&world).await;
    (world, mail)
}

/// A mail is there when its change is, as it was written; a change that is refused writes none.
pub async fn is_written_with_its_change_or_not_at_all(store: SharedStore) {
    let world = World::new(store).await;
    let mut mail = written(&world.realm, "m-1", 5);
    mail.user = Some(world.user.id.clone());
    assert_eq!(
        register(&world, "ada", vec![mail.clone()]).await,
        Creation::NameTaken
    );
    assert_eq!(all(&world).await, []);
    register(&world, "bob", vec![mail.clone()]).await;
    let stored = StoredMail {
        realm: mail.realm,
        id: mail.id,
        user: mail.user,
        kind: mail.kind,
        sealed: Some(mail.sealed),
        created_at: mail.created_at,
        expires_at: mail.expires_at,
        next_attempt_at: Some(after(5)),
        attempts: 0,
        sent_at: None,
        last_answer: None,
    };
    assert_eq!(all(&world).await, [stored]);
    let elsewhere = &world.elsewhere;
    let listed = world.store.list_mails(elsewhere, MailFilter::All, 9).await;
    assert_eq!(listed.unwrap(), []);
}

/// The longest waiting comes first, and nothing before its time.
pub async fn lists_what_is_due_in_its_order(store: SharedStore) {
    let world = World::new(store).await;
    for (id, second) in [("m-late", 30), ("m-early", 10), ("m-middle", 20)] {
        waiting(&world, id, second).await;
    }
    assert_eq!(due(&world, 9).await, [""; 0]);
    assert_eq!(due(&world, 20).await, ["m-early", "m-middle"]);
    let first = world.store.due_mails(after(30), 1).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(due(&world, 30).await, ["m-early", "m-middle", "m-late"]);
}

/// A link stands from the last attempt at its mail, and no other; one that was used stays as it is.
pub async fn a_link_stands_from_when_its_mail_is_sent(store: SharedStore) {
    let world = World::new(store).await;
    let unsent = links::written(&world, "unsent", LinkPurpose::ResetPassword).await;
    let link = links::written(&world, "sent", LinkPurpose::ConfirmAddress).await;
    let mail = written(&world.realm, "m-1", 0).carrying(&link);
    register(&world, "bob", vec![mail]).await;
    let expiry = async |link: &Link| {
        let found = world.store.link(&world.realm, &link.digest).await.unwrap();
        found.unwrap().expires_at
    };
    for (second, stands_until) in [(600, 2_400), (1_200, 3_000)] {
        let seen = only(&world).await;
        let claimed = claim(&world, &seen, second).await.unwrap();
        assert_eq!(expiry(&link).await, after(stands_until));
        settle(
            &world,
            &claimed,
            MailFate::Again(after(second + 60)),
            "later",
        )
        .await;
    }
    assert_eq!(expiry(&unsent).await, after(60));
    let eve = links::eve(&world, "u-eve", 1_300);
    assert_eq!(links::create(&world, &link, &eve).await, LinkUse::Used);
    claim(&world, &only(&world).await, 1_400).await.unwrap();
    assert_eq!(expiry(&link).await, after(3_000));
}

/// A claimed attempt is nobody else's until the claim lapses; then it is the next attempt.
pub async fn a_claim_holds_until_it_lapses(store: SharedStore) {
    let world = World::new(store).await;
    waiting(&world, "m-1", 20).await;
    let seen = only(&world).await;
    assert_eq!(claim(&world, &seen, 19).await, None, "not before its time");
    let first = claim(&world, &seen, 20).await.unwrap();
    assert_eq!(
        (first.attempts, first.next_attempt_at),
        (1, Some(after(80)))
    );
    assert_eq!(first.sealed, seen.sealed);
    assert_eq!(claim(&world, &seen, 20).await, None);
    assert_eq!(claim(&world, &first, 79).await, None);
    assert_eq!(due(&world, 79).await, [""; 0]);
    assert_eq!(due(&world, 80).await, ["m-1"]);
    let second = claim(&world, &first, 80).await.unwrap();
    assert_eq!(second.attempts, 2);
    // The first attempt comes back from the dead.
    let again = MailFate::Again(after(81));
    for fate in [again, MailFate::GivenUp] {
        assert_eq!(settle(&world, &first, fate, "late").await, Change::NotFound);
    }
    assert_eq!(only(&world).await, second);
}

/// Of many nodes that see a due mail at once, one begins the attempt.
pub async fn begins_an_attempt_once_in_a_race(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let outcomes = race(|_| {
        let (store, seen) = (world.store.clone(), seen.clone());
        async move {
            let claim = store.claim_mail(&seen, after(20), after(80)).await;
            claim.unwrap().is_some()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &true), 1);
    assert_eq!(count_of(&outcomes, &false), RACERS - 1);
}

/// A mail that was sent is never due again, and what it said is gone.
pub async fn forgets_what_was_sent(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let claimed = claim(&world, &seen, 1).await.unwrap();
    let sent = MailFate::Sent(after(2));
    assert_eq!(settle(&world, &claimed, sent, "250").await, Change::Changed);
    let row = only(&world).await;
    assert_eq!((row.sent_at, row.next_attempt_at), (Some(after(2)), None));
    assert_eq!(row.sealed, None);
    assert_eq!(row.last_answer.as_deref(), Some("250"));
    assert_eq!(due(&world, 100).await, [""; 0]);
    assert_eq!(claim(&world, &claimed, 100).await, None);
    for fate in [sent, MailFate::Again(after(5)), MailFate::GivenUp] {
        assert_eq!(settle(&world, &claimed, fate, "no").await, Change::NotFound);
    }
    let (realm, now) = (&world.realm, after(5));
    let retried = world.store.retry_mail(realm, "m-1", now).await.unwrap();
    assert_eq!(retried, Change::NotFound);
    assert_eq!(only(&world).await, row);
}

/// When an attempt that was believed lost succeeds after all, it is the last but those under way.
pub async fn a_late_success_ends_later_attempts(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let first = claim(&world, &seen, 1).await.unwrap();
    assert_eq!(claim(&world, &seen, 61).await, None, "seen before that");
    let second = claim(&world, &first, 61).await.unwrap();
    let sent = MailFate::Sent(after(62));
    assert_eq!(settle(&world, &first, sent, "250").await, Change::Changed);
    let again = MailFate::Again(after(70));
    let late = settle(&world, &second, again, "lost").await;
    assert_eq!(late, Change::NotFound);
    let row = only(&world).await;
    assert_eq!((row.sent_at, row.next_attempt_at), (Some(after(62)), None));
    assert_eq!(due(&world, 200).await, [""; 0]);
}

/// After a failed attempt the mail keeps what it says and is due at the time that was named.
pub async fn a_failed_attempt_waits_for_its_time(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let claimed = claim(&world, &seen, 1).await.unwrap();
    let again = MailFate::Again(after(31));
    assert_eq!(
        settle(&world, &claimed, again, "451").await,
        Change::Changed
    );
    assert_eq!(due(&world, 30).await, [""; 0]);
    assert_eq!(due(&world, 31).await, ["m-1"]);
    let row = only(&world).await;
    assert_eq!(row.last_answer.as_deref(), Some("451"));
    assert_eq!(row.sealed, seen.sealed);
    // It waits by itself; nobody may begin a second attempt beside it.
    let (realm, now) = (&world.realm, after(5));
    let retried = world.store.retry_mail(realm, "m-1", now).await.unwrap();
    assert_eq!(retried, Change::NotFound);
    assert_eq!(world.store.retry_mails(realm, now).await.unwrap(), 0);
}

/// What is given up stays with what it says, and is tried again when an operator asks.
pub async fn what_is_given_up_is_tried_again_when_asked(store: SharedStore) {
    let (world, _) = one_waiting(store).await;
    waiting(&world, "m-2", 0).await;
    let (store, realm) = (&world.store, &world.realm);
    for seen in all(&world).await {
        let claimed = claim(&world, &seen, 1).await.unwrap();
        let gone = settle(&world, &claimed, MailFate::GivenUp, "550 no").await;
        assert_eq!(gone, Change::Changed);
    }
    assert_eq!(due(&world, 50).await, [""; 0]);
    for (realm, id, wanted) in [
        (&world.elsewhere, "m-1", Change::NotFound),
        (realm, "m-3", Change::NotFound),
        (realm, "m-1", Change::Changed),
        (realm, "m-1", Change::NotFound),
    ] {
        let retried = store.retry_mail(realm, id, after(50)).await.unwrap();
        assert_eq!(retried, wanted, "{realm} {id}");
    }
    assert_eq!(due(&world, 50).await, ["m-1"]);
    assert_eq!(
        store
            .retry_mails(&world.elsewhere, after(50))
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.retry_mails(realm, after(50)).await.unwrap(), 1);
    assert_eq!(due(&world, 50).await, ["m-1", "m-2"]);
    for seen in all(&world).await {
        assert_eq!(seen.last_answer.as_deref(), Some("550 no"));
        assert!(claim(&world, &seen, 51).await.unwrap().sealed.is_some());
    }
}

/// Once it is of no use, a mail is not sent, not tried again, and soon forgotten; an attempt that
/// is under way ends first.
pub async fn an_expired_mail_is_neither_sent_nor_kept(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let store = &world.store;
    assert_eq!(due(&world, HOUR).await, [""; 0]);
    assert_eq!(claim(&world, &seen, HOUR).await, None);
    let last = claim(&world, &seen, HOUR - 1).await.unwrap();
    store.purge(after(HOUR + 10), 100).await.unwrap();
    assert_eq!(only(&world).await, last, "under way");
    let gone = settle(&world, &last, MailFate::GivenUp, "451").await;
    assert_eq!(gone, Change::Changed);
    let retried = store.retry_mail(&world.realm, "m-1", after(HOUR)).await;
    assert_eq!(retried.unwrap(), Change::NotFound);
    assert_eq!(
        store.retry_mails(&world.realm, after(HOUR)).await.unwrap(),
        0
    );
    waiting(&world, "m-2", 0).await;
    store.purge(after(HOUR - 1), 100).await.unwrap();
    assert!(all(&world).await.iter().all(|mail| mail.sealed.is_some()));
    store.purge(after(HOUR), 100).await.unwrap();
    let answers = ["451", "expired"];
    let mut left = all(&world).await;
    left.sort_by(|a, b| a.id.cmp(&b.id));
    for (mail, answer) in left.iter().zip(answers) {
        assert_eq!((mail.sealed.as_ref(), mail.next_attempt_at), (None, None));
        assert_eq!(mail.last_answer.as_deref(), Some(answer));
    }
}

/// A mail in each state, the oldest first.
async fn one_in_each_state(world: &World) {
    let fates = [
        ("m-fresh", None),
        ("m-failed", Some(MailFate::Again(after(90)))),
        ("m-dead", Some(MailFate::GivenUp)),
        ("m-sent", Some(MailFate::Sent(after(2)))),
    ];
    for (second, (id, fate)) in (0..).zip(fates) {
        waiting(world, id, second).await;
        let Some(fate) = fate else { continue };
        let seen = all(world).await.remove(0);
        let claimed = claim(world, &seen, 5).await.unwrap();
        settle(world, &claimed, fate, "answer").await;
    }
}

/// States are counted, and listed by what an operator looks for.
pub async fn counts_and_lists_by_state(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let none = store.count_mails(realm).await.unwrap();
    assert_eq!(none, MailCounts::default());
    one_in_each_state(&world).await;
    let counts = MailCounts {
        waiting: 2,
        sent: 1,
        given_up: 1,
    };
    assert_eq!(store.count_mails(realm).await.unwrap(), counts);
    let elsewhere = store.count_mails(&world.elsewhere).await.unwrap();
    assert_eq!(elsewhere, MailCounts::default());
    assert_eq!(store.waiting_mails().await.unwrap(), 2);
    for (filter, wanted) in [
        (
            MailFilter::All,
            vec!["m-sent", "m-dead", "m-failed", "m-fresh"],
        ),
        (MailFilter::Waiting, vec!["m-failed", "m-fresh"]),
        (MailFilter::Failed, vec!["m-dead", "m-failed"]),
    ] {
        let listed = store.list_mails(realm, filter, 9).await.unwrap();
        let ids: Vec<_> = listed.iter().map(|mail| mail.id.as_str()).collect();
        assert_eq!(ids, wanted, "{filter:?}");
    }
    let first = store.list_mails(realm, MailFilter::All, 1).await.unwrap();
    assert_eq!(first.len(), 1);
}

/// The backlog is what is still to be sent or could be tried again, of every realm; what is sent
/// or of no use any more is not in it.
pub async fn knows_the_backlog_of_every_realm(store: SharedStore) {
    let world = World::new(store).await;
    let store = &world.store;
    let nothing = MailBacklog::default();
    assert_eq!(store.mail_backlog().await.unwrap(), nothing);
    one_in_each_state(&world).await;
    let user = user(&world.elsewhere, "u-far", "far", None);
    let effects = Effects {
        mails: vec![written(&world.elsewhere, "m-far", 4)],
        ..Effects::NONE
    };
    store.create_user(&user, &effects).await.unwrap();
    let backlog = MailBacklog {
        waiting: 2,
        retrying: 1,
        given_up: 1,
    };
    assert_eq!(store.mail_backlog().await.unwrap(), backlog);
    store.purge(after(HOUR + 10), 100).await.unwrap();
    assert_eq!(store.mail_backlog().await.unwrap(), nothing);
}

/// A month after it was written, a mail that is sent or given up is no longer listed.
pub async fn purges_settled_mails(store: SharedStore) {
    let (world, seen) = one_waiting(store).await;
    let claimed = claim(&world, &seen, 1).await.unwrap();
    settle(&world, &claimed, MailFate::Sent(after(2)), "250").await;
    world.store.purge(after(MONTH - 1), 100).await.unwrap();
    assert_eq!(all(&world).await.len(), 1);
    world.store.purge(after(MONTH), 100).await.unwrap();
    assert_eq!(all(&world).await, []);
}
