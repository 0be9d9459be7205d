//! What people at a desk ask for. What is for the restricted role is left out by the statements
//! themselves, so that no page can forget it.

use super::super::StoreError;
use super::super::desk::{Agreed, DeskRow, Look, Sight, Sought, VouchedRow};
use super::super::sql::{self, Connection, OptionalExtension, Row, params};
use super::tx::Tx;
use super::{Keeper, read};
use crate::domain::{AccessId, Case, CaseId, CaseState, Handling, Timestamp};

/// The cases of a page are read one by one, by their key: each statement here finds ids in an index.
const AT_ACCESS: &str = "SELECT c.accepted_us, c.id
  FROM case_access a JOIN case_ c ON c.id = a.case_id
 WHERE a.mac = ?5 AND c.restricted <= ?1 AND (c.accepted_us, c.id) < (?2, ?3)
 ORDER BY c.accepted_us DESC, c.id DESC LIMIT ?4";
const CALLED: &str = "SELECT c.accepted_us, c.id
  FROM submission s JOIN case_ c ON c.submission = s.id
 WHERE s.external_id = ?5 AND c.about IS NULL AND c.restricted <= ?1
   AND (c.accepted_us, c.id) < (?2, ?3)
 ORDER BY c.accepted_us DESC, c.id DESC LIMIT ?4";
const NEWEST: &str = "SELECT accepted_us, id FROM case_
 WHERE restricted <= ?1 AND (accepted_us, id) < (?2, ?3)
 ORDER BY accepted_us DESC, id DESC LIMIT ?4";
const HELD: &str = "SELECT changed_us, id FROM case_
 WHERE state = 'held' AND restricted <= ?1 AND (changed_us, id) > (?2, ?3)
 ORDER BY changed_us, id LIMIT ?4";

impl Keeper {
    pub(in crate::store) async fn look(&self, look: Look) -> Result<Vec<DeskRow>, StoreError> {
        let mac = match &look.sought {
            Sought::At(access) => Some(self.vault.access_mac(access)),
            Sought::Newest | Sought::Called(_) | Sought::Held => None,
        };
        self.read(move |database| found(database, &look, mac)).await
    }

    pub(in crate::store) async fn look_at(
        &self,
        case: CaseId,
        sight: Sight,
    ) -> Result<Option<DeskRow>, StoreError> {
        self.read(move |database| at_desk(database, case, sight)).await
    }

    pub(in crate::store) async fn is_restricted(
        &self,
        access: &AccessId,
    ) -> Result<bool, StoreError> {
        let mac = self.vault.access_mac(access);
        self.read(move |database| {
            let restricted = "SELECT 1 FROM case_access a JOIN case_ c ON c.id = a.case_id
                               WHERE a.mac = ?1 AND c.restricted = 1";
            Ok(database.prepare_cached(restricted)?.exists([mac])?)
        })
        .await
    }

    pub(in crate::store) async fn assign(
        &self,
        case: CaseId,
        who: Option<String>,
    ) -> Result<(), StoreError> {
        self.writer.run(move |tx| assign(tx, case, who.as_deref())).await
    }

    pub(in crate::store) async fn agree(
        &self,
        case: CaseId,
        who: &str,
    ) -> Result<Agreed, StoreError> {
        let mac = self.vault.person_mac(who);
        self.writer.run(move |tx| agree(tx, case, mac)).await
    }

    pub(in crate::store) async fn note_vouched(
        &self,
        case: CaseId,
        reasons: Vec<String>,
        who: &str,
    ) -> Result<(), StoreError> {
        if reasons.is_empty() {
            return Ok(());
        }
        let mac = self.vault.person_mac(who);
        self.writer.run(move |tx| note_vouched(tx, case, &reasons, mac)).await
    }

    pub(in crate::store) async fn unreviewed(
        &self,
        sight: Sight,
        who: &str,
        most: u32,
    ) -> Result<Vec<VouchedRow>, StoreError> {
        let mac = self.vault.person_mac(who);
        self.read(move |database| unreviewed(database, sight, mac, most)).await
    }

    pub(in crate::store) async fn review(
        &self,
        (case, seq): (CaseId, u32),
        is_right: bool,
        who: &str,
    ) -> Result<bool, StoreError> {
        let mac = self.vault.person_mac(who);
        self.writer
            .run(move |tx| {
                let verdict = if is_right { "right" } else { "wrong" };
                let changed = tx
                    .database
                    .prepare_cached(
                        "UPDATE vouched SET verdict = ?1, reviewed_us = ?2
                          WHERE case_id = ?3 AND seq = ?4 AND who_mac <> ?5 AND verdict IS NULL",
                    )?
                    .execute(params![verdict, tx.now.micros(), case.bytes(), seq, mac])?;
                Ok(changed > 0)
            })
            .await
    }
}

fn found(
    database: &Connection,
    look: &Look,
    mac: Option<[u8; 32]>,
) -> Result<Vec<DeskRow>, StoreError> {
    let is_held = matches!(look.sought, Sought::Held);
    let (edge, none) = if is_held { (i64::MIN, [0; 16]) } else { (i64::MAX, [0xff; 16]) };
    let (at, id) = look.behind.map_or((edge, none), |(at, id)| (at.micros(), *id.bytes()));
    let sight = i64::from(look.sight == Sight::Restricted);
    let row = |row: &Row<'_>| row.get::<_, [u8; 16]>(1);
    let ids: sql::Result<Vec<[u8; 16]>> = match &look.sought {
        Sought::Newest => database
            .prepare_cached(NEWEST)?
            .query_map(params![sight, at, id, look.most], row)?
            .collect(),
        Sought::Held => database
            .prepare_cached(HELD)?
            .query_map(params![sight, at, id, look.most], row)?
            .collect(),
        Sought::At(_) => database
            .prepare_cached(AT_ACCESS)?
            .query_map(params![sight, at, id, look.most, mac], row)?
            .collect(),
        Sought::Called(external) => database
            .prepare_cached(CALLED)?
            .query_map(params![sight, at, id, look.most, external.as_str()], row)?
            .collect(),
    };
    let mut rows = Vec::new();
    for id in ids? {
        rows.extend(at_desk(database, CaseId::from_bytes(id), look.sight)?);
    }
    Ok(rows)
}

fn at_desk(
    database: &Connection,
    case: CaseId,
    sight: Sight,
) -> Result<Option<DeskRow>, StoreError> {
    let beside: Option<(bool, Option<String>, bool)> = database
        .prepare_cached(
            "SELECT restricted, (SELECT who FROM assigned WHERE case_id = id),
                    EXISTS (SELECT 1 FROM agreed WHERE case_id = id)
               FROM case_ WHERE id = ?1 AND restricted <= ?2",
        )?
        .query_row(params![case.bytes(), sight == Sight::Restricted], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((restricted, assigned, agreed)) = beside else { return Ok(None) };
    let case = read::case(database, case)?;
    Ok(case.map(|case| DeskRow { case, restricted, assigned, agreed }))
}

fn assign(tx: &mut Tx<'_>, case: CaseId, who: Option<&str>) -> Result<(), StoreError> {
    is_held(tx, case)?;
    tx.database
        .prepare_cached("DELETE FROM assigned WHERE case_id = ?1")?
        .execute([case.bytes()])?;
    if let Some(who) = who {
        tx.database
            .prepare_cached("INSERT INTO assigned (case_id, who, at_us) VALUES (?1, ?2, ?3)")?
            .execute(params![case.bytes(), who, tx.now.micros()])?;
    }
    Ok(())
}

fn agree(tx: &mut Tx<'_>, case: CaseId, who: [u8; 32]) -> Result<Agreed, StoreError> {
    is_held(tx, case)?;
    let before: Option<[u8; 32]> = tx
        .database
        .prepare_cached("SELECT who_mac FROM agreed WHERE case_id = ?1")?
        .query_row([case.bytes()], |row| row.get(0))
        .optional()?;
    match before {
        Some(before) if before == who => Ok(Agreed::One),
        Some(_) => Ok(Agreed::Both),
        None => {
            tx.database
                .prepare_cached("INSERT INTO agreed (case_id, who_mac, at_us) VALUES (?1, ?2, ?3)")?
                .execute(params![case.bytes(), who, tx.now.micros()])?;
            Ok(Agreed::One)
        }
    }
}

/// The same again, of a form that was sent twice, is the same.
fn note_vouched(
    tx: &mut Tx<'_>,
    case: CaseId,
    reasons: &[String],
    who: [u8; 32],
) -> Result<(), StoreError> {
    for (seq, reason) in (0_i64..).zip(reasons) {
        tx.database
            .prepare_cached(
                "INSERT INTO vouched (case_id, seq, reason, who_mac, at_us)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(params![case.bytes(), seq, reason, who, tx.now.micros()])?;
    }
    Ok(())
}

fn unreviewed(
    database: &Connection,
    sight: Sight,
    who: [u8; 32],
    most: u32,
) -> Result<Vec<VouchedRow>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT v.case_id, v.seq, v.reason, v.at_us, v.who_mac = ?2
           FROM vouched v JOIN case_ c ON c.id = v.case_id
          WHERE v.verdict IS NULL AND c.restricted <= ?1 AND c.subject IS NOT NULL
          ORDER BY v.at_us, v.case_id, v.seq LIMIT ?3",
    )?;
    let rows = select.query_map(params![sight == Sight::Restricted, who, most], |row| {
        Ok(VouchedRow {
            case: CaseId::from_bytes(row.get(0)?),
            seq: row.get(1)?,
            reason: row.get(2)?,
            at: Timestamp::from_micros(row.get(3)?),
            is_own: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

fn is_held(tx: &Tx<'_>, case: CaseId) -> Result<(), StoreError> {
    let held = tx
        .database
        .prepare_cached("SELECT 1 FROM case_ WHERE id = ?1 AND state = 'held'")?
        .exists([case.bytes()])?;
    if held { Ok(()) } else { Err(StoreError::NoSuchCase) }
}

/// A case comes into keeping: what it is found by.
pub(super) fn file(tx: &Tx<'_>, case: &Case) -> Result<(), StoreError> {
    if case.handling() == Handling::Special {
        tx.database
            .prepare_cached("UPDATE case_ SET restricted = 1 WHERE id = ?1")?
            .put([case.id().bytes()])?;
    }
    if let Some(mac) = tx.vault.access_mac_of(case) {
        tx.database
            .prepare_cached(
                "INSERT INTO case_access (mac, case_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .add(2, params![mac, case.id().bytes()])?;
    }
    Ok(())
}

/// A case has left the queue of the held: nobody looks after it there any more.
pub(super) fn left(tx: &Tx<'_>, case: CaseId, state: CaseState) -> Result<(), StoreError> {
    if state == CaseState::Held {
        return Ok(());
    }
    for table in ["assigned", "agreed"] {
        tx.database
            .prepare_cached(&format!("DELETE FROM {table} WHERE case_id = ?1"))?
            .execute([case.bytes()])?;
    }
    Ok(())
}
