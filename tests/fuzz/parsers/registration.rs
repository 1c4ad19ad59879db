//! Client metadata, and the rule by which it is registered.
//!
//! The input is a JSON document.

use serde_json::{Map, Value};
use vidimus::protocol::client::registration::{
    Author, NAME_LIMIT, Terms, URI_COUNT_LIMIT, register,
};
use vidimus::protocol::client::{ClientMetadata, GrantType, IntrospectionRight};
use vidimus::protocol::redirect_uri::KnownRedirect;
use vidimus::protocol::scope::STANDARD;

use super::{json, redirect, samples};

/// Reads one document and asks for its registration.
pub(crate) fn run(data: &[u8]) {
    let Ok(asked) = serde_json::from_slice::<Map<String, Value>>(data) else {
        return;
    };
    if let Ok(metadata) = serde_json::from_slice::<ClientMetadata>(data) {
        check_record(&metadata, data.len());
    }
    for metadata in registered(&asked) {
        check_record(&metadata, data.len());
        check_registered(&metadata);
    }
}

/// What the rule makes of a document, whoever wrote it.
fn registered(asked: &Map<String, Value>) -> Vec<ClientMetadata> {
    let mut registered = Vec::new();
    for author in [Author::Admin, Author::Client, Author::Document] {
        for front_channel_tokens in [false, true] {
            let terms = Terms {
                author,
                front_channel_tokens,
            };
            let Ok(metadata) = register(asked, terms) else {
                continue;
            };
            let front = metadata
                .response_types
                .iter()
                .any(|one| one.is_front_channel());
            assert!(front_channel_tokens || !front, "tokens through browsers");
            if author != Author::Admin {
                assert!(metadata.unverified && !metadata.first_party);
                assert!(metadata.introspection == IntrospectionRight::Own);
                assert!(metadata.scope.iter().all(|token| STANDARD.contains(&token)));
            }
            registered.push(metadata);
        }
    }
    registered
}

/// Metadata is kept as JSON and read again from there.
fn check_record(metadata: &ClientMetadata, length: usize) {
    let kept = serde_json::to_string(metadata).expect("metadata is written");
    assert!(
        kept.len() <= 8 * length + 4096,
        "{} bytes from {length}",
        kept.len()
    );
    let read: ClientMetadata = serde_json::from_str(&kept).expect("metadata is read back");
    assert_eq!(json::shape(&read), json::shape(metadata));
}

fn check_registered(metadata: &ClientMetadata) {
    let name = &metadata.client_name;
    assert!(!name.trim().is_empty() && name.chars().count() <= NAME_LIMIT);
    assert!(!name.chars().any(char::is_control));
    let kind = metadata.client_type;
    let mut client = samples::bare("client", kind, &[]);
    client.metadata = metadata.clone();
    for uris in [&metadata.redirect_uris, &metadata.post_logout_redirect_uris] {
        assert!(uris.len() <= URI_COUNT_LIMIT);
        for uri in uris {
            assert!(
                redirect::check_registrable(uri, kind),
                "{uri} was registered"
            );
        }
    }
    for uri in &metadata.redirect_uris {
        assert!(KnownRedirect::prove(uri, &client).is_some());
    }
    let people =
        metadata.allows(GrantType::AuthorizationCode) || metadata.allows(GrantType::Implicit);
    assert!(
        !people || !metadata.redirect_uris.is_empty(),
        "nowhere to answer"
    );
    assert!(
        people || metadata.response_types.is_empty(),
        "answers that nobody may ask for"
    );
    // RFC 6749 §4.4: who has no secret cannot act for itself.
    assert!(!(metadata.is_public() && metadata.allows(GrantType::ClientCredentials)));
}
