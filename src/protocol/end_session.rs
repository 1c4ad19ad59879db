//! RP-initiated logout (OIDC RP-Initiated Logout §2, §3).

use crate::protocol::client::Client;
use crate::protocol::ids::SessionId;
use crate::protocol::redirect_uri::KnownRedirect;

/// What to do with a logout request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutStep {
    /// End the session at once: the client proved that it speaks of this very session.
    End,
    /// Ask the person: anybody could have sent the browser here.
    Confirm,
    /// There is no session to end.
    NothingToEnd,
}

/// Decides whether a logout request may end the browser's session without asking (§2): `hint` is
/// the session that a verified ID token names, `session` the browser's own.
///
/// A session is one person's for as long as it lives, so its name says who it is, whatever subject
/// the client knows the person by.
pub fn decide(hint: Option<&SessionId>, session: Option<&SessionId>) -> LogoutStep {
    match (hint, session) {
        (_, None) => LogoutStep::NothingToEnd,
        (Some(hint), Some(session)) if hint == session => LogoutStep::End,
        (_, Some(_)) => LogoutStep::Confirm,
    }
}

/// Where the browser goes afterwards: only to a URI that a *known* client has registered (§3).
pub fn return_address(client: Option<&Client>, requested: Option<&str>) -> Option<KnownRedirect> {
    KnownRedirect::prove_post_logout(requested?, client?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hint_of_this_very_session_ends_it_without_asking() {
        let [one, two] = ["s1", "s2"].map(|id| SessionId::parse(id).unwrap());
        assert_eq!(decide(Some(&one), Some(&one)), LogoutStep::End);
        assert_eq!(decide(Some(&one), Some(&two)), LogoutStep::Confirm);
        assert_eq!(decide(None, Some(&one)), LogoutStep::Confirm);
        assert_eq!(decide(Some(&one), None), LogoutStep::NothingToEnd);
    }
}
