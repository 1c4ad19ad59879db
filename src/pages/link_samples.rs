//! Samples of the pages around one-time links.

use super::samples::{Words, chrome};
use crate::account::link::LinkRefusal;
use crate::pages::password_samples::every_weakness;
use crate::pages::*;

fn sign_up(words: Words) -> SignUpPage {
    SignUpPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        email: words("ada@example.test"),
        invitation: None,
        name: words("Ada Lovelace"),
        terms_url: Some(words("https://accounts.example.com/terms")),
        least: 15,
        error: None,
        action: words("/sign-up"),
        csrf: words("csrf"),
        sign_in: Some(words("/login?request")),
    }
}

fn forgot(words: Words) -> ForgotPasswordPage {
    ForgotPasswordPage {
        chrome: chrome(words),
        email: words("ada@example.test"),
        error: None,
        action: words("/forgot-password"),
        csrf: words("csrf"),
        sign_in: Some(words("/login?request")),
    }
}

fn sent(words: Words) -> MailSentPage {
    MailSentPage {
        chrome: chrome(words),
        mail: SentMail::SignUp,
        email: words("ada@example.test"),
        again: Some(Again {
            action: words("/sign-up/again"),
            csrf: words("csrf"),
        }),
        sign_in: Some(words("/login?request")),
    }
}

fn confirm(words: Words) -> ConfirmAddressPage {
    ConfirmAddressPage {
        chrome: chrome(words),
        email: words("ada@example.test"),
        token: words("token"),
        error: None,
        action: words("/confirm-address"),
        csrf: words("csrf"),
    }
}

fn reset(words: Words) -> ResetPasswordPage {
    ResetPasswordPage {
        chrome: chrome(words),
        email: words("ada@example.test"),
        token: words("token"),
        least: 15,
        error: None,
        action: words("/reset-password"),
        csrf: words("csrf"),
    }
}

/// Every form error, on a page that can show it.
fn errors() -> Vec<(&'static str, AccountFormError)> {
    vec![
        ("sign_up_address", AccountFormError::Address),
        ("sign_up_name", AccountFormError::Name),
        ("sign_up_weak", weak()),
        ("sign_up_terms", AccountFormError::Terms),
        ("sign_up_wrong", AccountFormError::WrongPassword),
        ("sign_up_taken", AccountFormError::AddressTaken),
        ("sign_up_nothing", AccountFormError::NothingWaits),
        ("sign_up_slow", AccountFormError::SlowDown { seconds: 30 }),
        ("sign_up_stale", AccountFormError::StaleForm),
    ]
}

fn weak() -> AccountFormError {
    AccountFormError::PasswordWeak {
        weaknesses: every_weakness(),
    }
}

/// Every page in every state, rendered, by name.
pub(super) fn all(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let mut rendered = forms(words);
    let done = |done, sign_in: Option<&str>| LinkDonePage {
        chrome: chrome(words),
        done,
        sign_in: sign_in.map(words),
    };
    let refused = |refusal, again: Option<&str>| {
        LinkRefusedPage::new(chrome(words), refusal, again.map(words))
    };
    let dones = [
        ("done_account", LinkDone::AccountMade, Some("/login?x")),
        ("done_account_elsewhere", LinkDone::AccountMade, None),
        ("done_password", LinkDone::PasswordSet, Some("/login?x")),
        ("done_locked", LinkDone::AccountLocked, None),
        ("done_awaited", LinkDone::AddressAwaited, None),
    ];
    for (name, what, sign_in) in dones {
        rendered.push((name, pages.render(&done(what, sign_in)).unwrap()));
    }
    let refusals = [
        ("link_unknown", LinkRefusal::Unknown, None),
        ("link_used", LinkRefusal::Used, Some("/forgot-password")),
        ("link_expired", LinkRefusal::Expired, Some("/sign-up")),
    ];
    for (name, refusal, again) in refusals {
        rendered.push((name, pages.render(&refused(refusal, again)).unwrap()));
    }
    rendered
}

fn forms(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let invited = SignUpPage {
        client_name: None,
        invitation: Some(words("token")),
        sign_in: None,
        ..sign_up(words)
    };
    let reset_sent = MailSentPage {
        mail: SentMail::Reset,
        again: None,
        ..sent(words)
    };
    let wrong = ConfirmAddressPage {
        error: Some(AccountFormError::WrongPassword),
        ..confirm(words)
    };
    let short = ResetPasswordPage {
        error: Some(weak()),
        ..reset(words)
    };
    let no_address = ForgotPasswordPage {
        error: Some(AccountFormError::Address),
        ..forgot(words)
    };
    let closed = |by_invitation| SignUpClosedPage {
        chrome: chrome(words),
        by_invitation,
        sign_in: Some(words("/login?request")),
    };
    let lock = |stale| LockAccountPage {
        chrome: chrome(words),
        token: words("token"),
        stale,
        action: words("/lock-account"),
        csrf: words("csrf"),
    };
    let mut rendered = vec![
        ("sign_up", pages.render(&sign_up(words)).unwrap()),
        ("invitation", pages.render(&invited).unwrap()),
        ("forgot", pages.render(&forgot(words)).unwrap()),
        ("forgot_address", pages.render(&no_address).unwrap()),
        ("sign_up_sent", pages.render(&sent(words)).unwrap()),
        ("reset_sent", pages.render(&reset_sent).unwrap()),
        ("confirm", pages.render(&confirm(words)).unwrap()),
        ("confirm_wrong", pages.render(&wrong).unwrap()),
        ("reset", pages.render(&reset(words)).unwrap()),
        ("reset_short", pages.render(&short).unwrap()),
        ("sign_up_closed", pages.render(&closed(false)).unwrap()),
        ("sign_up_invited", pages.render(&closed(true)).unwrap()),
        ("lock", pages.render(&lock(false)).unwrap()),
        ("lock_stale", pages.render(&lock(true)).unwrap()),
    ];
    for (name, error) in errors() {
        let view = SignUpPage {
            error: Some(error),
            ..sign_up(words)
        };
        rendered.push((name, pages.render(&view).unwrap()));
    }
    rendered
}
