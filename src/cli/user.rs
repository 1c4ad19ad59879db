//! `vidimus user`: people.

use serde_json::{Value, json};

use super::desk::Desk;
use super::output::{Output, members, table};
use super::user_arguments::{ClaimArgs, SetPasswordArgs, UserCommand, UserCreateArgs};
use super::{
    Failure, FailureKind, backend, consent, factors, invite, new_password, user_import, user_update,
};
use crate::account::event::{Event, EventKind};
use crate::account::mail::MailKind;
use crate::account::profile::set_claim;
use crate::account::user::{AccountSwitch, LoginName, Profile, UNDO_PERIOD, User, mail_address};
use crate::config::Config;
use crate::entropy::random_text;
use crate::flows::accounts;
use crate::flows::password::{Person, has_second_factor, set_effects};
use crate::protocol::ids::UserId;
use crate::store::{Change, Creation, Effects, Page, PasswordChange};

/// Users read from the record at a time.
const PAGE: u32 = 500;
/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    config: &Config,
    command: UserCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        UserCommand::Create(arguments) => create(desk, config, arguments, output).await,
        UserCommand::Invite(arguments) => invite::run(desk, config, arguments, output).await,
        UserCommand::List => list(desk, output).await,
        UserCommand::Get { user } => {
            let user = find(desk, &user).await?;
            let mut document = document(&user)?;
            belonging(desk, &user, &mut document).await?;
            output.data(&document, members)
        }
        UserCommand::Update(arguments) => user_update::run(desk, config, &arguments, output).await,
        UserCommand::SetPassword(arguments) => set_password(desk, config, &arguments, output).await,
        UserCommand::Import(arguments) => user_import::run(desk, &arguments, output).await,
        UserCommand::Disable { user } => switch(desk, &user, AccountSwitch::Disable, output).await,
        UserCommand::Enable { user } => switch(desk, &user, AccountSwitch::Enable, output).await,
        UserCommand::Lock { user } => switch(desk, &user, AccountSwitch::Lock, output).await,
        UserCommand::Unlock { user } => switch(desk, &user, AccountSwitch::Unlock, output).await,
        UserCommand::Delete { user } => switch(desk, &user, AccountSwitch::Delete, output).await,
        UserCommand::Restore { user } => switch(desk, &user, AccountSwitch::Restore, output).await,
        UserCommand::Factors { user } => factors::show(desk, &user, output).await,
        UserCommand::ResetFactors { user } => factors::reset(desk, config, &user, output).await,
        UserCommand::Consents { user } => consent::list(desk, &user, output).await,
        UserCommand::Withdraw { user, client } => {
            consent::withdraw(desk, &user, client, output).await
        }
    }
}

async fn create(
    desk: &Desk,
    config: &Config,
    arguments: UserCreateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let username = login_name(&arguments.username)?;
    let email = arguments.email.as_deref().map(address).transpose()?;
    let mut profile = Profile {
        name: arguments.name,
        given_name: arguments.given_name,
        family_name: arguments.family_name,
        ..Profile::default()
    };
    set_claims(&mut profile, &arguments.claims)?;
    let now = desk.clock.now();
    let mut user = User {
        realm: desk.realm.clone(),
        id: new_id(desk)?,
        username: username.as_str().to_owned(),
        email,
        email_verified: arguments.email_verified,
        password_hash: None,
        profile,
        created_at: now,
        updated_at: now,
        disabled_at: None,
        locked_at: None,
        deleted_at: None,
        must_change_password: arguments.must_change_password,
    };
    let person = Person::of(&user, false);
    let password = new_password::take(desk, config, &person, &arguments.password).await?;
    user.password_hash = password.map(|password| password.hash.as_str().to_owned());
    let event =
        Event::new(&desk.realm, EventKind::UserCreated, &desk.caller(), now).of_user(&user.id);
    match desk
        .store
        .create_user(&user, &Effects::event(event))
        .await?
    {
        Creation::Created => output.data(&document(&user)?, members),
        Creation::NameTaken => Err(name_taken()),
    }
}

async fn set_password(
    desk: &Desk,
    config: &Config,
    arguments: &SetPasswordArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let user = find(desk, &arguments.user).await?;
    let now = desk.clock.now();
    let second_factor = has_second_factor(desk.store.as_ref(), &user, now).await?;
    let person = Person::of(&user, second_factor);
    let password = new_password::take(desk, config, &person, &arguments.password).await?;
    let Some(password) = password else {
        return Err(Failure::usage("give --password-stdin or --password-file"));
    };
    let effects = set_effects((&desk.realm, &user.id), &desk.caller(), now);
    let told = (MailKind::PasswordChanged, effects);
    let wanted = PasswordChange {
        realm: desk.realm.clone(),
        user: user.id.clone(),
        hash: password.hash,
        proven: None,
        spared: None,
        must_change: arguments.must_change_password,
        history: password.policy.history(),
        effects: backend::noticed(desk, config, &user, told).await?,
        now,
    };
    let change = desk.store.change_password(&wanted).await?;
    desk.settle().await?;
    let done = "has a new password; sessions and tokens ended";
    report(change, &user, done, output)
}

pub(super) fn set_claims(profile: &mut Profile, claims: &ClaimArgs) -> Result<(), Failure> {
    for assignment in &claims.claim {
        let (name, text) = assignment.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--claim takes NAME=VALUE, not {assignment:?}"))
        })?;
        set_one(profile, name, text)?;
    }
    Ok(())
}

pub(super) fn set_one(profile: &mut Profile, name: &str, text: &str) -> Result<(), Failure> {
    set_claim(profile, name, text)
        .map_err(|refusal| Failure::usage(format!("the claim {name} {refusal}")))
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut documents = Vec::new();
    let mut rows = Vec::new();
    let mut page = Page {
        after: None,
        limit: PAGE,
    };
    loop {
        let users = desk.store.list_users(&desk.realm, &page).await?;
        for user in &users {
            rows.push(vec![
                user.id.to_string(),
                user.username.clone(),
                user.email.clone().unwrap_or_default(),
                states(user).join(", "),
            ]);
            documents.push(document(user)?);
        }
        match users.last() {
            Some(last) => page.after = Some(last.id.to_string()),
            None => break,
        }
    }
    output.data(&documents, |_| table(&rows))
}

async fn switch(
    desk: &Desk,
    user: &str,
    switch: AccountSwitch,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let user = find(desk, user).await?;
    let now = desk.clock.now();
    let account = (&desk.realm, &user.id);
    let effects = accounts::switch_effects(account, switch, &desk.caller(), now);
    let change = desk
        .store
        .switch_user(&desk.realm, &user.id, switch, &effects, now)
        .await?;
    desk.settle().await?;
    if (change, switch) == (Change::NotFound, AccountSwitch::Restore) {
        return Err(Failure::denied(
            "the account is not deleted, or was deleted too long ago",
        ));
    }
    let done = match switch {
        AccountSwitch::Disable => "is disabled; sessions and tokens ended",
        AccountSwitch::Enable => "is enabled",
        AccountSwitch::Lock => "is locked; sessions and tokens ended",
        AccountSwitch::Unlock => "is unlocked",
        AccountSwitch::Delete => {
            "is deleted; sessions and tokens ended. `vidimus user restore` undoes it for 7 days"
        }
        AccountSwitch::Restore => "is restored",
    };
    report(change, &user, done, output)
}

/// What keeps a person from signing in.
fn states(user: &User) -> Vec<&'static str> {
    [
        (user.disabled_at, "disabled"),
        (user.locked_at, "locked"),
        (user.deleted_at, "deleted"),
    ]
    .into_iter()
    .filter_map(|(since, word)| since.map(|_at| word))
    .collect()
}

pub(super) fn report(
    change: Change,
    user: &User,
    done: &str,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match change {
        Change::Changed => output.talk(format_args!("{} {done}", user.username)),
        Change::NotFound => Err(no_user(&user.username)),
    }
}

pub(super) async fn find(desk: &Desk, text: &str) -> Result<User, Failure> {
    if let Ok(id) = UserId::parse(text)
        && let Some(user) = desk.store.user(&desk.realm, &id).await?
    {
        return Ok(user);
    }
    let login = LoginName::parse(text).ok_or_else(|| no_user(text))?;
    let user = desk.store.user_by_login(&desk.realm, &login).await?;
    user.ok_or_else(|| no_user(text))
}

pub(super) fn name_taken() -> Failure {
    Failure::denied("the user name or the address is taken in this realm")
}

fn no_user(text: &str) -> Failure {
    Failure::not_found(format!("there is no user {text:?} in this realm"))
}

/// What the identifiers of users begin with.
pub(super) const ID_PREFIX: &str = "usr_";

pub(super) fn new_id(desk: &Desk) -> Result<UserId, Failure> {
    let text = format!("{ID_PREFIX}{}", random_text::<16>(desk.entropy.as_ref())?);
    UserId::parse(text).map_err(|invalid| Failure::new(FailureKind::Failed, invalid.to_string()))
}

pub(super) fn login_name(text: &str) -> Result<LoginName, Failure> {
    let refusal =
        || Failure::usage("a user name has 1 to 254 bytes and no hidden or control characters");
    LoginName::parse(text).ok_or_else(refusal)
}

pub(super) fn address(text: &str) -> Result<String, Failure> {
    mail_address(text).ok_or_else(|| Failure::usage(format!("{text:?} is no mail address")))
}

/// Adds a person's groups, and all roles, those of the groups among them.
async fn belonging(desk: &Desk, user: &User, document: &mut Value) -> Result<(), Failure> {
    let (realm, store) = (&desk.realm, &desk.store);
    let read = store.member(realm, &user.id, None).await?;
    let groups = read.map(|(_, memberships)| memberships.groups);
    let roles = store.roles_of_user(realm, &user.id).await?;
    let roles = roles
        .iter()
        .map(|role| json!({"name": role.name, "client_id": role.client}));
    if let Some(members) = document.as_object_mut() {
        members.insert("groups".to_owned(), json!(groups.unwrap_or_default()));
        members.insert("roles".to_owned(), roles.collect());
    }
    Ok(())
}

/// What may be shown of a user: never the hash.
pub(super) fn document(user: &User) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(&user.profile).map_err(std::io::Error::from)?;
    if let Some(members) = value.as_object_mut() {
        members.insert("id".to_owned(), json!(user.id));
        members.insert("username".to_owned(), json!(user.username));
        if let Some(email) = &user.email {
            members.insert("email".to_owned(), json!(email));
            members.insert("email_verified".to_owned(), json!(user.email_verified));
        }
        members.insert(
            "has_password".to_owned(),
            json!(user.password_hash.is_some()),
        );
        members.insert(
            "must_change_password".to_owned(),
            json!(user.must_change_password),
        );
        let created_at = user.created_at.unix_seconds();
        members.insert("created_at".to_owned(), json!(created_at));
        members.insert("disabled".to_owned(), json!(user.disabled_at.is_some()));
        members.insert("locked".to_owned(), json!(user.locked_at.is_some()));
        if let Some(deleted_at) = user.deleted_at {
            let restorable_until = deleted_at.plus(UNDO_PERIOD).unix_seconds();
            members.insert("deleted_at".to_owned(), json!(deleted_at.unix_seconds()));
            members.insert("restorable_until".to_owned(), json!(restorable_until));
        }
    }
    Ok(value)
}
