//! Revocation marks and their way to every node.

use sqlx::Row as _;

use super::super::super::dialect;
use super::{Answer, Connection, Timestamp, Verdict, rows, sql};
use crate::protocol::ids::RealmId;
use crate::store::{Revocation, RevocationMark, StoredRevocation};

/// How many values one `IN` list holds; statements are fixed texts, so shorter lists repeat a value.
const LIST: usize = 8;

/// Writes marks; a repeat keeps the later times, moves to the end, and is to be published again.
pub(super) async fn record(
    c: &mut Connection<'_>,
    marks: &[Revocation],
    now: Timestamp,
) -> Answer<()> {
    let mut marks: Vec<(String, &Revocation)> = marks
        .iter()
        .filter(|revocation| revocation.expires_at > now)
        .map(|revocation| (revocation.mark.key(), revocation))
        .collect();
    // In one order everywhere, so that two transactions cannot wait for each other's marks.
    marks.sort_by(|(left, a), (right, b)| (&a.realm, left).cmp(&(&b.realm, right)));
    for (key, revocation) in marks {
        let next = c.one(sql(dialect::NEXT_REVOCATION)).await?;
        let sequence: i64 = next.try_get("sequence")?;
        let query = sql("INSERT INTO revocation
                 (realm, mark, not_after, expires_at, sequence, published)
             VALUES ($1, $2, $3, $4, $5, FALSE)
             ON CONFLICT (realm, mark) DO UPDATE SET
                 not_after = CASE WHEN excluded.not_after > revocation.not_after
                     THEN excluded.not_after ELSE revocation.not_after END,
                 expires_at = CASE WHEN excluded.expires_at > revocation.expires_at
                     THEN excluded.expires_at ELSE revocation.expires_at END,
                 sequence = excluded.sequence, published = FALSE")
        .bind(revocation.realm.as_str())
        .bind(key)
        .bind(revocation.not_after.unix_millis())
        .bind(revocation.expires_at.unix_millis())
        .bind(sequence);
        c.execute(query).await?;
    }
    Ok(())
}

pub(in super::super) async fn record_all(
    c: &mut Connection<'_>,
    marks: &[Revocation],
    now: Timestamp,
) -> Answer<Verdict<()>> {
    record(c, marks, now).await.map(Verdict::Keep)
}

pub(in super::super) async fn standing(
    c: &mut Connection<'_>,
    realm: &RealmId,
    marks: &[RevocationMark],
    now: Timestamp,
) -> Answer<Vec<Revocation>> {
    let mut found = Vec::new();
    for chunk in marks.chunks(LIST) {
        let keys: Vec<String> = chunk.iter().map(RevocationMark::key).collect();
        let mut query = sql(
            "SELECT realm, mark, not_after, expires_at, sequence FROM revocation
             WHERE realm = $1 AND expires_at > $2
               AND mark IN ($3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(realm.as_str())
        .bind(now.unix_millis());
        for key in keys.iter().cycle().take(LIST) {
            query = query.bind(key.as_str());
        }
        for row in &c.all(query).await? {
            found.push(rows::stored_revocation(row)?.revocation);
        }
    }
    Ok(found)
}

pub(in super::super) async fn all(
    c: &mut Connection<'_>,
    now: Timestamp,
) -> Answer<Vec<StoredRevocation>> {
    let query = sql(
        "SELECT realm, mark, not_after, expires_at, sequence FROM revocation
         WHERE expires_at > $1 ORDER BY sequence",
    )
    .bind(now.unix_millis());
    c.all(query)
        .await?
        .iter()
        .map(rows::stored_revocation)
        .collect()
}

pub(in super::super) async fn after(
    c: &mut Connection<'_>,
    sequence: i64,
) -> Answer<Vec<StoredRevocation>> {
    let query = sql(
        "SELECT realm, mark, not_after, expires_at, sequence FROM revocation
         WHERE sequence > $1 ORDER BY sequence",
    )
    .bind(sequence);
    c.all(query)
        .await?
        .iter()
        .map(rows::stored_revocation)
        .collect()
}

pub(in super::super) async fn unpublished(
    c: &mut Connection<'_>,
    now: Timestamp,
) -> Answer<Vec<StoredRevocation>> {
    let query = sql(
        "SELECT realm, mark, not_after, expires_at, sequence FROM revocation
         WHERE NOT published AND expires_at > $1 ORDER BY sequence",
    )
    .bind(now.unix_millis());
    c.all(query)
        .await?
        .iter()
        .map(rows::stored_revocation)
        .collect()
}

/// By sequence, so that a mark repeated since it was read stays to be published.
pub(in super::super) async fn mark_published(
    c: &mut Connection<'_>,
    sequences: &[i64],
) -> Answer<Verdict<()>> {
    let mut sequences = sequences.to_vec();
    sequences.sort_unstable();
    for chunk in sequences.chunks(LIST) {
        let mut query = sql("UPDATE revocation SET published = TRUE
             WHERE sequence IN ($1, $2, $3, $4, $5, $6, $7, $8)");
        for sequence in chunk.iter().cycle().take(LIST) {
            query = query.bind(*sequence);
        }
        c.execute(query).await?;
    }
    Ok(Verdict::Keep(()))
}
