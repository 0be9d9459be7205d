//! Retention: what is sealed of a case that has ended goes when the rules that opened it say so.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::super::StoreError;
use super::super::subjects::{Keep, Retention};
use super::writer::Tx;
use crate::domain::{CaseId, LeafId, Timestamp};
use crate::log::{Erasure, ErasureReason, Event};

/// What is kept of cases that have ended, and when it is due: ?1 is the minimum after the end.
const ENDED: &str = "SELECT c.id AS id,
         max(c.changed_us + max(?1, coalesce(k.after_end_us, 0)), coalesce(k.until_us, 0)) AS due_us
    FROM payload p JOIN case_ c ON c.id = p.case_id LEFT JOIN keep k ON k.case_id = c.id
   WHERE c.state IN ('completed', 'failed', 'rejected', 'cancelled')";

/// Being wiped a day late is the daily round; later is too late.
const GRACE: Duration = Duration::from_hours(24);

/// The longest of what was asked so far and of what this disclosure asks.
pub(super) fn keep(tx: &Tx<'_>, case: CaseId, keep: Keep) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO keep (case_id, after_end_us, until_us) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id) DO UPDATE
                SET after_end_us = max(after_end_us, excluded.after_end_us),
                    until_us = max(until_us, excluded.until_us)",
        )?
        .execute(params![
            case.bytes(),
            micros(keep.after_end),
            keep.until.map_or(0, Timestamp::micros)
        ])?;
    Ok(())
}

/// Wipes up to `most` cases that are due; how many that were.
pub(super) fn wipe(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    minimum: Duration,
    most: usize,
) -> Result<usize, StoreError> {
    let now = tx.forward()?;
    let due: Vec<[u8; 16]> = tx
        .database
        .prepare_cached(&format!("SELECT id FROM ({ENDED}) WHERE due_us <= ?2 LIMIT ?3"))?
        .query_map(
            params![micros(minimum), now.micros(), i64::try_from(most).unwrap_or(i64::MAX)],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    if due.is_empty() {
        return Ok(0);
    }
    for case in &due {
        for leaf in leaves_of_case(tx, case)? {
            tx.database.prepare_cached("DELETE FROM opening WHERE leaf = ?1")?.execute([leaf])?;
        }
        for table in ["payload", "keep"] {
            tx.database
                .prepare_cached(&format!("DELETE FROM {table} WHERE case_id = ?1"))?
                .execute([case])?;
        }
    }
    let event = Event::Erasure(Erasure {
        reason: ErasureReason::Retention,
        cases: Some(due.len() as u64),
        sd: BTreeSet::new(),
    });
    tx.append(leaf, event)?;
    Ok(due.len())
}

fn leaves_of_case(tx: &mut Tx<'_>, case: &[u8; 16]) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut select =
        tx.keys()?.prepare_cached("SELECT leaf FROM subject_leaf WHERE case_id = ?1")?;
    let rows = select.query_map([case], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How it stands.
pub(super) fn stand(
    database: &Connection,
    now: Timestamp,
    minimum: Duration,
) -> Result<Retention, StoreError> {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(database
        .prepare_cached(&format!(
            "SELECT count(*), count(*) FILTER (WHERE due_us <= ?2),
                    count(*) FILTER (WHERE due_us <= ?3), min(due_us) FILTER (WHERE due_us > ?2)
               FROM ({ENDED})"
        ))?
        .query_row(
            params![micros(minimum), now.micros(), now.micros().saturating_sub(micros(GRACE))],
            |row| {
                Ok(Retention {
                    ended: count(row.get(0)?),
                    due: count(row.get(1)?),
                    overdue: count(row.get(2)?),
                    next: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_micros),
                })
            },
        )?)
}

fn micros(time: Duration) -> i64 {
    // Bounded, so that no sum with a moment overflows.
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}
