//! Drafts of reports that something was sent that should not have been. What is about somebody who is for
//! the restricted role is left out by the statements themselves.

use super::super::StoreError;
use super::super::desk::{IncidentDecision, IncidentKind, IncidentRow, Sight};
use super::super::sql::{Connection, OptionalExtension, Row, Value, params};
use super::Keeper;
use crate::domain::{CaseId, IncidentId, Timestamp};

const INCIDENT: &str = "SELECT i.id, i.case_id, i.kind, i.noticed_us, i.closed_us, i.decision
  FROM incident i JOIN case_ c ON c.id = i.case_id";

impl Keeper {
    pub(in crate::store) async fn note_incident(
        &self,
        incident: IncidentRow,
    ) -> Result<(), StoreError> {
        self.writer
            .run(move |tx| {
                tx.database
                    .prepare_cached(
                        "INSERT INTO incident (id, case_id, kind, noticed_us)
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        incident.id.bytes(),
                        incident.case.bytes(),
                        incident.kind.as_str(),
                        incident.noticed.micros(),
                    ])?;
                Ok(())
            })
            .await
    }

    pub(in crate::store) async fn incidents(
        &self,
        case: CaseId,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        self.read(move |database| {
            let sql = format!("{INCIDENT} WHERE i.case_id = ?1 ORDER BY i.noticed_us, i.id");
            all(database, &sql, params![case.bytes()])
        })
        .await
    }

    pub(in crate::store) async fn all_incidents(
        &self,
        sight: Sight,
        behind: Option<(Timestamp, IncidentId)>,
        most: u32,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        let (at, id) = behind.map_or((i64::MAX, [0xff; 16]), |(at, id)| (at.micros(), *id.bytes()));
        self.read(move |database| {
            let sql = format!(
                "{INCIDENT} WHERE c.restricted <= ?1 AND (i.noticed_us, i.id) < (?2, ?3)
                  ORDER BY i.noticed_us DESC, i.id DESC LIMIT ?4"
            );
            all(database, &sql, params![sight == Sight::Restricted, at, id, most])
        })
        .await
    }

    pub(in crate::store) async fn incident(
        &self,
        id: IncidentId,
        sight: Sight,
    ) -> Result<Option<IncidentRow>, StoreError> {
        self.read(move |database| {
            let sql = format!("{INCIDENT} WHERE i.id = ?1 AND c.restricted <= ?2");
            let found = database
                .prepare_cached(&sql)?
                .query_row(params![id.bytes(), sight == Sight::Restricted], |row| Ok(read(row)))
                .optional()?;
            found.transpose()
        })
        .await
    }

    pub(in crate::store) async fn close_incident(
        &self,
        id: IncidentId,
        decision: IncidentDecision,
    ) -> Result<bool, StoreError> {
        self.writer
            .run(move |tx| {
                let closed = tx
                    .database
                    .prepare_cached(
                        "UPDATE incident SET closed_us = ?1, decision = ?2
                          WHERE id = ?3 AND closed_us IS NULL",
                    )?
                    .execute(params![tx.now.micros(), decision.as_str(), id.bytes()])?;
                Ok(closed > 0)
            })
            .await
    }
}

fn all(
    database: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<IncidentRow>, StoreError> {
    let mut select = database.prepare_cached(sql)?;
    let rows = select.query_map(values, |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

fn read(row: &Row<'_>) -> Result<IncidentRow, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "incident" };
    let closed: Option<i64> = row.get(4)?;
    let decision: Option<String> = row.get(5)?;
    let decision = decision.map(|word| IncidentDecision::parse(&word).ok_or_else(corrupt));
    Ok(IncidentRow {
        id: IncidentId::from_bytes(row.get(0)?),
        case: CaseId::from_bytes(row.get(1)?),
        kind: IncidentKind::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?,
        noticed: Timestamp::from_micros(row.get(3)?),
        closed: closed.map(Timestamp::from_micros).zip(decision.transpose()?),
    })
}
