//! The one outgoing HTTP client: every request to an address that somebody else has named.
//!
//! Owns: which addresses may be reached, that a connection goes to exactly the address that was
//! judged, and the limits on what an answer may cost. Refuses to know: what the answers mean.
//!
//! A client's metadata names addresses of its choice, and the server sits where its author does
//! not. So a request follows no redirect, no proxy and no second look at the name, and whatever is
//! not a public address is refused unless the operator allows it.

mod address;
mod client;
mod error;
mod exchange;
mod places;
mod resolver;
mod target;
mod tls;

pub use address::is_public;
pub use client::{Bounded, Fetched, Limits, Outgoing, OutgoingSettings};
pub use error::{FetchError, OutgoingError, TlsReason};
pub use exchange::{Body, Reply, exchange};
pub use resolver::{Resolve, ResolveError, SystemResolver};
