//! Entry bundles: the leaves behind a tile of leaf hashes, as in C2SP `tlog-tiles`.
//!
//! Each leaf stands behind its length in two bytes, most significant first. Nothing stands between
//! leaves, and nothing behind the last.

use thiserror::Error;

use super::LEAF_BYTES_MAX;
use super::tile::TILE_WIDTH;

/// The most bytes a bundle can have.
pub const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (2 + LEAF_BYTES_MAX);

/// What is wrong with a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// A leaf that does not fit.
    #[error("a leaf has at most {LEAF_BYTES_MAX} bytes, this has {0}")]
    Leaf(usize),
    /// It ends within a leaf.
    #[error("the bundle ends within a leaf")]
    Cut,
    /// Not as many leaves as its path says.
    #[error("the bundle does not have {0} leaves")]
    Width(u16),
}

/// Adds a leaf to a bundle.
pub fn add(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(leaf.len()).map_err(|_| BundleError::Leaf(leaf.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// The leaves of a bundle of this width.
pub fn leaves(mut bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut leaves = Vec::with_capacity(width.into());
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (leaf, rest) = rest.split_at_checked(length).ok_or(BundleError::Cut)?;
        if leaves.len() == usize::from(width) {
            return Err(BundleError::Width(width));
        }
        leaves.push(leaf);
        bundle = rest;
    }
    if !bundle.is_empty() {
        return Err(BundleError::Cut);
    }
    if leaves.len() == usize::from(width) { Ok(leaves) } else { Err(BundleError::Width(width)) }
}
