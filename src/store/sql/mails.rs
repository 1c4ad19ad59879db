//! The verbs of the mail outbox.

use async_trait::async_trait;

use super::super::Backend;
use super::queries::mails;
use crate::protocol::ids::RealmId;
use crate::protocol::time::Timestamp;
use crate::store::{
    Change, MailBacklog, MailCounts, MailFate, MailFilter, Mails, StoreResult, StoredMail,
};

#[async_trait]
impl Mails for Backend {
    async fn due_mails(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<StoredMail>> {
        run!(self.read(), |c| mails::due(c, now, limit))
    }

    async fn claim_mail(
        &self,
        seen: &StoredMail,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<Option<StoredMail>> {
        run!(self.write_one(seen), |c| mails::claim(c, &seen, now, until))
    }

    async fn settle_mail(
        &self,
        claimed: &StoredMail,
        fate: MailFate,
        answer: &str,
    ) -> StoreResult<Change> {
        run!(self.write_one(claimed, answer), |c| mails::settle(
            c, &claimed, fate, answer
        ))
    }

    async fn retry_mail(&self, realm: &RealmId, id: &str, now: Timestamp) -> StoreResult<Change> {
        run!(self.write_one(realm, id), |c| mails::retry(
            c, &realm, id, now
        ))
    }

    async fn retry_mails(&self, realm: &RealmId, now: Timestamp) -> StoreResult<u64> {
        run!(self.write_one(realm), |c| mails::retry_all(c, &realm, now))
    }

    async fn list_mails(
        &self,
        realm: &RealmId,
        filter: MailFilter,
        limit: u32,
    ) -> StoreResult<Vec<StoredMail>> {
        run!(self.read(realm), |c| mails::list(c, &realm, filter, limit))
    }

    async fn count_mails(&self, realm: &RealmId) -> StoreResult<MailCounts> {
        run!(self.read(realm), |c| mails::counts(c, &realm))
    }

    async fn waiting_mails(&self) -> StoreResult<u64> {
        run!(self.read(), |c| mails::waiting(c))
    }

    async fn mail_backlog(&self) -> StoreResult<MailBacklog> {
        run!(self.read(), |c| mails::backlog(c))
    }
}
