//! What the pages of one authorization request remember: when it began.
//!
//! The request itself stays in the address of each page, so that reloading, going back, a second
//! tab, another node and a restart all work, and unfinished requests cost no storage; one that its
//! client has pushed stays there by its name. A tag makes
//! sure that the beginning belongs to this very request.

use crate::flows::App;
use crate::protocol::authorize::Interaction;
use crate::protocol::ids::{RealmId, SessionId};
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};

/// The parameter that we add to the request in a page's address.
pub const PARAMETER: &str = "vidimus_interaction";
/// How long a person may take; after that the request simply begins anew.
pub const LIMIT: Lifetime = Lifetime::seconds(30 * 60);

/// The request's parameters with the sealed beginning added: the query of our pages.
pub fn seal(app: &App, realm: &RealmId, params: &Params, interaction: &Interaction) -> String {
    let query = params.encode_without(&[PARAMETER]);
    let started = interaction.started_at.unix_millis();
    let signed_in = interaction.signed_in.as_ref().map_or("", SessionId::as_str);
    let tag = app
        .macs
        .interaction
        .tag_text(&parts(realm, &query, started, signed_in));
    format!("{query}&{PARAMETER}={started}~{signed_in}~{tag}")
}

/// Reads the beginning back; `None` when it is missing, foreign or too old.
pub fn open(app: &App, realm: &RealmId, params: &Params, now: Timestamp) -> Option<Interaction> {
    let mut sealed = params.get(PARAMETER)?.splitn(3, '~');
    let (started, signed_in, tag) = (sealed.next()?, sealed.next()?, sealed.next()?);
    let started: i64 = started.parse().ok()?;
    let query = params.encode_without(&[PARAMETER]);
    if !app
        .macs
        .interaction
        .verify_text(&parts(realm, &query, started, signed_in), tag)
    {
        return None;
    }
    let started_at = Timestamp::from_unix_millis(started);
    (now < started_at.plus(LIMIT)).then(|| Interaction {
        started_at,
        signed_in: SessionId::parse(signed_in).ok(),
        allowed: None,
    })
}

/// What the tag is over.
fn parts<'a>(realm: &'a RealmId, query: &'a str, started: i64, signed_in: &'a str) -> [Vec<u8>; 4] {
    [
        realm.as_str().as_bytes().to_vec(),
        query.as_bytes().to_vec(),
        started.to_be_bytes().to_vec(),
        signed_in.as_bytes().to_vec(),
    ]
}
