//! What counts as the proof of a client.

use super::*;
use crate::protocol::client::ClientType;
use crate::protocol::client::metadata::tests::client;

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn check(header: Option<&str>, form: &str, client: &Client) -> Result<(), ClientAuthRefusal> {
    let params = Params::parse(form.as_bytes());
    let Credentials::Plain(presented) = read_credentials(header, &params)? else {
        panic!("an assertion was read");
    };
    let found = (presented.client == client.id).then(|| Arc::new(client.clone()));
    authenticate(&presented, found).map(|_| ())
}

#[test]
fn a_confidential_client_may_use_either_secret_method() {
    let web = client(ClientType::Web);
    assert_eq!(check(Some(&basic("client", "secret")), "", &web), Ok(()));
    assert_eq!(
        check(None, "client_id=client&client_secret=secret", &web),
        Ok(())
    );
}

/// RFC 6749 §2.3
#[test]
fn two_methods_at_once_are_refused() {
    let web = client(ClientType::Web);
    let outcome = check(
        Some(&basic("client", "secret")),
        "client_id=client&client_secret=secret",
        &web,
    );
    assert_eq!(outcome, Err(ClientAuthRefusal::TwoMethods));
}

#[test]
fn each_wrong_proof_has_its_own_refusal() {
    use ClientAuthRefusal as R;
    let web = client(ClientType::Web);
    let spa = client(ClientType::Spa);
    let cases = [
        (None, "", &web, R::Missing),
        (None, "client_id=client", &web, R::SecretMissing),
        (
            None,
            "client_id=client&client_secret=x",
            &web,
            R::WrongSecret,
        ),
        (
            None,
            "client_id=other&client_secret=secret",
            &web,
            R::UnknownClient,
        ),
        (
            None,
            "client_id=client&client_secret=x",
            &spa,
            R::PublicWithSecret,
        ),
        (
            Some(basic("client", "secret")),
            "client_id=other",
            &web,
            R::TwoClients,
        ),
        (Some("Basic !!".to_owned()), "", &web, R::MalformedBasic),
        (Some("Bearer x".to_owned()), "", &web, R::MalformedBasic),
    ];
    for (header, form, client, refusal) in cases {
        assert_eq!(
            check(header.as_deref(), form, client),
            Err(refusal),
            "{form}"
        );
    }
}

#[test]
fn a_disabled_client_is_refused_after_its_secret_was_right() {
    let mut web = client(ClientType::Web);
    web.disabled_at = Some(web.created_at);
    assert_eq!(
        check(Some(&basic("client", "secret")), "", &web),
        Err(ClientAuthRefusal::Disabled)
    );
    assert_eq!(
        check(Some(&basic("client", "wrong")), "", &web),
        Err(ClientAuthRefusal::WrongSecret)
    );
}

fn read(header: Option<&str>, form: &str) -> Result<(), ClientAuthRefusal> {
    read_credentials(header, &Params::parse(form.as_bytes())).map(|_| ())
}

fn assertion_form(more: &str) -> String {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    format!("client_assertion=a.b.c&client_assertion_type={kind}{more}")
}

/// RFC 7521 §4.2, RFC 6749 §2.3
#[test]
fn an_assertion_comes_with_its_type_and_alone() {
    use ClientAuthRefusal as R;
    assert_eq!(read(None, &assertion_form("")), Ok(()));
    assert_eq!(read(None, &assertion_form("&client_id=client")), Ok(()));
    let secret = assertion_form("&client_secret=secret");
    assert_eq!(read(None, &secret), Err(R::TwoMethods));
    let header = basic("client", "secret");
    let both = read(Some(&header), &assertion_form(""));
    assert_eq!(both, Err(R::TwoMethods));
    for half in ["client_assertion=a.b.c", "client_assertion_type=x"] {
        assert_eq!(read(None, half), Err(R::HalfAnAssertion), "{half}");
    }
    let saml = "client_assertion=a.b.c&client_assertion_type=\
                urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    assert_eq!(read(None, saml), Err(R::AssertionType));
}

/// RFC 6749 §3.2
#[test]
fn no_credential_is_sent_twice() {
    for twice in [
        "client_id=a&client_id=a",
        "client_secret=a&client_secret=b",
        &assertion_form("&client_assertion=d.e.f"),
        &assertion_form("&client_assertion_type=x"),
    ] {
        let refused = Err(ClientAuthRefusal::Repeated);
        assert_eq!(read(None, twice), refused, "{twice}");
    }
}

/// RFC 7521 §4.2
#[test]
fn a_client_id_beside_an_assertion_is_that_of_its_subject() {
    use ClientAuthRefusal as R;
    let wrong_subject = R::Assertion(AssertionRefusal::WrongSubject);
    for (posted, subject, expected) in [
        ("", Some("client"), Ok("client")),
        ("&client_id=client", Some("client"), Ok("client")),
        (
            "&client_id=other",
            Some("client"),
            Err(R::AssertionOfAnother),
        ),
        ("&client_id=client", None, Err(wrong_subject)),
        ("", Some("no client\n"), Err(R::UnknownClient)),
    ] {
        let params = Params::parse(assertion_form(posted).as_bytes());
        let Ok(Credentials::Assertion(presented)) = read_credentials(None, &params) else {
            panic!("no assertion was read");
        };
        let named = presented.client(subject);
        let expected = expected.map(|id| ClientId::parse(id).unwrap());
        assert_eq!(named, expected, "{posted} {subject:?}");
    }
}

/// OIDC Core §9
#[test]
fn a_client_of_assertions_cannot_use_a_secret() {
    use TokenEndpointAuthMethod as M;
    for method in [M::PrivateKeyJwt, M::ClientSecretJwt] {
        // The digest in the row is from before the method was changed.
        let mut web = client(ClientType::Web);
        web.metadata.token_endpoint_auth_method = method;
        let refused = Err(ClientAuthRefusal::AssertionRequired);
        let header = basic("client", "secret");
        assert_eq!(check(Some(&header), "", &web), refused);
        let posted = "client_id=client&client_secret=secret";
        assert_eq!(check(None, posted, &web), refused);
        assert_eq!(check(None, "client_id=client", &web), refused);
    }
}

#[test]
fn basic_credentials_are_form_decoded() {
    let (id, secret, _) = read_basic(&basic("a%3Ab", "x%26y+z%3D")).unwrap();
    assert_eq!((id.as_str(), secret.expose().as_str()), ("a:b", "x&y z="));
}
