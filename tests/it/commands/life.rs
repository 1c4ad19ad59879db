//! How a server starts, refuses to start, and stops.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::program::Site;

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_new() {
    let site = Site::on_sqlite();
    let serving = site.serve().await;
    let address = ("127.0.0.1", site.port());
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut busy = TcpStream::connect(address).await.unwrap();
    let head = "POST /token HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 11\r\n\r\n";
    busy.write_all(head.as_bytes()).await.unwrap();
    // It says so when it begins to wait for the body: the request is in flight.
    assert!(some(&mut busy).await.starts_with("HTTP/1.1 100"));

    serving.terminate();
    serving.until_logged("stopping").await;
    // A moment later this connection would be closed without a word, which says the same.
    let asked = silent
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await;
    let answer = some(&mut silent).await;
    if asked.is_ok() && !answer.is_empty() {
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("stopping"), "{answer}");
    }
    // The line is logged just before the port closes.
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let limit = Duration::from_secs(5);
    tokio::time::timeout(limit, closed)
        .await
        .expect("it takes no new connections");

    busy.write_all(b"client_id=x").await.unwrap();
    let answer = some(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(
        answer.to_ascii_lowercase().contains("connection: close"),
        "{answer}"
    );
    assert!(answer.contains("\"error\""), "cut off: {answer}");

    let (status, log) = serving.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["signal"], "SIGTERM", "{last}");
    assert_eq!(last["unfinished"], 0, "{last}");
    assert_eq!(last["message"], "vidimus stopped because it was asked to");
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let site = Site::on_sqlite();
    let serving = site.serve().await;
    let second = site.neighbour().run(&["serve"]);
    assert_eq!((second.code, second.data.as_str()), (1, ""));
    assert!(second.talk.contains("another server runs on"), "{second:?}");
    // A killed server leaves nothing behind that would keep the next one off.
    serving.kill();
    site.serve().await;
}

#[tokio::test]
async fn another_master_key_is_refused() {
    let site = Site::on_sqlite();
    site.serve().await.kill();
    refuses_another_master_key(&site);
}

#[tokio::test]
async fn another_master_key_is_refused_beside_a_server_on_postgres() {
    let site = Site::on_postgres().await;
    let _serving = site.serve().await;
    refuses_another_master_key(&site);
}

fn refuses_another_master_key(site: &Site) {
    let stranger = site.neighbour();
    for arguments in [
        &["serve"][..],
        &["key", "rotate"],
        &["key", "rotate", "--emergency"],
    ] {
        let refused = stranger.run(arguments);
        assert_eq!(
            (refused.code, refused.data.as_str()),
            (1, ""),
            "{refused:?}"
        );
        assert!(refused.talk.contains("master key"), "{refused:?}");
    }
}

#[tokio::test]
async fn an_empty_database_is_not_migrated_when_that_is_not_wanted() {
    refuses_to_migrate(&Site::on_sqlite()).await;
}

#[tokio::test]
async fn an_empty_postgres_database_is_not_migrated_when_that_is_not_wanted() {
    refuses_to_migrate(&Site::on_postgres().await).await;
}

async fn refuses_to_migrate(site: &Site) {
    let refused = site.run(&["serve", "--no-migrate"]);
    assert_eq!(
        (refused.code, refused.data.as_str()),
        (1, ""),
        "{refused:?}"
    );
    assert!(refused.talk.contains("vidimus migrate up"), "{refused:?}");
    let status = site.run(&["migrate", "status"]);
    assert_eq!(status.code, 10, "it migrated all the same: {status:?}");
    assert_eq!(site.run(&["migrate", "up"]).code, 0);
    site.serve_with(&["serve", "--no-migrate"]).await;
}

/// What comes next on a connection; empty when it was closed.
async fn some(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let read = stream.read(&mut buffer).await.unwrap_or(0);
    String::from_utf8(buffer[..read].to_vec()).unwrap()
}
