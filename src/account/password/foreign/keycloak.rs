//! A password credential as Keycloak exports it: two members whose values are JSON documents, often
//! in texts.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::from_base64;
use crate::account::password::PasswordHashError;

/// `secretData`
#[derive(Deserialize)]
struct SecretData {
    value: String,
    salt: String,
}

/// `credentialData`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    hash_iterations: u32,
    algorithm: String,
    #[serde(default)]
    additional_parameters: BTreeMap<String, Vec<String>>,
}

impl CredentialData {
    fn parameter(&self, name: &str) -> Option<&str> {
        let values = self.additional_parameters.get(name)?;
        values.first().map(String::as_str)
    }
}

/// The PHC string of a credential with the members `secretData` and `credentialData`.
pub fn phc_string(credential: &Value) -> Result<String, PasswordHashError> {
    write(credential).ok_or(PasswordHashError::Unreadable)
}

fn write(credential: &Value) -> Option<String> {
    let secret: SecretData = document(credential.get("secretData")?)?;
    let data: CredentialData = document(credential.get("credentialData")?)?;
    let output = from_base64(&secret.value)?;
    let length = output.len();
    let output = STANDARD_NO_PAD.encode(output);
    let salt = STANDARD_NO_PAD.encode(from_base64(&secret.salt)?);
    let iterations = data.hash_iterations;
    let name = match data.algorithm.as_str() {
        "argon2" => return argon2(&data, &salt, &output),
        "pbkdf2" => "pbkdf2",
        "pbkdf2-sha256" => "pbkdf2-sha256",
        "pbkdf2-sha512" => "pbkdf2-sha512",
        _ => return None,
    };
    Some(format!("${name}$i={iterations},l={length}${salt}${output}"))
}

fn argon2(data: &CredentialData, salt: &str, output: &str) -> Option<String> {
    let kind = data.parameter("type")?;
    let version = match data.parameter("version")? {
        "1.3" => 19,
        "1.0" => 16,
        _ => return None,
    };
    let (memory, lanes) = (data.parameter("memory")?, data.parameter("parallelism")?);
    let passes = data.hash_iterations;
    Some(format!(
        "$argon2{kind}$v={version}$m={memory},t={passes},p={lanes}${salt}${output}"
    ))
}

fn document<T: DeserializeOwned>(member: &Value) -> Option<T> {
    match member.as_str() {
        Some(text) => serde_json::from_str(text).ok(),
        None => T::deserialize(member).ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::account::password::{HashMemory, PasswordCost, verify};

    const SALT: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

    fn matches(credential: &Value) -> bool {
        let stored = phc_string(credential).unwrap();
        let (cost, password) = (PasswordCost::default(), "correct-horse-battery");
        let verified = verify(password, &stored, &cost, &mut HashMemory::default());
        verified.unwrap().is_some()
    }

    #[test]
    fn reads_credentials_of_each_algorithm() {
        let sha256 = "qGrhjrs6wActDPwpOlnw4lroZ4XBvcNCt5G+rUZmq40deHg5L5Ur140Dg9gHUgjqjMyUr7J+2TBJfZoH7M6Qtw==";
        let sha512 = "h6gRwwijtNDYV+GNeF+KDYfUf9PpxQZqZSaCWNm9lpclptvNJr1KsE7cY0MOyhM1mMKsJtKNK7fGtmGvi6Ax7Q==";
        let argon2 = "Pjy9qpxRObZHfybN/cWnytbzsDOFi4AWmtFxjBehRqQ=";
        let parameters = json!({
            "hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"],
            "parallelism": ["1"],
        });
        for (algorithm, iterations, value, more) in [
            ("pbkdf2-sha256", 1000, sha256, json!({})),
            ("pbkdf2-sha512", 1000, sha512, json!({})),
            ("argon2", 5, argon2, parameters),
        ] {
            let secret = json!({"value": value, "salt": SALT, "additionalParameters": {}});
            let data = json!({
                "hashIterations": iterations, "algorithm": algorithm, "additionalParameters": more,
            });
            // As it is exported, and as people write it by hand.
            let texts = json!({
                "type": "password", "secretData": secret.to_string(), "credentialData": data.to_string(),
            });
            assert!(matches(&texts), "{algorithm}");
            let objects = json!({"secretData": secret, "credentialData": data});
            assert!(matches(&objects), "{algorithm}");
        }
    }

    #[test]
    fn refuses_what_is_no_such_credential() {
        let secret = json!({"value": "AAAA", "salt": SALT});
        for credential in [
            json!({}),
            json!("text"),
            json!({"secretData": secret, "credentialData": "{"}),
            json!({"secretData": secret, "credentialData": {"hashIterations": 1, "algorithm": "md5"}}),
            json!({"secretData": secret, "credentialData": {"hashIterations": 1, "algorithm": "argon2"}}),
            json!({"secretData": {"value": "?", "salt": SALT}, "credentialData": {"hashIterations": 1, "algorithm": "pbkdf2"}}),
        ] {
            assert!(phc_string(&credential).is_err(), "{credential}");
        }
    }
}
