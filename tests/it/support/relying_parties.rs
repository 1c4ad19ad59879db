//! Applications that listen: what they are sent, and what they answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What an application was sent.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) content_type: String,
    pub(crate) fields: Vec<(String, String)>,
}

struct Ears {
    received: watch::Sender<Vec<Received>>,
    answers: Vec<u16>,
}

/// An application with a back-channel logout address.
pub(crate) struct Listener {
    pub(crate) uri: String,
    ears: Arc<Ears>,
    _serving: JoinSet<()>,
}

impl Listener {
    /// Starts one that gives these answers in turn, and the last for ever.
    pub(crate) async fn answering(answers: &[u16]) -> Self {
        let ears = Arc::new(Ears {
            received: watch::Sender::default(),
            answers: answers.to_vec(),
        });
        let router = Router::new()
            .route("/logout", post(hear))
            .with_state(ears.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/logout", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            uri,
            ears,
            _serving: serving,
        }
    }

    /// Everything that was sent so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.ears.received.borrow().clone()
    }

    /// The logout tokens that were sent so far.
    pub(crate) fn tokens(&self) -> Vec<String> {
        let received = self.received();
        let values = received.into_iter().map(|mut one| one.fields.remove(0).1);
        values.collect()
    }

    /// Waits until so much was sent.
    pub(crate) async fn hears(&self, count: usize) {
        let mut received = self.ears.received.subscribe();
        received.wait_for(|all| all.len() >= count).await.unwrap();
    }
}

async fn hear(State(ears): State<Arc<Ears>>, headers: HeaderMap, body: String) -> StatusCode {
    let fields = url::form_urlencoded::parse(body.as_bytes()).into_owned();
    let one = Received {
        content_type: headers["content-type"].to_str().unwrap().to_owned(),
        fields: fields.collect(),
    };
    let mut turn = 0;
    ears.received.send_modify(|all| {
        turn = all.len();
        all.push(one);
    });
    let last = ears.answers.len() - 1;
    StatusCode::from_u16(ears.answers[turn.min(last)]).unwrap()
}
