//! The verbs over devices.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::devices;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::protocol::user_code::UserCode;
use crate::secret::Digest;
use crate::store::device::{DeviceAuthorization, DeviceAuthorizations, DeviceOpening, Polls};
use crate::store::{Change, Effects, NewFamily, StoreResult};

#[async_trait]
impl DeviceAuthorizations for Backend {
    async fn open_device_authorization(
        &self,
        authorization: &DeviceAuthorization,
        limit: u32,
    ) -> StoreResult<DeviceOpening> {
        run!(self.write_all(authorization), |c| devices::open(
            c,
            &authorization,
            limit
        ))
    }

    async fn device_authorization(
        &self,
        realm: &RealmId,
        device_code: &Digest,
    ) -> StoreResult<Option<DeviceAuthorization>> {
        run!(self.read(realm, device_code), |c| devices::find(
            c,
            &realm,
            &device_code
        ))
    }

    async fn device_by_user_code(
        &self,
        realm: &RealmId,
        user_code: &UserCode,
    ) -> StoreResult<Option<DeviceAuthorization>> {
        run!(self.read(realm, user_code), |c| devices::find_by_user_code(
            c, &realm, &user_code
        ))
    }

    async fn count_device_poll(
        &self,
        realm: &RealmId,
        device_code: &Digest,
        seen: Polls,
        counted: Polls,
    ) -> StoreResult<bool> {
        run!(self.write_one(realm, device_code), |c| devices::count_poll(
            c,
            (&realm, &device_code),
            seen,
            counted
        ))
    }

    async fn approve_device(&self, family: &NewFamily, effects: &Effects) -> StoreResult<Change> {
        run!(self.write_all(family, effects), |c| devices::approve(
            c, &family, &effects
        ))
    }

    async fn deny_device(
        &self,
        realm: &RealmId,
        device_code: &Digest,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, device_code, effects), |c| {
            devices::deny(c, (&realm, &device_code), &effects, now)
        })
    }
}
