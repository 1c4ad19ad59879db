//! What a change brings with it, written in the same step as the change.

use crate::account::event::Event;
use crate::account::link::Link;
use crate::protocol::ids::{RealmId, UserId};
use crate::protocol::time::{Lifetime, Timestamp};
use crate::secret::Digest;
use crate::store::Revocation;
use crate::store::protection::KnownDevice;

/// A mail that waits to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    /// The realm whose name it carries.
    pub realm: RealmId,
    /// Its name, random; also its `Message-ID`.
    pub id: String,
    /// Whom it is about, if there is an account.
    pub user: Option<UserId>,
    /// Which mail it is.
    pub kind: String,
    /// Address, language and content, sealed with the master key: links in it open accounts.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// The link that stands from when this mail is sent, and for how long.
    pub link: Option<(Digest, Lifetime)>,
}

impl NewMail {
    /// The same, with the link that stands from when it is sent.
    #[must_use]
    pub fn carrying(mut self, link: &Link) -> Self {
        self.link = Some((link.digest, link.purpose.lifetime()));
        self
    }
}

impl std::fmt::Debug for NewMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewMail({} {} of {})", self.kind, self.id, self.realm)
    }
}

/// Marks that revoke, events that tell, mails that go out, links that mails carry, the device that
/// a sign-in makes known: all or nothing with the change itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// What access tokens the change revokes.
    pub marks: Vec<Revocation>,
    /// What is told of it.
    pub events: Vec<Event>,
    /// Who is written to.
    pub mails: Vec<NewMail>,
    /// The one-time links that the mails carry.
    pub links: Vec<Link>,
    /// The browser on which a sign-in was completed.
    pub known_device: Option<KnownDevice>,
}

impl Effects {
    /// Nothing beside the change itself.
    pub const NONE: Self = Self {
        marks: Vec::new(),
        events: Vec::new(),
        mails: Vec::new(),
        links: Vec::new(),
        known_device: None,
    };

    /// Marks and nothing else.
    pub fn marks(marks: impl Into<Vec<Revocation>>) -> Self {
        Self {
            marks: marks.into(),
            ..Self::NONE
        }
    }

    /// An event and nothing else.
    pub fn event(event: Event) -> Self {
        Self {
            events: vec![event],
            ..Self::NONE
        }
    }

    /// The same with one more event.
    #[must_use]
    pub fn and_event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// The same with one more mail.
    #[must_use]
    pub fn and_mail(mut self, mail: NewMail) -> Self {
        self.mails.push(mail);
        self
    }

    /// The same with one more link, for a mail that carries it.
    #[must_use]
    pub fn and_link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }
}
