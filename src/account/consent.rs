//! Rules about consent.
