//! A person chooses a language.

use serde_json::Value;

use crate::chromium::{Browser, Setup, browse};
use crate::looks::fits;
use crate::visit::Visit;

async fn direction(browser: &Browser) -> Value {
    browser.ask("document.documentElement.dir").await
}

#[tokio::test]
async fn the_choice_comes_back_to_the_page_without_scripts() {
    let setup = Setup {
        no_scripts: true,
        ..Setup::default()
    };
    browse(setup, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        let (username, password) = visit.to_sign_in().await;
        browser.click("language-ar").await;
        browser.reads("login-submit", "تسجيل الدخول").await;
        assert_eq!(direction(&browser).await, "rtl");
        browser.screenshot("arabic-login").await;
        browser.fill("username", &username).await;
        browser.fill("password", &password).await;
        browser.click("login-submit").await;
        browser.reads("consent-approve", "السماح").await;
        browser.click("language-de").await;
        browser.reads("consent-approve", "Zulassen").await;
        assert_eq!(direction(&browser).await, "ltr");
        browser.click("consent-approve").await;
        browser.reads("demo-greeting", "Hello Ada").await;
    })
    .await;
}

/// WCAG 2.2 §1.4.10, in the languages with the longest words and the other direction.
#[tokio::test]
async fn every_language_fits_a_window_of_320_pixels() {
    let narrow = Setup {
        screen: Some((320, 640)),
        ..Setup::default()
    };
    browse(narrow, |browser| async move {
        let visit = Visit::begin(browser.clone()).await;
        visit.to_consent().await;
        for tag in ["de", "fr", "es", "ja", "ar"] {
            browser.click(&format!("language-{tag}")).await;
            let chosen = format!("html[lang={tag}]");
            while browser.count(&chosen).await == 0 {
                tokio::task::yield_now().await;
            }
            fits(&browser, &format!("consent-{tag}")).await;
        }
    })
    .await;
}
