//! Clients: what is registered about one (RFC 7591), and how one proves itself.

pub mod assertion;
pub mod authentication;
pub mod metadata;
pub mod policy;
pub mod redirect_rules;
pub mod registration;
pub mod subject;

pub use metadata::{
    Client, ClientMetadata, ClientOrigin, ClientType, GrantType, IntrospectionRight,
    TokenEndpointAuthMethod,
};
pub use policy::{AssertionAlgorithm, Compatibility, SecretAlgorithm, SecretKind, SubjectType};
