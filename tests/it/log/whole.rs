//! Verification of a whole log: sound logs pass, and whatever was done to a log afterwards shows.

use proptest::prelude::*;
use sluss::log::{
    CheckpointError, Event, Fault, Hash, Kind, Leaf, LeafIndex, Note, NoteError, Outcome, Report,
    SigningKey, TreeSize, Verifier, What, leaf_hash,
};

use super::{Book, ORIGIN, key, leaf, name, outcome_of, sample};

/// Three intents: accepted later, open, and closed at once; with a heartbeat between them.
fn story() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    let mut push = |make: &dyn Fn(&[Vec<u8>]) -> Leaf| {
        let body = make(&bodies).to_bytes().unwrap();
        bodies.push(body);
    };
    push(&|_| sample(Kind::Policy, 0));
    push(&|_| sample(Kind::Intent, 1));
    push(&|_| sample(Kind::Intent, 2));
    push(&|_| sample(Kind::Heartbeat, 3));
    push(&|bodies| outcome_of(4, 1, &bodies[1]));
    push(&|_| sample(Kind::Intent, 5));
    push(&|bodies| outcome_of(6, 5, &bodies[5]));
    push(&|_| sample(Kind::Read, 7));
    bodies
}

fn verify(bodies: &[Vec<u8>], hashes: Option<&[Hash]>, checkpoint: &Note) -> Report {
    let mut verifier = Verifier::new(name(ORIGIN), vec![key().verifier()]);
    for (n, body) in bodies.iter().enumerate() {
        verifier.leaf(LeafIndex(n as u64), hashes.and_then(|h| h.get(n).copied()), body);
    }
    verifier.finish(checkpoint)
}

fn hashes(bodies: &[Vec<u8>]) -> Vec<Hash> {
    bodies.iter().map(|body| leaf_hash(body)).collect()
}

/// The faults of a log that was signed just as it is.
fn faults(bodies: &[Vec<u8>]) -> Vec<Fault> {
    verify(bodies, None, &Book::of(bodies.to_vec()).signed()).faults
}

fn at(index: u64, what: What) -> Fault {
    Fault { index: Some(LeafIndex(index)), what }
}

fn all(what: What) -> Fault {
    Fault { index: None, what }
}

#[test]
fn a_sound_log_passes_and_tells_what_is_open() {
    let book = Book::of(story());
    for stored in [None, Some(&hashes(&book.bodies)[..])] {
        let report = verify(&book.bodies, stored, &book.signed());
        assert!(report.is_sound(), "{:?}", report.faults);
        assert_eq!(report.size, TreeSize(8));
        assert_eq!(report.root, book.head().root());
        assert_eq!(report.open_intents, [LeafIndex(2)]);
        assert_eq!(report.kinds[&Kind::Intent], 3);
        assert_eq!(report.kinds.values().sum::<u64>(), 8);
    }
    assert!(verify(&[], None, &Book::default().signed()).is_sound());
}

#[test]
fn what_was_logged_wrongly_is_found_though_it_is_signed() {
    let story = story();
    let with = |leaf: Leaf| [&story[..], &[leaf.to_bytes().unwrap()]].concat();
    let outcome = |of: u64, hash| {
        let result = sluss::log::OutcomeResult::Accepted;
        let intent = LeafIndex(of);
        leaf(8, Event::Outcome(Outcome { intent, intent_hash: hash, result, code: None }))
    };
    let hash = |n: usize| leaf_hash(&story[n]);
    assert_eq!(faults(&with(outcome(2, hash(2)))), []);
    assert_eq!(faults(&with(outcome(2, hash(1)))), [at(8, What::IntentHash(LeafIndex(2)))]);
    assert_eq!(faults(&with(outcome(1, hash(1)))), [at(8, What::SecondOutcome(LeafIndex(1)))]);
    assert_eq!(faults(&with(outcome(3, hash(3)))), [at(8, What::NoIntent(LeafIndex(3)))]);
    assert_eq!(faults(&with(outcome(8, hash(3)))), [at(8, What::NoIntent(LeafIndex(8)))]);
    assert_eq!(faults(&with(outcome(99, hash(3)))), [at(8, What::NoIntent(LeafIndex(99)))]);

    let mut early = sample(Kind::Heartbeat, 8);
    early.at = sample(Kind::Heartbeat, 6).at;
    assert_eq!(faults(&with(early)), [at(8, What::Time)]);
    let mut same_second = sample(Kind::Heartbeat, 8);
    same_second.at = sample(Kind::Heartbeat, 7).at;
    assert_eq!(faults(&with(same_second)), []);
    let mut same_id = sample(Kind::Heartbeat, 8);
    same_id.id = sample(Kind::Heartbeat, 3).id;
    assert_eq!(faults(&with(same_id)), [at(8, What::Id)]);

    let garbage = [&story[..], &[b"{}".to_vec()]].concat();
    assert!(matches!(
        faults(&garbage)[..],
        [Fault { index: Some(LeafIndex(8)), what: What::Leaf(_) }]
    ));
}

#[test]
fn the_checkpoint_must_be_this_logs_and_of_this_size() {
    let book = Book::of(story());
    let check = |checkpoint: &Note, expected: What| {
        assert_eq!(verify(&book.bodies, None, checkpoint).faults, [all(expected)]);
    };
    let shorter = Book::of(story().into_iter().take(7));
    check(&shorter.signed(), What::Size { signed: TreeSize(7), found: TreeSize(8) });
    let fork = Book::of(story().into_iter().rev());
    check(&fork.signed(), What::Root);
    let stranger = SigningKey::new(name(ORIGIN), &[1; 32]);
    let unsigned = CheckpointError::Note(NoteError::Unsigned);
    check(&book.checkpoint().sign(&stranger).unwrap(), What::Checkpoint(unsigned));

    // Another log of the same house, with a key that is trusted for that one.
    let sister = SigningKey::new(name("log.example.se/disclosures/2025"), &[2; 32]);
    let mut checkpoint = book.checkpoint();
    checkpoint.origin = sister.name().clone();
    let mut verifier = Verifier::new(name(ORIGIN), vec![key().verifier(), sister.verifier()]);
    for (n, body) in (0..).zip(&book.bodies) {
        verifier.leaf(LeafIndex(n), None, body);
    }
    let report = verifier.finish(&checkpoint.sign(&sister).unwrap());
    assert_eq!(report.faults, [all(What::Origin)]);
}

#[test]
fn a_gap_in_the_numbers_is_a_fault_though_the_tree_is_right() {
    let book = Book::of(story());
    let mut verifier = Verifier::new(name(ORIGIN), vec![key().verifier()]);
    for (n, body) in (0..).zip(&book.bodies) {
        verifier.leaf(LeafIndex(if n == 7 { 8 } else { n }), None, body);
    }
    let report = verifier.finish(&book.signed());
    assert_eq!(report.faults, [at(8, What::Place { expected: LeafIndex(7) })]);
}

#[test]
fn many_faults_are_counted_and_few_are_kept() {
    let bodies = vec![b"garbage".to_vec(); 1000];
    let report = verify(&bodies, None, &Book::of(bodies.clone()).signed());
    assert_eq!(report.faults.len(), 100);
    assert_eq!(report.fault_count, 1000);
    assert!(!report.is_sound());
}

#[test]
fn a_changed_body_is_told_as_that() {
    let book = Book::of(story());
    let stored = hashes(&book.bodies);
    let mut bodies = book.bodies.clone();
    bodies[7] = sample(Kind::Heartbeat, 7).to_bytes().unwrap();
    // Whoever leaves the stored hashes alone is found at the leaf,
    assert_eq!(verify(&bodies, Some(&stored), &book.signed()).faults, [at(7, What::Body)]);
    // and whoever mends them too, at the root.
    let mended = hashes(&bodies);
    assert_eq!(verify(&bodies, Some(&mended), &book.signed()).faults, [all(What::Root)]);
}

/// What somebody with the disk in hand may do to a log.
#[derive(Clone, Debug)]
enum Tampering {
    Edit(prop::sample::Index, prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Truncate(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Repeat(prop::sample::Index),
    Replace(prop::sample::Index),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    use prop::sample::Index;
    prop_oneof![
        any::<(Index, Index, u8)>().prop_map(|(a, b, c)| Tampering::Edit(a, b, c)),
        any::<Index>().prop_map(Tampering::Remove),
        any::<Index>().prop_map(Tampering::Truncate),
        any::<(Index, Index)>().prop_map(|(a, b)| Tampering::Swap(a, b)),
        any::<Index>().prop_map(Tampering::Repeat),
        any::<Index>().prop_map(Tampering::Replace),
    ]
}

fn tamper(bodies: &mut Vec<Vec<u8>>, with: &Tampering) {
    let length = bodies.len();
    match with {
        Tampering::Edit(leaf, byte, value) => {
            let body = &mut bodies[leaf.index(length)];
            let byte = byte.index(body.len());
            body[byte] = *value;
        }
        Tampering::Remove(leaf) => drop(bodies.remove(leaf.index(length))),
        Tampering::Truncate(leaf) => bodies.truncate(leaf.index(length)),
        Tampering::Swap(a, b) => bodies.swap(a.index(length), b.index(length)),
        Tampering::Repeat(leaf) => {
            let at = leaf.index(length);
            bodies.insert(at, bodies[at].clone());
        }
        Tampering::Replace(leaf) => {
            bodies[leaf.index(length)] = sample(Kind::Heartbeat, 1000).to_bytes().unwrap();
        }
    }
}

proptest! {
    /// Whatever is done to a log after it was signed shows, whether or not the stored hashes were
    /// mended to go with it.
    #[test]
    fn any_edit_cut_or_swap_shows(kinds in prop::collection::vec(0..11_usize, 1..24), with in tampering()) {
        let logged: Vec<_> = (0..).zip(&kinds)
            .filter(|(_, kind)| Kind::ALL[**kind] != Kind::Outcome)
            .map(|(n, kind)| sample(Kind::ALL[*kind], n).to_bytes().unwrap())
            .collect();
        prop_assume!(!logged.is_empty());
        let book = Book::of(logged.clone());
        let stored = hashes(&logged);
        prop_assert!(verify(&logged, Some(&stored), &book.signed()).is_sound());
        let mut found = logged.clone();
        tamper(&mut found, &with);
        if found != logged {
            prop_assert!(!verify(&found, Some(&stored), &book.signed()).is_sound());
            prop_assert!(!verify(&found, Some(&hashes(&found)), &book.signed()).is_sound());
            prop_assert!(!verify(&found, None, &book.signed()).is_sound());
        }
    }

    #[test]
    fn verification_bears_any_bytes(bodies in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
        let _ = verify(&bodies, None, &Book::default().signed());
    }
}
