//! `VIDIMUS_*` variables.

use std::collections::BTreeMap;

use super::problem::{Complaint, Place, Problem};
use super::raw::{Given, Origin};
use super::row::Setting;
use super::setting::SETTINGS;
use super::suggest::nearest;

/// What all our variables begin with.
pub(super) const PREFIX: &str = "VIDIMUS_";
/// Names the configuration file; no setting, because it says where settings are.
pub(super) const FILE_VARIABLE: &str = "VIDIMUS_CONFIG";
/// A secret's variable with this ending names a file that holds the value.
const FILE_ENDING: &str = "_FILE";

/// Our variables of this process. Bytes that are no text become U+FFFD, which no setting accepts.
pub fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub(super) given: Vec<(&'static Setting, Given)>,
    pub(super) problems: Vec<Problem>,
    pub(super) hints: Vec<String>,
}

/// Sorts variables into settings, problems and hints.
pub(super) fn read(environment: &[(String, String)]) -> Variables {
    let mut rest: BTreeMap<&str, &str> = environment
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && name != FILE_VARIABLE)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut variables = Variables::default();
    for setting in SETTINGS {
        let name = setting.variable();
        let plain = rest.remove(name.as_str());
        let file_name = format!("{name}{FILE_ENDING}");
        let file = if setting.secret {
            rest.remove(file_name.as_str())
        } else {
            None
        };
        match (plain, file) {
            (Some(_), Some(_)) => variables.problems.push(named(
                &name,
                Complaint::new(format!("and {file_name} are both set; set one of them")),
            )),
            (Some(value), None) => variables.take(setting, name, value),
            (None, Some(path)) => variables.take_file(setting, file_name, path),
            (None, None) => {}
        }
    }
    variables.judge_unknown(&rest);
    variables
}

impl Variables {
    fn take(&mut self, setting: &'static Setting, name: String, value: &str) {
        if value.contains(char::REPLACEMENT_CHARACTER) {
            let complaint = Complaint::new("holds bytes that are no UTF-8");
            self.problems.push(named(&name, complaint));
            return;
        }
        let given = Given {
            text: value.to_owned(),
            origin: Origin::Variable(name.clone()),
            place: Place::Named {
                name,
                value: (!setting.secret).then(|| value.to_owned()),
            },
        };
        self.given.push((setting, given));
    }

    fn take_file(&mut self, setting: &'static Setting, name: String, path: &str) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let complaint =
                    Complaint::new(format!("names {path}, which cannot be read: {error}"));
                self.problems.push(named(&name, complaint));
                return;
            }
        };
        // Editors and `echo` end a file with one newline; a second one is part of the secret.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let given = Given {
            text: text.to_owned(),
            origin: Origin::SecretFile {
                variable: name.clone(),
                path: path.to_owned(),
            },
            place: Place::Named { name, value: None },
        };
        self.given.push((setting, given));
    }

    fn judge_unknown(&mut self, rest: &BTreeMap<&str, &str>) {
        let mut injected = Vec::new();
        for (name, value) in rest {
            if is_service_link(name, value) {
                injected.push(*name);
                continue;
            }
            let variables: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
            let known = variables.iter().map(String::as_str);
            let complaint = match nearest(name, known.chain([FILE_VARIABLE])) {
                Some(meant) => format!("is no setting, did you mean {meant}?"),
                None => "is no setting".to_owned(),
            };
            self.problems.push(named(name, Complaint::new(complaint)));
        }
        if let Some(first) = injected.first() {
            self.hints.push(format!(
                "ignored {} variable(s) like {first} that Kubernetes sets for services; \
                 `enableServiceLinks: false` in the pod keeps them out",
                injected.len()
            ));
        }
    }
}

fn named(name: &str, complaint: Complaint) -> Problem {
    let place = Place::Named {
        name: name.to_owned(),
        value: None,
    };
    Problem { place, complaint }
}

/// Kubernetes sets `NAME_PORT=tcp://…`, `NAME_SERVICE_HOST` and more for every service, and a
/// service may well be called `vidimus` or `vidimus-redis`.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_url = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let is_host = name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT");
    let after_port = name.rsplit_once("_PORT_").map_or("", |(_, rest)| rest);
    let is_detail = after_port
        .split_once('_')
        .is_some_and(|(port, _)| port.bytes().all(|b| b.is_ascii_digit()));
    is_host || is_detail || (is_url && name.ends_with("_PORT"))
}
