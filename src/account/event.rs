//! Events: what happened to whom, for people, admins and those who look into an incident.
//!
//! An event names what it is about and where the request came from. It never holds a secret, and
//! it is written in the step that makes it true.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;

/// How much of a value is told when it changes, in characters.
const SHOWN_LIMIT: usize = 200;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What happened. The texts are part of the interface: they are stored and exported.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind {
            $($(#[$doc])* $name,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The text of the record and of exports.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Reads [`EventKind::as_str`] back.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// An account was made. Details: `by`; `terms`, where they are that were accepted.
    UserCreated = "user.created",
    /// An admin switched an account off.
    UserDisabled = "user.disabled",
    /// An admin switched an account on again.
    UserEnabled = "user.enabled",
    /// An account was locked, by its owner, an admin or a rule.
    UserLocked = "user.locked",
    /// An account was unlocked.
    UserUnlocked = "user.unlocked",
    /// An account was deleted; its undo period began.
    UserDeleted = "user.deleted",
    /// A deleted account was brought back.
    UserRestored = "user.restored",
    /// An operator gave an account another user name.
    UserRenamed = "user.renamed",
    /// A profile was changed. Details: `claims`; `by` is `operator` where it was no person's own.
    ProfileChanged = "profile.changed",
    /// A person asked for another address of the account.
    AddressChangeAsked = "address.change_asked",
    /// The mailbox of one of the two addresses has agreed to the change; the other is waited for.
    AddressChangeAgreed = "address.change_agreed",
    /// An account got another address, which both ends have confirmed, or another or none at an
    /// operator's word. Details, of an operator: `by`, `confirmed`.
    AddressChanged = "address.changed",
    /// An operator said whether the address counts as confirmed. Details: `by`, `confirmed`.
    AddressVouched = "address.vouched",
    /// A password was set or changed.
    PasswordChanged = "password.changed",
    /// Somebody asked for a link that sets another password.
    PasswordResetAsked = "password.reset_asked",
    /// An admin demanded another password: the present one signs in no more before it is changed.
    PasswordChangeDemanded = "password.change_demanded",
    /// An admin took that back.
    PasswordChangeWaived = "password.change_waived",
    /// Somebody filled in the form for a new account. Detail: `terms`, as above.
    SignUpAsked = "sign_up.asked",
    /// An admin invited somebody.
    UserInvited = "user.invited",
    /// A second factor was set up. Detail: `factor`.
    FactorAdded = "factor.added",
    /// A second factor was taken away. Detail: `factor`.
    FactorRemoved = "factor.removed",
    /// A second factor was proven. Detail: `factor`.
    FactorProven = "factor.proven",
    /// What was to prove a second factor did not, or was used before. Detail: `factor`.
    FactorRefused = "factor.refused",
    /// The counter of a passkey did not go forward: there may be a copy of it. It was refused.
    PasskeyCopied = "passkey.copied",
    /// A recovery code was used. Detail: `left`.
    RecoveryCodeUsed = "recovery_code.used",
    /// New recovery codes were made; the old ones are worth nothing.
    RecoveryCodesMade = "recovery_codes.made",
    /// A device was remembered, and the second factor is not asked for on it.
    DeviceRemembered = "device.remembered",
    /// A remembered device was forgotten.
    DeviceForgotten = "device.forgotten",
    /// Too many names were tried from an address, and nothing may be tried from it for a while.
    /// Detail: `prefix`.
    NetworkBanned = "network.banned",
    /// An admin lifted such a ban. Detail: `prefix`.
    NetworkBanLifted = "network.ban_lifted",
    /// Somebody signed in.
    SignedIn = "sign_in.succeeded",
    /// A right password was not enough after many wrong ones; a code was mailed.
    SignInDoubted = "sign_in.doubted",
    /// A sign-in was refused, or a password that was asked for once more was wrong. Detail:
    /// `factor`; `purpose`, where it was no sign-in.
    SignInRefused = "sign_in.refused",
    /// A session was ended.
    SessionEnded = "session.ended",
    /// A person allowed a client something. Details: `scope`; `by` is `device` where they let a
    /// device in.
    ConsentGranted = "consent.granted",
    /// A person allowed a client nothing of what it asked for. Details as above.
    ConsentDenied = "consent.denied",
    /// A person or an admin withdrew what a client was allowed.
    ConsentWithdrawn = "consent.withdrawn",
    /// A grant, or one access token of it, was revoked. Detail: `reason`.
    TokenRevoked = "token.revoked",
    /// A code or refresh token came a second time, and its grant was revoked. Detail: `reason`.
    TokenReuseDetected = "token.reuse_detected",
    /// A client was registered. Detail: `origin`.
    ClientCreated = "client.created",
    /// A client was changed, switched off or on. Detail: what changed.
    ClientChanged = "client.changed",
    /// A client got another secret.
    ClientSecretReplaced = "client.secret_replaced",
    /// A client was removed.
    ClientDeleted = "client.deleted",
    /// An API was registered. Detail: `api`.
    ApiCreated = "api.created",
    /// An API was changed, switched off or on. Detail: `api`, what changed.
    ApiChanged = "api.changed",
    /// An API was removed. Detail: `api`.
    ApiDeleted = "api.deleted",
    /// A token was made with which clients register themselves. Detail: `token`, its name.
    RegistrationTokenMade = "registration_token.made",
    /// Such a token was withdrawn. Detail: `token`, its name.
    RegistrationTokenWithdrawn = "registration_token.withdrawn",
    /// A realm was made.
    RealmCreated = "realm.created",
    /// A realm was changed, switched off or on. Detail: what changed.
    RealmChanged = "realm.changed",
    /// A signing key was published. Detail: `kid`.
    KeyPublished = "key.published",
    /// A signing key began to sign. Detail: `kid`.
    KeyActivated = "key.activated",
    /// A signing key was withdrawn, or had done its work. Detail: `kid`.
    KeyRetired = "key.retired",
    /// A role was made. Detail: `role`.
    RoleCreated = "role.created",
    /// A role was changed. Detail: `role`, `require_second_factor`.
    RoleChanged = "role.changed",
    /// A role was removed, from everybody who had it. Detail: `role`.
    RoleDeleted = "role.deleted",
    /// A role was given to a person or a group. Detail: `role`, `group`.
    RoleGranted = "role.granted",
    /// A role was taken from a person or a group. Detail: `role`, `group`.
    RoleRevoked = "role.revoked",
    /// A group was made. Detail: `group`.
    GroupCreated = "group.created",
    /// A group was changed. Detail: `group`.
    GroupChanged = "group.changed",
    /// A group was removed. Detail: `group`.
    GroupDeleted = "group.deleted",
    /// A person came into a group. Detail: `group`.
    MemberAdded = "group.member_added",
    /// A person was taken out of a group. Detail: `group`.
    MemberRemoved = "group.member_removed",
}

/// Where a request came from, as the edge saw it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The address, by the trusted proxies' word; none for commands and jobs.
    pub address: Option<IpAddr>,
    /// What the browser calls itself, cut to [`Caller::AGENT_LIMIT`] bytes.
    pub user_agent: Option<String>,
    /// The request's id, which the log lines carry too.
    pub request: Option<String>,
}

impl Caller {
    /// How much of a user agent is kept, in bytes.
    pub const AGENT_LIMIT: usize = 256;
}

/// Says who asks, when there is something to tell: most requests of applications tell nothing.
pub type Asker<'a> = &'a (dyn Fn() -> Caller + Send + Sync);

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The realm in which it happened.
    pub realm: RealmId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// To whom, or by whom.
    pub user: Option<UserId>,
    /// Which client it is about.
    pub client: Option<ClientId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// Where the request came from.
    pub caller: Caller,
    /// Further facts, by name; never a secret.
    pub detail: BTreeMap<String, String>,
}

impl Event {
    /// An event that is about nobody yet.
    pub fn new(realm: &RealmId, kind: EventKind, caller: &Caller, at: Timestamp) -> Self {
        Self {
            realm: realm.clone(),
            at,
            kind,
            user: None,
            client: None,
            session: None,
            caller: caller.clone(),
            detail: BTreeMap::new(),
        }
    }

    /// The same about a user.
    #[must_use]
    pub fn of_user(self, user: &UserId) -> Self {
        Self {
            user: Some(user.clone()),
            ..self
        }
    }

    /// The same about a client.
    #[must_use]
    pub fn of_client(self, client: &ClientId) -> Self {
        Self {
            client: Some(client.clone()),
            ..self
        }
    }

    /// The same in a session.
    #[must_use]
    pub fn in_session(self, session: &SessionId) -> Self {
        Self {
            session: Some(session.clone()),
            ..self
        }
    }

    /// The same with a further fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// The same with what differs between two documents: each member's name, with the value before
    /// and the value after. Nothing in the documents may be secret.
    #[must_use]
    pub fn with_changes(mut self, before: &Value, after: &Value) -> Self {
        let [before, after] = [before, after].map(|document| document.as_object());
        let names = before.into_iter().chain(after).flat_map(Map::keys);
        for name in names.collect::<BTreeSet<_>>() {
            let [old, new] = [before, after].map(|members| members.and_then(|m| m.get(name)));
            if old != new {
                let [old, new] = [old, new].map(shown);
                self = self.with(name, format!("{old} -> {new}"));
            }
        }
        self
    }
}

/// A value of a document, cut where it would fill the record.
fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "none".to_owned(), Value::to_string);
    match text.char_indices().nth(SHOWN_LIMIT) {
        None => text,
        Some(_) => text.chars().take(SHOWN_LIMIT).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_what_differs_between_two_documents() {
        let before = json!({"name": "Notes", "scope": "a", "gone": 1, "long": ""});
        let after = json!({"name": "Notes", "scope": "b", "came": [2], "long": "é".repeat(300)});
        let realm = RealmId::default_realm();
        let at = Timestamp::from_unix_seconds(0);
        let event = Event::new(&realm, EventKind::ClientChanged, &Caller::default(), at);
        let detail = event.with_changes(&before, &after).detail;
        let told = |name: &str| detail.get(name).map(String::as_str);
        assert_eq!(told("name"), None);
        assert_eq!(told("scope"), Some("\"a\" -> \"b\""));
        assert_eq!(told("gone"), Some("1 -> none"));
        assert_eq!(told("came"), Some("none -> [2]"));
        let long = told("long").unwrap();
        assert!(long.ends_with("é…") && long.chars().count() < 220, "{long}");
    }

    #[test]
    fn every_kind_is_read_back_from_a_text_of_its_own() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventKind::parse("user"), None);
    }
}
