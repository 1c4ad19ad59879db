//! Redis as the shared ephemeral memory (Redis 7 or newer, one server or one primary).
//!
//! Every key can be lost at any time. What is believed is guarded by the *epoch*, a key with a
//! short lease that says "this server holds every mark of the record"; its value names the server
//! process, the replication history and the fill, so that a restarted, flushed or failed-over
//! server is never taken for the one that was filled. See [`EPOCH_LEASE`] for the invariant. With
//! replicas set `min-replicas-to-write 1`, or a primary that was cut off is believed by the nodes
//! on its side of the cut.

mod scripts;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{FromRedisValue, Pipeline, RedisError};

use crate::protocol::ids::RealmId;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::ephemeral::{
    Admission, EPOCH_LEASE, Ephemeral, EphemeralError, IndexAnswer, Quota, RevocationSource, Spread,
};
use crate::store::records::{Revocation, RevocationMark, StoredRevocation};
use crate::store::redis::scripts::Scripts;

const EPOCH_KEY: &str = "vidimus:revocation-epoch";
const FILL_KEY: &str = "vidimus:revocation-fill";
/// A fill that takes longer has failed, and another node may try.
const FILL_LIMIT_MILLIS: u32 = 30_000;
/// No answer within this is no answer.
const ANSWER_LIMIT: Duration = Duration::from_millis(50);
/// Writing a batch while filling; nobody waits for it.
const FILL_ANSWER_LIMIT: Duration = Duration::from_secs(1);
/// Connecting goes on behind the callers, who have left after [`ANSWER_LIMIT`].
const CONNECT_LIMIT: Duration = Duration::from_millis(500);
/// Marks in one script call; a few milliseconds of the server's time.
const BATCH: usize = 500;
/// Marks outlive their tokens by this, for the server's clock may be ahead of ours.
const CLOCK_MARGIN: Lifetime = Lifetime::seconds(60);

/// Gives an unpredictable text, different at every call; `None` when the system has none.
pub type Nonce = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// The shared memory in Redis.
pub struct RedisEphemeral {
    connection: ConnectionManager,
    nonce: Nonce,
    scripts: Scripts,
    answer_limit: Duration,
    /// The epoch that this node last found to belong to the server it talks to.
    epoch: RwLock<Option<String>>,
    /// Set by a call without an answer: further calls fail at once, and the next
    /// [`Ephemeral::uphold`] is the probe that closes it again.
    open: AtomicBool,
}

/// What the server says of itself at the beginning of an upholding.
struct Sighting {
    /// The server's clock, read before the record.
    time: Timestamp,
    epoch: Option<String>,
    /// Process and replication history.
    identity: String,
}

impl RedisEphemeral {
    /// Opens a connection. A server that may throw marks away is refused; one that does not
    /// answer is not, for the record can stand in for it.
    pub async fn connect(url: &str, nonce: Nonce) -> Result<Self, EphemeralError> {
        let client = redis::Client::open(url).map_err(|error| failed(&error))?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(10))
            .set_max_delay(Duration::from_millis(10))
            .set_connection_timeout(Some(CONNECT_LIMIT))
            .set_response_timeout(Some(FILL_ANSWER_LIMIT));
        let redis = Self {
            connection: ConnectionManager::new_lazy_with_config(client, config)
                .map_err(|error| failed(&error))?,
            nonce,
            scripts: Scripts::new(),
            answer_limit: ANSWER_LIMIT,
            epoch: RwLock::new(None),
            open: AtomicBool::new(false),
        };
        let mut memory = redis::pipe();
        memory.cmd("INFO").arg("memory");
        match redis.pipeline::<(String,)>(&memory, CONNECT_LIMIT).await {
            Ok((memory,)) => refuse_eviction(&memory)?,
            Err(error) => tracing::warn!(%error, "Redis does not answer; the record stands in"),
        }
        Ok(redis)
    }

    /// Waits longer or shorter than 50 ms for answers to requests; for a server that is far away.
    #[must_use]
    pub fn answering_within(mut self, limit: Duration) -> Self {
        self.answer_limit = limit;
        self
    }

    /// Runs a pipeline, and opens the circuit when there is no answer.
    async fn pipeline<T: FromRedisValue>(
        &self,
        pipeline: &Pipeline,
        limit: Duration,
    ) -> Result<T, EphemeralError> {
        let mut connection = self.connection.clone();
        self.answered(limit, pipeline.query_async(&mut connection))
            .await
    }

    async fn answered<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = Result<T, RedisError>>,
    ) -> Result<T, EphemeralError> {
        match tokio::time::timeout(limit, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                // A server that answers with an error (out of memory, say) is not silent.
                if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() {
                    self.open.store(true, Ordering::Relaxed);
                }
                Err(failed(&error))
            }
            Err(_elapsed) => {
                self.open.store(true, Ordering::Relaxed);
                Err(EphemeralError(format!("no answer within {limit:?}")))
            }
        }
    }

    fn refuse_when_open(&self) -> Result<(), EphemeralError> {
        if self.open.load(Ordering::Relaxed) {
            return Err(EphemeralError("it did not answer just now".to_owned()));
        }
        Ok(())
    }

    async fn write(
        &self,
        revocations: impl Iterator<Item = &Revocation>,
        limit: Duration,
    ) -> Result<(), EphemeralError> {
        let mut revocations = revocations.peekable();
        while revocations.peek().is_some() {
            let mut call = self.scripts.publish.prepare_invoke();
            for revocation in revocations.by_ref().take(BATCH) {
                call.key(mark_key(&revocation.realm, &revocation.mark))
                    .arg(revocation.not_after.unix_millis())
                    .arg(revocation.expires_at.plus(CLOCK_MARGIN).unix_millis());
            }
            let mut connection = self.connection.clone();
            let written = call.invoke_async::<i64>(&mut connection);
            self.answered(limit, written).await?;
        }
        Ok(())
    }

    async fn look(&self) -> Result<Sighting, EphemeralError> {
        let mut look = redis::pipe();
        look.cmd("TIME");
        look.cmd("GET").arg(EPOCH_KEY);
        look.cmd("INFO").arg("server");
        look.cmd("INFO").arg("replication");
        look.cmd("INFO").arg("memory");
        let (time, epoch, server, replication, memory): (
            (i64, i64),
            Option<String>,
            String,
            String,
            String,
        ) = self.pipeline(&look, self.answer_limit).await?;
        // An operator may have changed it since the start.
        refuse_eviction(&memory)?;
        let (seconds, micros) = time;
        let process = info(&server, "run_id").unwrap_or_default();
        let history = info(&replication, "master_replid").unwrap_or_default();
        Ok(Sighting {
            time: Timestamp::from_unix_millis(seconds * 1000 + micros / 1000),
            epoch,
            identity: format!("1:{process}:{history}:"),
        })
    }

    /// Loads every mark while holding the fill; `None` when another node holds it.
    async fn fill(
        &self,
        record: &(dyn RevocationSource + Sync),
    ) -> Result<Option<String>, EphemeralError> {
        let token = (self.nonce)()
            .ok_or_else(|| EphemeralError("the system gave no random bytes".to_owned()))?;
        let mut take = redis::pipe();
        take.cmd("SET").arg(FILL_KEY).arg(&token);
        take.arg("NX").arg("PX").arg(FILL_LIMIT_MILLIS);
        let (held,): (Option<String>,) = self.pipeline(&take, self.answer_limit).await?;
        if held.is_none() {
            return Ok(None);
        }
        let filled = async {
            let all = record.all().await?;
            self.write(revocations(&all), FILL_ANSWER_LIMIT).await?;
            tracing::info!(marks = all.len(), "filled Redis with the revocations");
            Ok(Some(token))
        };
        let filled = filled.await;
        if filled.is_err() {
            // Let the next node try at once. Should the fill be another's by now, that one fails
            // to declare, and is repeated: doubt costs speed only.
            let mut give_up = redis::pipe();
            give_up.cmd("DEL").arg(FILL_KEY).ignore();
            let _given_up = self.pipeline::<()>(&give_up, self.answer_limit).await;
        }
        filled
    }

    /// Publishes what no node has published, then says "whole" up to `sighting` plus the lease.
    async fn publish_then_renew(
        &self,
        record: &(dyn RevocationSource + Sync),
        sighting: &Sighting,
        filled: Option<&str>,
    ) -> Result<(), EphemeralError> {
        let unpublished = record.unpublished().await?;
        self.write(revocations(&unpublished), FILL_ANSWER_LIMIT)
            .await?;
        let until = sighting.time.plus(EPOCH_LEASE).unix_millis();
        let epoch = match (filled, &sighting.epoch) {
            (Some(token), _) => format!("{}{token}", sighting.identity),
            (None, Some(epoch)) => epoch.clone(),
            (None, None) => return Ok(()),
        };
        let mut call = match filled {
            Some(_) => self.scripts.declare.prepare_invoke(),
            None => self.scripts.renew.prepare_invoke(),
        };
        call.key(EPOCH_KEY).key(FILL_KEY);
        call.arg(&epoch).arg(until).arg(filled.unwrap_or_default());
        let mut connection = self.connection.clone();
        let renewed = call.invoke_async::<bool>(&mut connection);
        let whole = self.answered(self.answer_limit, renewed).await?;
        self.believe(whole.then_some(epoch));
        let sequences: Vec<i64> = unpublished.iter().map(|stored| stored.sequence).collect();
        if sequences.is_empty() {
            return Ok(());
        }
        record.mark_published(&sequences).await
    }

    fn believe(&self, epoch: Option<String>) {
        *self.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
    }

    fn believes(&self, epoch: Option<&str>) -> bool {
        let believed = self.epoch.read().unwrap_or_else(PoisonError::into_inner);
        epoch.is_some() && believed.as_deref() == epoch
    }
}

#[async_trait]
impl Ephemeral for RedisEphemeral {
    async fn standing(
        &self,
        realm: &RealmId,
        marks: &[RevocationMark],
        _now: Timestamp,
    ) -> Result<IndexAnswer, EphemeralError> {
        self.refuse_when_open()?;
        let mut ask = redis::cmd("MGET");
        ask.arg(EPOCH_KEY);
        for mark in marks {
            ask.arg(mark_key(realm, mark));
        }
        let mut connection = self.connection.clone();
        let answer: Vec<Option<String>> = self
            .answered(self.answer_limit, ask.query_async(&mut connection))
            .await?;
        let Some((epoch, standing)) = answer.split_first() else {
            return Ok(IndexAnswer::Lost);
        };
        if !self.believes(epoch.as_deref()) || standing.len() != marks.len() {
            return Ok(IndexAnswer::Lost);
        }
        let read = |value: &Option<String>| match value {
            None => Ok(None),
            Some(millis) => millis
                .parse()
                .map(|millis| Some(Timestamp::from_unix_millis(millis)))
                .map_err(|_foreign| EphemeralError("a mark cannot be read".to_owned())),
        };
        Ok(IndexAnswer::Known(
            standing.iter().map(read).collect::<Result<_, _>>()?,
        ))
    }

    async fn publish(
        &self,
        revocations: &[Revocation],
        _now: Timestamp,
    ) -> Result<(), EphemeralError> {
        self.refuse_when_open()?;
        self.write(revocations.iter(), self.answer_limit).await
    }

    async fn uphold(
        &self,
        record: &(dyn RevocationSource + Sync),
        _now: Timestamp,
    ) -> Result<(), EphemeralError> {
        let mut sighting = self.look().await?;
        self.open.store(false, Ordering::Relaxed);
        let belongs = |epoch: &String| epoch.starts_with(&sighting.identity);
        if sighting.epoch.as_ref().is_some_and(belongs) {
            return self.publish_then_renew(record, &sighting, None).await;
        }
        self.believe(None);
        let Some(token) = self.fill(record).await? else {
            return Ok(());
        };
        // A long fill must not eat up the lease: marks that came since are read after this.
        sighting = self.look().await?;
        self.publish_then_renew(record, &sighting, Some(&token))
            .await
    }

    async fn admit(
        &self,
        key: &str,
        quota: Quota,
        now: Timestamp,
    ) -> Result<Admission, EphemeralError> {
        self.refuse_when_open()?;
        let interval = quota.interval.millis();
        let span = interval.saturating_mul(i64::from(quota.burst.max(1)));
        let mut call = self.scripts.admit.prepare_invoke();
        call.key(format!("vidimus:rate:{key}"));
        call.arg(now.unix_millis()).arg(interval).arg(span);
        let mut connection = self.connection.clone();
        let counted = call.invoke_async::<i64>(&mut connection);
        let over = self.answered(self.answer_limit, counted).await?;
        if over <= 0 {
            return Ok(Admission::Admitted { first: over < 0 });
        }
        let retry_after = Lifetime::from_millis(u32::try_from(over).unwrap_or(u32::MAX));
        Ok(Admission::Refused { retry_after })
    }

    async fn note(
        &self,
        key: &str,
        member: &Digest,
        spread: Spread,
        now: Timestamp,
    ) -> Result<bool, EphemeralError> {
        self.refuse_when_open()?;
        let mut call = self.scripts.note.prepare_invoke();
        call.key(format!("vidimus:noted:{key}"));
        call.arg(now.unix_millis()).arg(spread.window.millis());
        call.arg(spread.limit).arg(member.to_hex());
        let mut connection = self.connection.clone();
        let noted = call.invoke_async::<bool>(&mut connection);
        self.answered(self.answer_limit, noted).await
    }
}

fn mark_key(realm: &RealmId, mark: &RevocationMark) -> String {
    format!("vidimus:{realm}:{}", mark.key())
}

fn revocations(stored: &[StoredRevocation]) -> impl Iterator<Item = &Revocation> {
    stored.iter().map(|stored| &stored.revocation)
}

/// A field of an `INFO` answer.
fn info<'a>(answer: &'a str, field: &str) -> Option<&'a str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
        .map(str::trim)
}

/// A mark that is evicted to make room is a revoked token that passes.
fn refuse_eviction(memory: &str) -> Result<(), EphemeralError> {
    let policy = info(memory, "maxmemory_policy").unwrap_or("noeviction");
    let unlimited = info(memory, "maxmemory") == Some("0");
    if policy == "noeviction" || unlimited {
        return Ok(());
    }
    Err(EphemeralError(format!(
        "Redis may throw revocations away: set maxmemory-policy to noeviction (it is {policy})"
    )))
}

fn failed(error: &RedisError) -> EphemeralError {
    EphemeralError(error.to_string())
}
