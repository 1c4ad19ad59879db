//! Client secrets sealed for the record: `client_secret_jwt` needs the secret itself, where every
//! other method is content with its digest.

use crate::keys::{KeyError, MasterKey, Purpose};
use crate::protocol::ids::{ClientId, RealmId};
use crate::secret::SecretString;

/// Seals a client's secret; it opens for this client of this realm only.
pub fn seal_client_secret(
    master: &MasterKey,
    realm: &RealmId,
    client: &ClientId,
    secret: &SecretString,
) -> Result<Vec<u8>, KeyError> {
    let plain = secret.expose().as_bytes();
    master.seal(Purpose::SealClientSecrets, &place(realm, client), plain)
}

/// Opens what [`seal_client_secret`] made.
pub fn open_client_secret(
    master: &MasterKey,
    realm: &RealmId,
    client: &ClientId,
    sealed: &[u8],
) -> Result<SecretString, KeyError> {
    let plain = master.open(Purpose::SealClientSecrets, &place(realm, client), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_not_text| KeyError::DoesNotOpen)?;
    Ok(SecretString::new(text.to_owned()))
}

fn place(realm: &RealmId, client: &ClientId) -> String {
    format!("client:sealed_secret:{realm}/{client}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn opens_for_its_client_only() {
        let master = MasterKey::generate(&SeededEntropy::new(1)).unwrap();
        let here = RealmId::default_realm();
        let elsewhere = RealmId::parse("elsewhere").unwrap();
        let client = |id: &str| ClientId::parse(id).unwrap();
        let secret = SecretString::new("correct horse".to_owned());
        let sealed = seal_client_secret(&master, &here, &client("a"), &secret).unwrap();
        let open = |realm, id| open_client_secret(&master, realm, &client(id), &sealed);
        assert_eq!(open(&here, "a").unwrap().expose(), secret.expose());
        assert!(matches!(open(&here, "b"), Err(KeyError::DoesNotOpen)));
        assert!(matches!(open(&elsewhere, "a"), Err(KeyError::DoesNotOpen)));
    }
}
