//! Files of an exported folder: read with bounds, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// A file or folder that cannot be read or written.
#[derive(Clone, Debug, Error)]
#[error("{}: {what}", path.display())]
pub struct FolderError {
    /// Which.
    pub path: PathBuf,
    /// What was tried.
    pub what: &'static str,
    /// What the file system said.
    #[source]
    pub source: Arc<io::Error>,
}

/// How the name of a file ends that is not complete yet.
const UNFINISHED: &str = ".unfinished";

/// A folder that this process alone writes to.
pub(super) struct Folder {
    path: PathBuf,
    /// Holds the lock; the kernel lets go of it however the process ends.
    handle: File,
}

impl Folder {
    /// Makes the folder where it is not there, and locks it; `None` where somebody else writes.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, FolderError> {
        let failed = |what| move |error| failure(path, what, error);
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path).map_err(failed("cannot be made"))?;
        let handle = File::open(path).map_err(failed("cannot be opened"))?;
        match handle.try_lock() {
            Ok(()) => Ok(Some(Self { path: path.to_owned(), handle })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed("cannot be locked")(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing is in it but what a first run left that was killed at once.
    pub(super) fn is_empty(&self, first_file: &str) -> Result<bool, FolderError> {
        let failed = |error| failure(&self.path, "cannot be read", error);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            if entry.map_err(failed)?.file_name() != *format!("{first_file}{UNFINISHED}") {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes a file beside its place and moves it there: under its own name it is never half.
    /// Durable only after [`Folder::sync`].
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.path.join(name);
        let written = || -> io::Result<()> {
            let unfinished = self.path.join(format!("{name}{UNFINISHED}"));
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = match options.open(&unfinished) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let folder = path.parent().unwrap_or(&self.path);
                    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                    options.open(&unfinished)?
                }
                opened => opened?,
            };
            file.write_all(bytes)?;
            drop(file);
            fs::rename(&unfinished, &path)
        };
        written().map_err(|error| failure(&path, "cannot be written", error))
    }

    /// Waits until all that was written is on disk: one wait for thousands of files.
    pub(super) fn sync(&self) -> Result<(), FolderError> {
        rustix::fs::syncfs(&self.handle)
            .map_err(|error| failure(&self.path, "cannot be synced", error.into()))
    }

    /// Removes a file that is no part of the export any more.
    pub(super) fn remove(&self, name: &str) -> Result<(), FolderError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failure(&path, "cannot be removed", error))
            }
            _ => Ok(()),
        }
    }
}

/// Reads a file of at most so many bytes into a buffer. `Ok(false)`: there is none of that name.
pub(super) fn read_into(
    path: &Path,
    most: usize,
    buffer: &mut Vec<u8>,
) -> Result<bool, FolderError> {
    buffer.clear();
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failure(path, "cannot be opened", error)),
        Ok(file) => file,
    };
    // One more than is allowed, so that too much shows.
    let bounded = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(bounded)
        .read_to_end(buffer)
        .map_err(|error| failure(path, "cannot be read", error))?;
    if buffer.len() > most {
        let large = io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {most} bytes"));
        return Err(failure(path, "is too large", large));
    }
    Ok(true)
}

/// Reads a file of at most so many bytes; `None` where there is none of that name.
pub(super) fn read(path: &Path, most: usize) -> Result<Option<Vec<u8>>, FolderError> {
    let mut bytes = Vec::new();
    Ok(read_into(path, most, &mut bytes)?.then_some(bytes))
}

/// The files below a folder, relative to it; none where there is no such folder.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(within) = folders.pop() {
        let path = folder.join(&within);
        let failed = |error| failure(&path, "cannot be read", error);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = within.join(entry.file_name());
            let is_folder = entry.file_type().map_err(failed)?.is_dir();
            if is_folder { &mut folders } else { &mut files }.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn failure(path: &Path, what: &'static str, source: io::Error) -> FolderError {
    FolderError { path: path.to_owned(), what, source: Arc::new(source) }
}
