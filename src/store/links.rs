//! The verbs over one-time links: each spends a link together with what the link is for.

use async_trait::async_trait;

use super::{Effects, PasswordChange, StoreResult};
use crate::account::link::{Link, LinkPurpose};
use crate::account::user::User;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// What came of using a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkUse {
    /// This call has used it, and what it is for is done.
    Used,
    /// It may not be used now: another caller was faster, it is too old, or it is void. Nothing
    /// changed; the caller reads [`Links::link`] to learn why.
    Void,
    /// The account that it would make or change has a name that is taken. Nothing changed.
    NameTaken,
}

/// What came of using one of the links around a new address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressUse {
    /// This call has used it, and the account has the new address.
    Changed,
    /// This call has used it; the account keeps its address until the other link is used too.
    Waits,
    /// As [`LinkUse::Void`].
    Void,
    /// The new address is somebody else's, as address or user name. Nothing changed.
    NameTaken,
}

/// One of the links around a new address is used.
#[derive(Debug, Clone)]
pub struct AddressStep {
    /// Where it stands.
    pub realm: RealmId,
    /// The digest of what its address carries.
    pub digest: Digest,
    /// From which end: [`LinkPurpose::ConfirmNewAddress`] or [`LinkPurpose::AgreeToNewAddress`].
    pub purpose: LinkPurpose,
    /// What goes with it when the other end has still to confirm.
    pub waiting: Effects,
    /// What goes with the change.
    pub changed: Effects,
    /// The moment.
    pub now: Timestamp,
}

/// The record of links. They are written with what they are sent for: [`Effects::links`].
#[async_trait]
pub trait Links: Send + Sync + 'static {
    /// One link, used or expired though it may be.
    async fn link(&self, realm: &RealmId, digest: &Digest) -> StoreResult<Option<Link>>;
    /// The link that holds a slot ([`Link::slot`]).
    async fn link_in_slot(
        &self,
        realm: &RealmId,
        purpose: LinkPurpose,
        slot: &str,
    ) -> StoreResult<Option<Link>>;
    /// Writes effects that go with no other change: a link and the mail that carries it.
    async fn write_effects(&self, effects: &Effects, now: Timestamp) -> StoreResult<()>;
    /// Uses a link of this purpose that was sent to the user's address, and registers the user as
    /// [`super::Store::create_user`] does.
    async fn create_user_by_link(
        &self,
        digest: &Digest,
        purpose: LinkPurpose,
        user: &User,
        effects: &Effects,
    ) -> StoreResult<LinkUse>;
    /// Uses a link that resets a password, if its account still has the address that it was sent
    /// to, and sets the password as [`super::Passwords::change_password`] does.
    async fn reset_password_by_link(
        &self,
        digest: &Digest,
        change: &PasswordChange,
    ) -> StoreResult<LinkUse>;
    /// Uses a link that confirms a new address or agrees to it, if the account stands and nothing
    /// has ended all that was granted to it since the link was made. When nothing is missing
    /// ([`crate::account::new_address::weigh`]), the account has the new address, as confirmed; a
    /// user name that is the address before changes with it.
    async fn change_address_by_link(&self, step: &AddressStep) -> StoreResult<AddressUse>;
    /// Uses a link that undoes a deletion, and restores the account as
    /// [`super::People::switch_user`] does.
    async fn restore_by_link(
        &self,
        realm: &RealmId,
        digest: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<LinkUse>;
    /// Uses a link that locks an account, and locks it as [`super::People::switch_user`] does.
    async fn lock_by_link(
        &self,
        realm: &RealmId,
        digest: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<LinkUse>;
}
