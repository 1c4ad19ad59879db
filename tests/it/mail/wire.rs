//! What travels to the mail server, and to which one it does not.

use std::fs;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use vidimus::mail::{Form, NotTaken, SmtpSecurity, SmtpSettings};
use vidimus::secret::SecretString;

use super::*;
use crate::support::certificates::{Authority, Certified};
use crate::support::mail_server::{Encryption, MailServer, courier};

fn tls(certified: &Certified) -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key);
    Arc::new(config.unwrap())
}

/// How a server is spoken to whose authority is trusted.
fn settings(server: &MailServer, security: SmtpSecurity, trusted: &Authority) -> SmtpSettings {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, &trusted.pem).unwrap();
    let (_file, path) = file.keep().unwrap();
    SmtpSettings {
        host: "localhost".to_owned(),
        port: Some(server.port),
        security,
        login: Some((
            "post".to_owned(),
            SecretString::new("horse staple".to_owned()),
        )),
        ca_file: Some(path),
        timeout: Lifetime::seconds(10),
        hello: "id.example.test".to_owned(),
    }
}

async fn try_it(settings: SmtpSettings) -> Result<String, NotTaken> {
    let ca_file = settings.ca_file.clone();
    let courier = courier(settings).unwrap();
    ca_file.map(fs::remove_file).transpose().unwrap();
    let mail = Mail::sample(MailKind::Test, "de");
    let form = Form {
        id: "m-1",
        to: &mail.to,
        realm: "Prüfung",
        written_at: Timestamp::from_unix_seconds(1_800_000_000),
    };
    courier.deliver(&mail, form).await
}

/// RFC 8314 §3.3, RFC 3207, RFC 4616
#[tokio::test]
async fn mail_and_password_travel_encrypted_to_a_server_that_is_who_it_says() {
    let authority = Authority::new();
    let config = tls(&authority.certify("localhost"));
    for (encryption, security) in [
        (Encryption::Always(config.clone()), SmtpSecurity::Required),
        (
            Encryption::OnRequest(config.clone()),
            SmtpSecurity::StartTls,
        ),
    ] {
        let server = MailServer::with(encryption).await;
        let answer = try_it(settings(&server, security, &authority)).await;
        assert_eq!(answer, Ok("250 taken".to_owned()), "{security:?}");
        let mail = server.only();
        assert!(mail.encrypted, "{security:?}");
        let login = ("post".to_owned(), "horse staple".to_owned());
        assert_eq!(mail.login, Some(login));
        assert_eq!(mail.subject(), "Eine Test-E-Mail von Prüfung");
        assert!(mail.header("From").unwrap().starts_with("Prüfung <"));
    }
}

/// RFC 3207 §6: who strips the offer of STARTTLS gets nothing.
#[tokio::test]
async fn nothing_is_said_to_a_server_that_does_not_encrypt() {
    let server = MailServer::start().await;
    let authority = Authority::new();
    for security in [SmtpSecurity::StartTls, SmtpSecurity::Required] {
        let mut settings = settings(&server, security, &authority);
        settings.timeout = Lifetime::seconds(1);
        let refused = try_it(settings).await;
        assert!(matches!(refused, Err(NotTaken::Yet(_))), "{refused:?}");
    }
    assert_eq!(server.delivered().len(), 0);
}

#[tokio::test]
async fn nothing_is_said_to_a_server_with_another_name_or_of_an_unknown_authority() {
    let authority = Authority::new();
    for certified in [
        authority.certify("mail.elsewhere.test"),
        Authority::new().certify("localhost"),
        authority.certify_until("localhost", 2001),
    ] {
        let config = tls(&certified);
        for (encryption, security) in [
            (Encryption::Always(config.clone()), SmtpSecurity::Required),
            (
                Encryption::OnRequest(config.clone()),
                SmtpSecurity::StartTls,
            ),
        ] {
            let server = MailServer::with(encryption).await;
            let refused = try_it(settings(&server, security, &authority)).await;
            assert!(matches!(refused, Err(NotTaken::Yet(_))), "{refused:?}");
            assert_eq!(server.delivered().len(), 0);
        }
    }
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_a_mistake_in_the_settings() {
    let server = MailServer::start().await;
    let mut wrong = settings(&server, SmtpSecurity::Required, &Authority::new());
    fs::write(wrong.ca_file.as_ref().unwrap(), "no PEM").unwrap();
    let refused = courier(wrong.clone()).err().unwrap();
    assert_eq!(refused.setting, "ca_file", "{refused}");
    fs::remove_file(wrong.ca_file.replace("/nowhere/ca.pem".into()).unwrap()).unwrap();
    assert_eq!(courier(wrong).err().unwrap().setting, "ca_file");
}
