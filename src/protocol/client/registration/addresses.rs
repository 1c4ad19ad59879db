//! The addresses in metadata: where people and tokens are sent, what pages link to, what is
//! fetched.

use url::{Host, Url};

use super::refusal::RegistrationRefusal as Refusal;
use super::request::Request;
use super::{Author, Terms};
use crate::protocol::client::redirect_rules::{URI_LIMIT, check_redirect};
use crate::protocol::client::{ClientMetadata, ClientType, GrantType, SubjectType};

/// What is wrong with an address that is linked to or fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Not the whole address of something on the web.
    #[error("is not an absolute https address")]
    NotAbsolute,
    /// Longer than [`URI_LIMIT`] bytes.
    #[error("is longer than {URI_LIMIT} bytes")]
    TooLong,
    /// Anybody on the way could read or change what is sent there.
    #[error("must be https")]
    NotHttps,
    /// `https://trusted@evil.example` reads as another host than it is.
    #[error("names a user")]
    UserInfo,
    /// A fragment never leaves the browser.
    #[error("has a fragment")]
    Fragment,
}

/// Fills every member that is an address.
pub(super) fn fill(
    request: &Request<'_>,
    terms: Terms,
    metadata: &mut ClientMetadata,
) -> Result<(), Refusal> {
    redirects(request, metadata)?;
    let link = |member| linked(request, member, terms);
    metadata.client_uri = link("client_uri")?;
    metadata.logo_uri = link("logo_uri")?;
    metadata.policy_uri = link("policy_uri")?;
    metadata.tos_uri = link("tos_uri")?;
    metadata.initiate_login_uri = link("initiate_login_uri")?;
    metadata.jwks_uri = link("jwks_uri")?;
    metadata.sector_identifier_uri = link("sector_identifier_uri")?;
    metadata.backchannel_logout_uri = link("backchannel_logout_uri")?;
    metadata.frontchannel_logout_uri = link("frontchannel_logout_uri")?;
    metadata.request_uris = request_uris(request, terms)?;
    check_front_channel_logout(metadata)?;
    metadata.subject_type = request.choice("subject_type")?.unwrap_or_default();
    check_sector(terms, metadata)
}

fn redirects(request: &Request<'_>, metadata: &mut ClientMetadata) -> Result<(), Refusal> {
    let kind = metadata.client_type;
    let read = |member| -> Result<Vec<String>, Refusal> {
        let uris = request.list(member)?.unwrap_or_default();
        let checked = uris.into_iter().map(|uri| {
            let fault = |fault| Refusal::Redirect {
                member,
                uri: uri.to_owned(),
                fault,
            };
            check_redirect(uri, kind).map_err(fault)?;
            Ok(uri.to_owned())
        });
        checked.collect()
    };
    metadata.redirect_uris = read("redirect_uris")?;
    metadata.post_logout_redirect_uris = read("post_logout_redirect_uris")?;
    let redirected =
        metadata.allows(GrantType::AuthorizationCode) || metadata.allows(GrantType::Implicit);
    let none = metadata.redirect_uris.is_empty();
    match (redirected, none) {
        (true, true) => return Err(Refusal::RedirectMissing),
        (false, false) => return Err(Refusal::RedirectForMachine),
        (false, true) if !metadata.post_logout_redirect_uris.is_empty() => {
            return Err(Refusal::RedirectForMachine);
        }
        (true, false) | (false, true) => {}
    }
    check_token_carriers(metadata)
}

/// OIDC Registration §2 `application_type`: a web client that is sent tokens has https only, and
/// not on the person's own computer.
fn check_token_carriers(metadata: &ClientMetadata) -> Result<(), Refusal> {
    if metadata.client_type == ClientType::Native || !metadata.allows(GrantType::Implicit) {
        return Ok(());
    }
    let is_carrier = |uri: &String| {
        Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && !is_this_computer(&url))
    };
    match metadata.redirect_uris.iter().find(|uri| !is_carrier(uri)) {
        Some(uri) => Err(Refusal::TokensInTheClear { uri: uri.clone() }),
        None => Ok(()),
    }
}

fn linked(
    request: &Request<'_>,
    member: &'static str,
    terms: Terms,
) -> Result<Option<String>, Refusal> {
    let Some(text) = request.text(member)? else {
        return Ok(None);
    };
    let url = parse(member, text)?;
    if url.fragment().is_some() {
        return Err(fault(member, text, AddressFault::Fragment));
    }
    check_scheme(member, text, &url, terms.author)?;
    Ok(Some(text.to_owned()))
}

/// A translated link, judged as strictly as for a stranger.
pub(super) fn checked_link(member: &'static str, text: &str) -> Result<String, Refusal> {
    let url = parse(member, text)?;
    check_scheme(member, text, &url, Author::Client)?;
    Ok(text.to_owned())
}

/// OIDC Registration §2: a fragment holds the digest of what is expected there.
fn request_uris(request: &Request<'_>, terms: Terms) -> Result<Vec<String>, Refusal> {
    const MEMBER: &str = "request_uris";
    let uris = request.list(MEMBER)?.unwrap_or_default();
    let checked = uris.into_iter().map(|uri| {
        let url = parse(MEMBER, uri)?;
        check_scheme(MEMBER, uri, &url, terms.author)?;
        Ok(uri.to_owned())
    });
    checked.collect()
}

fn parse(member: &'static str, text: &str) -> Result<Url, Refusal> {
    if text.len() > URI_LIMIT {
        return Err(fault(member, text, AddressFault::TooLong));
    }
    let whole = || fault(member, text, AddressFault::NotAbsolute);
    // RFC 3986 §2; `\` is a path separator to browsers and to nobody else.
    if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(whole());
    }
    let after_scheme = text.split_once("://").map(|(_, rest)| rest);
    let has_host = after_scheme.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let url = Url::parse(text).map_err(|_unparsable| whole())?;
    if !has_host || !url.has_host() {
        return Err(whole());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault(member, text, AddressFault::UserInfo));
    }
    Ok(url)
}

/// An admin may try things out on their own computer; whether anything is fetched from there is
/// for the outgoing client to say.
fn check_scheme(
    member: &'static str,
    text: &str,
    url: &Url,
    author: Author,
) -> Result<(), Refusal> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if author == Author::Admin && is_this_computer(url) => Ok(()),
        "http" => Err(fault(member, text, AddressFault::NotHttps)),
        _ => Err(fault(member, text, AddressFault::NotAbsolute)),
    }
}

fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.') == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn fault(member: &'static str, uri: &str, fault: AddressFault) -> Refusal {
    Refusal::Address {
        member,
        uri: uri.to_owned(),
        fault,
    }
}

/// OIDC Front-Channel Logout §2: it stands where a redirect URI stands, so that a client cannot
/// have pages of others opened.
fn check_front_channel_logout(metadata: &ClientMetadata) -> Result<(), Refusal> {
    let origin = |uri: &String| Url::parse(uri).ok().map(|url| url.origin());
    let Some(own) = metadata.frontchannel_logout_uri.as_ref().map(origin) else {
        return Ok(());
    };
    if metadata.redirect_uris.iter().any(|uri| origin(uri) == own) {
        return Ok(());
    }
    Err(Refusal::Inconsistent {
        member: "frontchannel_logout_uri",
        rule: "must have scheme, host and port of a redirect URI",
    })
}

/// OIDC Core §8.1: without a sector document, one host makes the sector.
fn check_sector(terms: Terms, metadata: &ClientMetadata) -> Result<(), Refusal> {
    // A document is a sector of its own.
    if terms.author == Author::Document {
        return match metadata.sector_identifier_uri {
            None => Ok(()),
            Some(_) => Err(Refusal::Unsupported {
                member: "sector_identifier_uri",
            }),
        };
    }
    if metadata.subject_type == SubjectType::Public || metadata.sector_identifier_uri.is_some() {
        return Ok(());
    }
    let mut hosts: Vec<Option<String>> = metadata
        .redirect_uris
        .iter()
        .map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
        .collect();
    hosts.sort();
    hosts.dedup();
    if hosts.len() <= 1 {
        return Ok(());
    }
    Err(Refusal::Inconsistent {
        member: "subject_type",
        rule: "pairwise needs a sector_identifier_uri when redirect URIs are on several hosts",
    })
}
