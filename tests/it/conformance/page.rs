//! What a person is asked to review: our error page.

use http::StatusCode;

use super::suite::{Landing, Visit};

/// The browser was left at our error page, which says why in words and leads nowhere.
pub(super) fn is_error_page(visit: &Visit, code: &str) {
    assert_eq!(visit.pages, [], "nobody has to sign in to see it");
    let Landing::ErrorPage(page) = &visit.landing else {
        panic!("the browser was sent away: {visit:?}");
    };
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(page.header("location"), None);
    assert_eq!(text_of(&page.body, "error-code"), code);
    let summary = text_of(&page.body, "error-summary");
    assert!(summary.ends_with('.') && summary.len() > 20, "{summary:?}");
    assert!(!text_of(&page.body, "request-id").is_empty());
    // The address that was sent is shown as text, but nothing points to it.
    for attribute in ["href", "action", "src", "content"] {
        let mark = format!("{attribute}=\"");
        let points = page.body.split(&mark).skip(1);
        for target in points.filter_map(|rest| rest.split('"').next()) {
            assert!(!target.contains("suite.example.test"), "{target}");
        }
    }
    let forms: Vec<&str> = page.body.split("<form").skip(1).collect();
    let choice_of_language = " class=\"languages\"";
    assert!(
        forms
            .iter()
            .all(|form| form.starts_with(choice_of_language)),
        "{page:?}"
    );
}

/// The text of an element, without the tags in it.
fn text_of(html: &str, id: &str) -> String {
    let (_, after) = html
        .split_once(&format!("id=\"{id}\""))
        .unwrap_or_else(|| panic!("no {id}: {html}"));
    let (_, inside) = after.split_once('>').unwrap();
    let mut text = String::new();
    for piece in inside.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if matches!(tag, "/div" | "/code") {
            break;
        }
        text.push_str(words);
    }
    text
}
