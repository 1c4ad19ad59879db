//! The form of a message: who it is from, how it is found again, its two parts (RFC 5322, RFC
//! 2046).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::AddressError};

use super::Outbound;
use crate::pages::Letter;
use crate::protocol::time::Timestamp;

/// Whom mails are from.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Sender {
    /// Reads `Name <address>`, or an address alone.
    pub fn parse(from: &str, reply_to: Option<&str>) -> Result<Self, AddressError> {
        Ok(Self {
            from: from.parse()?,
            reply_to: reply_to.map(str::parse).transpose()?,
        })
    }

    /// The host of its address.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

/// What a message is made of beside its words.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// The mail's name. The same name makes the same message, however often it is sent.
    pub id: &'a str,
    /// The address.
    pub to: &'a str,
    /// Who writes, where the sender has no name of its own.
    pub realm: &'a str,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Why there is no such message.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The address is none.
    #[error("the address is none: {0}")]
    Address(#[from] AddressError),
    /// A part of it has no form.
    #[error(transparent)]
    Message(#[from] lettre::error::Error),
}

/// Makes a message. Whatever stands in words and names, it adds no header and no addressee: lettre
/// encodes them, and addresses are checked.
pub(super) fn compose(
    sender: &Sender,
    form: Form<'_>,
    letter: Letter,
) -> Result<Outbound, FormError> {
    let to: Address = form.to.parse()?;
    let written = u64::try_from(form.written_at.unix_seconds()).unwrap_or(0);
    let mut builder = Message::builder()
        .from(named(&sender.from, form.realm))
        // Without a name: people choose their own, and a stranger may have chosen it.
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(UNIX_EPOCH + Duration::from_secs(written))
        .message_id(Some(format!("<{}@{}>", form.id, sender.domain())))
        // RFC 3834 §5: nobody's vacation notice answers it.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    // The boundary too is the same each time.
    let parts = MultiPart::alternative()
        .boundary(format!("vidimus-{}", form.id))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    Ok(Outbound {
        id: form.id.to_owned(),
        to: form.to.to_owned(),
        letter,
        message: builder.multipart(parts)?,
    })
}

fn part(content_type: ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(content_type)
        .body(body.to_owned())
}

fn named(from: &Mailbox, realm: &str) -> Mailbox {
    let name = from.name.clone().unwrap_or_else(|| one_line(realm));
    Mailbox::new(Some(name), from.email.clone())
}

/// A header has one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(char::is_control).collect();
    words.join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            subject: "Grüße, bestätigen Sie".to_owned(),
            text: "Hallo,\n\nhttps://id.test/confirm?token=abc\n.\nEnde\n".to_owned(),
            html: "<p>Hallo</p>".to_owned(),
        }
    }

    fn form() -> Form<'static> {
        Form {
            id: "m-1",
            to: "ada@example.com",
            realm: "Acme",
            written_at: Timestamp::from_unix_seconds(1_800_000_000),
        }
    }

    fn written(from: &str, form: Form<'_>, letter: &Letter) -> String {
        let sender = Sender::parse(from, Some("help@id.test")).unwrap();
        let outbound = compose(&sender, form, letter.clone()).unwrap();
        String::from_utf8(outbound.bytes()).unwrap()
    }

    fn headers(text: &str) -> Vec<&str> {
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        head.lines().collect()
    }

    /// RFC 5322 §3.6.4: a repeated delivery is recognised by its Message-ID.
    #[test]
    fn the_same_mail_is_the_same_message_each_time() {
        let first = written("no-reply@id.test", form(), &letter());
        assert_eq!(first, written("no-reply@id.test", form(), &letter()));
        assert!(
            headers(&first).contains(&"Message-ID: <m-1@id.test>"),
            "{first}"
        );
        let other = Form {
            id: "m-2",
            ..form()
        };
        assert_ne!(first, written("no-reply@id.test", other, &letter()));
    }

    #[test]
    fn is_from_the_realm_unless_the_sender_has_a_name() {
        let text = written("no-reply@id.test", form(), &letter());
        let all = headers(&text);
        assert!(all.contains(&"From: Acme <no-reply@id.test>"), "{text}");
        assert!(all.contains(&"To: ada@example.com"), "{text}");
        assert!(all.contains(&"Reply-To: help@id.test"), "{text}");
        assert!(all.contains(&"Auto-Submitted: auto-generated"), "{text}");
        let text = written("Post <no-reply@id.test>", form(), &letter());
        assert!(
            headers(&text).contains(&"From: Post <no-reply@id.test>"),
            "{text}"
        );
    }

    #[test]
    fn nothing_that_people_choose_adds_a_header_or_an_addressee() {
        let hostile = "x\r\nBcc: eve@evil.test\r\n\r\n<script>";
        let letter = Letter {
            subject: hostile.to_owned(),
            ..letter()
        };
        let form = Form {
            realm: hostile,
            ..form()
        };
        let text = written("no-reply@id.test", form, &letter);
        let names: Vec<&str> = headers(&text)
            .into_iter()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':').map(|(name, _)| name))
            .collect();
        assert!(!names.contains(&"Bcc"), "{text}");
        assert_eq!(names.iter().filter(|name| **name == "Subject").count(), 1);
        for to in [
            "ada@example.com\r\nBcc: eve@evil.test",
            "ada@example.com, eve@evil.test",
            "ada@example.com>\r\nRCPT TO:<eve@evil.test",
            "Ada <ada@example.com>",
            "",
        ] {
            let sender = Sender::parse("no-reply@id.test", None).unwrap();
            let refused = compose(&sender, Form { to, ..form }, letter.clone());
            assert!(matches!(refused, Err(FormError::Address(_))), "{to:?}");
        }
    }
}
