//! Device authorization: what a device asks for, and how often it may ask whether a person has
//! answered (RFC 8628 §3.1, §3.5).

use crate::protocol::client::{Client, GrantType};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::params::Params;
use crate::protocol::resource::TargetRefusal;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;

/// How long a device code and its user code can be used (RFC 8628 §6.1: the shorter, the less
/// there is to guess).
pub const CODE_LIFETIME: Lifetime = Lifetime::seconds(300);
/// How long a device waits between two polls at first.
pub const POLL_INTERVAL: Lifetime = Lifetime::seconds(5);
/// RFC 8628 §3.5: by how much `slow_down` lengthens the interval.
pub const SLOW_DOWN_STEP: Lifetime = Lifetime::seconds(5);
/// How many devices of one client may wait at one time: what strangers can make us store is
/// bounded.
pub const WAITING_LIMIT: u32 = 5_000;
/// The redirect URI of a family that a device code opens. A registered one is never empty, so
/// neither grant can spend the other's codes.
pub const NO_REDIRECT_URI: &str = "";

/// A device that waits for a person, or was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// The realm of everything below.
    pub realm: RealmId,
    /// The digest of the device code.
    pub device_code: Digest,
    /// What the device shows.
    pub user_code: UserCode,
    /// Which client the device runs.
    pub client: ClientId,
    /// What it asks for.
    pub scope: ScopeSet,
    /// The resource indicators that it asks for (RFC 8707).
    pub resources: Vec<String>,
    /// Its polls.
    pub polls: Polls,
    /// When it asked.
    pub created_at: Timestamp,
    /// When both codes lapse.
    pub expires_at: Timestamp,
    /// When a person pressed Allow.
    pub approved_at: Option<Timestamp>,
    /// When a person pressed Deny.
    pub denied_at: Option<Timestamp>,
}

impl DeviceAuthorization {
    /// Whether a person may still answer.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.approved_at.is_none() && self.denied_at.is_none() && now < self.expires_at
    }
}

/// How a device polls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polls {
    /// How long it must wait between two.
    pub interval: Lifetime,
    /// When it did last, as far as that was written down.
    pub last_at: Option<Timestamp>,
}

/// What one more poll is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// In time, to be written down so.
    InTime(Polls),
    /// Before its time. The interval grows, but is written down only once in [`POLL_INTERVAL`], so
    /// that no device can keep the record busy.
    TooFast(Option<Polls>),
}

impl Polls {
    /// Those of a device that has not polled yet.
    pub const NONE: Self = Self {
        interval: POLL_INTERVAL,
        last_at: None,
    };

    /// Judges a poll at `now`. What is kept is never stricter than what the device was told: each
    /// `slow_down` has made its own interval longer, whether or not ours was.
    pub fn one_more(self, now: Timestamp) -> Pace {
        let Some(last) = self.last_at.filter(|last| now < last.plus(self.interval)) else {
            return Pace::InTime(Self {
                last_at: Some(now),
                ..self
            });
        };
        let lenient = self.interval == POLL_INTERVAL || last.plus(POLL_INTERVAL) <= now;
        Pace::TooFast(lenient.then(|| Self {
            interval: self.interval.plus(SLOW_DOWN_STEP),
            last_at: Some(now),
        }))
    }
}

/// Why a device was given no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceRefusal {
    /// RFC 8628 §3.1: parameters are sent once.
    Repeated,
    /// The client is not registered for this grant.
    GrantNotAllowed,
    /// RFC 6749 §3.3
    MalformedScope,
    /// Nothing of what was asked for is registered for the client.
    NoScopeAllowed,
    /// RFC 8707 §2
    Target(TargetRefusal),
}

impl From<DeviceRefusal> for OAuthError {
    fn from(refusal: DeviceRefusal) -> Self {
        use DeviceRefusal as R;
        use ErrorCode as C;
        match refusal {
            R::Repeated => Self::new(C::InvalidRequest, "A parameter was sent more than once."),
            R::GrantNotAllowed => Self::new(
                C::UnauthorizedClient,
                "This client is not registered for the device grant.",
            ),
            R::MalformedScope => Self::new(
                C::InvalidScope,
                "The scope holds a character outside RFC 6749.",
            ),
            R::Target(refusal) => refusal.into(),
            R::NoScopeAllowed => Self::new(
                C::InvalidScope,
                "No requested scope is registered for this client.",
            ),
        }
    }
}

/// Decides over a device authorization request of an authenticated client; gives the scope to ask
/// the person for. Without `scope` that is all that is registered (RFC 8628 §3.1: it is optional).
pub fn requested_scope(params: &Params, client: &Client) -> Result<ScopeSet, DeviceRefusal> {
    if params.has_repeats() {
        return Err(DeviceRefusal::Repeated);
    }
    if !client.metadata.allows(GrantType::DeviceCode) {
        return Err(DeviceRefusal::GrantNotAllowed);
    }
    let scope = match params.get("scope") {
        None => client.metadata.scope.clone(),
        Some(text) => ScopeSet::parse(text)
            .map_err(|_invalid| DeviceRefusal::MalformedScope)?
            .intersection(&client.metadata.scope),
    };
    if scope.is_empty() {
        return Err(DeviceRefusal::NoScopeAllowed);
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn polls(interval: u32, last: i64) -> Polls {
        Polls {
            interval: Lifetime::seconds(interval),
            last_at: Some(at(last)),
        }
    }

    /// RFC 8628 §3.5
    #[test]
    fn a_poll_before_its_time_lengthens_the_interval() {
        let cases = [
            (Polls::NONE, 100, Pace::InTime(polls(5, 100))),
            (polls(5, 100), 105, Pace::InTime(polls(5, 105))),
            (polls(5, 100), 104, Pace::TooFast(Some(polls(10, 104)))),
            (polls(10, 104), 114, Pace::InTime(polls(10, 114))),
            (polls(10, 104), 109, Pace::TooFast(Some(polls(15, 109)))),
        ];
        for (seen, now, expected) in cases {
            assert_eq!(seen.one_more(at(now)), expected, "{seen:?} at {now}");
        }
    }

    #[test]
    fn a_device_that_hammers_is_written_down_once_in_five_seconds() {
        let mut polls = Polls::NONE;
        let mut writes = 0;
        for millis in (0..60_000).step_by(10) {
            let now = Timestamp::from_unix_millis(millis);
            if let Pace::InTime(counted) | Pace::TooFast(Some(counted)) = polls.one_more(now) {
                polls = counted;
                writes += 1;
            }
        }
        assert!(writes <= 60 / 5 + 1, "{writes}");
    }

    /// RFC 8628 §3.5: a device that obeys each `slow_down` is not told again.
    #[test]
    fn a_device_that_obeys_is_in_time() {
        let (mut ours, mut theirs) = (Polls::NONE, POLL_INTERVAL);
        let mut now = at(100);
        for hasty in [false, true, true, true, false, true, false] {
            match ours.one_more(now) {
                Pace::InTime(counted) => ours = counted,
                Pace::TooFast(counted) => {
                    theirs = theirs.plus(SLOW_DOWN_STEP);
                    ours = counted.unwrap_or(ours);
                }
            }
            let wait = if hasty { Lifetime::seconds(1) } else { theirs };
            now = now.plus(wait);
        }
        assert!(matches!(ours.one_more(now), Pace::InTime(_)), "{ours:?}");
    }

    /// RFC 8628 §3.1
    #[test]
    fn asks_for_what_is_registered_and_no_more() {
        let device = client(ClientType::Device);
        let scope = |query: &str| {
            requested_scope(&Params::parse(query.as_bytes()), &device)
                .map(|scope| scope.to_string())
        };
        assert_eq!(
            scope("scope=openid+email+admin"),
            Ok("openid email".to_owned())
        );
        assert_eq!(scope(""), Ok(device.metadata.scope.to_string()));
        assert_eq!(scope("scope=admin"), Err(DeviceRefusal::NoScopeAllowed));
        assert_eq!(scope("scope=%22"), Err(DeviceRefusal::MalformedScope));
        assert_eq!(scope("x=1&x=2"), Err(DeviceRefusal::Repeated));
        let web = client(ClientType::Web);
        let refused = requested_scope(&Params::default(), &web);
        assert_eq!(refused, Err(DeviceRefusal::GrantNotAllowed));
    }
}
