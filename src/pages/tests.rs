//! What every page keeps to, calm or hostile.

use crate::account::language::Language;
use crate::pages::samples::{all, calm, device_code, hostile, in_language, login, person, user};
use crate::pages::*;
use crate::protocol::scope::ScopeSet;

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

/// Makes the words of a sample page from plain ones.
type Words = fn(&str) -> String;

#[test]
fn escapes_hostile_texts_everywhere() {
    for (name, page) in all(hostile) {
        // Each page has one script of its own, and it is a file.
        assert_eq!(count(&page, "<script"), 1, "{name}");
        assert!(!page.contains("alert(1)<"), "{name}");
        assert!(
            !page.contains("onload='"),
            "{name}: an apostrophe came through"
        );
        assert!(!page.contains("\"' onload"), "{name}: a quote came through");
        assert!(
            !page.contains("5332114"),
            "{name}: input was read as a template"
        );
    }
}

#[test]
fn no_page_has_ten_kilobytes_of_script() {
    for file in static_files::all() {
        let script = file.content_type.starts_with("text/javascript");
        assert!(!script || file.bytes.len() < 10_000, "{}", file.name);
    }
}

#[test]
fn keeps_to_the_conventions_of_every_page() {
    for (name, page) in all(calm) {
        assert_eq!(count(&page, "<h1"), 1, "{name}: one heading");
        assert_eq!(count(&page, "<main"), 1, "{name}: one main");
        assert_eq!(count(&page, "name=\"theme-color\""), 2, "{name}");
        for part in [
            "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">",
            "content=\"width=device-width, initial-scale=1\"",
            "<meta name=\"color-scheme\" content=\"light dark\">",
            "<meta name=\"referrer\" content=\"no-referrer\">",
            "<meta name=\"robots\" content=\"noindex\">",
        ] {
            assert!(page.contains(part), "{name}: {part}");
        }
        for banned in [
            " style=\"",
            " onclick",
            "<style",
            "placeholder=",
            "http-equiv",
        ] {
            assert!(!page.contains(banned), "{name}: {banned}");
        }
    }
}

#[test]
fn asks_for_credentials_so_that_a_password_manager_understands() {
    let page = Pages::new().unwrap().render(&login(calm)).unwrap();
    assert!(
        page.contains("<title>Sign in · Acme Accounts</title>"),
        "{page}"
    );
    for part in [
        "<label for=\"username\">",
        "<label for=\"password\">",
        "name=\"username\" id=\"username\"",
        "autocomplete=\"username webauthn\" autocapitalize=\"none\" autocorrect=\"off\"",
        "type=\"password\" name=\"password\" id=\"password\" autocomplete=\"current-password\"",
        "type=\"submit\" id=\"login-submit\"",
        "method=\"post\" action=\"&#x2f;login\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("aria-invalid"));
    assert!(!page.contains("role=\"alert\""));
}

#[test]
fn tells_of_wrong_credentials_at_both_fields() {
    let view = LoginPage {
        username: "ada".to_owned(),
        error: Some(LoginError::WrongCredentials),
        ..login(calm)
    };
    let page = Pages::new().unwrap().render(&view).unwrap();
    assert!(page.contains("<title>Error: Sign in"));
    assert!(page.contains("role=\"alert\" tabindex=\"-1\""));
    let marked = "aria-invalid=\"true\" aria-describedby=\"login-error\"";
    assert_eq!(count(&page, marked), 2);
    assert!(page.contains("value=\"ada\""));
}

#[test]
fn says_what_each_scope_sends_now() {
    let scope = ScopeSet::parse("openid profile email phone notes:write").unwrap();
    let mut user = user(calm);
    user.email_verified = false;
    let messages = Messages::new().unwrap();
    let values: Vec<_> = scope_lines(&scope, person(&user))
        .into_iter()
        .map(|line| match line.value? {
            ScopeValue::Given(text) => Some(text),
            ScopeValue::Said(message) => messages.text(Language::English, &message).ok(),
        })
        .collect();
    assert_eq!(values[0], None);
    assert_eq!(
        values[1].as_deref(),
        Some("Ada Lovelace · ada · Europe/London")
    );
    assert_eq!(
        values[2].as_deref(),
        Some("ada@example.test (not confirmed)")
    );
    assert!(values[3].as_deref().unwrap().starts_with("nothing yet"));
    assert_eq!(values[4], None);
}

#[test]
fn offers_both_answers_to_a_consent_request() {
    let (_, page) = all(calm)
        .into_iter()
        .find(|(name, _)| *name == "consent")
        .unwrap();
    assert!(page.contains("id=\"consent-approve\" name=\"decision\" value=\"approve\""));
    assert!(page.contains("id=\"consent-deny\" name=\"decision\" value=\"deny\""));
    assert!(page.contains("notes.example.com"));
}

/// RFC 8628 §6.1: typed by hand, in capitals, and never remembered by the browser.
#[test]
fn asks_for_a_device_code_so_that_a_phone_types_it_well() {
    let page = Pages::new().unwrap().render(&device_code(calm)).unwrap();
    for part in [
        "<label for=\"user_code\">",
        "name=\"user_code\" id=\"user_code\"",
        "autocomplete=\"off\" autocapitalize=\"characters\"",
        "inputmode=\"text\" spellcheck=\"false\"",
        "type=\"submit\" id=\"device-continue\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("aria-invalid"));
}

/// RFC 8628 §3.3.1, §5.4
#[test]
fn shows_the_code_of_the_device_beside_the_question() {
    for (name, page) in all(calm) {
        if !["device", "device_unverified"].contains(&name) {
            continue;
        }
        assert!(page.contains("WDJB-MJHT"), "{name}");
        assert!(page.contains("Notes for televisions"), "{name}");
        assert!(page.contains("id=\"consent-approve\" name=\"decision\" value=\"approve\""));
        assert!(page.contains("id=\"consent-deny\" name=\"decision\" value=\"deny\""));
        let warned = page.contains("id=\"device-unverified\"");
        assert_eq!(warned, name == "device_unverified");
    }
}

#[test]
fn never_links_to_a_script() {
    let view = SignedOutPage {
        chrome: Chrome::english("Acme", "localhost"),
        stayed: false,
        client_name: None,
        return_to: Some(" JaVa\tScript:alert(1)".to_owned()),
    };
    let page = Pages::new().unwrap().render(&view).unwrap();
    assert!(page.contains("href=\"#\""), "{page}");
    let view = FrontChannelPage {
        chrome: Chrome::english("Acme", "localhost"),
        frames: vec!["javascript:alert(1)".to_owned()],
        client_name: None,
        continue_to: Some("data:text/html,x".to_owned()),
    };
    let page = Pages::new().unwrap().render(&view).unwrap();
    assert!(page.contains("href=\"#\""), "{page}");
    assert!(page.contains("src=\"#\""), "{page}");
}

/// The policy allows exactly the script that stands in the document.
#[test]
fn the_session_frame_holds_its_script_unchanged() {
    let cookie = "\"><script>".to_owned();
    let page = Pages::new()
        .unwrap()
        .render(&CheckSessionPage { cookie })
        .unwrap();
    let script = format!("<script>{}</script>", static_files::CHECK_SESSION);
    assert!(page.contains(&script), "{page}");
    assert_eq!(count(&page, "<script"), 1);
}

#[test]
fn names_static_files_after_their_content() {
    for file in static_files::all() {
        assert!(file.name.contains(&file.hash));
        assert_eq!(static_files::find(&file.name).unwrap().bytes, file.bytes);
    }
    assert!(static_files::find("vidimus.css").is_none());
    assert!(static_files::script().bytes.len() < 10 * 1024);
}

/// Writes the samples to a folder, to be looked at in a browser.
#[test]
#[ignore = "writes files for the eye"]
fn writes_the_samples_to_a_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    std::fs::create_dir_all(&folder).unwrap();
    for file in static_files::all() {
        std::fs::write(folder.join(&file.name), file.bytes).unwrap();
    }
    let english = Language::English;
    let mut kinds: Vec<(String, Language, Words)> = vec![
        (String::new(), english, calm),
        ("hostile_".to_owned(), english, hostile),
    ];
    for language in Language::ALL.into_iter().chain([Language::Pseudo]) {
        kinds.push((format!("{}_", language.tag()), language, calm));
    }
    for (kind, language, words) in kinds {
        for (name, page) in in_language(language, || all(words)) {
            let page = page
                .replace("&#x2f;static&#x2f;", "")
                .replace("/static/", "");
            std::fs::write(folder.join(format!("{kind}{name}.html")), page).unwrap();
        }
    }
}
