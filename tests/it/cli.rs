//! The command line through the program: exit codes and streams.

use std::net::TcpListener;
use std::process::{Command, Output};

fn vidimus(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_vidimus"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn a_healthcheck_of_nobody_is_unreachable() {
    // Bound and closed again: nobody listens there now.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let output = vidimus(&["healthcheck", "--listen", &address]);
    assert_eq!(output.status.code(), Some(5));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_bad_client_type_is_a_usage_error() {
    let output = vidimus(&["client", "create", "--type", "webb", "--name", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("'web'"));
}
