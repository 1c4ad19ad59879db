//! Metadata written out again: what a client is told that it has registered (RFC 7591 §3.2.1).

use serde_json::{Map, Value, json};

use crate::protocol::client::{ClientMetadata, ClientType};

/// Our own members, which no client is told.
const OWN: [&str; 8] = [
    "client_type",
    "first_party",
    "require_second_factor",
    "required_scope",
    "allowed_groups",
    "introspection",
    "unverified",
    "compatibility",
];

/// Every member that is registered, in the words of the specifications.
pub fn registered_members(metadata: &ClientMetadata) -> Map<String, Value> {
    let mut members = own_members(metadata);
    for member in OWN {
        members.remove(member);
    }
    let kind = match metadata.client_type {
        ClientType::Native | ClientType::Device => "native",
        ClientType::Web | ClientType::Spa | ClientType::M2m => "web",
    };
    members.insert("application_type".to_owned(), json!(kind));
    members
}

/// The same with our own members, for admins; it reads back as a request of theirs.
pub fn own_members(metadata: &ClientMetadata) -> Map<String, Value> {
    let mut members = match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        // Metadata is a structure of texts, numbers and lists: it is always an object.
        Ok(_) | Err(_) => Map::new(),
    };
    if let Some(Value::Object(localized)) = members.remove("localized") {
        members.extend(localized);
    }
    members
}
