//! The log's rows: leaves, nodes, head, checkpoints, policies.

use std::time::Duration;

use super::super::StoreError;
use super::super::checkpoint_file::CheckpointFile;
use super::super::rows::StoredLeaf;
use super::super::sql::{Connection, OptionalExtension, Question, params};
use super::tx::Tx;
use crate::crash::{self, Write};
use crate::domain::{HaltReason, LeafId, PolicyId, RecipientId, Timestamp};
use crate::log::{
    self, Code, CoseReceipt, Event, Frontier, Hash, Intent, Kind, LeafIndex, MakeError, Node,
    Nodes, Note, PolicyInForce, Read, Role, Tile, TileOf, TreeSize,
};

/// Where the log stands.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) size: TreeSize,
    pub(super) last: Timestamp,
}

const HEAD: &str = "SELECT size, last_us FROM head";
const IN_FORCE: &str = "SELECT policy, agreement FROM registry WHERE recipient = ?1";
const LEAF_HASH: &str = "SELECT hash FROM leaf WHERE idx = ?1";
const NODE: &str = "SELECT hash FROM node WHERE place = ?1";

/// What [`head`] will ask.
pub(super) fn head_question() -> Question {
    Question::new(HEAD, [])
}

/// What it takes to read a node.
fn node_question((level, index): (u8, u64)) -> Option<Question> {
    match level {
        0 => Some(Question::new(LEAF_HASH, [i64::try_from(index).ok()?])),
        _ => Some(Question::new(NODE, [place(level, index).ok()?])),
    }
}

/// What [`in_force`] will ask.
pub(super) fn in_force_question(recipient: &RecipientId) -> Question {
    Question::new(IN_FORCE, [recipient.as_str()])
}

pub(super) fn head(database: &Connection) -> Result<Head, StoreError> {
    let (size, last): (i64, i64) =
        database.prepare_cached(HEAD)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
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
            .put(params![signed(size.0)?, last.micros()])?;
        Ok::<_, StoreError>(())
    })?;
    put_checkpoint(database, size, note)
}

/// One tree has one checkpoint: signing is deterministic, and an export may have signed it already.
pub(super) fn put_checkpoint(
    database: &Connection,
    size: TreeSize,
    note: &str,
) -> Result<(), StoreError> {
    crash::write(Write::Checkpoint, || {
        database
            .prepare_cached(
                "INSERT INTO checkpoint (size, note) VALUES (?1, ?2) ON CONFLICT (size) DO NOTHING",
            )?
            .put(params![signed(size.0)?, note])?;
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
            .add(1, params![signed(index.0)?, id.bytes(), kind.as_str(), hash.bytes(), body])?;
        Ok(())
    })
}

pub(super) fn put_node(database: &Connection, node: &Node) -> Result<(), StoreError> {
    crash::write(Write::Node, || {
        database
            .prepare_cached("INSERT INTO node (place, hash) VALUES (?1, ?2)")?
            .add(1, params![place(node.level, node.index)?, node.hash.bytes()])?;
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
    let database = &*database.snapshot()?;
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
    let places = Frontier::places(known.size()).chain(Frontier::places(size));
    database.ask_ahead(|| places.filter_map(node_question).collect())?;
    if log::root_at(known.size(), &Rows(database))? != known.root() {
        return Err(StoreError::Diverged(HaltReason::LogChanged));
    }
    frontier(database, size)
}

/// Policy and registry entry stand in the log before anything is decided under them, and again
/// whenever one of them has changed, were it back to what it was before.
pub(super) fn keep_policy(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    event: PolicyInForce,
    canonical: &[u8],
) -> Result<(), StoreError> {
    let unwritable = |error| StoreError::unavailable("a leaf cannot be written", error);
    let told = log::canonical::to_bytes(&event).map_err(unwritable)?;
    let before: Option<Vec<u8>> = tx
        .database
        .prepare_cached("SELECT told FROM registry WHERE recipient = ?1")?
        .query_row([event.recipient.as_str()], |row| row.get(0))
        .optional()?;
    if before.is_some_and(|before| before == told) {
        return Ok(());
    }
    tx.database
        .prepare_cached(
            "INSERT INTO policy (id, recipient, version, canonical) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO NOTHING",
        )?
        .put(params![event.policy.bytes(), event.recipient.as_str(), event.version, canonical])?;
    tx.database
        .prepare_cached(
            "INSERT INTO registry (recipient, policy, agreement, told) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (recipient)
             DO UPDATE SET policy = excluded.policy, agreement = excluded.agreement,
                           told = excluded.told",
        )?
        .put(params![
            event.recipient.as_str(),
            event.policy.bytes(),
            event.registered.agreement.as_ref().map(|agreement| &agreement.reference),
            told
        ])?;
    let (recipient, policy) = (event.recipient.clone(), event.policy);
    let appended = tx.append(leaf, Event::Policy(event))?;
    tx.database
        .prepare_cached(
            "INSERT INTO in_force (leaf, recipient, policy, at_us) VALUES (?1, ?2, ?3, ?4)",
        )?
        .put(params![
            signed(appended.index.0)?,
            recipient.as_str(),
            policy.bytes(),
            tx.now.micros()
        ])?;
    Ok(())
}

/// A process that has not seen the recipient's latest file decides nothing under an older one.
pub(super) fn in_force(tx: &Tx<'_>, intent: &Intent) -> Result<(), StoreError> {
    let found: Option<([u8; 32], Option<String>)> = tx
        .database
        .prepare_cached(IN_FORCE)?
        .query_row([intent.recipient.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let holds = found.is_none_or(|(policy, agreement)| {
        policy == *intent.policy.bytes()
            && agreement.as_deref() == Some(intent.recipient.agreement.as_str())
    });
    if holds { Ok(()) } else { Err(StoreError::Superseded) }
}

/// The canonical form of a policy that has decided something; `None` where none has this hash.
pub(super) fn policy(database: &Connection, id: PolicyId) -> Result<Option<Vec<u8>>, StoreError> {
    let found = database
        .prepare_cached("SELECT canonical FROM policy WHERE id = ?1")?
        .query_row([id.bytes()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Silence can be proved too: a leaf that says nothing, where nothing was said for so long. Looked
/// at under the write lock, so that of several processes one writes it.
pub(super) fn heartbeat(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    silence: Duration,
) -> Result<bool, StoreError> {
    let silent = tx.now.since(tx.last) >= silence;
    if silent {
        tx.append(leaf, Event::Heartbeat)?;
    }
    Ok(silent)
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

/// A checkpoint as it is known: with the lines of witnesses, where there are any.
pub(super) fn checkpoint(
    database: &Connection,
    size: Option<TreeSize>,
) -> Result<Option<String>, StoreError> {
    let note = match size {
        Some(size) => database
            .prepare_cached(
                "SELECT coalesce(cosigned.note, checkpoint.note)
                   FROM checkpoint LEFT JOIN cosigned USING (size) WHERE size = ?1",
            )?
            .query_row([signed(size.0)?], |row| row.get(0))
            .optional()?,
        None => database
            .prepare_cached(
                "SELECT coalesce(cosigned.note, checkpoint.note)
                   FROM checkpoint LEFT JOIN cosigned USING (size) ORDER BY size DESC LIMIT 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?,
    };
    Ok(note)
}

/// The first checkpoint that was signed at this size or behind it.
pub(super) fn checkpoint_from(
    database: &Connection,
    size: TreeSize,
) -> Result<Option<(TreeSize, String)>, StoreError> {
    let found: Option<(i64, String)> = database
        .prepare_cached("SELECT size, note FROM checkpoint WHERE size >= ?1 ORDER BY size LIMIT 1")?
        .query_row([signed(size.0)?], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let size = |size| u64::try_from(size).map_err(|_| StoreError::Corrupt { table: "checkpoint" });
    found.map(|(at, note)| Ok((TreeSize(size(at)?), note))).transpose()
}

/// Writes that the log is exported from a leaf on, and signs the log just behind that leaf: what is
/// exported ends with the word that it was.
pub(super) fn export(
    tx: &mut Tx<'_>,
    leaf: LeafId,
    actor: Role,
    what: Code,
    first: LeafIndex,
) -> Result<Note, StoreError> {
    let own = tx.size();
    let count = own.0.checked_sub(first.0).map(|before| before + 1);
    let count = count.ok_or(StoreError::Diverged(HaltReason::HeadBehind))?;
    tx.append(leaf, Event::Read(Read { actor, what, first, count }))?;
    tx.sign_here()
}

/// A receipt in CBOR for a leaf in a tree whose checkpoint was signed.
pub(super) fn cose(
    tx: &Tx<'_>,
    leaf: LeafIndex,
    size: TreeSize,
) -> Result<Option<CoseReceipt>, StoreError> {
    if checkpoint(tx.database, Some(size))?.is_none() || !size.holds(leaf) {
        return Ok(None);
    }
    let nodes = Rows(tx.database);
    let proof = log::inclusion(leaf, size, &nodes).map_err(made)?;
    let root = log::root_at(size, &nodes)?;
    Ok(CoseReceipt::sign(tx.signer, leaf, size, &root, proof))
}

/// Every policy that has decided something: its id, and the canonical bytes that it is the hash of.
pub(super) fn policies(database: &Connection) -> Result<Vec<(PolicyId, Vec<u8>)>, StoreError> {
    let mut select = database.prepare_cached("SELECT id, canonical FROM policy ORDER BY id")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?)))?;
    rows.map(|row| row.map(|(id, canonical)| (PolicyId::new(id), canonical)))
        .collect::<Result<_, _>>()
        .map_err(StoreError::from)
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

/// The bytes of a tile or an entry bundle; `None` where the log has not grown that far.
pub(super) fn tile(database: &Connection, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
    if !tile.is_in(head(database)?.size) {
        return Ok(None);
    }
    match tile.of() {
        TileOf::Hashes(_) => tile.hashes(&Rows(database)).map(Some),
        TileOf::Leaves => bundle(database, tile).map(Some),
    }
}

/// Bodies are hashed whenever they are handed out: the tree says nothing about bytes that nobody
/// hashes again.
fn bundle(database: &Connection, tile: Tile) -> Result<Vec<u8>, StoreError> {
    let members = tile.members();
    let leaves = leaves(database, LeafIndex(members.start), tile.width().into())?;
    let mut bundle = Vec::new();
    let mut expected = members.clone();
    for leaf in &leaves {
        if Some(leaf.index.0) != expected.next() {
            return Err(StoreError::Diverged(HaltReason::Damaged));
        }
        if log::leaf_hash(&leaf.body) != leaf.hash {
            return Err(StoreError::Diverged(HaltReason::Damaged));
        }
        log::bundle::add(&mut bundle, &leaf.body)
            .map_err(|_| StoreError::Corrupt { table: "leaf" })?;
    }
    if expected.next().is_some() {
        return Err(StoreError::Diverged(HaltReason::Damaged));
    }
    Ok(bundle)
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
        let hash = if level == 0 {
            self.0
                .prepare_cached(LEAF_HASH)?
                .query_row([signed(index)?], |row| row.get(0))
                .optional()?
                .map(Hash::new)
        } else {
            node(self.0, level, index)?
        };
        hash.ok_or(StoreError::Diverged(HaltReason::Damaged))
    }

    fn row(&self, level: u8, first: u64, count: u16) -> Result<Vec<Hash>, StoreError> {
        if level > 0 {
            return (0..count).map(|n| self.node(level, first + u64::from(n))).collect();
        }
        let (first, end) = (signed(first)?, signed(first + u64::from(count))?);
        let hashes: Vec<[u8; 32]> = self
            .0
            .prepare_cached("SELECT hash FROM leaf WHERE idx >= ?1 AND idx < ?2 ORDER BY idx")?
            .query_map([first, end], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if hashes.len() == usize::from(count) {
            Ok(hashes.into_iter().map(Hash::new).collect())
        } else {
            Err(StoreError::Diverged(HaltReason::Damaged))
        }
    }
}

/// A node above the leaves; `None` where it is not stored.
pub(super) fn node(
    database: &Connection,
    level: u8,
    index: u64,
) -> Result<Option<Hash>, StoreError> {
    let hash: Option<[u8; 32]> = database
        .prepare_cached(NODE)?
        .query_row([place(level, index)?], |row| row.get(0))
        .optional()?;
    Ok(hash.map(Hash::new))
}

/// Where a node above the leaves is kept.
fn place(level: u8, index: u64) -> Result<i64, StoreError> {
    signed(Node::place(level, index).ok_or(StoreError::Corrupt { table: "node" })?)
}
