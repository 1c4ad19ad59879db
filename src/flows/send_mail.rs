//! Sending what lies in the outbox, one attempt at a time.
//!
//! An attempt is claimed before it is made and settled after it, so that of many nodes one makes
//! it, and one that dies with its node is made again when its claim lapses. Between the mail
//! server's yes and our writing it down lies a moment that nobody can close: a node that dies in it
//! leaves a mail that is sent once more. It is the same message then, with the same `Message-ID`,
//! which mail readers and servers know for a repetition.

use std::time::Duration;

use crate::account::mail::next_attempt;
use crate::flows::{App, Fault, mail};
use crate::mail::{Courier, Form, NotTaken};
use crate::metrics::Delivery;
use crate::protocol::time::Lifetime;
use crate::store::{Change, MailFate, StoreError, StoreResult, StoredMail};

/// Between the end of an attempt and the lapse of its claim: time to write down what came of it.
const MARGIN: Lifetime = Lifetime::seconds(60);
/// How long to wait before an outcome that could not be written down is written again; together
/// they fit into the margin. A mail that is sent and not settled is sent twice.
const SETTLE_PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(25),
];

/// Begins the next attempt of a due mail; `None` when another node has.
pub async fn begin(
    app: &App,
    courier: &Courier,
    seen: &StoredMail,
) -> Result<Option<StoredMail>, Fault> {
    let now = app.now();
    let until = now.plus(courier.limit()).plus(MARGIN);
    Ok(app.store.claim_mail(seen, now, until).await?)
}

/// Makes a claimed attempt and writes down what came of it.
pub async fn carry_out(app: &App, courier: &Courier, claimed: StoredMail) -> Result<(), Fault> {
    let delivered = deliver(app, courier, &claimed).await?;
    let now = app.now();
    let (fate, answer) = match delivered {
        Ok(answer) => (MailFate::Sent(now), answer),
        Err(NotTaken::Ever(answer)) => (MailFate::GivenUp, answer),
        Err(NotTaken::Yet(answer)) => {
            let next = next_attempt(claimed.attempts, now, claimed.expires_at);
            (next.map_or(MailFate::GivenUp, MailFate::Again), answer)
        }
    };
    app.metrics.tried_mail(match fate {
        MailFate::Sent(_) => Delivery::Delivered,
        MailFate::Again(_) => Delivery::Retried,
        MailFate::GivenUp => Delivery::GivenUp,
    });
    let settled = settle(app, &claimed, fate, &answer).await?;
    report(&claimed, fate, &answer, settled);
    Ok(())
}

async fn deliver(
    app: &App,
    courier: &Courier,
    claimed: &StoredMail,
) -> Result<Result<String, NotTaken>, Fault> {
    let StoredMail { realm, id, .. } = claimed;
    let sealed = claimed.sealed.as_deref().unwrap_or_default();
    let Ok(mail) = mail::read(&app.master, realm, id, sealed) else {
        let answer = "cannot be opened: it was sealed with another master key";
        return Ok(Err(NotTaken::Ever(answer.to_owned())));
    };
    let known = app.store.realm(realm).await?;
    let form = Form {
        id,
        to: &mail.to,
        realm: known
            .as_ref()
            .map_or(realm.as_str(), |realm| realm.name.as_str()),
        written_at: claimed.created_at,
    };
    Ok(courier.deliver(&mail, form).await)
}

async fn settle(
    app: &App,
    claimed: &StoredMail,
    fate: MailFate,
    answer: &str,
) -> StoreResult<Change> {
    for pause in SETTLE_PAUSES {
        match app.store.settle_mail(claimed, fate, answer).await {
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(pause).await,
            settled => return settled,
        }
    }
    app.store.settle_mail(claimed, fate, answer).await
}

fn report(claimed: &StoredMail, fate: MailFate, answer: &str, settled: Change) {
    let StoredMail {
        realm,
        id,
        kind,
        attempts,
        ..
    } = claimed;
    match fate {
        _ if settled == Change::NotFound => {
            tracing::warn!(%realm, mail = id, kind, attempts, answer, "a mail's attempt ended too late");
        }
        MailFate::Sent(_) => tracing::info!(%realm, mail = id, kind, attempts, "mail sent"),
        MailFate::Again(_) => {
            tracing::info!(%realm, mail = id, kind, attempts, answer, "mail not sent yet");
        }
        MailFate::GivenUp => {
            tracing::warn!(%realm, mail = id, kind, attempts, answer, "mail given up");
        }
    }
}
