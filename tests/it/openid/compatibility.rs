//! The switches for apps that cannot take what the specifications say: each off, and on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use vidimus::protocol::client::{ClientType, Compatibility};
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;

use crate::support::{TestClient, World, decode_claims, decode_header};

async fn clients(kind: ClientType, switches: Compatibility) -> [TestClient; 2] {
    let world = World::in_memory().await;
    world.ada().await;
    let realm = RealmId::default_realm();
    let plain = world.client(kind).await;
    let lenient = world
        .client_with(&realm, kind, |metadata| metadata.compatibility = switches)
        .await;
    [plain, lenient]
}

/// RFC 9207 §2
#[tokio::test]
async fn chokes_on_iss_leaves_it_out() {
    let switches = Compatibility {
        chokes_on_iss: true,
        ..Compatibility::default()
    };
    let [plain, lenient] = clients(ClientType::Web, switches).await;
    for (client, sent) in [(plain, true), (lenient, false)] {
        let url = client.authorize_url(&[]);
        let answer = client.world.browser().authorize(&url, "ada").await;
        assert_eq!(answer.param("iss").is_some(), sent);
    }
}

/// OIDC Core §5.4
#[tokio::test]
async fn wants_claims_in_id_token_puts_them_there() {
    let switches = Compatibility {
        wants_claims_in_id_token: true,
        ..Compatibility::default()
    };
    let [plain, lenient] = clients(ClientType::Web, switches).await;
    for (client, there) in [(plain, false), (lenient, true)] {
        let tokens = client.tokens(&[]).await;
        let id = decode_claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(id["email"].is_string(), there);
        assert!(id["name"].is_null(), "profile was not asked for");
    }
}

/// RFC 9700 §2.1.1
#[tokio::test]
async fn cannot_do_pkce_lets_a_public_client_go_without() {
    let switches = Compatibility {
        cannot_do_pkce: true,
        ..Compatibility::default()
    };
    let [plain, lenient] = clients(ClientType::Spa, switches).await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    for (client, allowed) in [(plain, false), (lenient, true)] {
        let url = client.authorize_url(&without);
        let answer = client.world.browser().authorize(&url, "ada").await;
        assert_eq!(answer.param("code").is_some(), allowed);
    }
}

/// RFC 9068 §2.1
#[tokio::test]
async fn wants_plain_jwt_type_writes_jwt_and_is_honoured_here() {
    let switches = Compatibility {
        wants_plain_jwt_type: true,
        ..Compatibility::default()
    };
    let [plain, lenient] = clients(ClientType::Web, switches).await;
    for (client, typ) in [(plain, "at+jwt"), (lenient, "JWT")] {
        let tokens = client.tokens(&[]).await;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(decode_header(access)["typ"], typ);
        assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
        let id_token = tokens["id_token"].as_str().unwrap();
        let refused = client.userinfo(id_token).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
}

/// RFC 9700 §2.1
#[tokio::test]
async fn adds_trailing_slash_takes_one_slash_and_nothing_else() {
    let switches = Compatibility {
        adds_trailing_slash: true,
        ..Compatibility::default()
    };
    let [plain, lenient] = clients(ClientType::Web, switches).await;
    let taken = [("/", true), ("//", false), ("/x", false), ("?x", false)];
    for (suffix, taken) in taken {
        for (client, lenient) in [(&plain, false), (&lenient, true)] {
            let redirect = format!("{}{suffix}", client.redirect());
            let url = client.authorize_url(&[("redirect_uri", &redirect)]);
            let answer = client.world.browser().authorize(&url, "ada").await;
            let went = answer.location().starts_with(&redirect);
            assert_eq!(went, taken && lenient, "{suffix}");
        }
    }
}

/// RFC 6749 §2.3.1
#[tokio::test]
async fn sends_unencoded_secret_takes_a_secret_as_it_is() {
    let switches = Compatibility {
        sends_unencoded_secret: true,
        ..Compatibility::default()
    };
    let secret = "per%41cent+plus:colon";
    for (mut client, lenient) in clients(ClientType::Web, switches)
        .await
        .into_iter()
        .zip([false, true])
    {
        client.client.secret = Some(Digest::of(secret));
        let store = &client.world.app.store;
        store.update_client(&client.client, &[]).await.unwrap();
        client.world.advance(1);
        let ask = async |sent: &str| {
            let basic = STANDARD.encode(format!("{}:{sent}", client.id()));
            let header = format!("Basic {basic}");
            let fields = [("token", "x")];
            client
                .send("/introspect", &fields, Some(&header))
                .await
                .status
        };
        let unencoded = if lenient {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        };
        assert_eq!(ask(secret).await, unencoded);
        assert_eq!(ask("per%2541cent%2Bplus%3Acolon").await, StatusCode::OK);
        assert_eq!(ask("other%41").await, StatusCode::UNAUTHORIZED);
    }
}
