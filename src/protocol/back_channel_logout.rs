//! Back-channel logout (OIDC Back-Channel Logout 1.0): the token that a client is sent, and what
//! its answer means.

use serde::{Deserialize, Serialize};

use crate::protocol::back_off::pause_after;
use crate::protocol::ids::{ClientId, SessionId, TokenId};
use crate::protocol::time::{Lifetime, Timestamp};

/// How long a logout token may be used (§4: preferably at most two minutes).
pub const LOGOUT_TOKEN_LIFETIME: Lifetime = Lifetime::seconds(120);

/// The claims of a logout token (§2.4). There is no `nonce`, so that it is no ID token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutTokenClaims {
    /// The realm's issuer.
    pub iss: String,
    /// The person, by the name that the client knows.
    pub sub: String,
    /// The client.
    pub aud: ClientId,
    /// When it was issued, in seconds since the Unix epoch.
    pub iat: i64,
    /// When it lapses, in seconds since the Unix epoch.
    pub exp: i64,
    /// Its name, new for each attempt.
    pub jti: TokenId,
    /// What happened.
    pub events: Events,
    /// The session that has ended.
    pub sid: SessionId,
}

/// The one event that a logout token tells of, by its URI (§2.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// An empty object.
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    pub logout: Empty,
}

/// `{}`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// What came of one attempt to tell a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The client has logged the person out.
    Delivered,
    /// It is told again at this moment.
    Again(Timestamp),
    /// Nobody tries any more.
    GivenUp,
}

/// How long to wait after each attempt; the last goes on.
const PAUSES: [Lifetime; 5] = [
    Lifetime::seconds(5),
    Lifetime::seconds(30),
    Lifetime::seconds(2 * 60),
    Lifetime::seconds(10 * 60),
    Lifetime::seconds(60 * 60),
];
/// After so long nobody waits for the news.
const PATIENCE: Lifetime = Lifetime::seconds(6 * 60 * 60);
/// A client that says no is asked so often: it may have been in the middle of something.
const REFUSALS: u32 = 3;

/// Judges the answer to attempt number `attempts` (§2.8: 200 is success, and so is 204; 400 says
/// that the request was not in order). No status means that there was no answer.
pub fn judge(status: Option<u16>, attempts: u32, since: Timestamp, now: Timestamp) -> Verdict {
    let tries_left = match status {
        Some(200 | 204) => return Verdict::Delivered,
        Some(400) => attempts < REFUSALS,
        Some(_) | None => true,
    };
    let next = now.plus(pause_after(attempts, &PAUSES));
    if tries_left && next <= since.plus(PATIENCE) {
        Verdict::Again(next)
    } else {
        Verdict::GivenUp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_seconds(1_000);

    /// Back-Channel Logout §2.8
    #[test]
    fn takes_200_and_204_for_success_and_nothing_else() {
        for status in [200, 204] {
            assert_eq!(judge(Some(status), 1, START, START), Verdict::Delivered);
        }
        for status in [None, Some(201), Some(302), Some(400), Some(404), Some(500)] {
            let soon = START.plus(Lifetime::seconds(5));
            assert_eq!(
                judge(status, 1, START, START),
                Verdict::Again(soon),
                "{status:?}"
            );
        }
    }

    #[test]
    fn a_dead_app_is_tried_less_and_less_often_and_for_six_hours() {
        let (mut now, mut pauses) = (START, Vec::new());
        for attempt in 1.. {
            match judge(None, attempt, START, now) {
                Verdict::Again(next) => {
                    pauses.push(next.since(now).whole_seconds());
                    now = next;
                }
                Verdict::GivenUp => break,
                Verdict::Delivered => panic!("nobody answered"),
            }
        }
        assert_eq!(pauses, [5, 30, 120, 600, 3600, 3600, 3600, 3600, 3600]);
        assert!(now.since(START) <= Lifetime::seconds(6 * 3600));
    }

    #[test]
    fn a_client_that_says_no_is_asked_three_times() {
        assert!(matches!(
            judge(Some(400), 2, START, START),
            Verdict::Again(_)
        ));
        assert_eq!(judge(Some(400), 3, START, START), Verdict::GivenUp);
    }

    /// Back-Channel Logout §2.4
    #[test]
    fn the_event_is_an_empty_object_and_there_is_no_nonce() {
        let claims = LogoutTokenClaims {
            iss: "https://id.test".to_owned(),
            sub: "ada".to_owned(),
            aud: ClientId::parse("notes").unwrap(),
            iat: 1,
            exp: 121,
            jti: TokenId::parse("t1").unwrap(),
            events: Events::default(),
            sid: SessionId::parse("s1").unwrap(),
        };
        let value = serde_json::to_value(&claims).unwrap();
        assert_eq!(
            value["events"],
            serde_json::json!({"http://schemas.openid.net/event/backchannel-logout": {}})
        );
        let mut members: Vec<&str> = value.as_object().unwrap().keys().map(|k| &**k).collect();
        members.sort_unstable();
        assert_eq!(
            members,
            ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]
        );
    }
}
