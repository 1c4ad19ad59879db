//! Realms, clients, users and APIs as they were within the last second.
//!
//! The token path may not ask the record for its client each time; a second is the bound within
//! which switching something off must take effect on every node.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::account::user::User;
use crate::protocol::api::{Api, ApiId};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, FamilyId, GroupName, RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::store::{Realm, Store, StoreError};

/// How old an answer may be.
pub const FRESH_FOR: Lifetime = Lifetime::seconds(1);
/// How many answers of a kind are kept; beyond that all are forgotten, which costs one read each.
const CAPACITY: usize = 10_000;

/// The last answer of the record to each question.
#[derive(Debug)]
struct Recent<K, V>(Mutex<HashMap<K, Read<V>>>);

/// What the record said, and when; absence is an answer too.
#[derive(Debug, Clone)]
struct Read<V> {
    at: Timestamp,
    answer: Option<Arc<V>>,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn get(&self, key: &K, now: Timestamp) -> Option<Read<V>>
    where
        V: Clone,
    {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = answers.get(key)?;
        (now.since(read.at) < FRESH_FOR && read.at <= now).then(|| read.clone())
    }

    fn put(&self, key: K, answer: Option<V>, now: Timestamp) -> Option<Arc<V>> {
        let answer = answer.map(Arc::new);
        self.put_shared(key, answer.clone(), now);
        answer
    }

    fn put_shared(&self, key: K, answer: Option<Arc<V>>, now: Timestamp) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= CAPACITY {
            answers.clear();
        }
        answers.insert(key, Read { at: now, answer });
    }
}

/// The facts that requests need.
#[derive(Debug)]
pub struct Facts {
    realms: Recent<RealmId, Realm>,
    clients: Recent<(RealmId, ClientId), Client>,
    users: Recent<(RealmId, UserId), User>,
    owners: Recent<(RealmId, FamilyId), UserId>,
    groups: Recent<(RealmId, UserId), Vec<GroupName>>,
    apis: Recent<(RealmId, ApiId), Api>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            realms: Recent::new(),
            clients: Recent::new(),
            users: Recent::new(),
            owners: Recent::new(),
            groups: Recent::new(),
            apis: Recent::new(),
        }
    }
}

impl Facts {
    /// A realm, switched on or off.
    pub async fn realm(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        now: Timestamp,
    ) -> Result<Option<Arc<Realm>>, StoreError> {
        if let Some(read) = self.realms.get(realm, now) {
            return Ok(read.answer);
        }
        Ok(self
            .realms
            .put(realm.clone(), store.realm(realm).await?, now))
    }

    /// A client, switched on or off.
    pub async fn client(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, StoreError> {
        let key = (realm.clone(), client.clone());
        if let Some(read) = self.clients.get(&key, now) {
            return Ok(read.answer);
        }
        let read = store.client(realm, client).await?;
        Ok(self.clients.put(key, read, now))
    }

    /// Puts a client that has just been written in the place of what was read before.
    pub fn remember_client(&self, client: Client, now: Timestamp) -> Arc<Client> {
        let key = (client.realm.clone(), client.id.clone());
        let kept = Arc::new(client);
        self.clients.put_shared(key, Some(Arc::clone(&kept)), now);
        kept
    }

    /// A user, switched on or off.
    pub async fn user(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<Arc<User>>, StoreError> {
        let key = (realm.clone(), user.clone());
        if let Some(read) = self.users.get(&key, now) {
            return Ok(read.answer);
        }
        let read = store.user(realm, user).await?;
        Ok(self.users.put(key, read, now))
    }

    /// The groups that a person is in, for clients that are not for everybody.
    pub async fn groups(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<Arc<Vec<GroupName>>>, StoreError> {
        let key = (realm.clone(), user.clone());
        if let Some(read) = self.groups.get(&key, now) {
            return Ok(read.answer);
        }
        let read = store.member(realm, user, None).await?;
        let groups = read.map(|(_, memberships)| memberships.groups);
        Ok(self.groups.put(key, groups, now))
    }

    /// Who granted a family.
    pub async fn owner(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        family: &FamilyId,
        now: Timestamp,
    ) -> Result<Option<Arc<UserId>>, StoreError> {
        let key = (realm.clone(), family.clone());
        if let Some(read) = self.owners.get(&key, now) {
            return Ok(read.answer);
        }
        let read = store.family(realm, family).await?;
        let owner = read.map(|family| family.grant.user);
        Ok(self.owners.put(key, owner, now))
    }

    /// An API, switched on or off.
    pub async fn api(
        &self,
        store: &dyn Store,
        realm: &RealmId,
        api: &ApiId,
        now: Timestamp,
    ) -> Result<Option<Arc<Api>>, StoreError> {
        let key = (realm.clone(), api.clone());
        if let Some(read) = self.apis.get(&key, now) {
            return Ok(read.answer);
        }
        let read = store.api(realm, api).await?;
        Ok(self.apis.put(key, read, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_used_for_less_than_a_second() {
        let recent = Recent::new();
        let at = Timestamp::from_unix_millis;
        recent.put("k", Some(7), at(1_000));
        let answer = recent.get(&"k", at(1_999)).map(|read| read.answer);
        assert_eq!(answer, Some(Some(Arc::new(7))));
        assert!(recent.get(&"k", at(2_000)).is_none());
        assert!(
            recent.get(&"k", at(999)).is_none(),
            "a clock set back must not keep it alive"
        );
    }
}
