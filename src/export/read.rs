//! Reading an exported folder leaf by leaf, for whoever looks at what the leaves say. Whether they
//! are those that were signed is [`super::verify()`]'s to say, before.

use std::path::Path;

use super::folder::{self, FolderError};
use super::{POLICIES, POLICY_BYTES_MAX};
use crate::domain::PolicyId;
use crate::log::bundle::{self, BUNDLE_BYTES_MAX};
use crate::log::{LeafIndex, Tile, TileOf, TreeSize};

/// Hands over each leaf of a log of this size, from the first. One bundle is in memory at a time. A
/// bundle that is missing or torn is passed over: the verification has told of it.
pub fn leaves(
    path: &Path,
    size: TreeSize,
    mut take: impl FnMut(LeafIndex, &[u8]),
) -> Result<(), FolderError> {
    let mut bytes = Vec::new();
    for tile in Tile::added(TileOf::Leaves, TreeSize(0), size) {
        if !folder::read_into(&path.join(tile.to_string()), BUNDLE_BYTES_MAX, &mut bytes)? {
            continue;
        }
        let Ok(leaves) = bundle::leaves(&bytes, tile.width()) else { continue };
        for (index, leaf) in tile.members().zip(leaves) {
            take(LeafIndex(index), leaf);
        }
    }
    Ok(())
}

/// The bytes of a policy; `None` where the folder has none by this hash.
pub fn policy(path: &Path, id: PolicyId) -> Result<Option<Vec<u8>>, FolderError> {
    folder::read(&path.join(POLICIES).join(format!("{id}.json")), POLICY_BYTES_MAX)
}
