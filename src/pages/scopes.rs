//! What a client asks for, in words, with what will be sent now (OIDC Core §5.4, §11).

use serde::Serialize;
use serde_json::Value;

use crate::account::claims::claim;
use crate::account::user::User;
use crate::pages::Message;
use crate::protocol::authorize::request::CLAIM_PREFIX;
use crate::protocol::scope::ScopeSet;

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
pub fn scope_lines(scope: &ScopeSet, user: &User) -> Vec<ScopeLine> {
    scope
        .iter()
        .map(|token| {
            let (sentence, value) = in_words(token, user);
            ScopeLine {
                scope: token.to_owned(),
                sentence,
                value,
            }
        })
        .collect()
}

fn in_words(token: &str, user: &User) -> (Message, Option<ScopeValue>) {
    let (sentence, value) = match token {
        "openid" => return (Message::new("scope-openid"), None),
        "offline_access" => return (Message::new("scope-offline-access"), None),
        "profile" => (Message::new("scope-profile"), profile_value(user)),
        "email" => (Message::new("scope-email"), email_value(user)),
        "address" => (Message::new("scope-address"), value_of(user, "address")),
        "phone" => (Message::new("scope-phone"), value_of(user, "phone_number")),
        other => match other.strip_prefix(CLAIM_PREFIX) {
            Some(name) => (claim_in_words(name), value_of(user, name)),
            None => return (Message::new("scope-other").with("scope", other), None),
        },
    };
    (sentence, Some(value))
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
        other => Message::new("claim-other").with("claim", other),
    }
}

/// One claim as it will be sent, in words.
fn value_of(user: &User, name: &str) -> ScopeValue {
    match claim(user, name) {
        Some(Value::String(text)) => ScopeValue::Given(text),
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

fn profile_value(user: &User) -> ScopeValue {
    let profile = &user.profile;
    let parts: Vec<&str> = [
        Some(profile.name.as_deref().unwrap_or(&user.username)),
        profile.nickname.as_deref(),
        profile.profile.as_deref(),
        profile.website.as_deref(),
        profile.zoneinfo.as_deref(),
        profile.locale.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    ScopeValue::Given(parts.join(" · "))
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
