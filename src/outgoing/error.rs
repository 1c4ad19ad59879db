//! Why nothing was fetched, in words for the developer of the client that named the address.

use std::path::PathBuf;

/// Each is written as one word of printable ASCII; none holds anything that the other side sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No absolute URL, or one that names a user.
    #[error("invalid_url")]
    InvalidUrl,
    /// Anything but `https`; `http` serves only addresses that the operator allows.
    #[error("not_https")]
    NotHttps,
    /// The name stands for an address that is not public, or is one.
    #[error("address_not_allowed")]
    AddressNotAllowed,
    /// The name stands for no address.
    #[error("unresolvable")]
    Unresolvable,
    /// Nobody listens there, or the connection broke.
    #[error("unreachable")]
    Unreachable,
    /// The server did not prove that it is who it should be.
    #[error("tls({0})")]
    Tls(TlsReason),
    /// The answer sends us elsewhere, where we do not go.
    #[error("redirect")]
    Redirect,
    /// The answer is an error of theirs.
    #[error("status({0})")]
    Status(u16),
    /// The answer is no HTTP/1.1, or is compressed though nobody asked for that.
    #[error("malformed")]
    Malformed,
    /// The answer is larger than its kind may be.
    #[error("too_large")]
    TooLarge,
    /// The answer did not come in time.
    #[error("timeout")]
    Timeout,
    /// Too many requests are under way already; later there may be room.
    #[error("busy")]
    Busy,
}

/// What is wrong with the other side's TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsReason {
    /// The chain leads to no authority that we trust.
    #[error("unknown_issuer")]
    UnknownIssuer,
    /// The certificate is too old, or not valid yet.
    #[error("expired")]
    Expired,
    /// The certificate is for another name.
    #[error("wrong_name")]
    WrongName,
    /// Anything else.
    #[error("handshake")]
    Handshake,
}

/// Why there can be no client at all: told to the operator at start.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// The file of additional authorities.
    #[error("{} {problem}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, as the rest of a sentence.
        problem: String,
    },
    /// The TLS library refuses its own defaults.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}
