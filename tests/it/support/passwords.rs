//! New passwords without a page.

use vidimus::account::event::Caller;
use vidimus::account::password::SALT_BYTES;
use vidimus::account::user::User;
use vidimus::flows::password::{Person, judge_new, set_effects};
use vidimus::flows::{App, revocations};
use vidimus::secret::SecretString;
use vidimus::store::{Change, PasswordChange};

/// Gives somebody another password, as an admin does.
pub(crate) async fn set_password(app: &App, user: &User, password: &str) {
    let (realm, now) = (&user.realm, app.now());
    let candidate = SecretString::new(password.to_owned());
    let judged = judge_new(app, realm, &Person::of(user, false), candidate).await;
    let hashed = app.hashing.hash_new(judged.unwrap(), [9; SALT_BYTES]).await;
    let wanted = PasswordChange {
        realm: realm.clone(),
        user: user.id.clone(),
        hash: hashed.unwrap(),
        proven: None,
        spared: None,
        must_change: false,
        history: 0,
        effects: set_effects((realm, &user.id), &Caller::default(), now),
        now,
    };
    let change = app.store.change_password(&wanted).await.unwrap();
    assert_eq!(change, Change::Changed);
    revocations::announce(app, &wanted.effects.marks, now).await;
}
