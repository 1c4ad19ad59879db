//! What is one person's in one realm, though others have something of the same name.

use super::links::written;
use super::passkeys::{adding, all, is_open, passkey, using, with_passkey};
use super::protection::{facts, sign_in};
use super::roles::{group, role, texts};
use super::sign_ins::{NONE, take};
use super::{VERIFIED, World, after, client, session, user};
use crate::account::link::LinkPurpose;
use crate::account::role::Holder;
use crate::account::user::AccountSwitch;
use crate::store::factors::{StepOutcome, StepTaken, Then};
use crate::store::{Change, ConsentAnswer, Creation, SharedStore};

impl World {
    /// The same names in the other realm, where they are somebody else's.
    pub async fn twin(&self) -> Self {
        let user = user(&self.elsewhere, self.user.id.as_str(), "ada", None);
        let created = self.store.create_user(&user, &NONE).await;
        assert_eq!(created.unwrap(), Creation::Created);
        let client = client(&self.elsewhere, self.client.id.as_str());
        let created = self.store.create_client(&client, &[]).await;
        assert_eq!(created.unwrap(), Creation::Created);
        let session = session(&user, self.session.id.as_str());
        let opened = self.store.open_session(&session, VERIFIED, &NONE).await;
        assert_eq!(opened.unwrap(), Change::Changed);
        Self {
            store: self.store.clone(),
            realm: self.elsewhere.clone(),
            elsewhere: self.realm.clone(),
            user,
            client,
            session,
        }
    }
}

/// What one person has allowed a client, nobody else has.
pub async fn consent_is_of_one_person(store: SharedStore) {
    let world = World::new(store).await;
    let twin = world.twin().await;
    let bob = user(&world.realm, "u-bob", "bob", None);
    world.store.create_user(&bob, &NONE).await.unwrap();
    let of_bob = ConsentAnswer {
        user: bob.id,
        ..world.allowing("openid email")
    };
    for answer in [of_bob, twin.allowing("openid email")] {
        world.store.record_consent(&answer, &NONE).await.unwrap();
    }
    let (cookie, client) = (&world.session.cookie, Some(&world.client.id));
    let facts = world.store.session_facts(&world.realm, cookie, client);
    let facts = facts.await.unwrap().unwrap();
    assert_eq!(facts.consented, None);
}

/// A change of a password makes nobody else's links void.
pub async fn a_change_voids_the_links_of_one_person(store: SharedStore) {
    let world = World::new(store).await;
    let twin = world.twin().await;
    let purpose = LinkPurpose::ResetPassword;
    let own = written(&world, "own", purpose).await;
    let others = written(&twin, "others", purpose).await;
    let change = world.new_password(after(2));
    let changed = world.store.change_password(&change).await;
    assert_eq!(changed.unwrap(), Change::Changed);
    for (link, stands) in [(own, false), (others, true)] {
        let found = world.store.link(&link.realm, &link.digest).await;
        assert_eq!(found.unwrap().is_some(), stands, "{}", link.realm);
    }
}

/// A passkey is one person's in one realm, though another realm has the same names.
pub async fn a_passkey_is_of_one_person_in_one_realm(store: SharedStore) {
    let world = with_passkey(store).await;
    let twin = world.twin().await;
    let added = adding(&twin, passkey("key-1"), &[], 1);
    assert_eq!(take(&twin, &added).await, StepOutcome::Taken);
    let store = &world.store;
    let handle = store.passkey_handle(&twin.realm, &twin.user.id, Some(b"another"));
    assert_eq!(handle.await.unwrap().as_deref(), Some(&b"another"[..]));
    for (of, expected) in [(&world, &b"handle"[..]), (&twin, &b"another"[..])] {
        let handle = store.passkey_handle(&of.realm, &of.user.id, None).await;
        assert_eq!(handle.unwrap().as_deref(), Some(expected));
        assert_eq!(all(of).await, [passkey("key-1")]);
    }
    let used = using(&twin, "key-1", 5, "s-twin");
    assert_eq!(take(&twin, &used).await, StepOutcome::Taken);
    assert_eq!(all(&world).await, [passkey("key-1")]);
    let bob = user(&world.realm, "u-bob", "bob", None);
    assert_eq!(
        store.create_user(&bob, &NONE).await.unwrap(),
        Creation::Created
    );
    let stolen = StepTaken {
        user: bob.id.clone(),
        then: Then::Open {
            session: Box::new(session(&bob, "s-bob")),
            remembered: None,
        },
        ..using(&world, "key-1", 7, "s-bob")
    };
    assert_eq!(take(&world, &stolen).await, StepOutcome::Spent);
    assert!(!is_open(&world, "s-bob").await);
    let renamed = store.rename_passkey(&world.realm, &bob.id, "key-1", "Mine");
    assert_eq!(renamed.await.unwrap(), Change::NotFound);
    assert_eq!(all(&world).await, [passkey("key-1")]);
}

/// What ends for one person forgets no device of another, in this realm or another.
pub async fn an_end_of_everything_spares_others(store: SharedStore) {
    let world = World::new(store).await;
    let twin = world.twin().await;
    let bob = user(&world.realm, "u-bob", "bob", None);
    let created = world.store.create_user(&bob, &NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
    let bob = World {
        session: session(&bob, "s-bob"),
        user: bob,
        store: world.store.clone(),
        realm: world.realm.clone(),
        elsewhere: world.elsewhere.clone(),
        client: world.client.clone(),
    };
    for (of, id) in [(&world, "s-2"), (&twin, "s-2"), (&bob, "s-bob")] {
        sign_in(of, id, "browser", after(5)).await;
    }
    let (realm, id) = (&world.realm, &world.user.id);
    let locked = world
        .store
        .switch_user(realm, id, AccountSwitch::Lock, &NONE, after(9))
        .await;
    assert_eq!(locked.unwrap(), Change::Changed);
    for (of, known) in [(&world, false), (&twin, true), (&bob, true)] {
        let here = facts(of, &of.realm, "browser", after(10)).await;
        assert_eq!(here.known, known, "{}", of.user.id);
    }
}

/// What is taken back from one holder stays with every other, and with those that have the same
/// names in another realm.
pub async fn takes_back_from_one_holder_only(store: SharedStore) {
    let world = World::new(store).await;
    let twin = world.twin().await;
    let (store, realm, ada) = (&world.store, &world.realm, &world.user.id);
    let bob = user(realm, "u-bob", "bob", None);
    store.create_user(&bob, &NONE).await.unwrap();
    for of in [&world, &twin] {
        let reader = of.new_role("r-1", None, "reader").await;
        let staff = of.new_group("g-1", "staff").await;
        of.give(&reader, Holder::User(ada.clone())).await;
        of.give(&reader, Holder::Group(staff.id.clone())).await;
        of.join(&staff, ada).await;
    }
    let reader = role(realm, "r-1", None, "reader");
    let staff = group(realm, "g-1", "staff");
    let night = world.new_group("g-2", "night shift").await;
    let owner = twin.new_role("r-2", None, "owner").await;
    let of_night = Holder::Group(night.id.clone());
    assert_eq!(world.give(&owner, of_night).await, Change::NotFound);
    world.give(&reader, Holder::User(bob.id.clone())).await;
    world.give(&reader, Holder::Group(night.id.clone())).await;
    for (group, member) in [(&staff, &bob.id), (&night, &bob.id), (&night, ada)] {
        world.join(group, member).await;
    }
    for holder in [Holder::User(ada.clone()), Holder::Group(staff.id.clone())] {
        let revoked = store.revoke_role(realm, &reader.id, &holder, &NONE, after(2));
        assert_eq!(revoked.await.unwrap(), Change::Changed);
    }
    let removed = store.remove_member(realm, &staff.id, ada, &NONE, after(3));
    assert_eq!(removed.await.unwrap(), Change::Changed);
    for (realm, user, group) in [(realm, "bob", &night), (&twin.realm, "ada", &staff)] {
        let holders = store.holders(realm, &reader.id).await.unwrap();
        assert_eq!(holders.users, texts(&[user]));
        assert_eq!(holders.groups, std::slice::from_ref(&group.name));
    }
    let elsewhere = store.group(&twin.realm, &night.name).await;
    assert_eq!(elsewhere.unwrap(), None);
    for (realm, group, expected) in [
        (realm, &staff, texts(&["bob"])),
        (realm, &night, texts(&["ada", "bob"])),
        (&twin.realm, &staff, texts(&["ada"])),
    ] {
        let members = store.members(realm, &group.id).await.unwrap();
        assert_eq!(members, expected, "{realm} {}", group.name);
    }
}
