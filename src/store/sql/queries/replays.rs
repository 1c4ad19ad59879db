//! What was used once.

use super::{Answer, Connection, sql};
use crate::store::replays::{AssertionUse, UsedAssertion};

pub(in super::super) async fn spend_assertion(
    c: &mut Connection<'_>,
    assertion: &UsedAssertion,
) -> Answer<AssertionUse> {
    let query = sql(
        "INSERT INTO used_assertion (realm, client_id, jti, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (realm, client_id, jti) DO NOTHING",
    )
    .bind(assertion.realm.as_str())
    .bind(assertion.client.as_str())
    .bind(assertion.id.as_bytes().to_vec())
    .bind(assertion.expires_at.unix_millis());
    Ok(if c.execute(query).await? == 0 {
        AssertionUse::Again
    } else {
        AssertionUse::First
    })
}
