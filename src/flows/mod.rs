//! Use cases: facts from the store, a pure decision, one atomic write, a reply.
//!
//! Refuses to know: HTTP, HTML, SQL, JOSE. A flow reads the clock once.

pub(crate) mod access_token;
pub mod account_factors;
pub mod accounts;
pub(crate) mod audience;
pub mod authorize;
pub mod back_channel_logout;
pub mod client_auth;
pub mod client_keys;
pub mod client_secret;
pub mod clients;
pub mod consent;
pub mod counting;
pub mod device;
pub mod end_session;
pub mod factors;
pub mod facts;
pub mod hash_pool;
pub mod interaction;
pub mod introspect;
pub mod invitations;
mod limits;
pub mod links;
pub mod login;
pub mod mail;
pub mod mailed_code;
pub mod notices;
mod opening;
pub mod own;
pub mod passkeys;
pub mod password;
pub mod password_reset;
pub mod personal;
pub mod push;
pub mod realm_keys;
pub mod registration;
pub mod revocations;
pub mod revoke;
pub mod send_mail;
pub mod session;
pub mod session_state;
pub mod sign_in_steps;
pub mod sign_up;
mod step_attempts;
pub mod token;
pub mod turn;
pub mod userinfo;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::account::password::PasswordHashError;
use crate::account::session::SessionLimits;
use crate::clock::Clock;
use crate::entropy::{Entropy, EntropyError, random_text};
use crate::keys::{JobLost, KeyError, MasterKey, Purpose, SigningPool};
use crate::metrics::Metrics;
use crate::outgoing::Outgoing;
use crate::passkeys::CeremonyFault;
use crate::protocol::ids::RealmId;
use crate::protocol::issuer::Issuer;
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::MacKey;
use crate::store::SharedStore;
use crate::store::ephemeral::{EphemeralError, Quota, SharedEphemeral};

pub use crate::store::{Realm, StoreError};

use client_keys::ClientKeys;
use facts::Facts;
use hash_pool::HashPool;
use password::Breaches;
use realm_keys::{KeysError, RealmKeys};

/// What the operator has settled, as far as the flows need it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The default realm's issuer; every URL of ours begins with it.
    pub issuer: String,
    /// How long access tokens live.
    pub access_lifetime: Lifetime,
    /// How long ID tokens live.
    pub id_lifetime: Lifetime,
    /// How long codes live.
    pub code_lifetime: Lifetime,
    /// How long a refresh family lives, however often it is rotated.
    pub refresh_lifetime: Lifetime,
    /// How long a spent refresh token is answered with the same successor.
    pub refresh_grace: Lifetime,
    /// The limits of browser sessions.
    pub sessions: SessionLimits,
    /// Guesses from one address, at whatever lets somebody in.
    pub sign_ins_per_address: Quota,
    /// When an address that tries many names is banned.
    pub stuffing: StuffingRule,
    /// Clients that come without an admin.
    pub registration: RegistrationLimits,
    /// Mails that strangers may ask for.
    pub links: LinkLimits,
}

/// When an address that tries many names is banned.
#[derive(Debug, Clone, Copy)]
pub struct StuffingRule {
    /// So many different names with wrong passwords are enough; none is with zero.
    pub names: u32,
    /// Within this time.
    pub window: Lifetime,
    /// For how long it is banned.
    pub ban: Lifetime,
}

/// How many mails with one-time links strangers may ask for, and how many links they may use.
#[derive(Debug, Clone, Copy)]
pub struct LinkLimits {
    /// Those that one address asks for.
    pub per_address: Quota,
    /// Those that go to one mailbox.
    pub per_mailbox: Quota,
    /// Links that one address uses: each costs a password hash, good or not.
    pub uses: Quota,
}

/// How many clients may come without an admin.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationLimits {
    /// Registrations from one address.
    pub per_address: Quota,
    /// Clients of one realm that registered themselves; as many again may be documents.
    pub clients_limit: u32,
}

/// The keys of everything that we authenticate to ourselves.
#[derive(Debug)]
pub struct Macs {
    /// Tags of refresh tokens.
    pub refresh_token: MacKey,
    /// CSRF tokens.
    pub csrf: MacKey,
    /// Subjects that only one sector sees.
    pub pairwise_subject: MacKey,
    /// The state of an interaction in a page's address.
    pub interaction: MacKey,
    /// The content of an error page in its address.
    pub error_page: MacKey,
    /// Turns of those who wait to sign in.
    pub turn: MacKey,
    /// Numbers that draw a hash in the place of one that nobody has.
    pub decoy: MacKey,
}

impl Macs {
    /// Derives them from the master key.
    pub fn derive(master: &MasterKey) -> Result<Self, KeyError> {
        Ok(Self {
            refresh_token: master.derive(Purpose::RefreshToken)?,
            csrf: master.derive(Purpose::Csrf)?,
            pairwise_subject: master.derive(Purpose::PairwiseSubject)?,
            interaction: master.derive(Purpose::Interaction)?,
            error_page: master.derive(Purpose::ErrorPage)?,
            turn: master.derive(Purpose::Turn)?,
            decoy: master.derive(Purpose::Decoy)?,
        })
    }
}

/// Everything that a flow may use.
pub struct App {
    /// What the operator has settled.
    pub settings: Settings,
    /// The record.
    pub store: SharedStore,
    /// Redis, or its stand-in.
    pub ephemeral: SharedEphemeral,
    /// Counters inside this process, for when Redis does not answer.
    pub fallback: SharedEphemeral,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Signing keys by realm.
    pub keys: Arc<RealmKeys>,
    /// Where RSA signatures are made.
    pub signing: SigningPool,
    /// Where passwords are hashed.
    pub hashing: HashPool,
    /// Who knows passwords from breaches.
    pub breaches: Breaches,
    /// Derived keys.
    pub macs: Macs,
    /// Realms, clients, users and APIs read within the last second.
    pub facts: Facts,
    /// The way to addresses that clients have named.
    pub outgoing: Arc<Outgoing>,
    /// The keys of clients, as fetched lately.
    pub client_keys: ClientKeys,
    /// What client secrets are sealed with.
    pub master: Arc<MasterKey>,
    /// Rung when a mail was written, so that this node does not wait to send it.
    pub mail_bell: Arc<Notify>,
    /// What is counted for monitoring.
    pub metrics: Metrics,
}

impl App {
    /// The present moment; read once a flow.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes as unreserved URL characters.
    pub fn random_text<const N: usize>(&self) -> Result<String, EntropyError> {
        random_text::<N>(self.entropy.as_ref())
    }

    /// A realm's issuer.
    pub fn issuer(&self, realm: &RealmId) -> Issuer {
        Issuer::of_realm(&self.settings.issuer, realm)
    }
}

/// Something of ours failed. Logged once, at the edge; its text never reaches the wire.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A realm's signing keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Work on a pool was lost to a shutdown.
    #[error(transparent)]
    Lost(#[from] JobLost),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordHashError),
    /// Randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A passkey's ceremony.
    #[error(transparent)]
    Ceremony(#[from] CeremonyFault),
    /// Redis and the record both.
    #[error(transparent)]
    Ephemeral(#[from] EphemeralError),
    /// An invariant that we hold ourselves did not hold.
    #[error("an invariant does not hold: {0}")]
    Invariant(&'static str),
}

/// How a flow can end without success.
#[derive(Debug)]
pub enum FlowError<R> {
    /// The rules say no.
    Refused(R),
    /// A bounded queue is full; nothing was spent.
    Busy {
        /// When to try again.
        retry_after: Lifetime,
    },
    /// Ours.
    Fault(Fault),
}

impl<R, E: Into<Fault>> From<E> for FlowError<R> {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl<R> FlowError<R> {
    /// The signing or hashing queue is full.
    pub(crate) fn busy() -> Self {
        Self::Busy {
            retry_after: Lifetime::seconds(1),
        }
    }

    /// Keeps the ending, with the refusal in another type.
    pub fn map_refusal<S>(self, map: impl FnOnce(R) -> S) -> FlowError<S> {
        match self {
            Self::Refused(refusal) => FlowError::Refused(map(refusal)),
            Self::Busy { retry_after } => FlowError::Busy { retry_after },
            Self::Fault(fault) => FlowError::Fault(fault),
        }
    }
}
