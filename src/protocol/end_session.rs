//! RP-initiated logout (OIDC RP-Initiated Logout §2, §3).

use crate::protocol::client::Client;
use crate::protocol::redirect_uri::KnownRedirect;

/// What a verified `id_token_hint` says; an expired one still counts (§2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HintFacts {
    /// The subject of the hint.
    pub sub: String,
    /// The session of the hint.
    pub sid: String,
}

/// The session of the browser that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// Its subject.
    pub sub: String,
    /// Its public name.
    pub sid: String,
}

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

/// Decides whether a logout request may end the browser's session without asking (§2).
pub fn decide(hint: Option<&HintFacts>, session: Option<&BrowserSession>) -> LogoutStep {
    match (hint, session) {
        (_, None) => LogoutStep::NothingToEnd,
        (Some(hint), Some(session)) if hint.sub == session.sub && hint.sid == session.sid => {
            LogoutStep::End
        }
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

    fn session(sid: &str) -> BrowserSession {
        BrowserSession {
            sub: "ada".to_owned(),
            sid: sid.to_owned(),
        }
    }

    #[test]
    fn only_a_hint_of_this_very_session_ends_it_without_asking() {
        let hint = HintFacts {
            sub: "ada".to_owned(),
            sid: "s1".to_owned(),
        };
        assert_eq!(decide(Some(&hint), Some(&session("s1"))), LogoutStep::End);
        assert_eq!(
            decide(Some(&hint), Some(&session("s2"))),
            LogoutStep::Confirm
        );
        assert_eq!(decide(None, Some(&session("s1"))), LogoutStep::Confirm);
        assert_eq!(decide(Some(&hint), None), LogoutStep::NothingToEnd);
    }
}
