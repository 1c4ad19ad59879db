//! One-time links: written with what they go with, used once with what they are for.

use super::{RACERS, START, World, after, count_of, race, session, user};
use crate::account::link::{Link, LinkContent, LinkPurpose};
use crate::account::session::Session;
use crate::account::user::User;
use crate::secret::Digest;
use crate::store::{
    Change, Creation, Effects, LinkUse, Page, RevocationMark, SharedStore, StoreResult,
};

/// A link that stands for a minute: of the world's user, or to an address without an account.
pub fn link(world: &World, token: &str, purpose: LinkPurpose) -> Link {
    use LinkPurpose as P;
    let (user, email) = match purpose {
        P::ConfirmAddress | P::Invitation => (None, "eve@example.com"),
        P::ConfirmNewAddress => (Some(world.user.id.clone()), "new@example.com"),
        P::ResetPassword | P::LockAccount | P::AgreeToNewAddress | P::UndoDeletion => {
            (Some(world.user.id.clone()), "ada@example.com")
        }
    };
    Link {
        realm: world.realm.clone(),
        digest: Digest::of(token),
        purpose,
        user,
        email: email.to_owned(),
        content: LinkContent {
            name: Some("Eve".to_owned()),
            password_hash: Some("chosen hash".to_owned()),
            request: Some("client_id=shop".to_owned()),
            terms: Some("https://shop.example/terms".to_owned()),
            browser: Some("cookie".to_owned()),
            pair: Some("other end".to_owned()),
        },
        created_at: START,
        expires_at: after(60),
        used_at: None,
    }
}

pub(super) async fn written(world: &World, token: &str, purpose: LinkPurpose) -> Link {
    let link = link(world, token, purpose);
    let effects = Effects::NONE.and_link(link.clone());
    world.store.write_effects(&effects, START).await.unwrap();
    link
}

async fn found(world: &World, link: &Link) -> Option<Link> {
    world.store.link(&world.realm, &link.digest).await.unwrap()
}

/// The account that a link of the world makes.
pub(super) fn eve(world: &World, id: &str, seconds: u32) -> User {
    User {
        created_at: after(seconds),
        updated_at: after(seconds),
        ..user(&world.realm, id, "eve@example.com", Some("eve@example.com"))
    }
}

pub(super) async fn create(world: &World, link: &Link, user: &User) -> LinkUse {
    let none = Effects::NONE;
    let verb = world
        .store
        .create_user_by_link(&link.digest, link.purpose, user, &none);
    verb.await.unwrap()
}

async fn reset(world: &World, link: &Link, seconds: u32) -> LinkUse {
    let change = world.new_password(after(seconds));
    let store = &world.store;
    let verb = store.reset_password_by_link(&link.digest, &change);
    verb.await.unwrap()
}

async fn lock(world: &World, link: &Link, seconds: u32) -> LinkUse {
    let store = &world.store;
    let none = Effects::NONE;
    let verb = store.lock_by_link(&world.realm, &link.digest, &none, after(seconds));
    verb.await.unwrap()
}

async fn ada(world: &World) -> User {
    let found: StoreResult<Option<User>> = world.store.user(&world.realm, &world.user.id).await;
    found.unwrap().unwrap()
}

/// A link is found as it was written, by its digest and by its slot, in its realm.
pub async fn keeps_a_link(store: SharedStore) {
    let world = World::new(store).await;
    for purpose in LinkPurpose::ALL {
        let link = written(&world, purpose.as_str(), purpose).await;
        assert_eq!(found(&world, &link).await, Some(link.clone()));
        let elsewhere = world.store.link(&world.elsewhere, &link.digest).await;
        assert_eq!(elsewhere.unwrap(), None);
        let slot = link.slot();
        let in_slot = world.store.link_in_slot(&world.realm, purpose, &slot);
        assert_eq!(in_slot.await.unwrap(), Some(link));
        let elsewhere = world.store.link_in_slot(&world.elsewhere, purpose, &slot);
        assert_eq!(elsewhere.await.unwrap(), None);
    }
}

/// A newer link makes the one before void; links that lock stand side by side.
pub async fn a_newer_link_takes_the_slot(store: SharedStore) {
    let world = World::new(store).await;
    for purpose in LinkPurpose::ALL {
        let [first, second] = [1, 2].map(|number| format!("{}-{number}", purpose.as_str()));
        let first = written(&world, &first, purpose).await;
        let second = written(&world, &second, purpose).await;
        let before = found(&world, &first).await;
        assert_eq!(before.is_none(), purpose.gives_way(), "{purpose:?}");
        assert_eq!(found(&world, &second).await, Some(second));
    }
}

/// An account is made with the link used, once; what the link kept is forgotten.
pub async fn a_link_makes_one_account(store: SharedStore) {
    let world = World::new(store).await;
    for (number, purpose) in [LinkPurpose::ConfirmAddress, LinkPurpose::Invitation]
        .into_iter()
        .enumerate()
    {
        let made = written(&world, &format!("l-{number}"), purpose).await;
        let user = User {
            username: format!("eve-{number}"),
            ..eve(&world, &format!("u-eve-{number}"), 5)
        };
        let wanted = if number == 0 {
            LinkUse::Used
        } else {
            // The address has an account by now.
            LinkUse::NameTaken
        };
        assert_eq!(create(&world, &made, &user).await, wanted);
        let there = world.store.user(&world.realm, &user.id).await.unwrap();
        assert_eq!(there.is_some(), wanted == LinkUse::Used);
        let after_use = found(&world, &made).await.unwrap();
        assert_eq!(after_use.used_at.is_some(), wanted == LinkUse::Used);
        let kept = after_use.content.password_hash.is_some();
        assert_eq!(kept, wanted == LinkUse::NameTaken);
        let again = User {
            username: "again".to_owned(),
            ..eve(&world, "u-again", 6)
        };
        assert_ne!(create(&world, &made, &again).await, LinkUse::Used);
    }
}

/// No account is made by a link that is too old, is for something else, or was sent to another
/// address; the link is as it was.
pub async fn a_link_makes_no_other_account(store: SharedStore) {
    let world = World::new(store).await;
    let confirm = written(&world, "l-1", LinkPurpose::ConfirmAddress).await;
    let refused = [
        (
            Link {
                purpose: LinkPurpose::Invitation,
                ..confirm.clone()
            },
            eve(&world, "u-1", 5),
        ),
        (
            Link {
                digest: Digest::of("altered"),
                ..confirm.clone()
            },
            eve(&world, "u-2", 5),
        ),
        (confirm.clone(), eve(&world, "u-3", 60)),
        (
            confirm.clone(),
            user(&world.realm, "u-4", "mallory", Some("mallory@example.com")),
        ),
        (
            confirm.clone(),
            User {
                realm: world.elsewhere.clone(),
                ..eve(&world, "u-5", 5)
            },
        ),
    ];
    for (link, user) in refused {
        assert_eq!(
            create(&world, &link, &user).await,
            LinkUse::Void,
            "{}",
            user.id
        );
        let there = world.store.user(&user.realm, &user.id).await.unwrap();
        assert_eq!(there, None);
    }
    assert_eq!(found(&world, &confirm).await, Some(confirm));
}

/// A password is set with the link used, and ends everything, as
/// [`crate::store::Passwords::change_password`] does; other links that would set one are void, and a new password makes them so too.
pub async fn a_link_resets_a_password_once(store: SharedStore) {
    let world = World::new(store).await;
    let family = world.redeemed(world.offline_grant("f-1")).await.grant.id;
    let made = written(&world, "l-1", LinkPurpose::ResetPassword).await;
    let late = Link {
        digest: Digest::of("late"),
        ..made.clone()
    };
    assert_eq!(reset(&world, &late, 5).await, LinkUse::Void);
    assert_eq!(reset(&world, &made, 60).await, LinkUse::Void);
    assert_eq!(lock(&world, &made, 5).await, LinkUse::Void);
    assert_eq!(ada(&world).await, world.user);
    let before = ada(&world).await.password_hash;
    assert_eq!(reset(&world, &made, 20).await, LinkUse::Used);
    let set = ada(&world).await.password_hash;
    assert_ne!(set, before);
    assert_eq!(world.family(&family).await.revoked_at, Some(after(20)));
    let mark = RevocationMark::User(world.user.id.clone());
    assert!(world.stands(&mark).await);
    assert_eq!(found(&world, &made).await.unwrap().used_at, Some(after(20)));
    assert_eq!(reset(&world, &made, 21).await, LinkUse::Void);
    assert_eq!(ada(&world).await.password_hash, set);
    let next = written(&world, "l-2", LinkPurpose::ResetPassword).await;
    let change = world.new_password(after(30));
    let verb = world.store.change_password(&change);
    assert_eq!(verb.await.unwrap(), Change::Changed);
    assert_eq!(found(&world, &next).await, None);
    assert_eq!(reset(&world, &next, 31).await, LinkUse::Void);
}

/// A link is void once the account has another address; one that locks is not.
pub async fn a_reset_is_bound_to_the_address(store: SharedStore) {
    let world = World::new(store).await;
    let elsewhere = Link {
        email: "old@example.com".to_owned(),
        ..link(&world, "l-1", LinkPurpose::ResetPassword)
    };
    let to_old = Link {
        email: "old@example.com".to_owned(),
        ..link(&world, "l-2", LinkPurpose::LockAccount)
    };
    let nobodys = Link {
        user: None,
        email: "nobody@example.com".to_owned(),
        ..link(&world, "l-3", LinkPurpose::ResetPassword)
    };
    let effects = Effects::NONE
        .and_link(elsewhere.clone())
        .and_link(to_old.clone())
        .and_link(nobodys.clone());
    world.store.write_effects(&effects, START).await.unwrap();
    assert_eq!(reset(&world, &elsewhere, 5).await, LinkUse::Void);
    assert_eq!(reset(&world, &nobodys, 5).await, LinkUse::Void);
    assert_eq!(ada(&world).await, world.user);
    assert_eq!(lock(&world, &to_old, 5).await, LinkUse::Used);
}

/// An account is locked with the link used, and ends everything.
pub async fn a_link_locks_an_account_once(store: SharedStore) {
    let world = World::new(store).await;
    let made = written(&world, "l-1", LinkPurpose::LockAccount).await;
    let resets = written(&world, "l-2", LinkPurpose::ResetPassword).await;
    assert_eq!(lock(&world, &made, 60).await, LinkUse::Void);
    assert_eq!(lock(&world, &made, 7).await, LinkUse::Used);
    assert_eq!(ada(&world).await.locked_at, Some(after(7)));
    let facts = world
        .store
        .session_facts(&world.realm, &world.session.cookie, None)
        .await;
    assert_eq!(facts.unwrap().unwrap().session.ended_at, Some(after(7)));
    assert_eq!(found(&world, &resets).await, None);
    assert_eq!(lock(&world, &made, 8).await, LinkUse::Void);
}

/// Of many callers one uses a link.
pub async fn a_link_is_used_once_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let confirm = written(&world, "l-1", LinkPurpose::ConfirmAddress).await;
    let outcomes = race(|number| {
        let (store, link) = (world.store.clone(), confirm.clone());
        let user = User {
            username: format!("eve-{number}"),
            ..eve(&world, &format!("u-{number}"), 5)
        };
        async move {
            let none = Effects::NONE;
            let verb = store.create_user_by_link(&link.digest, link.purpose, &user, &none);
            verb.await.unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &LinkUse::Used), 1);
    assert_eq!(count_of(&outcomes, &LinkUse::Void), RACERS - 1);
    let page = Page {
        after: None,
        limit: 100,
    };
    let users = world.store.list_users(&world.realm, &page).await.unwrap();
    assert_eq!(users.len(), 2);
    let made = written(&world, "l-2", LinkPurpose::ResetPassword).await;
    let outcomes = race(|_| {
        let (store, digest) = (world.store.clone(), made.digest);
        let change = world.new_password(after(5));
        async move {
            store
                .reset_password_by_link(&digest, &change)
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &LinkUse::Used), 1);
    assert_eq!(count_of(&outcomes, &LinkUse::Void), RACERS - 1);
}

/// New passwords, resets and newer links at once: each comes to an end, and one link is left at
/// most.
pub async fn links_and_passwords_do_not_wait_for_each_other(store: SharedStore) {
    let world = World::new(store).await;
    written(&world, "l-0", LinkPurpose::ResetPassword).await;
    race(|number| {
        let store = world.store.clone();
        let newer = link(&world, &format!("l-{number}"), LinkPurpose::ResetPassword);
        let change = world.new_password(after(5));
        async move {
            match number % 3 {
                0 => {
                    let changed = store.change_password(&change).await;
                    assert_eq!(changed.unwrap(), Change::Changed);
                }
                1 => {
                    let effects = Effects::NONE.and_link(newer);
                    store.write_effects(&effects, after(5)).await.unwrap();
                }
                _ => {
                    let first = Digest::of("l-0");
                    let verb = store.reset_password_by_link(&first, &change);
                    verb.await.unwrap();
                }
            }
        }
    })
    .await;
    let slot = format!("user:{}", world.user.id);
    let left = world
        .store
        .link_in_slot(&world.realm, LinkPurpose::ResetPassword, &slot);
    assert!(left.await.is_ok());
}

/// Effects of a change bring their links with them, and only when the change happens.
pub async fn a_link_goes_with_its_change(store: SharedStore) {
    let world = World::new(store).await;
    let made = link(&world, "l-1", LinkPurpose::LockAccount);
    let effects = Effects::NONE.and_link(made.clone());
    let taken = user(&world.realm, "u-2", "ada", None);
    let verb = world.store.create_user(&taken, &effects);
    assert_eq!(verb.await.unwrap(), Creation::NameTaken);
    assert_eq!(found(&world, &made).await, None);
    let opened = Session {
        auth_time: after(1),
        ..session(&world.user, "s-2")
    };
    let verb = world.store.open_session(&opened, super::VERIFIED, &effects);
    assert_eq!(verb.await.unwrap(), Change::Changed);
    assert_eq!(found(&world, &made).await, Some(made));
}

/// Links are cleaned away a day after they have lapsed.
pub async fn purges_links(store: SharedStore) {
    let world = World::new(store).await;
    let made = written(&world, "l-1", LinkPurpose::Invitation).await;
    for (now, there) in [(after(86_459), true), (after(86_460), false)] {
        world.store.purge(now, 100).await.unwrap();
        assert_eq!(found(&world, &made).await.is_some(), there, "{now:?}");
    }
}
