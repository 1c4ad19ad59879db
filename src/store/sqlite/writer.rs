//! The one writer: it takes what has queued up, runs it in one transaction, and answers when that
//! has been committed. So many callers share one flush to disk and none is answered before it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::sql::{Connection, Running, Verdict};
use super::{Answer, StoreResult, files, stopped};
use crate::store::StoreError;
use crate::store::fault::Fault;
use crate::store::stream::Told;

/// The most operations in one transaction; more would only lengthen the wait of the first.
const BATCH: usize = 256;
/// How many operations may wait; beyond that callers wait to queue.
const QUEUE: usize = 1024;

/// Whether an operation can stop midway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One statement: it happens or it does not, and needs no savepoint.
    OneStatement,
    /// Several: a savepoint takes back the first ones when a later one fails.
    Several,
}

/// What is left of an operation that has run: whether its changes may stay, and how to answer.
struct Ran {
    keep: bool,
    /// The database itself failed: nothing of the batch can be relied on.
    broken: Option<String>,
    answer: Reply,
}

/// Answers the caller once the fate of the transaction is known.
type Reply = Box<dyn FnOnce(Result<(), &str>) + Send>;
type Job = Box<dyn for<'c> FnOnce(Connection<'c>) -> Running<'c, Ran> + Send>;

enum Message {
    Write(Shape, Job),
    Close,
}

/// The queue to the writer's task.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    task: TaskTracker,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the task on the caller's runtime. `reopen` says how to connect anew after a failure;
    /// a database in memory cannot be.
    pub(super) fn start(
        connection: SqliteConnection,
        reopen: Option<SqliteConnectOptions>,
    ) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        let task = TaskTracker::new();
        task.spawn(run(messages, connection, reopen));
        task.close();
        Self { queue, task }
    }

    /// Queues an operation and waits until it is committed. A caller that goes away while waiting
    /// takes nothing back.
    pub(super) async fn submit<T, F>(&self, shape: Shape, operation: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Connection<'c>) -> Running<'c, Answer<Verdict<T>>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let told = Told::default();
        let job: Job = Box::new(move |connection| {
            let connection = connection.telling(told.clone());
            Box::pin(async move { settle(operation(connection).await, reply, told) })
        });
        self.queue
            .send(Message::Write(shape, job))
            .await
            .map_err(|_closed| stopped())?;
        answer.await.map_err(|_dropped| {
            StoreError::Unavailable("the write was abandoned; it may not have happened".to_owned())
        })?
    }

    /// Commits what is queued, closes the connection and takes no more.
    pub(super) async fn close(&self) {
        // An error means that the task has ended already.
        drop(self.queue.send(Message::Close).await);
        self.task.wait().await;
    }
}

/// Splits an outcome into what the batch must know and what the caller is told.
fn settle<T: Send + 'static>(
    outcome: Answer<Verdict<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
    told: Told,
) -> Ran {
    let (keep, broken, outcome) = match outcome {
        Ok(Verdict::Keep(value)) => (true, None, Ok(value)),
        Ok(Verdict::Undo(value)) => (false, None, Ok(value)),
        Err(Fault::Unavailable(text)) => (
            false,
            Some(text.clone()),
            Err(Fault::Unavailable(text).into()),
        ),
        Err(fault @ (Fault::Constraint(_) | Fault::Corrupt(_))) => (false, None, Err(fault.into())),
    };
    let answer: Reply = Box::new(move |fate| {
        let told = match fate {
            Ok(()) => {
                if keep {
                    told.committed();
                }
                outcome
            }
            Err(text) => Err(StoreError::Unavailable(text.to_owned())),
        };
        // The caller may have gone.
        drop(reply.send(told));
    });
    Ran {
        keep,
        broken,
        answer,
    }
}

async fn run(
    mut messages: mpsc::Receiver<Message>,
    mut connection: SqliteConnection,
    reopen: Option<SqliteConnectOptions>,
) {
    let mut pending = Vec::with_capacity(BATCH);
    let mut closing = false;
    while !closing && messages.recv_many(&mut pending, BATCH).await > 0 {
        let mut batch = Vec::with_capacity(pending.len());
        for message in pending.drain(..) {
            match message {
                Message::Write(shape, job) if !closing => batch.push((shape, job)),
                Message::Write(..) => {} // queued behind the end: dropped, and so refused
                Message::Close => closing = true,
            }
        }
        let mut replies = Vec::with_capacity(batch.len());
        let fate = commit(&mut connection, batch, &mut replies).await;
        let fate = fate.map_err(|error| error.to_string());
        for reply in replies {
            reply(fate.as_ref().copied().map_err(String::as_str));
        }
        if let Err(error) = fate {
            tracing::error!(%error, "a batch of writes was not committed");
            if let Some(options) = &reopen
                && let Ok(fresh) = files::connect(options).await
            {
                connection = fresh;
            }
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// Runs a batch in one transaction. Jobs not reached are dropped, which their callers notice.
async fn commit(
    connection: &mut SqliteConnection,
    batch: Vec<(Shape, Job)>,
    replies: &mut Vec<Reply>,
) -> Result<(), sqlx::Error> {
    if batch.is_empty() {
        return Ok(());
    }
    // Immediate: a transaction that began as a reader could not wait for another process.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for (shape, job) in batch {
        let ran = match shape {
            Shape::OneStatement => {
                unless_panicked(job(Connection::new(&mut transaction, true))).await
            }
            Shape::Several => {
                let mut savepoint = transaction.begin().await?;
                let ran = unless_panicked(job(Connection::new(&mut savepoint, true))).await;
                if ran.as_ref().is_some_and(|ran| ran.keep) {
                    savepoint.commit().await?;
                } else if ran.as_ref().is_none_or(|ran| ran.broken.is_none()) {
                    savepoint.rollback().await?;
                }
                ran
            }
        };
        let Some(Ran { broken, answer, .. }) = ran else {
            tracing::error!("a write panicked");
            continue;
        };
        replies.push(answer);
        if let Some(text) = broken {
            return Err(sqlx::Error::Protocol(text));
        }
    }
    transaction.commit().await
}

/// Runs an operation to its end, or to its panic, which must not end the writer.
async fn unless_panicked(operation: Running<'_, Ran>) -> Option<Ran> {
    let mut operation = pin!(operation);
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| operation.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(ran)) => Poll::Ready(Some(ran)),
            Err(_panic) => Poll::Ready(None),
        }
    })
    .await
}
