//! `vidimus event`, and the same events in the log of a server.

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use super::{PASSWORD, register_person};
use crate::support::postgres::fresh_database;
use crate::support::program::{Site, until};
use crate::support::wire_client::WireClient;

#[test]
fn tells_what_commands_changed_on_sqlite() {
    tells(&Site::on_sqlite());
}

#[tokio::test]
async fn tells_what_commands_changed_on_postgres() {
    tells(&Site::on_postgres().await);
}

/// The events of a command, one JSON object a line.
fn lines(site: &Site, arguments: &[&str]) -> Vec<Value> {
    let done = site.run(&[&["event"], arguments].concat());
    assert_eq!(done.code, 0, "{done:?}");
    let lines = done.data.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    let kinds = events.iter().map(|event| event["event"].as_str().unwrap());
    kinds.collect()
}

fn tells(site: &Site) {
    register_person(site, "ada");
    let client = WireClient::register(site);
    let rotate = ["client", "update", &client.id, "--rotate-secret"];
    assert_eq!(site.run(&rotate).code, 0);
    let rename = ["client", "update", &client.id, "--name", "Jotter"];
    assert_eq!(site.run(&rename).code, 0);
    assert_eq!(site.run(&["user", "lock", "ada"]).code, 0);

    let all = [
        "user.created",
        "client.created",
        "client.secret_replaced",
        "client.changed",
        "user.locked",
    ];
    let tail = lines(site, &["tail", "--json"]);
    assert_eq!(kinds(&tail), all);
    assert_eq!(tail[3]["detail"]["client_name"], "\"Notes\" -> \"Jotter\"");
    assert_eq!(tail[3]["client"], client.id);
    assert_eq!(
        kinds(&lines(site, &["tail", "--json", "--lines", "2"])),
        all[3..]
    );
    let of = |arguments: &[&str]| {
        let found = lines(site, &[&["export"], arguments].concat());
        kinds(&found)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), all);
    assert_eq!(of(&["--user", "ada"]), ["user.created", "user.locked"]);
    assert_eq!(of(&["--client", &client.id]), all[1..4]);
    assert_eq!(of(&["--type", "user.locked"]), ["user.locked"]);
    assert_eq!(of(&["--since", "1h"]), all);
    assert!(of(&["--until", "2026-01-01"]).is_empty());
    assert_eq!(
        of(&["--since", "2026-01-01T00:00:00Z", "--until", "0s"]),
        all
    );
    let gone = tail[0]["user"].as_str().unwrap();
    assert_eq!(of(&["--user", gone]), ["user.created", "user.locked"]);

    forms(site, &all);
}

/// As an array, as text, and what is no question.
fn forms(site: &Site, all: &[&str]) {
    for array in [["--format", "json"].as_slice(), &["--json"]] {
        let array = site.run(&[&["event", "export"], array].concat()).json();
        assert_eq!(kinds(array.as_array().unwrap()), all);
    }
    let none = ["event", "export", "--type", "key.retired", "--json"];
    assert_eq!(site.run(&none).json(), serde_json::json!([]));
    let text = site.run(&["event", "tail", "--type", "user.locked"]).data;
    assert!(
        text.contains("Z  user.locked             user=usr_"),
        "{text}"
    );
    assert!(!text.contains(PASSWORD));

    for (code, wrong) in [
        (2, ["--type", "user.eaten"]),
        (2, ["--since", "yesterday"]),
        (3, ["--user", "nobody"]),
    ] {
        let done = site.run(&[&["event", "export"], wrong.as_slice()].concat());
        assert_eq!((done.code, done.data.as_str()), (code, ""), "{done:?}");
    }
}

/// An event of a transaction that began first and ended last has the smaller number, and appears
/// after the greater one. It is told, and nothing is told twice.
#[tokio::test]
async fn a_follower_tells_each_event_once_in_whatever_order_they_appear() {
    let url = fresh_database().await;
    let site = Site::on_sqlite().with("VIDIMUS_DATABASE_URL", &url);
    register_person(&site, "ada");
    let follower = site.launch(&["event", "tail", "--follow", "--json"]);
    follower.until_logged("user.created").await;
    let mut slow = PgConnection::connect(&url).await.unwrap();
    let mut transaction = slow.begin().await.unwrap();
    let insert = "INSERT INTO event (realm, at, kind, detail)
                  VALUES ('default', 1800000000000, 'key.retired', '{}')";
    sqlx::query(insert)
        .execute(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(site.run(&["user", "lock", "ada"]).code, 0);
    follower.until_logged("user.locked").await;
    assert!(!follower.log().contains("key.retired"));
    transaction.commit().await.unwrap();
    follower.until_logged("key.retired").await;
    assert_eq!(site.run(&["user", "unlock", "ada"]).code, 0);
    follower.until_logged("user.unlocked").await;
    let told = follower.log();
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        kinds(&told),
        [
            "user.created",
            "user.locked",
            "key.retired",
            "user.unlocked"
        ]
    );
    assert!(told[1]["sequence"].as_i64() > told[2]["sequence"].as_i64());
}

#[tokio::test]
async fn a_follower_tells_only_what_is_wanted() {
    let site = Site::on_sqlite();
    register_person(&site, "ada");
    let wanted = [
        "event",
        "tail",
        "--follow",
        "--lines",
        "0",
        "--type",
        "user.locked",
    ];
    let follower = site.launch(&wanted);
    // Whatever happens before its first look is not new to it.
    until("the follower tells of a lock", async || {
        site.run(&["user", "lock", "ada"]);
        site.run(&["user", "unlock", "ada"]);
        follower.log().contains("user.locked")
    })
    .await;
    let told = follower.log();
    assert!(
        !told.contains("user.created") && !told.contains("user.unlocked"),
        "{told}"
    );
}

#[tokio::test]
async fn a_server_logs_each_event_on_a_line_with_its_request() {
    logs(&Site::on_sqlite()).await;
}

#[tokio::test]
async fn a_server_on_postgres_logs_each_event_on_a_line_with_its_request() {
    logs(&Site::on_postgres().await).await;
}

async fn logs(site: &Site) {
    register_person(site, "ada");
    let client = WireClient::register(site);
    let serving = site.serve().await;
    let wrong = client.sign_in("ada", "not her password").await;
    assert_eq!(wrong.answer.status, 422);
    let right = client.sign_in("ada", PASSWORD).await;
    let tokens = client.tokens(&right.cookie()).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(client.refresh(refresh).await.unwrap().status, 200);
    assert_eq!(
        client.post("/revoke", &[("token", refresh)]).await.status,
        200
    );
    serving.until_logged("token.revoked").await;
    let log = serving.log();
    let told: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["event"].is_string() && line["event"] != "key.activated")
        .collect();
    assert_eq!(
        kinds(&told),
        [
            "sign_in.refused",
            "sign_in.succeeded",
            "token.issued",
            "token.issued",
            "token.revoked"
        ]
    );
    let request =
        |answer: &crate::support::Answer| answer.header("x-request-id").map(str::to_owned);
    assert_eq!(
        told[0]["request_id"].as_str().map(str::to_owned),
        request(&wrong.answer)
    );
    assert_eq!(
        told[1]["request_id"].as_str().map(str::to_owned),
        request(&right.answer)
    );
    assert_eq!(told[1]["detail"], "{\"amr\":\"pwd\"}");
    assert_eq!(told[1]["address"], "127.0.0.1");
    assert!(told[2]["span"]["request_id"].is_string(), "{}", told[2]);
    assert_eq!(told[3]["generation"], 1);
    let record = lines(site, &["export"]);
    // The token path writes what it changes, and no more.
    assert!(!kinds(&record).contains(&"token.issued"));
    // A key may have become active meanwhile.
    let last = record.iter().rfind(|line| line["event"] != "key.activated");
    assert_eq!(last.unwrap()["event"], "token.revoked");
    assert_eq!(last.unwrap()["client"], client.id);
}
