//! Pure rules about people: users, roles, passwords, sessions, slow-down, events, mails, one-time links,
//! languages.
//!
//! Refuses to know: storage, HTTP, the clock, randomness.

pub mod amendment;
pub mod claims;
pub mod device;
pub mod event;
pub mod factors;
pub mod import;
pub mod known_device;
pub mod language;
pub mod link;
pub mod mail;
pub mod mailed_code;
pub mod new_address;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod recovery;
pub mod role;
pub mod session;
pub mod slow_down;
pub mod totp;
pub mod user;
