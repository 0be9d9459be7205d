//! The latest signed checkpoint, kept on its own: the log can only go forward from it.
//!
//! A store that is behind this file, or beside it, was restored or replaced: going on would write a
//! second history under one name. The file moves by compare-and-swap under a lock, so that several
//! processes on one store agree.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{StoreError, files};
use crate::log::{Checkpoint, Hash, Note, TreeSize, VerifierKey};

/// The longest file that is read.
const BYTES_MAX: u64 = 64 * 1024;

pub(super) struct CheckpointFile {
    path: PathBuf,
    lock: PathBuf,
    key: VerifierKey,
}

impl CheckpointFile {
    pub(super) fn new(path: PathBuf, key: VerifierKey) -> Self {
        let lock = path.with_extension("lock");
        Self { path, lock, key }
    }

    /// The checkpoint that was signed last; `None` before the first.
    pub(super) fn read(&self) -> Result<Option<Checkpoint>, StoreError> {
        let mut note = String::new();
        match File::open(&self.path) {
            Ok(file) => {
                file.take(BYTES_MAX).read_to_string(&mut note).map_err(unreadable)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        }
        let unsigned =
            || StoreError::Diverged("the checkpoint file is not signed by this log's key");
        let note = Note::parse(&note).map_err(|_| unsigned())?;
        Checkpoint::open(&note, std::slice::from_ref(&self.key)).map(Some).map_err(|_| unsigned())
    }

    /// While this is held, no process moves the file.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.lock)
            .map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        Ok(lock)
    }

    /// Moves to a newer checkpoint. Never back: where another process is ahead, nothing is written.
    /// Never across: `root_at` is the root of the stored tree at a size, and what was signed last,
    /// older or newer, must lie on that tree. Who is ahead has committed before it moved the file.
    pub(super) fn advance(
        &self,
        checkpoint: &Checkpoint,
        note: &Note,
        root_at: impl FnOnce(TreeSize) -> Result<Hash, StoreError>,
    ) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        if let Some(last) = self.read()? {
            let same = last.size == checkpoint.size;
            let root = if same { checkpoint.root } else { root_at(last.size)? };
            if last.root != root {
                return Err(StoreError::Diverged(
                    "the last signed checkpoint is of another tree: the log was forked",
                ));
            }
            if last.size >= checkpoint.size {
                return Ok(());
            }
        }
        self.replace(note).map_err(unwritable)
    }

    /// Written beside and moved over, so that a reader sees the old or the new. The folder is not
    /// synced but for the first: should the power fail, an older checkpoint of the same history is
    /// left, which the check at the next start accepts. Having none would be refused.
    fn replace(&self, note: &Note) -> std::io::Result<()> {
        let first = !self.path.exists();
        let new = self.path.with_extension("new");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(note.to_string().as_bytes())?;
        file.sync_data()?;
        fs::rename(&new, &self.path)?;
        if first {
            files::sync_folder(&self.path)?;
        }
        Ok(())
    }

    pub(super) fn exists(path: &Path) -> bool {
        path.exists()
    }
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("reading the checkpoint file", error)
}

fn unwritable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("writing the checkpoint file", error)
}
