//! Two nodes over Postgres, Redis and a mail server, and in front of them something that hands each
//! connection to the next node: nothing that a person does may depend on which one answers.

use std::array;

use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::support::mail_server::{Delivered, MailServer};
use crate::support::program::{Serving, Site};
use crate::support::redis::TestRedis;

/// An installation of two nodes.
pub(crate) struct Cluster {
    pub(crate) origin: String,
    mail: MailServer,
    sites: [Site; 2],
    serving: [Serving; 2],
    line: reqwest::Client,
    _redis: TestRedis,
    _front: JoinSet<()>,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = format!("http://localhost:{port}");
        let (mail, redis) = (MailServer::start().await, TestRedis::start().await);
        let mails = format!("smtp+insecure://127.0.0.1:{}", mail.port);
        let first = Site::on_postgres().await;
        let keys = first.path("keys").to_str().unwrap().to_owned();
        let second = first.neighbour();
        let sites = [first, second].map(|site| {
            site.with("VIDIMUS_ISSUER", &origin)
                .with("VIDIMUS_REDIS_URL", &redis.url())
                .with("VIDIMUS_MAIL__URL", &mails)
                .with("VIDIMUS_KEYS_DIR", &keys)
        });
        // The first start makes the keys and the tables.
        let [one, two] = &sites;
        let serving = [one.serve().await, two.serve().await];
        let mut front = JoinSet::new();
        front.spawn(take_turns(listener, [one.port(), two.port()]));
        let line = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none());
        Self {
            origin,
            mail,
            serving,
            line: line.build().unwrap(),
            _redis: redis,
            _front: front,
            sites,
        }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Runs a command of an admin; what it says.
    pub(crate) fn admin(&self, arguments: &[&str]) -> Value {
        let [site, _] = &self.sites;
        let with_json = [&["--json"], arguments].concat();
        site.run(&with_json).json()
    }

    /// Waits for the mail to an address with this in its subject.
    pub(crate) async fn mail(&self, address: &str, subject: &str) -> Delivered {
        let wanted = |mail: &Delivered| mail.subject().contains(subject);
        loop {
            let count = self.mail.delivered().len();
            if let Some(mail) = self.mail.to(address).into_iter().find(wanted) {
                return mail;
            }
            self.mail.takes(count + 1).await;
        }
    }

    /// The statuses with which the nodes answer the same request.
    pub(crate) async fn statuses(
        &self,
        request: impl Fn(&reqwest::Client, &str) -> RequestBuilder,
    ) -> [StatusCode; 2] {
        let mut statuses = [StatusCode::IM_A_TEAPOT; 2];
        for (site, status) in self.sites.iter().zip(&mut statuses) {
            let node = format!("http://127.0.0.1:{}", site.port());
            *status = request(&self.line, &node).send().await.unwrap().status();
        }
        statuses
    }

    /// The document that one node answers a form with.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let body = form(fields);
        let request = self.line.post(self.at(path)).body(body);
        let kind = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", kind).send().await.unwrap();
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    /// Nothing has gone wrong that nobody saw.
    pub(crate) fn expect_calm(&self) {
        let logs: [String; 2] = array::from_fn(|node| self.serving[node].log());
        for log in logs {
            assert!(!log.contains("panicked"), "{log}");
            assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
        }
    }
}

/// A form as it travels.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

async fn take_turns(listener: TcpListener, ports: [u16; 2]) {
    let mut conversations = JoinSet::new();
    for port in ports.into_iter().cycle() {
        let (mut browser, _) = listener.accept().await.unwrap();
        conversations.spawn(async move {
            let mut node = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            // Either side may hang up at any moment.
            copy_bidirectional(&mut browser, &mut node).await.ok();
        });
        while conversations.try_join_next().is_some() {}
    }
}
