//! The outbox of mail. The changes that mails tell of fill it (`effects`).

use super::{Answer, Change, Connection, Timestamp, change, millis, rows, sql};
use crate::protocol::ids::RealmId;
use crate::store::{MailBacklog, MailCounts, MailFate, MailFilter, StoredMail};

macro_rules! mail_columns {
    () => {
        "realm, id, user_id, kind, sealed, created_at, expires_at, next_attempt_at, attempts,
         sent_at, last_answer"
    };
}

pub(in super::super) async fn due(
    c: &mut Connection<'_>,
    now: Timestamp,
    limit: u32,
) -> Answer<Vec<StoredMail>> {
    let query = sql(concat!(
        "SELECT ",
        mail_columns!(),
        " FROM mail WHERE next_attempt_at <= $1 AND expires_at > $1
          ORDER BY next_attempt_at, created_at, id LIMIT $2"
    ))
    .bind(now.unix_millis())
    .bind(i64::from(limit));
    c.all(query).await?.iter().map(rows::mail).collect()
}

/// The number of attempts is the guard: of two nodes that saw the same row, one begins the next.
/// The link in a mail stands from its last attempt: before, nobody had it.
pub(in super::super) async fn claim(
    c: &mut Connection<'_>,
    seen: &StoredMail,
    now: Timestamp,
    until: Timestamp,
) -> Answer<Option<StoredMail>> {
    let query = sql(concat!(
        "UPDATE mail SET attempts = attempts + 1, next_attempt_at = $5
         WHERE realm = $1 AND id = $2 AND attempts = $3 AND next_attempt_at <= $4
           AND expires_at > $4
         RETURNING ",
        mail_columns!()
    ))
    .bind(seen.realm.as_str())
    .bind(seen.id.clone())
    .bind(i64::from(seen.attempts))
    .bind(now.unix_millis())
    .bind(until.unix_millis());
    let row = c.optional(query).await?;
    let claimed = row.as_ref().map(rows::mail).transpose()?;
    if let Some(mail) = &claimed {
        let query = sql(
            "UPDATE one_time_link SET expires_at = $3 + mail.link_seconds * 1000 FROM mail
             WHERE mail.realm = $1 AND mail.id = $2 AND one_time_link.realm = mail.realm
               AND one_time_link.digest = mail.link AND one_time_link.used_at IS NULL",
        )
        .bind(mail.realm.as_str())
        .bind(mail.id.clone())
        .bind(now.unix_millis());
        c.execute(query).await?;
    }
    Ok(claimed)
}

pub(in super::super) async fn settle(
    c: &mut Connection<'_>,
    claimed: &StoredMail,
    fate: MailFate,
    answer: String,
) -> Answer<Change> {
    let (sent_at, next_attempt_at) = match fate {
        MailFate::Sent(moment) => (Some(moment), None),
        MailFate::Again(moment) => (None, Some(moment)),
        MailFate::GivenUp => (None, None),
    };
    let query = sql(
        "UPDATE mail SET last_answer = $4, sent_at = $5, next_attempt_at = $6,
             sealed = CASE WHEN $5 IS NULL THEN sealed END
         WHERE realm = $1 AND id = $2 AND sent_at IS NULL AND (attempts = $3 OR $5 IS NOT NULL)",
    )
    .bind(claimed.realm.as_str())
    .bind(claimed.id.clone())
    .bind(i64::from(claimed.attempts))
    .bind(answer)
    .bind(millis(sent_at))
    .bind(millis(next_attempt_at));
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn retry(
    c: &mut Connection<'_>,
    realm: &RealmId,
    id: String,
    now: Timestamp,
) -> Answer<Change> {
    let query = sql(
        "UPDATE mail SET next_attempt_at = $3 WHERE realm = $1 AND id = $2
           AND next_attempt_at IS NULL AND sealed IS NOT NULL AND expires_at > $3",
    )
    .bind(realm.as_str())
    .bind(id)
    .bind(now.unix_millis());
    Ok(change(c.execute(query).await?))
}

pub(in super::super) async fn retry_all(
    c: &mut Connection<'_>,
    realm: &RealmId,
    now: Timestamp,
) -> Answer<u64> {
    let query = sql("UPDATE mail SET next_attempt_at = $2 WHERE realm = $1
           AND next_attempt_at IS NULL AND sealed IS NOT NULL AND expires_at > $2")
    .bind(realm.as_str())
    .bind(now.unix_millis());
    c.execute(query).await
}

pub(in super::super) async fn list(
    c: &mut Connection<'_>,
    realm: &RealmId,
    filter: MailFilter,
    limit: u32,
) -> Answer<Vec<StoredMail>> {
    macro_rules! mails_that {
        ($which:literal) => {
            concat!(
                "SELECT ",
                mail_columns!(),
                " FROM mail WHERE realm = $1 AND ",
                $which,
                " ORDER BY created_at DESC, id LIMIT $2"
            )
        };
    }
    let text = match filter {
        MailFilter::All => mails_that!("1 = 1"),
        MailFilter::Waiting => mails_that!("next_attempt_at IS NOT NULL"),
        MailFilter::Failed => {
            mails_that!("sent_at IS NULL AND (next_attempt_at IS NULL OR last_answer IS NOT NULL)")
        }
    };
    let query = sql(text).bind(realm.as_str()).bind(i64::from(limit));
    c.all(query).await?.iter().map(rows::mail).collect()
}

pub(in super::super) async fn counts(
    c: &mut Connection<'_>,
    realm: &RealmId,
) -> Answer<MailCounts> {
    let query = sql(
        "SELECT COUNT(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS waiting,
             COUNT(*) FILTER (WHERE sent_at IS NOT NULL) AS sent,
             COUNT(*) FILTER (WHERE next_attempt_at IS NULL AND sent_at IS NULL) AS given_up
         FROM mail WHERE realm = $1",
    )
    .bind(realm.as_str());
    let row = c.one(query).await?;
    Ok(MailCounts {
        waiting: rows::count(&row, "waiting")?.into(),
        sent: rows::count(&row, "sent")?.into(),
        given_up: rows::count(&row, "given_up")?.into(),
    })
}

pub(in super::super) async fn waiting(c: &mut Connection<'_>) -> Answer<u64> {
    let query = sql("SELECT COUNT(*) AS waiting FROM mail WHERE next_attempt_at IS NOT NULL");
    Ok(rows::count(&c.one(query).await?, "waiting")?.into())
}

/// A mail that is sent or of no use any more has lost its content, so the index of those that have
/// theirs holds all that is counted.
pub(in super::super) async fn backlog(c: &mut Connection<'_>) -> Answer<MailBacklog> {
    let query = sql(
        "SELECT COUNT(*) FILTER (WHERE next_attempt_at IS NOT NULL AND attempts = 0) AS waiting,
             COUNT(*) FILTER (WHERE next_attempt_at IS NOT NULL AND attempts > 0) AS retrying,
             COUNT(*) FILTER (WHERE next_attempt_at IS NULL) AS given_up
         FROM mail WHERE sealed IS NOT NULL",
    );
    let row = c.one(query).await?;
    Ok(MailBacklog {
        waiting: rows::count(&row, "waiting")?.into(),
        retrying: rows::count(&row, "retrying")?.into(),
        given_up: rows::count(&row, "given_up")?.into(),
    })
}
