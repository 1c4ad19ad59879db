//! Requests that are kept here until they have had their answer (RFC 9126).

use crate::protocol::authorize::PassingRefusal;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A request that was pushed, or fetched once from its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// The realm of the request.
    pub realm: RealmId,
    /// The digest of the secret in its `request_uri`.
    pub id: Digest,
    /// Who asks.
    pub client: ClientId,
    /// What was asked for, whole.
    pub parameters: Params,
    /// When it was pushed.
    pub created_at: Timestamp,
    /// When it may last have arrived.
    pub expires_at: Timestamp,
    /// When it had its answer.
    pub used_at: Option<Timestamp>,
}

impl PushedRequest {
    /// Whether the request may be taken up for `client` by somebody who arrived with it then
    /// (RFC 9126 §4). Once it has arrived in time, its pages have the time of every interaction.
    pub fn check(&self, client: &ClientId, arrived_at: Timestamp) -> Result<(), PassingRefusal> {
        if self.client != *client {
            Err(PassingRefusal::ForeignRequest)
        } else if self.used_at.is_some() {
            Err(PassingRefusal::UsedRequest)
        } else if self.expires_at <= arrived_at {
            Err(PassingRefusal::ExpiredRequest)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    /// RFC 9126 §4
    #[test]
    fn is_for_its_client_in_its_time_and_once() {
        use PassingRefusal as R;
        let mut pushed = PushedRequest {
            realm: RealmId::default_realm(),
            id: Digest::of("x"),
            client: ClientId::parse("client").unwrap(),
            parameters: Params::default(),
            created_at: at(0),
            expires_at: at(90),
            used_at: None,
        };
        let client = pushed.client.clone();
        let another = ClientId::parse("another").unwrap();
        assert_eq!(pushed.check(&client, at(89)), Ok(()));
        assert_eq!(pushed.check(&client, at(90)), Err(R::ExpiredRequest));
        assert_eq!(pushed.check(&another, at(0)), Err(R::ForeignRequest));
        pushed.used_at = Some(at(5));
        assert_eq!(pushed.check(&client, at(6)), Err(R::UsedRequest));
        assert_eq!(pushed.check(&client, at(99)), Err(R::UsedRequest));
        // Others learn nothing of it.
        assert_eq!(pushed.check(&another, at(6)), Err(R::ForeignRequest));
    }
}
