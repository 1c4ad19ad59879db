//! What the OpenID Foundation's conformance suite asks, a test for each of its modules by its name.

mod assertions;
mod backchannel_logout;
mod basic;
mod basic_claims;
mod basic_codes;
mod basic_session;
mod config;
mod dynamic;
mod front_channel;
mod frontchannel_logout;
mod guide;
mod page;
mod plans;
mod registration;
mod requests;
mod rp_initiated_logout;
mod session_management;
mod suite;
