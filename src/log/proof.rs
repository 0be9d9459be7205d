//! Proofs that a leaf is in a tree, and that a tree is an earlier one with leaves appended.
//!
//! Making follows the definitions of RFC 6962 (2.1.1, 2.1.2), checking the algorithms of RFC 9162
//! (2.1.3.2, 2.1.4.2). A proof is a list of hashes and nothing else: sizes, index and roots are for
//! the checker to know from elsewhere.

use thiserror::Error;

use super::tree::{empty_root, node_hash, range_root};
use super::{Hash, LeafIndex, Nodes, TreeSize};

/// No proof in a tree of at most 2^64 leaves is longer.
pub const PROOF_HASHES_MAX: usize = 64;

/// Why a proof could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MakeError<E> {
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// The leaf.
        index: LeafIndex,
        /// The tree.
        size: TreeSize,
    },
    /// The earlier tree is the larger one.
    #[error("a tree of {new} leaves cannot follow one of {old}")]
    Order {
        /// The tree that is said to be earlier.
        old: TreeSize,
        /// The tree that is said to be later.
        new: TreeSize,
    },
    /// The store could not read a node.
    #[error("a node of the tree could not be read")]
    Node(#[source] E),
}

/// What is wrong with a proof. It proves nothing then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// More hashes than any tree asks for.
    #[error("a proof has at most {PROOF_HASHES_MAX} hashes, this has {0}")]
    TooLong(usize),
    /// The leaf cannot be in a tree of this size.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// The leaf.
        index: LeafIndex,
        /// The tree.
        size: TreeSize,
    },
    /// The earlier tree is the larger one: leaves are gone.
    #[error("a tree of {new} leaves cannot follow one of {old}: the log has been cut")]
    Order {
        /// The tree that is said to be earlier.
        old: TreeSize,
        /// The tree that is said to be later.
        new: TreeSize,
    },
    /// Too few or too many hashes for these sizes.
    #[error("the number of hashes does not fit the size of the tree")]
    Length,
    /// The hashes do not lead to the root.
    #[error("the hashes do not lead to the root of the tree")]
    Root,
}

/// Proof that a leaf stands at an index of a tree: the siblings from the leaf up to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof(Vec<Hash>);

/// Proof that a tree begins with the leaves of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Hash>);

/// Root of the tree as it was at a size.
pub fn root_at<N: Nodes>(size: TreeSize, nodes: &N) -> Result<Hash, N::Error> {
    range_root(0, size.0, nodes)
}

/// Proves that a leaf stands in the tree of this size.
pub fn inclusion<N: Nodes>(
    index: LeafIndex,
    size: TreeSize,
    nodes: &N,
) -> Result<InclusionProof, MakeError<N::Error>> {
    if !size.holds(index) {
        return Err(MakeError::Index { index, size });
    }
    let (mut start, mut end) = (0, size.0);
    let mut siblings = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index.0 < middle {
            siblings.push(range_root(middle, end, nodes).map_err(MakeError::Node)?);
            end = middle;
        } else {
            siblings.push(range_root(start, middle, nodes).map_err(MakeError::Node)?);
            start = middle;
        }
    }
    siblings.reverse();
    Ok(InclusionProof(siblings))
}

/// Proves that the tree of the new size begins with the tree of the old size.
pub fn consistency<N: Nodes>(
    old: TreeSize,
    new: TreeSize,
    nodes: &N,
) -> Result<ConsistencyProof, MakeError<N::Error>> {
    if old > new {
        return Err(MakeError::Order { old, new });
    }
    if old.0 == 0 {
        // Every tree begins with nothing.
        return Ok(ConsistencyProof(Vec::new()));
    }
    let (mut start, mut end) = (0, new.0);
    let mut hashes = Vec::new();
    while old.0 != end {
        let middle = start + split(end - start);
        if old.0 <= middle {
            hashes.push(range_root(middle, end, nodes).map_err(MakeError::Node)?);
            end = middle;
        } else {
            hashes.push(range_root(start, middle, nodes).map_err(MakeError::Node)?);
            start = middle;
        }
    }
    // The old root itself is what the checker has already; a part of the old tree it has not.
    if start > 0 {
        hashes.push(range_root(start, end, nodes).map_err(MakeError::Node)?);
    }
    hashes.reverse();
    Ok(ConsistencyProof(hashes))
}

impl InclusionProof {
    /// Takes hashes that came from elsewhere, the leaf's sibling first.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofError> {
        bounded(hashes).map(Self)
    }

    /// The hashes, the leaf's sibling first.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Checks that the leaf with this hash stands at this index of the tree with this root.
    pub fn verify(
        &self,
        leaf: &Hash,
        index: LeafIndex,
        size: TreeSize,
        root: &Hash,
    ) -> Result<(), ProofError> {
        if self.root(leaf, index, size)? == *root { Ok(()) } else { Err(ProofError::Root) }
    }

    /// The root that leaf and path lead to. Somebody must have vouched for it.
    pub fn root(&self, leaf: &Hash, index: LeafIndex, size: TreeSize) -> Result<Hash, ProofError> {
        if !size.holds(index) {
            return Err(ProofError::Index { index, size });
        }
        let mut path = Path { node: index.0, last: size.0 - 1 };
        let mut hash = *leaf;
        for sibling in &self.0 {
            hash = match path.step().ok_or(ProofError::Length)? {
                Side::Left => node_hash(sibling, &hash),
                Side::Right => node_hash(&hash, sibling),
            };
        }
        path.at_root()?;
        Ok(hash)
    }
}

impl ConsistencyProof {
    /// Takes hashes that came from elsewhere, in the order of RFC 6962.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofError> {
        bounded(hashes).map(Self)
    }

    /// The hashes, in the order of RFC 6962.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Checks that the tree with the new root begins with the leaves of the tree with the old root.
    pub fn verify(
        &self,
        old: TreeSize,
        old_root: &Hash,
        new: TreeSize,
        new_root: &Hash,
    ) -> Result<(), ProofError> {
        if old > new {
            return Err(ProofError::Order { old, new });
        }
        if old == new || old.0 == 0 {
            // Nothing to prove: the same tree, or the tree without leaves, which begins every other.
            let known = if old == new { new_root } else { &empty_root() };
            return match (self.0.is_empty(), old_root == known) {
                (false, _) => Err(ProofError::Length),
                (true, false) => Err(ProofError::Root),
                (true, true) => Ok(()),
            };
        }
        // Where the old tree is a complete subtree of the new one, its root is not sent.
        let (first, rest) = if old.0.is_power_of_two() {
            (*old_root, &self.0[..])
        } else {
            let (first, rest) = self.0.split_first().ok_or(ProofError::Length)?;
            (*first, rest)
        };
        let complete = (old.0 - 1).trailing_ones();
        let mut path = Path { node: (old.0 - 1) >> complete, last: (new.0 - 1) >> complete };
        let (mut old_hash, mut new_hash) = (first, first);
        for hash in rest {
            match path.step().ok_or(ProofError::Length)? {
                Side::Left => {
                    old_hash = node_hash(hash, &old_hash);
                    new_hash = node_hash(hash, &new_hash);
                }
                Side::Right => new_hash = node_hash(&new_hash, hash),
            }
        }
        path.at_root()?;
        if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
    }
}

/// On which side of the node the sibling stands.
enum Side {
    Left,
    Right,
}

/// The way up from a node, beside the way up from the last one of its level.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    /// One sibling up; `None` where the root is reached already.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // On the right edge a node may have no sibling for several levels: it moves up as it is.
            // Not 0 here, as the last node is not, so this shifts by 63 at most.
            self.up(self.node.trailing_zeros());
            Side::Left
        } else {
            Side::Right
        };
        self.up(1);
        Some(side)
    }

    fn up(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    fn at_root(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}

fn bounded(hashes: Vec<Hash>) -> Result<Vec<Hash>, ProofError> {
    if hashes.len() > PROOF_HASHES_MAX {
        return Err(ProofError::TooLong(hashes.len()));
    }
    Ok(hashes)
}

/// The largest power of two below a length of at least 2: how many leaves go to the left.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}
