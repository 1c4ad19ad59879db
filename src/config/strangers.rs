//! What strangers may cause: registrations of clients, and mails with one-time links.

use crate::protocol::time::Lifetime;

/// Clients that come without an admin.
#[derive(Debug, Clone)]
pub struct Registration {
    /// How many one address registers at once.
    pub per_address_burst: u32,
    /// How long one more takes to come back.
    pub per_address_interval: Lifetime,
    /// How many of a kind one realm may have.
    pub clients_limit: u32,
}

impl Registration {
    pub(super) const fn unset() -> Self {
        Self {
            per_address_burst: 0,
            per_address_interval: Lifetime::ZERO,
            clients_limit: 0,
        }
    }
}

/// Mails with one-time links that strangers ask for.
#[derive(Debug, Clone)]
pub struct Links {
    /// How many one address asks for at once.
    pub per_address_burst: u32,
    /// How long one more takes to come back.
    pub per_address_interval: Lifetime,
    /// How many go to one mailbox at once.
    pub per_mailbox_burst: u32,
    /// How long one more takes to come back.
    pub per_mailbox_interval: Lifetime,
}

impl Links {
    pub(super) const fn unset() -> Self {
        Self {
            per_address_burst: 0,
            per_address_interval: Lifetime::ZERO,
            per_mailbox_burst: 0,
            per_mailbox_interval: Lifetime::ZERO,
        }
    }
}
