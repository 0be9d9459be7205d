//! A refused password: it is shown once, and then no more until its file has changed or a person
//! has acted. Whoever goes on asking is locked out by the operator, and then the right password
//! does not help any more.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::Timestamp;

/// Since when an operator refuses our credentials, and which file they were read from.
#[derive(Default)]
pub(super) struct Latch(Mutex<Option<Refused>>);

#[derive(Clone, Copy)]
struct Refused {
    since: Timestamp,
    file: Option<Stamp>,
}

/// Which file it is, by what the file system says.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, u64, i64, i64);

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self(file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
    }
}

impl Latch {
    /// The operator has refused what stands in this file. Whether that is news.
    pub(super) fn close(&self, path: Option<&Path>, now: Timestamp) -> bool {
        let mut refused = self.lock();
        let is_news = refused.is_none();
        if is_news {
            *refused = Some(Refused { since: now, file: path.and_then(Stamp::of) });
        }
        is_news
    }

    /// Since when nothing may be asked; `None`: it may.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.lock().map(|refused| refused.since)
    }

    /// Whether the file is another one than when it was refused.
    pub(super) fn has_changed(&self, path: &Path) -> bool {
        self.lock().is_some_and(|refused| refused.file != Stamp::of(path))
    }

    /// It may be tried again.
    pub(super) fn open(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Refused>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
