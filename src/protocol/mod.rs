//! The protocol as pure rules over typed requests: no I/O, no clock, no randomness, no logging.

pub mod algorithm;
pub mod api;
pub mod authorize;
pub mod claims;
pub mod client;
pub mod discovery;
pub mod end_session;
pub mod error;
pub mod ids;
pub mod introspection;
pub mod issuer;
pub mod may_issue;
pub mod oxide;
pub mod params;
pub mod pkce;
pub mod realm;
pub mod redirect_uri;
pub mod resource;
pub mod response_type;
pub mod scope;
pub mod signing_key;
pub mod time;
pub mod token;
