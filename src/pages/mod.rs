//! Server-rendered pages: what a person sees, as view structs and the templates that show them.
//!
//! Owns: words, markup, look. Refuses to know: HTTP, storage, and which page comes next. Every page
//! works without scripts; what a view holds is escaped by the engine, whatever it contains. Words
//! are messages of `locales/`, said in the language of the page.

mod account;
mod authorization;
mod chrome;
mod device;
mod error;
mod factor;
mod letters;
mod links;
mod logout;
mod message;
mod messages;
mod moment;
mod passkey;
mod passwords;
mod plain;
mod qr;
mod said_ahead;
mod scopes;
pub mod static_files;
mod words;

#[cfg(test)]
mod account_samples;
#[cfg(test)]
mod factor_samples;
#[cfg(test)]
mod link_samples;
#[cfg(test)]
mod password_samples;
#[cfg(test)]
mod pseudo;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod word_tests;

use std::sync::Arc;

use fluent_bundle::FluentArgs;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::account::language::Language;

pub use account::{
    AccountFrame, AccountHomePage, AccountNotice, AccountPage, ActivityPage, AddressPage, AppCard,
    AppLine, AppsPage, ClaimField, ClaimGroup, ConfirmNewAddressPage, DataPage, DeletedPage,
    DeletionError, DeviceLine, FactorsPage, HappeningLine, Origin, Place, ProfilePage, SessionCard,
    SessionsPage, SignInPage, UndoDeletionPage, in_words,
};
pub use authorization::{
    AboutClient, ConsentPage, DemoAccount, FormPostPage, Lasts, LoginError, LoginPage, LoginReason,
};
pub use chrome::{Chrome, LanguageChoice};
pub use device::{DeviceCodeError, DeviceCodePage, DeviceDonePage, DevicePage};
pub use error::{ErrorDetails, ErrorPage, Received};
pub use factor::{FactorError, FactorMethod, FactorPage, RecoveryCodesPage, SetUpFactorPage};
pub use letters::{Letter, LetterFault, Letters, OwnTemplateError};
pub use links::{
    AccountFormError, Again, ConfirmAddressPage, ForgotPasswordPage, LinkDone, LinkDonePage,
    LinkRefusedPage, LockAccountPage, MailSentPage, ResetPasswordPage, SentMail, SignUpClosedPage,
    SignUpPage,
};
pub use logout::{CheckSessionPage, FrontChannelPage, LogoutPage, SignedOutPage};
pub use message::{Argument, Message};
pub use messages::{MessageFault, Messages};
pub use moment::Moment;
pub use passkey::{AddPasskeyPage, PasskeyForm, PasskeyLine, PasskeysPage, Signal};
pub use passwords::{ChoosePasswordPage, PasswordError, PasswordPage, weaknesses_in_words};
pub use plain::{BusyPage, HomePage};
pub use qr::QrPicture;
pub use scopes::{ScopeLine, ScopeValue, scope_lines};

/// The templates of this module, by the name under which [`View::TEMPLATE`] and `extends` find them.
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("templates/base.html")),
    ("languages.html", include_str!("templates/languages.html")),
    ("login.html", include_str!("templates/login.html")),
    ("factor.html", include_str!("templates/factor.html")),
    (
        "set_up_factor.html",
        include_str!("templates/set_up_factor.html"),
    ),
    (
        "recovery_codes.html",
        include_str!("templates/recovery_codes.html"),
    ),
    ("consent.html", include_str!("templates/consent.html")),
    ("scopes.html", include_str!("templates/scopes.html")),
    ("lasting.html", include_str!("templates/lasting.html")),
    ("form_post.html", include_str!("templates/form_post.html")),
    (
        "device_code.html",
        include_str!("templates/device_code.html"),
    ),
    ("device.html", include_str!("templates/device.html")),
    (
        "device_done.html",
        include_str!("templates/device_done.html"),
    ),
    ("logout.html", include_str!("templates/logout.html")),
    ("signed_out.html", include_str!("templates/signed_out.html")),
    (
        "front_channel.html",
        include_str!("templates/front_channel.html"),
    ),
    (
        "check_session.html",
        include_str!("templates/check_session.html"),
    ),
    (
        "account_base.html",
        include_str!("templates/account_base.html"),
    ),
    (
        "account_home.html",
        include_str!("templates/account_home.html"),
    ),
    (
        "account_origin.html",
        include_str!("templates/account_origin.html"),
    ),
    (
        "account_profile.html",
        include_str!("templates/account_profile.html"),
    ),
    (
        "account_sessions.html",
        include_str!("templates/account_sessions.html"),
    ),
    (
        "account_apps.html",
        include_str!("templates/account_apps.html"),
    ),
    (
        "account_activity.html",
        include_str!("templates/account_activity.html"),
    ),
    (
        "account_data.html",
        include_str!("templates/account_data.html"),
    ),
    (
        "account_deleted.html",
        include_str!("templates/account_deleted.html"),
    ),
    (
        "account_address.html",
        include_str!("templates/account_address.html"),
    ),
    (
        "confirm_new_address.html",
        include_str!("templates/confirm_new_address.html"),
    ),
    (
        "undo_deletion.html",
        include_str!("templates/undo_deletion.html"),
    ),
    (
        "account_factors.html",
        include_str!("templates/account_factors.html"),
    ),
    (
        "account_password.html",
        include_str!("templates/account_password.html"),
    ),
    (
        "choose_password.html",
        include_str!("templates/choose_password.html"),
    ),
    (
        "password_error.html",
        include_str!("templates/password_error.html"),
    ),
    (
        "account_passkeys.html",
        include_str!("templates/account_passkeys.html"),
    ),
    (
        "add_passkey.html",
        include_str!("templates/add_passkey.html"),
    ),
    (
        "passkey_form.html",
        include_str!("templates/passkey_form.html"),
    ),
    (
        "account_sign_in.html",
        include_str!("templates/account_sign_in.html"),
    ),
    (
        "confirm_address.html",
        include_str!("templates/confirm_address.html"),
    ),
    (
        "forgot_password.html",
        include_str!("templates/forgot_password.html"),
    ),
    ("form_error.html", include_str!("templates/form_error.html")),
    ("link_done.html", include_str!("templates/link_done.html")),
    (
        "link_refused.html",
        include_str!("templates/link_refused.html"),
    ),
    (
        "lock_account.html",
        include_str!("templates/lock_account.html"),
    ),
    ("mail_sent.html", include_str!("templates/mail_sent.html")),
    (
        "new_password.html",
        include_str!("templates/new_password.html"),
    ),
    (
        "reset_password.html",
        include_str!("templates/reset_password.html"),
    ),
    ("sign_up.html", include_str!("templates/sign_up.html")),
    (
        "sign_up_closed.html",
        include_str!("templates/sign_up_closed.html"),
    ),
    ("error.html", include_str!("templates/error.html")),
    ("home.html", include_str!("templates/home.html")),
    ("busy.html", include_str!("templates/busy.html")),
    ("wait.html", include_str!("templates/wait.html")),
];

/// What whoever is refused by the thousand is shown. Each language keeps them by itself, with its
/// words in them, which takes memory.
const OFTEN: [&str; 4] = ["base.html", "login.html", "passkey_form.html", "wait.html"];

/// What one page shows. The fields are what its template may name, nothing else is in scope but
/// the addresses of the static files.
pub trait View: Serialize {
    /// The template that shows it.
    const TEMPLATE: &'static str;
}

/// A page could not be built: a fault of ours, never one of the request's.
#[derive(Debug, thiserror::Error)]
pub enum PageFault {
    /// By the fault of a template.
    #[error("a page could not be rendered")]
    Template(#[from] minijinja::Error),
    /// By the fault of a file of messages.
    #[error(transparent)]
    Messages(#[from] MessageFault),
}

/// The parsed templates, in every language; built once, shared by all requests.
#[derive(Debug)]
pub struct Pages {
    messages: Arc<Messages>,
    /// One for each language, by its tag. English stands first.
    environments: Vec<(&'static str, Environment<'static>)>,
}

impl Pages {
    /// Parses the embedded templates.
    pub fn new() -> Result<Self, PageFault> {
        Self::with_templates(&[])
    }

    /// The same with further templates, which may extend `base.html`.
    pub fn with_templates(more: &[(&'static str, &'static str)]) -> Result<Self, PageFault> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("href", |address: String| href(&address).to_owned());
        environment.add_global("style_url", static_files::style().url());
        environment.add_global("script_url", static_files::script().url());
        environment.add_global("passkeys_url", static_files::passkeys().url());
        environment.add_global("form_post_url", static_files::form_post().url());
        environment.add_global("leave_url", static_files::leave().url());
        // Ours, and part of the document: escaping would change it.
        let check_session = Value::from_safe_string(static_files::CHECK_SESSION.to_owned());
        environment.add_global("check_session_script", check_session);
        environment.add_global("seal_url", static_files::seal().url());
        for &(name, source) in TEMPLATES.iter().chain(more) {
            environment.add_template(name, source)?;
        }
        let messages = Arc::new(Messages::new()?);
        let in_language = |language: Language| {
            let mut environment = environment.clone();
            words::speak(&mut environment, &messages, language);
            for &(name, source) in TEMPLATES.iter().filter(|(name, _)| OFTEN.contains(name)) {
                let say = |id: &str| messages.html(language, id, &FluentArgs::new());
                environment.add_template_owned(name, said_ahead::say_ahead(source, say)?)?;
            }
            let buttons = environment
                .get_template("languages.html")?
                .render(context! {
                    languages => Value::from(Serde(chrome::offered_languages())),
                    lang => language.tag(),
                })?;
            environment.add_global("language_buttons", Value::from_safe_string(buttons));
            Ok((language.tag(), environment))
        };
        let environments = messages.languages().map(in_language);
        Ok(Self {
            environments: environments.collect::<Result<_, PageFault>>()?,
            messages,
        })
    }

    /// The words of the pages, for what is no page.
    pub fn messages(&self) -> &Arc<Messages> {
        &self.messages
    }

    /// The page as one HTML document, in the language of its surroundings.
    pub fn render<V: View>(&self, view: &V) -> Result<String, PageFault> {
        let context = Value::from(Serde(view));
        // The frame that nobody sees has no surroundings.
        let chrome = context.get_attr("chrome").unwrap_or_default();
        let lang = chrome.get_attr("lang").unwrap_or_default();
        let environment = self
            .environments
            .iter()
            .find(|(tag, _)| lang.as_str() == Some(tag))
            .or(self.environments.first())
            .map(|(_, environment)| environment);
        let missing = || minijinja::Error::from(minijinja::ErrorKind::TemplateNotFound);
        let template = environment.ok_or_else(missing)?.get_template(V::TEMPLATE)?;
        Ok(template.render(context)?)
    }
}

/// An address for a link. One whose scheme would run in the page becomes a link to nowhere; the
/// content security policy would stop it too.
fn href(address: &str) -> &str {
    let scheme: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take_while(|&c| c != ':')
        .flat_map(char::to_lowercase)
        .collect();
    match scheme.as_str() {
        "javascript" | "data" | "vbscript" => "#",
        _ => address,
    }
}
