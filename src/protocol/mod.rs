//! The protocol as pure rules over typed requests: no I/O, no clock, no randomness, no logging.

pub mod client;
pub mod error;
pub mod ids;
pub mod scope;
pub mod signing_key;
pub mod time;
