//! Behaviour from the outside.

mod store;
mod support;
