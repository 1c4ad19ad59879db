//! What a client's page needs to watch the session (OIDC Session Management 1.0).

use crate::flows::{App, Fault};
use crate::protocol::authorize::Addressee;
use crate::protocol::ids::RealmId;
use crate::protocol::session_state;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// The browser state of the session that a cookie opens.
pub fn browser_state(realm: &RealmId, cookie: &str) -> String {
    session_state::browser_state(realm, &Digest::of(cookie))
}

/// The `session_state` of a successful authorization response (§3); none where the realm has that
/// switched off, or where the client is not answered at a web origin.
pub async fn of_answer(
    app: &App,
    realm: &RealmId,
    addressee: &Addressee,
    cookie: &Digest,
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    let realm_row = app.facts.realm(app.store.as_ref(), realm, now).await?;
    if !realm_row.is_some_and(|row| row.settings.session_management) {
        return Ok(None);
    }
    let Some(origin) = addressee.redirect().origin() else {
        return Ok(None);
    };
    let state = session_state::browser_state(realm, cookie);
    let salt = app.random_text::<9>()?;
    let client = &addressee.client().id;
    Ok(Some(session_state::compute(client, &origin, &state, &salt)))
}
