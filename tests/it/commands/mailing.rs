//! `vidimus mail` against a mail server, and templates of an operator's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use vidimus::clock::{Clock as _, SystemClock};
use vidimus::flows::mail;
use vidimus::protocol::ids::RealmId;
use vidimus::secret::Digest;
use vidimus::store::MailFilter;

use crate::mail::{DAY, insides_of, register};
use crate::support::mail_server::{MailServer, Mood};
use crate::support::program::{Done, Site, until};

const URL: &str = "VIDIMUS_MAIL__URL";

fn mailing_to(server: &MailServer) -> Site {
    let url = format!("smtp+insecure://localhost:{}", server.port);
    Site::on_sqlite().with(URL, &url)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_says_what_the_mail_server_answered() {
    let server = MailServer::start().await;
    let site = mailing_to(&server).with("VIDIMUS_MAIL__FROM", "Post <post@id.example.test>");
    let trial = ["mail", "test", "ada@example.com", "--language", "fr"];
    let done = site.run(&trial);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.data, "sent to ada@example.com: 250 taken\n");
    let mail = server.only();
    assert_eq!(mail.to, ["ada@example.com"]);
    assert_eq!(mail.header("From").unwrap(), "Post <post@id.example.test>");
    assert!(mail.html().contains("<html lang=\"fr\""));
    server.set(Mood::Refuses);
    let refused = site.run(&trial);
    assert_eq!((refused.code, refused.data.as_str()), (5, ""));
    assert!(refused.talk.contains("nobody of that name"), "{refused:?}");
    let nobody = site.run(&["mail", "test", "no address"]);
    assert_eq!(nobody.code, 5, "{nobody:?}");
    assert_eq!(site.run(&["mail", "list", "--json"]).json(), json!([]));
}

/// A dead letter is tried again by a command beside the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_is_listed_and_tried_again() {
    let server = MailServer::start().await;
    server.set(Mood::Refuses);
    let site = mailing_to(&server);
    let _serving = site.serve().await;
    let (store, master) = insides_of(&site).await;
    let id = register((&store, &master), "ada", DAY, SystemClock.now()).await;
    let failed = || site.run(&["mail", "list", "--failed", "--json"]).json();
    until("it is given up", async || {
        failed()[0]["state"] == "given up"
    })
    .await;
    let one = failed()[0].clone();
    assert_eq!(
        (&one["id"], &one["kind"]),
        (&json!(id), &json!("confirm-address"))
    );
    assert!(
        one["last_answer"].as_str().unwrap().contains("550"),
        "{one}"
    );
    server.set(Mood::Takes);
    let again = site.run(&["mail", "retry", &id]);
    assert_eq!(again.code, 0, "{again:?}");
    server.takes(1).await;
    let all = || site.run(&["mail", "list", "--json"]).json();
    until("it is sent", async || all()[0]["state"] == "sent").await;
    assert_eq!(site.run(&["mail", "retry", &id]).code, 3);
    let text = site.run(&["mail", "list"]);
    assert!(
        text.talk.contains("0 waiting, 1 sent, 0 given up"),
        "{text:?}"
    );
    assert!(!text.data.contains("example.com"), "{text:?}");
    assert_eq!(server.delivered().len(), 1);
}

#[test]
fn mails_into_a_folder_are_whole_files_for_their_owner() {
    let site = Site::on_sqlite();
    let folder = site.path("out");
    let site = site.with(URL, &format!("file://{}", folder.display()));
    let done = site.run(&["mail", "test", "ada@example.com"]);
    assert_eq!(done.code, 0, "{done:?}");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [file] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(file.extension().unwrap(), "eml");
    assert_eq!(mode(file), 0o600);
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains("To: ada@example.com\r\n"), "{text}");
    assert!(text.ends_with("--\r\n"), "{text}");
}

fn refused(done: &Done, setting: &str) {
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.talk.contains(setting), "{done:?}");
    assert!(!done.talk.contains("horse"), "{done:?}");
}

#[test]
fn wrong_settings_and_templates_are_found_by_the_check_and_stop_the_start() {
    let with = |name: &str, value: &str| Site::on_sqlite().with(name, value);
    for (site, setting) in [
        (
            with(URL, "smtp+insecure://post:horse@mail.example.com"),
            "mail.url",
        ),
        (
            with(URL, "https://post:horse@mail.example.com"),
            "VIDIMUS_MAIL__URL",
        ),
        (
            with("VIDIMUS_MAIL__FROM", "nobody").with(URL, "file:///tmp/out"),
            "mail.from",
        ),
        (
            with("VIDIMUS_MAIL__REPLY_TO", "nobody").with(URL, "file:///tmp/out"),
            "mail.reply_to",
        ),
        (
            with("VIDIMUS_MAIL__CA_FILE", "/nowhere.pem").with(URL, "smtps://mail.example.com"),
            "mail.ca_file",
        ),
        (
            with("VIDIMUS_MAIL__TEMPLATES", "/nowhere"),
            "mail.templates",
        ),
    ] {
        refused(&site.run(&["config", "check"]), setting);
        refused(&site.run(&["serve"]), setting);
    }
    let site = Site::on_sqlite();
    let templates = site.path("words");
    fs::create_dir_all(templates.join("en")).unwrap();
    let site = site.with("VIDIMUS_MAIL__TEMPLATES", templates.to_str().unwrap());
    let own = templates.join("en/test.txt");
    fs::write(&own, "{{ lnik }}").unwrap();
    refused(&site.run(&["config", "check"]), "en/test");
    fs::write(&own, "Tried by {{ realm }}\n").unwrap();
    assert_eq!(site.run(&["config", "check"]).code, 0);
    let preview = site.run(&["mail", "preview", "test"]);
    assert!(preview.data.contains("Tried by "), "{preview:?}");
}

/// Owners are told of what is done to their accounts at the operator's desk, with a link that locks
/// the account; who has no address is told nothing.
#[tokio::test]
async fn owners_are_told_of_what_an_operator_does() {
    let site = Site::on_sqlite();
    let ada = [
        "user",
        "create",
        "--username",
        "ada",
        "--email",
        "ada@example.com",
    ];
    assert_eq!(site.run(&ada).code, 0);
    assert_eq!(site.run(&["user", "create", "--username", "bob"]).code, 0);
    for name in ["ada", "bob"] {
        let set = ["user", "set-password", name, "--password-stdin"];
        let done = site.run_with_input(&set, "another-horse-battery\n");
        assert_eq!(done.code, 0, "{done:?}");
        let done = site.run(&["user", "reset-factors", name]);
        assert_eq!(done.code, 0, "{done:?}");
    }
    let (store, master) = insides_of(&site).await;
    let realm = RealmId::default_realm();
    let listed = store.list_mails(&realm, MailFilter::All, 10).await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|row| mail::read(&master, &realm, &row.id, row.sealed.as_deref().unwrap()).unwrap())
        .collect();
    let mut kinds: Vec<_> = told.iter().map(|mail| mail.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["factors-reset", "password-changed"]);
    for mail in told {
        assert_eq!(mail.to, "ada@example.com");
        let link = &mail.values["lock_link"];
        let (_, token) = link.split_once("/lock-account?token=").unwrap();
        let kept = store.link(&realm, &Digest::of(token)).await.unwrap();
        assert_eq!(kept.unwrap().email, "ada@example.com");
    }
}
