//! Front-channel logout (OIDC Front-Channel Logout 1.0): which frame tells a client.

use crate::protocol::client::ClientMetadata;
use crate::protocol::ids::SessionId;
use crate::protocol::issuer::Issuer;
use crate::protocol::redirect_uri::{origin_of, with_query};

/// What the page after a logout loads for one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutFrame {
    /// The client's address.
    pub address: String,
    /// Its origin, for the page's policy.
    pub origin: String,
}

/// The frame that tells a client that a session has ended (§2, §3); `None` when it wants none, or
/// when its address cannot stand in a policy.
pub fn frame(client: &ClientMetadata, issuer: &Issuer, session: &SessionId) -> Option<LogoutFrame> {
    let registered = client.frontchannel_logout_uri.as_deref()?;
    let origin = origin_of(registered).filter(|origin| is_plain(origin))?;
    // §2: only a client that says so is told which session.
    let address = if client.frontchannel_logout_session_required {
        let session = [("iss", issuer.as_str()), ("sid", session.as_str())];
        with_query(registered, &session)
    } else {
        registered.to_owned()
    };
    Some(LogoutFrame { address, origin })
}

/// Whether an origin has no character that means something in a policy. The URL standard lets a
/// host name have a `;`.
fn is_plain(origin: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/');
    // An IPv6 address has brackets, and nothing else has.
    origin.chars().all(|c| plain(c) || matches!(c, '[' | ']'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RealmId;

    fn told(uri: &str, session_required: bool) -> Option<LogoutFrame> {
        let client = ClientMetadata {
            frontchannel_logout_uri: Some(uri.to_owned()),
            frontchannel_logout_session_required: session_required,
            ..ClientMetadata::default()
        };
        let issuer = Issuer::of_realm("https://id.test", &RealmId::default_realm());
        frame(&client, &issuer, &SessionId::parse("s-1").unwrap())
    }

    /// Front-Channel Logout §2
    #[test]
    fn tells_the_session_to_a_client_that_requires_it_and_to_no_other() {
        let frame = told("https://rp.test:8443/out?a=b", true).unwrap();
        assert_eq!(
            frame.address,
            "https://rp.test:8443/out?a=b&iss=https%3A%2F%2Fid.test&sid=s-1"
        );
        assert_eq!(frame.origin, "https://rp.test:8443");
        let frame = told("https://rp.test/out", false).unwrap();
        assert_eq!(frame.address, "https://rp.test/out");
        let loopback = told("http://[::1]:3000/out", false).unwrap();
        assert_eq!(loopback.origin, "http://[::1]:3000");
    }

    #[test]
    fn an_address_that_would_change_the_policy_gets_no_frame() {
        for uri in [
            "https://rp.test;script-src/out",
            "https://rp.test,*/out",
            "https://rp'test/out",
            "javascript:alert(1)",
            "data:text/html,x",
            "app.test:/out",
            "/out",
        ] {
            assert_eq!(told(uri, true), None, "{uri}");
        }
        let issuer = Issuer::of_realm("https://id.test", &RealmId::default_realm());
        let session = SessionId::parse("s-1").unwrap();
        assert_eq!(frame(&ClientMetadata::default(), &issuer, &session), None);
    }
}
