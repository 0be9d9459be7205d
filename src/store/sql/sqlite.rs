//! SQLite: the files are opened, pragmas set and read back, migrations run once.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection as Sqlite, OpenFlags, ToSql, TransactionBehavior};

use super::super::StoreError;
use super::{Connection, Value};

/// Numbered, forward only. A released file is never changed: a change is a further file.
pub(super) const DATABASE: &[&str] = &[
    include_str!("../../../schemas/sql/sqlite/0001_first.sql"),
    include_str!("../../../schemas/sql/sqlite/0002_cosigned.sql"),
    include_str!("../../../schemas/sql/sqlite/0003_door.sql"),
    include_str!("../../../schemas/sql/sqlite/0004_hub.sql"),
    include_str!("../../../schemas/sql/sqlite/0005_follow.sql"),
    include_str!("../../../schemas/sql/sqlite/0006_cancel.sql"),
    include_str!("../../../schemas/sql/sqlite/0007_pull.sql"),
    include_str!("../../../schemas/sql/sqlite/0008_access.sql"),
    include_str!("../../../schemas/sql/sqlite/0009_operators.sql"),
    include_str!("../../../schemas/sql/sqlite/0010_desk.sql"),
    include_str!("../../../schemas/sql/sqlite/0011_line.sql"),
    include_str!("../../../schemas/sql/sqlite/0012_entry.sql"),
    include_str!("../../../schemas/sql/sqlite/0013_overview.sql"),
    include_str!("../../../schemas/sql/sqlite/0014_sample.sql"),
    include_str!("../../../schemas/sql/sqlite/0015_ever.sql"),
    include_str!("../../../schemas/sql/sqlite/0016_month.sql"),
    include_str!("../../../schemas/sql/sqlite/0017_breaker.sql"),
    include_str!("../../../schemas/sql/sqlite/0018_covering.sql"),
];
pub(super) const KEYS: &[&str] = &[
    include_str!("../../../schemas/sql/sqlite/keys_0001_first.sql"),
    include_str!("../../../schemas/sql/sqlite/keys_0002_place.sql"),
];

/// Before 3.51.3, two connections that wrote and checkpointed at once could corrupt the file.
const VERSION_MIN: i32 = 3_051_003;

/// More than there are statements of ours: none is prepared twice.
const STATEMENTS_MAX: usize = 192;

/// How long the write-ahead log grows, in pages of 4 KiB, before it is written back. A longer one is
/// written back more seldom, and the pages that every commit touches once instead of many times.
const WAL_PAGES: u32 = 4_000;

/// How much of a file that is written is kept at hand, in KiB. With less, the pages of what is under way
/// are read again for each commit.
const CACHED_KIB: i64 = 12_000;

/// The same for one that is only read: what pages for people are made of.
const READ_KIB: i64 = 8_000;

/// How long a write waits for another process.
const BUSY: Duration = Duration::from_secs(10);

pub(in crate::store) fn open(path: &Path) -> Result<Connection, StoreError> {
    let connection = writable(path, DATABASE)?;
    // What is wiped is overwritten, too: its key may live on for another case.
    connection.pragma_update(None, "secure_delete", "ON")?;
    Ok(Connection::Sqlite(connection))
}

pub(in crate::store) fn open_keys(path: &Path) -> Result<Connection, StoreError> {
    let connection = writable(path, KEYS)?;
    // A destroyed key is overwritten, not just unlinked.
    connection.pragma_update(None, "secure_delete", "ON")?;
    Ok(Connection::Sqlite(connection))
}

pub(in crate::store) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Sqlite::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.pragma_update(None, "cache_size", -READ_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // The write-ahead log is opened by the first read, and made anew where it is missing by then:
    // one that is unlinked later is to be missed, and not to be hidden by an empty one.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(Connection::Sqlite(connection))
}

/// A new file of a schema, within a transaction. Nothing of it is durable, or can be undone: who fails
/// throws the file away.
pub(super) fn fresh(
    path: &Path,
    migrations: &[&str],
    schema: u32,
) -> Result<Connection, StoreError> {
    if schema as usize > migrations.len() {
        let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
        return Err(StoreError::Newer { found: schema, known });
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::unavailable("removing half a database", error));
        }
        _ => {}
    }
    let connection = Sqlite::open(path)?;
    owner_only(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for migration in migrations.iter().take(schema as usize) {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "user_version", schema)?;
    Ok(Connection::Sqlite(connection))
}

/// Moves the write-ahead log into the database and empties it, by a connection of its own: no
/// transaction may be under way in it. False: somebody was still reading from it.
pub(in crate::store) fn truncate(path: &Path) -> Result<bool, StoreError> {
    let connection = Sqlite::open(path)?;
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

fn writable(path: &Path, migrations: &[&str]) -> Result<Sqlite, StoreError> {
    if rusqlite::version_number() < VERSION_MIN {
        let version = rusqlite::version();
        return Err(StoreError::Unsafe(format!("SQLite {version} can corrupt a shared file")));
    }
    let mut connection = Sqlite::open(path)?;
    owner_only(path)?;
    connection.busy_timeout(BUSY)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Unsafe(format!("journal_mode is {mode}, not WAL")));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "cache_size", -CACHED_KIB)?;
    // What a savepoint goes back to, and what a statement sorts: a commit's worth, and no file of it.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without it, a statement that compares a value with one of a partial index (`state = ?`) is
    // prepared anew whenever another value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous < 2 {
        return Err(StoreError::Unsafe(format!("synchronous is {synchronous}, not FULL (2)")));
    }
    migrate(&mut connection, migrations)?;
    Ok(connection)
}

/// Under a write lock, so that of several processes that start at once one migrates.
fn migrate(connection: &mut Sqlite, migrations: &[&str]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for migration in migrations.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}

fn owner_only(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(|error| StoreError::unavailable("setting the permissions of the store", error))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null(_) => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(integer),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        super::Error::from(error).into()
    }
}
