//! What each command writes, where, and with which exit code.

use serde_json::{Value, json};

use super::PASSWORD;
use super::roles::roles_and_groups;
use crate::support::program::{Done, Site};

const REDIRECT: &str = "https://notes.example.com/callback";

#[tokio::test]
async fn every_command_works_without_a_server_and_beside_one() {
    without_and_beside(&Site::on_sqlite()).await;
}

#[tokio::test]
async fn every_command_works_on_postgres_without_a_server_and_beside_one() {
    without_and_beside(&Site::on_postgres().await).await;
}

async fn without_and_beside(site: &Site) {
    migrates(site);
    let stopped = site.run(&["healthcheck"]);
    assert_eq!(
        (stopped.code, stopped.data.as_str()),
        (5, ""),
        "{stopped:?}"
    );
    every_command(site, "without");
    let _serving = site.serve().await;
    for check in [&["healthcheck"][..], &["healthcheck", "--ready"]] {
        let done = site.run(check);
        assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
        assert!(done.talk.contains("200"), "{done:?}");
    }
    every_command(site, "beside");
}

fn every_command(site: &Site, realm: &str) {
    realms(site, realm);
    let default = "default";
    mails(&InRealm {
        site,
        realm: default,
    });
    for realm in ["default", realm] {
        let site = InRealm { site, realm };
        clients(&site);
        apis(&site);
        people(&site, realm);
        invitations(&site);
        keys(&site);
        logouts(&site);
        bans(&site);
    }
    configuration(site);
    let status = site.run(&["migrate", "status", "--json"]).json();
    assert_eq!(status["pending"], json!([]));
    assert_eq!(site.run(&["migrate", "up"]).code, 0);
}

/// Commands on one realm.
pub(super) struct InRealm<'a> {
    site: &'a Site,
    realm: &'a str,
}

impl InRealm<'_> {
    pub(super) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with_input(arguments, "")
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let realm = ["--realm", self.realm];
        self.site
            .run_with_input(&[arguments, &realm].concat(), input)
    }

    /// The data of a command with `--json`.
    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).json()
    }

    pub(super) fn fails(&self, code: i32, arguments: &[&str]) {
        fails(code, &self.run(arguments));
    }
}

/// A failure has its code, no data, and one sentence for people.
fn fails(code: i32, done: &Done) {
    assert_eq!(done.code, code, "{done:?}");
    assert_eq!(done.data, "", "{done:?}");
    assert!(done.talk.contains("error: "), "{done:?}");
}

fn migrates(site: &Site) {
    let before = site.run(&["migrate", "status", "--json"]);
    assert_eq!(before.code, 10, "{before:?}");
    let missing: Value = serde_json::from_str(&before.data).unwrap();
    assert_eq!(missing["applied"], json!([]));
    let done = site.run(&["migrate", "up", "--json"]).json();
    assert_eq!(done["applied"], missing["pending"]);
    assert_eq!(site.run(&["migrate", "status"]).code, 0);
}

fn realms(site: &Site, slug: &str) {
    let created = site
        .run(&["realm", "create", slug, "--name", "Acme", "--json"])
        .json();
    assert_eq!(created[0]["name"], "Acme");
    fails(4, &site.run(&["realm", "create", slug]));
    fails(2, &site.run(&["realm", "create", "No Slug"]));
    fails(3, &site.run(&["user", "list", "--realm", "nowhere"]));
    let realms = site.run(&["realm", "list", "--json"]).json();
    let mut slugs = realms
        .as_array()
        .unwrap()
        .iter()
        .map(|realm| &realm["realm"]);
    assert!(slugs.any(|own| own == slug), "{realms}");
}

/// Nobody has signed out yet; `logout_delivery` fills the ledger.
fn logouts(site: &InRealm<'_>) {
    assert_eq!(site.json(&["logout", "list"]), json!([]));
    assert_eq!(site.json(&["logout", "list", "--failed"]), json!([]));
    let done = site.run(&["logout", "list"]);
    assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
}

/// Nobody has tried anything yet; `protection::bans` does.
fn bans(site: &InRealm<'_>) {
    assert_eq!(site.json(&["ban", "list"]), json!([]));
    site.fails(3, &["ban", "lift", "192.0.2.1"]);
    site.fails(2, &["ban", "lift", "nobody"]);
    site.fails(2, &["ban", "lift", "192.0.2.0/24"]);
}

/// Nothing was sent: at most the invitations of an earlier round wait. `mailing` sends.
fn mails(site: &InRealm<'_>) {
    assert!(site.json(&["mail", "list"]).is_array());
    assert_eq!(site.json(&["mail", "list", "--failed"]), json!([]));
    let done = site.run(&["mail", "list", "--waiting"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.talk.contains("0 sent, 0 given up"), "{done:?}");
    let retried = site.json(&["mail", "retry", "--all"]);
    assert_eq!(retried, json!({ "retried": 0 }));
    site.fails(3, &["mail", "retry", "nothing"]);
    site.fails(2, &["mail", "retry"]);
    // Nowhere to send it.
    site.fails(2, &["mail", "test", "ada@example.com"]);
    let preview = ["mail", "preview", "reset-password", "--language", "de"];
    let letter = site.json(&preview);
    assert!(letter["subject"].as_str().unwrap().contains("Passwort"));
    let text = site.run(&preview).data;
    assert!(
        text.starts_with(letter["subject"].as_str().unwrap()),
        "{text}"
    );
    assert!(text.contains("Hallo Ada,"), "{text}");
    let html = site.run(&[&preview[..], &["--html"]].concat()).data;
    assert!(html.starts_with("<!doctype html>"), "{html}");
    site.fails(2, &["mail", "preview", "no-such-mail"]);
    site.fails(2, &["mail", "preview", "test", "--language", "tlh"]);
}

fn clients(site: &InRealm<'_>) {
    let create = [
        "client",
        "create",
        "--type",
        "web",
        "--name",
        "Notes",
        "--redirect-uri",
        REDIRECT,
    ];
    let done = site.run(&[&create[..], &["--json"]].concat());
    let client = done.json();
    let id = client["client_id"].as_str().unwrap();
    let secret = client["client_secret"].as_str().unwrap();
    // RFC 7591 §3.2.1
    assert_eq!(client["client_secret_expires_at"], 0);
    assert_eq!(client["redirect_uris"], json!([REDIRECT]));
    assert_eq!(
        client["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    assert!(client["client_id_issued_at"].is_u64(), "{client}");
    assert!(done.talk.contains("not shown again") && !done.talk.contains(secret));
    let text = site.run(&create);
    assert!(
        text.data.contains("client_secret ") && text.code == 0,
        "{text:?}"
    );

    let shown = site.run(&["client", "get", id, "--json"]);
    assert_eq!(shown.json()["client_name"], "Notes");
    assert!(
        !shown.data.contains(secret) && shown.talk.is_empty(),
        "{shown:?}"
    );
    let listed = site.run(&["client", "list", "--json"]);
    let ids = listed.json();
    let mut ids = ids
        .as_array()
        .unwrap()
        .iter()
        .map(|client| &client["client_id"]);
    assert!(
        ids.any(|own| own == id) && !listed.data.contains(secret),
        "{listed:?}"
    );
    changed_clients(site, id, secret);
}

fn changed_clients(site: &InRealm<'_>, id: &str, secret: &str) {
    let renamed = site.json(&["client", "update", id, "--name", "Diary"]);
    assert_eq!(renamed["client_name"], "Diary");
    assert!(renamed.get("client_secret").is_none(), "{renamed}");
    let rotated = site.json(&["client", "update", id, "--rotate-secret"]);
    assert_ne!(rotated["client_secret"], secret);

    site.fails(
        2,
        &[
            "client",
            "update",
            id,
            "--redirect-uri",
            "http://notes.example.com/x",
        ],
    );
    site.fails(2, &["client", "create", "--type", "webb", "--name", "x"]);
    site.fails(
        2,
        &[
            "client", "create", "--type", "web", "--name", "x", "--secret", "y",
        ],
    );
    site.fails(3, &["client", "get", "nobody"]);
    site.fails(3, &["client", "update", "nobody", "--name", "x"]);
    let deleted = site.run(&["client", "delete", id]);
    assert_eq!(
        (deleted.code, deleted.data.as_str()),
        (0, ""),
        "{deleted:?}"
    );
    site.fails(3, &["client", "delete", id]);
    site.fails(3, &["client", "get", id]);
}

const API: &str = "https://notes.example.com/api";

fn apis(site: &InRealm<'_>) {
    let create = ["api", "create", API, "--name", "Notes", "--scope"];
    let created = site.json(&[&create[..], &["notes:read notes:write"]].concat());
    assert_eq!(created["identifier"], API);
    assert_eq!(created["scope"], "notes:read notes:write");
    assert_eq!(created["access_token_format"], "jwt");
    assert_eq!(created["access_token_type"], "at+jwt");
    assert_eq!(created["disabled"], false);
    site.fails(4, &[&create[..], &["notes:read"]].concat());
    for (id, more) in [
        ("notes", &["--scope", "a"][..]),
        ("https://notes.example.com/#a", &["--scope", "a"]),
        ("urn:other", &["--scope", "openid"]),
        ("urn:other", &["--scope", ""]),
        ("urn:other", &[]),
        ("urn:b", &["--scope", "a", "--access-token-lifetime", "5s"]),
        ("urn:b", &["--scope", "a", "--access-token-lifetime", "2d"]),
        (
            "urn:b",
            &["--scope", "a", "--access-token-lifetime", "long"],
        ),
        ("urn:b", &["--scope", "a", "--access-token-type", "id+jwt"]),
    ] {
        site.fails(2, &[&["api", "create", id, "--name", "x"], more].concat());
    }
    let listed = site.run(&["api", "list"]);
    assert!(listed.data.contains(API), "{listed:?}");
    changed_apis(site);
    let deleted = site.run(&["api", "delete", API]);
    let written = (deleted.code, deleted.data.as_str());
    assert_eq!(written, (0, ""), "{deleted:?}");
    for command in ["get", "update", "delete"] {
        site.fails(3, &["api", command, API]);
    }
}

fn changed_apis(site: &InRealm<'_>) {
    let update = |more: &str| {
        let more: Vec<&str> = more.split(' ').collect();
        site.json(&[&["api", "update", API], &more[..]].concat())
    };
    let changed = update("--access-token-format opaque --access-token-lifetime 5m");
    assert_eq!(changed["access_token_format"], "opaque");
    assert_eq!(changed["access_token_lifetime"], 300);
    assert_eq!(changed["access_token_type"], "at+jwt");
    update("--access-token-type JWT --default-lifetime --disable --name Diary --scope diary");
    let shown = site.json(&["api", "get", API]);
    assert_eq!(shown["access_token_type"], "JWT");
    assert_eq!(shown["access_token_format"], "opaque");
    assert_eq!(shown["access_token_lifetime"], Value::Null);
    assert_eq!(
        (&shown["name"], &shown["scope"]),
        (&json!("Diary"), &json!("diary"))
    );
    assert_eq!(shown["disabled"], true);
    assert_eq!(update("--enable")["disabled"], false);
}

fn held_and_let_go(site: &InRealm<'_>, name: &str) {
    for (off, state, on) in [
        ("lock", "locked", "unlock"),
        ("delete", "deleted_at", "restore"),
    ] {
        assert_eq!(site.run(&["user", off, name]).code, 0);
        let held = &site.json(&["user", "get", name])[state];
        assert!(*held == json!(true) || held.is_i64(), "{off}: {held}");
        assert_eq!(site.run(&["user", on, name]).code, 0);
        let held = &site.json(&["user", "get", name])[state];
        assert!(*held == json!(false) || held.is_null(), "{on}: {held}");
    }
}

fn people(site: &InRealm<'_>, realm: &str) {
    let name = format!("ada-{realm}");
    // Two passes in the default realm must not meet each other's people.
    let taken = site.run(&["user", "get", &name]).code == 0;
    let name = if taken { format!("{name}-again") } else { name };
    let email = format!("{name}@example.com");
    let create = [
        "user",
        "create",
        "--username",
        &name,
        "--email",
        &email,
        "--password-stdin",
    ];
    let user = site.run_with_input(&[&create[..], &["--json"]].concat(), PASSWORD);
    let id = user.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(user.json()["has_password"], true);
    assert!(
        !user.data.contains("argon2") && user.talk.is_empty(),
        "{user:?}"
    );
    fails(4, &site.run_with_input(&create, PASSWORD));
    site.fails(4, &["user", "invite", "--email", &email]);
    for known_as in [&name, &email, &id] {
        assert_eq!(site.json(&["user", "get", known_as])["id"], json!(id));
    }
    let listed = site.json(&["user", "list"]);
    let mut ids = listed.as_array().unwrap().iter().map(|user| &user["id"]);
    assert!(ids.any(|own| *own == json!(id)), "{listed}");

    belonging(site, &name);
    passwords(site, &name);
    assert_eq!(site.run(&["user", "disable", &name]).code, 0);
    assert_eq!(site.json(&["user", "get", &name])["disabled"], true);
    assert_eq!(site.run(&["user", "enable", &name]).code, 0);
    assert_eq!(site.json(&["user", "get", &name])["disabled"], false);
    held_and_let_go(site, &name);
    site.fails(4, &["user", "restore", &name]);
    let factors = site.json(&["user", "factors", &name]);
    assert_eq!(factors["authenticator_apps"], json!([]));
    assert_eq!(factors["recovery_codes_left"], 0);
    assert_eq!(site.run(&["user", "reset-factors", &name]).code, 0);
    site.fails(3, &["user", "reset-factors", "nobody-at-all"]);
    assert_eq!(site.json(&["user", "consents", &name]), json!([]));
    assert_eq!(site.run(&["user", "withdraw", &name, "notes"]).code, 0);
    site.fails(2, &["user", "withdraw", &name, "no client"]);
    for command in [
        "get", "disable", "enable", "lock", "unlock", "delete", "restore", "consents",
    ] {
        site.fails(3, &["user", command, "nobody"]);
    }
    site.fails(3, &["user", "withdraw", "nobody", "notes"]);
}

fn belonging(site: &InRealm<'_>, name: &str) {
    let create = [
        "client", "create", "--type", "m2m", "--name", "Shop", "--scope", "a",
    ];
    let client = site.json(&create)["client_id"].as_str().unwrap().to_owned();
    roles_and_groups(site, name, &client);
    assert_eq!(site.run(&["client", "delete", &client]).code, 0);
}

/// The link opens an account: it is shown to whoever asks for it, and to nobody else.
fn invitations(site: &InRealm<'_>) {
    let invite = ["user", "invite", "--email", "Eve@Example.com"];
    let quiet = site.run(&invite);
    assert_eq!(quiet.code, 0, "{quiet:?}");
    assert!(!format!("{quiet:?}").contains("token="), "{quiet:?}");
    let shown = site.json(&[&invite[..], &["--print-link", "--expires", "1d"]].concat());
    assert_eq!(shown["email"], "eve@example.com");
    let link = shown["link"].as_str().unwrap();
    assert!(link.contains("/invitation?token="), "{link}");
    site.fails(2, &["user", "invite", "--email", "eve"]);
    site.fails(2, &[&invite[..], &["--expires", "1y"]].concat());
    let slug = site.realm;
    let set = ["realm", "set", slug, "--sign-up", "invitation"];
    let terms = [&set[..], &["--terms-url", "https://example.com/terms"]].concat();
    let changed = site.site.run(&[&terms[..], &["--json"]].concat()).json();
    assert_eq!(changed["sign_up"], "invitation");
    assert_eq!(changed["terms_url"], "https://example.com/terms");
    fails(
        2,
        &site
            .site
            .run(&[&set[..], &["--terms-url", "terms"]].concat()),
    );
    let back = ["realm", "set", slug, "--sign-up", "closed", "--terms-url="];
    let back = site.site.run(&[&back[..], &["--json"]].concat()).json();
    assert_eq!(back["sign_up"], "closed");
    assert_eq!(back["terms_url"], Value::Null);
}

fn passwords(site: &InRealm<'_>, name: &str) {
    let set = ["user", "set-password", name, "--password-stdin"];
    let done = site.run_with_input(&set, "another-horse-battery\n");
    assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
    assert!(!done.talk.contains("another-horse"), "{done:?}");
    let short = site.run_with_input(&set, "password");
    fails(4, &short);
    for reason in ["fewer than 15 characters", "everybody knows"] {
        assert!(short.talk.contains(reason), "{short:?}");
    }
    site.fails(2, &["user", "set-password", name, "--password", PASSWORD]);
    site.fails(2, &["user", "set-password", name]);
    site.fails(
        2,
        &["user", "set-password", name, "--password-file", "/nowhere"],
    );
}

fn keys(site: &InRealm<'_>) {
    let states = |alg: &str| -> Vec<String> {
        let keys = site.json(&["key", "list"]);
        let keys = keys.as_array().unwrap().iter();
        let mut states: Vec<_> = keys
            .filter(|key| key["alg"] == alg)
            .map(|key| key["state"].as_str().unwrap().to_owned())
            .collect();
        states.sort();
        states
    };
    let made = site.json(&["key", "rotate", "--algorithm", "RS256"]);
    assert_eq!(made.as_array().unwrap().len(), 1, "{made}");
    assert!(made[0]["kid"].is_string(), "{made}");
    assert_eq!(states("RS256"), ["active", "pending"]);
    let again = site.run(&["key", "rotate", "--algorithm", "RS256"]);
    assert_eq!((again.code, again.data.as_str()), (0, ""), "{again:?}");
    assert!(again.talk.contains("published already"), "{again:?}");
    let now = site.json(&["key", "rotate", "--now", "--algorithm", "ES256"]);
    assert_eq!(now[0]["alg"], "ES256");
    assert_eq!(states("ES256").first().map(String::as_str), Some("active"));
    let fresh = site.json(&["key", "rotate", "--emergency"]);
    assert_eq!(fresh.as_array().unwrap().len(), 4, "{fresh}");
    assert_ne!(fresh[0]["kid"], made[0]["kid"]);
    for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
        assert_eq!(states(alg), ["active"], "{alg}");
    }
}

fn configuration(site: &Site) {
    let done = site.run(&["config", "check"]);
    assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
    let shown = site.run(&["config", "show", "--origin", "--json"]).json();
    assert_eq!(
        shown["issuer"]["value"],
        json!(format!("\"{}\"", site.issuer()))
    );
    assert_eq!(shown["issuer"]["origin"], "VIDIMUS_ISSUER");
    assert_eq!(shown["tokens.code_lifetime"]["origin"], "default");
}
