//! Receipts, in text and in COSE, and both kinds of proof with any sizes: checking ends, and what is not
//! proved is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::log::{
    ConsistencyProof, Hash, InclusionProof, LeafIndex, Receipt, TreeSize, cose, empty_root,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(receipt) = Receipt::parse(text)
    {
        assert_eq!(receipt.to_string(), text);
        assert!(receipt.verify(b"a leaf that nobody has logged", &[]).is_err());
    }
    if let Ok(receipt) = cose::CoseReceipt::parse(bytes) {
        assert!(receipt.verify(b"a leaf that nobody has logged", &[]).is_err());
    }
    // Two numbers, and the rest in hashes.
    let Some((a, rest)) = bytes.split_first_chunk::<8>() else { return };
    let Some((b, rest)) = rest.split_first_chunk::<8>() else { return };
    let (a, b) = (u64::from_le_bytes(*a), u64::from_le_bytes(*b));
    let hashes: Vec<Hash> =
        rest.chunks_exact(32).filter_map(|hash| Some(Hash::new(hash.try_into().ok()?))).collect();
    let (first, root) = (hashes.first().copied().unwrap_or(empty_root()), empty_root());
    if let Ok(proof) = InclusionProof::new(hashes.clone()) {
        // The root of nothing is the hash of no leaf and no node.
        let verdict = proof.verify(&first, LeafIndex(a), TreeSize(b), &root);
        assert!(verdict.is_err() || (b == 1 && first == root));
    }
    if let Ok(proof) = ConsistencyProof::new(hashes) {
        // Nothing is proved but that a tree is itself, and that every tree begins with none.
        let verdict = proof.verify(TreeSize(a), &first, TreeSize(b), &root);
        assert!(verdict.is_err() || ((a == b || a == 0) && first == root));
    }
});
