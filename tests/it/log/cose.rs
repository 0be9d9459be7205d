//! COSE receipts: what is made verifies, and whatever was done to one afterwards shows.

use proptest::prelude::*;
use sluss::log::{
    CoseError, CoseReceipt, Fingerprint, LeafIndex, ProofError, SigningKey, VerifierKey, inclusion,
};

use super::{Book, ORIGIN, key, name};

fn book(leaves: u32) -> Book {
    Book::of((0..leaves).map(|n| n.to_be_bytes().to_vec()))
}

fn receipt_by(signer: &SigningKey, book: &Book, index: u64) -> Vec<u8> {
    let head = book.head();
    let proof = inclusion(LeafIndex(index), head.size(), book).unwrap();
    let receipt =
        CoseReceipt::sign(signer, LeafIndex(index), head.size(), &head.root(), proof).unwrap();
    receipt.to_bytes().unwrap()
}

fn receipt(book: &Book, index: u64) -> Vec<u8> {
    receipt_by(&key(), book, index)
}

fn keys() -> Vec<VerifierKey> {
    vec![key().verifier()]
}

#[test]
fn every_leaf_of_every_small_tree_is_proved() {
    for leaves in 1..40 {
        let book = book(leaves);
        for index in 0..u64::from(leaves) {
            let bytes = receipt(&book, index);
            let read = CoseReceipt::parse(&bytes).unwrap();
            assert_eq!(read.to_bytes().unwrap(), bytes);
            assert_eq!((read.index(), read.size()), (LeafIndex(index), book.head().size()));
            assert_eq!(read.origin().as_str(), ORIGIN);
            let body = &book.bodies[usize::try_from(index).unwrap()];
            assert_eq!(read.verify(body, &keys()), Ok(book.head().root()));
        }
    }
}

/// The bytes as RFC 9942 has them, member by member.
#[test]
fn the_encoding_is_that_of_the_standard() {
    let book = book(2);
    let bytes = receipt(&book, 1);
    let fingerprint = Fingerprint::of(&key().verifier());
    let mut protected = vec![0xa4, 0x01, 0x27]; // 4 members; alg: EdDSA
    protected.extend([0x04, 0x58, 32]); // kid
    protected.extend(fingerprint.bytes());
    protected.extend([0x0f, 0xa2, 0x01, 0x78, u8::try_from(ORIGIN.len()).unwrap()]); // CWT: iss
    protected.extend(ORIGIN.as_bytes());
    protected.extend([0x02, 0x61, b'2']); // sub: the size
    protected.extend([0x19, 0x01, 0x8b, 0x01]); // vds: RFC9162_SHA256
    let mut proof = vec![0x83, 2, 1, 0x81, 0x58, 32]; // size, index, path of one
    proof.extend(sluss::log::leaf_hash(&book.bodies[0]).bytes());
    let mut expected = vec![0xd2, 0x84, 0x58, u8::try_from(protected.len()).unwrap()];
    expected.extend(protected);
    expected.extend([0xa1, 0x19, 0x01, 0x8c, 0xa1, 0x20, 0x81]); // vdp: inclusion: one proof
    expected.extend([0x58, u8::try_from(proof.len()).unwrap()]);
    expected.extend(proof);
    expected.extend([0xf6, 0x58, 64]); // detached; signature
    assert_eq!(bytes[..expected.len()], expected);
    assert_eq!(bytes.len(), expected.len() + 64);
}

#[test]
fn another_leaf_index_log_or_key_is_refused() {
    let book = book(11);
    let read = CoseReceipt::parse(&receipt(&book, 4)).unwrap();
    assert_eq!(read.verify(&book.bodies[5], &keys()), Err(CoseError::Forged));
    let stranger = SigningKey::new(name(ORIGIN), &[1; 32]);
    let sister = SigningKey::new(name("log.example.se/disclosures/2025"), &[7; 32]);
    for key in [&stranger, &sister] {
        assert_eq!(read.verify(&book.bodies[4], &[key.verifier()]), Err(CoseError::Unsigned));
        let theirs = CoseReceipt::parse(&receipt_by(key, &book, 4)).unwrap();
        assert_eq!(theirs.verify(&book.bodies[4], &keys()), Err(CoseError::Unsigned));
    }
    assert_eq!(read.verify(&book.bodies[4], &[]), Err(CoseError::Unsigned));
    // The signature of one tree under the path of another.
    let fork = Book::of((0..11_u32).map(|n| (n + 1).to_be_bytes().to_vec()));
    let mut spliced = receipt(&book, 4);
    let (at, forked) = (spliced.len() - 64, receipt(&fork, 4));
    spliced.truncate(at);
    spliced.extend(&forked[forked.len() - 64..]);
    let spliced = CoseReceipt::parse(&spliced).unwrap();
    assert_eq!(spliced.verify(&book.bodies[4], &keys()), Err(CoseError::Forged));
}

#[test]
fn a_path_that_does_not_fit_is_refused() {
    let book = book(11);
    let head = book.head();
    let proof = inclusion(LeafIndex(4), head.size(), &book).unwrap();
    let with = |hashes: Vec<_>, index| {
        let proof = sluss::log::InclusionProof::new(hashes).unwrap();
        let index = LeafIndex(index);
        CoseReceipt::sign(&key(), index, head.size(), &head.root(), proof).unwrap()
    };
    let hashes = proof.hashes();
    let check = |receipt: CoseReceipt, error| {
        assert_eq!(receipt.verify(&book.bodies[4], &keys()), Err(error));
    };
    check(with(hashes[1..].to_vec(), 4), CoseError::Proof(ProofError::Length));
    check(with([hashes, &hashes[..1]].concat(), 4), CoseError::Proof(ProofError::Length));
    let index = ProofError::Index { index: LeafIndex(11), size: head.size() };
    check(with(hashes.to_vec(), 11), CoseError::Proof(index));
    check(with(hashes.to_vec(), 5), CoseError::Forged);
    let mut swapped = hashes.to_vec();
    swapped.swap(0, 1);
    check(with(swapped, 4), CoseError::Forged);
}

/// Leaf 8 of 9 has one sibling, to its left, as leaf 1 of 2 has: only the signed size tells them
/// apart.
#[test]
fn the_size_that_was_signed_is_the_size_of_the_proof() {
    let good = receipt(&book(9), 8);
    let at = good.windows(3).position(|three| three == [0x83, 9, 8]).unwrap();
    let mut other = good.clone();
    other[at + 1] = 2;
    other[at + 2] = 1;
    assert_eq!(CoseReceipt::parse(&other), Err(CoseError::Form));
}

#[test]
fn what_is_no_receipt_is_refused() {
    assert_eq!(CoseReceipt::parse(&[]), Err(CoseError::Form));
    assert_eq!(CoseReceipt::parse(&vec![0; 16_385]), Err(CoseError::Size));
    let good = receipt(&book(3), 1);
    // Without its tag, with something behind it, cut.
    assert_eq!(CoseReceipt::parse(&good[1..]), Err(CoseError::Form));
    assert_eq!(CoseReceipt::parse(&[&good[..], &[0]].concat()), Err(CoseError::Form));
    for length in 0..good.len() {
        assert_eq!(CoseReceipt::parse(&good[..length]), Err(CoseError::Form), "{length}");
    }
    // Lengths that promise more than there is, and nesting without an end.
    let long = [0xd2, 0x84, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(CoseReceipt::parse(&long), Err(CoseError::Form));
    assert_eq!(CoseReceipt::parse(&[0x81; 16_000]), Err(CoseError::Form));
    let many = [0xd2, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(CoseReceipt::parse(&many), Err(CoseError::Form));
}

#[test]
fn a_fingerprint_is_read_as_it_is_typed_off_paper() {
    let key = key().verifier();
    let fingerprint = Fingerprint::of(&key);
    let shown = fingerprint.to_string();
    assert_eq!(shown.len(), 79);
    let word = fingerprint.hexadecimal();
    assert_eq!(shown.replace(' ', ""), word);
    for typed in [
        shown.clone(),
        word.clone(),
        word.to_uppercase(),
        shown.replace(' ', ":"),
        shown.replace(' ', "\n"),
    ] {
        assert_eq!(Fingerprint::parse(&typed), Some(fingerprint), "{typed}");
    }
    for typed in
        ["", &word[1..], &format!("{word}0"), &word.replace(&word[..1], "g"), &" ".repeat(300)]
    {
        assert_eq!(Fingerprint::parse(typed), None, "{typed}");
    }
}

proptest! {
    /// A receipt with a changed byte proves nothing, or the same.
    #[test]
    fn a_changed_byte_proves_nothing_else(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let book = book(9);
        let mut bytes = receipt(&book, 6);
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(read) = CoseReceipt::parse(&bytes) {
            prop_assert!(read.verify(&book.bodies[6], &keys()).is_err(), "byte {}", at);
        }
    }

    #[test]
    fn noise_is_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(CoseReceipt::parse(&bytes).is_err());
    }
}
