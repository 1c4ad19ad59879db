//! The verbs of the record over a backend's two entries: reads and writes.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::{clients, families, keys, misc, realms, revocations, sessions, users};
use crate::account::event::Event;
use crate::account::session::Session;
use crate::account::slow_down::Attempts;
use crate::account::user::{LoginName, User};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, FamilyId, KeyId, RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::{
    Change, CodeRedemption, ConsentAnswer, Creation, Effects, Family, FamilyRevocation,
    KeyTransition, LiveNode, NewFamily, Page, Realm, Revocation, RevocationMark, SessionFacts,
    SigningKeyRecord, Store, StoreResult, StoredRevocation, TokenRotation,
};

#[async_trait]
impl Store for Backend {
    async fn create_realm(&self, realm: &Realm, events: &[Event]) -> StoreResult<Creation> {
        run!(self.write_all(realm, events), |c| {
            realms::create(c, &realm, &events)
        })
    }

    async fn realm(&self, realm: &RealmId) -> StoreResult<Option<Realm>> {
        run!(self.read(realm), |c| realms::find(c, &realm))
    }

    async fn update_realm(&self, realm: &Realm, events: &[Event]) -> StoreResult<Change> {
        run!(self.write_all(realm, events), |c| {
            realms::update(c, &realm, &events)
        })
    }

    async fn list_realms(&self) -> StoreResult<Vec<Realm>> {
        run!(self.read(), |c| realms::list(c))
    }

    async fn create_user(&self, user: &User, effects: &Effects) -> StoreResult<Creation> {
        run!(self.write_all(user, effects), |c| users::create(
            c, &user, &effects
        ))
    }

    async fn user(&self, realm: &RealmId, user: &UserId) -> StoreResult<Option<User>> {
        run!(self.read(realm, user), |c| users::find(c, &realm, &user))
    }

    async fn user_by_login(&self, realm: &RealmId, login: &LoginName) -> StoreResult<Option<User>> {
        run!(self.read(realm, login), |c| users::find_by_login(
            c, &realm, &login
        ))
    }

    async fn list_users(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<User>> {
        run!(self.read(realm, page), |c| users::list(c, &realm, &page))
    }

    async fn rehash_password(
        &self,
        realm: &RealmId,
        user: &UserId,
        old: &str,
        new: &str,
    ) -> StoreResult<()> {
        run!(self.write_one(realm, user, old, new), |c| {
            users::rehash_password(c, (&realm, &user), &old, &new)
        })
    }

    async fn login_attempts(
        &self,
        realm: &RealmId,
        account: &str,
    ) -> StoreResult<Option<Attempts>> {
        let account = account.to_owned();
        run!(self.read(realm), |c| users::attempts(c, &realm, &account))
    }

    async fn count_login_attempt(
        &self,
        realm: &RealmId,
        account: &str,
        seen: Option<Attempts>,
        counted: Attempts,
    ) -> StoreResult<bool> {
        let account = account.to_owned();
        run!(self.write_one(realm), |c| {
            users::count_attempt(c, (&realm, &account), seen, counted)
        })
    }

    async fn clear_login_attempts(&self, realm: &RealmId, account: &str) -> StoreResult<()> {
        run!(self.write_one(realm, account), |c| users::clear_attempts(
            c, &realm, &account
        ))
    }

    async fn create_client(&self, client: &Client, events: &[Event]) -> StoreResult<Creation> {
        run!(self.write_all(client, events), |c| {
            clients::create(c, &client, &events)
        })
    }

    async fn client(&self, realm: &RealmId, client: &ClientId) -> StoreResult<Option<Client>> {
        run!(self.read(realm, client), |c| clients::find(
            c, &realm, &client
        ))
    }

    async fn list_clients(&self, realm: &RealmId, page: &Page) -> StoreResult<Vec<Client>> {
        run!(self.read(realm, page), |c| clients::list(c, &realm, &page))
    }

    async fn update_client(&self, client: &Client, events: &[Event]) -> StoreResult<Change> {
        run!(self.write_all(client, events), |c| {
            clients::update(c, &client, &events)
        })
    }

    async fn delete_client(
        &self,
        realm: &RealmId,
        client: &ClientId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, client, effects), |c| clients::delete(
            c, &realm, &client, &effects, now
        ))
    }

    async fn open_session(
        &self,
        session: &Session,
        verified: &str,
        effects: &Effects,
    ) -> StoreResult<Change> {
        run!(self.write_all(session, verified, effects), |c| {
            sessions::open(c, &session, &verified, &effects)
        })
    }

    async fn session_facts(
        &self,
        realm: &RealmId,
        cookie: &Digest,
        client: Option<&ClientId>,
    ) -> StoreResult<Option<SessionFacts>> {
        let client = client.cloned();
        run!(self.read(realm, cookie), |c| sessions::facts(
            c,
            &realm,
            &cookie,
            client.as_ref()
        ))
    }

    async fn touch_session(
        &self,
        realm: &RealmId,
        session: &SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        run!(self.write_one(realm, session), |c| sessions::touch(
            c, &realm, &session, now
        ))
    }

    async fn end_session(
        &self,
        realm: &RealmId,
        session: &SessionId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change> {
        run!(self.write_all(realm, session, effects), |c| sessions::end(
            c, &realm, &session, &effects, now
        ))
    }

    async fn record_consent(&self, answer: &ConsentAnswer, effects: &Effects) -> StoreResult<()> {
        run!(self.write_all(answer, effects), |c| {
            sessions::record_consent(c, &answer, &effects)
        })
    }

    async fn issue_code(&self, family: &NewFamily) -> StoreResult<Change> {
        run!(self.write_one(family), |c| families::issue_code(c, &family))
    }

    async fn redeem_code(&self, redemption: &CodeRedemption) -> StoreResult<Option<Family>> {
        run!(self.write_one(redemption), |c| families::redeem_code(
            c,
            &redemption
        ))
    }

    async fn family_by_code(&self, realm: &RealmId, code: &Digest) -> StoreResult<Option<Family>> {
        run!(self.read(realm, code), |c| families::find_by_code(
            c, &realm, &code
        ))
    }

    async fn count_wrong_verifier(
        &self,
        realm: &RealmId,
        family: &FamilyId,
        limit: u32,
        now: Timestamp,
    ) -> StoreResult<u32> {
        run!(self.write_one(realm, family), |c| {
            families::count_wrong_verifier(c, (&realm, &family), limit, now)
        })
    }

    async fn rotate_family(&self, rotation: &TokenRotation) -> StoreResult<Option<Family>> {
        run!(self.write_one(rotation), |c| families::rotate(c, &rotation))
    }

    async fn family(&self, realm: &RealmId, family: &FamilyId) -> StoreResult<Option<Family>> {
        run!(self.read(realm, family), |c| families::find(
            c, &realm, &family
        ))
    }

    async fn revoke_family(
        &self,
        realm: &RealmId,
        family: &FamilyId,
        reason: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FamilyRevocation> {
        run!(self.write_all(realm, family, reason, effects), |c| {
            families::revoke(c, (&realm, &family), &reason, &effects, now)
        })
    }

    async fn record_revocations(&self, marks: &[Revocation], now: Timestamp) -> StoreResult<()> {
        run!(self.write_all(marks), |c| revocations::record_all(
            c, &marks, now
        ))
    }

    async fn standing_revocations(
        &self,
        realm: &RealmId,
        marks: &[RevocationMark],
        now: Timestamp,
    ) -> StoreResult<Vec<Revocation>> {
        run!(self.read(realm, marks), |c| revocations::standing(
            c, &realm, &marks, now
        ))
    }

    async fn all_revocations(&self, now: Timestamp) -> StoreResult<Vec<StoredRevocation>> {
        run!(self.read(), |c| revocations::all(c, now))
    }

    async fn revocations_after(&self, sequence: i64) -> StoreResult<Vec<StoredRevocation>> {
        run!(self.read(), |c| revocations::after(c, sequence))
    }

    async fn unpublished_revocations(&self, now: Timestamp) -> StoreResult<Vec<StoredRevocation>> {
        run!(self.read(), |c| revocations::unpublished(c, now))
    }

    async fn mark_published(&self, sequences: &[i64]) -> StoreResult<()> {
        run!(self.write_all(sequences), |c| revocations::mark_published(
            c, &sequences
        ))
    }

    async fn add_signing_key(
        &self,
        key: &SigningKeyRecord,
        events: &[Event],
    ) -> StoreResult<Creation> {
        run!(self.write_all(key, events), |c| {
            keys::add(c, &key, &events)
        })
    }

    async fn signing_keys(&self, realm: &RealmId) -> StoreResult<Vec<SigningKeyRecord>> {
        run!(self.read(realm), |c| keys::list(c, &realm))
    }

    async fn activate_key(
        &self,
        realm: &RealmId,
        key: &KeyId,
        events: &[Event],
        now: Timestamp,
    ) -> StoreResult<KeyTransition> {
        run!(self.write_all(realm, key, events), |c| {
            keys::activate(c, &realm, &key, &events, now)
        })
    }

    async fn retire_key(
        &self,
        realm: &RealmId,
        key: &KeyId,
        events: &[Event],
        now: Timestamp,
    ) -> StoreResult<KeyTransition> {
        run!(self.write_all(realm, key, events), |c| {
            keys::retire(c, &realm, &key, &events, now)
        })
    }

    async fn key_revision(&self) -> StoreResult<i64> {
        run!(self.read(), |c| keys::revision(c))
    }

    async fn realms_with_keys(&self) -> StoreResult<Vec<RealmId>> {
        run!(self.read(), |c| keys::realms(c))
    }

    async fn heartbeat(&self, node: &str, key_revision: i64, now: Timestamp) -> StoreResult<()> {
        run!(self.write_one(node), |c| keys::heartbeat(
            c,
            &node,
            key_revision,
            now
        ))
    }

    async fn live_nodes(&self, since: Timestamp) -> StoreResult<Vec<LiveNode>> {
        run!(self.read(), |c| keys::live_nodes(c, since))
    }

    async fn forget_node(&self, node: &str) -> StoreResult<()> {
        run!(self.write_one(node), |c| keys::forget_node(c, &node))
    }

    async fn setting_or_insert(&self, name: &str, value: &[u8]) -> StoreResult<Vec<u8>> {
        run!(self.write_one(name, value), |c| misc::setting_or_insert(
            c, &name, &value
        ))
    }

    async fn claim_job(
        &self,
        job: &str,
        node: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        run!(self.write_one(job, node), |c| misc::claim_job(
            c, &job, &node, now, until
        ))
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> StoreResult<u64> {
        run!(self.write_all(), |c| misc::purge(c, now, limit))
    }

    async fn ping(&self) -> StoreResult<()> {
        run!(self.write_one(), |c| misc::ping(c))
    }

    async fn close(&self) {
        self.close_connections().await;
    }
}
