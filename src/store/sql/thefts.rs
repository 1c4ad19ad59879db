//! The verb over thefts.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::thefts;
use crate::store::thefts::{Theft, Thefts};
use crate::store::{Effects, Revocation, StoreResult};

#[async_trait]
impl Thefts for Backend {
    async fn end_stolen_family(
        &self,
        theft: &Theft,
        effects: &Effects,
    ) -> StoreResult<Vec<Revocation>> {
        run!(self.write_all(theft, effects), |c| thefts::end(
            c, &theft, &effects
        ))
    }
}
