//! Looks at the files and volumes of the store: whether they are those that were opened, and
//! whether there is room left on them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::domain::{HaltReason, RecipientId, Timestamp};

/// The files that were opened. One that was unlinked or replaced still takes writes, and nobody
/// would ever read them.
pub(super) struct Watch {
    files: Vec<(PathBuf, (u64, u64))>,
    volumes: Vec<PathBuf>,
    reserve_bytes: u64,
}

/// What a database says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its name and version.
    pub engine: String,
    /// Which migration its tables are of.
    pub schema: u32,
    /// A server's own clock; `None`: it has ours.
    pub clock: Option<Timestamp>,
    /// When the last leaf was written; 1970 where there is none.
    pub last: Timestamp,
}

/// How much waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Cases that are due by now: for whom, how many, and since when the oldest.
    pub due: Vec<(RecipientId, u64, Timestamp)>,
    /// Cases that wait for a person.
    pub held: u64,
    /// Notifications that are still to be told.
    pub notices: u64,
    /// Those that nobody took.
    pub notices_given_up: u64,
    /// Operators that are left alone: one for each process that has found so.
    pub left_alone: Vec<(RecipientId, LeftAlone)>,
}

/// That an operator was down, too slow or too busy, and is left alone for a while: its circuit breaker
/// is open, or probing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Since when.
    pub since: Timestamp,
    /// Nothing is taken on for it before.
    pub until: Timestamp,
    /// Whether one case is looking whether it is back.
    pub probing: bool,
}

/// The room on one volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// What is kept there: `store` or `checkpoint`.
    pub name: &'static str,
    /// What a program without privileges can still write, in bytes.
    pub free_bytes: u64,
}

impl Watch {
    /// Of files that are there now, and of the folders' volumes.
    pub(super) fn of(
        files: Vec<PathBuf>,
        volumes: Vec<PathBuf>,
        reserve_bytes: u64,
    ) -> Result<Self, StoreError> {
        let named = |path: PathBuf| Ok((identity(&path)?, path));
        let files: Result<Vec<_>, std::io::Error> = files.into_iter().map(named).collect();
        let files =
            files.map_err(|error| StoreError::unavailable("looking at the store", error))?;
        let files = files.into_iter().map(|(identity, path)| (path, identity)).collect();
        Ok(Self { files, volumes, reserve_bytes })
    }

    /// Whether each file is still the one that was opened.
    pub(super) fn files(&self) -> Result<(), StoreError> {
        for (path, known) in &self.files {
            match identity(path) {
                Ok(found) if found == *known => {}
                Ok(_) => return Err(StoreError::Diverged(HaltReason::LogReplaced)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Err(StoreError::Diverged(HaltReason::LogUnlinked));
                }
                Err(error) => return Err(StoreError::unavailable("looking at the store", error)),
            }
        }
        Ok(())
    }

    /// Whether each volume has its reserve.
    pub(super) fn reserve(&self) -> Result<(), StoreError> {
        for volume in &self.volumes {
            if free(volume)? < self.reserve_bytes {
                return Err(StoreError::Halted(HaltReason::DiskReserve));
            }
        }
        Ok(())
    }
}

/// What is still free for us on the volume of a folder, in bytes.
pub(super) fn free(folder: &Path) -> Result<u64, StoreError> {
    let facts = rustix::fs::statvfs(folder).map_err(|error| {
        StoreError::unavailable("asking a volume for its room", std::io::Error::from(error))
    })?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Device and inode.
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
