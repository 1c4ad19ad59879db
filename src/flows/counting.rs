//! Telling monitoring what came of sign-ins and token requests, and what the record and the
//! revocation index say of themselves. Nothing here decides anything.

use std::time::Duration;

use crate::account::password::HashKind;
use crate::flows::hash_pool::Against;
use crate::flows::login::LoginRefusal;
use crate::flows::passkeys::sign_in::PasskeyRefusal;
use crate::flows::sign_in_steps::StepRefusal;
use crate::flows::token::TokenRefusal;
use crate::flows::{App, FlowError, StoreError};
use crate::metrics::{Backlog, FreePlaces, Hash, Outcome, Proof, Reading};
use crate::protocol::client::GrantType;
use crate::protocol::ids::RealmId;
use crate::protocol::token::device_code::DeviceCodeRefusal;
use crate::store::ephemeral::IndexAnswer;

/// The record has so long to answer; monitoring waits about ten seconds for everything.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// A refusal that is counted.
pub trait Counted {
    /// What it is among the outcomes.
    fn outcome(&self) -> Outcome;
}

impl Counted for LoginRefusal {
    fn outcome(&self) -> Outcome {
        match self {
            Self::SlowDown { .. } => Outcome::SlowedDown,
            Self::WrongCredentials => Outcome::Refused,
        }
    }
}

impl Counted for StepRefusal {
    fn outcome(&self) -> Outcome {
        match self {
            Self::SlowDown { .. } => Outcome::SlowedDown,
            Self::Gone | Self::Wrong | Self::Used => Outcome::Refused,
        }
    }
}

impl Counted for PasskeyRefusal {
    fn outcome(&self) -> Outcome {
        match self {
            Self::SlowDown { .. } => Outcome::SlowedDown,
            Self::Gone | Self::Refused | Self::Unknown { .. } => Outcome::Refused,
        }
    }
}

/// A device asks again and again; that is no refusal that anybody should be woken for.
impl Counted for TokenRefusal {
    fn outcome(&self) -> Outcome {
        match self {
            Self::DeviceCode(DeviceCodeRefusal::Pending) => Outcome::Pending,
            Self::DeviceCode(DeviceCodeRefusal::SlowDown) => Outcome::SlowedDown,
            Self::DeviceCode(_)
            | Self::Request(_)
            | Self::NoEncryptionKey
            | Self::Code(_)
            | Self::Refresh(_)
            | Self::ClientCredentials(_) => Outcome::Refused,
        }
    }
}

fn outcome<T, R: Counted>(result: &Result<T, FlowError<R>>) -> Outcome {
    match result {
        Ok(_) => Outcome::Accepted,
        Err(FlowError::Refused(refusal)) => refusal.outcome(),
        Err(FlowError::Busy { .. }) => Outcome::Busy,
        Err(FlowError::Fault(_)) => Outcome::Failed,
    }
}

impl App {
    /// Counts what came of a proof that was given at a sign-in, and hands it on.
    pub fn counted<T, R: Counted>(
        &self,
        proof: Proof,
        tried: Result<T, FlowError<R>>,
    ) -> Result<T, FlowError<R>> {
        self.metrics.tried(proof, outcome(&tried));
        tried
    }

    /// Counts a password that is checked at a sign-in, by what that takes.
    pub(in crate::flows) fn count_password(&self, against: Against<'_>) {
        self.metrics.checked_password(match against.kind() {
            HashKind::Argon2 => Hash::Argon2,
            HashKind::Bcrypt => Hash::Bcrypt,
            HashKind::Pbkdf2 => Hash::Pbkdf2,
            HashKind::Scrypt => Hash::Scrypt,
        });
    }

    /// Counts what came of a request for tokens.
    pub(in crate::flows) fn count_tokens<T>(
        &self,
        grant: GrantType,
        asked: &Result<T, FlowError<TokenRefusal>>,
    ) {
        self.metrics.asked_for_tokens(grant, outcome(asked));
    }

    /// How much more the threads of this node take; costs nothing.
    pub fn free_places(&self) -> FreePlaces {
        FreePlaces {
            hash: self.hashing.free(),
            sign: self.signing.free(),
        }
    }

    /// Asks the record and the revocation index; for whoever asks seldom.
    pub async fn reading(&self) -> Reading {
        let backlog = match tokio::time::timeout(ANSWER_LIMIT, backlog(self)).await {
            Ok(Ok(backlog)) => Some(backlog),
            Ok(Err(error)) => {
                tracing::debug!(%error, "monitoring is not told what lies in the record");
                None
            }
            Err(_elapsed) => None,
        };
        // No mark at all is asked for: the answer says whether the index is believed.
        let realm = RealmId::default_realm();
        let index = self.ephemeral.standing(&realm, &[], self.now()).await;
        Reading {
            backlog,
            index_stands: matches!(index, Ok(IndexAnswer::Known(_))),
        }
    }
}

async fn backlog(app: &App) -> Result<Backlog, StoreError> {
    let mails = app.store.mail_backlog().await?;
    let logouts = app.store.logout_backlog().await?;
    Ok(Backlog {
        mails_waiting: mails.waiting,
        mails_retrying: mails.retrying,
        mails_given_up: mails.given_up,
        logouts_waiting: logouts.waiting,
        logouts_retrying: logouts.retrying,
    })
}
