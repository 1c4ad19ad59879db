//! Moments in words.

use serde::Serialize;

use crate::protocol::time::Timestamp;

/// A moment for a `time` element: for machines, and for people to the minute, zone included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// RFC 3339.
    pub machine: String,
    /// What is shown.
    pub shown: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let format = |pattern: &str| {
            chrono::DateTime::from_timestamp_millis(at.unix_millis()).map_or_else(
                || format!("{} s since 1970", at.unix_seconds()),
                |moment| moment.format(pattern).to_string(),
            )
        };
        Self {
            machine: format("%Y-%m-%dT%H:%M:%SZ"),
            shown: format("%Y-%m-%d %H:%M UTC"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_moments_for_machines_and_for_people() {
        let moment = Moment::from(Timestamp::from_unix_seconds(1_700_000_000));
        assert_eq!(moment.machine, "2023-11-14T22:13:20Z");
        assert_eq!(moment.shown, "2023-11-14 22:13 UTC");
    }
}
