//! The SQL of the record, written once and compiled twice: `sqlite` and `postgres` each load this
//! folder by `#[path]` and say what `Db`, `Backend` and the dialect's few words are.
//!
//! Portable by these rules: `$1` parameters, `RETURNING`, `ON CONFLICT`, `IS NOT DISTINCT FROM`,
//! times computed in Rust, no `now()`, no `FOR UPDATE`, no arrays.

/// Hands an operation to one entry of the backend with arguments of its own, since it may run on
/// another task and go on when the caller has gone.
///
/// `read`: no change. `write_one`: one statement. `write_all`: several, in one transaction.
macro_rules! run {
    ($self:ident.$entry:ident($($own:ident),*), |$c:ident| $call:expr) => {{
        $(let $own = $own.to_owned();)*
        $self.$entry(move |mut connection| {
            Box::pin(async move {
                let $c = &mut connection;
                $call.await
            })
        })
        .await
    }};
}

mod apis;
mod device;
mod events;
mod factors;
mod links;
mod logouts;
mod mails;
mod own;
mod passkeys;
mod passwords;
mod people;
mod profiles;
mod protection;
mod queries;
mod registrations;
mod replays;
mod requests;
mod roles;
mod rows;
pub(super) mod schema;
mod store;
mod thefts;

use std::pin::Pin;

use sqlx::Database;

use super::Db;
use crate::account::event::Event;
use crate::store::fault::Answer;
use crate::store::stream::Told;

/// A statement with its bound values.
pub(super) type Query = sqlx::query::Query<'static, Db, <Db as Database>::Arguments>;
/// A row of an answer.
type Row = <Db as Database>::Row;

/// A future that borrows the connection it runs on.
pub(super) type Running<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// What a transaction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict<T> {
    /// Commit it.
    Keep(T),
    /// Roll it back; the outcome is told all the same.
    Undo(T),
}

/// A connection lent to one operation.
pub(super) struct Connection<'c> {
    raw: &'c mut <Db as Database>::Connection,
    /// Whether statements stay prepared; a transaction pooler may forbid that.
    prepare: bool,
    /// Where the events of a transaction are held; single statements write none.
    told: Option<Told>,
}

impl<'c> Connection<'c> {
    /// Lends a connection.
    pub(super) fn new(raw: &'c mut <Db as Database>::Connection, prepare: bool) -> Self {
        Self {
            raw,
            prepare,
            told: None,
        }
    }

    /// The same for a transaction, which logs its events once it is committed.
    pub(super) fn telling(self, told: Told) -> Self {
        Self {
            told: Some(told),
            ..self
        }
    }

    /// Holds an event for the log back until the transaction is committed.
    fn tell(&self, event: &Event) {
        if let Some(told) = &self.told {
            told.hold(event);
        }
    }

    /// Runs a statement; how many rows it touched.
    pub(super) async fn execute(&mut self, query: Query) -> Answer<u64> {
        let done = query
            .persistent(self.prepare)
            .execute(&mut *self.raw)
            .await?;
        Ok(done.rows_affected())
    }

    /// Runs a statement that answers one row or none.
    async fn optional(&mut self, query: Query) -> Answer<Option<Row>> {
        Ok(query
            .persistent(self.prepare)
            .fetch_optional(&mut *self.raw)
            .await?)
    }

    /// Runs a statement that always answers one row.
    async fn one(&mut self, query: Query) -> Answer<Row> {
        Ok(query
            .persistent(self.prepare)
            .fetch_one(&mut *self.raw)
            .await?)
    }

    /// Runs a statement that answers any number of rows.
    async fn all(&mut self, query: Query) -> Answer<Vec<Row>> {
        Ok(query
            .persistent(self.prepare)
            .fetch_all(&mut *self.raw)
            .await?)
    }
}

/// Starts a statement. Every statement of the record starts here.
pub(super) fn sql(text: &'static str) -> Query {
    sqlx::query::<Db>(text)
}
