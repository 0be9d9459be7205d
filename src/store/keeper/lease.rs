//! Leasing: which process works on which case, and what it finds when it opens one.

use std::time::Duration;

use super::super::StoreError;
use super::super::processes::Epoch;
use super::super::rows::{Appended, Claim, Claimed, Doubt, Placed, Work};
use super::super::seal::{self, Vault, WrappedKey};
use super::super::sql::{self, Row, params};
use super::keys::wrapped_keys;
use super::tx::Tx;
use crate::domain::{
    Act, CaseId, CaseState, OperatorReference, Purpose, RecipientId, SubjectId, Timestamp,
};
use crate::log::{Hash, LeafIndex};

/// A leased row, still sealed.
pub(super) struct Leased {
    id: CaseId,
    purpose: String,
    subject: SubjectId,
    sealed: Vec<u8>,
    wrapped: Option<WrappedKey>,
    state: String,
    released: bool,
    attempt: u32,
    token: i64,
    intent: Option<(i64, [u8; 32], i64)>,
    absent: u32,
    operator_reference: Option<String>,
    due: i64,
    overruled: bool,
    act: String,
    /// What the operator knows the case by that this one is about.
    about: Option<String>,
}

/// Leases due cases, oldest first. `recorded` is due again when its lease has run out: then it is
/// in doubt.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    recipient: &RecipientId,
    most: usize,
    lease: Duration,
    epoch: Epoch,
) -> Result<Vec<Leased>, StoreError> {
    let mut rows: Vec<Leased> = tx
        .database
        .prepare_cached(&format!(
            "UPDATE case_
                SET lease_until_us = ?1, lease_token = lease_token + 1, epoch = ?2
              WHERE id IN (SELECT id FROM case_
                            WHERE recipient = ?3
                              AND state IN ('accepted', 'recorded', 'placed')
                              AND due_us <= ?4 AND lease_until_us <= ?4
                            ORDER BY due_us LIMIT ?5 {})
          RETURNING id, purpose, subject,
                    (SELECT sealed FROM payload WHERE case_id = id), state, released, attempt,
                    lease_token, intent, intent_hash, intent_us, absent, operator_reference, due_us, act,
                    (SELECT b.operator_reference FROM case_ b WHERE b.id = case_.about),
                    overruled",
            tx.database.skips_locked()
        ))?
        .query_map(
            params![
                tx.now.after(lease).micros(),
                epoch,
                recipient.as_str(),
                tx.now.micros(),
                i64::try_from(most).unwrap_or(i64::MAX),
            ],
            leased,
        )?
        .collect::<Result<_, _>>()?;
    // SQLite gives the rows that it has changed in an order of its own.
    rows.sort_by_key(|row| row.due);
    let subjects: Vec<_> = rows.iter().map(|row| row.subject).collect();
    let wrapped = wrapped_keys(tx.keys()?, &subjects)?;
    for row in &mut rows {
        row.wrapped = wrapped.get(&row.subject).cloned();
    }
    Ok(rows)
}

fn leased(row: &Row<'_>) -> sql::Result<Leased> {
    let intent: Option<i64> = row.get(8)?;
    let intent = match intent {
        Some(index) => Some((index, row.get(9)?, row.get(10)?)),
        None => None,
    };
    Ok(Leased {
        id: CaseId::from_bytes(row.get(0)?),
        purpose: row.get(1)?,
        subject: SubjectId::from_bytes(row.get(2)?),
        sealed: row.get::<_, Option<_>>(3)?.unwrap_or_default(),
        wrapped: None,
        state: row.get(4)?,
        released: row.get(5)?,
        attempt: row.get(6)?,
        token: row.get(7)?,
        intent,
        absent: row.get(11)?,
        operator_reference: row.get(12)?,
        due: row.get(13)?,
        act: row.get(14)?,
        about: row.get(15)?,
        overruled: row.get(16)?,
    })
}

impl Leased {
    /// What a person must restore, where it does not open. Only what was never sent can be held for
    /// that: the rest is at the operator, or may be, and waits under its lease.
    pub(super) fn unreadable(&self) -> Option<(Claim, Purpose)> {
        let purpose = Purpose::parse(&self.purpose)?;
        (self.state == CaseState::Accepted.as_str()).then(|| (self.claim(), purpose))
    }

    pub(super) const fn case(&self) -> CaseId {
        self.id
    }

    const fn claim(&self) -> Claim {
        Claim { case: self.id, token: self.token, attempt: self.attempt }
    }

    pub(super) fn open(&self, vault: &Vault) -> Result<Work, StoreError> {
        let corrupt = || StoreError::Corrupt { table: "case_" };
        let claim = self.claim();
        let act = Act::parse(&self.act).ok_or_else(corrupt)?;
        if self.state == CaseState::Placed.as_str() {
            let reference = self.operator_reference.as_deref().map(OperatorReference::parse);
            let reference = reference.ok_or_else(corrupt)?.map_err(|_| corrupt())?;
            return Ok(Work::Follow(Placed { claim, act, reference }));
        }
        let wrapped = self.wrapped.as_ref().ok_or(StoreError::Corrupt { table: "subject_key" })?;
        let key = vault.subject_key(wrapped)?;
        let about = self.about.as_deref().map(OperatorReference::parse).transpose();
        let about = about.map_err(|_| corrupt())?;
        let case = seal::open_case(self.id, &self.sealed, &key, about.as_ref())?;
        match self.intent {
            None => Ok(Work::Deliver(Box::new(Claimed {
                claim,
                case,
                key: seal::commitment_key(&key),
                released: self.released,
                overruled: self.overruled,
            }))),
            Some((index, hash, recorded)) => {
                let index = LeafIndex(u64::try_from(index).map_err(|_| corrupt())?);
                Ok(Work::Reconcile(Box::new(Doubt {
                    claim,
                    case,
                    intent: Appended { index, hash: Hash::new(hash) },
                    recorded: Timestamp::from_micros(recorded),
                    absent: self.absent,
                })))
            }
        }
    }
}
