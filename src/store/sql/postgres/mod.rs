//! PostgreSQL: several processes on several hosts. Opened like the files of SQLite: what the server
//! promises is read back, migrations run once, under a lock.

mod bulk;
mod link;
mod listen;
mod many;
mod server;
mod tls;
mod types;

use std::sync::Arc;

pub(in crate::store) use link::Link;
pub(in crate::store) use listen::{Listener, listen};
pub use server::Address;
use server::Server;

use super::super::StoreError;
use super::Result;

/// Numbered as those of SQLite, forward only. A released file is never changed.
const DATABASE: &[(u32, &str)] = &[
    (8, include_str!("../../../../schemas/sql/postgres/0008_first.sql")),
    (9, include_str!("../../../../schemas/sql/postgres/0009_operators.sql")),
    (10, include_str!("../../../../schemas/sql/postgres/0010_desk.sql")),
    (11, include_str!("../../../../schemas/sql/postgres/0011_line.sql")),
    (12, include_str!("../../../../schemas/sql/postgres/0012_entry.sql")),
    (13, include_str!("../../../../schemas/sql/postgres/0013_overview.sql")),
    (14, include_str!("../../../../schemas/sql/postgres/0014_sample.sql")),
    (15, include_str!("../../../../schemas/sql/postgres/0015_ever.sql")),
    (16, include_str!("../../../../schemas/sql/postgres/0016_month.sql")),
    (17, include_str!("../../../../schemas/sql/postgres/0017_breaker.sql")),
    (18, include_str!("../../../../schemas/sql/postgres/0018_covering.sql")),
];
const KEYS: &[(u32, &str)] = &[
    (1, include_str!("../../../../schemas/sql/postgres/keys_0001_first.sql")),
    (2, include_str!("../../../../schemas/sql/postgres/keys_0002_place.sql")),
];

/// Where the store and the key store are: two databases, or two schemas of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers {
    /// Cases and log.
    pub database: Address,
    /// The keys of the subjects: of its own, so that it can be backed up and destroyed on its own.
    pub keys: Address,
}

/// Held while a store is opened: several processes that begin at once make it one after the other.
pub(in crate::store) struct Opening(Link);

impl Opening {
    pub(in crate::store) fn begin(servers: &Servers) -> Result<Self> {
        let link = Link::connect(Arc::new(Server::of_log(&servers.database)))?;
        link.ask("SET lock_timeout = '60s'")?;
        link.ask(
            "SELECT pg_advisory_lock(hashtextextended('sluss opening ' || current_schema(), 0))",
        )?;
        Ok(Self(link))
    }

    /// Whether a store is there.
    pub(in crate::store) fn finds_a_store(&self) -> Result<bool> {
        is_there(&self.0)
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // It ends with the connection, too; but nobody knows how soon.
        drop(self.0.ask("SELECT pg_advisory_unlock_all()"));
    }
}

impl Servers {
    pub(in crate::store) fn log(&self) -> std::result::Result<Link, StoreError> {
        let server = Server::of_log(&self.database);
        // What is migrated is whole tables.
        migrate(&Link::connect(Arc::new(server.clone()))?, DATABASE, "epoch_key", "store.url")?;
        Ok(Link::connect(Arc::new(server.by_keys()))?)
    }

    pub(in crate::store) fn keys(&self) -> std::result::Result<Link, StoreError> {
        let server = Server::of_keys(&self.keys);
        migrate(&Link::connect(Arc::new(server.clone()))?, KEYS, "case_", "store.keys_url")?;
        Ok(Link::connect(Arc::new(server.by_keys()))?)
    }

    /// A store of a schema, empty, within a transaction that nobody sees before it is committed.
    pub(in crate::store) fn fresh_log(&self, schema: u32) -> std::result::Result<Link, StoreError> {
        let link = Link::connect(Arc::new(Server::of_log(&self.database)))?;
        fresh(link, DATABASE, schema, ("epoch_key", "store.url"))
    }

    /// A key store of a schema, likewise.
    pub(in crate::store) fn fresh_keys(
        &self,
        schema: u32,
    ) -> std::result::Result<Link, StoreError> {
        let link = Link::connect(Arc::new(Server::of_keys(&self.keys)))?;
        fresh(link, KEYS, schema, ("case_", "store.keys_url"))
    }

    /// Whether there is a key store.
    pub(in crate::store) fn has_keys(&self) -> Result<bool> {
        is_there(&Link::connect(Arc::new(Server::of_keys(&self.keys)))?)
    }

    pub(in crate::store) fn reader(&self) -> Result<Link> {
        Link::connect(Arc::new(Server::of_log(&self.database)))
    }

    pub(in crate::store) fn keys_reader(&self) -> Result<Link> {
        Link::connect(Arc::new(Server::of_keys(&self.keys)))
    }

    /// Takes what was deleted out of the tables that held it. Its place in the server's write-ahead log
    /// is used again in time, and what is archived of that is not ours.
    pub(in crate::store) fn vacuum(&self) -> Result<()> {
        let keys = self.keys_reader()?;
        for table in ["subject_key", "epoch_key", "subject_leaf"] {
            keys.ask(&format!("VACUUM {table}"))?;
        }
        let log = self.reader()?;
        for table in ["payload", "opening", "heard", "said", "line", "reference"] {
            log.ask(&format!("VACUUM {table}"))?;
        }
        Ok(())
    }
}

fn is_there(link: &Link) -> Result<bool> {
    let told = link.ask("SELECT to_regclass('migration') IS NOT NULL")?;
    Ok(told.first().and_then(|row| row.first()?.as_deref()) == Some("t"))
}

fn fresh(
    link: Link,
    migrations: &[(u32, &str)],
    schema: u32,
    (other, key): (&str, &str),
) -> std::result::Result<Link, StoreError> {
    apart(&link, other, key)?;
    let (first, known) = match migrations {
        [(first, _), .., (last, _)] => (*first, *last),
        [(only, _)] => (*only, *only),
        [] => (0, 0),
    };
    if schema > known {
        return Err(StoreError::Newer { found: schema, known });
    }
    if schema < first {
        let what = format!(
            "a store of schema {schema} does not fit on PostgreSQL: it begins with {first}"
        );
        return Err(StoreError::Unsafe(what));
    }
    link.begin()?;
    link.ask("CREATE TABLE migration (number BIGINT NOT NULL PRIMARY KEY)")?;
    for (number, migration) in migrations.iter().filter(|(number, _)| *number <= schema) {
        link.ask(&format!("{migration}; INSERT INTO migration VALUES ({number})"))?;
    }
    Ok(link)
}

/// Whether an address names the other one of the two databases: `other` is a table of that.
fn apart(link: &Link, other: &str, key: &str) -> std::result::Result<(), StoreError> {
    let there = link.ask(&format!("SELECT to_regclass('{other}') IS NOT NULL"))?;
    if there.first().and_then(|row| row.first()?.as_deref()) == Some("t") {
        let what = format!("{key} names the other database: log and keys are kept apart");
        return Err(StoreError::Unsafe(what));
    }
    Ok(())
}

/// Under the lock of the opening. `other` is a table of the other one of the two databases.
fn migrate(
    link: &Link,
    migrations: &[(u32, &str)],
    other: &str,
    key: &str,
) -> std::result::Result<(), StoreError> {
    apart(link, other, key)?;
    link.ask("CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL PRIMARY KEY)")?;
    let told = link.ask("SELECT coalesce(max(number), 0) FROM migration")?;
    let found = told.first().and_then(|row| row.first()?.as_deref()?.parse().ok());
    let found: u32 = found.ok_or(StoreError::Corrupt { table: "migration" })?;
    let known = migrations.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, migration) in migrations.iter().filter(|(number, _)| *number > found) {
        let noted = format!("INSERT INTO migration VALUES ({number})");
        link.ask(&format!("BEGIN; {migration}; {noted}; COMMIT"))?;
    }
    Ok(())
}
