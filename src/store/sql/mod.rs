//! What the store says to its database, whichever that is: a closed enum over the two, so that each
//! statement stands once.
//!
//! Statements keep to what both understand: numbered places (`?1`), integers for truths, `CASE`,
//! `ON CONFLICT`, `RETURNING`, savepoints. What only one has stands in the file of that one.

mod databases;
mod postgres;
mod row;
mod sqlite;
mod value;
mod whole;

use std::ops::Deref;

use thiserror::Error;

pub(super) use databases::{Databases, Fresh, Opened};
pub(super) use postgres::Listener;
pub use postgres::{Address, Servers};
pub(super) use row::{Mapped, Row, Rows};
#[cfg(test)]
pub(super) use sqlite::{open, open_keys};
pub(super) use value::{Bind, Kind, Params, Question, Value, params};

/// How a statement ends.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// Why a statement did not do what it says.
#[derive(Debug, Error)]
pub(super) enum Error {
    /// One row was asked for, and there is none.
    #[error("there is no such row")]
    NoRow,
    /// A column holds something else than what is read from it.
    #[error("column {0} of a row is not there, or not of the type that it is read as")]
    Column(usize),
    /// The database's own word.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The server's own word, without what it says of values.
    #[error("PostgreSQL: {0}")]
    Server(String),
    /// The connection is gone, or the server does not answer.
    #[error("the connection to PostgreSQL is lost")]
    Lost,
    /// A commit was undone, as a whole.
    #[error("PostgreSQL has undone the transaction")]
    Undone,
    /// Whether a commit was made cannot be told now.
    #[error("the connection to PostgreSQL was lost while it committed: it may have been kept")]
    Unsure,
    /// The server does not promise durability.
    #[error("{0}")]
    Unsafe(String),
    /// The file with a password.
    #[error("{} cannot be used", .0.display())]
    Secret(std::path::PathBuf, #[source] std::io::Error),
    /// No thread or runtime of our own can be had.
    #[error("no connection can be driven")]
    Thread(#[source] std::io::Error),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        // A detail may quote a row.
        let said =
            error.as_db_error().map(|said| format!("{} ({})", said.message(), said.code().code()));
        Self::Server(said.unwrap_or_else(|| crate::telemetry::chain(&error)))
    }
}

/// A connection, used by one thread at a time.
pub(super) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::Link),
}

impl Connection {
    /// A statement that is said often: it is taken apart once.
    pub(super) fn prepare_cached<'c>(&'c self, sql: &str) -> Result<Statement<'c>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Cached(connection.prepare_cached(sql)?)),
            Self::Postgres(link) => Ok(Statement::Postgres(link, sql.to_owned(), Said::Often)),
        }
    }

    /// A statement that is said once in a while.
    pub(super) fn prepare<'c>(&'c self, sql: &str) -> Result<Statement<'c>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Once(connection.prepare(sql)?)),
            Self::Postgres(link) => Ok(Statement::Postgres(link, sql.to_owned(), Said::Once)),
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

    /// Whether processes on other hosts may use the same database: then what all must know stands in
    /// it, and not in files beside it.
    pub(super) const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Fetches what will be asked, in one go: a server's answers each take a way there and back, and
    /// SQLite's take none. Each answer is given to whoever asks for it first, as often as it was asked
    /// for here. It stands as it was when it was fetched: whoever writes meanwhile what one of them is
    /// read from must [`forget`](Self::forget) them.
    pub(super) fn ask_ahead(&self, questions: impl FnOnce() -> Vec<Question>) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(link) => link.ask_ahead(questions()),
        }
    }

    /// What was fetched ahead may have changed: it is asked again.
    pub(super) fn forget(&self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(link) => link.forget(),
        }
    }

    /// Whether SQLite can read the whole file. A server sees to its own: pages with checksums, `amcheck`.
    pub(super) fn is_sound(&self) -> Result<bool> {
        match self {
            Self::Sqlite(_) => self
                .query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
                .map(|said| said == "ok"),
            Self::Postgres(_) => Ok(true),
        }
    }

    /// What makes a selection leave out rows that somebody else has locked.
    pub(super) const fn skips_locked(&self) -> &'static str {
        match self {
            // One writes at a time.
            Self::Sqlite(_) => "",
            Self::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Tells processes on other hosts, with the commit, that something may have become due.
    pub(super) fn notify(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(link) => {
                link.put("SELECT pg_notify('sluss ' || current_schema(), '')", &[])
            }
        }
    }

    /// Begins to write, as the only one of all processes.
    pub(super) fn begin(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("BEGIN IMMEDIATE")?),
            Self::Postgres(link) => link.begin(),
        }
    }

    /// When the server says that it began, in microseconds, behind whoever wrote before; `None`: there is
    /// no server.
    pub(super) fn began(&self) -> Option<i64> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(link) => link.began(),
        }
    }

    /// Makes durable what was written since.
    pub(super) fn commit(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("COMMIT")?),
            Self::Postgres(link) => link.commit(),
        }
    }

    /// Undoes what was written since.
    pub(super) fn rollback(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("ROLLBACK")?),
            Self::Postgres(link) => link.rollback(),
        }
    }

    /// Whether a transaction that was begun can still be committed: on a full disk SQLite undoes it by
    /// itself, and PostgreSQL takes nothing more behind a statement that has failed.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
            Self::Postgres(link) => link.is_in_transaction(),
        }
    }

    /// Grows with every row that is written, whether it stays or not.
    pub(super) fn written(&self) -> u64 {
        match self {
            Self::Sqlite(connection) => connection.total_changes(),
            Self::Postgres(link) => link.written(),
        }
    }

    /// What follows can be undone on its own.
    pub(super) fn savepoint(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.say("SAVEPOINT job"),
            Self::Postgres(link) => link.savepoint(),
        }
    }

    /// Undoes what was written since the savepoint.
    pub(super) fn back_to_savepoint(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.say("ROLLBACK TO job"),
            Self::Postgres(link) => link.back_to_savepoint(),
        }
    }

    /// What was written since the savepoint belongs to the rest.
    pub(super) fn release(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => self.say("RELEASE job"),
            Self::Postgres(link) => link.release(),
        }
    }

    /// Waits until all that was put is written; an error where something of it was not.
    pub(super) fn settled(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(link) => link.settled(),
        }
    }

    /// One view for all that is read until it is dropped.
    pub(super) fn snapshot(&self) -> Result<Snapshot<'_>> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("BEGIN")?,
            Self::Postgres(link) => link.begin_to_read()?,
        }
        Ok(Snapshot(self))
    }

    fn say(&self, statement: &str) -> Result<()> {
        self.prepare_cached(statement)?.execute([]).map(drop)
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
    Postgres(&'c postgres::Link, String, Said),
}

/// Whether a server keeps a statement for the next time: its text may be another each time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Often,
    Once,
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        if let Self::Postgres(link, sql, Said::Once) = self {
            link.discard(sql);
        }
    }
}

impl Statement<'_> {
    /// The rows that it gives.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        params.with(|values| match self {
            Self::Cached(statement) => {
                Ok(Rows::Sqlite(statement.query(rusqlite::params_from_iter(values))?))
            }
            Self::Once(statement) => {
                Ok(Rows::Sqlite(statement.query(rusqlite::params_from_iter(values))?))
            }
            Self::Postgres(link, sql, _) => Ok(Rows::of(link.query(sql, values)?)),
        })
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
        params.with(|values| match self {
            Self::Cached(statement) => Ok(statement.execute(rusqlite::params_from_iter(values))?),
            Self::Once(statement) => Ok(statement.execute(rusqlite::params_from_iter(values))?),
            Self::Postgres(link, sql, _) => link.execute(sql, values),
        })
    }

    /// Changes rows, nobody waits how many: a server may be told together with what follows, and
    /// whether it went well is known when that is, or with [`Connection::settled`]. Rows that wait go before
    /// it only where it names their table.
    pub(super) fn put(&mut self, params: impl Params) -> Result<()> {
        match self {
            Self::Postgres(link, sql, _) => params.with(|values| link.put(sql, values)),
            _ => self.execute(params).map(drop),
        }
    }

    /// Adds a row that nobody waits for: a server may be given many of a kind at once, at the latest before
    /// anything is asked of it, and before a statement that names the table. So what is only put refers to
    /// no such row by another table. The row's key is its first columns, the same for all that is added to a
    /// table or changed in it.
    pub(super) fn add(&mut self, key: usize, row: impl Params) -> Result<()> {
        match self {
            Self::Postgres(link, sql, _) => row.with(|row| link.add(sql, row, key)),
            _ => self.execute(row).map(drop),
        }
    }

    /// Changes one row, and nobody waits, likewise. The first value is the row's key, by which alone it is
    /// looked up (`WHERE … = ?1`), and no other table is asked.
    pub(super) fn change(&mut self, values: impl Params) -> Result<()> {
        if let Self::Postgres(_, sql, _) = self {
            debug_assert!(sql.starts_with("UPDATE ") && sql.ends_with(" = ?1"), "{sql}");
        }
        self.add(1, values)
    }

    /// Whether it gives a row.
    pub(super) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
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
