//! A software authenticator: it makes passkeys and answers with them, truly or not.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::world::ISSUER;

/// The host of [`ISSUER`].
pub(crate) const RP_ID: &str = "id.example.test";

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// Whom an authenticator names.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    Owner,
    Nobody,
    Other(Vec<u8>),
}

/// What an authenticator says, true or not.
#[derive(Debug, Clone)]
pub(crate) struct Says {
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) challenge: Option<String>,
    pub(crate) named: Named,
    pub(crate) verified: bool,
    pub(crate) in_frame: bool,
    pub(crate) top_origin: Option<String>,
    pub(crate) signature_broken: bool,
    pub(crate) counter: Option<u32>,
}

impl Says {
    /// The truth but for something.
    pub(crate) fn but(change: impl FnOnce(&mut Self)) -> Self {
        let mut says = Self::truth();
        change(&mut says);
        says
    }

    /// The truth.
    pub(crate) fn truth() -> Self {
        Self {
            origin: ISSUER.to_owned(),
            rp_id: RP_ID.to_owned(),
            challenge: None,
            named: Named::Owner,
            verified: true,
            in_frame: false,
            top_origin: None,
            signature_broken: false,
            counter: None,
        }
    }
}

/// One passkey and what keeps it.
pub(crate) struct SoftPasskey {
    key: EcdsaKeyPair,
    pub(crate) credential: Vec<u8>,
    handle: Vec<u8>,
    counter: u32,
    /// Whether it is copied between devices, and so counts nothing.
    synced: bool,
}

impl SoftPasskey {
    /// Makes a passkey for somebody, of whom nothing is known here yet.
    pub(crate) fn new(synced: bool) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let public = Sha256::digest(key.public_key().as_ref());
        Self {
            credential: public.to_vec(),
            key,
            handle: Vec::new(),
            counter: 0,
            synced,
        }
    }

    /// Another key under the same names.
    pub(crate) fn forged(&self) -> Self {
        Self {
            credential: self.credential.clone(),
            handle: self.handle.clone(),
            ..Self::new(self.synced)
        }
    }

    pub(crate) fn credential_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.credential)
    }

    /// Answers creation options (WebAuthn §6.3.2).
    pub(crate) fn register(&mut self, options: &Value, says: &Says) -> String {
        self.handle = bytes(&options["user"]["id"]);
        let mut data = self.data(says, ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        data.extend(&self.credential);
        let public = self.key.public_key().as_ref();
        // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1).
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&public[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&public[33..65]);
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client_data = client_data("webauthn.create", options, says);
        json!({
            "id": self.credential_text(),
            "rawId": self.credential_text(),
            "type": "public-key",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "transports": ["internal"],
            },
            "clientExtensionResults": { "credProps": { "rk": true } },
        })
        .to_string()
    }

    /// Answers request options (WebAuthn §6.3.3).
    pub(crate) fn answer(&mut self, options: &Value, says: &Says) -> String {
        if !self.synced {
            self.counter += 1;
        }
        let data = self.data(says, 0);
        let client_data = client_data("webauthn.get", options, says);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let mut signature = signature.as_ref().to_vec();
        if says.signature_broken {
            *signature.last_mut().unwrap() ^= 1;
        }
        let handle = match &says.named {
            Named::Owner => Some(&self.handle),
            Named::Other(handle) => Some(handle),
            Named::Nobody => None,
        };
        let handle = handle.map(|handle| URL_SAFE_NO_PAD.encode(handle));
        json!({
            "id": self.credential_text(),
            "rawId": self.credential_text(),
            "type": "public-key",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": handle,
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// WebAuthn §6.1
    fn data(&self, says: &Says, more: u8) -> Vec<u8> {
        let mut flags = USER_PRESENT | more;
        if says.verified {
            flags |= USER_VERIFIED;
        }
        if self.synced {
            flags |= BACKUP_ELIGIBLE | BACKED_UP;
        }
        let mut data = Sha256::digest(&says.rp_id).to_vec();
        data.push(flags);
        data.extend(says.counter.unwrap_or(self.counter).to_be_bytes());
        data
    }
}

/// WebAuthn §5.8.1
fn client_data(kind: &str, options: &Value, says: &Says) -> Vec<u8> {
    let asked = options["challenge"].as_str().unwrap();
    let challenge = says.challenge.as_deref().unwrap_or(asked);
    let mut data = json!({
        "type": kind,
        "challenge": challenge,
        "origin": says.origin,
        "crossOrigin": says.in_frame,
    });
    if let Some(top) = &says.top_origin {
        data["topOrigin"] = json!(top);
    }
    data.to_string().into_bytes()
}

/// The bytes of a text as browsers write them.
pub(crate) fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
