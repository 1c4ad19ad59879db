//! No second factor is skipped by any order of requests: generated walks over every address of the
//! server, from where a person is after the right password.

use std::cell::RefCell;
use std::rc::Rc;

use http::header::SET_COOKIE;
use vidimus::account::user::User;
use vidimus::http::ROUTES;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;

use super::{DEVICE, SESSION, SIGN_IN, after_password, type_code};
use crate::passkeys;
use crate::support::authenticator::Authenticator;
use crate::support::browser::attribute;
use crate::support::passkey::{Says, SoftPasskey};
use crate::support::world::PASSWORD;
use crate::support::{Answer, Browser, TestClient, World};

const WALKS: u64 = 300;
const STEPS: u64 = 10;
/// Texts that only an account page, a consent page or a token answer holds.
const CONTENT: [&str; 6] = [
    "Ada Lovelace",
    "ada@example.test",
    "\"access_token\"",
    "\"id_token\"",
    "consent-approve",
    "recovery-codes",
];

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides).unwrap()
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.roll(u64::try_from(choices.len()).unwrap())]
    }
}

/// What somebody has who knows the password and not the second factor.
struct Thief {
    world: World,
    client: TestClient,
    ada: User,
    browser: Browser,
    page: Answer,
    /// A code of ada's that was used before.
    used: String,
    /// What another person's app shows.
    others: String,
    /// The sealed key of an app that another person was offered.
    offer: String,
    user_code: String,
    /// Answers of ada's passkey that were used before, as the first and as the second proof, and
    /// one of another person's.
    answers: Vec<String>,
    /// A key of the thief's that goes by the name of ada's.
    forged: Rc<RefCell<SoftPasskey>>,
}

impl Thief {
    /// The queries that an address is asked with: none, the request's, that of the thief's own
    /// page, and that of a device.
    fn query(&self, dice: &mut Dice) -> String {
        let action = attribute(&self.page.body, "<form", "action");
        let sealed = action.split_once('?').unwrap().1.to_owned();
        let request = self.client.authorize_url(&[]);
        let request = request.split_once('?').unwrap().1.to_owned();
        let user_code = format!("user_code={}", self.user_code);
        let choices = [
            String::new(),
            format!("{request}&prompt=none"),
            format!("{request}&acr_values=urn:vidimus:acr:1fa"),
            request,
            format!("{user_code}&second_factor=1"),
            user_code,
            sealed.clone(),
            sealed.clone(),
            sealed,
        ];
        dice.pick(&choices).clone()
    }

    /// What a form may hold: everything that any of our forms has, right, wrong and stolen.
    fn fields(&self, dice: &mut Dice) -> Vec<(&'static str, String)> {
        let csrf = attribute(&self.page.body, "name=\"csrf\"", "value");
        let mut fields = vec![("csrf", csrf)];
        let half = self
            .browser
            .cookies
            .get(SIGN_IN)
            .cloned()
            .unwrap_or_default();
        let codes = [
            "000000".to_owned(),
            String::new(),
            self.used.clone(),
            self.others.clone(),
            "0000-0000-0000-0000-0000-0000".to_owned(),
            half.clone(),
        ];
        let plausible: [(&'static str, Vec<String>); 13] = [
            ("credential", self.answers.clone()),
            ("code", codes.to_vec()),
            (
                "username",
                vec!["ada".to_owned(), "Ada@Example.Test".to_owned()],
            ),
            (
                "password",
                vec![PASSWORD.to_owned(), "wrong-password".to_owned()],
            ),
            ("decision", vec!["approve".to_owned(), "deny".to_owned()]),
            ("offer", vec![self.offer.clone(), String::new()]),
            ("remember", vec!["on".to_owned()]),
            ("user_code", vec![self.user_code.clone()]),
            (
                "grant_type",
                vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            ),
            ("refresh_token", vec![half.clone()]),
            ("token", vec![half]),
            ("client_id", vec![self.client.id().to_owned()]),
            ("client_secret", vec![self.client.secret.clone().unwrap()]),
        ];
        for (name, values) in plausible {
            if dice.roll(3) > 0 {
                fields.push((name, dice.pick(&values).clone()));
            }
        }
        fields
    }

    /// Puts the cookies that there are under each other's names.
    fn shuffle_cookies(&mut self, dice: &mut Dice) {
        let Some(half) = self.browser.cookies.get(SIGN_IN).cloned() else {
            return;
        };
        match dice.roll(8) {
            0 => drop(self.browser.cookies.insert(SESSION.to_owned(), half)),
            1 => drop(self.browser.cookies.insert(DEVICE.to_owned(), half)),
            _ => {}
        }
    }

    /// Asks to be asked for a passkey, and answers with the forged one.
    async fn forge(&mut self, dice: &mut Dice) -> (String, Answer) {
        let path = *dice.pick(&["/login/passkey", "/login/factor/passkey"]);
        let query = self.query(dice);
        let csrf = attribute(&self.page.body, "name=\"csrf\"", "value");
        let options = format!("{path}/options?{query}");
        let asked = self.browser.post(&options, &[("csrf", &csrf)]).await;
        let Ok(asked) = serde_json::from_str::<serde_json::Value>(&asked.body) else {
            return (format!("POST {options}"), asked);
        };
        if asked["challenge"].is_null() {
            return (format!("POST {options}"), self.browser.get("/livez").await);
        }
        let answer = self.forged.borrow_mut().answer(&asked, &Says::truth());
        let address = format!("{path}?{query}");
        let fields = [("csrf", csrf.as_str()), ("credential", &answer)];
        let answer = self.browser.post(&address, &fields).await;
        (format!("POST {address} with a forged passkey"), answer)
    }

    async fn step(&mut self, dice: &mut Dice) -> (String, Answer) {
        if dice.roll(12) == 0 {
            return self.forge(dice).await;
        }
        let route = dice.pick(ROUTES);
        let path = route.path.replace("{client_id}", self.client.id());
        let path = path.replace("{file}", "style.css");
        let query = self.query(dice);
        let address = format!("{path}?{query}");
        if dice.roll(2) == 0 {
            let answer = self.browser.get(&address).await;
            return (format!("GET {address}"), answer);
        }
        let fields = self.fields(dice);
        let borrowed: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = self.browser.post(&address, &borrowed).await;
        (format!("POST {address} {fields:?}"), answer)
    }

    /// Nothing that was answered opens anything.
    async fn must_have_nothing(&self, walk: &[String], answer: &Answer) {
        for value in answer.headers.get_all(SET_COOKIE) {
            let value = value.to_str().unwrap();
            let value = value.split(';').next().unwrap().split_once('=').unwrap().1;
            self.must_open_nothing(walk, value).await;
        }
        for value in self.browser.cookies.values() {
            self.must_open_nothing(walk, value).await;
        }
        // What is sent on to one of our own pages is what came in.
        let outside = |location: &&str| !location.starts_with("https://id.example.test/");
        if let Some(location) = answer.header("location").filter(outside) {
            for given in ["code=", "access_token=", "id_token="] {
                let whole = location
                    .replace("user_code=", "")
                    .replace("response_type=code", "");
                assert!(!whole.contains(given), "{location} after {walk:#?}");
            }
        }
        for content in CONTENT {
            assert!(
                !answer.body.contains(content),
                "{content}: {answer:?} after {walk:#?}"
            );
        }
    }

    async fn must_open_nothing(&self, walk: &[String], cookie: &str) {
        let realm = RealmId::default_realm();
        let store = &self.world.app.store;
        let facts = store.session_facts(&realm, &Digest::of(cookie), None).await;
        let facts = facts.unwrap();
        assert!(
            facts.is_none(),
            "a session of {:?} after {walk:#?}",
            facts.unwrap().user.username
        );
        let device = Digest::of(cookie);
        let facts = store.factors(&realm, &self.ada.id, Some(&device), self.world.app.now());
        assert!(!facts.await.unwrap().remembered, "a device after {walk:#?}");
    }
}

/// ROUTES is taken from the router itself, so that a page that is added is walked over too.
#[tokio::test]
async fn nothing_but_the_right_code_opens_anything() {
    let world = World::in_memory().await;
    let ada = world.ada().await;
    world.user(&RealmId::default_realm(), "bob").await;
    let app = Authenticator::of(&world, "ada").await;
    let bobs = Authenticator::of(&world, "bob").await;
    super::set_realm(&world, |realm| realm.remember_devices_days = 30).await;
    let client = world.client(ClientType::Web).await;
    let (answers, forged) = passkeys_of_ada(&world, &client, &app).await;
    let device = world.client(ClientType::Device).await;
    let carol = world.user(&RealmId::default_realm(), "carol").await;
    let offer = offer_of(&world, &carol).await;
    let mut dice = Dice(0x5eed_0fac_7035_0001);
    let mut lasted = 0;
    for number in 0..WALKS {
        let waiting = device
            .post("/device_authorization", &[("scope", "openid")])
            .await;
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client).await;
        let mut thief = Thief {
            world: world.clone(),
            client: client.clone(),
            ada: ada.clone(),
            browser,
            page,
            used: app.code(),
            others: bobs.code(),
            offer: offer.clone(),
            answers: answers.clone(),
            forged: Rc::clone(&forged),
            user_code: waiting.json()["user_code"].as_str().unwrap().to_owned(),
        };
        let mut walk = vec![format!("walk {number}")];
        for _ in 0..STEPS {
            thief.shuffle_cookies(&mut dice);
            let (asked, answer) = thief.step(&mut dice).await;
            walk.push(asked);
            thief.must_have_nothing(&walk, &answer).await;
        }
        // What was walked from is a sign-in that the right code completes.
        world
            .app
            .store
            .clear_login_attempts(&ada.realm, &format!("SECOND FACTOR {}", ada.id))
            .await
            .unwrap();
        world.advance(300);
        let mut browser = world.browser();
        let page = after_password(&mut browser, &client).await;
        let answer = type_code(&mut browser, &page, &[("code", &app.code())]).await;
        assert!(
            answer.param_if_any("code").is_some(),
            "{answer:?} after {walk:#?}"
        );
        lasted += walk.len();
    }
    assert_eq!(lasted, usize::try_from(WALKS * (STEPS + 1)).unwrap());
}

/// Gives ada a passkey, uses it in both ways, and forges it.
async fn passkeys_of_ada(
    world: &World,
    client: &TestClient,
    app: &Authenticator,
) -> (Vec<String>, Rc<RefCell<SoftPasskey>>) {
    let mut browser = world.browser();
    let page = after_password(&mut browser, client).await;
    type_code(&mut browser, &page, &[("code", &app.next_code())]).await;
    let mut key = SoftPasskey::new(true);
    let added = passkeys::add(&mut browser, &mut key, "ada").await;
    assert!(added.location().ends_with("/account/passkeys"), "{added:?}");
    let mut answers = vec![String::new(), "{}".to_owned()];
    let mut browser = world.browser();
    let page = passkeys::login_page(&mut browser, &client.authorize_url(&[])).await;
    let asked = passkeys::options(&mut browser, &page).await;
    answers.push(key.answer(&asked, &Says::truth()));
    passkeys::send(&mut browser, &page, answers.last().unwrap()).await;
    let mut browser = world.browser();
    let page = after_password(&mut browser, client).await;
    let asked = passkeys::options(&mut browser, &page).await;
    answers.push(key.answer(&asked, &Says::truth()));
    passkeys::send(&mut browser, &page, answers.last().unwrap()).await;
    (answers, Rc::new(RefCell::new(key.forged())))
}

/// An app that somebody else was offered, in a sign-in of their own.
async fn offer_of(world: &World, user: &User) -> String {
    let strict = world
        .client_with(&user.realm, ClientType::Web, |metadata| {
            metadata.require_second_factor = true;
        })
        .await;
    let mut browser = world.browser();
    let page = browser
        .authorize(&strict.authorize_url(&[]), &user.username)
        .await;
    attribute(&page.body, "name=\"offer\"", "value")
}
