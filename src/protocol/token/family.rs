//! Token families: a grant and every token that descends from it.

use crate::protocol::claims::ClaimsRequest;
use crate::protocol::ids::{ClientId, FamilyId, RealmId, SessionId, UserId};
use crate::protocol::scope::{OFFLINE_ACCESS, ScopeSet};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A family about to be opened by issuing a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFamily {
    /// The realm of everything below.
    pub realm: RealmId,
    /// The family's name.
    pub id: FamilyId,
    /// To whom the code was issued.
    pub client: ClientId,
    /// Who granted it.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// What was granted.
    pub scope: ScopeSet,
    /// The digest of the code.
    pub code: Digest,
    /// When the code lapses.
    pub code_expires_at: Timestamp,
    /// The redirect URI, byte for byte as requested.
    pub redirect_uri: String,
    /// The S256 challenge, when one was sent.
    pub code_challenge: Option<String>,
    /// The `nonce` to echo in the ID token.
    pub nonce: Option<String>,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// How they proved it.
    pub amr: String,
    /// The context class to be told in the ID token, when one was asked for.
    pub acr: Option<String>,
    /// The `claims` parameter (OIDC Core §5.5).
    pub claims: ClaimsRequest,
    /// The resource indicators that were granted (RFC 8707).
    pub resources: Vec<String>,
    /// Whether nobody is given the code: an implicit grant, spent from the start.
    pub without_code: bool,
    /// Whether a refresh token is to be issued.
    pub refreshable: bool,
    /// When the family ends whatever happens; rotation never moves it.
    pub expires_at: Timestamp,
    /// When the code was issued.
    pub created_at: Timestamp,
}

/// When a grant ends whatever happens: only `offline_access` lets it outlive the session
/// (OIDC Core §11).
pub fn ends_at(scope: &ScopeSet, session_ends: Timestamp, limit: Timestamp) -> Timestamp {
    if scope.contains(OFFLINE_ACCESS) {
        limit
    } else {
        limit.min(session_ends)
    }
}

/// A grant and the tokens that descend from it: one row, never one row per token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// As it was opened.
    pub grant: NewFamily,
    /// When the code was spent.
    pub redeemed_at: Option<Timestamp>,
    /// How often a wrong verifier was presented for the code.
    pub wrong_verifiers: u32,
    /// The generation of the live refresh token.
    pub generation: i64,
    /// When that generation began.
    pub rotated_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether the user may be issued tokens, as the row's user stands now (not disabled), and the
    /// session is not ended (or the grant has `offline_access`).
    pub owner_stands: bool,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::protocol::pkce::CodeChallenge;
    use crate::protocol::time::Lifetime;

    pub(crate) const VERIFIER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    pub(crate) fn family() -> Family {
        let now = Timestamp::from_unix_seconds(1_000);
        Family {
            grant: NewFamily {
                realm: RealmId::default_realm(),
                id: FamilyId::parse("family").unwrap(),
                client: ClientId::parse("client").unwrap(),
                user: UserId::parse("user").unwrap(),
                session: SessionId::parse("session").unwrap(),
                scope: ScopeSet::parse("openid email api").unwrap(),
                code: Digest::of("code"),
                code_expires_at: now.plus(Lifetime::seconds(60)),
                redirect_uri: "https://rp.test/cb".to_owned(),
                code_challenge: CodeChallenge::of_verifier(VERIFIER)
                    .map(|challenge| challenge.as_str().to_owned()),
                nonce: None,
                auth_time: now,
                amr: "pwd".to_owned(),
                acr: None,
                claims: ClaimsRequest::default(),
                resources: Vec::new(),
                without_code: false,
                refreshable: true,
                expires_at: now.plus(Lifetime::seconds(3_600)),
                created_at: now,
            },
            redeemed_at: None,
            wrong_verifiers: 0,
            generation: 0,
            rotated_at: None,
            revoked_at: None,
            owner_stands: true,
        }
    }
}
