//! Moments and spans, with their units in the type.

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the Unix epoch, as in JWT claims (RFC 7519 §2, `NumericDate`).
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment one span later.
    #[must_use]
    pub const fn plus(self, span: Lifetime) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The moment one span earlier.
    #[must_use]
    pub const fn minus(self, span: Lifetime) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// The span from an earlier moment to this one; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Lifetime {
        let span = self.0.saturating_sub(earlier.0);
        Lifetime(if span < 0 { 0 } else { span })
    }
}

/// A span of time that is never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lifetime(i64);

impl Lifetime {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From seconds.
    pub const fn seconds(seconds: u32) -> Self {
        // A u32 always fits; `as` is the only const conversion.
        #[expect(clippy::as_conversions, reason = "widening, in a const fn")]
        Self(seconds as i64 * 1000)
    }

    /// From milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        #[expect(clippy::as_conversions, reason = "widening, in a const fn")]
        Self(millis as i64)
    }

    /// Both spans together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The span in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The span in whole seconds, rounded down.
    pub const fn whole_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// The span for timers.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}
