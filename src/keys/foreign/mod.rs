//! What others sign: client assertions, request objects, and the keys that they are checked with.
//!
//! Every byte here comes from outside, so everything has a bound, and nothing is believed before
//! its signature matches.

mod jwk_set;
mod jws;
#[cfg(test)]
mod tests;

pub use jwk_set::{JwkSet, JwkSetFault, MAX_SET_BYTES};
pub use jws::{ForeignJws, ForeignRefusal, MAX_FOREIGN_BYTES, VerifiedClaims};
