//! Sample views of the account.

use crate::account::event::{Caller, EventKind};
use crate::account::profile::ClaimRefusal;
use crate::pages::samples::{Words, chrome, person, user};
use crate::pages::*;
use crate::protocol::scope::ScopeSet;
use crate::protocol::time::Timestamp;

pub(super) fn frame(words: Words, here: AccountPage) -> AccountFrame {
    AccountFrame {
        user_name: words("Ada Lovelace"),
        username: words("ada"),
        places: AccountFrame::places(here, str::to_owned),
        sign_out: words("/end_session"),
        csrf: words("token"),
        notice: None,
    }
}

pub(super) fn moment() -> Moment {
    Timestamp::from_unix_seconds(1_700_000_000).into()
}

fn origin(words: Words) -> Origin {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let caller = Caller {
        address: Some("192.0.2.7".parse().unwrap()),
        user_agent: Some(words(agent)),
        request: None,
    };
    Origin::from(&caller)
}

fn home(words: Words) -> AccountHomePage {
    AccountHomePage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Home),
        email: Some(words("ada@example.test")),
        email_verified: true,
        second_factor: true,
        recovery_codes: 8,
        other_sessions: 0,
        apps: 2,
        profile_url: words("/account/profile"),
        factors_url: words("/account/factors"),
        sessions_url: words("/account/sessions"),
        apps_url: words("/account/apps"),
    }
}

fn profile(words: Words, refused: Option<ClaimRefusal>) -> ProfilePage {
    let value = |_: &str| words("Ada");
    ProfilePage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Profile),
        email: Some(words("ada@example.test")),
        address_url: words("/account/address"),
        email_verified: false,
        invalid: refused.is_some(),
        groups: ProfilePage::groups(value, |name| refused.filter(|_| name == "birthdate")),
        changed_meanwhile: false,
        action: words("/account/profile"),
    }
}

fn sessions(words: Words) -> SessionsPage {
    let card = |id, present| SessionCard {
        id: words(id),
        origin: origin(words),
        present,
        since: moment(),
        seen: moment(),
        apps: vec![words("Notes"), words("Garden")],
    };
    let unknown = SessionCard {
        origin: Origin::from(&Caller::default()),
        apps: Vec::new(),
        ..card("s-3", false)
    };
    SessionsPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Sessions),
        sessions: vec![card("s-1", true), card("s-2", false), unknown],
        action: words("/account/sessions"),
    }
}

fn apps(words: Words) -> AppsPage {
    let scope = ScopeSet::parse("openid profile email offline_access notes:write").unwrap();
    let app = AppCard {
        id: words("notes"),
        name: words("Notes"),
        unverified: true,
        host: Some(words("notes.example.com")),
        scopes: scope_lines(&scope, person(&user(words))),
        since: moment(),
        used: Some(moment()),
        offline: true,
    };
    let idle = AppCard {
        unverified: false,
        host: None,
        used: None,
        offline: false,
        ..app.clone()
    };
    AppsPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Apps),
        apps: vec![app, idle],
        action: words("/account/apps"),
    }
}

/// More lines than a page has; the kinds that one leaves out are on another.
fn activity(words: Words, kinds: &[EventKind]) -> ActivityPage {
    let line = |kind| HappeningLine {
        what: in_words(kind),
        app: (kind == EventKind::ConsentGranted).then(|| words("Notes")),
        at: moment(),
        origin: origin(words),
    };
    ActivityPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Activity),
        happenings: kinds.iter().copied().map(line).collect(),
        older: Some(words("/account/activity?before=7")),
        newest: Some(words("/account/activity")),
        password_url: words("/account/password"),
        sessions_url: words("/account/sessions"),
    }
}

fn data(words: Words, error: Option<DeletionError>) -> DataPage {
    DataPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Data),
        download: words("/account/data/download"),
        delete: words("/account/data/delete"),
        has_password: true,
        typed: words(""),
        error,
        apps: vec![words("Notes")],
    }
}

/// The pages around another address and around the end of a deletion.
fn link_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let address = |(email, agrees): (Option<String>, bool), error| AddressPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Address),
        email,
        agrees,
        typed: words(""),
        error,
        action: words("/account/address"),
    };
    let confirm = |agrees, error| ConfirmNewAddressPage {
        chrome: chrome(words),
        email: words("ada@example.test"),
        agrees,
        token: words("token"),
        error,
        action: words("/confirm-new-address"),
        csrf: words("token"),
    };
    let undo = UndoDeletionPage {
        chrome: chrome(words),
        token: words("token"),
        error: None,
        action: words("/undo-deletion"),
        csrf: words("token"),
    };
    let present = || Some(words("ada@example.test"));
    let known = address((present(), true), None);
    let unconfirmed = address((present(), false), None);
    let refused = address((None, false), Some(AccountFormError::Address));
    let taken = confirm(false, Some(AccountFormError::AddressTaken));
    vec![
        ("account_address", pages.render(&known).unwrap()),
        (
            "account_unconfirmed_address",
            pages.render(&unconfirmed).unwrap(),
        ),
        ("account_no_address", pages.render(&refused).unwrap()),
        ("new_address", pages.render(&confirm(false, None)).unwrap()),
        (
            "new_address_agreed",
            pages.render(&confirm(true, None)).unwrap(),
        ),
        ("new_address_taken", pages.render(&taken).unwrap()),
        ("undo_deletion", pages.render(&undo).unwrap()),
    ]
}

fn home_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let alone = AccountHomePage {
        email: None,
        second_factor: false,
        other_sessions: 3,
        apps: 0,
        ..home(words)
    };
    let mut rendered = vec![
        ("account_home", pages.render(&home(words)).unwrap()),
        ("account_alone", pages.render(&alone).unwrap()),
    ];
    for notice in AccountNotice::ALL.iter().copied() {
        let mut told = home(words);
        told.account.notice = Some(notice);
        rendered.push((notice.name(), pages.render(&told).unwrap()));
    }
    rendered
}

fn profile_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let meanwhile = ProfilePage {
        changed_meanwhile: true,
        ..profile(words, None)
    };
    let refused = profile(words, Some(ClaimRefusal::Birthdate));
    let calm = profile(words, None);
    vec![
        ("account_profile", pages.render(&calm).unwrap()),
        ("account_profile_refused", pages.render(&refused).unwrap()),
        (
            "account_profile_meanwhile",
            pages.render(&meanwhile).unwrap(),
        ),
    ]
}

fn listing_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let no_apps = AppsPage {
        apps: Vec::new(),
        ..apps(words)
    };
    let nothing = ActivityPage {
        happenings: Vec::new(),
        older: None,
        ..activity(words, &[])
    };
    let (kinds, rest) = EventKind::ALL.split_at(EventKind::ALL.len() / 2);
    let (first, next) = (activity(words, kinds), activity(words, rest));
    vec![
        ("account_sessions", pages.render(&sessions(words)).unwrap()),
        ("account_apps", pages.render(&apps(words)).unwrap()),
        ("account_no_apps", pages.render(&no_apps).unwrap()),
        ("account_activity", pages.render(&first).unwrap()),
        ("account_activity_next", pages.render(&next).unwrap()),
        ("account_nothing", pages.render(&nothing).unwrap()),
    ]
}

fn sign_in_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let sign_in = SignInPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::SignIn),
        password_url: words("/account/password"),
        has_password: true,
        passkeys_page: words("/account/passkeys"),
        factors_url: words("/account/factors"),
    };
    let factors = FactorsPage {
        chrome: chrome(words),
        account: frame(words, AccountPage::Factors),
        apps: vec![AppLine {
            id: words("app"),
            name: words("My phone"),
        }],
        has_passkeys: true,
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
        has_passkeys: false,
        devices: Vec::new(),
        ..factors.clone()
    };
    vec![
        ("account_sign_in", pages.render(&sign_in).unwrap()),
        ("account_factors", pages.render(&factors).unwrap()),
        ("account_no_factors", pages.render(&no_factors).unwrap()),
    ]
}

fn data_pages(pages: &Pages, words: Words) -> Vec<(&'static str, String)> {
    let deletion = |error| pages.render(&data(words, error)).unwrap();
    let deleted = DeletedPage {
        chrome: chrome(words),
        email: Some(words("ada@example.test")),
        until: moment(),
    };
    let slow = DeletionError::SlowDown { seconds: 30 };
    vec![
        ("account_data", deletion(None)),
        (
            "account_other_name",
            deletion(Some(DeletionError::OtherName)),
        ),
        (
            "account_wrong",
            deletion(Some(DeletionError::WrongPassword)),
        ),
        ("account_doubted", deletion(Some(DeletionError::Doubted))),
        ("account_slow", deletion(Some(slow))),
        ("account_deleted", pages.render(&deleted).unwrap()),
    ]
}

/// Every page of the account, rendered, by name.
pub(super) fn account_pages(words: Words) -> Vec<(&'static str, String)> {
    let pages = Pages::new().unwrap();
    let groups = [
        home_pages(&pages, words),
        profile_pages(&pages, words),
        sign_in_pages(&pages, words),
        listing_pages(&pages, words),
        data_pages(&pages, words),
        link_pages(&pages, words),
    ];
    groups.into_iter().flatten().collect()
}
