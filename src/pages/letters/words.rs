//! What each kind of mail says.

use super::LetterFault;
use crate::account::mail::{Mail, MailKind};
use crate::pages::Message;

/// A mail before it is said in a language.
pub(super) struct Draft {
    pub(super) subject: Message,
    /// What has happened.
    pub(super) lead: Message,
    /// Its particulars, in nobody's words.
    pub(super) detail: Option<String>,
    /// What there is to do.
    pub(super) action: Option<(Message, String)>,
    /// What else to know.
    pub(super) notes: Vec<Message>,
    /// How to lock the account.
    pub(super) lock: Option<(Message, String)>,
}

impl Draft {
    pub(super) fn of(mail: &Mail) -> Result<Self, LetterFault> {
        let kind = mail.kind;
        let action = match action(kind) {
            Some(label) => Some((label, value(mail, "link")?)),
            None => None,
        };
        let detail = if matches!(kind, MailKind::FactorChanged | MailKind::AccessStolen) {
            Some(value(mail, "what")?)
        } else if kind == MailKind::NewDevice {
            Some(value(mail, "device")?)
        } else if kind == MailKind::AgreeToNewAddress {
            Some(value(mail, "new_email")?)
        } else if kind == MailKind::SignInCode {
            Some(value(mail, "code")?)
        } else {
            None
        };
        let mut draft = Self {
            subject: subject(kind),
            lead: lead_with_values(mail)?,
            detail,
            action,
            notes: notes(kind),
            lock: None,
        };
        if kind.is_notice() {
            draft.offer_lock(mail);
        }
        Ok(draft)
    }

    /// Whoever was not asked can stop what goes on, where there is a link to do it with.
    fn offer_lock(&mut self, mail: &Mail) {
        match value(mail, "lock_link") {
            Ok(link) => {
                self.notes.push(Message::new("mail-lock-lead"));
                self.lock = Some((Message::new("mail-lock-action"), link));
            }
            Err(_no_link) => self.notes.push(Message::new("mail-not-you")),
        }
    }
}

/// One of the values that a mail's words name, as one line.
fn value(mail: &Mail, name: &'static str) -> Result<String, LetterFault> {
    let text = mail.values.get(name).ok_or(LetterFault::Missing {
        kind: mail.kind,
        value: name,
    })?;
    let words: Vec<&str> = text.split(char::is_control).collect();
    Ok(words.join(" ").trim().to_owned())
}

fn subject(kind: MailKind) -> Message {
    match kind {
        MailKind::ConfirmAddress => Message::new("mail-confirm-address-subject"),
        MailKind::AlreadyRegistered => Message::new("mail-already-registered-subject"),
        MailKind::ResetPassword => Message::new("mail-reset-password-subject"),
        MailKind::NoAccount => Message::new("mail-no-account-subject"),
        MailKind::Invitation => Message::new("mail-invitation-subject"),
        MailKind::ConfirmNewAddress => Message::new("mail-confirm-new-address-subject"),
        MailKind::AgreeToNewAddress => Message::new("mail-agree-to-new-address-subject"),
        MailKind::AddressChanging => Message::new("mail-address-changing-subject"),
        MailKind::AddressReplaced => Message::new("mail-address-replaced-subject"),
        MailKind::PasswordChanged => Message::new("mail-password-changed-subject"),
        MailKind::FactorChanged => Message::new("mail-factor-changed-subject"),
        MailKind::RecoveryCodeUsed => Message::new("mail-recovery-code-used-subject"),
        MailKind::RecoveryCodesMade => Message::new("mail-recovery-codes-made-subject"),
        MailKind::FactorsReset => Message::new("mail-factors-reset-subject"),
        MailKind::NewDevice => Message::new("mail-new-device-subject"),
        MailKind::AccessStolen => Message::new("mail-access-stolen-subject"),
        MailKind::SignInCode => Message::new("mail-sign-in-code-subject"),
        MailKind::AccountDeleted => Message::new("mail-account-deleted-subject"),
        MailKind::Test => Message::new("mail-test-subject"),
    }
}

fn lead(kind: MailKind) -> Message {
    match kind {
        MailKind::ConfirmAddress => Message::new("mail-confirm-address-lead"),
        MailKind::AlreadyRegistered => Message::new("mail-already-registered-lead"),
        MailKind::ResetPassword => Message::new("mail-reset-password-lead"),
        MailKind::NoAccount => Message::new("mail-no-account-lead"),
        MailKind::Invitation => Message::new("mail-invitation-lead"),
        MailKind::ConfirmNewAddress => Message::new("mail-confirm-new-address-lead"),
        MailKind::AgreeToNewAddress => Message::new("mail-agree-to-new-address-lead"),
        MailKind::AddressChanging => Message::new("mail-address-changing-lead"),
        MailKind::AddressReplaced => Message::new("mail-address-replaced-lead"),
        MailKind::PasswordChanged => Message::new("mail-password-changed-lead"),
        MailKind::FactorChanged => Message::new("mail-factor-changed-lead"),
        MailKind::RecoveryCodeUsed => Message::new("mail-recovery-code-used-lead"),
        MailKind::RecoveryCodesMade => Message::new("mail-recovery-codes-made-lead"),
        MailKind::FactorsReset => Message::new("mail-factors-reset-lead"),
        MailKind::NewDevice => Message::new("mail-new-device-lead"),
        MailKind::AccessStolen => Message::new("mail-access-stolen-lead"),
        MailKind::SignInCode => Message::new("mail-sign-in-code-lead"),
        MailKind::AccountDeleted => Message::new("mail-account-deleted-lead"),
        MailKind::Test => Message::new("mail-test-lead"),
    }
}

fn lead_with_values(mail: &Mail) -> Result<Message, LetterFault> {
    let lead = lead(mail.kind);
    if mail.kind == MailKind::AccountDeleted {
        return Ok(lead.with("until", value(mail, "until")?));
    }
    if mail.kind == MailKind::RecoveryCodeUsed {
        // Words agree with numbers, and not with texts.
        let left = value(mail, "left")?.parse::<i64>().ok();
        let left = left.ok_or(LetterFault::Missing {
            kind: mail.kind,
            value: "left",
        })?;
        return Ok(lead.with("left", left));
    }
    Ok(lead)
}

/// What is written on the link.
fn action(kind: MailKind) -> Option<Message> {
    Some(match kind {
        MailKind::ConfirmAddress => Message::new("mail-confirm-address-action"),
        MailKind::AlreadyRegistered => Message::new("mail-already-registered-action"),
        MailKind::ResetPassword => Message::new("mail-reset-password-action"),
        MailKind::Invitation => Message::new("mail-invitation-action"),
        MailKind::ConfirmNewAddress => Message::new("mail-confirm-new-address-action"),
        MailKind::AgreeToNewAddress => Message::new("mail-agree-to-new-address-action"),
        MailKind::AccountDeleted => Message::new("mail-account-deleted-action"),
        MailKind::NoAccount
        | MailKind::AddressChanging
        | MailKind::AddressReplaced
        | MailKind::PasswordChanged
        | MailKind::FactorChanged
        | MailKind::RecoveryCodeUsed
        | MailKind::RecoveryCodesMade
        | MailKind::FactorsReset
        | MailKind::NewDevice
        | MailKind::AccessStolen
        | MailKind::SignInCode
        | MailKind::Test => return None,
    })
}

fn notes(kind: MailKind) -> Vec<Message> {
    let once = Message::new("mail-link-once");
    match kind {
        MailKind::ConfirmAddress => vec![once, Message::new("mail-confirm-address-not-you")],
        MailKind::ResetPassword => vec![once, Message::new("mail-reset-password-not-you")],
        MailKind::Invitation => vec![once, Message::new("mail-invitation-unknown")],
        MailKind::ConfirmNewAddress => {
            vec![once, Message::new("mail-confirm-new-address-not-you")]
        }
        MailKind::AgreeToNewAddress => vec![once],
        MailKind::AlreadyRegistered | MailKind::NoAccount => {
            vec![Message::new("mail-nothing-to-do")]
        }
        MailKind::AddressChanging
        | MailKind::AddressReplaced
        | MailKind::PasswordChanged
        | MailKind::FactorChanged
        | MailKind::RecoveryCodeUsed
        | MailKind::RecoveryCodesMade
        | MailKind::FactorsReset
        | MailKind::NewDevice => vec![Message::new("mail-was-you")],
        MailKind::AccessStolen => vec![Message::new("mail-access-stolen-more")],
        MailKind::SignInCode => vec![Message::new("mail-sign-in-code-more")],
        MailKind::AccountDeleted => vec![Message::new("mail-account-deleted-more")],
        MailKind::Test => Vec::new(),
    }
}
