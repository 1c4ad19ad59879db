//! Clients that are documents at their own address (draft-ietf-oauth-client-id-metadata-document).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use vidimus::protocol::client::{Client, ClientOrigin, ClientType, SubjectType};
use vidimus::protocol::ids::{ClientId, RealmId};
use vidimus::protocol::realm::RealmSettings;
use vidimus::store::sqlite::SqliteStore;

use super::{CALLBACK, consent_page, settle};
use crate::support::web::Web;
use crate::support::world::Shared;
use crate::support::{Answer, TestClient, World};

const PATH: &str = "/oauth/client.json";
const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

/// A realm that takes documents, a person, and a site that publishes one.
struct Published {
    world: World,
    web: Web,
    id: String,
}

impl Published {
    async fn new(changes: &Value) -> Self {
        Self::within(changes, 1_000).await
    }

    async fn within(changes: &Value, clients_limit: u32) -> Self {
        let web = Web::start().await;
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let shared = Shared {
            outgoing: web.outgoing.clone(),
            clients_limit,
            ..Shared::over(store)
        };
        let world = World::node(&shared).await;
        world.ada().await;
        let settings = RealmSettings {
            client_id_documents: true,
            ..RealmSettings::default()
        };
        settle(&world, settings).await;
        let published = Self {
            id: web.url(PATH),
            world,
            web,
        };
        published.publish(changes);
        published
    }

    fn document(&self, changes: &Value) -> Value {
        let mut document = json!({
            "client_id": self.id, "client_name": "Notes", "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        });
        let members = document.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        document
    }

    fn publish(&self, changes: &Value) {
        self.web.publish(PATH, &self.document(changes));
    }

    /// The client as its developer knows it, whether or not we have seen it.
    fn client(&self) -> TestClient {
        let realm = RealmId::default_realm();
        let id = ClientId::parse(&*self.id).unwrap();
        let metadata = serde_json::from_value(self.document(&json!({}))).unwrap();
        let now = self.world.app.now();
        TestClient {
            world: self.world.clone(),
            realm: realm.clone(),
            client: Client::registered_by_admin(realm, id, None, metadata, now),
            secret: None,
        }
    }

    async fn authorize(&self) -> Answer {
        let address = self.client().authorize_url(&[]);
        self.world.browser().get(&address).await
    }

    async fn is_known(&self) -> bool {
        let answer = self.authorize().await;
        answer.status == StatusCode::SEE_OTHER && !answer.location().contains("/error?")
    }

    async fn stored(&self) -> Option<Client> {
        let realm = RealmId::default_realm();
        let id = ClientId::parse(&*self.id).unwrap();
        self.world.app.store.client(&realm, &id).await.unwrap()
    }
}

#[tokio::test]
async fn an_address_is_a_client_when_its_document_says_so() {
    let site = Published::new(&json!({})).await;
    let client = site.client();
    let tokens = client.tokens(&[("scope", "openid offline_access")]).await;
    let claims = crate::support::decode_claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["aud"], site.id);
    let refreshed = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refreshed.status, StatusCode::OK, "{refreshed:?}");
    let access = refreshed.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(client.userinfo(&access).await.status, StatusCode::OK);
    let revoked = client.post("/revoke", &[("token", &access)]).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert_eq!(
        client.userinfo(&access).await.status,
        StatusCode::UNAUTHORIZED
    );
    let stored = site.stored().await.unwrap();
    assert_eq!(stored.origin, ClientOrigin::Document);
    assert!(stored.metadata.unverified && stored.last_used_at.is_some());
    // The whole visit took one fetch.
    assert_eq!(site.web.asked(PATH), 1);
}

#[tokio::test]
async fn the_consent_page_names_the_host_that_publishes_the_app() {
    let site = Published::new(&json!({"first_party": true, "unverified": false})).await;
    let page = consent_page(&site.client()).await;
    assert!(page.body.contains("Unverified app"), "{page:?}");
    let host = site.id.strip_prefix("https://").unwrap();
    let host = host.split('/').next().unwrap();
    assert!(page.body.contains(host), "{page:?}");
}

#[tokio::test]
async fn advertised_where_switched_on_and_nobody_where_not() {
    let site = Published::new(&json!({})).await;
    let advertised = async || {
        let path = "/.well-known/openid-configuration";
        let document = site.world.browser().get(path).await.json();
        document["client_id_metadata_document_supported"].clone()
    };
    assert_eq!(advertised().await, true);
    let client = site.client();
    let tokens = client.tokens(&[("scope", "openid offline_access")]).await;
    settle(&site.world, RealmSettings::default()).await;
    site.world.advance(1);
    assert_eq!(advertised().await, Value::Null);
    assert!(!site.is_known().await);
    let refresh = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refresh.error(), "invalid_client");
}

/// draft-ietf-oauth-client-id-metadata-document §4
#[tokio::test]
async fn a_document_that_does_not_fit_is_no_client() {
    let site = Published::new(&json!({})).await;
    for changes in [
        json!({"client_id": format!("{}x", site.id)}),
        json!({"client_id": null}),
        json!({"client_secret": "shared"}),
        json!({"client_secret_expires_at": 0}),
        json!({"token_endpoint_auth_method": "client_secret_post"}),
        json!({"redirect_uris": []}),
        json!({"redirect_uris": ["http://app.example/cb"]}),
        json!({"padding": "x".repeat(40_000)}),
    ] {
        site.publish(&changes);
        assert!(!site.is_known().await, "{changes}");
        site.world.advance(10);
    }
    let document = site.document(&json!({})).to_string();
    for (media_type, body) in [("text/html", &*document), ("application/json", "[]")] {
        site.web.publish_as(PATH, media_type, None, body);
        assert!(!site.is_known().await, "{media_type}");
        site.world.advance(10);
    }
    site.web.fail(PATH, StatusCode::NOT_FOUND);
    assert!(!site.is_known().await);
    assert_eq!(site.stored().await, None);
    site.publish(&json!({}));
    assert!(site.is_known().await);
}

#[tokio::test]
async fn a_document_is_fetched_again_when_it_is_stale() {
    let site = Published::new(&json!({})).await;
    for (cache, kept) in [
        (None, HOUR),
        (Some("max-age=1"), 5 * MINUTE),
        (Some("no-store"), 5 * MINUTE),
        (Some("max-age=600"), 10 * MINUTE),
        (Some("max-age=31536000"), 24 * HOUR),
    ] {
        let body = site.document(&json!({})).to_string();
        site.web.publish_as(PATH, "application/json", cache, &body);
        site.world.advance(24 * HOUR);
        let before = site.web.asked(PATH);
        assert!(site.is_known().await);
        site.world.advance(kept - 1);
        assert!(site.is_known().await);
        assert_eq!(site.web.asked(PATH), before + 1, "{cache:?}");
        site.world.advance(1);
        assert!(site.is_known().await);
        assert_eq!(site.web.asked(PATH), before + 2, "{cache:?}");
    }
}

#[tokio::test]
async fn what_the_document_says_now_is_what_holds() {
    let site = Published::new(&json!({})).await;
    assert!(site.is_known().await);
    site.publish(&json!({"redirect_uris": ["https://app.example/moved"]}));
    site.world.advance(HOUR);
    assert!(!site.is_known().await, "the old redirect URI is gone");
    let mut off = site.stored().await.unwrap();
    off.disabled_at = Some(site.world.app.now());
    site.world.app.store.update_client(&off, &[]).await.unwrap();
    site.publish(&json!({}));
    site.world.advance(HOUR);
    assert!(!site.is_known().await, "an admin has switched it off");
}

#[tokio::test]
async fn an_old_document_serves_a_day_while_the_new_one_cannot_be_had() {
    let site = Published::new(&json!({})).await;
    assert!(site.is_known().await);
    site.web.fail(PATH, StatusCode::SERVICE_UNAVAILABLE);
    site.world.advance(HOUR);
    assert!(site.is_known().await);
    site.world.advance(24 * HOUR - 1);
    assert!(site.is_known().await);
    site.world.advance(1);
    assert!(!site.is_known().await);
    // Gone is not the same as away.
    site.publish(&json!({}));
    site.world.advance(10);
    assert!(site.is_known().await);
    site.web.fail(PATH, StatusCode::NOT_FOUND);
    site.world.advance(HOUR);
    assert!(!site.is_known().await);
}

/// Nobody can use this server to knock at another's door.
#[tokio::test]
async fn one_host_is_asked_only_so_often() {
    let site = Published::new(&json!({})).await;
    site.web.fail(PATH, StatusCode::NOT_FOUND);
    for _ in 0..30 {
        assert!(!site.is_known().await);
    }
    // That nobody has looked is not that nobody is there.
    let unasked = site.authorize().await;
    assert_eq!(
        unasked.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{unasked:?}"
    );
    assert!(unasked.headers.contains_key("retry-after"));
    assert_eq!(site.web.asked(PATH), 10);
}

#[tokio::test]
async fn a_realm_takes_only_so_many_documents() {
    let site = Published::within(&json!({}), 1).await;
    assert!(site.is_known().await);
    let second = Published {
        id: site.web.url("/second"),
        ..site
    };
    second.web.publish("/second", &second.document(&json!({})));
    assert!(!second.is_known().await);
    assert_eq!(second.stored().await, None);
}

/// Addresses that no document can be at are not asked for.
#[tokio::test]
async fn other_addresses_are_nobody() {
    let site = Published::new(&json!({})).await;
    let plain = site.id.replace("https://", "http://");
    for id in [
        format!("{}#x", site.id),
        format!("{}/../client.json", site.id),
        site.id.replace("https://", "https://user@"),
        plain,
    ] {
        assert!(ClientId::parse(&*id).is_err(), "{id}");
        let address = site.client().authorize_url(&[("client_id", &id)]);
        let answer = site.world.browser().get(&address).await;
        assert!(answer.location().contains("/error?"), "{id}");
    }
    assert_eq!(site.web.asked(PATH), 0);
}

/// OIDC Core §8.1: a document may name other redirect URIs tomorrow.
#[tokio::test]
async fn a_document_is_a_sector_of_its_own() {
    let site = Published::new(&json!({"subject_type": "pairwise"})).await;
    let realm = RealmId::default_realm();
    let vouched = site.world.client_with(&realm, ClientType::Web, |metadata| {
        metadata.subject_type = SubjectType::Pairwise;
        metadata.redirect_uris = vec![CALLBACK.to_owned()];
    });
    let mut subjects = Vec::new();
    for client in [vouched.await, site.client()] {
        let tokens = client.tokens(&[("scope", "openid")]).await;
        let claims = crate::support::decode_claims(tokens["id_token"].as_str().unwrap());
        subjects.push(claims["sub"].clone());
    }
    assert_ne!(subjects[0], subjects[1]);
    site.publish(&json!({
        "subject_type": "pairwise", "sector_identifier_uri": "https://app.example/sector",
    }));
    site.world.advance(HOUR);
    assert!(!site.is_known().await);
}

#[tokio::test]
async fn a_new_edition_keeps_what_an_admin_has_settled() {
    let site = Published::new(&json!({})).await;
    assert!(site.is_known().await);
    let mut settled = site.stored().await.unwrap();
    settled.metadata.require_second_factor = true;
    settled.metadata.unverified = false;
    let store = &site.world.app.store;
    store.update_client(&settled, &[]).await.unwrap();
    site.world.advance(HOUR);
    assert!(site.is_known().await);
    assert_eq!(site.stored().await.unwrap().metadata, settled.metadata);
    site.publish(&json!({"client_name": "Your bank"}));
    site.world.advance(HOUR);
    assert!(site.is_known().await);
    let renamed = site.stored().await.unwrap().metadata;
    assert!(
        renamed.require_second_factor && renamed.unverified,
        "{renamed:?}"
    );
}
