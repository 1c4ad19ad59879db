//! `vidimus user update`: another address for an account whose mailbox is lost, and the other names
//! of a person.

use serde_json::{Value, json};
use vidimus::account::link::{Link, LinkContent, LinkPurpose};
use vidimus::account::mail::Mail;
use vidimus::clock::{Clock as _, SystemClock};
use vidimus::flows::mail;
use vidimus::keys::MasterKey;
use vidimus::protocol::ids::{RealmId, UserId};
use vidimus::secret::Digest;
use vidimus::store::{Effects, LinkUse, MailFilter, SharedStore};

use crate::mail::insides_of;
use crate::support::program::{Done, Site};

/// Somebody with a confirmed address.
fn register(site: &Site, username: &str, email: &str) -> Value {
    let create = ["user", "create", "--username", username, "--email", email];
    let more = ["--email-verified", "--claim", "locale=fr", "--json"];
    site.run(&[&create[..], &more].concat()).json()
}

fn update(site: &Site, more: &[&str]) -> Done {
    site.run(&[&["user", "update", "--json"], more].concat())
}

fn get(site: &Site, user: &str) -> Done {
    site.run(&["user", "get", user, "--json"])
}

#[track_caller]
fn fails(code: i32, word: &str, done: &Done) {
    assert_eq!((done.code, done.data.as_str()), (code, ""), "{done:?}");
    assert!(done.talk.contains(word), "{done:?}");
}

/// What is told of a person, from the first on, without their creation.
fn told(site: &Site, user: &str) -> Vec<(String, Value)> {
    let done = site.run(&["event", "tail", "--json", "--user", user]);
    assert_eq!(done.code, 0, "{done:?}");
    let events = done.data.lines().map(|line| -> Value {
        let event: Value = serde_json::from_str(line).unwrap();
        event
    });
    events
        .skip(1)
        .map(|event| {
            let kind = event["event"].as_str().unwrap().to_owned();
            (kind, event["detail"].clone())
        })
        .collect()
}

async fn mails(store: &SharedStore, master: &MasterKey) -> Vec<Mail> {
    let realm = RealmId::default_realm();
    let listed = store.list_mails(&realm, MailFilter::All, 10).await.unwrap();
    let open = |sealed: &[u8], id: &str| mail::read(master, &realm, id, sealed).unwrap();
    listed
        .iter()
        .map(|row| open(row.sealed.as_deref().unwrap(), &row.id))
        .collect()
}

/// Writes a link that was mailed to somebody's address.
async fn mailed(store: &SharedStore, user: &Value, purpose: LinkPurpose) -> Link {
    let now = SystemClock.now();
    let link = Link {
        realm: RealmId::default_realm(),
        digest: Digest::of(purpose.as_str()),
        purpose,
        user: Some(UserId::parse(user["id"].as_str().unwrap()).unwrap()),
        email: user["email"].as_str().unwrap().to_owned(),
        content: LinkContent::default(),
        created_at: now,
        expires_at: now.plus(purpose.lifetime()),
        used_at: None,
    };
    let effects = Effects::NONE.and_link(link.clone());
    store.write_effects(&effects, now).await.unwrap();
    link
}

/// The old mailbox is told, and is worth nothing any more but to lock the account.
#[tokio::test]
async fn an_operator_moves_an_account_to_another_mailbox() {
    let site = Site::on_sqlite();
    let ada = register(&site, "ada", "ada@example.com");
    let (store, master) = insides_of(&site).await;
    let purposes = [
        LinkPurpose::ResetPassword,
        LinkPurpose::ConfirmNewAddress,
        LinkPurpose::AgreeToNewAddress,
    ];
    let mut links = Vec::new();
    for purpose in purposes {
        links.push(mailed(&store, &ada, purpose).await);
    }
    let done = update(&site, &["ada", "--email", " New@Example.COM. "]);
    let moved = done.json();
    assert_eq!(moved["email"], "new@example.com");
    assert_eq!(moved["email_verified"], false);
    assert_eq!(
        (&moved["id"], &moved["username"]),
        (&ada["id"], &json!("ada"))
    );
    for address in ["ada@example.com is told", "new@example.com is unconfirmed"] {
        assert!(done.talk.contains(address), "{done:?}");
    }
    assert_eq!(get(&site, "new@example.com").json()["id"], ada["id"]);
    fails(3, "no user", &get(&site, "ada@example.com"));
    for link in links {
        let found = store.link(&link.realm, &link.digest).await.unwrap();
        assert_eq!(found, None, "{:?}", link.purpose);
    }
    let [notice] = <[_; 1]>::try_from(mails(&store, &master).await).unwrap();
    assert_eq!(notice.kind.as_str(), "address-replaced");
    assert_eq!((&*notice.to, &*notice.language), ("ada@example.com", "fr"));
    let (_, token) = notice.values["lock_link"].split_once("token=").unwrap();
    let realm = RealmId::default_realm();
    let lock = store
        .link(&realm, &Digest::of(token))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(lock.purpose, LinkPurpose::LockAccount);
    let (none, now) = (Effects::NONE, SystemClock.now());
    let locks = store.lock_by_link(&realm, &lock.digest, &none, now);
    assert_eq!(locks.await.unwrap(), LinkUse::Used);
    assert_eq!(get(&site, "ada").json()["locked"], true);
    let detail = json!({"by": "operator", "confirmed": "false"});
    let told = told(&site, "ada");
    assert_eq!(told, [("address.changed".to_owned(), detail)]);
}

#[test]
fn an_operator_vouches_for_an_address_or_does_not() {
    let site = Site::on_sqlite();
    register(&site, "ada", "ada@example.com");
    let both = ["ada", "--email", "new@example.com", "--email-verified"];
    let vouched = update(&site, &both);
    assert_eq!(vouched.json()["email_verified"], true);
    assert!(!vouched.talk.contains("unconfirmed"), "{vouched:?}");
    let again = update(&site, &["ada", "--email", "NEW@example.com"]);
    assert_eq!(again.json()["email_verified"], true, "it is the same one");
    assert_eq!(again.talk, "");
    let doubted = update(&site, &["ada", "--email-verified=false"]).json();
    assert_eq!(doubted["email"], "new@example.com");
    assert_eq!(doubted["email_verified"], false);
    let kinds: Vec<_> = told(&site, "ada")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, ["address.changed", "address.vouched"]);
}

#[tokio::test]
async fn without_an_address_it_is_said_who_can_help() {
    let site = Site::on_sqlite();
    register(&site, "ada", "ada@example.com");
    let (store, master) = insides_of(&site).await;
    let done = update(&site, &["ada", "--no-email"]);
    assert!(done.json().get("email").is_none());
    assert!(done.talk.contains("nobody but an operator"), "{done:?}");
    fails(3, "no user", &get(&site, "ada@example.com"));
    fails(2, "--email", &update(&site, &["ada", "--email-verified"]));
    let both = ["ada", "--no-email", "--email", "new@example.com"];
    fails(2, "--no-email", &update(&site, &both));
    assert_eq!(mails(&store, &master).await.len(), 1);
    // Nobody had the mailbox before, so nobody is told.
    let found = update(&site, &["ada", "--email", "ada@example.com"]);
    assert_eq!(found.json()["email"], "ada@example.com");
    assert_eq!(mails(&store, &master).await.len(), 1);
}

#[tokio::test]
async fn what_is_taken_is_refused_in_words() {
    let site = Site::on_sqlite();
    register(&site, "ada", "ada@example.com");
    register(&site, "bob", "bob@example.com");
    let before = get(&site, "ada").data;
    for wish in [
        ["ada", "--email", "Bob@example.com"],
        ["ada", "--username", "BOB"],
        ["ada", "--username", "bob@example.com"],
    ] {
        fails(4, "is taken in this realm", &update(&site, &wish));
    }
    for (wish, word) in [
        (["ada", "--email", "ada"], "no mail address"),
        (["ada", "--email", "a b@example.com"], "no mail address"),
        (["ada", "--username", " "], "a user name has"),
        (["ada", "--name", "a\u{7}b"], "the claim name"),
    ] {
        fails(2, word, &update(&site, &wish));
    }
    fails(3, "no user", &update(&site, &["eve", "--username", "e"]));
    assert_eq!(get(&site, "ada").data, before);
    assert_eq!(told(&site, "ada"), []);
    let (store, master) = insides_of(&site).await;
    assert!(mails(&store, &master).await.is_empty());
}

/// A user name that is the address goes with it; another one does not.
#[test]
fn a_person_gets_other_names() {
    let site = Site::on_sqlite();
    register(&site, "ada@example.com", "ada@example.com");
    let moved = update(&site, &["ada@example.com", "--email", "new@example.com"]).json();
    assert_eq!(moved["username"], "new@example.com");
    let wishes = [
        "new@example.com",
        "--username",
        " Countess ",
        "--name",
        "Ada King",
        "--given-name",
        "Ada",
        "--family-name",
        "King",
        "--claim",
        "locale=",
    ];
    let named = update(&site, &wishes).json();
    assert_eq!(named["username"], "countess");
    assert_eq!(named["email"], "new@example.com");
    assert_eq!(
        (&named["name"], &named["family_name"]),
        (&json!("Ada King"), &json!("King"))
    );
    assert!(named.get("locale").is_none());
    assert_eq!(
        update(&site, &["countess"]).json(),
        named,
        "nothing is wished"
    );
    let all = told(&site, "countess");
    let kinds: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "user.renamed",
        "address.changed",
        "user.renamed",
        "profile.changed",
    ];
    assert_eq!(kinds, expected);
    let claims = json!({"by": "operator", "claims": "family_name given_name locale name"});
    assert_eq!(all[3].1, claims);
}
