//! Both sets of migrations have the same files, and make the same tables with the same columns.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Connection as _, Row as _};
use vidimus::store::postgres::PostgresSettings;
use vidimus::store::sqlite::SqliteStore;
use vidimus::store::{Migrations, Store as _, open};

use crate::support::postgres::fresh_database;

fn files(dialect: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(dialect);
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn both_dialects_have_the_same_migrations() {
    assert_eq!(files("sqlite"), files("postgres"));
}

/// `table.column`, with a `?` when it may be NULL.
fn columns(rows: impl Iterator<Item = (String, String, bool)>) -> BTreeSet<String> {
    rows.map(|(table, column, nullable)| {
        format!("{table}.{column}{}", if nullable { "?" } else { "" })
    })
    .collect()
}

#[tokio::test]
async fn sqlite_and_postgres_have_the_same_tables_and_columns() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record.db");
    SqliteStore::open(&path, Migrations::Apply)
        .await
        .unwrap()
        .close()
        .await;
    let mut connection = sqlx::SqliteConnection::connect_with(
        &sqlx::sqlite::SqliteConnectOptions::new().filename(path),
    )
    .await
    .unwrap();
    let rows = sqlx::query(
        "SELECT m.name AS tab, c.name AS col, NOT c.\"notnull\" AS nullable
         FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\'
           AND m.name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let in_sqlite = columns(rows.iter().map(|row| {
        (
            row.get("tab"),
            row.get("col"),
            row.get::<i64, _>("nullable") != 0,
        )
    }));
    let url = fresh_database().await;
    open(&url, Migrations::Apply, PostgresSettings::default())
        .await
        .unwrap();
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(
        "SELECT table_name::text AS tab, column_name::text AS col,
                is_nullable::text = 'YES' AS nullable
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let in_postgres = columns(
        rows.iter()
            .map(|row| (row.get("tab"), row.get("col"), row.get("nullable"))),
    );
    assert!(
        in_sqlite.contains("token_family.revoked_at?"),
        "{in_sqlite:?}"
    );
    assert_eq!(in_sqlite, in_postgres);
}
