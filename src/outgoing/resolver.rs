//! From a name to its addresses, once for each request.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;

/// Look-ups of the system that may run at one time; each holds a thread, and may outlive the
/// request that wanted it.
const LOOKUPS: usize = 32;

/// Why a name gave no addresses.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The resolver's own words, for the log.
    #[error(transparent)]
    Failed(#[from] io::Error),
    /// Too many look-ups hang.
    #[error("too many look-ups are under way")]
    Busy,
}

/// Turns names into addresses. What it answers is judged, and then used as it is: a second answer
/// is never asked for.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of a name.
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError>;
}

/// The system's resolver: hosts file, DNS, whatever the machine is set up for.
#[derive(Debug)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let place = Arc::clone(&self.lookups)
            .try_acquire_owned()
            .map_err(|_full| ResolveError::Busy)?;
        let name = name.to_owned();
        let lookup = tokio::task::spawn_blocking(move || {
            // Until the thread is free again, not only until somebody has stopped waiting for it.
            let _place = place;
            let found = (name.as_str(), 0).to_socket_addrs()?;
            Ok(found.map(|address| address.ip()).collect())
        });
        lookup.await.map_err(io::Error::other)?
    }
}
