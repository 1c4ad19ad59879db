//! Behaviour, one test binary.

#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod support;
