//! A refresh token that came a second time is in two hands, and nobody can say whose.

use crate::account::event::{Caller, Event, EventKind};
use crate::account::mail::MailKind;
use crate::flows::notices::noticed;
use crate::flows::revocations::{Cause, announce, mark};
use crate::flows::{App, Fault};
use crate::protocol::client::Client;
use crate::protocol::time::Timestamp;
use crate::protocol::token::family::Family;
use crate::store::thefts::Theft;
use crate::store::{Effects, RevocationMark};

const REASON: &str = "token replayed";

/// Ends the family, its session while that lives, and all that was granted there (RFC 9700
/// §4.14.2), and writes to the owner; once for a family. The owner is read here, so that no path of
/// tokens that are in order pays for it.
pub(super) async fn end(
    app: &App,
    client: &Client,
    family: &Family,
    caller: &Caller,
    now: Timestamp,
) -> Result<(), Fault> {
    let grant = &family.grant;
    let (realm, user) = (&grant.realm, &grant.user);
    let about = |event: Event| event.of_user(user).in_session(&grant.session);
    let reused = about(Cause::replay(REASON, caller).event(realm, now)).of_client(&client.id);
    let ended = about(Event::new(realm, EventKind::SessionEnded, caller, now));
    let mut effects = Effects::event(reused);
    if let Some(owner) = app.store.user(realm, user).await? {
        let what: &[_] = &[("what", client.metadata.client_name.as_str())];
        effects = noticed(app, &owner, (MailKind::AccessStolen, what), effects, now)?;
    }
    let of_session = RevocationMark::Session(grant.session.clone());
    let theft = Theft {
        realm: realm.clone(),
        family: grant.id.clone(),
        session: grant.session.clone(),
        session_ended: ended.with("reason", REASON),
        marked_until: mark(realm, of_session, now).expires_at,
        now,
    };
    let marks = app.store.end_stolen_family(&theft, &effects).await?;
    if !marks.is_empty() {
        app.mail_bell.notify_one();
        announce(app, &marks, now).await;
    }
    Ok(())
}
