//! OpenID Connect beyond the plain code flow.

mod claims;
mod compatibility;
mod front_channel;
mod hints;
