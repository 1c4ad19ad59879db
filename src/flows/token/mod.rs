//! The token endpoint's use cases, one file per grant.
//!
//! A place at the signing pool is reserved before a code or refresh token is spent, so that
//! overload spends nothing. Spending is one conditional statement that also reads what the tokens
//! need; signing follows it (`docs/decisions/0003-spend-then-sign.md`).

mod client_credentials;
mod code;
mod device_code;
pub(super) mod issue;
mod refresh;
mod theft;

use serde::Serialize;

use crate::account::event::Asker;
use crate::flows::client_keys::Recipient;
use crate::flows::{App, FlowError, clients};
use crate::protocol::client::GrantType;
use crate::protocol::client::authentication::AuthenticatedClient;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::token::client_credentials::ClientCredentialsRefusal;
use crate::protocol::token::code::CodeRefusal;
use crate::protocol::token::device_code::DeviceCodeRefusal;
use crate::protocol::token::refresh::RefreshRefusal;
use crate::protocol::token::{TokenRequestRefusal, grant_type};

/// A successful answer (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// In seconds.
    pub expires_in: i64,
    /// The live refresh token of the family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// For the `openid` scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What was granted.
    pub scope: String,
}

/// Why a token request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Before its grant was looked at.
    Request(TokenRequestRefusal),
    /// The client wants encrypted ID tokens, and has no key to encrypt them to.
    NoEncryptionKey,
    /// By the code grant.
    Code(CodeRefusal),
    /// By the refresh grant.
    Refresh(RefreshRefusal),
    /// By the client credentials grant.
    ClientCredentials(ClientCredentialsRefusal),
    /// By the device grant.
    DeviceCode(DeviceCodeRefusal),
}

impl From<TokenRefusal> for OAuthError {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Request(refusal) => refusal.into(),
            TokenRefusal::NoEncryptionKey => Self::new(
                ErrorCode::InvalidClient,
                "This client has no usable key for its id_token_encrypted_response_alg, in jwks or at jwks_uri.",
            ),
            TokenRefusal::Code(refusal) => refusal.into(),
            TokenRefusal::Refresh(refusal) => refusal.into(),
            TokenRefusal::ClientCredentials(refusal) => refusal.into(),
            TokenRefusal::DeviceCode(refusal) => refusal.into(),
        }
    }
}

/// Answers a token request of an authenticated client.
pub async fn answer(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    caller: Asker<'_>,
) -> Result<TokenAnswer, FlowError<TokenRefusal>> {
    let refused = |refusal| FlowError::Refused(TokenRefusal::Request(refusal));
    let grant = grant_type(params).map_err(refused)?;
    let answer = granted(app, client, params, (grant, caller)).await;
    app.count_tokens(grant, &answer);
    answer
}

async fn granted(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    (grant, caller): (GrantType, Asker<'_>),
) -> Result<TokenAnswer, FlowError<TokenRefusal>> {
    let refused = |refusal| FlowError::Refused(TokenRefusal::Request(refusal));
    if !client.client().metadata.allows(grant) {
        return Err(refused(TokenRequestRefusal::GrantNotAllowed));
    }
    let answer = match grant {
        GrantType::AuthorizationCode => {
            let recipient = recipient(app, client).await?;
            code::redeem(app, client, params, recipient, caller)
                .await
                .map_err(|error| error.map_refusal(TokenRefusal::Code))
        }
        GrantType::RefreshToken => {
            let recipient = recipient(app, client).await?;
            refresh::refresh(app, client, params, recipient, caller)
                .await
                .map_err(|error| error.map_refusal(TokenRefusal::Refresh))
        }
        GrantType::ClientCredentials => client_credentials::issue(app, client, params)
            .await
            .map_err(|error| error.map_refusal(TokenRefusal::ClientCredentials)),
        GrantType::DeviceCode => {
            let recipient = recipient(app, client).await?;
            device_code::poll(app, client, params, recipient, caller)
                .await
                .map_err(|error| error.map_refusal(TokenRefusal::DeviceCode))
        }
        // RFC 6749 §4.2: the implicit grant never comes to this endpoint.
        GrantType::Implicit => Err(refused(TokenRequestRefusal::UnsupportedGrantType)),
    }?;
    clients::note_use(app, client.client(), app.now()).await;
    Ok(answer)
}

/// Who has no key to encrypt to is refused before anything is spent.
async fn recipient(
    app: &App,
    client: &AuthenticatedClient,
) -> Result<Option<Recipient>, FlowError<TokenRefusal>> {
    issue::recipient(app, client.client(), app.now())
        .await
        .map_err(|_logged| FlowError::Refused(TokenRefusal::NoEncryptionKey))
}
