//! The section of mail: where mails go, and whom they are from.

use std::path::PathBuf;

use url::Url;

use super::parse::Parsed;
use super::problem::Complaint;
use crate::secret::SecretString;

/// Mail to people.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// Where mails go; without one they wait.
    pub url: Option<MailUrl>,
    /// Whom they are from.
    pub from: String,
    /// Who is answered, if not the sender.
    pub reply_to: Option<String>,
    /// Authorities that are trusted beside the public ones.
    pub ca_file: Option<PathBuf>,
    /// The operator's own templates.
    pub templates: Option<PathBuf>,
}

/// Where mails go.
#[derive(Debug, Clone)]
pub enum MailUrl {
    /// To a mail server.
    Smtp(SmtpUrl),
    /// Into a folder.
    Folder(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpUrl {
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port, if it is not the usual one.
    pub port: Option<u16>,
    /// When the connection is encrypted.
    pub tls: SmtpTls,
    /// Who we are to it, and how we prove that.
    pub login: Option<(String, SecretString)>,
}

/// When a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte on.
    Required,
    /// By STARTTLS.
    StartTls,
    /// Never.
    None,
}

/// Reads `smtps://`, `smtp://`, `smtp+insecure://` or `file://`.
pub(super) fn url(text: &str) -> Parsed<MailUrl> {
    if let Some(folder) = text.strip_prefix("file://") {
        if folder.is_empty() {
            return Err(Complaint::new("names no folder"));
        }
        return Ok(MailUrl::Folder(PathBuf::from(folder)));
    }
    let unreadable = || {
        Complaint::new("is no smtps://, smtp:// or file:// address")
            .why("Characters like # / ? @ in a password must be percent-encoded.")
    };
    let url = Url::parse(text).map_err(|_no_url| unreadable())?;
    let tls = match url.scheme() {
        "smtps" => SmtpTls::Required,
        "smtp" => SmtpTls::StartTls,
        "smtp+insecure" => SmtpTls::None,
        _ => return Err(unreadable()),
    };
    let host = url.host_str().filter(|host| !host.is_empty());
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let Some(host) = host.filter(|_| bare) else {
        return Err(unreadable());
    };
    Ok(MailUrl::Smtp(SmtpUrl {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port(),
        tls,
        login: login(&url)?,
    }))
}

fn login(url: &Url) -> Parsed<Option<(String, SecretString)>> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(Complaint::new("has a password and no user")),
        (_, None) => Err(Complaint::new("has a user and no password")),
        (user, Some(password)) => {
            let password = SecretString::new(decoded(password)?);
            Ok(Some((decoded(user)?, password)))
        }
    }
}

fn decoded(text: &str) -> Parsed<String> {
    let bytes = percent_encoding::percent_decode_str(text);
    let text = bytes
        .decode_utf8()
        .map_err(|_no_text| Complaint::new("holds percent-encoded bytes that are no UTF-8"))?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> SmtpUrl {
        match url(text).unwrap() {
            MailUrl::Smtp(server) => server,
            MailUrl::Folder(folder) => panic!("{}", folder.display()),
        }
    }

    #[test]
    fn reads_server_port_encryption_and_login() {
        let one = server("smtps://mail.example.com");
        assert_eq!((one.host.as_str(), one.port), ("mail.example.com", None));
        assert_eq!(one.tls, SmtpTls::Required);
        assert!(one.login.is_none());
        let one = server("smtp://post%40example.com:p%2Fa%3As@[::1]:2525");
        assert_eq!((one.host.as_str(), one.port), ("::1", Some(2525)));
        assert_eq!(one.tls, SmtpTls::StartTls);
        let (user, password) = one.login.unwrap();
        assert_eq!(
            (user.as_str(), password.expose().as_str()),
            ("post@example.com", "p/a:s")
        );
        assert_eq!(server("smtp+insecure://localhost/").tls, SmtpTls::None);
        let MailUrl::Folder(folder) = url("file://./out").unwrap() else {
            panic!("a folder");
        };
        assert_eq!(folder, PathBuf::from("./out"));
    }

    #[test]
    fn refuses_what_is_no_address_of_a_mail_server() {
        for text in [
            "mail.example.com",
            "https://mail.example.com",
            "smtp://",
            "smtp://mail.example.com/inbox",
            "smtp://mail.example.com?tls=none",
            "smtp://post@mail.example.com",
            "smtp://:secret@mail.example.com",
            "smtp://post:%FF@mail.example.com",
            "file://",
        ] {
            let refused = url(text).err().map(|complaint| format!("{complaint:?}"));
            assert!(
                refused.is_some_and(|text| !text.contains("secret")),
                "{text}"
            );
        }
    }
}
