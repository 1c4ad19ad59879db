//! Signing keys and the master key.
