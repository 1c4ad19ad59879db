//! The claims of the tokens that this server signs.

pub mod access_token;
pub mod id_token;

pub use access_token::AccessTokenClaims;
pub use id_token::{IdTokenClaims, access_token_hash};
