//! `/account/sessions`.

use http::StatusCode;
use vidimus::account::event::EventKind;
use vidimus::protocol::client::ClientType;

use super::Realms;
use crate::support::browser::attribute;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

#[tokio::test]
async fn shows_each_browser_and_marks_the_present_one() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let mut here = realms.world.browser().called(FIREFOX);
        let mut there = realms.world.browser();
        realms.sign_in(&mut here, realm, "ada").await;
        realms.sign_in(&mut there, realm, "ada").await;
        let mut theirs = realms.world.browser();
        realms.sign_in(&mut theirs, realm, "bob").await;
        let page = here.get(&realms.url(realm, "/account/sessions")).await;
        assert_eq!(page.body.matches("class=\"card\"").count(), 2, "{page:?}");
        assert_eq!(page.body.matches("this browser").count(), 1);
        assert!(page.body.contains("<bdi>Firefox</bdi> on <bdi>Linux</bdi>"));
        assert!(page.body.contains("An unknown browser"));
        assert!(page.body.contains("192.0.2.7"));
    }
}

#[tokio::test]
async fn shows_the_apps_that_were_opened_in_a_browser() {
    let realms = Realms::new().await;
    let realm = &realms.realms[1];
    let named = |name: &'static str| {
        realms
            .world
            .client_with(realm, ClientType::Web, move |metadata| {
                metadata.client_name = name.to_owned();
            })
    };
    let (opened, other) = (named("Opened").await, named("Other").await);
    let mut browser = realms.world.browser();
    let answer = browser.authorize(&opened.authorize_url(&[]), "ada").await;
    let code = answer.param("code").unwrap();
    let redeemed = opened.post("/token", &opened.redemption(&code)).await;
    assert_eq!(redeemed.status, StatusCode::OK, "{redeemed:?}");
    other.code(&[]).await;
    let page = browser.get(&realms.url(realm, "/account/sessions")).await;
    assert!(page.body.contains("<bdi>Opened</bdi>"), "{page:?}");
    assert!(!page.body.contains("<bdi>Other</bdi>"), "{page:?}");
}

#[tokio::test]
async fn signs_out_one_other_browser_with_its_tokens() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let client = realms
            .world
            .client_with(realm, ClientType::Web, |_| {})
            .await;
        let tokens = client.tokens(&[]).await;
        let access = tokens["access_token"].as_str().unwrap();
        let mut here = realms.world.browser();
        realms.sign_in(&mut here, realm, "ada").await;
        let sessions = realms.url(realm, "/account/sessions");
        let page = here.get(&sessions).await;
        let session = attribute(&page.body, "name=\"session\"", "value");
        let answer = realms
            .press(&mut here, &page, &[("session", &session)])
            .await;
        assert!(answer.body.contains("id=\"account-notice\""), "{answer:?}");
        assert_eq!(answer.body.matches("class=\"card\"").count(), 1);
        assert_eq!(client.userinfo(access).await.error(), "invalid_token");
        let events = realms.events(realm, "ada").await;
        let ended = &events[0].event;
        assert_eq!(ended.kind, EventKind::SessionEnded);
        assert_eq!(ended.session.as_ref().unwrap().as_str(), session);
        assert!(ended.caller.address.is_some());
    }
}

#[tokio::test]
async fn signs_out_every_other_browser() {
    let realms = Realms::new().await;
    for realm in &realms.realms {
        let mut others = [realms.world.browser(), realms.world.browser()];
        for other in &mut others {
            realms.sign_in(other, realm, "ada").await;
        }
        let mut theirs = realms.world.browser();
        realms.sign_in(&mut theirs, realm, "bob").await;
        let mut here = realms.world.browser();
        realms.sign_in(&mut here, realm, "ada").await;
        let page = here.get(&realms.url(realm, "/account/sessions")).await;
        let answer = realms.press(&mut here, &page, &[("others", "end")]).await;
        assert_eq!(answer.body.matches("class=\"card\"").count(), 1);
        let account = realms.url(realm, "/account");
        for other in &mut others {
            let refused = other.get(&account).await;
            assert_eq!(refused.status, StatusCode::SEE_OTHER, "{refused:?}");
        }
        for stays in [&mut here, &mut theirs] {
            assert_eq!(stays.get(&account).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn nobody_signs_out_another_by_an_id() {
    let realms = Realms::new().await;
    let [here, there] = &realms.realms;
    let (mut ada, mut bob) = (realms.world.browser(), realms.world.browser());
    realms.sign_in(&mut ada, here, "ada").await;
    realms.sign_in(&mut bob, here, "bob").await;
    let mut elsewhere = realms.world.browser();
    realms.sign_in(&mut elsewhere, there, "ada").await;
    let page = ada.get(&realms.url(here, "/account/sessions")).await;
    let session = attribute(&page.body, "id=\"session-", "id");
    let session = session.strip_prefix("session-").unwrap();
    for (browser, realm) in [(&mut bob, here), (&mut elsewhere, there)] {
        let page = browser.get(&realms.url(realm, "/account/sessions")).await;
        realms.press(browser, &page, &[("session", session)]).await;
        let still = ada.get(&realms.url(here, "/account")).await;
        assert_eq!(still.status, StatusCode::OK, "{still:?}");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_signs_nobody_out() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let (mut here, mut there) = (realms.world.browser(), realms.world.browser());
    realms.sign_in(&mut here, realm, "ada").await;
    realms.sign_in(&mut there, realm, "ada").await;
    let address = realms.url(realm, "/account/sessions");
    let forged = [("csrf", "forged"), ("others", "end")];
    let answer = here.post(&address, &forged).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let told = here.get(answer.location()).await;
    assert!(told.body.contains("form was out of date"), "{told:?}");
    let account = realms.url(realm, "/account");
    assert_eq!(there.get(&account).await.status, StatusCode::OK);
}

/// A session beyond its limits is no session, whether or not anybody has ended it.
#[tokio::test]
async fn a_session_that_lay_unused_for_too_long_is_not_shown() {
    let realms = Realms::new().await;
    let realm = &realms.realms[0];
    let (mut here, mut there) = (realms.world.browser(), realms.world.browser());
    realms.sign_in(&mut there, realm, "ada").await;
    realms.world.advance(60 * 60);
    realms.sign_in(&mut here, realm, "ada").await;
    let sessions = realms.url(realm, "/account/sessions");
    let page = here.get(&sessions).await;
    assert_eq!(page.body.matches("class=\"card\"").count(), 2);
    realms.world.advance(30 * 60);
    let page = here.get(&sessions).await;
    assert_eq!(page.body.matches("class=\"card\"").count(), 1);
}
