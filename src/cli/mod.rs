//! The command line.
//!
//! Owns: arguments, exit codes, what is data (standard output) and what is talk (standard error).
//! Refuses to know: the rules that the commands carry out.

mod api;
mod arguments;
pub mod backend;
mod ban;
mod client;
mod config;
mod consent;
mod desk;
mod event;
mod event_arguments;
mod factors;
mod failure;
mod follow;
mod group;
mod healthcheck;
mod invite;
mod key;
mod logout;
mod mail;
mod mail_arguments;
mod metadata_arguments;
mod migrate;
mod new_password;
mod output;
mod password_policy;
mod realm;
mod realm_arguments;
mod registration_token;
mod role;
mod user;
mod user_arguments;
mod user_import;
mod user_update;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use crate::config::{Config, Flag, Loaded, Sources, load, process_environment};
use crate::server::{self, Migration};
use crate::telemetry;

use arguments::ServeArgs;
pub use arguments::{Arguments, Command};
pub use desk::Desk;
pub use failure::{Failure, FailureKind};
pub use output::Output;

/// Runs the process: reads the arguments, carries them out, tells the exit code.
pub fn main() -> ExitCode {
    let (mut data, mut talk) = (io::stdout(), io::stderr());
    let environment = process_environment();
    ExitCode::from(run(std::env::args_os(), environment, &mut data, &mut talk))
}

/// Carries out one command line and returns its exit code.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: Vec<(String, String)>,
    data: &mut dyn io::Write,
    talk: &mut dyn io::Write,
) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) => {
            // Help and version are data and no failure; the rest is talk.
            let (written, code) = if help.use_stderr() {
                (write!(talk, "{}", help.render()), FailureKind::Usage.code())
            } else {
                (write!(data, "{}", help.render()), 0)
            };
            return written.map_or(FailureKind::Failed.code(), |()| code);
        }
    };
    let mut output = Output::new(data, talk, arguments.json);
    match block_on(arguments, environment, &mut output) {
        Ok(()) => 0,
        Err(failure) => {
            let code = failure.kind.code();
            match output.talk(format_args!("error: {failure}")) {
                Ok(()) | Err(_) => code,
            }
        }
    }
}

fn block_on(
    arguments: Arguments,
    environment: Vec<(String, String)>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let serves = matches!(arguments.command, Command::Serve(_) | Command::Demo(_));
    let mut runtime = if serves {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(Box::pin(carry_out(arguments, environment, output)))
}

async fn carry_out(
    arguments: Arguments,
    environment: Vec<(String, String)>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    // The demo has settings of its own: whatever lies around must not break it.
    if let Command::Demo(demo) = &arguments.command {
        return backend::demo(demo.port, demo.print_env, output).await;
    }
    let sources = Sources {
        file: arguments.config,
        environment,
        flags: flags(&arguments.command),
    };
    let loaded = load(&sources)?;
    for hint in &loaded.hints {
        output.talk(format_args!("hint: {hint}"))?;
    }
    let config = &loaded.config;
    match arguments.command {
        Command::Demo(_) => Ok(()),
        Command::Serve(serve) => run_server(&loaded, &serve).await,
        Command::Config(command) => config::run(&loaded, &command, output),
        Command::Migrate(command) => migrate::run(config, &command, output).await,
        Command::Healthcheck(check) => healthcheck::run(config, &check, output).await,
        command @ (Command::Client(_)
        | Command::Api(_)
        | Command::User(_)
        | Command::Role(_)
        | Command::Group(_)
        | Command::Realm(_)
        | Command::Logout(_)
        | Command::Event(_)
        | Command::Mail(_)
        | Command::Ban(_)
        | Command::RegistrationToken(_)
        | Command::Key(_)) => at_desk(config, &arguments.realm, command, output).await,
    }
}

/// The commands that work on the record.
async fn at_desk(
    config: &Config,
    realm: &str,
    command: Command,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let desk = Desk::open(config, realm).await?;
    let done = match command {
        Command::Client(command) => client::run(&desk, config, command, output).await,
        Command::Api(command) => api::run(&desk, command, output).await,
        Command::User(command) => user::run(&desk, config, command, output).await,
        Command::Role(command) => role::run(&desk, command, output).await,
        Command::Group(command) => group::run(&desk, command, output).await,
        Command::Realm(command) => realm::run(&desk, command, output).await,
        Command::Logout(command) => logout::run(&desk, command, output).await,
        Command::Event(command) => event::run(&desk, command, output).await,
        Command::Mail(command) => mail::run(&desk, config, command, output).await,
        Command::Ban(command) => ban::run(&desk, command, output).await,
        Command::RegistrationToken(command) => {
            registration_token::run(&desk, command, output).await
        }
        Command::Key(command) => key::run(&desk, config, command, output).await,
        // These have been carried out without it.
        Command::Demo(_)
        | Command::Serve(_)
        | Command::Config(_)
        | Command::Migrate(_)
        | Command::Healthcheck(_) => Ok(()),
    };
    desk.close().await;
    done
}

async fn run_server(loaded: &Loaded, arguments: &ServeArgs) -> Result<(), Failure> {
    telemetry::init(&loaded.config.log).map_err(anyhow::Error::from)?;
    let migration = if arguments.no_migrate {
        Migration::Refuse
    } else {
        Migration::Apply
    };
    let served = server::run(&loaded.config, migration).await;
    if let Err(error) = &served {
        tracing::error!(
            error = format!("{error:#}"),
            "vidimus stopped because it failed"
        );
    }
    served.map(|_reason| ()).map_err(Failure::from)
}

/// The settings that flags of `serve` stand for.
fn flags(command: &Command) -> Vec<Flag> {
    let Command::Serve(serve) = command else {
        return Vec::new();
    };
    let flag = |key, flag, value: &Option<String>| {
        let value = value.clone()?;
        Some(Flag { key, flag, value })
    };
    [
        flag("listen", "--listen", &serve.listen),
        flag("issuer", "--issuer", &serve.issuer),
        flag("data", "--data", &serve.data),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use clap::CommandFactory as _;

    fn vidimus(arguments: &[&str]) -> (u8, String, String) {
        let (mut data, mut talk) = (Vec::new(), Vec::new());
        let arguments = ["vidimus"].iter().chain(arguments).map(OsString::from);
        let code = run(arguments, Vec::new(), &mut data, &mut talk);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code, text(data), text(talk))
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_is_data_with_examples_and_a_mistake_is_talk_with_code_2() {
        let (code, data, talk) = vidimus(&["--help"]);
        assert_eq!((code, talk.as_str()), (0, ""));
        assert!(data.contains("Examples:"), "{data}");
        let (code, data, talk) = vidimus(&["clinet"]);
        assert_eq!((code, data.as_str()), (2, ""));
        assert!(talk.contains("client"), "{talk}");
    }

    #[test]
    fn a_password_cannot_be_given_twice_nor_as_a_flag() {
        let two = [
            "user",
            "set-password",
            "ada",
            "--password-stdin",
            "--password-file",
            "x",
        ];
        assert_eq!(vidimus(&two).0, 2);
        assert_eq!(
            vidimus(&["user", "set-password", "ada", "--password", "x"]).0,
            2
        );
    }

    #[test]
    fn shows_settings_with_their_origin_as_text_and_json() {
        let (code, data, _) = vidimus(&["config", "show", "--origin"]);
        assert_eq!(code, 0);
        assert!(data.contains("log.level = \"info\""), "{data}");
        assert!(data.contains("# default"));
        let (_, data, _) = vidimus(&["config", "show", "--origin", "--json"]);
        let document: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(document["log.level"]["origin"], "default");
    }

    #[test]
    fn a_missing_file_is_a_configuration_error() {
        let (code, _, talk) = vidimus(&["config", "check", "--config", "/nowhere/vidimus.toml"]);
        assert_eq!(code, 2);
        assert!(talk.starts_with("error: 1 problem in"), "{talk}");
    }
}
