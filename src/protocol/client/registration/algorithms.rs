//! How tokens to the client and objects from it are protected.

use super::refusal::RegistrationRefusal as Refusal;
use super::request::Request;
use crate::protocol::algorithm::{ContentEncryption, KeyManagement};
use crate::protocol::client::{AssertionAlgorithm, ClientMetadata, TokenEndpointAuthMethod};

/// Fills every member that names an algorithm. None of them can be `none`.
pub(super) fn fill(request: &Request<'_>, metadata: &mut ClientMetadata) -> Result<(), Refusal> {
    metadata.id_token_signed_response_alg = request
        .choice("id_token_signed_response_alg")?
        .unwrap_or_default();
    metadata.userinfo_signed_response_alg = request.choice("userinfo_signed_response_alg")?;
    metadata.request_object_signing_alg = request.choice("request_object_signing_alg")?;
    metadata.require_signed_request_object = request.flag("require_signed_request_object")?;
    let keyed = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if metadata.require_signed_request_object && !keyed {
        return Err(Refusal::Inconsistent {
            member: "require_signed_request_object",
            rule: "needs jwks or jwks_uri",
        });
    }
    let (alg, enc) = encryption(
        request,
        [
            "id_token_encrypted_response_alg",
            "id_token_encrypted_response_enc",
        ],
        keyed,
    )?;
    metadata.id_token_encrypted_response_alg = alg;
    metadata.id_token_encrypted_response_enc = enc;
    let (alg, enc) = encryption(
        request,
        [
            "userinfo_encrypted_response_alg",
            "userinfo_encrypted_response_enc",
        ],
        keyed,
    )?;
    metadata.userinfo_encrypted_response_alg = alg;
    metadata.userinfo_encrypted_response_enc = enc;
    metadata.token_endpoint_auth_signing_alg = assertion(request, metadata)?;
    Ok(())
}

/// OIDC Registration §2: `enc` needs `alg`, and is `A128CBC-HS256` without a word.
fn encryption(
    request: &Request<'_>,
    [alg_member, enc_member]: [&'static str; 2],
    keyed: bool,
) -> Result<(Option<KeyManagement>, Option<ContentEncryption>), Refusal> {
    let alg: Option<KeyManagement> = request.choice(alg_member)?;
    let enc: Option<ContentEncryption> = request.choice(enc_member)?;
    match (alg, enc) {
        (None, Some(_)) => Err(Refusal::Inconsistent {
            member: enc_member,
            rule: "needs the alg that goes with it",
        }),
        (Some(_), _) if !keyed => Err(Refusal::Inconsistent {
            member: alg_member,
            rule: "needs jwks or jwks_uri",
        }),
        (Some(alg), enc) => Ok((Some(alg), Some(enc.unwrap_or_default()))),
        (None, None) => Ok((None, None)),
    }
}

/// OIDC Registration §2 `token_endpoint_auth_signing_alg`: it means something for assertions only,
/// and must fit their kind.
fn assertion(
    request: &Request<'_>,
    metadata: &ClientMetadata,
) -> Result<Option<AssertionAlgorithm>, Refusal> {
    use TokenEndpointAuthMethod as M;
    const MEMBER: &str = "token_endpoint_auth_signing_alg";
    let algorithm: Option<AssertionAlgorithm> = request.choice(MEMBER)?;
    match (metadata.token_endpoint_auth_method, algorithm) {
        (M::None | M::ClientSecretBasic | M::ClientSecretPost, _) => Ok(None),
        (M::ClientSecretJwt, Some(AssertionAlgorithm::Key(_)))
        | (M::PrivateKeyJwt, Some(AssertionAlgorithm::Secret(_))) => Err(Refusal::Inconsistent {
            member: MEMBER,
            rule: "does not fit token_endpoint_auth_method",
        }),
        (M::ClientSecretJwt | M::PrivateKeyJwt, algorithm) => Ok(algorithm),
    }
}
