//! Sample views of the pages on which a password is chosen.

use crate::account::password::policy::PasswordWeakness as W;
use crate::pages::account_samples::frame;
use crate::pages::samples::{Words, chrome};
use crate::pages::*;

/// Every weakness in words.
pub(super) fn every_weakness() -> Vec<Message> {
    weaknesses_in_words(&[
        W::TooShort { least: 15 },
        W::TooLong,
        W::NoLowerCase,
        W::NoUpperCase,
        W::NoDigit,
        W::NoSymbol,
        W::Common,
        W::Personal,
        W::Guessable,
        W::Breached,
        W::BreachUnknown,
        W::UsedBefore,
    ])
}

fn choose(words: Words, error: Option<PasswordError>) -> ChoosePasswordPage {
    ChoosePasswordPage {
        chrome: chrome(words),
        client_name: Some(words("Notes")),
        username: words("ada"),
        least: 15,
        error,
        action: words("/login/new-password"),
        not_you: words("/login"),
        csrf: words("csrf"),
    }
}

fn password(words: Words, error: Option<PasswordError>) -> PasswordPage {
    PasswordPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Password),
        has_password: true,
        least: 15,
        error,
        action: words("/account/password"),
        by_mail: words("/forgot-password"),
    }
}

/// Every page in every state, rendered, by name.
pub(super) fn all(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let weak = || {
        Some(PasswordError::Weak {
            weaknesses: every_weakness(),
        })
    };
    let slow = || Some(PasswordError::SlowDown { seconds: 30 });
    let no_client = ChoosePasswordPage {
        client_name: None,
        ..choose(words, slow())
    };
    let none = PasswordPage {
        has_password: false,
        ..password(words, None)
    };
    let render = |view: &PasswordPage| pages.render(view).unwrap();
    let wrong = password(words, Some(PasswordError::WrongPassword));
    let doubted = password(words, Some(PasswordError::Doubted));
    let stale = password(words, Some(PasswordError::StaleForm));
    vec![
        ("choose", pages.render(&choose(words, None)).unwrap()),
        ("choose_weak", pages.render(&choose(words, weak())).unwrap()),
        ("choose_slow", pages.render(&no_client).unwrap()),
        ("password", render(&password(words, None))),
        ("password_weak", render(&password(words, weak()))),
        ("password_wrong", render(&wrong)),
        ("password_doubted", render(&doubted)),
        ("password_slow", render(&password(words, slow()))),
        ("password_stale", render(&stale)),
        ("password_none", render(&none)),
    ]
}
