//! Compact JWS: our own tokens, and those of others.
//!
//! The input is a token, or what one is made of, a line each: header, claims, signature. The
//! header may name our keys as `$RS256`, `$PS256`, `$ES256` and `$EdDSA`.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use vidimus::entropy::SeededEntropy;
use vidimus::keys::jws::MAX_TOKEN_BYTES;
use vidimus::keys::{
    Algorithm, ForeignJws, ForeignRefusal, JwkSet, KeyRing, MasterKey, TokenRefusal, TokenType,
    signing_key,
};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::signing_key::KeyState;
use vidimus::protocol::time::Timestamp;
use vidimus::secret::SecretString;

use super::{first_line, json};

const TYPES: [TokenType; 5] = [
    TokenType::AccessToken,
    TokenType::PlainAccessToken,
    TokenType::IdToken,
    TokenType::LogoutToken,
    TokenType::Userinfo,
];

/// A realm's keys, as others see them too, and a token of each key.
struct Keys {
    ring: KeyRing,
    published: JwkSet,
    tokens: Vec<(Algorithm, String)>,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let master = MasterKey::generate(&SeededEntropy::new(1)).expect("a master key");
    let records: Vec<_> = Algorithm::ALL
        .into_iter()
        .map(|algorithm| {
            let now = Timestamp::from_unix_seconds(1);
            let realm = RealmId::default_realm();
            signing_key::generate(&realm, &master, algorithm, KeyState::Active, now).expect("a key")
        })
        .collect();
    let ring = KeyRing::from_records(&records, &master).expect("a ring");
    let claims = serde_json::json!({"sub": "ada", "client_id": "notes"});
    let sign = |algorithm| ring.sign(algorithm, TokenType::AccessToken, &claims);
    let tokens = Algorithm::ALL
        .into_iter()
        .map(|algorithm| (algorithm, sign(algorithm).expect("a token")))
        .collect();
    let published = JwkSet::parse(&ring.jwks()).expect("our own key set");
    Keys {
        ring,
        published,
        tokens,
    }
});

/// Verifies the input as a token, as the parts of one, as claims to be signed, and as changes.
pub(crate) fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        refuses(text);
    }
    let (header, rest) = first_line(data);
    let (claims, signature) = first_line(rest);
    let header = String::from_utf8_lossy(header);
    let header = Algorithm::ALL
        .iter()
        .fold(header.into_owned(), |header, algorithm| {
            let id = KEYS.ring.signer_id(*algorithm).expect("a key");
            header.replace(&format!("${}", algorithm.name()), id.as_str())
        });
    let parts = [header.as_bytes(), claims, signature];
    refuses(&parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join("."));
    if let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(claims) {
        check_own(&Value::Object(claims));
    }
    check_altered(data);
}

/// Whatever text it is, nobody signed it.
fn refuses(token: &str) {
    for typ in TYPES {
        let refused = KEYS.ring.verify::<Value>(token, typ);
        let refused = refused.expect_err("a token that nobody signed");
        assert_eq!(
            refused == TokenRefusal::TooLong,
            token.len() > MAX_TOKEN_BYTES
        );
    }
    let Ok(foreign) = ForeignJws::parse(token) else {
        return;
    };
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let decoded = parts
        .iter()
        .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    let decoded: Vec<Vec<u8>> = decoded.collect();
    for (part, decoded) in parts.iter().zip(&decoded) {
        assert_eq!(
            URL_SAFE_NO_PAD.encode(decoded),
            *part,
            "another text for the same token"
        );
    }
    let header: Map<String, Value> = serde_json::from_slice(&decoded[0]).expect("a header");
    assert!(!header.contains_key("crit"));
    let member = |name: &str| header.get(name).and_then(Value::as_str);
    assert_eq!(member("alg"), Some(foreign.alg()));
    assert_eq!(
        (member("kid"), member("typ")),
        (foreign.kid(), foreign.typ())
    );
    let claims: Map<String, Value> = serde_json::from_slice(&decoded[1]).expect("claims");
    for (name, value) in &claims {
        assert_eq!(foreign.unverified(name), value.as_str());
    }
    assert!(foreign.verify(&KEYS.published, &Algorithm::ALL).is_err());
    let secret = SecretString::new("a secret that is long enough for a MAC".to_owned());
    assert!(foreign.verify_hmac(&secret).is_err());
    let unsigned = foreign.alg() == "none" && parts[2].is_empty();
    assert_eq!(foreign.is_unsigned(), unsigned);
    match foreign.unsigned_claims() {
        Ok(told) => assert!(unsigned && told == claims),
        Err(refusal) => assert!(!unsigned && refusal == ForeignRefusal::NotUnsigned),
    }
}

/// What we sign we read again, as what it is and nothing else.
fn check_own(claims: &Value) {
    for typ in TYPES {
        let token = KEYS
            .ring
            .sign(Algorithm::EdDsa, typ, claims)
            .expect("a token");
        let read = TYPES.map(|read_as| KEYS.ring.verify::<Value>(&token, read_as));
        if token.len() > MAX_TOKEN_BYTES {
            assert!(read.iter().all(|read| *read == Err(TokenRefusal::TooLong)));
            continue;
        }
        for read in read.iter().flatten() {
            assert_eq!(json::shape(read), json::shape(claims));
        }
        let [access, plain, id, logout, userinfo] = read.map(|read| read.is_ok());
        assert!(!userinfo, "a userinfo answer is never read");
        assert_eq!(access, plain);
        assert!(
            u8::from(access) + u8::from(id) + u8::from(logout) <= 1,
            "RFC 8725 §3.11"
        );
        let is_access = typ == TokenType::AccessToken;
        assert_eq!(logout, typ == TokenType::LogoutToken);
        assert!(access || !is_access);
        let foreign = ForeignJws::parse(&token).expect("a token of ours");
        let fits = foreign
            .verify(&KEYS.published, &[Algorithm::EdDsa])
            .expect("our key");
        assert_eq!(json::shape(&fits.all()), json::shape(claims));
        let other = foreign.verify(&KEYS.published, &[Algorithm::Rs256, Algorithm::Es256]);
        assert_eq!(other, Err(ForeignRefusal::AlgorithmNotAllowed));
    }
}

/// A signed token of which any character was changed is not a token any more.
fn check_altered(changes: &[u8]) {
    let (algorithm, token) = &KEYS.tokens[changes.len() % KEYS.tokens.len()];
    let mut bytes = token.clone().into_bytes();
    for change in changes.chunks_exact(3).take(8) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
        bytes[place] = change[2];
    }
    let Ok(altered) = String::from_utf8(bytes) else {
        return;
    };
    let read = KEYS.ring.verify::<Value>(&altered, TokenType::AccessToken);
    assert_eq!(read.is_ok(), altered == *token, "{algorithm:?}: {altered}");
    let foreign = ForeignJws::parse(&altered);
    let foreign = foreign.and_then(|token| token.verify(&KEYS.published, &[*algorithm]));
    assert_eq!(
        foreign.is_ok(),
        altered == *token,
        "{algorithm:?}: {altered}"
    );
}
