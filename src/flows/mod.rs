//! Use cases: reads, a pure decision, one atomic write.

pub mod hash_pool;
pub mod realm_keys;
