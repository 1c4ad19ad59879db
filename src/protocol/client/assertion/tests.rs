//! Each clause that an assertion is judged by.

use serde_json::json;

use super::AssertionRefusal as R;
use super::*;
use crate::protocol::client::metadata::tests::client;
use crate::protocol::client::{ClientType, SecretAlgorithm};
use crate::protocol::error::is_description;
use crate::protocol::ids::RealmId;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example.test";

fn claims(changes: &Value) -> Map<String, Value> {
    let mut claims = json!({
        "iss": "client", "sub": "client", "aud": ISSUER,
        "exp": NOW + 60, "iat": NOW, "jti": "one",
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims.as_object().unwrap().clone()
}

fn judged(
    typ: Option<&str>,
    changes: &Value,
    change: impl FnOnce(&mut ClientMetadata),
) -> Result<VerifiedAssertion, R> {
    let mut client = client(ClientType::Web);
    change(&mut client.metadata);
    let claims = claims(changes);
    let issuer = Issuer::of_realm(ISSUER, &RealmId::default_realm());
    let at = PresentedAt {
        issuer: &issuer,
        endpoint: path::REVOKE,
    };
    let signed = Signed {
        typ,
        claims: &claims,
    };
    judge(
        Arc::new(client),
        signed,
        at,
        Timestamp::from_unix_seconds(NOW),
    )
}

fn outcome(changes: &Value) -> Result<(), R> {
    judged(None, changes, |_| {}).map(|_| ())
}

fn lenient(audience: &Value) -> Result<(), R> {
    judged(None, &json!({ "aud": audience }), |metadata| {
        metadata.compatibility.sends_token_endpoint_audience = true;
    })
    .map(|_| ())
}

/// RFC 7523 §3
#[test]
fn takes_what_a_client_says_of_itself_to_us() {
    let verified = judged(None, &json!({}), |_| {}).unwrap();
    assert_eq!(verified.client().id.as_str(), "client");
    assert_eq!(verified.id(), Digest::of("one"));
    let refused_from = Timestamp::from_unix_seconds(NOW + 70);
    assert_eq!(verified.expires_at(), refused_from);
    assert_eq!(outcome(&json!({"iat": null, "nbf": NOW})), Ok(()));
}

/// RFC 7523 §3
#[test]
fn wants_the_client_as_issuer_and_subject() {
    for wrong in [
        json!(null),
        json!("other"),
        json!(7),
        json!(["client"]),
        json!("Client"),
    ] {
        assert_eq!(outcome(&json!({ "iss": wrong })), Err(R::WrongIssuer));
        assert_eq!(outcome(&json!({ "sub": wrong })), Err(R::WrongSubject));
    }
}

/// RFC 7523 §3, RFC 8725 §3.9
#[test]
fn wants_the_issuer_as_its_one_audience() {
    for wrong in [
        json!(null),
        json!("https://other.example"),
        json!("https://id.example.test/"),
        json!("https://id.example.test/token"),
        json!("https://id.example.test/revoke"),
        json!([ISSUER]),
        json!([ISSUER, "https://other.example"]),
    ] {
        let refused = Err(R::WrongAudience);
        assert_eq!(outcome(&json!({ "aud": wrong })), refused, "{wrong}");
    }
}

/// RFC 7523 §3
#[test]
fn a_switch_lets_the_token_endpoint_or_a_list_be_the_audience() {
    for right in [
        json!(ISSUER),
        json!("https://id.example.test/token"),
        json!("https://id.example.test/revoke"),
        json!(["https://other.example", "https://id.example.test/token"]),
    ] {
        assert_eq!(lenient(&right), Ok(()), "{right}");
    }
    for wrong in [
        json!(null),
        json!([]),
        json!("https://id.example.test/introspect"),
        json!("https://other.example/token"),
        json!(["https://other.example"]),
        json!([["https://id.example.test/token"]]),
    ] {
        assert_eq!(lenient(&wrong), Err(R::WrongAudience), "{wrong}");
    }
}

/// RFC 7523 §3
#[test]
fn wants_an_expiry_that_is_near_and_not_past() {
    for (exp, expected) in [
        (json!(null), Err(R::ExpiryMissing)),
        (json!("1800000060"), Err(R::ExpiryMissing)),
        (json!(1e300), Err(R::ExpiryMissing)),
        (json!(u64::MAX), Err(R::ExpiryMissing)),
        (json!(i64::MAX), Err(R::ExpiryTooFar)),
        (json!(NOW + 3601), Err(R::ExpiryTooFar)),
        (json!(NOW + 3600), Ok(())),
        (json!(1_800_000_060.5), Ok(())),
        (json!(NOW), Ok(())),
        (json!(NOW - 9), Ok(())),
        (json!(NOW - 10), Err(R::Expired)),
        (json!(NOW - 300), Err(R::Expired)),
        (json!(i64::MIN), Err(R::Expired)),
    ] {
        assert_eq!(outcome(&json!({ "exp": exp })), expected, "{exp}");
    }
}

/// RFC 7523 §3
#[test]
fn a_clock_that_is_a_little_ahead_does_no_harm() {
    for claim in ["nbf", "iat"] {
        for (value, expected) in [
            (json!(NOW - 100_000), Ok(())),
            (json!(NOW + 8), Ok(())),
            (json!(NOW + 30), Ok(())),
            (json!(NOW + 31), Err(R::NotYetValid)),
            (json!(NOW + 60), Err(R::NotYetValid)),
            (json!("soon"), Err(R::NotYetValid)),
        ] {
            let changed = json!({ claim: value, "exp": NOW + 120 });
            assert_eq!(outcome(&changed), expected, "{claim} {value}");
        }
    }
}

/// RFC 7523 §3
#[test]
fn wants_an_identifier_of_reasonable_length() {
    for (jti, expected) in [
        (json!(null), Err(R::IdMissing)),
        (json!(""), Err(R::IdMissing)),
        (json!(7), Err(R::IdMissing)),
        (json!("x".repeat(256)), Ok(())),
        (json!("x".repeat(257)), Err(R::IdTooLong)),
    ] {
        assert_eq!(outcome(&json!({ "jti": jti })), expected, "{jti}");
    }
}

/// RFC 8725 §3.11
#[test]
fn no_other_kind_of_token_is_an_assertion() {
    let typed = |typ| judged(Some(typ), &json!({}), |_| {}).map(|_| ());
    for right in ["JWT", "jwt", "client-authentication+jwt"] {
        assert_eq!(typed(right), Ok(()), "{right}");
    }
    for wrong in [
        "",
        "at+jwt",
        "logout+jwt",
        "oauth-authz-req+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "application/at+jwt",
    ] {
        assert_eq!(typed(wrong), Err(R::WrongType), "{wrong}");
    }
    let request = json!({"response_type": "code"});
    assert_eq!(outcome(&request), Err(R::AuthorizationRequest));
}

/// OIDC Registration §2
#[test]
fn the_method_and_the_registered_algorithm_say_how_it_is_protected() {
    use AssertionAlgorithm as A;
    use TokenEndpointAuthMethod as M;
    let es256 = SigningAlgorithm::Es256;
    let hs256 = A::Secret(SecretAlgorithm::Hs256);
    for (method, algorithm, expected) in [
        (M::PrivateKeyJwt, None, Some(Protection::Key(None))),
        (
            M::PrivateKeyJwt,
            Some(A::Key(es256)),
            Some(Protection::Key(Some(es256))),
        ),
        (M::PrivateKeyJwt, Some(hs256), None),
        (M::ClientSecretJwt, None, Some(Protection::Secret)),
        (M::ClientSecretJwt, Some(hs256), Some(Protection::Secret)),
        (M::ClientSecretJwt, Some(A::Key(es256)), None),
        (M::ClientSecretBasic, None, None),
        (M::ClientSecretPost, None, None),
        (M::None, None, None),
    ] {
        let metadata = ClientMetadata {
            token_endpoint_auth_method: method,
            token_endpoint_auth_signing_alg: algorithm,
            ..ClientMetadata::default()
        };
        let registered = Protection::registered(&metadata);
        assert_eq!(registered, expected, "{method:?} {algorithm:?}");
    }
}

#[test]
fn every_refusal_says_what_is_wrong() {
    for refusal in [
        R::WrongType,
        R::AuthorizationRequest,
        R::WrongIssuer,
        R::WrongSubject,
        R::WrongAudience,
        R::ExpiryMissing,
        R::Expired,
        R::ExpiryTooFar,
        R::NotYetValid,
        R::IdMissing,
        R::IdTooLong,
    ] {
        let error = OAuthError::from(refusal);
        assert_eq!(error.code, ErrorCode::InvalidClient);
        assert!(is_description(error.description), "{refusal:?}");
    }
}
