//! A certificate authority of the tests, and TLS with its certificates.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use vidimus::config::{Sources, load};
use vidimus::server::Tls;

/// An authority with its own key.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A certificate of a server, and its key.
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    pub(crate) fn certify(&self, name: &str) -> Certified {
        self.certify_until(name, 4096)
    }

    /// The same, valid to the beginning of a year.
    pub(crate) fn certify_until(&self, name: &str, year: i32) -> Certified {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certified {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A handshake with a server that must have a certificate of this authority for `localhost`.
    pub(crate) async fn connect(
        &self,
        server: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(der(&self.pem)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(server).await?;
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    }
}

impl Certified {
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        der(&self.certificate)
    }

    /// Writes both files into a folder, as one who renews them would: the key is its owner's.
    pub(crate) fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
        fs::write(&certificate, &self.certificate).unwrap();
        fs::write(&key, &self.key).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        (certificate, key)
    }

    /// What a listener needs to speak TLS with it.
    pub(crate) fn tls(&self) -> Option<Arc<Tls>> {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = self.write(folder.path());
        let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sources = Sources {
            environment: vec![
                setting("VIDIMUS_ISSUER", "https://localhost"),
                setting(
                    "VIDIMUS_TLS__CERTIFICATE_FILE",
                    certificate.to_str().unwrap(),
                ),
                setting("VIDIMUS_TLS__KEY_FILE", key.to_str().unwrap()),
            ],
            ..Sources::default()
        };
        Tls::load(&load(&sources).unwrap().config.tls).unwrap()
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}
