//! What every mail keeps to, in every language.

use std::fs;

use super::*;

const REALM: &str = "Acme Accounts";

fn letters() -> Letters {
    Letters::new(Arc::new(Messages::new().unwrap()), None).unwrap()
}

fn all_languages() -> impl Iterator<Item = Language> {
    Language::ALL.into_iter().chain([Language::Pseudo])
}

/// Every mail in every language, with a name for messages of failure.
fn each(letters: &Letters) -> Vec<(String, Language, Mail, Letter)> {
    let mut written = Vec::new();
    for language in all_languages() {
        for kind in MailKind::ALL {
            let mail = Mail::sample(*kind, language.tag());
            let letter = letters.write_in(language, &mail, REALM).unwrap();
            let name = format!("{} in {}", kind.as_str(), language.tag());
            written.push((name, language, mail, letter));
        }
    }
    written
}

#[test]
fn every_mail_has_its_link_in_text_and_in_html() {
    for (name, _, mail, letter) in each(&letters()) {
        let draft = Draft::of(&mail).unwrap();
        let links = [&draft.action, &draft.lock];
        for (_, address) in links.into_iter().flatten() {
            let own_line = letter.text.lines().filter(|line| line == address).count();
            assert_eq!(own_line, 1, "{name}: {}", letter.text);
            let escaped = address.replace('/', "&#x2f;");
            assert!(
                letter.html.contains(&format!("href=\"{escaped}\"")),
                "{name}"
            );
            assert!(letter.html.contains(&format!(">{escaped}</a>")), "{name}");
        }
        assert_eq!(mail.kind.is_notice(), draft.lock.is_some(), "{name}");
    }
}

#[test]
fn every_mail_keeps_to_the_conventions() {
    for (name, language, _, letter) in each(&letters()) {
        assert_eq!(letter.subject.lines().count(), 1, "{name}");
        let dir = if language.is_right_to_left() {
            "rtl"
        } else {
            "ltr"
        };
        let root = format!("<html lang=\"{}\" dir=\"{dir}\">", language.tag());
        for part in [
            root.as_str(),
            "<meta name=\"color-scheme\" content=\"light dark\">",
            "</html>\n",
        ] {
            assert!(letter.html.contains(part), "{name}: {part}");
        }
        for banned in [
            "<img", "<script", "<link", "<style", "url(", "@import", "{{", "\n\n\n",
        ] {
            assert!(!letter.html.contains(banned), "{name}: {banned}");
            assert!(!letter.text.contains(banned), "{name}: {banned}");
        }
        assert!(letter.html.len() < 8_000, "{name}");
        assert!(letter.text.ends_with('\n'), "{name}");
    }
}

/// Whatever is not a name, an address or a sign comes from the files of messages.
#[test]
fn no_word_of_a_mail_stands_outside_of_the_files() {
    let ours = [
        REALM,
        "Ada",
        "Phone",
        "Firefox, Linux",
        "2030-01-31",
        "new@example.com",
    ];
    for (name, language, _, letter) in each(&letters()) {
        if language != Language::Pseudo {
            continue;
        }
        let mut text = format!("{}\n{}", letter.subject, letter.text);
        for known in ours {
            text = text.replace(known, "");
        }
        let plain: Vec<&str> = text
            .split_whitespace()
            .filter(|word| !word.starts_with("https://"))
            .filter(|word| word.bytes().any(|byte| byte.is_ascii_alphabetic()))
            .collect();
        assert!(plain.is_empty(), "{name}: {plain:?}");
    }
}

#[test]
fn what_others_have_written_stays_text() {
    let hostile = "x</p>\r\n<a href='https://evil.test'>\"{{ 7 * 7 }}";
    let mut mail = Mail::sample(MailKind::NewDevice, "en");
    mail.name = Some("<b>Ada</b>".to_owned());
    mail.values.insert("device".to_owned(), hostile.to_owned());
    mail.values
        .insert("lock_link".to_owned(), "javascript:alert(1)".to_owned());
    let letter = letters().write(&mail, "<Acme>").unwrap();
    for banned in ["<a href='", "<b>", "<Acme>", "href=\"javascript", "49"] {
        assert!(!letter.html.contains(banned), "{banned} in {}", letter.html);
    }
    assert!(letter.text.starts_with("Hello,\n"), "{}", letter.text);
    let line = "    x</p>  <a href='https://evil.test'>\"{{ 7 * 7 }}";
    assert!(
        letter.text.lines().any(|own| own == line),
        "{}",
        letter.text
    );
}

#[test]
fn a_reader_of_an_unknown_language_gets_english() {
    let mut mail = Mail::sample(MailKind::Test, "tlh-KX");
    let letters = letters();
    let english = letters.write(&mail, REALM).unwrap();
    mail.language = "de-AT".to_owned();
    let german = letters.write(&mail, REALM).unwrap();
    assert!(english.html.contains("lang=\"en\""));
    assert!(german.html.contains("lang=\"de\""));
    assert_ne!(english.subject, german.subject);
}

#[test]
fn a_notice_without_a_link_to_lock_says_what_to_do_instead() {
    let mut mail = Mail::sample(MailKind::PasswordChanged, "en");
    mail.values.remove("lock_link");
    let letter = letters().write(&mail, REALM).unwrap();
    assert!(!letter.html.contains("<a "), "{}", letter.html);
    mail.kind = MailKind::ResetPassword;
    mail.values.remove("link");
    let missing = letters().write(&mail, REALM).unwrap_err();
    assert_eq!(missing.to_string(), "reset-password lacks link");
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    folder
}

fn with_own(files: &[(&str, &str)]) -> Result<Letters, OwnTemplateError> {
    let folder = folder_with(files);
    Letters::new(Arc::new(Messages::new().unwrap()), Some(folder.path()))
}

#[test]
fn an_operator_replaces_parts_of_one_mail_in_one_language() {
    let letters = with_own(&[
        ("de/reset-password.subject.txt", "{{ realm }}: Kennwort\n"),
        (
            "de/reset-password.txt",
            "Für {{ name }}: {{ values.link }}\n",
        ),
        (
            "de/reset-password.html",
            "<p>{{ name }} <a href=\"{{ action.address|href }}\">",
        ),
        ("de/.hidden", "{{"),
    ])
    .unwrap();
    let mut mail = Mail::sample(MailKind::ResetPassword, "de");
    mail.name = Some("A & B".to_owned());
    let letter = letters.write(&mail, REALM).unwrap();
    assert_eq!(letter.subject, "Acme Accounts: Kennwort");
    assert_eq!(
        letter.text,
        "Für A & B: https://id.example.com/link?token=example\n"
    );
    assert!(
        letter.html.starts_with("<p>A &amp; B <a"),
        "{}",
        letter.html
    );
    mail.language = "en".to_owned();
    let english = letters.write(&mail, REALM).unwrap();
    assert!(english.html.starts_with("<!doctype html>"));
}

#[test]
fn an_operator_replaces_the_form_of_all_mails() {
    let letters = with_own(&[("mail.txt", "{{ lead }}\n-- \nAcme\n")]).unwrap();
    for (name, _, _, letter) in each(&letters) {
        assert!(letter.text.ends_with("-- \nAcme\n"), "{name}");
    }
}

#[test]
fn a_template_that_cannot_be_used_is_found_at_start() {
    for (name, source, problem) in [
        ("de/reset.html", "", "is no part of a mail"),
        ("tlh/test.txt", "", "is no part of a mail"),
        ("de/more/test.txt", "", "is no part of a mail"),
        ("de/test.txt", "{% if %}", "unexpected"),
        ("de/test.txt", "{{ lnik }}", "undefined"),
        ("ja/test.html", "{{ action.address }}", "undefined"),
        ("mail.html", "{{ 'x'|nothing }}", "nothing"),
    ] {
        let refused = with_own(&[(name, source)]).err().unwrap().to_string();
        assert!(refused.contains(problem), "{name}: {refused}");
    }
    let nowhere = Path::new("/nowhere/mails");
    let messages = Arc::new(Messages::new().unwrap());
    assert!(Letters::new(messages, Some(nowhere)).is_err());
}
