//! The rows as the rest of the program sees them.

use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::ids::{ClientId, FamilyId, RealmId, SessionId, TokenId, UserId};
use crate::protocol::realm::RealmSettings;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

pub use crate::protocol::signing_key::{KeyState, SigningKeyRecord};
pub use crate::protocol::token::family::{Family, NewFamily};

/// A tenant: its own issuer, keys, users and clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Realm {
    /// The slug, which is the key.
    pub id: RealmId,
    /// Shown to people.
    pub name: String,
    /// What is switched on in it.
    pub settings: RealmSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When an admin switched it off.
    pub disabled_at: Option<Timestamp>,
    /// The terms that people must accept before they have an account.
    pub terms_url: Option<String>,
}

/// What a session cookie opens: the session, its user, and the consent for the asking client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// The session, live or not.
    pub session: Session,
    /// Its user, enabled or not.
    pub user: User,
    /// The scopes consented to for the client that was asked about.
    pub consented: Option<ScopeSet>,
    /// Whether the user has set up a second factor.
    pub has_factor: bool,
    /// Whether one of the user's roles asks for a second factor.
    pub required_by_role: bool,
}

/// The bindings that must hold for a code to be spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRedemption {
    /// The realm of the request.
    pub realm: RealmId,
    /// The digest of the presented code.
    pub code: Digest,
    /// The authenticated client.
    pub client: ClientId,
    /// The presented `redirect_uri`, byte for byte.
    pub redirect_uri: String,
    /// S256 of the presented verifier; must equal the stored challenge, and both be absent or
    /// both present (RFC 7636 §4.6, RFC 9700 §4.8.2).
    pub code_challenge: Option<String>,
    /// The moment of the request.
    pub now: Timestamp,
}

/// The bindings that must hold for a refresh token to be rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRotation {
    /// The realm of the request.
    pub realm: RealmId,
    /// The family named in the token.
    pub family: FamilyId,
    /// The authenticated client.
    pub client: ClientId,
    /// The generation of the presented token; must be the live one.
    pub generation: i64,
    /// Whether the APIs that the family names were judged. Until then only a family that names none
    /// is rotated, so that a refusal of an API spends nothing.
    pub targets_judged: bool,
    /// The moment of the request.
    pub now: Timestamp,
}

/// What a revocation mark is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RevocationMark {
    /// One access token.
    Token(TokenId),
    /// All access tokens of a family.
    Family(FamilyId),
    /// All access tokens of a session.
    Session(SessionId),
    /// All access tokens of a user.
    User(UserId),
    /// All access tokens of a client.
    Client(ClientId),
    /// All access tokens that speak for a user to one client.
    Grant(UserId, ClientId),
}

impl RevocationMark {
    /// The mark's text in the record and in Redis; unique inside a realm.
    pub fn key(&self) -> String {
        match self {
            Self::Token(id) => format!("j:{id}"),
            Self::Family(id) => format!("f:{id}"),
            Self::Session(id) => format!("s:{id}"),
            Self::User(id) => format!("u:{id}"),
            Self::Client(id) => format!("c:{id}"),
            // A user's id has no colon; a client's may.
            Self::Grant(user, client) => format!("g:{user}:{client}"),
        }
    }

    /// Reads [`RevocationMark::key`] back.
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once(':')?;
        match kind {
            "j" => TokenId::parse(id).ok().map(Self::Token),
            "f" => FamilyId::parse(id).ok().map(Self::Family),
            "s" => SessionId::parse(id).ok().map(Self::Session),
            "u" => UserId::parse(id).ok().map(Self::User),
            "c" => ClientId::parse(id).ok().map(Self::Client),
            "g" => {
                let (user, client) = id.split_once(':')?;
                let user = UserId::parse(user).ok()?;
                ClientId::parse(client)
                    .ok()
                    .map(|client| Self::Grant(user, client))
            }
            _ => None,
        }
    }
}

/// A revocation: tokens of `mark` issued at or before `not_after` are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The realm of the mark.
    pub realm: RealmId,
    /// What is revoked.
    pub mark: RevocationMark,
    /// The last `iat` that is refused. A repeat of the same mark keeps the later one.
    pub not_after: Timestamp,
    /// When the longest-lived token that this can refuse has expired.
    pub expires_at: Timestamp,
}

/// A revocation with its place in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRevocation {
    /// Its sequence number.
    pub sequence: i64,
    /// The revocation.
    pub revocation: Revocation,
}

/// A node and the key revision up to which it has loaded keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveNode {
    /// The node's name.
    pub id: String,
    /// The key revision it has loaded.
    pub key_revision: i64,
    /// When it was last heard of.
    pub seen_at: Timestamp,
}
