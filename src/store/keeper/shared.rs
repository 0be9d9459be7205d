//! What processes on several hosts must know of each other stands in the database that they share: whose
//! log it is, and whether it is halted. A file beside the store tells that where all are on one host.

use super::super::halt::Halted;
use super::super::sql::{Connection, Databases, OptionalExtension, Question, params};
use super::super::{Opening, StoreError};
use crate::domain::{HaltReason, Timestamp};
use crate::log::VerifierKey;

/// Whether the log in the database is signed by this key. The first one that comes makes it so.
pub(super) fn is_ours(database: &Connection, key: &VerifierKey) -> Result<(), StoreError> {
    if !database.is_shared() {
        return Ok(());
    }
    let key = key.to_string();
    database.execute(
        "INSERT INTO deployment (only_, log_key) VALUES (1, ?1) ON CONFLICT DO NOTHING",
        [&key],
    )?;
    let found: String =
        database.query_row("SELECT log_key FROM deployment", [], |row| row.get(0))?;
    if found == key {
        return Ok(());
    }
    Err(StoreError::KeyFile(format!(
        "the database holds the log of another key, {found}: copy the folder keys and the file \
         checkpoint from a host that uses it"
    )))
}

const REASON: &str = "SELECT reason, since_us FROM halted ORDER BY since_us LIMIT 1";

/// What [`halted`] will ask.
pub(super) fn halted_question() -> Question {
    Question::new(REASON, [])
}

/// The gravest reason for which all processes are halted.
pub(super) fn halted(database: &Connection) -> Result<Option<Halted>, StoreError> {
    if !database.is_shared() {
        return Ok(None);
    }
    let found: Option<(String, i64)> = database
        .prepare_cached(REASON)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(reason, since)| {
        let known = HaltReason::parse(&reason).filter(|reason| reason.latches());
        let reason = known.unwrap_or(HaltReason::LogChanged);
        Halted { reason, since: Timestamp::from_micros(since) }
    }))
}

/// Tells all other processes, in a commit of its own.
pub(super) fn tell(database: &Connection, halted: Halted) -> Result<(), StoreError> {
    database.begin()?;
    halt(database, halted)?;
    Ok(database.commit()?)
}

fn halt(database: &Connection, halted: Halted) -> Result<(), StoreError> {
    database
        .prepare_cached(
            "INSERT INTO halted (reason, since_us) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?
        .execute(params![halted.reason.as_str(), halted.since.micros()])?;
    Ok(())
}

/// Tells all processes where this one could not even open the store.
pub(super) fn mark(opening: &Opening<'_>, why: Halted) {
    if opening.servers.is_none() {
        return;
    }
    let databases = Databases::of(opening.dir, opening.servers);
    if let Err(error) = databases.reader().and_then(|database| halt(&database, why)) {
        tracing::error!(%error, "Other processes cannot be told of a halt");
    }
}

/// Nothing is halted any more.
pub(super) fn resume(database: &Connection) -> Result<(), StoreError> {
    if database.is_shared() {
        database.prepare_cached("DELETE FROM halted")?.execute([])?;
    }
    Ok(())
}
