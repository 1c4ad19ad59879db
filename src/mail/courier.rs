//! From a mail to its way out.

use std::path::PathBuf;

use super::message::compose;
use super::{
    Folder, Form, NotTaken, Sender, SettingError, Smtp, SmtpSettings, Transport, one_line,
};
use crate::account::mail::Mail;
use crate::pages::Letters;
use crate::protocol::time::Lifetime;

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Way {
    /// To a mail server.
    Smtp(SmtpSettings),
    /// Into a folder.
    Folder(PathBuf),
}

/// What the operator has settled.
#[derive(Debug, Clone)]
pub struct CourierSettings {
    /// Whom mails are from, `Name <address>` or an address alone.
    pub from: String,
    /// Who is answered, if not the sender.
    pub reply_to: Option<String>,
    /// Where they go.
    pub way: Way,
}

/// Puts mails into words and sends them.
pub struct Courier {
    letters: Letters,
    sender: Sender,
    transport: Box<dyn Transport>,
}

impl Courier {
    /// Judges the settings; nothing is sent yet.
    pub fn new(letters: Letters, settings: CourierSettings) -> Result<Self, SettingError> {
        let transport: Box<dyn Transport> = match settings.way {
            Way::Smtp(smtp) => Box::new(Smtp::new(smtp)?),
            Way::Folder(path) => Box::new(Folder::new(path)),
        };
        let sender = sender(&settings.from, settings.reply_to.as_deref())?;
        Ok(Self::over(letters, sender, transport))
    }

    /// The same with another way out.
    pub fn over(letters: Letters, sender: Sender, transport: Box<dyn Transport>) -> Self {
        Self {
            letters,
            sender,
            transport,
        }
    }

    /// Sends a mail; what was answered. Sent again with the same form, it is the same message.
    pub async fn deliver(&self, mail: &Mail, form: Form<'_>) -> Result<String, NotTaken> {
        // An operator can put a template right.
        let letter = self
            .letters
            .write(mail, form.realm)
            .map_err(|fault| NotTaken::Yet(one_line(&fault.to_string())))?;
        let outbound = compose(&self.sender, form, letter)
            .map_err(|fault| NotTaken::Ever(one_line(&fault.to_string())))?;
        self.transport.send(&outbound).await
    }

    /// How long a delivery takes at most.
    pub fn limit(&self) -> Lifetime {
        self.transport.limit()
    }
}

fn sender(from: &str, reply_to: Option<&str>) -> Result<Sender, SettingError> {
    Sender::parse(from, None)
        .map_err(|error| SettingError::new("from", format!("is no address: {error}")))?;
    Sender::parse(from, reply_to)
        .map_err(|error| SettingError::new("reply_to", format!("is no address: {error}")))
}
