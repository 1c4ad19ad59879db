//! Request objects (RFC 9101, OIDC Core §6.1): what a client has signed, read as parameters.

use serde_json::{Map, Value};

use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::authorize::PassingRefusal;
use crate::protocol::authorize::passing::CARRIERS;
use crate::protocol::client::Client;
use crate::protocol::issuer::Issuer;
use crate::protocol::params::Params;
use crate::protocol::time::{Lifetime, Timestamp};

/// How far a client's clock may be ahead of ours.
const SKEW: Lifetime = Lifetime::seconds(30);
/// What an object says about itself and not about the request (RFC 7519 §4.1).
const ABOUT_ITSELF: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
/// The one parameter that may have several values (RFC 8707 §2).
const RESOURCE: &str = "resource";

/// What an object is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The client that must have signed it.
    pub client: &'a Client,
    /// The issuer that it must be meant for.
    pub issuer: &'a Issuer,
    /// When the request arrived: a page that is shown later does not make the object too old.
    pub arrived_at: Timestamp,
    /// What counts of the parameters beside it.
    pub beside: Beside,
}

/// What counts of the parameters beside a request object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Those that the object does not have (OIDC Core §6.1), unless the client must sign.
    Counts,
    /// None (RFC 9126 §3).
    Ignored,
}

/// Whether a token of this `typ` may be a request object: an assertion, say, may not (RFC 8725
/// §3.11, RFC 9101 §10.8).
pub fn is_type(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| {
        let name = typ.strip_prefix("application/").unwrap_or(typ);
        ["JWT", "oauth-authz-req+jwt"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    })
}

/// The algorithms that a client may sign with (OIDC Registration §2 `request_object_signing_alg`).
pub fn algorithms(client: &Client) -> Vec<SigningAlgorithm> {
    match client.metadata.request_object_signing_alg {
        Some(registered) => vec![registered],
        None => SigningAlgorithm::ALL.to_vec(),
    }
}

/// The request: what the object says, and beside it what it does not say.
pub fn parameters(
    claims: &Map<String, Value>,
    outside: &Params,
    expected: Expected<'_>,
) -> Result<Params, PassingRefusal> {
    check_itself(claims, expected)?;
    if CARRIERS.iter().any(|name| claims.contains_key(*name)) {
        return Err(PassingRefusal::ObjectCarrier);
    }
    let inside = read(claims)?;
    let differs = |name: &str| match (inside.get(name), outside.get(name)) {
        (Some(inside), Some(outside)) => inside != outside,
        (None, _) | (_, None) => false,
    };
    if inside
        .get("client_id")
        .is_some_and(|id| id != expected.client.id.as_str())
    {
        return Err(PassingRefusal::ObjectClient);
    }
    if differs("response_type") {
        return Err(PassingRefusal::ObjectResponseType);
    }
    // RFC 9101 §6.3: for a client that must sign, nothing else was said by it.
    let only_inside = expected.beside == Beside::Ignored
        || expected.client.metadata.require_signed_request_object;
    let beside = outside.pairs().filter(|(name, _)| {
        !CARRIERS.contains(name)
            && !claims.contains_key(*name)
            && (!only_inside || *name == "client_id")
    });
    Ok(beside.chain(inside.pairs()).map(owned).collect())
}

/// Who made the object, for whom, and for which time.
fn check_itself(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), PassingRefusal> {
    use PassingRefusal as R;
    let Expected {
        client,
        issuer,
        arrived_at,
        ..
    } = expected;
    let is_issuer = |value: &Value| value.as_str() == Some(issuer.as_str());
    if claims
        .get("iss")
        .is_some_and(|iss| iss.as_str() != Some(client.id.as_str()))
    {
        return Err(R::ObjectIssuer);
    }
    let for_us = claims.get("aud").is_none_or(|aud| match aud.as_array() {
        Some(several) => several.iter().any(is_issuer),
        None => is_issuer(aud),
    });
    if !for_us {
        return Err(R::ObjectAudience);
    }
    if moment(claims, "exp")?.is_some_and(|exp| exp <= arrived_at) {
        return Err(R::ObjectExpired);
    }
    if moment(claims, "nbf")?.is_some_and(|nbf| nbf > arrived_at.plus(SKEW)) {
        return Err(R::ObjectTooEarly);
    }
    Ok(())
}

/// A `NumericDate` (RFC 7519 §2), without its fraction.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, PassingRefusal> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            return Err(PassingRefusal::ObjectTimes);
        }
    };
    let seconds = text
        .split_once('.')
        .map_or(text.as_str(), |(whole, _)| whole);
    let seconds = seconds
        .parse()
        .map_err(|_huge| PassingRefusal::ObjectTimes)?;
    Ok(Some(Timestamp::from_unix_seconds(seconds)))
}

/// The members that are parameters, as texts (RFC 9101 §4).
fn read(claims: &Map<String, Value>) -> Result<Params, PassingRefusal> {
    let members = claims
        .iter()
        .filter(|(name, _)| !ABOUT_ITSELF.contains(&name.as_str()));
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Number(number) => pairs.push((name.clone(), number.to_string())),
            Value::Object(_) if name == "claims" => pairs.push((name.clone(), value.to_string())),
            Value::Array(several) if name == RESOURCE => {
                for one in several {
                    let text = one.as_str().ok_or(PassingRefusal::ObjectMember)?;
                    pairs.push((name.clone(), text.to_owned()));
                }
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(PassingRefusal::ObjectMember);
            }
        }
    }
    Ok(pairs.into_iter().collect())
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::client::ClientType;
    use crate::protocol::client::metadata::tests::client;
    use crate::protocol::ids::RealmId;

    const NOW: i64 = 1_000;

    /// Reads an object at [`NOW`] that stands beside `client_id=client` and `outside`.
    fn read_by(
        client: &Client,
        beside: Beside,
        claims: &Value,
        outside: &str,
    ) -> Result<Params, PassingRefusal> {
        let outside = Params::parse(format!("client_id=client&{outside}").as_bytes());
        let issuer = Issuer::of_realm("https://id.test", &RealmId::default_realm());
        let expected = Expected {
            client,
            issuer: &issuer,
            arrived_at: Timestamp::from_unix_seconds(NOW),
            beside,
        };
        parameters(claims.as_object().unwrap(), &outside, expected)
    }

    fn parsed(claims: &Value, outside: &str) -> Result<Params, PassingRefusal> {
        read_by(&client(ClientType::Web), Beside::Counts, claims, outside)
    }

    fn verdict(claims: &Value) -> Option<PassingRefusal> {
        parsed(claims, "").err()
    }

    /// OIDC Core §6.1: "parameters in the Request Object […] are used".
    #[test]
    fn what_is_inside_wins() {
        let claims = json!({"state": "in", "redirect_uri": "https://rp.test/in", "nonce": ""});
        let outside = "state=out&redirect_uri=https://rp.test/out&nonce=out&scope=openid&request=x";
        let params = parsed(&claims, outside).unwrap();
        assert_eq!(params.get("state"), Some("in"));
        assert_eq!(params.get("redirect_uri"), Some("https://rp.test/in"));
        assert_eq!(params.get("nonce"), None);
        assert_eq!(params.get("scope"), Some("openid"));
        assert_eq!(params.get("client_id"), Some("client"));
        assert_eq!(params.get("request"), None);
        assert!(!params.has_repeats());
    }

    /// RFC 9101 §6.3: "MUST only use the parameters in the Request Object".
    #[test]
    fn nothing_beside_it_counts_for_a_client_that_must_sign() {
        let claims = json!({"scope": "openid"});
        let mut signing = client(ClientType::Web);
        signing.metadata.require_signed_request_object = true;
        let params = read_by(&signing, Beside::Counts, &claims, "state=out").unwrap();
        assert_eq!(params.encode_without(&[]), "client_id=client&scope=openid");
    }

    /// RFC 9126 §3
    #[test]
    fn nothing_beside_it_counts_when_it_is_pushed() {
        let claims = json!({"scope": "openid"});
        let web = client(ClientType::Web);
        let params = read_by(&web, Beside::Ignored, &claims, "state=out").unwrap();
        assert_eq!(params.encode_without(&[]), "client_id=client&scope=openid");
    }

    /// RFC 9101 §4
    #[test]
    fn reads_texts_numbers_claims_and_resources() {
        let claims = json!({
            "max_age": 300, "prompt": "login", "claims": {"userinfo": {"name": null}},
            "resource": ["urn:a", "urn:b"], "iss": "client", "jti": "1", "iat": 7, "sub": "client",
        });
        let params = parsed(&claims, "").unwrap();
        assert_eq!(params.get("max_age"), Some("300"));
        assert_eq!(params.get("prompt"), Some("login"));
        assert_eq!(params.get("claims"), Some(r#"{"userinfo":{"name":null}}"#));
        let resources = params.pairs().filter(|(name, _)| *name == "resource");
        assert!(resources.map(|(_, value)| value).eq(["urn:a", "urn:b"]));
        for name in ABOUT_ITSELF {
            assert_eq!(params.get(name), None, "{name}");
        }
    }

    #[test]
    fn refuses_members_of_other_kinds() {
        for claims in [
            json!({"state": null}),
            json!({"state": true}),
            json!({"state": ["a"]}),
            json!({"state": {"a": "b"}}),
            json!({"claims": []}),
            json!({"resource": [1]}),
            json!({"resource": {}}),
        ] {
            let refusal = Some(PassingRefusal::ObjectMember);
            assert_eq!(verdict(&claims), refusal, "{claims}");
        }
    }

    /// RFC 9101 §4: "iss" and "aud", where they are there.
    #[test]
    fn is_from_the_client_and_for_this_issuer() {
        use PassingRefusal as R;
        for (claims, refusal) in [
            (json!({"iss": "client"}), None),
            (json!({"iss": "another"}), Some(R::ObjectIssuer)),
            (json!({"iss": null}), Some(R::ObjectIssuer)),
            (json!({"aud": "https://id.test"}), None),
            (json!({"aud": ["https://b.test", "https://id.test"]}), None),
            (json!({"aud": "https://id.test/"}), Some(R::ObjectAudience)),
            (json!({"aud": ["https://b.test"]}), Some(R::ObjectAudience)),
            (json!({"aud": []}), Some(R::ObjectAudience)),
            (json!({"aud": null}), Some(R::ObjectAudience)),
        ] {
            assert_eq!(verdict(&claims), refusal, "{claims}");
        }
    }

    /// RFC 7519 §4.1.4, §4.1.5
    #[test]
    fn is_judged_at_the_moment_of_its_arrival() {
        use PassingRefusal as R;
        for (claims, refusal) in [
            (json!({"exp": NOW + 1}), None),
            (json!({"exp": NOW}), Some(R::ObjectExpired)),
            (json!({"exp": 1001.5}), None),
            (json!({"exp": -1}), Some(R::ObjectExpired)),
            (json!({"exp": "1001"}), Some(R::ObjectTimes)),
            (json!({"exp": null}), Some(R::ObjectTimes)),
            (json!({"exp": 1e300}), Some(R::ObjectTimes)),
            (json!({"nbf": NOW + 30}), None),
            (json!({"nbf": NOW + 31}), Some(R::ObjectTooEarly)),
            (json!({"nbf": []}), Some(R::ObjectTimes)),
        ] {
            assert_eq!(verdict(&claims), refusal, "{claims}");
        }
    }

    /// RFC 9101 §5, OIDC Core §6.1
    #[test]
    fn agrees_with_what_stands_beside_it() {
        use PassingRefusal as R;
        let with = |claims: Value| parsed(&claims, "response_type=code").err();
        assert_eq!(with(json!({"client_id": "client"})), None);
        let foreign = Some(R::ObjectClient);
        assert_eq!(with(json!({"client_id": "another"})), foreign);
        assert_eq!(with(json!({"response_type": "code"})), None);
        let differs = Some(R::ObjectResponseType);
        assert_eq!(with(json!({"response_type": "id_token"})), differs);
        assert_eq!(verdict(&json!({"response_type": "id_token"})), None);
    }

    /// RFC 9101 §4: "`request` and `request_uri` parameters MUST NOT be included".
    #[test]
    fn holds_no_carrier() {
        for name in CARRIERS {
            let refusal = Some(PassingRefusal::ObjectCarrier);
            assert_eq!(verdict(&json!({name: "x"})), refusal, "{name}");
            assert_eq!(verdict(&json!({name: null})), refusal, "{name}");
        }
    }

    /// RFC 8725 §3.11, RFC 9101 §10.8
    #[test]
    fn no_other_kind_of_token_is_one() {
        for own in [
            None,
            Some("JWT"),
            Some("jwt"),
            Some("oauth-authz-req+jwt"),
            Some("application/oauth-authz-req+jwt"),
        ] {
            assert!(is_type(own), "{own:?}");
        }
        for other in ["at+jwt", "client-authentication+jwt", "logout+jwt", ""] {
            assert!(!is_type(Some(other)), "{other}");
        }
    }

    /// OIDC Registration §2
    #[test]
    fn a_registered_algorithm_is_the_only_one() {
        let mut own = client(ClientType::Web);
        assert_eq!(algorithms(&own), SigningAlgorithm::ALL);
        own.metadata.request_object_signing_alg = Some(SigningAlgorithm::Es256);
        assert_eq!(algorithms(&own), [SigningAlgorithm::Es256]);
    }
}
