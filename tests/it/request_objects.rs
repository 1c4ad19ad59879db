//! Request objects by value, by reference and pushed (RFC 9101, OIDC Core §6).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::{ClientMetadata, ClientType};
use vidimus::protocol::ids::RealmId;
use vidimus::store::sqlite::SqliteStore;

use crate::pushed_requests::{URN, assert_told};
use crate::support::clients::CHALLENGE;
use crate::support::signer::{Signer, unsigned};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{Browser, TestClient, World};

const ISSUER: &str = "https://id.example.test";
const OBJECT: &str = "/object.jwt";

/// A client with a key.
struct Signing {
    key: Signer,
    client: TestClient,
}

impl Signing {
    async fn at(world: &World, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        Self::with(world, SigningAlgorithm::Es256, change).await
    }

    async fn with(
        world: &World,
        algorithm: SigningAlgorithm,
        change: impl FnOnce(&mut ClientMetadata),
    ) -> Self {
        let key = Signer::new(algorithm);
        let realm = RealmId::default_realm();
        let client = world.client_with(&realm, ClientType::Web, |metadata| {
            metadata.jwks = Some(key.jwks());
            change(metadata);
        });
        let client = client.await;
        Self { key, client }
    }

    /// A whole request with members changed; null drops one.
    fn claims(&self, changes: &Value) -> Value {
        let mut claims = json!({
            "iss": self.client.id(), "aud": ISSUER, "client_id": self.client.id(),
            "response_type": "code", "redirect_uri": self.client.redirect(),
            "scope": "openid email", "state": "inner", "nonce": "inner",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        claims
    }

    fn object(&self, changes: &Value) -> String {
        self.key
            .sign(Some("oauth-authz-req+jwt"), &self.claims(changes))
    }

    /// The address with nothing but `client_id` and the object (RFC 9101 §5).
    fn alone(&self, object: &str) -> String {
        let address = self.client.kept_url("");
        let (base, _) = address.split_once("&request_uri").unwrap();
        format!("{base}&request={object}")
    }

    /// The address with the usual request beside the object.
    fn beside(&self, object: &str, changes: &[(&str, &str)]) -> String {
        let mut changes = changes.to_vec();
        changes.push(("request", object));
        self.client.authorize_url(&changes)
    }

    fn browser(&self) -> Browser {
        self.client.world.browser()
    }
}

async fn world() -> World {
    let world = World::in_memory().await;
    world.ada().await;
    world
}

/// A server that can reach a site.
async fn near(site: &Web) -> World {
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let mut shared = Shared::over(store);
    shared.outgoing = site.outgoing.clone();
    let world = World::node(&shared).await;
    world.ada().await;
    world
}

/// A client that publishes its request.
async fn publishing(site: &Web, change: impl FnOnce(&mut ClientMetadata)) -> Signing {
    let world = near(site).await;
    let uri = site.url(OBJECT);
    Signing::at(&world, |metadata| {
        metadata.request_uris = vec![uri];
        change(metadata);
    })
    .await
}

fn publish(site: &Web, object: &str) {
    site.publish_as(
        OBJECT,
        "application/oauth-authz-req+jwt",
        Some("max-age=600"),
        object,
    );
}

/// RFC 9101 §5.1, §6.2; `request_object_signing_alg_values_supported`
#[tokio::test]
async fn is_heard_alone_with_each_algorithm() {
    let world = world().await;
    let mut browser = world.browser();
    for algorithm in SigningAlgorithm::ALL {
        let app = Signing::with(&world, algorithm, |_| {}).await;
        for typ in [None, Some("JWT"), Some("oauth-authz-req+jwt")] {
            let object = app.key.sign(typ, &app.claims(&json!({})));
            let answer = browser.authorize(&app.alone(&object), "ada").await;
            assert_eq!(
                answer.param("state").as_deref(),
                Some("inner"),
                "{answer:?}"
            );
            let code = answer.param("code").unwrap();
            let tokens = app
                .client
                .post("/token", &app.client.redemption(&code))
                .await;
            assert_eq!(tokens.status, StatusCode::OK, "{algorithm:?}: {tokens:?}");
        }
    }
}

/// OIDC Core §6.1: what is inside wins, and what is not inside is taken from beside it.
#[tokio::test]
async fn what_is_inside_wins() {
    let app = Signing::at(&world().await, |_| {}).await;
    let object = app.object(&json!({"scope": null, "nonce": null}));
    let address = app.beside(&object, &[("state", "outer"), ("scope", "openid profile")]);
    let answer = app.browser().authorize(&address, "ada").await;
    assert_eq!(
        answer.param("state").as_deref(),
        Some("inner"),
        "{answer:?}"
    );
    let code = answer.param("code").unwrap();
    let redemption = app.client.redemption(&code);
    let tokens = app.client.post("/token", &redemption).await.json();
    assert_eq!(tokens["scope"], "openid profile");
    let claims = crate::support::decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["nonce"], "n0nce");
}

/// RFC 9101 §6.3: only the object counts for a client that must sign.
#[tokio::test]
async fn a_client_that_must_sign_has_said_nothing_else() {
    let app = Signing::at(&world().await, |metadata| {
        metadata.require_signed_request_object = true;
    })
    .await;
    let plain = app.browser().get(&app.client.authorize_url(&[])).await;
    assert_eq!(plain.param("error").as_deref(), Some("invalid_request"));
    let object = app.object(&json!({"state": null}));
    let mut browser = app.browser();
    let answer = browser.authorize(&app.beside(&object, &[]), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert_eq!(answer.param("state"), None);
    // Its redirect URI has no second place, either.
    let object = app.object(&json!({"redirect_uri": null}));
    let mut browser = app.browser();
    let answer = browser.get(&app.beside(&object, &[])).await;
    assert_told(&mut browser, &answer, "must carry a redirect_uri").await;
    // RFC 9126 §3; conformance `ensure-unsigned-request-at-par-endpoint-fails`
    let answer = app.client.push(&[]).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
}

/// OIDC Core §6.1: only the redirect URI inside counts.
#[tokio::test]
async fn the_redirect_uri_outside_does_not_count() {
    let app = Signing::at(&world().await, |_| {}).await;
    let wrong = "https://evil.test/cb";
    let mut browser = app.browser();
    let object = app.object(&json!({"redirect_uri": wrong}));
    let answer = browser.get(&app.beside(&object, &[])).await;
    assert_told(&mut browser, &answer, "byte for byte").await;
    let good = app.beside(&app.object(&json!({})), &[("redirect_uri", wrong)]);
    let answer = browser.authorize(&good, "ada").await;
    assert!(
        answer.location().starts_with(app.client.redirect()),
        "{answer:?}"
    );
}

/// The objects that nobody may believe, each with what is wrong with it.
fn bad_objects(app: &Signing, stranger: &Signer) -> Vec<(&'static str, String)> {
    let now = app.client.world.app.now().unix_seconds();
    let altered = {
        let good = app.object(&json!({}));
        let other = app.object(&json!({"scope": "openid"}));
        let (head, _) = good.split_once('.').unwrap();
        let payload = other.split('.').nth(1).unwrap();
        format!("{head}.{payload}.{}", good.rsplit('.').next().unwrap())
    };
    let with = |changes: Value| app.object(&changes);
    let typed = |typ| app.key.sign(Some(typ), &app.claims(&json!({})));
    vec![
        ("nonsense", "x".to_owned()),
        ("unsigned", unsigned(&app.claims(&json!({})))),
        ("altered", altered),
        (
            "of a stranger",
            stranger.sign(None, &app.claims(&json!({}))),
        ),
        ("an access token", typed("at+jwt")),
        ("an assertion", typed("client-authentication+jwt")),
        ("of another issuer", with(json!({"iss": "vid_another"}))),
        (
            "for another server",
            with(json!({"aud": "https://other.test"})),
        ),
        ("expired", with(json!({"exp": now}))),
        ("too early", with(json!({"nbf": now + 60}))),
        (
            "of another client",
            with(json!({"client_id": "vid_another"})),
        ),
        (
            "of another response type",
            with(json!({"response_type": "id_token"})),
        ),
        ("nested", with(json!({"request": "a.b.c"}))),
        (
            "referring",
            with(json!({"request_uri": "https://rp.test/r"})),
        ),
        ("with a flag", with(json!({"state": true}))),
    ]
}

/// RFC 9101 §6.2, §7; RFC 8725 §3.1, §3.11: in the mode and with the state that stand beside it.
#[tokio::test]
async fn what_is_not_believed_is_answered_outside() {
    let app = Signing::at(&world().await, |_| {}).await;
    let stranger = Signer::new(SigningAlgorithm::Es256);
    for (what, object) in bad_objects(&app, &stranger) {
        let mode = [("response_mode", "fragment")];
        let answer = app.browser().get(&app.beside(&object, &mode)).await;
        let fragment = format!("{}#error=", app.client.redirect());
        assert!(
            answer.location().starts_with(&fragment),
            "{what}: {answer:?}"
        );
        let error = answer.param("error");
        assert_eq!(error.as_deref(), Some("invalid_request_object"), "{what}");
        assert_eq!(answer.param("state").as_deref(), Some("st4te"), "{what}");
    }
}

/// RFC 9101 §7: where nothing proven stands beside it, the person is told.
#[tokio::test]
async fn what_is_not_believed_leads_nowhere_by_itself() {
    let app = Signing::at(&world().await, |_| {}).await;
    let stranger = Signer::new(SigningAlgorithm::Es256);
    for (what, object) in bad_objects(&app, &stranger) {
        let evil = app.beside(&object, &[("redirect_uri", "https://evil.test/cb")]);
        let alone = app.alone(&object);
        // By itself it does not disagree with anything.
        let agrees = what == "of another response type";
        for address in [evil].into_iter().chain((!agrees).then_some(alone)) {
            let mut browser = app.browser();
            let answer = browser.get(&address).await;
            assert!(
                answer.location().contains("/error?e="),
                "{what}: {answer:?}"
            );
            let page = browser.get(answer.location()).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{what}");
        }
    }
}

/// RFC 9126 §3; conformance `ensure-expired-request-object-fails`,
/// `ensure-request-object-with-bad-aud-fails`,
/// `ensure-request-object-signature-algorithm-is-not-none`,
/// `ensure-request-object-with-invalid-signature-fails`, `ensure-matching-key-in-authorization-request`,
/// `par-authorization-request-containing-request_uri`
#[tokio::test]
async fn what_is_not_believed_is_not_kept() {
    let app = Signing::at(&world().await, |_| {}).await;
    let stranger = Signer::new(SigningAlgorithm::Es256);
    for (what, object) in bad_objects(&app, &stranger) {
        // What stands beside a pushed object does not count, and so cannot differ.
        let answer = app.client.post("/par", &[("request", &object)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {answer:?}");
        let expected = match what {
            "of another response type" => "unsupported_response_type",
            _ => "invalid_request_object",
        };
        assert_eq!(answer.error(), expected, "{what}");
    }
}

/// RFC 9126 §3; conformance `ensure-request-object-with-multiple-aud-succeeds`,
/// `ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted`
#[tokio::test]
async fn a_pushed_object_is_all_that_was_said() {
    let app = Signing::at(&world().await, |_| {}).await;
    let now = app.client.world.app.now().unix_seconds();
    let object = app.object(&json!({
        "aud": [ISSUER, "https://other.test"], "nbf": now + 8, "exp": now + 60, "state": null,
    }));
    let answer = app
        .client
        .post("/par", &[("request", &object), ("state", "outer")])
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let name = answer.json()["request_uri"].as_str().unwrap().to_owned();
    let mut browser = app.browser();
    let answer = browser.authorize(&app.client.kept_url(&name), "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert_eq!(answer.param("state"), None);
}

/// OIDC Registration §2 `request_object_signing_alg`; conformance
/// `ensure-signed-request-object-with-RS256-fails`
#[tokio::test]
async fn a_registered_algorithm_is_the_only_one() {
    let app = Signing::with(&world().await, SigningAlgorithm::Rs256, |metadata| {
        metadata.request_object_signing_alg = Some(SigningAlgorithm::Ps256);
    })
    .await;
    let answer = app
        .client
        .post("/par", &[("request", &app.object(&json!({})))])
        .await;
    assert_eq!(answer.error(), "invalid_request_object", "{answer:?}");
}

/// RFC 7519 §4.1.4: judged when the request arrives, not when the person has typed a password.
#[tokio::test]
async fn an_object_that_arrived_in_time_stays_good() {
    let app = Signing::at(&world().await, |_| {}).await;
    let world = &app.client.world;
    let exp = world.app.now().unix_seconds() + 60;
    let address = app.alone(&app.object(&json!({"exp": exp})));
    let mut browser = app.browser();
    let login = browser.get(&address).await.location().to_owned();
    world.advance(20 * 60);
    let answer = browser.authorize(&login, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    let mut late = app.browser();
    let answer = late.get(&address).await;
    assert_told(&mut late, &answer, "had expired when it arrived").await;
}

/// RFC 9101 §5: "MUST NOT be used together".
#[tokio::test]
async fn two_carriers_are_refused() {
    let app = Signing::at(&world().await, |_| {}).await;
    let object = app.object(&json!({}));
    for uri in ["https://rp.example.test/r", &format!("{URN}x")] {
        let address = app.beside(&object, &[("request_uri", uri)]);
        let answer = app.browser().get(&address).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    }
}

/// The request stays in the address of each page, which is bounded.
#[tokio::test]
async fn an_object_by_value_is_bounded() {
    let app = Signing::at(&world().await, |_| {}).await;
    let object = app.object(&json!({"padding": "x".repeat(8 * 1024)}));
    let answer = app.browser().get(&app.alone(&object)).await;
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    let pushed = app.client.post("/par", &[("request", &object)]).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{pushed:?}");
}

/// RFC 9101 §5.2: fetched once for each request, never kept for the next, and a document that
/// changes changes no request that is under way.
#[tokio::test]
async fn a_reference_is_fetched_once_for_each_request() {
    let site = Web::start().await;
    let app = publishing(&site, |_| {}).await;
    let address = app.client.kept_url(&site.url(OBJECT));
    publish(&site, &app.object(&json!({"state": "first"})));
    let mut browser = app.browser();
    let kept = browser.get(&address).await.location().to_owned();
    assert!(kept.contains(&URN.replace(':', "%3A")), "{kept}");
    publish(&site, &app.object(&json!({"state": "second"})));
    let answer = browser.authorize(&kept, "ada").await;
    assert_eq!(
        answer.param("state").as_deref(),
        Some("first"),
        "{answer:?}"
    );
    assert!(answer.param("code").is_some());
    assert_eq!(site.asked(OBJECT), 1);
    let answer = browser.authorize(&address, "ada").await;
    assert_eq!(
        answer.param("state").as_deref(),
        Some("second"),
        "{answer:?}"
    );
    assert_eq!(site.asked(OBJECT), 2);
    let again = browser.get(&kept).await;
    assert_told(&mut browser, &again, "The request_uri was used").await;
}

/// OIDC Core §6.2: what the object does not say is taken from beside its address.
#[tokio::test]
async fn a_reference_is_heard_with_what_stands_beside_it() {
    let site = Web::start().await;
    let app = publishing(&site, |_| {}).await;
    publish(&site, &format!("{}\n", app.object(&json!({"scope": null}))));
    let uri = site.url(OBJECT);
    let changes = [("request_uri", uri.as_str()), ("scope", "openid profile")];
    let address = app.client.authorize_url(&changes);
    let answer = app.browser().authorize(&address, "ada").await;
    assert_eq!(
        answer.param("state").as_deref(),
        Some("inner"),
        "{answer:?}"
    );
    let code = answer.param("code").unwrap();
    let redemption = app.client.redemption(&code);
    let tokens = app.client.post("/token", &redemption).await.json();
    assert_eq!(tokens["scope"], "openid profile");
}

/// OIDC Registration §2 `request_uris`: nothing that is not registered is asked for.
#[tokio::test]
async fn only_registered_addresses_are_fetched() {
    let site = Web::start().await;
    let app = publishing(&site, |metadata| {
        let registered = format!("{}#abc", metadata.request_uris[0]);
        metadata.request_uris = vec![registered];
    })
    .await;
    publish(&site, &app.object(&json!({})));
    let own = site.url(OBJECT);
    for uri in [
        own.as_str(),
        &format!("{own}#abd"),
        &format!("{own}?x#abc"),
        "x",
        "http://127.0.0.1/",
    ] {
        let address = app.client.authorize_url(&[("request_uri", uri)]);
        let answer = app.browser().get(&address).await;
        let error = answer.param("error");
        assert_eq!(error.as_deref(), Some("invalid_request_uri"), "{uri}");
        let mut browser = app.browser();
        let answer = browser.get(&app.client.kept_url(uri)).await;
        assert_told(&mut browser, &answer, "byte for byte").await;
    }
    assert_eq!(site.asked(OBJECT), 0);
    let address = app.client.kept_url(&format!("{own}#abc"));
    let answer = app.browser().authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 9101 §5.2.3, §7
#[tokio::test]
async fn an_address_that_gives_no_good_object_is_refused() {
    let site = Web::start().await;
    let app = publishing(&site, |_| {}).await;
    let address = app
        .client
        .authorize_url(&[("request_uri", &site.url(OBJECT))]);
    let refused = async |error: &str| {
        let answer = app.browser().get(&address).await;
        assert_eq!(answer.param("error").as_deref(), Some(error), "{answer:?}");
        assert_eq!(answer.param("state").as_deref(), Some("st4te"));
    };
    refused("invalid_request_uri").await;
    site.fail(OBJECT, StatusCode::INTERNAL_SERVER_ERROR);
    refused("invalid_request_uri").await;
    publish(&site, &"x".repeat(65 * 1024));
    refused("invalid_request_uri").await;
    site.publish(OBJECT, &json!({"state": "inner"}));
    refused("invalid_request_object").await;
    publish(&site, "<html>");
    refused("invalid_request_object").await;
    publish(&site, &unsigned(&app.claims(&json!({}))));
    refused("invalid_request_object").await;
    publish(&site, &app.object(&json!({"exp": 1})));
    refused("invalid_request_object").await;
    publish(&site, &app.object(&json!({})));
    let answer = app.browser().authorize(&address, "ada").await;
    assert!(answer.param("code").is_some(), "{answer:?}");
}

/// RFC 9126 §6: neither by value nor by reference; and nothing is fetched for it.
#[tokio::test]
async fn a_client_that_must_push_is_not_heard_otherwise() {
    let site = Web::start().await;
    let app = publishing(&site, |metadata| {
        metadata.require_pushed_authorization_requests = true;
    })
    .await;
    let object = app.object(&json!({}));
    publish(&site, &object);
    let reference = app
        .client
        .authorize_url(&[("request_uri", &site.url(OBJECT))]);
    for address in [app.beside(&object, &[]), reference] {
        let answer = app.browser().get(&address).await;
        assert_eq!(
            answer.param("error").as_deref(),
            Some("invalid_request"),
            "{answer:?}"
        );
    }
    assert_eq!(site.asked(OBJECT), 0);
}

/// Nothing is fetched for a client that is switched off.
#[tokio::test]
async fn nothing_is_fetched_for_a_disabled_client() {
    let site = Web::start().await;
    let app = publishing(&site, |_| {}).await;
    publish(&site, &app.object(&json!({})));
    let mut disabled = app.client.client.clone();
    disabled.disabled_at = Some(app.client.world.app.now());
    app.client
        .world
        .app
        .store
        .update_client(&disabled, &[])
        .await
        .unwrap();
    let mut browser = app.browser();
    let answer = browser.get(&app.client.kept_url(&site.url(OBJECT))).await;
    assert_told(&mut browser, &answer, "switched off").await;
    assert_eq!(site.asked(OBJECT), 0);
}

/// A stranger who knows the address can make us fetch it so often and no more.
#[tokio::test]
async fn one_client_is_fetched_for_so_often() {
    let site = Web::start().await;
    let app = publishing(&site, |_| {}).await;
    let address = app.client.kept_url(&site.url(OBJECT));
    for _ in 0..100 {
        app.browser().get(&address).await;
    }
    let answer = app.browser().get(&address).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    assert_eq!(site.asked(OBJECT), 100);
}
