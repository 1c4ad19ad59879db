//! Everything about clients and people from the command line: every member, every claim, the
//! switches of a realm, and the tokens with which clients register themselves.

use serde_json::{Value, json};

use crate::support::program::{Done, Site};

const REDIRECT: &str = "https://notes.example.com/callback";

/// A failure has its code, no data, and one sentence for people.
#[track_caller]
fn fails(code: i32, done: &Done) {
    assert_eq!(done.code, code, "{done:?}");
    assert_eq!(done.data, "", "{done:?}");
    assert!(done.talk.contains("error: "), "{done:?}");
}

fn create(site: &Site, more: &[&str]) -> Done {
    let usual = [
        "client",
        "create",
        "--json",
        "--type",
        "web",
        "--name",
        "Notes",
        "--redirect-uri",
        REDIRECT,
    ];
    site.run(&[&usual, more].concat())
}

#[test]
fn sets_every_member_of_a_client() {
    let site = Site::on_sqlite();
    let members = [
        "--set",
        "logo_uri=https://notes.example.com/logo.png",
        "--set",
        "contacts=ada@example.com",
        "--set",
        "contacts=grace@example.com",
        "--set",
        "default_max_age=60",
        "--set",
        "client_name#de=Notizen",
        "--auth-method",
        "client_secret_post",
        "--compat",
        "chokes-on-iss,cannot-do-pkce",
    ];
    let client = create(&site, &members).json();
    assert_eq!(
        client["contacts"],
        json!(["ada@example.com", "grace@example.com"])
    );
    assert_eq!(client["default_max_age"], 60);
    assert_eq!(client["client_name#de"], "Notizen");
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_post");
    assert_eq!(client["compatibility"]["chokes_on_iss"], true);
    assert_eq!(client["compatibility"]["adds_trailing_slash"], false);
    let id = client["client_id"].as_str().unwrap();
    let update = |more: &[&str]| site.run(&[&["client", "update", id, "--json"], more].concat());
    let changed = update(&["--set", "logo_uri=", "--set", "compatibility={}"]).json();
    assert!(changed.get("logo_uri").is_none() && changed.get("compatibility").is_none());
    assert_eq!(
        changed["contacts"], client["contacts"],
        "what is not named stays"
    );
    assert!(changed.get("client_secret").is_none());
    fails(
        2,
        &update(&["--set", "logo_uri=http://notes.example.com/logo.png"]),
    );
    fails(2, &update(&["--set", "logo=x"]));
    fails(2, &update(&["--set", "logo_uri"]));
    fails(2, &update(&["--set", "id_token_signed_response_alg=none"]));
    fails(2, &update(&["--set", "response_types=[\"code id_token\"]"]));
    fails(2, &update(&["--compat", "dislikes-mondays"]));
    fails(2, &create(&site, &["--auth-method", "tls_client_auth"]));
}

#[test]
fn another_way_of_proving_itself_takes_another_secret() {
    let site = Site::on_sqlite();
    let client = create(&site, &[]).json();
    let id = client["client_id"].as_str().unwrap();
    let becomes = |method: &str| {
        let update = ["client", "update", id, "--json", "--auth-method", method];
        site.run(&update).json()
    };
    assert!(becomes("client_secret_post").get("client_secret").is_none());
    let sealed = becomes("client_secret_jwt")["client_secret"].clone();
    assert!(sealed.is_string() && sealed != client["client_secret"]);
    let rotated = site
        .run(&["client", "update", id, "--rotate-secret", "--json"])
        .json();
    assert!(rotated["client_secret"].is_string() && rotated["client_secret"] != sealed);
    fails(
        2,
        &site.run(&["client", "update", id, "--auth-method", "private_key_jwt"]),
    );
    let shown = site.run(&["client", "get", id, "--json"]);
    assert!(
        !shown
            .data
            .contains(rotated["client_secret"].as_str().unwrap())
    );
}

#[test]
fn reads_a_client_from_a_file() {
    let site = Site::on_sqlite();
    let file = site.path("notes.json");
    let metadata = json!({
        "client_name": "Notes", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none",
        "application_type": "web", "policy_uri": "https://notes.example.com/policy",
    });
    std::fs::write(&file, metadata.to_string()).unwrap();
    let from = [
        "client",
        "create",
        "--json",
        "--from",
        file.to_str().unwrap(),
    ];
    let client = site.run(&from).json();
    assert_eq!(client["client_type"], "spa");
    assert_eq!(client["policy_uri"], "https://notes.example.com/policy");
    assert!(client.get("client_secret").is_none());
    fails(
        2,
        &site.run(&["client", "create", "--from", "/nowhere.json"]),
    );
    std::fs::write(&file, "[]").unwrap();
    fails(2, &site.run(&from));
    fails(2, &site.run(&["client", "create", "--name", "x"]));
}

#[test]
fn a_realm_is_shown_and_changed() {
    let site = Site::on_sqlite();
    let get = || site.run(&["realm", "get", "default", "--json"]).json();
    assert_eq!(get()["registration"], "off");
    let set = |more: &[&str]| site.run(&[&["realm", "set", "default", "--json"], more].concat());
    let changed = set(&[
        "--registration",
        "initial-access-token",
        "--front-channel-tokens",
        "on",
        "--client-id-documents",
        "on",
        "--session-management",
        "on",
        "--name",
        "Acme",
    ])
    .json();
    assert_eq!(changed["registration"], "initial-access-token");
    assert_eq!(changed["front_channel_tokens"], true);
    assert_eq!(changed["client_id_documents"], true);
    assert_eq!(changed["session_management"], true);
    assert_eq!(changed["name"], "Acme");
    assert_eq!(get(), changed);
    let changed = set(&["--front-channel-tokens", "off", "--disable"]).json();
    assert_eq!(changed["front_channel_tokens"], false);
    assert_eq!(
        changed["client_id_documents"], true,
        "what is not named stays"
    );
    assert_eq!(changed["disabled"], true);
    assert_eq!(set(&["--enable"]).json()["disabled"], false);
    fails(2, &set(&["--registration", "sometimes"]));
    fails(2, &set(&["--front-channel-tokens", "maybe"]));
    fails(2, &set(&["--name", " "]));
    fails(3, &site.run(&["realm", "get", "nowhere"]));
    fails(3, &site.run(&["realm", "set", "nowhere", "--disable"]));
}

fn token(site: &Site, more: &[&str]) -> Done {
    site.run(&[&["registration-token"], more].concat())
}

/// A name that is shown otherwise than it is written passes for another.
#[test]
fn names_are_shown_as_they_are_written() {
    let site = Site::on_sqlite();
    let hidden = "for Ada\u{202e}";
    fails(2, &token(&site, &["create", "--note", hidden]));
    fails(2, &site.run(&["realm", "create", "acme", "--name", hidden]));
    fails(2, &site.run(&["user", "create", "--username", hidden]));
    let invite = ["user", "invite", "--email", "eve@example.com", "--name"];
    fails(2, &site.run(&[&invite[..], &[hidden]].concat()));
    let api = [
        "api",
        "create",
        "https://api.example.com",
        "--scope",
        "read",
    ];
    fails(2, &site.run(&[&api[..], &["--name", hidden]].concat()));
}

#[test]
fn a_registration_token_is_shown_once() {
    let site = Site::on_sqlite();
    let create = [
        "create",
        "--json",
        "--uses",
        "3",
        "--expires",
        "1h",
        "--note",
        "for Ada",
    ];
    let made = token(&site, &create);
    assert!(made.talk.contains("not shown again"), "{made:?}");
    let secret = made.json()["token"].as_str().unwrap().to_owned();
    let listed = token(&site, &["list", "--json"]);
    assert_eq!(listed.json()[0]["note"], "for Ada");
    assert_eq!(listed.json()[0]["uses_left"], 3);
    assert!(!listed.data.contains(&secret), "{listed:?}");
    fails(2, &token(&site, &["create", "--uses", "0"]));
    fails(2, &token(&site, &["create", "--expires", "soon"]));
    fails(2, &token(&site, &["create", "--expires", "1s"]));
    fails(3, &token(&site, &["delete", "nothing"]));
    let listed = listed.json();
    let withdrawn = token(&site, &["delete", listed[0]["id"].as_str().unwrap()]);
    assert_eq!((withdrawn.code, &*withdrawn.data), (0, ""), "{withdrawn:?}");
    assert_eq!(token(&site, &["list", "--json"]).json(), json!([]));
}

#[tokio::test]
async fn a_token_of_the_command_line_registers_a_client_at_a_running_server() {
    let site = Site::on_sqlite();
    let made = token(&site, &["create", "--json"]).json();
    let secret = made["token"].as_str().unwrap();
    let wanted = [
        "realm",
        "set",
        "default",
        "--registration",
        "initial-access-token",
    ];
    assert_eq!(site.run(&wanted).code, 0);
    let _serving = site.serve().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let register = async || {
        let body = json!({"client_name": "Notes", "redirect_uris": [REDIRECT]});
        let request = http
            .post(format!("{}/register", site.issuer()))
            .bearer_auth(secret)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        (status, body)
    };
    let (status, client) = register().await;
    assert_eq!(status, 201, "{client}");
    assert_eq!(register().await.0, 401);
    let listed = token(&site, &["list", "--json"]).json();
    assert_eq!(listed[0]["uses_left"], 0);
    let id = client["client_id"].as_str().unwrap();
    let shown = site.run(&["client", "get", id, "--json"]).json();
    assert_eq!(shown["origin"], "registered");
    assert_eq!(shown["unverified"], true);
    // An admin who has checked it says so.
    let vouched = [
        "client",
        "update",
        id,
        "--json",
        "--set",
        "unverified=false",
    ];
    assert!(site.run(&vouched).json().get("unverified").is_none());
}

#[test]
fn sets_every_claim_of_a_person() {
    let site = Site::on_sqlite();
    let claim = [
        "--claim",
        "nickname=Countess",
        "--claim",
        "address.locality=London",
    ];
    let create = ["user", "create", "--json", "--username", "ada"];
    let user = site.run(&[&create[..], &claim].concat()).json();
    assert_eq!(user["nickname"], "Countess");
    assert_eq!(user["address"]["locality"], "London");
    let update = |more: &[&str]| site.run(&[&["user", "update", "ada", "--json"], more].concat());
    let changed = update(&[
        "--claim",
        "birthdate=1815-12-10",
        "--claim",
        "phone_number=+44 20 7946 0000",
        "--claim",
        "phone_number_verified=true",
        "--claim",
        "nickname=",
    ])
    .json();
    assert_eq!(changed["birthdate"], "1815-12-10");
    assert_eq!(changed["phone_number_verified"], true);
    assert!(changed.get("nickname").is_none());
    assert_eq!(changed["address"]["locality"], "London");
    let mut got = site.run(&["user", "get", "ada", "--json"]).json();
    // What somebody belongs to is told where one person is looked at.
    for member in ["groups", "roles"] {
        let belongs_to = got.as_object_mut().unwrap().remove(member);
        assert_eq!(belongs_to, Some(serde_json::json!([])));
    }
    assert_eq!(got, changed);
    for wrong in [
        "birthdate=yesterday",
        "sub=somebody",
        "nickname",
        "picture=javascript:x",
    ] {
        fails(2, &update(&["--claim", wrong]));
    }
    fails(
        3,
        &site.run(&["user", "update", "nobody", "--claim", "name=x"]),
    );
}
