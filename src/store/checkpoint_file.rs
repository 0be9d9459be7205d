//! The latest signed checkpoint, kept on its own: the log can only go forward from it.
//!
//! A store that is behind this file, or beside it, was restored or replaced: going on would write a
//! second history under one name. The file moves by compare-and-swap under a lock, so that several
//! processes on one store agree. It may stand on a volume of its own (`log.checkpoint_dir`), where
//! whoever sets the store back does not set it back as well.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::{StoreError, files};
use crate::crash::{self, Write};
use crate::domain::{HaltReason, Timestamp};
use crate::log::{Checkpoint, Hash, Note, TreeSize, VerifierKey};

/// What a disk writes whole or not at all.
const SECTOR_BYTES: usize = 512;
/// The longest file that is read.
const BYTES_MAX: u64 = 64 * 1024;

#[derive(Clone)]
pub(super) struct CheckpointFile {
    path: PathBuf,
    lock: PathBuf,
    key: VerifierKey,
    /// What was found sound in the file last: what stands there still need not be verified again.
    known: Option<(String, Checkpoint)>,
}

impl CheckpointFile {
    pub(super) fn new(path: PathBuf, key: VerifierKey) -> Self {
        let lock = path.with_extension("lock");
        Self { path, lock, key, known: None }
    }

    /// The checkpoint that was signed last; `None` before the first.
    pub(super) fn read(&self) -> Result<Option<Checkpoint>, StoreError> {
        let Some(text) = self.text()? else {
            return Ok(None);
        };
        if let Some((known, checkpoint)) = &self.known
            && *known == text
        {
            return Ok(Some(checkpoint.clone()));
        }
        let unsigned = || StoreError::Diverged(HaltReason::CheckpointLost);
        let note = Note::parse(&text).map_err(|_| unsigned())?;
        Checkpoint::open(&note, std::slice::from_ref(&self.key)).map(Some).map_err(|_| unsigned())
    }

    fn text(&self) -> Result<Option<String>, StoreError> {
        let mut text = Vec::new();
        match File::open(&self.path) {
            Ok(file) => file.take(BYTES_MAX).read_to_end(&mut text).map_err(unreadable)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        // What is not text is signed by nobody: it is told as that.
        Ok(Some(String::from_utf8(text).unwrap_or_default()))
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
    ///
    /// The first one is that of the empty log; where there is none later, it was lost.
    pub(super) fn advance(
        &mut self,
        checkpoint: &Checkpoint,
        note: &Note,
        root_at: impl FnOnce(TreeSize) -> Result<Hash, StoreError>,
    ) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        self.advance_locked(checkpoint, note, root_at)
    }

    fn advance_locked(
        &mut self,
        checkpoint: &Checkpoint,
        note: &Note,
        root_at: impl FnOnce(TreeSize) -> Result<Hash, StoreError>,
    ) -> Result<(), StoreError> {
        match self.read()? {
            Some(last) => {
                self.on_our_tree(&last, checkpoint, root_at)?;
                if last.size >= checkpoint.size {
                    return Ok(());
                }
            }
            None if checkpoint.size == TreeSize(0) => {}
            None => return Err(StoreError::Diverged(HaltReason::CheckpointLost)),
        }
        let text = note.to_string();
        self.replace(&text).map_err(unwritable)?;
        self.known = Some((text, checkpoint.clone()));
        Ok(())
    }

    /// Makes sure that the file is as far as a checkpoint that is about to be handed out. Where it is
    /// further, whoever has moved it has looked; a reader's view may be older than that.
    pub(super) fn ensure(
        &mut self,
        checkpoint: &Checkpoint,
        note: &Note,
        root_at: impl FnOnce(TreeSize) -> Result<Hash, StoreError>,
    ) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        match self.read()? {
            Some(last) if last.size > checkpoint.size => Ok(()),
            _ => self.advance_locked(checkpoint, note, root_at),
        }
    }

    fn on_our_tree(
        &self,
        last: &Checkpoint,
        ours: &Checkpoint,
        root_at: impl FnOnce(TreeSize) -> Result<Hash, StoreError>,
    ) -> Result<(), StoreError> {
        // What this process has put there itself lies on the tree that it goes on from.
        if self.known.as_ref().is_some_and(|(_, known)| known == last && last.size <= ours.size) {
            return Ok(());
        }
        let root = if last.size == ours.size { Ok(ours.root) } else { root_at(last.size) };
        match root {
            Ok(root) if root == last.root => Ok(()),
            Ok(_) => Err(StoreError::Diverged(HaltReason::Forked)),
            // The leaves that were signed for are not there.
            Err(StoreError::Diverged(_)) if last.size > ours.size => {
                Err(StoreError::Diverged(HaltReason::HeadBehind))
            }
            Err(error) => Err(error),
        }
    }

    /// Overwritten where it stands, if that is the same one sector of the disk: a sector is written
    /// whole or not at all, and the file system has nothing to note down, which costs more than the
    /// write. Whether it was.
    fn overwrite(&self, note: &str) -> std::io::Result<bool> {
        let file = match OpenOptions::new().write(true).open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if note.len() > SECTOR_BYTES || file.metadata()?.len() != note.len() as u64 {
            return Ok(false);
        }
        crash::write(Write::CopyWrite, || file.write_all_at(note.as_bytes(), 0))?;
        crash::write(Write::CopySync, || file.sync_data())?;
        Ok(true)
    }

    /// Else written beside and moved over, so that a reader sees the old or the new. The folder is not
    /// synced but for the first: should the power fail, an older checkpoint of the same history is
    /// left, which the check at the next start accepts. Having none would be refused.
    fn replace(&self, note: &str) -> std::io::Result<()> {
        if self.overwrite(note)? {
            return Ok(());
        }
        let first = !self.path.exists();
        let new = self.path.with_extension("new");
        let file = crash::write(Write::CopyWrite, || {
            let mut file = files::private(&new)?;
            file.write_all(note.as_bytes())?;
            Ok::<_, std::io::Error>(file)
        })?;
        crash::write(Write::CopySync, || file.sync_data())?;
        crash::write(Write::CopyRename, || fs::rename(&new, &self.path))?;
        if first {
            files::sync_folder(&self.path)?;
        }
        Ok(())
    }

    /// Puts a checkpoint that somebody else has kept where there is none, and never over one.
    pub(super) fn place_first(&self, note: &str) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        if self.read()?.is_some() {
            return Ok(());
        }
        self.replace(note).map_err(unwritable)
    }

    pub(super) fn exists(path: &Path) -> bool {
        path.exists()
    }

    /// When it last moved, by the clock of the file system.
    pub(super) fn moved(path: &Path) -> Option<Timestamp> {
        let changed = fs::metadata(path).ok()?;
        let micros = changed.mtime().checked_mul(1_000_000)?;
        Some(Timestamp::from_micros(micros.saturating_add(changed.mtime_nsec() / 1_000)))
    }
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("reading the checkpoint file", error)
}

fn unwritable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("writing the checkpoint file", error)
}
