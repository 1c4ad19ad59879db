//! New passwords, changed passwords, and hashes that came from elsewhere.

mod breaches;
mod changing;
mod decoys;
mod forced;
mod foreign;
mod judging;
mod page;
mod race;

pub(crate) use foreign::HASHES;

use vidimus::account::password::policy::{AcceptablePassword, PasswordPolicy, PasswordWeakness};
use vidimus::account::user::User;
use vidimus::flows::FlowError;
use vidimus::flows::password::{Person, judge_new};
use vidimus::protocol::ids::RealmId;
use vidimus::secret::SecretString;
use vidimus::store::Change;

use crate::support::World;

fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

/// Changes the rules of the default realm, and waits until they are followed.
async fn settle(world: &World, change: impl FnOnce(&mut PasswordPolicy)) {
    let store = &world.app.store;
    let found = store.realm(&RealmId::default_realm()).await.unwrap();
    let mut realm = found.unwrap();
    change(&mut realm.settings.passwords);
    assert_eq!(
        store.update_realm(&realm, &[]).await.unwrap(),
        Change::Changed
    );
    world.advance(1);
}

/// What is wrong with a new password of somebody.
async fn weaknesses(world: &World, user: &User, password: &str) -> Vec<PasswordWeakness> {
    match judged(world, &Person::of(user, false), password).await {
        Ok(_acceptable) => Vec::new(),
        Err(weaknesses) => weaknesses,
    }
}

async fn judged(
    world: &World,
    person: &Person<'_>,
    password: &str,
) -> Result<AcceptablePassword, Vec<PasswordWeakness>> {
    let realm = RealmId::default_realm();
    let judged = judge_new(&world.app, &realm, person, secret(password)).await;
    judged.map_err(|error| match error {
        FlowError::Refused(weaknesses) => weaknesses,
        FlowError::Busy { .. } | FlowError::Fault(_) => panic!("{error:?}"),
    })
}
