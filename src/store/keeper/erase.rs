//! Erasure: a person's key goes, and with it the link from every leaf, what is sealed, and the index.
//!
//! The list of the erased is written first and synced, then the key store commits, then the log. A
//! kill in between leaves an entry without its leaf, and the next opening does the rest. An opening
//! also takes the list to a key store that knows nothing of it: that one was restored.

use std::collections::BTreeSet;

use super::super::StoreError;
use super::super::erased::{Erased as Entry, ErasedList};
use super::super::rows::StoredLeaf;
use super::super::seal;
use super::super::sql::{self, Connection, Row, params};
use super::super::subjects::Erased;
use super::keys;
use super::subjects::leaf_by;
use super::tx::Tx;
use crate::domain::{CaseId, LeafId, SubjectId};
use crate::log::digest::open;
use crate::log::{
    Erasure, ErasureReason, Event, Kind, Leaf, LeafIndex, Opening, Outcome, OutcomeResult,
};

/// How many leaves one commitment of an erasure covers.
const COVERED_MAX: usize = 1_000;

/// Erases persons whose cases have all ended.
pub(super) fn erase(
    tx: &mut Tx<'_>,
    list: &ErasedList,
    subjects: &[SubjectId],
    reason: ErasureReason,
) -> Result<Erased, StoreError> {
    tx.forward()?;
    let mut open = Vec::new();
    for &subject in subjects {
        open.extend(open_cases(tx.database, subject)?);
    }
    if !open.is_empty() {
        return Err(StoreError::OpenCases(open));
    }
    let listed = list.read()?;
    let mut erased = Erased {
        leaves: Vec::new(),
        cut: 0,
        cases: 0,
        recipients: Vec::new(),
        openings: Vec::new(),
        traces: false,
    };
    for &subject in subjects {
        // An attempt before this one may have come as far as the list.
        let begun = listed.iter().find(|entry| entry.subject == subject);
        let leaf = begun.map_or_else(|| LeafId::draw(tx.entropy), |entry| entry.leaf);
        let entry = Entry { subject, leaf, reason };
        recipients_of(tx, subject, &mut erased)?;
        put_leaf(tx, &entry, &mut erased)?;
        if begun.is_none() {
            list.add(&entry)?;
        }
        crate::crash::point("erasure-listed");
        destroy(tx, &entry, &mut erased)?;
    }
    Ok(erased)
}

/// Whether [`replay`] has anything to do; an error where the log tells of erasures that neither the
/// list nor the key store knows.
pub(super) fn is_behind(
    database: &Connection,
    keys: &Connection,
    list: &ErasedList,
) -> Result<bool, StoreError> {
    let (listed, kept) = (list.read()?, kept(keys)?);
    let known: BTreeSet<LeafId> = listed.iter().chain(&kept).map(|entry| entry.leaf).collect();
    let logged = logged(database)?;
    let missing = logged.difference(&known).count();
    if missing > 0 {
        return Err(StoreError::ErasuresLost { missing, list: list.path().to_owned() });
    }
    if listed.iter().map(|entry| entry.leaf).collect::<BTreeSet<_>>() != known
        || kept.len() != known.len()
        || logged.len() != known.len()
    {
        return Ok(true);
    }
    for entry in &listed {
        if keys::wrapped_key(keys, entry.subject)?.is_some()
            || !leaves_of(keys, entry.subject)?.is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes list, key store and log agree: what any of them says was erased is erased in all.
pub(super) fn replay(tx: &mut Tx<'_>, list: &ErasedList) -> Result<(), StoreError> {
    let listed = list.read()?;
    let kept = kept(tx.keys()?)?;
    for entry in kept.iter().filter(|entry| !listed.contains(entry)) {
        list.add(entry)?;
    }
    let logged = logged(tx.database)?;
    let mut unused = Erased {
        leaves: Vec::new(),
        cut: 0,
        cases: 0,
        recipients: Vec::new(),
        openings: Vec::new(),
        traces: false,
    };
    for entry in list.read()? {
        if !logged.contains(&entry.leaf) {
            // It was begun, and not refused then. What came in meanwhile is let end first.
            if !open_cases(tx.database, entry.subject)?.is_empty() {
                continue;
            }
            put_leaf(tx, &entry, &mut unused)?;
        }
        destroy(tx, &entry, &mut unused)?;
    }
    sweep(tx)
}

/// What is sealed under a key that is gone, and that nothing leads to any more.
fn sweep(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let all: Vec<[u8; 16]> = tx
        .database
        .prepare_cached("SELECT leaf FROM opening")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let keys = tx.keys()?;
    let mut known = keys.prepare_cached("SELECT 1 FROM subject_leaf WHERE leaf = ?1")?;
    let mut orphans = Vec::new();
    for leaf in all {
        if !known.exists([leaf])? {
            orphans.push(leaf);
        }
    }
    drop(known);
    let mut delete = tx.database.prepare_cached("DELETE FROM opening WHERE leaf = ?1")?;
    for leaf in orphans {
        delete.execute([leaf])?;
    }
    Ok(())
}

fn put_leaf(tx: &mut Tx<'_>, entry: &Entry, erased: &mut Erased) -> Result<(), StoreError> {
    let openings = commitments(tx, entry)?;
    let sd = openings.iter().map(Opening::digest).collect();
    let event = Event::Erasure(Erasure { reason: entry.reason, cases: None, sd });
    let appended = tx.append(entry.leaf, event)?;
    erased.leaves.push(appended.index());
    erased.openings.extend(openings);
    Ok(())
}

/// What the erasure leaf commits to: the leaves concerned, in one text for each thousand.
fn commitments(tx: &mut Tx<'_>, entry: &Entry) -> Result<Vec<Opening>, StoreError> {
    let vault = tx.vault;
    let keys = tx.keys()?;
    let Some(wrapped) = keys::wrapped_key(keys, entry.subject)? else {
        return Ok(Vec::new());
    };
    let key = seal::commitment_key(&*vault.subject_key(&wrapped)?);
    let leaves = leaves_of(keys, entry.subject)?;
    let commit = |(n, leaves): (usize, &[(LeafId, CaseId)])| {
        let ids: Vec<String> = leaves.iter().map(|(leaf, _)| leaf.to_string()).collect();
        open(&key, entry.leaf, &format!("leaves.{n}"), &ids.join(" "))
    };
    Ok(leaves.chunks(COVERED_MAX).enumerate().map(commit).collect())
}

/// In the place of what told one body from another.
const NO_MAC: [u8; 32] = [0; 32];

/// Everything but the leaf. May be done again.
fn destroy(tx: &mut Tx<'_>, entry: &Entry, erased: &mut Erased) -> Result<(), StoreError> {
    let subject = entry.subject;
    let leaves = leaves_of(tx.keys()?, subject)?;
    let mut delete = tx.database.prepare_cached("DELETE FROM opening WHERE leaf = ?1")?;
    for (leaf, _) in &leaves {
        delete.execute([leaf.bytes()])?;
    }
    let cases: Vec<([u8; 16], [u8; 16])> = tx
        .database
        .prepare_cached("SELECT id, submission FROM case_ WHERE subject = ?1")?
        .query_map([subject.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (case, submission) in &cases {
        forget(tx, case, submission)?;
    }
    // The key store last: it has no savepoints, so what fails above must not have touched it.
    let keys = tx.keys()?;
    keys.execute(
        "INSERT INTO erased_key (id, leaf, reason) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![subject.bytes(), entry.leaf.bytes(), entry.reason.as_str()],
    )?;
    keys.execute("DELETE FROM subject_leaf WHERE subject = ?1", [subject.bytes()])?;
    keys.execute("DELETE FROM subject_key WHERE id = ?1", [subject.bytes()])?;
    erased.cut += leaves.len() as u64;
    erased.cases += cases.len() as u64;
    Ok(())
}

/// Of a case stays what it was, where and when, and how it ended. What leads back to the person by
/// way of the ordering system or the operator goes.
fn forget(tx: &Tx<'_>, case: &[u8; 16], submission: &[u8; 16]) -> Result<(), StoreError> {
    let tables = [
        "payload",
        "said",
        "line",
        "keep",
        "heard",
        "reference",
        "renamed",
        "case_access",
        "assigned",
        "agreed",
        "vouched",
    ];
    for table in tables {
        tx.database
            .prepare_cached(&format!("DELETE FROM {table} WHERE case_id = ?1"))?
            .execute([case])?;
    }
    tx.database
        .prepare_cached(
            "UPDATE case_ SET subject = NULL, operator_reference = NULL, subscription = NULL
              WHERE id = ?1",
        )?
        .execute([case])?;
    tx.database
        .prepare_cached(
            "UPDATE submission SET external_id = NULL, body_mac = ?2
              WHERE id = ?1 AND NOT EXISTS
                (SELECT 1 FROM case_ WHERE submission = ?1 AND subject IS NOT NULL)",
        )?
        .execute(params![submission, NO_MAC])?;
    tx.database
        .prepare_cached(
            "UPDATE change SET key = NULL, body_mac = ?2
              WHERE submission = ?1 AND NOT EXISTS
                (SELECT 1 FROM case_ WHERE submission = ?1 AND subject IS NOT NULL)",
        )?
        .execute(params![submission, NO_MAC])?;
    Ok(())
}

fn open_cases(database: &Connection, subject: SubjectId) -> Result<Vec<CaseId>, StoreError> {
    let mut select = database.prepare_cached(
        "SELECT id FROM case_ WHERE subject = ?1
            AND state NOT IN ('completed', 'failed', 'rejected', 'cancelled') ORDER BY accepted_us",
    )?;
    let rows = select.query_map([subject.bytes()], |row| row.get(0).map(CaseId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Who received something about a person, or may have: once each, as of the latest disclosure.
fn recipients_of(
    tx: &mut Tx<'_>,
    subject: SubjectId,
    erased: &mut Erased,
) -> Result<(), StoreError> {
    for link in links_of(tx.keys()?, subject)? {
        let Some(stored) = link.leaf(tx.database)? else { continue };
        let corrupt = |_| StoreError::Corrupt { table: "leaf" };
        let Event::Intent(intent) = Leaf::parse(&stored.body).map_err(corrupt)?.event else {
            continue;
        };
        if is_unsent(tx.database, stored.index)? {
            continue;
        }
        erased.recipients.retain(|known| known.id != intent.recipient.id);
        erased.recipients.push(intent.recipient);
    }
    Ok(())
}

fn is_unsent(database: &Connection, intent: LeafIndex) -> Result<bool, StoreError> {
    let of = "idx = (SELECT leaf FROM outcome_of WHERE intent = ?1)";
    let outcome = leaf_by(database, of, params![super::log::signed(intent.0)?])?;
    let leaf = outcome.and_then(|stored| Leaf::parse(&stored.body).ok());
    Ok(leaf.is_some_and(|leaf| {
        matches!(leaf.event, Event::Outcome(Outcome { result: OutcomeResult::Unsent, .. }))
    }))
}

/// The leaves that are about a person, in an order that says nothing, with their cases.
pub(super) fn leaves_of(
    keys: &Connection,
    subject: SubjectId,
) -> Result<Vec<(LeafId, CaseId)>, StoreError> {
    let mut select = keys.prepare_cached(
        "SELECT leaf, case_id FROM subject_leaf WHERE subject = ?1 ORDER BY leaf",
    )?;
    let rows = select.query_map([subject.bytes()], |row| {
        Ok((LeafId::from_bytes(row.get(0)?), CaseId::from_bytes(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What leads from a person to a leaf.
pub(super) struct Link {
    pub(super) leaf: LeafId,
    pub(super) case: CaseId,
    place: Option<i64>,
}

impl Link {
    /// The leaf; `None`: its commit was cut short, and another one may stand in its place.
    pub(super) fn leaf(&self, database: &Connection) -> Result<Option<StoredLeaf>, StoreError> {
        match self.place {
            Some(place) => {
                leaf_by(database, "idx = ?1 AND id = ?2", params![place, self.leaf.bytes()])
            }
            // Linked before places were kept: the log is gone through.
            None => leaf_by(database, "id = ?1", params![self.leaf.bytes()]),
        }
    }

    fn read(row: &Row<'_>) -> sql::Result<Self> {
        let (leaf, case) = (LeafId::from_bytes(row.get(0)?), CaseId::from_bytes(row.get(1)?));
        Ok(Self { leaf, case, place: row.get(2)? })
    }
}

/// Everything that leads from a person to leaves.
pub(super) fn links_of(keys: &Connection, subject: SubjectId) -> Result<Vec<Link>, StoreError> {
    let mut select = keys.prepare_cached(
        "SELECT leaf, case_id, place FROM subject_leaf WHERE subject = ?1 ORDER BY leaf",
    )?;
    let links = select.query_map([subject.bytes()], Link::read)?;
    Ok(links.collect::<Result<_, _>>()?)
}

/// Everything that leads from a case to leaves.
pub(super) fn links_of_case(keys: &Connection, case: CaseId) -> Result<Vec<Link>, StoreError> {
    let mut select = keys.prepare_cached(
        "SELECT leaf, case_id, place FROM subject_leaf WHERE case_id = ?1 ORDER BY leaf",
    )?;
    let links = select.query_map([case.bytes()], Link::read)?;
    Ok(links.collect::<Result<_, _>>()?)
}

/// The erasures that the key store knows.
fn kept(keys: &Connection) -> Result<Vec<Entry>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "erased_key" };
    let mut select = keys.prepare_cached("SELECT id, leaf, reason FROM erased_key ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        kept.push(Entry {
            subject: SubjectId::from_bytes(row.get(0)?),
            leaf: LeafId::from_bytes(row.get(1)?),
            reason: ErasureReason::parse(&row.get::<_, String>(2)?).ok_or_else(corrupt)?,
        });
    }
    Ok(kept)
}

/// The erasures of persons that the log tells of.
fn logged(database: &Connection) -> Result<BTreeSet<LeafId>, StoreError> {
    let corrupt = |_| StoreError::Corrupt { table: "leaf" };
    let mut select =
        database.prepare_cached("SELECT body FROM leaf WHERE kind = 'erasure' ORDER BY idx")?;
    let mut rows = select.query([])?;
    let mut logged = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let leaf = Leaf::parse(&row.get::<_, Vec<u8>>(0)?).map_err(corrupt)?;
        debug_assert_eq!(leaf.event.kind(), Kind::Erasure);
        if let Event::Erasure(Erasure { reason, .. }) = leaf.event
            && reason != ErasureReason::Retention
        {
            logged.insert(leaf.id);
        }
    }
    Ok(logged)
}
