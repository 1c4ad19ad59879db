//! Sample views: calm ones as in real life, and ones where every text is hostile.

use std::cell::Cell;

use crate::account::claims::Person;
use crate::account::language::Language;
use crate::account::role::Memberships;
use crate::account::user::{Profile, User};
use crate::pages::account_samples::account_pages;
use crate::pages::factor_samples::{factor_pages, passkey_form, passkey_pages};
use crate::pages::password_samples;
use crate::pages::*;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

/// How texts of a sample look: given as they are, or replaced by something hostile.
pub(super) type Words = fn(&str) -> String;

pub(super) fn calm(text: &str) -> String {
    text.to_owned()
}

pub(super) fn hostile(_: &str) -> String {
    r#"<script>alert(1)</script>"' onload='x' {{ 1234 * 4321 }} مرحبا 🙂 "#.to_owned()
        + &"W".repeat(300)
}

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
}

/// Makes samples in another language than English.
pub(super) fn in_language<T>(language: Language, make: impl FnOnce() -> T) -> T {
    let before = LANGUAGE.replace(language);
    let samples = make();
    LANGUAGE.set(before);
    samples
}

pub(super) fn chrome(words: Words) -> Chrome {
    let host = words("accounts.example.com");
    Chrome::new(LANGUAGE.get(), words("Acme Accounts"), host).with_choice(
        words("/language"),
        words("/login?client_id=notes"),
        Some(Language::German),
    )
}

/// A person of no group, as a page tells of them.
pub(super) fn person(user: &User) -> Person<'_> {
    const NONE: &Memberships = &Memberships {
        groups: Vec::new(),
        roles: Vec::new(),
    };
    Person {
        user,
        memberships: Some(NONE),
    }
}

pub(super) fn user(words: Words) -> User {
    User {
        realm: RealmId::default_realm(),
        id: UserId::parse("u1").unwrap(),
        username: words("ada"),
        email: Some(words("ada@example.test")),
        email_verified: true,
        password_hash: None,
        profile: Profile {
            name: Some(words("Ada Lovelace")),
            zoneinfo: Some(words("Europe/London")),
            ..Profile::default()
        },
        created_at: Timestamp::from_unix_seconds(0),
        updated_at: Timestamp::from_unix_seconds(0),
        disabled_at: None,
        must_change_password: false,
        locked_at: None,
        deleted_at: None,
    }
}

pub(super) fn login(words: Words) -> LoginPage {
    LoginPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        username: words(""),
        username_fixed: false,
        error: None,
        reason: None,
        action: words("/login"),
        csrf: words("token"),
        turn: None,
        demo_account: None,
        passkey: Some(passkey_form(words)),
        signals: Vec::new(),
        forgot: words("/forgot-password"),
        sign_up: Some(words("/sign-up")),
    }
}

pub(super) fn consent(words: Words) -> ConsentPage {
    let scope = ScopeSet::parse("profile email phone groups offline_access notes:write").unwrap();
    ConsentPage {
        chrome: chrome(words),
        client_name: words("Notes"),
        redirect_host: words("notes.example.com"),
        loopback: false,
        user_name: words("Ada Lovelace"),
        username: words("ada"),
        about: AboutClient::default(),
        not_you: Some(words("/login?other")),
        required: scope_lines(&ScopeSet::parse("openid").unwrap(), person(&user(words))),
        choices: scope_lines(&scope, person(&user(words))),
        some_known: false,
        lasts: Lasts::Days(30),
        apps: words("/account/apps"),
        action: words("/consent"),
        csrf: words("token"),
    }
}

pub(super) fn device_code(words: Words) -> DeviceCodePage {
    DeviceCodePage {
        chrome: chrome(words),
        user_code: words(""),
        error: None,
        action: words("/device"),
        csrf: words("token"),
    }
}

fn device(words: Words) -> DevicePage {
    let scope = ScopeSet::parse("profile offline_access notes:write").unwrap();
    DevicePage {
        chrome: chrome(words),
        client_name: words("Notes for televisions"),
        unverified: false,
        user_code: words("WDJB-MJHT"),
        user_name: words("Ada Lovelace"),
        username: words("ada"),
        not_you: words("/login?user_code=WDJBMJHT"),
        required: scope_lines(&ScopeSet::parse("openid").unwrap(), person(&user(words))),
        choices: scope_lines(&scope, person(&user(words))),
        lasts: Lasts::Session,
        apps: words("/account/apps"),
        action: words("/device/confirm"),
        csrf: words("token"),
    }
}

fn device_pages(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let code = |error| DeviceCodePage {
        user_code: words("WDJB-MJHT"),
        error,
        ..device_code(words)
    };
    let done = |allowed| DeviceDonePage {
        chrome: chrome(words),
        client_name: words("Notes for televisions"),
        allowed,
    };
    let unverified = DevicePage {
        unverified: true,
        ..device(words)
    };
    let slow = DeviceCodeError::SlowDown { seconds: 30 };
    let codes = [
        ("device_code", device_code(words)),
        ("device_code_filled", code(None)),
        (
            "device_code_malformed",
            code(Some(DeviceCodeError::Malformed)),
        ),
        ("device_code_unknown", code(Some(DeviceCodeError::Unknown))),
        ("device_code_slow", code(Some(slow))),
        ("device_code_stale", code(Some(DeviceCodeError::StaleForm))),
    ];
    let mut rendered: Vec<(&'static str, String)> = codes
        .iter()
        .map(|(name, view)| (*name, pages.render(view).unwrap()))
        .collect();
    rendered.extend([
        ("device", pages.render(&device(words)).unwrap()),
        ("device_unverified", pages.render(&unverified).unwrap()),
        ("device_allowed", pages.render(&done(true)).unwrap()),
        ("device_denied", pages.render(&done(false)).unwrap()),
    ]);
    rendered
}

pub(super) fn logout(words: Words) -> LogoutPage {
    LogoutPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        username: words("ada"),
        action: words("/end_session"),
        csrf: words("token"),
        carried: vec![(words("state"), words("xyz"))],
    }
}

pub(super) fn error(words: Words) -> ErrorPage {
    let at = Timestamp::from_unix_seconds(1_700_000_000);
    let rule = "The redirect_uri must be, byte for byte, one that was registered for the client.";
    let mut details = ErrorDetails::new(
        words("invalid_request"),
        words(rule),
        at,
        words("7f3a9c2e51d84b06"),
    );
    details.client_name = Some(words("Notes"));
    let received = words("https://notes.example.com/callback/?from=an-old-bookmark");
    details.received = Some(Received::new(words("redirect_uri"), &received));
    ErrorPage {
        chrome: chrome(words),
        heading: Message::new("error-wrong-address"),
        sentence: Message::new("error-wrong-address-more").with("app", words("Notes")),
        details,
    }
}

pub(super) fn home(words: Words) -> HomePage {
    HomePage {
        chrome: chrome(words),
        issuer: words("https://accounts.example.com"),
        discovery_url: words("https://accounts.example.com/.well-known/openid-configuration"),
        demo_url: Some(words("/demo")),
    }
}

fn login_variants(words: Words) -> Vec<(&'static str, LoginPage)> {
    let demo_account = Some(DemoAccount {
        username: words("ada@example.test"),
        password: words("correct-horse-battery"),
    });
    let failed = |error| LoginPage {
        username: words("ada@example.test"),
        error: Some(error),
        demo_account: demo_account.clone(),
        ..login(words)
    };
    let again = |reason| LoginPage {
        username: words("ada"),
        username_fixed: true,
        reason: Some(reason),
        ..login(words)
    };
    let busy = LoginPage {
        turn: Some(words("turn")),
        ..failed(LoginError::Busy { seconds: 2 })
    };
    vec![
        ("login", login(words)),
        ("login_wrong", failed(LoginError::WrongCredentials)),
        ("login_no_name", failed(LoginError::MissingUsername)),
        ("login_no_password", failed(LoginError::MissingPassword)),
        ("login_slow", failed(LoginError::SlowDown { seconds: 30 })),
        ("login_busy", busy),
        ("login_stale", failed(LoginError::StaleForm)),
        ("login_asked", again(LoginReason::ClientAsked)),
        ("login_old", again(LoginReason::TooLongAgo)),
        ("login_other", again(LoginReason::OtherAccount)),
        ("login_ended", again(LoginReason::SessionEnded)),
        ("login_factor", again(LoginReason::NoSecondFactor)),
        ("login_sensitive", again(LoginReason::SensitiveChange)),
    ]
}

/// The consent page for a client that says everything of itself, and that nobody has checked.
fn consent_unverified(words: Words) -> ConsentPage {
    ConsentPage {
        about: AboutClient {
            unverified: true,
            document_host: Some(words("notes.example.com")),
            logo_uri: Some(words("https://notes.example.com/logo.png")),
            client_uri: Some(words("https://notes.example.com/")),
            policy_uri: Some(words("https://notes.example.com/privacy")),
            tos_uri: Some(words("https://notes.example.com/terms")),
        },
        ..consent(words)
    }
}

fn consent_loopback(words: Words) -> ConsentPage {
    ConsentPage {
        loopback: true,
        not_you: None,
        ..consent(words)
    }
}

/// Every page in every state, rendered, by name.
pub(super) fn all(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let mut rendered: Vec<(&'static str, String)> = login_variants(words)
        .iter()
        .map(|(name, view)| (*name, pages.render(view).unwrap()))
        .collect();
    let loopback = consent_loopback(words);
    let signed_out = SignedOutPage {
        chrome: chrome(words),
        stayed: false,
        client_name: Some(words("Notes")),
        return_to: Some(words("https://notes.example.com/")),
    };
    let stayed = SignedOutPage {
        stayed: true,
        client_name: None,
        return_to: None,
        ..signed_out.clone()
    };
    let leaving = FrontChannelPage {
        chrome: chrome(words),
        frames: vec![words("https://notes.example.com/logout?sid=1")],
        client_name: Some(words("Notes")),
        continue_to: Some(words("https://notes.example.com/bye?state=x")),
    };
    let left = FrontChannelPage {
        continue_to: None,
        ..leaving.clone()
    };
    let busy = BusyPage {
        chrome: chrome(words),
        retry_after_seconds: 5,
        request_id: words("7f3a9c2e51d84b06"),
    };
    let bare_home = HomePage {
        demo_url: None,
        ..home(words)
    };
    rendered.extend([device_pages(words), factor_pages(words)].concat());
    rendered.extend([account_pages(words), link_samples::all(words)].concat());
    rendered.extend(password_samples::all(words));
    rendered.extend(passkey_pages(words));
    rendered.extend([
        ("consent", pages.render(&consent(words)).unwrap()),
        ("consent_loopback", pages.render(&loopback).unwrap()),
        (
            "consent_unverified",
            pages.render(&consent_unverified(words)).unwrap(),
        ),
        ("logout", pages.render(&logout(words)).unwrap()),
        ("signed_out", pages.render(&signed_out).unwrap()),
        ("stayed", pages.render(&stayed).unwrap()),
        ("leaving", pages.render(&leaving).unwrap()),
        ("left", pages.render(&left).unwrap()),
        ("error", pages.render(&error(words)).unwrap()),
        ("home", pages.render(&home(words)).unwrap()),
        ("home_bare", pages.render(&bare_home).unwrap()),
        ("busy", pages.render(&busy).unwrap()),
    ]);
    rendered
}
