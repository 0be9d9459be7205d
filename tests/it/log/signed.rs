//! Notes, checkpoints and receipts: what verifies, what does not, and bytes of any kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use sluss::log::note::{NOTE_BYTES_MAX, SIGNATURES_MAX};
use sluss::log::{
    Checkpoint, CheckpointError, KeyError, KeyName, LeafIndex, Note, NoteError, ProofError,
    Receipt, ReceiptError, SignatureLine, SigningKey, TreeSize, VerifierKey, inclusion,
};

use super::{Book, ORIGIN, key, name, samples};

/// The same name, and so a key id that differs.
fn namesake() -> SigningKey {
    SigningKey::new(name(ORIGIN), &[8; 32])
}

fn witness() -> SigningKey {
    SigningKey::new(name("witness.example.com"), &[9; 32])
}

fn book() -> Book {
    // The kinds that there were when the receipt on file was given.
    Book::of(samples().iter().take(11).map(|leaf| leaf.to_bytes().unwrap()))
}

fn receipt(book: &Book, index: u64) -> Receipt {
    let proof = inclusion(LeafIndex(index), book.head().size(), book).unwrap();
    Receipt::new(LeafIndex(index), proof, book.signed())
}

#[test]
fn a_note_of_another_implementation_verifies() {
    // The example note of the Go package golang.org/x/mod/sumdb/note.
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let key = VerifierKey::parse(key).unwrap();
    let note = Note::parse(note).unwrap();
    let (_, signers) = note.verify(std::slice::from_ref(&key)).unwrap();
    assert_eq!(signers, [&key]);
}

#[test]
fn verifier_keys_read_back_and_bent_ones_do_not() {
    #[track_caller]
    fn refused(text: &str, error: KeyError) {
        assert_eq!(VerifierKey::parse(text), Err(error), "{text}");
    }
    let text = key().verifier().to_string();
    assert_eq!(VerifierKey::parse(&text), Ok(key().verifier()));
    let [name, id, public] = text.splitn(3, '+').collect::<Vec<_>>().try_into().unwrap();
    refused("", KeyError::Form);
    refused(&format!("{name}+{id}"), KeyError::Form);
    refused(&format!("+{id}+{public}"), KeyError::Name);
    refused(&format!("a b+{id}+{public}"), KeyError::Name);
    refused(&format!("{}+{id}+{public}", "n".repeat(201)), KeyError::Name);
    refused(&format!("other+{id}+{public}"), KeyError::Id);
    refused(&format!("{name}+00000000+{public}"), KeyError::Id);
    refused(&format!("{name}+{}+{public}", id.to_uppercase()), KeyError::Id);
    refused(&format!("{name}+{id}+{public}A"), KeyError::Form);
    // Type 0x04, a witness's timestamped signature; and a point of small order.
    refused(&format!("{name}+{id}+B{}", &public[1..]), KeyError::Algorithm);
    refused(&format!("{name}+{id}+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), KeyError::Weak);
}

#[test]
fn several_may_sign_and_strangers_are_passed_over() {
    let (ours, theirs) = (key(), witness());
    let mut note = book().signed();
    theirs.sign_beside(&mut note).unwrap();
    // A line of an algorithm that we do not know, as long as an ML-DSA-44 signature.
    let stranger = format!("\u{2014} pq.example.com {}", "AAAA".repeat(800));
    note.add(SignatureLine::parse(&stranger).unwrap()).unwrap();
    namesake().sign_beside(&mut note).unwrap();

    let note = Note::parse(&note.to_string()).unwrap();
    assert_eq!(note.signatures().len(), 4);
    let keys = [ours.verifier(), theirs.verifier()];
    let (_, signers) = note.verify(&keys).unwrap();
    assert_eq!(signers, [&keys[0], &keys[1]]);
    assert_eq!(Checkpoint::open(&note, &keys), Ok(book().checkpoint()));
    // A witness alone does not make a checkpoint.
    assert_eq!(Checkpoint::open(&note, &keys[1..]), Err(CheckpointError::Origin));
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));
}

#[test]
fn a_line_under_our_name_and_id_by_another_hand_spoils_the_note() {
    let note = book().signed().to_string();
    let forged = witness().sign(book().signed().unverified_text()).unwrap().to_string();
    let (text, line) = note.trim_end().rsplit_once('\n').unwrap();
    let signature = |line: &str| STANDARD.decode(line.rsplit_once(' ').unwrap().1).unwrap();
    let (ours, theirs) = (signature(line), signature(forged.trim_end()));
    let mixed = STANDARD.encode([&ours[..4], &theirs[4..]].concat());
    let mixed = Note::parse(&format!("{text}\n\u{2014} {ORIGIN} {mixed}\n")).unwrap();
    assert_eq!(mixed.verify(&[key().verifier()]), Err(NoteError::Forged));
    // Beside a good one too.
    let both = Note::parse(&format!("{note}{}\n", mixed.signatures()[0])).unwrap();
    assert_eq!(both.verify(&[key().verifier()]), Err(NoteError::Forged));
    // The namesake has signed nothing that we take for ours.
    assert_eq!(mixed.verify(&[namesake().verifier()]), Err(NoteError::Unsigned));
}

#[test]
fn bad_notes() {
    #[track_caller]
    fn refused(note: &str, error: NoteError) {
        assert_eq!(Note::parse(note), Err(error), "{:.60}", note.escape_debug());
    }
    let good = book().signed().to_string();
    let (text, line) = good.trim_end().rsplit_once("\n\n").unwrap();
    refused("", NoteError::Signatures);
    refused(&format!("{text}\n"), NoteError::Signatures);
    refused(&format!("{text}\n\n"), NoteError::Signatures);
    refused(&format!("{text}\n\n{line}"), NoteError::Signatures);
    refused(&format!("{text}\n\n{line}\nand more\n"), NoteError::Signatures);
    refused(&format!("{text}\n\n- {ORIGIN} AAAAAAAA\n"), NoteError::Signatures);
    refused(&format!("{text}\n\n\u{2014} {ORIGIN} AAAA\n"), NoteError::Signatures);
    refused(&format!("{text}\n\n\u{2014} a+b AAAAAAAA\n"), NoteError::Signatures);
    refused(&good.replace('\n', "\r\n"), NoteError::Signatures);
    refused(&format!("a\tb\n\n{line}\n"), NoteError::Text);
    refused(
        &format!("{text}\n\n{}", format!("{line}\n").repeat(SIGNATURES_MAX + 1)),
        NoteError::Size,
    );
    refused(&format!("{}\n\n{line}\n", "a".repeat(NOTE_BYTES_MAX)), NoteError::Size);
    for text in ["", "no newline", "a\u{0}b\n"] {
        assert_eq!(key().sign(text), Err(NoteError::Text), "{text:?}");
    }
    let mut full = key().sign("text\n").unwrap();
    for _ in 1..SIGNATURES_MAX {
        witness().sign_beside(&mut full).unwrap();
    }
    assert_eq!(witness().sign_beside(&mut full), Err(NoteError::Size));
}

#[test]
fn bad_checkpoints() {
    let root = book().checkpoint().root.base64();
    assert_eq!(Checkpoint::parse(&book().checkpoint().to_string()), Ok(book().checkpoint()));
    for text in [
        String::new(),
        format!("{ORIGIN}\n11\n{root}"),
        format!("{ORIGIN}\n11\n"),
        format!("\n11\n{root}\n"),
        format!("{ORIGIN}\n011\n{root}\n"),
        format!("{ORIGIN}\n-1\n{root}\n"),
        format!("{ORIGIN}\n18446744073709551616\n{root}\n"),
        format!("{ORIGIN}\n11\n{}\n", &root[..43]),
        format!("{ORIGIN}\n11\n{root}\nextension\n"),
        format!("{ORIGIN}\r\n11\r\n{root}\r\n"),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::Form), "{text:?}");
        if text.ends_with('\n') {
            let note = key().sign(&text).unwrap_or_else(|_| key().sign("\n").unwrap());
            assert_eq!(Checkpoint::open(&note, &[key().verifier()]), Err(CheckpointError::Form));
        }
    }
    assert_eq!(book().checkpoint().sign(&witness()), Err(CheckpointError::Origin));
    // A key of ours that signs for a log that is not its own.
    let other = Checkpoint { origin: name("other.example.com"), ..book().checkpoint() };
    let note = key().sign(&other.to_string()).unwrap();
    assert_eq!(Checkpoint::open(&note, &[key().verifier()]), Err(CheckpointError::Origin));
}

#[test]
fn a_receipt_proves_its_leaf_and_no_other() {
    let book = book();
    let keys = [key().verifier()];
    for (n, body) in (0..).zip(&book.bodies) {
        let text = receipt(&book, n).with_extra(b"f\xf6r dig".to_vec()).unwrap().to_string();
        let receipt = Receipt::parse(&text).unwrap();
        assert_eq!(receipt.to_string(), text);
        assert_eq!(receipt.extra(), Some(&b"f\xf6r dig"[..]));
        assert_eq!(receipt.verify(body, &keys), Ok(book.checkpoint()));
        for other in &book.bodies {
            if other != body {
                assert_eq!(receipt.verify(other, &keys), Err(ProofError::Root.into()));
            }
        }
        let unsigned = CheckpointError::Note(NoteError::Unsigned);
        assert_eq!(receipt.verify(body, &[namesake().verifier()]), Err(unsigned.into()));
    }
}

#[test]
fn the_receipt_on_file_still_verifies() {
    // What somebody was given once must be good for ever: these files are not made anew.
    let text = include_str!("../../../fixtures/log/intent.tlog-proof");
    let keys = include_str!("../../../fixtures/log/vkey");
    let leaf = include_str!("../../../fixtures/log/intent.json").trim_end();
    let key = VerifierKey::parse(keys.trim_end()).unwrap();
    let checkpoint = Receipt::parse(text).unwrap().verify(leaf.as_bytes(), &[key]).unwrap();
    assert_eq!(checkpoint.size, TreeSize(11));
}

#[test]
fn bad_receipts() {
    #[track_caller]
    fn refused(text: &str, error: ReceiptError) {
        assert_eq!(Receipt::parse(text), Err(error), "{:.60}", text.escape_debug());
    }
    let good = receipt(&book(), 3).to_string();
    let hash = book().checkpoint().root.base64();
    let note = book().signed();
    refused("", ReceiptError::Form);
    refused(&good.replace("@v1", "@v2"), ReceiptError::Form);
    refused(&good.replace("index 3", "index 03"), ReceiptError::Form);
    refused(&good.replace("index 3", "index -3"), ReceiptError::Form);
    refused(&good.replace("index 3", "extra !\nindex 3"), ReceiptError::Form);
    refused(&good.replace("index 3", "index 3\nAAAA"), ReceiptError::Form);
    refused(&good.replace("index 3", "index 3\nindex 3"), ReceiptError::Form);
    refused(
        &good.replace("\n\n\u{2014}", "\n\u{2014}"),
        CheckpointError::Note(NoteError::Signatures).into(),
    );
    let proof_of = |lines: usize| {
        format!("c2sp.org/tlog-proof@v1\nindex 3\n{}\n{note}", format!("{hash}\n").repeat(lines))
    };
    assert!(Receipt::parse(&proof_of(64)).is_ok());
    refused(&proof_of(65), ProofError::TooLong(65).into());
    refused(&proof_of(66), ProofError::TooLong(65).into());
    refused(&"a".repeat(200_000), ReceiptError::Size);
    assert_eq!(receipt(&book(), 3).with_extra(vec![0; 17_000]), Err(ReceiptError::Size));

    let verify =
        |text: &str| Receipt::parse(text).unwrap().verify(&book().bodies[3], &[key().verifier()]);
    assert_eq!(verify(&good), Ok(book().checkpoint()));
    assert_eq!(verify(&proof_of(64)), Err(ProofError::Length.into()));
    assert_eq!(verify(&good.replace("index 3", "index 2")), Err(ProofError::Root.into()));
    let (index, size) = (LeafIndex(11), TreeSize(11));
    assert_eq!(
        verify(&good.replace("index 3", "index 11")),
        Err(ProofError::Index { index, size }.into())
    );
    // A checkpoint that was edited under its signature.
    let edited = good.replace(&format!("{ORIGIN}\n11\n"), &format!("{ORIGIN}\n12\n"));
    assert_eq!(verify(&edited), Err(CheckpointError::Note(NoteError::Forged).into()));
}

/// A good text with one place overwritten, or cut off there.
fn bent(good: String) -> impl Strategy<Value = String> {
    let length = good.chars().count();
    (0..length, any::<char>(), any::<bool>()).prop_map(move |(at, with, cut)| {
        let head: String = good.chars().take(at).collect();
        if cut {
            head
        } else {
            head + &with.to_string() + &good.chars().skip(at + 1).collect::<String>()
        }
    })
}

/// Whatever can be read at all is written as it was read, so that nothing has two forms.
fn one_form(text: &str) {
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(receipt) = Receipt::parse(text) {
        assert_eq!(receipt.to_string(), text);
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(line) = SignatureLine::parse(text) {
        assert_eq!(line.to_string(), text);
    }
    if let Ok(name) = KeyName::parse(text) {
        assert_eq!(name.as_str(), text);
    }
}

proptest! {
    #[test]
    fn parsers_bear_any_text(text in any::<String>(), lines in "([a-z—+ =\n]|index|extra|AAAA){0,40}") {
        one_form(&text);
        one_form(&lines);
    }

    #[test]
    fn a_bent_note_or_receipt_does_not_verify(
        note in bent(book().signed().to_string()),
        receipt in bent(receipt(&book(), 0).to_string()),
    ) {
        one_form(&note);
        one_form(&receipt);
        let keys = [key().verifier()];
        let leaf = &book().bodies[0];
        if note != book().signed().to_string() && let Ok(note) = Note::parse(&note) {
            prop_assert!(Checkpoint::open(&note, &keys).is_err());
        }
        if receipt != super::signed::receipt(&book(), 0).to_string()
            && let Ok(receipt) = Receipt::parse(&receipt)
        {
            prop_assert!(receipt.verify(leaf, &keys).is_err());
        }
    }
}
