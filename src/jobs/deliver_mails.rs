//! Empties the outbox of mail.
//!
//! The record says what is due and lets one node begin each attempt. Where no way out is set, mails
//! wait in the record for a node that has one.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::flows::send_mail::{begin, carry_out};
use crate::flows::{App, Fault};
use crate::jobs::{JobContext, JobError};
use crate::mail::Courier;
use crate::store::StoredMail;

/// Attempts under way on this node: what a mail server of modest size takes from one sender.
const AT_ONCE: usize = 8;
/// How many due mails are looked at; other nodes begin some of them.
const LOOK_AT: u32 = 32;
/// How long attempts under way are waited for at the end.
const GOODBYE: Duration = Duration::from_secs(10);

/// One turn: begins what is due. Attempts go on by themselves, and each looks for the next.
pub async fn run_once(context: JobContext) -> Result<(), JobError> {
    Ok(begin_due(context.outbox).await?)
}

/// The attempts of this node.
pub struct Outbox {
    app: Arc<App>,
    courier: Option<Arc<Courier>>,
    places: Arc<Semaphore>,
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Outbox {
    /// Nothing is under way yet. Without a courier nothing ever is.
    pub fn new(app: Arc<App>, courier: Option<Arc<Courier>>) -> Self {
        Self {
            app,
            courier,
            places: Arc::new(Semaphore::new(AT_ONCE)),
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

    /// Begins nothing more, and lets attempts under way end, but does not wait for a mail server
    /// that does not answer: such an attempt is made again when its claim lapses.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        if tokio::time::timeout(GOODBYE, self.settled()).await.is_err() {
            tracing::warn!("attempts to send mail were cut off; they are made again later");
        }
    }
}

/// Begins every attempt that is due and has a place. Boxed, because each attempt that ends calls
/// it again.
fn begin_due(outbox: Arc<Outbox>) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> {
    Box::pin(async move {
        let Some(courier) = outbox.courier.clone() else {
            return Ok(());
        };
        if outbox.stop.is_cancelled() || outbox.places.available_permits() == 0 {
            return Ok(());
        }
        let app = &outbox.app;
        for seen in app.store.due_mails(app.now(), LOOK_AT).await? {
            let Ok(place) = Arc::clone(&outbox.places).try_acquire_owned() else {
                break;
            };
            if let Some(claimed) = begin(app, &courier, &seen).await? {
                let (outbox, courier) = (Arc::clone(&outbox), Arc::clone(&courier));
                let attempt = make(Arc::clone(&outbox), courier, place, claimed);
                outbox.tracker.spawn(attempt);
            }
        }
        Ok(())
    })
}

/// Makes an attempt, frees its place, and begins what can have it.
async fn make(
    outbox: Arc<Outbox>,
    courier: Arc<Courier>,
    place: OwnedSemaphorePermit,
    claimed: StoredMail,
) {
    if let Err(error) = carry_out(&outbox.app, &courier, claimed).await {
        tracing::warn!(%error, "a mail's attempt is lost; it is made again when its claim lapses");
    }
    drop(place);
    if let Err(error) = begin_due(outbox).await {
        tracing::debug!(%error, "the next mails wait for the job's turn");
    }
}
