//! What the store says to its database, whichever that is: a closed enum over the two, so that each
//! statement stands once.
//!
//! Statements keep to what both understand: numbered places (`?1`), `ON CONFLICT`, `RETURNING`,
//! savepoints. What only one has stands in the file of that one.

mod row;
mod sqlite;
mod value;

use std::ops::Deref;

use thiserror::Error;

pub(super) use row::{Mapped, Row, Rows};
pub(super) use sqlite::{open, open_keys, open_reader, truncate};
pub(super) use value::{Bind, Params, Value, params};

/// How a statement ends.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// Why a statement did not do what it says.
#[derive(Debug, Error)]
pub(super) enum Error {
    /// One row was asked for, and there is none.
    #[error("there is no such row")]
    NoRow,
    /// A column holds something else than what is read from it.
    #[error("column {0} of a row is not of the type that it is read as")]
    Column(usize),
    /// The database's own word.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// A connection, used by one thread at a time.
pub(super) enum Connection {
    Sqlite(rusqlite::Connection),
}

impl Connection {
    /// A statement that is said often: it is taken apart once.
    pub(super) fn prepare_cached<'c>(&'c self, sql: &str) -> Result<Statement<'c>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Cached(connection.prepare_cached(sql)?)),
        }
    }

    /// A statement that is said once in a while.
    pub(super) fn prepare<'c>(&'c self, sql: &str) -> Result<Statement<'c>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Once(connection.prepare(sql)?)),
        }
    }

    /// The first row that a statement gives.
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Changes rows; how many.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// Begins to write, as the only one of all processes.
    pub(super) fn begin(&self) -> Result<()> {
        self.say("BEGIN IMMEDIATE")
    }

    /// Makes durable what was written since.
    pub(super) fn commit(&self) -> Result<()> {
        self.say("COMMIT")
    }

    /// Undoes what was written since.
    pub(super) fn rollback(&self) -> Result<()> {
        self.say("ROLLBACK")
    }

    /// Whether a transaction is still open that was begun: on a full disk SQLite undoes it by itself.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
        }
    }

    /// One view for all that is read until it is dropped.
    pub(super) fn snapshot(&self) -> Result<Snapshot<'_>> {
        self.say("BEGIN")?;
        Ok(Snapshot(self))
    }

    fn say(&self, statement: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(statement)?),
        }
    }
}

/// One view of everything, for as long as it lives.
pub(super) struct Snapshot<'c>(&'c Connection);

impl Deref for Snapshot<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // It has changed nothing: there is nothing to lose where this fails.
        let _ = self.0.rollback();
    }
}

/// A statement, to be said with values.
pub(super) enum Statement<'c> {
    Cached(rusqlite::CachedStatement<'c>),
    Once(rusqlite::Statement<'c>),
}

impl<'c> Statement<'c> {
    /// The rows that it gives.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        let rows = params.with(|values| self.sqlite().query(rusqlite::params_from_iter(values)));
        Ok(Rows::Sqlite(rows?))
    }

    /// The rows that it gives, each read as it comes.
    pub(super) fn query_map<T, F: FnMut(&Row<'_>) -> Result<T>>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> Result<Mapped<'_, F>> {
        Ok(Mapped { rows: self.query(params)?, read })
    }

    /// The first row that it gives.
    pub(super) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut rows = self.query(params)?;
        let row = rows.next()?.ok_or(Error::NoRow)?;
        read(&row)
    }

    /// Changes rows; how many.
    pub(super) fn execute(&mut self, params: impl Params) -> Result<usize> {
        let changed =
            params.with(|values| self.sqlite().execute(rusqlite::params_from_iter(values)));
        Ok(changed?)
    }

    /// Whether it gives a row.
    pub(super) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }

    fn sqlite(&mut self) -> &mut rusqlite::Statement<'c> {
        match self {
            Self::Cached(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

/// A row that may not be there.
pub(super) trait OptionalExtension<T> {
    /// `None` where there is no row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(Error::NoRow) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
