//! When every stored leaf was last hashed again: a line in a file beside the store, so that a service
//! that is often restarted scrubs as often as one that is not.

use std::io::Write;
use std::path::Path;

use super::{StoreError, files};
use crate::domain::Timestamp;

/// `None`: never, or nobody knows.
pub(super) fn read(path: &Path) -> Option<Timestamp> {
    Timestamp::parse(std::fs::read_to_string(path).ok()?.trim_end())
}

/// Not made durable: who forgets it scrubs once too often.
pub(super) fn write(path: &Path, now: Timestamp) -> Result<(), StoreError> {
    let written = files::private(path).and_then(|mut file| writeln!(file, "{}", now.rfc3339()));
    written.map_err(|error| StoreError::unavailable("noting that the log was scrubbed", error))
}
