//! The one table of settings. Parsing, `config show`, "did you mean" and the reference page are
//! all driven by it.

use super::kind::Kind;
use super::parse::{choice, cidr_list, count, database_url, flag, listener, put, redis_url, span};
use super::resolved::LogFormat;
use super::row::{Setting, period, row, secret};
use super::{IssuerUrl, mail, parse as p};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

/// Every setting, in the order of the reference page.
pub static SETTINGS: &[Setting] = &[
    row(
        "issuer",
        Kind::Text,
        "http://localhost:8080",
        |c, t| put(&mut c.issuer, IssuerUrl::parse(t)),
        "The address under which everybody reaches the server, as clients compare it: `https` (`http` only on this machine), no trailing slash. Never derived from a request.",
    ),
    row(
        "listen",
        Kind::Text,
        "127.0.0.1:8080",
        |c, t| put(&mut c.listen, listener(t)),
        "The address and port to listen on, `0.0.0.0:8080` for all of IPv4. Set `tls.certificate_file`, or put a TLS proxy in front, for anything but loopback.",
    ),
    row(
        "tls.certificate_file",
        Kind::Text,
        "",
        |c, t| put(&mut c.tls.certificate_file, p::path(t).map(Some)),
        "The server's certificate in PEM, and after it those that lead to its authority. With it the server speaks TLS; it needs `tls.key_file` and an `https` issuer. Read again when it changes.",
    ),
    row(
        "tls.key_file",
        Kind::Text,
        "",
        |c, t| put(&mut c.tls.key_file, p::path(t).map(Some)),
        "The private key of the certificate in PEM, a file that not everybody may read.",
    ),
    secret(
        "database_url",
        |c, t| put(&mut c.database.url, database_url(t)),
        "The record: `postgres://…`, or `sqlite://PATH`. Without one, `vidimus.db` in the data folder.",
    ),
    secret(
        "redis_url",
        |c, t| put(&mut c.redis_url, redis_url(t).map(Some)),
        "Fast memory shared by many nodes: `redis://…` or `rediss://…`. Without one, the process keeps it by itself, which is right for one node.",
    ),
    row(
        "keys_dir",
        Kind::Text,
        "./keys",
        |c, t| put(&mut c.keys_dir, p::path(t)),
        "The folder of the master key, which is made there at the first start with mode 0600. Back it up: without it the signing keys cannot be opened.",
    ),
    row(
        "data",
        Kind::Text,
        "./vidimus-data",
        |c, t| put(&mut c.data, p::path(t)),
        "The folder of the SQLite file and of the lock that keeps a second server off it.",
    ),
    row(
        "language",
        Kind::Text,
        "en",
        |c, t| put(&mut c.language, p::language(t)),
        "The language of pages for people who want none that we speak: `en`, `de`, `fr`, `es`, `ja` or `ar`.",
    ),
    row(
        "trusted_proxies",
        Kind::List,
        "",
        |c, t| put(&mut c.trusted_proxies, cidr_list(t)),
        "Networks in CIDR notation whose `X-Forwarded-For` is believed. Empty: nobody's.",
    ),
    row(
        "outgoing.allow",
        Kind::List,
        "",
        |c, t| put(&mut c.outgoing.allow, cidr_list(t)),
        "Networks in CIDR notation that addresses named by clients may lead to although they are not public, and without TLS.",
    ),
    row(
        "outgoing.ca_file",
        Kind::Text,
        "",
        |c, t| put(&mut c.outgoing.ca_file, p::path(t).map(Some)),
        "Authorities in PEM that are trusted for addresses named by clients, beside the public ones. Read at start.",
    ),
    secret(
        "mail.url",
        |c, t| put(&mut c.mail.url, mail::url(t).map(Some)),
        "Where mails go: `smtps://user:password@host` (TLS from the first byte, port 465), `smtp://…` (STARTTLS, without which nothing is said, port 587), `smtp+insecure://…` (in the clear, port 25, only to this machine), or `file://FOLDER`. Without one, mails wait in the database.",
    ),
    row(
        "mail.from",
        Kind::Text,
        "no-reply@localhost",
        |c, t| put(&mut c.mail.from, p::text(t)),
        "Whom mails are from: an address, with which the realm's name is shown, or `Name <address>`. Mail servers that receive them ask its domain whether yours may send them.",
    ),
    row(
        "mail.reply_to",
        Kind::Text,
        "",
        |c, t| put(&mut c.mail.reply_to, p::text(t).map(Some)),
        "The address that answers go to, if it is another one.",
    ),
    row(
        "mail.ca_file",
        Kind::Text,
        "",
        |c, t| put(&mut c.mail.ca_file, p::path(t).map(Some)),
        "Authorities in PEM that are trusted for the mail server, beside the public ones. Read at start.",
    ),
    row(
        "mail.templates",
        Kind::Text,
        "",
        |c, t| put(&mut c.mail.templates, p::path(t).map(Some)),
        "A folder with words of your own for mails. Read at start.",
    ),
    row(
        "log.format",
        Kind::Text,
        "auto",
        |c, t| put(&mut c.log.format, choice(t, &LogFormat::CHOICES)),
        "`text`, `json`, or `auto`: text on a terminal and JSON otherwise. Logs go to standard error.",
    ),
    row(
        "log.level",
        Kind::Text,
        "info",
        |c, t| put(&mut c.log.level, p::log_level(t)),
        "`error`, `warn`, `info`, `debug` or `trace`; or directives per module, `info,vidimus::flows=debug`.",
    ),
    period(
        "tokens.access_lifetime",
        "15m",
        |c, t| put(&mut c.tokens.access_lifetime, span(t, 30, DAY)),
        "Life of an access token (30s to 1d). An API that verifies tokens offline notices a revocation only when this has passed.",
    ),
    period(
        "tokens.id_lifetime",
        "1h",
        |c, t| put(&mut c.tokens.id_lifetime, span(t, MINUTE, DAY)),
        "Life of an ID token (1m to 1d).",
    ),
    period(
        "tokens.code_lifetime",
        "60s",
        |c, t| put(&mut c.tokens.code_lifetime, span(t, 5, MINUTE)),
        "Life of an authorization code (5s to 60s).",
    ),
    period(
        "tokens.refresh_lifetime",
        "30d",
        |c, t| put(&mut c.tokens.refresh_lifetime, span(t, MINUTE, 400 * DAY)),
        "Life of a grant and its refresh tokens, counted from the login (1m to 400d). Rotation never extends it.",
    ),
    period(
        "tokens.refresh_grace",
        "30s",
        |c, t| put(&mut c.tokens.refresh_grace, span(t, 0, 5 * MINUTE)),
        "How long the refresh token before the last is given the same successor again, for clients that lost the answer (0s to 5m).",
    ),
    period(
        "keys.rotation_interval",
        "90d",
        |c, t| put(&mut c.keys.rotation_interval, span(t, HOUR, 3650 * DAY)),
        "How long a signing key signs before the next one takes over (1h to 3650d).",
    ),
    period(
        "keys.jwks_max_age",
        "300s",
        |c, t| put(&mut c.keys.jwks_max_age, span(t, 1, DAY)),
        "How long clients may cache the key set; a new key is published at least this long before it signs (1s to 1d).",
    ),
    secret(
        "keys.master_key",
        |c, t| put(&mut c.keys.master_key, p::master_key(t).map(Some)),
        "The key that seals the signing keys, as the file in `keys_dir` holds it (`vidimus-master-key-v1:…`), instead of that file. All nodes need the same one.",
    ),
    period(
        "sessions.idle",
        "90m",
        |c, t| put(&mut c.sessions.idle, span(t, MINUTE, 30 * DAY)),
        "How long a browser session may lie unused (1m to 30d).",
    ),
    period(
        "sessions.absolute",
        "12h",
        |c, t| put(&mut c.sessions.absolute, span(t, MINUTE, 90 * DAY)),
        "How long a browser session may last at all (1m to 90d).",
    ),
    period(
        "events.retention",
        "90d",
        |c, t| put(&mut c.event_retention, span(t, DAY, 3650 * DAY)),
        "How long the record of what happened is kept (1d to 3650d). `vidimus event export` takes it elsewhere before.",
    ),
    row(
        "passwords.memory_kib",
        Kind::Number,
        "19456",
        |c, t| put(&mut c.passwords.memory_kib, count(t, 7_168, 262_144)),
        "Memory of one argon2id hash in KiB (7168 to 262144). Old hashes are renewed at login.",
    ),
    row(
        "passwords.iterations",
        Kind::Number,
        "2",
        |c, t| put(&mut c.passwords.iterations, count(t, 1, 16)),
        "Passes of one argon2id hash (1 to 16).",
    ),
    row(
        "passwords.parallelism",
        Kind::Number,
        "1",
        |c, t| put(&mut c.passwords.parallelism, count(t, 1, 16)),
        "Lanes of one argon2id hash (1 to 16).",
    ),
    row(
        "passwords.workers",
        Kind::Number,
        "0",
        |c, t| put(&mut c.passwords.workers, p::workers(t)),
        "Threads that hash passwords; 0 takes half of the cores. They never delay tokens.",
    ),
    row(
        "passwords.queue",
        Kind::Number,
        "64",
        |c, t| put(&mut c.passwords.queue, count(t, 1, 10_000)),
        "Logins that may wait for a hashing thread; more are told to come back (1 to 10000).",
    ),
    row(
        "passwords.breaches",
        Kind::Text,
        "",
        |c, t| put(&mut c.passwords.breaches, p::breaches(t).map(Some)),
        "Where realms that ask for it look new passwords up: an address to which five hexadecimal digits are added (`https://api.pwnedpasswords.com/range/`), or a sorted file of SHA-1 digests in that form. Passwords never leave the server.",
    ),
    row(
        "login.per_address_burst",
        Kind::Number,
        "10",
        |c, t| put(&mut c.login.per_address_burst, count(t, 1, 1_000_000)),
        "Guesses at passwords and codes that one address has at once, over all pages (1 to 1000000). IPv6 counts by /64; a /48 has four times as many.",
    ),
    period(
        "login.per_address_interval",
        "20s",
        |c, t| put(&mut c.login.per_address_interval, p::short_span(t, 1, HOUR)),
        "How long one more attempt takes to come back (1ms to 1h).",
    ),
    row(
        "login.ban_names",
        Kind::Number,
        "15",
        |c, t| put(&mut c.login.ban_names, count(t, 0, 10_000)),
        "An address that tries so many different user names in vain is banned (0 to 10000); 0 bans nobody.",
    ),
    period(
        "login.ban_window",
        "3h",
        |c, t| put(&mut c.login.ban_window, span(t, MINUTE, DAY)),
        "Within this time (1m to 1d).",
    ),
    period(
        "login.ban_lasts",
        "24h",
        |c, t| put(&mut c.login.ban_lasts, span(t, MINUTE, 30 * DAY)),
        "How long a ban lasts (1m to 30d); `vidimus ban` lists and lifts them.",
    ),
    row(
        "registration.per_address_burst",
        Kind::Number,
        "10",
        |c, t| {
            put(
                &mut c.registration.per_address_burst,
                count(t, 1, 1_000_000),
            )
        },
        "Registrations that one address has at once, in realms where clients register themselves (1 to 1000000).",
    ),
    period(
        "registration.per_address_interval",
        "1m",
        |c, t| {
            put(
                &mut c.registration.per_address_interval,
                p::short_span(t, 1, HOUR),
            )
        },
        "How long one more registration takes to come back (1ms to 1h).",
    ),
    row(
        "registration.clients_limit",
        Kind::Number,
        "10000",
        |c, t| put(&mut c.registration.clients_limit, count(t, 1, 1_000_000)),
        "Clients of one realm that registered themselves; as many again may be client-ID documents (1 to 1000000).",
    ),
    row(
        "links.per_address_burst",
        Kind::Number,
        "3",
        |c, t| put(&mut c.links.per_address_burst, count(t, 1, 1_000_000)),
        "Registration mails, and as many password mails, that one address asks for at once (1 to 1000000).",
    ),
    period(
        "links.per_address_interval",
        "20m",
        |c, t| put(&mut c.links.per_address_interval, p::short_span(t, 1, HOUR)),
        "How long one more takes to come back (1ms to 1h).",
    ),
    row(
        "links.per_mailbox_burst",
        Kind::Number,
        "3",
        |c, t| put(&mut c.links.per_mailbox_burst, count(t, 1, 1_000_000)),
        "Such mails that go to one mailbox at once, whoever asks for them (1 to 1000000).",
    ),
    period(
        "links.per_mailbox_interval",
        "1h",
        |c, t| put(&mut c.links.per_mailbox_interval, p::short_span(t, 1, HOUR)),
        "How long one more takes to come back (1ms to 1h).",
    ),
    row(
        "limits.connections",
        Kind::Number,
        "10000",
        |c, t| put(&mut c.limits.connections, count(t, 1, 1_000_000)),
        "Connections at one time; more wait in the system's queue (1 to 1000000).",
    ),
    period(
        "limits.header_timeout",
        "10s",
        |c, t| put(&mut c.limits.header_timeout, p::short_span(t, 100, MINUTE)),
        "How long a client may take to send the head of a request; also how long an idle connection is kept (100ms to 1m).",
    ),
    row(
        "limits.body_bytes",
        Kind::Number,
        "65536",
        |c, t| put(&mut c.limits.body_bytes, count(t, 1_024, 16_777_216)),
        "The largest request body (1024 to 16777216).",
    ),
    period(
        "limits.request_timeout",
        "30s",
        |c, t| put(&mut c.limits.request_timeout, span(t, 1, 10 * MINUTE)),
        "How long one request may take in all (1s to 10m).",
    ),
    row(
        "signing.threads",
        Kind::Number,
        "0",
        |c, t| put(&mut c.signing.threads, p::threads(t)),
        "Threads that make RSA signatures; 0 takes as many as there are cores.",
    ),
    row(
        "signing.queue",
        Kind::Number,
        "1024",
        |c, t| put(&mut c.signing.queue, count(t, 1, 1_000_000)),
        "Signatures that may wait; more are told to come back (1 to 1000000).",
    ),
    period(
        "shutdown.grace",
        "25s",
        |c, t| put(&mut c.shutdown_grace, p::short_span(t, 0, 10 * MINUTE)),
        "How long requests in flight may take to finish after SIGTERM (0s to 10m).",
    ),
    row(
        "database.max_connections",
        Kind::Number,
        "10",
        |c, t| put(&mut c.database.max_connections, count(t, 1, 1_000)),
        "Connections that this node holds to Postgres (1 to 1000).",
    ),
    row(
        "database.prepare_statements",
        Kind::Flag,
        "true",
        |c, t| put(&mut c.database.prepare_statements, flag(t)),
        "Whether statements stay prepared on a connection; switch off behind a transaction-pooling proxy.",
    ),
];
