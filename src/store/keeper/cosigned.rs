//! Cosigned checkpoints: what witnesses have put their names to.

use super::super::StoreError;
use super::super::sql::{Connection, params};
use super::log::{checkpoint, signed};
use super::tx::Tx;
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
    let note = checkpoint(tx.database, Some(size))?.ok_or_else(corrupt)?;
    let mut note = Note::parse(&note).map_err(|_| corrupt())?;
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
                (SELECT min(size) FROM (SELECT size FROM cosigned ORDER BY size DESC LIMIT ?1)
                  AS newest)",
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
