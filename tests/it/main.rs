//! Behaviour, from outside: one binary, so that it links once.

mod architecture;
mod cli;
mod config;
mod docs;
mod listener;
