//! The full check: bodies to hashes to nodes to head to checkpoints to their copy, and what the
//! cases, the policies and the key store say of the log.
//!
//! Leaf after leaf, a page at a time, so that memory does not grow with the log and writers go on
//! meanwhile. The last page, and all that compares the log with something that moves, is read in
//! one snapshot.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::StoreError;
use super::super::fsck::{Findings, Wrong};
use super::super::sql::{self, Connection, OptionalExtension, Row, params};
use super::log::{self, signed};
use super::pulls;
use super::recount::Recount;
use crate::domain::{CaseId, Timestamp};
use crate::log::{
    Checkpoint, Event, Frontier, Hash, Leaf, LeafIndex, Node, Note, Outcome, VerifierKey, leaf_hash,
};

/// How many leaves are looked at before others get a turn.
pub(super) const PAGE: u64 = 1_000;

/// A check under way.
pub(super) struct Check {
    key: VerifierKey,
    frontier: Frontier,
    latest: Option<Timestamp>,
    /// Intents that have no outcome yet: about as many as are under way.
    open: BTreeMap<LeafIndex, Hash>,
    recount: Recount,
    policies: u64,
    linked: u64,
    findings: Findings,
}

impl Check {
    pub(super) fn new(key: VerifierKey) -> Self {
        Self {
            key,
            frontier: Frontier::empty(),
            latest: None,
            open: BTreeMap::new(),
            recount: Recount::default(),
            policies: 0,
            linked: 0,
            findings: Findings::default(),
        }
    }

    /// Whether the file is one that can be read at all.
    pub(super) fn file(&mut self, database: &Connection) -> Result<(), StoreError> {
        if !database.is_sound()? {
            self.findings.add(Wrong::File);
        }
        Ok(())
    }

    /// Takes the next page; false: what is left fits into the last one.
    pub(super) fn page(
        &mut self,
        database: &Connection,
        keys: &Connection,
    ) -> Result<bool, StoreError> {
        let left = log::head(database)?.size.0.saturating_sub(self.frontier.size().0);
        if left <= PAGE {
            return Ok(false);
        }
        self.leaves(database, keys, PAGE)?;
        Ok(true)
    }

    /// The last page, and what must fit together at one moment. The copy of the checkpoint is read
    /// before that: it only moves forward, to what has been committed.
    pub(super) fn finish(
        mut self,
        database: &Connection,
        keys: &Connection,
        copy: Result<Option<Checkpoint>, StoreError>,
    ) -> Result<Findings, StoreError> {
        let head = log::head(database)?;
        let size = head.size;
        while self.frontier.size() < size {
            let left = size.0 - self.frontier.size().0;
            self.leaves(database, keys, left.min(PAGE))?;
        }
        let last = self.latest.map_or(0, Timestamp::seconds);
        let beyond: i64 = database.query_row(
            "SELECT count(*) FROM leaf WHERE idx >= ?1",
            [signed(size.0)?],
            |row| row.get(0),
        )?;
        if beyond != 0 || (size.0 > 0 && head.last.seconds() != last) {
            self.findings.add(Wrong::Head);
        }
        if size.0 > 0 && log::checkpoint(database, Some(size))?.is_none() {
            self.findings.add(Wrong::HeadUnsigned(size));
        }
        self.nodes(database)?;
        self.ids(database)?;
        match copy {
            Ok(Some(copy)) if copy.size <= size && is_ours(database, &copy)? => {}
            Err(StoreError::Unavailable { what, source }) => {
                return Err(StoreError::Unavailable { what, source });
            }
            _ => self.findings.add(Wrong::Copy),
        }
        self.cases(database)?;
        self.policies(database)?;
        std::mem::take(&mut self.recount).finish(database, &mut self.findings)?;
        let links: i64 =
            keys.query_row("SELECT count(*) FROM subject_leaf", [], |row| row.get(0))?;
        let links = u64::try_from(links).unwrap_or(0);
        self.findings.loose_links = links.saturating_sub(self.linked);
        self.findings.size = size;
        self.findings.open_intents = self.open.len() as u64;
        Ok(self.findings)
    }

    fn leaves(
        &mut self,
        database: &Connection,
        keys: &Connection,
        most: u64,
    ) -> Result<(), StoreError> {
        let first = self.frontier.size().0;
        let end = first + most;
        let mut checkpoints = database
            .prepare_cached("SELECT size, note FROM checkpoint WHERE size > ?1 AND size <= ?2")?;
        let checkpoints = checkpoints
            .query_map(params![signed(first)?, signed(end)?], |row| {
                Ok((number(row, 0)?, row.get::<_, String>(1)?))
            })?
            .collect::<Result<BTreeMap<_, _>, _>>()?;
        let mut select = database.prepare_cached(
            "SELECT idx, id, kind, hash, body FROM leaf WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
        )?;
        let mut rows = select.query(params![signed(first)?, signed(end)?])?;
        while let Some(row) = rows.next()? {
            let index = number(&row, 0)?;
            while self.frontier.size().0 < index {
                self.missing();
            }
            let (id, kind): ([u8; 16], String) = (row.get(1)?, row.get(2)?);
            let stored = Hash::new(row.get(3)?);
            let body = row.bytes(4).map_err(|_| StoreError::Corrupt { table: "leaf" })?;
            let index = LeafIndex(index);
            if leaf_hash(body) != stored {
                self.findings.add(Wrong::Body(index));
            }
            match Leaf::parse(body) {
                Ok(leaf) => {
                    if leaf.id.bytes() != &id || leaf.event.kind().as_str() != kind {
                        self.findings.add(Wrong::Columns(index));
                    }
                    self.leaf(database, keys, index, stored, &leaf)?;
                }
                Err(error) => {
                    self.recount.passed_over();
                    self.findings.add(Wrong::Leaf(index, error));
                }
            }
            self.push(database, stored)?;
            if let Some(note) = checkpoints.get(&self.frontier.size().0) {
                self.checkpoint(note);
            }
        }
        while self.frontier.size().0 < end {
            self.missing();
        }
        Ok(())
    }

    /// The tree goes on, so that what comes behind is told by its own place.
    fn missing(&mut self) {
        let size = self.frontier.size().0;
        self.recount.passed_over();
        self.findings.add(Wrong::Missing(LeafIndex(size)));
        self.frontier.push(Hash::new([0; 32]));
    }

    fn push(&mut self, database: &Connection, hash: Hash) -> Result<(), StoreError> {
        for node in self.frontier.push(hash) {
            if node.level > 0 && !is_stored(database, &node)? {
                self.findings.add(Wrong::Node(node.level, node.index));
            }
        }
        Ok(())
    }

    fn checkpoint(&mut self, note: &str) {
        self.findings.checkpoints += 1;
        let size = self.frontier.size();
        let opened = Note::parse(note)
            .ok()
            .and_then(|note| Checkpoint::open(&note, std::slice::from_ref(&self.key)).ok());
        if opened.is_none_or(|signed| signed.size != size || signed.root != self.frontier.root()) {
            self.findings.add(Wrong::Checkpoint(size));
        }
    }

    fn leaf(
        &mut self,
        database: &Connection,
        keys: &Connection,
        index: LeafIndex,
        hash: Hash,
        leaf: &Leaf,
    ) -> Result<(), StoreError> {
        if self.latest.is_some_and(|latest| leaf.at < latest) {
            self.findings.add(Wrong::Time(index));
        }
        self.latest = self.latest.max(Some(leaf.at));
        self.recount.leaf(database, index, leaf, &mut self.findings)?;
        match &leaf.event {
            Event::Intent(_) => {
                self.open.insert(index, hash);
            }
            Event::Outcome(outcome) => self.outcome(database, index, outcome)?,
            Event::Policy(policy) => {
                self.policies += 1;
                let kept = database
                    .prepare_cached("SELECT 1 FROM policy WHERE id = ?1")?
                    .exists([policy.policy.bytes()])?;
                if !kept {
                    self.findings.add(Wrong::Policy);
                }
            }
            _ => {}
        }
        if leaf.event.digests().is_some() {
            let mut select = keys.prepare_cached("SELECT 1 FROM subject_leaf WHERE leaf = ?1")?;
            self.linked += u64::from(select.exists([leaf.id.bytes()])?);
        }
        Ok(())
    }

    fn outcome(
        &mut self,
        database: &Connection,
        index: LeafIndex,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let intent = outcome.intent;
        if self.open.get(&intent) == Some(&outcome.intent_hash) {
            self.open.remove(&intent);
            return Ok(());
        }
        let before: Option<(String, [u8; 32])> = database
            .prepare_cached("SELECT kind, hash FROM leaf WHERE idx = ?1 AND idx < ?2")?
            .query_row(params![signed(intent.0)?, signed(index.0)?], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let is_intent = before
            .is_some_and(|(kind, hash)| kind == "intent" && Hash::new(hash) == outcome.intent_hash);
        self.findings.add(if is_intent {
            Wrong::SecondOutcome(index, intent)
        } else {
            Wrong::NoIntent(index, intent)
        });
        Ok(())
    }

    /// No more nodes than the leaves make: each that there should be was looked up.
    fn nodes(&mut self, database: &Connection) -> Result<(), StoreError> {
        let found = database.query_row("SELECT count(*) FROM node", [], |row| number(row, 0))?;
        let size = self.frontier.size().0;
        let expected = size - u64::from(size.count_ones());
        if found != expected {
            self.findings.add(Wrong::Nodes { expected, found });
        }
        Ok(())
    }

    /// Sorted by the database, in files of its own where they are many.
    fn ids(&mut self, database: &Connection) -> Result<(), StoreError> {
        let mut twice = database
            .prepare("SELECT max(idx) FROM leaf GROUP BY id HAVING count(*) > 1 LIMIT 100")?;
        let found = twice.query_map([], |row| number(row, 0))?;
        for index in found {
            self.findings.add(Wrong::Id(LeafIndex(index?)));
        }
        Ok(())
    }

    fn cases(&mut self, database: &Connection) -> Result<(), StoreError> {
        let mut waiting = self.open.clone();
        let mut select = database
            .prepare("SELECT id, intent, intent_hash FROM case_ WHERE intent IS NOT NULL")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (case, intent): ([u8; 16], u64) = (row.get(0)?, number(&row, 1)?);
            let hash = Hash::new(row.get(2)?);
            if waiting.remove(&LeafIndex(intent)) != Some(hash) {
                self.findings.add(Wrong::CaseIntent(CaseId::from_bytes(case)));
            }
        }
        for (index, hash) in pulls::all_open(database)? {
            if waiting.remove(&index) != Some(hash) {
                self.findings.add(Wrong::NoIntent(index, index));
            }
        }
        for index in waiting.into_keys() {
            self.findings.add(Wrong::NoCase(index));
        }
        Ok(())
    }

    fn policies(&mut self, database: &Connection) -> Result<(), StoreError> {
        let mut select = database.prepare("SELECT id, canonical FROM policy")?;
        let mut rows = select.query([])?;
        let mut kept = 0;
        while let Some(row) = rows.next()? {
            kept += 1;
            let id: [u8; 32] = row.get(0)?;
            let canonical = row.bytes(1).map_err(|_| StoreError::Corrupt { table: "policy" })?;
            if <[u8; 32]>::from(Sha256::digest(canonical)) != id {
                self.findings.add(Wrong::Policy);
            }
        }
        if kept != self.policies {
            self.findings.add(Wrong::Policy);
        }
        Ok(())
    }
}

/// Whether a checkpoint is of the stored tree.
fn is_ours(database: &Connection, copy: &Checkpoint) -> Result<bool, StoreError> {
    match log::root_at(database, copy.size) {
        Ok(root) => Ok(root == copy.root),
        // A hash that is missing was told by itself.
        Err(StoreError::Diverged(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A count or a position: never negative where sluss has written it.
fn number(row: &Row<'_>, column: usize) -> sql::Result<u64> {
    row.get(column)
}

fn is_stored(database: &Connection, node: &Node) -> Result<bool, StoreError> {
    Ok(log::node(database, node.level, node.index)? == Some(node.hash))
}

/// Hashes a page of bodies again; gives where the next one begins, or `None` behind the last leaf.
pub(super) fn scrub(
    database: &Connection,
    first: LeafIndex,
) -> Result<Option<LeafIndex>, StoreError> {
    let size = log::head(database)?.size.0;
    let end = size.min(first.0.saturating_add(PAGE));
    let page = usize::try_from(end.saturating_sub(first.0)).unwrap_or(usize::MAX);
    let leaves = log::leaves(database, first, page)?;
    let in_place = leaves.iter().zip(first.0..).all(|(leaf, place)| leaf.index.0 == place);
    let sound = leaves.iter().all(|leaf| leaf_hash(&leaf.body) == leaf.hash);
    if leaves.len() != page || !in_place || !sound {
        return Err(StoreError::Corrupt { table: "leaf" });
    }
    Ok(Some(LeafIndex(end)).filter(|_| end < size))
}
