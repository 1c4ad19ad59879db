//! New passwords that an operator gives: from where they are read, and how they are judged.

use std::io::Read as _;
use std::path::Path;

use super::desk::Desk;
use super::user_arguments::PasswordArgs;
use super::{Failure, backend};
use crate::account::password::NewPasswordHash;
use crate::account::password::policy::{LONGEST, PasswordPolicy, PasswordWeakness};
use crate::config::Config;
use crate::flows::password::Person;
use crate::secret::{Secret, SecretString};

/// No password is longer than this in bytes, so a larger file is the wrong file.
const FILE_LIMIT: u64 = 64 * 1024;

/// A new password, as its hash.
pub(super) struct NewPassword {
    pub(super) hash: NewPasswordHash,
    /// The policy that it was judged by.
    pub(super) policy: PasswordPolicy,
}

/// Reads the password that the arguments name, judges it as one that the person chose, and hashes
/// it.
pub(super) async fn take(
    desk: &Desk,
    config: &Config,
    person: &Person<'_>,
    arguments: &PasswordArgs,
) -> Result<Option<NewPassword>, Failure> {
    let Some(candidate) = read(arguments)? else {
        return Ok(None);
    };
    let realm = desk.realm_record().await?;
    let hash = backend::new_password(desk, config, (&realm, person), candidate).await?;
    Ok(Some(NewPassword {
        hash,
        policy: realm.settings.passwords,
    }))
}

/// Everything that is wrong with a password, for people.
pub(super) fn refusal(weaknesses: &[PasswordWeakness]) -> Failure {
    let reasons: Vec<String> = weaknesses.iter().map(|weakness| words(*weakness)).collect();
    Failure::denied(format!("the password {}", reasons.join(", and ")))
}

fn words(weakness: PasswordWeakness) -> String {
    use PasswordWeakness as W;
    let text = match weakness {
        W::TooShort { least } => return format!("has fewer than {least} characters"),
        W::TooLong => return format!("has more than {LONGEST} characters"),
        W::NoLowerCase => "has no lower-case letter",
        W::NoUpperCase => "has no upper-case letter",
        W::NoDigit => "has no digit",
        W::NoSymbol => "has nothing but letters and digits",
        W::Common => "is one that everybody knows",
        W::Personal => "is little more than names of the person or the realm",
        W::Guessable => "is easily guessed",
        W::Breached => "is known from a breach",
        W::BreachUnknown => "cannot be looked up among those known from breaches",
        W::UsedBefore => "was used before",
    };
    text.to_owned()
}

fn read(arguments: &PasswordArgs) -> Result<Option<SecretString>, Failure> {
    let text = match (&arguments.password_file, arguments.password_stdin) {
        (Some(path), _) => read_file(path)?,
        (None, true) => {
            let mut text = String::new();
            std::io::stdin()
                .take(FILE_LIMIT)
                .read_to_string(&mut text)?;
            text
        }
        (None, false) => return Ok(None),
    };
    Ok(Some(without_newline(&Secret::new(text))))
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let unreadable = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    file.take(FILE_LIMIT)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text)
}

/// Takes off exactly one newline, which editors and `echo` put there; nothing else is changed.
fn without_newline(text: &SecretString) -> SecretString {
    let password = text.expose();
    let password = password.strip_suffix('\n').unwrap_or(password);
    let password = password.strip_suffix('\r').unwrap_or(password);
    Secret::new(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::FailureKind;

    #[test]
    fn takes_one_newline_off_a_password_and_nothing_else() {
        for (text, password) in [
            ("correct horse\n", "correct horse"),
            ("correct horse\r\n", "correct horse"),
            (" correct horse \n\n", " correct horse \n"),
        ] {
            let read = without_newline(&Secret::new(text.to_owned()));
            assert_eq!(read.expose(), password);
        }
    }

    #[test]
    fn tells_every_reason_in_one_sentence() {
        let failure = refusal(&[
            PasswordWeakness::TooShort { least: 15 },
            PasswordWeakness::Common,
        ]);
        assert_eq!(failure.kind, FailureKind::Denied);
        let message = "the password has fewer than 15 characters, and is one that everybody knows";
        assert_eq!(failure.message, message);
    }
}
