//! Who else vouches for an exported log: the checkpoints in a folder, held against a witness policy.

use std::path::Path;

use super::folder;
use super::verify::VerifyError;
use super::{CHECKPOINT, CHECKPOINTS, TEXT_BYTES_MAX};
use crate::domain::Timestamp;
use crate::log::quorum::Policy;
use crate::log::{Note, VerifierKey, Witnessed};

/// What goes into a folder, so that whoever verifies it can ask more than us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The policy file, as it is written.
    pub policy: Vec<u8>,
    /// The newest checkpoint that its quorum has cosigned; `None`: there is none yet.
    pub checkpoint: Option<Note>,
}

/// The largest tree in a folder that the quorum of a policy has cosigned. Only of a folder that was
/// verified: then every checkpoint in it lies on the one tree.
pub fn witnessed(
    path: &Path,
    keys: &[VerifierKey],
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Witnessed>, VerifyError> {
    let earlier = path.join(CHECKPOINTS);
    let mut files = vec![path.join(CHECKPOINT)];
    files.extend(folder::files(&earlier)?.into_iter().map(|name| earlier.join(name)));
    let mut largest: Option<Witnessed> = None;
    for file in files {
        let Some(bytes) = folder::read(&file, TEXT_BYTES_MAX)? else { continue };
        let note = Note::parse(&String::from_utf8_lossy(&bytes)).ok();
        let Some(found) = note.and_then(|note| policy.verify_with(&note, keys, now).ok()) else {
            continue;
        };
        if largest.as_ref().is_none_or(|most| most.checkpoint.size < found.checkpoint.size) {
            largest = Some(found);
        }
    }
    Ok(largest)
}
