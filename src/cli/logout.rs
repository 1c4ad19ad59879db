//! `vidimus logout`: what applications answered when they were told of a logout.

use serde_json::json;

use super::Failure;
use super::arguments::LogoutCommand;
use super::desk::Desk;
use super::output::{Output, table};
use crate::protocol::time::Timestamp;
use crate::store::{LogoutDelivery, LogoutFilter};

/// So many are shown, the newest first.
const SHOWN: u32 = 1_000;

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: LogoutCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        LogoutCommand::List { failed } => {
            let filter = if failed {
                LogoutFilter::Failed
            } else {
                LogoutFilter::All
            };
            let deliveries = desk.store.list_logouts(&desk.realm, filter, SHOWN).await?;
            show(&deliveries, output)
        }
    }
}

fn show(deliveries: &[LogoutDelivery], output: &mut Output<'_>) -> Result<(), Failure> {
    let seconds = |moment: Option<Timestamp>| moment.map(Timestamp::unix_seconds);
    let documents: Vec<_> = deliveries
        .iter()
        .map(|delivery| {
            json!({
                "client_id": delivery.client,
                "session": delivery.session,
                "user": delivery.user,
                "uri": delivery.uri,
                "state": state(delivery),
                "attempts": delivery.attempts,
                "last_answer": delivery.last_answer,
                "created_at": delivery.created_at.unix_seconds(),
                "delivered_at": seconds(delivery.delivered_at),
                "next_attempt_at": seconds(delivery.next_attempt_at),
            })
        })
        .collect();
    let rows: Vec<_> = deliveries
        .iter()
        .map(|delivery| {
            vec![
                delivery.client.to_string(),
                delivery.session.to_string(),
                state(delivery).to_owned(),
                delivery.attempts.to_string(),
                delivery.last_answer.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output.data(&documents, |_| table(&rows))
}

const fn state(delivery: &LogoutDelivery) -> &'static str {
    match (delivery.delivered_at, delivery.next_attempt_at) {
        (Some(_), _) => "delivered",
        (None, Some(_)) => "waiting",
        (None, None) => "given up",
    }
}
