//! `vidimus role` and `vidimus group`.

use serde_json::json;

use super::every::InRealm;

pub(super) fn roles_and_groups(site: &InRealm<'_>, person: &str, client: &str) {
    let made = site.json(&["role", "create", "editor", "--description", "Articles"]);
    assert_eq!(made["name"], "editor");
    assert_eq!(made["require_second_factor"], false);
    site.json(&["role", "create", "seller", "--client", client]);
    site.fails(4, &["role", "create", "editor"]);
    site.fails(4, &["role", "create", "editor", "--client", client]);
    site.fails(2, &["role", "create", "a,b"]);
    site.fails(
        3,
        &["role", "create", "seller", "--client", "no-such-client"],
    );
    let listed = site.json(&["role", "list"]);
    assert_eq!(listed[0]["name"], "editor");
    assert_eq!(listed[1]["client_id"], client);
    let strict = ["role", "update", "editor", "--require-second-factor"];
    assert_eq!(site.json(&strict)["require_second_factor"], true);
    let lenient = [&strict[..], &["false"]].concat();
    assert_eq!(site.json(&lenient)["description"], "Articles");
    groups(site, person, client);
    for (role, client) in [("editor", None), ("seller", Some(client))] {
        let client = client.map(|client| ["--client", client]);
        let of_client = client.as_ref().map_or(&[][..], |client| &client[..]);
        let delete = [&["role", "delete", role][..], of_client].concat();
        assert_eq!(site.run(&delete).code, 0);
        site.fails(3, &delete);
    }
    let after = site.json(&["user", "get", person]);
    assert_eq!(
        (&after["groups"], &after["roles"]),
        (&json!([]), &json!([]))
    );
}

fn groups(site: &InRealm<'_>, person: &str, client: &str) {
    site.json(&["group", "create", "staff"]);
    site.fails(4, &["group", "create", "staff"]);
    let changed = site.json(&["group", "update", "staff", "--description", "Everybody"]);
    assert_eq!(changed["description"], "Everybody");
    for command in [
        &["group", "add-member", "staff", person][..],
        &["group", "grant", "staff", "editor"],
        &[
            "role", "grant", "seller", "--client", client, "--user", person,
        ],
        // Once more is no error, and changes nothing.
        &["group", "add-member", "staff", person],
        &["role", "grant", "editor", "--group", "staff"],
    ] {
        let done = site.run(command);
        assert_eq!((done.code, done.data.as_str()), (0, ""), "{done:?}");
    }
    site.fails(2, &["role", "grant", "editor"]);
    site.fails(
        2,
        &[
            "role", "grant", "editor", "--user", person, "--group", "staff",
        ],
    );
    let staff = site.json(&["group", "get", "staff"]);
    assert_eq!(staff["members"], json!([person]));
    assert_eq!(staff["roles"][0]["name"], "editor");
    let editor = site.json(&["role", "get", "editor"]);
    assert_eq!(editor["groups"], json!(["staff"]));
    assert_eq!(editor["users"], json!([]));
    let user = site.json(&["user", "get", person]);
    assert_eq!(user["groups"], json!(["staff"]));
    let roles = json!([
        {"name": "editor", "client_id": null},
        {"name": "seller", "client_id": client},
    ]);
    assert_eq!(user["roles"], roles);
    for command in [
        &["role", "revoke", "editor", "--group", "staff"][..],
        &["group", "remove-member", "staff", person],
        &["group", "delete", "staff"],
    ] {
        assert_eq!(site.run(command).code, 0, "{command:?}");
        site.fails(3, command);
    }
    assert_eq!(site.json(&["group", "list"]), json!([]));
    site.fails(3, &["group", "get", "staff"]);
    site.fails(3, &["group", "grant", "staff", "editor"]);
}
