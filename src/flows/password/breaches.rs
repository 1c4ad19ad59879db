//! Who is asked whether a password is known from a breach.

use std::path::{Path, PathBuf};

use crate::account::password::breach::{BreachDigest, BreachVerdict};
use crate::flows::FlowError;
use crate::flows::hash_pool::HashPoolError;
use crate::flows::password::{Bench, breach_file};
use crate::outgoing::{FetchError, Limits, Outgoing};
use crate::protocol::time::Lifetime;
use crate::secret::SecretString;

/// Somebody waits at a form meanwhile.
const LIMITS: Limits = Limits {
    connect: Lifetime::seconds(1),
    total: Lifetime::seconds(2),
    body_bytes: 256 * 1024,
};
/// Answers are filled up to a like size, so that their length does not tell which one it was.
const PADDING: (&str, &str) = ("add-padding", "true");

/// Where known passwords are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreachSource {
    /// An address to which the first five digits of a digest are added.
    Range(String),
    /// A sorted file of digests.
    File(PathBuf),
}

/// Who is asked; nobody by default.
#[derive(Debug, Clone, Default)]
pub struct Breaches(Option<BreachSource>);

impl Breaches {
    /// Asks a source; a file must be one of digests.
    pub fn at(source: Option<BreachSource>) -> std::io::Result<Self> {
        if let Some(BreachSource::File(path)) = &source {
            breach_file::check(path)?;
        }
        Ok(Self(source))
    }

    /// Whether anybody is asked at all.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Asks about a password. No answer is a verdict too; the policy says what becomes of it.
    pub(super) async fn look_up<R>(
        &self,
        bench: Bench<'_>,
        candidate: &SecretString,
    ) -> Result<BreachVerdict, FlowError<R>> {
        let digest = BreachDigest::of(candidate.expose());
        let known = match &self.0 {
            None => Err(NoAnswer::Nobody),
            Some(BreachSource::Range(url)) => in_range(bench.outgoing, url, &digest).await,
            Some(BreachSource::File(path)) => in_file(bench, path, digest).await,
        };
        match known {
            Ok(true) => Ok(BreachVerdict::Known),
            Ok(false) => Ok(BreachVerdict::Unlisted),
            Err(NoAnswer::Pool(HashPoolError::Overloaded { retry_after })) => {
                Err(FlowError::Busy { retry_after })
            }
            Err(error) => {
                tracing::warn!(%error, "nobody can tell whether a new password is known from a breach");
                Ok(BreachVerdict::NoAnswer)
            }
        }
    }
}

/// Why nobody can tell.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("passwords.breaches is not set")]
    Nobody,
    #[error("passwords.breaches: {0}")]
    Range(#[from] FetchError),
    #[error("passwords.breaches: the answer is no text")]
    NotText,
    #[error("passwords.breaches: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Pool(#[from] HashPoolError),
}

async fn in_range(outgoing: &Outgoing, url: &str, digest: &BreachDigest) -> Result<bool, NoAnswer> {
    let asked = format!("{url}{}", digest.prefix());
    let fetched = outgoing
        .within(LIMITS)
        .get_with(&asked, "text/plain", Some(PADDING))
        .await?;
    let answer = std::str::from_utf8(&fetched.bytes).map_err(|_bytes| NoAnswer::NotText)?;
    Ok(digest.is_in_answer(answer))
}

/// Reading a file may stall, so it is done where hashing stalls anyway.
async fn in_file(bench: Bench<'_>, path: &Path, digest: BreachDigest) -> Result<bool, NoAnswer> {
    let path = path.to_owned();
    let found = bench
        .hashing
        .run(move |_memory| breach_file::holds(&path, &digest));
    Ok(found.await??)
}
