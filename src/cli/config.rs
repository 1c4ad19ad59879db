//! `vidimus config`: what is set, and from where.

use serde_json::{Map, Value, json};

use super::Failure;
use super::arguments::ConfigCommand;
use super::output::{Output, table};
use crate::config::{Effective, Loaded};
use crate::server;

/// Carries out one command. The configuration has loaded, so it is right as far as its texts tell;
/// the check reads the files that they name as well.
pub(super) fn run(
    loaded: &Loaded,
    command: &ConfigCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check => {
            server::check_files(&loaded.config)?;
            output.talk("the configuration is right")
        }
        ConfigCommand::Show { origin } => {
            let members = loaded.effective.iter().map(|setting| {
                let value = if *origin {
                    json!({ "value": setting.value, "origin": setting.origin.to_string() })
                } else {
                    json!(setting.value)
                };
                (setting.key.to_owned(), value)
            });
            let document: Map<String, Value> = members.collect();
            output.data(&document, |_| lines(&loaded.effective, *origin))
        }
    }
}

/// Each line can be pasted into the file; origins follow as comments.
fn lines(effective: &[Effective], origin: bool) -> Vec<String> {
    let rows: Vec<Vec<String>> = effective
        .iter()
        .map(|setting| {
            let line = match &setting.value {
                Some(value) => format!("{} = {value}", setting.key),
                None => format!("# {} is not set", setting.key),
            };
            if origin {
                vec![line, format!("# {}", setting.origin)]
            } else {
                vec![line]
            }
        })
        .collect();
    table(&rows)
}
