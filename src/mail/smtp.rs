//! The way out over SMTP (RFC 5321), to the server that the operator has named.
//!
//! One connection for each mail. When a server has taken a mail, what happens to the connection
//! afterwards does not matter.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::{NotTaken, Outbound, Transport, one_line};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// Taking a mail may last so many times as long as finding out whether somebody is there: a server
/// that is given up on while it takes a mail gets it twice (RFC 1047).
const TAKING: u32 = 4;
/// Negative answers to a wrong name or password of ours: they are no fault of the mail, and an
/// operator can put them right (RFC 4954 §4, §6).
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// How a certificate in PEM begins (RFC 7468 §5).
const BEGINNING: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// When the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// From the first byte on (RFC 8314 §3.3).
    Required,
    /// By STARTTLS, before anything else is said; never without (RFC 3207).
    StartTls,
    /// Never; only to this machine.
    None,
}

impl SmtpSecurity {
    const fn port(self) -> u16 {
        match self {
            Self::Required => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Which server, and how.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port; the usual one when there is none.
    pub port: Option<u16>,
    /// When the connection is encrypted.
    pub security: SmtpSecurity,
    /// Who we are to it, and how we prove that.
    pub login: Option<(String, SecretString)>,
    /// Authorities that are trusted beside the public ones.
    pub ca_file: Option<PathBuf>,
    /// How long it may take until it is ready for a mail.
    pub timeout: Lifetime,
    /// How we introduce ourselves.
    pub hello: String,
}

/// Why a server cannot be used as it is set: the setting, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("mail.{setting} {problem}")]
pub struct SettingError {
    /// The name of the setting in its section.
    pub setting: &'static str,
    /// What is wrong.
    pub problem: String,
}

impl SettingError {
    pub(super) fn new(setting: &'static str, problem: impl Into<String>) -> Self {
        Self {
            setting,
            problem: problem.into(),
        }
    }
}

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    security: SmtpSecurity,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Lifetime,
    goodbyes: TaskTracker,
}

impl Smtp {
    /// Judges the settings; nothing is connected yet.
    pub fn new(settings: SmtpSettings) -> Result<Self, SettingError> {
        let host = settings.host;
        if settings.security == SmtpSecurity::None && !is_this_machine(&host) {
            let problem = "names a server that is not on this machine, without encryption: mails \
                           would travel in the clear, with links that open accounts";
            return Err(SettingError::new("url", problem));
        }
        let credentials = settings
            .login
            .map(|(user, password)| Credentials::new(user, password.expose().clone()));
        Ok(Self {
            tls: tls(&host, settings.ca_file)?,
            port: settings.port.unwrap_or(settings.security.port()),
            security: settings.security,
            credentials,
            hello: ClientId::Domain(settings.hello),
            timeout: settings.timeout,
            goodbyes: TaskTracker::new(),
            host,
        })
    }

    /// A connection that is ready for a mail.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let at_once = (self.security == SmtpSecurity::Required).then(|| self.tls.clone());
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, at_once, None).await?;
        if self.security == SmtpSecurity::StartTls {
            // A server that does not offer it is refused.
            connection.starttls(self.tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await?;
        }
        Ok(connection)
    }
}

#[async_trait]
impl Transport for Smtp {
    async fn send(&self, outbound: &Outbound) -> Result<String, NotTaken> {
        let patience = self.timeout.to_std();
        let connected = within(patience, "no answer", self.connect()).await;
        let mut connection = connected?;
        let (envelope, bytes) = (outbound.message.envelope(), outbound.bytes());
        let sending = connection.send(envelope, &bytes);
        let taken = within(patience * TAKING, "no answer to the mail", sending).await?;
        // It is taken, whatever the server makes of the goodbye: until that is written down, the
        // mail may be sent again, so that nobody waits for it.
        self.goodbyes
            .spawn(async move { timeout(patience, connection.abort()).await });
        let line = taken.first_line().unwrap_or_default();
        Ok(one_line(&format!("{} {line}", taken.code())))
    }

    fn limit(&self) -> Lifetime {
        // To get ready, and to take the mail.
        (0..TAKING).fold(self.timeout, |limit, _| limit.plus(self.timeout))
    }
}

async fn within<T>(
    patience: Duration,
    what: &str,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, NotTaken> {
    match timeout(patience, step).await {
        Ok(answered) => answered.map_err(|error| judge(&error)),
        Err(_elapsed) => Err(NotTaken::Yet(format!("{what} in {patience:?}"))),
    }
}

/// RFC 5321 §4.2.1: a permanent negative answer is not asked for again.
fn judge(error: &Error) -> NotTaken {
    let text = one_line(&error.to_string());
    let about_us = error
        .status()
        .is_some_and(|code| ABOUT_US.contains(&code.into()));
    if error.is_permanent() && !about_us {
        NotTaken::Ever(text)
    } else {
        NotTaken::Yet(text)
    }
}

fn tls(host: &str, ca_file: Option<PathBuf>) -> Result<TlsParameters, SettingError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let refused = |problem: String| {
            SettingError::new("ca_file", format!("names {}, {problem}", path.display()))
        };
        let bytes =
            fs::read(&path).map_err(|error| refused(format!("which cannot be read: {error}")))?;
        // A text without any is no error to the library.
        let holds_one = bytes.windows(BEGINNING.len()).any(|part| part == BEGINNING);
        let authorities = Certificate::from_pem(&bytes).ok().filter(|_| holds_one);
        let authorities =
            authorities.ok_or_else(|| refused("which holds no certificate in PEM".to_owned()))?;
        builder = builder.add_root_certificate(authorities);
    }
    builder
        .build_rustls()
        .map_err(|error| SettingError::new("ca_file", format!("cannot be used: {error}")))
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, security: SmtpSecurity) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: None,
            security,
            login: None,
            ca_file: None,
            timeout: Lifetime::seconds(30),
            hello: "id.test".to_owned(),
        }
    }

    #[test]
    fn speaks_in_the_clear_to_this_machine_only() {
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(
                Smtp::new(settings(host, SmtpSecurity::None)).is_ok(),
                "{host}"
            );
        }
        for host in ["mail.example.com", "10.0.0.5", "127.0.0.1.example.com"] {
            let refused = Smtp::new(settings(host, SmtpSecurity::None)).err().unwrap();
            assert_eq!(refused.setting, "url", "{host}");
            assert!(Smtp::new(settings(host, SmtpSecurity::StartTls)).is_ok());
        }
    }

    #[test]
    fn the_usual_port_goes_with_the_encryption() {
        for (security, port) in [
            (SmtpSecurity::Required, 465),
            (SmtpSecurity::StartTls, 587),
            (SmtpSecurity::None, 25),
        ] {
            let smtp = Smtp::new(settings("localhost", security)).unwrap();
            assert_eq!(smtp.port, port);
        }
    }
}
