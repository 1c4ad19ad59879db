use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::KeyPair;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm;
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm;
use josekit::jws::alg::hmac::HmacJwsAlgorithm;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsAlgorithm;
use josekit::jws::{self, JwsHeader, JwsSigner};
use serde_json::{Value, json};

use super::{ForeignJws, ForeignRefusal, JwkSet, JwkSetFault, MAX_FOREIGN_BYTES, MAX_SET_BYTES};
use crate::keys::Algorithm;
use crate::keys::jws::decode;
use crate::secret::SecretString;

const ALL: &[Algorithm] = &Algorithm::ALL;
const CLAIMS: &str = r#"{"iss":"client","n":1}"#;

/// A client's key.
struct Theirs {
    signer: Box<dyn JwsSigner>,
    jwk: Value,
}

impl Theirs {
    fn new(algorithm: Algorithm) -> Self {
        let (pair, signer): (Box<dyn KeyPair>, Box<dyn JwsSigner>) = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(2048).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = RsassaJwsAlgorithm::Rs256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            Algorithm::Ps256 => {
                let pair = RsaKeyPair::generate(2048).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = RsassaPssJwsAlgorithm::Ps256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            Algorithm::Es256 => {
                let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = EcdsaJwsAlgorithm::Es256.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
            Algorithm::EdDsa => {
                let pair = EdKeyPair::generate(EdCurve::Ed25519).unwrap();
                let jwk = pair.to_jwk_private_key();
                let signer = EddsaJwsAlgorithm::Eddsa.signer_from_jwk(&jwk).unwrap();
                (Box::new(pair), Box::new(signer))
            }
        };
        let jwk = serde_json::to_value(pair.to_jwk_public_key()).unwrap();
        Self { signer, jwk }
    }

    fn jwk(&self, changes: &Value) -> Value {
        let mut jwk = self.jwk.clone();
        let members = jwk.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        jwk
    }

    fn sign(&self, kid: Option<&str>) -> String {
        let mut header = JwsHeader::new();
        if let Some(kid) = kid {
            header.set_key_id(kid);
        }
        jws::serialize_compact(CLAIMS.as_bytes(), &header, self.signer.as_ref()).unwrap()
    }
}

fn set(keys: &[Value]) -> JwkSet {
    JwkSet::from_value(&json!({"keys": keys})).unwrap()
}

fn verify(token: &str, set: &JwkSet, allowed: &[Algorithm]) -> Result<Value, ForeignRefusal> {
    let verified = ForeignJws::parse(token).unwrap().verify(set, allowed)?;
    Ok(verified.read().unwrap())
}

fn claims() -> Value {
    serde_json::from_str(CLAIMS).unwrap()
}

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn token_of(header: &str, claims: &str, signature: &str) -> String {
    format!("{}.{}.{signature}", encode(header), encode(claims))
}

/// RFC 7515 §5.2, RFC 7518 §3: each algorithm, with and without a `kid`, and with no other key.
#[test]
fn verifies_what_clients_sign() {
    let keys: Vec<Theirs> = ALL.iter().copied().map(Theirs::new).collect();
    let named: Vec<Value> = keys
        .iter()
        .zip(ALL)
        .map(|(key, alg)| key.jwk(&json!({"kid": alg.name(), "use": "sig", "alg": alg.name()})))
        .collect();
    let nameless: Vec<Value> = keys.iter().map(|key| key.jwk(&json!({}))).collect();
    for (key, algorithm) in keys.iter().zip(ALL) {
        let token = key.sign(Some(algorithm.name()));
        assert_eq!(verify(&token, &set(&named), ALL), Ok(claims()));
        assert_eq!(verify(&token, &set(&named), &[*algorithm]), Ok(claims()));
        let others: Vec<Algorithm> = ALL.iter().copied().filter(|one| one != algorithm).collect();
        let refused = Err(ForeignRefusal::AlgorithmNotAllowed);
        assert_eq!(verify(&token, &set(&named), &others), refused);
        let nameless_token = key.sign(None);
        assert_eq!(verify(&nameless_token, &set(&nameless), ALL), Ok(claims()));
        assert_eq!(verify(&nameless_token, &set(&named), ALL), Ok(claims()));
        let altered = nameless_token.replacen('.', ".e", 1);
        assert!(
            ForeignJws::parse(&altered)
                .and_then(|token| token.verify(&set(&nameless), ALL))
                .is_err()
        );
    }
}

/// RFC 7515 §4.1.4: a new key may have been published under a `kid` that is not known yet.
#[test]
fn tells_an_unknown_key_from_a_wrong_signature() {
    let (ours, other) = (Theirs::new(Algorithm::Es256), Theirs::new(Algorithm::Es256));
    let known = set(&[
        ours.jwk(&json!({"kid": "a"})),
        ours.jwk(&json!({"kid": "a"})),
    ]);
    let cases = [
        (ours.sign(Some("a")), Ok(claims())),
        (ours.sign(Some("b")), Err(ForeignRefusal::UnknownKey)),
        (other.sign(Some("a")), Err(ForeignRefusal::BadSignature)),
        (other.sign(None), Err(ForeignRefusal::BadSignature)),
    ];
    for (token, expected) in cases {
        assert_eq!(verify(&token, &known, ALL), expected, "{token}");
    }
    let empty = set(&[]);
    assert!(empty.is_empty());
    let refused = Err(ForeignRefusal::UnknownKey);
    assert_eq!(verify(&ours.sign(None), &empty, ALL), refused);
}

/// RFC 7517 §4.2, RFC 7517 §4.3, RFC 7517 §4.4: what a key says about its use must agree.
#[test]
fn uses_a_key_for_what_it_is() {
    let key = Theirs::new(Algorithm::Rs256);
    let token = key.sign(Some("a"));
    for unfit in [
        json!({"kid": "a", "use": "enc"}),
        json!({"kid": "a", "alg": "PS256"}),
        json!({"kid": "a", "alg": "RSA-OAEP-256"}),
        json!({"kid": "a", "key_ops": ["encrypt"]}),
        json!({"kid": "a", "key_ops": []}),
    ] {
        let unfit = set(&[key.jwk(&unfit)]);
        let refused = Err(ForeignRefusal::UnfitKey);
        assert_eq!(verify(&token, &unfit, ALL), refused, "{unfit:?}");
        let refused = Err(ForeignRefusal::UnknownKey);
        assert_eq!(verify(&key.sign(None), &unfit, ALL), refused, "{unfit:?}");
    }
    let fit = json!({"kid": "a", "use": "sig", "alg": "RS256", "key_ops": ["verify", "sign"]});
    assert_eq!(verify(&token, &set(&[key.jwk(&fit)]), ALL), Ok(claims()));
}

/// RFC 9864 §2.2.
#[test]
fn takes_the_full_name_of_eddsa() {
    let key = Theirs::new(Algorithm::EdDsa);
    let input = format!("{}.{}", encode(r#"{"alg":"Ed25519"}"#), encode(CLAIMS));
    let signature = key.signer.sign(input.as_bytes()).unwrap();
    let keys = set(&[key.jwk(&json!({"alg": "Ed25519"}))]);
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(verify(&token, &keys, &[Algorithm::EdDsa]), Ok(claims()));
}

/// RFC 8725 §3.1, RFC 8725 §3.2: `none` and MACs with a public key.
#[test]
fn takes_no_other_algorithm_for_a_signature() {
    let key = Theirs::new(Algorithm::Rs256);
    let keys = set(&[key.jwk(&json!({}))]);
    let public = key.jwk["n"].as_str().unwrap().to_owned();
    let mac = HmacJwsAlgorithm::Hs256.signer_from_bytes(public.as_bytes());
    let mac = jws::serialize_compact(CLAIMS.as_bytes(), &JwsHeader::new(), &mac.unwrap());
    for token in [
        mac.unwrap(),
        token_of(r#"{"alg":"none"}"#, CLAIMS, ""),
        token_of(r#"{"alg":"None"}"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS384"}"#, CLAIMS, "AAAA"),
    ] {
        let refused = Err(ForeignRefusal::AlgorithmNotAllowed);
        assert_eq!(verify(&token, &keys, ALL), refused, "{token}");
    }
    let empty = token_of(r#"{"alg":"RS256"}"#, CLAIMS, "");
    let refused = Err(ForeignRefusal::BadSignature);
    assert_eq!(verify(&empty, &keys, ALL), refused);
}

/// RFC 7519 §6.
#[test]
fn recognises_an_unsigned_token() {
    let unsigned = token_of(r#"{"alg":"none"}"#, CLAIMS, "");
    let unsigned = ForeignJws::parse(&unsigned).unwrap();
    assert!(unsigned.is_unsigned());
    assert_eq!(Value::Object(unsigned.unsigned_claims().unwrap()), claims());
    for token in [
        token_of(r#"{"alg":"none"}"#, CLAIMS, "AAAA"),
        token_of(r#"{"alg":"RS256"}"#, CLAIMS, ""),
    ] {
        let token = ForeignJws::parse(&token).unwrap();
        assert!(!token.is_unsigned());
        assert!(token.unsigned_claims().is_err());
    }
}

/// OIDC Core §9, RFC 7518 §3.2.
#[test]
fn verifies_a_mac_with_a_client_secret() {
    let text = "0123456789abcdef0123456789abcdef";
    let signer = HmacJwsAlgorithm::Hs256.signer_from_bytes(text.as_bytes());
    let token = jws::serialize_compact(CLAIMS.as_bytes(), &JwsHeader::new(), &signer.unwrap());
    let token = token.unwrap();
    let verify = |token: &str, secret: &str| {
        let secret = SecretString::new(secret.to_owned());
        let verified = ForeignJws::parse(token).unwrap().verify_hmac(&secret);
        verified.map(|verified| Value::Object(verified.all().clone()))
    };
    assert_eq!(verify(&token, text), Ok(claims()));
    let other = "0123456789abcdef0123456789abcdeF";
    assert_eq!(verify(&token, other), Err(ForeignRefusal::BadSignature));
    let short = verify(&token, "0123456789abcdef0123456789abcde");
    assert_eq!(short, Err(ForeignRefusal::ShortSecret));
    for header in [
        r#"{"alg":"HS512"}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"RS256"}"#,
    ] {
        let refused = verify(&token_of(header, CLAIMS, ""), text);
        assert_eq!(refused, Err(ForeignRefusal::AlgorithmNotAllowed));
    }
}

/// RFC 7515 §5.2, RFC 7519 §4.
#[test]
fn takes_apart_only_what_is_well_formed() {
    let token = token_of(r#"{"alg":"RS256","kid":"k","typ":"JWT"}"#, CLAIMS, "AAAA");
    let read = ForeignJws::parse(&token).unwrap();
    let header = (read.alg(), read.kid(), read.typ());
    assert_eq!(header, ("RS256", Some("k"), Some("JWT")));
    assert_eq!(read.unverified("iss"), Some("client"));
    assert_eq!(read.unverified("n"), None);
    let deep = format!("{}1{}", r#"{"a":"#.repeat(5000), "}".repeat(5000));
    for malformed in [
        String::new(),
        "..".to_owned(),
        "a.b".to_owned(),
        format!("{token}.a.b"),
        format!("{token}="),
        token_of("{}", CLAIMS, ""),
        token_of(r#"{"alg":1}"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS256","kid":1}"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS256","alg":"none"}"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS256","x":1,"x":1}"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS256"}"#, r#"{"iss":"a","iss":"b"}"#, ""),
        token_of(r#"{"alg":"RS256"}"#, "[]", ""),
        token_of(r#"["RS256"]"#, CLAIMS, ""),
        token_of(r#"{"alg":"RS256"}"#, &deep, ""),
    ] {
        let refused = ForeignJws::parse(&malformed).map(|_| ());
        assert_eq!(refused, Err(ForeignRefusal::Malformed), "{malformed}");
    }
    let critical = token_of(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, CLAIMS, "");
    let refused = ForeignJws::parse(&critical).map(|_| ());
    assert_eq!(refused, Err(ForeignRefusal::CriticalHeader));
    let long = "a".repeat(MAX_FOREIGN_BYTES + 1);
    let refused = ForeignJws::parse(&long).map(|_| ());
    assert_eq!(refused, Err(ForeignRefusal::TooLong));
}

/// RFC 7517 §5: what is not understood is passed over.
#[test]
fn reads_the_keys_that_it_knows() {
    let key = Theirs::new(Algorithm::Es256);
    let short = RsaKeyPair::generate(1024).unwrap().to_jwk_public_key();
    let mixed = json!({"keys": [
        {"kty": "LMS", "x": "AAAA"},
        {"kty": "EC", "crv": "P-256K", "x": "AAAA", "y": "AAAA"},
        {"kty": "OKP", "crv": "Ed448", "x": "AAAA"},
        {"kty": "RSA", "n": 1, "e": []},
        {"kty": 7},
        {},
        serde_json::to_value(short).unwrap(),
        key.jwk(&json!({"kid": 7})),
        key.jwk(&json!({"kid": "a", "x5c": ["x"], "alg": "ES256"})),
    ], "more": null});
    let document = serde_json::to_vec(&mixed).unwrap();
    let read = JwkSet::parse(&document).unwrap();
    assert_eq!(read, set(&[key.jwk(&json!({"kid": "a", "alg": "ES256"}))]));
    assert_eq!(verify(&key.sign(Some("a")), &read, ALL), Ok(claims()));
}

#[test]
fn refuses_a_set_that_gives_a_private_key_away() {
    let private = EcKeyPair::generate(EcCurve::P256).unwrap();
    let private = serde_json::to_value(private.to_jwk_private_key()).unwrap();
    let good = Theirs::new(Algorithm::Es256).jwk(&json!({}));
    for bad in [
        private,
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "oct"}),
        json!({"kty": "XY", "d": null}),
    ] {
        let refused = JwkSet::from_value(&json!({"keys": [good, bad]}));
        assert_eq!(refused, Err(JwkSetFault::PrivateKey), "{bad}");
    }
}

#[test]
fn refuses_what_is_no_key_set() {
    for malformed in ["", "{", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#] {
        let refused = JwkSet::parse(malformed.as_bytes());
        assert_eq!(refused, Err(JwkSetFault::Malformed), "{malformed}");
    }
    let many = json!({"keys": vec![json!({}); 101]});
    assert_eq!(JwkSet::from_value(&many), Err(JwkSetFault::TooManyKeys));
    let long = vec![b' '; MAX_SET_BYTES + 1];
    assert_eq!(JwkSet::parse(&long), Err(JwkSetFault::TooLong));
}

/// Whatever arrives, there is an answer; and an altered token is never taken.
#[test]
fn survives_altered_input() {
    let key = Theirs::new(Algorithm::Es256);
    let token = key.sign(Some("a"));
    let document = json!({"keys": [key.jwk(&json!({"kid": "a", "use": "sig"}))]}).to_string();
    let keys = JwkSet::parse(document.as_bytes()).unwrap();
    let mut state = 1_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let palette = b"\"{}[]:,.\\\0 azAZ09_-=\xff";
    for _ in 0..4000 {
        let mut bytes = token.clone().into_bytes();
        let mut set = document.clone().into_bytes();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            bytes[at] = palette[next(palette.len())];
            let at = next(set.len());
            set[at] = palette[next(palette.len())];
        }
        if let Ok(set) = JwkSet::parse(&set) {
            let whole = ForeignJws::parse(&token).unwrap();
            if let Ok(verified) = whole.verify(&set, ALL) {
                assert_eq!(verified.read::<Value>().unwrap(), claims());
            }
        }
        let altered = String::from_utf8_lossy(&bytes).into_owned();
        if let Ok(parsed) = ForeignJws::parse(&altered)
            && parsed.verify(&keys, ALL).is_ok()
        {
            let body = |text: &str| text.rsplit_once('.').unwrap().0.to_owned();
            assert_eq!(body(&altered), body(&token));
        }
        // Cut anywhere.
        let cut: String = token.chars().take(next(token.len())).collect();
        assert!(
            ForeignJws::parse(&cut)
                .and_then(|cut| cut.verify(&keys, ALL))
                .is_err()
        );
    }
    assert!(decode("é").is_none());
}
