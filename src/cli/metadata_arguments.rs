//! Flags for the members of client metadata, and how they become a registration request.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::Failure;
use crate::protocol::client::registration::{is_known, is_list};

/// No file of metadata is longer than this in bytes.
const FILE_LIMIT: u64 = 64 * 1024;

/// Members of client metadata.
#[derive(Debug, Args)]
pub struct MetadataArgs {
    /// Set any member of RFC 7591 or OpenID Connect Registration, as JSON or text; repeat for
    /// several members, and for the entries of a list; nothing after = takes it away
    #[arg(long = "set", value_name = "MEMBER=VALUE")]
    pub set: Vec<String>,
    /// Read members from a JSON file; flags come on top
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// How it proves itself: `none`, `client_secret_basic`, `client_secret_post`,
    /// `client_secret_jwt` or `private_key_jwt`
    #[arg(long, value_name = "METHOD")]
    pub auth_method: Option<String>,
    /// What the app cannot take; replaces what was set before
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SYMPTOM")]
    pub compat: Vec<CompatArg>,
}

/// What an app cannot take, by the symptom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompatArg {
    /// It fails when `iss` is in the callback
    ChokesOnIss,
    /// It reads profile claims from the ID token and never calls userinfo
    WantsClaimsInIdToken,
    /// It is public and sends no code challenge
    CannotDoPkce,
    /// It does not form-encode its credentials for HTTP Basic
    SendsUnencodedSecret,
    /// Its APIs take access tokens of the type JWT only
    WantsPlainJwtType,
    /// It adds a slash to its redirect URI
    AddsTrailingSlash,
    /// Its assertions name the token endpoint as their audience
    SendsTokenEndpointAudience,
}

impl CompatArg {
    const fn member(self) -> &'static str {
        match self {
            Self::ChokesOnIss => "chokes_on_iss",
            Self::WantsClaimsInIdToken => "wants_claims_in_id_token",
            Self::CannotDoPkce => "cannot_do_pkce",
            Self::SendsUnencodedSecret => "sends_unencoded_secret",
            Self::WantsPlainJwtType => "wants_plain_jwt_type",
            Self::AddsTrailingSlash => "adds_trailing_slash",
            Self::SendsTokenEndpointAudience => "sends_token_endpoint_audience",
        }
    }
}

impl MetadataArgs {
    /// Puts the members of the file, then those of the flags, over a request.
    pub fn apply(&self, request: &mut Map<String, Value>) -> Result<(), Failure> {
        if let Some(path) = &self.from {
            request.extend(known(read(path)?)?);
        }
        if let Some(method) = &self.auth_method {
            request.insert("token_endpoint_auth_method".to_owned(), json!(method));
        }
        if !self.compat.is_empty() {
            let switches: Map<String, Value> = self
                .compat
                .iter()
                .map(|one| (one.member().to_owned(), json!(true)))
                .collect();
            request.insert("compatibility".to_owned(), Value::Object(switches));
        }
        request.extend(known(parse_set(&self.set)?)?);
        Ok(())
    }
}

fn read(path: &PathBuf) -> Result<Map<String, Value>, Failure> {
    use std::io::Read as _;
    let unreadable = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    file.take(FILE_LIMIT)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{} is no JSON object: {error}", path.display())))
}

/// Each value as JSON where it reads as JSON, else as text.
fn parse_set(set: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut members = Map::new();
    for assignment in set {
        let (member, text) = assignment.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--set takes MEMBER=VALUE, not {assignment:?}"))
        })?;
        let value = match text {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_text| json!(text)),
        };
        let is_entry = is_list(member) && !value.is_array() && !value.is_null();
        match members.get_mut(member).and_then(Value::as_array_mut) {
            Some(entries) if is_entry => entries.push(value),
            _ if is_entry => {
                members.insert(member.to_owned(), json!([value]));
            }
            _ => {
                members.insert(member.to_owned(), value);
            }
        }
    }
    Ok(members)
}

/// A client may say more than we know; an admin who does has mistyped.
fn known(members: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    match members.keys().find(|member| !is_known(member)) {
        Some(member) => Err(Failure::usage(format!(
            "{member:?} is no member of client metadata"
        ))),
        None => Ok(members),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(assignments: &[&str]) -> Result<Map<String, Value>, Failure> {
        let assignments: Vec<String> = assignments.iter().map(|&one| one.to_owned()).collect();
        known(parse_set(&assignments)?)
    }

    #[test]
    fn reads_json_where_it_is_json_and_collects_lists() {
        let members = set(&[
            "logo_uri=https://app.example/logo.png",
            "default_max_age=60",
            "require_signed_request_object=true",
            "contacts=ada@example.com",
            "contacts=grace@example.com",
            "response_types=[\"code\"]",
            "tos_uri=",
        ])
        .unwrap();
        assert_eq!(members["logo_uri"], "https://app.example/logo.png");
        assert_eq!(members["default_max_age"], 60);
        assert_eq!(members["require_signed_request_object"], true);
        assert_eq!(
            members["contacts"],
            json!(["ada@example.com", "grace@example.com"])
        );
        assert_eq!(members["response_types"], json!(["code"]));
        assert_eq!(members["tos_uri"], Value::Null);
    }

    #[test]
    fn refuses_what_is_mistyped() {
        assert!(set(&["logo_uri"]).is_err());
        assert!(set(&["redirect_uri=https://app.example/cb"]).is_err());
        assert!(set(&["client_name#de=Notizen"]).is_ok());
    }
}
