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
    /// The client is for some groups, and the user is in none of them.
    NotAdmitted,
    /// The session ended, and the grant was not to outlive it.
    SessionEnded,
    /// The grant was revoked.
    Revoked,
}

/// The facts about a grant's parties, read within the last second.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each party stands or does not"
)]
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    /// Whether the realm is switched on.
    pub realm_enabled: bool,
    /// The client.
    pub client: &'a Client,
    /// Whether the user is switched on; machines speak for no user.
    pub user_enabled: Option<bool>,
    /// Whether the user is in a group that the client is for, or the client is for everybody.
    pub admitted: bool,
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
    } else if !parties.admitted {
        Err(Standing::NotAdmitted)
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
            admitted: true,
            session_stands: true,
            revoked: false,
        };
        let with = |change: &dyn Fn(&mut Parties<'_>)| {
            let mut parties = standing;
            change(&mut parties);
            may_issue(parties)
        };
        assert_eq!(may_issue(standing), Ok(()));
        assert_eq!(with(&|p| p.user_enabled = None), Ok(()));
        let denied = [
            (with(&|p| p.realm_enabled = false), Standing::RealmDisabled),
            (
                with(&|p| p.user_enabled = Some(false)),
                Standing::UserDisabled,
            ),
            (with(&|p| p.admitted = false), Standing::NotAdmitted),
            (with(&|p| p.session_stands = false), Standing::SessionEnded),
            (with(&|p| p.revoked = true), Standing::Revoked),
        ];
        for (answer, standing) in denied {
            assert_eq!(answer, Err(standing));
        }
        let switched_off = Parties {
            client: &off,
            ..standing
        };
        assert_eq!(may_issue(switched_off), Err(Standing::ClientDisabled));
    }
}
