//! The claims of the tokens that this server signs.

mod access_token;
mod audience;
mod id_token;
mod left_half_hash;
mod personal;
mod request;

pub use access_token::{AccessTokenClaims, LONGEST_LIFETIME};
pub use audience::Audience;
pub use id_token::IdTokenClaims;
pub use left_half_hash::left_half_hash;
pub use personal::{CLAIM_SCOPES, is_membership, may_be_told, opened_by};
pub use request::{CLAIMS_LIMIT, ClaimDemand, ClaimsRequest, MalformedClaims};
