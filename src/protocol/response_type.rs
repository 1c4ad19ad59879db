//! What an authorization response carries, and how it travels (OAuth 2.0 Multiple Response Type
//! Encoding Practices; OAuth 2.0 Form Post Response Mode).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A response type: which of code, ID token and access token the authorization endpoint returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResponseType {
    /// A code (RFC 6749 §4.1).
    pub code: bool,
    /// An ID token (OIDC Core §3.2).
    pub id_token: bool,
    /// An access token; only beside another one of the three.
    pub token: bool,
}

/// A text that is no response type of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a response type that this server has")]
pub struct UnknownResponseType;

impl ResponseType {
    /// The code flow.
    pub const CODE: Self = Self {
        code: true,
        id_token: false,
        token: false,
    };

    /// All that OpenID Connect defines (OIDC Core §3), the code flow first. `token` alone is not
    /// among them: it gives an access token to whoever reads the address bar and binds it to
    /// nothing.
    pub const ALL: [Self; 6] = [
        Self::CODE,
        Self::new(false, true, false),
        Self::new(false, true, true),
        Self::new(true, true, false),
        Self::new(true, false, true),
        Self::new(true, true, true),
    ];

    const fn new(code: bool, id_token: bool, token: bool) -> Self {
        Self {
            code,
            id_token,
            token,
        }
    }

    /// Reads a `response_type`, whose words have no order (RFC 6749 §3.1.1).
    pub fn parse(text: &str) -> Result<Self, UnknownResponseType> {
        let mut read = Self::new(false, false, false);
        for word in text.split(' ') {
            let seen = match word {
                "code" => &mut read.code,
                "id_token" => &mut read.id_token,
                "token" => &mut read.token,
                _ => return Err(UnknownResponseType),
            };
            if std::mem::replace(seen, true) {
                return Err(UnknownResponseType);
            }
        }
        Self::ALL
            .contains(&read)
            .then_some(read)
            .ok_or(UnknownResponseType)
    }

    /// Its usual spelling.
    pub const fn as_str(self) -> &'static str {
        match (self.code, self.id_token, self.token) {
            (true, false, false) => "code",
            (false, true, false) => "id_token",
            (false, true, true) => "id_token token",
            (true, true, false) => "code id_token",
            (true, false, true) => "code token",
            (true, true, true) => "code id_token token",
            (false, false, true) => "token",
            (false, false, false) => "none",
        }
    }

    /// Whether a token passes through the browser: hybrid and implicit flows.
    pub const fn is_front_channel(self) -> bool {
        self.id_token || self.token
    }

    /// How the answer travels unless the request says otherwise: never in the query once a token
    /// is in it (Multiple Response Types §5).
    pub const fn default_mode(self) -> ResponseMode {
        if self.is_front_channel() {
            ResponseMode::Fragment
        } else {
            ResponseMode::Query
        }
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for ResponseType {
    type Error = UnknownResponseType;
    fn try_from(text: String) -> Result<Self, UnknownResponseType> {
        Self::parse(&text)
    }
}

impl From<ResponseType> for String {
    fn from(response_type: ResponseType) -> Self {
        response_type.as_str().to_owned()
    }
}

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment, which browsers do not send.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// The value of `response_mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Reads [`ResponseMode::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// Whether answers of this type may travel so (Multiple Response Types §5: no token in a
    /// query, which ends up in logs).
    pub fn suits(self, response_type: ResponseType) -> bool {
        self != Self::Query || !response_type.is_front_channel()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §3.1.1
    #[test]
    fn the_words_of_a_response_type_have_no_order() {
        for text in ["code id_token token", "token code id_token"] {
            let parsed = ResponseType::parse(text).unwrap();
            assert_eq!(parsed.as_str(), "code id_token token");
        }
        for text in [
            "",
            "token",
            "none",
            "code code",
            "code  token",
            "Code",
            "code foo",
        ] {
            assert_eq!(
                ResponseType::parse(text),
                Err(UnknownResponseType),
                "{text}"
            );
        }
    }

    /// OAuth 2.0 Multiple Response Type Encoding Practices §5
    #[test]
    fn no_token_travels_in_a_query() {
        for response_type in ResponseType::ALL {
            let front = response_type != ResponseType::CODE;
            assert_eq!(ResponseMode::Query.suits(response_type), !front);
            assert!(ResponseMode::FormPost.suits(response_type));
            assert!(response_type.default_mode().suits(response_type));
        }
    }
}
