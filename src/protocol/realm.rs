//! What the operator has settled for one realm.

use serde::{Deserialize, Serialize};

use super::password_policy::PasswordPolicy;
use crate::protocol::second_factor::Demand;
use crate::protocol::time::Lifetime;

/// Who may register clients at the registration endpoint (RFC 7591 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationMode {
    /// Nobody; admins register clients.
    #[default]
    Off,
    /// Whoever holds an initial access token.
    InitialAccessToken,
    /// Everybody.
    Open,
}

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorRule {
    /// Whoever has set one up.
    #[default]
    Optional,
    /// Everybody; who has none sets one up while signing in.
    Required,
}

/// Who may make an account of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignUpMode {
    /// Nobody; admins make accounts.
    #[default]
    Closed,
    /// Whom an admin has invited.
    Invitation,
    /// Everybody who has a mailbox.
    Open,
}

/// The longest that a device may be remembered.
pub const REMEMBER_DAYS_LIMIT: u32 = 365;

impl RealmSettings {
    /// What the realm asks of every sign-in.
    pub fn second_factor_demand(&self) -> Demand {
        Demand::RULE.when(self.second_factor == SecondFactorRule::Required)
    }

    /// For how long a device may be remembered.
    pub fn remembers_devices_for(&self) -> Option<Lifetime> {
        let days = self.remember_devices_days.min(REMEMBER_DAYS_LIMIT);
        (days > 0).then(|| Lifetime::seconds(days * 86_400))
    }
}

/// The switches of a realm; everything that weakens it is off unless turned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RealmSettings {
    /// Whether hybrid and implicit response types are offered: tokens then pass through browsers
    /// (RFC 9700 §2.1.2 advises against it).
    pub front_channel_tokens: bool,
    /// Who may register clients.
    pub registration: RegistrationMode,
    /// Whether a client may be a document at its identifier's address.
    pub client_id_documents: bool,
    /// Whether everybody proves a second factor.
    pub second_factor: SecondFactorRule,
    /// For how many days a device may be remembered instead of asking for the second factor again
    /// on it; none when 0.
    pub remember_devices_days: u32,
    /// Whether clients' pages may watch the session (OIDC Session Management): a cookie and a
    /// parameter more, for something that browsers without third-party cookies break.
    pub session_management: bool,
    /// Who may make an account of their own.
    pub sign_up: SignUpMode,
    /// What new passwords must be like.
    pub passwords: PasswordPolicy,
}
