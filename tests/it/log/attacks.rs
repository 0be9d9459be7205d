//! What somebody would try who wants a false log to pass, or a true one to be doubted: each is refused,
//! and for the right reason. A check that says no for the wrong reason would say yes to the next one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sluss::log::note::{NOTE_BYTES_MAX, SIGNATURES_MAX};
use sluss::log::proof::PROOF_HASHES_MAX;
use sluss::log::quorum::Policy;
use sluss::log::{
    CheckpointError, ConsistencyProof, CosigningKey, InclusionProof, KeyError, NoteError,
    ProofError, QuorumError, Receipt, ReceiptError, SignatureLine, TreeSize, Verifier, VerifierKey,
    What, WitnessKey, consistency, inclusion, root_at,
};

use super::*;

/// The order of the group of Ed25519, little end first (RFC 8032, 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn numbered(leaves: u64) -> Book {
    Book::of((0..leaves).map(|n| n.to_be_bytes().to_vec()))
}

fn receipt(book: &Book, index: u64) -> Receipt {
    let proof = inclusion(LeafIndex(index), book.head().size(), book).unwrap();
    Receipt::new(LeafIndex(index), proof, book.signed())
}

fn seed(number: u32) -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    seed
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

/// The bytes behind the key's id in a line.
fn signature_of(line: &SignatureLine) -> Vec<u8> {
    let text = line.to_string();
    STANDARD.decode(text.rsplit_once(' ').unwrap().1).unwrap()[4..].to_vec()
}

fn line(name: &KeyName, id: u32, signature: &[u8]) -> SignatureLine {
    let bytes = STANDARD.encode([&id.to_be_bytes(), signature].concat());
    SignatureLine::parse(&format!("\u{2014} {name} {bytes}")).unwrap()
}

/// The note with this line and no other.
fn only(note: &Note, line: SignatureLine) -> Note {
    let mut note = note.clone();
    note.retain(|_| false);
    note.add(line).unwrap();
    Note::parse(&note.to_string()).unwrap()
}

/// A vkey of these raw bytes, with the id that belongs to them.
fn vkey(kind: u8, bytes: &[u8; 32]) -> String {
    use sha2::{Digest as _, Sha256};
    let id = Sha256::new().chain_update(ORIGIN).chain_update(b"\n").chain_update([kind]);
    let id: [u8; 32] = id.chain_update(bytes).finalize().into();
    let id = u32::from_be_bytes([id[0], id[1], id[2], id[3]]);
    format!("{ORIGIN}+{id:08x}+{}", STANDARD.encode([&[kind], &bytes[..]].concat()))
}

#[test]
fn a_second_key_with_the_same_name_and_id_is_not_the_first() {
    // Found by trying a hundred thousand: an id has four bytes.
    let [ours, theirs] = [46_042, 48_794].map(|n| SigningKey::new(name(ORIGIN), &seed(n)));
    let (our_key, their_key) = (ours.verifier(), theirs.verifier());
    assert_eq!(our_key.id(), their_key.id());
    assert_ne!(our_key, their_key);
    let checkpoint = numbered(5).checkpoint();
    let note = checkpoint.sign(&theirs).unwrap();
    let forged = Err(CheckpointError::Note(NoteError::Forged));
    assert_eq!(Checkpoint::open(&note, std::slice::from_ref(&our_key)), forged);
    // Who trusts both gets both, whichever stands first.
    assert_eq!(Checkpoint::open(&note, &[our_key.clone(), their_key.clone()]), Ok(checkpoint));
    assert_eq!(note.verify(&[our_key, their_key.clone()]).unwrap().1, [&their_key]);
}

#[test]
fn a_second_witness_with_the_same_name_and_id_is_not_the_first() {
    let [ours, theirs] = [103_497, 117_298].map(|n| CosigningKey::new(name(ORIGIN), &seed(n)));
    assert_eq!(ours.witness_key().id(), theirs.witness_key().id());
    let mut note = numbered(5).signed();
    note.add(theirs.cosign(&numbered(5).checkpoint(), second(5))).unwrap();
    assert_eq!(ours.witness_key().cosigned(&note), Err(NoteError::Forged));
    let policy = format!("witness w {}\nquorum w\n", ours.witness_key());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let verdict = policy.verify_with(&note, &[key().verifier()], second(9));
    assert_eq!(verdict, Err(QuorumError::Forged));
}

#[test]
fn keys_under_which_anything_verifies_are_no_keys() {
    // The points of small order (RFC 7748 and Ed25519's curve), in all encodings that decode.
    let hex = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for hex in hex {
        let bytes = *Hash::parse(hex).unwrap().bytes();
        assert_eq!(VerifierKey::parse(&vkey(1, &bytes)), Err(KeyError::Weak), "{hex}");
        assert_eq!(WitnessKey::parse(&vkey(4, &bytes)), Err(KeyError::Weak), "{hex}");
    }
}

#[test]
fn a_key_has_one_form() {
    // Heights from the prime upwards: the same points once more, in a form that is not theirs.
    for above in 0..19_u8 {
        for sign in [0, 0x80] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + above, 0x7f | sign);
            assert_eq!(VerifierKey::parse(&vkey(1, &bytes)), Err(KeyError::Weak), "{above}");
            assert_eq!(WitnessKey::parse(&vkey(4, &bytes)), Err(KeyError::Weak), "{above}");
        }
    }
}

#[test]
fn a_signature_has_one_form() {
    let note = numbered(5).signed();
    let id = key().verifier().id();
    let good = signature_of(&note.signatures()[0]);
    // S and S plus the order verify alike where nobody looks: two notes for one.
    let mut other = good.clone();
    let mut carry = 0;
    for (byte, order) in other[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let long = [&good[..], &[0]].concat();
    let zero = vec![0; 64];
    let neutral = [&[1][..], &[0; 63]].concat();
    for bad in [&other[..], &long, &good[..63], &zero, &neutral, &good[..32], &[0]] {
        let note = only(&note, line(&name(ORIGIN), id, bad));
        assert_eq!(note.verify(&[key().verifier()]), Err(NoteError::Forged), "{} bytes", bad.len());
    }
    // The same of a witness.
    let witness = CosigningKey::new(name("w.example.se"), &[2; 32]);
    let cosigned = signature_of(&witness.cosign(&numbered(5).checkpoint(), second(5)));
    let other_time = [&6_u64.to_be_bytes(), &cosigned[8..]].concat();
    let too_late = [&u64::MAX.to_be_bytes(), &cosigned[8..]].concat();
    for bad in [&other_time[..], &too_late, &cosigned[..71], &cosigned[8..], &cosigned[..8], &[0]] {
        let note = only(&note, line(witness.name(), witness.witness_key().id(), bad));
        assert_eq!(witness.witness_key().cosigned(&note), Err(NoteError::Forged), "{}", bad.len());
    }
}

#[test]
fn a_signature_is_good_for_its_text_and_its_place() {
    let (five, six) = (numbered(5), numbered(6));
    let moved = only(&six.signed(), five.signed().signatures()[0].clone());
    let forged = Err(CheckpointError::Note(NoteError::Forged));
    assert_eq!(Checkpoint::open(&moved, &[key().verifier()]), forged);

    // One key in both roles: neither's signature passes for the other's.
    let log = SigningKey::new(name(ORIGIN), &[7; 32]);
    let witness = CosigningKey::new(name(ORIGIN), &[7; 32]);
    let (log_key, witness_key) = (log.verifier(), witness.witness_key());
    let signed = signature_of(&five.signed().signatures()[0]);
    let cosigned = signature_of(&witness.cosign(&five.checkpoint(), second(5)));
    let as_cosignature = [&5_u64.to_be_bytes()[..], &signed].concat();
    let note = only(&five.signed(), line(&name(ORIGIN), witness_key.id(), &as_cosignature));
    assert_eq!(witness_key.cosigned(&note), Err(NoteError::Forged));
    let note = only(&five.signed(), line(&name(ORIGIN), log_key.id(), &cosigned[8..]));
    assert_eq!(note.verify(&[log_key]), Err(NoteError::Forged));
    // What a witness signs is no checkpoint of a log that would be called so.
    let message = format!("cosignature/v1\ntime 5\n{}", five.checkpoint());
    assert_eq!(Checkpoint::parse(&message), Err(CheckpointError::Form));
}

#[test]
fn one_log_does_not_pass_for_another() {
    let other = SigningKey::new(name("log.example.com/other"), &[9; 32]);
    let book = numbered(5);
    let keys = [key().verifier(), other.verifier()];
    // Its key signs our text, and its text; ours signs its.
    let ours_by_it = other.sign(&book.checkpoint().to_string()).unwrap();
    assert_eq!(Checkpoint::open(&ours_by_it, &keys), Err(CheckpointError::Origin));
    let its = Checkpoint { origin: other.name().clone(), ..book.checkpoint() };
    let its_by_us = key().sign(&its.to_string()).unwrap();
    assert_eq!(Checkpoint::open(&its_by_us, &keys), Err(CheckpointError::Origin));
    let beats: Vec<_> = (0..5).map(|n| leaf(n, Event::Heartbeat).to_bytes().unwrap()).collect();
    let report = |note: &Note, keys: &[VerifierKey]| {
        let mut verifier = Verifier::new(name(ORIGIN), keys.to_vec());
        for (body, n) in beats.iter().zip(0..) {
            verifier.leaf(LeafIndex(n), None, body);
        }
        verifier.finish(note).faults.into_iter().map(|fault| fault.what).collect::<Vec<_>>()
    };
    let logged = Book::of(beats.clone());
    let moved = Checkpoint { origin: other.name().clone(), ..logged.checkpoint() };
    let moved = moved.sign(&other).unwrap();
    assert_eq!(report(&logged.signed(), &keys), []);
    assert_eq!(report(&moved, &keys), [What::Origin]);
    let namesake = SigningKey::new(name(ORIGIN), &[8; 32]);
    let resigned = logged.checkpoint().sign(&namesake).unwrap();
    let unsigned = What::Checkpoint(CheckpointError::Note(NoteError::Unsigned));
    assert_eq!(report(&resigned, &keys), [unsigned]);
}

#[test]
fn a_log_that_was_cut_is_found_out_by_whoever_has_seen_more() {
    let (whole, cut) = (numbered(13), numbered(8));
    let (size, old) = (TreeSize(13), TreeSize(8));
    // With the checkpoint of then it is as sound as it was then: that is no fault of the reader's.
    assert_eq!(Checkpoint::open(&cut.signed(), &[key().verifier()]), Ok(cut.checkpoint()));
    // To whom the longer one was shown, the shorter one cannot follow it.
    let none = ConsistencyProof::new(Vec::new()).unwrap();
    assert_eq!(
        none.verify(size, &whole.head().root(), old, &cut.head().root()),
        Err(ProofError::Order { old: size, new: old })
    );
    // A receipt of a leaf that was cut off does not fit the shorter tree, however it is turned.
    let body = &whole.bodies[10];
    let proof = inclusion(LeafIndex(10), size, &whole).unwrap();
    let moved = Receipt::new(LeafIndex(10), proof.clone(), cut.signed());
    let index = LeafIndex(10);
    assert_eq!(
        moved.verify(body, &[key().verifier()]),
        Err(ProofError::Index { index, size: old }.into())
    );
    let moved = Receipt::new(LeafIndex(2), proof, cut.signed());
    let error = moved.verify(body, &[key().verifier()]).unwrap_err();
    assert!(matches!(error, ReceiptError::Proof(ProofError::Length | ProofError::Root)), "{error}");
}

#[test]
fn leaves_do_not_change_places() {
    let book = numbered(13);
    let keys = [key().verifier()];
    let root = ReceiptError::Proof(ProofError::Root);
    for (a, b) in [(0_u64, 1_u64), (3, 4), (7, 12), (11, 12)] {
        let of = |index: u64| &book.bodies[usize::try_from(index).unwrap()];
        assert_eq!(receipt(&book, a).verify(of(b), &keys), Err(root));
        let proof = inclusion(LeafIndex(a), TreeSize(13), &book).unwrap();
        let moved = Receipt::new(LeafIndex(b), proof, book.signed());
        let length = ReceiptError::Proof(ProofError::Length);
        for body in [of(a), of(b)] {
            let error = moved.verify(body, &keys).unwrap_err();
            assert!(error == root || error == length, "{error}");
        }
    }
    let mut bodies: Vec<_> = samples().iter().map(|leaf| leaf.to_bytes().unwrap()).collect();
    let signed = Book::of(bodies.clone()).signed();
    bodies.swap(2, 3);
    let mut verifier = Verifier::new(name(ORIGIN), keys.to_vec());
    for (body, n) in bodies.iter().zip(0..) {
        verifier.leaf(LeafIndex(n), None, body);
    }
    let faults = verifier.finish(&signed).faults;
    assert!(faults.iter().any(|fault| fault.what == What::Root), "{faults:?}");
}

#[test]
fn an_inner_node_is_no_leaf_and_a_leaf_no_inner_node() {
    let book = numbered(4);
    let (left, right) = (book.nodes[&(1, 0)], book.nodes[&(1, 1)]);
    // The two hashes in a row, taken for a leaf of a tree of one.
    let body = [&[0x01], &left.bytes()[..], right.bytes()].concat();
    let size = TreeSize(1);
    let checkpoint = Checkpoint { size, ..book.checkpoint() }.sign(&key()).unwrap();
    let none = InclusionProof::new(Vec::new()).unwrap();
    let false_leaf = Receipt::new(LeafIndex(0), none, checkpoint);
    for body in [&body[..], &body[1..]] {
        let verdict = false_leaf.verify(body, &[key().verifier()]);
        assert_eq!(verdict, Err(ProofError::Root.into()));
    }
}

#[test]
fn proofs_are_neither_longer_nor_shorter_than_their_tree() {
    let keys = [key().verifier()];
    let too_long = |lines: usize| {
        let hash = format!("{}\n", leaf_hash(b"x").base64());
        let note = numbered(5).signed();
        format!("c2sp.org/tlog-proof@v1\nindex 3\n{}\n{note}", hash.repeat(lines))
    };
    let most = PROOF_HASHES_MAX;
    let parsed = Receipt::parse(&too_long(most)).unwrap();
    assert_eq!(parsed.verify(&numbered(5).bodies[3], &keys), Err(ProofError::Length.into()));
    for lines in [most + 1, 1_000, 2_500] {
        let refused = Receipt::parse(&too_long(lines));
        // One more is enough to know.
        assert!(
            matches!(
                refused,
                Err(ReceiptError::Proof(ProofError::TooLong(_)) | ReceiptError::Size)
            ),
            "{lines}: {refused:?}"
        );
    }
    let book = numbered(13);
    let root = book.head().root();
    for old in 1..13 {
        let old_root = root_at(TreeSize(old), &book).unwrap();
        let proof = consistency(TreeSize(old), TreeSize(13), &book).unwrap();
        let hashes = proof.hashes().to_vec();
        let verify = |hashes: Vec<Hash>| {
            let proof = ConsistencyProof::new(hashes).unwrap();
            proof.verify(TreeSize(old), &old_root, TreeSize(13), &root)
        };
        let longer = [&hashes[..], &[root]].concat();
        assert_eq!(verify(longer), Err(ProofError::Length), "{old}");
        let shorter = hashes[..hashes.len() - 1].to_vec();
        assert_eq!(verify(shorter), Err(ProofError::Length), "{old}");
        assert_eq!(verify(Vec::new()), Err(ProofError::Length), "{old}");
        if hashes.len() > 1 {
            let turned: Vec<_> = hashes.iter().rev().copied().collect();
            assert!(verify(turned).is_err(), "{old}");
        }
    }
}

#[test]
fn numbers_have_one_form_wherever_they_stand() {
    let book = numbered(5);
    let root = book.head().root().base64();
    for size in
        ["05", "+5", "-5", "5.0", "5e0", "0x5", " 5", "5 ", "\u{665}", "", "18446744073709551616"]
    {
        let text = format!("{ORIGIN}\n{size}\n{root}\n");
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::Form), "{size}");
        let text = receipt(&book, 3).to_string().replace("index 3", &format!("index {size}"));
        assert_eq!(Receipt::parse(&text), Err(ReceiptError::Form), "{size}");
    }
    // As far as a checkpoint can count, and no leaf can be there.
    let text = format!("{ORIGIN}\n{}\n{root}\n", u64::MAX);
    assert_eq!(Checkpoint::parse(&text).unwrap().size, TreeSize(u64::MAX));

    let outcome = String::from_utf8(sample(Kind::Outcome, 3).to_bytes().unwrap()).unwrap();
    assert!(Leaf::parse(outcome.as_bytes()).is_ok());
    let with = |number: &str| outcome.replace("\"intent\":0", &format!("\"intent\":{number}"));
    assert_ne!(with("1"), outcome);
    assert!(Leaf::parse(with("9007199254740991").as_bytes()).is_ok());
    for number in [
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "-0",
        "-1",
        "0.0",
        "1.5",
        "1e3",
        "1E3",
        "00",
        "01",
        "+1",
        " 1",
        "1 ",
        "\"1\"",
        "true",
        "null",
        "[1]",
        "NaN",
    ] {
        assert!(Leaf::parse(with(number).as_bytes()).is_err(), "{number}");
    }
}

#[test]
fn a_leaf_says_each_thing_once_and_nothing_else() {
    for kind in Kind::ALL {
        let good = String::from_utf8(sample(*kind, 3).to_bytes().unwrap()).unwrap();
        let first = good[1..].split(',').next().unwrap().to_owned();
        let mut bad = vec![
            good.replacen('{', &format!("{{{first},"), 1),
            good.replacen('{', "{\"a\":1,", 1),
            good.replacen('{', "{ ", 1),
            good.replacen(':', ": ", 1),
            good.replacen("\"v\":1", "\"v\":2", 1),
            good.replacen("\"v\":1", "\"v\":1,\"v\":1", 1),
            format!("{good}\n"),
            format!("{good}\r\n"),
            format!(" {good}"),
            format!("\u{feff}{good}"),
            format!("{good}{good}"),
            format!("[{good}]"),
            good[..good.len() - 1].to_owned(),
            good.replace(',', ",\r\n"),
        ];
        // A member turned into its escaped form, which reads the same.
        bad.push(good.replacen("\"kind\"", "\"\\u006bind\"", 1));
        for bad in bad {
            assert_ne!(bad, good);
            assert!(Leaf::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        for at in [0, good.len() / 2] {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = 0xff;
            assert!(Leaf::parse(&bytes).is_err());
        }
    }
}

#[test]
fn lines_end_with_a_newline_alone() {
    let book = numbered(5);
    let note = book.signed().to_string();
    let proof = receipt(&book, 3).to_string();
    assert_eq!(Note::parse(&note.replace('\n', "\r\n")), Err(NoteError::Signatures));
    for separator in ["\r", "\r\n", "\u{2028}", "\u{b}", "\u{85}"] {
        let text = note.replacen('\n', separator, 1);
        let opened = Note::parse(&text)
            .map_err(CheckpointError::Note)
            .and_then(|note| Checkpoint::open(&note, &[key().verifier()]));
        assert!(opened.is_err(), "{separator:?}");
        let text = proof.replacen('\n', separator, 1);
        assert_eq!(Receipt::parse(&text), Err(ReceiptError::Form), "{separator:?}");
    }
}

#[test]
fn what_is_too_large_is_not_read() {
    let note = numbered(5).signed().to_string();
    let (text, last) = note.trim_end().rsplit_once('\n').unwrap();
    let many = |count: usize| format!("{text}\n{}", format!("{last}\n").repeat(count));
    assert!(Note::parse(&many(SIGNATURES_MAX)).is_ok());
    assert_eq!(Note::parse(&many(SIGNATURES_MAX + 1)), Err(NoteError::Size));
    // Sixteen of the largest post-quantum kind there is in the standard must fit.
    let long = format!("\u{2014} pq.example.se {}", STANDARD.encode([1; 2_432]));
    let sixteen = format!("{note}{}", format!("{long}\n").repeat(15));
    let sixteen = Note::parse(&sixteen).unwrap();
    assert_eq!(Checkpoint::open(&sixteen, &[key().verifier()]), Ok(numbered(5).checkpoint()));
    let huge = format!("{}\n{note}", "x\n".repeat(NOTE_BYTES_MAX / 2));
    assert_eq!(Note::parse(&huge), Err(NoteError::Size));
    let huge = format!("{note}\u{2014} a {}\n", "A".repeat(NOTE_BYTES_MAX));
    assert_eq!(Note::parse(&huge), Err(NoteError::Size));
    assert_eq!(
        VerifierKey::parse(&format!("a+00000000+{}", "A".repeat(NOTE_BYTES_MAX + 4))),
        Err(KeyError::Form)
    );
}
