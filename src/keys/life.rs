//! The life of a signing key as a rule over facts: pending, active, retiring, retired.

use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::ids::KeyId;
use crate::protocol::signing_key::{KeyState, SigningKeyRecord};
use crate::protocol::time::{Lifetime, Timestamp};

/// How long keys stay in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySchedule {
    /// How long a key signs before its successor is made.
    pub rotation_interval: Lifetime,
    /// How long clients may cache the JWKS document; its `Cache-Control: max-age`.
    pub jwks_max_age: Lifetime,
    /// The longest life of a signed token, clock skew included.
    pub token_lifetime: Lifetime,
    /// How often a node looks for new keys and says which it has loaded.
    pub heartbeat: Lifetime,
    /// How old a node's loaded keys may be before it must look again or stop using them. Any
    /// change is in force on every node that still answers after this long.
    pub max_ring_age: Lifetime,
}

impl Default for KeySchedule {
    fn default() -> Self {
        Self {
            rotation_interval: Lifetime::seconds(90 * 24 * 3600),
            jwks_max_age: Lifetime::seconds(300),
            token_lifetime: Lifetime::seconds(3600 + 60),
            heartbeat: Lifetime::seconds(5),
            max_ring_age: Lifetime::seconds(30),
        }
    }
}

/// The next step in the life of a realm's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStep {
    /// Make the key that signs: there is none of this algorithm yet.
    AddFirst(SigningAlgorithm),
    /// Make a successor and publish it.
    AddPending(SigningAlgorithm),
    /// Let the successor sign.
    Activate(KeyId),
    /// Publish the key no longer.
    Retire(KeyId),
}

/// What is due now; each algorithm has a life of its own. `loaded_everywhere` is the lowest key
/// revision that a live node has loaded, `None` when no node lives: then nobody has published
/// anything yet.
pub fn due(
    keys: &[SigningKeyRecord],
    loaded_everywhere: Option<i64>,
    schedule: &KeySchedule,
    now: Timestamp,
) -> Vec<KeyStep> {
    let mut steps = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        let of_algorithm = keys.iter().filter(|key| key.algorithm == algorithm.name());
        let keys: Vec<&SigningKeyRecord> = of_algorithm.collect();
        let in_state = |state| keys.iter().filter(move |key| key.state == state);
        for key in in_state(KeyState::Pending) {
            if may_activate(key, loaded_everywhere, schedule, now) {
                steps.push(KeyStep::Activate(key.id.clone()));
            }
        }
        for key in in_state(KeyState::Retiring) {
            if may_retire(key, schedule, now) {
                steps.push(KeyStep::Retire(key.id.clone()));
            }
        }
        let has_pending = in_state(KeyState::Pending).next().is_some();
        match in_state(KeyState::Active).next() {
            None => steps.push(KeyStep::AddFirst(algorithm)),
            Some(active) if !has_pending && is_worn(active, schedule, now) => {
                steps.push(KeyStep::AddPending(algorithm));
            }
            Some(_) => {}
        }
    }
    steps
}

fn may_activate(
    key: &SigningKeyRecord,
    loaded_everywhere: Option<i64>,
    schedule: &KeySchedule,
    now: Timestamp,
) -> bool {
    // A client may have fetched the document from the last node that did not know the key.
    let known_to_clients = now.since(key.created_at).millis()
        >= schedule.jwks_max_age.millis() + schedule.max_ring_age.millis();
    known_to_clients && loaded_everywhere.is_some_and(|revision| revision >= key.revision)
}

fn may_retire(key: &SigningKeyRecord, schedule: &KeySchedule, now: Timestamp) -> bool {
    // A node may have signed with it until its ring was too old to use.
    key.retiring_at.is_some_and(|retiring_at| {
        now.since(retiring_at).millis()
            >= schedule.token_lifetime.millis() + schedule.max_ring_age.millis()
    })
}

fn is_worn(key: &SigningKeyRecord, schedule: &KeySchedule, now: Timestamp) -> bool {
    let since = key.activated_at.unwrap_or(key.created_at);
    now.since(since) >= schedule.rotation_interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RealmId;

    const DAY: u32 = 24 * 3600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn key(id: &str, state: KeyState, since: i64, revision: i64) -> SigningKeyRecord {
        SigningKeyRecord {
            realm: RealmId::default_realm(),
            id: KeyId::parse(id).unwrap(),
            algorithm: "RS256".to_owned(),
            state,
            sealed_private: Vec::new(),
            public_jwk: String::new(),
            created_at: at(since),
            activated_at: (state != KeyState::Pending).then_some(at(since)),
            retiring_at: (state == KeyState::Retiring).then_some(at(since)),
            revision,
        }
    }

    /// The same key of another algorithm.
    fn of(algorithm: SigningAlgorithm, mut key: SigningKeyRecord) -> SigningKeyRecord {
        algorithm.name().clone_into(&mut key.algorithm);
        key
    }

    /// What is due beside keys of the other algorithms that are never worn.
    fn steps(keys: &[SigningKeyRecord], loaded: Option<i64>, now: i64) -> Vec<KeyStep> {
        let [_rs256, others @ ..] = SigningAlgorithm::ALL;
        let young = others.map(|one| of(one, key(one.name(), KeyState::Active, now, 1)));
        let keys = [keys, &young].concat();
        due(&keys, loaded, &KeySchedule::default(), at(now))
    }

    #[test]
    fn makes_a_successor_when_the_active_key_is_old() {
        let keys = [key("a", KeyState::Active, 0, 1)];
        let old = i64::from(90 * DAY);
        assert_eq!(steps(&keys, Some(1), old - 1), []);
        let add = [KeyStep::AddPending(SigningAlgorithm::Rs256)];
        assert_eq!(steps(&keys, Some(1), old), add);
    }

    #[test]
    fn makes_no_second_successor() {
        let old = i64::from(90 * DAY);
        let keys = [
            key("a", KeyState::Active, 0, 1),
            key("b", KeyState::Pending, old, 2),
        ];
        assert_eq!(steps(&keys, Some(2), old), []);
    }

    #[test]
    fn activates_a_successor_that_clients_know_and_nodes_have_loaded() {
        let keys = [
            key("a", KeyState::Active, 0, 1),
            key("b", KeyState::Pending, 1000, 2),
        ];
        let activate = [KeyStep::Activate(KeyId::parse("b").unwrap())];
        assert_eq!(steps(&keys, Some(2), 1329), []);
        assert_eq!(steps(&keys, Some(2), 1330), activate);
        assert_eq!(steps(&keys, Some(1), 1330), [], "a node has not loaded it");
        assert_eq!(steps(&keys, None, 1330), [], "no node publishes it");
    }

    #[test]
    fn retires_a_key_when_its_last_token_has_expired() {
        let keys = [
            key("a", KeyState::Retiring, 1000, 3),
            key("b", KeyState::Active, 1000, 3),
        ];
        let retire = [KeyStep::Retire(KeyId::parse("a").unwrap())];
        assert_eq!(steps(&keys, Some(3), 1000 + 3689), []);
        assert_eq!(steps(&keys, Some(3), 1000 + 3690), retire);
    }

    #[test]
    fn makes_the_first_key_of_each_algorithm_that_has_none() {
        let keys = [key("a", KeyState::Active, 0, 1)];
        let [_rs256, others @ ..] = SigningAlgorithm::ALL;
        let schedule = KeySchedule::default();
        let first = others.map(KeyStep::AddFirst);
        assert_eq!(due(&keys, Some(1), &schedule, at(0)), first);
        let es = SigningAlgorithm::Es256;
        let retiring = of(es, key("b", KeyState::Retiring, 0, 1));
        let keys = [keys.as_slice(), &[retiring]].concat();
        assert_eq!(due(&keys, Some(1), &schedule, at(0)), first);
    }

    #[test]
    fn moves_the_keys_of_each_algorithm_by_themselves() {
        let es = SigningAlgorithm::Es256;
        let old = i64::from(90 * DAY);
        let schedule = KeySchedule::default();
        let mut keys = SigningAlgorithm::ALL
            .map(|one| of(one, key(one.name(), KeyState::Active, 1, 1)))
            .to_vec();
        // A successor of one algorithm is none of the others.
        keys.push(of(es, key("b", KeyState::Pending, old, 2)));
        let add = [
            KeyStep::AddPending(SigningAlgorithm::Rs256),
            KeyStep::AddPending(SigningAlgorithm::Ps256),
            KeyStep::AddPending(SigningAlgorithm::EdDsa),
        ];
        assert_eq!(due(&keys, Some(2), &schedule, at(old + 1)), add);
        let activated = due(&keys, Some(2), &schedule, at(old + 330));
        let activate = KeyStep::Activate(KeyId::parse("b").unwrap());
        assert!(activated.contains(&activate), "{activated:?}");
    }
}
