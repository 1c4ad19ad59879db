//! Two nodes over Postgres without any Redis: the record answers every check.

use vidimus::protocol::client::ClientType;
use vidimus::store::ephemeral::{Ephemeral as _, IndexAnswer};
use vidimus::store::local::LocalEphemeral;

use crate::support::Deployment;

#[tokio::test]
async fn without_redis_a_revocation_holds_on_every_node() {
    let deployment = Deployment::postgres().await;
    let [first, second] = deployment.two_nodes().await;
    first.ada().await;
    let here = first.client(ClientType::Web).await;
    let there = here.on(&second);
    let tokens = here.tokens(&[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert!(there.is_active(access).await);
    here.post("/revoke", &[("token", access)]).await;
    // Whichever node's job is first to say "published" must not matter.
    for node in [&first, &second] {
        vidimus::jobs::uphold_revocations::run_once(node.jobs.clone())
            .await
            .unwrap();
        assert!(!here.is_active(access).await);
        assert!(!there.is_active(access).await);
    }
}

#[tokio::test]
async fn an_index_for_a_shared_record_never_claims_to_know() {
    let index = LocalEphemeral::without_index();
    let realm = vidimus::protocol::ids::RealmId::default_realm();
    let now = vidimus::protocol::time::Timestamp::from_unix_seconds(0);
    assert_eq!(
        index.standing(&realm, &[], now).await.unwrap(),
        IndexAnswer::Lost
    );
}
