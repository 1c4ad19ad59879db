//! What the configuration says of mail, made into what sends it.

use std::sync::Arc;

use crate::config::{Complaint, Config, MailUrl, Rejection, SmtpTls};
use crate::mail::{Courier, CourierSettings, SmtpSecurity, SmtpSettings, Way};
use crate::pages::{Letters, Messages};
use crate::protocol::time::Lifetime;

/// How long a mail server may take until it is ready for a mail.
const MAIL_SERVER_LIMIT: Lifetime = Lifetime::seconds(20);

/// What puts mails into words, the operator's own among them.
pub fn letters(config: &Config) -> Result<Letters, Rejection> {
    let refused = |problem| Rejection::of("mail.templates", Complaint::new(problem));
    let messages = Messages::new().map_err(|fault| refused(fault.to_string()))?;
    Letters::new(Arc::new(messages), config.mail.templates.as_deref())
        .map_err(|error| refused(format!("cannot be used: {error}")))
}

/// What sends mails; nothing when the configuration does not say where to. The operator's own words
/// are judged all the same.
pub fn courier(config: &Config) -> Result<Option<Courier>, Rejection> {
    let mail = &config.mail;
    let letters = letters(config)?;
    let Some(url) = &mail.url else {
        return Ok(None);
    };
    let way = match url {
        MailUrl::Folder(path) => Way::Folder(path.clone()),
        MailUrl::Smtp(server) => Way::Smtp(SmtpSettings {
            host: server.host.clone(),
            port: server.port,
            security: match server.tls {
                SmtpTls::Required => SmtpSecurity::Required,
                SmtpTls::StartTls => SmtpSecurity::StartTls,
                SmtpTls::None => SmtpSecurity::None,
            },
            login: server.login.clone(),
            ca_file: mail.ca_file.clone(),
            timeout: MAIL_SERVER_LIMIT,
            hello: config.issuer.host(),
        }),
    };
    let settings = CourierSettings {
        from: mail.from.clone(),
        reply_to: mail.reply_to.clone(),
        way,
    };
    let courier = Courier::new(letters, settings).map_err(|error| {
        let key = format!("mail.{}", error.setting);
        Rejection::of(&key, Complaint::new(error.problem))
    })?;
    Ok(Some(courier))
}
