//! Roles, groups, and who has them.

use super::{START, World, after, client, count_of, race, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::role::{Group, Holder, Memberships, Role};
use crate::protocol::ids::{ClientId, GroupId, GroupName, RealmId, RoleId, RoleName, UserId};
use crate::store::{Change, Creation, Effects, EventPage, SharedStore};

static NONE: Effects = Effects::NONE;

pub(super) fn role(realm: &RealmId, id: &str, client: Option<&ClientId>, name: &str) -> Role {
    Role {
        realm: realm.clone(),
        id: RoleId::parse(id).unwrap(),
        client: client.cloned(),
        name: RoleName::parse(name).unwrap(),
        description: "what it is for".to_owned(),
        require_second_factor: false,
        created_at: START,
    }
}

pub(super) fn group(realm: &RealmId, id: &str, name: &str) -> Group {
    Group {
        realm: realm.clone(),
        id: GroupId::parse(id).unwrap(),
        name: GroupName::parse(name).unwrap(),
        description: "who is in it".to_owned(),
        created_at: START,
    }
}

impl World {
    pub(super) async fn new_role(&self, id: &str, client: Option<&ClientId>, name: &str) -> Role {
        let role = role(&self.realm, id, client, name);
        let created = self.store.create_role(&role, &NONE).await.unwrap();
        assert_eq!(created, Creation::Created, "{name}");
        role
    }

    pub(super) async fn new_group(&self, id: &str, name: &str) -> Group {
        let group = group(&self.realm, id, name);
        let created = self.store.create_group(&group, &NONE).await.unwrap();
        assert_eq!(created, Creation::Created, "{name}");
        group
    }

    pub(super) async fn give(&self, role: &Role, holder: Holder) -> Change {
        let (realm, store) = (&self.realm, &self.store);
        let granted = store.grant_role(realm, &role.id, &holder, &NONE, after(1));
        granted.await.unwrap()
    }

    pub(super) async fn join(&self, group: &Group, user: &UserId) -> Change {
        let (realm, store) = (&self.realm, &self.store);
        let added = store.add_member(realm, &group.id, user, &NONE, after(1));
        added.await.unwrap()
    }

    /// What a client is told of the user: groups, then roles.
    async fn told(&self, client: Option<&ClientId>) -> [Vec<String>; 2] {
        let read = self.store.member(&self.realm, &self.user.id, client).await;
        let (user, memberships) = read.unwrap().unwrap();
        assert_eq!(user, self.user);
        let Memberships { groups, roles } = memberships;
        [
            groups.iter().map(ToString::to_string).collect(),
            roles.iter().map(ToString::to_string).collect(),
        ]
    }
}

pub(super) fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A role is read back as written, by client and name, in its realm only.
pub async fn keeps_roles(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let shop = Some(&world.client.id);
    let mut editor = world.new_role("r-1", None, "editor").await;
    let admin = world.new_role("r-2", shop, "admin").await;
    let found = store.role(realm, None, &editor.name).await.unwrap();
    assert_eq!(found, Some(editor.clone()));
    assert_eq!(
        store.role(realm, shop, &admin.name).await.unwrap(),
        Some(admin.clone())
    );
    assert_eq!(store.role(realm, shop, &editor.name).await.unwrap(), None);
    assert_eq!(store.role(realm, None, &admin.name).await.unwrap(), None);
    let elsewhere = store.role(&world.elsewhere, None, &editor.name).await;
    assert_eq!(elsewhere.unwrap(), None);
    "other words".clone_into(&mut editor.description);
    editor.require_second_factor = true;
    let changed = store.update_role(&editor, &NONE, after(1)).await.unwrap();
    assert_eq!(changed, Change::Changed);
    let listed = store.list_roles(realm).await.unwrap();
    assert_eq!(listed, [admin, editor.clone()]);
    let foreign = Role {
        realm: world.elsewhere.clone(),
        ..editor
    };
    let changed = store.update_role(&foreign, &NONE, after(1)).await.unwrap();
    assert_eq!(changed, Change::NotFound);
}

/// A role that asks for a second factor, in the hands of the user.
pub(super) async fn strict_role(world: &World) {
    let mut admin = world.new_role("r-strict", None, "strict").await;
    let holder = Holder::User(world.user.id.clone());
    assert_eq!(world.give(&admin, holder).await, Change::Changed);
    admin.require_second_factor = true;
    let changed = world.store.update_role(&admin, &NONE, after(1)).await;
    assert_eq!(changed.unwrap(), Change::Changed);
}

/// No client may take a role of the realm for one of its own; clients share names among them.
pub async fn gives_no_client_two_roles_of_one_name(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let other = client(realm, "blog");
    store.create_client(&other, &[]).await.unwrap();
    let (shop, blog) = (Some(&world.client.id), Some(&other.id));
    world.new_role("r-1", None, "editor").await;
    world.new_role("r-2", shop, "admin").await;
    world.new_role("r-3", blog, "admin").await;
    let nobody = ClientId::parse("nobody").unwrap();
    let taken = [
        role(realm, "r-4", None, "editor"),
        role(realm, "r-5", shop, "editor"),
        role(realm, "r-6", None, "admin"),
        role(realm, "r-7", shop, "admin"),
        role(realm, "r-8", Some(&nobody), "reader"),
        role(realm, "r-1", None, "reader"),
        role(&world.elsewhere, "r-9", shop, "seller"),
    ];
    for role in taken {
        let created = store.create_role(&role, &NONE).await.unwrap();
        assert_eq!(created, Creation::NameTaken, "{role:?}");
    }
    let there = role(&world.elsewhere, "r-1", None, "editor");
    let created = store.create_role(&there, &NONE).await.unwrap();
    assert_eq!(created, Creation::Created);
}

/// Of a role of the realm and roles of clients that are made at once, one name is one role.
pub async fn makes_one_role_of_a_name_in_a_race(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let (store, realm) = (world.store.clone(), world.realm.clone());
        let shop = world.client.id.clone();
        async move {
            let client = (number % 2 == 0).then_some(&shop);
            let role = role(&realm, &format!("r-{number}"), client, "editor");
            store.create_role(&role, &NONE).await.unwrap()
        }
    })
    .await;
    assert_eq!(count_of(&outcomes, &Creation::Created), 1, "{outcomes:?}");
}

/// A client is told of the realm's roles and its own, and of groups, each name once.
pub async fn tells_a_client_of_its_own_roles_and_the_realms(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let other = client(realm, "blog");
    store.create_client(&other, &[]).await.unwrap();
    let (shop, blog) = (Some(&world.client.id), Some(&other.id));
    let [reader, editor] = [
        world.new_role("r-1", None, "reader").await,
        world.new_role("r-2", None, "editor").await,
    ];
    let seller = world.new_role("r-3", shop, "seller").await;
    let author = world.new_role("r-4", blog, "author").await;
    world.new_role("r-5", None, "nobody's").await;
    let staff = world.new_group("g-1", "staff").await;
    let night = world.new_group("g-2", "night shift").await;
    world.new_group("g-3", "others").await;
    let ada = Holder::User(world.user.id.clone());
    assert_eq!(world.told(shop).await, [texts(&[]), texts(&[])]);
    for role in [&reader, &seller, &author] {
        assert_eq!(world.give(role, ada.clone()).await, Change::Changed);
        assert_eq!(world.give(role, ada.clone()).await, Change::NotFound);
    }
    for role in [&reader, &editor] {
        let granted = world.give(role, Holder::Group(staff.id.clone())).await;
        assert_eq!(granted, Change::Changed);
    }
    for group in [&staff, &night] {
        assert_eq!(world.join(group, &world.user.id).await, Change::Changed);
        assert_eq!(world.join(group, &world.user.id).await, Change::NotFound);
    }
    let groups = texts(&["night shift", "staff"]);
    let of_shop = texts(&["editor", "reader", "seller"]);
    assert_eq!(world.told(shop).await, [groups.clone(), of_shop]);
    let of_blog = texts(&["author", "editor", "reader"]);
    assert_eq!(world.told(blog).await, [groups.clone(), of_blog]);
    assert_eq!(
        world.told(None).await,
        [groups, texts(&["editor", "reader"])]
    );
    let all = store.roles_of_user(realm, &world.user.id).await.unwrap();
    assert_eq!(all, [author, editor, reader.clone(), seller]);
    let holders = store.holders(realm, &reader.id).await.unwrap();
    assert_eq!(holders.users, ["ada"]);
    assert_eq!(holders.groups, [staff.name]);
}

/// What one realm's people, groups and roles are called in another opens nothing there.
pub async fn joins_nothing_across_realms(store: SharedStore) {
    let world = World::new(store).await;
    let (store, there) = (&world.store, &world.elsewhere);
    let twin = user(there, world.user.id.as_str(), "ada", None);
    store.create_user(&twin, &NONE).await.unwrap();
    let editor = role(there, "r-1", None, "editor");
    store.create_role(&editor, &NONE).await.unwrap();
    let staff = group(there, "g-1", "staff");
    store.create_group(&staff, &NONE).await.unwrap();
    let ada = Holder::User(world.user.id.clone());
    assert_eq!(world.give(&editor, ada.clone()).await, Change::NotFound);
    assert_eq!(world.join(&staff, &world.user.id).await, Change::NotFound);
    for granted in [
        store
            .grant_role(there, &editor.id, &ada, &NONE, after(1))
            .await,
        store
            .add_member(there, &staff.id, &twin.id, &NONE, after(1))
            .await,
    ] {
        assert_eq!(granted.unwrap(), Change::Changed);
    }
    let nothing = [texts(&[]), texts(&[])];
    assert_eq!(world.told(Some(&world.client.id)).await, nothing);
    let (_, told) = store.member(there, &twin.id, None).await.unwrap().unwrap();
    assert_eq!(told.roles, [editor.name]);
    assert_eq!(told.groups, [staff.name]);
    for deleted in [
        store
            .delete_role(&world.realm, &editor.id, &NONE, after(2))
            .await,
        store
            .delete_group(&world.realm, &staff.id, &NONE, after(2))
            .await,
    ] {
        assert_eq!(deleted.unwrap(), Change::NotFound);
    }
}

/// What a role, a group and a membership gave is gone with it, and nothing else is.
pub async fn takes_back_what_was_given(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let ada = Holder::User(world.user.id.clone());
    let reader = world.new_role("r-1", None, "reader").await;
    let owner = world.new_role("r-2", None, "owner").await;
    let staff = world.new_group("g-1", "staff").await;
    let of_staff = Holder::Group(staff.id.clone());
    for (role, holder) in [(&reader, &ada), (&reader, &of_staff), (&owner, &of_staff)] {
        world.give(role, holder.clone()).await;
    }
    world.join(&staff, &world.user.id).await;
    let told = || async { world.told(None).await };
    let both = texts(&["owner", "reader"]);
    assert_eq!(told().await, [texts(&["staff"]), both]);
    for outcome in [Change::Changed, Change::NotFound] {
        let revoked = store.revoke_role(realm, &owner.id, &of_staff, &NONE, after(2));
        assert_eq!(revoked.await.unwrap(), outcome);
    }
    // The own grant goes, and the group's stays.
    let revoked = store.revoke_role(realm, &reader.id, &ada, &NONE, after(2));
    revoked.await.unwrap();
    assert_eq!(told().await, [texts(&["staff"]), texts(&["reader"])]);
    for outcome in [Change::Changed, Change::NotFound] {
        let removed = store.remove_member(realm, &staff.id, &world.user.id, &NONE, after(3));
        assert_eq!(removed.await.unwrap(), outcome);
    }
    assert_eq!(told().await, [texts(&[]), texts(&[])]);
}

/// Memberships go with the role, the group and the client that they hang on.
pub async fn takes_memberships_along(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let shop = world.client.id.clone();
    let ada = Holder::User(world.user.id.clone());
    let editor = world.new_role("r-1", None, "editor").await;
    let owner = world.new_role("r-2", None, "owner").await;
    let seller = world.new_role("r-3", Some(&shop), "seller").await;
    let staff = world.new_group("g-1", "staff").await;
    world.give(&owner, ada.clone()).await;
    world.give(&seller, ada).await;
    world.give(&editor, Holder::Group(staff.id.clone())).await;
    world.join(&staff, &world.user.id).await;
    let told = || async { world.told(Some(&shop)).await };
    let all = texts(&["editor", "owner", "seller"]);
    assert_eq!(told().await, [texts(&["staff"]), all]);
    let deleted = store.delete_group(realm, &staff.id, &NONE, after(3));
    assert_eq!(deleted.await.unwrap(), Change::Changed);
    let less = texts(&["owner", "seller"]);
    assert_eq!(told().await, [texts(&[]), less]);
    // A group of the same name is another group.
    world.new_group("g-2", "staff").await;
    let deleted = store.delete_client(realm, &shop, &NONE, after(4));
    assert_eq!(deleted.await.unwrap(), Change::Changed);
    assert_eq!(told().await, [texts(&[]), texts(&["owner"])]);
    let left = store.list_roles(realm).await.unwrap();
    assert_eq!(left, [editor, owner.clone()]);
    let deleted = store.delete_role(realm, &owner.id, &NONE, after(5));
    assert_eq!(deleted.await.unwrap(), Change::Changed);
    assert_eq!(told().await, [texts(&[]), texts(&[])]);
}

/// An event is there when something has changed, and only then.
pub async fn tells_of_memberships_that_changed(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm, ada) = (&world.store, &world.realm, &world.user.id);
    let event = |kind| {
        let event = Event::new(realm, kind, &Caller::default(), after(1));
        Effects::event(event.of_user(ada))
    };
    let editor = world.new_role("r-1", None, "editor").await;
    let staff = world.new_group("g-1", "staff").await;
    let holder = Holder::User(ada.clone());
    for _ in 0..2 {
        let told = event(EventKind::RoleGranted);
        store
            .grant_role(realm, &editor.id, &holder, &told, after(1))
            .await
            .unwrap();
        let told = event(EventKind::MemberAdded);
        store
            .add_member(realm, &staff.id, ada, &told, after(1))
            .await
            .unwrap();
    }
    for _ in 0..2 {
        let told = event(EventKind::RoleRevoked);
        store
            .revoke_role(realm, &editor.id, &holder, &told, after(1))
            .await
            .unwrap();
        let told = event(EventKind::MemberRemoved);
        store
            .remove_member(realm, &staff.id, ada, &told, after(1))
            .await
            .unwrap();
    }
    let page = EventPage {
        since: START,
        before: None,
        limit: 10,
    };
    let events = store.events_of_user(realm, ada, page).await.unwrap();
    let kinds: Vec<_> = events
        .iter()
        .rev()
        .map(|stored| stored.event.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            EventKind::RoleGranted,
            EventKind::MemberAdded,
            EventKind::RoleRevoked,
            EventKind::MemberRemoved,
        ]
    );
}

/// A role that asks for a second factor asks everybody who has it, also through a group, and
/// nobody else.
pub async fn a_role_asks_for_a_second_factor(store: SharedStore) {
    let world = World::new(store).await;
    let (store, realm) = (&world.store, &world.realm);
    let bob = user(realm, "u-bob", "bob", None);
    store.create_user(&bob, &NONE).await.unwrap();
    let asked = |id: UserId| async move {
        let facts = store.factors(realm, &id, None, after(1)).await.unwrap();
        facts.factors.required_by_role
    };
    let of_session = || async {
        let read = store
            .session_facts(realm, &world.session.cookie, None)
            .await;
        read.unwrap().unwrap().required_by_role
    };
    let mut admin = world.new_role("r-1", None, "admin").await;
    let staff = world.new_group("g-1", "staff").await;
    world.give(&admin, Holder::Group(staff.id.clone())).await;
    world.join(&staff, &world.user.id).await;
    assert!(!asked(world.user.id.clone()).await && !of_session().await);
    admin.require_second_factor = true;
    store.update_role(&admin, &NONE, after(1)).await.unwrap();
    assert!(asked(world.user.id.clone()).await && of_session().await);
    assert!(!asked(bob.id.clone()).await);
    world.give(&admin, Holder::User(bob.id.clone())).await;
    assert!(asked(bob.id).await);
}
