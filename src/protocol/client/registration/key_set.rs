//! The client's public keys: by value or by reference, and never its private ones.

use serde_json::Value;

use super::JWKS_LIMIT;
use super::refusal::RegistrationRefusal as Refusal;
use super::request::Request;
use crate::protocol::client::{ClientMetadata, TokenEndpointAuthMethod};

/// How many keys one set may have.
const KEY_COUNT_LIMIT: usize = 20;
/// RFC 7518 §6.2.2, §6.3.2, §6.4.1: what only the owner of a key may know.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Fills `jwks`; `jwks_uri` is filled already.
pub(super) fn fill(request: &Request<'_>, metadata: &mut ClientMetadata) -> Result<(), Refusal> {
    if let Some(set) = request.value("jwks") {
        // OIDC Registration §2, RFC 7591 §2
        if metadata.jwks_uri.is_some() {
            return Err(Refusal::Keys("must not stand beside jwks_uri"));
        }
        check(set)?;
        metadata.jwks = Some(set.clone());
    }
    let keyless = metadata.jwks.is_none() && metadata.jwks_uri.is_none();
    if keyless && metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::PrivateKeyJwt {
        return Err(Refusal::Inconsistent {
            member: "token_endpoint_auth_method",
            rule: "private_key_jwt needs jwks or jwks_uri",
        });
    }
    Ok(())
}

/// RFC 7517 §5: the form of a key set. Keys of a kind that we do not know are no error.
fn check(set: &Value) -> Result<(), Refusal> {
    if set.to_string().len() > JWKS_LIMIT {
        return Err(Refusal::KeysTooLarge);
    }
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or(Refusal::Keys("must be an object with a list named keys"))?;
    if keys.is_empty() {
        return Err(Refusal::Keys("has no key"));
    }
    if keys.len() > KEY_COUNT_LIMIT {
        return Err(Refusal::TooMany {
            member: "jwks",
            limit: KEY_COUNT_LIMIT,
        });
    }
    for key in keys {
        let members = key
            .as_object()
            .ok_or(Refusal::Keys("has a key that is no object"))?;
        if PRIVATE.iter().any(|member| members.contains_key(*member)) {
            return Err(Refusal::Keys("holds a private or symmetric key"));
        }
        match members.get("kty").and_then(Value::as_str) {
            Some("oct") => return Err(Refusal::Keys("holds a private or symmetric key")),
            Some(_) => {}
            None => return Err(Refusal::Keys("has a key without kty")),
        }
    }
    Ok(())
}
