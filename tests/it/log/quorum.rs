//! Policy files: read strictly, and what they say of a note.

use proptest::prelude::*;
use sluss::log::quorum::{MEMBERS_MAX, POLICY_BYTES_MAX, Policy};
use sluss::log::{
    CheckpointError, CosigningKey, KeyError, NoteError, PolicyError, PolicyFault, QuorumError,
};

use super::*;

fn witness(seed: u8) -> CosigningKey {
    CosigningKey::new(name(&format!("witness.example.se/w{seed}")), &[seed; 32])
}

fn vkey(seed: u8) -> String {
    witness(seed).witness_key().to_string()
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

/// Two groups, of which one wants two of three.
fn two_levels() -> String {
    let mut text =
        format!("# who is trusted\n\nlog {} https://log.example.se/\n", key().verifier());
    for (seed, name) in (1..).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        let line = format!("\twitness {name}  {}  https://{name}.example.se/\n", vkey(seed));
        text.push_str(&line);
    }
    text + "group X 2 X1 X2 X3\n  # between\ngroup Y any Y1 Y2 Y3\ngroup both all X Y\nquorum both \n"
}

fn cosigned(by: &[(u8, i64)]) -> Note {
    let book = Book::of([b"a".to_vec(), b"b".to_vec()]);
    let mut note = book.signed();
    for (seed, time) in by {
        note.add(witness(*seed).cosign(&book.checkpoint(), second(*time))).unwrap();
    }
    note
}

#[track_caller]
fn refused(text: &[u8], line: usize, what: PolicyFault) {
    assert_eq!(Policy::parse(text), Err(PolicyError { line, what }));
}

#[test]
fn a_policy_of_two_levels_is_counted_group_by_group() {
    let policy = Policy::parse(two_levels().as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://X1.example.se/"));
    assert!(policy.asks_for_witnesses() && policy.is_within_reach());
    let now = second(1_000);
    for (by, reached) in [
        (&[][..], false),
        (&[1, 2], false),
        (&[1, 4], false),
        (&[4, 5, 6], false),
        (&[1, 2, 4], true),
        (&[2, 3, 6], true),
        (&[1, 2, 3, 4, 5, 6], true),
        // A stranger's is passed over.
        (&[1, 9, 4], false),
    ] {
        let by: Vec<_> = by.iter().map(|seed| (*seed, 100)).collect();
        let verdict = policy.verify(&cosigned(&by), now);
        assert_eq!(verdict.is_ok(), reached, "{by:?}");
    }
    let Err(QuorumError::TooFew { cosigned }) = policy.verify(&cosigned(&[(1, 100)]), now) else {
        panic!("one is not enough");
    };
    assert_eq!(cosigned.iter().map(ToString::to_string).collect::<Vec<_>>(), ["X1"]);
}

#[test]
fn a_quorum_is_as_old_as_the_oldest_that_it_needs() {
    let policy = Policy::parse(two_levels().as_bytes()).unwrap();
    let at = |by: &[(u8, i64)], now| {
        policy.verify(&cosigned(by), second(now)).unwrap().at.unwrap().seconds()
    };
    assert_eq!(at(&[(1, 100), (2, 200), (4, 300)], 1_000), 100);
    // The third of the first group makes the first of it dispensable.
    assert_eq!(at(&[(1, 100), (2, 200), (3, 250), (4, 300)], 1_000), 200);
    assert_eq!(at(&[(1, 100), (2, 200), (3, 250), (4, 50)], 1_000), 50);
    // Two of one witness are one witness.
    assert_eq!(at(&[(1, 100), (2, 200), (1, 400), (4, 300)], 1_000), 200);
    // A clock that is ahead vouches for nothing yet.
    let note = cosigned(&[(1, 100), (2, 2_000), (4, 300)]);
    assert!(matches!(policy.verify(&note, second(1_000)), Err(QuorumError::TooFew { .. })));
    assert!(policy.verify(&note, second(2_000)).is_ok());
}

#[test]
fn a_note_that_is_not_the_logs_or_not_the_witnesss_counts_for_nothing() {
    let policy = Policy::parse(two_levels().as_bytes()).unwrap();
    let now = second(1_000);
    let good = cosigned(&[(1, 100), (2, 100), (4, 100)]);
    let mut unsigned = good.clone();
    unsigned.retain(|line| *line.name() != name(ORIGIN));
    assert_eq!(
        policy.verify(&unsigned, now),
        Err(CheckpointError::Note(NoteError::Unsigned).into())
    );
    // One line that is not of this text spoils all.
    let mut forged = good.clone();
    let other = Book::of([b"c".to_vec()]).checkpoint();
    forged.add(witness(5).cosign(&other, second(100))).unwrap();
    assert_eq!(policy.verify(&forged, now), Err(QuorumError::Forged));
    // A witness of another name, with the same key: the name is not its own.
    let renamed = CosigningKey::new(name("other.example.se"), &[4; 32]);
    let mut note = cosigned(&[(1, 100), (2, 100)]);
    note.add(renamed.cosign(&Book::of([b"a".to_vec(), b"b".to_vec()]).checkpoint(), second(1)))
        .unwrap();
    assert!(matches!(policy.verify(&note, now), Err(QuorumError::TooFew { .. })));
}

#[test]
fn a_policy_may_ask_for_nobody() {
    let policy = Policy::parse(b"quorum none\n").unwrap();
    assert!(!policy.asks_for_witnesses() && policy.is_within_reach());
    let note = cosigned(&[]);
    // No log in it: then the log's key comes from elsewhere.
    assert!(policy.verify(&note, second(0)).is_err());
    let witnessed = policy.verify_with(&note, &[key().verifier()], second(0)).unwrap();
    assert_eq!((witnessed.by, witnessed.at), (vec![], None));
}

#[test]
fn a_policy_without_addresses_is_good_for_verifying_only() {
    let text = format!("witness w {}\nquorum w\n", vkey(1));
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(!policy.is_within_reach());
    let note = cosigned(&[(1, 5)]);
    assert_eq!(
        policy.verify_with(&note, &[key().verifier()], second(9)).unwrap().at,
        Some(second(5))
    );
}

#[test]
fn names_are_bytes() {
    let (k, kelvin) = (vkey(1), vkey(2));
    let mut text = format!("witness K {k}\nwitness \u{212a} {kelvin}\n# caf").into_bytes();
    text.extend(b"\xe9\nwitness \xff ");
    text.extend(format!("{}\ngroup g all K \u{212a} ", vkey(3)).into_bytes());
    text.extend(b"\xff\nquorum g\n");
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.witnesses().len(), 3);
}

#[test]
fn what_is_not_a_policy_is_refused_in_its_line() {
    let (one, two) = (vkey(1), vkey(2));
    let log = key().verifier();
    let text = |lines: &str| format!("witness a {one}\nwitness b {two}\n{lines}");
    let three = |lines: &str, what| refused(text(lines).as_bytes(), 3, what);

    refused(b"", 0, PolicyFault::Bytes);
    refused(b"quorum none", 0, PolicyFault::Bytes);
    refused(b"quorum none\r\n", 1, PolicyFault::Bytes);
    refused(b"quorum\0none\n", 1, PolicyFault::Bytes);
    refused(b"quorum none\x7f\n", 1, PolicyFault::Bytes);
    refused(b"# nothing\n", 0, PolicyFault::Quorum);
    refused(b"quorum none\nquorum none\n", 2, PolicyFault::Quorum);
    refused(b"Quorum none\n", 1, PolicyFault::Keyword);
    refused("\u{a0}quorum none\n".as_bytes(), 1, PolicyFault::Keyword);
    refused(b"quorum\n", 1, PolicyFault::Items);
    refused(b"quorum none # for now\n", 1, PolicyFault::Items);
    refused(b"quorum a\n", 1, PolicyFault::Unknown);
    three("quorum c\n", PolicyFault::Unknown);

    three("group g all\n", PolicyFault::Items);
    three("group g\n", PolicyFault::Items);
    three("group a all b\n", PolicyFault::Name);
    three("group none all b\n", PolicyFault::Name);
    three("group g all none\n", PolicyFault::Unknown);
    three("group g all a c\n", PolicyFault::Unknown);
    three("group g all g\n", PolicyFault::Unknown);
    three("group g any a a\n", PolicyFault::Member);
    for threshold in ["0", "3", "01", "-1", "+1", "1.0", "ALL", "x", "18446744073709551617"] {
        three(&format!("group g {threshold} a b\n"), PolicyFault::Threshold);
    }
    refused(text("group g all a\ngroup h all a b\n").as_bytes(), 4, PolicyFault::Member);

    three("witness c\n", PolicyFault::Items);
    three(&format!("witness c {one} https://a.example.se b\n"), PolicyFault::Items);
    three(&format!("witness c {one}\n"), PolicyFault::SameKey);
    three(&format!("witness a {}\n", vkey(3)), PolicyFault::Name);
    three(&format!("witness none {}\n", vkey(3)), PolicyFault::Name);
    three(&format!("witness c {log}\n"), PolicyFault::Key(KeyError::Algorithm));
    three(&format!("log {one}\n"), PolicyFault::Key(KeyError::Algorithm));
    three("witness c nonsense\n", PolicyFault::Key(KeyError::Form));
    // The same key under another name is the same key; also where the log would be its own witness.
    let renamed = CosigningKey::new(name("other.example.se"), &[2; 32]).witness_key();
    three(&format!("witness c {renamed}\n"), PolicyFault::SameKey);
    let both = SigningKey::new(name("other.example.se"), &[2; 32]).verifier();
    three(&format!("log {both}\n"), PolicyFault::SameKey);
    refused(format!("log {log}\nlog {log}\nquorum none\n").as_bytes(), 2, PolicyFault::SameKey);
}

#[test]
fn a_policy_has_its_bounds() {
    let many = |count: usize| {
        let witness = |n: usize| {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&n.to_be_bytes());
            let key = CosigningKey::new(name("w.example.se"), &seed).witness_key();
            format!("witness w{n} {key}\n")
        };
        (0..count).map(witness).collect::<String>() + "quorum none\n"
    };
    assert!(Policy::parse(many(MEMBERS_MAX).as_bytes()).is_ok());
    refused(many(MEMBERS_MAX + 1).as_bytes(), MEMBERS_MAX + 1, PolicyFault::Size);
    let long = format!("# {}\nquorum none\n", "x".repeat(POLICY_BYTES_MAX));
    refused(long.as_bytes(), 0, PolicyFault::Size);
}

proptest! {
    #[test]
    fn reading_bears_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Policy::parse(&bytes);
    }

    /// More witnesses never make less of a quorum.
    #[test]
    fn a_quorum_once_reached_stays_reached(by in prop::collection::vec(1_u8..7, 0..8), more in 1_u8..7) {
        let policy = Policy::parse(two_levels().as_bytes()).unwrap();
        let mut by: Vec<_> = by.into_iter().map(|seed| (seed, 100)).collect();
        let before = policy.verify(&cosigned(&by), second(200)).is_ok();
        by.push((more, 150));
        let after = policy.verify(&cosigned(&by), second(200)).is_ok();
        prop_assert!(after || !before);
    }
}
