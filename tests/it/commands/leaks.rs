//! The log at its most talkative holds nothing that would let its reader in.

use serde_json::Value;

use super::{PASSWORD, register_person};
use crate::support::clients::VERIFIER;
use crate::support::program::{Serving, Site};
use crate::support::wire_client::WireClient;

#[tokio::test]
async fn the_log_at_level_trace_holds_no_secret() {
    whole_life(Site::on_sqlite()).await;
}

#[tokio::test]
async fn the_log_at_level_trace_holds_no_secret_on_postgres() {
    whole_life(Site::on_postgres().await).await;
}

async fn whole_life(site: Site) {
    let site = site.with("VIDIMUS_LOG__LEVEL", "trace");
    register_person(&site, "ada");
    let client = WireClient::register(&site);
    let serving = site.serve().await;
    let mut secrets = vec![
        PASSWORD.to_owned(),
        VERIFIER.to_owned(),
        client.secret.clone(),
    ];
    let wrong = "a-wrong-password-of-hers";
    assert_eq!(client.sign_in("ada", wrong).await.answer.status, 422);
    let sign_in = client.sign_in("ada", PASSWORD).await;
    let cookie = sign_in.cookie();
    for cookie in [&sign_in.binding, &cookie] {
        secrets.push(cookie.split_once('=').unwrap().1.to_owned());
    }
    secrets.extend([wrong.to_owned(), sign_in.csrf]);
    let code = client.code(&cookie).await;
    let redeemed = client.redeem(&code).await.unwrap().json();
    let refreshed = client
        .refresh(text(&redeemed, "refresh_token"))
        .await
        .unwrap()
        .json();
    let access = text(&refreshed, "access_token");
    assert_eq!(client.userinfo(access).await.status, 200);
    assert!(client.is_active(access).await);
    let revoked = client
        .post("/revoke", &[("token", text(&refreshed, "refresh_token"))])
        .await;
    assert_eq!(revoked.status, 200);
    // What is refused is logged with more words than what works.
    assert_eq!(client.redeem(&code).await.unwrap().status, 400);
    assert_eq!(
        client
            .refresh(text(&redeemed, "refresh_token"))
            .await
            .unwrap()
            .status,
        400
    );
    let mut impostor = client.clone();
    "vcs_not-the-secret".clone_into(&mut impostor.secret);
    assert_eq!(impostor.redeem(&code).await.unwrap().status, 401);
    secrets.push(impostor.secret);
    for tokens in [&redeemed, &refreshed] {
        for name in ["access_token", "refresh_token", "id_token"] {
            // The last part alone is as good as the whole to somebody who sees the rest.
            secrets.push(text(tokens, name).rsplit('.').next().unwrap().to_owned());
        }
    }
    secrets.push(code);
    holds_none(serving, &secrets).await;
}

async fn holds_none(serving: Serving, secrets: &[String]) {
    serving.terminate();
    let (status, log) = serving.ended().await;
    assert!(status.success(), "{log}");
    // The most talkative that there is today.
    assert!(
        log.contains("\"sqlx::query\""),
        "the log is not at level trace"
    );
    assert!(log.contains("token.revoked"), "{log}");
    for secret in secrets {
        assert!(secret.len() > 8, "{secret:?} proves nothing");
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "the log holds {secret:?}");
    }
}

#[test]
fn a_database_that_does_not_answer_does_not_make_a_command_tell_its_password() {
    let url = "postgres://vidimus:s3cret-of-the-database@127.0.0.1:1/vidimus";
    let site = Site::on_sqlite().with("VIDIMUS_DATABASE_URL", url);
    for arguments in [&["client", "list"][..], &["migrate", "status"], &["serve"]] {
        let done = site.run(arguments);
        let code = if arguments == ["serve"] { 1 } else { 5 };
        assert_eq!((done.code, done.data.as_str()), (code, ""), "{done:?}");
        assert!(!done.talk.contains("s3cret"), "{done:?}");
    }
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {tokens}"))
}
