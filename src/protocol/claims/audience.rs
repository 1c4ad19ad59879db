//! The `aud` claim (RFC 7519 §4.1.3): one recipient as a string, or several as an array.

use serde::{Deserialize, Serialize};

/// Who a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single recipient, in the form that every library reads.
    One(String),
    /// Several recipients.
    Many(Vec<String>),
}

impl Audience {
    /// The claim for these recipients.
    pub fn of(recipients: Vec<String>) -> Self {
        match <[String; 1]>::try_from(recipients) {
            Ok([only]) => Self::One(only),
            Err(recipients) => Self::Many(recipients),
        }
    }

    /// Whether the token is for this recipient.
    pub fn contains(&self, recipient: &str) -> bool {
        match self {
            Self::One(only) => only == recipient,
            Self::Many(all) => all.iter().any(|own| own == recipient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7519 §4.1.3
    #[test]
    fn is_a_string_for_one_and_an_array_for_several() {
        for (recipients, json) in [
            (&["a"][..], r#""a""#),
            (&["a", "b", "c"], r#"["a","b","c"]"#),
            (&[], "[]"),
        ] {
            let audience = Audience::of(recipients.iter().map(|&r| r.to_owned()).collect());
            assert_eq!(serde_json::to_string(&audience).unwrap(), json);
            assert_eq!(serde_json::from_str::<Audience>(json).unwrap(), audience);
            assert!(recipients.iter().all(|r| audience.contains(r)));
            assert!(!audience.contains("x") && !audience.contains(""));
        }
    }
}
