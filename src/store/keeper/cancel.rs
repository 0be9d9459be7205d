//! Tasks of cancelling an order: kept beside the change that asked for it, with a state that follows
//! from the cases that it has made.

use std::collections::HashMap;

use super::super::StoreError;
use super::super::notices::CancellationRow;
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::among::Among;
use super::tx::Tx;
use super::{Keeper, list};
use crate::domain::{CaseState, ClientId, SubmissionId, Timestamp};
use crate::tmf::{Page, TmfState};

pub(super) const TASK: &str = "SELECT t.id, t.submission, t.state, t.requested_us, t.changed_us
  FROM cancellation t JOIN submission s ON s.id = t.submission";

/// The tasks of all orders that have moved.
pub(super) const TASKS: &str =
    "SELECT submission, id, state, requested_us FROM cancellation WHERE submission IN (?)";

impl Keeper {
    pub(in crate::store) async fn cancellation(
        &self,
        client: ClientId,
        id: SubmissionId,
    ) -> Result<Option<CancellationRow>, StoreError> {
        self.read(move |database| {
            database
                .prepare_cached(&format!("{TASK} WHERE t.id = ?1 AND s.client = ?2"))?
                .query_row(params![id.bytes(), client.as_str()], |row| Ok(task(row)))
                .optional()?
                .transpose()
        })
        .await
    }

    pub(in crate::store) async fn cancellations(
        &self,
        client: ClientId,
        page: Page,
    ) -> Result<(u64, Vec<CancellationRow>), StoreError> {
        self.read(move |database| list::cancellations(database, &client, &page)).await
    }
}

pub(super) fn task(row: &Row<'_>) -> Result<CancellationRow, StoreError> {
    let state = TmfState::parse(&row.get::<_, String>(2)?);
    Ok(CancellationRow {
        id: SubmissionId::from_bytes(row.get(0)?),
        order: SubmissionId::from_bytes(row.get(1)?),
        state: state.ok_or(StoreError::Corrupt { table: "cancellation" })?,
        requested: Timestamp::from_micros(row.get(3)?),
        changed: Timestamp::from_micros(row.get(4)?),
    })
}

/// Notes that a change asks for an order to be cancelled.
pub(super) fn note(
    tx: &Tx<'_>,
    change: SubmissionId,
    order: SubmissionId,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO cancellation (id, submission, state, requested_us, changed_us)
             VALUES (?1, ?2, 'accepted', ?3, ?3)",
        )?
        .execute(params![change.bytes(), order.bytes(), tx.now.micros()])?;
    Ok(())
}

/// A task that stands elsewhere than was told.
pub(super) struct Moved {
    pub(super) id: SubmissionId,
    pub(super) state: TmfState,
    pub(super) requested: Timestamp,
    /// Nobody has been told of it.
    pub(super) is_new: bool,
}

/// A task as it was told last.
pub(super) struct Task {
    id: SubmissionId,
    state: TmfState,
    requested: Timestamp,
}

/// Those of all orders that have moved.
pub(super) fn tasks(
    database: &Connection,
    among: &[Among<'_>],
) -> Result<HashMap<SubmissionId, Vec<Task>>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "cancellation" };
    let mut tasks: HashMap<_, Vec<Task>> = HashMap::new();
    for list in among {
        let mut select = database.prepare_cached(&list.said(TASKS))?;
        let mut rows = select.query(&list.keys()[..])?;
        while let Some(row) = rows.next()? {
            let task = Task {
                id: SubmissionId::from_bytes(row.get(1)?),
                state: TmfState::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?,
                requested: Timestamp::from_micros(row.get(3)?),
            };
            tasks.entry(SubmissionId::from_bytes(row.get(0)?)).or_default().push(task);
        }
    }
    Ok(tasks)
}

/// Brings the tasks of an order up to what their cases say; those that have moved.
pub(super) fn follow(
    database: &Connection,
    tasks: Vec<Task>,
    now: Timestamp,
) -> Result<Vec<Moved>, StoreError> {
    let mut moved = Vec::new();
    for Task { id, state: before, requested } in tasks {
        let state = TmfState::of_task(&asked(database, id)?);
        if state != before {
            let is_new = before == TmfState::Accepted;
            moved.push(Moved { id, state, requested, is_new });
        }
    }
    for one in &moved {
        database
            .prepare_cached("UPDATE cancellation SET state = ?1, changed_us = ?2 WHERE id = ?3")?
            .execute(params![one.state.as_str(), now.micros(), one.id.bytes()])?;
    }
    Ok(moved)
}

/// The states of the cases that a change has made.
fn asked(database: &Connection, change: SubmissionId) -> Result<Vec<CaseState>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT a.state FROM cancellation t JOIN case_ a ON a.submission = t.submission
          WHERE t.id = ?1 AND a.change = ?1",
    )?;
    let rows = select.query_map([change.bytes()], |row| row.get::<_, String>(0))?;
    rows.map(|state| CaseState::parse(&state?).ok_or(StoreError::Corrupt { table: "case_" }))
        .collect()
}
