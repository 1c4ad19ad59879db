//! What the OpenID Foundation's conformance suite asks, a test for each of its modules by its name.

mod backchannel_logout;
mod frontchannel_logout;
mod rp_initiated_logout;
mod session_management;
