//! Templates, Rust source and the files of messages, held against each other: no word stands
//! outside of the files, none is missing in a language, and none is there for nothing.

mod files;
mod uses;

use std::collections::BTreeSet;

use crate::account::language::Language;
use crate::pages::samples;
use crate::pages::{Message, Messages};

use files::messages_of;
use uses::{Use, uses, uses_in_rust, uses_in_template};

fn list(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(", ")
}

#[test]
fn every_message_is_used_and_every_use_has_its_message() {
    let english = messages_of(Language::English);
    let mut unused: BTreeSet<&String> = english.keys().collect();
    let mut problems = Vec::new();
    for Use {
        place,
        id,
        arguments,
    } in uses()
    {
        let Some((area, named)) = english.get(&id) else {
            problems.push(format!(
                "{place} uses {id}, which no file in locales/en has"
            ));
            continue;
        };
        if let Some(given) = arguments.filter(|given| given != named) {
            problems.push(format!(
                "{place} gives {id} ({}), locales/en/{area}.ftl names ({})",
                list(&given),
                list(named)
            ));
        }
        unused.remove(&id);
    }
    for id in unused {
        let (area, _) = english[id];
        problems.push(format!(
            "locales/en/{area}.ftl has {id}, which nothing uses"
        ));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_language_says_what_english_says() {
    let english = messages_of(Language::English);
    let mut problems = Vec::new();
    for language in Language::ALL {
        let tag = language.tag();
        let said = messages_of(language);
        for (id, (area, named)) in &english {
            match said.get(id) {
                None => problems.push(format!("locales/{tag}/{area}.ftl lacks {id}")),
                Some((elsewhere, _)) if elsewhere != area => problems.push(format!(
                    "locales/{tag}/{elsewhere}.ftl has {id}, which is in {area}.ftl in English"
                )),
                Some((_, own)) if own != named => problems.push(format!(
                    "locales/{tag}/{area}.ftl: {id} names ({}), English names ({})",
                    list(own),
                    list(named)
                )),
                Some(_) => {}
            }
        }
        for (id, (area, _)) in &said {
            if !english.contains_key(id) {
                problems.push(format!(
                    "locales/{tag}/{area}.ftl has {id}, English has not"
                ));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn sees_what_is_wrong_with_a_use() {
    let uses = uses_in_template(
        "a.html",
        r#"{{ t("a", b=plain("c", d=e|strong), f=g == h) }} {{ part("x") }} {{ t(line.value) }}"#,
    );
    let seen: Vec<(&str, String)> = uses
        .iter()
        .map(|one| (one.id.as_str(), list(one.arguments.as_ref().unwrap())))
        .collect();
    assert_eq!(seen, [("a", "b, f".to_owned()), ("c", "d".to_owned())]);
    for wrong in [
        r#"t("a" ~ kind)"#,
        r#"t("a" if b else "c")"#,
        "t(kind|lower)",
    ] {
        let seen = std::panic::catch_unwind(|| uses_in_template("a.html", wrong));
        assert!(seen.is_err(), "{wrong}");
    }
    assert!(std::panic::catch_unwind(|| uses_in_rust("a.rs", "Message::new(id)")).is_err());
}

/// What a message lacks in a language is said in English, and a number finds its form.
#[test]
fn speaks_each_language_by_its_own_rules() {
    let messages = Messages::new().unwrap();
    let wait = |language, seconds: i64| {
        let message = Message::new("try-again-in").with("seconds", seconds);
        messages.text(language, &message).unwrap()
    };
    assert!(wait(Language::English, 1).contains("1 second,"));
    assert!(wait(Language::English, 2).contains("2 seconds,"));
    assert!(wait(Language::French, 0).contains("0 seconde,"));
    assert!(wait(Language::Arabic, 2).contains("ثانيتين"));
    assert!(wait(Language::Arabic, 3).contains("3 ثوانٍ"));
    assert!(wait(Language::Arabic, 11).contains("11 ثانية"));
    assert!(
        messages
            .text(Language::German, &Message::new("nowhere"))
            .is_err()
    );
    // Without its argument it cannot be said, in any language.
    assert!(
        messages
            .text(Language::German, &Message::new("error-title"))
            .is_err()
    );
}

/// Plain text is not escaped, whatever stands in it.
#[test]
fn plain_text_keeps_what_stands_in_it() {
    let messages = Messages::new().unwrap();
    let inner = Message::new("value-unconfirmed").with("value", "<a&b>");
    let message = Message::new("error-title").with("title", inner);
    let text = messages.text(Language::English, &message).unwrap();
    assert_eq!(text, "Error: <a&b> (not confirmed)");
}

/// What only scripts read.
const FOR_SCRIPTS: [&str; 4] = ["passkey=", "options=", "signal=", "detail="];

/// What a person reads of a page, by the tag in which it stands: texts, and the attributes that
/// are read out or shown.
fn readable(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        for name in ["alt", "title", "aria-label", "placeholder"] {
            found.extend(attribute(tag, name).map(|value| (format!("{name}="), value)));
        }
        let shown = |part: &&str| !FOR_SCRIPTS.iter().any(|name| part.starts_with(name));
        for part in tag.split(" data-").skip(1).filter(shown) {
            let value = part.split('"').nth(1).unwrap_or_default();
            found.push(("data-".to_owned(), value.to_owned()));
        }
        found.push((tag.to_owned(), text.to_owned()));
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// Runs of letters that went through no message: those have accents.
fn unaccented(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    while let Some((before, entity)) = text.split_once('&') {
        text = format!("{before} {}", entity.split_once(';').unwrap().1);
    }
    // Names: those of the languages, the zone beside a time, the scope of the samples.
    let names = Language::ALL.map(Language::name);
    for name in names.into_iter().chain(["UTC", "notes:write"]) {
        text = text.replace(name, "");
    }
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_page_shows_a_word_that_is_in_no_file() {
    // What others have written becomes digits, so that letters are ours.
    let pages = samples::in_language(Language::Pseudo, || samples::all(|_| "0000".to_owned()));
    for (name, page) in pages {
        assert!(page.contains("dir=\"rtl\""), "{name} is not mirrored");
        for (tag, text) in readable(&page) {
            let words = unaccented(&text);
            assert!(words.is_empty(), "{name}: {words:?} in <{tag}>{text}");
        }
    }
}

/// A name may be written the other way round than the sentence that it stands in.
#[test]
fn what_others_have_written_keeps_its_direction_to_itself() {
    for (name, page) in samples::all(|_| "0000".to_owned()) {
        for (tag, text) in readable(&page) {
            let isolated = ["bdi", "code", "title", "data-"]
                .iter()
                .any(|isolating| tag.starts_with(isolating))
                || tag.ends_with('=')
                || tag.contains(" dir=\"");
            assert!(isolated || !text.contains("0000"), "{name}: <{tag}>{text}");
        }
    }
}

/// Mirroring a page mirrors its look, if the look names no side.
#[test]
fn the_style_sheet_knows_no_left_and_right() {
    for sheet in [
        include_str!("../static/base.css"),
        include_str!("../static/parts.css"),
    ] {
        for line in sheet.lines() {
            let side = ["left", "right"].iter().any(|side| {
                line.split(|c: char| !c.is_ascii_alphabetic())
                    .any(|word| word == *side)
            });
            assert!(!side, "{line}");
        }
    }
}

#[test]
fn every_page_can_be_said_in_every_language() {
    for language in Language::ALL {
        let pages = samples::in_language(language, || samples::all(samples::calm));
        let direction = if language == Language::Arabic {
            "rtl"
        } else {
            "ltr"
        };
        let begins = format!("<html lang=\"{}\" dir=\"{direction}\">", language.tag());
        for (name, page) in pages {
            assert!(page.contains(&begins), "{name}");
        }
    }
}
