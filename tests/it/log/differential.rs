//! Every tree size from 0 to 600 against a second implementation, `ct-merkle`: roots, and proofs made by
//! one and checked by the other, both ways. `tree.rs` does all pairs of the smaller sizes.

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use sluss::log::{ConsistencyProof, InclusionProof, TreeSize, consistency, inclusion, root_at};

use super::*;

const SIZES: u64 = 600;

/// Where something may go wrong: the edges, the powers of two and their neighbours, and some others.
fn places(below: u64) -> BTreeSet<u64> {
    let powers = (0..10).map(|power| 1_u64 << power).flat_map(|at| [at - 1, at, at + 1]);
    let edges = [below.saturating_sub(1), below.saturating_sub(2), below / 2, below / 3];
    let others = (0..4).map(|n| (below * 7 + n * 151) % below.max(1));
    powers.chain(edges).chain(others).filter(|at| *at < below).collect()
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|hash| Hash::new(hash.try_into().unwrap())).collect()
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.bytes()).collect()
}

#[test]
fn all_sizes_to_six_hundred_agree_with_a_second_implementation() {
    let book = Book::of((0..SIZES).map(|n| n.to_be_bytes().to_vec()));
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut roots: Vec<RootHash<Sha256>> = vec![theirs.root()];
    assert_eq!(theirs.root().as_bytes()[..], sluss::log::empty_root().bytes()[..]);
    let (mut inclusions, mut consistencies) = (0, 0);
    for new in 1..=SIZES {
        theirs.push(book.bodies[at(new - 1)].clone());
        let (their_root, root) = (theirs.root(), root_at(TreeSize(new), &book).unwrap());
        assert_eq!(their_root.as_bytes()[..], root.bytes()[..], "{new}");
        for index in places(new) {
            let body = &book.bodies[at(index)];
            let ours = inclusion(LeafIndex(index), TreeSize(new), &book).unwrap();
            let to_them = ct_merkle::InclusionProof::try_from_bytes(flat(ours.hashes())).unwrap();
            their_root.verify_inclusion(body, index, &to_them).unwrap();
            let proof = theirs.prove_inclusion(at(index));
            let to_us = InclusionProof::new(hashes(proof.as_bytes())).unwrap();
            let leaf = leaf_hash(body);
            assert_eq!(to_us.verify(&leaf, LeafIndex(index), TreeSize(new), &root), Ok(()));
            inclusions += 1;
        }
        for old in places(new).into_iter().filter(|old| *old > 0) {
            let ours = consistency(TreeSize(old), TreeSize(new), &book).unwrap();
            let to_them = ct_merkle::ConsistencyProof::try_from_bytes(flat(ours.hashes())).unwrap();
            their_root.verify_consistency(&roots[at(old)], &to_them).unwrap();
            let proof = theirs.prove_consistency(at(new - old));
            let to_us = ConsistencyProof::new(hashes(proof.as_bytes())).unwrap();
            let old_root = root_at(TreeSize(old), &book).unwrap();
            assert_eq!(to_us.verify(TreeSize(old), &old_root, TreeSize(new), &root), Ok(()));
            consistencies += 1;
        }
        roots.push(their_root);
    }
    assert!(inclusions > 10_000 && consistencies > 10_000, "{inclusions} {consistencies}");
}
