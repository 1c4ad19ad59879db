//! The public keys of clients: registered by value, or fetched from where the client keeps them.
//!
//! Fetched keys are kept for a while, and looked for anew when a signature cannot be checked with
//! them, since the client may have changed its keys. Strangers can make us look too, so that one
//! client's address is asked seldom, and by one request at a time; no other client waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as Turn;

use crate::flows::App;
use crate::keys::{
    EncryptRefusal, ForeignJws, ForeignRefusal, JwkSet, JwkSetFault, KeyError, Plaintext,
    VerifiedClaims, encrypt_for,
};
use crate::outgoing::{FetchError, Outgoing};
use crate::protocol::algorithm::{ContentEncryption, KeyManagement, SigningAlgorithm};
use crate::protocol::client::Client;
use crate::protocol::ids::{ClientId, RealmId};
use crate::protocol::time::{Lifetime, Timestamp};

/// How long fetched keys serve without another look, whatever the answer said about itself. Most
/// answers say nothing.
const SHORTEST: Lifetime = Lifetime::seconds(60);
const LONGEST: Lifetime = Lifetime::seconds(10 * 60);
/// How long keys serve beyond that while the address gives no new ones.
const STALE_FOR: Lifetime = Lifetime::seconds(10 * 60);
/// How often an address is asked again on account of failures.
const ASKED_EVERY: Lifetime = Lifetime::seconds(10);
/// How many key sets are kept; beyond that all are forgotten, which costs one look each.
const CAPACITY: usize = 10_000;
const ACCEPT: &str = "application/jwk-set+json, application/json";

/// Why a client's keys do not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysRefusal {
    /// It has registered neither `jwks` nor `jwks_uri`.
    #[error("the client has no keys")]
    None,
    /// What it has registered, or what is at its address, is no key set.
    #[error(transparent)]
    Unreadable(#[from] JwkSetFault),
    /// Its address gives nothing.
    #[error(transparent)]
    Unreachable(#[from] FetchError),
    /// A token was not signed by it.
    #[error(transparent)]
    Token(#[from] ForeignRefusal),
    /// It cannot be encrypted to.
    #[error(transparent)]
    Encryption(#[from] EncryptRefusal),
}

/// The claims of a token that the client has signed with one of `allowed`.
pub async fn verify(
    app: &App,
    client: &Client,
    token: &ForeignJws<'_>,
    allowed: &[SigningAlgorithm],
    now: Timestamp,
) -> Result<VerifiedClaims, ClientKeysRefusal> {
    with_keys_of(app, client, now, |set| Ok(token.verify(set, allowed)?)).await
}

/// A client's key to encrypt to, tried before anything depends on it.
#[derive(Debug)]
pub struct Recipient {
    set: Arc<JwkSet>,
    management: KeyManagement,
    encryption: ContentEncryption,
}

impl Recipient {
    /// Encrypts to the key. A key that was good a moment ago and is not now is a fault of ours.
    pub fn encrypt(&self, plaintext: Plaintext<'_>) -> Result<String, KeyError> {
        encrypt_for(&self.set, self.management, self.encryption, plaintext)
            .map_err(|_was_tried| KeyError::Library("encrypt to a client's key"))
    }
}

/// The key of a client for what it has registered; A128CBC-HS256 when it has named no content
/// encryption (OIDC Registration §2).
pub async fn recipient(
    app: &App,
    client: &Client,
    (management, encryption): (KeyManagement, Option<ContentEncryption>),
    now: Timestamp,
) -> Result<Recipient, ClientKeysRefusal> {
    let encryption = encryption.unwrap_or_default();
    with_keys_of(app, client, now, |set| {
        encrypt_for(set, management, encryption, Plaintext::Json("{}"))?;
        Ok(Recipient {
            set: Arc::clone(set),
            management,
            encryption,
        })
    })
    .await
}

/// Tries the keys that are known, and once more with new ones if there are any.
async fn with_keys_of<T>(
    app: &App,
    client: &Client,
    now: Timestamp,
    attempt: impl Fn(&Arc<JwkSet>) -> Result<T, ClientKeysRefusal> + Send,
) -> Result<T, ClientKeysRefusal> {
    if let Some(document) = &client.metadata.jwks {
        return attempt(&Arc::new(JwkSet::from_value(document)?));
    }
    let uri = client.metadata.jwks_uri.as_deref();
    let uri = uri.ok_or(ClientKeysRefusal::None)?;
    let address = app.client_keys.address(client, uri);
    let set = address.keys(&app.outgoing, now).await?;
    let refusal = match attempt(&set) {
        Err(refusal) if refusal.may_be_cured() => refusal,
        outcome => return outcome,
    };
    match address.newer_than(&set, &app.outgoing, now).await {
        Some(newer) => attempt(&newer),
        None => Err(refusal),
    }
}

impl ClientKeysRefusal {
    /// Whether other keys of the client could make the difference.
    fn may_be_cured(self) -> bool {
        use ForeignRefusal as F;
        match self {
            Self::Token(F::UnknownKey | F::UnfitKey | F::BadSignature) | Self::Encryption(_) => {
                true
            }
            Self::Token(
                F::TooLong
                | F::Malformed
                | F::CriticalHeader
                | F::AlgorithmNotAllowed
                | F::ShortSecret
                | F::NotUnsigned,
            )
            | Self::None
            | Self::Unreadable(_)
            | Self::Unreachable(_) => false,
        }
    }
}

/// The key sets that were fetched.
#[derive(Debug, Default)]
pub struct ClientKeys(Mutex<HashMap<Place, Arc<Address>>>);

/// A client that has new keys under the same address is asked by the address; one that has a new
/// address is asked anew.
type Place = (RealmId, ClientId, String);

impl ClientKeys {
    /// What is known of an address.
    fn address(&self, client: &Client, uri: &str) -> Arc<Address> {
        let place = (client.realm.clone(), client.id.clone(), uri.to_owned());
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = addresses.get(&place) {
            return Arc::clone(address);
        }
        if addresses.len() >= CAPACITY {
            addresses.clear();
        }
        let address = Arc::new(Address {
            uri: uri.to_owned(),
            known: Mutex::default(),
            asking: Turn::new(()),
        });
        addresses.insert(place, Arc::clone(&address));
        address
    }
}

/// A client's `jwks_uri`.
#[derive(Debug)]
struct Address {
    uri: String,
    known: Mutex<Known>,
    /// Held by the request that asks.
    asking: Turn<()>,
}

/// What an address has answered.
#[derive(Debug, Default)]
struct Known {
    set: Option<Kept>,
    /// The last answer, and why it gave no keys.
    answered: Option<(Timestamp, Option<ClientKeysRefusal>)>,
}

#[derive(Debug)]
struct Kept {
    set: Arc<JwkSet>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

/// Whether a moment is not in the future: a clock that was set back must keep nothing alive. A
/// request that has waited for another one is a little behind it.
fn has_come(moment: Timestamp, now: Timestamp) -> bool {
    moment.since(now) < SHORTEST
}

impl Known {
    /// The keys, unless they are older than they may be.
    fn keys(&self, leeway: Lifetime, now: Timestamp) -> Option<Arc<JwkSet>> {
        let kept = self.set.as_ref()?;
        let serves = has_come(kept.fetched_at, now) && now < kept.fresh_until.plus(leeway);
        serves.then(|| Arc::clone(&kept.set))
    }

    /// Whether the address has answered so lately that it is not asked again.
    fn answered_just_now(&self, now: Timestamp) -> bool {
        self.answered
            .is_some_and(|(at, _)| has_come(at, now) && now.since(at) < ASKED_EVERY)
    }

    /// What serves when nothing better is to be had.
    fn best(&self, now: Timestamp) -> Result<Arc<JwkSet>, ClientKeysRefusal> {
        let failure = self.answered.and_then(|(_, failure)| failure);
        let failure = failure.unwrap_or(ClientKeysRefusal::Unreachable(FetchError::Busy));
        self.keys(STALE_FOR, now).ok_or(failure)
    }
}

impl Address {
    /// The keys; fetched when there are none, or none that are fresh.
    async fn keys(
        &self,
        outgoing: &Outgoing,
        now: Timestamp,
    ) -> Result<Arc<JwkSet>, ClientKeysRefusal> {
        if let Some(set) = self.known().keys(Lifetime::ZERO, now) {
            return Ok(set);
        }
        let _turn = self.asking.lock().await;
        // Another request may have asked while this one waited.
        if let Some(set) = self.known().keys(Lifetime::ZERO, now) {
            return Ok(set);
        }
        if !self.known().answered_just_now(now) {
            self.ask(outgoing, now).await;
        }
        self.known().best(now)
    }

    /// Keys that differ from those which did not serve.
    async fn newer_than(
        &self,
        old: &Arc<JwkSet>,
        outgoing: &Outgoing,
        now: Timestamp,
    ) -> Option<Arc<JwkSet>> {
        let _turn = self.asking.lock().await;
        let known = self.known().best(now).ok();
        let is_new = |set: &Arc<JwkSet>| set != old;
        if known.as_ref().is_some_and(is_new) {
            return known;
        }
        if self.known().answered_just_now(now) {
            return None;
        }
        self.ask(outgoing, now).await;
        self.known().best(now).ok().filter(is_new)
    }

    /// Asks, and keeps the answer. A request that goes away while it asks leaves nothing behind.
    async fn ask(&self, outgoing: &Outgoing, now: Timestamp) {
        let answer = self.fetch(outgoing, now).await;
        let mut known = self.known();
        match answer {
            Ok(kept) => {
                known.set = Some(kept);
                known.answered = Some((now, None));
            }
            // That we were busy says nothing about the address.
            Err(ClientKeysRefusal::Unreachable(FetchError::Busy)) => known.answered = None,
            Err(reason) => {
                known.answered = Some((now, Some(reason)));
                tracing::info!(uri = self.uri, %reason, "a client's keys cannot be had");
            }
        }
    }

    async fn fetch(&self, outgoing: &Outgoing, now: Timestamp) -> Result<Kept, ClientKeysRefusal> {
        let fetched = outgoing.get(&self.uri, ACCEPT).await?;
        let set = Arc::new(JwkSet::parse(&fetched.bytes)?);
        let kept = fetched.max_age.unwrap_or(SHORTEST);
        Ok(Kept {
            set,
            fetched_at: now,
            fresh_until: now.plus(kept.clamp(SHORTEST, LONGEST)),
        })
    }

    /// Never held while anything is waited for.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
