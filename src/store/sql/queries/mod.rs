//! The statements by subject. Each function is one verb or one step of one.

pub(super) mod apis;
pub(super) mod clients;
pub(super) mod devices;
pub(super) mod effects;
pub(super) mod events;
pub(super) mod factors;
pub(super) mod families;
pub(super) mod groups;
pub(super) mod keys;
pub(super) mod links;
pub(super) mod logouts;
pub(super) mod mails;
pub(super) mod misc;
pub(super) mod own;
pub(super) mod passkeys;
pub(super) mod passwords;
pub(super) mod people;
pub(super) mod profiles;
pub(super) mod protection;
pub(super) mod realms;
pub(super) mod registrations;
pub(super) mod replays;
pub(super) mod requests;
pub(super) mod revocations;
pub(super) mod roles;
pub(super) mod sessions;
pub(super) mod sign_ins;
pub(super) mod thefts;
pub(super) mod users;

use super::{Connection, Verdict, rows, sql};
use crate::protocol::time::Timestamp;
use crate::store::fault::Answer;
use crate::store::{Change, Creation, Page};

/// An absent moment is NULL.
fn millis(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::unix_millis)
}

/// Whether an insert that gives way to a conflict put its row there.
fn creation(rows: u64) -> Creation {
    if rows == 0 {
        Creation::NameTaken
    } else {
        Creation::Created
    }
}

/// Whether a guarded update found its row.
fn change(rows: u64) -> Change {
    if rows == 0 {
        Change::NotFound
    } else {
        Change::Changed
    }
}

/// The bounds of a page: exclusive lower bound (every id is longer than nothing) and size.
fn bounds(page: &Page) -> (String, i64) {
    (
        page.after.clone().unwrap_or_default(),
        i64::from(page.limit.clamp(1, 1_000)),
    )
}
