//! The verbs over passkeys and their ceremonies.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::factors::Removal;
use super::queries::passkeys;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::store::factors::FactorRemoval;
use crate::store::passkeys::{Ceremony, CeremonyKey, OwnedPasskey, Passkey, Passkeys};
use crate::store::{Change, Effects, StoreResult};

#[async_trait]
impl Passkeys for Backend {
    async fn passkey_handle(
        &self,
        realm: &RealmId,
        user: &UserId,
        fresh: Option<&[u8]>,
    ) -> StoreResult<Option<Vec<u8>>> {
        let Some(fresh) = fresh else {
            return run!(self.read(realm, user), |c| passkeys::handle(
                c, &realm, &user
            ));
        };
        run!(self.write_all(realm, user, fresh), |c| {
            passkeys::handle_or_insert(c, (&realm, &user), &fresh)
        })
    }

    async fn passkeys(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Passkey>> {
        run!(self.read(realm, user), |c| passkeys::of_user(
            c, &realm, &user
        ))
    }

    async fn passkey_by_credential(
        &self,
        realm: &RealmId,
        credential: &[u8],
    ) -> StoreResult<Option<OwnedPasskey>> {
        run!(self.read(realm, credential), |c| {
            passkeys::find_by_credential(c, &realm, &credential)
        })
    }

    async fn is_passkey_anywhere(&self, credential: &[u8]) -> StoreResult<bool> {
        run!(self.read(credential), |c| passkeys::is_anywhere(
            c,
            &credential
        ))
    }

    async fn begin_ceremony(&self, ceremony: &Ceremony) -> StoreResult<()> {
        run!(self.write_one(ceremony), |c| passkeys::begin(c, &ceremony))
    }

    async fn take_ceremony(
        &self,
        key: &CeremonyKey<'_>,
        now: Timestamp,
    ) -> StoreResult<Option<String>> {
        let CeremonyKey {
            realm,
            challenge,
            purpose,
            holder,
            user,
        } = *key;
        let user = user.cloned();
        run!(self.write_one(realm), |c| async move {
            let key = CeremonyKey {
                realm: &realm,
                challenge,
                purpose,
                holder,
                user: user.as_ref(),
            };
            passkeys::take(c, &key, now).await
        })
    }

    async fn rename_passkey(
        &self,
        realm: &RealmId,
        user: &UserId,
        passkey: &str,
        name: &str,
    ) -> StoreResult<Change> {
        run!(self.write_one(realm, user, passkey, name), |c| {
            passkeys::rename(c, (&realm, &user), &passkey, &name)
        })
    }

    async fn remove_passkey(
        &self,
        (realm, user): (&RealmId, &UserId),
        passkey: &str,
        factor_demanded: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FactorRemoval> {
        let removal = Removal {
            factor_demanded,
            now,
        };
        run!(self.write_all(realm, user, passkey, effects), |c| {
            passkeys::remove(c, (&realm, &user), &passkey, removal, &effects)
        })
    }
}
