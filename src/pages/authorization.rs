//! The two pages between an authorization request and its answer: sign in, and consent.

use serde::Serialize;

use crate::pages::{Chrome, PasskeyForm, ScopeLine, Signal, View};
use crate::protocol::client::Client;
use crate::protocol::redirect_uri::origin_of;

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
    /// Too much is waiting; nothing was tried.
    Busy {
        /// Whole seconds until it is the person's turn.
        seconds: i64,
    },
    /// The form was not the one that we sent, or it is too old; the person only has to try again.
    StaleForm,
    /// The passkey proves nothing here.
    PasskeyRefused,
    /// Nobody here has the passkey any more.
    PasskeyUnknown,
    /// Choosing a passkey took too long.
    PasskeyGone,
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
    /// The person is about to change something that could take the account away.
    SensitiveChange,
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
    /// The person's turn, where too much was waiting.
    pub turn: Option<String>,
    /// The demo account, in demo mode.
    pub demo_account: Option<DemoAccount>,
    /// How a passkey is asked for, where that is possible.
    pub passkey: Option<PasskeyForm>,
    /// What whoever keeps the person's passkeys is told.
    pub signals: Vec<Signal>,
    /// Where people go who have forgotten their password.
    pub forgot: String,
    /// Where people go who have no account, if they may make one.
    pub sign_up: Option<String>,
}

impl View for LoginPage {
    const TEMPLATE: &'static str = "login.html";
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

/// For how long an app keeps what it is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lasts {
    /// Until the person signs out.
    Session,
    /// For so many days at most, if it may go on after that.
    Days(i64),
}

/// The consent page. Posts `csrf`, the ticked boxes and `decision` (`approve` or `deny`) to
/// `action`.
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
    /// What the client cannot do without; build it with [`scope_lines`](super::scope_lines).
    pub required: Vec<ScopeLine>,
    /// What may be left out, each with a box `allow:` and its scope.
    pub choices: Vec<ScopeLine>,
    /// Whether some of the request was allowed before, and is not shown.
    pub some_known: bool,
    /// For how long the answer holds.
    pub lasts: Lasts,
    /// Where it can be taken back.
    pub apps: String,
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
