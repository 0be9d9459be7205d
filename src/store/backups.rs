//! Copies of all that is kept: made, checked, put in the place of what was lost, and moved to servers.

use std::path::{Path, PathBuf};

use super::keeper::carry;
use super::{Findings, Opening, Store, StoreError};
use crate::log::TreeSize;

/// A backup that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// How many leaves are in it.
    pub size: TreeSize,
    /// How many rows, in all tables.
    pub rows: u64,
    /// How long the file is.
    pub bytes: u64,
}

/// What the head of a backup tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// When it was made, as RFC 3339.
    pub made: String,
    /// By which version.
    pub by: String,
    /// How many leaves are in it.
    pub size: TreeSize,
    /// Their signed checkpoint; empty where there are none.
    pub checkpoint: String,
}

/// What to restore from.
#[derive(Clone, Copy, Debug)]
pub struct Restoring<'a> {
    /// The backup.
    pub archive: &'a Path,
    /// A file with the newest checkpoint that anybody has, where the deployment's own is lost.
    pub checkpoint: Option<&'a Path>,
}

/// A backup that is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was restored.
    pub archived: Archived,
    /// What was derived anew from it.
    pub findings: Findings,
    /// Whether the deployment was halted before, and still is.
    pub is_halted: bool,
}

/// A deployment that has moved to servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What was derived anew there.
    pub findings: Findings,
    /// How many rows went.
    pub rows: u64,
}

impl Store {
    /// Writes a backup, while others go on, to a file that is not there yet; readable with the
    /// deployment's master key alone.
    pub async fn backup(&self, to: PathBuf) -> Result<BackedUp, StoreError> {
        self.0.backup(to).await
    }

    /// Puts a backup in the place of a store that is not there. Refused where anything was signed
    /// behind it.
    pub fn restore(
        opening: &Opening<'_>,
        restoring: &Restoring<'_>,
    ) -> Result<Restored, StoreError> {
        beside(|| carry::restore(opening, restoring))
    }

    /// Looks whether a backup is whole, and derives everything in it anew; changes nothing. Beside it,
    /// why it could not be restored today.
    pub fn check_backup(
        opening: &Opening<'_>,
        restoring: &Restoring<'_>,
    ) -> Result<(Archived, Findings, Option<StoreError>), StoreError> {
        beside(|| carry::check(opening, restoring))
    }

    /// Moves a deployment from the files of its folder to the servers that the opening names.
    pub fn move_to_servers(opening: &Opening<'_>) -> Result<Moved, StoreError> {
        beside(|| carry::to_servers(opening))
    }
}

/// A connection to a server turns a runtime of its own, and may be asked for within another.
fn beside<T: Send>(run: impl FnOnce() -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
    std::thread::scope(|scope| {
        scope.spawn(run).join().unwrap_or_else(|_| Err(StoreError::panicked()))
    })
}
