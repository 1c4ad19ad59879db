//! Browser sessions and their two limits.

use crate::protocol::ids::{RealmId, SessionId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;

/// The two limits of a realm's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// How long a session may lie unused.
    pub idle: Lifetime,
    /// How long a session may last at all.
    pub absolute: Lifetime,
}

/// A session's last use is written down at most this often, to spare the record.
pub const TOUCH_INTERVAL: Lifetime = Lifetime::seconds(60);

/// How long after a sign-in a person may change what could take the account away; later, they
/// prove once more who they are.
pub const FRESH: Lifetime = Lifetime::seconds(5 * 60);

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The realm that the person signed in to.
    pub realm: RealmId,
    /// The public name (`sid`).
    pub id: SessionId,
    /// The digest of the cookie's value.
    pub cookie: Digest,
    /// Who signed in.
    pub user: UserId,
    /// When the person last proved who they are (OIDC Core §2 `auth_time`).
    pub auth_time: Timestamp,
    /// How they proved it (RFC 8176), space separated.
    pub amr: String,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was last used, to within [`TOUCH_INTERVAL`].
    pub last_seen_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Whether the session still stands; judged at every read, never by a cleaner.
    pub fn is_live(&self, limits: SessionLimits, now: Timestamp) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && now < self.last_seen_at.plus(limits.idle)
    }

    /// Whether the person has proven just now who they are.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.auth_time.plus(FRESH)
    }

    /// Whether its use should be written down now.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now >= self.last_seen_at.plus(TOUCH_INTERVAL)
    }
}
