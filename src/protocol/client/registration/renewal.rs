//! A client that replaces its own metadata (RFC 7592 §2.2, or a new edition of its document): what
//! it cannot change by doing so.

use super::RegistrationRefusal as Refusal;
use crate::protocol::client::subject::sector;
use crate::protocol::client::{Client, ClientMetadata, IntrospectionRight, SubjectType};
use crate::protocol::scope::STANDARD;

/// The metadata that stands once `client` has asked for `asked`.
///
/// What an admin has settled stays settled. So do the names under which it knows people: with
/// another sector, tokens of a running grant would speak of somebody's name elsewhere (OIDC Core
/// §8.1, §12.2).
pub fn renew(client: &Client, asked: ClientMetadata) -> Result<ClientMetadata, Refusal> {
    let old = &client.metadata;
    let given = old.scope.filtered(|token| !STANDARD.contains(&token));
    let mut renewed = ClientMetadata {
        first_party: old.first_party,
        require_second_factor: old.require_second_factor,
        introspection: if asked.is_public() {
            IntrospectionRight::Own
        } else {
            old.introspection
        },
        compatibility: old.compatibility,
        scope: asked.scope.union(&given),
        // What an admin has looked at is what stands now, and nothing else.
        unverified: old.unverified,
        ..asked
    };
    if renewed != *old {
        renewed.unverified = true;
    }
    let after = Client {
        metadata: renewed,
        ..client.clone()
    };
    let names = |client: &Client| match client.metadata.subject_type {
        SubjectType::Public => None,
        SubjectType::Pairwise => Some(sector(client)),
    };
    if names(client) == names(&after) {
        Ok(after.metadata)
    } else {
        Err(Refusal::Inconsistent {
            member: "subject_type",
            rule: "stays as it was registered, and so does the host that pairwise subjects are for",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::client::{ClientOrigin, ClientType, GrantType};
    use crate::protocol::scope::ScopeSet;

    fn registered(change: impl FnOnce(&mut ClientMetadata)) -> Client {
        let mut client = client(ClientType::Web);
        client.origin = ClientOrigin::Registered;
        client.metadata.scope = ScopeSet::parse("openid").unwrap();
        change(&mut client.metadata);
        client
    }

    fn changed(client: &Client, change: impl FnOnce(&mut ClientMetadata)) -> ClientMetadata {
        let mut asked = ClientMetadata {
            first_party: false,
            require_second_factor: false,
            unverified: true,
            scope: ScopeSet::parse("openid").unwrap(),
            ..client.metadata.clone()
        };
        change(&mut asked);
        asked
    }

    #[test]
    fn what_an_admin_has_settled_stays() {
        let client = registered(|metadata| {
            metadata.require_second_factor = true;
            metadata.introspection = IntrospectionRight::Realm;
            metadata.scope = ScopeSet::parse("openid orders").unwrap();
        });
        let asked = changed(&client, |asked| {
            asked.introspection = IntrospectionRight::Own;
        });
        assert_eq!(renew(&client, asked).as_ref(), Ok(&client.metadata));
        let other = changed(&client, |asked| asked.client_name = "Bank".to_owned());
        let renewed = renew(&client, other).unwrap();
        assert!(renewed.unverified && renewed.require_second_factor);
        assert_eq!(renewed.scope.to_string(), "openid orders");
    }

    /// OIDC Core §8.1, §12.2
    #[test]
    fn the_names_of_people_stay() {
        let public = registered(|_| ());
        let pairwise = registered(|metadata| metadata.subject_type = SubjectType::Pairwise);
        let refused = |client: &Client, change: fn(&mut ClientMetadata)| {
            renew(client, changed(client, change)).is_err()
        };
        assert!(refused(&public, |asked| {
            asked.subject_type = SubjectType::Pairwise;
        }));
        assert!(refused(&pairwise, |asked| {
            asked.subject_type = SubjectType::Public;
        }));
        let elsewhere = |asked: &mut ClientMetadata| {
            asked.redirect_uris = vec!["https://victim.test/cb".to_owned()];
        };
        assert!(refused(&pairwise, elsewhere));
        assert!(!refused(&public, elsewhere));
        assert!(!refused(&pairwise, |asked| {
            asked.redirect_uris = vec!["https://rp.test/other".to_owned()];
        }));
        assert!(refused(&pairwise, |asked| {
            asked.grant_types.push(GrantType::DeviceCode);
        }));
    }
}
