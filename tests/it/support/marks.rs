//! A record that holds nothing but revocation marks.

use std::sync::Mutex;

use async_trait::async_trait;
use vidimus::store::ephemeral::{EphemeralError, RevocationSource};
use vidimus::store::{Revocation, StoredRevocation};

/// The record's marks, as the revocation job would read them.
#[derive(Default)]
pub(crate) struct Record {
    marks: Mutex<Vec<(StoredRevocation, bool)>>,
}

impl Record {
    pub(crate) fn add(&self, revocation: &Revocation) {
        let mut marks = self.marks.lock().unwrap();
        let stored = StoredRevocation {
            sequence: i64::try_from(marks.len()).unwrap(),
            revocation: revocation.clone(),
        };
        marks.push((stored, false));
    }

    pub(crate) fn read(&self, all: bool) -> Vec<StoredRevocation> {
        let marks = self.marks.lock().unwrap();
        let wanted = marks.iter().filter(|(_, published)| all || !published);
        wanted.map(|(stored, _)| stored.clone()).collect()
    }
}

#[async_trait]
impl RevocationSource for Record {
    async fn unpublished(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        Ok(self.read(false))
    }
    async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        Ok(self.read(true))
    }
    async fn mark_published(&self, sequences: &[i64]) -> Result<(), EphemeralError> {
        for (stored, published) in self.marks.lock().unwrap().iter_mut() {
            *published |= sequences.contains(&stored.sequence);
        }
        Ok(())
    }
}

/// A record that cannot be read.
pub(crate) struct NoRecord;

#[async_trait]
impl RevocationSource for NoRecord {
    async fn unpublished(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        Err(EphemeralError("no record".to_owned()))
    }
    async fn all(&self) -> Result<Vec<StoredRevocation>, EphemeralError> {
        Err(EphemeralError("no record".to_owned()))
    }
    async fn mark_published(&self, _sequences: &[i64]) -> Result<(), EphemeralError> {
        Err(EphemeralError("no record".to_owned()))
    }
}
