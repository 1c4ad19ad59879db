//! Client secrets: made here, told once, kept as little as their use allows.

use std::sync::Arc;

use crate::entropy::{Entropy, EntropyError, random_text};
use crate::keys::{KeyError, MasterKey, open_client_secret, seal_client_secret};
use crate::protocol::client::{Client, SecretKind};
use crate::secret::{Digest, SecretString};

/// 256 random bits in unreserved characters, because many clients forget to encode others for
/// HTTP Basic; the prefix is for secret scanners.
pub fn generate(entropy: &dyn Entropy) -> Result<SecretString, EntropyError> {
    let text = random_text::<32>(entropy)?;
    Ok(SecretString::new(format!("vcs_{text}")))
}

/// Puts a secret into a client's row in the form that its authentication method needs. Only a
/// sealed one takes the master key.
pub fn keep<E: From<KeyError>>(
    client: &mut Client,
    secret: Option<&SecretString>,
    master: impl FnOnce() -> Result<Arc<MasterKey>, E>,
) -> Result<(), E> {
    let kind = client.metadata.secret_kind();
    client.secret = match (kind, secret) {
        (SecretKind::Digest, Some(secret)) => Some(Digest::of(secret.expose())),
        (SecretKind::Digest | SecretKind::Sealed | SecretKind::None, _) => None,
    };
    client.sealed_secret = match (kind, secret) {
        (SecretKind::Sealed, Some(secret)) => {
            let master = master()?;
            Some(seal_client_secret(
                &master,
                &client.realm,
                &client.id,
                secret,
            )?)
        }
        (SecretKind::Digest | SecretKind::Sealed | SecretKind::None, _) => None,
    };
    Ok(())
}

/// Whether a text is the client's secret, however it is kept.
pub fn matches(client: &Client, presented: &str, master: &MasterKey) -> Result<bool, KeyError> {
    let presented = Digest::of(presented);
    if let Some(sealed) = &client.sealed_secret {
        let secret = open_client_secret(master, &client.realm, &client.id, sealed)?;
        return Ok(Digest::of(secret.expose()).matches(&presented));
    }
    Ok(client
        .secret
        .as_ref()
        .is_some_and(|stored| stored.matches(&presented)))
}
