//! The demo's own memory of who visits it: in process, bounded, gone when the process ends.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openidconnect::CsrfToken;
use tokio::time::Instant;

use crate::demo::exchange::Exchange;
use crate::demo::page::Notice;
use crate::demo::relying_party::Pending;
use crate::demo::tokens::Tokens;

/// Visits kept at once; the one unused for longest makes room.
const MAX_VISITS: usize = 500;
/// Exchanges kept of one visit; the oldest make room.
const MAX_EXCHANGES: usize = 30;
/// Sign-ins that one visit may have begun, in as many tabs.
const MAX_PENDING: usize = 5;
/// How long the browser may be away.
const MAX_AWAY: Duration = Duration::from_mins(30);

/// One browser at the demo.
#[derive(Debug)]
pub(super) struct Visit {
    /// What its forms must carry.
    pub(super) token: String,
    pub(super) signed_in: Option<Tokens>,
    pub(super) notice: Option<Notice>,
    pub(super) exchanges: Vec<Exchange>,
    /// The `state` of a sign-out that the browser is away for.
    pub(super) signing_out: Option<CsrfToken>,
    pending: Vec<Pending>,
    told: usize,
    last_used: Instant,
}

impl Visit {
    fn new() -> Self {
        Self {
            token: random(),
            signed_in: None,
            notice: None,
            exchanges: Vec::new(),
            signing_out: None,
            pending: Vec::new(),
            told: 0,
            last_used: Instant::now(),
        }
    }

    /// Adds exchanges to the story and unfolds only the last one; its number.
    pub(super) fn tell(&mut self, exchanges: Vec<Exchange>) -> Option<usize> {
        if exchanges.is_empty() {
            return None;
        }
        for earlier in &mut self.exchanges {
            earlier.open = false;
        }
        for mut exchange in exchanges {
            self.told += 1;
            exchange.number = self.told;
            self.exchanges.push(exchange);
        }
        if let Some(last) = self.exchanges.last_mut() {
            last.open = true;
        }
        let surplus = self.exchanges.len().saturating_sub(MAX_EXCHANGES);
        self.exchanges.drain(..surplus);
        Some(self.told)
    }

    /// Starts the story anew.
    pub(super) fn forget_story(&mut self) {
        self.exchanges.clear();
        self.told = 0;
    }

    /// Remembers a sign-in that begins.
    pub(super) fn await_answer(&mut self, pending: Pending) {
        self.pending
            .retain(|other| other.begun.elapsed() < MAX_AWAY);
        if self.pending.len() >= MAX_PENDING {
            self.pending.remove(0);
        }
        self.pending.push(pending);
    }

    /// The sign-in that this `state` belongs to, once (RFC 6749 §10.12).
    pub(super) fn answered(&mut self, state: &str) -> Option<Pending> {
        let place = self
            .pending
            .iter()
            .position(|pending| pending.state.secret() == state)?;
        let pending = self.pending.remove(place);
        (pending.begun.elapsed() < MAX_AWAY).then_some(pending)
    }
}

/// All visits, by the value of their cookie.
#[derive(Debug, Default)]
pub(super) struct Visits(Mutex<HashMap<String, Visit>>);

impl Visits {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Visit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks into a visit; `None` for an unknown cookie.
    pub(super) fn with<T>(&self, cookie: &str, look: impl FnOnce(&mut Visit) -> T) -> Option<T> {
        let mut visits = self.lock();
        let visit = visits.get_mut(cookie)?;
        visit.last_used = Instant::now();
        Some(look(visit))
    }

    /// A new visit; its cookie's value.
    pub(super) fn begin(&self) -> String {
        let mut visits = self.lock();
        if visits.len() >= MAX_VISITS {
            let oldest = visits.iter().min_by_key(|(_, visit)| visit.last_used);
            if let Some(cookie) = oldest.map(|(cookie, _)| cookie.clone()) {
                visits.remove(&cookie);
            }
        }
        let cookie = random();
        visits.insert(cookie.clone(), Visit::new());
        cookie
    }

    /// Gives a visit a new cookie, as befits a sign-in: whoever knew the old one is out.
    pub(super) fn rename(&self, cookie: &str) -> Option<String> {
        let mut visits = self.lock();
        let visit = visits.remove(cookie)?;
        let renamed = random();
        visits.insert(renamed.clone(), visit);
        Some(renamed)
    }
}

/// 256 random bits, in URL characters.
fn random() -> String {
    CsrfToken::new_random_len(32).into_secret()
}
