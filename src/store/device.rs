//! Devices that wait for a person (RFC 8628): the verbs over their rows.

use async_trait::async_trait;

use super::{Change, Effects, NewFamily, StoreResult};
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;

pub use crate::protocol::device::{DeviceAuthorization, Polls};

/// What came of a device's wish to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceOpening {
    /// It waits.
    Opened,
    /// Another device has this user code; try another.
    CodeTaken,
    /// Too many devices of this client wait already.
    TooMany,
}

/// The record of devices.
#[async_trait]
pub trait DeviceAuthorizations {
    /// Lets a device wait, if fewer than `limit` of its client do.
    async fn open_device_authorization(
        &self,
        authorization: &DeviceAuthorization,
        limit: u32,
    ) -> StoreResult<DeviceOpening>;
    /// The device of a device code, answered or not.
    async fn device_authorization(
        &self,
        realm: &RealmId,
        device_code: &Digest,
    ) -> StoreResult<Option<DeviceAuthorization>>;
    /// The device of a user code, answered or not.
    async fn device_by_user_code(
        &self,
        realm: &RealmId,
        user_code: &UserCode,
    ) -> StoreResult<Option<DeviceAuthorization>>;
    /// Counts a poll, if what stands is still what was `seen`; false when another poll was faster.
    async fn count_device_poll(
        &self,
        realm: &RealmId,
        device_code: &Digest,
        seen: Polls,
        counted: Polls,
    ) -> StoreResult<bool>;
    /// Answers a waiting device with Allow, and in the same step opens the family whose code is
    /// the device code. `NotFound`, and nothing changed, when no device of the family's client
    /// waits under it at the family's `created_at`, or the session has ended meanwhile.
    async fn approve_device(&self, family: &NewFamily, effects: &Effects) -> StoreResult<Change>;
    /// Answers a waiting device with Deny; `NotFound`, and nothing is told, when none waits.
    async fn deny_device(
        &self,
        realm: &RealmId,
        device_code: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
}
