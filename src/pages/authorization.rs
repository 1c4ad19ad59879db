//! The two pages between an authorization request and its answer: sign in, and consent.

use serde::Serialize;
use serde_json::Value;

use crate::account::claims::claim;
use crate::account::user::User;
use crate::pages::{Chrome, View};
use crate::protocol::authorize::request::CLAIM_PREFIX;
use crate::protocol::client::Client;
use crate::protocol::redirect_uri::origin_of;
use crate::protocol::scope::ScopeSet;

/// Why a sign-in was not accepted. It never tells whether the account exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LoginError {
    /// User name and password do not belong together, or there is no such account.
    WrongCredentials,
    /// The user name was left empty.
    MissingUsername,
    /// The password was left empty.
    MissingPassword,
    /// Too many attempts; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old; the person only has to try again.
    StaleForm,
}

/// Why someone who is signed in is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginReason {
    /// The client asked for it (OIDC Core §3.1.2.1, `prompt=login`).
    ClientAsked,
    /// The last sign-in is older than the client accepts (OIDC Core §3.1.2.1, `max_age`).
    TooLongAgo,
    /// The account needs a second factor, which is set up after the password.
    NoSecondFactor,
    /// The person wants to use another account.
    OtherAccount,
    /// The session ended while the person was away.
    SessionEnded,
}

/// An account that the page may give away, in demo mode only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    /// What to type as user name.
    pub username: String,
    /// What to type as password.
    pub password: String,
}

/// The sign-in page. Posts `csrf`, `username` and `password` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client that the person came from, by its registered name.
    pub client_name: Option<String>,
    /// What stands in the user name field: a `login_hint`, or what was typed before.
    pub username: String,
    /// Whether that name is fixed, because this very person must prove to be here.
    pub username_fixed: bool,
    /// Why the last attempt was not accepted.
    pub error: Option<LoginError>,
    /// Why the person is asked again.
    pub reason: Option<LoginReason>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
    /// The demo account, in demo mode.
    pub demo_account: Option<DemoAccount>,
}

impl View for LoginPage {
    const TEMPLATE: &'static str = "login.html";
}

/// One thing that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeLine {
    /// The scope token, for those who know it.
    pub scope: String,
    /// What granting it means, as the rest of "… would like to".
    pub sentence: String,
    /// What will be sent now, if it is a value.
    pub value: Option<String>,
}

/// What a client says of itself, and whether anybody has looked into it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AboutClient {
    /// Nobody here has checked who runs it: it registered itself.
    pub unverified: bool,
    /// Where its metadata is published, for a client that is a document.
    pub document_host: Option<String>,
    /// Its logo.
    pub logo_uri: Option<String>,
    /// Its home page.
    pub client_uri: Option<String>,
    /// What it does with data.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
}

impl AboutClient {
    /// What is registered of a client.
    pub fn of(client: &Client) -> Self {
        let metadata = &client.metadata;
        let origin = client
            .id
            .is_document()
            .then(|| origin_of(client.id.as_str()));
        let host = origin.flatten();
        Self {
            unverified: metadata.unverified,
            document_host: host
                .as_deref()
                .and_then(|origin| origin.strip_prefix("https://"))
                .map(str::to_owned),
            logo_uri: metadata.logo_uri.clone(),
            client_uri: metadata.client_uri.clone(),
            policy_uri: metadata.policy_uri.clone(),
            tos_uri: metadata.tos_uri.clone(),
        }
    }
}

/// The consent page. Posts `csrf` and `decision` (`approve` or `deny`) to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client's registered name.
    pub client_name: String,
    /// Where the answer will really go: the redirect URI's host, or its scheme for a native client.
    pub redirect_host: String,
    /// Whether that is this computer itself (RFC 8252 §7.3), where a name proves little.
    pub loopback: bool,
    /// The signed-in person, as the page greets them.
    pub user_name: String,
    /// Their login name.
    pub username: String,
    /// What else is known of the client.
    pub about: AboutClient,
    /// Where "Not you?" leads, to sign in with another account.
    pub not_you: Option<String>,
    /// What is asked for; build it with [`scope_lines`].
    pub scopes: Vec<ScopeLine>,
    /// Where the form goes.
    pub action: String,
    /// The form's CSRF token.
    pub csrf: String,
}

/// The page that posts an answer to a client (OAuth 2.0 Form Post Response Mode §2): by itself,
/// and with a button where no script runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormPostPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The client's redirect URI.
    pub action: String,
    /// The fields of the form.
    pub fields: Vec<(&'static str, String)>,
}

impl View for FormPostPage {
    const TEMPLATE: &'static str = "form_post.html";
}

impl View for ConsentPage {
    const TEMPLATE: &'static str = "consent.html";
}

/// Each scope in words, with what it will send of this person now (OIDC Core §5.4, §11).
pub fn scope_lines(scope: &ScopeSet, user: &User) -> Vec<ScopeLine> {
    scope
        .iter()
        .map(|token| {
            let (sentence, value) = in_words(token, user);
            ScopeLine {
                scope: token.to_owned(),
                sentence,
                value,
            }
        })
        .collect()
}

fn in_words(token: &str, user: &User) -> (String, Option<String>) {
    match token {
        "openid" => ("know that it is you, each time you sign in".into(), None),
        "profile" => (
            "see your name and profile".into(),
            Some(profile_value(user)),
        ),
        "email" => ("see your e-mail address".into(), Some(email_value(user))),
        "address" => (
            "see your postal address".into(),
            Some(value_of(user, "address")),
        ),
        "phone" => (
            "see your phone number".into(),
            Some(value_of(user, "phone_number")),
        ),
        "offline_access" => (
            "keep this access while you are away, until you take it back".into(),
            None,
        ),
        other => match other.strip_prefix(CLAIM_PREFIX) {
            Some(name) => (
                format!("see your {}", name.replace('_', " ")),
                Some(value_of(user, name)),
            ),
            None => (format!("use “{other}” on your behalf"), None),
        },
    }
}

/// One claim as it will be sent, in words.
fn value_of(user: &User, name: &str) -> String {
    match claim(user, name) {
        Some(Value::String(text)) => text,
        Some(Value::Object(parts)) => {
            let texts: Vec<&str> = parts.values().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(other) => other.to_string(),
        None => nothing_yet(),
    }
}

fn profile_value(user: &User) -> String {
    let profile = &user.profile;
    let parts: Vec<&str> = [
        Some(profile.name.as_deref().unwrap_or(&user.username)),
        profile.nickname.as_deref(),
        profile.profile.as_deref(),
        profile.website.as_deref(),
        profile.zoneinfo.as_deref(),
        profile.locale.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(" · ")
}

fn email_value(user: &User) -> String {
    match &user.email {
        Some(email) if user.email_verified => email.clone(),
        Some(email) => format!("{email} (not confirmed)"),
        None => nothing_yet(),
    }
}

fn nothing_yet() -> String {
    "nothing yet, you have not given one".to_owned()
}
