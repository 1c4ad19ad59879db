//! Client metadata, and the rule by which it is registered.
//!
//! The input is a JSON document.

use serde_json::{Map, Value};
use vidimus::protocol::client::registration::{Application, NAME_LIMIT, URI_COUNT_LIMIT, register};
use vidimus::protocol::client::{ClientMetadata, ClientType, GrantType, TokenEndpointAuthMethod};
use vidimus::protocol::redirect_uri::KnownRedirect;

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

/// What the rule makes of a document: all that changes here when the rule does.
fn registered(asked: &Map<String, Value>) -> Vec<ClientMetadata> {
    let asked = serde_json::from_value::<ClientMetadata>(Value::Object(asked.clone()));
    let application = asked.map(|asked| Application {
        client_type: asked.client_type,
        name: asked.client_name,
        redirect_uris: asked.redirect_uris,
        post_logout_redirect_uris: asked.post_logout_redirect_uris,
        scope: Some(asked.scope).filter(|scope| !scope.is_empty()),
        keeps_secret: asked.client_type == ClientType::Device
            && asked.token_endpoint_auth_method != TokenEndpointAuthMethod::None,
        first_party: asked.first_party,
        introspection: asked.introspection,
    });
    let registered = application.ok().and_then(|asked| register(asked).ok());
    registered.into_iter().collect()
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
