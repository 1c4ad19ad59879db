//! The pages on which people see and change what is kept of them.

mod address;
mod own;
mod profile;

use serde::Serialize;

use crate::pages::{Chrome, View};

pub use address::{AddressPage, ConfirmNewAddressPage, UndoDeletionPage};
pub use own::{
    ActivityPage, AppCard, AppsPage, DataPage, DeletedPage, DeletionError, HappeningLine, Origin,
    SessionCard, SessionsPage, in_words,
};
pub use profile::{ClaimField, ClaimGroup, ProfilePage};

/// A page of the account. The set is closed, so that an address can name the page to come back to
/// after a sign-in without naming any other place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountPage {
    /// What there is, and what should be looked at.
    Home,
    /// The claims that apps may be told.
    Profile,
    /// The mail address; part of the profile.
    Address,
    /// How the person signs in.
    SignIn,
    /// The password; part of how the person signs in.
    Password,
    /// Where the person is signed in.
    Sessions,
    /// The connected applications.
    Apps,
    /// What has happened.
    Activity,
    /// All data, and the end of the account.
    Data,
    /// Second factors and remembered devices; part of how the person signs in.
    Factors,
    /// Adding an authenticator app; part of how the person signs in.
    AddApp,
    /// Passkeys; part of how the person signs in.
    Passkeys,
    /// Adding a passkey; part of how the person signs in.
    AddPasskey,
}

impl AccountPage {
    /// Every page.
    pub const ALL: &'static [Self] = &[
        Self::Home,
        Self::Profile,
        Self::Address,
        Self::SignIn,
        Self::Password,
        Self::Sessions,
        Self::Apps,
        Self::Activity,
        Self::Data,
        Self::Factors,
        Self::AddApp,
        Self::Passkeys,
        Self::AddPasskey,
    ];

    /// The path below the issuer.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Home => "/account",
            Self::Profile => "/account/profile",
            Self::Address => "/account/address",
            Self::SignIn => "/account/sign-in",
            Self::Password => "/account/password",
            Self::Sessions => "/account/sessions",
            Self::Apps => "/account/apps",
            Self::Activity => "/account/activity",
            Self::Data => "/account/data",
            Self::Factors => "/account/factors",
            Self::AddApp => "/account/factors/app",
            Self::Passkeys => "/account/passkeys",
            Self::AddPasskey => "/account/passkeys/add",
        }
    }

    /// Its name in the address of the login page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Profile => "profile",
            Self::Address => "address",
            Self::SignIn => "sign-in",
            Self::Password => "password",
            Self::Sessions => "sessions",
            Self::Apps => "apps",
            Self::Activity => "activity",
            Self::Data => "data",
            Self::Factors => "factors",
            Self::AddApp => "add-app",
            Self::Passkeys => "passkeys",
            Self::AddPasskey => "add-passkey",
        }
    }

    /// Reads [`AccountPage::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|page| page.name() == name)
    }

    /// The place in the navigation that it belongs to.
    #[must_use]
    pub const fn section(self) -> Self {
        match self {
            Self::Password | Self::Factors | Self::AddApp | Self::Passkeys | Self::AddPasskey => {
                Self::SignIn
            }
            Self::Address => Self::Profile,
            Self::Home
            | Self::Profile
            | Self::SignIn
            | Self::Sessions
            | Self::Apps
            | Self::Activity
            | Self::Data => self,
        }
    }

    /// Whether the navigation leads to it.
    fn is_section(self) -> bool {
        self.section() == self
    }
}

/// What has just happened, told on the page after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountNotice {
    /// A form was not the one that we sent, or it was too old; nothing was done.
    StaleForm,
    /// What was typed is saved.
    Saved,
    /// Mails were sent to the new address and to the old one.
    MailSent,
    /// A session has ended.
    SessionEnded,
    /// All sessions but this one have ended.
    OthersEnded,
    /// An application has lost its access.
    Disconnected,
    /// There is another password; all sessions but this one have ended.
    PasswordChanged,
    /// The last way to sign in was not taken away.
    LastWay,
    /// The last second factor was not taken away, because one is demanded.
    LastFactor,
}

impl AccountNotice {
    /// Every notice.
    pub const ALL: &'static [Self] = &[
        Self::StaleForm,
        Self::Saved,
        Self::MailSent,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::Disconnected,
        Self::PasswordChanged,
        Self::LastWay,
        Self::LastFactor,
    ];

    /// Its name in the address of the page that tells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaleForm => "stale",
            Self::Saved => "saved",
            Self::MailSent => "mail-sent",
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::Disconnected => "disconnected",
            Self::PasswordChanged => "password-changed",
            Self::LastWay => "last-way",
            Self::LastFactor => "last-factor",
        }
    }

    /// Reads [`AccountNotice::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|notice| notice.name() == name)
    }
}

/// A place in the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Which one.
    pub page: AccountPage,
    /// Its address.
    pub href: String,
    /// Whether the person is there.
    pub here: bool,
}

/// What all pages of the account have around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountFrame {
    /// The signed-in person, as the page greets them.
    pub user_name: String,
    /// Their login name.
    pub username: String,
    /// The navigation.
    pub places: Vec<Place>,
    /// Where the sign-out form goes. It posts `csrf` and `decision`.
    pub sign_out: String,
    /// The CSRF token of every form on the page.
    pub csrf: String,
    /// What has just happened.
    pub notice: Option<AccountNotice>,
}

impl AccountFrame {
    /// The navigation with `here` marked; `local` makes an address of a path.
    pub fn places(here: AccountPage, local: impl Fn(&str) -> String) -> Vec<Place> {
        AccountPage::ALL
            .iter()
            .filter(|page| page.is_section())
            .map(|&page| Place {
                page,
                href: local(page.path()),
                here: page == here.section(),
            })
            .collect()
    }
}

/// The front page of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountHomePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The address, if the person has given one.
    pub email: Option<String>,
    /// Whether it was confirmed.
    pub email_verified: bool,
    /// Whether a second factor stands beside the password.
    pub second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// How many other browsers the person is signed in at.
    pub other_sessions: usize,
    /// How many applications are connected.
    pub apps: usize,
    /// Where each of them is looked after.
    pub profile_url: String,
    /// The second factors.
    pub factors_url: String,
    /// The browsers.
    pub sessions_url: String,
    /// The applications.
    pub apps_url: String,
}

impl View for AccountHomePage {
    const TEMPLATE: &'static str = "account_home.html";
}

/// How the person signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignInPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// Where the password is changed.
    pub password_url: String,
    /// Whether there is a password.
    pub has_password: bool,
    /// Where passkeys are.
    pub passkeys_page: String,
    /// Where second factors are.
    pub factors_url: String,
}

impl View for SignInPage {
    const TEMPLATE: &'static str = "account_sign_in.html";
}

/// An authenticator app in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppLine {
    /// Its id, for the forms.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
}

/// A remembered device in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceLine {
    /// Its id, for the form.
    pub id: String,
    /// What its browser calls itself.
    pub name: String,
}

/// Authenticator apps, recovery codes and remembered devices. Posts `csrf`, `action` and what that
/// is about to `action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactorsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The account around it.
    pub account: AccountFrame,
    /// The apps.
    pub apps: Vec<AppLine>,
    /// Whether there are passkeys, beside or instead of apps.
    pub has_passkeys: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// The devices on which the second factor is not asked for.
    pub devices: Vec<DeviceLine>,
    /// Where an app is added.
    pub add_url: String,
    /// Where the forms go.
    pub action: String,
}

impl View for FactorsPage {
    const TEMPLATE: &'static str = "account_factors.html";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_and_every_notice_is_read_back_from_a_name_of_its_own() {
        for page in AccountPage::ALL {
            assert_eq!(AccountPage::parse(page.name()), Some(*page));
            assert!(page.section().is_section());
        }
        for notice in AccountNotice::ALL {
            assert_eq!(AccountNotice::parse(notice.name()), Some(*notice));
        }
        assert_eq!(AccountPage::parse("//evil.test"), None);
    }
}
