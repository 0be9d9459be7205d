//! Cosigned checkpoints: what witnesses have put their names to.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::StoreError;
use super::log::{checkpoint, signed};
use super::writer::Tx;
use crate::log::{Note, SignatureLine, TreeSize};

/// So many are kept, the newest: enough that one which a quorum has signed is among them.
const KEPT: u32 = 128;

/// Puts lines under the checkpoint of this size. A line of a key that has signed already takes the
/// place of the earlier one: a witness says more by a later time.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    size: TreeSize,
    lines: &[SignatureLine],
) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt { table: "cosigned" };
    let before = one(tx.database, size)?;
    let note = match before {
        Some(note) => Some(note),
        None => checkpoint(tx.database, Some(size))?,
    };
    let mut note = Note::parse(&note.ok_or_else(corrupt)?).map_err(|_| corrupt())?;
    for line in lines {
        note.retain(|kept| kept.name() != line.name() || kept.id() != line.id());
        note.add(line.clone()).map_err(|error| StoreError::unavailable("cosigning", error))?;
    }
    tx.database
        .prepare_cached(
            "INSERT INTO cosigned (size, note) VALUES (?1, ?2)
             ON CONFLICT (size) DO UPDATE SET note = excluded.note",
        )?
        .execute(params![signed(size.0)?, note.to_string()])?;
    tx.database
        .prepare_cached(
            "DELETE FROM cosigned WHERE size <
                (SELECT min(size) FROM (SELECT size FROM cosigned ORDER BY size DESC LIMIT ?1))",
        )?
        .execute([KEPT])?;
    Ok(())
}

/// All that are kept, the newest first.
pub(super) fn all(database: &Connection) -> Result<Vec<String>, StoreError> {
    let mut select = database.prepare_cached("SELECT note FROM cosigned ORDER BY size DESC")?;
    let notes = select.query_map([], |row| row.get(0))?;
    Ok(notes.collect::<Result<_, _>>()?)
}

fn one(database: &Connection, size: TreeSize) -> Result<Option<String>, StoreError> {
    Ok(database
        .prepare_cached("SELECT note FROM cosigned WHERE size = ?1")?
        .query_row([signed(size.0)?], |row| row.get(0))
        .optional()?)
}
