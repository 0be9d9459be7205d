//! Which processes of this deployment are alive.
//!
//! Each process holds a lock on a file of its own for as long as it lives; the operating system
//! lets go of it however the process ends. So what a killed process had leased is free at once, and
//! what a stopped one has leased waits for the lease to run out. The file stays until another
//! process has freed those leases, also after an orderly end.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{StoreError, files};
use crate::domain::Entropy;

/// Names one process for its lifetime.
pub(super) type Epoch = [u8; 16];

pub(super) struct Processes {
    folder: PathBuf,
    epoch: Epoch,
    /// Whether anything was leased under this epoch: then somebody must free it.
    leased: AtomicBool,
    /// Held, not used: the lock ends with it.
    _alive: File,
}

impl Processes {
    pub(super) fn join(folder: &Path, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        files::folder(folder)?;
        let epoch: Epoch = entropy.array();
        let path = folder.join(name(&epoch));
        // Locked under another name first: a file that is not locked is of a process that is gone.
        let joining = path.with_extension("joining");
        let alive = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&joining)
            .map_err(unusable)?;
        alive.lock().map_err(unusable)?;
        fs::rename(&joining, &path).map_err(unusable)?;
        let leased = AtomicBool::new(false);
        Ok(Self { folder: folder.to_owned(), epoch, leased, _alive: alive })
    }

    /// Whether any process uses the store. Whoever holds the lock of the opening knows that none joins.
    pub(super) fn is_anybody_alive(folder: &Path) -> Result<bool, StoreError> {
        for entry in fs::read_dir(folder).map_err(unusable)? {
            let path = entry.map_err(unusable)?.path();
            if path.file_name().and_then(|name| parse(name.to_str()?)).is_none() {
                continue;
            }
            let Ok(file) = File::open(&path) else {
                continue;
            };
            if file.try_lock().is_err() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The name to lease under.
    pub(super) fn epoch(&self) -> Epoch {
        self.leased.store(true, Ordering::Relaxed);
        self.epoch
    }

    /// Those that have joined and are gone.
    pub(super) fn gone(&self) -> Result<Vec<Epoch>, StoreError> {
        let mut gone = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(unusable)? {
            let path = entry.map_err(unusable)?.path();
            let Some(epoch) = path.file_name().and_then(|name| parse(name.to_str()?)) else {
                continue;
            };
            if epoch == self.epoch {
                continue;
            }
            let Ok(file) = File::open(&path) else {
                continue;
            };
            if file.try_lock().is_ok() {
                gone.push(epoch);
            }
        }
        Ok(gone)
    }

    /// What the gone ones had leased is free: their files can go.
    pub(super) fn forget(&self, gone: &[Epoch]) {
        for epoch in gone {
            // Another process may have been quicker.
            let _ = fs::remove_file(self.folder.join(name(epoch)));
        }
    }
}

/// Who has leased nothing leaves nothing behind: a command that only looked would otherwise leave a
/// file each time.
impl Drop for Processes {
    fn drop(&mut self) {
        if !*self.leased.get_mut() {
            self.forget(&[self.epoch]);
        }
    }
}

fn name(epoch: &Epoch) -> String {
    format!("{:032x}", u128::from_be_bytes(*epoch))
}

fn parse(name: &str) -> Option<Epoch> {
    (name.len() == 32).then(|| u128::from_str_radix(name, 16).ok().map(u128::to_be_bytes))?
}

fn unusable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("the folder of running processes", error)
}
