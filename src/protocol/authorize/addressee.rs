//! Stage one: who asks, and where an answer may go.

use std::sync::Arc;

use crate::protocol::authorize::{PassingRefusal, REQUEST_LIMIT_BYTES};
use crate::protocol::client::Client;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::ids::ClientId;
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::KnownRedirect;
use crate::protocol::response_type::{ResponseMode, ResponseType};

/// Why nobody can be answered; the person is told instead (RFC 6749 §4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddresseeRefusal {
    /// No `client_id`.
    ClientIdMissing,
    /// `client_id` or `redirect_uri` was sent twice.
    Repeated,
    /// No such client.
    UnknownClient,
    /// An admin switched the client off.
    ClientDisabled,
    /// No `redirect_uri` (OIDC Core §3.1.2.1 requires it).
    RedirectUriMissing,
    /// The redirect URI is not registered for the client.
    UnregisteredRedirectUri,
    /// The request cannot be read as it was handed over, and beside it stands no registered
    /// redirect URI.
    Passing(PassingRefusal),
}

impl AddresseeRefusal {
    /// A stable name, for the error page's address and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientIdMissing => "client_id_missing",
            Self::Repeated => "parameter_repeated",
            Self::UnknownClient => "unknown_client",
            Self::ClientDisabled => "client_disabled",
            Self::RedirectUriMissing => "redirect_uri_missing",
            Self::UnregisteredRedirectUri => "unregistered_redirect_uri",
            Self::Passing(refusal) => refusal.name(),
        }
    }

    /// The rule in words, for the client's developer.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::ClientIdMissing => "The request must name its client in client_id.",
            Self::Repeated => "client_id and redirect_uri must be sent exactly once.",
            Self::UnknownClient => "No client with this client_id is registered here.",
            Self::ClientDisabled => "This client has been switched off by an administrator.",
            Self::RedirectUriMissing => "The request must carry a redirect_uri.",
            Self::UnregisteredRedirectUri => {
                "The redirect_uri must equal a registered one, byte for byte."
            }
            Self::Passing(refusal) => refusal.rule(),
        }
    }
}

/// What an application is told that calls us itself.
impl From<AddresseeRefusal> for OAuthError {
    fn from(refusal: AddresseeRefusal) -> Self {
        match refusal {
            AddresseeRefusal::Passing(refusal) => refusal.into(),
            AddresseeRefusal::ClientIdMissing
            | AddresseeRefusal::Repeated
            | AddresseeRefusal::UnknownClient
            | AddresseeRefusal::ClientDisabled
            | AddresseeRefusal::RedirectUriMissing
            | AddresseeRefusal::UnregisteredRedirectUri => {
                Self::new(ErrorCode::InvalidRequest, refusal.rule())
            }
        }
    }
}

/// A proven client and a proven place for the answer.
#[derive(Debug, Clone)]
pub struct Addressee {
    client: Arc<Client>,
    redirect: KnownRedirect,
    mode: ResponseMode,
    state: Option<String>,
}

impl Addressee {
    /// The `client_id` of a request, before anything is looked up.
    pub fn client_id(params: &Params) -> Result<ClientId, AddresseeRefusal> {
        if params.is_repeated("client_id") || params.is_repeated("redirect_uri") {
            return Err(AddresseeRefusal::Repeated);
        }
        let text = params
            .get("client_id")
            .ok_or(AddresseeRefusal::ClientIdMissing)?;
        ClientId::parse(text).map_err(|_invalid| AddresseeRefusal::UnknownClient)
    }

    /// Proves the addressee of a request whose `client_id` was looked up.
    pub fn prove(params: &Params, client: Option<Arc<Client>>) -> Result<Self, AddresseeRefusal> {
        let client = client.ok_or(AddresseeRefusal::UnknownClient)?;
        let requested = params
            .get("redirect_uri")
            .ok_or(AddresseeRefusal::RedirectUriMissing)?;
        let redirect = KnownRedirect::prove(requested, &client)
            .ok_or(AddresseeRefusal::UnregisteredRedirectUri)?;
        if client.disabled_at.is_some() {
            return Err(AddresseeRefusal::ClientDisabled);
        }
        // An answer with a longer state would be too long for an address itself.
        let echoed =
            |state: &&str| state.len() <= REQUEST_LIMIT_BYTES && !params.is_repeated("state");
        let state = params.get("state").filter(echoed);
        Ok(Self {
            redirect,
            mode: mode_of(params),
            state: state.map(str::to_owned),
            client,
        })
    }

    /// The asking client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Where the answer goes.
    pub fn redirect(&self) -> &KnownRedirect {
        &self.redirect
    }

    /// How the answer travels.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The `state` to echo (RFC 6749 §4.1.2).
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// How answers to a request travel, refusals of it included: as it says, if it may say so; else as
/// its response type is usually answered; in the query when neither can be read.
fn mode_of(params: &Params) -> ResponseMode {
    let text = params.get("response_type").unwrap_or_default();
    let front_channel = ResponseType::parse(text).map_or_else(
        |_unknown| text.split(' ').any(|word| word.ends_with("token")),
        ResponseType::is_front_channel,
    );
    let usual = if front_channel {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    };
    params
        .get("response_mode")
        .and_then(ResponseMode::parse)
        .filter(|mode| !front_channel || *mode != ResponseMode::Query)
        .unwrap_or(usual)
}
