//! What the pages of one authorization request remember: when it began.
//!
//! The request itself stays in the address of each page, so that reloading, going back, a second
//! tab, another node and a restart all work, and unfinished requests cost no storage. A tag makes
//! sure that the beginning belongs to this very request.

use crate::flows::App;
use crate::protocol::authorize::Interaction;
use crate::protocol::ids::RealmId;
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};

/// The parameter that we add to the request in a page's address.
pub const PARAMETER: &str = "vidimus_interaction";
/// How long a person may take; after that the request simply begins anew.
pub const LIMIT: Lifetime = Lifetime::seconds(30 * 60);

/// The request's parameters with the sealed beginning added: the query of our pages.
pub fn seal(app: &App, realm: &RealmId, params: &Params, interaction: Interaction) -> String {
    let query = params.encode_without(&[PARAMETER]);
    let started = interaction.started_at.unix_millis();
    let tag = tag(app, realm, &query, started);
    format!("{query}&{PARAMETER}={started}.{tag}")
}

/// Reads the beginning back; `None` when it is missing, foreign or too old.
pub fn open(app: &App, realm: &RealmId, params: &Params, now: Timestamp) -> Option<Interaction> {
    let (started, tag) = params.get(PARAMETER)?.split_once('.')?;
    let started: i64 = started.parse().ok()?;
    let query = params.encode_without(&[PARAMETER]);
    let parts = [
        realm.as_str().as_bytes(),
        query.as_bytes(),
        &started.to_be_bytes(),
    ];
    if !app.macs.interaction.verify_text(&parts, tag) {
        return None;
    }
    let started_at = Timestamp::from_unix_millis(started);
    (now < started_at.plus(LIMIT)).then_some(Interaction {
        started_at,
        consented: false,
    })
}

fn tag(app: &App, realm: &RealmId, query: &str, started: i64) -> String {
    let parts = [
        realm.as_str().as_bytes(),
        query.as_bytes(),
        &started.to_be_bytes(),
    ];
    app.macs.interaction.tag_text(&parts)
}
