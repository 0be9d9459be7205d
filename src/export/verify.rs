//! Verifying an exported folder: every leaf, every tile and the signature, from its files alone.
//!
//! Leaves are hashed and read by as many threads as there are processors, and put into the tree by
//! one, in their order. A bundle per thread is in memory at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::folder::{self, FolderError};
use super::{CHECKPOINT, CHECKPOINTS, KEYS, POLICIES, POLICY_BYTES_MAX, TEXT_BYTES_MAX};
use crate::domain::PolicyId;
use crate::log::bundle::{self, BUNDLE_BYTES_MAX, BundleError};
use crate::log::{
    self, Checkpoint, CheckpointError, Fingerprint, Hash, LeafIndex, Node, Note, PathNumber, Seen,
    Tile, TileOf, Tiler, TreeSize, Verifier, VerifierKey,
};

/// So many faults of files are told one by one; the rest is counted.
const FAULTS_MAX: usize = 100;

/// More threads than this are not started.
const THREADS_MAX: usize = 8;

/// Whom to believe.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The keys that lie in the folder: whoever made it can have put any there, so their
    /// fingerprints must be compared by a person.
    Folder,
    /// The key in the folder that has this fingerprint.
    Fingerprint(Fingerprint),
    /// These keys; the folder's are not looked at.
    Keys(Vec<VerifierKey>),
}

/// Why a folder cannot even be begun with.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// A file.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no checkpoint or no key: not an export, or one that was interrupted.
    #[error("{}: there is no {file}: not an exported log, or an export that was interrupted", folder.display())]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// The keys in the folder cannot be read.
    #[error("{KEYS}, line {line}: {error}")]
    Key {
        /// Which line.
        line: usize,
        /// What is wrong.
        error: log::KeyError,
    },
    /// No key has the fingerprint that was given.
    #[error(
        "no key in the folder has the fingerprint that was given: it was made by somebody else, or \
         the fingerprint was mistyped. The folder's keys have: {}", .0.join("; ")
    )]
    Fingerprint(Vec<String>),
    /// The checkpoint is no checkpoint.
    #[error("{CHECKPOINT}: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FileWhat {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is too large, or the file system does not give it.
    #[error("cannot be read")]
    Unreadable,
    /// Not as many hashes as the path says.
    #[error("does not have the size that its path says")]
    Size,
    /// Not as many leaves as the path says, or half of one.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Not what the leaves below lead to.
    #[error("does not follow from the leaves")]
    Hashes,
    /// Not what its name says.
    #[error("is not what its name says: the name is the SHA-256 of the content")]
    Name,
    /// A checkpoint that nobody signed, or that is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A checkpoint that was signed, for another history.
    #[error("was signed for other leaves: the log has two histories")]
    Fork,
}

/// A fault of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// Its path in the folder.
    pub file: String,
    /// What is wrong.
    pub what: FileWhat,
}

/// What verification found.
#[derive(Clone, Debug)]
pub struct Report {
    /// On the leaves, the tree and the checkpoint.
    pub log: log::Report,
    /// The keys that were believed.
    pub keys: Vec<VerifierKey>,
    /// They came from elsewhere than the folder, or their fingerprint did.
    pub compared: bool,
    /// How many bundles were read.
    pub bundles: u64,
    /// How many tiles of hashes were compared.
    pub tiles: u64,
    /// How many earlier checkpoints lie on the tree.
    pub checkpoints: u64,
    /// How many policies have the hash that they are called by.
    pub policies: u64,
    /// The first faults of files.
    pub files: Vec<FileFault>,
    /// How many there are in all.
    pub file_fault_count: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.log.is_sound() && self.file_fault_count == 0
    }
}

/// Verifies all that is in the folder.
pub fn verify(path: &Path, trust: &Trust) -> Result<Report, VerifyError> {
    let keys = keys(path, trust)?;
    let note = text(path, CHECKPOINT)?;
    let note = Note::parse(&note).map_err(CheckpointError::from)?;
    // Nobody has vouched for it yet; the size says only how far to read, and reading ends where
    // there are no files.
    let said = Checkpoint::parse(note.unverified_text())?;
    let mut faults = Faults::default();
    let checkpoints = checkpoints(path, &said, &keys, &mut faults);
    let (policies, known) = policies(path, &mut faults)?;
    let mut tree = Tree {
        path,
        size: said.size,
        verifier: Verifier::new(said.origin, keys.clone()),
        tiler: Tiler::default(),
        tiles: 0,
        bundles: 0,
        checkpoints: 0,
        earlier: checkpoints.into_iter().peekable(),
        named: BTreeSet::new(),
        faults,
    };
    tree.read();
    tree.partial_tiles();
    for missing in tree.named.difference(&known) {
        tree.faults.add(format!("{POLICIES}/{missing}.json"), FileWhat::Missing);
    }
    Ok(Report {
        log: tree.verifier.finish(&note),
        keys,
        compared: !matches!(trust, Trust::Folder),
        bundles: tree.bundles,
        tiles: tree.tiles,
        checkpoints: tree.checkpoints,
        policies,
        files: tree.faults.first,
        file_fault_count: tree.faults.count,
    })
}

fn keys(path: &Path, trust: &Trust) -> Result<Vec<VerifierKey>, VerifyError> {
    if let Trust::Keys(keys) = trust {
        return Ok(keys.clone());
    }
    let mut keys = Vec::new();
    for (n, line) in text(path, KEYS)?.lines().enumerate() {
        let key = VerifierKey::parse(line);
        keys.push(key.map_err(|error| VerifyError::Key { line: n + 1, error })?);
    }
    let Trust::Fingerprint(fingerprint) = trust else { return Ok(keys) };
    let found: Vec<_> = keys.iter().map(|key| Fingerprint::of(key).to_string()).collect();
    keys.retain(|key| Fingerprint::of(key) == *fingerprint);
    if keys.is_empty() { Err(VerifyError::Fingerprint(found)) } else { Ok(keys) }
}

fn text(path: &Path, file: &'static str) -> Result<String, VerifyError> {
    let incomplete = || VerifyError::Incomplete { folder: path.to_owned(), file };
    let bytes = folder::read(&path.join(file), TEXT_BYTES_MAX)?.ok_or_else(incomplete)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The earlier checkpoints that are signed, by size: to be compared as the tree grows.
fn checkpoints(
    path: &Path,
    head: &Checkpoint,
    keys: &[VerifierKey],
    faults: &mut Faults,
) -> BTreeMap<TreeSize, Hash> {
    let within = path.join(CHECKPOINTS);
    let mut earlier = BTreeMap::new();
    let names = folder::files(&within).unwrap_or_else(|_| {
        faults.add(CHECKPOINTS.to_owned(), FileWhat::Unreadable);
        Vec::new()
    });
    for name in names {
        let file = format!("{CHECKPOINTS}/{}", name.display());
        let read = || {
            let bytes = folder::read(&within.join(&name), TEXT_BYTES_MAX)
                .map_err(|_| FileWhat::Unreadable)?
                .ok_or(FileWhat::Missing)?;
            let note = String::from_utf8_lossy(&bytes);
            let note = Note::parse(&note).map_err(CheckpointError::from)?;
            let checkpoint = Checkpoint::open(&note, keys)?;
            let expected = PathNumber(checkpoint.size.0).to_string();
            let is_earlier = checkpoint.origin == head.origin && checkpoint.size <= head.size;
            if is_earlier && name.as_os_str() == expected.as_str() {
                Ok(checkpoint)
            } else {
                Err(FileWhat::Name)
            }
        };
        match read() {
            Ok(checkpoint) => drop(earlier.insert(checkpoint.size, checkpoint.root)),
            Err(what) => faults.add(file, what),
        }
    }
    earlier
}

/// How many policies are what they are called, and which.
fn policies(path: &Path, faults: &mut Faults) -> Result<(u64, BTreeSet<PolicyId>), VerifyError> {
    let within = path.join(POLICIES);
    let mut known = BTreeSet::new();
    let mut bytes = Vec::new();
    for name in folder::files(&within)? {
        let file = format!("{POLICIES}/{}", name.display());
        if !matches!(folder::read_into(&within.join(&name), POLICY_BYTES_MAX, &mut bytes), Ok(true))
        {
            faults.add(file, FileWhat::Unreadable);
            continue;
        }
        let id = PolicyId::new(Sha256::digest(&bytes).into());
        if name.as_os_str() == format!("{id}.json").as_str() {
            known.insert(id);
        } else {
            faults.add(file, FileWhat::Name);
        }
    }
    Ok((known.len() as u64, known))
}

/// The tree as it grows out of the files.
struct Tree<'p> {
    path: &'p Path,
    size: TreeSize,
    verifier: Verifier,
    tiler: Tiler,
    tiles: u64,
    bundles: u64,
    checkpoints: u64,
    earlier: std::iter::Peekable<std::collections::btree_map::IntoIter<TreeSize, Hash>>,
    /// The policies that leaves say came into force.
    named: BTreeSet<PolicyId>,
    faults: Faults,
}

/// A bundle and the tile of its hashes, as read by one of the threads.
struct Read {
    seen: Result<Vec<Seen>, FileWhat>,
    stored: Result<Vec<Hash>, FileWhat>,
}

impl Tree<'_> {
    /// Reads all bundles. Thread *t* of *n* reads every *n*-th from the *t*-th on, so that taking
    /// from one after the other gives them in order, and nobody reads far ahead.
    fn read(&mut self) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let (path, size) = (self.path, self.size);
        std::thread::scope(|scope| {
            let readers: Vec<Receiver<Read>> = (0..threads)
                .map(|first| {
                    let (to, from) = sync_channel(1);
                    scope.spawn(move || read_every(path, size, first, threads, &to));
                    from
                })
                .collect();
            self.earlier_checkpoints();
            for (tile, from) in bundles(size).zip(readers.iter().cycle()) {
                let Ok(read) = from.recv() else { break };
                if !self.take(tile, read) {
                    break;
                }
            }
            // Dropping the receivers ends the threads.
        });
    }

    /// Puts a bundle into the tree; false where there is nothing to go on with.
    fn take(&mut self, tile: Tile, read: Read) -> bool {
        let stored = read.stored.map_err(|what| self.faults.add(hashes_of(tile).0, what)).ok();
        self.tiles += u64::from(stored.is_some());
        let seen = read.seen.map_err(|what| self.faults.add(tile.to_string(), what)).ok();
        self.bundles += u64::from(seen.is_some());
        if stored.is_none() && seen.is_none() {
            return false;
        }
        let stored_at = |n: usize| stored.as_ref().and_then(|stored| stored.get(n)).copied();
        for (n, index) in tile.members().enumerate() {
            let index = LeafIndex(index);
            let nodes = match (seen.as_ref().and_then(|seen| seen.get(n)), stored_at(n)) {
                (Some(seen), stored) => {
                    self.named.extend(seen.policy());
                    self.verifier.take(index, stored, seen)
                }
                (None, Some(stored)) => self.verifier.hash(index, stored),
                (None, None) => return false,
            };
            self.grow(&nodes);
        }
        true
    }

    /// Compares every tile that these nodes fill, and the checkpoints of this size.
    fn grow(&mut self, nodes: &[Node]) {
        for node in nodes {
            // What stands in the tiles of leaf hashes is what was taken.
            if let Some((tile, bytes)) = self.tiler.push(node).filter(|(tile, _)| is_above(tile)) {
                self.compare(tile, &bytes);
            }
        }
        self.earlier_checkpoints();
    }

    fn earlier_checkpoints(&mut self) {
        let size = self.verifier.size();
        while let Some((at, root)) = self.earlier.next_if(|(at, _)| *at <= size) {
            if at == size && root == self.verifier.root() {
                self.checkpoints += 1;
            } else {
                self.faults.add(format!("{CHECKPOINTS}/{}", PathNumber(at.0)), FileWhat::Fork);
            }
        }
    }

    /// The right edge of the tree: tiles that are not full yet.
    fn partial_tiles(&mut self) {
        if self.verifier.size() != self.size {
            return;
        }
        let partial: Vec<_> = self.tiler.partial().filter(|(tile, _)| is_above(tile)).collect();
        for (tile, bytes) in partial {
            self.compare(tile, &bytes);
        }
    }

    fn compare(&mut self, tile: Tile, expected: &[u8]) {
        let name = tile.to_string();
        match folder::read(&self.path.join(&name), expected.len()) {
            Ok(Some(bytes)) if bytes == expected => self.tiles += 1,
            Ok(Some(bytes)) if bytes.len() != expected.len() => {
                self.faults.add(name, FileWhat::Size);
            }
            Ok(Some(_)) => self.faults.add(name, FileWhat::Hashes),
            Ok(None) => self.faults.add(name, FileWhat::Missing),
            Err(_) => self.faults.add(name, FileWhat::Unreadable),
        }
    }
}

fn bundles(size: TreeSize) -> impl Iterator<Item = Tile> {
    Tile::added(TileOf::Leaves, TreeSize(0), size)
}

fn is_above(tile: &Tile) -> bool {
    !matches!(tile.of(), TileOf::Hashes(0) | TileOf::Leaves)
}

/// Path and tile of the leaf hashes of a bundle.
fn hashes_of(bundle: Tile) -> (String, Option<Tile>) {
    let end = TreeSize(bundle.members().end);
    let tile = Tile::at(TileOf::Hashes(0), bundle.index(), end);
    (tile.map_or_else(String::new, |tile| tile.to_string()), tile)
}

fn read_every(path: &Path, size: TreeSize, first: usize, every: usize, to: &SyncSender<Read>) {
    let mut bytes = Vec::new();
    for tile in bundles(size).skip(first).step_by(every) {
        let read =
            Read { seen: seen(path, tile, &mut bytes), stored: stored(path, tile, &mut bytes) };
        let is_end = read.seen.is_err() && read.stored.is_err();
        // Whoever takes has stopped, or will stop here.
        if to.send(read).is_err() || is_end {
            return;
        }
    }
}

fn seen(path: &Path, tile: Tile, bytes: &mut Vec<u8>) -> Result<Vec<Seen>, FileWhat> {
    match folder::read_into(&path.join(tile.to_string()), BUNDLE_BYTES_MAX, bytes) {
        Ok(true) => {}
        Ok(false) => return Err(FileWhat::Missing),
        Err(_) => return Err(FileWhat::Unreadable),
    }
    let leaves = bundle::leaves(bytes, tile.width())?;
    Ok(leaves.into_iter().map(Seen::of).collect())
}

fn stored(path: &Path, bundle: Tile, bytes: &mut Vec<u8>) -> Result<Vec<Hash>, FileWhat> {
    let (name, tile) = hashes_of(bundle);
    let most = usize::from(bundle.width()) * 32;
    match folder::read_into(&path.join(name), most, bytes) {
        Ok(true) => {}
        Ok(false) => return Err(FileWhat::Missing),
        Err(_) => return Err(FileWhat::Unreadable),
    }
    tile.and_then(|tile| tile.read_hashes(bytes)).ok_or(FileWhat::Size)
}

#[derive(Debug, Default)]
struct Faults {
    first: Vec<FileFault>,
    count: u64,
}

impl Faults {
    fn add(&mut self, file: String, what: FileWhat) {
        self.count += 1;
        if self.first.len() < FAULTS_MAX {
            self.first.push(FileFault { file, what });
        }
    }
}
