//! The pages in a real Chromium: the whole way through the demo, and how it looks and behaves.
//!
//! Screenshots are left in `target/screenshots`.

#[cfg(test)]
use vidimus::{account, protocol};

#[cfg(test)]
mod application;
#[cfg(test)]
mod axe;
#[cfg(test)]
mod chromium;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod device;
#[cfg(test)]
mod devtools;
#[cfg(test)]
mod every_page;
#[cfg(test)]
mod keyboard;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod life;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod person;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod product;
#[cfg(test)]
mod program;
#[cfg(test)]
mod shelf;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod support;
#[cfg(test)]
mod visit;
