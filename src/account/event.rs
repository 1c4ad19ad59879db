//! Events: what happened to whom, for people, admins and those who look into an incident.
//!
//! An event names what it is about and where the request came from. It never holds a secret, and
//! it is written in the step that makes it true.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::protocol::ids::{ClientId, RealmId, SessionId, UserId};
use crate::protocol::time::Timestamp;

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
    /// An account was made.
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
    /// A person changed their profile.
    ProfileChanged = "profile.changed",
    /// A person asked for another address of the account.
    AddressChangeAsked = "address.change_asked",
    /// An account got another address, which was confirmed.
    AddressChanged = "address.changed",
    /// A password was set or changed.
    PasswordChanged = "password.changed",
    /// Somebody asked for a link that sets another password.
    PasswordResetAsked = "password.reset_asked",
    /// Somebody filled in the form for a new account.
    SignUpAsked = "sign_up.asked",
    /// An admin invited somebody.
    UserInvited = "user.invited",
    /// A second factor was set up. Detail: `factor`.
    FactorAdded = "factor.added",
    /// A second factor was taken away. Detail: `factor`.
    FactorRemoved = "factor.removed",
    /// A second factor was proven. Detail: `factor`.
    FactorProven = "factor.proven",
    /// What was to prove a second factor did not.
    FactorRefused = "factor.refused",
    /// A recovery code was used. Detail: `left`.
    RecoveryCodeUsed = "recovery_code.used",
    /// New recovery codes were made; the old ones are worth nothing.
    RecoveryCodesMade = "recovery_codes.made",
    /// A device was remembered, and the second factor is not asked for on it.
    DeviceRemembered = "device.remembered",
    /// A remembered device was forgotten.
    DeviceForgotten = "device.forgotten",
    /// Somebody signed in.
    SignedIn = "sign_in.succeeded",
    /// A sign-in was refused.
    SignInRefused = "sign_in.refused",
    /// A session was ended.
    SessionEnded = "session.ended",
    /// A person allowed a client something.
    ConsentGranted = "consent.granted",
    /// A person or an admin withdrew what a client was allowed.
    ConsentWithdrawn = "consent.withdrawn",
    /// A grant was revoked.
    TokenRevoked = "token.revoked",
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_a_text_of_its_own() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventKind::parse("user"), None);
    }
}
