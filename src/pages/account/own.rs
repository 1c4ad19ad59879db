//! Sessions, applications, activity and data, as their owner sees them.

use serde::Serialize;

use crate::account::device::Device;
use crate::account::event::{Caller, EventKind};
use crate::pages::account::AccountFrame;
use crate::pages::moment::Moment;
use crate::pages::{Chrome, Message, ScopeLine, View};

/// Where a request came from, in words that its owner knows it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Browser and system, as far as the browser says.
    pub device: Message,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The address.
    pub address: Option<String>,
}

impl From<&Caller> for Origin {
    fn from(caller: &Caller) -> Self {
        let device = caller.user_agent.as_deref().map(Device::of);
        Self {
            device: named(device.unwrap_or_default()),
            user_agent: caller.user_agent.clone(),
            address: caller.address.map(|address| address.to_string()),
        }
    }
}

fn named(device: Device) -> Message {
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => Message::new("device-on")
            .with("browser", browser)
            .with("system", system),
        (Some(browser), None) => Message::new("device-browser").with("browser", browser),
        (None, Some(system)) => Message::new("device-system").with("system", system),
        (None, None) => Message::new("account-device-unknown"),
    }
}

/// A browser that the person is signed in at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionCard {
    /// Its session.
    pub id: String,
    /// Which browser it is.
    pub origin: Origin,
    /// Whether it is the one that shows the page.
    pub present: bool,
    /// When it was signed in at first.
    pub since: Moment,
    /// When it was last used.
    pub seen: Moment,
    /// The applications that were opened in it.
    pub apps: Vec<String>,
}

/// The browsers that the person is signed in at. Posts `csrf` and `session`, or `csrf` and
/// `others`, to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The browsers, the present one among them.
    pub sessions: Vec<SessionCard>,
    /// Where the forms go.
    pub action: String,
}

impl View for SessionsPage {
    const TEMPLATE: &'static str = "account_sessions.html";
}

/// An application that is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppCard {
    /// Its client.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether nobody vouches for that name.
    pub unverified: bool,
    /// The host that its answers go to.
    pub host: Option<String>,
    /// What it may do.
    pub scopes: Vec<ScopeLine>,
    /// Since when.
    pub since: Moment,
    /// When it last fetched tokens, if it can fetch any now.
    pub used: Option<Moment>,
    /// Whether it goes on when the person signs out.
    pub offline: bool,
}

/// The connected applications. Posts `csrf` and `client` to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The applications, by name.
    pub apps: Vec<AppCard>,
    /// Where the forms go.
    pub action: String,
}

impl View for AppsPage {
    const TEMPLATE: &'static str = "account_apps.html";
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HappeningLine {
    /// What.
    pub what: Message,
    /// The application that it is about.
    pub app: Option<String>,
    /// When.
    pub at: Moment,
    /// Where the request came from.
    pub origin: Origin,
}

/// What has happened to the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// What happened, the newest first.
    pub happenings: Vec<HappeningLine>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// The address of the first page, on the others.
    pub newest: Option<String>,
    /// Where to go when it was somebody else.
    pub password_url: String,
    /// Where the browsers are.
    pub sessions_url: String,
}

impl View for ActivityPage {
    const TEMPLATE: &'static str = "account_activity.html";
}

/// Why an account was not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeletionError {
    /// The name typed is not that of the account.
    OtherName,
    /// The password is wrong.
    WrongPassword,
    /// Too many wrong ones came before; only a new sign-in helps.
    Doubted,
    /// Too many attempts; the next one counts after this many seconds.
    SlowDown {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
}

/// All data to take along, and the end of the account. Posts `csrf` to `download`; `csrf`,
/// `username` and `password` to `delete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// Where the download form goes.
    pub download: String,
    /// Where the deletion form goes.
    pub delete: String,
    /// Whether the account has a password to ask for.
    pub has_password: bool,
    /// The name that was typed before.
    pub typed: String,
    /// Why the account was not deleted.
    pub error: Option<DeletionError>,
    /// The applications that would be told, or would lose their access.
    pub apps: Vec<String>,
}

impl View for DataPage {
    const TEMPLATE: &'static str = "account_data.html";
}

/// The account is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletedPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Where the mail went that can bring it back.
    pub email: Option<String>,
    /// Until when it can be brought back.
    pub until: Moment,
}

impl View for DeletedPage {
    const TEMPLATE: &'static str = "account_deleted.html";
}

/// What is said of an event to the person whose account it is about.
#[expect(clippy::too_many_lines, reason = "one line for each kind")]
pub fn in_words(kind: EventKind) -> Message {
    match kind {
        EventKind::UserCreated => Message::new("event-user-created"),
        EventKind::UserDisabled => Message::new("event-user-disabled"),
        EventKind::UserEnabled => Message::new("event-user-enabled"),
        EventKind::UserLocked => Message::new("event-user-locked"),
        EventKind::UserUnlocked => Message::new("event-user-unlocked"),
        EventKind::UserDeleted => Message::new("event-user-deleted"),
        EventKind::UserRestored => Message::new("event-user-restored"),
        EventKind::UserRenamed => Message::new("event-user-renamed"),
        EventKind::ProfileChanged => Message::new("event-profile-changed"),
        EventKind::AddressChangeAsked => Message::new("event-address-change-asked"),
        EventKind::AddressChangeAgreed => Message::new("event-address-change-agreed"),
        EventKind::AddressChanged => Message::new("event-address-changed"),
        EventKind::AddressVouched => Message::new("event-address-vouched"),
        EventKind::PasswordChanged => Message::new("event-password-changed"),
        EventKind::PasswordResetAsked => Message::new("event-password-reset-asked"),
        EventKind::PasswordChangeDemanded => Message::new("event-password-change-demanded"),
        EventKind::PasswordChangeWaived => Message::new("event-password-change-waived"),
        EventKind::SignUpAsked => Message::new("event-sign-up-asked"),
        EventKind::UserInvited => Message::new("event-user-invited"),
        EventKind::FactorAdded => Message::new("event-factor-added"),
        EventKind::FactorRemoved => Message::new("event-factor-removed"),
        EventKind::FactorProven => Message::new("event-factor-proven"),
        EventKind::FactorRefused => Message::new("event-factor-refused"),
        EventKind::PasskeyCopied => Message::new("event-passkey-copied"),
        EventKind::RecoveryCodeUsed => Message::new("event-recovery-code-used"),
        EventKind::RecoveryCodesMade => Message::new("event-recovery-codes-made"),
        EventKind::DeviceRemembered => Message::new("event-device-remembered"),
        EventKind::DeviceForgotten => Message::new("event-device-forgotten"),
        EventKind::SignedIn => Message::new("event-signed-in"),
        EventKind::SignInDoubted => Message::new("event-sign-in-doubted"),
        EventKind::SignInRefused => Message::new("event-sign-in-refused"),
        EventKind::SessionEnded => Message::new("event-session-ended"),
        EventKind::ConsentGranted => Message::new("event-consent-granted"),
        EventKind::ConsentDenied => Message::new("event-consent-denied"),
        EventKind::ConsentWithdrawn => Message::new("event-consent-withdrawn"),
        EventKind::NetworkBanned => Message::new("event-network-banned"),
        EventKind::NetworkBanLifted => Message::new("event-network-ban-lifted"),
        EventKind::TokenRevoked => Message::new("event-token-revoked"),
        EventKind::RoleGranted => Message::new("event-role-granted"),
        EventKind::RoleRevoked => Message::new("event-role-revoked"),
        EventKind::MemberAdded => Message::new("event-member-added"),
        EventKind::MemberRemoved => Message::new("event-member-removed"),
        EventKind::TokenReuseDetected => Message::new("event-token-reuse-detected"),
        // About no person in particular.
        EventKind::ClientCreated
        | EventKind::ClientChanged
        | EventKind::ClientSecretReplaced
        | EventKind::ClientDeleted
        | EventKind::ApiCreated
        | EventKind::ApiChanged
        | EventKind::ApiDeleted
        | EventKind::RegistrationTokenMade
        | EventKind::RegistrationTokenWithdrawn
        | EventKind::RealmCreated
        | EventKind::RealmChanged
        | EventKind::KeyPublished
        | EventKind::KeyActivated
        | EventKind::KeyRetired
        | EventKind::RoleCreated
        | EventKind::RoleChanged
        | EventKind::RoleDeleted
        | EventKind::GroupCreated
        | EventKind::GroupChanged
        | EventKind::GroupDeleted => Message::new("event-settings-changed"),
    }
}
