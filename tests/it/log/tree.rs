//! Roots and proofs: known answers, a second implementation, and proofs that must not hold.

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;
use sluss::log::{
    ConsistencyProof, Frontier, Hash, InclusionProof, LeafIndex, MakeError, ProofError, TreeSize,
    consistency, empty_root, inclusion, leaf_hash, root_at,
};

use super::{Book, Missing};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/log/rfc6962.json")).unwrap()
}

fn hashes(of: &Value) -> Vec<Hash> {
    of.as_array().unwrap().iter().map(|hash| Hash::parse(hash.as_str().unwrap()).unwrap()).collect()
}

fn size(of: &Value) -> TreeSize {
    TreeSize(of.as_u64().unwrap())
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|n| u8::from_str_radix(&text[n..n + 2], 16).unwrap()).collect()
}

fn numbered(leaves: u64) -> Book {
    Book::of((0..leaves).map(|n| n.to_be_bytes().to_vec()))
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.bytes()).collect()
}

#[test]
fn the_reference_leaves_give_the_reference_roots_and_proofs() {
    let vectors = vectors();
    let leaves = vectors["leaves"].as_array().unwrap();
    let book = Book::of(leaves.iter().map(|leaf| unhex(leaf.as_str().unwrap())));
    let roots = hashes(&vectors["roots"]);
    for (n, root) in (0..).zip(&roots) {
        assert_eq!(root_at(TreeSize(n), &book), Ok(*root), "{n} leaves");
        assert_eq!(Frontier::load(TreeSize(n), &book).unwrap().root(), *root, "{n} leaves");
    }
    for row in vectors["inclusion"].as_array().unwrap() {
        let index = LeafIndex(row["index"].as_u64().unwrap());
        let proof = inclusion(index, size(&row["size"]), &book).unwrap();
        assert_eq!(proof.hashes(), hashes(&row["hashes"]), "{row}");
    }
    for row in vectors["consistency"].as_array().unwrap() {
        let proof = consistency(size(&row["old"]), size(&row["new"]), &book).unwrap();
        assert_eq!(proof.hashes(), hashes(&row["hashes"]), "{row}");
    }
}

#[test]
fn a_second_implementation_gives_the_same_tree_and_the_same_proofs() {
    const SIZES: u64 = 130;
    let book = numbered(SIZES);
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut their_roots: Vec<RootHash<Sha256>> = vec![theirs.root()];
    for new in 1..=SIZES {
        theirs.push(book.bodies[usize::try_from(new).unwrap() - 1].clone());
        let (their_root, root) = (theirs.root(), root_at(TreeSize(new), &book).unwrap());
        assert_eq!(their_root.as_bytes()[..], root.bytes()[..], "{new} leaves");
        for index in 0..new {
            let at = usize::try_from(index).unwrap();
            let ours = inclusion(LeafIndex(index), TreeSize(new), &book).unwrap();
            let proof = theirs.prove_inclusion(at);
            assert_eq!(flat(ours.hashes()), proof.as_bytes(), "leaf {index} of {new}");
            let ours_to_them =
                ct_merkle::InclusionProof::try_from_bytes(flat(ours.hashes())).unwrap();
            their_root.verify_inclusion(&book.bodies[at], index, &ours_to_them).unwrap();
            let leaf = leaf_hash(&book.bodies[at]);
            assert_eq!(ours.verify(&leaf, LeafIndex(index), TreeSize(new), &root), Ok(()));
        }
        for old in 1..new {
            let ours = consistency(TreeSize(old), TreeSize(new), &book).unwrap();
            let proof = theirs.prove_consistency(usize::try_from(new - old).unwrap());
            assert_eq!(flat(ours.hashes()), proof.as_bytes(), "{old} to {new}");
            let ours_to_them =
                ct_merkle::ConsistencyProof::try_from_bytes(flat(ours.hashes())).unwrap();
            let their_old = &their_roots[usize::try_from(old).unwrap()];
            their_root.verify_consistency(their_old, &ours_to_them).unwrap();
            let old_root = root_at(TreeSize(old), &book).unwrap();
            assert_eq!(ours.verify(TreeSize(old), &old_root, TreeSize(new), &root), Ok(()));
        }
        their_roots.push(their_root);
    }
}

#[test]
fn a_frontier_that_was_loaded_goes_on_like_one_that_never_stopped() {
    let book = numbered(70);
    for stop in 0..=70 {
        let mut frontier = Frontier::load(TreeSize(stop), &book).unwrap();
        for n in stop..70 {
            for node in frontier.push(leaf_hash(&n.to_be_bytes())) {
                assert_eq!(book.nodes[&(node.level, node.index)], node.hash);
            }
        }
        assert_eq!(frontier, book.head());
    }
}

#[test]
fn what_cannot_be_proved_is_refused() {
    let mut book = numbered(5);
    let (index, size) = (LeafIndex(5), TreeSize(5));
    assert_eq!(inclusion(index, size, &book), Err(MakeError::Index { index, size }));
    let (old, new) = (TreeSize(5), TreeSize(4));
    assert_eq!(consistency(old, new, &book), Err(MakeError::Order { old, new }));
    book.nodes.remove(&(1, 1));
    assert_eq!(inclusion(LeafIndex(0), size, &book), Err(MakeError::Node(Missing)));
    assert_eq!(Frontier::load(TreeSize(4), &numbered(3)), Err(Missing));

    let long = vec![empty_root(); 65];
    assert_eq!(InclusionProof::new(long.clone()), Err(ProofError::TooLong(65)));
    assert_eq!(ConsistencyProof::new(long), Err(ProofError::TooLong(65)));
}

#[test]
fn the_empty_tree_begins_every_tree_and_holds_nothing() {
    let book = numbered(3);
    let root = root_at(TreeSize(3), &book).unwrap();
    let proof = consistency(TreeSize(0), TreeSize(3), &book).unwrap();
    assert_eq!(proof.verify(TreeSize(0), &empty_root(), TreeSize(3), &root), Ok(()));
    assert_eq!(proof.verify(TreeSize(0), &root, TreeSize(3), &root), Err(ProofError::Root));
    let (index, size) = (LeafIndex(0), TreeSize(0));
    let nothing = InclusionProof::new(Vec::new()).unwrap();
    assert_eq!(
        nothing.verify(&empty_root(), index, size, &empty_root()),
        Err(ProofError::Index { index, size })
    );
}

proptest! {
    /// A proof holds for its leaf, its index and its tree, and for no other.
    #[test]
    fn an_inclusion_proof_holds_for_its_leaf_and_for_no_other(
        leaves in 1_u64..200,
        index: prop::sample::Index,
        other: prop::sample::Index,
    ) {
        let book = numbered(leaves);
        let (size, root) = (TreeSize(leaves), book.head().root());
        let index = LeafIndex(index.index(book.bodies.len()) as u64);
        let other = LeafIndex(other.index(book.bodies.len()) as u64);
        let hash = |index: LeafIndex| leaf_hash(&index.0.to_be_bytes());
        let proof = inclusion(index, size, &book).unwrap();
        prop_assert_eq!(proof.verify(&hash(index), index, size, &root), Ok(()));
        if other != index {
            prop_assert!(proof.verify(&hash(other), index, size, &root).is_err());
            prop_assert!(proof.verify(&hash(index), other, size, &root).is_err());
            prop_assert!(proof.verify(&hash(other), other, size, &root).is_err());
        }
        for n in 0..proof.hashes().len() {
            let mut bent = proof.hashes().to_vec();
            bent[n] = leaf_hash(b"bent");
            let bent = InclusionProof::new(bent).unwrap();
            prop_assert_eq!(bent.verify(&hash(index), index, size, &root), Err(ProofError::Root));
            let mut short = proof.hashes().to_vec();
            short.remove(n);
            let short = InclusionProof::new(short).unwrap();
            prop_assert!(short.verify(&hash(index), index, size, &root).is_err());
        }
        let mut longer = proof.hashes().to_vec();
        longer.push(root);
        let longer = InclusionProof::new(longer).unwrap();
        prop_assert_eq!(longer.verify(&hash(index), index, size, &root), Err(ProofError::Length));
    }

    /// A tree whose past was edited is not a later state of the tree that was signed.
    #[test]
    fn a_history_that_was_edited_is_not_adopted(
        leaves in 2_u64..150,
        old: prop::sample::Index,
        edited: prop::sample::Index,
    ) {
        let old = 1 + old.index(usize::try_from(leaves).unwrap() - 1);
        let edited = edited.index(old);
        let honest = numbered(leaves);
        let mut bodies = honest.bodies.clone();
        bodies[edited] = b"edited".to_vec();
        let forged = Book::of(bodies);
        let (old, new) = (TreeSize(old as u64), TreeSize(leaves));
        let old_root = root_at(old, &honest).unwrap();
        let proof = consistency(old, new, &honest).unwrap();
        prop_assert_eq!(proof.verify(old, &old_root, new, &honest.head().root()), Ok(()));
        let proof = consistency(old, new, &forged).unwrap();
        prop_assert_eq!(proof.verify(old, &old_root, new, &forged.head().root()), Err(ProofError::Root));
    }

    /// Whatever the sizes and hashes, checking ends and does not panic.
    #[test]
    fn checking_bears_any_numbers(a: u64, b: u64, hashes in 0..=64_usize, top in 0..3_u64) {
        let (a, b) = (a >> (a % 64), b >> (b % 64));
        let size = u64::MAX - top;
        let (root, list) = (empty_root(), vec![empty_root(); hashes]);
        let inclusion = InclusionProof::new(list.clone()).unwrap();
        let consistency = ConsistencyProof::new(list).unwrap();
        for (a, b) in [(a, b), (b, a), (a, size), (size - 1, size), (1 << 63, size)] {
            prop_assert!(inclusion.verify(&root, LeafIndex(a), TreeSize(b), &root).is_err() || b == 1);
            let consistent = consistency.verify(TreeSize(a), &root, TreeSize(b), &root);
            prop_assert!(consistent.is_err() || hashes == 0);
        }
    }
}
