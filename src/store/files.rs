//! Key files: made on the first run, for the owner's eyes only.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::StoreError;
use crate::domain::Entropy;

/// Makes a folder that only the owner may enter.
pub(super) fn folder(path: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| StoreError::unavailable("making the state folder", error))
}

/// A file that only its owner can read, emptied.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Waits for a lock that is held until it is dropped.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let unusable = |error| StoreError::unavailable("locking the state folder", error);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path).map_err(unusable)?;
    file.lock().map_err(unusable)?;
    Ok(file)
}

/// Reads a 32-byte key; draws and writes it where the file is not there and `make` says so.
pub(super) fn key(
    path: &Path,
    make: bool,
    entropy: &dyn Entropy,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    match File::open(path) {
        Ok(file) => read_key(path, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && make => {
            let mut key = Zeroizing::new([0; 32]);
            entropy.fill(&mut *key);
            let written = write_key(path, &key);
            match written {
                Ok(()) => Ok(key),
                // Another process made it in the same moment: theirs counts.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => key_again(path),
                Err(error) => Err(StoreError::unavailable("writing a key file", error)),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(StoreError::KeyFile(
            format!("{} is missing: restore it, nothing can be read without it", path.display()),
        )),
        Err(error) => Err(StoreError::unavailable("reading a key file", error)),
    }
}

fn key_again(path: &Path) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let file =
        File::open(path).map_err(|error| StoreError::unavailable("reading a key file", error))?;
    read_key(path, file)
}

fn read_key(path: &Path, mut file: File) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let unreadable = |error| StoreError::unavailable("reading a key file", error);
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(StoreError::KeyFile(format!(
            "{path} can be read by others (mode {:o}): chmod 600 {path}",
            mode & 0o777
        )));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(33));
    Read::by_ref(&mut file).take(33).read_to_end(&mut bytes).map_err(unreadable)?;
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| {
        StoreError::KeyFile(format!("{} is not a key of 32 bytes: restore it", path.display()))
    })?;
    Ok(Zeroizing::new(key))
}

/// Under another name first, so that nobody ever reads half a key. That name is new each time: what
/// a killed process has left is in nobody's way.
fn write_key(path: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut half = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    half.write_all(key)?;
    half.as_file().sync_all()?;
    half.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// A new name lasts only once its folder is on disk.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
