//! Cosignatures, what a witness is asked, and what it answers: without any network.

use ed25519_dalek::{Signer as _, SigningKey as Ed25519};
use proptest::prelude::*;
use sluss::log::witness::{REQUEST_HASHES_MAX, consider};
use sluss::log::{
    AddCheckpoint, CheckpointError, ConsistencyProof, CosigningKey, KeyError, NoteError, Refusal,
    RequestError, SignatureLine, TreeSize, VerifierKey, WitnessKey, consistency, empty_root,
};

use super::*;

fn witness(seed: u8) -> CosigningKey {
    CosigningKey::new(name(&format!("witness.example.se/w{seed}")), &[seed; 32])
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn numbered(leaves: u64) -> Book {
    Book::of((0..leaves).map(|n| n.to_be_bytes().to_vec()))
}

fn request(book: &Book, old: u64) -> AddCheckpoint {
    let size = book.head().size();
    let proof = consistency(TreeSize(old), size, book).unwrap();
    AddCheckpoint::new(TreeSize(old), proof, book.signed()).unwrap()
}

#[test]
fn a_cosignature_is_the_message_of_the_standard() {
    // Made by hand from the text of the standard, with an Ed25519 that knows nothing of it.
    let (witness, book) = (witness(3), numbered(5));
    let line = witness.cosign(&book.checkpoint(), second(1_679_315_147));
    let text = book.checkpoint().to_string();
    let message = format!("cosignature/v1\ntime 1679315147\n{text}");
    let signature = Ed25519::from_bytes(&[3; 32]).sign(message.as_bytes());
    let told = line.to_string();
    let body = told.strip_prefix("\u{2014} witness.example.se/w3 ").unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    assert_eq!(bytes[..4], witness.witness_key().id().to_be_bytes());
    assert_eq!(bytes[4..12], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(bytes[12..], signature.to_bytes());
    assert_eq!(SignatureLine::parse(&told), Ok(line));
}

#[test]
fn the_key_of_a_witness_is_not_the_key_of_a_log() {
    let witness = witness(3).witness_key();
    assert_eq!(WitnessKey::parse(&witness.to_string()), Ok(witness.clone()));
    assert_eq!(VerifierKey::parse(&witness.to_string()), Err(KeyError::Algorithm));
    let log = key().verifier();
    assert_eq!(WitnessKey::parse(&log.to_string()), Err(KeyError::Algorithm));
    // The same bytes under the other type have another id.
    let both = SigningKey::new(name("one.example.se"), &[3; 32]).verifier();
    let other = CosigningKey::new(name("one.example.se"), &[3; 32]).witness_key();
    assert_eq!(both.bytes(), other.bytes());
    assert_ne!(both.id(), other.id());
}

#[test]
fn lines_of_several_witnesses_and_of_strangers_stand_side_by_side() {
    let book = numbered(5);
    let mut note = book.signed();
    let stranger = SignatureLine::parse("\u{2014} pq.example.se/w AAAAAQIDBAUGBwg=").unwrap();
    note.add(stranger.clone()).unwrap();
    for (seed, time) in [(1, 100), (2, 200), (1, 150)] {
        note.add(witness(seed).cosign(&book.checkpoint(), second(time))).unwrap();
    }
    let note = Note::parse(&note.to_string()).unwrap();
    assert_eq!(note.signatures().len(), 5);
    assert_eq!(note.signatures()[1], stranger);
    assert_eq!(witness(1).witness_key().cosigned(&note), Ok(Some(second(150))));
    assert_eq!(witness(2).witness_key().cosigned(&note), Ok(Some(second(200))));
    assert_eq!(witness(3).witness_key().cosigned(&note), Ok(None));
    assert_eq!(Checkpoint::open(&note, &[key().verifier()]), Ok(book.checkpoint()));
}

#[test]
fn a_cosignature_for_another_checkpoint_is_refused() {
    let (five, six) = (numbered(5), numbered(6));
    let mut note = six.signed();
    note.add(witness(1).cosign(&five.checkpoint(), second(100))).unwrap();
    assert_eq!(witness(1).witness_key().cosigned(&note), Err(NoteError::Forged));
    // The log's own signature is what it was.
    assert_eq!(Checkpoint::open(&note, &[key().verifier()]), Ok(six.checkpoint()));
}

#[test]
fn a_witness_alone_makes_no_checkpoint() {
    let book = numbered(5);
    let mut note = book.signed();
    note.retain(|_| false);
    note.add(witness(1).cosign(&book.checkpoint(), second(100))).unwrap();
    assert_eq!(
        Checkpoint::open(&note, &[key().verifier()]),
        Err(CheckpointError::Note(NoteError::Unsigned))
    );
}

#[test]
fn times_from_the_beginning_to_the_end() {
    let book = numbered(1);
    for time in [0, 1, i64::MAX / 1_000_000] {
        let line = witness(1).cosign(&book.checkpoint(), second(time));
        let key = witness(1).witness_key();
        assert_eq!(key.time_of(&book.checkpoint().to_string(), &line), Ok(second(time)));
    }
    // A clock before 1970 cannot be written, and is not taken for a late one.
    let line = witness(1).cosign(&book.checkpoint(), second(-5));
    let key = witness(1).witness_key();
    assert_eq!(key.time_of(&book.checkpoint().to_string(), &line), Ok(second(0)));
}

#[test]
fn a_request_is_read_as_it_was_written() {
    let book = numbered(13);
    for old in [0, 1, 5, 8, 12, 13] {
        let request = request(&book, old);
        assert_eq!(AddCheckpoint::parse(&request.to_string()), Ok(request));
    }
    let text = request(&book, 5).to_string();
    assert!(text.starts_with("old 5\n"), "{text}");
}

#[test]
fn a_request_that_is_not_one_is_refused() {
    let book = numbered(13);
    let good = request(&book, 5).to_string();
    let (head, note) = good.split_once("\n\n").unwrap();
    let form = Err(RequestError::Form);
    for (old, new) in [
        ("old 5", "old 05"),
        ("old 5", "old +5"),
        ("old 5", "old  5"),
        ("old 5", "old 5 "),
        ("old 5", "Old 5"),
        ("old 5", "old -1"),
        ("old 5", "old 18446744073709551616"),
        ("old 5\n", "old 5\r\n"),
        ("=\n", "\n"),
        ("=\n", "= \n"),
    ] {
        let bent = good.replacen(old, new, 1);
        assert_ne!(bent, good);
        assert_eq!(AddCheckpoint::parse(&bent), form, "{old:?} to {new:?}");
    }
    assert_eq!(AddCheckpoint::parse(""), form);
    assert_eq!(AddCheckpoint::parse(head), form);
    assert_eq!(
        AddCheckpoint::parse(&format!("{head}\n\n")),
        Err(RequestError::Note(NoteError::Signatures))
    );
    let poem = key().sign("a poem\n").unwrap();
    assert_eq!(
        AddCheckpoint::parse(&format!("{head}\n\n{poem}")),
        Err(RequestError::Checkpoint(CheckpointError::Form))
    );
    let line = format!("{}\n", empty_root().base64());
    let with = |lines: usize| format!("old 5\n{}\n{note}", line.repeat(lines));
    assert!(AddCheckpoint::parse(&with(REQUEST_HASHES_MAX)).is_ok());
    assert_eq!(AddCheckpoint::parse(&with(REQUEST_HASHES_MAX + 1)), Err(RequestError::Size));
    assert_eq!(AddCheckpoint::parse(&with(10_000)), Err(RequestError::Size));
}

#[test]
fn a_witness_goes_from_one_checkpoint_to_the_next() {
    let keys = [key().verifier()];
    let mut stands: Option<Checkpoint> = None;
    for size in [0, 1, 1, 2, 7, 8, 8, 64, 100] {
        let book = numbered(size);
        let old = stands.as_ref().map_or(0, |stands| stands.size.0);
        let next = consider(stands.as_ref(), &keys, &request(&book, old)).unwrap();
        assert_eq!(next, book.checkpoint());
        stands = Some(next);
    }
}

#[test]
fn each_refusal_has_the_status_of_the_standard() {
    let keys = [key().verifier()];
    let (book, stands) = (numbered(13), numbered(5).checkpoint());
    let on = |request: &AddCheckpoint| consider(Some(&stands), &keys, request);

    assert_eq!(consider(Some(&stands), &[], &request(&book, 5)), Err(Refusal::UnknownLog));
    assert_eq!(Refusal::UnknownLog.status(), 404);

    let stranger = [SigningKey::new(name(ORIGIN), &[8; 32]).verifier()];
    assert_eq!(consider(Some(&stands), &stranger, &request(&book, 5)), Err(Refusal::Unsigned));
    assert_eq!(Refusal::Unsigned.status(), 403);

    // Behind: the log shows less than was cosigned. Ahead, and from nothing: the same answer.
    for old in [0, 4, 6, 13] {
        let refusal = on(&request(&book, old)).unwrap_err();
        assert_eq!(refusal, Refusal::Stale { latest: TreeSize(5) });
        assert_eq!(refusal.status(), 409);
    }
    let rolled_back = request(&numbered(4), 4);
    assert_eq!(on(&rolled_back), Err(Refusal::Stale { latest: TreeSize(5) }));

    let none = ConsistencyProof::new(Vec::new()).unwrap();
    let order = AddCheckpoint::new(TreeSize(5), none.clone(), numbered(4).signed()).unwrap();
    assert_eq!(on(&order), Err(Refusal::Order));
    assert_eq!(Refusal::Order.status(), 400);

    let mut forged: Vec<_> = numbered(5).bodies;
    forged[2] = b"another".to_vec();
    let fork = AddCheckpoint::new(TreeSize(5), none.clone(), Book::of(forged.clone()).signed());
    assert_eq!(on(&fork.unwrap()), Err(Refusal::Fork));
    assert_eq!(Refusal::Fork.status(), 422);

    forged.extend((5..13_u64).map(|n| n.to_be_bytes().to_vec()));
    let refusal = on(&request(&Book::of(forged), 5)).unwrap_err();
    assert!(matches!(refusal, Refusal::Unproved(_)) && refusal.is_evidence());
    assert_eq!(refusal.status(), 422);

    let bare = AddCheckpoint::new(TreeSize(5), none.clone(), book.signed()).unwrap();
    assert!(matches!(on(&bare), Err(Refusal::Unproved(_))));

    // From nothing there is nothing to prove, and a proof is none.
    let with = ConsistencyProof::new(vec![empty_root()]).unwrap();
    let from_nothing = AddCheckpoint::new(TreeSize(0), with, book.signed()).unwrap();
    assert!(matches!(consider(None, &keys, &from_nothing), Err(Refusal::Unproved(_))));

    // An empty tree has one root only.
    let (size, root) = (TreeSize(0), leaf_hash(b"x"));
    let empty = Checkpoint { origin: name(ORIGIN), size, root }.sign(&key()).unwrap();
    let empty = AddCheckpoint::new(TreeSize(0), none, empty).unwrap();
    assert!(matches!(consider(None, &keys, &empty), Err(Refusal::Unproved(_))));
}

#[test]
fn either_key_of_a_log_will_do_while_one_takes_over_from_the_other() {
    let new = SigningKey::new(name(ORIGIN), &[8; 32]);
    let keys = [key().verifier(), new.verifier()];
    let book = numbered(3);
    let mut note = book.checkpoint().sign(&new).unwrap();
    let empty = ConsistencyProof::new(Vec::new()).unwrap();
    let by_new = AddCheckpoint::new(TreeSize(0), empty.clone(), note.clone()).unwrap();
    assert_eq!(consider(None, &keys, &by_new), Ok(book.checkpoint()));
    key().sign_beside(&mut note).unwrap();
    let by_both = AddCheckpoint::new(TreeSize(0), empty, note).unwrap();
    assert_eq!(consider(None, &keys[..1], &by_both), Ok(book.checkpoint()));
}

proptest! {
    /// Whatever is asked in whatever order, what a witness has cosigned is one history.
    #[test]
    fn a_witness_never_cosigns_two_histories(
        asked in prop::collection::vec((0_u64..40, 0_u64..40, any::<bool>()), 1..40),
    ) {
        let keys = [key().verifier()];
        let honest = numbered(40);
        // The same up to leaf 10, and then another log under the same key.
        let other = Book::of((0..40_u64).map(|n| (n + u64::from(n >= 10) * 100).to_be_bytes().to_vec()));
        let mut cosigned: Vec<Checkpoint> = Vec::new();
        for (old, new, which) in asked {
            let book = if which { &honest } else { &other };
            let (old, new) = (TreeSize(old.min(new)), TreeSize(new));
            let root = sluss::log::root_at(new, book).unwrap();
            let note = Checkpoint { origin: name(ORIGIN), size: new, root }.sign(&key()).unwrap();
            let proof = consistency(old, new, book).unwrap();
            let request = AddCheckpoint::new(old, proof, note).unwrap();
            if let Ok(next) = consider(cosigned.last(), &keys, &request) {
                cosigned.push(next);
            }
        }
        let one_history = |book: &Book| cosigned.iter().all(|checkpoint| {
            sluss::log::root_at(checkpoint.size, book).unwrap() == checkpoint.root
        });
        prop_assert!(one_history(&honest) || one_history(&other));
        prop_assert!(cosigned.is_sorted_by_key(|checkpoint| checkpoint.size));
    }

    #[test]
    fn reading_a_request_bears_any_text(text in ".{0,300}", old: u64, lines in 0..70_usize) {
        let _ = AddCheckpoint::parse(&text);
        let line = format!("{}\n", empty_root().base64());
        let _ = AddCheckpoint::parse(&format!("old {old}\n{}\n{text}", line.repeat(lines)));
    }
}
