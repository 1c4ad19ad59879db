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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};

    #[test]
    fn shows_client_session_state_attempts_and_last_answer() {
        let at = Timestamp::from_unix_seconds;
        let waiting = LogoutDelivery {
            realm: RealmId::default_realm(),
            session: SessionId::parse("s-1").unwrap(),
            client: ClientId::parse("notes").unwrap(),
            user: UserId::parse("ada").unwrap(),
            uri: "https://notes.test/logout".to_owned(),
            created_at: at(1),
            next_attempt_at: Some(at(6)),
            attempts: 1,
            delivered_at: None,
            last_answer: Some("status(503)".to_owned()),
        };
        let given_up = LogoutDelivery {
            next_attempt_at: None,
            ..waiting.clone()
        };
        let delivered = LogoutDelivery {
            delivered_at: Some(at(7)),
            attempts: 2,
            last_answer: Some("status(200)".to_owned()),
            ..given_up.clone()
        };
        let deliveries = [waiting, given_up, delivered];
        let shown = |json| {
            let (mut data, mut talk) = (Vec::new(), Vec::new());
            show(&deliveries, &mut Output::new(&mut data, &mut talk, json)).unwrap();
            String::from_utf8(data).unwrap()
        };
        assert_eq!(
            shown(false).lines().collect::<Vec<_>>(),
            [
                "notes  s-1  waiting    1  status(503)",
                "notes  s-1  given up   1  status(503)",
                "notes  s-1  delivered  2  status(200)",
            ]
        );
        let document: serde_json::Value = serde_json::from_str(&shown(true)).unwrap();
        assert_eq!(document[0]["next_attempt_at"], 6);
        assert_eq!(document[1]["state"], "given up");
        assert_eq!(document[2]["delivered_at"], 7);
    }
}
