//! Turns at a sign-in page where too much is waiting: whoever was told to come again comes before
//! whoever never waited.
//!
//! A turn is kept by the page and by nobody else. It is good for one address, which has so many
//! guesses and no more, whatever its turn.

use crate::account::slow_down::address_key;
use crate::flows::App;
use crate::flows::hash_pool::RETRY_AFTER;
use crate::flows::login::Attempt;
use crate::protocol::time::{Lifetime, Timestamp};

/// How long a turn is kept once it has come.
const KEPT: Lifetime = Lifetime::seconds(300);

/// The turn of somebody who must come again: the one that they have, or a new one.
pub fn given(app: &App, attempt: &Attempt<'_>) -> String {
    let now = app.now();
    match attempt.turn {
        Some(turn) if comes_at(app, attempt, now).is_some() => turn.to_owned(),
        _ => {
            let at = now.plus(RETRY_AFTER).unix_millis();
            let at = at.to_string();
            let tag = signed(attempt, &at, |parts| app.macs.turn.tag_text(parts));
            format!("{at}.{tag}")
        }
    }
}

/// Whether the turn of somebody has come.
pub(in crate::flows) fn has_come(app: &App, attempt: &Attempt<'_>, now: Timestamp) -> bool {
    comes_at(app, attempt, now).is_some_and(|at| at <= now)
}

fn comes_at(app: &App, attempt: &Attempt<'_>, now: Timestamp) -> Option<Timestamp> {
    let (text, tag) = attempt.turn?.split_once('.')?;
    let at = Timestamp::from_unix_millis(text.parse().ok()?);
    let genuine = signed(attempt, text, |parts| app.macs.turn.verify_text(parts, tag));
    (genuine && now < at.plus(KEPT)).then_some(at)
}

/// Does something with what the tag of a turn is over.
fn signed<T>(attempt: &Attempt<'_>, at: &str, with: impl FnOnce(&[&[u8]]) -> T) -> T {
    let address = address_key(attempt.address);
    with(&[
        attempt.realm.as_str().as_bytes(),
        address.as_bytes(),
        at.as_bytes(),
    ])
}
