//! Guesses of one address over every path and spelling.

use http::StatusCode;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;

use super::{at_login, to_login, type_in};
use crate::links::{CHOSEN, fill, link_of, mail_to, open_sign_up};
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, World};

/// Where a password or a code can be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    SignIn,
    Factor,
    RecoveryCode,
    SetUp,
    UserCode,
    Confirmation,
    Deletion,
}

pub(super) const PATHS: [Path; 7] = [
    Path::SignIn,
    Path::Factor,
    Path::RecoveryCode,
    Path::SetUp,
    Path::UserCode,
    Path::Confirmation,
    Path::Deletion,
];

/// The burst of a world.
const LIMIT: usize = 10;

/// One address in spellings that proxies use.
const IPV4: &[&str] = &[
    "192.0.2.99",
    "::ffff:192.0.2.99",
    "::FFFF:c000:0263",
    "0:0:0:0:0:ffff:192.0.2.99",
];
/// Addresses of one subscriber.
const IPV6: &[&str] = &[
    "2001:db8:7:9::1",
    "2001:0db8:0007:0009:0000:0000:0000:0001",
    "2001:DB8:7:9:ffff::2",
    "2001:db8:7:9:a:b:c:d",
];

/// A browser at each path, one step before the guess.
pub(super) struct Places {
    pub(super) world: World,
    places: Vec<(Path, Browser, Answer)>,
}

impl Places {
    pub(super) async fn new() -> Self {
        let world = World::in_memory().await;
        for name in ["ada", "bob", "carl"] {
            world.user(&RealmId::default_realm(), name).await;
        }
        open_sign_up(&world, None).await;
        Authenticator::of(&world, "ada").await;
        let mut places = Vec::new();
        let (browser, page) = at_login(&world, "198.51.100.1").await;
        places.push((Path::SignIn, browser, page));
        let (mut browser, page) = at_login(&world, "198.51.100.2").await;
        let to_factor = type_in(&mut browser, &page, "ada", PASSWORD).await;
        let factor = browser.get(to_factor.location()).await;
        let recovery = attribute(&factor.body, "id=\"factor-other\"", "href");
        let recovery = browser.get(&recovery).await;
        places.push((Path::Factor, browser.clone(), factor));
        places.push((Path::RecoveryCode, browser, recovery));
        places.push(set_up(&world).await);
        let (mut browser, page) = at_login(&world, "198.51.100.3").await;
        type_in(&mut browser, &page, "bob", PASSWORD).await;
        let device = browser.get("/device").await;
        let data = browser.get("/account/data").await;
        places.push((Path::UserCode, browser.clone(), device));
        places.push((Path::Deletion, browser, data));
        places.push(confirmation(&world).await);
        Self { world, places }
    }

    /// One guess, from an address; whether it was looked at.
    pub(super) async fn guess(&self, path: Path, address: &str, number: usize) -> bool {
        let (_, browser, page) = self.places.iter().find(|(own, ..)| *own == path).unwrap();
        let mut browser = browser.clone().at_address(address);
        let wrong = format!("wrong-{number}");
        let answer = match path {
            Path::SignIn => type_in(&mut browser, page, &format!("user{number}"), &wrong).await,
            Path::Factor => browser.submit(page, &[("code", "000000")]).await,
            Path::RecoveryCode => browser.submit(page, &[("code", "AAAA-BBBB")]).await,
            Path::SetUp => {
                let offer = attribute(&page.body, "name=\"offer\"", "value");
                let fields = [("offer", offer.as_str()), ("code", "000000"), ("name", "")];
                browser.submit(page, &fields).await
            }
            Path::UserCode => browser.submit(page, &[("user_code", "BBBB-BBBB")]).await,
            Path::Confirmation => {
                let token = attribute(&page.body, "name=\"token\"", "value");
                let fields = [("token", token.as_str()), ("password", wrong.as_str())];
                browser.submit(page, &fields).await
            }
            Path::Deletion => {
                let csrf = attribute(&page.body, "name=\"csrf\"", "value");
                let fields = [
                    ("csrf", csrf.as_str()),
                    ("username", "bob"),
                    ("password", wrong.as_str()),
                ];
                browser.post("/account/data/delete", &fields).await
            }
        };
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => true,
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(
                    answer.header("retry-after").is_some(),
                    "{path:?}: {answer:?}"
                );
                assert!(answer.body.contains("Please wait "), "{path:?}: {answer:?}");
                false
            }
            _ => panic!("{path:?}: {answer:?}"),
        }
    }
}

/// `carl` at the page on which an app is set up, where a client demands one.
async fn set_up(world: &World) -> (Path, Browser, Answer) {
    let realm = RealmId::default_realm();
    let client = world
        .client_with(&realm, ClientType::Web, |metadata| {
            metadata.require_second_factor = true;
        })
        .await;
    let mut browser = world.browser().at_address("198.51.100.4");
    let page = to_login(&mut browser, &client.authorize_url(&[])).await;
    let to_set_up = type_in(&mut browser, &page, "carl", PASSWORD).await;
    let page = browser.get(to_set_up.location()).await;
    (Path::SetUp, browser, page)
}

/// Somebody with a link that makes an account for whoever knows the password of the form.
async fn confirmation(world: &World) -> (Path, Browser, Answer) {
    let mut browser = world.browser().at_address("198.51.100.5");
    let fields = [
        ("email", "eve@example.test"),
        ("name", ""),
        ("password", CHOSEN),
    ];
    fill(&mut browser, "/sign-up", &fields).await;
    let link = link_of(&mail_to(world, "eve@example.test").await);
    let page = browser.get(&link).await;
    (Path::Confirmation, browser, page)
}

/// A generator of its own, so that every run takes the same walk.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[tokio::test]
async fn one_prefix_stays_under_the_limit_whatever_path_or_spelling() {
    for (spellings, seed) in [(IPV4, 1), (IPV6, 2), (IPV4, 3), (IPV6, 4)] {
        let places = Places::new().await;
        let mut dice = Dice(seed);
        let mut looked_at = 0;
        for number in 0..100 {
            let path = PATHS[dice.throw(PATHS.len())];
            let spelling = spellings[dice.throw(spellings.len())];
            looked_at += usize::from(places.guess(path, spelling, number).await);
        }
        assert_eq!(looked_at, LIMIT, "seed {seed}");
        for path in PATHS {
            for spelling in spellings {
                assert!(
                    !places.guess(path, spelling, 0).await,
                    "{path:?} {spelling}"
                );
            }
        }
        // It is the prefix that waits, not the paths nor the people.
        for (number, path) in PATHS.into_iter().enumerate() {
            assert!(
                places.guess(path, "203.0.113.5", 50 + number).await,
                "{path:?}"
            );
            places.world.advance(45);
        }
    }
}

#[tokio::test]
async fn the_addresses_of_one_network_have_a_second_limit() {
    let places = Places::new().await;
    let mut looked_at = 0;
    for number in 0..60 {
        let address = format!("2001:db8:5:{number:x}::1");
        looked_at += usize::from(places.guess(Path::SignIn, &address, number).await);
        if looked_at < 4 * LIMIT {
            continue;
        }
        assert!(!places.guess(Path::Factor, &address, number).await);
    }
    assert_eq!(looked_at, 4 * LIMIT);
    assert!(places.guess(Path::SignIn, "2001:db8:6::1", 3).await);
}
