//! What an ID token and a userinfo answer may hold.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::person::opened_by;
use super::{Provider, RelyingParty, Request, Token, keys};

/// What the ID token of every flow may hold beside what was asked for.
const ALLOWED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "nbf",
    "jti",
    "sid",
    "s_hash",
    "txn",
];
/// 1990-01-01, in seconds since the Unix epoch.
const LONG_AGO: i64 = 631_152_000;
const YEAR_SECONDS: i64 = 365 * 24 * 3600;

/// What an ID token came with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Companions<'a> {
    pub(super) access_token: Option<&'a str>,
    pub(super) code: Option<&'a str>,
    /// Whether it passed through the browser, where hashes of its companions are mandatory.
    pub(super) in_browser: bool,
}

/// Everything that every ID token is checked for.
pub(super) async fn check_id_token(
    provider: &Provider,
    client: &RelyingParty,
    request: &Request,
    token: &str,
    companions: Companions<'_>,
) -> Token {
    let verified = keys::verify(&provider.keys().await, token);
    let claims = &verified.claims;
    assert_eq!(claims["iss"], provider.issuer());
    let own = Value::from(client.id.as_str());
    let listed = claims["aud"].as_array();
    let is_audience = claims["aud"] == own || listed.is_some_and(|all| all.contains(&own));
    assert!(is_audience, "aud: {claims:?}");
    assert!(
        claims.get("azp").is_none_or(|azp| *azp == own),
        "azp: {claims:?}"
    );
    check_subject(claims);
    check_times(provider.now(), claims);
    assert_eq!(
        claims.get("nonce").and_then(Value::as_str),
        request.get("nonce"),
        "{claims:?}"
    );
    check_hashes(request, claims, companions);
    let allowed = allowed(provider, request);
    for claim in claims.keys() {
        assert!(
            allowed.contains(&claim.as_str()),
            "{claim} was not asked for in the ID token: {claims:?}"
        );
    }
    check_values(provider.now(), claims);
    verified
}

fn check_subject(claims: &Map<String, Value>) {
    let subject = claims["sub"].as_str().expect("a subject");
    let is_printable = subject.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    assert!(
        (1..=255).contains(&subject.len()) && is_printable,
        "{subject:?}"
    );
}

fn check_times(now: i64, claims: &Map<String, Value>) {
    let time = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("no {name}"));
    let (iat, exp) = (time("iat"), time("exp"));
    assert!((now - 300..=now + 5).contains(&iat), "iat {iat}, now {now}");
    assert!(
        (now..=now + YEAR_SECONDS).contains(&exp),
        "exp {exp}, now {now}"
    );
    if claims.contains_key("auth_time") {
        let auth_time = time("auth_time");
        assert!(
            (now - YEAR_SECONDS..=now).contains(&auth_time),
            "{auth_time}"
        );
    }
}

/// OIDC Core §3.1.3.6, §3.2.2.9, §3.3.2.11
fn check_hashes(request: &Request, claims: &Map<String, Value>, companions: Companions<'_>) {
    let hashed = [
        ("at_hash", companions.access_token),
        ("c_hash", companions.code),
        ("s_hash", request.get("state")),
    ];
    for (claim, text) in hashed {
        let is_mandatory = companions.in_browser && claim != "s_hash";
        match (claims.get(claim), text) {
            (Some(hash), Some(text)) => assert_eq!(*hash, left_half(text), "{claim}"),
            (Some(hash), None) => panic!("{claim} of nothing: {hash}"),
            (None, Some(_)) => assert!(!is_mandatory, "no {claim}: {claims:?}"),
            (None, None) => {}
        }
    }
}

/// All our signatures but Ed25519's are over SHA-256, and so are the suite's clients'.
fn left_half(text: &str) -> String {
    let digest = Sha256::digest(text);
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

/// What was asked for in the ID token, and what always may be in it.
fn allowed<'a>(provider: &Provider, request: &'a Request) -> Vec<&'a str> {
    let mut allowed = ALLOWED.to_vec();
    if !provider.variant.has_access_token() {
        allowed.extend(opened_by(request.get("scope").unwrap_or_default()));
    }
    if request.asks_for_name_in("id_token") {
        allowed.push("name");
    }
    allowed
}

/// The type of every standard claim that is present (OIDC Core §5.1).
pub(super) fn check_values(now: i64, claims: &Map<String, Value>) {
    for (name, value) in claims {
        let is_empty = value.is_null()
            || *value == ""
            || *value == "null"
            || value.as_object().is_some_and(Map::is_empty);
        assert!(!is_empty, "{name} is {value}");
        let is_right = match name.as_str() {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value
                .as_i64()
                .is_some_and(|at| (LONG_AGO..=now).contains(&at)),
            "birthdate" => value.as_str().is_some_and(is_birthdate),
            "address" => value.as_object().is_some_and(|parts| {
                parts
                    .values()
                    .all(|part| part.as_str().is_some_and(|t| !t.is_empty()))
            }),
            "amr" => value.is_array(),
            "exp" | "iat" | "auth_time" | "nbf" => value.is_i64(),
            "aud" => value.is_string() || value.is_array(),
            _ => value.is_string(),
        };
        assert!(is_right, "{name} is {value}");
    }
}

/// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`, not before 1850.
fn is_birthdate(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    let is_year = |year: u32| (1850..=2100).contains(&year);
    match (text.len(), parts.as_slice()) {
        (4, [Some(year)]) => is_year(*year),
        (10, [Some(year), Some(month), Some(day)]) => {
            (*year == 0 || is_year(*year)) && (1..=12).contains(month) && (1..=31).contains(day)
        }
        _ => false,
    }
}
