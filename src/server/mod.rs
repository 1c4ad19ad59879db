//! The process: one listener, its life from the first log line to the last.
//!
//! Owns: the order of starting and stopping. The parts: [`listener`] accepts and serves
//! connections, [`tls`] has their certificate, [`lock`] keeps a second server off a SQLite file, [`assemble`] joins configuration,
//! store, keys, jobs and routes. Refuses to know: what the routes answer.

pub mod assemble;
pub mod demo;
pub mod listener;
pub mod lock;
pub mod mailing;
pub mod tls;

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Limits, Rejection};
use crate::protocol::time::Lifetime;

pub use assemble::{Assembled, Background, Migration};
pub use listener::{ListenerLimits, RunningServer, Server};
pub use tls::Tls;

impl From<&Limits> for ListenerLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            connections: limits.connections,
            header_timeout: limits.header_timeout,
            request_timeout: limits.request_timeout,
        }
    }
}

/// Why the server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The service manager asked.
    Terminated,
    /// Somebody at the terminal asked.
    Interrupted,
}

impl StopReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Terminated => "SIGTERM",
            Self::Interrupted => "SIGINT",
        }
    }
}

/// Serves until a signal asks to stop: SIGTERM or SIGINT drains, a second one stops at once.
pub async fn run(config: &Config, migration: Migration) -> anyhow::Result<StopReason> {
    let tls = Tls::load(&config.tls)?;
    let _lock = lock::DataLock::of(&config.database)?;
    // Bound before anything slow, so that a taken port is told first.
    let server = bind(config.listen, &config.limits).await?.with_tls(tls);
    let address = server.address();
    let monitoring = match config.metrics_listen {
        Some(listen) => Some(bind(listen, &config.limits).await?),
        None => None,
    };
    let mut assembled = assemble::assemble(config, migration, server.draining()).await?;
    let monitoring = monitoring.zip(assembled.metrics.take());
    let monitoring = monitoring.map(|(server, router)| server.start(router));
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        issuer = %config.issuer,
        listener = %address,
        metrics = monitoring.as_ref().map(|running| display(running.address())),
        tls = config.tls.files().is_some(),
        database = config.database.kind().as_str(),
        redis = config.redis_url.is_some(),
        data = %config.data.display(),
        "vidimus is ready"
    );
    let reason = serve(server, assembled, config.shutdown_grace).await;
    if let Some(monitoring) = monitoring {
        // Whoever watches sees the last requests end.
        monitoring.stop(Lifetime::ZERO).await;
    }
    reason
}

/// Reads the files that the configuration names, as a start would.
pub fn check_files(config: &Config) -> Result<(), Rejection> {
    Tls::load(&config.tls)?;
    assemble::outgoing(config)?;
    mailing::courier(config)?;
    Ok(())
}

/// Binds the listener.
pub async fn bind(listen: SocketAddr, limits: &Limits) -> anyhow::Result<Server> {
    Server::bind(listen, limits.into())
        .await
        .with_context(|| format!("cannot listen on {listen}"))
}

/// Serves what was assembled until a signal asks to stop.
pub async fn serve(
    server: Server,
    assembled: Assembled,
    grace: Lifetime,
) -> anyhow::Result<StopReason> {
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let running = server.start(assembled.router);
    let reason = signals.next().await;
    tracing::info!(signal = reason.as_str(), "stopping: finishing requests");
    let at_once = running.at_once();
    let unfinished = finish(running, grace, &mut signals, &at_once).await;
    // A second signal has cut the requests off; the record is closed in order all the same.
    assembled.background.stop().await;
    tracing::info!(
        signal = reason.as_str(),
        unfinished,
        "vidimus stopped because it was asked to"
    );
    Ok(reason)
}

/// Waits for requests in flight; returns how many connections were cut off.
async fn finish(
    running: RunningServer,
    grace: Lifetime,
    signals: &mut Signals,
    at_once: &CancellationToken,
) -> usize {
    let stopped = running.stop(grace);
    tokio::pin!(stopped);
    tokio::select! {
        unfinished = &mut stopped => unfinished,
        _second = signals.next() => {
            tracing::warn!("a second signal: stopping at once");
            at_once.cancel();
            stopped.await
        }
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> StopReason {
        tokio::select! {
            _ = self.terminate.recv() => StopReason::Terminated,
            _ = self.interrupt.recv() => StopReason::Interrupted,
        }
    }
}
