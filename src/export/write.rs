//! Writing: the store's log into a new folder, or into one that an earlier export has left.
//!
//! The checkpoint moves last, in one step: before that the folder holds the earlier export, whole,
//! and whoever is interrupted does the same again. One tile is in memory at a time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::folder::{self, Folder, FolderError};
use super::{
    CHECKPOINT, CHECKPOINTS, KEYS, POLICIES, README, TEXT_BYTES_MAX, WITNESS_POLICY, text,
};
use crate::crash;
use crate::log::quorum::Policy;
use crate::log::{
    Checkpoint, Code, ConsistencyProof, Fingerprint, LeafIndex, Note, PathNumber, Role, Tile,
    TreeSize, VerifierKey,
};
use crate::store::{Store, StoreError};

/// Why nothing, or not all, was exported.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The folder has something else in it.
    #[error(
        "{} holds something that is no export of this log: give a folder that is new, empty, or \
         an earlier export",
        .0.display()
    )]
    Other(PathBuf),
    /// Another process exports to the folder.
    #[error("another export to {} is under way: wait for its end", .0.display())]
    Busy(PathBuf),
    /// The earlier export is not a part of the log as it is now.
    #[error(
        "{} holds a checkpoint of {exported} leaves that this log does not lead to: the log was \
         cut, restored or replaced. Keep that folder as it is: it is the evidence",
        folder.display()
    )]
    Forked {
        /// The folder.
        folder: PathBuf,
        /// How many leaves the earlier export has.
        exported: TreeSize,
    },
    /// A file.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that the store gave cannot be read.
    #[error("{0}: the log is not what it should be; run `sluss log verify`")]
    Log(String),
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many leaves the folder had before.
    pub before: TreeSize,
    /// How many it has.
    pub size: TreeSize,
    /// How many files of tiles and bundles were written.
    pub tiles: u64,
    /// How many earlier checkpoints were added.
    pub checkpoints: u64,
    /// How many policies there are.
    pub policies: u64,
    /// The key that verifies it, to be compared with paper.
    pub key: VerifierKey,
}

/// Exports the log. That it is exported is the last leaf of what is exported.
pub async fn write(
    store: &Store,
    path: &Path,
    actor: Role,
    witness_policy: Option<&Policy>,
) -> Result<Exported, WriteError> {
    let key = store.verifier_key();
    let folder = Folder::open(path)?.ok_or_else(|| WriteError::Busy(path.to_owned()))?;
    let earlier = earlier(&folder, store, &key).await?;
    let before = earlier.as_ref().map_or(TreeSize(0), |(checkpoint, _)| checkpoint.size);
    folder.write(KEYS, format!("{key}\n").as_bytes())?;

    let what = Code::parse("export").ok_or_else(|| unreadable("export"))?;
    let mut note = store.export(actor, what, LeafIndex(before.0)).await?;
    let checkpoint = open(&note, &key)?;
    let size = checkpoint.size;
    crash::point("export-logged");
    let tiles = tiles(&folder, store, before, size).await?;
    let mut checkpoints = BTreeSet::new();
    if let Some((checkpoint, note)) = &earlier {
        keep(&folder, checkpoint.size, &note.to_string(), &mut checkpoints)?;
    }
    full_bundles(&folder, store, before, size, &mut checkpoints).await?;
    cosigned(&folder, store, &key, &mut note, &mut checkpoints).await?;
    let policies = store.policies().await?;
    for (id, canonical) in &policies {
        folder.write(&format!("{POLICIES}/{id}.json"), canonical)?;
    }
    if let Some(policy) = witness_policy {
        folder.write(WITNESS_POLICY, policy.source())?;
    }
    let readme = text::readme(&checkpoint.origin, &key, Fingerprint::of(&key));
    folder.write(README, readme.as_bytes())?;

    crash::point("export-written");
    // What the checkpoint vouches for is on disk before it is.
    folder.sync()?;
    folder.write(CHECKPOINT, note.to_string().as_bytes())?;
    folder.sync()?;
    crash::point("export-signed");
    outgrown(&folder, before, size)?;
    let (checkpoints, policies) = (checkpoints.len() as u64, policies.len() as u64);
    Ok(Exported { before, size, tiles, checkpoints, policies, key })
}

/// The checkpoint of the export that is in the folder, where one is complete there, and where the
/// log goes on from it.
async fn earlier(
    folder: &Folder,
    store: &Store,
    key: &VerifierKey,
) -> Result<Option<(Checkpoint, Note)>, WriteError> {
    let path = folder.path();
    let other = || WriteError::Other(path.to_owned());
    let Some(keys) = folder::read(&path.join(KEYS), TEXT_BYTES_MAX)? else {
        return if folder.is_empty(KEYS)? { Ok(None) } else { Err(other()) };
    };
    if keys != format!("{key}\n").as_bytes() {
        return Err(other());
    }
    let Some(note) = folder::read(&path.join(CHECKPOINT), TEXT_BYTES_MAX)? else {
        return Ok(None);
    };
    let note = String::from_utf8(note).ok().and_then(|note| Note::parse(&note).ok());
    let note = note.ok_or_else(other)?;
    let checkpoint = open(&note, key).map_err(|_| other())?;
    let latest = store.checkpoint(None).await?.and_then(|note| Note::parse(&note).ok());
    let latest = latest.and_then(|note| open(&note, key).ok());
    let forked = || WriteError::Forked { folder: path.to_owned(), exported: checkpoint.size };
    let latest = latest.filter(|latest| latest.size >= checkpoint.size).ok_or_else(forked)?;
    let proof = store.consistency(checkpoint.size, latest.size).await?;
    ConsistencyProof::new(proof)
        .and_then(|proof| {
            proof.verify(checkpoint.size, &checkpoint.root, latest.size, &latest.root)
        })
        .map_err(|_| forked())?;
    Ok(Some((checkpoint, note)))
}

async fn tiles(
    folder: &Folder,
    store: &Store,
    before: TreeSize,
    size: TreeSize,
) -> Result<u64, WriteError> {
    let mut written = 0;
    for of in Tile::rows(size) {
        for tile in Tile::added(of, before, size) {
            let name = tile.to_string();
            let bytes = store.tile(tile).await?.ok_or_else(|| unreadable(&name))?;
            folder.write(&name, &bytes)?;
            written += 1;
        }
    }
    Ok(written)
}

fn keep(
    folder: &Folder,
    size: TreeSize,
    note: &str,
    kept: &mut BTreeSet<TreeSize>,
) -> Result<(), WriteError> {
    folder.write(&format!("{CHECKPOINTS}/{}", PathNumber(size.0)), note.as_bytes())?;
    kept.insert(size);
    Ok(())
}

/// For each bundle that has become full, the first checkpoint that covers it: whoever has kept an
/// old checkpoint finds one near it, however the log is divided among exports.
async fn full_bundles(
    folder: &Folder,
    store: &Store,
    before: TreeSize,
    size: TreeSize,
    kept: &mut BTreeSet<TreeSize>,
) -> Result<(), WriteError> {
    let mut last = before;
    for end in Tile::full_ends(before, size) {
        if end <= last {
            continue;
        }
        match store.checkpoint_from(end).await? {
            Some((at, note)) if at < size => {
                keep(folder, at, &note, kept)?;
                last = at;
            }
            _ => break,
        }
    }
    Ok(())
}

/// What witnesses have put their names to, as far as the export goes. They follow the log at their
/// own pace, so that the head itself is seldom among it.
async fn cosigned(
    folder: &Folder,
    store: &Store,
    key: &VerifierKey,
    head: &mut Note,
    kept: &mut BTreeSet<TreeSize>,
) -> Result<(), WriteError> {
    let size = open(head, key)?.size;
    for note in store.cosigned().await? {
        let note = Note::parse(&note).map_err(|error| WriteError::Log(error.to_string()))?;
        match open(&note, key)?.size {
            at if at < size => keep(folder, at, &note.to_string(), kept)?,
            at if at == size => *head = note,
            _ => {}
        }
    }
    Ok(())
}

/// Partial tiles of the earlier checkpoint have grown into others.
fn outgrown(folder: &Folder, before: TreeSize, size: TreeSize) -> Result<(), WriteError> {
    for of in Tile::rows(before) {
        let grown = |tile: &Tile| Tile::at(of, tile.index(), size) != Some(*tile);
        if let Some(tile) = Tile::partial(of, before).filter(grown) {
            folder.remove(&tile.to_string())?;
        }
    }
    Ok(())
}

fn open(note: &Note, key: &VerifierKey) -> Result<Checkpoint, WriteError> {
    Checkpoint::open(note, std::slice::from_ref(key))
        .map_err(|error| WriteError::Log(error.to_string()))
}

fn unreadable(what: &str) -> WriteError {
    WriteError::Log(format!("{what} cannot be read"))
}
