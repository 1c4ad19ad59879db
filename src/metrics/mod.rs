//! The numbers of this process, in the text format of Prometheus.
//!
//! Owns: what is counted, under which names and labels; the only module that names the Prometheus
//! client. Refuses to know: who asks, and over which protocol.
//!
//! Whoever counts adds to an atomic that was made at the start; nothing is locked, and nothing is
//! made on the way. Labels come from closed lists: no realm, identifier or address is ever one, and
//! nothing that a request says.

mod labels;
mod requests;

use std::collections::HashMap;
use std::fmt;

use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::protocol::client::GrantType;

pub use labels::{Delivery, Hash, Memory, Outcome, Proof};
pub use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;
pub use requests::{Requests, Watch};

const PREFIX: &str = "vidimus";

type Labels = Vec<(&'static str, &'static str)>;

/// Counters that were made beforehand, by their labels.
#[derive(Debug)]
struct Counters<K>(HashMap<K, Counter>);

impl<K: Copy + Eq + std::hash::Hash> Counters<K> {
    fn register(
        registry: &mut Registry,
        (name, help): (&str, &str),
        keys: impl Iterator<Item = (K, Labels)>,
    ) -> Self {
        let family = Family::<Labels, Counter>::default();
        registry.register(name, help, family.clone());
        let counters = keys.map(|(key, labels)| (key, family.get_or_create_owned(&labels)));
        Self(counters.collect())
    }

    fn count(&self, key: K) {
        if let Some(counter) = self.0.get(&key) {
            counter.inc();
        }
    }
}

/// What stands in the record and is not counted here: it is the work of all nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that nobody has tried to send yet.
    pub mails_waiting: u64,
    /// Mails that are tried again.
    pub mails_retrying: u64,
    /// Mails that nobody tries any more, and that could be tried again.
    pub mails_given_up: u64,
    /// Logouts that nobody has tried to deliver yet.
    pub logouts_waiting: u64,
    /// Logouts that are tried again.
    pub logouts_retrying: u64,
}

/// How many more pieces of work the threads of this node take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreePlaces {
    /// Those that hash passwords.
    pub hash: usize,
    /// Those that make RSA signatures.
    pub sign: usize,
}

/// What is read when somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `None` when the record does not answer.
    pub backlog: Option<Backlog>,
    /// Whether the revocation index is believed.
    pub index_stands: bool,
}

/// The counters of one node.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    proofs: Counters<(Proof, Outcome)>,
    passwords: Counters<Hash>,
    tokens: Counters<(GrantType, Outcome)>,
    mails: Counters<Delivery>,
    logouts: Counters<Delivery>,
    revocations: Counters<Memory>,
    limits: Counters<Memory>,
    gauges: Gauges,
}

/// What is set when somebody asks.
#[derive(Debug, Default)]
struct Gauges {
    mails: Family<Labels, Gauge>,
    logouts: Family<Labels, Gauge>,
    places: Family<Labels, Gauge>,
    index: Gauge,
    record: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let build = Family::<Labels, Gauge>::default();
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        build.get_or_create_owned(&version).set(1);
        registry.register("build_info", "The version that runs", build);
        Self {
            proofs: proofs(&mut registry),
            passwords: passwords(&mut registry),
            tokens: tokens(&mut registry),
            mails: deliveries(
                &mut registry,
                ("mail_attempts", "Attempts of this node to send a mail"),
            ),
            logouts: deliveries(
                &mut registry,
                (
                    "logout_attempts",
                    "Attempts of this node to tell a client of a logout",
                ),
            ),
            revocations: memories(
                &mut registry,
                (
                    "revocation_checks",
                    "Tokens that were looked up among the revoked ones; the fallback is the record",
                ),
            ),
            limits: memories(
                &mut registry,
                (
                    "limit_checks",
                    "Attempts that were counted by address; the fallback is this process",
                ),
            ),
            gauges: Gauges::register(&mut registry),
            registry,
        }
    }
}

impl Metrics {
    /// Something was tried at a sign-in.
    pub fn tried(&self, proof: Proof, outcome: Outcome) {
        self.proofs.count((proof, outcome));
    }

    /// A password was checked at a sign-in, or a decoy in its place.
    pub fn checked_password(&self, hash: Hash) {
        self.passwords.count(hash);
    }

    /// Tokens were asked for.
    pub fn asked_for_tokens(&self, grant: GrantType, outcome: Outcome) {
        self.tokens.count((grant, outcome));
    }

    /// A mail was tried.
    pub fn tried_mail(&self, delivery: Delivery) {
        self.mails.count(delivery);
    }

    /// A client was told of a logout.
    pub fn tried_logout(&self, delivery: Delivery) {
        self.logouts.count(delivery);
    }

    /// A token was looked up among the revoked ones.
    pub fn checked_revocation(&self, memory: Memory) {
        self.revocations.count(memory);
    }

    /// An attempt was counted against a limit.
    pub fn checked_limit(&self, memory: Memory) {
        self.limits.count(memory);
    }

    /// Everything as text.
    pub fn text(
        &self,
        requests: &Requests,
        reading: Reading,
        free: FreePlaces,
    ) -> Result<String, fmt::Error> {
        self.gauges.set(reading, free);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        requests.write(&mut text)?;
        Ok(text)
    }
}

fn proofs(registry: &mut Registry) -> Counters<(Proof, Outcome)> {
    let told = (
        "sign_in_attempts",
        "Passwords, passkeys and codes that were tried at a sign-in",
    );
    let keys = Proof::ALL.iter().flat_map(|proof| {
        let outcomes = Outcome::ALL.iter().filter(|one| **one != Outcome::Pending);
        outcomes.map(|outcome| {
            let labels = vec![("proof", proof.as_str()), ("outcome", outcome.as_str())];
            ((*proof, *outcome), labels)
        })
    });
    Counters::register(registry, told, keys)
}

fn passwords(registry: &mut Registry) -> Counters<Hash> {
    let told = (
        "passwords_checked",
        "Passwords that were checked at a sign-in, by the function of the hash; a name without one draws somebody's",
    );
    let label = |one: &Hash| (*one, vec![("hash", one.as_str())]);
    Counters::register(registry, told, Hash::ALL.iter().map(label))
}

fn tokens(registry: &mut Registry) -> Counters<(GrantType, Outcome)> {
    const GRANTS: [GrantType; 5] = [
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
    ];
    let told = (
        "token_requests",
        "Requests for tokens whose client was authenticated, by grant",
    );
    let keys = GRANTS.iter().flat_map(|grant| {
        Outcome::ALL.iter().map(|outcome| {
            let labels = vec![
                ("grant", grant_label(*grant)),
                ("outcome", outcome.as_str()),
            ];
            ((*grant, *outcome), labels)
        })
    });
    Counters::register(registry, told, keys)
}

/// The last part of a grant's name: one of them is a URN.
fn grant_label(grant: GrantType) -> &'static str {
    let name = grant.as_str();
    name.rsplit_once(':').map_or(name, |(_, last)| last)
}

fn deliveries(registry: &mut Registry, told: (&str, &str)) -> Counters<Delivery> {
    let label = |one: &Delivery| (*one, vec![("outcome", one.as_str())]);
    Counters::register(registry, told, Delivery::ALL.iter().map(label))
}

fn memories(registry: &mut Registry, told: (&str, &str)) -> Counters<Memory> {
    let label = |one: &Memory| (*one, vec![("memory", one.as_str())]);
    Counters::register(registry, told, Memory::ALL.iter().map(label))
}

impl Gauges {
    fn register(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        let help = "Mails of all nodes that are still to be sent, or that nobody tries any more";
        registry.register("mails", help, gauges.mails.clone());
        let help = "Logouts of all nodes that clients are still to be told of";
        registry.register("logouts", help, gauges.logouts.clone());
        let help = "How many more pieces of work the threads of a pool take; at none callers wait";
        registry.register("free_places", help, gauges.places.clone());
        let help = "Whether revocations are looked up in the index (1) or in the record (0)";
        registry.register("revocation_index_up", help, gauges.index.clone());
        let help = "Whether the record answered when it was last asked for these numbers";
        registry.register("record_up", help, gauges.record.clone());
        gauges
    }

    /// What is not known is not told: an old number would look like a new one.
    fn set(&self, reading: Reading, free: FreePlaces) {
        let set = |family: &Family<Labels, Gauge>, label, number: u64| {
            let gauge = family.get_or_create_owned(&vec![label]);
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        };
        for (pool, places) in [("hash", free.hash), ("sign", free.sign)] {
            let places = u64::try_from(places).unwrap_or(u64::MAX);
            set(&self.places, ("pool", pool), places);
        }
        self.index.set(reading.index_stands.into());
        self.record.set(reading.backlog.is_some().into());
        let Some(backlog) = reading.backlog else {
            self.mails.clear();
            self.logouts.clear();
            return;
        };
        set(&self.mails, ("state", "waiting"), backlog.mails_waiting);
        set(&self.mails, ("state", "retrying"), backlog.mails_retrying);
        set(&self.mails, ("state", "given_up"), backlog.mails_given_up);
        set(&self.logouts, ("state", "waiting"), backlog.logouts_waiting);
        set(
            &self.logouts,
            ("state", "retrying"),
            backlog.logouts_retrying,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: FreePlaces = FreePlaces { hash: 7, sign: 9 };

    fn reading(backlog: Option<Backlog>) -> Reading {
        Reading {
            backlog,
            index_stands: backlog.is_some(),
        }
    }

    const BACKLOG: Backlog = Backlog {
        mails_waiting: 1,
        mails_retrying: 2,
        mails_given_up: 3,
        logouts_waiting: 4,
        logouts_retrying: 5,
    };

    fn told(metrics: &Metrics, backlog: Option<Backlog>) -> String {
        let requests = Requests::new(std::iter::empty());
        metrics.text(&requests, reading(backlog), FREE).unwrap()
    }

    #[test]
    fn counts_what_it_is_told() {
        let metrics = Metrics::default();
        metrics.tried(Proof::App, Outcome::Refused);
        metrics.asked_for_tokens(GrantType::DeviceCode, Outcome::Pending);
        metrics.asked_for_tokens(GrantType::DeviceCode, Outcome::Pending);
        metrics.tried_mail(Delivery::Retried);
        metrics.tried_logout(Delivery::GivenUp);
        metrics.checked_password(Hash::Scrypt);
        metrics.checked_revocation(Memory::Fallback);
        metrics.checked_limit(Memory::Shared);
        let text = told(&metrics, Some(BACKLOG));
        for line in [
            "vidimus_sign_in_attempts_total{proof=\"totp\",outcome=\"refused\"} 1",
            "vidimus_sign_in_attempts_total{proof=\"totp\",outcome=\"accepted\"} 0",
            "vidimus_passwords_checked_total{hash=\"scrypt\"} 1",
            "vidimus_token_requests_total{grant=\"device_code\",outcome=\"pending\"} 2",
            "vidimus_mail_attempts_total{outcome=\"retried\"} 1",
            "vidimus_logout_attempts_total{outcome=\"given_up\"} 1",
            "vidimus_revocation_checks_total{memory=\"fallback\"} 1",
            "vidimus_revocation_checks_total{memory=\"shared\"} 0",
            "vidimus_limit_checks_total{memory=\"shared\"} 1",
            "vidimus_mails{state=\"given_up\"} 3",
            "vidimus_logouts{state=\"retrying\"} 5",
            "vidimus_free_places{pool=\"hash\"} 7",
            "vidimus_free_places{pool=\"sign\"} 9",
            "vidimus_revocation_index_up 1",
            "vidimus_record_up 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in {text}");
        }
    }

    /// Every counter is there from the start, so that its first step is seen as one.
    #[test]
    fn every_counter_begins_at_nothing() {
        let text = told(&Metrics::default(), None);
        let counters = text.lines().filter(|line| line.contains("_total{"));
        let (lines, zeros) = counters.fold((0, 0), |(lines, zeros), line| {
            (lines + 1, zeros + usize::from(line.ends_with(" 0")))
        });
        assert_eq!((lines, zeros), (5 * 5 + 4 + 5 * 6 + 3 + 3 + 2 + 2, lines));
    }

    #[test]
    fn what_the_record_does_not_say_is_not_told() {
        let metrics = Metrics::default();
        assert!(told(&metrics, Some(BACKLOG)).contains("vidimus_mails{"));
        let text = told(&metrics, None);
        assert!(!text.contains("vidimus_mails{") && !text.contains("vidimus_logouts{"));
        assert!(text.contains("vidimus_record_up 0"));
        assert!(text.contains("vidimus_free_places{pool=\"hash\"} 7"));
    }
}
