//! How many requests may be under way: overall, and to one host.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::FetchError;

const OVERALL: usize = 32;
const PER_HOST: usize = 4;

/// The requests under way, counted by host.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<HashMap<String, usize>>);

impl Places {
    /// Takes a place until the guard is dropped. Nobody queues for one.
    pub(super) fn take(&self, host: String) -> Result<Place<'_>, FetchError> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= OVERALL {
            return Err(FetchError::Busy);
        }
        let here = taken.entry(host.clone()).or_default();
        if *here >= PER_HOST {
            return Err(FetchError::Busy);
        }
        *here += 1;
        Ok(Place { places: self, host })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request's place.
#[derive(Debug)]
pub(super) struct Place<'a> {
    places: &'a Places,
    host: String,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        match taken.get_mut(&self.host) {
            Some(here) if *here > 1 => *here -= 1,
            Some(_) | None => drop(taken.remove(&self.host)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: usize) -> String {
        format!("h{number}.example")
    }

    #[test]
    fn one_host_has_four_places() {
        let places = Places::default();
        let mut taken: Vec<_> = (0..PER_HOST).map(|_| places.take(host(0))).collect();
        assert!(taken.iter().all(Result::is_ok));
        assert_eq!(places.take(host(0)).unwrap_err(), FetchError::Busy);
        assert!(places.take(host(1)).is_ok());
        drop(taken.pop());
        assert!(places.take(host(0)).is_ok());
        drop(taken);
        // Hosts that are left alone are forgotten.
        assert!(places.taken().is_empty());
    }

    #[test]
    fn all_hosts_together_have_thirty_two() {
        let places = Places::default();
        let mut taken: Vec<_> = (0..OVERALL).map(|n| places.take(host(n))).collect();
        assert!(taken.iter().all(Result::is_ok));
        assert_eq!(places.take(host(99)).unwrap_err(), FetchError::Busy);
        drop(taken.pop());
        assert!(places.take(host(99)).is_ok());
    }
}
