//! Whom we believe on the other side of a connection.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

use super::error::{FetchError, OutgoingError, TlsReason};

/// Trusts Mozilla's authorities, which are part of the program so that a bare machine will do, and
/// those in a file beside them.
pub(super) fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, OutgoingError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), OutgoingError> {
    let refused = |problem: String| OutgoingError::CaFile {
        path: path.to_owned(),
        problem,
    };
    let bytes = fs::read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| refused(format!("is no PEM: {error}")))?;
        roots
            .add(certificate)
            .map_err(|error| refused(format!("holds what is no certificate: {error}")))?;
        found = true;
    }
    if found {
        return Ok(());
    }
    Err(refused("holds no certificate".to_owned()))
}

/// Encrypts a connection to a host. The name of the certificate is the host's, wherever the
/// connection leads.
pub(super) async fn encrypt(
    connector: &TlsConnector,
    stream: TcpStream,
    host: &Host<String>,
) -> Result<TlsStream<TcpStream>, FetchError> {
    let name = match host {
        // A certificate has no dot at the end (RFC 6066 §3).
        Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
            .map_err(|_no_name| FetchError::InvalidUrl)?,
        Host::Ipv4(address) => ServerName::from(*address),
        Host::Ipv6(address) => ServerName::from(*address),
    };
    connector.connect(name, stream).await.map_err(|error| {
        tracing::debug!(%error, %host, "a TLS handshake failed");
        FetchError::Tls(reason(&error))
    })
}

fn reason(error: &io::Error) -> TlsReason {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let Some(rustls::Error::InvalidCertificate(wrong)) = inner else {
        return TlsReason::Handshake;
    };
    let expired = matches!(
        wrong,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    );
    let wrong_name = matches!(
        wrong,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    );
    if expired {
        TlsReason::Expired
    } else if wrong_name {
        TlsReason::WrongName
    } else if *wrong == CertificateError::UnknownIssuer {
        TlsReason::UnknownIssuer
    } else {
        TlsReason::Handshake
    }
}
