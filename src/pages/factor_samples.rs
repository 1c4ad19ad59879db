//! Sample views of second factors and passkeys.

use crate::pages::account_samples::{frame, moment};
use crate::pages::samples::{Words, chrome, login};
use crate::pages::*;

pub(super) fn passkey_form(words: Words) -> PasskeyForm {
    PasskeyForm {
        options: words("/login/passkey/options"),
        action: words("/login/passkey"),
    }
}

fn factor(words: Words, method: FactorMethod, error: Option<FactorError>) -> FactorPage {
    let asks = matches!(method, FactorMethod::App | FactorMethod::Passkey);
    FactorPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        method,
        apps: true,
        passkey: asks.then(|| passkey_form(words)),
        error,
        action: words("/login/factor"),
        other_way: (method != FactorMethod::Mail).then(|| words("/login/recovery")),
        not_you: words("/login"),
        remember_days: Some(30),
        csrf: words("token"),
    }
}

pub(super) fn factor_pages(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let factor = |method, error| factor(words, method, error);
    let set_up = |error| SetUpFactorPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        demanded: true,
        picture: QrPicture::of("otpauth://totp/Acme:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        secret: words("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"),
        offer: words("sealed"),
        name: words("My phone"),
        error,
        action: words("/login/set-up"),
        csrf: words("token"),
    };
    let codes = RecoveryCodesPage {
        chrome: chrome(words),
        codes: vec![words("0123-4567-89AB-CDEF-GHJK-MNPQ"); 10],
        onward: words("/login?x"),
    };
    let (app, code, mail) = (
        FactorMethod::App,
        FactorMethod::RecoveryCode,
        FactorMethod::Mail,
    );
    let wrong = Some(FactorError::Wrong);
    let wait = |seconds| Some(FactorError::SlowDown { seconds });
    let slow = wait(30);
    let views = [
        ("factor", factor(app, None)),
        ("factor_wrong", factor(app, wrong)),
        ("factor_used", factor(app, Some(FactorError::Used))),
        ("factor_slow", factor(app, slow)),
        ("factor_slow_minutes", factor(app, wait(600))),
        ("factor_slow_hours", factor(app, wait(86_400))),
        ("factor_stale", factor(app, Some(FactorError::StaleForm))),
        ("recovery", factor(code, None)),
        ("recovery_wrong", factor(code, wrong)),
        ("mailed_code", factor(mail, None)),
        ("mailed_code_wrong", factor(mail, wrong)),
    ];
    let shown = views.map(|(name, view)| (name, pages.render(&view).unwrap()));
    let mut rendered = Vec::from(shown);
    for (name, error) in [
        ("set_up_factor", None),
        ("set_up_factor_wrong", Some(FactorError::Wrong)),
        ("set_up_factor_used", Some(FactorError::Used)),
        ("set_up_factor_slow", slow),
        ("set_up_factor_stale", Some(FactorError::StaleForm)),
    ] {
        rendered.push((name, pages.render(&set_up(error)).unwrap()));
    }
    let added = SetUpFactorPage {
        client_name: None,
        demanded: false,
        ..set_up(None)
    };
    rendered.push(("add_app", pages.render(&added).unwrap()));
    rendered.push(("recovery_codes", pages.render(&codes).unwrap()));
    rendered
}

fn passkeys(words: Words) -> PasskeysPage {
    let line = |synced, used| PasskeyLine {
        id: words("passkey"),
        name: words("My laptop"),
        synced,
        since: moment(),
        used,
    };
    let (rp_id, handle) = (words("id.example.test"), words("handle"));
    let names = (&*words("ada"), &*words("Ada Lovelace"));
    PasskeysPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Passkeys),
        passkeys: vec![line(true, Some(moment())), line(false, None)],
        signals: vec![
            Signal::all_accepted(&rp_id, &handle, &[words("credential")]),
            Signal::details(&rp_id, &handle, names),
        ],
        add_url: Some(words("/account/passkeys/add")),
        action: words("/account/passkeys"),
    }
}

fn add(words: Words, error: Option<FactorError>) -> AddPasskeyPage {
    AddPasskeyPage {
        chrome: chrome(words),
        passkey: passkey_form(words),
        name: words("My laptop"),
        error,
        back: words("/account/passkeys"),
        csrf: words("token"),
    }
}

fn account_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let told = |notice| {
        let mut view = passkeys(words);
        view.account.notice = Some(notice);
        view
    };
    let none = PasskeysPage {
        passkeys: Vec::new(),
        signals: Vec::new(),
        add_url: None,
        ..passkeys(words)
    };
    let mut rendered = Vec::new();
    for (name, view) in [
        ("account_passkeys", passkeys(words)),
        ("account_no_passkeys", none),
        ("account_last_way", told(AccountNotice::LastWay)),
        ("account_last_factor", told(AccountNotice::LastFactor)),
    ] {
        rendered.push((name, pages.render(&view).unwrap()));
    }
    let slow = FactorError::SlowDown { seconds: 30 };
    for (name, error) in [
        ("add_passkey", None),
        ("add_passkey_wrong", Some(FactorError::Wrong)),
        ("add_passkey_used", Some(FactorError::Used)),
        ("add_passkey_slow", Some(slow)),
    ] {
        rendered.push((name, pages.render(&add(words, error)).unwrap()));
    }
    rendered
}

/// Every page that asks for a passkey or shows some.
pub(super) fn passkey_pages(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let mut rendered = account_pages(&pages, words);
    let failed = |error, signals| LoginPage {
        error: Some(error),
        signals,
        ..login(words)
    };
    let unknown = Signal::unknown(&words("id.example.test"), &words("credential"));
    let without = LoginPage {
        passkey: None,
        ..login(words)
    };
    for (name, view) in [
        ("login_passkey", failed(LoginError::PasskeyRefused, vec![])),
        (
            "login_passkey_gone",
            failed(LoginError::PasskeyGone, vec![]),
        ),
        (
            "login_passkey_unknown",
            failed(LoginError::PasskeyUnknown, vec![unknown]),
        ),
        ("login_no_passkey", without),
    ] {
        rendered.push((name, pages.render(&view).unwrap()));
    }
    let only = |method, error| FactorPage {
        apps: false,
        ..factor(words, method, error)
    };
    for (name, view) in [
        ("factor_passkey", only(FactorMethod::Passkey, None)),
        (
            "factor_passkey_refused",
            only(FactorMethod::Passkey, Some(FactorError::Wrong)),
        ),
        ("recovery_passkey", only(FactorMethod::RecoveryCode, None)),
    ] {
        rendered.push((name, pages.render(&view).unwrap()));
    }
    rendered
}
