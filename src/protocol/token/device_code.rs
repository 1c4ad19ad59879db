//! Redeeming a device code (RFC 8628 §3.4, §3.5).

use crate::protocol::client::Client;
use crate::protocol::device::{DeviceAuthorization, NO_REDIRECT_URI};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::resource::TargetRefusal;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;
use crate::protocol::token::code::Spent;
use crate::protocol::token::family::Family;
use crate::secret::Digest;

/// Why a device code was not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCodeRefusal {
    /// No `device_code`.
    Missing,
    /// Nobody has answered yet.
    Pending,
    /// Nobody has answered yet, and the device asks too often.
    SlowDown,
    /// The person pressed Deny.
    Denied,
    /// It has lapsed.
    Expired,
    /// We know no such device code in this realm.
    Unknown,
    /// It was issued to another client.
    OtherClient,
    /// It was redeemed before; the family is revoked, as for a code (RFC 6749 §4.1.2).
    Replayed,
    /// Its family was revoked.
    Revoked,
    /// The user was switched off, or the session ended.
    OwnerGone,
    /// RFC 8707 §2
    Target(TargetRefusal),
}

impl From<DeviceCodeRefusal> for OAuthError {
    fn from(refusal: DeviceCodeRefusal) -> Self {
        use DeviceCodeRefusal as R;
        use ErrorCode as C;
        let (code, description) = match refusal {
            R::Target(refusal) => return refusal.into(),
            R::Missing => (C::InvalidRequest, "device_code is missing."),
            R::Pending => (
                C::AuthorizationPending,
                "Nobody has answered yet; ask again after the interval.",
            ),
            R::SlowDown => (
                C::SlowDown,
                "Asked too soon; wait 5 seconds longer from now on.",
            ),
            R::Denied => (C::AccessDenied, "The person did not allow the access."),
            R::Expired => (
                C::ExpiredToken,
                "This device code has expired; begin with a new one.",
            ),
            R::Unknown => (
                C::InvalidGrant,
                "This device code was not issued here, or is long gone.",
            ),
            R::OtherClient => (
                C::InvalidGrant,
                "This device code was issued to another client.",
            ),
            R::Replayed => (
                C::InvalidGrant,
                "This device code was used before; the tokens that it gave are now revoked.",
            ),
            R::Revoked => (C::InvalidGrant, "This device code has been revoked."),
            R::OwnerGone => (
                C::InvalidGrant,
                "The person's account or session no longer allows this.",
            ),
        };
        Self::new(code, description)
    }
}

/// The digest of the presented device code.
pub fn presented(params: &Params) -> Result<Digest, DeviceCodeRefusal> {
    params
        .get("device_code")
        .map(Digest::of)
        .ok_or(DeviceCodeRefusal::Missing)
}

/// Whether a person has allowed what this device asks for; only then there is anything to spend.
pub fn answered(
    authorization: &DeviceAuthorization,
    client: &Client,
    now: Timestamp,
) -> Result<(), DeviceCodeRefusal> {
    if authorization.client != client.id || authorization.realm != client.realm {
        Err(DeviceCodeRefusal::OtherClient)
    } else if authorization.approved_at.is_some() {
        Ok(())
    } else if authorization.denied_at.is_some() {
        Err(DeviceCodeRefusal::Denied)
    } else if authorization.expires_at <= now {
        Err(DeviceCodeRefusal::Expired)
    } else {
        Err(DeviceCodeRefusal::Pending)
    }
}

/// Decides over the family that the approval opened; gives the granted scope.
///
/// A device code has never been in a browser, an address or a log, so a second use counts as a
/// replay also for a public client, which has nothing else to prove itself with.
pub fn decide(
    client: &Client,
    family: Option<&Family>,
    spent: Spent,
    now: Timestamp,
) -> Result<ScopeSet, DeviceCodeRefusal> {
    use DeviceCodeRefusal as R;
    let family = family
        .filter(|family| family.grant.redirect_uri == NO_REDIRECT_URI)
        .ok_or(R::Unknown)?;
    let grant = &family.grant;
    if grant.client != client.id || grant.realm != client.realm {
        Err(R::OtherClient)
    } else if family.redeemed_at.is_some() && spent == Spent::NotByThisRequest {
        Err(R::Replayed)
    } else if family.revoked_at.is_some() {
        Err(R::Revoked)
    } else if grant.code_expires_at <= now {
        Err(R::Expired)
    } else if !family.owner_stands {
        Err(R::OwnerGone)
    } else {
        Ok(grant.scope.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::device::Polls;
    use crate::protocol::ids::ClientId;
    use crate::protocol::time::Lifetime;
    use crate::protocol::token::family::tests::family;
    use crate::protocol::user_code::UserCode;

    fn waiting() -> DeviceAuthorization {
        let family = family();
        DeviceAuthorization {
            realm: family.grant.realm,
            device_code: Digest::of("code"),
            user_code: UserCode::parse("WDJB-MJHT").unwrap(),
            client: family.grant.client,
            scope: family.grant.scope,
            resources: Vec::new(),
            polls: Polls::NONE,
            created_at: family.grant.created_at,
            expires_at: family.grant.created_at.plus(Lifetime::seconds(300)),
            approved_at: None,
            denied_at: None,
        }
    }

    /// RFC 8628 §3.5
    #[test]
    fn each_state_of_a_device_has_its_own_refusal() {
        use DeviceCodeRefusal as R;
        type Change = fn(&mut DeviceAuthorization);
        let cases: [(Change, Result<(), R>); 6] = [
            (|_| {}, Err(R::Pending)),
            (|a| a.approved_at = Some(a.created_at), Ok(())),
            (|a| a.denied_at = Some(a.created_at), Err(R::Denied)),
            (|a| a.expires_at = a.created_at, Err(R::Expired)),
            // Whether it can still be spent is for the statement that spends it.
            (
                |a| {
                    a.approved_at = Some(a.created_at);
                    a.expires_at = a.created_at;
                },
                Ok(()),
            ),
            (
                |a| {
                    a.approved_at = Some(a.created_at);
                    a.client = ClientId::parse("x").unwrap();
                },
                Err(R::OtherClient),
            ),
        ];
        for (index, (change, expected)) in cases.into_iter().enumerate() {
            let mut authorization = waiting();
            change(&mut authorization);
            let now = authorization.created_at;
            let got = answered(&authorization, &client(ClientType::Device), now);
            assert_eq!(got, expected, "case {index}");
        }
    }

    /// RFC 8628 §3.4
    #[test]
    fn each_broken_binding_has_its_own_refusal() {
        use DeviceCodeRefusal as R;
        type Change = fn(&mut Family);
        let cases: [(Change, Result<(), R>); 7] = [
            (|_| {}, Ok(())),
            (
                |f| f.grant.redirect_uri = "https://rp.test/cb".to_owned(),
                Err(R::Unknown),
            ),
            (
                |f| f.grant.client = ClientId::parse("x").unwrap(),
                Err(R::OtherClient),
            ),
            (
                |f| f.redeemed_at = Some(f.grant.created_at),
                Err(R::Replayed),
            ),
            (|f| f.revoked_at = Some(f.grant.created_at), Err(R::Revoked)),
            (
                |f| f.grant.code_expires_at = f.grant.created_at,
                Err(R::Expired),
            ),
            (|f| f.owner_stands = false, Err(R::OwnerGone)),
        ];
        let device = client(ClientType::Device);
        for (index, (change, expected)) in cases.into_iter().enumerate() {
            let mut family = family();
            family.grant.redirect_uri = NO_REDIRECT_URI.to_owned();
            change(&mut family);
            let now = family.grant.created_at;
            let got = decide(&device, Some(&family), Spent::NotByThisRequest, now);
            assert_eq!(got.map(|_scope| ()), expected, "case {index}");
        }
        let unknown = decide(&device, None, Spent::NotByThisRequest, waiting().created_at);
        assert_eq!(unknown, Err(R::Unknown));
    }
}
