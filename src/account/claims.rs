//! What is told of a person (OIDC Core §5.1). A claim without a value is left out, never null or
//! empty.

use serde_json::{Map, Value};

use crate::account::user::{Address, User};

/// One claim about a person; `None` when they have none of the kind, or nobody knows the name.
pub fn claim(user: &User, name: &str) -> Option<Value> {
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
pub fn claims_of<'a>(user: &User, names: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let present = names
        .into_iter()
        .filter_map(|name| claim(user, name).map(|value| (name.to_owned(), value)));
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
