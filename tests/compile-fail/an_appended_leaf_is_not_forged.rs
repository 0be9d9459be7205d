//! Nobody but the store says that a leaf is in the log.

use sluss::log::{Hash, LeafIndex};
use sluss::store::Appended;

fn forge(index: LeafIndex, hash: Hash) -> Appended {
    Appended { index, hash }
}

fn main() {}
