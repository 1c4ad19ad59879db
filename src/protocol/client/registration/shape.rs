//! What kind of client it is, how it authenticates, and by which grants and response types it gets
//! tokens.

use super::refusal::RegistrationRefusal as Refusal;
use super::request::Request;
use super::{Author, Terms};
use crate::protocol::client::{ClientMetadata, ClientType, GrantType, TokenEndpointAuthMethod};
use crate::protocol::response_type::ResponseType;

/// Fills type, authentication method, grants and response types.
pub(super) fn fill(
    request: &Request<'_>,
    terms: Terms,
    metadata: &mut ClientMetadata,
) -> Result<(), Refusal> {
    let named = named_type(request, terms)?;
    metadata.token_endpoint_auth_method = method(request, terms, named)?;
    metadata.client_type = match named {
        Some(kind) => kind,
        None => inferred_type(request, metadata.token_endpoint_auth_method)?,
    };
    check_method(metadata, terms)?;
    let responses = response_types(request, terms)?;
    metadata.grant_types = grant_types(request, terms, metadata, responses.as_deref())?;
    let redirected =
        metadata.allows(GrantType::AuthorizationCode) || metadata.allows(GrantType::Implicit);
    if terms.author != Author::Admin && !redirected {
        metadata.client_type = ClientType::Device;
    }
    metadata.response_types = match responses {
        Some(responses) => responses,
        None if metadata.allows(GrantType::AuthorizationCode) => vec![ResponseType::CODE],
        None => Vec::new(),
    };
    check_pairs(metadata)
}

/// Our `client_type`, which is an admin's, or `application_type` (OIDC Registration §2).
fn named_type(request: &Request<'_>, terms: Terms) -> Result<Option<ClientType>, Refusal> {
    if terms.author == Author::Admin
        && let Some(kind) = request.choice("client_type")?
    {
        return Ok(Some(kind));
    }
    match request.text("application_type")? {
        Some("native") => Ok(Some(ClientType::Native)),
        // Whether it runs on a server or in a browser shows in how it authenticates.
        Some("web") if request.text("token_endpoint_auth_method")? == Some("none") => {
            Ok(Some(ClientType::Spa))
        }
        Some("web") => Ok(Some(ClientType::Web)),
        Some(_) => Err(Refusal::NotOffered {
            member: "application_type",
        }),
        None => Ok(None),
    }
}

/// RFC 7591 §2: `client_secret_basic` unless something else is said; RFC 8252 §8.4, RFC 6749 §2.1:
/// what an admin registers as running at the user's keeps no secret.
fn method(
    request: &Request<'_>,
    terms: Terms,
    named: Option<ClientType>,
) -> Result<TokenEndpointAuthMethod, Refusal> {
    if let Some(method) = request.choice("token_endpoint_auth_method")? {
        return Ok(method);
    }
    let at_the_user = matches!(
        named,
        Some(ClientType::Spa | ClientType::Native | ClientType::Device)
    );
    Ok(match terms.author {
        // Nobody could hand it a secret.
        Author::Document => TokenEndpointAuthMethod::None,
        Author::Admin if at_the_user => TokenEndpointAuthMethod::None,
        Author::Admin | Author::Client => TokenEndpointAuthMethod::ClientSecretBasic,
    })
}

/// RFC 7591 has no `application_type`: a public client that is answered on the person's own
/// computer is a native one, whose port is free (RFC 8252 §7.3).
fn inferred_type(
    request: &Request<'_>,
    method: TokenEndpointAuthMethod,
) -> Result<ClientType, Refusal> {
    if method != TokenEndpointAuthMethod::None {
        return Ok(ClientType::Web);
    }
    let uris = request.list("redirect_uris")?.unwrap_or_default();
    let at_home = |uri: &&str| {
        !uri.starts_with("https:")
            && (!uri.starts_with("http:")
                || ["http://127.0.0.1", "http://[::1]", "http://localhost"]
                    .iter()
                    .any(|loopback| uri.starts_with(loopback)))
    };
    Ok(if !uris.is_empty() && uris.iter().all(at_home) {
        ClientType::Native
    } else {
        ClientType::Spa
    })
}

fn check_method(metadata: &ClientMetadata, terms: Terms) -> Result<(), Refusal> {
    use TokenEndpointAuthMethod as M;
    const MEMBER: &str = "token_endpoint_auth_method";
    let inconsistent = |rule| {
        Err(Refusal::Inconsistent {
            member: MEMBER,
            rule,
        })
    };
    let secret = match metadata.token_endpoint_auth_method {
        M::ClientSecretBasic | M::ClientSecretPost | M::ClientSecretJwt => true,
        M::None | M::PrivateKeyJwt => false,
    };
    match (metadata.client_type, terms.author) {
        (_, Author::Document) if secret => Err(Refusal::SecretInDocument { member: MEMBER }),
        (ClientType::Spa, _) if secret => {
            inconsistent("must be none for what runs in a browser and keeps no secret")
        }
        // RFC 8252 §8.4: each copy that registers itself has a secret of its own.
        (ClientType::Native, Author::Admin) if secret => {
            inconsistent("must be none for what runs at the user and keeps no secret")
        }
        (ClientType::M2m, _) if metadata.is_public() => {
            inconsistent("must not be none for a machine that acts for itself")
        }
        _ => Ok(()),
    }
}

fn response_types(
    request: &Request<'_>,
    terms: Terms,
) -> Result<Option<Vec<ResponseType>>, Refusal> {
    const MEMBER: &str = "response_types";
    let Some(texts) = request.list(MEMBER)? else {
        return Ok(None);
    };
    let mut kept: Vec<ResponseType> = Vec::new();
    for text in texts {
        let read = ResponseType::parse(text);
        let response = read.map_err(|_unknown| Refusal::NotOffered { member: MEMBER })?;
        if response.is_front_channel() && !terms.front_channel_tokens {
            return Err(Refusal::NotOffered { member: MEMBER });
        }
        if !kept.contains(&response) {
            kept.push(response);
        }
    }
    Ok(Some(kept))
}

fn grant_types(
    request: &Request<'_>,
    terms: Terms,
    metadata: &ClientMetadata,
    responses: Option<&[ResponseType]>,
) -> Result<Vec<GrantType>, Refusal> {
    const MEMBER: &str = "grant_types";
    let Some(texts) = request.list(MEMBER)? else {
        let usual = usual_grants(terms, metadata.client_type, responses);
        return if usual.is_empty() {
            Err(Refusal::Inconsistent {
                member: MEMBER,
                rule: "must be given when response_types is empty",
            })
        } else {
            Ok(usual)
        };
    };
    let mut kept: Vec<GrantType> = Vec::new();
    for text in &texts {
        let grant = serde_json::from_value::<GrantType>((*text).into()).ok();
        match grant {
            Some(grant) if is_offered(grant, terms) && !kept.contains(&grant) => kept.push(grant),
            // RFC 7591 §3.2.1: the answer says which of them stand.
            Some(_) | None if terms.author == Author::Client => {}
            Some(grant) if is_offered(grant, terms) => {}
            Some(_) | None => return Err(Refusal::NotOffered { member: MEMBER }),
        }
    }
    if kept.is_empty() {
        return Err(Refusal::NotOffered { member: MEMBER });
    }
    Ok(kept)
}

/// A client that nobody knows has no business of its own here, only that of the people who sign
/// in to it.
fn is_offered(grant: GrantType, terms: Terms) -> bool {
    match grant {
        GrantType::AuthorizationCode | GrantType::RefreshToken | GrantType::DeviceCode => true,
        GrantType::Implicit => terms.front_channel_tokens,
        GrantType::ClientCredentials => terms.author == Author::Admin,
    }
}

/// RFC 7591 §2: the code grant; for admins what the type of application needs.
fn usual_grants(
    terms: Terms,
    kind: ClientType,
    responses: Option<&[ResponseType]>,
) -> Vec<GrantType> {
    if kind == ClientType::M2m {
        return vec![GrantType::ClientCredentials];
    }
    if kind == ClientType::Device {
        return vec![GrantType::DeviceCode, GrantType::RefreshToken];
    }
    let any = |test: fn(&ResponseType) -> bool| {
        responses.is_some_and(|responses| responses.iter().any(test))
    };
    let mut grants = Vec::new();
    if responses.is_none() || any(|response| response.code) {
        grants.push(GrantType::AuthorizationCode);
        if terms.author == Author::Admin {
            grants.push(GrantType::RefreshToken);
        }
    }
    if any(|response| response.is_front_channel()) {
        grants.push(GrantType::Implicit);
    }
    grants
}

/// OIDC Registration §2: which response type needs which grant; RFC 6749 §6: a refresh token comes
/// with another grant.
fn check_pairs(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let lacks = |rule| {
        Err(Refusal::Inconsistent {
            member: "grant_types",
            rule,
        })
    };
    let responses = &metadata.response_types;
    if responses.iter().any(|response| response.code)
        && !metadata.allows(GrantType::AuthorizationCode)
    {
        return lacks("must hold authorization_code for the response type code");
    }
    if responses.iter().any(|response| response.is_front_channel())
        && !metadata.allows(GrantType::Implicit)
    {
        return lacks("must hold implicit for response types with id_token or token");
    }
    if responses.is_empty()
        && (metadata.allows(GrantType::AuthorizationCode) || metadata.allows(GrantType::Implicit))
    {
        return Err(Refusal::Inconsistent {
            member: "response_types",
            rule: "must not be empty for a client that people are sent from",
        });
    }
    if metadata.allows(GrantType::RefreshToken)
        && !metadata.allows(GrantType::AuthorizationCode)
        && !metadata.allows(GrantType::DeviceCode)
    {
        return lacks("must hold authorization_code or device_code beside refresh_token");
    }
    // RFC 6749 §4.4: who keeps no secret cannot act for itself.
    if metadata.is_public() && metadata.allows(GrantType::ClientCredentials) {
        return lacks("must not hold client_credentials for a client without a secret");
    }
    if metadata.client_type == ClientType::M2m && metadata.acts_for_people() {
        return lacks("must be client_credentials alone for a machine that acts for itself");
    }
    Ok(())
}
