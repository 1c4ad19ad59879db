//! The pages in a real Chromium: the whole way through the demo, and how it looks and behaves.
//!
//! Screenshots are left in `target/screenshots`.

#[cfg(test)]
mod chromium;
#[cfg(test)]
mod device;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod product;
#[cfg(test)]
mod program;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod visit;
