//! What an operator changes of an account: its name, its address, what is known of its person.

use serde_json::{Map, Value};

use crate::account::event::EventKind;
use crate::account::user::{LoginName, Profile, User};
use crate::protocol::time::{Lifetime, Timestamp};

/// What is to become of the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AddressWish {
    /// It stays.
    #[default]
    Keep,
    /// It is to be this one, canonical.
    Replace(String),
    /// The account is to have none.
    Remove,
}

/// What an operator wishes; what is not named stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Amendment {
    /// Another user name.
    pub username: Option<LoginName>,
    /// Another address.
    pub address: AddressWish,
    /// Whether the address that the account then has counts as confirmed.
    pub confirmed: Option<bool>,
    /// Another profile.
    pub profile: Option<Profile>,
    /// Whether another password must be chosen.
    pub must_change_password: Option<bool>,
}

/// Why an account cannot become what is wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmendmentRefusal {
    /// There is no address that could count as confirmed.
    NothingToConfirm,
}

impl Amendment {
    /// The account as it will be. A new address is one that nobody has confirmed, unless the
    /// operator says otherwise; a user name that is the address before changes with it.
    pub fn of(&self, before: &User, now: Timestamp) -> Result<User, AmendmentRefusal> {
        let mut after = before.clone();
        match &self.address {
            AddressWish::Keep => {}
            AddressWish::Replace(email) => after.email = Some(email.clone()),
            AddressWish::Remove => after.email = None,
        }
        if is_moved(before, &after) {
            after.email_verified = false;
            let named_by_it = before.email.as_ref() == Some(&before.username);
            if let Some(email) = after.email.as_ref().filter(|_| named_by_it) {
                after.username.clone_from(email);
            }
        }
        if let Some(username) = &self.username {
            username.as_str().clone_into(&mut after.username);
        }
        if let Some(confirmed) = self.confirmed {
            if confirmed && after.email.is_none() {
                return Err(AmendmentRefusal::NothingToConfirm);
            }
            after.email_verified = confirmed;
        }
        if let Some(profile) = &self.profile {
            after.profile = profile.clone();
        }
        if let Some(must_change) = self.must_change_password {
            after.must_change_password = must_change;
        }
        // Later than before even when the clock stands, since the moment guards the row.
        let next = before.updated_at.plus(Lifetime::from_millis(1));
        after.updated_at = now.max(next);
        Ok(after)
    }
}

/// Whether the account has another address, or none any more.
pub fn is_moved(before: &User, after: &User) -> bool {
    before.email != after.email
}

/// What is told of a change, each with its detail. Nothing, when nothing has changed.
pub fn told(before: &User, after: &User) -> Vec<(EventKind, Option<(&'static str, String)>)> {
    let mut told = Vec::new();
    if before.username != after.username {
        told.push((EventKind::UserRenamed, None));
    }
    if is_moved(before, after) {
        let confirmed = after.email_verified.to_string();
        told.push((EventKind::AddressChanged, Some(("confirmed", confirmed))));
    } else if before.email_verified != after.email_verified {
        let confirmed = after.email_verified.to_string();
        told.push((EventKind::AddressVouched, Some(("confirmed", confirmed))));
    }
    let claims = changed_claims(&before.profile, &after.profile);
    if !claims.is_empty() {
        told.push((
            EventKind::ProfileChanged,
            Some(("claims", claims.join(" "))),
        ));
    }
    if before.must_change_password != after.must_change_password {
        let kind = if after.must_change_password {
            EventKind::PasswordChangeDemanded
        } else {
            EventKind::PasswordChangeWaived
        };
        told.push((kind, None));
    }
    told
}

/// The names of the claims that differ.
fn changed_claims(before: &Profile, after: &Profile) -> Vec<String> {
    let [before, after] = [before, after].map(members);
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| before.get(name) != after.get(name));
    names
}

fn members(profile: &Profile) -> Map<String, Value> {
    match serde_json::to_value(profile) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{RealmId, UserId};

    const OLD: &str = "old@example.com";
    const NEW: &str = "new@example.com";
    const NOW: Timestamp = Timestamp::from_unix_seconds(200);

    fn ada(username: &str, email: Option<&str>) -> User {
        let made = Timestamp::from_unix_seconds(100);
        User {
            realm: RealmId::default_realm(),
            id: UserId::parse("u-ada").unwrap(),
            username: username.to_owned(),
            email: email.map(str::to_owned),
            email_verified: email.is_some(),
            password_hash: None,
            profile: Profile::default(),
            created_at: made,
            updated_at: made,
            disabled_at: None,
            must_change_password: false,
            locked_at: None,
            deleted_at: None,
        }
    }

    fn to(email: &str) -> Amendment {
        Amendment {
            address: AddressWish::Replace(email.to_owned()),
            ..Amendment::default()
        }
    }

    fn kinds(before: &User, after: &User) -> Vec<EventKind> {
        told(before, after)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect()
    }

    #[test]
    fn a_new_address_is_unconfirmed_unless_the_operator_vouches_for_it() {
        let before = ada("ada", Some(OLD));
        for (confirmed, expected) in [(None, false), (Some(false), false), (Some(true), true)] {
            let wish = Amendment {
                confirmed,
                ..to(NEW)
            };
            let after = wish.of(&before, NOW).unwrap();
            assert_eq!(after.email.as_deref(), Some(NEW));
            assert_eq!(after.email_verified, expected);
            assert_eq!((&*after.username, after.updated_at), ("ada", NOW));
            assert_eq!(kinds(&before, &after), [EventKind::AddressChanged]);
        }
    }

    #[test]
    fn the_address_that_is_there_keeps_what_it_is() {
        let before = ada("ada", Some(OLD));
        for wish in [to(OLD), Amendment::default()] {
            let after = wish.of(&before, NOW).unwrap();
            assert!(after.email_verified && told(&before, &after).is_empty());
        }
        let doubted = Amendment {
            confirmed: Some(false),
            ..Amendment::default()
        };
        let after = doubted.of(&before, NOW).unwrap();
        assert_eq!(
            (after.email.as_deref(), after.email_verified),
            (Some(OLD), false)
        );
        assert_eq!(kinds(&before, &after), [EventKind::AddressVouched]);
    }

    #[test]
    fn no_address_is_no_confirmed_one() {
        let before = ada("ada", Some(OLD));
        let mut wish = Amendment {
            address: AddressWish::Remove,
            ..Amendment::default()
        };
        let after = wish.of(&before, NOW).unwrap();
        assert_eq!(
            (after.email.as_deref(), after.email_verified),
            (None, false)
        );
        assert_eq!(kinds(&before, &after), [EventKind::AddressChanged]);
        wish.confirmed = Some(true);
        let refused = Err(AmendmentRefusal::NothingToConfirm);
        assert_eq!(wish.of(&before, NOW), refused);
        wish.address = AddressWish::Keep;
        assert_eq!(wish.of(&ada("ada", None), NOW), refused);
    }

    #[test]
    fn a_name_that_is_the_address_follows_it_unless_another_is_given() {
        let before = ada(OLD, Some(OLD));
        let after = to(NEW).of(&before, NOW).unwrap();
        assert_eq!(after.username, NEW);
        let both = [EventKind::UserRenamed, EventKind::AddressChanged];
        assert_eq!(kinds(&before, &after), both);
        let named = Amendment {
            username: LoginName::parse("Ada"),
            ..to(NEW)
        };
        assert_eq!(named.of(&before, NOW).unwrap().username, "ada");
        let none = Amendment {
            address: AddressWish::Remove,
            ..Amendment::default()
        };
        assert_eq!(none.of(&before, NOW).unwrap().username, OLD);
    }

    #[test]
    fn tells_the_names_of_changed_claims_and_no_value() {
        let before = ada("ada", None);
        let profile = Profile {
            nickname: Some("Countess".to_owned()),
            locale: Some("en".to_owned()),
            ..Profile::default()
        };
        let wish = Amendment {
            profile: Some(profile),
            must_change_password: Some(true),
            ..Amendment::default()
        };
        let after = wish.of(&before, before.updated_at).unwrap();
        assert!(after.updated_at > before.updated_at, "the clock stands");
        let claims = ("claims", "locale nickname".to_owned());
        let expected = [
            (EventKind::ProfileChanged, Some(claims)),
            (EventKind::PasswordChangeDemanded, None),
        ];
        assert_eq!(told(&before, &after), expected);
        let waived = told(&after, &before);
        assert_eq!(waived.last().unwrap().0, EventKind::PasswordChangeWaived);
    }
}
