//! Why requested metadata is not registered.

use crate::protocol::client::redirect_rules::RedirectFault;
use crate::protocol::client::registration::addresses::AddressFault;
use crate::protocol::client::registration::{JWKS_LIMIT, LOCALIZED_LIMIT};
use crate::protocol::error::ErrorCode;

/// Why metadata is not registered. Each names the member that is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefusal {
    /// A value has the wrong JSON type.
    #[error("{member} must be {expected}")]
    Type {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A text is too long.
    #[error("{member} is longer than {limit} characters")]
    TooLong {
        /// The member.
        member: &'static str,
        /// The most characters.
        limit: usize,
    },
    /// A list has too many entries.
    #[error("{member} has more than {limit} entries")]
    TooMany {
        /// The member.
        member: &'static str,
        /// The most entries.
        limit: usize,
    },
    /// A text that people read would not be shown as it is written.
    #[error("{member} has control characters, or others that are not shown as they are written")]
    NotPlain {
        /// The member.
        member: &'static str,
    },
    /// A value that this server knows nothing of, or does not offer.
    #[error("{member} has a value that this server does not offer")]
    NotOffered {
        /// The member.
        member: &'static str,
    },
    /// A member for something that this server does not do.
    #[error("{member} is not supported")]
    Unsupported {
        /// The member.
        member: &'static str,
    },
    /// A redirect URI must not be redirected to.
    #[error("{member}: {uri} {fault}")]
    Redirect {
        /// The member.
        member: &'static str,
        /// The URI as it was given.
        uri: String,
        /// What is wrong with it.
        fault: RedirectFault,
    },
    /// An address must not be linked to or fetched.
    #[error("{member}: {uri} {fault}")]
    Address {
        /// The member.
        member: &'static str,
        /// The address as it was given.
        uri: String,
        /// What is wrong with it.
        fault: AddressFault,
    },
    /// Members that contradict each other, or need each other.
    #[error("{member} {rule}")]
    Inconsistent {
        /// The member.
        member: &'static str,
        /// What it would take.
        rule: &'static str,
    },
    /// An admin gave no name.
    #[error("client_name is missing: a client needs a name")]
    NameMissing,
    /// A client that people sign in to needs a redirect URI.
    #[error("redirect_uris is missing: a client of this type needs a redirect URI")]
    RedirectMissing,
    /// RFC 6749 §4.4, RFC 8628 §1: machines and devices are never redirected to.
    #[error("redirect_uris are for clients with the code or implicit grant only")]
    RedirectForMachine,
    /// OIDC Registration §2: a token in the address bar must not pass in the clear, nor be for
    /// whatever listens on the person's own computer.
    #[error(
        "redirect_uris: {uri} must be https and not on this computer, since tokens are sent to it"
    )]
    TokensInTheClear {
        /// The URI as it was given.
        uri: String,
    },
    /// A scope with a character outside RFC 6749 §3.3.
    #[error("scope holds a character that RFC 6749 section 3.3 does not allow")]
    ScopeMalformed,
    /// A machine has no person whose identity or offline access it could ask for.
    #[error("scope: a client that acts for itself cannot have {scope}")]
    ScopeForMachine {
        /// The scope.
        scope: &'static str,
    },
    /// Nothing is left of the scope.
    #[error("scope holds nothing that a client which registers itself can be given")]
    ScopeNotGiven,
    /// RFC 7662 §2.1: introspection needs authentication, which a public client cannot give.
    #[error("introspection: a client without a secret cannot introspect")]
    IntrospectionForPublic,
    /// A client-ID document must not hold a shared secret.
    #[error("{member} must not be in a client-ID document")]
    SecretInDocument {
        /// The member.
        member: &'static str,
    },
    /// RFC 7591 §2.3: no software statement is accepted.
    #[error("software_statement: no issuer of software statements is trusted here")]
    SoftwareStatement,
    /// More translations than are kept.
    #[error("there are more than {LOCALIZED_LIMIT} translated members")]
    TooManyTranslations,
    /// The keys are more than are kept.
    #[error("jwks is larger than {JWKS_LIMIT} bytes")]
    KeysTooLarge,
    /// The keys cannot be used.
    #[error("jwks {0}")]
    Keys(&'static str),
    /// The sector document could not be had (OIDC Registration §5).
    #[error("sector_identifier_uri could not be fetched: {reason}")]
    SectorUnreadable {
        /// Why, in one word.
        reason: String,
    },
    /// The sector document is no list of addresses.
    #[error("sector_identifier_uri does not lead to a JSON array of URIs")]
    SectorMalformed,
    /// The sector document does not vouch for the client (OIDC Registration §5).
    #[error("sector_identifier_uri leads to a list that lacks a redirect URI of this client")]
    SectorLacksRedirect,
}

impl RegistrationRefusal {
    /// RFC 7591 §3.2.2.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Redirect { member, .. } if is_redirect_uris(member) => {
                ErrorCode::InvalidRedirectUri
            }
            Self::RedirectMissing | Self::RedirectForMachine | Self::TokensInTheClear { .. } => {
                ErrorCode::InvalidRedirectUri
            }
            Self::SoftwareStatement => ErrorCode::UnapprovedSoftwareStatement,
            Self::Redirect { .. }
            | Self::Type { .. }
            | Self::TooLong { .. }
            | Self::TooMany { .. }
            | Self::NotPlain { .. }
            | Self::NotOffered { .. }
            | Self::Unsupported { .. }
            | Self::Address { .. }
            | Self::Inconsistent { .. }
            | Self::NameMissing
            | Self::ScopeMalformed
            | Self::ScopeForMachine { .. }
            | Self::ScopeNotGiven
            | Self::IntrospectionForPublic
            | Self::SecretInDocument { .. }
            | Self::TooManyTranslations
            | Self::KeysTooLarge
            | Self::Keys(_)
            | Self::SectorUnreadable { .. }
            | Self::SectorMalformed
            | Self::SectorLacksRedirect => ErrorCode::InvalidClientMetadata,
        }
    }

    /// The sentence for the wire, which repeats nothing of the request: it must be printable ASCII
    /// without quotes (RFC 6749 §5.2).
    pub fn description(&self) -> String {
        if let Self::Redirect { member, fault, .. } = self {
            return format!("{member}: an entry {fault}.");
        }
        if let Self::Address { member, fault, .. } = self {
            return format!("{member} {fault}.");
        }
        if let Self::TokensInTheClear { .. } = self {
            return "redirect_uris: an entry must be https and not on localhost, since tokens are sent to it."
                .to_owned();
        }
        format!("{self}.")
    }
}

const fn is_redirect_uris(member: &str) -> bool {
    matches!(member.as_bytes(), b"redirect_uris")
}
