//! Clients: what is registered about one (RFC 7591), and how one proves itself.

pub mod authentication;
pub mod metadata;
pub mod redirect_rules;
pub mod registration;

pub use metadata::{
    Client, ClientMetadata, ClientType, GrantType, IntrospectionRight, TokenEndpointAuthMethod,
};
