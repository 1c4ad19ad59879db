//! The claims of the tokens that this server signs.

mod access_token;
mod id_token;

pub use access_token::{AccessTokenClaims, LONGEST_LIFETIME};
pub use id_token::{IdTokenClaims, access_token_hash};
