//! The token endpoint.

use http::StatusCode;
use vidimus::account::user::AccountSwitch;
use vidimus::protocol::client::{ClientType, GrantType};
use vidimus::protocol::ids::RealmId;
use vidimus::store::Effects;

use crate::support::clients::VERIFIER;
use crate::support::{TestClient, World, decode_claims, decode_header};

async fn web() -> TestClient {
    let world = World::in_memory().await;
    world.ada().await;
    world.client(ClientType::Web).await
}

/// RFC 6749 §5.1, OIDC Core §3.1.3.3
#[tokio::test]
async fn redeems_a_code_for_three_tokens() {
    let client = web().await;
    let code = client.code(&[]).await;
    let answer = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["scope"], "openid email");
    assert!(
        tokens["refresh_token"]
            .as_str()
            .unwrap()
            .starts_with("vrt_")
    );
    let id = decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["iss"], "https://id.example.test");
    assert_eq!(id["aud"], client.id());
    assert_eq!(id["nonce"], "n0nce");
    assert_eq!(id["amr"][0], "pwd");
    for claim in ["sub", "sid", "at_hash", "auth_time", "iat", "exp"] {
        assert!(!id[claim].is_null(), "{claim}");
    }
    assert!(id["email"].is_null(), "profile claims are in userinfo");
}

/// RFC 9068 §2
#[tokio::test]
async fn the_access_token_is_a_typed_jwt() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let header = decode_header(token);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "RS256");
    let claims = decode_claims(token);
    for claim in [
        "iss",
        "sub",
        "aud",
        "client_id",
        "iat",
        "exp",
        "jti",
        "scope",
    ] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
    let exp = claims["exp"].as_i64().unwrap();
    assert_eq!(exp - claims["iat"].as_i64().unwrap(), 900);
}

/// RFC 6749 §5.2, RFC 7636 §4.6
#[tokio::test]
async fn each_broken_binding_of_a_code_is_invalid_grant_in_words() {
    let client = web().await;
    let other = client.world.client(ClientType::Web).await;
    let good = client.code(&[]).await;
    let cases: [(&str, &str, &str); 4] = [
        ("code", "vac_unknown", "not issued here"),
        (
            "redirect_uri",
            "https://rp.example.test/cb/",
            "redirect_uri differs",
        ),
        ("code_verifier", &"x".repeat(43), "does not match"),
        ("code_verifier", "", "code_verifier is missing"),
    ];
    for (name, value, words) in cases {
        let mut fields = client.redemption(&good);
        fields.retain(|(own, _)| *own != name);
        fields.push((name, value));
        let answer = client.post("/token", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error(), "invalid_grant", "{name}={value}");
        let description = answer.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(description.contains(words), "{name}={value}: {description}");
        assert_eq!(
            answer.json()["request_id"].as_str(),
            answer.header("x-request-id")
        );
    }
    let answer = other.post("/token", &client.redemption(&good)).await;
    assert_eq!(answer.error(), "invalid_grant", "another client's code");
    let answer = client.post("/token", &client.redemption(&good)).await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "none of these spent the code: {answer:?}"
    );
}

#[tokio::test]
async fn five_wrong_verifiers_burn_a_code() {
    let client = web().await;
    let code = client.code(&[]).await;
    let wrong = "y".repeat(43);
    for _ in 0..5 {
        let mut fields = client.redemption(&code);
        fields.retain(|(name, _)| *name != "code_verifier");
        fields.push(("code_verifier", &wrong));
        assert_eq!(
            client.post("/token", &fields).await.error(),
            "invalid_grant"
        );
    }
    assert_eq!(
        client
            .post("/token", &client.redemption(&code))
            .await
            .error(),
        "invalid_grant"
    );
}

/// RFC 6749 §4.1.2
#[tokio::test]
async fn a_code_lives_one_minute() {
    let client = web().await;
    let code = client.code(&[]).await;
    client.world.advance(60);
    let answer = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(answer.error(), "invalid_grant");
    assert!(
        answer.json()["error_description"]
            .as_str()
            .unwrap()
            .contains("expired")
    );
}

/// RFC 6749 §4.1.2: a replay revokes what the code gave.
#[tokio::test]
async fn a_replayed_code_revokes_its_family() {
    let client = web().await;
    let code = client.code(&[]).await;
    let first = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    let replay = client.post("/token", &client.redemption(&code)).await;
    assert_eq!(replay.error(), "invalid_grant");
    assert!(
        !client
            .is_active(first["access_token"].as_str().unwrap())
            .await
    );
    let refresh = client
        .refresh(first["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refresh.error(), "invalid_grant");
}

/// RFC 9700 §4.5: a leaked code is not a way to log somebody out.
#[tokio::test]
async fn a_replay_by_somebody_else_revokes_nothing() {
    let client = web().await;
    let thief = client.world.client(ClientType::Web).await;
    let code = client.code(&[]).await;
    let tokens = client
        .post("/token", &client.redemption(&code))
        .await
        .json();
    assert_eq!(
        thief
            .post("/token", &client.redemption(&code))
            .await
            .error(),
        "invalid_grant"
    );
    let fields = client.redemption(&code);
    assert_eq!(
        client.send("/token", &fields, None).await.error(),
        "invalid_client"
    );
    assert!(
        client
            .is_active(tokens["access_token"].as_str().unwrap())
            .await
    );
}

/// RFC 7636 §4.4.1; a challenge that was sent is enforced for every kind of client.
#[tokio::test]
async fn pkce_is_enforced_for_whom_it_was_begun() {
    let client = web().await;
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = client.code(&plain).await;
    let mut without = client.redemption(&code);
    without.retain(|(name, _)| *name != "code_verifier");
    let mut with = without.clone();
    with.push(("code_verifier", VERIFIER));
    let answer = client.post("/token", &with).await;
    assert_eq!(
        answer.error(),
        "invalid_grant",
        "a verifier without a challenge is a downgrade"
    );
    assert_eq!(client.post("/token", &without).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_public_client_redeems_with_its_verifier() {
    let world = World::in_memory().await;
    world.ada().await;
    for kind in [ClientType::Spa, ClientType::Native] {
        let client = world.client(kind).await;
        assert!(
            client.tokens(&[]).await["access_token"].is_string(),
            "{kind:?}"
        );
    }
}

/// RFC 6749 §2.3, §5.2
#[tokio::test]
async fn client_authentication_answers_what_is_wrong() {
    let client = web().await;
    let (id, secret) = (client.id().to_owned(), client.secret.clone().unwrap());
    let grant = ("grant_type", "client_credentials");
    let basic = |secret: &str| {
        use base64::Engine as _;
        let text = format!("{id}:{secret}");
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(text)
        )
    };
    let right = basic(&secret);
    let both = [grant, ("client_id", &id), ("client_secret", &secret)];
    let answer = client.send("/token", &both, Some(&right)).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    let wrong = basic("wrong");
    let answer = client.send("/token", &[grant], Some(&wrong)).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic")
    );
    let unknown = [grant, ("client_id", "vid_nobody"), ("client_secret", "x")];
    assert_eq!(
        client.send("/token", &unknown, None).await.error(),
        "invalid_client"
    );
    assert_eq!(
        client.send("/token", &[grant], None).await.error(),
        "invalid_client"
    );
    let post = [grant, ("client_id", &id), ("client_secret", &secret)];
    let answer = client.send("/token", &post, None).await;
    assert_eq!(
        answer.error(),
        "unauthorized_client",
        "authenticated, but not for this grant"
    );
}

/// RFC 6749 §3.2, §5.2
#[tokio::test]
async fn refuses_what_is_no_token_request() {
    let client = web().await;
    assert_eq!(client.post("/token", &[]).await.error(), "invalid_request");
    let unknown = [("grant_type", "password")];
    assert_eq!(
        client.post("/token", &unknown).await.error(),
        "unsupported_grant_type"
    );
    let twice = [
        ("grant_type", "refresh_token"),
        ("grant_type", "refresh_token"),
    ];
    assert_eq!(
        client.post("/token", &twice).await.error(),
        "invalid_request"
    );
    let none = [("grant_type", "refresh_token")];
    assert_eq!(
        client.post("/token", &none).await.error(),
        "invalid_request"
    );
}

/// RFC 6749 §6
#[tokio::test]
async fn a_refresh_rotates_and_keeps_the_whole_grant() {
    let client = web().await;
    let first = client.tokens(&[]).await;
    let token = first["refresh_token"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", "email"),
    ];
    let narrow = client.post("/token", &fields).await.json();
    assert_eq!(narrow["scope"], "email");
    assert!(narrow["id_token"].is_null(), "no ID token without openid");
    let again = client
        .refresh(narrow["refresh_token"].as_str().unwrap())
        .await
        .json();
    assert_eq!(
        again["scope"], "openid email",
        "narrowing is for one access token"
    );
    let id = decode_claims(again["id_token"].as_str().unwrap());
    assert!(
        id["nonce"].is_null(),
        "OIDC Core 12.2: no nonce in a refreshed ID token"
    );
    assert_eq!(
        decode_claims(again["id_token"].as_str().unwrap())["auth_time"],
        decode_claims(first["id_token"].as_str().unwrap())["auth_time"],
    );
}

#[tokio::test]
async fn a_refused_scope_does_not_spend_the_token() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let wide = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", "api"),
    ];
    assert_eq!(client.post("/token", &wide).await.error(), "invalid_scope");
    client.world.advance(3600);
    assert_eq!(client.refresh(token).await.status, StatusCode::OK);
}

/// RFC 9700 §4.14.2
#[tokio::test]
async fn a_lost_answer_is_given_again_and_a_theft_ends_the_family() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let one = client.refresh(first).await.json();
    client.world.advance(29);
    let again = client.refresh(first).await.json();
    assert_eq!(
        one["refresh_token"], again["refresh_token"],
        "the same successor"
    );
    let next = client
        .refresh(one["refresh_token"].as_str().unwrap())
        .await
        .json();
    let theft = client.refresh(first).await;
    assert_eq!(theft.error(), "invalid_grant");
    let live = client
        .refresh(next["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(live.error(), "invalid_grant", "the family is revoked");
    assert!(
        !client
            .is_active(next["access_token"].as_str().unwrap())
            .await
    );
}

#[tokio::test]
async fn after_the_grace_a_spent_token_ends_the_family() {
    let client = web().await;
    let tokens = client.tokens(&[]).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let one = client.refresh(first).await.json();
    client.world.advance(30);
    assert_eq!(client.refresh(first).await.error(), "invalid_grant");
    let live = client.refresh(one["refresh_token"].as_str().unwrap()).await;
    assert_eq!(live.error(), "invalid_grant");
}

#[tokio::test]
async fn a_forged_or_foreign_refresh_token_revokes_nothing() {
    let client = web().await;
    let other = client.world.client(ClientType::Web).await;
    let tokens = client.tokens(&[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let mut forged = token.to_owned();
    let last = if forged.ends_with('A') { "Q" } else { "A" };
    forged.replace_range(forged.len() - 1.., last);
    assert_eq!(client.refresh(&forged).await.error(), "invalid_grant");
    assert_eq!(other.refresh(token).await.error(), "invalid_grant");
    assert_eq!(client.refresh(token).await.status, StatusCode::OK);
}

/// RFC 9700 §4.14.2 and OIDC Core §11: rotation never extends the end of a grant.
#[tokio::test]
async fn a_family_ends_with_its_session_unless_it_is_offline() {
    let client = web().await;
    let online = client.tokens(&[]).await;
    let offline = client.tokens(&[("scope", "openid offline_access")]).await;
    client.world.advance(12 * 3600);
    let online = client
        .refresh(online["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(online.error(), "invalid_grant");
    let mut token = offline["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..29 {
        client.world.advance(24 * 3600);
        let answer = client.refresh(&token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        token = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    }
    client.world.advance(24 * 3600);
    assert_eq!(client.refresh(&token).await.error(), "invalid_grant");
}

/// RFC 6749 §4.4
#[tokio::test]
async fn a_machine_gets_a_token_for_itself() {
    let world = World::in_memory().await;
    let machine = world.client(ClientType::M2m).await;
    let answer = machine
        .post("/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let tokens = answer.json();
    assert_eq!(tokens["scope"], "api");
    assert!(tokens["refresh_token"].is_null() && tokens["id_token"].is_null());
    let claims = decode_claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(claims["sub"], machine.id());
    let fields = [("grant_type", "client_credentials"), ("scope", "openid")];
    assert_eq!(
        machine.post("/token", &fields).await.error(),
        "invalid_scope"
    );
}

#[tokio::test]
async fn a_grant_that_is_not_registered_is_refused() {
    let world = World::in_memory().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let client = world
        .client_with(&realm, ClientType::Web, |metadata| {
            metadata.grant_types = vec![GrantType::AuthorizationCode];
        })
        .await;
    let tokens = client.tokens(&[]).await;
    assert!(tokens["refresh_token"].is_null());
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "vrt_x.0.y"),
    ];
    assert_eq!(
        client.post("/token", &fields).await.error(),
        "unauthorized_client"
    );
}

#[tokio::test]
async fn disabling_takes_effect_within_a_second() {
    let client = web().await;
    let world = &client.world;
    let tokens = client.tokens(&[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let code = client.code(&[]).await;
    let mut off = client.client.clone();
    off.disabled_at = Some(world.app.now());
    world.app.store.update_client(&off, &[]).await.unwrap();
    world.advance(1);
    assert_eq!(client.refresh(token).await.error(), "invalid_client");
    off.disabled_at = None;
    world.app.store.update_client(&off, &[]).await.unwrap();
    world.advance(1);
    let user = decode_claims(tokens["access_token"].as_str().unwrap())["sub"].clone();
    let user = vidimus::protocol::ids::UserId::parse(user.as_str().unwrap()).unwrap();
    let now = world.app.now();
    world
        .app
        .store
        .switch_user(
            &client.realm,
            &user,
            AccountSwitch::Disable,
            &Effects::NONE,
            now,
        )
        .await
        .unwrap();
    assert_eq!(client.refresh(token).await.error(), "invalid_grant");
    assert_eq!(
        client
            .post("/token", &client.redemption(&code))
            .await
            .error(),
        "invalid_grant"
    );
}
