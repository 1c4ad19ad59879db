//! `oidcc-frontchannel-rp-initiated-logout-certification-test-plan`

use http::StatusCode;
use vidimus::protocol::client::ClientMetadata;

use crate::support::browser::{attribute, param_of};
use crate::support::signed_in::{BYE, STATE};
use crate::support::world::ISSUER;
use crate::support::{Answer, SignedIn, World, decode_claims};

fn framed(address: &'static str, session_required: bool) -> impl FnOnce(&mut ClientMetadata) {
    move |metadata| {
        metadata.frontchannel_logout_uri = Some(address.to_owned());
        metadata.frontchannel_logout_session_required = session_required;
    }
}

/// The addresses of all frames of a page.
fn frames(page: &Answer) -> Vec<String> {
    page.body
        .split("<iframe")
        .skip(1)
        .map(|frame| attribute(&format!("<iframe{frame}"), "<iframe", "src"))
        .collect()
}

fn frame_policy(page: &Answer) -> Option<&str> {
    let policy = page.header("content-security-policy").unwrap();
    policy
        .split("; ")
        .find(|directive| directive.starts_with("frame-src"))
}

/// OIDC Front-Channel Logout §3
#[tokio::test]
async fn oidcc_frontchannel_logout_discovery_endpoint_verification() {
    let world = World::in_memory().await;
    let path = "/.well-known/openid-configuration";
    let document = world.browser().get(path).await.json();
    assert_eq!(document["frontchannel_logout_supported"], true);
    assert_eq!(document["frontchannel_logout_session_supported"], true);
    let endpoint = document["end_session_endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("https://"), "{endpoint}");
}

/// OIDC Front-Channel Logout §2, §3, and then RP-Initiated Logout §3
#[tokio::test]
async fn oidcc_frontchannel_rp_initiated_logout() {
    let uri = "https://rp.example.test/frontchannel?kept=yes";
    let mut at = SignedIn::with("openid", framed(uri, true)).await;
    let hint = at.token("id_token");
    let sid = decode_claims(&hint)["sid"].as_str().unwrap().to_owned();
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BYE),
        ("state", STATE),
    ];
    let page = at.logout(&fields).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let [frame] = <[String; 1]>::try_from(frames(&page)).unwrap();
    let frame = url::Url::parse(&frame).unwrap();
    let pairs: Vec<(String, String)> = frame.query_pairs().into_owned().collect();
    let wanted = [("kept", "yes"), ("iss", ISSUER), ("sid", &sid)];
    assert_eq!(
        pairs,
        wanted.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(frame.path(), "/frontchannel");
    assert_eq!(
        frame_policy(&page),
        Some("frame-src https://rp.example.test")
    );
    // The page goes on by itself when the frames have loaded, and without scripts by a link.
    let onward = attribute(&page.body, "id=\"continue\"", "href");
    assert_eq!(param_of(&onward, "state").as_deref(), Some(STATE));
    assert_eq!(url::Url::parse(&onward).unwrap().query_pairs().count(), 1);
    assert!(onward.starts_with(&format!("{BYE}?")), "{onward}");
    at.must_sign_in_again().await;
}

/// OIDC Front-Channel Logout §2: `iss` and `sid` only to those who require them, and only those
/// who took part are told.
#[tokio::test]
async fn each_client_of_the_session_is_told_what_it_asked_for() {
    let mut at = SignedIn::with("openid", framed("https://one.test/out", false)).await;
    let two = at.joins(framed("https://two.test:8443/out", true)).await;
    let off = at.joins(framed("https://off.test/out", false)).await;
    at.joins(|_| {}).await;
    let world = at.client.world.clone();
    let stranger = framed("https://stranger.test/out", false);
    SignedIn::at(&world, "openid", stranger).await;
    let mut switched_off = off.client.clone();
    switched_off.disabled_at = Some(world.app.now());
    world
        .app
        .store
        .update_client(&switched_off, &[])
        .await
        .unwrap();
    let sid = decode_claims(&at.token("id_token"))["sid"].clone();
    let page = at.logout(&[("client_id", two.id())]).await;
    assert_eq!(frames(&page), [""; 0], "not before the person has said yes");
    assert_eq!(frame_policy(&page), None);
    let page = at.browser.submit(&page, &[("decision", "confirm")]).await;
    let mut told = frames(&page);
    told.sort();
    let issuer = "https%3A%2F%2Fid.example.test";
    let sid = sid.as_str().unwrap();
    let second = format!("https://two.test:8443/out?iss={issuer}&sid={sid}");
    assert_eq!(told, ["https://one.test/out", &second]);
    let policy = frame_policy(&page).unwrap();
    assert_eq!(policy, "frame-src https://one.test https://two.test:8443");
    assert!(
        !page.body.contains("id=\"continue\""),
        "there is nowhere to go on to"
    );
    at.must_sign_in_again().await;
}

#[tokio::test]
async fn without_such_clients_the_redirect_is_immediate() {
    let mut at = SignedIn::with("openid", |_| {}).await;
    let hint = at.token("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    assert_eq!(at.logout(&fields).await.location(), BYE);
    // A second time there is no session, and nobody to tell.
    let mut at = SignedIn::with("openid", framed("https://one.test/out", true)).await;
    let hint = at.token("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    assert_eq!(frames(&at.logout(&fields).await).len(), 1);
    assert_eq!(at.logout(&fields).await.location(), BYE);
}
