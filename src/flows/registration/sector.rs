//! Whether a sector document vouches for a client (OIDC Registration §5).

use crate::flows::App;
use crate::outgoing::Limits;
use crate::protocol::client::ClientMetadata;
use crate::protocol::client::registration::RegistrationRefusal as Refusal;

/// The largest sector document; 50 redirect URIs for each of some hundred clients.
const LIMIT_BYTES: usize = 64 * 1024;

/// Fetches the document, if the metadata names one, and looks for every redirect URI in it.
pub(super) async fn check(app: &App, metadata: &ClientMetadata) -> Result<(), Refusal> {
    let Some(uri) = &metadata.sector_identifier_uri else {
        return Ok(());
    };
    let limits = Limits {
        body_bytes: LIMIT_BYTES,
        ..Limits::default()
    };
    let fetched = app
        .outgoing
        .within(limits)
        .get(uri, "application/json")
        .await;
    let document = fetched.map_err(|error| Refusal::SectorUnreadable {
        reason: error.to_string(),
    })?;
    let listed: Vec<String> =
        serde_json::from_slice(&document.bytes).map_err(|_other| Refusal::SectorMalformed)?;
    // A list vouches for nothing that has no redirect URI.
    let uris = &metadata.redirect_uris;
    if !uris.is_empty() && uris.iter().all(|uri| listed.contains(uri)) {
        Ok(())
    } else {
        Err(Refusal::SectorLacksRedirect)
    }
}
