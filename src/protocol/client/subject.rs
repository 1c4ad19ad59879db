//! What a client sees instead of our name of a person (OIDC Core §8).

use url::Url;

use crate::protocol::client::{Client, ClientOrigin, GrantType, SubjectType};
use crate::protocol::ids::UserId;
use crate::secret::MacKey;

/// What a client's subjects are computed for (OIDC Core §8.1): the host of its sector document, else
/// the one of its redirect URIs, else the client itself.
///
/// A host counts where tokens are only ever sent to it, or an admin vouches for it. On a device
/// anybody could have tokens for the host of somebody else; a document may name other redirect URIs
/// tomorrow.
pub fn sector(client: &Client) -> String {
    let metadata = &client.metadata;
    let is_of_host = match client.origin {
        ClientOrigin::Admin => true,
        ClientOrigin::Registered => !metadata.allows(GrantType::DeviceCode),
        ClientOrigin::Document => false,
    };
    let uri = metadata
        .sector_identifier_uri
        .as_ref()
        .or(metadata.redirect_uris.first())
        .filter(|_| is_of_host);
    uri.and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
        .unwrap_or_else(|| client.id.to_string())
}

/// The subject of a user for a client. A pairwise one is a MAC, so that nobody can compare two of
/// them or compute one (OIDC Core §8.1).
pub fn subject(client: &Client, user: &UserId, key: &MacKey) -> String {
    match client.metadata.subject_type {
        SubjectType::Public => user.as_str().to_owned(),
        SubjectType::Pairwise => key.tag_text(&[
            client.realm.as_str().as_bytes(),
            sector(client).as_bytes(),
            user.as_str().as_bytes(),
        ]),
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

    /// OIDC Core §8.1: nobody else's host without proof of it.
    #[test]
    fn who_could_name_any_host_is_a_sector_of_its_own() {
        let mut client = client(ClientType::Web);
        client.metadata.subject_type = SubjectType::Pairwise;
        assert_eq!(sector(&client), "rp.test");
        client.origin = ClientOrigin::Registered;
        assert_eq!(sector(&client), "rp.test");
        client.metadata.grant_types.push(GrantType::DeviceCode);
        assert_eq!(sector(&client), "client");
        client.origin = ClientOrigin::Admin;
        assert_eq!(sector(&client), "rp.test");
        client.metadata.grant_types.pop();
        client.origin = ClientOrigin::Document;
        assert_eq!(sector(&client), "client");
    }

    #[test]
    fn a_public_subject_is_our_own_name() {
        let key = MacKey::new(&[7; 32]);
        let user = UserId::parse("ada").unwrap();
        assert_eq!(subject(&client(ClientType::Web), &user, &key), "ada");
    }
}
