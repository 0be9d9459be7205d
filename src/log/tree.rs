//! The tree of RFC 6962: what a leaf, a node and a root are, and how a tree grows by one leaf.
//!
//! A tree grows on its right edge only. [`Frontier`] is that edge; it says which nodes a new leaf
//! completes, and a complete node never changes again. Keeping those nodes is the store's part.

use super::{Hash, TreeSize, sha256};

/// Hash of a leaf's bytes. The prefix keeps a leaf from passing for an inner node.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash(sha256(&[&[0x00], bytes]))
}

/// Hash of an inner node.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(sha256(&[&[0x01], left.bytes(), right.bytes()]))
}

/// Root of the tree without leaves: the hash of nothing.
pub fn empty_root() -> Hash {
    Hash(sha256(&[]))
}

/// Reads complete nodes: node (`level`, `index`) is the root over the 2^`level` leaves that begin
/// at leaf `index` · 2^`level`; level 0 holds the leaf hashes.
///
/// Only complete nodes are ever asked for, so an implementation never has to compute one.
pub trait Nodes {
    /// Why a node cannot be read. A node that is not there is such a reason.
    type Error;

    /// Reads one node.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;

    /// Reads nodes of one level in a row. For those who can do that in one look.
    fn row(&self, level: u8, first: u64, count: u16) -> Result<Vec<Hash>, Self::Error> {
        (0..count).map(|n| self.node(level, first + u64::from(n))).collect()
    }
}

/// A complete node, to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Height over the leaves, which are level 0.
    pub level: u8,
    /// Position on its level, from 0.
    pub index: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Node {
    /// How many nodes above the leaves are complete before this one; `None` for a leaf, and past any
    /// tree. Kept by this number, nodes only ever come behind those that are there: each commit
    /// writes one place of a file, and not one for each level.
    ///
    /// `n` leaves complete `n - popcount(n)` nodes, and a leaf completes the lower ones first.
    pub const fn place(level: u8, index: u64) -> Option<u64> {
        let (Some(above), true) = (level.checked_sub(1), level < 64) else { return None };
        let Some(end) = index.checked_add(1) else { return None };
        let Some(leaves) = end.checked_mul(1 << level) else { return None };
        let before = leaves - 1;
        Some(before - before.count_ones() as u64 + above as u64)
    }
}

/// The right edge of a tree: all that is needed to know its root and to append to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the largest complete subtrees from left to right, one per bit of the size.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub const fn empty() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The edge of a tree that was kept.
    pub fn load<N: Nodes>(size: TreeSize, nodes: &N) -> Result<Self, N::Error> {
        let peaks = peaks(0, size.0)
            .map(|(level, index)| nodes.node(level, index))
            .collect::<Result<_, _>>()?;
        Ok(Self { size: size.0, peaks })
    }

    /// The nodes that [`load`](Self::load) reads, and [`root_at`](super::root_at): level and index.
    pub fn places(size: TreeSize) -> impl Iterator<Item = (u8, u64)> {
        peaks(0, size.0)
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// Root of the tree (RFC 6962, 2.1).
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// Appends a leaf and gives every node that it completes, the leaf's own first.
    pub fn push(&mut self, leaf: Hash) -> Vec<Node> {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        let mut completed = vec![node];
        // Each 1 at the end of the size is a left sibling that waits for this node.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = Node {
                level: node.level + 1,
                index: node.index / 2,
                hash: node_hash(&left, &node.hash),
            };
            completed.push(node);
        }
        self.peaks.push(node.hash);
        // 2^64 leaves are out of reach: at a billion a second that takes five hundred years.
        self.size = self.size.saturating_add(1);
        completed
    }
}

/// Hash over the leaves `start..end`, where `start` is a multiple of the smallest power of two that
/// is not below the length. Subtrees that the proofs of RFC 6962 speak of all begin like that.
pub(super) fn range_root<N: Nodes>(start: u64, end: u64, nodes: &N) -> Result<Hash, N::Error> {
    let peaks = peaks(start, end)
        .map(|(level, index)| nodes.node(level, index))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(fold(&peaks))
}

/// Level and index of the largest complete nodes that make up `start..end`, from left to right.
fn peaks(start: u64, end: u64) -> impl Iterator<Item = (u8, u64)> {
    let length = end - start;
    (0..64_u8).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
        // What the higher bits of the length cover lies to the left of this node.
        let covered = length & !(u64::MAX >> (63 - level));
        (level, (start + covered) >> level)
    })
}

fn fold(peaks: &[Hash]) -> Hash {
    peaks
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(empty_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_completed_in_the_order_of_their_places() {
        let mut frontier = Frontier::empty();
        let mut next = 0;
        for leaf in 0..1_000_u64 {
            for node in frontier.push(leaf_hash(&leaf.to_be_bytes())) {
                if node.level > 0 {
                    assert_eq!(Node::place(node.level, node.index), Some(next));
                    next += 1;
                }
            }
        }
        assert_eq!(Node::place(0, 0), None);
        assert_eq!(Node::place(64, 0), None);
        assert_eq!(Node::place(63, 0), Some((1 << 63) - 2));
        assert_eq!(Node::place(63, 1), None);
        assert_eq!(Node::place(1, u64::MAX), None);
    }

    #[test]
    fn peaks_follow_the_bits_of_the_length() {
        assert_eq!(peaks(0, 0).count(), 0);
        assert_eq!(peaks(0, 7).collect::<Vec<_>>(), [(2, 0), (1, 2), (0, 6)]);
        assert_eq!(peaks(8, 11).collect::<Vec<_>>(), [(1, 4), (0, 10)]);
        assert_eq!(peaks(0, 1 << 63).collect::<Vec<_>>(), [(63, 0)]);
        assert_eq!(peaks(0, u64::MAX).count(), 64);
    }

    #[test]
    fn a_leaf_completes_one_node_for_each_one_at_the_end_of_the_size() {
        let mut frontier = Frontier::empty();
        let completed: Vec<_> = (0..8_u8).map(|n| frontier.push(leaf_hash(&[n])).len()).collect();
        assert_eq!(completed, [1, 2, 1, 3, 1, 2, 1, 4]);
        assert_eq!(frontier.size(), TreeSize(8));
        assert_eq!(frontier.peaks.len(), 1);
    }
}
