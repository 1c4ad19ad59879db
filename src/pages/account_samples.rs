//! Sample views of the account.

use crate::pages::samples::{Words, chrome};
use crate::pages::*;

fn frame(words: Words, here: AccountPage) -> AccountFrame {
    AccountFrame {
        user_name: words("Ada Lovelace"),
        username: words("ada"),
        places: AccountFrame::places(here, str::to_owned),
        sign_out: words("/end_session"),
        csrf: words("token"),
        notice: None,
    }
}

/// Every page of the account, rendered, by name.
pub(super) fn account_pages(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let home = AccountHomePage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Home),
    };
    let mut stale = home.clone();
    stale.account.notice = Some(AccountNotice::StaleForm);
    let sign_in = SignInPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::SignIn),
        password_url: words("/account/password"),
        has_password: true,
        factors_url: words("/account/factors"),
    };
    let factors = FactorsPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Factors),
        apps: vec![AppLine {
            id: words("app"),
            name: words("My phone"),
        }],
        recovery_codes: 9,
        devices: vec![DeviceLine {
            id: words("device"),
            name: words("Firefox"),
        }],
        add_url: words("/account/factors/app"),
        action: words("/account/factors"),
    };
    let no_factors = FactorsPage {
        apps: Vec::new(),
        devices: Vec::new(),
        ..factors.clone()
    };
    vec![
        ("account_home", pages.render(&home).unwrap()),
        ("account_stale", pages.render(&stale).unwrap()),
        ("account_factors", pages.render(&factors).unwrap()),
        ("account_no_factors", pages.render(&no_factors).unwrap()),
        ("account_sign_in", pages.render(&sign_in).unwrap()),
    ]
}
