//! What differs from client to client, because profiles and applications contradict each other.

use serde::{Deserialize, Serialize};

use crate::protocol::algorithm::SigningAlgorithm;

/// How the subject of a person is told to a client (OIDC Core §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// The same for every client.
    #[default]
    Public,
    /// Another one for each sector, so that clients cannot compare.
    Pairwise,
}

/// How assertions of a client are protected (OIDC Registration §2
/// `token_endpoint_auth_signing_alg`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AssertionAlgorithm {
    /// With its secret.
    Secret(SecretAlgorithm),
    /// With its key.
    Key(SigningAlgorithm),
}

/// The MAC algorithm of `client_secret_jwt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretAlgorithm {
    /// HMAC with SHA-256 (RFC 7518 §3.2).
    #[serde(rename = "HS256")]
    Hs256,
}

/// What the record keeps of a client's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// It has none.
    None,
    /// A digest is enough to compare with.
    Digest,
    /// The secret itself, sealed: a MAC is computed with it.
    Sealed,
}

/// What an app cannot take, named after the symptom; each is off unless an admin turns it on.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each named after its symptom"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Compatibility {
    /// The app fails when `iss` is in the callback: RFC 9207 is left out.
    pub chokes_on_iss: bool,
    /// The app reads profile claims from the ID token and never calls userinfo.
    pub wants_claims_in_id_token: bool,
    /// The app is public and sends no `code_challenge`.
    pub cannot_do_pkce: bool,
    /// The app does not form-encode its credentials for HTTP Basic (RFC 6749 §2.3.1).
    pub sends_unencoded_secret: bool,
    /// The app's APIs take access tokens with `typ: JWT` only (RFC 9068 §2.1 wants `at+jwt`).
    pub wants_plain_jwt_type: bool,
    /// The app adds a slash to its registered redirect URI.
    pub adds_trailing_slash: bool,
    /// The app's assertions name the token endpoint as their audience (RFC 7523 §3, before
    /// RFC 10070).
    pub sends_token_endpoint_audience: bool,
}
