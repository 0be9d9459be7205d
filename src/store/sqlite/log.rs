//! The log's rows: leaves, nodes, head, checkpoints, policies.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::StoreError;
use super::super::checkpoint_file::CheckpointFile;
use super::super::rows::StoredLeaf;
use super::tx::Tx;
use crate::crash::{self, Write};
use crate::domain::{HaltReason, LeafId, RecipientId, Timestamp};
use crate::log::{
    self, Event, Frontier, Hash, Kind, LeafIndex, MakeError, Node, Nodes, PolicyInForce, TreeSize,
};
use crate::recipients::Policy;

/// Where the log stands.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) size: TreeSize,
    pub(super) last: Timestamp,
}

pub(super) fn head(database: &Connection) -> Result<Head, StoreError> {
    let (size, last): (i64, i64) = database
        .prepare_cached("SELECT size, last_us FROM head")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let size = u64::try_from(size).map_err(|_| StoreError::Corrupt { table: "head" })?;
    Ok(Head { size: TreeSize(size), last: Timestamp::from_micros(last) })
}

pub(super) fn put_head(
    database: &Connection,
    size: TreeSize,
    last: Timestamp,
    note: &str,
) -> Result<(), StoreError> {
    crash::write(Write::Head, || {
        database
            .prepare_cached("UPDATE head SET size = ?1, last_us = ?2")?
            .execute(params![signed(size.0)?, last.micros()])?;
        database
            .prepare_cached("INSERT INTO checkpoint (size, note) VALUES (?1, ?2)")?
            .execute(params![signed(size.0)?, note])?;
        Ok(())
    })
}

/// Writes the head as it is: shows that the database takes a write.
pub(super) fn touch_head(database: &Connection) -> Result<(), StoreError> {
    crash::write(Write::Head, || {
        database.prepare_cached("UPDATE head SET size = size")?.execute([])?;
        Ok(())
    })
}

pub(super) fn put_leaf(
    database: &Connection,
    index: LeafIndex,
    (id, kind): (LeafId, Kind),
    hash: Hash,
    body: &[u8],
) -> Result<(), StoreError> {
    crash::write(Write::Leaf, || {
        database
            .prepare_cached(
                "INSERT INTO leaf (idx, id, kind, hash, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![signed(index.0)?, id.bytes(), kind.as_str(), hash.bytes(), body])?;
        Ok(())
    })
}

pub(super) fn put_node(database: &Connection, node: &Node) -> Result<(), StoreError> {
    crash::write(Write::Node, || {
        database
            .prepare_cached("INSERT INTO node (level, idx, hash) VALUES (?1, ?2, ?3)")?
            .execute(params![node.level, signed(node.index)?, node.hash.bytes()])?;
        Ok(())
    })
}

fn frontier(database: &Connection, size: TreeSize) -> Result<Frontier, StoreError> {
    Frontier::load(size, &Rows(database))
}

/// Compares the log with the checkpoint that was signed last. A log behind it, or beside it, was
/// restored or replaced, and must not go on.
pub(super) fn check(
    database: &Connection,
    checkpoints: &CheckpointFile,
) -> Result<Frontier, StoreError> {
    // Another process may be writing: neither file nor tree may move between one look and the next.
    let _lock = checkpoints.lock()?;
    let database = &database.unchecked_transaction()?;
    let head = head(database)?;
    // The last one, and not how many: a gap before it is for the full check, which reads them all.
    let next = "SELECT coalesce(max(idx) + 1, 0) FROM leaf";
    let next: i64 = database.query_row(next, [], |row| row.get(0))?;
    if u64::try_from(next).ok() != Some(head.size.0) {
        return Err(StoreError::Diverged(HaltReason::LogChanged));
    }
    let frontier = frontier(database, head.size)?;
    check_last(database, head.size, &frontier)?;
    let Some(signed) = checkpoints.read()? else {
        return if head.size == TreeSize(0) {
            Ok(frontier)
        } else {
            Err(StoreError::Diverged(HaltReason::CheckpointLost))
        };
    };
    if signed.size > head.size {
        return Err(StoreError::Diverged(HaltReason::OldBackup));
    }
    if log::root_at(signed.size, &Rows(database))? != signed.root {
        return Err(StoreError::Diverged(HaltReason::Forked));
    }
    Ok(frontier)
}

/// The last leaf is what a torn or edited file would show first: its bytes must lead to the root.
fn check_last(
    database: &Connection,
    size: TreeSize,
    frontier: &Frontier,
) -> Result<(), StoreError> {
    let Some(last) = size.0.checked_sub(1).map(LeafIndex) else {
        return Ok(());
    };
    let changed = || StoreError::Diverged(HaltReason::LogChanged);
    let leaf = leaves(database, last, 1)?.pop().ok_or_else(changed)?;
    let hash = log::leaf_hash(&leaf.body);
    let proof = log::inclusion(last, size, &Rows(database)).map_err(made)?;
    let proved = proof.verify(&hash, last, size, &frontier.root());
    if leaf.hash == hash && proved.is_ok() { Ok(()) } else { Err(changed()) }
}

/// The root of the tree at a size that the log has reached.
pub(super) fn root_at(database: &Connection, size: TreeSize) -> Result<Hash, StoreError> {
    log::root_at(size, &Rows(database))
}

/// The edge of a log that another process may have made longer, and nobody else.
pub(super) fn follow(
    database: &Connection,
    known: &Frontier,
    size: TreeSize,
) -> Result<Frontier, StoreError> {
    if size < known.size() {
        return Err(StoreError::Diverged(HaltReason::HeadBehind));
    }
    if log::root_at(known.size(), &Rows(database))? != known.root() {
        return Err(StoreError::Diverged(HaltReason::LogChanged));
    }
    frontier(database, size)
}

/// The policy stands in the log before it decides anything.
pub(super) fn keep_policy(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    recipient: &RecipientId,
    policy: &Policy,
) -> Result<(), StoreError> {
    let id = policy.id();
    let added = tx
        .database
        .prepare_cached(
            "INSERT INTO policy (id, recipient, version, canonical) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![id.bytes(), recipient.as_str(), policy.version(), policy.canonical()])?;
    if added == 1 {
        let (recipient, version) = (recipient.clone(), policy.version().to_owned());
        tx.append(leaf, Event::Policy(PolicyInForce { recipient, policy: policy.id(), version }))?;
    }
    Ok(())
}

pub(super) fn leaves(
    database: &Connection,
    first: LeafIndex,
    most: usize,
) -> Result<Vec<StoredLeaf>, StoreError> {
    let mut select = database
        .prepare_cached("SELECT idx, hash, body FROM leaf WHERE idx >= ?1 ORDER BY idx LIMIT ?2")?;
    let rows = select
        .query_map(params![signed(first.0)?, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
    rows.map(|row| {
        let (index, hash, body) = row?;
        let index = u64::try_from(index).map_err(|_| StoreError::Corrupt { table: "leaf" })?;
        Ok(StoredLeaf { index: LeafIndex(index), hash: Hash::new(hash), body })
    })
    .collect()
}

pub(super) fn checkpoint(
    database: &Connection,
    size: Option<TreeSize>,
) -> Result<Option<String>, StoreError> {
    let note = match size {
        Some(size) => database
            .prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?
            .query_row([signed(size.0)?], |row| row.get(0))
            .optional()?,
        None => database
            .prepare_cached("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?,
    };
    Ok(note)
}

pub(super) fn inclusion(
    database: &Connection,
    leaf: LeafIndex,
    size: TreeSize,
) -> Result<Vec<Hash>, StoreError> {
    within(database, size)?;
    log::inclusion(leaf, size, &Rows(database)).map(|proof| proof.hashes().to_vec()).map_err(made)
}

pub(super) fn consistency(
    database: &Connection,
    old: TreeSize,
    new: TreeSize,
) -> Result<Vec<Hash>, StoreError> {
    within(database, new)?;
    log::consistency(old, new, &Rows(database)).map(|proof| proof.hashes().to_vec()).map_err(made)
}

fn within(database: &Connection, size: TreeSize) -> Result<(), StoreError> {
    let whole = head(database)?.size;
    if size <= whole {
        return Ok(());
    }
    let reason = format!("the log has {whole} leaves, not {size}");
    Err(StoreError::unavailable("making a proof", std::io::Error::other(reason)))
}

/// A proof that was asked for outside the tree is the caller's mistake; a missing hash is ours.
fn made(error: MakeError<StoreError>) -> StoreError {
    match error {
        MakeError::Node(error) => error,
        other => {
            StoreError::unavailable("making a proof", std::io::Error::other(other.to_string()))
        }
    }
}

/// SQLite's integers are signed.
pub(super) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt { table: "leaf" })
}

struct Rows<'c>(&'c Connection);

impl Nodes for Rows<'_> {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        let index = signed(index)?;
        let hash: Option<[u8; 32]> = if level == 0 {
            self.0
                .prepare_cached("SELECT hash FROM leaf WHERE idx = ?1")?
                .query_row([index], |row| row.get(0))
                .optional()?
        } else {
            self.0
                .prepare_cached("SELECT hash FROM node WHERE level = ?1 AND idx = ?2")?
                .query_row(params![level, index], |row| row.get(0))
                .optional()?
        };
        hash.map(Hash::new).ok_or(StoreError::Diverged(HaltReason::Damaged))
    }
}
