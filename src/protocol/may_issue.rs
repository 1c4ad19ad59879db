//! The one question before every issuance: do all parties to a grant still stand?

use crate::protocol::client::Client;

/// Who no longer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// An admin switched the realm off.
    RealmDisabled,
    /// An admin switched the client off.
    ClientDisabled,
    /// The user is gone or was switched off.
    UserDisabled,
    /// The session ended, and the grant was not to outlive it.
    SessionEnded,
    /// The grant was revoked.
    Revoked,
}

/// The facts about a grant's parties, read within the last second.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    /// Whether the realm is switched on.
    pub realm_enabled: bool,
    /// The client.
    pub client: &'a Client,
    /// Whether the user is switched on; machines speak for no user.
    pub user_enabled: Option<bool>,
    /// Whether the session is live, or the grant may outlive it.
    pub session_stands: bool,
    /// Whether the grant or token was revoked.
    pub revoked: bool,
}

/// Whether anything may be issued, or a token honoured, for these parties.
pub fn may_issue(parties: Parties<'_>) -> Result<(), Standing> {
    if !parties.realm_enabled {
        Err(Standing::RealmDisabled)
    } else if parties.client.disabled_at.is_some() {
        Err(Standing::ClientDisabled)
    } else if parties.user_enabled == Some(false) {
        Err(Standing::UserDisabled)
    } else if !parties.session_stands {
        Err(Standing::SessionEnded)
    } else if parties.revoked {
        Err(Standing::Revoked)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    #[test]
    fn every_denying_state_denies() {
        let on = client(ClientType::Web);
        let mut off = on.clone();
        off.disabled_at = Some(off.created_at);
        let standing = Parties {
            realm_enabled: true,
            client: &on,
            user_enabled: Some(true),
            session_stands: true,
            revoked: false,
        };
        let cases = [
            (standing, Ok(())),
            (
                Parties {
                    user_enabled: None,
                    ..standing
                },
                Ok(()),
            ),
            (
                Parties {
                    realm_enabled: false,
                    ..standing
                },
                Err(Standing::RealmDisabled),
            ),
            (
                Parties {
                    client: &off,
                    ..standing
                },
                Err(Standing::ClientDisabled),
            ),
            (
                Parties {
                    user_enabled: Some(false),
                    ..standing
                },
                Err(Standing::UserDisabled),
            ),
            (
                Parties {
                    session_stands: false,
                    ..standing
                },
                Err(Standing::SessionEnded),
            ),
            (
                Parties {
                    revoked: true,
                    ..standing
                },
                Err(Standing::Revoked),
            ),
        ];
        for (parties, expected) in cases {
            assert_eq!(may_issue(parties), expected);
        }
    }
}
