//! Resolved settings and where each came from.
