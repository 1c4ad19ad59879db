//! Redeeming an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6, OIDC Core §3.1.3.2).

use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::oxide;
use crate::protocol::params::Params;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::resource::TargetRefusal;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;
use crate::secret::Digest;

/// A code may be tried with this many wrong verifiers before it is burnt.
pub const WRONG_VERIFIER_LIMIT: u32 = 5;

/// Why a code was not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    /// No `code`.
    CodeMissing,
    /// No `redirect_uri`; it was in the authorization request (RFC 6749 §4.1.3).
    RedirectUriMissing,
    /// RFC 7636 §4.1
    MalformedVerifier,
    /// We know no such code in this realm.
    Unknown,
    /// It was issued to another client.
    OtherClient,
    /// It has lapsed.
    Expired,
    /// It was redeemed before; the family is revoked (RFC 6749 §4.1.2).
    Replayed,
    /// Not the redirect URI of the authorization request.
    RedirectUriMismatch,
    /// A challenge was sent, the verifier was not.
    VerifierMissing,
    /// The verifier is not that of the challenge.
    WrongVerifier,
    /// RFC 9700 §4.8.2: a verifier without a challenge points to a downgrade.
    UnexpectedVerifier,
    /// Burnt by wrong verifiers, or its family revoked.
    Revoked,
    /// The user was switched off, or the session ended.
    OwnerGone,
    /// RFC 8707 §2.2
    Target(TargetRefusal),
    /// oxide-auth's machine refused what we thought was in order.
    Inconsistent,
}

impl From<CodeRefusal> for OAuthError {
    fn from(refusal: CodeRefusal) -> Self {
        use CodeRefusal as R;
        use ErrorCode as C;
        let (code, description) = match refusal {
            R::CodeMissing => (C::InvalidRequest, "code is missing."),
            R::RedirectUriMissing => (
                C::InvalidRequest,
                "redirect_uri is missing; send the one of the authorization request.",
            ),
            R::MalformedVerifier => (
                C::InvalidRequest,
                "code_verifier must be 43 to 128 unreserved characters.",
            ),
            R::Unknown => (
                C::InvalidGrant,
                "This code was not issued here, or is long gone.",
            ),
            R::OtherClient => (C::InvalidGrant, "This code was issued to another client."),
            R::Expired => (C::InvalidGrant, "This code has expired."),
            R::Replayed => (
                C::InvalidGrant,
                "This code was used before; the tokens that it gave are now revoked.",
            ),
            R::RedirectUriMismatch => (
                C::InvalidGrant,
                "redirect_uri differs from the one of the authorization request.",
            ),
            R::VerifierMissing => (
                C::InvalidGrant,
                "code_verifier is missing; the authorization request had a code_challenge.",
            ),
            R::WrongVerifier => (
                C::InvalidGrant,
                "code_verifier does not match code_challenge.",
            ),
            R::UnexpectedVerifier => (
                C::InvalidGrant,
                "code_verifier was sent, but the authorization request had no code_challenge.",
            ),
            R::Revoked => (C::InvalidGrant, "This code has been revoked."),
            R::OwnerGone => (
                C::InvalidGrant,
                "The person's account or session no longer allows this.",
            ),
            R::Target(refusal) => return refusal.into(),
            R::Inconsistent => (C::InvalidGrant, "This code cannot be redeemed."),
        };
        Self::new(code, description)
    }
}

/// The grant's own parameters.
#[derive(Debug, Clone)]
pub struct CodeRequest {
    /// The digest of the presented code.
    pub code: Digest,
    /// The presented redirect URI.
    pub redirect_uri: String,
    /// The challenge of the presented verifier.
    pub code_challenge: Option<CodeChallenge>,
}

impl CodeRequest {
    /// Reads the parameters of a request.
    pub fn parse(params: &Params) -> Result<Self, CodeRefusal> {
        let code = params.get("code").ok_or(CodeRefusal::CodeMissing)?;
        let redirect_uri = params
            .get("redirect_uri")
            .ok_or(CodeRefusal::RedirectUriMissing)?;
        let code_challenge = params
            .get("code_verifier")
            .map(|text| CodeChallenge::of_verifier(text).ok_or(CodeRefusal::MalformedVerifier))
            .transpose()?;
        Ok(Self {
            code: Digest::of(code),
            redirect_uri: redirect_uri.to_owned(),
            code_challenge,
        })
    }
}

/// Whether the conditional write of this very request has spent the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// By this request, just now.
    ByThisRequest,
    /// Not by this request; whatever the family says happened before.
    NotByThisRequest,
}

/// Decides over a code and its family; gives the granted scope.
///
/// The store's statement tests the same bindings, so that the decision and the write cannot drift
/// apart between two requests; this function says which one failed, and must agree before
/// anything is issued.
pub fn decide(
    request: &CodeRequest,
    client: &Client,
    family: Option<&Family>,
    spent: Spent,
    now: Timestamp,
) -> Result<ScopeSet, CodeRefusal> {
    let family = family.ok_or(CodeRefusal::Unknown)?;
    let grant = &family.grant;
    if grant.client != client.id || grant.realm != client.realm {
        return Err(CodeRefusal::OtherClient);
    }
    let proof = check_verifier(
        grant.code_challenge.as_deref(),
        request.code_challenge.as_ref(),
    );
    if family.redeemed_at.is_some() && spent == Spent::NotByThisRequest {
        // A public client has no authentication: there the verifier is the proof that the caller
        // is the one that the code was issued to. Without it a leaked code would be a way to log
        // people out (RFC 9700 §4.5).
        if client.metadata.is_public() {
            proof?;
        }
        return Err(CodeRefusal::Replayed);
    }
    if family.revoked_at.is_some() {
        return Err(CodeRefusal::Revoked);
    }
    if grant.code_expires_at <= now {
        return Err(CodeRefusal::Expired);
    }
    if grant.redirect_uri != request.redirect_uri {
        return Err(CodeRefusal::RedirectUriMismatch);
    }
    proof?;
    if !family.owner_stands {
        return Err(CodeRefusal::OwnerGone);
    }
    oxide::redeem(request, family)
}

/// RFC 7636 §4.6; a sent challenge is always enforced.
fn check_verifier(
    challenge: Option<&str>,
    presented: Option<&CodeChallenge>,
) -> Result<(), CodeRefusal> {
    match (challenge, presented) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(CodeRefusal::UnexpectedVerifier),
        (Some(_), None) => Err(CodeRefusal::VerifierMissing),
        (Some(challenge), Some(presented)) if presented.as_str() == challenge => Ok(()),
        (Some(_), Some(_)) => Err(CodeRefusal::WrongVerifier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::token::family::tests::{VERIFIER, family};

    type Change = fn(&mut Family, &mut CodeRequest);

    fn outcome(change: Change, client_type: ClientType, spent: Spent) -> Result<(), CodeRefusal> {
        let mut family = family();
        let mut request = CodeRequest {
            code: Digest::of("code"),
            redirect_uri: family.grant.redirect_uri.clone(),
            code_challenge: CodeChallenge::of_verifier(VERIFIER),
        };
        change(&mut family, &mut request);
        let now = family.grant.created_at;
        decide(&request, &client(client_type), Some(&family), spent, now).map(|_| ())
    }

    #[test]
    fn each_broken_binding_has_its_own_refusal() {
        use CodeRefusal as R;
        let other = CodeChallenge::of_verifier(&"b".repeat(43));
        assert!(other.is_some());
        let cases: [(Change, Result<(), R>); 9] = [
            (|_, _| {}, Ok(())),
            (
                |f, _| f.grant.client = crate::protocol::ids::ClientId::parse("x").unwrap(),
                Err(R::OtherClient),
            ),
            (
                |f, _| f.grant.code_expires_at = f.grant.created_at,
                Err(R::Expired),
            ),
            (|_, r| r.redirect_uri.push('/'), Err(R::RedirectUriMismatch)),
            (|_, r| r.code_challenge = None, Err(R::VerifierMissing)),
            (
                |_, r| r.code_challenge = CodeChallenge::of_verifier(&"b".repeat(43)),
                Err(R::WrongVerifier),
            ),
            (
                |f, _| f.grant.code_challenge = None,
                Err(R::UnexpectedVerifier),
            ),
            (
                |f, _| f.revoked_at = Some(f.grant.created_at),
                Err(R::Revoked),
            ),
            (|f, _| f.owner_stands = false, Err(R::OwnerGone)),
        ];
        for (index, (change, expected)) in cases.into_iter().enumerate() {
            let got = outcome(change, ClientType::Web, Spent::NotByThisRequest);
            assert_eq!(got, expected, "case {index}");
        }
    }

    /// RFC 6749 §4.1.2
    #[test]
    fn a_spent_code_is_a_replay_unless_this_request_spent_it() {
        let spend: Change = |f, _| f.redeemed_at = Some(f.grant.created_at);
        let web = ClientType::Web;
        assert_eq!(outcome(spend, web, Spent::ByThisRequest), Ok(()));
        assert_eq!(
            outcome(spend, web, Spent::NotByThisRequest),
            Err(CodeRefusal::Replayed)
        );
    }

    #[test]
    fn a_public_clients_replay_counts_only_with_its_verifier() {
        let without: Change = |f, r| {
            f.redeemed_at = Some(f.grant.created_at);
            r.code_challenge = None;
        };
        let spa = outcome(without, ClientType::Spa, Spent::NotByThisRequest);
        assert_eq!(spa, Err(CodeRefusal::VerifierMissing));
        let web = outcome(without, ClientType::Web, Spent::NotByThisRequest);
        assert_eq!(web, Err(CodeRefusal::Replayed));
    }
}
