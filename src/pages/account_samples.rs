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
    };
    vec![
        ("account_home", pages.render(&home).unwrap()),
        ("account_stale", pages.render(&stale).unwrap()),
        ("account_sign_in", pages.render(&sign_in).unwrap()),
    ]
}
