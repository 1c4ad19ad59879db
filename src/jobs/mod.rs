//! Background reconcilers: each looks at the record and does what is due.
//!
//! Owns: when they run, that they end with the server, that a failure is logged and the next turn
//! comes. Each job's `run_once` takes no input but the state of the world, may be repeated, and
//! may run on two nodes at once.

pub mod deliver_logouts;
pub mod deliver_mails;
pub mod heartbeat;
pub mod load_keys;
pub mod purge;
pub mod rotate_keys;
pub mod uphold_revocations;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::flows::Fault;
use crate::flows::realm_keys::{KeysError, RealmKeys};
use crate::protocol::time::Lifetime;
use crate::store::ephemeral::{EphemeralError, SharedEphemeral};
use crate::store::{SharedStore, StoreError};

use deliver_logouts::Deliveries;
use deliver_mails::Outbox;

/// Cadences are never shorter than this.
const SHORTEST: Lifetime = Lifetime::from_millis(200);
const ROTATION_SHORTEST: Lifetime = Lifetime::seconds(1);
const UPHOLD_EVERY: Lifetime = Lifetime::from_millis(300);
const LOAD_KEYS_EVERY: Lifetime = Lifetime::seconds(1);
const DELIVER_EVERY: Lifetime = Lifetime::seconds(1);
const PURGE_EVERY: Lifetime = Lifetime::seconds(60);

/// Why a turn of a job failed; the next turn tries again.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The record does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The shared memory does not answer.
    #[error(transparent)]
    Ephemeral(#[from] EphemeralError),
    /// Keys cannot be loaded or made.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A use case failed.
    #[error(transparent)]
    Flow(#[from] Fault),
}

/// Whether this node did the work of a claimed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It did.
    Taken,
    /// Another node holds the claim.
    Elsewhere,
}

/// What the jobs work on.
#[derive(Clone)]
pub struct JobContext {
    /// The record.
    pub store: SharedStore,
    /// The shared memory.
    pub ephemeral: SharedEphemeral,
    /// The key rings of this node.
    pub keys: Arc<RealmKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// This node's name, unique among live nodes.
    pub node: Arc<str>,
    /// The logouts that clients are being told of.
    pub deliveries: Arc<Deliveries>,
    /// The mails that are being sent.
    pub outbox: Arc<Outbox>,
    /// How long events are kept.
    pub events_kept: Lifetime,
    /// Rung when a mail was written on this node.
    pub mail_bell: Arc<Notify>,
}

/// The running jobs of this node.
pub struct Jobs {
    context: JobContext,
    tracker: TaskTracker,
    stop: CancellationToken,
    nudge: Arc<Notify>,
}

impl Jobs {
    /// Starts every job; each takes its first turn at once.
    pub fn start(context: JobContext) -> Self {
        let jobs = Self {
            context,
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            nudge: Arc::new(Notify::new()),
        };
        let heartbeat = heartbeat::cadence(jobs.context.keys.schedule());
        jobs.repeat(
            "uphold_revocations",
            UPHOLD_EVERY,
            uphold_revocations::run_once,
        );
        jobs.repeat("heartbeat", heartbeat, heartbeat::run_once);
        jobs.repeat("load_keys", LOAD_KEYS_EVERY, load_keys::run_once);
        jobs.repeat(
            "rotate_keys",
            heartbeat.max(ROTATION_SHORTEST),
            rotate_keys::run_once,
        );
        jobs.repeat("deliver_logouts", DELIVER_EVERY, deliver_logouts::run_once);
        let bell = Arc::clone(&jobs.context.mail_bell);
        jobs.repeat_or_when(
            "deliver_mails",
            DELIVER_EVERY,
            bell,
            deliver_mails::run_once,
        );
        jobs.repeat("purge", PURGE_EVERY, purge::run_once);
        jobs
    }

    /// Lets every job that waits take a turn now.
    pub fn nudge(&self) {
        self.nudge.notify_waiters();
    }

    /// Lets turns in progress finish, then takes this node off the list.
    pub async fn shut_down(self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        self.context.deliveries.shut_down().await;
        self.context.outbox.shut_down().await;
        // Without the goodbye, key rotation would wait for this node until it is taken for dead.
        if let Err(error) = self.context.store.forget_node(&self.context.node).await {
            tracing::warn!(%error, "the record still lists this node as live");
        }
    }

    fn repeat<T, F, R>(&self, job: &'static str, every: Lifetime, run_once: F)
    where
        F: Fn(JobContext) -> R + Send + 'static,
        R: Future<Output = Result<T, JobError>> + Send + 'static,
        T: Send + 'static,
    {
        self.repeat_or_when(job, every, Arc::new(Notify::new()), run_once);
    }

    /// The same, and a turn whenever the bell was rung.
    fn repeat_or_when<T, F, R>(
        &self,
        job: &'static str,
        every: Lifetime,
        bell: Arc<Notify>,
        run_once: F,
    ) where
        F: Fn(JobContext) -> R + Send + 'static,
        R: Future<Output = Result<T, JobError>> + Send + 'static,
        T: Send + 'static,
    {
        let (context, tracker) = (self.context.clone(), self.tracker.clone());
        let (stop, nudge) = (self.stop.clone(), Arc::clone(&self.nudge));
        self.tracker.spawn(async move {
            let mut failing = false;
            loop {
                // A task of its own, so that a panic ends one turn and not the job.
                let turn = tracker.spawn(run_once(context.clone())).await;
                failing = report(job, failing, turn.map(|turn| turn.map(|_done| ())));
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = nudge.notified() => {}
                    () = bell.notified() => {}
                    () = tokio::time::sleep(pause(every)) => {}
                }
            }
        });
    }
}

/// Logs when a job begins to fail and when it has recovered, and not each turn in between.
fn report(
    job: &'static str,
    failing: bool,
    turn: Result<Result<(), JobError>, tokio::task::JoinError>,
) -> bool {
    let failure = match turn {
        Ok(Ok(())) => {
            if failing {
                tracing::info!(job, "the job works again");
            }
            return false;
        }
        Ok(Err(error)) => error.to_string(),
        Err(lost) => format!("its turn was lost: {lost}"),
    };
    if failing {
        tracing::debug!(job, failure, "the job still fails");
    } else {
        tracing::warn!(job, failure, "the job fails; it goes on trying");
    }
    true
}

fn pause(every: Lifetime) -> Duration {
    every.max(SHORTEST).to_std()
}
