//! Client credentials: HTTP Basic and the form.
//!
//! The input has two lines: the Authorization header (empty for none), and the form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use url::form_urlencoded;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::client::authentication::{
    ClientAuthRefusal, Credentials, PresentedCredentials, authenticate, read_credentials,
};
use vidimus::protocol::ids::ClientId;
use vidimus::protocol::params::Params;
use vidimus::secret::Digest;

use super::{first_line, form, samples};

/// Reads one request's credentials.
pub(crate) fn run(data: &[u8]) {
    let (header, body) = first_line(data);
    let params = form::read(body);
    let Ok(header) = std::str::from_utf8(header) else {
        return;
    };
    check_round_trip(header);
    let header = Some(header).filter(|header| !header.is_empty());
    let presented = read_credentials(header, &params);
    if header.is_some() && params.get("client_secret").is_some() {
        assert!(presented.is_err(), "two methods at once");
        return;
    }
    // What an assertion is worth is another parser's to say.
    let Ok(Credentials::Plain(presented)) = presented else {
        return;
    };
    assert_eq!(
        ClientId::parse(presented.client.as_str()).as_ref(),
        Ok(&presented.client)
    );
    let named = params.get("client_id");
    assert!(named.is_none_or(|named| named == presented.client.as_str()));
    assert!(authenticate(&presented, None).is_err());
    let found = samples::find(&presented.client);
    if let Ok(proven) = authenticate(&presented, found) {
        let client = proven.client();
        assert_eq!(client.id, presented.client);
        assert!(client.disabled_at.is_none());
        let shown = secret_of(header, &params);
        let expected = if client.metadata.is_public() {
            ""
        } else {
            samples::SECRET
        };
        assert_eq!(shown.as_deref().unwrap_or_default(), expected);
    }
}

/// The secret that a request carries, read in another way.
fn secret_of(header: Option<&str>, params: &Params) -> Option<String> {
    let Some(header) = header else {
        return params.get("client_secret").map(str::to_owned);
    };
    let (_, encoded) = header.split_once(' ')?;
    let pair = STANDARD.decode(encoded.trim()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let text = pair.get(colon + 1..)?.iter().map(|byte| match byte {
        b'+' => b' ',
        other => *other,
    });
    let text: Vec<u8> = text.collect();
    Some(percent_decode(&text))
}

fn percent_decode(text: &[u8]) -> String {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let digits = digits.filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        if let (b'%', Some(byte)) = (first, byte) {
            decoded.push(byte);
            rest = &tail[2..];
        } else {
            decoded.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn plain(header: &str) -> PresentedCredentials {
    match read_credentials(Some(header), &Params::default()) {
        Ok(Credentials::Plain(presented)) => presented,
        Ok(Credentials::Assertion(_)) | Err(_) => panic!("no plain credentials in {header}"),
    }
}

/// RFC 6749 §2.3.1: whatever the secret is, encoded as the clause says it arrives as it was.
fn check_round_trip(secret: &str) {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut client = samples::bare("a.client~of-ours", ClientType::Web, &[]);
    client.secret = Some(Digest::of(secret));
    let client = Arc::new(client);
    let pair = format!("{}:{}", encode(client.id.as_str()), encode(secret));
    for scheme in ["Basic", "basic"] {
        let header = format!("{scheme} {}", STANDARD.encode(&pair));
        let presented = plain(&header);
        assert_eq!(presented.client, client.id);
        let outcome = authenticate(&presented, Some(client.clone()));
        assert_eq!(outcome.is_ok(), !secret.is_empty());
    }
    let header = format!("Basic {}", STANDARD.encode(format!("{pair}x")));
    let presented = plain(&header);
    let wrong = authenticate(&presented, Some(client));
    assert_eq!(wrong.err(), Some(ClientAuthRefusal::WrongSecret));
}
