//! A whole flow, from the request to userinfo, with all that is checked on its way.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Method, Request as HttpRequest, StatusCode};
use serde_json::{Map, Value};
use vidimus::entropy::random_text;

use super::browser::{Landing, Page, Place, Visit};
use super::claims::{self, Companions};
use super::client::check_token_answer;
use super::{Provider, RelyingParty, Token, keys, text};
use crate::support::Answer;
use crate::support::browser::{path_of, send};
use crate::support::clients::VERIFIER;

/// An authorization request.
#[derive(Debug, Clone)]
pub(in super::super) struct Request {
    parameters: Vec<(String, String)>,
}

impl Request {
    /// The same with a parameter added or changed.
    pub(in super::super) fn with(mut self, name: &str, value: &str) -> Self {
        match self.parameters.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => value.clone_into(own),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(in super::super) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(own, _)| own != name);
        self
    }

    /// The same parameters from the last to the first.
    pub(in super::super) fn reversed(mut self) -> Self {
        self.parameters.reverse();
        self
    }

    pub(in super::super) fn get(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the `claims` parameter asks for `name` there.
    pub(super) fn asks_for_name_in(&self, place: &str) -> bool {
        let claims: Value = self
            .get("claims")
            .map(|text| serde_json::from_str(text).unwrap())
            .unwrap_or_default();
        claims[place].get("name").is_some()
    }

    pub(super) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish()
    }

    pub(super) fn address(&self, endpoint: &str) -> String {
        format!("{endpoint}?{}", self.encoded())
    }
}

/// What came of a flow that succeeded.
#[derive(Debug, Clone)]
pub(in super::super) struct Flow {
    /// What a person had to deal with.
    pub(in super::super) pages: Vec<Page>,
    /// The address of the callback.
    pub(in super::super) address: String,
    pub(in super::super) code: Option<String>,
    /// The last ID token, as it came and as it was verified.
    pub(in super::super) id_token: String,
    pub(in super::super) token: Token,
    /// Of the token endpoint, or else of the authorization endpoint.
    pub(in super::super) access_token: Option<String>,
    pub(in super::super) refresh_token: Option<String>,
}

impl Flow {
    /// A claim of the ID token.
    pub(in super::super) fn claim(&self, name: &str) -> &Value {
        self.token.claims.get(name).unwrap_or(&Value::Null)
    }
}

impl Provider {
    /// The request of most modules.
    pub(in super::super) fn request(&self, client: &RelyingParty) -> Request {
        let random = || random_text::<12>(self.world.app.entropy.as_ref()).unwrap();
        let mut parameters = vec![
            ("client_id", client.id.clone()),
            ("redirect_uri", client.redirect_uri.clone()),
            ("scope", "openid".to_owned()),
            ("state", random()),
            ("nonce", random()),
            ("response_type", self.variant.response_type.to_owned()),
        ];
        if self.variant.form_post {
            parameters.push(("response_mode", "form_post".to_owned()));
        }
        let own = |(name, value): (&str, String)| (name.to_owned(), value);
        Request {
            parameters: parameters.into_iter().map(own).collect(),
        }
    }

    /// A flow to its end, with userinfo at the end.
    pub(in super::super) async fn complete(
        &mut self,
        client: &RelyingParty,
        request: &Request,
    ) -> Flow {
        let visit = self.visit(request).await;
        let flow = self.finish(client, request, visit).await;
        if let Some(token) = &flow.access_token {
            self.userinfo(&flow, token).await;
        }
        flow
    }

    /// A flow from the answer of the authorization endpoint to its tokens.
    pub(in super::super) async fn finish(
        &self,
        client: &RelyingParty,
        request: &Request,
        visit: Visit,
    ) -> Flow {
        let (address, mut parameters) = self.granted(request, &visit);
        let code = parameters.remove("code");
        let in_browser = parameters.remove("access_token");
        let mut last = None;
        if let Some(token) = parameters.remove("id_token") {
            let companions = Companions {
                access_token: in_browser.as_deref(),
                code: code.as_deref(),
                in_browser: true,
            };
            let checked = claims::check_id_token(self, client, request, &token, companions).await;
            last = Some((token, checked));
        }
        let (mut access_token, mut refresh_token) = (in_browser, None);
        if let Some(code) = &code {
            let answer = self.redeem(client, request, code).await;
            let tokens = check_token_answer(&answer);
            let member = |name: &str| tokens.get(name).map(|t| t.as_str().unwrap().to_owned());
            access_token = member("access_token");
            refresh_token = member("refresh_token");
            let token = member("id_token").expect("an ID token");
            let companions = Companions {
                access_token: access_token.as_deref(),
                code: Some(code),
                in_browser: false,
            };
            let checked = claims::check_id_token(self, client, request, &token, companions).await;
            if let Some((_, first)) = &last {
                for claim in ["iss", "sub", "aud", "nonce", "auth_time"] {
                    let both = (first.claims.get(claim), checked.claims.get(claim));
                    assert_eq!(both.0, both.1, "the ID tokens disagree about {claim}");
                }
            }
            last = Some((token, checked));
        }
        let (id_token, token) = last.expect("an ID token");
        Flow {
            pages: visit.pages,
            address,
            code,
            id_token,
            token,
            access_token,
            refresh_token,
        }
    }

    /// Redeems a code.
    pub(in super::super) async fn redeem(
        &self,
        client: &RelyingParty,
        request: &Request,
        code: &str,
    ) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", request.get("redirect_uri").unwrap()),
        ];
        if request.get("code_challenge").is_some() {
            fields.push(("code_verifier", VERIFIER));
        }
        self.ask_for_tokens(client, &fields).await
    }

    /// The address and the parameters of an answer that grants everything that was asked for.
    fn granted(&self, request: &Request, visit: &Visit) -> (String, BTreeMap<String, String>) {
        let (address, parameters) = self.answered(request, visit);
        let expected = |name: &str| match name {
            "code" => self.variant.has("code"),
            "id_token" => self.variant.has("id_token"),
            "access_token" | "token_type" | "expires_in" => self.variant.has("token"),
            _ => false,
        };
        for name in [
            "code",
            "id_token",
            "access_token",
            "token_type",
            "expires_in",
        ] {
            let is_there = parameters.contains_key(name);
            assert_eq!(is_there, expected(name), "{name}: {parameters:?}");
        }
        let may_be_there = |name: &str| {
            expected(name)
                || matches!(name, "state" | "iss" | "session_state")
                || (name == "scope" && self.variant.has("token"))
        };
        let stray = parameters.keys().find(|name| !may_be_there(name));
        assert_eq!(stray, None, "{parameters:?}");
        if let Some(code) = parameters.get("code") {
            text::check_secret("code", code);
        }
        if let Some(token) = parameters.get("access_token") {
            text::check_secret("access_token", token);
            assert!(parameters["token_type"].eq_ignore_ascii_case("bearer"));
            let lifetime: i64 = parameters["expires_in"].parse().unwrap();
            assert!((1..=365 * 24 * 3600).contains(&lifetime));
        }
        (address, parameters)
    }

    /// The error that the client got, in the right place and with nothing stray.
    pub(in super::super) fn refused(&self, request: &Request, visit: &Visit) -> String {
        let (_, parameters) = self.answered(request, visit);
        let allowed = [
            "error",
            "error_description",
            "error_uri",
            "state",
            "session_state",
            "iss",
        ];
        let stray = parameters
            .keys()
            .find(|name| !allowed.contains(&name.as_str()));
        assert_eq!(stray, None, "{parameters:?}");
        if let Some(words) = parameters.get("error_description") {
            text::check_description(words);
        }
        if let Some(address) = parameters.get("error_uri") {
            url::Url::parse(address).unwrap();
        }
        parameters["error"].clone()
    }

    /// An answer to the client: where it belongs, with `state` and `iss`.
    fn answered(&self, request: &Request, visit: &Visit) -> (String, BTreeMap<String, String>) {
        let Landing::Client {
            address,
            place,
            parameters,
        } = &visit.landing
        else {
            panic!("the client got no answer: {visit:?}");
        };
        assert_eq!(*place, self.place_of(request), "{visit:?}");
        let mut parameters = parameters.clone();
        let redirect = request.get("redirect_uri").unwrap();
        let added = address.strip_prefix(redirect).expect("the redirect URI");
        match place {
            Place::FormPost => assert_eq!(added, "", "nothing is in the address"),
            Place::Fragment => assert!(added.starts_with('#'), "{address}"),
            Place::Query => {
                let has_query = redirect.contains('?');
                assert!(
                    added.starts_with(if has_query { '&' } else { '?' }),
                    "{address}"
                );
                for (name, value) in url::Url::parse(redirect).unwrap().query_pairs() {
                    assert_eq!(parameters.remove(&*name).as_deref(), Some(&*value));
                }
            }
        }
        let state = parameters.get("state").map(String::as_str);
        assert_eq!(state, request.get("state"), "{parameters:?}");
        assert_eq!(parameters["iss"], self.issuer());
        (address.clone(), parameters)
    }

    fn place_of(&self, request: &Request) -> Place {
        if request.get("response_mode") == Some("form_post") {
            Place::FormPost
        } else if self.variant.is_front_channel() && request.get("response_type").is_some() {
            Place::Fragment
        } else {
            Place::Query
        }
    }

    /// Userinfo by GET: it answers, about the person of the ID token.
    pub(in super::super) async fn userinfo(&self, flow: &Flow, token: &str) -> Map<String, Value> {
        let answer = self.ask_userinfo(Method::GET, Some(token), "").await;
        self.check_userinfo(flow, &answer).await
    }

    /// Asks userinfo.
    pub(in super::super) async fn ask_userinfo(
        &self,
        method: Method,
        bearer: Option<&str>,
        form: &str,
    ) -> Answer {
        let endpoint = self.endpoint("userinfo_endpoint");
        let mut request = HttpRequest::builder().uri(path_of(endpoint));
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if method == Method::POST {
            let kind = "application/x-www-form-urlencoded";
            request = request.header("content-type", kind);
        }
        let request = request.method(method).body(Body::from(form.to_owned()));
        send(&self.world.router, request.unwrap()).await
    }

    /// The claims of a userinfo answer, plain or signed.
    pub(in super::super) async fn check_userinfo(
        &self,
        flow: &Flow,
        answer: &Answer,
    ) -> Map<String, Value> {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let claims = match answer.header("content-type") {
            Some("application/jwt") => keys::verify(&self.keys().await, &answer.body).claims,
            Some("application/json") => answer.json().as_object().unwrap().clone(),
            other => panic!("userinfo is {other:?}"),
        };
        assert_eq!(claims["sub"], *flow.claim("sub"), "{claims:?}");
        claims::check_values(self.now(), &claims);
        claims
    }
}
