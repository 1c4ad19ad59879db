//! The verbs of [`Replays`].

use async_trait::async_trait;

use super::super::Backend;
use super::queries::replays;
use crate::store::StoreResult;
use crate::store::replays::{AssertionUse, Replays, UsedAssertion};

#[async_trait]
impl Replays for Backend {
    async fn spend_assertion(&self, assertion: &UsedAssertion) -> StoreResult<AssertionUse> {
        run!(self.write_one(assertion), |c| replays::spend_assertion(
            c, &assertion
        ))
    }
}
