//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1), read in two stages.
//!
//! First client and redirect URI: what is wrong there is shown to the person. Then the rest: what
//! is wrong there is sent back to the client. An answer cannot be built without an [`Addressee`].

pub mod acr;
pub mod addressee;
pub mod answer;
pub mod consent;
pub mod next_step;
pub mod passing;
pub mod passing_refusal;
pub mod pushed;
pub mod refusal;
pub mod request;
pub mod request_object;
pub mod subject_demand;

pub use acr::AcrDemand;
pub use addressee::{Addressee, AddresseeRefusal};
pub use answer::{AuthorizationAnswer, Parameters};
pub use consent::{Allowed, Asking};
pub use next_step::{Interaction, LoginReason, SignedIn, Step, demand_of, next_step};
pub use passing::Passing;
pub use passing_refusal::PassingRefusal;
pub use pushed::PushedRequest;
pub use refusal::AuthorizeRefusal;
pub use request::AuthorizationRequest;
pub use subject_demand::SubjectDemand;

/// The largest authorization request we read, in bytes of its encoded parameters.
pub const REQUEST_LIMIT_BYTES: usize = 8 * 1024;
