//! A device's poll: whether somebody has answered, and the tokens if so.

use crate::account::event::Asker;
use crate::flows::audience::target_of_family;
use crate::flows::client_keys::Recipient;
use crate::flows::revocations::Cause;
use crate::flows::token::TokenAnswer;
use crate::flows::token::issue::{self, Issued};
use crate::flows::{App, Fault, FlowError, revocations};
use crate::protocol::client::Client;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::device::{DeviceAuthorization, NO_REDIRECT_URI, Pace};
use crate::protocol::params::Params;
use crate::protocol::time::Timestamp;
use crate::protocol::token::code::Spent;
use crate::protocol::token::device_code::{DeviceCodeRefusal, answered, decide, presented};
use crate::secret::Digest;
use crate::store::CodeRedemption;

/// Answers a poll. While nobody has answered it costs a read, and at most one write an interval;
/// neither a place at the signing pool nor a turn at the family.
pub(super) async fn poll(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    recipient: Option<Recipient>,
    caller: Asker<'_>,
) -> Result<TokenAnswer, FlowError<DeviceCodeRefusal>> {
    let client = client.client();
    let now = app.now();
    let code = presented(params).map_err(FlowError::Refused)?;
    let Some(device) = app.store.device_authorization(&client.realm, &code).await? else {
        return Err(refuse(app, client, &code, caller, now).await);
    };
    match answered(&device, client, now) {
        Ok(()) => redeem(app, (client, caller), &code, recipient, now).await,
        Err(DeviceCodeRefusal::Pending) => Err(FlowError::Refused(count(app, &device, now).await?)),
        Err(refusal) => Err(FlowError::Refused(refusal)),
    }
}

/// RFC 8628 §3.5. A poll that came second to one of the same moment was too fast, too.
async fn count(
    app: &App,
    device: &DeviceAuthorization,
    now: Timestamp,
) -> Result<DeviceCodeRefusal, Fault> {
    let (counted, in_time) = match device.polls.one_more(now) {
        Pace::InTime(counted) => (counted, true),
        Pace::TooFast(Some(counted)) => (counted, false),
        Pace::TooFast(None) => return Ok(DeviceCodeRefusal::SlowDown),
    };
    let was_first = app
        .store
        .count_device_poll(&device.realm, &device.device_code, device.polls, counted)
        .await?;
    Ok(if in_time && was_first {
        DeviceCodeRefusal::Pending
    } else {
        DeviceCodeRefusal::SlowDown
    })
}

/// Spends the device code and issues its tokens.
async fn redeem(
    app: &App,
    (client, caller): (&Client, Asker<'_>),
    code: &Digest,
    recipient: Option<Recipient>,
    now: Timestamp,
) -> Result<TokenAnswer, FlowError<DeviceCodeRefusal>> {
    let Some(ready) = issue::prepare(app, client, recipient, now).await? else {
        return Err(FlowError::busy());
    };
    let redemption = CodeRedemption {
        realm: client.realm.clone(),
        code: *code,
        client: client.id.clone(),
        redirect_uri: NO_REDIRECT_URI.to_owned(),
        code_challenge: None,
        now,
    };
    let Some(family) = app.store.redeem_code(&redemption).await? else {
        return Err(refuse(app, client, code, caller, now).await);
    };
    let scope =
        decide(client, Some(&family), Spent::ByThisRequest, now).map_err(FlowError::Refused)?;
    if !issue::stands(app, client, Some(&family), now).await? {
        return Err(FlowError::Refused(DeviceCodeRefusal::OwnerGone));
    }
    // The device named its resources at the beginning; a poll is for all of them.
    let target = target_of_family(app, client, &family, (&[], scope), now).await?;
    let issued = Issued {
        family: &family,
        target: &target
            .map_err(|refusal| FlowError::Refused(DeviceCodeRefusal::Target(refusal)))?,
        generation: family.generation,
    };
    Ok(issue::for_family(app, ready, client, issued, now).await?)
}

/// There is nothing to spend: reads why, and does what follows from it.
async fn refuse(
    app: &App,
    client: &Client,
    code: &Digest,
    caller: Asker<'_>,
    now: Timestamp,
) -> FlowError<DeviceCodeRefusal> {
    match explain(app, client, code, caller, now).await {
        Ok(refusal) => FlowError::Refused(refusal),
        Err(fault) => FlowError::Fault(fault),
    }
}

/// A replay ends the family, as that of a code does (RFC 6749 §4.1.2).
async fn explain(
    app: &App,
    client: &Client,
    code: &Digest,
    caller: Asker<'_>,
    now: Timestamp,
) -> Result<DeviceCodeRefusal, Fault> {
    let family = app.store.family_by_code(&client.realm, code).await?;
    let decision = decide(client, family.as_ref(), Spent::NotByThisRequest, now);
    // All bindings hold and yet the statement did not spend it: its user or session fell between
    // the two reads.
    let refusal = decision.err().unwrap_or(DeviceCodeRefusal::OwnerGone);
    if let (DeviceCodeRefusal::Replayed, Some(family)) = (refusal, &family) {
        let asker = caller();
        let cause = Cause::replay("device code replayed", &asker);
        revocations::revoke_family(app, family, cause, now).await?;
    }
    Ok(refusal)
}
