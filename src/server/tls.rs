//! The listener's TLS: certificate and key from files, read again when they change.
//!
//! At start a file that cannot be used is a mistake in the configuration. Later it is only logged,
//! and the certificate before it goes on serving: whoever renews one writes two files, and between
//! the two they do not fit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::{self, Complaint, Rejection};
use crate::secret::{Digest, SecretString};

/// How often the files are looked at. A SIGHUP has them looked at now.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const CERTIFICATE: &str = "tls.certificate_file";
const KEY: &str = "tls.key_file";
/// The low mode bits that speak of everybody.
#[cfg(unix)]
const ALL_BITS: u32 = 3;

/// What connections are accepted with, kept up to date.
#[derive(Debug)]
pub struct Tls {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
    last: Mutex<Seen>,
}

/// What the last look at the files found.
#[derive(Debug)]
struct Seen {
    digests: [Digest; 2],
    /// What could not be used, so that it is logged once.
    complaint: Option<String>,
}

impl Tls {
    /// Reads the files of the configuration; nothing when the listener speaks no TLS.
    pub fn load(settings: &config::Tls) -> Result<Option<Arc<Self>>, Rejection> {
        let Some((certificate, key)) = settings.files() else {
            return Ok(None);
        };
        let files = Files::read(certificate, key)?;
        Ok(Some(Arc::new(Self {
            certificate_file: certificate.to_owned(),
            key_file: key.to_owned(),
            current: RwLock::new(files.server_config()?),
            last: Mutex::new(Seen {
                digests: files.digests(),
                complaint: None,
            }),
        })))
    }

    /// Accepts one connection with the certificate of now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Looks at the files again and again until the server stops.
    pub(super) async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let mut hangups = signal(SignalKind::hangup()).ok();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = hung_up(hangups.as_mut()) => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let tls = Arc::clone(&self);
            // Files may lie on a disk that hangs, for which a stop does not wait.
            tokio::select! {
                () = stop.cancelled() => return,
                _looked = tokio::task::spawn_blocking(move || tls.look()) => {}
            }
        }
    }

    /// Takes the files over if they have changed and can be used.
    fn look(&self) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = Files::read(&self.certificate_file, &self.key_file).and_then(|files| {
            let digests = files.digests();
            if digests == last.digests {
                return Ok(false);
            }
            // Remembered before it is judged, so that the same text is judged once.
            last.digests = digests;
            last.complaint = None;
            let current = files.server_config()?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
            Ok(true)
        });
        match looked {
            Ok(true) => tracing::info!("the TLS certificate was replaced"),
            Ok(false) => {}
            Err(rejection) => {
                let problem = rejection.one_line();
                if last.complaint.as_ref() != Some(&problem) {
                    tracing::error!(problem, "the TLS certificate stays as it was");
                    last.complaint = Some(problem);
                }
            }
        }
    }
}

/// Done at the next SIGHUP; never where there are none.
async fn hung_up(hangups: Option<&mut Signal>) {
    match hangups {
        Some(hangups) => drop(hangups.recv().await),
        None => std::future::pending().await,
    }
}

/// The text of both files.
struct Files {
    certificate: String,
    key: SecretString,
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, Rejection> {
        let unreadable = |setting, path: &Path, error: io::Error| {
            refused(
                setting,
                format!("names {}, which cannot be read: {error}", path.display()),
            )
        };
        let certificate_text = fs::read_to_string(certificate)
            .map_err(|error| unreadable(CERTIFICATE, certificate, error))?;
        let failed = |error| unreadable(KEY, key, error);
        let mut file = fs::File::open(key).map_err(failed)?;
        refuse_if_open_to_all(key, &file.metadata().map_err(failed)?)?;
        let mut key_text = String::new();
        io::Read::read_to_string(&mut file, &mut key_text).map_err(failed)?;
        Ok(Self {
            certificate: certificate_text,
            key: SecretString::new(key_text),
        })
    }

    fn digests(&self) -> [Digest; 2] {
        [Digest::of(&self.certificate), Digest::of(self.key.expose())]
    }

    fn server_config(&self) -> Result<Arc<ServerConfig>, Rejection> {
        let chain: Result<Vec<_>, pem::Error> =
            CertificateDer::pem_slice_iter(self.certificate.as_bytes()).collect();
        let chain = chain.map_err(|error| refused(CERTIFICATE, format!("is no PEM: {error}")))?;
        if chain.is_empty() {
            return Err(refused(CERTIFICATE, "holds no certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(self.key.expose().as_bytes())
            .map_err(|_no_key| refused(KEY, "holds no private key in PEM"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        // TLS 1.2 and 1.3; the library knows no older ones.
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|error| {
            if matches!(error, rustls::Error::InconsistentKeys(_)) {
                refused(
                    KEY,
                    "is not the key of the certificate in tls.certificate_file",
                )
            } else {
                refused(CERTIFICATE, format!("cannot be used with the key: {error}"))
            }
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn refused(setting: &'static str, what: impl Into<String>) -> Rejection {
    Rejection::of(setting, Complaint::new(what))
}

/// Groups may read it: certificate tools keep keys for the members of one.
#[cfg(unix)]
fn refuse_if_open_to_all(path: &Path, metadata: &fs::Metadata) -> Result<(), Rejection> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode();
    if mode.trailing_zeros() >= ALL_BITS {
        return Ok(());
    }
    Err(refused(
        KEY,
        format!(
            "names {}, which is open to everybody (mode {:o}): chmod 600",
            path.display(),
            mode & 0o777
        ),
    ))
}

#[cfg(not(unix))]
fn refuse_if_open_to_all(_path: &Path, _metadata: &fs::Metadata) -> Result<(), Rejection> {
    Ok(())
}
