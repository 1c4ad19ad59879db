//! What passkeys prove: WebAuthn ceremonies, begun and finished.
//!
//! Owns: options for browsers, and the verification of what their authenticators answer. The only
//! place that names webauthn-rs. Refuses to know: where ceremonies are kept, whose a passkey is,
//! and what it opens. The states that it hands out belong into the record and never to a browser:
//! who could present one again could present an old answer with it.

mod answer;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, Credential, DiscoverableAuthentication, Passkey, PasskeyRegistration,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

pub use answer::{Assertion, Attestation};

/// How long a handle is, in bytes.
pub const HANDLE_BYTES: usize = 16;

/// Why an answer proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It does not read as an answer.
    #[error("the answer does not read as one")]
    Unreadable,
    /// It was made in a frame of another site's page.
    #[error("the answer was made in a frame")]
    InFrame,
    /// It names another user than it must.
    #[error("the answer names another user")]
    OtherUser,
    /// WebAuthn §6.1.1: the counter has not gone forward, so that there may be a copy of the key.
    #[error("the counter went back")]
    CounterWentBack,
    /// It is not true, for this reason.
    #[error("{0}")]
    Untrue(String),
}

impl From<WebauthnError> for Unproven {
    fn from(error: WebauthnError) -> Self {
        if matches!(error, WebauthnError::CredentialPossibleCompromise) {
            Self::CounterWentBack
        } else {
            Self::Untrue(error.to_string())
        }
    }
}

/// A ceremony could not be begun, or its state or a key does not read: a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("passkeys: {0}")]
pub struct CeremonyFault(String);

impl CeremonyFault {
    #[expect(clippy::needless_pass_by_value, reason = "an argument of `map_err`")]
    fn of(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

/// How a ceremony can end without a proof.
#[derive(Debug, thiserror::Error)]
pub enum NotFinished {
    /// By the fault of the answer.
    #[error(transparent)]
    Unproven(#[from] Unproven),
    /// By ours.
    #[error(transparent)]
    Fault(#[from] CeremonyFault),
}

/// A ceremony that has begun.
#[derive(Debug)]
pub struct Begun {
    /// What the browser is asked (WebAuthn §5.4, §5.5).
    pub options: Value,
    /// The challenge, as the browser will repeat it: base64url.
    pub challenge: String,
    /// What it is finished with. For the record only.
    pub state: String,
}

/// Whom a passkey is made for.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The name under which authenticators know them.
    pub handle: &'a [u8],
    /// Their login name.
    pub username: &'a str,
    /// How they are greeted.
    pub name: &'a str,
}

/// A key that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its name at the authenticator.
    pub credential: Vec<u8>,
    /// The key and what else is looked at when it is used, as text.
    pub public_key: String,
    /// The authenticator's counter.
    pub counter: u32,
    /// Whether it may be copied to further devices.
    pub synced: bool,
}

/// A key that was used, as it stands afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedKey {
    /// The key and what else is looked at, as text.
    pub public_key: String,
    /// The authenticator's counter.
    pub counter: u32,
    /// Whether it may be copied to further devices.
    pub synced: bool,
}

/// The origin for which passkeys are made. Its host is the RP ID, for all realms below it.
#[derive(Debug)]
pub struct RelyingParty {
    ceremonies: Webauthn,
    id: String,
}

impl RelyingParty {
    /// The relying party of an issuer, shown under a name. Nothing where the issuer's host is no
    /// domain: browsers make no passkeys for addresses (WebAuthn §5.1.2 `rpId`).
    pub fn of(issuer: &str, name: &str) -> Option<Self> {
        let (id, origin) = id_and_origin(issuer)?;
        let builder = WebauthnBuilder::new(&id, &origin).ok()?;
        let ceremonies = builder.rp_name(name).build().ok()?;
        Some(Self { ceremonies, id })
    }

    /// Whether an issuer can have one; for pages that are shown often.
    pub fn is_possible(issuer: &str) -> bool {
        id_and_origin(issuer).is_some()
    }

    /// The RP ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Begins to make a passkey beside those that there are. It must be discoverable, so that it
    /// can be offered before a name is typed, and verify its owner each time.
    pub fn begin_registration(
        &self,
        person: Person<'_>,
        others: &[Vec<u8>],
    ) -> Result<Begun, CeremonyFault> {
        let handle = Uuid::from_slice(person.handle).map_err(CeremonyFault::of)?;
        let excluded = others.to_vec();
        let (options, state) = self
            .ceremonies
            .start_passkey_registration(handle, person.username, person.name, Some(excluded))
            .map_err(CeremonyFault::of)?;
        let mut begun = Begun::new(&options, &state)?;
        let wishes = begun.options.get_mut("authenticatorSelection");
        if let Some(wishes) = wishes.and_then(Value::as_object_mut) {
            // The crate asks for less, for keys with little room; it decides nothing by it.
            wishes.insert("residentKey".to_owned(), json!("required"));
            wishes.insert("requireResidentKey".to_owned(), json!(true));
        }
        Ok(begun)
    }

    /// Finishes making a passkey.
    pub fn finish_registration(
        &self,
        state: &str,
        attestation: &Attestation,
    ) -> Result<NewKey, NotFinished> {
        let state: PasskeyRegistration = read(state)?;
        let passkey = self
            .ceremonies
            .finish_passkey_registration(attestation.credential(), &state)
            .map_err(Unproven::from)?;
        let public_key = written(&passkey)?;
        let credential = Credential::from(passkey);
        Ok(NewKey {
            credential: credential.cred_id,
            public_key,
            counter: credential.counter,
            synced: credential.backup_eligible,
        })
    }

    /// Begins to ask for a passkey: for one of those that are named, or where none is, for
    /// whichever the browser has. The options of the latter are the same for everybody.
    pub fn begin_proof(&self, credentials: &[Vec<u8>]) -> Result<Begun, CeremonyFault> {
        let (options, state) = self
            .ceremonies
            .start_discoverable_authentication()
            .map_err(CeremonyFault::of)?;
        let mut begun = Begun::new(&options, &state)?;
        let named = credentials
            .iter()
            .map(|id| json!({ "type": "public-key", "id": answer::text(id) }));
        if let Some(options) = begun.options.as_object_mut() {
            options.insert("allowCredentials".to_owned(), named.collect());
        }
        Ok(begun)
    }

    /// Finishes asking for a passkey, with the key of the answer's credential (WebAuthn §7.2).
    /// `handle` is its owner's: a known person's answer may leave it out, and no answer may name
    /// another.
    pub fn finish_proof(
        &self,
        state: &str,
        assertion: &Assertion,
        (public_key, handle): (&str, &[u8]),
    ) -> Result<UsedKey, NotFinished> {
        if assertion.handle().is_some_and(|named| named != handle) {
            return Err(Unproven::OtherUser.into());
        }
        let state: DiscoverableAuthentication = read(state)?;
        let mut passkey: Passkey = read(public_key)?;
        let result: AuthenticationResult = self
            .ceremonies
            .finish_discoverable_authentication_v2(assertion.credential(), state, &passkey)
            .map_err(Unproven::from)?;
        passkey.update_credential(&result);
        Ok(UsedKey {
            public_key: written(&passkey)?,
            counter: result.counter(),
            synced: result.backup_eligible(),
        })
    }
}

impl Begun {
    fn new(options: &impl Serialize, state: &impl Serialize) -> Result<Self, CeremonyFault> {
        let mut whole = serde_json::to_value(options).map_err(CeremonyFault::of)?;
        let options = whole.get_mut("publicKey").map(Value::take);
        let options = options.unwrap_or_default();
        let challenge = options.get("challenge").and_then(Value::as_str);
        let challenge = challenge.map(str::to_owned);
        Ok(Self {
            challenge: challenge.ok_or_else(|| CeremonyFault::of("options have a challenge"))?,
            options,
            state: written(state)?,
        })
    }
}

/// The RP ID of an issuer, and its origin.
fn id_and_origin(issuer: &str) -> Option<(String, Url)> {
    let origin = Url::parse(issuer).ok()?.origin().ascii_serialization();
    let origin = Url::parse(&origin).ok()?;
    Some((origin.domain()?.to_owned(), origin))
}

fn written(value: &impl Serialize) -> Result<String, CeremonyFault> {
    serde_json::to_string(value).map_err(CeremonyFault::of)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, CeremonyFault> {
    serde_json::from_str(text).map_err(CeremonyFault::of)
}
