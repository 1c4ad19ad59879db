//! Another address for an account, confirmed at both ends.

use super::links::link;
use super::{START, World, after, user};
use crate::account::link::{Link, LinkContent, LinkPurpose};
use crate::account::new_address;
use crate::account::user::{AccountSwitch, LoginName, User};
use crate::store::{AddressStep, AddressUse, Creation, Effects, SharedStore};

const OLD: &str = "ada@example.com";
pub(super) const NEW: &str = "new@example.com";

/// The links of one wish of a user: to the new address, and to the present one.
pub(super) fn wish(world: &World, name: &str, of: &User, new: &str) -> [Link; 2] {
    let confirm = Link {
        user: Some(of.id.clone()),
        email: new.to_owned(),
        ..link(
            world,
            &format!("{name}-confirm"),
            LinkPurpose::ConfirmNewAddress,
        )
    };
    let agree = Link {
        user: Some(of.id.clone()),
        email: of.email.clone().unwrap_or_default(),
        ..link(
            world,
            &format!("{name}-agree"),
            LinkPurpose::AgreeToNewAddress,
        )
    };
    let naming = |link: &Link, other: &Link| Link {
        content: LinkContent {
            pair: Some(other.digest.to_hex()),
            ..LinkContent::default()
        },
        ..link.clone()
    };
    [naming(&confirm, &agree), naming(&agree, &confirm)]
}

/// Both links in the order in which they are used.
fn ordered(links: &[Link; 2], agrees_first: bool) -> [Link; 2] {
    let [confirm, agree] = links.clone();
    if agrees_first {
        [agree, confirm]
    } else {
        [confirm, agree]
    }
}

/// A link to the new address that nobody else has to agree to.
pub(super) fn alone(world: &World, name: &str, of: &User, new: &str) -> Link {
    let [confirm, _] = wish(world, name, of, new);
    Link {
        content: LinkContent::default(),
        ..confirm
    }
}

pub(super) async fn write(world: &World, links: &[Link]) {
    let mut effects = Effects::NONE;
    effects.links = links.to_vec();
    world.store.write_effects(&effects, START).await.unwrap();
}

/// Two links of a wish of the world's user, written.
pub async fn asked(world: &World, name: &str) -> [Link; 2] {
    let links = wish(world, name, &world.user, NEW);
    write(world, &links).await;
    links
}

/// A link that is used so many seconds after the start.
pub fn step(link: &Link, seconds: u32) -> AddressStep {
    AddressStep {
        realm: link.realm.clone(),
        digest: link.digest,
        purpose: link.purpose,
        waiting: Effects::NONE,
        changed: Effects::NONE,
        now: after(seconds),
    }
}

pub(super) async fn follow(world: &World, link: &Link, seconds: u32) -> AddressUse {
    let step = step(link, seconds);
    world.store.change_address_by_link(&step).await.unwrap()
}

async fn found(world: &World, link: &Link) -> Option<Link> {
    world.store.link(&link.realm, &link.digest).await.unwrap()
}

pub(super) async fn created(world: &World, user: &User) {
    let created = world.store.create_user(user, &Effects::NONE).await;
    assert_eq!(created.unwrap(), Creation::Created);
}

pub(super) async fn by_login(world: &World, login: &str) -> Option<User> {
    let login = LoginName::parse(login).unwrap();
    let found = world.store.user_by_login(&world.realm, &login).await;
    found.unwrap()
}

/// The account is as it was.
async fn unchanged(world: &World) {
    let ada = by_login(world, OLD).await;
    assert_eq!(ada.and_then(|ada| ada.email).as_deref(), Some(OLD));
    assert_eq!(by_login(world, NEW).await, None);
}

/// The address changes with the second of the two links, whichever it is; the first changes
/// nothing. Each is used once, and has its own effects.
pub async fn changes_the_address_when_both_ends_have_confirmed(store: SharedStore) {
    let world = World::new(store).await;
    for (number, agrees_first) in [false, true].into_iter().enumerate() {
        let id = format!("u-{number}");
        let old = format!("old-{number}@example.com");
        let new = format!("new-{number}@example.com");
        let owner = user(&world.realm, &id, &id, Some(&old));
        created(&world, &owner).await;
        let links = wish(&world, &id, &owner, &new);
        write(&world, &links).await;
        let [first, second] = ordered(&links, agrees_first);
        let lock = |name: &str| {
            let token = format!("{id}-{name}");
            link(&world, &token, LinkPurpose::LockAccount)
        };
        let (to_wait, to_change) = (lock("waits"), lock("changes"));
        let with_effects = |link: &Link, seconds| AddressStep {
            waiting: Effects::NONE.and_link(to_wait.clone()),
            changed: Effects::NONE.and_link(to_change.clone()),
            ..step(link, seconds)
        };
        let verb = with_effects(&first, 2);
        let outcome = world.store.change_address_by_link(&verb).await;
        assert_eq!(outcome.unwrap(), AddressUse::Waits);
        assert_eq!(by_login(&world, &old).await, Some(owner.clone()));
        assert_eq!(by_login(&world, &new).await, None);
        assert!(found(&world, &to_wait).await.is_some());
        assert_eq!(found(&world, &to_change).await, None);
        assert_eq!(follow(&world, &first, 3).await, AddressUse::Void, "once");
        let verb = with_effects(&second, 4);
        let outcome = world.store.change_address_by_link(&verb).await;
        assert_eq!(outcome.unwrap(), AddressUse::Changed);
        assert!(found(&world, &to_change).await.is_some());
        let changed = by_login(&world, &new).await.unwrap();
        assert_eq!(changed.email.as_deref(), Some(new.as_str()));
        assert!(changed.email_verified);
        assert_eq!(changed.updated_at, after(4));
        assert_eq!(by_login(&world, &id).await, Some(changed));
        assert_eq!(by_login(&world, &old).await, None);
        for link in &links {
            assert_eq!(follow(&world, link, 5).await, AddressUse::Void, "once");
        }
    }
}

/// A link is good in its realm and for its own purpose only, and both in time.
pub async fn each_end_confirms_in_its_own_time(store: SharedStore) {
    let world = World::new(store).await;
    let links = asked(&world, "w-1").await;
    for link in &links {
        let elsewhere = Link {
            realm: world.elsewhere.clone(),
            ..link.clone()
        };
        assert_eq!(follow(&world, &elsewhere, 1).await, AddressUse::Void);
        let other_page = Link {
            purpose: new_address::other_end(link.purpose).unwrap(),
            ..link.clone()
        };
        assert_eq!(follow(&world, &other_page, 1).await, AddressUse::Void);
        assert_eq!(follow(&world, link, 60).await, AddressUse::Void);
        assert_eq!(found(&world, link).await.as_ref(), Some(link));
    }
    unchanged(&world).await;
    // The mail to the other end may come late, and its link stands from then.
    let links = wish(&world, "w-2", &world.user, NEW);
    let [mut first, second] = ordered(&links, true);
    first.expires_at = after(10);
    write(&world, &[first.clone(), second.clone()]).await;
    assert_eq!(follow(&world, &first, 10).await, AddressUse::Void);
    assert_eq!(follow(&world, &second, 10).await, AddressUse::Waits);
    let links = wish(&world, "w-3", &world.user, NEW);
    let [mut first, second] = ordered(&links, true);
    first.expires_at = after(10);
    write(&world, &[first.clone(), second.clone()]).await;
    assert_eq!(follow(&world, &first, 9).await, AddressUse::Waits);
    assert_eq!(follow(&world, &second, 10).await, AddressUse::Changed);
}

/// A newer wish makes both links of the one before void, used or not, for whichever address.
pub async fn a_newer_wish_voids_both_links_of_the_one_before(store: SharedStore) {
    let world = World::new(store).await;
    for agrees_first in [false, true] {
        for new in [NEW, "third@example.com"] {
            let name = format!("{agrees_first}-{new}");
            let older = asked(&world, &format!("older-{name}")).await;
            let [used, unused] = ordered(&older, agrees_first);
            assert_eq!(follow(&world, &used, 1).await, AddressUse::Waits);
            let newer = wish(&world, &format!("newer-{name}"), &world.user, new);
            write(&world, &newer).await;
            for link in [&used, &unused] {
                assert_eq!(follow(&world, link, 2).await, AddressUse::Void);
            }
            let [_, newer] = ordered(&newer, agrees_first);
            assert_eq!(follow(&world, &newer, 3).await, AddressUse::Waits, "{new}");
        }
    }
    // One that needs nobody's agreement takes the agreement of the one before away too.
    let [_, older] = asked(&world, "older").await;
    let newer = alone(&world, "newer", &world.user, OLD);
    write(&world, std::slice::from_ref(&newer)).await;
    assert_eq!(follow(&world, &older, 4).await, AddressUse::Void);
    assert_eq!(follow(&world, &newer, 5).await, AddressUse::Changed);
    unchanged(&world).await;
}

/// An agreement to one address lets no link to another through, nor one of another person.
pub async fn an_agreement_is_to_one_address_of_one_person(store: SharedStore) {
    let world = World::new(store).await;
    let bob = user(&world.realm, "u-bob", "bob", Some("bob@example.com"));
    created(&world, &bob).await;
    for (number, of) in [&world.user, &bob].into_iter().enumerate() {
        let [_, agree] = asked(&world, &format!("agreed-{number}")).await;
        assert_eq!(follow(&world, &agree, 1).await, AddressUse::Waits);
        // As if the link to another address stood beside the agreement.
        let name = format!("other-{number}");
        let [confirm, _] = wish(&world, &name, of, "other@example.com");
        write(&world, std::slice::from_ref(&confirm)).await;
        assert_eq!(follow(&world, &confirm, 2).await, AddressUse::Void);
        let lone = alone(&world, &format!("lone-{number}"), of, "other@example.com");
        write(&world, std::slice::from_ref(&lone)).await;
        assert_eq!(follow(&world, &lone, 3).await, AddressUse::Void);
    }
    assert_eq!(by_login(&world, "other@example.com").await, None);
    unchanged(&world).await;
}

/// The address that has agreed must still be that of the account, when the change is made.
pub async fn the_present_address_must_be_the_one_that_agreed(store: SharedStore) {
    let world = World::new(store).await;
    for agrees_first in [false, true] {
        let [confirm, agree] = wish(&world, &format!("w-{agrees_first}"), &world.user, NEW);
        let agree = Link {
            email: "before@example.com".to_owned(),
            ..agree
        };
        let links = [confirm, agree];
        write(&world, &links).await;
        for link in ordered(&links, agrees_first) {
            assert_eq!(follow(&world, &link, 1).await, AddressUse::Void);
        }
    }
    unchanged(&world).await;
    let unsure = User {
        email_verified: false,
        ..user(
            &world.realm,
            "u-unsure",
            "unsure",
            Some("unsure@example.com"),
        )
    };
    created(&world, &unsure).await;
    let links = wish(&world, "unsure", &unsure, NEW);
    write(&world, &links).await;
    for link in &links {
        assert_eq!(follow(&world, link, 2).await, AddressUse::Void);
    }
}

/// An account without an address, or with one that nobody has confirmed, gets the new one by the
/// new end alone; a user name that is the address before changes with it. One with a confirmed
/// address does not.
pub async fn the_new_end_alone_changes_an_unconfirmed_address(store: SharedStore) {
    let world = World::new(store).await;
    let confirmed = alone(&world, "ada", &world.user, NEW);
    write(&world, std::slice::from_ref(&confirmed)).await;
    assert_eq!(follow(&world, &confirmed, 1).await, AddressUse::Void);
    unchanged(&world).await;
    let none = user(&world.realm, "u-none", "none", None);
    let same = User {
        email_verified: false,
        ..user(
            &world.realm,
            "u-same",
            "s@example.com",
            Some("s@example.com"),
        )
    };
    for owner in [none, same] {
        created(&world, &owner).await;
        let new = format!("new-{}@example.com", owner.id);
        let link = alone(&world, owner.id.as_str(), &owner, &new);
        write(&world, std::slice::from_ref(&link)).await;
        assert_eq!(follow(&world, &link, 2).await, AddressUse::Changed);
        let changed = by_login(&world, &new).await.unwrap();
        assert_eq!((&changed.id, changed.email_verified), (&owner.id, true));
        let keeps_name = owner.email.is_none();
        let name = if keeps_name { &owner.username } else { &new };
        assert_eq!(&changed.username, name);
        let old = by_login(&world, &owner.username).await;
        assert_eq!(old.is_some(), keeps_name);
    }
}

/// An address that is another's is not given away, whether as user name or address, and the link
/// stays unused. Who agrees first is not told whose it is.
pub async fn a_taken_address_stays_where_it_is(store: SharedStore) {
    let world = World::new(store).await;
    let [confirm, agree] = asked(&world, "w-1").await;
    let bob = user(&world.realm, "u-bob", NEW, None);
    created(&world, &bob).await;
    assert_eq!(follow(&world, &confirm, 2).await, AddressUse::NameTaken);
    assert_eq!(follow(&world, &agree, 3).await, AddressUse::Waits);
    assert_eq!(follow(&world, &confirm, 4).await, AddressUse::NameTaken);
    assert_eq!(by_login(&world, NEW).await, Some(bob));
    assert_eq!(by_login(&world, OLD).await, Some(world.user.clone()));
    assert_eq!(found(&world, &confirm).await.unwrap().used_at, None);
    // It was free when its mailbox confirmed.
    let [confirm, agree] = wish(&world, "w-2", &world.user, "late@example.com");
    write(&world, &[confirm.clone(), agree.clone()]).await;
    assert_eq!(follow(&world, &confirm, 5).await, AddressUse::Waits);
    let eve = user(&world.realm, "u-eve", "eve", Some("late@example.com"));
    created(&world, &eve).await;
    assert_eq!(follow(&world, &agree, 6).await, AddressUse::NameTaken);
    assert_eq!(by_login(&world, "late@example.com").await, Some(eve));
}

/// Whoever has made everything of an account worthless has made the address worthless too that was
/// asked for before, whether one end has confirmed it or none.
pub async fn an_address_asked_for_before_an_end_is_void(store: SharedStore) {
    let world = World::new(store).await;
    for agrees_first in [false, true] {
        let links = asked(&world, &format!("w-{agrees_first}")).await;
        let [first, second] = ordered(&links, agrees_first);
        // The first wish is half confirmed when the password changes; the other is as old as it.
        if !agrees_first {
            assert_eq!(follow(&world, &first, 1).await, AddressUse::Waits);
            let new_password = world.new_password(after(2));
            world.store.change_password(&new_password).await.unwrap();
        }
        for link in [&first, &second] {
            assert_eq!(follow(&world, link, 4).await, AddressUse::Void);
        }
    }
    for (second, switch) in [(5, AccountSwitch::Lock), (7, AccountSwitch::Unlock)] {
        let links = asked(&world, &format!("w-{switch:?}")).await;
        let (none, id) = (Effects::NONE, &world.user.id);
        let verb = world
            .store
            .switch_user(&world.realm, id, switch, &none, after(second));
        verb.await.unwrap();
        for link in &links {
            let outcome = follow(&world, link, second + 1).await;
            assert_eq!(outcome, AddressUse::Void, "{switch:?}");
        }
    }
    unchanged(&world).await;
}
