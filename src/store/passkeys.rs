//! Passkeys, and the ceremonies in which they are made and used.

use async_trait::async_trait;

use super::factors::FactorRemoval;
use super::{Change, Effects, StoreResult};
use crate::account::passkey::CeremonyPurpose;
use crate::account::user::User;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;

/// A passkey.
#[derive(Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its name here, random.
    pub id: String,
    /// Its name at the authenticator.
    pub credential: Vec<u8>,
    /// Its public key and what else is looked at when it is used, as text.
    pub public_key: String,
    /// What its owner calls it.
    pub name: String,
    /// How often it was used, as its authenticator counts; zero where it does not.
    pub counter: u32,
    /// Whether it may be copied to further devices of its owner.
    pub synced: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

impl std::fmt::Debug for Passkey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passkey({})", self.id)
    }
}

/// A passkey with its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// Whose it is.
    pub user: User,
    /// The name under which authenticators know its owner.
    pub handle: Vec<u8>,
}

/// A passkey that was used, as it stands afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyUse {
    /// Its name here.
    pub id: String,
    /// Its public key and what else is looked at, as text.
    pub public_key: String,
    /// The counter that it has shown: higher than the one before, or zero like that.
    pub counter: u32,
}

/// What names a ceremony and holds it: who has the holder's cookie may finish it.
#[derive(Debug, Clone, Copy)]
pub struct CeremonyKey<'a> {
    /// The realm.
    pub realm: &'a RealmId,
    /// The challenge's digest.
    pub challenge: Digest,
    /// What the ceremony is for.
    pub purpose: CeremonyPurpose,
    /// The digest of the cookie of the browser in which it began.
    pub holder: Digest,
    /// Who it is about, where that is known.
    pub user: Option<&'a UserId>,
}

/// A ceremony that has begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// The realm.
    pub realm: RealmId,
    /// The challenge's digest.
    pub challenge: Digest,
    /// What it is for.
    pub purpose: CeremonyPurpose,
    /// The digest of the cookie of the browser in which it began.
    pub holder: Digest,
    /// Who it is about, where that is known.
    pub user: Option<UserId>,
    /// What it is finished with, as text.
    pub state: String,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ceremony({:?} in {})", self.purpose, self.realm)
    }
}

/// The verbs over passkeys. They are used by [`SignIns::take_step`](super::SignIns::take_step).
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, user, effects and now stand in every verb; `self` makes them six"
)]
pub trait Passkeys: Send + Sync + 'static {
    /// The name under which authenticators know a person: the one that there is, or else this one
    /// from now on. Nothing when there is neither, or no such user.
    async fn passkey_handle(
        &self,
        realm: &RealmId,
        user: &UserId,
        fresh: Option<&[u8]>,
    ) -> StoreResult<Option<Vec<u8>>>;
    /// A person's passkeys, oldest first.
    async fn passkeys(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<Passkey>>;
    /// A passkey of the realm by its name at the authenticator, whether or not its owner stands:
    /// the caller judges.
    async fn passkey_by_credential(
        &self,
        realm: &RealmId,
        credential: &[u8],
    ) -> StoreResult<Option<OwnedPasskey>>;
    /// Whether any realm has a passkey with this name. Authenticators keep the passkeys of all
    /// realms together, so only what none of them knows may be forgotten there. The one look-up
    /// without a realm; it tells nothing of whose passkey it is.
    async fn is_passkey_anywhere(&self, credential: &[u8]) -> StoreResult<bool>;
    /// Begins a ceremony.
    async fn begin_ceremony(&self, ceremony: &Ceremony) -> StoreResult<()>;
    /// Takes a ceremony, once, with what it is finished with; nothing when there is none of that
    /// holder, purpose and person, or no longer.
    async fn take_ceremony(
        &self,
        key: &CeremonyKey<'_>,
        now: Timestamp,
    ) -> StoreResult<Option<String>>;
    /// Gives a passkey another name.
    async fn rename_passkey(
        &self,
        realm: &RealmId,
        user: &UserId,
        passkey: &str,
        name: &str,
    ) -> StoreResult<Change>;
    /// Takes a passkey away, unless the person could not sign in then: without a password the last
    /// one stays, and the last second factor with `factor_demanded` or where one of the person's
    /// roles asks for it. With the last second factor
    /// go the recovery codes. Whatever was trusted before is not any more.
    async fn remove_passkey(
        &self,
        (realm, user): (&RealmId, &UserId),
        passkey: &str,
        factor_demanded: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FactorRemoval>;
}
