//! The command line as clap reads it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::api::ApiCommand;
use super::event_arguments::EventCommand;
use super::group::GroupCommand;
use super::mail_arguments::MailCommand;
use super::metadata_arguments::MetadataArgs;
use super::realm_arguments::{RealmCommand, RegistrationTokenCommand};
use super::role::RoleCommand;
use super::user_arguments::UserCommand;
use crate::protocol::algorithm::SigningAlgorithm;
use crate::protocol::client::ClientType;

const EXAMPLES: &str = "\
Examples:
  vidimus demo                      try a whole login, everything in memory
  vidimus serve                     run with ./vidimus-data and ./keys
  vidimus client create --type web --name Notes --redirect-uri https://notes.example.com/callback
  vidimus user create --username ada --email ada@example.com --password-stdin < password.txt
  vidimus config show --origin      every setting and where it comes from

Exit codes: 0 ok, 1 failed, 2 bad usage or configuration, 3 not found, 4 denied,
5 unreachable, 10 a check found problems.";

/// A standalone OAuth 2.0 and OpenID Connect identity provider.
#[derive(Debug, Parser)]
#[command(name = "vidimus", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// Read this file instead of ./vidimus.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write data as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Work on this realm
    #[arg(long, global = true, value_name = "SLUG", default_value = "default")]
    pub realm: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try a whole login: server, demo app and user, all in memory
    Demo(DemoArgs),
    /// Run the server
    Serve(ServeArgs),
    /// Applications that sign people in
    #[command(subcommand)]
    Client(ClientCommand),
    /// APIs that applications ask access tokens for
    #[command(subcommand)]
    Api(ApiCommand),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// What people are allowed in applications
    #[command(subcommand)]
    Role(RoleCommand),
    /// People who belong together, and the roles that this gives them
    #[command(subcommand)]
    Group(GroupCommand),
    /// Tenants, each with its own issuer, people and applications
    #[command(subcommand)]
    Realm(RealmCommand),
    /// Tokens with which clients register themselves
    #[command(subcommand)]
    RegistrationToken(RegistrationTokenCommand),
    /// Signing keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// What applications answered when they were told of a logout
    #[command(subcommand)]
    Logout(LogoutCommand),
    /// What has happened: sign-ins, changes, revocations
    #[command(subcommand)]
    Event(EventCommand),
    /// Mails to people: try, preview, and what became of them
    #[command(subcommand)]
    Mail(MailCommand),
    /// Addresses from which too many user names were tried
    #[command(subcommand)]
    Ban(BanCommand),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The database's schema
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Ask the running server how it is, for containers
    Healthcheck(HealthcheckArgs),
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The port on this machine
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Print the settings of the ready-made clients as environment variables, and serve
    #[arg(long)]
    pub print_env: bool,
}

/// `serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus serve
  vidimus serve --issuer https://id.example.com --listen 0.0.0.0:8080
  VIDIMUS_DATABASE_URL_FILE=/run/secrets/database vidimus serve --no-migrate")]
pub struct ServeArgs {
    /// Listen here, 127.0.0.1:8080
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address under which everybody reaches the server
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// Keep the SQLite file in this folder
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<String>,
    /// Refuse to start when migrations are not applied, instead of applying them
    #[arg(long)]
    pub no_migrate: bool,
}

/// `client …`
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register an application; its secret is shown once
    Create(ClientCreateArgs),
    /// List clients
    List,
    /// Show one client
    Get {
        /// The client identifier
        client_id: String,
    },
    /// Change a client
    Update(ClientUpdateArgs),
    /// Remove a client and revoke its tokens
    Delete {
        /// The client identifier
        client_id: String,
    },
}

/// The kinds of application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TypeArg {
    /// Runs on a server and keeps a secret
    Web,
    /// Runs in a browser; no secret, PKCE
    Spa,
    /// Runs on a device; no secret, PKCE
    Native,
    /// A machine acting for itself
    M2m,
    /// Has no browser: people answer in another one
    Device,
}

impl From<TypeArg> for ClientType {
    fn from(kind: TypeArg) -> Self {
        match kind {
            TypeArg::Web => Self::Web,
            TypeArg::Spa => Self::Spa,
            TypeArg::Native => Self::Native,
            TypeArg::M2m => Self::M2m,
            TypeArg::Device => Self::Device,
        }
    }
}

/// `client create`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus client create --type web --name Notes --redirect-uri https://notes.example.com/callback
  vidimus client create --type native --name \"Notes for phones\" --redirect-uri com.example.notes:/callback
  vidimus client create --type m2m --name Backup --scope backup:write --json
  vidimus client create --type device --name \"Notes for televisions\"
  vidimus client create --type web --name Notes --redirect-uri https://notes.example.com/callback \\
      --auth-method private_key_jwt --set jwks_uri=https://notes.example.com/jwks.json
  vidimus client create --from notes.json")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ClientCreateArgs {
    /// What kind of application it is
    #[arg(long = "type", value_enum, required_unless_present = "from")]
    pub client_type: Option<TypeArg>,
    /// The name that people see when asked for consent
    #[arg(long, required_unless_present_any = ["from", "set"])]
    pub name: Option<String>,
    /// Where sign-ins may return to; repeat for several
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Vec<String>,
    /// Where sign-outs may return to; repeat for several
    #[arg(long, value_name = "URI")]
    pub post_logout_redirect_uri: Vec<String>,
    /// The most it may ask for; repeat, or separate by spaces
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// What of that it cannot do without; people can leave out the rest. Repeat, or separate by
    /// spaces
    #[arg(long, value_name = "SCOPE")]
    pub required_scope: Vec<String>,
    /// Only people of this group may use it; repeat for several
    #[arg(long, value_name = "GROUP")]
    pub allowed_group: Vec<String>,
    /// It is your own: people are not asked for consent
    #[arg(long)]
    pub first_party: bool,
    /// Whoever signs in to it proves a second factor
    #[arg(long)]
    pub require_second_factor: bool,
    /// It may introspect every token of the realm, as an API does
    #[arg(long)]
    pub may_introspect: bool,
    /// Give a device a secret, when it can keep one
    #[arg(long)]
    pub with_secret: bool,
    /// Everything else
    #[command(flatten)]
    pub metadata: MetadataArgs,
}

/// `client update`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ClientUpdateArgs {
    /// The client identifier
    pub client_id: String,
    /// A new name
    #[arg(long)]
    pub name: Option<String>,
    /// Replace the redirect URIs by these
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Vec<String>,
    /// Replace the post-logout redirect URIs by these
    #[arg(long, value_name = "URI")]
    pub post_logout_redirect_uri: Vec<String>,
    /// Replace the scope by these
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// Replace what it cannot do without; nothing when empty
    #[arg(long, value_name = "SCOPE")]
    pub required_scope: Vec<String>,
    /// Replace the groups whose people may use it
    #[arg(long, value_name = "GROUP", conflicts_with = "for_everybody")]
    pub allowed_group: Vec<String>,
    /// Let everybody use it
    #[arg(long)]
    pub for_everybody: bool,
    /// Whether it is your own
    #[arg(long, value_name = "true|false")]
    pub first_party: Option<bool>,
    /// Whether whoever signs in to it proves a second factor
    #[arg(long, value_name = "true|false")]
    pub require_second_factor: Option<bool>,
    /// Switch it off and revoke its access tokens
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Switch it on again
    #[arg(long)]
    pub enable: bool,
    /// Replace its secret; the old one stops working at once
    #[arg(long)]
    pub rotate_secret: bool,
    /// Everything else
    #[command(flatten)]
    pub metadata: MetadataArgs,
}

/// `key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List the realm's signing keys
    List,
    /// Publish successors, which sign once clients can know them
    Rotate(KeyRotateArgs),
}

/// `key rotate`
#[derive(Debug, Args)]
pub struct KeyRotateArgs {
    /// Only the key of this algorithm
    #[arg(long, value_enum, value_name = "ALG")]
    pub algorithm: Option<AlgorithmArg>,
    /// New keys sign at once; the old ones stay published for what they have signed
    #[arg(long)]
    pub now: bool,
    /// The keys may be known to others: new ones sign at once and the old ones are withdrawn, so
    /// that every token signed so far is refused
    #[arg(long, conflicts_with_all = ["algorithm", "now"])]
    pub emergency: bool,
}

/// The signature algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AlgorithmArg {
    /// What every client can verify
    #[value(name = "RS256")]
    Rs256,
    /// RSA with probabilistic padding
    #[value(name = "PS256")]
    Ps256,
    /// The curve P-256
    #[value(name = "ES256")]
    Es256,
    /// The curve Ed25519
    #[value(name = "EdDSA")]
    EdDsa,
}

impl From<AlgorithmArg> for SigningAlgorithm {
    fn from(algorithm: AlgorithmArg) -> Self {
        match algorithm {
            AlgorithmArg::Rs256 => Self::Rs256,
            AlgorithmArg::Ps256 => Self::Ps256,
            AlgorithmArg::Es256 => Self::Es256,
            AlgorithmArg::EdDsa => Self::EdDsa,
        }
    }
}

/// `logout …`
#[derive(Debug, Subcommand)]
pub enum LogoutCommand {
    /// List the back-channel logouts of the last thirty days, the newest first
    List {
        /// Only those that are given up, or whose last attempt failed
        #[arg(long)]
        failed: bool,
    },
}

/// `ban …`
#[derive(Debug, Subcommand)]
pub enum BanCommand {
    /// List the bans that stand
    List,
    /// Lift the ban of an address
    Lift {
        /// The address, or the prefix as the list shows it
        address: String,
    },
}

/// `config …`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration without starting anything
    Check,
    /// Print every setting as it stands
    Show {
        /// Also where each one comes from
        #[arg(long)]
        origin: bool,
    },
}

/// `migrate …`
#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Compare the database's schema with this program's; exit code 10 when they differ
    Status,
    /// Apply what is missing
    Up,
}

/// `healthcheck`
#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    /// Ask whether it can serve, not only whether it lives
    #[arg(long)]
    pub ready: bool,
    /// Ask here instead of at the configured address
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}
