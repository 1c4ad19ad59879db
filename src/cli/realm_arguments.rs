//! The arguments of `realm` and `registration-token`.

use clap::{ArgAction, Args, Subcommand, ValueEnum};

use crate::protocol::realm::{REMEMBER_DAYS_LIMIT, RegistrationMode, SecondFactorRule, SignUpMode};

/// `realm …`
#[derive(Debug, Subcommand)]
pub enum RealmCommand {
    /// Make a realm; its issuer is the configured one and /realms/SLUG
    Create {
        /// Lower-case letters, digits and hyphens
        slug: String,
        /// The name that people see
        #[arg(long)]
        name: Option<String>,
    },
    /// List realms
    List,
    /// Show one realm and what is switched on in it
    Get {
        /// The realm
        slug: String,
    },
    /// Change a realm; a running server follows within a second
    Set(RealmSetArgs),
}

/// `realm set`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus realm set default --registration initial-access-token
  vidimus realm set default --sign-up open --terms-url https://example.com/terms
  vidimus realm set acme --client-id-documents on --front-channel-tokens off")]
pub struct RealmSetArgs {
    /// The realm
    pub slug: String,
    /// The name that people see
    #[arg(long)]
    pub name: Option<String>,
    /// Who may register clients at the registration endpoint
    #[arg(long, value_enum, value_name = "MODE")]
    pub registration: Option<RegistrationArg>,
    /// Whether tokens may pass through browsers: hybrid and implicit response types
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"])]
    pub front_channel_tokens: Option<String>,
    /// Whether a client may be a document at the address that is its identifier
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"])]
    pub client_id_documents: Option<String>,
    /// Whether applications may watch the session in a frame
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"])]
    pub session_management: Option<String>,
    /// Who must have a second factor: whoever has set one up, or everybody
    #[arg(long, value_enum, value_name = "RULE")]
    pub second_factor: Option<SecondFactorArg>,
    /// For how many days people may have a device remembered, on which the second factor is not
    /// asked for again; 0 for never
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=i64::from(REMEMBER_DAYS_LIMIT)))]
    pub remember_devices_days: Option<u32>,
    /// Who may make an account of their own
    #[arg(long, value_enum, value_name = "MODE")]
    pub sign_up: Option<SignUpArg>,
    /// The terms that people must accept before they have an account; empty takes them away
    #[arg(long, value_name = "URL")]
    pub terms_url: Option<String>,
    /// Switch the whole realm off
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "enable")]
    pub disable: bool,
    /// Switch it on again
    #[arg(long)]
    pub enable: bool,
}

/// Who may register clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RegistrationArg {
    /// Nobody: admins register clients
    Off,
    /// Whoever holds a token of `vidimus registration-token create`
    InitialAccessToken,
    /// Everybody
    Open,
}

impl From<RegistrationArg> for RegistrationMode {
    fn from(mode: RegistrationArg) -> Self {
        match mode {
            RegistrationArg::Off => Self::Off,
            RegistrationArg::InitialAccessToken => Self::InitialAccessToken,
            RegistrationArg::Open => Self::Open,
        }
    }
}

/// Who must have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecondFactorArg {
    /// Whoever has set one up
    Optional,
    /// Everybody; who has none sets one up while signing in
    Required,
}

impl From<SecondFactorArg> for SecondFactorRule {
    fn from(rule: SecondFactorArg) -> Self {
        match rule {
            SecondFactorArg::Optional => Self::Optional,
            SecondFactorArg::Required => Self::Required,
        }
    }
}

/// Who may make an account of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SignUpArg {
    /// Nobody: admins make accounts
    Closed,
    /// Whom an admin has invited with `vidimus user invite`
    Invitation,
    /// Everybody who has a mailbox
    Open,
}

impl From<SignUpArg> for SignUpMode {
    fn from(mode: SignUpArg) -> Self {
        match mode {
            SignUpArg::Closed => Self::Closed,
            SignUpArg::Invitation => Self::Invitation,
            SignUpArg::Open => Self::Open,
        }
    }
}

/// `registration-token …`
#[derive(Debug, Subcommand)]
pub enum RegistrationTokenCommand {
    /// Make a token with which clients can register themselves; it is shown once
    Create {
        /// How many clients it registers
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        uses: u32,
        /// For how long it may be used (1m to 365d)
        #[arg(long, default_value = "7d", value_name = "SPAN")]
        expires: String,
        /// What it is for
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List the tokens that are not cleaned away yet
    List,
    /// Withdraw a token
    Delete {
        /// Its identifier, as listed
        id: String,
    },
}
