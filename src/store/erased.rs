//! The list of the erased: which keys were destroyed because of a person's erasure.
//!
//! A file of its own beside the key store, only ever added to, synced before the key goes. It is
//! replayed at each opening before anything is served, so that a key store that was restored from a
//! backup brings nobody back. It holds random numbers: of the key, which is gone, and of the leaf
//! that says so. Whom they were about cannot be told from them.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{StoreError, files};
use crate::domain::{LeafId, SubjectId};
use crate::log::ErasureReason;

/// A longer list is not read: more than three million erasures.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// One key that must not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Erased {
    /// The key.
    pub(super) subject: SubjectId,
    /// The leaf that says so.
    pub(super) leaf: LeafId,
    /// Why.
    pub(super) reason: ErasureReason,
}

/// The file. Whoever writes holds the database's write lock, so that one writes at a time.
pub(super) struct ErasedList(PathBuf);

impl ErasedList {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Every entry, oldest first. Half a last line is of an addition that was cut short: nothing was
    /// destroyed for it yet.
    pub(super) fn read(&self) -> Result<Vec<Erased>, StoreError> {
        let mut text = String::new();
        match File::open(&self.0) {
            Ok(file) => {
                file.take(BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        }
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let entry = |line: &str| parse(line).ok_or(StoreError::Corrupt { table: "erased.list" });
        whole.lines().map(entry).collect()
    }

    /// Every entry as it is written, for a copy.
    pub(super) fn text(&self) -> Result<String, StoreError> {
        let mut text = String::new();
        for Erased { subject, leaf, reason } in self.read()? {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{subject} {leaf} {reason}");
        }
        Ok(text)
    }

    /// Adds what a copy has and this one does not: what was erased since the copy was made stays.
    pub(super) fn merge(&self, copy: &str) -> Result<(), StoreError> {
        let known = self.read()?;
        for line in copy.lines() {
            let entry = parse(line).ok_or(StoreError::Corrupt { table: "erased.list" })?;
            if !known.contains(&entry) {
                self.add(&entry)?;
            }
        }
        Ok(())
    }

    /// Adds an entry. It lasts when this returns.
    pub(super) fn add(&self, erased: &Erased) -> Result<(), StoreError> {
        self.append(erased).map_err(|error| StoreError::unavailable("the list of erased", error))
    }

    fn append(&self, erased: &Erased) -> std::io::Result<()> {
        let first = !self.0.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&self.0)?;
        let mut text = String::new();
        Read::by_ref(&mut file).take(BYTES_MAX).read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1) as u64;
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        writeln!(file, "{} {} {}", erased.subject, erased.leaf, erased.reason)?;
        file.sync_all()?;
        if first { files::sync_folder(&self.0) } else { Ok(()) }
    }
}

fn parse(line: &str) -> Option<Erased> {
    let mut words = line.split(' ');
    let erased = Erased {
        subject: SubjectId::parse(words.next()?)?,
        leaf: LeafId::parse(words.next()?)?,
        reason: ErasureReason::parse(words.next()?)?,
    };
    words.next().is_none().then_some(erased)
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::unavailable("reading the list of erased", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u8) -> Erased {
        Erased {
            subject: SubjectId::from_bytes([n; 16]),
            leaf: LeafId::from_bytes([n + 100; 16]),
            reason: ErasureReason::Request,
        }
    }

    #[test]
    fn what_was_added_is_read_and_half_a_line_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::new(folder.path().join("erased.list"));
        assert_eq!(list.read().unwrap(), []);
        list.add(&entry(1)).unwrap();
        list.add(&entry(2)).unwrap();
        let mut bytes = std::fs::read(list.path()).unwrap();
        bytes.truncate(bytes.len() - 7);
        std::fs::write(list.path(), &bytes).unwrap();
        assert_eq!(list.read().unwrap(), [entry(1)]);
        list.add(&entry(3)).unwrap();
        assert_eq!(list.read().unwrap(), [entry(1), entry(3)]);
        std::fs::write(list.path(), "nonsense\n").unwrap();
        assert!(matches!(list.read(), Err(StoreError::Corrupt { .. })));
    }
}
