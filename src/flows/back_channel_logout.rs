//! Telling a client, server to server, that a session has ended (OIDC Back-Channel Logout 1.0).

use crate::flows::{App, Fault};
use crate::keys::{SigningSlot, TokenType};
use crate::metrics::Delivery;
use crate::outgoing::FetchError;
use crate::protocol::back_channel_logout::{
    Events, LOGOUT_TOKEN_LIFETIME, LogoutTokenClaims, Verdict, judge,
};
use crate::protocol::client::Client;
use crate::protocol::client::subject::subject;
use crate::protocol::ids::TokenId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{Change, LogoutDelivery, LogoutOutcome};

/// An attempt that has not ended by then is believed lost with its node.
const CLAIM: Lifetime = Lifetime::seconds(60);

/// An attempt that is ours to make.
#[derive(Debug)]
pub struct Attempt {
    delivery: LogoutDelivery,
    slot: SigningSlot,
}

/// Begins the next attempt of a due delivery; `None` when another node has, or when too many
/// tokens wait for their signature: then it stays due.
pub async fn begin(app: &App, seen: &LogoutDelivery) -> Result<Option<Attempt>, Fault> {
    let Ok(slot) = app.signing.reserve() else {
        return Ok(None);
    };
    let now = app.now();
    let claimed = app.store.claim_logout(seen, now, now.plus(CLAIM)).await?;
    Ok(claimed.map(|delivery| Attempt { delivery, slot }))
}

/// Makes an attempt and writes down what came of it.
pub async fn carry_out(app: &App, attempt: Attempt) -> Result<(), Fault> {
    let Attempt { delivery, slot } = attempt;
    let client = app.store.client(&delivery.realm, &delivery.client).await?;
    let outcome = match addressed(client.as_ref()) {
        Ok(client) => {
            let token = logout_token(app, slot, client, &delivery).await?;
            // §2.5: a form with one parameter.
            let form = [("logout_token", token.as_str())];
            let answer = app.outgoing.post_form(&delivery.uri, &form).await;
            outcome(&delivery, answer, app.now())
        }
        Err(why) => given_up(why),
    };
    app.metrics
        .tried_logout(match (outcome.delivered_at, outcome.next_attempt_at) {
            (Some(_), _) => Delivery::Delivered,
            (None, Some(_)) => Delivery::Retried,
            (None, None) => Delivery::GivenUp,
        });
    let settled = app.store.settle_logout(&delivery, &outcome).await?;
    report(&delivery, &outcome, settled);
    Ok(())
}

/// A client that is still there and still wants to be told.
fn addressed(client: Option<&Client>) -> Result<&Client, &'static str> {
    let client = client.ok_or("client_deleted")?;
    if client.disabled_at.is_some() {
        return Err("client_disabled");
    }
    if client.metadata.backchannel_logout_uri.is_none() {
        return Err("no_address");
    }
    Ok(client)
}

fn given_up(why: &str) -> LogoutOutcome {
    LogoutOutcome {
        answer: why.to_owned(),
        delivered_at: None,
        next_attempt_at: None,
    }
}

/// §2.4, signed as the client's ID tokens are.
async fn logout_token(
    app: &App,
    slot: SigningSlot,
    client: &Client,
    delivery: &LogoutDelivery,
) -> Result<String, Fault> {
    let now = app.now();
    let claims = LogoutTokenClaims {
        iss: app.issuer(&delivery.realm).as_str().to_owned(),
        sub: subject(client, &delivery.user, &app.macs.pairwise_subject),
        aud: client.id.clone(),
        iat: now.unix_seconds(),
        exp: now.plus(LOGOUT_TOKEN_LIFETIME).unix_seconds(),
        jti: TokenId::parse(app.random_text::<16>()?)
            .map_err(|_invalid| Fault::Invariant("random text is a token id"))?,
        events: Events::default(),
        sid: delivery.session.clone(),
    };
    let algorithm = client.metadata.id_token_signed_response_alg;
    let ring = app.keys.ring_for(&delivery.realm, algorithm, now).await?;
    let signed = slot.run(move |()| ring.sign(algorithm, TokenType::LogoutToken, &claims));
    Ok(signed.await??)
}

fn outcome(
    delivery: &LogoutDelivery,
    answer: Result<u16, FetchError>,
    now: Timestamp,
) -> LogoutOutcome {
    let status = answer.as_ref().ok().copied();
    let verdict = judge(status, delivery.attempts, delivery.created_at, now);
    LogoutOutcome {
        answer: answer.map_or_else(|why| why.to_string(), |status| format!("status({status})")),
        delivered_at: (verdict == Verdict::Delivered).then_some(now),
        next_attempt_at: match verdict {
            Verdict::Again(next) => Some(next),
            Verdict::Delivered | Verdict::GivenUp => None,
        },
    }
}

fn report(delivery: &LogoutDelivery, outcome: &LogoutOutcome, settled: Change) {
    let LogoutDelivery {
        realm,
        client,
        session,
        attempts,
        ..
    } = delivery;
    let answer = &outcome.answer;
    if settled == Change::NotFound {
        tracing::warn!(%realm, %client, %session, attempts, answer, "a logout's attempt ended too late");
    } else if outcome.delivered_at.is_some() {
        tracing::info!(%realm, %client, %session, attempts, "logout delivered");
    } else if outcome.next_attempt_at.is_some() {
        tracing::info!(%realm, %client, %session, attempts, answer, "logout not delivered yet");
    } else {
        tracing::warn!(%realm, %client, %session, attempts, answer, "logout given up");
    }
}
