//! What an operator changes of an account, as it was seen.

use super::links::written;
use super::new_address::{
    NEW, asked, by_login, created, follow, step as address_step, wish, write,
};
use super::sign_ins::{NONE, begin, open, step, take};
use super::{RACERS, START, World, after, count_of, race, user};
use crate::account::event::{Caller, Event, EventKind};
use crate::account::link::LinkPurpose;
use crate::account::user::{AccountSwitch, Profile, User};
use crate::store::factors::{Act, StepOutcome};
use crate::store::{AddressUse, Amended, Change, Effects, EventPage, LinkUse, SharedStore};

/// The world's user with another address, which nobody has confirmed.
fn moved(world: &World, email: Option<&str>, seconds: u32) -> User {
    User {
        email: email.map(str::to_owned),
        email_verified: false,
        updated_at: after(seconds),
        ..world.user.clone()
    }
}

fn told(user: &User) -> Effects {
    let nobody = Caller::default();
    let event = Event::new(&user.realm, EventKind::AddressChanged, &nobody, START);
    Effects::event(event.of_user(&user.id))
}

async fn amend(world: &World, before: &User, after: &User) -> Amended {
    let effects = told(after);
    let verb = world.store.amend_user(before, after, &effects);
    verb.await.unwrap()
}

async fn read(world: &World) -> User {
    let found = world.store.user(&world.realm, &world.user.id).await;
    found.unwrap().unwrap()
}

async fn events(world: &World) -> usize {
    let page = EventPage {
        since: START,
        before: None,
        limit: 100,
    };
    let user = &world.user.id;
    let listed = world.store.events_of_user(&world.realm, user, page).await;
    listed.unwrap().len()
}

/// Everything that is wished is there, and nothing else is changed; the old names are free.
pub async fn becomes_what_is_wished(store: SharedStore) {
    let world = World::new(store).await;
    let wished = User {
        username: "countess".to_owned(),
        email: Some(NEW.to_owned()),
        email_verified: false,
        profile: Profile {
            nickname: Some("Countess".to_owned()),
            ..Profile::default()
        },
        must_change_password: true,
        updated_at: after(3),
        ..world.user.clone()
    };
    // What is no operator's to say here stays.
    let more = User {
        password_hash: None,
        disabled_at: Some(after(1)),
        created_at: after(1),
        ..wished.clone()
    };
    assert_eq!(amend(&world, &world.user, &more).await, Amended::Changed);
    for login in ["countess", NEW] {
        assert_eq!(by_login(&world, login).await, Some(wished.clone()));
    }
    for (number, login) in ["ada", "ada@example.com"].into_iter().enumerate() {
        assert_eq!(by_login(&world, login).await, None);
        let id = format!("u-{number}");
        created(&world, &user(&world.realm, &id, login, None)).await;
    }
    assert_eq!(events(&world).await, 1);
    // The name is the address: one login for both, and again one for each.
    let same = User {
        username: NEW.to_owned(),
        updated_at: after(4),
        ..wished.clone()
    };
    assert_eq!(amend(&world, &wished, &same).await, Amended::Changed);
    let none = User {
        email: None,
        updated_at: after(5),
        ..same.clone()
    };
    assert_eq!(amend(&world, &same, &none).await, Amended::Changed);
    assert_eq!(by_login(&world, NEW).await, Some(none.clone()));
    let again = User {
        username: "ada-again".to_owned(),
        email: Some(NEW.to_owned()),
        updated_at: after(6),
        ..none.clone()
    };
    assert_eq!(amend(&world, &none, &again).await, Amended::Changed);
    for login in ["ada-again", NEW] {
        assert_eq!(by_login(&world, login).await, Some(again.clone()));
    }
}

/// What is somebody else's user name or address stays theirs, and nothing is changed or told.
pub async fn takes_a_name_that_is_free_only(store: SharedStore) {
    let world = World::new(store).await;
    let bob = user(&world.realm, "u-bob", "bob", Some("bob@example.com"));
    created(&world, &bob).await;
    for taken in ["bob", "bob@example.com"] {
        let named = User {
            username: taken.to_owned(),
            updated_at: after(2),
            ..world.user.clone()
        };
        let placed = moved(&world, Some(taken), 2);
        for wished in [named, placed] {
            let outcome = amend(&world, &world.user, &wished).await;
            assert_eq!(outcome, Amended::NameTaken, "{taken}");
        }
    }
    assert_eq!(read(&world).await, world.user);
    assert_eq!(by_login(&world, "bob@example.com").await, Some(bob));
    assert_eq!(events(&world).await, 0);
}

/// An account that has changed since it was seen, in whatever, is left as it is.
pub async fn changes_what_is_as_it_was_seen(store: SharedStore) {
    let world = World::new(store).await;
    let wished = moved(&world, Some(NEW), 2);
    let other_names = [
        User {
            username: "countess".to_owned(),
            ..world.user.clone()
        },
        User {
            email: None,
            ..world.user.clone()
        },
        User {
            email: Some("other@example.com".to_owned()),
            ..world.user.clone()
        },
        User {
            updated_at: after(1),
            ..world.user.clone()
        },
    ];
    for seen in other_names {
        assert_eq!(amend(&world, &seen, &wished).await, Amended::Outdated);
    }
    let nobody = user(&world.realm, "u-nobody", "nobody", None);
    assert_eq!(amend(&world, &nobody, &wished).await, Amended::Outdated);
    assert_eq!(read(&world).await, world.user);
    assert_eq!(events(&world).await, 0);
    let profile = User {
        updated_at: after(1),
        ..world.user.clone()
    };
    let edited = world.store.change_profile(&profile, START, &NONE).await;
    assert_eq!(edited.unwrap(), Change::Changed);
    let outcome = amend(&world, &world.user, &wished).await;
    assert_eq!(outcome, Amended::Outdated);
    assert_eq!(amend(&world, &profile, &wished).await, Amended::Changed);
}

/// Nothing that was mailed to the old address opens or moves the account any more, also when the
/// address comes back; a link that locks still does. A change of other things voids nothing.
pub async fn voids_what_was_mailed_to_the_old_address(store: SharedStore) {
    let world = World::new(store).await;
    let reset = written(&world, "reset", LinkPurpose::ResetPassword).await;
    let undo = written(&world, "undo", LinkPurpose::UndoDeletion).await;
    let lock = written(&world, "lock", LinkPurpose::LockAccount).await;
    let [confirm, agree] = asked(&world, "wish").await;
    let ground = begin(&world, "half").await;
    let act = Act::ChangePassword(Box::new(world.new_password(after(5))));
    let last = step(&world, ground, act, open(&world, "s-2"));
    let named = User {
        username: "countess".to_owned(),
        updated_at: after(1),
        ..world.user.clone()
    };
    assert_eq!(amend(&world, &world.user, &named).await, Amended::Changed);
    let links = [&reset, &undo, &lock, &confirm, &agree];
    for link in links {
        let found = world.store.link(&world.realm, &link.digest).await;
        assert!(found.unwrap().is_some(), "{:?}", link.purpose);
    }
    // Half of the wish is done.
    assert_eq!(follow(&world, &agree, 1).await, AddressUse::Waits);
    let away = User {
        username: "countess".to_owned(),
        ..moved(&world, None, 2)
    };
    assert_eq!(amend(&world, &named, &away).await, Amended::Changed);
    let back = User {
        updated_at: after(3),
        ..named.clone()
    };
    assert_eq!(amend(&world, &away, &back).await, Amended::Changed);
    assert_eq!(take(&world, &last).await, StepOutcome::Gone);
    assert_eq!(follow(&world, &confirm, 4).await, AddressUse::Void);
    let password = world.new_password(after(4));
    let verb = world.store.reset_password_by_link(&reset.digest, &password);
    assert_eq!(verb.await.unwrap(), LinkUse::Void);
    let (realm, id) = (&world.realm, &world.user.id);
    let deleted = world
        .store
        .switch_user(realm, id, AccountSwitch::Delete, &NONE, after(4));
    assert_eq!(deleted.await.unwrap(), Change::Changed);
    let verb = world
        .store
        .restore_by_link(realm, &undo.digest, &NONE, after(5));
    assert_eq!(verb.await.unwrap(), LinkUse::Void);
    let verb = world
        .store
        .lock_by_link(realm, &lock.digest, &NONE, after(6));
    assert_eq!(verb.await.unwrap(), LinkUse::Used);
}

/// Links, sign-ins and names of others stay, in this realm and in another one.
pub async fn changes_one_person(store: SharedStore) {
    let world = World::new(store).await;
    let twin = world.twin().await;
    let theirs = written(&twin, "theirs", LinkPurpose::ResetPassword).await;
    let ground = begin(&twin, "half").await;
    let wished = moved(&world, Some(NEW), 2);
    assert_eq!(amend(&world, &world.user, &wished).await, Amended::Changed);
    assert_eq!(read(&twin).await, twin.user);
    assert_eq!(by_login(&twin, "ada").await, Some(twin.user.clone()));
    let found = twin.store.link(&twin.realm, &theirs.digest).await;
    assert!(found.unwrap().is_some());
    let act = Act::ChangePassword(Box::new(twin.new_password(after(5))));
    let last = step(&twin, ground, act, open(&twin, "s-2"));
    assert_eq!(take(&twin, &last).await, StepOutcome::Taken);
}

/// Of many operators who move one account at once, one does, and its effects alone are written.
pub async fn one_of_many_operators_moves_an_account(store: SharedStore) {
    let world = World::new(store).await;
    let outcomes = race(|number| {
        let email = format!("new-{number}@example.com");
        let wished = moved(&world, Some(&email), 2);
        let (store, before) = (world.store.clone(), world.user.clone());
        async move {
            let effects = told(&wished);
            let outcome = store.amend_user(&before, &wished, &effects).await.unwrap();
            (outcome == Amended::Changed).then_some(wished)
        }
    })
    .await;
    let winners: Vec<User> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(Some(&read(&world).await), winners.first());
    assert_eq!(events(&world).await, 1);
    for number in 0..RACERS {
        let email = format!("new-{number}@example.com");
        let found = by_login(&world, &email).await;
        assert_eq!(
            found.as_ref(),
            winners
                .iter()
                .find(|user| user.email == Some(email.clone()))
        );
    }
}

/// What comes of many people who are to have other addresses at the same instant.
async fn all_at_once(world: &World, people: &[User], emails: &[String]) -> Vec<Amended> {
    race(|number| {
        let store = world.store.clone();
        let before = people.get(number).unwrap().clone();
        let wished = User {
            email: emails.get(number).cloned(),
            updated_at: after(2),
            ..before.clone()
        };
        async move { store.amend_user(&before, &wished, &NONE).await.unwrap() }
    })
    .await
}

/// Of many accounts that are to have one address at once, one gets it; where each is to have that
/// of the next, nobody gets any, and nobody waits for the others.
pub async fn gives_an_address_to_one_of_many(store: SharedStore) {
    let world = World::new(store).await;
    let mut people = Vec::new();
    for number in 0..RACERS {
        let address = format!("own-{number}@example.com");
        let id = format!("u-{number}");
        let person = user(&world.realm, &id, &address, Some(&address));
        created(&world, &person).await;
        people.push(person);
    }
    let next = (1..=RACERS).map(|number| format!("own-{}@example.com", number % RACERS));
    let round = all_at_once(&world, &people, &next.collect::<Vec<_>>()).await;
    assert_eq!(count_of(&round, &Amended::NameTaken), RACERS);
    let same = vec![NEW.to_owned(); RACERS];
    let one = all_at_once(&world, &people, &same).await;
    assert_eq!(count_of(&one, &Amended::Changed), 1);
    assert_eq!(count_of(&one, &Amended::NameTaken), RACERS - 1);
}

/// When an operator moves an account at the instant at which its owner does, one of them does.
pub async fn an_operator_and_the_owner_move_an_account_at_once(store: SharedStore) {
    let world = World::new(store).await;
    for round in 0..20 {
        let id = format!("u-{round}");
        let old = format!("old-{round}@example.com");
        let owner = user(&world.realm, &id, &id, Some(&old));
        created(&world, &owner).await;
        let [own, other] = ["own", "other"].map(|end| format!("{end}-{round}@example.com"));
        let [confirm, agree] = wish(&world, &id, &owner, &own);
        write(&world, &[confirm.clone(), agree.clone()]).await;
        assert_eq!(follow(&world, &agree, 1).await, AddressUse::Waits);
        let wished = User {
            email: Some(other.clone()),
            updated_at: after(2),
            ..owner.clone()
        };
        let outcomes = race(|number| {
            let (store, before, wished) = (world.store.clone(), owner.clone(), wished.clone());
            let step = address_step(&confirm, 2);
            async move {
                if number % 2 == 0 {
                    let used = store.change_address_by_link(&step).await.unwrap();
                    (used == AddressUse::Changed).then_some("own")
                } else {
                    let amended = store.amend_user(&before, &wished, &NONE).await.unwrap();
                    (amended == Amended::Changed).then_some("other")
                }
            }
        })
        .await;
        let winners: Vec<&str> = outcomes.into_iter().flatten().collect();
        let [winner] = winners.as_slice() else {
            unreachable!("{winners:?}")
        };
        for (end, email) in [("own", &own), ("other", &other)] {
            let there = by_login(&world, email).await.is_some();
            assert_eq!(there, *winner == end, "{email}");
        }
        assert_eq!(by_login(&world, &old).await, None);
    }
}
