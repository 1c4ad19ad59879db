//! The person of the tests, of whom every standard claim is known.

use vidimus::account::user::{Address, Profile};
use vidimus::protocol::ids::UserId;
use vidimus::store::Effects;

use crate::support::World;

/// The name to sign in with.
pub(super) const USERNAME: &str = "grace";

/// The claims of each scope (OIDC Core §5.4).
pub(in super::super) const PROFILE: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
pub(in super::super) const EMAIL: &[&str] = &["email", "email_verified"];
pub(in super::super) const PHONE: &[&str] = &["phone_number", "phone_number_verified"];
pub(in super::super) const ADDRESS: &[&str] = &["address"];

/// The claims that a scope value opens.
pub(super) fn opened_by(scope: &str) -> Vec<&'static str> {
    let scopes = [
        ("profile", PROFILE),
        ("email", EMAIL),
        ("phone", PHONE),
        ("address", ADDRESS),
    ];
    let asked = scopes
        .into_iter()
        .filter(|(name, _)| scope.split(' ').any(|own| own == *name));
    asked
        .flat_map(|(_, claims)| claims.iter().copied())
        .collect()
}

pub(super) async fn register(world: &World) {
    let text = |text: &str| Some(text.to_owned());
    let mut person = world.ada().await;
    person.id = UserId::parse("usr_grace").unwrap();
    person.username = USERNAME.to_owned();
    person.email = text("grace@example.test");
    person.email_verified = true;
    person.profile = Profile {
        name: text("Grace Brewster Murray Hopper"),
        given_name: text("Grace"),
        family_name: text("Hopper"),
        middle_name: text("Brewster Murray"),
        nickname: text("Amazing Grace"),
        profile: text("https://people.example.test/grace"),
        picture: text("https://people.example.test/grace.png"),
        website: text("https://grace.example.test/"),
        gender: text("female"),
        birthdate: text("1906-12-09"),
        zoneinfo: text("America/New_York"),
        locale: text("en-US"),
        phone_number: text("+1 202 555 0109"),
        phone_number_verified: true,
        address: Some(Address {
            formatted: text("1 Cobol Street\nArlington, VA 22201\nUSA"),
            street_address: text("1 Cobol Street"),
            locality: text("Arlington"),
            region: text("VA"),
            postal_code: text("22201"),
            country: text("USA"),
        }),
    };
    world
        .app
        .store
        .create_user(&person, &Effects::NONE)
        .await
        .unwrap();
}
