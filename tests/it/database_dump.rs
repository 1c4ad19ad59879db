//! Whoever gets hold of the record alone gets no key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::rsa::RsaKeyPair;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use vidimus::flows::realm_keys::{Rotation, check_master_key};
use vidimus::keys::{MasterKey, Purpose};
use vidimus::protocol::algorithm::SigningAlgorithm;
use vidimus::protocol::client::ClientType;
use vidimus::protocol::ids::RealmId;
use vidimus::store::SigningKeyRecord;

use crate::support::assertions::{ask, claims_of, mac, sharing_client};
use crate::support::{Deployment, World};

/// A record that has seen use: two keys, a login, tokens, a revocation, a client that shares its
/// secret. Gives the keys and that secret.
async fn used(deployment: &Deployment, node: &World) -> (Vec<SigningKeyRecord>, String) {
    let app = &node.app;
    let canary = check_master_key(app.store.as_ref(), &deployment.master);
    canary.await.unwrap();
    node.ada().await;
    let client = node.client(ClientType::Web).await;
    let tokens = client.tokens(&[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    client.post("/revoke", &[("token", refresh)]).await;
    let realm = RealmId::default_realm();
    let rotation = Rotation::Normal(Some(SigningAlgorithm::Rs256));
    let rotated = app.keys.rotate(&realm, rotation, app.now()).await;
    rotated.unwrap();
    let keys = app.store.signing_keys(&realm).await.unwrap();
    assert_eq!(keys.len(), 2);
    let (sharing, secret) = sharing_client(node, ClientType::M2m).await;
    let claims = claims_of(&sharing, &json!({}));
    let assertion = mac(secret.as_bytes(), &json!({}), &claims);
    assert_eq!(ask(&sharing, &assertion).await.status, 200);
    (keys, secret)
}

/// The private numbers of a key, as whoever has the master key unseals them.
fn private_numbers(key: &SigningKeyRecord, master: &MasterKey) -> Vec<(&'static str, Vec<u8>)> {
    let place = format!("signing_key:sealed_private:{}/{}", key.realm, key.id);
    let der = master.open(Purpose::SealPrivateKeys, &place, &key.sealed_private);
    let der = der.unwrap();
    // The marks that are looked for are those of our keys.
    assert!(contains(&der, PKCS8));
    let pair = RsaKeyPair::from_der(&**der).unwrap();
    let jwk = pair.to_jwk_private_key();
    let numbers = ["d", "p", "q", "dp", "dq", "qi"].map(|name| {
        let text = jwk.parameter(name).unwrap().as_str().unwrap();
        (name, URL_SAFE_NO_PAD.decode(text).unwrap())
    });
    Vec::from(numbers)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap();
    let both = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(both).collect()
}

/// Whether `dump` holds a stretch of `bytes`, raw or written in any usual way.
fn holds(dump: &[u8], bytes: &[u8]) -> bool {
    // Whole groups of base64, from the number's beginning.
    let stretch = &bytes[..24];
    let written = [
        stretch.to_vec(),
        hex(stretch).into_bytes(),
        hex(stretch).to_uppercase().into_bytes(),
        STANDARD_NO_PAD.encode(stretch).into_bytes(),
        URL_SAFE_NO_PAD.encode(stretch).into_bytes(),
    ];
    written.iter().any(|text| contains(dump, text))
}

fn contains(dump: &[u8], text: &[u8]) -> bool {
    dump.windows(text.len()).any(|window| window == text)
}

/// `rsaEncryption` with no parameters, then the octets of a private key (RFC 5208 §5). In a public
/// key a bit string follows.
const PKCS8: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04";

fn assert_no_private_key(dump: &[u8], keys: &[SigningKeyRecord], master: &MasterKey) {
    let hex_of_pkcs8 = hex(PKCS8);
    for marker in [b"PRIVATE KEY".as_slice(), PKCS8, hex_of_pkcs8.as_bytes()] {
        assert!(!contains(dump, marker), "{marker:?}");
    }
    for key in keys {
        // The search would find what is there.
        assert!(contains(dump, key.public_jwk.as_bytes()));
        assert!(holds(dump, &key.sealed_private));
        for (name, number) in private_numbers(key, master) {
            assert!(!holds(dump, &number), "{name} of {}", key.id);
        }
    }
    assert!(!contains(dump, b"vidimus-master-key"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_and_its_log_hold_no_private_key() {
    let deployment = Deployment::sqlite();
    let node = deployment.node().await;
    let (keys, secret) = used(&deployment, &node).await;
    let path = deployment.database.strip_prefix("sqlite://").unwrap();
    let mut dump = std::fs::read(path).unwrap();
    dump.extend(std::fs::read(format!("{path}-wal")).unwrap());
    // Pages cut long values up; the rows themselves are read as well.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let connection = sqlx::SqliteConnection::connect_with(&options);
    let mut connection = connection.await.unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let tables = sqlx::query(tables)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for table in tables {
        let table: String = table.get("name");
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query(AssertSqlSafe(columns));
        for column in columns.fetch_all(&mut connection).await.unwrap() {
            let column: String = column.get("name");
            let cells = format!("SELECT CAST(\"{column}\" AS BLOB) AS cell FROM \"{table}\"");
            let cells = sqlx::query(AssertSqlSafe(cells));
            for cell in cells.fetch_all(&mut connection).await.unwrap() {
                let cell: Option<Vec<u8>> = cell.get("cell");
                dump.extend(cell.unwrap_or_default());
                dump.push(b'\n');
            }
        }
    }
    assert_no_private_key(&dump, &keys, &deployment.master);
    assert!(!holds(&dump, secret.as_bytes()), "a shared secret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_dump_holds_no_private_key() {
    let deployment = Deployment::postgres().await;
    let node = deployment.node().await;
    let (keys, secret) = used(&deployment, &node).await;
    let mut connection = sqlx::PgConnection::connect(&deployment.database)
        .await
        .unwrap();
    let tables = "SELECT table_name::text AS name FROM information_schema.tables
                  WHERE table_schema = 'public'";
    let tables = sqlx::query(tables)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut dump = Vec::new();
    for table in tables {
        let table: String = table.get("name");
        let rows = format!("SELECT to_jsonb(t)::text AS line FROM \"{table}\" AS t");
        let rows = sqlx::query(AssertSqlSafe(rows));
        for row in rows.fetch_all(&mut connection).await.unwrap() {
            let line: String = row.get("line");
            // JSON in JSON.
            dump.extend(line.replace("\\\"", "\"").into_bytes());
            dump.push(b'\n');
        }
    }
    assert_no_private_key(&dump, &keys, &deployment.master);
    assert!(!holds(&dump, secret.as_bytes()), "a shared secret");
}
