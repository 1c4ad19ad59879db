//! A new password is judged by its realm, with what is known of the person.

use vidimus::account::password::policy::PasswordWeakness as W;
use vidimus::account::user::Profile;
use vidimus::flows::password::Person;

use super::{judged, settle, weaknesses};
use crate::support::World;
use crate::support::passwords::set_password;
use crate::support::world::PASSWORD;

#[tokio::test]
async fn follows_the_policy_of_the_realm_and_the_names_of_the_person() {
    let world = World::in_memory().await;
    let profile = Profile {
        family_name: Some("Featherstonehaugh".to_owned()),
        ..Profile::default()
    };
    let user = world.user_with("marjorie", profile).await;
    let short = weaknesses(&world, &user, "plane-jar").await;
    assert_eq!(short, [W::TooShort { least: 15 }]);
    let named = weaknesses(&world, &user, "marjorie-featherstonehaugh1").await;
    assert_eq!(named, [W::Personal]);
    let both = Person::of(&user, true);
    assert!(judged(&world, &both, "plane-jar7").await.is_ok());
    settle(&world, |policy| {
        policy.alone.length = 8;
        policy.alone.strength = 2;
        policy.classes.digit = true;
    })
    .await;
    let short = weaknesses(&world, &user, "plane-jar").await;
    assert_eq!(short, [W::NoDigit]);
    assert_eq!(weaknesses(&world, &user, "plane-jar7").await, []);
}

#[tokio::test]
async fn remembers_passwords_where_the_realm_does() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, []);
    let another = Person {
        must_differ: true,
        ..Person::of(&ada, false)
    };
    let same = judged(&world, &another, PASSWORD).await;
    assert_eq!(same.unwrap_err(), [W::UsedBefore]);
    settle(&world, |policy| policy.history = 1).await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, [W::UsedBefore]);
    // Nothing was remembered while the realm did not.
    set_password(&world.app, &ada, "plane-jar-ostrich").await;
    assert_eq!(weaknesses(&world, &ada, PASSWORD).await, []);
}

/// It would take long, and its length is all that is wrong with it.
#[tokio::test]
async fn neither_measures_nor_hashes_what_is_too_long() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    settle(&world, |policy| policy.history = 5).await;
    let endless = "a".repeat(60_000);
    assert_eq!(weaknesses(&world, &ada, &endless).await, [W::TooLong]);
}
