//! People who come from another system, one JSON object a line.
//!
//! Owns: what a line may say, and everything that is wrong with one. Members have the names under
//! which `vidimus user get --json` shows them. Refuses to know: who is registered already.

use serde_json::{Map, Value};

use crate::account::password::foreign::keycloak;
use crate::account::password::{PasswordHashError, kind_of};
use crate::account::profile::{ClaimRefusal, set_claim};
use crate::account::user::{LoginName, Profile, mail_address};
use crate::protocol::ids::UserId;
use crate::protocol::time::Timestamp;

/// No line is longer.
pub const LONGEST_LINE: usize = 64 * 1024;

/// Somebody who is to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedUser {
    /// The identifier, which becomes the subject that applications see.
    pub id: Option<UserId>,
    /// The login name, canonical.
    pub username: String,
    /// The address, canonical.
    pub email: Option<String>,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// A hash that can be verified here.
    pub password_hash: Option<String>,
    /// Whether another password must be chosen at the first sign-in.
    pub must_change_password: bool,
    /// Profile claims.
    pub profile: Profile,
    /// When the account was made there.
    pub created_at: Option<Timestamp>,
    /// Whether the account is switched off.
    pub disabled: bool,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportProblem {
    /// Not JSON, or not an object.
    #[error("is no JSON object: {0}")]
    NotAnObject(String),
    /// Longer than [`LONGEST_LINE`].
    #[error("has more than {LONGEST_LINE} bytes")]
    TooLong,
    /// A member that means nothing here.
    #[error("has the member {0:?}, which is unknown")]
    UnknownMember(String),
    /// A member of another type.
    #[error("{member} is {wanted}")]
    Type {
        /// Which.
        member: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// No user name, or one that cannot be.
    #[error("username has 1 to 254 bytes and no hidden or control characters")]
    Username,
    /// No mail address.
    #[error("email is no mail address")]
    Email,
    /// An address that is confirmed, and is not there.
    #[error("email_verified is true without an email")]
    NothingVerified,
    /// No identifier.
    #[error("id has 1 to 64 unreserved characters")]
    Id,
    /// A hash that nobody could sign in with.
    #[error("password_hash: {0}")]
    Hash(PasswordHashError),
    /// A claim that cannot be what it is.
    #[error("{claim} {refusal}")]
    Claim {
        /// Which.
        claim: String,
        /// Why.
        refusal: ClaimRefusal,
    },
}

/// Reads one line, or tells everything that is wrong with it.
pub fn read_line(line: &str) -> Result<ImportedUser, Vec<ImportProblem>> {
    if line.len() > LONGEST_LINE {
        return Err(vec![ImportProblem::TooLong]);
    }
    let members: Map<String, Value> = serde_json::from_str(line)
        .map_err(|error| vec![ImportProblem::NotAnObject(error.to_string())])?;
    let mut user = ImportedUser::default();
    let mut problems: Vec<ImportProblem> = members
        .iter()
        .filter_map(|(name, value)| set_member(&mut user, name, value).err())
        .collect();
    if !members.contains_key("username") {
        problems.push(ImportProblem::Username);
    }
    if user.email_verified && !members.contains_key("email") {
        problems.push(ImportProblem::NothingVerified);
    }
    if problems.is_empty() {
        Ok(user)
    } else {
        Err(problems)
    }
}

fn set_member(user: &mut ImportedUser, name: &str, value: &Value) -> Result<(), ImportProblem> {
    use ImportProblem as P;
    match name {
        "id" => {
            let id = UserId::parse(text(name, value)?);
            user.id = Some(id.map_err(|_invalid| P::Id)?);
        }
        "username" => {
            let name = LoginName::parse(text(name, value)?).ok_or(P::Username)?;
            name.as_str().clone_into(&mut user.username);
        }
        "email" => user.email = Some(mail_address(text(name, value)?).ok_or(P::Email)?),
        "email_verified" => user.email_verified = switch(name, value)?,
        "password_hash" => user.password_hash = Some(hash(value).map_err(P::Hash)?),
        "must_change_password" => user.must_change_password = switch(name, value)?,
        "disabled" => user.disabled = switch(name, value)?,
        "created_at" => user.created_at = Some(moment(name, value)?),
        "address" => {
            let parts = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
            for (part, value) in parts {
                let name = format!("address.{part}");
                claim(&mut user.profile, &name, text(&name, value)?)?;
            }
        }
        "phone_number_verified" => {
            let known = switch(name, value)?.to_string();
            claim(&mut user.profile, name, &known)?;
        }
        claim_name => claim_member(&mut user.profile, claim_name, value)?,
    }
    Ok(())
}

fn claim_member(profile: &mut Profile, name: &str, value: &Value) -> Result<(), ImportProblem> {
    let known = set_claim(&mut Profile::default(), name, "") != Err(ClaimRefusal::Unknown);
    if !known || name.contains('.') {
        return Err(ImportProblem::UnknownMember(name.to_owned()));
    }
    claim(profile, name, text(name, value)?)
}

fn claim(profile: &mut Profile, name: &str, text: &str) -> Result<(), ImportProblem> {
    set_claim(profile, name, text).map_err(|refusal| ImportProblem::Claim {
        claim: name.to_owned(),
        refusal,
    })
}

/// The text of a hash, or an object in the form of Keycloak's credentials.
fn hash(value: &Value) -> Result<String, PasswordHashError> {
    let stored = match value.as_str() {
        Some(text) => text.to_owned(),
        None => keycloak::phc_string(value)?,
    };
    kind_of(&stored).map(|_kind| stored)
}

fn text<'v>(name: &str, value: &'v Value) -> Result<&'v str, ImportProblem> {
    value.as_str().ok_or_else(|| wrong(name, "a text"))
}

fn switch(name: &str, value: &Value) -> Result<bool, ImportProblem> {
    value.as_bool().ok_or_else(|| wrong(name, "true or false"))
}

fn moment(name: &str, value: &Value) -> Result<Timestamp, ImportProblem> {
    /// The year 9999, so that milliseconds are not taken for seconds.
    const LAST: i64 = 253_402_300_799;
    let seconds = value
        .as_i64()
        .filter(|seconds| (0..=LAST).contains(seconds));
    let wanted = "a number of seconds since 1970";
    seconds
        .map(Timestamp::from_unix_seconds)
        .ok_or_else(|| wrong(name, wanted))
}

fn wrong(member: &str, wanted: &'static str) -> ImportProblem {
    ImportProblem::Type {
        member: member.to_owned(),
        wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BCRYPT: &str = "$2b$04$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS";

    fn read(line: &Value) -> Result<ImportedUser, Vec<ImportProblem>> {
        read_line(&line.to_string())
    }

    #[test]
    fn reads_everything_that_a_line_may_say() {
        let user = read(&json!({
            "id": "7f3c", "username": " Ada ", "email": "Ada@Example.com", "email_verified": true,
            "password_hash": BCRYPT, "must_change_password": true, "disabled": true,
            "created_at": 1_500_000_000, "name": "Ada Lovelace", "birthdate": "1815-12-10",
            "phone_number": "+44 20 7946 0000", "phone_number_verified": true,
            "address": {"locality": "London", "country": "United Kingdom"},
        }));
        let user = user.unwrap();
        assert_eq!(user.id, UserId::parse("7f3c").ok());
        assert_eq!(user.username, "ada");
        assert_eq!(user.email.as_deref(), Some("ada@example.com"));
        assert!(user.email_verified && user.must_change_password && user.disabled);
        assert_eq!(user.password_hash.as_deref(), Some(BCRYPT));
        assert_eq!(
            user.created_at,
            Some(Timestamp::from_unix_seconds(1_500_000_000))
        );
        assert!(user.profile.phone_number_verified);
        let address = user.profile.address.unwrap();
        assert_eq!(address.locality.as_deref(), Some("London"));
        assert_eq!(read(&json!({"username": "bob"})).unwrap().username, "bob");
    }

    #[test]
    fn tells_everything_that_is_wrong_with_a_line() {
        let problems = read(&json!({
            "user": "ada", "email": "ada", "email_verified": "yes", "password_hash": "secret",
            "created_at": 1_500_000_000_000_i64, "birthdate": "yesterday", "disabled": 1,
            "address": {"planet": "Earth"}, "address.country": "x", "phone_number_verified": "true",
            "id": "a b",
        }));
        let mut told: Vec<String> = problems
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "address.planet is no claim that can be set",
                "birthdate is YYYY-MM-DD, 0000-MM-DD or YYYY",
                "created_at is a number of seconds since 1970",
                "disabled is true or false",
                "email is no mail address",
                "email_verified is true or false",
                "has the member \"address.country\", which is unknown",
                "has the member \"user\", which is unknown",
                "id has 1 to 64 unreserved characters",
                "password_hash: the stored password hash cannot be read",
                "phone_number_verified is true or false",
                "username has 1 to 254 bytes and no hidden or control characters",
            ]
        );
    }

    #[test]
    fn refuses_what_is_no_object_and_what_is_too_long() {
        for line in ["", "[]", "\"ada\"", "{\"username\":", "null"] {
            let problems = read_line(line).unwrap_err();
            assert!(
                matches!(problems.as_slice(), [ImportProblem::NotAnObject(_)]),
                "{line}"
            );
        }
        let long = json!({"username": "a", "name": "x".repeat(LONGEST_LINE)});
        assert_eq!(read(&long).unwrap_err(), [ImportProblem::TooLong]);
        let unverified = json!({"username": "a", "email_verified": true});
        assert_eq!(
            read(&unverified).unwrap_err(),
            [ImportProblem::NothingVerified]
        );
    }

    #[test]
    fn takes_a_hash_as_text_or_as_a_credential() {
        let dear = "$2b$31$Q0qbj77qBwgCg3vahMGGSOtustY0o5H2X4B0HhnFuMexY2cDKYlSS";
        let refused = read(&json!({"username": "a", "password_hash": dear}));
        assert_eq!(
            refused.unwrap_err(),
            [ImportProblem::Hash(PasswordHashError::Cost)]
        );
        let credential = json!({
            "secretData": {
                "value": "qGrhjrs6wActDPwpOlnw4lroZ4XBvcNCt5G+rUZmq40deHg5L5Ur140Dg9gHUgjqjMyUr7J+2TBJfZoH7M6Qtw==",
                "salt": "MDEyMzQ1Njc4OWFiY2RlZg==",
            },
            "credentialData": {"hashIterations": 1000, "algorithm": "pbkdf2-sha256"},
        });
        let user = read(&json!({"username": "a", "password_hash": credential})).unwrap();
        let hash = user.password_hash.unwrap();
        assert!(hash.starts_with("$pbkdf2-sha256$i=1000,l=64$"), "{hash}");
    }
}
