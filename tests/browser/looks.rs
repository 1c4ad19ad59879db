//! How the pages look and behave in the hand.

use serde_json::Value;

use crate::chromium::{Browser, Setup, browse};
use crate::visit::Visit;

const NARROW: Setup = Setup {
    screen: Some((320, 640)),
    dark: false,
    no_scripts: false,
};

/// WCAG 2.2 §1.4.10: nothing has to be scrolled sideways at 320 pixels.
pub(crate) async fn fits(browser: &Browser, name: &str) {
    browser.screenshot(&format!("narrow-{name}")).await;
    let width = browser.ask("document.documentElement.scrollWidth").await;
    assert!(width.as_u64() <= Some(320), "{name} is {width} wide");
}

#[tokio::test]
async fn fits_a_window_of_320_pixels() {
    browse(NARROW, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        let origin = visit.demo.origin.clone();
        browser.element("demo-sign-in").await;
        fits(&browser, "demo").await;
        visit.to_sign_in().await;
        fits(&browser, "login").await;
        browser.open(&visit.demo.app()).await;
        visit.to_consent().await;
        fits(&browser, "consent").await;
        browser.click("consent-approve").await;
        browser.element("demo-id-token").await;
        // Every fold open, as in the worst case.
        browser
            .ask("document.querySelectorAll('details').forEach(fold => fold.open = true)")
            .await;
        fits(&browser, "demo-signed-in").await;
        browser.open(&format!("{origin}/end_session")).await;
        browser.element("logout-confirm").await;
        fits(&browser, "logout").await;
        browser
            .open(&format!("{origin}/authorize?client_id=nobody-that-we-know"))
            .await;
        browser.element("error-details").await;
        browser
            .ask("document.querySelector('details').open = true")
            .await;
        fits(&browser, "error").await;
        browser.open(&origin).await;
        browser.element("home-discovery").await;
        fits(&browser, "home").await;
    })
    .await;
}

#[tokio::test]
async fn is_dark_for_those_who_like_it_dark() {
    let setup = Setup {
        dark: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_sign_in().await;
        let brightness = "Math.max(...getComputedStyle(document.body).backgroundColor\
                          .match(/\\d+/g).slice(0, 3).map(Number))";
        let brightest = browser.ask(brightness).await;
        assert!(brightest.as_u64() < Some(64), "{brightest}");
        browser.screenshot("dark-login").await;
        browser.open(&visit.demo.app()).await;
        visit.to_consent().await;
        browser.screenshot("dark-consent").await;
        browser.click("consent-approve").await;
        browser.element("demo-id-token").await;
        browser.screenshot("dark-demo").await;
    })
    .await;
}

#[tokio::test]
async fn shows_the_password_while_the_person_wants_to_read_it() {
    browse(Setup::default(), |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_sign_in().await;
        browser.screenshot("login").await;
        browser.fill("password", "open sesame").await;
        browser.click("password-reveal").await;
        assert_eq!(browser.property("password", "type").await, "text");
        browser.reads("password-reveal", "Hide").await;
        browser.click("password-reveal").await;
        assert_eq!(browser.property("password", "type").await, "password");
        assert_eq!(browser.property("password", "value").await, "open sesame");
    })
    .await;
}

/// WCAG 2.2 §2.5.8, and our own measure of 44 pixels.
#[tokio::test]
async fn has_targets_that_a_thumb_can_hit() {
    let small = "[...document.querySelectorAll('button, summary, input:not([type=hidden])')]\
                 .map(part => part.closest('label.check') ?? part)\
                     .filter(part => part.getBoundingClientRect().height < 44)\
                 .map(part => part.outerHTML)";
    browse(NARROW, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_sign_in().await;
        assert_eq!(browser.ask(small).await, Value::Array(Vec::new()));
        browser.open(&visit.demo.app()).await;
        visit.to_consent().await;
        assert_eq!(browser.ask(small).await, Value::Array(Vec::new()));
        let widths = "['consent-approve', 'consent-deny']\
                      .map(id => document.getElementById(id).getBoundingClientRect())\
                      .map(box => box.width + ' x ' + box.height)";
        let sizes = browser.ask(widths).await;
        assert_eq!(sizes[0], sizes[1], "Allow and Deny differ in size");
    })
    .await;
}
