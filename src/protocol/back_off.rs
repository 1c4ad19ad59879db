//! How long to wait before something that has failed is tried again.

use crate::protocol::time::Lifetime;

/// The pause after attempt number `attempts`, the first being 1. The last pause goes on.
pub fn pause_after(attempts: u32, pauses: &[Lifetime]) -> Lifetime {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = pauses.get(place).or(pauses.last());
    pause.copied().unwrap_or(Lifetime::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pause_goes_on() {
        let pauses = [1, 2].map(Lifetime::seconds);
        let seconds = [0, 1, 2, 3, u32::MAX].map(|attempts| pause_after(attempts, &pauses));
        assert_eq!(seconds, [1, 1, 2, 2, 2].map(Lifetime::seconds));
        assert_eq!(pause_after(1, &[]), Lifetime::ZERO);
    }
}
