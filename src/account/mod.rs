//! Pure rules about people: users, passwords, sessions, slow-down.
//!
//! Refuses to know: storage, HTTP, the clock, randomness.

pub mod claims;
pub mod import;
pub mod password;
pub mod profile;
pub mod session;
pub mod slow_down;
pub mod user;
