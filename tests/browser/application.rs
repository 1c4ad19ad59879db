//! An application that people open: it asks for tokens that last.

use axum::Router;
use axum::response::Html;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::chromium::Browser;
use crate::cluster::{Cluster, form};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// It is called Notes.
pub(crate) struct Application {
    id: String,
    secret: String,
    redirect: String,
    _serving: JoinSet<()>,
}

impl Application {
    pub(crate) async fn register(cluster: &Cluster) -> Self {
        let page = Html("<title>Notes</title><h1 id=\"notes\">Your notes</h1>");
        let router = Router::new().fallback(move || async move { page });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let redirect = format!("http://localhost:{port}/callback");
        let create = [
            "client",
            "create",
            "--type",
            "web",
            "--name",
            "Notes",
            "--redirect-uri",
            &redirect,
        ];
        let client = cluster.admin(&create);
        Self {
            id: client["client_id"].as_str().unwrap().to_owned(),
            secret: client["client_secret"].as_str().unwrap().to_owned(),
            redirect,
            _serving: serving,
        }
    }

    /// Where it sends people.
    pub(crate) fn door(&self, cluster: &Cluster) -> String {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect),
            ("scope", "openid email offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        cluster.at(&format!("/authorize?{query}"))
    }

    /// Takes in whoever has come back to it; their refresh token.
    pub(crate) async fn take_in(&self, cluster: &Cluster, browser: &Browser) -> String {
        browser.element("notes").await;
        let address = url::Url::parse(&browser.address().await).unwrap();
        let code = address.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.unwrap_or_else(|| panic!("no code in {address}"));
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", &*self.redirect),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.post(cluster, &redemption).await;
        text(&answer, "refresh_token")
    }

    /// Whether a refresh token is still good for anything, whichever node is asked; each is.
    pub(crate) async fn refreshes(&self, cluster: &Cluster, token: &str) -> [bool; 2] {
        let fields = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
        ]);
        let statuses = cluster.statuses(|line, node| {
            let request = line.post(format!("{node}/token")).body(fields.clone());
            request.header("content-type", "application/x-www-form-urlencoded")
        });
        statuses.await.map(|status| status == 200)
    }

    async fn post(&self, cluster: &Cluster, fields: &[(&str, &str)]) -> Value {
        let own = [("client_id", &*self.id), ("client_secret", &*self.secret)];
        let fields = [fields, &own].concat();
        cluster.post("/token", &fields).await
    }
}

fn text(document: &Value, member: &str) -> String {
    let value = document[member].as_str();
    value
        .unwrap_or_else(|| panic!("no {member} in {document}"))
        .to_owned()
}
