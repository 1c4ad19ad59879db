//! Sign-ins in progress, second factors and remembered devices.

use async_trait::async_trait;

use super::{Change, Effects, PasswordChange, StoreResult};
use crate::account::factors::Factors;
use crate::account::session::Session;
use crate::account::user::User;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::Timestamp;
use crate::secret::Digest;
use crate::store::passkeys::{Passkey, PasskeyUse};

/// Somebody who has proven something and not yet all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The realm that they sign in to.
    pub realm: RealmId,
    /// The digest of its own cookie.
    pub cookie: Digest,
    /// Who signs in.
    pub user: UserId,
    /// What they have proven so far (RFC 8176), space separated.
    pub amr: String,
    /// What is kept of the code that was mailed, until it is typed.
    pub mailed_code: Option<Digest>,
    /// When the first proof was given.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
}

/// What the cookie of a sign-in opens, which stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInFacts {
    /// The sign-in.
    pub sign_in: SignIn,
    /// Who signs in.
    pub user: User,
    /// What they can prove themselves with.
    pub factors: Factors,
}

/// What is known of a person's second factors on one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactorFacts {
    /// What they can prove themselves with.
    pub factors: Factors,
    /// Whether the device is remembered.
    pub remembered: bool,
}

/// An authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpApp {
    /// Its name here, random.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Its secret, sealed with the master key.
    pub sealed: Vec<u8>,
    /// The last step whose password was taken.
    pub last_step: i64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

impl std::fmt::Debug for TotpApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TotpApp({})", self.id)
    }
}

/// A device on which the second factor is not asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedDevice {
    /// Its name here, random.
    pub id: String,
    /// The digest of its cookie.
    pub cookie: Digest,
    /// What its browser calls itself.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What stands for the proofs before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The sign-in with this cookie.
    SignIn(Digest),
    /// The live session with this cookie.
    Session(Digest),
    /// Nothing: the step uses a passkey, which proves enough by itself.
    Passkey,
}

/// What a step does beside going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Takes the password of an app, whose step must be later than its last.
    TakePassword {
        /// The app.
        app: String,
        /// The password's step.
        step: i64,
    },
    /// Uses a recovery code up.
    TakeRecoveryCode(Digest),
    /// Takes the code that was mailed for this sign-in.
    TakeMailedCode(Digest),
    /// Adds an app, whose first password was shown, and with it recovery codes if there are to be
    /// new ones. Whatever was trusted before is not any more.
    AddApp {
        /// The app.
        app: TotpApp,
        /// The digests of all recovery codes from now on.
        recovery_codes: Option<Vec<Digest>>,
        /// Fewer apps than this must be there; with one, no other second factor either.
        limit: u32,
    },
    /// Uses a passkey, whose counter must go forward where there is one.
    UsePasskey(PasskeyUse),
    /// Adds a passkey, and with it recovery codes if there are to be new ones. Whatever was trusted
    /// before is not any more.
    AddPasskey {
        /// The passkey.
        passkey: Passkey,
        /// The digests of all recovery codes from now on.
        recovery_codes: Option<Vec<Digest>>,
        /// Fewer passkeys than this must be there; with one, no other second factor either.
        limit: u32,
    },
    /// Changes the password, which ends every session before the one that is opened.
    ChangePassword(Box<PasswordChange>),
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// To a further step of the sign-in, with this proven.
    GoOn {
        /// What is proven now.
        amr: String,
    },
    /// To a further step of a sign-in that begins with this one.
    Begin(SignIn),
    /// To a session: a new one, or the same with another cookie and methods. The sign-in is over.
    Open {
        /// The session as it stands from now on.
        session: Box<Session>,
        /// The device, if it is to be remembered.
        remembered: Option<RememberedDevice>,
    },
}

/// A step of a sign-in, or of a session that is made stronger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTaken {
    /// The realm.
    pub realm: RealmId,
    /// Whose step.
    pub user: UserId,
    /// What stands for the proofs before it.
    pub ground: Ground,
    /// What it does.
    pub act: Act,
    /// Where it leads.
    pub then: Then,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// It is taken.
    Taken,
    /// The password, code or count was used before, or the factor cannot be added; nothing
    /// changed.
    Spent,
    /// The sign-in or session does not stand any more, or its user does not; nothing changed.
    Gone,
}

/// What came of taking a second factor away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorRemoval {
    /// It is gone.
    Removed,
    /// There is no such factor.
    NotFound,
    /// It is the last way to sign in: there is no password and no other passkey.
    LastWay,
    /// It is the last second factor, and one is demanded.
    LastFactor,
}

/// The verbs over sign-ins in progress and second factors.
#[async_trait]
#[expect(
    clippy::too_many_arguments,
    reason = "realm, user, effects and now stand in every verb; `self` makes them six"
)]
pub trait SignIns: Send + Sync + 'static {
    /// Begins a sign-in whose first proof is a password, if the user stands and the hash is still
    /// the one that was verified; `NotFound` otherwise.
    async fn begin_sign_in(&self, sign_in: &SignIn, verified: &str) -> StoreResult<Change>;
    /// The same with `effects`: the mail with the code that the sign-in takes, which goes to
    /// the second of `proof`, if that is still the user's address; the first is the hash.
    async fn begin_sign_in_by_mail(
        &self,
        sign_in: &SignIn,
        proof: (&str, &str),
        effects: &Effects,
    ) -> StoreResult<Change>;
    /// The sign-in of a cookie, if it stands: not expired, of a user who stands, and with nothing
    /// changed since that it trusts in.
    async fn sign_in(
        &self,
        realm: &RealmId,
        cookie: &Digest,
        now: Timestamp,
    ) -> StoreResult<Option<SignInFacts>>;
    /// Takes a step, in one transaction: what it stands on is still there, what it spends is spent
    /// by nobody else, and only then is a session opened.
    async fn take_step(
        &self,
        step: &StepTaken,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<StepOutcome>;
    /// What a person can prove themselves with, and whether the device of a cookie is remembered.
    async fn factors(
        &self,
        realm: &RealmId,
        user: &UserId,
        device: Option<&Digest>,
        now: Timestamp,
    ) -> StoreResult<FactorFacts>;
    /// A person's authenticator apps, oldest first.
    async fn totp_apps(&self, realm: &RealmId, user: &UserId) -> StoreResult<Vec<TotpApp>>;
    /// Gives an app another name.
    async fn rename_totp_app(
        &self,
        realm: &RealmId,
        user: &UserId,
        app: &str,
        name: &str,
    ) -> StoreResult<Change>;
    /// Takes an app away, and with the last second factor the recovery codes. The last second
    /// factor stays with `factor_demanded`, or where one of the person's roles asks for it.
    /// Whatever was trusted before is not any more.
    async fn remove_totp_app(
        &self,
        owner: (&RealmId, &UserId),
        app: &str,
        factor_demanded: bool,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<FactorRemoval>;
    /// Takes all second factors, passkeys among them, and recovery codes away; `NotFound` when there is no such user.
    async fn reset_factors(
        &self,
        realm: &RealmId,
        user: &UserId,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// Replaces all recovery codes; `NotFound` when there is no such user.
    async fn replace_recovery_codes(
        &self,
        realm: &RealmId,
        user: &UserId,
        codes: &[Digest],
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
    /// The devices that are remembered, latest first.
    async fn remembered_devices(
        &self,
        realm: &RealmId,
        user: &UserId,
        now: Timestamp,
    ) -> StoreResult<Vec<RememberedDevice>>;
    /// Writes what goes with no change: an attempt that was refused.
    async fn tell(&self, effects: &Effects, now: Timestamp) -> StoreResult<()>;
    /// Forgets a device.
    async fn forget_device(
        &self,
        realm: &RealmId,
        user: &UserId,
        device: &str,
        effects: &Effects,
        now: Timestamp,
    ) -> StoreResult<Change>;
}
