//! What tests stand on.

pub(crate) mod marks;
pub(crate) mod redis;
