//! Retention: what is sealed of a case that has ended goes when the rules that opened it say so.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::StoreError;
use super::super::sql::{Connection, params};
use super::super::subjects::{Keep, Retention};
use super::tx::Tx;
use crate::domain::{CaseId, LeafId, Timestamp};
use crate::log::{Erasure, ErasureReason, Event};

/// What is kept of cases that have ended, and when it is due: ?1 is the minimum for a case itself.
const ENDED: &str =
    "(SELECT id, part, CASE WHEN until_us > at_us THEN until_us ELSE at_us END AS due_us
    FROM (SELECT k.case_id AS id, k.part AS part, k.until_us AS until_us,
                 c.changed_us + CASE WHEN k.part = 0 AND ?1 > k.after_end_us
                                     THEN ?1 ELSE k.after_end_us END AS at_us
            FROM keep k JOIN case_ c ON c.id = k.case_id
           WHERE c.state IN ('completed', 'failed', 'rejected', 'cancelled')) AS ended) AS dated";

/// Being wiped a day late is the daily round; later is too late.
const GRACE: Duration = Duration::from_hours(24);

/// The longest of what was asked so far and of what is asked now.
pub(super) fn keep(tx: &Tx<'_>, case: CaseId, keep: Keep) -> Result<(), StoreError> {
    let (after_end, until) = match keep {
        Keep::AfterEnd(time) => (micros(time), 0),
        Keep::AfterVisit(until) | Keep::AfterRecord(until) => (0, until.micros()),
    };
    tx.database
        .prepare_cached(
            "INSERT INTO keep (case_id, part, after_end_us, until_us) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (case_id, part) DO UPDATE
                SET after_end_us = CASE WHEN excluded.after_end_us > keep.after_end_us
                                        THEN excluded.after_end_us ELSE keep.after_end_us END,
                    until_us = CASE WHEN excluded.until_us > keep.until_us
                                    THEN excluded.until_us ELSE keep.until_us END",
        )?
        .add(2, params![case.bytes(), keep.part(), after_end, until])?;
    Ok(())
}

/// A part of what is kept of a case.
pub(super) type Part = (CaseId, u8);

/// Up to `most` parts that are due. Looked for outside of the writer: it goes through all that is
/// kept.
pub(super) fn due(
    database: &Connection,
    now: Timestamp,
    minimum: Duration,
    most: usize,
) -> Result<Vec<Part>, StoreError> {
    let mut select = database
        .prepare_cached(&format!("SELECT id, part FROM {ENDED} WHERE due_us <= ?2 LIMIT ?3"))?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = select.query_map(params![micros(minimum), now.micros(), most], |row| {
        Ok((CaseId::from_bytes(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Wipes what is due; of how many cases that was something: another process may have been quicker.
pub(super) fn wipe(tx: &mut Tx<'_>, leaf: LeafId, due: &[Part]) -> Result<u64, StoreError> {
    let mut wiped = BTreeSet::new();
    for (case, part) in due {
        let found = tx
            .database
            .prepare_cached("DELETE FROM keep WHERE case_id = ?1 AND part = ?2")?
            .execute(params![case.bytes(), part])?;
        if found == 0 {
            continue;
        }
        if *part == 0 {
            for table in ["payload", "said", "line"] {
                tx.database
                    .prepare_cached(&format!("DELETE FROM {table} WHERE case_id = ?1"))?
                    .put([case.bytes()])?;
            }
            tx.database
                .prepare_cached("UPDATE heard SET sealed = NULL WHERE case_id = ?1")?
                .put([case.bytes()])?;
        }
        for leaf in leaves_of_case(tx, case.bytes())? {
            tx.database
                .prepare_cached("DELETE FROM opening WHERE leaf = ?1 AND part = ?2")?
                .put(params![leaf, part])?;
        }
        wiped.insert(*case);
    }
    let cases = wiped.len() as u64;
    if cases > 0 {
        let (reason, cases) = (ErasureReason::Retention, Some(cases));
        tx.append(leaf, Event::Erasure(Erasure { reason, cases, sd: BTreeSet::new() }))?;
    }
    Ok(cases)
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
            "SELECT count(DISTINCT id), count(DISTINCT id) FILTER (WHERE due_us <= ?2),
                    count(DISTINCT id) FILTER (WHERE due_us <= ?3), min(due_us) FILTER (WHERE due_us > ?2)
               FROM {ENDED}"
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
