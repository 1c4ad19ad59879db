//! Behaviour from the outside.

mod migrations;
mod store;
mod support;
