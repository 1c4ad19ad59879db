//! What is told of a person (OIDC Core §5.1). A claim without a value is left out, never null or
//! empty.

use serde_json::{Map, Value};

use crate::account::role::Memberships;
use crate::account::user::{Address, User};
use crate::protocol::ids::{GroupName, RoleName};
use crate::protocol::scope::{GROUPS, ROLES};

/// What is known of a person.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The account.
    pub user: &'a User,
    /// Groups and roles, where they were asked for.
    pub memberships: Option<&'a Memberships>,
}

/// One claim about a person; `None` when they have none of the kind, or nobody knows the name.
pub fn claim(person: Person<'_>, name: &str) -> Option<Value> {
    match name {
        // A list always, of nothing too: whoever takes groups over must also take over that the
        // last one is gone.
        GROUPS => Some(texts(&person.memberships?.groups, GroupName::as_str)),
        ROLES => Some(texts(&person.memberships?.roles, RoleName::as_str)),
        _ => claim_of_account(person.user, name),
    }
}

fn texts<T>(names: &[T], text: fn(&T) -> &str) -> Value {
    names.iter().map(text).collect()
}

fn claim_of_account(user: &User, name: &str) -> Option<Value> {
    let profile = &user.profile;
    let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    let value = match name {
        "name" => text(&profile.name)?.into(),
        "given_name" => text(&profile.given_name)?.into(),
        "family_name" => text(&profile.family_name)?.into(),
        "middle_name" => text(&profile.middle_name)?.into(),
        "nickname" => text(&profile.nickname)?.into(),
        "preferred_username" => user.username.clone().into(),
        "profile" => text(&profile.profile)?.into(),
        "picture" => text(&profile.picture)?.into(),
        "website" => text(&profile.website)?.into(),
        "gender" => text(&profile.gender)?.into(),
        "birthdate" => text(&profile.birthdate)?.into(),
        "zoneinfo" => text(&profile.zoneinfo)?.into(),
        "locale" => text(&profile.locale)?.into(),
        "updated_at" => user.updated_at.unix_seconds().into(),
        "email" => text(&user.email)?.into(),
        "email_verified" => text(&user.email).map(|_| user.email_verified)?.into(),
        "phone_number" => text(&profile.phone_number)?.into(),
        "phone_number_verified" => text(&profile.phone_number)
            .map(|_| profile.phone_number_verified)?
            .into(),
        "address" => address(profile.address.as_ref()?)?,
        _ => return None,
    };
    Some(value)
}

/// The named claims that the person has.
pub fn claims_of<'a>(
    person: Person<'_>,
    names: impl IntoIterator<Item = &'a str>,
) -> Map<String, Value> {
    let present = names
        .into_iter()
        .filter_map(|name| claim(person, name).map(|value| (name.to_owned(), value)));
    present.collect()
}

/// OIDC Core §5.1.1
fn address(address: &Address) -> Option<Value> {
    let parts = [
        ("formatted", &address.formatted),
        ("street_address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal_code", &address.postal_code),
        ("country", &address.country),
    ];
    let present: Map<String, Value> = parts
        .into_iter()
        .filter_map(|(name, part)| {
            let text = part.clone().filter(|text| !text.is_empty())?;
            Some((name.to_owned(), text.into()))
        })
        .collect();
    (!present.is_empty()).then_some(Value::Object(present))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::ids::{RealmId, UserId};
    use crate::protocol::time::Timestamp;

    #[test]
    fn groups_and_roles_are_lists_even_of_nothing_and_absent_where_nobody_asked() {
        let user = User {
            realm: RealmId::default_realm(),
            id: UserId::parse("u").unwrap(),
            username: "ada".to_owned(),
            email: None,
            email_verified: false,
            password_hash: None,
            profile: crate::account::user::Profile::default(),
            created_at: Timestamp::from_unix_seconds(0),
            updated_at: Timestamp::from_unix_seconds(0),
            disabled_at: None,
            must_change_password: false,
            locked_at: None,
            deleted_at: None,
        };
        let some = Memberships {
            groups: vec![GroupName::parse("staff").unwrap()],
            roles: vec![RoleName::parse("editor").unwrap()],
        };
        let none = Memberships::default();
        let told = |memberships| {
            let person = Person {
                user: &user,
                memberships,
            };
            Value::Object(claims_of(person, [GROUPS, ROLES, "email"]))
        };
        let wanted = json!({"groups": ["staff"], "roles": ["editor"]});
        assert_eq!(told(Some(&some)), wanted);
        assert_eq!(told(Some(&none)), json!({"groups": [], "roles": []}));
        assert_eq!(told(None), json!({}));
    }
}
