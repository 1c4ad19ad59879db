//! What a client sees instead of our name of a person (OIDC Core §8).

use url::Url;

use crate::protocol::client::{Client, ClientMetadata, SubjectType};
use crate::protocol::ids::UserId;
use crate::secret::MacKey;

/// The host that a client's subjects are computed for (OIDC Core §8.1): that of its sector
/// document, else the one of its redirect URIs, else its identifier.
pub fn sector(metadata: &ClientMetadata) -> Option<String> {
    let uri = metadata
        .sector_identifier_uri
        .as_ref()
        .or(metadata.redirect_uris.first())?;
    Url::parse(uri).ok()?.host_str().map(str::to_owned)
}

/// The subject of a user for a client. A pairwise one is a MAC, so that nobody can compare two of
/// them or compute one (OIDC Core §8.1).
pub fn subject(client: &Client, user: &UserId, key: &MacKey) -> String {
    match client.metadata.subject_type {
        SubjectType::Public => user.as_str().to_owned(),
        SubjectType::Pairwise => {
            let sector = sector(&client.metadata).unwrap_or_else(|| client.id.to_string());
            key.tag_text(&[
                client.realm.as_str().as_bytes(),
                sector.as_bytes(),
                user.as_str().as_bytes(),
            ])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;

    fn pairwise(redirect: &str, sector: Option<&str>) -> String {
        let mut client = client(ClientType::Web);
        client.metadata.subject_type = SubjectType::Pairwise;
        client.metadata.redirect_uris = vec![redirect.to_owned()];
        client.metadata.sector_identifier_uri = sector.map(str::to_owned);
        let key = MacKey::new(&[7; 32]);
        subject(&client, &UserId::parse("ada").unwrap(), &key)
    }

    /// OIDC Core §8.1
    #[test]
    fn clients_of_a_sector_see_the_same_subject_and_others_another() {
        let one = pairwise("https://one.test/cb", None);
        assert_eq!(one, pairwise("https://one.test/other", None));
        assert_ne!(one, pairwise("https://two.test/cb", None));
        assert_ne!(one, "ada");
        let sector = Some("https://one.test/sector.json");
        assert_eq!(one, pairwise("https://two.test/cb", sector));
        assert!(one.len() <= 255 && one.is_ascii());
    }

    #[test]
    fn a_public_subject_is_our_own_name() {
        let key = MacKey::new(&[7; 32]);
        let user = UserId::parse("ada").unwrap();
        assert_eq!(subject(&client(ClientType::Web), &user, &key), "ada");
    }
}
