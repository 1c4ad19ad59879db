//! The members of a registration request, read by their JSON types.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refusal::RegistrationRefusal as Refusal;
use super::{LOCALIZED_LIMIT, NAME_LIMIT, URI_COUNT_LIMIT};
use crate::protocol::plain_text::is_plain;
use crate::protocol::scope::ScopeSet;

/// Human-readable members, which may come in several languages (RFC 7591 §2.2).
const TRANSLATABLE: [&str; 5] = [
    "client_name",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
];
/// The longest language tag (BCP 47) that is kept.
const LANGUAGE_TAG_LIMIT: usize = 35;
/// Members that are lists.
const LISTS: [&str; 8] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "contacts",
    "request_uris",
    "default_acr_values",
    "allowed_groups",
];

/// Every member that the rule looks at, ours included.
const KNOWN: [&str; 52] = [
    "application_type",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "client_name",
    "client_type",
    "client_uri",
    "compatibility",
    "contacts",
    "default_acr_values",
    "default_max_age",
    "first_party",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "introspection",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "request_object_signing_alg",
    "request_uris",
    "require_auth_time",
    "require_pushed_authorization_requests",
    "require_second_factor",
    "required_scope",
    "allowed_groups",
    "require_signed_request_object",
    "response_types",
    "scope",
    "sector_identifier_uri",
    "software_id",
    "software_version",
    "subject_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "unverified",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
    // Refused by name, with a better sentence than that they are unknown.
    "dpop_bound_access_tokens",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "software_statement",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
];

/// Whether a member, in any language, is one that the rule looks at.
pub fn is_known(member: &str) -> bool {
    match member.split_once('#') {
        Some((base, language)) => TRANSLATABLE.contains(&base) && is_language_tag(language),
        None => KNOWN.contains(&member),
    }
}

/// Whether a member is a list, for those who write one entry of it at a time.
pub fn is_list(member: &str) -> bool {
    LISTS.contains(&member)
}

/// A registration request. Null and empty values count as omitted (RFC 7592 §2.2).
#[derive(Debug)]
pub(super) struct Request<'a>(&'a Map<String, Value>);

impl<'a> Request<'a> {
    pub(super) fn new(members: &'a Map<String, Value>) -> Self {
        Self(members)
    }

    pub(super) fn value(&self, member: &str) -> Option<&'a Value> {
        let empty = |value: &Value| value.is_null() || value.as_str() == Some("");
        self.0.get(member).filter(|value| !empty(value))
    }

    pub(super) fn has(&self, member: &str) -> bool {
        self.value(member).is_some()
    }

    pub(super) fn text(&self, member: &'static str) -> Result<Option<&'a str>, Refusal> {
        let read = |value: &'a Value| value.as_str().ok_or_else(|| wrong(member, "a text"));
        self.value(member).map(read).transpose()
    }

    /// A short text that people or machines read.
    pub(super) fn name(&self, member: &'static str) -> Result<Option<String>, Refusal> {
        self.text(member)?
            .map(|text| checked_name(member, text))
            .transpose()
    }

    pub(super) fn flag(&self, member: &'static str) -> Result<bool, Refusal> {
        self.value(member).map_or(Ok(false), |value| {
            value
                .as_bool()
                .ok_or_else(|| wrong(member, "true or false"))
        })
    }

    pub(super) fn seconds(&self, member: &'static str) -> Result<Option<u32>, Refusal> {
        let read = |value: &Value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| wrong(member, "a whole number of seconds"))
        };
        self.value(member).map(read).transpose()
    }

    /// A list of texts; none when the member is absent.
    pub(super) fn list(&self, member: &'static str) -> Result<Option<Vec<&'a str>>, Refusal> {
        let Some(value) = self.value(member) else {
            return Ok(None);
        };
        let entries = value.as_array().map(|entries| {
            let texts = entries.iter().map(Value::as_str);
            texts.collect::<Option<Vec<&str>>>()
        });
        let entries = entries
            .flatten()
            .ok_or_else(|| wrong(member, "a list of texts"))?;
        if entries.len() > URI_COUNT_LIMIT {
            return Err(Refusal::TooMany {
                member,
                limit: URI_COUNT_LIMIT,
            });
        }
        Ok(Some(entries))
    }

    /// A list of short texts.
    pub(super) fn names(&self, member: &'static str) -> Result<Option<Vec<String>>, Refusal> {
        let checked = |entries: Vec<&str>| {
            let names = entries.into_iter().map(|text| checked_name(member, text));
            names.collect::<Result<Vec<String>, Refusal>>()
        };
        self.list(member)?.map(checked).transpose()
    }

    /// A value out of those that we offer.
    pub(super) fn choice<T: DeserializeOwned>(
        &self,
        member: &'static str,
    ) -> Result<Option<T>, Refusal> {
        let read =
            |value: &Value| T::deserialize(value).map_err(|_other| Refusal::NotOffered { member });
        self.value(member).map(read).transpose()
    }

    pub(super) fn scope(&self, member: &'static str) -> Result<Option<ScopeSet>, Refusal> {
        let read = |text: &str| ScopeSet::parse(text).map_err(|_invalid| Refusal::ScopeMalformed);
        self.text(member)?.map(read).transpose()
    }

    /// `client_name#de` and the like, kept as they are; addresses among them are checked by whoever
    /// keeps them.
    pub(super) fn localized(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let mut kept = BTreeMap::new();
        for key in self.0.keys() {
            let Some((base, language)) = key.split_once('#') else {
                continue;
            };
            let base = TRANSLATABLE.into_iter().find(|member| *member == base);
            let (Some(member), Some(value)) = (base, self.value(key)) else {
                continue;
            };
            if !is_language_tag(language) {
                continue;
            }
            let text = value.as_str().ok_or_else(|| wrong(member, "a text"))?;
            let text = if member.ends_with("_uri") {
                super::addresses::checked_link(member, text)?
            } else {
                checked_name(member, text)?
            };
            kept.insert(key.clone(), text);
        }
        if kept.len() > LOCALIZED_LIMIT {
            return Err(Refusal::TooManyTranslations);
        }
        Ok(kept)
    }
}

fn wrong(member: &'static str, expected: &'static str) -> Refusal {
    Refusal::Type { member, expected }
}

fn checked_name(member: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if !is_plain(text) {
        return Err(Refusal::NotPlain { member });
    }
    if text.chars().count() > NAME_LIMIT {
        return Err(Refusal::TooLong {
            member,
            limit: NAME_LIMIT,
        });
    }
    Ok(text.to_owned())
}

fn is_language_tag(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !text.is_empty() && text.len() <= LANGUAGE_TAG_LIMIT && text.bytes().all(allowed)
}
