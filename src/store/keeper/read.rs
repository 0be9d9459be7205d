//! What is shown: rows without a personal value, from a read-only connection.

use super::super::StoreError;
use super::super::rows::{CaseFilter, CaseRow, ChangeRow, FeedFrom, SubmissionRow};
use super::super::seal::{self, Vault};
use super::super::sql::{Connection, OptionalExtension, Row, params};
use super::keys::wrapped_key;
use crate::domain::{
    Act, CaseId, CaseState, ClientId, ExternalId, LeafId, OperatorReference, Purpose, RecipientId,
    SubjectId, SubmissionId, SubscriptionId, Timestamp,
};
use crate::intake::Kind;
use crate::log::{LeafIndex, SubjectKey};

const CASE: &str =
    "SELECT c.id, c.submission, s.kind, s.client, s.external_id, c.item, c.recipient,
       c.purpose, c.state, c.reason, c.attempt, c.due_us, c.intent, c.operator_reference,
       c.subscription, c.answer, c.accepted_us, c.changed_us,
       c.subject IS NULL, c.act, c.about, c.change
  FROM case_ c JOIN submission s ON s.id = c.submission";

/// The earliest of what is due and of what a lease keeps longer. Asked after every commit, of all
/// that is in keeping: each half takes the first row of its index.
const NEXT_DUE: &str = "SELECT min(at_us) FROM (
    SELECT * FROM (
        SELECT due_us AS at_us FROM case_
         WHERE recipient = ?1 AND state IN ('accepted', 'recorded', 'placed')
           AND lease_until_us <= due_us
         ORDER BY due_us LIMIT 1) AS free
    UNION ALL
    SELECT * FROM (
        SELECT lease_until_us FROM case_
         WHERE recipient = ?1 AND state IN ('accepted', 'recorded', 'placed')
           AND lease_until_us > due_us
         ORDER BY lease_until_us LIMIT 1) AS leased) AS due";

pub(super) fn cases(
    database: &Connection,
    filter: &CaseFilter,
) -> Result<Vec<CaseRow>, StoreError> {
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let sql = format!(
        "{CASE} WHERE (?1 IS NULL OR c.id = ?1) AND (?2 IS NULL OR c.state = ?2)
            AND (?3 IS NULL OR c.recipient = ?3)
          ORDER BY c.accepted_us DESC, c.id LIMIT ?4"
    );
    let mut select = database.prepare_cached(&sql)?;
    let rows = select.query_map(
        params![
            filter.id.as_ref().map(CaseId::bytes),
            filter.state.map(CaseState::as_str),
            filter.recipient.as_ref().map(RecipientId::as_str),
            limit,
        ],
        |row| Ok(case_row(row)),
    )?;
    rows.map(|row| row?).collect()
}

pub(super) fn case(database: &Connection, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
    Ok(rows_where(database, "c.id = ?1", id.bytes())?.pop())
}

/// Cases in the order of their ids.
pub(super) fn kept_cases(
    database: &Connection,
    after: Option<CaseId>,
    most: usize,
) -> Result<Vec<CaseRow>, StoreError> {
    let sql = format!("{CASE} WHERE ?1 IS NULL OR c.id > ?1 ORDER BY c.id LIMIT ?2");
    let mut select = database.prepare_cached(&sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = select
        .query_map(params![after.as_ref().map(CaseId::bytes), most], |row| Ok(case_row(row)))?;
    rows.map(|row| row?).collect()
}

pub(super) fn case_of(
    database: &Connection,
    recipient: &RecipientId,
    reference: &OperatorReference,
) -> Result<Option<CaseRow>, StoreError> {
    let sql = format!("{CASE} WHERE c.recipient = ?1 AND c.operator_reference = ?2 LIMIT 1");
    database
        .prepare_cached(&sql)?
        .query_row(params![recipient.as_str(), reference.as_str()], |row| Ok(case_row(row)))
        .optional()?
        .transpose()
}

pub(super) fn submission(
    database: &Connection,
    kind: Kind,
    id: SubmissionId,
) -> Result<Option<SubmissionRow>, StoreError> {
    let found: Option<(String, Option<String>, i64)> = database
        .prepare_cached(
            "SELECT client, external_id, accepted_us FROM submission WHERE id = ?1 AND kind = ?2",
        )?
        .query_row(params![id.bytes(), kind.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    found.map(|found| with_cases(database, kind, id, found)).transpose()
}

fn with_cases(
    database: &Connection,
    kind: Kind,
    id: SubmissionId,
    (client, external_id, accepted): (String, Option<String>, i64),
) -> Result<SubmissionRow, StoreError> {
    let own = "c.submission = ?1 AND c.about IS NULL ORDER BY length(c.item), c.item";
    let cases = rows_where(database, own, id.bytes())?;
    let since = "c.submission = ?1 AND c.about IS NOT NULL ORDER BY c.accepted_us, c.id";
    let asked = rows_where(database, since, id.bytes())?;
    let corrupt = |_| StoreError::Corrupt { table: "submission" };
    let external_id = external_id.map(|text| ExternalId::parse(&text)).transpose();
    Ok(SubmissionRow {
        id,
        kind,
        client: ClientId::parse(&client).map_err(corrupt)?,
        external_id: external_id.map_err(corrupt)?,
        accepted: Timestamp::from_micros(accepted),
        cases,
        asked,
    })
}

fn rows_where(
    database: &Connection,
    condition: &str,
    id: &[u8; 16],
) -> Result<Vec<CaseRow>, StoreError> {
    let mut select = database.prepare_cached(&format!("{CASE} WHERE {condition}"))?;
    let rows = select.query_map([id], |row| Ok(case_row(row)))?;
    rows.map(|row| row?).collect()
}

/// What was asked by a change; `None` where there is none with this id.
pub(super) fn change(
    database: &Connection,
    id: SubmissionId,
) -> Result<Option<ChangeRow>, StoreError> {
    let found: Option<([u8; 16], String, i64)> = database
        .prepare_cached(
            "SELECT c.submission, s.kind, c.accepted_us
               FROM change c JOIN submission s ON s.id = c.submission WHERE c.id = ?1",
        )?
        .query_row([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((of, kind, accepted)) = found else {
        return Ok(None);
    };
    let of = SubmissionId::from_bytes(of);
    let mut cases = rows_where(
        database,
        "c.submission = ?1 AND c.about IS NOT NULL ORDER BY c.accepted_us, c.id",
        of.bytes(),
    )?;
    cases.retain(|case| case.about.is_some_and(|(_, change)| change == id));
    Ok(Some(ChangeRow {
        id,
        of,
        kind: Kind::parse(&kind).ok_or(StoreError::Corrupt { table: "submission" })?,
        accepted: Timestamp::from_micros(accepted),
        cases,
    }))
}

pub(super) fn next_due(
    database: &Connection,
    recipient: &RecipientId,
) -> Result<Option<Timestamp>, StoreError> {
    let due: Option<i64> =
        database.prepare_cached(NEXT_DUE)?.query_row([recipient.as_str()], |row| row.get(0))?;
    Ok(due.map(Timestamp::from_micros))
}

/// The feed is read only while something is placed there: an idle deployment asks nobody.
pub(super) fn feed_due(
    database: &Connection,
    recipient: &RecipientId,
    now: Timestamp,
) -> Result<Option<FeedFrom>, StoreError> {
    let placed: bool = database
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM case_ WHERE recipient = ?1 AND state = 'placed')",
        )?
        .query_row([recipient.as_str()], |row| row.get(0))?;
    if !placed {
        return Ok(None);
    }
    let row: Option<(Option<String>, i64)> = database
        .prepare_cached("SELECT event, due_us FROM feed WHERE recipient = ?1")?
        .query_row([recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match row {
        None => Some(FeedFrom(None)),
        Some((event, due)) if due <= now.micros() => Some(FeedFrom(event)),
        Some(_) => None,
    })
}

/// The key of the subject that a leaf is about; `None` once it is destroyed, or where the leaf is
/// about nobody.
pub(super) fn key_of_leaf(
    keys: &Connection,
    vault: &Vault,
    leaf: LeafId,
) -> Result<Option<SubjectKey>, StoreError> {
    let subject: Option<[u8; 16]> = keys
        .prepare_cached("SELECT subject FROM subject_leaf WHERE leaf = ?1")?
        .query_row([leaf.bytes()], |row| row.get(0))
        .optional()?;
    let Some(subject) = subject.map(SubjectId::from_bytes) else {
        return Ok(None);
    };
    let Some(wrapped) = wrapped_key(keys, subject)? else {
        return Ok(None);
    };
    let key = vault.subject_key(&wrapped)?;
    Ok(Some(seal::commitment_key(&key)))
}

fn case_row(row: &Row<'_>) -> Result<CaseRow, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "case_" };
    let text = |column: usize| row.get::<_, String>(column);
    let optional = |column: usize| row.get::<_, Option<String>>(column);
    let time = |column: usize| row.get::<_, i64>(column).map(Timestamp::from_micros);
    let external = optional(4)?.map(|text| ExternalId::parse(&text)).transpose();
    let reference = optional(13)?.map(|text| OperatorReference::parse(&text)).transpose();
    let subscription = optional(14)?.map(|text| SubscriptionId::parse(&text)).transpose();
    let intent = row.get::<_, Option<i64>>(12)?.map(u64::try_from).transpose();
    let about = row.get::<_, Option<[u8; 16]>>(20)?.map(CaseId::from_bytes);
    let change = row.get::<_, Option<[u8; 16]>>(21)?.map(SubmissionId::from_bytes);
    Ok(CaseRow {
        id: CaseId::from_bytes(row.get(0)?),
        submission: SubmissionId::from_bytes(row.get(1)?),
        kind: Kind::parse(&text(2)?).ok_or_else(corrupt)?,
        client: ClientId::parse(&text(3)?).map_err(|_| corrupt())?,
        external_id: external.map_err(|_| corrupt())?,
        item: text(5)?,
        recipient: RecipientId::parse(&text(6)?).map_err(|_| corrupt())?,
        purpose: Purpose::parse(&text(7)?).ok_or_else(corrupt)?,
        state: CaseState::parse(&text(8)?).ok_or_else(corrupt)?,
        reason: optional(9)?,
        attempt: row.get(10)?,
        due: time(11)?,
        intent: intent.map_err(|_| corrupt())?.map(LeafIndex),
        operator_reference: reference.map_err(|_| corrupt())?,
        subscription: subscription.map_err(|_| corrupt())?,
        answer: optional(15)?,
        accepted: time(16)?,
        changed: time(17)?,
        erased: row.get(18)?,
        act: Act::parse(&text(19)?).ok_or_else(corrupt)?,
        about: about.zip(change),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_next_is_found_without_sorting_or_scanning_cases() {
        let folder = tempfile::tempdir().unwrap();
        let database = crate::store::sql::open(&folder.path().join("sluss.db")).unwrap();
        let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {NEXT_DUE}")).unwrap();
        let steps = plan.query_map(["globalconnect"], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        for index in ["case_due (recipient=?)", "case_leased (recipient=?)"] {
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
        }
        let long = |step: &String| step.contains("SCAN case_") || step.contains("TEMP B-TREE");
        assert!(!steps.iter().any(long), "{steps:?}");
    }
}
