//! A resolver that says what it was told to, in the order in which it was told.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use vidimus::outgoing::{Outgoing, OutgoingSettings, Resolve, ResolveError};

/// Names with their answers. The last answer of a name is repeated.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    answers: HashMap<String, VecDeque<Vec<IpAddr>>>,
    asked: Vec<String>,
}

impl Names {
    /// One more answer for a name.
    pub(crate) fn with(self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let mut script = self.0.lock().unwrap();
        let answers = script.answers.entry(name.to_owned()).or_default();
        answers.push_back(addresses);
        drop(script);
        self
    }

    /// The names that were asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    /// A client that goes by these names.
    pub(crate) fn outgoing(&self, settings: OutgoingSettings) -> Arc<Outgoing> {
        let names = Arc::new(self.clone());
        Arc::new(Outgoing::with_resolver(settings, names).unwrap())
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let mut script = self.0.lock().unwrap();
        script.asked.push(name.to_owned());
        let answers = script.answers.get_mut(name);
        let unknown = || io::Error::from(io::ErrorKind::NotFound);
        let answers = answers.ok_or_else(unknown)?;
        Ok(if answers.len() > 1 {
            answers.pop_front().unwrap()
        } else {
            answers[0].clone()
        })
    }
}
