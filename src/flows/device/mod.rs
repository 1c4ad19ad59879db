//! Device authorization (RFC 8628): a device asks, and a person answers in a browser elsewhere.
//! The device's polls come to the token endpoint.

pub mod answer;
pub mod open;
