//! `vidimus healthcheck`: asks the running server, so that images need no other tool for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Full;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::arguments::HealthcheckArgs;
use super::output::Output;
use super::{Failure, FailureKind};
use crate::config::Config;
use crate::outgoing::{Body, exchange};

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks once.
pub(super) async fn run(
    config: &Config,
    arguments: &HealthcheckArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let address = reachable(arguments.listen.unwrap_or(config.listen));
    let path = if arguments.ready { "/readyz" } else { "/livez" };
    let encrypted = config.tls.files().is_some();
    let scheme = if encrypted { "https" } else { "http" };
    let url = format!("{scheme}://{address}{path}");
    let unreachable =
        |error: String| Failure::unreachable(format!("{url} does not answer: {error}"));
    let asked = tokio::time::timeout(TIMEOUT, ask(address, path, encrypted)).await;
    let status = asked
        .map_err(|_elapsed| unreachable(format!("nothing came in {TIMEOUT:?}")))?
        .map_err(|error| unreachable(format!("{error:#}")))?;
    if !status.is_success() {
        let message = format!("{url} answers {status}");
        return Err(Failure::new(FailureKind::ProblemsFound, message));
    }
    output.talk(format_args!("{url} answers {status}"))
}

async fn ask(address: SocketAddr, path: &str, encrypted: bool) -> anyhow::Result<StatusCode> {
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = path.parse()?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(&address.to_string())?);
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let stream = TcpStream::connect(address).await?;
    let reply = if encrypted {
        let name = ServerName::from(address.ip());
        let stream = connector()?.connect(name, stream).await?;
        exchange(stream, request, Body::Unread).await?
    } else {
        exchange(stream, request, Body::Unread).await?
    };
    Ok(reply.status)
}

fn connector() -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let anybody = AnyCertificate(provider.signature_verification_algorithms);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(anybody))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Takes any certificate. The question is whether a server answers at this address, nothing secret
/// is sent, and an expired certificate is no reason to restart it.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// A server that listens everywhere is asked on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_on_this_machine_when_the_server_listens_everywhere() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.1:80", "10.0.0.1:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
