//! Assertions that clients authenticate with (RFC 7523 §3, OIDC Core §9, RFC 10070).
//!
//! Whoever calls has checked the signature; what the signature covers is judged here.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::client::{
    AssertionAlgorithm, Client, ClientMetadata, TokenEndpointAuthMethod,
};
use crate::protocol::discovery::path;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::issuer::Issuer;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long past its `exp` an assertion is taken, for clocks that differ.
const LATE: Lifetime = Lifetime::seconds(10);
/// How far in the future `nbf` and `iat` may be, for clocks that differ.
const EARLY: Lifetime = Lifetime::seconds(30);
/// How far in the future `exp` may be: so long must an assertion be remembered.
const LONGEST: Lifetime = Lifetime::seconds(60 * 60);
/// The longest `jti`.
const ID_BYTES: usize = 256;

/// How the assertions of a client must be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Signed with its key, by any algorithm that we know or the one that it registered.
    Key(Option<SigningAlgorithm>),
    /// Authenticated with its secret.
    Secret,
}

impl Protection {
    /// What a client has registered (OIDC Registration §2 `token_endpoint_auth_signing_alg`);
    /// `None` when it authenticates in another way, or by what its method cannot be.
    pub fn registered(metadata: &ClientMetadata) -> Option<Self> {
        use AssertionAlgorithm as A;
        use TokenEndpointAuthMethod as M;
        let algorithm = metadata.token_endpoint_auth_signing_alg;
        match (metadata.token_endpoint_auth_method, algorithm) {
            (M::PrivateKeyJwt, None) => Some(Self::Key(None)),
            (M::PrivateKeyJwt, Some(A::Key(algorithm))) => Some(Self::Key(Some(algorithm))),
            (M::ClientSecretJwt, None | Some(A::Secret(_))) => Some(Self::Secret),
            (M::PrivateKeyJwt, Some(A::Secret(_)))
            | (M::ClientSecretJwt, Some(A::Key(_)))
            | (M::None | M::ClientSecretBasic | M::ClientSecretPost, _) => None,
        }
    }
}

/// Why an assertion with a good signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionRefusal {
    /// RFC 8725 §3.11: its `typ` is that of another kind of token.
    WrongType,
    /// RFC 9101 §10.8: it is an authorization request, which browsers get to see.
    AuthorizationRequest,
    /// RFC 7523 §3: `iss` must be the client.
    WrongIssuer,
    /// RFC 7523 §3: `sub` must be the client.
    WrongSubject,
    /// RFC 10070: `aud` must be our issuer and nothing else.
    WrongAudience,
    /// RFC 7523 §3: `exp` is required.
    ExpiryMissing,
    /// It has lapsed.
    Expired,
    /// It lapses too far in the future.
    ExpiryTooFar,
    /// `nbf` or `iat` is in the future, or no number.
    NotYetValid,
    /// Without `jti` a copy could not be told from it.
    IdMissing,
    /// `jti` is longer than anybody needs.
    IdTooLong,
}

impl From<AssertionRefusal> for OAuthError {
    fn from(refusal: AssertionRefusal) -> Self {
        use AssertionRefusal as R;
        let description = match refusal {
            R::WrongType => {
                "typ of the client assertion must be client-authentication+jwt, JWT or absent."
            }
            R::AuthorizationRequest => "A request object is no client assertion.",
            R::WrongIssuer => "iss of the client assertion must be the client_id.",
            R::WrongSubject => "sub of the client assertion must be the client_id.",
            R::WrongAudience => {
                "aud of the client assertion must be the issuer of this server, as one string."
            }
            R::ExpiryMissing => "The client assertion needs exp, a number of seconds.",
            R::Expired => "The client assertion has expired.",
            R::ExpiryTooFar => "exp of the client assertion may be an hour ahead at most.",
            R::NotYetValid => {
                "nbf or iat of the client assertion is in the future, or not a number."
            }
            R::IdMissing => "The client assertion needs jti, a text of its own each time.",
            R::IdTooLong => "jti of the client assertion may be 256 bytes long at most.",
        };
        Self::new(ErrorCode::InvalidClient, description)
    }
}

/// An assertion whose signature is good.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Its `typ` header.
    pub typ: Option<&'a str>,
    /// Its claims.
    pub claims: &'a Map<String, Value>,
}

/// Where an assertion was presented.
#[derive(Debug, Clone, Copy)]
pub struct PresentedAt<'a> {
    /// The realm's issuer.
    pub issuer: &'a Issuer,
    /// The path of the endpoint that was called.
    pub endpoint: &'a str,
}

/// The proof that a client has made an assertion for this server, for now. Once it was spent, it
/// makes an [`AuthenticatedClient`](super::authentication::AuthenticatedClient).
#[derive(Debug)]
pub struct VerifiedAssertion {
    client: Arc<Client>,
    id: Digest,
    expires_at: Timestamp,
}

/// Whether an assertion was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionUse {
    /// This is its first use.
    First,
    /// Somebody was faster.
    Again,
}

impl VerifiedAssertion {
    /// The client that made it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Stands for its `jti`.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// From when on it is refused in any case.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    pub(super) fn into_client(self) -> Arc<Client> {
        self.client
    }
}

/// Judges what a client has signed.
pub fn judge(
    client: Arc<Client>,
    signed: Signed<'_>,
    at: PresentedAt<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, AssertionRefusal> {
    use AssertionRefusal as R;
    let claims = signed.claims;
    check_type(signed.typ)?;
    if claims.contains_key("response_type") {
        return Err(R::AuthorizationRequest);
    }
    let is_client =
        |claim: &str| claims.get(claim).and_then(Value::as_str) == Some(client.id.as_str());
    if !is_client("iss") {
        return Err(R::WrongIssuer);
    }
    if !is_client("sub") {
        return Err(R::WrongSubject);
    }
    let lenient = client.metadata.compatibility.sends_token_endpoint_audience;
    if !is_for_us(claims.get("aud"), at, lenient) {
        return Err(R::WrongAudience);
    }
    let expires_at = check_times(claims, now)?;
    let id = claims.get("jti").and_then(Value::as_str);
    let id = id.filter(|id| !id.is_empty()).ok_or(R::IdMissing)?;
    if id.len() > ID_BYTES {
        return Err(R::IdTooLong);
    }
    Ok(VerifiedAssertion {
        id: Digest::of(id),
        client,
        expires_at,
    })
}

/// RFC 7515 §4.1.9: media types are compared without regard to case.
fn check_type(typ: Option<&str>) -> Result<(), AssertionRefusal> {
    let fits = |typ: &str| {
        ["client-authentication+jwt", "jwt"]
            .iter()
            .any(|one| typ.eq_ignore_ascii_case(one))
    };
    if typ.is_none_or(fits) {
        Ok(())
    } else {
        Err(AssertionRefusal::WrongType)
    }
}

/// RFC 10070: the issuer, as a single string. Before it, clients named the token endpoint or a
/// list, and for those that still do one of them is enough (RFC 7523 §3).
fn is_for_us(audience: Option<&Value>, at: PresentedAt<'_>, lenient: bool) -> bool {
    let Some(audience) = audience else {
        return false;
    };
    let issuer = at.issuer.as_str();
    if !lenient {
        return audience.as_str() == Some(issuer);
    }
    let (token, called) = (at.issuer.url(path::TOKEN), at.issuer.url(at.endpoint));
    let is_ours = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text == issuer || text == token || text == called)
    };
    is_ours(audience)
        || audience
            .as_array()
            .is_some_and(|list| list.iter().any(is_ours))
}

/// RFC 7523 §3: from when on the assertion is refused.
fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, AssertionRefusal> {
    use AssertionRefusal as R;
    let expires_at = claims.get("exp").and_then(numeric_date);
    let expires_at = expires_at.ok_or(R::ExpiryMissing)?;
    if expires_at > now.plus(LONGEST) {
        return Err(R::ExpiryTooFar);
    }
    let refused_from = expires_at.plus(LATE);
    if refused_from <= now {
        return Err(R::Expired);
    }
    for claim in ["nbf", "iat"] {
        let Some(value) = claims.get(claim) else {
            continue;
        };
        if numeric_date(value).is_none_or(|moment| moment > now.plus(EARLY)) {
            return Err(R::NotYetValid);
        }
    }
    Ok(refused_from)
}

/// RFC 7519 §2: seconds, of which some write fractions.
fn numeric_date(value: &Value) -> Option<Timestamp> {
    let Value::Number(number) = value else {
        return None;
    };
    let text = number.to_string();
    let whole = text.split('.').next()?;
    whole.parse().ok().map(Timestamp::from_unix_seconds)
}
