//! The verbs over sign-ins in progress and second factors.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::factors::{self, Removal};
use super::queries::sign_ins;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::factors::{
    FactorFacts, FactorRemoval, RememberedDevice, SignIn, SignInFacts, SignIns, StepOutcome,
    StepTaken, TotpApp,
};
use crate::store::{Change, Effects, StoreResult};

#[async_trait]
impl SignIns for Backend {
    async fn begin_sign_in(&self, sign_in: &SignIn, verified: &str) -> StoreResult<Change> {
        run!(self.write_one(sign_in, verified), |c| sign_ins::begin(
            c, &sign_in, &verified, None
        ))
    }

    async fn begin_sign_in_by_mail(
        &self,
        sign_in: &SignIn,
        (verified, mailbox): (&str, &str),
        effects: &Effects,
    ) -> StoreResult<Change> {
        run!(self.write_all(sign_in, verified, mailbox, effects), |c| {
            sign_ins::begin_by_mail(c, &sign_in, (&*verified, &*mailbox), &effects)
        })
    }

    async fn sign_in(
        &self,
        realm: &RealmId,
        cookie: &Digest,
        now: Timestamp,
    ) -> StoreResult<Option<SignInFacts>> {
        run!(self.read(realm, cookie), |c| sign_ins::find(
            c, &realm, &cookie, now
        ))
    }

    async fn take_step(
        &self,
        step: &StepTaken,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<StepOutcome> {
        run!(self.write_all(step, effects), |c| sign_ins::take_step(
            c, &step, &effects, now
        ))
    }

    async fn factors(
        &self,
        realm: &RealmId,
        user: &UserId,
        device: Option<&Digest>,
        now: Timestamp,
    ) -> StoreResult<FactorFacts> {
        let device = device.copied();
        run!(self.read(realm, user), |c| factors::facts(
            c,
            (&realm, &user),
            device.as_ref(),
            now
        ))
    }

    async fn totp_apps(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<TotpApp>> {
        run!(self.read(realm, user), |c| factors::apps(c, &realm, &user))
    }

    async fn rename_totp_app(
        &self,
        realm: &RealmId,
        user: &UserId,
        app: &str,
        name: &str,
    ) -> StoreResult<Change> {
        run!(self.write_one(realm, user, app, name), |c| factors::rename(
            c,
            (&realm, &user),
            &app,
            &name
        ))
    }

    async fn remove_totp_app(
        &self,
        (realm, user): (&RealmId, &UserId),
        app: &str,
        factor_demanded: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FactorRemoval> {
        let removal = Removal {
            factor_demanded,
            now,
        };
        run!(self.write_all(realm, user, app, effects), |c| {
            factors::remove(c, (&realm, &user), &app, removal, &effects)
        })
    }

    async fn reset_factors(
        &self,
        realm: &RealmId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, effects), |c| factors::reset(
            c,
            (&realm, &user),
            &effects,
            now
        ))
    }

    async fn replace_recovery_codes(
        &self,
        realm: &RealmId,
        user: &UserId,
        codes: &[Digest],
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, codes, effects), |c| {
            factors::replace_codes(c, (&realm, &user), &codes, &effects, now)
        })
    }

    async fn remembered_devices(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<RememberedDevice>> {
        run!(self.read(realm, user), |c| factors::devices(
            c,
            (&realm, &user),
            now
        ))
    }

    async fn tell(&self, effects: &Effects, now: Timestamp) -> StoreResult<()> {
        run!(self.write_all(effects), |c| factors::tell(c, &effects, now))
    }

    async fn forget_device(
        &self,
        realm: &RealmId,
        user: &UserId,
        device: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, user, device, effects), |c| {
            factors::forget(c, (&realm, &user), &device, &effects, now)
        })
    }
}
