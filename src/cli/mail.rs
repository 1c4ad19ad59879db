//! `vidimus mail`: whether mail goes out, what it says, and what became of it.

use serde_json::json;

use super::Failure;
use super::desk::Desk;
use super::mail_arguments::{MailCommand, PreviewArgs};
use super::output::{Output, table};
use crate::account::mail::{Mail, MailKind};
use crate::config::Config;
use crate::entropy::random_text;
use crate::mail::Form;
use crate::protocol::time::Timestamp;
use crate::server::mailing;
use crate::store::{Change, MailFilter, StoredMail};

/// So many are shown, the newest first.
const SHOWN: u32 = 1_000;

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    command: MailCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        MailCommand::Test { address, language } => {
            test(desk, config, (address, &language), output).await
        }
        MailCommand::Preview(arguments) => preview(desk, config, &arguments, output).await,
        MailCommand::List { failed, waiting } => {
            let filter = match (failed, waiting) {
                (true, _) => MailFilter::Failed,
                (_, true) => MailFilter::Waiting,
                _ => MailFilter::All,
            };
            list(desk, filter, output).await
        }
        MailCommand::Retry { id, .. } => retry(desk, id.as_deref(), output).await,
    }
}

/// Past the outbox: whoever tries wants to see the answer.
async fn test(
    desk: &Desk,
    config: &Config,
    (address, language): (String, &str),
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let Some(courier) = mailing::courier(config)? else {
        let problem = "mail.url is not set, so there is nowhere to send a mail to";
        return Err(Failure::usage(problem));
    };
    let mail = Mail {
        to: address,
        name: None,
        ..Mail::sample(MailKind::Test, language)
    };
    let id = random_text::<16>(desk.entropy.as_ref())?;
    let realm = realm_name(desk).await?;
    let form = Form {
        id: &id,
        to: &mail.to,
        realm: &realm,
        written_at: desk.clock.now(),
    };
    match courier.deliver(&mail, form).await {
        Ok(answer) => {
            let document = json!({ "to": mail.to, "answer": answer });
            output.data(&document, |_| {
                vec![format!("sent to {}: {answer}", mail.to)]
            })
        }
        Err(why) => Err(Failure::unreachable(format!("not sent: {why}"))),
    }
}

async fn preview(
    desk: &Desk,
    config: &Config,
    arguments: &PreviewArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mail = Mail::sample(arguments.kind, &arguments.language);
    let realm = realm_name(desk).await?;
    let letters = mailing::letters(config)?;
    let letter = letters.write(&mail, &realm).map_err(anyhow::Error::from)?;
    let document = json!({
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
    });
    output.data(&document, |_| {
        if arguments.html {
            vec![letter.html]
        } else {
            vec![letter.subject, String::new(), letter.text]
        }
    })
}

async fn realm_name(desk: &Desk) -> Result<String, Failure> {
    let realm = desk.store.realm(&desk.realm).await?;
    Ok(realm.map_or_else(|| desk.realm.to_string(), |realm| realm.name))
}

async fn list(desk: &Desk, filter: MailFilter, output: &mut Output<'_>) -> Result<(), Failure> {
    let mails = desk.store.list_mails(&desk.realm, filter, SHOWN).await?;
    let counts = desk.store.count_mails(&desk.realm).await?;
    show(&mails, desk.clock.now(), output)?;
    output.talk(format_args!(
        "{} waiting, {} sent, {} given up",
        counts.waiting, counts.sent, counts.given_up
    ))
}

fn show(mails: &[StoredMail], now: Timestamp, output: &mut Output<'_>) -> Result<(), Failure> {
    let seconds = |moment: Option<Timestamp>| moment.map(Timestamp::unix_seconds);
    let documents: Vec<_> = mails
        .iter()
        .map(|mail| {
            json!({
                "id": mail.id,
                "kind": mail.kind,
                "user": mail.user,
                "state": state(mail, now),
                "attempts": mail.attempts,
                "last_answer": mail.last_answer,
                "created_at": mail.created_at.unix_seconds(),
                "expires_at": mail.expires_at.unix_seconds(),
                "sent_at": seconds(mail.sent_at),
                "next_attempt_at": seconds(mail.next_attempt_at),
            })
        })
        .collect();
    let rows: Vec<_> = mails
        .iter()
        .map(|mail| {
            vec![
                mail.id.clone(),
                mail.kind.clone(),
                state(mail, now).to_owned(),
                mail.attempts.to_string(),
                mail.last_answer.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output.data(&documents, |_| table(&rows))
}

fn state(mail: &StoredMail, now: Timestamp) -> &'static str {
    if mail.sent_at.is_some() {
        "sent"
    } else if mail.expires_at <= now {
        "expired"
    } else if mail.next_attempt_at.is_some() {
        "waiting"
    } else {
        "given up"
    }
}

async fn retry(desk: &Desk, id: Option<&str>, output: &mut Output<'_>) -> Result<(), Failure> {
    let (store, realm, now) = (&desk.store, &desk.realm, desk.clock.now());
    let Some(id) = id else {
        let retried = store.retry_mails(realm, now).await?;
        return output.data(&json!({ "retried": retried }), |_| {
            vec![format!("{retried} tried again")]
        });
    };
    match store.retry_mail(realm, id, now).await? {
        Change::Changed => output.talk(format_args!("{id} is tried again")),
        Change::NotFound => Err(Failure::not_found(format!(
            "there is no mail {id} that is given up and has not expired; \
             `vidimus mail list --failed` shows them"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RealmId;

    #[test]
    fn shows_name_kind_state_attempts_and_last_answer() {
        let at = Timestamp::from_unix_seconds;
        let waiting = StoredMail {
            realm: RealmId::default_realm(),
            id: "m-1".to_owned(),
            user: None,
            kind: "invitation".to_owned(),
            sealed: Some(vec![1]),
            created_at: at(1),
            expires_at: at(100),
            next_attempt_at: Some(at(6)),
            attempts: 1,
            sent_at: None,
            last_answer: Some("451 later".to_owned()),
        };
        let given_up = StoredMail {
            next_attempt_at: None,
            ..waiting.clone()
        };
        let expired = StoredMail {
            expires_at: at(9),
            ..waiting.clone()
        };
        let sent = StoredMail {
            sent_at: Some(at(7)),
            attempts: 2,
            last_answer: Some("250 taken".to_owned()),
            ..given_up.clone()
        };
        let mails = [waiting, given_up, expired, sent];
        let shown = |json| {
            let (mut data, mut talk) = (Vec::new(), Vec::new());
            let mut output = Output::new(&mut data, &mut talk, json);
            show(&mails, at(10), &mut output).unwrap();
            String::from_utf8(data).unwrap()
        };
        assert_eq!(
            shown(false).lines().collect::<Vec<_>>(),
            [
                "m-1  invitation  waiting   1  451 later",
                "m-1  invitation  given up  1  451 later",
                "m-1  invitation  expired   1  451 later",
                "m-1  invitation  sent      2  250 taken",
            ]
        );
        let document: serde_json::Value = serde_json::from_str(&shown(true)).unwrap();
        assert_eq!(document[0]["next_attempt_at"], 6);
        assert_eq!(document[3]["sent_at"], 7);
        assert!(document[0].get("sealed").is_none());
    }
}
