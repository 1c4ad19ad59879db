//! Access tokens as text: JWTs, and those that only we can read.

use crate::flows::{App, Fault};
use crate::keys::{
    KeyError, KeyRing, TokenRefusal, TokenType, looks_opaque, open_opaque_token, seal_opaque_token,
};
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::api::{AccessTokenType, TokenFormat};
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::client::Client;
use crate::protocol::ids::RealmId;
use crate::protocol::resource::Target;
use crate::protocol::time::Timestamp;

/// An access token that lacks its signature, if it needs one.
pub(crate) struct Draft {
    claims: AccessTokenClaims,
    typ: TokenType,
    sealed: Option<String>,
}

impl Draft {
    /// Begins the token of a target. Its `typ` is `JWT` if an API or the client wants that.
    pub(crate) fn new(
        app: &App,
        client: &Client,
        target: &Target,
        claims: AccessTokenClaims,
    ) -> Result<Self, KeyError> {
        let sealed = match target.format {
            TokenFormat::Jwt => None,
            TokenFormat::Opaque => Some(seal_opaque_token(&app.master, &client.realm, &claims)?),
        };
        let typ = match target.token_type {
            AccessTokenType::AtJwt if !client.metadata.compatibility.wants_plain_jwt_type => {
                TokenType::AccessToken
            }
            AccessTokenType::AtJwt | AccessTokenType::Jwt => TokenType::PlainAccessToken,
        };
        Ok(Self {
            claims,
            typ,
            sealed,
        })
    }

    /// The token, when it needs no signature.
    pub(crate) fn unsigned(&self) -> Option<&str> {
        self.sealed.as_deref()
    }

    /// Signs what needs it.
    pub(crate) fn finish(self, ring: &KeyRing) -> Result<String, KeyError> {
        match self.sealed {
            Some(token) => Ok(token),
            None => ring.sign(SigningAlgorithm::Rs256, self.typ, &self.claims),
        }
    }
}

/// The claims of an access token of a realm, in whichever format. Expiry, issuer, audience and
/// revocation are the caller's to check.
pub(crate) async fn read(
    app: &App,
    realm: &RealmId,
    text: &str,
    now: Timestamp,
) -> Result<Result<AccessTokenClaims, TokenRefusal>, Fault> {
    if looks_opaque(text) {
        return Ok(open_opaque_token(&app.master, realm, text));
    }
    let verified = app.keys.verify(realm, text, TokenType::AccessToken, now);
    Ok(verified.await?)
}
