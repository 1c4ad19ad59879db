//! `kill -9` while mails go out: none is lost, and one that goes out twice was on its way when the
//! server died, and is the same message both times.

use std::collections::BTreeMap;
use std::sync::Arc;

use vidimus::clock::{Clock as _, ManualClock, SystemClock};
use vidimus::protocol::time::Lifetime;

use super::load::random;
use crate::mail::{DAY, insides_of, ledger, register};
use crate::support::World;
use crate::support::mail_server::MailServer;
use crate::support::program::Site;
use crate::support::world::Shared;

const ROUNDS: usize = 6;
const MAILS: usize = 30;
/// What is under way at one time on one node.
const AT_ONCE: usize = 8;
const HOUR: Lifetime = Lifetime::seconds(3600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stderr, reason = "how much was proven is worth knowing")]
async fn kills_lose_no_mail_and_repeat_only_what_was_on_its_way() {
    let server = MailServer::start().await;
    let url = format!("smtp+insecure://localhost:{}", server.port);
    let site = Site::on_sqlite()
        .with("VIDIMUS_MAIL__URL", &url)
        .with("VIDIMUS_MAIL__FROM", "no-reply@id.example.test");
    site.serve().await.kill();
    let (store, master) = insides_of(&site).await;
    let mut written = Vec::new();
    for round in 0..ROUNDS {
        let serving = site.serve().await;
        let before = server.delivered().len();
        for number in 0..MAILS {
            let name = format!("person-{round}-{number}");
            written.push(register((&store, &master), &name, DAY, SystemClock.now()).await);
        }
        let fatal = usize::try_from(random() % 20).unwrap();
        server.takes(before + 1 + fatal).await;
        serving.kill();
    }
    let left = store.waiting_mails().await.unwrap();
    assert!(left > 0, "it never died with mails to send");
    // Another node, when every claim of the dead has lapsed.
    let shared = Shared {
        master: Arc::new(master),
        clock: Arc::new(ManualClock::at(SystemClock.now().plus(HOUR))),
        ..Shared::over(Arc::clone(&store)).mailing_to(&server)
    };
    World::node(&shared).await.send_mails().await;
    let mut copies: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in server.delivered() {
        let message_id = mail.header("Message-ID").unwrap();
        let id = message_id
            .trim_start_matches('<')
            .split('@')
            .next()
            .unwrap();
        copies.entry(id.to_owned()).or_default().push(mail.raw);
    }
    for id in &written {
        assert!(copies.contains_key(id), "{id} is lost");
    }
    assert_eq!(copies.len(), written.len());
    for all in copies.values() {
        assert!(all.iter().all(|copy| *copy == all[0]), "copies differ");
    }
    let twice: Vec<_> = copies.values().filter(|all| all.len() > 1).collect();
    assert!(twice.len() <= ROUNDS * AT_ONCE, "{}", twice.len());
    for row in ledger(&store).await {
        assert!(row.sent_at.is_some() && row.sealed.is_none(), "{row:?}");
    }
    let (all, repeated) = (written.len(), twice.len());
    eprintln!("{ROUNDS} kills: {all} mails, {left} left by the dead, {repeated} repeated");
}
