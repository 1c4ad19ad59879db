//! One-time links, and what people do with them: confirm an address, set another password, accept
//! an invitation, lock an account.

mod invitations;
mod locking;
mod races;
mod reset;
mod sign_up;

use http::StatusCode;
use vidimus::account::mail::Mail;
use vidimus::flows::mail;
use vidimus::protocol::ids::RealmId;
use vidimus::protocol::realm::{RealmSettings, SignUpMode};
use vidimus::store::{MailFilter, Realm};

use crate::support::browser::attribute;
use crate::support::{Answer, Browser, World};

/// A password that is good enough for everybody.
pub(crate) const CHOSEN: &str = "seven herons by the quiet weir";

/// The mails that wait in the default realm, the newest first.
pub(crate) async fn outbox(world: &World) -> Vec<Mail> {
    let realm = RealmId::default_realm();
    let store = &world.app.store;
    let stored = store.list_mails(&realm, MailFilter::All, 100).await;
    let open = |sealed: &[u8], id: &str| mail::read(&world.app.master, &realm, id, sealed).unwrap();
    stored
        .unwrap()
        .iter()
        .map(|stored| open(stored.sealed.as_deref().unwrap(), &stored.id))
        .collect()
}

/// The one mail to an address.
pub(crate) async fn mail_to(world: &World, email: &str) -> Mail {
    let mut mails = outbox(world).await;
    mails.retain(|mail| mail.to == email);
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

/// The link of a mail.
pub(crate) fn link_of(mail: &Mail) -> String {
    mail.values["link"].clone()
}

/// Lets people register in the default realm, with terms or without.
pub(crate) async fn open_sign_up(world: &World, terms: Option<&str>) {
    let realm = RealmId::default_realm();
    let row = world.app.store.realm(&realm).await.unwrap().unwrap();
    let row = Realm {
        settings: RealmSettings {
            sign_up: SignUpMode::Open,
            ..row.settings
        },
        terms_url: terms.map(str::to_owned),
        ..row
    };
    world.app.store.update_realm(&row, &[]).await.unwrap();
}

/// Opens the form of a page and sends it.
pub(crate) async fn fill(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page).await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    browser.submit(&shown, fields).await
}

/// Follows a link and presses the button on its page.
pub(crate) async fn press(browser: &mut Browser, link: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(link).await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    let token = attribute(&shown.body, "name=\"token\"", "value");
    let mut all = vec![("token", token.as_str())];
    all.extend(fields);
    browser.submit(&shown, &all).await
}

/// What the page for a link that does nothing says.
pub(crate) fn refusal(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::GONE, "{answer:?}");
    let class = attribute(&answer.body, "id=\"link-refused\"", "class");
    class.strip_prefix("lead ").unwrap().to_owned()
}

/// What a link has done.
pub(crate) fn done(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    attribute(&answer.body, "id=\"link-done\"", "class")
}

/// What is wrong with a form, by the first words of the page.
pub(crate) fn complaint(answer: &Answer) -> String {
    let after = answer.body.split("id=\"form-error\"").nth(1);
    let after = after.unwrap_or_else(|| panic!("no complaint: {answer:?}"));
    let strong = after.split("<strong>").nth(1).unwrap();
    strong.split("</strong>").next().unwrap().to_owned()
}

/// Everything of an answer that an outsider sees, but for what differs each time and for the
/// address that was typed.
pub(crate) fn seen(answer: &Answer, email: &str) -> String {
    let csrf = attribute(&answer.body, "name=\"csrf\"", "value");
    let body = answer.body.replace(email, "EMAIL").replace(&csrf, "CSRF");
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    format!("{}\n{}\n{body}", answer.status, headers.join("\n"))
}

/// Changes one character of a link's token.
pub(crate) fn altered(link: &str) -> String {
    let last = if link.ends_with('A') { 'B' } else { 'A' };
    let mut text = link.to_owned();
    text.pop();
    text.push(last);
    text
}
