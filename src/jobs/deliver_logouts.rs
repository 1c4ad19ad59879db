//! Tells clients that sessions have ended: empties the outbox of back-channel logout.
//!
//! The record says who is due and lets one node begin each attempt; nothing is remembered here but
//! how many attempts are under way. One that was begun by a node that died is due again when its
//! claim lapses.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::flows::back_channel_logout::{Attempt, begin, carry_out};
use crate::flows::{App, Fault};
use crate::jobs::{JobContext, JobError};
use crate::protocol::ids::{ClientId, RealmId};

/// Attempts under way on this node, to one client and in all: a client that does not answer takes
/// no more than its share.
const PER_CLIENT: u32 = 2;
const AT_ONCE: u32 = 16;
/// How many due rows are looked at; the share of clients that are busy already is passed over.
const LOOK_AT: u32 = 256;

/// One turn: begins what is due. Attempts go on by themselves, and each looks for the next.
pub async fn run_once(context: JobContext) -> Result<(), JobError> {
    Ok(begin_due(context.deliveries).await?)
}

type Share = (RealmId, ClientId);

/// The attempts of this node.
pub struct Deliveries {
    app: Arc<App>,
    under_way: Mutex<HashMap<Share, u32>>,
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Deliveries {
    /// Nothing is under way yet.
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            under_way: Mutex::new(HashMap::new()),
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Waits until nothing is under way.
    pub async fn settled(&self) {
        self.tracker.close();
        self.tracker.wait().await;
        self.tracker.reopen();
    }

    /// Begins nothing more, and lets attempts under way end.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.settled().await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Share, u32>> {
        // Nothing that can panic runs under this lock.
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one attempt under way; given back when dropped.
struct Place {
    deliveries: Arc<Deliveries>,
    share: Share,
}

impl Place {
    fn take(deliveries: &Arc<Deliveries>, share: Share) -> Option<Self> {
        let mut under_way = deliveries.lock();
        let all: u32 = under_way.values().sum();
        let own = under_way.get(&share).copied().unwrap_or(0);
        if all >= AT_ONCE || own >= PER_CLIENT {
            return None;
        }
        under_way.insert(share.clone(), own + 1);
        drop(under_way);
        Some(Self {
            deliveries: Arc::clone(deliveries),
            share,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.deliveries.lock();
        match under_way.get_mut(&self.share) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                under_way.remove(&self.share);
            }
        }
    }
}

/// Begins every attempt that is due and has a place. Boxed, because each attempt that ends calls
/// it again.
fn begin_due(
    deliveries: Arc<Deliveries>,
) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> {
    Box::pin(async move {
        if deliveries.stop.is_cancelled() {
            return Ok(());
        }
        let app = &deliveries.app;
        let due = app
            .store
            .due_logouts(app.now(), PER_CLIENT, LOOK_AT)
            .await?;
        for seen in due {
            let share = (seen.realm.clone(), seen.client.clone());
            let Some(place) = Place::take(&deliveries, share) else {
                continue;
            };
            if let Some(attempt) = begin(app, &seen).await? {
                deliveries.tracker.spawn(make(place, attempt));
            }
        }
        Ok(())
    })
}

/// Makes an attempt, frees its place, and begins what can have it.
async fn make(place: Place, attempt: Attempt) {
    let deliveries = Arc::clone(&place.deliveries);
    if let Err(error) = carry_out(&deliveries.app, attempt).await {
        tracing::warn!(%error, "a logout's attempt is lost; it is made again when its claim lapses");
    }
    drop(place);
    if let Err(error) = begin_due(Arc::clone(&deliveries)).await {
        tracing::debug!(%error, "the next logouts wait for the job's turn");
    }
}
