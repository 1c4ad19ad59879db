//! What a browser says an authenticator has answered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::Unproven;

/// The longest answer that is read, in bytes. An attestation with certificates has a few thousand.
const LENGTH_LIMIT: usize = 16 * 1024;

/// The parts of the client data that are looked at here (WebAuthn §5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    challenge: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl ClientData {
    /// The challenge. What was answered in a frame of another site's page, whose owner may have
    /// been shown anything, counts for nothing.
    fn challenge(bytes: &[u8]) -> Result<String, Unproven> {
        let data: Self = serde_json::from_slice(bytes).map_err(|_other| Unproven::Unreadable)?;
        if data.cross_origin || data.top_origin.is_some() {
            return Err(Unproven::InFrame);
        }
        Ok(data.challenge)
    }
}

/// The answer to a registration.
#[derive(Debug)]
pub struct Attestation {
    credential: RegisterPublicKeyCredential,
    challenge: String,
}

impl Attestation {
    /// Reads the JSON of a browser.
    pub fn parse(text: &str) -> Result<Self, Unproven> {
        let credential: RegisterPublicKeyCredential = parsed(text)?;
        let challenge = ClientData::challenge(&credential.response.client_data_json)?;
        Ok(Self {
            credential,
            challenge,
        })
    }

    /// The challenge that it answers, as the browser repeats it.
    pub fn challenge(&self) -> &str {
        &self.challenge
    }

    pub(super) fn credential(&self) -> &RegisterPublicKeyCredential {
        &self.credential
    }
}

/// The answer to the question for a passkey.
#[derive(Debug)]
pub struct Assertion {
    credential: PublicKeyCredential,
    challenge: String,
}

impl Assertion {
    /// Reads the JSON of a browser.
    pub fn parse(text: &str) -> Result<Self, Unproven> {
        let credential: PublicKeyCredential = parsed(text)?;
        let challenge = ClientData::challenge(&credential.response.client_data_json)?;
        Ok(Self {
            credential,
            challenge,
        })
    }

    /// The challenge that it answers, as the browser repeats it.
    pub fn challenge(&self) -> &str {
        &self.challenge
    }

    /// The passkey's name at the authenticator.
    pub fn credential_id(&self) -> &[u8] {
        self.credential.get_credential_id()
    }

    /// The same as text, as browsers write it.
    pub fn credential_text(&self) -> String {
        text(self.credential_id())
    }

    /// The name of the user, if the authenticator has told it.
    pub fn handle(&self) -> Option<&[u8]> {
        self.credential.get_user_unique_id()
    }

    pub(super) fn credential(&self) -> &PublicKeyCredential {
        &self.credential
    }
}

fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unproven> {
    if text.len() > LENGTH_LIMIT {
        return Err(Unproven::Unreadable);
    }
    serde_json::from_str(text).map_err(|_other| Unproven::Unreadable)
}

/// Bytes as browsers write them.
pub(super) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
