//! What can go wrong inside a statement, before it becomes a [`StoreError`].
//!
//! Owns: telling apart a refused row, which leaves the transaction usable, from a database that
//! does not answer.

use super::StoreError;

/// Why a statement did not do its work.
#[derive(Debug)]
pub(super) enum Fault {
    /// A constraint refused the row; the statement changed nothing and the transaction stands.
    Constraint(String),
    /// The database did not answer, or the outcome is unknown.
    Unavailable(String),
    /// A row does not read as what it should be; the transaction stands.
    Corrupt(String),
}

impl Fault {
    /// A column whose content is not what it should be.
    pub(super) fn corrupt(column: &str) -> Self {
        Self::Corrupt(format!("column {column}"))
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        if let Some(database) = error.as_database_error()
            && !matches!(database.kind(), sqlx::error::ErrorKind::Other)
        {
            return Self::Constraint(text);
        }
        if matches!(
            error,
            sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::Decode(_)
        ) {
            return Self::Corrupt(text);
        }
        Self::Unavailable(text)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Constraint(text) | Fault::Unavailable(text) => Self::Unavailable(text),
            Fault::Corrupt(text) => Self::Corrupt(text),
        }
    }
}

/// The result of a statement.
pub(super) type Answer<T> = Result<T, Fault>;
