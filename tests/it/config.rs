//! The configuration as an operator meets it: through the program.

use std::process::{Command, Output};

/// Runs the program in an empty folder with nothing in its environment but `variables`.
fn vidimus(arguments: &[&str], variables: &[(&str, &str)], file: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        std::fs::write(folder.path().join("vidimus.toml"), text).unwrap();
    }
    Command::new(env!("CARGO_BIN_EXE_vidimus"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn talk(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn reads_the_file_in_the_working_folder() {
    let output = vidimus(
        &["config", "show", "--origin"],
        &[],
        Some("listen = \"127.0.0.1:9\"\n"),
    );
    assert_eq!(output.status.code(), Some(0));
    let data = String::from_utf8(output.stdout).unwrap();
    let line = data
        .lines()
        .find(|line| line.starts_with("listen"))
        .unwrap();
    assert!(
        line.contains("\"127.0.0.1:9\"") && line.contains("vidimus.toml:1"),
        "{line}"
    );
}

#[test]
fn shows_where_a_value_is_wrong_and_exits_with_2() {
    let file = "issuer = \"https://id.example.com/\"\nlistne = \"127.0.0.1:1\"\n";
    let output = vidimus(&["config", "check"], &[], Some(file));
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let talk = talk(&output);
    assert!(
        talk.starts_with("error: 2 problems in vidimus.toml\n"),
        "{talk}"
    );
    assert!(
        talk.contains("vidimus.toml:1:10 ") && talk.contains("did you mean `listen`?"),
        "{talk}"
    );
}

#[test]
fn refuses_a_misspelt_variable_and_hints_at_those_of_kubernetes() {
    let misspelt = vidimus(&["config", "check"], &[("VIDIMUS_LISTNE", "x")], None);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(talk(&misspelt).contains("did you mean VIDIMUS_LISTEN?"));
    let injected = [
        ("VIDIMUS_PORT", "tcp://10.0.0.1:80"),
        ("VIDIMUS_SERVICE_HOST", "10.0.0.1"),
    ];
    let output = vidimus(&["config", "check"], &injected, None);
    assert_eq!(output.status.code(), Some(0));
    let hints = talk(&output)
        .lines()
        .filter(|line| line.starts_with("hint: "))
        .count();
    assert_eq!(hints, 1);
}

#[test]
fn masks_secrets_wherever_settings_are_shown() {
    let variables = [(
        "VIDIMUS_DATABASE_URL",
        "postgres://vidimus:hunter2@localhost/vidimus",
    )];
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["config", "check"],
    ] {
        let output = vidimus(arguments, &variables, None);
        assert_eq!(output.status.code(), Some(0));
        let everything = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8(everything).unwrap().contains("hunter2"));
    }
}
