//! `vidimus user update`: what an operator changes of an account.

use super::desk::Desk;
use super::output::{Output, members};
use super::user::{address, document, find, login_name, name_taken, set_claims, set_one};
use super::user_arguments::UserUpdateArgs;
use super::{Failure, FailureKind, backend};
use crate::account::amendment::{AddressWish, Amendment, AmendmentRefusal, is_moved};
use crate::account::mail::MailKind;
use crate::account::user::User;
use crate::config::Config;
use crate::flows::accounts;
use crate::store::Amended;

/// Carries out the command.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    arguments: &UserUpdateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let before = find(desk, &arguments.user).await?;
    let wish = wished(&before, arguments)?;
    let after = wish.of(&before, desk.clock.now()).map_err(refusal)?;
    let mut effects = accounts::amendment_effects((&before, &after), &desk.caller());
    if effects.events.is_empty() {
        return output.data(&document(&before)?, members);
    }
    let moved = is_moved(&before, &after);
    if moved {
        let told = (MailKind::AddressReplaced, effects);
        effects = backend::noticed(desk, config, &before, told).await?;
    }
    match desk.store.amend_user(&before, &after, &effects).await? {
        Amended::Changed => {}
        Amended::NameTaken => return Err(name_taken()),
        Amended::Outdated => {
            let message = "the account was changed meanwhile; nothing is done, look at it again";
            return Err(Failure::new(FailureKind::Failed, message));
        }
    }
    if moved {
        consequences((&before, &after), output)?;
    }
    output.data(&document(&after)?, members)
}

fn wished(before: &User, arguments: &UserUpdateArgs) -> Result<Amendment, Failure> {
    let mut profile = before.profile.clone();
    for (name, text) in [
        ("name", &arguments.name),
        ("given_name", &arguments.given_name),
        ("family_name", &arguments.family_name),
    ] {
        if let Some(text) = text {
            set_one(&mut profile, name, text)?;
        }
    }
    set_claims(&mut profile, &arguments.claims)?;
    Ok(Amendment {
        username: arguments.username.as_deref().map(login_name).transpose()?,
        address: match &arguments.email {
            Some(email) => AddressWish::Replace(address(email)?),
            None if arguments.no_email => AddressWish::Remove,
            None => AddressWish::Keep,
        },
        confirmed: arguments.email_verified,
        profile: Some(profile),
        must_change_password: arguments.must_change_password,
    })
}

fn refusal(refusal: AmendmentRefusal) -> Failure {
    match refusal {
        AmendmentRefusal::NothingToConfirm => {
            Failure::usage("--email-verified needs an address: give one with --email")
        }
    }
}

/// Says what has become of the ways to reach the person.
fn consequences((before, after): (&User, &User), output: &mut Output<'_>) -> Result<(), Failure> {
    if let Some(old) = &before.email {
        output.talk(format_args!(
            "{old} is told by mail; what was mailed there before opens nothing any more"
        ))?;
    }
    match &after.email {
        Some(_) if after.email_verified => Ok(()),
        Some(email) => output.talk(format_args!(
            "{email} is unconfirmed, yet can already be used to set another password; --email-verified says that it is known to be theirs"
        )),
        None => output
            .talk("without an address nobody but an operator can help with a forgotten password"),
    }
}
