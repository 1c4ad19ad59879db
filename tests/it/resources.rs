//! Resource indicators (RFC 8707): tokens for registered APIs.

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::api::{AccessTokenType, Api, ApiId, ApiMetadata, TokenFormat};
use vidimus::protocol::client::{ClientType, GrantType};
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::RealmSettings;
use vidimus::protocol::response_type::ResponseType;
use vidimus::protocol::scope::ScopeSet;
use vidimus::store::{Change, Creation, Realm};

use crate::support::{Answer, TestClient, World, decode_claims};

const ISSUER: &str = "https://id.example.test";
const NOTES: &str = "https://notes.example.test/api";
const BILLING: &str = "urn:example:billing";
const SCOPE: &str = "openid email notes:read billing";

async fn register(world: &World, realm: &RealmId, id: &str, metadata: ApiMetadata) -> Api {
    let api = Api {
        realm: realm.clone(),
        id: ApiId::parse(id).unwrap(),
        metadata,
        created_at: world.app.now(),
        disabled_at: None,
    };
    let created = world.app.store.create_api(&api, &[]).await.unwrap();
    assert_eq!(created, Creation::Created);
    api
}

fn knows(scope: &str) -> ApiMetadata {
    ApiMetadata {
        name: "An API".to_owned(),
        scope: ScopeSet::parse(scope).unwrap(),
        ..ApiMetadata::default()
    }
}

/// A world with `ada`, two APIs, and a client of a kind that may use both.
async fn client_of_two_apis(kind: ClientType, notes: ApiMetadata) -> (TestClient, Api) {
    let world = World::in_memory().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let notes = register(&world, &realm, NOTES, notes).await;
    register(&world, &realm, BILLING, knows("billing")).await;
    (client(&world, &realm, kind).await, notes)
}

async fn client(world: &World, realm: &RealmId, kind: ClientType) -> TestClient {
    let change = |m: &mut vidimus::protocol::client::ClientMetadata| {
        let scope = "openid profile email offline_access notes:read notes:write billing";
        m.scope = ScopeSet::parse(scope).unwrap();
    };
    world.client_with(realm, kind, change).await
}

async fn web() -> TestClient {
    let metadata = knows("notes:read notes:write");
    client_of_two_apis(ClientType::Web, metadata).await.0
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Sends `ada` to the authorization endpoint with these resources.
async fn authorize(client: &TestClient, scope: &str, resources: &[&str]) -> Answer {
    let mut url = client.authorize_url(&[("scope", scope)]);
    for resource in resources {
        let pair = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("resource", resource)
            .finish();
        url = format!("{url}&{pair}");
    }
    client.world.browser().authorize(&url, "ada").await
}

async fn code(client: &TestClient, scope: &str, resources: &[&str]) -> String {
    let answer = authorize(client, scope, resources).await;
    answer
        .param("code")
        .unwrap_or_else(|| panic!("no code: {answer:?}"))
}

async fn redeem(client: &TestClient, code: &str, resources: &[&str]) -> Answer {
    let mut fields = client.redemption(code);
    fields.extend(resources.iter().map(|r| ("resource", *r)));
    client.post("/token", &fields).await
}

async fn refresh(client: &TestClient, token: &Value, resources: &[&str]) -> Answer {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", text(token)),
    ];
    fields.extend(resources.iter().map(|r| ("resource", *r)));
    client.post("/token", &fields).await
}

async fn machine(client: &TestClient, resources: &[&str]) -> Answer {
    let mut fields = vec![("grant_type", "client_credentials")];
    fields.extend(resources.iter().map(|r| ("resource", *r)));
    client.post("/token", &fields).await
}

async fn tokens(client: &TestClient, scope: &str, resources: &[&str]) -> Value {
    let code = code(client, scope, resources).await;
    ok(&redeem(client, &code, &[]).await)
}

fn ok(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

fn refused(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert_eq!(answer.error(), "invalid_target", "{answer:?}");
}

fn claims(tokens: &Value) -> Value {
    decode_claims(text(&tokens["access_token"]))
}

fn typ(tokens: &Value) -> Value {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = text(&tokens["access_token"]).split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&engine.decode(part).unwrap()).unwrap();
    header["typ"].clone()
}

async fn switch(world: &World, api: &Api, on: bool) {
    let mut api = api.clone();
    api.disabled_at = (!on).then(|| world.app.now());
    let change = world.app.store.update_api(&api, &[]).await.unwrap();
    assert_eq!(change, Change::Changed);
    world.advance(1);
}

/// RFC 8707 §2, §2.2, RFC 9068 §2.2
#[tokio::test]
async fn a_code_and_its_refresh_give_tokens_for_the_api() {
    let client = web().await;
    let first = tokens(&client, SCOPE, &[NOTES]).await;
    let next = ok(&refresh(&client, &first["refresh_token"], &[]).await);
    for tokens in [first, next] {
        let claims = claims(&tokens);
        assert_eq!(
            claims["aud"],
            json!([NOTES, ISSUER]),
            "openid: userinfo too"
        );
        assert_eq!(claims["scope"], "openid email notes:read");
        assert_eq!(tokens["scope"], claims["scope"]);
        assert_eq!(typ(&tokens), "at+jwt");
        let access = text(&tokens["access_token"]);
        assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
        let answer = client
            .post("/introspect", &[("token", access)])
            .await
            .json();
        assert_eq!(answer["active"], true);
        assert_eq!(answer["aud"], claims["aud"]);
        assert_eq!(answer["scope"], claims["scope"]);
    }
}

/// RFC 8707 §2
#[tokio::test]
async fn a_machine_gets_tokens_for_its_apis() {
    let metadata = ApiMetadata {
        access_token_lifetime: Some(60),
        ..knows("notes:read notes:write")
    };
    let (client, _) = client_of_two_apis(ClientType::M2m, metadata).await;
    let one = ok(&machine(&client, &[NOTES]).await);
    assert_eq!(claims(&one)["aud"], NOTES);
    assert_eq!(one["scope"], "notes:read notes:write");
    assert_eq!(one["expires_in"], 60);
    let both = ok(&machine(&client, &[BILLING, NOTES]).await);
    assert_eq!(claims(&both)["aud"], json!([BILLING, NOTES]));
    assert_eq!(both["scope"], "notes:read notes:write billing");
    let access = text(&both["access_token"]);
    assert!(client.is_active(access).await);
    client.world.advance(60);
    assert!(!client.is_active(access).await, "the shorter life counts");
}

#[tokio::test]
async fn without_a_resource_a_token_is_for_this_server() {
    let client = web().await;
    let tokens = tokens(&client, SCOPE, &[]).await;
    assert_eq!(claims(&tokens)["aud"], ISSUER);
    assert_eq!(tokens["scope"], SCOPE);
    assert_eq!(tokens["expires_in"], 900);
}

/// RFC 8707 §2.2
#[tokio::test]
async fn a_token_request_narrows_what_was_granted() {
    let client = web().await;
    let code = code(&client, SCOPE, &[NOTES, BILLING]).await;
    let first = ok(&redeem(&client, &code, &[NOTES]).await);
    assert_eq!(claims(&first)["aud"], json!([NOTES, ISSUER]));
    assert_eq!(first["scope"], "openid email notes:read");
    let second = ok(&refresh(&client, &first["refresh_token"], &[BILLING]).await);
    assert_eq!(claims(&second)["aud"], json!([BILLING, ISSUER]));
    assert_eq!(second["scope"], "openid email billing");
    let third = ok(&refresh(&client, &second["refresh_token"], &[]).await);
    assert_eq!(claims(&third)["aud"], json!([NOTES, BILLING, ISSUER]));
    assert_eq!(third["scope"], SCOPE);
}

/// RFC 8707 §2.2
#[tokio::test]
async fn a_token_request_never_widens_and_its_refusal_spends_nothing() {
    let client = web().await;
    let code = code(&client, SCOPE, &[NOTES]).await;
    for wide in [&[BILLING][..], &[NOTES, BILLING], &["urn:unknown"]] {
        refused(&redeem(&client, &code, wide).await);
    }
    let first = ok(&redeem(&client, &code, &[NOTES]).await);
    for wide in [&[BILLING][..], &[NOTES, BILLING], &["urn:unknown"]] {
        refused(&refresh(&client, &first["refresh_token"], wide).await);
    }
    client.world.advance(60);
    let next = refresh(&client, &first["refresh_token"], &[NOTES]).await;
    assert_eq!(next.status, StatusCode::OK, "nothing was spent: {next:?}");
    let plain = tokens(&client, SCOPE, &[]).await;
    refused(&refresh(&client, &plain["refresh_token"], &[NOTES]).await);
}

/// RFC 8707 §2
#[tokio::test]
async fn refuses_what_is_no_api_of_the_client() {
    let (client, notes) = client_of_two_apis(ClientType::Web, knows("notes:read")).await;
    let world = &client.world;
    let machine_client = self::client(world, &client.realm, ClientType::M2m).await;
    register(world, &client.realm, "urn:closed", knows("closed")).await;
    switch(world, &notes, false).await;
    let many: Vec<String> = (0..9).map(|n| format!("urn:{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for resources in [
        &["urn:unknown"][..],
        &["https://notes.example.test/api/"],
        &["https://notes.example.test/api#part"],
        &["/api"],
        &["api"],
        &[NOTES],
        &["urn:closed"],
        &[BILLING, "urn:closed"],
        &many,
    ] {
        let answer = authorize(&client, SCOPE, resources).await;
        let param = |name| answer.param(name).unwrap_or_default();
        assert_eq!(
            param("error"),
            "invalid_target",
            "{resources:?}: {answer:?}"
        );
        assert_eq!(
            (param("state"), param("iss")),
            ("st4te".into(), ISSUER.into())
        );
        refused(&machine(&machine_client, resources).await);
    }
    ok(&machine(&machine_client, &[BILLING, BILLING]).await);
}

/// RFC 9068 §2.1: some libraries know one `typ` only.
#[tokio::test]
async fn an_api_may_ask_for_plain_jwts() {
    let metadata = ApiMetadata {
        access_token_type: AccessTokenType::Jwt,
        ..knows("notes:read")
    };
    let (client, _) = client_of_two_apis(ClientType::Web, metadata).await;
    let tokens = tokens(&client, SCOPE, &[NOTES, BILLING]).await;
    assert_eq!(typ(&tokens), "JWT");
    let access = text(&tokens["access_token"]);
    assert!(client.is_active(access).await);
    assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
    let id_token = text(&tokens["id_token"]);
    assert!(!client.is_active(id_token).await);
    assert_eq!(client.userinfo(id_token).await.error(), "invalid_token");
}

/// RFC 8725 §3.11
#[tokio::test]
async fn a_plain_access_token_is_no_hint_for_a_logout() {
    let metadata = ApiMetadata {
        access_token_type: AccessTokenType::Jwt,
        ..knows("notes:read")
    };
    let (client, _) = client_of_two_apis(ClientType::Web, metadata).await;
    let mut browser = client.world.browser();
    let address = client.authorize_url(&[("scope", SCOPE), ("resource", NOTES)]);
    let answer = browser.authorize(&address, "ada").await;
    let code = answer.param("code").unwrap();
    let tokens = ok(&redeem(&client, &code, &[]).await);
    for (name, ends) in [("access_token", false), ("id_token", true)] {
        let token = text(&tokens[name]);
        browser
            .get(&format!("/end_session?id_token_hint={token}"))
            .await;
        let silent = client.authorize_url(&[("prompt", "none")]);
        let live = browser.get(&silent).await.param("code").is_some();
        assert_eq!(live, !ends, "{name}");
    }
}

fn opaque(scope: &str) -> ApiMetadata {
    ApiMetadata {
        access_token_format: TokenFormat::Opaque,
        ..knows(scope)
    }
}

/// RFC 6749 §1.4, RFC 7662 §2.2, OIDC Core §3.1.3.6
#[tokio::test]
async fn an_opaque_token_is_read_by_us_alone() {
    let (client, _) = client_of_two_apis(ClientType::Web, opaque("notes:read")).await;
    let tokens = tokens(&client, SCOPE, &[NOTES]).await;
    let access = text(&tokens["access_token"]);
    assert!(access.starts_with("vat_") && !access.contains('.'));
    let answer = client
        .post("/introspect", &[("token", access)])
        .await
        .json();
    assert_eq!(answer["active"], true);
    assert_eq!(answer["aud"], json!([NOTES, ISSUER]));
    assert_eq!(answer["scope"], "openid email notes:read");
    assert_eq!(answer["client_id"], client.id());
    let id = decode_claims(text(&tokens["id_token"]));
    assert_eq!(answer["sub"], id["sub"]);
    assert_eq!(id["at_hash"], half_hash(access));
    let person = client.userinfo(access).await;
    assert_eq!(person.json()["email"], "ada@example.test");
    let bytes = decode(access.strip_prefix("vat_").unwrap());
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    for word in [text(&id["sub"]), client.id(), "notes", "scope", "aud"] {
        assert!(!shown.contains(word), "{word}");
    }
}

fn decode(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    engine.decode(part).unwrap()
}

fn half_hash(token: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(token.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..16])
}

#[tokio::test]
async fn an_opaque_token_that_was_altered_is_none() {
    let (client, _) = client_of_two_apis(ClientType::Web, opaque("notes:read")).await;
    let tokens = tokens(&client, SCOPE, &[NOTES]).await;
    let access = text(&tokens["access_token"]);
    for at in [4, 10, 30, access.len() / 2, access.len() - 2] {
        let mut altered = access.to_owned();
        let other = if access.as_bytes()[at] == b'x' {
            "y"
        } else {
            "x"
        };
        altered.replace_range(at..=at, other);
        for bad in [altered.as_str(), access.get(..at).unwrap()] {
            assert!(!client.is_active(bad).await, "{at}");
            assert_eq!(client.userinfo(bad).await.error(), "invalid_token", "{at}");
            let revoked = client.post("/revoke", &[("token", bad)]).await;
            assert_eq!(revoked.status, StatusCode::OK, "{at}");
        }
    }
    assert!(client.is_active(access).await, "none of these was it");
}

/// RFC 7009 §2.1, §2.2
#[tokio::test]
async fn an_opaque_token_is_revoked_and_expires_like_a_jwt() {
    let (client, _) = client_of_two_apis(ClientType::Web, opaque("notes:read")).await;
    let stranger = self::client(&client.world, &client.realm, ClientType::Web).await;
    let first = tokens(&client, SCOPE, &[NOTES]).await;
    let access = text(&first["access_token"]);
    assert!(!stranger.is_active(access).await, "issued to another");
    let foreign = stranger.post("/revoke", &[("token", access)]).await;
    assert_eq!(foreign.error(), "invalid_grant");
    client.post("/revoke", &[("token", access)]).await;
    assert!(!client.is_active(access).await);
    assert_eq!(client.userinfo(access).await.error(), "invalid_token");

    let second = ok(&refresh(&client, &first["refresh_token"], &[]).await);
    let third = ok(&refresh(&client, &second["refresh_token"], &[]).await);
    let access = text(&third["access_token"]);
    assert!(client.is_active(access).await);
    let family = text(&third["refresh_token"]);
    client.post("/revoke", &[("token", family)]).await;
    assert!(!client.is_active(access).await, "its family is revoked");

    let last = tokens(&client, SCOPE, &[NOTES]).await;
    let access = text(&last["access_token"]);
    client.world.advance(899);
    assert!(client.is_active(access).await);
    client.world.advance(1);
    assert!(!client.is_active(access).await);
    let answer = client.userinfo(access).await.json();
    assert!(text(&answer["error_description"]).contains("expired"));
}

#[tokio::test]
async fn a_machine_gets_an_opaque_token() {
    let (client, _) = client_of_two_apis(ClientType::M2m, opaque("notes:read")).await;
    let tokens = ok(&machine(&client, &[NOTES]).await);
    let access = text(&tokens["access_token"]);
    assert!(access.starts_with("vat_"));
    let answer = client
        .post("/introspect", &[("token", access)])
        .await
        .json();
    assert_eq!(
        (&answer["aud"], &answer["sub"]),
        (&json!(NOTES), &json!(client.id()))
    );
    assert_eq!(client.userinfo(access).await.error(), "invalid_token");
}

/// RFC 8707 §2.2
#[tokio::test]
async fn apis_of_different_formats_get_a_token_each() {
    let (client, _) = client_of_two_apis(ClientType::Web, opaque("notes:read")).await;
    let both = code(&client, SCOPE, &[NOTES, BILLING]).await;
    refused(&redeem(&client, &both, &[NOTES, BILLING]).await);
    let notes = ok(&redeem(&client, &both, &[NOTES]).await);
    assert!(text(&notes["access_token"]).starts_with("vat_"));
    refused(&refresh(&client, &notes["refresh_token"], &[]).await);
    client.world.advance(60);
    let billing = ok(&refresh(&client, &notes["refresh_token"], &[BILLING]).await);
    assert_eq!(claims(&billing)["aud"], json!([BILLING, ISSUER]));
}

#[tokio::test]
async fn an_api_that_is_switched_off_gets_no_token_and_costs_no_grant() {
    let (client, notes) = client_of_two_apis(ClientType::Web, knows("notes:read")).await;
    let world = &client.world;
    let first = tokens(&client, SCOPE, &[NOTES, BILLING]).await;
    switch(world, &notes, false).await;
    for resources in [&[][..], &[NOTES]] {
        refused(&refresh(&client, &first["refresh_token"], resources).await);
    }
    let other = ok(&refresh(&client, &first["refresh_token"], &[BILLING]).await);
    refused(&refresh(&client, &other["refresh_token"], &[]).await);
    // Later than any grace: had a refusal spent the token, this would end its family.
    world.advance(60);
    switch(world, &notes, true).await;
    let again = ok(&refresh(&client, &other["refresh_token"], &[]).await);
    assert_eq!(claims(&again)["aud"], json!([NOTES, BILLING, ISSUER]));

    let deleted = world
        .app
        .store
        .delete_api(&client.realm, &notes.id, &[])
        .await;
    assert_eq!(deleted.unwrap(), Change::Changed);
    world.advance(1);
    refused(&refresh(&client, &again["refresh_token"], &[]).await);
}

#[tokio::test]
async fn a_client_that_lost_the_apis_scopes_loses_the_api() {
    let client = web().await;
    let first = tokens(&client, SCOPE, &[NOTES]).await;
    let mut lesser = client.client.clone();
    lesser.metadata.scope = ScopeSet::parse("openid email billing").unwrap();
    client
        .world
        .app
        .store
        .update_client(&lesser, &[])
        .await
        .unwrap();
    client.world.advance(1);
    refused(&refresh(&client, &first["refresh_token"], &[]).await);
}

/// RFC 9700 §4.14.2: a lost answer is given again for APIs, too.
#[tokio::test]
async fn a_lost_answer_is_given_again_for_the_same_apis() {
    let client = web().await;
    let first = tokens(&client, SCOPE, &[NOTES]).await;
    let lost = ok(&refresh(&client, &first["refresh_token"], &[]).await);
    let again = ok(&refresh(&client, &first["refresh_token"], &[]).await);
    assert_eq!(lost["refresh_token"], again["refresh_token"]);
    assert_eq!(claims(&again)["aud"], json!([NOTES, ISSUER]));
    client.world.advance(31);
    ok(&refresh(&client, &again["refresh_token"], &[]).await);
    let stolen = refresh(&client, &first["refresh_token"], &[]).await;
    assert_eq!(stolen.error(), "invalid_grant");
}

/// RFC 9068 §4
#[tokio::test]
async fn userinfo_refuses_a_token_that_is_for_an_api_alone() {
    let client = web().await;
    let tokens = tokens(&client, "notes:read", &[NOTES]).await;
    assert_eq!(claims(&tokens)["aud"], NOTES);
    let access = text(&tokens["access_token"]);
    let answer = client.userinfo(access).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.error(), "invalid_token");
    assert!(client.is_active(access).await, "the API may go on");
}

/// RFC 8707 §2: the one parameter that may be repeated.
#[tokio::test]
async fn no_other_parameter_may_be_repeated() {
    let client = web().await;
    let url = client.authorize_url(&[("resource", NOTES)]);
    let answer = client.world.browser().get(&format!("{url}&scope=a")).await;
    assert_eq!(answer.param("error").unwrap(), "invalid_request");
    let code = code(&client, SCOPE, &[NOTES, NOTES, BILLING]).await;
    let mut fields = client.redemption(&code);
    fields.extend([("resource", NOTES), ("x", "1"), ("x", "1")]);
    let answer = client.post("/token", &fields).await;
    assert_eq!(answer.error(), "invalid_request");
}

#[tokio::test]
async fn an_api_of_one_realm_is_none_of_another() {
    let here = web().await;
    let world = &here.world;
    let acme = RealmId::parse("acme").unwrap();
    let realm = Realm {
        id: acme.clone(),
        name: "Acme".to_owned(),
        settings: RealmSettings::default(),
        created_at: world.app.now(),
        disabled_at: None,
        terms_url: None,
    };
    world.app.store.create_realm(&realm, &[]).await.unwrap();
    world.user(&acme, "ada").await;
    let there = client(world, &acme, ClientType::Web).await;
    let unknown = authorize(&there, SCOPE, &[NOTES]).await;
    assert_eq!(unknown.param("error").unwrap(), "invalid_target");

    register(world, &acme, NOTES, opaque("notes:read")).await;
    world.advance(1);
    let ours = tokens(&here, SCOPE, &[NOTES]).await;
    let theirs = tokens(&there, SCOPE, &[NOTES]).await;
    assert_eq!(claims(&ours)["aud"], json!([NOTES, ISSUER]), "still a JWT");
    let access = text(&theirs["access_token"]);
    assert!(access.starts_with("vat_"));
    assert!(there.is_active(access).await);
    assert!(!here.is_active(access).await);
    assert_eq!(here.userinfo(access).await.error(), "invalid_token");
    let access = text(&ours["access_token"]);
    assert!(here.is_active(access).await && !there.is_active(access).await);
    assert_eq!(there.userinfo(access).await.error(), "invalid_token");
}

/// RFC 8707 §2.1: tokens of the authorization endpoint are for the APIs, too.
#[tokio::test]
async fn the_front_channel_gives_tokens_for_the_apis() {
    let notes = ApiMetadata {
        access_token_lifetime: Some(60),
        ..opaque("notes:read")
    };
    let (client, _) = client_of_two_apis(ClientType::Web, notes).await;
    let world = &client.world;
    let store = &world.app.store;
    let realm = store.realm(&client.realm).await.unwrap();
    let mut realm = realm.unwrap();
    realm.settings.front_channel_tokens = true;
    store.update_realm(&realm, &[]).await.unwrap();
    let hybrid = ResponseType::parse("code id_token token").unwrap();
    let mut metadata = client.client.clone();
    metadata.metadata.response_types = vec![hybrid];
    metadata.metadata.grant_types.push(GrantType::Implicit);
    store.update_client(&metadata, &[]).await.unwrap();
    world.advance(1);
    let ask = async |more: &str| {
        let url = client.authorize_url(&[
            ("scope", SCOPE),
            ("response_type", hybrid.as_str()),
            ("resource", NOTES),
        ]);
        let url = format!("{url}{more}");
        world.browser().authorize(&url, "ada").await
    };
    let answer = ask("").await;
    let access = answer.param("access_token").unwrap();
    assert!(access.starts_with("vat_"), "{answer:?}");
    assert_eq!(answer.param("expires_in").unwrap(), "60");
    assert_eq!(answer.param("scope").unwrap(), "openid email notes:read");
    let known = client.post("/introspect", &[("token", &access)]).await;
    assert_eq!(known.json()["aud"], json!([NOTES, ISSUER]));
    let redeemed = ok(&redeem(&client, &answer.param("code").unwrap(), &[]).await);
    assert!(text(&redeemed["access_token"]).starts_with("vat_"));
    let mixed = ask(&format!("&resource={BILLING}")).await;
    assert_eq!(mixed.param("error").unwrap(), "invalid_target");
    assert_eq!(mixed.param("code"), None);
}
