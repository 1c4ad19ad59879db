//! People from another system, and the rules for passwords.

use serde_json::{Value, json};

use super::{PASSWORD, register_person};
use crate::passwords::HASHES;
use crate::support::program::Site;
use crate::support::wire_client::WireClient;

#[tokio::test]
async fn imported_people_sign_in() {
    imported_people(&Site::on_sqlite()).await;
}

#[tokio::test]
async fn imported_people_sign_in_on_postgres() {
    imported_people(&Site::on_postgres().await).await;
}

async fn imported_people(site: &Site) {
    let people = HASHES.into_iter().enumerate().map(
        |(number, (_, hash))| json!({"username": format!("person{number}"), "password_hash": hash}),
    );
    let file = site.path("people.jsonl");
    std::fs::write(&file, lines(&people.collect::<Vec<_>>())).unwrap();
    let import = ["user", "import", file.to_str().unwrap(), "--json"];
    let tally = site.run(&import).json();
    assert_eq!(
        tally,
        json!({"imported": HASHES.len(), "unchanged": 0, "invalid": 0})
    );
    let client = WireClient::register(site);
    let _serving = site.serve().await;
    for number in 0..HASHES.len() {
        let name = format!("person{number}");
        assert_eq!(
            client
                .sign_in(&name, "wrong-horse-battery")
                .await
                .answer
                .status,
            422
        );
        client.sign_in(&name, PASSWORD).await.cookie();
        client.sign_in(&name, PASSWORD).await.cookie();
    }
    // Beside the server and after the sign-ins: nobody gets the old hash back.
    let again = site.run(&import).json();
    assert_eq!(
        again,
        json!({"imported": 0, "unchanged": HASHES.len(), "invalid": 0})
    );
    client.sign_in("person0", PASSWORD).await.cookie();
}

fn lines(people: &[Value]) -> String {
    let lines: Vec<String> = people.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

#[test]
fn everything_that_a_line_says_is_kept() {
    let site = Site::on_sqlite();
    let line = json!({
        "id": "7f3c-a", "username": "Ada", "email": "ada@example.com", "email_verified": true,
        "name": "Ada Lovelace", "created_at": 1_500_000_000, "disabled": true,
        "must_change_password": true, "address": {"locality": "London"},
        "password_hash": HASHES[0].1,
    });
    let done = site.run_with_input(&["user", "import", "-"], &line.to_string());
    assert_eq!(
        done.data, "1 imported, 0 there already, 0 wrong\n",
        "{done:?}"
    );
    let shown = site.run(&["user", "get", "ada", "--json"]);
    assert!(!shown.data.contains("$2a$"), "{shown:?}");
    let mut shown = shown.json();
    let had = shown.as_object_mut().unwrap().remove("has_password");
    assert_eq!(had, Some(json!(true)));
    for (member, value) in line.as_object().unwrap() {
        let expected = match member.as_str() {
            "password_hash" => &Value::Null,
            "username" => &json!("ada"),
            _ => value,
        };
        assert_eq!(&shown[member], expected, "{member}");
    }
}

#[test]
fn one_wrong_line_keeps_everybody_out_and_every_problem_is_told() {
    let site = Site::on_sqlite();
    register_person(&site, "bob");
    let taken = json!({"username": "eve", "email": "bob"});
    let known = json!({"username": "bob", "email": "bob@example.com"});
    let text = lines(&[
        json!({"username": "ada"}),
        json!({"usrname": "cy", "password_hash": "secret-of-cy"}),
        json!({"username": "dee", "email": "dee@example.com"}),
        json!({"username": "dee@example.com"}),
        taken,
        known,
    ]) + "\nno json\n";
    let import = ["user", "import", "-"];
    let refused = site.run_with_input(&import, &text);
    assert_eq!(
        (refused.code, refused.data.as_str()),
        (10, ""),
        "{refused:?}"
    );
    for problem in [
        "-:2: has the member \"usrname\", which is unknown",
        "-:2: username has",
        "-:2: password_hash: the stored password hash cannot be read",
        "-:4: dee@example.com stands in line 3 already",
        "-:5: email is no mail address",
        "-:6: the user name, the address or the id belongs to another account",
        "-:8: is no JSON object",
        "error: 5 lines are wrong; nobody was imported",
    ] {
        assert!(refused.talk.contains(problem), "{problem}: {refused:?}");
    }
    assert!(!refused.talk.contains("secret-of-cy"), "{refused:?}");
    assert_eq!(site.run(&["user", "get", "ada"]).code, 3);
    let dry = [&import[..], &["--skip-invalid", "--dry-run", "--json"]].concat();
    let tally = json!({"imported": 2, "unchanged": 0, "invalid": 5});
    assert_eq!(site.run_with_input(&dry, &text).json(), tally);
    assert_eq!(site.run(&["user", "get", "ada"]).code, 3);
    let skipping = [&import[..], &["--skip-invalid", "--json"]].concat();
    assert_eq!(site.run_with_input(&skipping, &text).json(), tally);
    assert_eq!(site.run(&["user", "get", "dee"]).code, 0);
    let again = json!({"imported": 0, "unchanged": 2, "invalid": 5});
    assert_eq!(site.run_with_input(&skipping, &text).json(), again);
    let missing = site.run(&["user", "import", "/nowhere"]);
    assert_eq!(missing.code, 2, "{missing:?}");
}

#[test]
fn a_realm_says_what_new_passwords_must_be_like() {
    let site = Site::on_sqlite();
    let set = |more: &[&str]| site.run(&[&["realm", "set", "default"], more].concat());
    let shown = site.run(&["realm", "get", "default", "--json"]).json();
    let defaults = json!({
        "length": 15, "length_with_second_factor": 8, "strength": 3,
        "strength_with_second_factor": 2, "classes": [], "history": 0, "breaches": "off",
    });
    assert_eq!(shown["passwords"], defaults);
    let changed = set(&[
        "--password-length",
        "10",
        "--password-strength",
        "2",
        "--password-classes",
        "lower,digit",
        "--password-history",
        "2",
        "--password-breaches",
        "refuse",
        "--json",
    ]);
    let rules = json!({
        "length": 10, "length_with_second_factor": 8, "strength": 2,
        "strength_with_second_factor": 2, "classes": ["lower", "digit"], "history": 2,
        "breaches": "refuse",
    });
    assert_eq!(changed.json()["passwords"], rules);
    for wrong in [
        ["--password-length", "7"],
        ["--password-length", "65"],
        ["--password-history", "6"],
        ["--password-strength", "1"],
        ["--password-length-with-second-factor", "11"],
        ["--password-classes", "emoji"],
    ] {
        assert_eq!(set(&wrong).code, 2, "{wrong:?}");
    }
    let none = set(&["--password-classes", "none", "--json"]).json();
    assert_eq!(none["passwords"]["classes"], json!([]));
    register_person(&site, "ada");
    let password = ["user", "set-password", "ada", "--password-stdin"];
    for (text, code) in [
        (PASSWORD, 4),
        ("plane-jar-7", 0),
        (PASSWORD, 4),
        ("ostrich-jar-7", 0),
        (PASSWORD, 0),
    ] {
        let done = site.run_with_input(&password, text);
        assert_eq!(done.code, code, "{text}: {done:?}");
    }
}

#[test]
fn a_password_can_be_marked_for_a_change() {
    let site = Site::on_sqlite();
    register_person(&site, "ada");
    let must =
        || site.run(&["user", "get", "ada", "--json"]).json()["must_change_password"].clone();
    assert_eq!(must(), json!(false));
    for (arguments, marked) in [
        (
            &["user", "update", "ada", "--must-change-password"][..],
            true,
        ),
        (
            &["user", "update", "ada", "--must-change-password=false"],
            false,
        ),
        (
            &[
                "user",
                "set-password",
                "ada",
                "--password-stdin",
                "--must-change-password",
            ],
            true,
        ),
        (&["user", "set-password", "ada", "--password-stdin"], false),
    ] {
        let done = site.run_with_input(arguments, "plane-jar-ostrich");
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(must(), json!(marked), "{arguments:?}");
    }
    let told = site.run(&["event", "tail", "--json"]).data;
    for kind in ["password.change_demanded", "password.change_waived"] {
        assert_eq!(told.matches(kind).count(), 1, "{kind} in {told}");
    }
}
