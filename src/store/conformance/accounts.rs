//! The states of an account, and consent that was taken back.

use super::{START, VERIFIED, World, after, redemption, scope, session, user};
use crate::account::session::Session;
use crate::account::user::{AccountSwitch, UNDO_PERIOD, User};
use crate::protocol::time::Lifetime;
use crate::store::{Change, Consent, Creation, Effects, NewFamily, RevocationMark, SharedStore};

/// Each state that denies ends sessions and families; its way out brings none of them back, and
/// leaves the other states alone.
pub async fn switches_an_account_off_and_on(store: SharedStore) {
    use AccountSwitch as S;
    let none = Effects::NONE;
    let world = World::new(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    let mark = RevocationMark::User(id.clone());
    let ways = [
        (S::Disable, S::Enable),
        (S::Lock, S::Unlock),
        (S::Delete, S::Restore),
    ];
    for (number, (off, on)) in (1_u32..).zip(ways) {
        let (began, ended) = (after(100 * number), after(100 * number + 20));
        let opened = Session {
            last_seen_at: began,
            auth_time: began,
            ..session(&world.user, &format!("s-off-{number}"))
        };
        let verb = store.open_session(&opened, VERIFIED, &none);
        assert_eq!(verb.await.unwrap(), Change::Changed);
        let grant = NewFamily {
            session: opened.id.clone(),
            created_at: began,
            code_expires_at: began.plus(Lifetime::seconds(60)),
            ..world.offline_grant(&format!("f-off-{number}"))
        };
        let family = world.redeemed(grant).await.grant.id;
        let effects = Effects::marks([world.mark(mark.clone())]);
        let verb = store.switch_user(realm, id, off, &effects, ended);
        assert_eq!(verb.await.unwrap(), Change::Changed, "{off:?}");
        assert!(!user_now(&world).await.stands(), "{off:?}");
        assert_eq!(world.family(&family).await.revoked_at, Some(ended));
        let facts = store.session_facts(realm, &opened.cookie, None).await;
        assert_eq!(facts.unwrap().unwrap().session.ended_at, Some(ended));
        assert!(world.stands(&mark).await);
        let refused = session(&world.user, &format!("s-refused-{number}"));
        let verb = store.open_session(&refused, VERIFIED, &none);
        assert_eq!(verb.await.unwrap(), Change::NotFound, "{off:?}");
        for (_, other_on) in ways.iter().filter(|(other, _)| *other != off) {
            let verb = store.switch_user(realm, id, *other_on, &none, ended);
            verb.await.unwrap();
            assert!(!user_now(&world).await.stands(), "{off:?} {other_on:?}");
        }
        let verb = store.switch_user(realm, id, on, &none, ended);
        assert_eq!(verb.await.unwrap(), Change::Changed, "{on:?}");
        assert!(user_now(&world).await.stands(), "{on:?}");
        assert_eq!(world.family(&family).await.revoked_at, Some(ended));
    }
}

async fn user_now(world: &World) -> User {
    let user = world.store.user(&world.realm, &world.user.id).await;
    user.unwrap().unwrap()
}

/// A deletion is undone within its period only; then the account is purged with all that is its,
/// and its names are free.
pub async fn a_deleted_account_can_be_restored_for_a_while(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    world.redeemed(world.offline_grant("f-1")).await;
    let none = Effects::NONE;
    let restore = AccountSwitch::Restore;
    let verb = store.switch_user(realm, id, restore, &none, after(1));
    assert_eq!(verb.await.unwrap(), Change::NotFound);
    let deleted = after(10);
    store
        .switch_user(realm, id, AccountSwitch::Delete, &none, deleted)
        .await
        .unwrap();
    let last = deleted.plus(UNDO_PERIOD).minus(Lifetime::seconds(1));
    store.purge(last, 100).await.unwrap();
    assert!(store.user(realm, id).await.unwrap().is_some());
    let late = deleted.plus(UNDO_PERIOD);
    let verb = store.switch_user(realm, id, restore, &none, late);
    assert_eq!(verb.await.unwrap(), Change::NotFound);
    store.purge(late, 100).await.unwrap();
    assert_eq!(store.user(realm, id).await.unwrap(), None);
    let again = user(realm, "u-again", "ada", Some("ada@example.com"));
    let created = store.create_user(&again, &none).await.unwrap();
    assert_eq!(created, Creation::Created);
}

/// Withdrawn consent is forgotten, and no grant from before it is worth anything: neither a family
/// that is there, nor a code whose row appears afterwards. What is allowed later counts.
pub async fn withdrawn_consent_ends_every_grant_up_to_now(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm, id) = (&world.store, &world.realm, &world.user.id);
    let client = &world.client.id;
    let (none, wanted) = (Effects::NONE, scope("email openid"));
    store
        .record_consent(&world.allowing("email openid"), &none)
        .await
        .unwrap();
    let consents = store.consents(realm, id).await.unwrap();
    let expected = Consent {
        client: client.clone(),
        scope: wanted.clone(),
        since: START,
    };
    assert_eq!(consents, [expected]);
    let family = world.redeemed(world.offline_grant("f-1")).await;
    let mark = RevocationMark::Grant(id.clone(), client.clone());
    let effects = Effects::marks([world.mark(mark.clone())]);
    let elsewhere = store.withdraw_consent(&world.elsewhere, id, client, &effects, after(10));
    assert_eq!(elsewhere.await.unwrap(), Change::NotFound);
    assert!(!world.stands(&mark).await);
    let withdrawn = store.withdraw_consent(realm, id, client, &effects, after(10));
    assert_eq!(withdrawn.await.unwrap(), Change::Changed);
    assert!(world.stands(&mark).await);
    assert_eq!(store.consents(realm, id).await.unwrap(), []);
    let family = world.family(&family.grant.id).await;
    assert_eq!(
        (family.revoked_at, family.owner_stands),
        (Some(after(10)), false)
    );
    // Read before the withdrawal, written after it.
    let late = world.grant("f-late");
    store.issue_code(&late).await.unwrap();
    let spent = store.redeem_code(&redemption(&late)).await.unwrap();
    assert_eq!(spent, None);
    let new = NewFamily {
        created_at: after(11),
        ..world.grant("f-new")
    };
    store.issue_code(&new).await.unwrap();
    assert!(
        store
            .redeem_code(&redemption(&new))
            .await
            .unwrap()
            .is_some()
    );
}
