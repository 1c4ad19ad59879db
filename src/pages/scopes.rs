//! What a client asks for, in words, with what will be sent now (OIDC Core §5.4, §11).

use serde::Serialize;
use serde_json::Value;

use crate::account::claims::{Person, claim};
use crate::account::user::User;
use crate::pages::Message;
use crate::protocol::authorize::request::claim_named;
use crate::protocol::scope::{GROUPS, ROLES, ScopeSet};

/// One thing that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeLine {
    /// The scope token, for those who know it.
    pub scope: String,
    /// What granting it means, as the rest of "… would like to".
    pub sentence: Message,
    /// What will be sent now, if it is a value.
    pub value: Option<ScopeValue>,
}

/// What will be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ScopeValue {
    /// What the person has given.
    Given(String),
    /// Words of ours about it.
    Said(Message),
}

/// Each scope in words, with what it will send of this person now.
pub fn scope_lines(scope: &ScopeSet, person: Person<'_>) -> Vec<ScopeLine> {
    scope
        .iter()
        .map(|token| {
            let (sentence, value) = in_words(token, person);
            ScopeLine {
                scope: token.to_owned(),
                sentence,
                value,
            }
        })
        .collect()
}

fn in_words(token: &str, person: Person<'_>) -> (Message, Option<ScopeValue>) {
    let (sentence, value) = match token {
        "openid" => return (Message::new("scope-openid"), None),
        "offline_access" => return (Message::new("scope-offline-access"), None),
        "profile" => (Message::new("scope-profile"), profile_value(person)),
        "email" => (Message::new("scope-email"), email_value(person.user)),
        "address" => (Message::new("scope-address"), value_of(person, "address")),
        "phone" => (
            Message::new("scope-phone"),
            value_of(person, "phone_number"),
        ),
        GROUPS | ROLES => (membership_in_words(token), value_of(person, token)),
        other => match claim_named(other) {
            Some(name) => (claim_in_words(name), value_of(person, name)),
            None => return (Message::new("scope-other").with("scope", other), None),
        },
    };
    (sentence, Some(value))
}

fn membership_in_words(name: &str) -> Message {
    if name == GROUPS {
        Message::new("scope-groups")
    } else {
        Message::new("scope-roles")
    }
}

/// OIDC Core §5.1
fn claim_in_words(name: &str) -> Message {
    match name {
        "name" => Message::new("claim-name"),
        "family_name" => Message::new("claim-family-name"),
        "given_name" => Message::new("claim-given-name"),
        "middle_name" => Message::new("claim-middle-name"),
        "nickname" => Message::new("claim-nickname"),
        "preferred_username" => Message::new("claim-preferred-username"),
        "profile" => Message::new("claim-profile"),
        "picture" => Message::new("claim-picture"),
        "website" => Message::new("claim-website"),
        "gender" => Message::new("claim-gender"),
        "birthdate" => Message::new("claim-birthdate"),
        "zoneinfo" => Message::new("claim-zoneinfo"),
        "locale" => Message::new("claim-locale"),
        "updated_at" => Message::new("claim-updated-at"),
        "email" => Message::new("claim-email"),
        "email_verified" => Message::new("claim-email-verified"),
        "address" => Message::new("claim-address"),
        "phone_number" => Message::new("claim-phone-number"),
        "phone_number_verified" => Message::new("claim-phone-number-verified"),
        GROUPS | ROLES => membership_in_words(name),
        other => Message::new("claim-other").with("claim", other),
    }
}

/// One claim as it will be sent, in words.
fn value_of(person: Person<'_>, name: &str) -> ScopeValue {
    match claim(person, name) {
        Some(Value::String(text)) => ScopeValue::Given(text),
        Some(Value::Array(texts)) if texts.is_empty() => {
            ScopeValue::Said(Message::new("value-empty"))
        }
        Some(Value::Array(texts)) => {
            let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
            ScopeValue::Given(texts.join(" · "))
        }
        Some(Value::Object(parts)) => {
            let texts: Vec<&str> = parts.values().filter_map(Value::as_str).collect();
            ScopeValue::Given(texts.join(", "))
        }
        Some(Value::Bool(true)) => ScopeValue::Said(Message::new("value-yes")),
        Some(Value::Bool(false)) => ScopeValue::Said(Message::new("value-no")),
        Some(other) => ScopeValue::Given(other.to_string()),
        None => nothing_yet(),
    }
}

/// All that the scope opens but the parts of a name that is told as a whole, and when it changed.
fn profile_value(person: Person<'_>) -> ScopeValue {
    let names: &[&str] = if claim(person, "name").is_some() {
        &["name"]
    } else {
        &["given_name", "middle_name", "family_name"]
    };
    let others = [
        "preferred_username",
        "nickname",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
    ];
    let texts: Vec<String> = names
        .iter()
        .chain(&others)
        .filter_map(|name| claim(person, name)?.as_str().map(str::to_owned))
        .collect();
    ScopeValue::Given(texts.join(" · "))
}

fn email_value(user: &User) -> ScopeValue {
    match &user.email {
        Some(email) if user.email_verified => ScopeValue::Given(email.clone()),
        Some(email) => {
            ScopeValue::Said(Message::new("value-unconfirmed").with("value", email.clone()))
        }
        None => nothing_yet(),
    }
}

fn nothing_yet() -> ScopeValue {
    ScopeValue::Said(Message::new("value-none"))
}
