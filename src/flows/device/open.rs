//! What a device asks for at first: its two codes.

use std::net::IpAddr;

use serde::Serialize;

use crate::account::slow_down::address_key;
use crate::flows::audience::target;
use crate::flows::{App, Fault, FlowError, limits};
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::device::{
    CODE_LIFETIME, DeviceAuthorization, DeviceRefusal, POLL_INTERVAL, Polls, WAITING_LIMIT,
    requested_scope,
};
use crate::protocol::discovery::path;
use crate::protocol::params::Params;
use crate::protocol::resource::requested;
use crate::protocol::time::Lifetime;
use crate::protocol::user_code::UserCode;
use crate::secret::{Digest, SecretString};
use crate::store::device::DeviceOpening;
use crate::store::ephemeral::Quota;

/// Requests from one address: some at once, for a desk full of devices, then one in ten seconds.
const PER_ADDRESS: Quota = Quota {
    burst: 20,
    interval: Lifetime::seconds(10),
};
/// How often a user code that is taken is drawn anew. One is taken once in millions of times.
const DRAWS: u32 = 5;

/// RFC 8628 §3.2
#[derive(Debug, Serialize)]
pub struct DeviceAnswer {
    /// What the device polls with.
    pub device_code: String,
    /// What it shows.
    pub user_code: String,
    /// Where it sends the person.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: String,
    /// How long both codes live, in seconds.
    pub expires_in: i64,
    /// How long to wait between two polls, in seconds.
    pub interval: i64,
}

/// Gives a device its codes.
pub async fn open(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    address: IpAddr,
) -> Result<DeviceAnswer, FlowError<DeviceRefusal>> {
    let client = client.client();
    let now = app.now();
    let scope = requested_scope(params, client).map_err(FlowError::Refused)?;
    let refused = |refusal| FlowError::Refused(DeviceRefusal::Target(refusal));
    let resources = requested(params).map_err(refused)?;
    // Judged now, so that nobody is asked about a token that could not be made (RFC 8707 §2).
    target(app, client, &resources, scope.clone(), now)
        .await?
        .map_err(refused)?;
    let key = format!("device:{}:{}", client.realm, address_key(address));
    if let Some(retry_after) = limits::count(app, &key, PER_ADDRESS, now).await? {
        return Err(FlowError::Busy { retry_after });
    }
    let device_code = SecretString::new(format!("vdc_{}", app.random_text::<32>()?));
    for _ in 0..DRAWS {
        let authorization = DeviceAuthorization {
            realm: client.realm.clone(),
            device_code: Digest::of(device_code.expose()),
            user_code: draw(app)?,
            client: client.id.clone(),
            scope: scope.clone(),
            resources: resources.iter().map(ToString::to_string).collect(),
            polls: Polls::NONE,
            created_at: now,
            expires_at: now.plus(CODE_LIFETIME),
            approved_at: None,
            denied_at: None,
        };
        let opening = app
            .store
            .open_device_authorization(&authorization, WAITING_LIMIT)
            .await?;
        match opening {
            DeviceOpening::Opened => return Ok(answer(app, &authorization, &device_code)),
            DeviceOpening::CodeTaken => {}
            DeviceOpening::TooMany => {
                let retry_after = CODE_LIFETIME;
                return Err(FlowError::Busy { retry_after });
            }
        }
    }
    Err(FlowError::Fault(Fault::Invariant("a user code is free")))
}

fn draw(app: &App) -> Result<UserCode, Fault> {
    let mut random = [0; 64];
    app.entropy.fill(&mut random)?;
    UserCode::draw(&random).ok_or(Fault::Invariant("random bytes make a user code"))
}

fn answer(
    app: &App,
    authorization: &DeviceAuthorization,
    device_code: &SecretString,
) -> DeviceAnswer {
    let user_code = authorization.user_code.to_string();
    let verification_uri = app.issuer(&authorization.realm).url(path::DEVICE);
    DeviceAnswer {
        device_code: device_code.expose().clone(),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        user_code,
        verification_uri,
        expires_in: CODE_LIFETIME.whole_seconds(),
        interval: POLL_INTERVAL.whole_seconds(),
    }
}
