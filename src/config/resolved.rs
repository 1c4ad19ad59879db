//! The configuration after every rule has been checked. Nothing else builds one.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::problem::Complaint;
use super::strangers::{Links, Registration};
use super::{IssuerUrl, Mail};
use crate::account::language::Language;
use crate::protocol::time::Lifetime;
use crate::secret::{Secret, SecretString};

/// The resolved configuration: every value is valid, and valid beside the others.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The issuer of the default realm, and the base of all links.
    pub issuer: IssuerUrl,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether the listener speaks TLS, and with what.
    pub tls: Tls,
    /// The record.
    pub database: Database,
    /// The shared memory, if there is one.
    pub redis_url: Option<SecretString>,
    /// The folder of the master key.
    pub keys_dir: PathBuf,
    /// The folder of the SQLite file and the lock.
    pub data: PathBuf,
    /// The language of pages for people who want none that we speak.
    pub language: Language,
    /// Peers whose forwarded addresses are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Requests to addresses that others have named.
    pub outgoing: Outgoing,
    /// Mail to people.
    pub mail: Mail,
    /// The log.
    pub log: Log,
    /// Lifetimes of what is issued.
    pub tokens: Tokens,
    /// Signing keys.
    pub keys: Keys,
    /// Browser sessions.
    pub sessions: Sessions,
    /// How long events are kept.
    pub event_retention: Lifetime,
    /// Password hashing.
    pub passwords: Passwords,
    /// Login attempts.
    pub login: Login,
    /// Clients that come without an admin.
    pub registration: Registration,
    /// Mails with one-time links that strangers ask for.
    pub links: Links,
    /// Where monitoring asks, if it does.
    pub metrics_listen: Option<SocketAddr>,
    /// The listener's limits.
    pub limits: Limits,
    /// The signing pool.
    pub signing: Signing,
    /// How long requests in flight may take after a stop was asked for.
    pub shutdown_grace: Lifetime,
}

/// The listener's TLS: both files, or none.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    pub(super) certificate_file: Option<PathBuf>,
    pub(super) key_file: Option<PathBuf>,
}

impl Tls {
    /// The files of certificate and key, when the listener speaks TLS.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        self.certificate_file
            .as_deref()
            .zip(self.key_file.as_deref())
    }
}

/// Requests to addresses that others have named.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// Networks that may be reached although they are not public.
    pub allow: Vec<IpNet>,
    /// Authorities that are trusted beside the public ones.
    pub ca_file: Option<PathBuf>,
}

/// The record's address and how it is used.
#[derive(Debug, Clone)]
pub struct Database {
    /// Never empty: without a setting, the SQLite file in the data folder.
    pub url: SecretString,
    /// Connections of this node at most (Postgres).
    pub max_connections: u32,
    /// Whether statements stay prepared on a connection (Postgres).
    pub prepare_statements: bool,
}

/// Which database a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file, or memory, in this process.
    Sqlite,
    /// A server shared by nodes.
    Postgres,
}

impl DatabaseKind {
    /// The name for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Database {
    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        if self.url.expose().starts_with("sqlite:") {
            DatabaseKind::Sqlite
        } else {
            DatabaseKind::Postgres
        }
    }
}

/// The log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// A level, or directives of `tracing_subscriber::EnvFilter`; known to parse.
    pub level: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl LogFormat {
    pub(super) const CHOICES: [(&'static str, Self); 3] = [
        ("auto", Self::Auto),
        ("text", Self::Text),
        ("json", Self::Json),
    ];
}

/// Lifetimes of what is issued.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access tokens.
    pub access_lifetime: Lifetime,
    /// ID tokens.
    pub id_lifetime: Lifetime,
    /// Authorization codes; 60 s at most.
    pub code_lifetime: Lifetime,
    /// Grants and their refresh tokens, from the login on.
    pub refresh_lifetime: Lifetime,
    /// How long a lost answer can be asked for again.
    pub refresh_grace: Lifetime,
}

/// Signing keys.
#[derive(Debug, Clone)]
pub struct Keys {
    /// How long one signs.
    pub rotation_interval: Lifetime,
    /// How long the key set may be cached.
    pub jwks_max_age: Lifetime,
    /// The master key, when it is not in `keys_dir`: the text of its file.
    pub master_key: Option<SecretString>,
}

/// Browser sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// How long one may lie unused.
    pub idle: Lifetime,
    /// How long one may last at all; never less than `idle`.
    pub absolute: Lifetime,
}

/// Password hashing: argon2id's parameters and the pool's size.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Threads; at least one.
    pub workers: usize,
    /// Logins that may wait for a thread.
    pub queue: usize,
    /// Where passwords known from breaches are.
    pub breaches: Option<BreachedPasswords>,
}

/// Where passwords known from breaches are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreachedPasswords {
    /// An address that tells those whose digests begin with five digits.
    Range(String),
    /// A sorted file of digests.
    File(PathBuf),
}

/// Login attempts of one address.
#[derive(Debug, Clone)]
pub struct Login {
    /// How many at once.
    pub per_address_burst: u32,
    /// How long one more takes to come back.
    pub per_address_interval: Lifetime,
    /// How many names make a ban; none with zero.
    pub ban_names: u32,
    /// Within which time.
    pub ban_window: Lifetime,
    /// How long a ban lasts.
    pub ban_lasts: Lifetime,
}

impl Login {
    const fn unset() -> Self {
        Self {
            per_address_burst: 0,
            per_address_interval: Lifetime::ZERO,
            ban_names: 0,
            ban_window: Lifetime::ZERO,
            ban_lasts: Lifetime::ZERO,
        }
    }
}

/// The listener's limits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at one time.
    pub connections: usize,
    /// How long the head of a request may take.
    pub header_timeout: Lifetime,
    /// The largest body in bytes.
    pub body_bytes: usize,
    /// How long one request may take.
    pub request_timeout: Lifetime,
}

/// The signing pool.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// Threads; at least one.
    pub threads: usize,
    /// Signatures that may wait.
    pub queue: usize,
}

impl Config {
    /// Nothing set yet: the starting point of `Raw::resolve`, which sets every field from the
    /// table and lets no partly set one out.
    pub(super) fn unset() -> Self {
        let none = Lifetime::ZERO;
        Self {
            issuer: IssuerUrl::unset(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: Tls::default(),
            database: Database {
                url: Secret::new(String::new()),
                max_connections: 0,
                prepare_statements: false,
            },
            redis_url: None,
            keys_dir: PathBuf::new(),
            data: PathBuf::new(),
            language: Language::default(),
            trusted_proxies: Vec::new(),
            outgoing: Outgoing::default(),
            mail: Mail::default(),
            log: Log::default(),
            tokens: Tokens {
                access_lifetime: none,
                id_lifetime: none,
                code_lifetime: none,
                refresh_lifetime: none,
                refresh_grace: none,
            },
            keys: Keys {
                rotation_interval: none,
                jwks_max_age: none,
                master_key: None,
            },
            sessions: Sessions {
                idle: none,
                absolute: none,
            },
            event_retention: none,
            passwords: Passwords {
                memory_kib: 0,
                iterations: 0,
                parallelism: 0,
                workers: 0,
                queue: 0,
                breaches: None,
            },
            login: Login::unset(),
            registration: Registration::unset(),
            links: Links::unset(),
            metrics_listen: None,
            limits: Limits {
                connections: 0,
                header_timeout: none,
                body_bytes: 0,
                request_timeout: none,
            },
            signing: Signing::default(),
            shutdown_grace: none,
        }
    }

    /// Fills in what depends on other settings; a rule between two that is broken comes back with
    /// the key to blame.
    pub(super) fn finish(&mut self) -> Option<(&'static str, Complaint)> {
        if self.database.url.expose().is_empty() {
            let path = self.data.join("vidimus.db");
            self.database.url = Secret::new(format!("sqlite://{}", path.display()));
        }
        if self.sessions.idle > self.sessions.absolute {
            let complaint = Complaint::new("is longer than sessions.absolute");
            return Some(("sessions.idle", complaint));
        }
        if self.tokens.access_lifetime > self.tokens.refresh_lifetime {
            let complaint = Complaint::new("is shorter than tokens.access_lifetime");
            return Some(("tokens.refresh_lifetime", complaint));
        }
        self.judge_tls()
    }

    fn judge_tls(&self) -> Option<(&'static str, Complaint)> {
        let without = |other: &str| Complaint::new(format!("is set without {other}"));
        match (&self.tls.certificate_file, &self.tls.key_file) {
            (None, None) => None,
            (Some(_), None) => Some(("tls.certificate_file", without("tls.key_file"))),
            (None, Some(_)) => Some(("tls.key_file", without("tls.certificate_file"))),
            (Some(_), Some(_)) if self.issuer.is_https() => None,
            (Some(_), Some(_)) => {
                let secure = self.issuer.as_str().replacen("http:", "https:", 1);
                let complaint = Complaint::new("is http, but tls.certificate_file is set")
                    .why("The listener speaks TLS only; nobody would reach it at this address.")
                    .instead(format!("issuer = \"{secure}\""));
                Some(("issuer", complaint))
            }
        }
    }
}
