//! `vidimus user invite`.

use serde_json::json;

use super::desk::Desk;
use super::output::{Output, members};
use super::user_arguments::InviteArgs;
use super::{Failure, FailureKind, backend};
use crate::account::user::{LoginName, mail_address};
use crate::config::{Config, span};
use crate::flows::invitations::{self, Invitation};
use crate::flows::sign_up::NAME_LIMIT;
use crate::protocol::issuer::Issuer;
use crate::protocol::plain_text::is_plain;

const SHORTEST_SECONDS: u32 = 5 * 60;
const LONGEST_SECONDS: u32 = 30 * 24 * 3600;

/// Invites somebody; the server sends the mail.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    arguments: InviteArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let email = mail_address(&arguments.email)
        .ok_or_else(|| Failure::usage(format!("{:?} is no mail address", arguments.email)))?;
    let name = arguments.name.as_deref();
    let unfit = |name: &str| name.chars().count() > NAME_LIMIT || !is_plain(name);
    if name.is_some_and(unfit) {
        return Err(Failure::usage(format!(
            "a name has {NAME_LIMIT} characters at most, and no hidden or control characters"
        )));
    }
    let expires = &arguments.expires;
    let lifetime = span(expires, SHORTEST_SECONDS, LONGEST_SECONDS)
        .map_err(|complaint| Failure::usage(format!("--expires {expires} {}", complaint.what)))?;
    if let Some(login) = LoginName::parse(&email)
        && desk
            .store
            .user_by_login(&desk.realm, &login)
            .await?
            .is_some()
    {
        return Err(Failure::denied("the address has an account in this realm"));
    }
    let now = desk.clock.now();
    let invitation = Invitation {
        realm: &desk.realm,
        email: &email,
        name,
        language: &arguments.language,
        lifetime,
    };
    let master = backend::master_key(config, desk.store.as_ref()).await?;
    let issuer = Issuer::of_realm(config.issuer.as_str(), &desk.realm);
    let keys = (master.as_ref(), desk.entropy.as_ref(), &issuer);
    let (effects, link) = invitations::effects(keys, &invitation, &desk.caller(), now)
        .map_err(|fault| Failure::new(FailureKind::Failed, fault.to_string()))?;
    desk.store.write_effects(&effects, now).await?;
    let mut document = json!({
        "email": email,
        "expires_at": now.plus(lifetime).unix_seconds(),
    });
    if arguments.print_link
        && let Some(members) = document.as_object_mut()
    {
        members.insert("link".to_owned(), json!(link));
    }
    output.data(&document, members)
}
