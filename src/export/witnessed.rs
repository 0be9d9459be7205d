//! Whether a quorum of witnesses vouches for an exported folder, and for how much of it.

use std::path::Path;

use super::folder::{self, FolderError};
use super::{CHECKPOINT, CHECKPOINTS, TEXT_BYTES_MAX};
use crate::domain::Timestamp;
use crate::log::quorum::Policy;
use crate::log::{Note, VerifierKey, Witnessed};

/// The newest checkpoint in the folder that satisfies the policy, with its signature lines; `None`
/// where none does.
///
/// All that lie in a folder that was verified are of its one tree: the witnesses then vouch for its
/// beginning, up to that size. The policy is the reader's own: one that lies in the folder was put
/// there by whoever made it.
pub fn witnessed(
    path: &Path,
    keys: &[VerifierKey],
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<(Note, Witnessed)>, FolderError> {
    let earlier = folder::files(&path.join(CHECKPOINTS))?;
    let earlier = earlier.into_iter().map(|name| Path::new(CHECKPOINTS).join(name));
    let mut best: Option<(Note, Witnessed)> = None;
    for name in earlier.chain([CHECKPOINT.into()]) {
        let Some(bytes) = folder::read(&path.join(name), TEXT_BYTES_MAX)? else { continue };
        let Ok(note) = Note::parse(&String::from_utf8_lossy(&bytes)) else { continue };
        let Ok(witnessed) = policy.verify_with(&note, keys, now) else { continue };
        let size = witnessed.checkpoint.size;
        if best.as_ref().is_none_or(|(_, best)| best.checkpoint.size < size) {
            best = Some((note, witnessed));
        }
    }
    Ok(best)
}
