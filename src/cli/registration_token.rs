//! `vidimus registration-token`: initial access tokens (RFC 7591 §3).

use serde_json::{Value, json};

use super::Failure;
use super::desk::Desk;
use super::output::{Output, members, table};
use super::realm_arguments::RegistrationTokenCommand;
use crate::account::event::{Event, EventKind};
use crate::config::span;
use crate::entropy::random_text;
use crate::protocol::plain_text::is_plain;
use crate::secret::{Digest, SecretString};
use crate::store::{Change, InitialAccessToken};

const SHORTEST_SECONDS: u32 = 60;
const LONGEST_SECONDS: u32 = 365 * 24 * 3600;
/// The longest note in characters.
const NOTE_LIMIT: usize = 200;

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: RegistrationTokenCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        RegistrationTokenCommand::Create {
            uses,
            expires,
            note,
        } => create(desk, uses, &expires, note, output).await,
        RegistrationTokenCommand::List => list(desk, output).await,
        RegistrationTokenCommand::Delete { id } => {
            let store = &desk.store;
            let told = [told(desk, EventKind::RegistrationTokenWithdrawn, &id)];
            match store
                .delete_initial_access_token(&desk.realm, &id, &told)
                .await?
            {
                Change::Changed => output.talk(format_args!("withdrew {id}")),
                Change::NotFound => Err(Failure::not_found(format!(
                    "there is no registration token {id:?} in this realm"
                ))),
            }
        }
    }
}

async fn create(
    desk: &Desk,
    uses: u32,
    expires: &str,
    note: String,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let lifetime = span(expires, SHORTEST_SECONDS, LONGEST_SECONDS)
        .map_err(|complaint| Failure::usage(format!("--expires {expires} {}", complaint.what)))?;
    if note.chars().count() > NOTE_LIMIT || !is_plain(&note) {
        return Err(Failure::usage(format!(
            "a note has {NOTE_LIMIT} characters at most, and no hidden or control characters"
        )));
    }
    let text = random_text::<32>(desk.entropy.as_ref())?;
    let secret = SecretString::new(format!("vit_{text}"));
    let now = desk.clock.now();
    let token = InitialAccessToken {
        realm: desk.realm.clone(),
        id: random_text::<9>(desk.entropy.as_ref())?,
        digest: Digest::of(secret.expose()),
        note,
        uses_left: uses,
        created_at: now,
        expires_at: now.plus(lifetime),
    };
    let told = [told(desk, EventKind::RegistrationTokenMade, &token.id)];
    desk.store
        .create_initial_access_token(&token, &told)
        .await?;
    let mut shown = document(&token);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("token".to_owned(), json!(secret.expose()));
    }
    output.data(&shown, members)?;
    output.talk("Keep the token now: it is stored as a digest and not shown again.")
}

/// What is told of a token: its name, which opens nothing.
fn told(desk: &Desk, kind: EventKind, id: &str) -> Event {
    desk.event(kind).with("token", id)
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let tokens = desk.store.list_initial_access_tokens(&desk.realm).await?;
    let documents: Vec<Value> = tokens.iter().map(document).collect();
    let rows: Vec<Vec<String>> = tokens
        .iter()
        .map(|token| {
            vec![
                token.id.clone(),
                token.uses_left.to_string(),
                token.note.clone(),
            ]
        })
        .collect();
    output.data(&documents, |_| table(&rows))
}

/// What may be shown of a token: never the token.
fn document(token: &InitialAccessToken) -> Value {
    json!({
        "id": token.id,
        "note": token.note,
        "uses_left": token.uses_left,
        "created_at": token.created_at.unix_seconds(),
        "expires_at": token.expires_at.unix_seconds(),
    })
}
