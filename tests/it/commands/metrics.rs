//! `/metrics`, on a listener of its own.

use super::{PASSWORD, register_person};
use crate::support::program::Site;
use crate::support::wire_client::WireClient;

async fn get(port: u16, path: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("http://127.0.0.1:{port}{path}");
    let answer = client.get(address).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_second_listener_tells_what_the_server_does_and_the_first_does_not() {
    let beside = Site::on_sqlite().port();
    let site = Site::on_sqlite();
    let site = site.with("VIDIMUS_METRICS__LISTEN", &format!("127.0.0.1:{beside}"));
    register_person(&site, "ada");
    let client = WireClient::register(&site);
    let serving = site.serve().await;
    serving.until_logged("vidimus is ready").await;
    assert!(
        serving
            .log()
            .contains(&format!("\"metrics\":\"127.0.0.1:{beside}\""))
    );
    let wrong = client.sign_in("ada", "not her password").await;
    assert_eq!(wrong.answer.status, 422);
    let cookie = client.sign_in("ada", PASSWORD).await.cookie();
    let tokens = client.tokens(&cookie).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(client.refresh(refresh).await.unwrap().status, 200);
    assert_eq!(client.refresh("vrt_made-up").await.unwrap().status, 400);
    assert_eq!(client.get("/made-up").await.status, 404);
    let (status, told) = get(beside, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "vidimus_sign_in_attempts_total{proof=\"password\",outcome=\"accepted\"} 1",
        "vidimus_sign_in_attempts_total{proof=\"password\",outcome=\"refused\"} 1",
        "vidimus_token_requests_total{grant=\"authorization_code\",outcome=\"accepted\"} 1",
        "vidimus_token_requests_total{grant=\"refresh_token\",outcome=\"accepted\"} 1",
        "vidimus_token_requests_total{grant=\"refresh_token\",outcome=\"refused\"} 1",
        "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"200\"} 2",
        "vidimus_http_requests_total{route=\"/token\",method=\"POST\",status=\"400\"} 1",
        "vidimus_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1",
        "vidimus_revocation_index_up 1",
        "vidimus_record_up 1",
        "vidimus_mails{state=\"waiting\"} 0",
    ] {
        assert!(told.lines().any(|told| told == line), "{line} in {told}");
    }
    for never in [&client.id, "ada", "127.0.0.1", "made-up"] {
        assert!(!told.contains(never), "{never} in {told}");
    }
    assert_eq!(get(beside, "/token").await.0, 404);
    assert_eq!(get(site.port(), "/metrics").await.0, 404);
}

#[tokio::test]
async fn a_taken_port_is_told_before_anything_is_served() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = Site::on_sqlite().with("VIDIMUS_METRICS__LISTEN", &address);
    let done = site.run(&["serve"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.talk.contains(&address), "{done:?}");
}

#[tokio::test]
async fn nobody_listens_unless_it_is_set() {
    let serving = Site::on_sqlite().serve().await;
    serving.until_logged("vidimus is ready").await;
    assert!(!serving.log().contains("\"metrics\""));
}
