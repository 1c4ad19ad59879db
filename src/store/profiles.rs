//! What is known of a person, and what they are called.

use async_trait::async_trait;

use super::{Effects, StoreResult};
use crate::account::user::User;

/// What came of changing an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amended {
    /// It is what it was to be.
    Changed,
    /// The new user name or address is somebody else's, as either. Nothing changed.
    NameTaken,
    /// The account is not what it was seen as, or is no more. Nothing changed.
    Outdated,
}

/// The verbs over what an operator knows of a person.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// Gives a user whose row is still as it was seen `before` the user name, address, profile and
    /// demand for another password that they have `after`, at the moment of its `updated_at`.
    ///
    /// Another address makes void what was mailed to the one before and could still be used: links,
    /// but those that lock, and sign-ins in progress with their codes. A new demand for another
    /// password makes void the sign-ins in progress.
    async fn amend_user(
        &self,
        before: &User,
        after: &User,
        effects: &Effects,
    ) -> StoreResult<Amended>;
}
