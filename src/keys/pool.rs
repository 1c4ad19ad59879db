//! Fixed threads for work that would stall the runtime, with a bounded queue in front.
//!
//! A place is reserved before anything is spent: overload then refuses a request whose code or
//! refresh token is still good.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::keys::KeyError;

/// How much less urgent a thread is that gives way, as `nice` counts: with others that want the
/// whole core it still gets a tenth of it.
#[cfg(target_os = "linux")]
const GIVING_WAY: i32 = 10;

/// The pool that signs tokens.
pub type SigningPool = WorkPool<()>;
/// A place in the pool that signs tokens.
pub type SigningSlot = Slot<()>;

/// Every thread is busy and the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much work is waiting")]
pub struct PoolFull;

/// The work panicked, or the pool was shut down before it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was lost")]
pub struct JobLost;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Threads that each keep an `S` between pieces of work.
#[derive(Debug)]
pub struct WorkPool<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    free: AtomicUsize,
    queue: Mutex<Queue<S>>,
    work: Condvar,
}

struct Queue<S> {
    jobs: VecDeque<Job<S>>,
    closed: bool,
}

/// Where a piece of work enters the queue.
#[derive(Debug, Clone, Copy)]
enum Entrance {
    Front,
    Back,
}

/// A reserved place; given back when the work is done or the slot is dropped.
#[derive(Debug)]
pub struct Slot<S> {
    shared: Arc<Shared<S>>,
}

impl<S: Default + 'static> WorkPool<S> {
    /// Starts `threads` threads (one at least); `queue` more pieces of work may wait for them.
    pub fn new(name: &str, threads: usize, queue: usize) -> Result<Self, KeyError> {
        Self::begun_with(|| (), name, threads, queue)
    }

    /// The same, with threads that give way to all others where cores are short.
    pub fn giving_way(name: &str, threads: usize, queue: usize) -> Result<Self, KeyError> {
        Self::begun_with(give_way, name, threads, queue)
    }

    fn begun_with(begin: fn(), name: &str, threads: usize, queue: usize) -> Result<Self, KeyError> {
        let threads = threads.max(1);
        let places = threads.saturating_add(queue);
        let shared = Arc::new(Shared {
            free: AtomicUsize::new(places),
            queue: Mutex::new(Queue {
                jobs: VecDeque::with_capacity(places.min(1024)),
                closed: false,
            }),
            work: Condvar::new(),
        });
        // Dropped on a failed start, this also ends the threads that did start.
        let pool = Self { shared };
        for number in 0..threads {
            let shared = Arc::clone(&pool.shared);
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || {
                    begin();
                    shared.work_until_closed();
                })
                .map_err(|_os| KeyError::Library("start a thread"))?;
        }
        Ok(pool)
    }

    /// Reserves a place, or tells at once that there is none.
    pub fn reserve(&self) -> Result<Slot<S>, PoolFull> {
        self.reserve_sparing(0)
    }

    /// The same, leaving so many places to others.
    pub fn reserve_sparing(&self, spared: usize) -> Result<Slot<S>, PoolFull> {
        self.shared
            .free
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |free| {
                (free > spared).then(|| free - 1)
            })
            .map_err(|_none_free| PoolFull)?;
        Ok(Slot {
            shared: Arc::clone(&self.shared),
        })
    }

    /// How many places are free, for metrics.
    pub fn free(&self) -> usize {
        self.shared.free.load(Ordering::Relaxed)
    }
}

/// Lets this thread give way to others. Only Linux knows priorities of threads: elsewhere `nice`
/// speaks of the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(GIVING_WAY) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

impl<S> Drop for WorkPool<S> {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.closed = true;
        queue.jobs.clear();
        drop(queue);
        self.shared.work.notify_all();
    }
}

impl<S: 'static> Slot<S> {
    /// Runs `work` in the place of this slot, after all that waits. Work whose caller has gone is
    /// not begun.
    pub fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, JobLost>> + Send {
        self.run_from(Entrance::Back, work)
    }

    /// The same, before all that waits.
    pub fn run_first<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, JobLost>> + Send {
        self.run_from(Entrance::Front, work)
    }

    fn run_from<T: Send + 'static>(
        self,
        entrance: Entrance,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, JobLost>> + Send {
        let (give, take) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let job = Box::new(move |state: &mut S| {
            let slot = self;
            if give.is_closed() {
                return;
            }
            let result = work(state);
            // The place is free before the caller wakes, so that it may reserve again.
            drop(slot);
            if give.send(result).is_err() {
                tracing::debug!("nobody waits for the result of finished work");
            }
        });
        shared.push(entrance, job);
        async move { take.await.map_err(|_dropped| JobLost) }
    }
}

impl<S> Drop for Slot<S> {
    fn drop(&mut self) {
        self.shared.free.fetch_add(1, Ordering::Release);
    }
}

impl<S> Shared<S> {
    /// No code that can panic runs under this lock, so a poisoned one holds a whole queue.
    fn lock(&self) -> MutexGuard<'_, Queue<S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, entrance: Entrance, job: Job<S>) {
        let mut queue = self.lock();
        if queue.closed {
            return;
        }
        match entrance {
            Entrance::Front => queue.jobs.push_front(job),
            Entrance::Back => queue.jobs.push_back(job),
        }
        drop(queue);
        self.work.notify_one();
    }

    fn next(&self) -> Option<Job<S>> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            queue = self
                .work
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<S: Default> Shared<S> {
    fn work_until_closed(&self) {
        let mut state = S::default();
        while let Some(job) = self.next() {
            if catch_unwind(AssertUnwindSafe(|| job(&mut state))).is_err() {
                tracing::error!("a piece of work panicked; its thread goes on");
                // What the panic left behind is not trusted.
                state = S::default();
            }
        }
    }
}

impl<S> std::fmt::Debug for Shared<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("free", &self.free)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_threads_that_give_way_are_less_urgent() {
        let urgency = || rustix::process::getpriority_process(None).unwrap();
        let here = urgency();
        let ordinary = SigningPool::new("test", 1, 0).unwrap();
        let giving_way = SigningPool::giving_way("test", 1, 0).unwrap();
        let of = async |pool: SigningPool| {
            let slot = pool.reserve().unwrap();
            slot.run(move |_state| urgency()).await.unwrap()
        };
        assert_eq!(of(giving_way).await, (here + GIVING_WAY).min(19));
        assert_eq!(of(ordinary).await, here);
        assert_eq!(urgency(), here, "not the whole process");
    }

    fn pool(threads: usize, queue: usize) -> SigningPool {
        WorkPool::new("test", threads, queue).unwrap()
    }

    #[tokio::test]
    async fn returns_what_the_work_returns() {
        let pool = pool(2, 2);
        assert_eq!(pool.reserve().unwrap().run(|()| 7).await, Ok(7));
        assert_eq!(pool.free(), 4);
    }

    #[tokio::test]
    async fn refuses_at_once_when_full_and_admits_again_when_done() {
        let pool = pool(1, 1);
        let (finish, wait) = mpsc::channel::<()>();
        let running = pool.reserve().unwrap().run(move |()| wait.recv());
        let waiting = pool.reserve().unwrap();
        assert!(matches!(pool.reserve(), Err(PoolFull)));
        drop(waiting);
        assert!(pool.reserve().is_ok());
        finish.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(pool.free(), 2);
    }

    #[tokio::test]
    async fn begins_with_what_comes_first() {
        let pool: WorkPool<Vec<char>> = WorkPool::new("test", 1, 3).unwrap();
        let (finish, wait) = mpsc::channel::<()>();
        let slot = || pool.reserve().unwrap();
        let running = slot().run(move |_| wait.recv());
        let note = |name| move |seen: &mut Vec<char>| seen.push(name);
        let waiting = (slot().run(note('a')), slot().run(note('b')));
        let urgent = slot().run_first(note('c'));
        finish.send(()).unwrap();
        running.await.unwrap().unwrap();
        let done = tokio::join!(waiting.0, waiting.1, urgent);
        assert_eq!(done, (Ok(()), Ok(()), Ok(())));
        let seen = slot().run(|seen| seen.clone()).await.unwrap();
        assert_eq!(seen, ['c', 'a', 'b']);
    }

    #[tokio::test]
    async fn survives_work_that_panics() {
        let pool = pool(1, 0);
        let lost = pool.reserve().unwrap().run(|()| panic!("on purpose")).await;
        assert_eq!(lost, Err(JobLost));
        let slot = loop {
            // The place comes back just after the caller learns of the loss.
            match pool.reserve() {
                Ok(slot) => break slot,
                Err(PoolFull) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(slot.run(|()| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn keeps_the_state_of_a_thread_between_works() {
        let pool: WorkPool<u32> = WorkPool::new("test", 1, 0).unwrap();
        for count in 1..=3 {
            let slot = pool.reserve().unwrap();
            let work = |state: &mut u32| {
                *state += 1;
                *state
            };
            assert_eq!(slot.run(work).await, Ok(count));
        }
    }

    #[tokio::test]
    async fn loses_waiting_work_when_dropped() {
        let pool = pool(1, 1);
        let (finish, wait) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel::<()>();
        let running = pool.reserve().unwrap().run(move |()| {
            begun.send(()).unwrap();
            wait.recv().is_ok()
        });
        begins.recv().unwrap();
        let waiting = pool.reserve().unwrap().run(|()| true);
        drop(pool);
        assert_eq!(waiting.await, Err(JobLost));
        finish.send(()).unwrap();
        assert_eq!(running.await, Ok(true));
    }
}
