//! Commitments and their openings: one field opens alone, and nothing links.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use sluss::domain::{LeafId, SeededEntropy};
use sluss::log::digest::{digest, open};
use sluss::log::{FieldDigest, Opening, SubjectKey};

use super::subject;

const FIELDS: [(&str, &str); 3] = [
    ("contact.name", "Astrid L"),
    ("contact.phone", "+46701740605"),
    ("place.street", "Kungsgatan"),
];

fn leaf(n: u64) -> LeafId {
    LeafId::draw(&SeededEntropy::new(n))
}

#[test]
fn one_field_opens_alone() {
    let digests = FIELDS.map(|(name, value)| digest(&subject(1), leaf(1), name, value));
    for (n, (name, value)) in FIELDS.into_iter().enumerate() {
        let handed_over = open(&subject(1), leaf(1), name, value).disclosure().to_owned();
        let opening = Opening::parse(&handed_over).unwrap();
        let opened: Vec<_> = digests.iter().map(|digest| opening.matches(digest)).collect();
        assert_eq!(opened.iter().filter(|opened| **opened).count(), 1);
        assert!(opened[n]);
        let (read_name, read_value) = opening.name_and_value();
        assert_eq!((read_name.as_str(), read_value.as_str()), (name, value));
    }
}

#[test]
fn a_digest_is_that_of_rfc_9901() {
    // The disclosure and digest of the RFC's own example, section 4.2.3.
    let disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    let opening = Opening::parse(disclosure).unwrap();
    assert_eq!(opening.digest().as_str(), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    assert_eq!(opening.name_and_value().1.as_str(), "Möbius");
    // And ours by hand.
    let ours = open(&subject(1), leaf(1), "a", "\"å\"");
    let json = URL_SAFE_NO_PAD.decode(ours.disclosure()).unwrap();
    let [salt, name, value]: [String; 3] = serde_json::from_slice(&json).unwrap();
    assert_eq!((salt.len(), name.as_str(), value.as_str()), (43, "a", "\"å\""));
    assert_eq!(json, format!(r#"["{salt}","a","\"å\""]"#).into_bytes());
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(ours.disclosure()));
    assert_eq!(digest(&subject(1), leaf(1), "a", "\"å\"").as_str(), hash);
}

#[test]
fn two_leaves_about_one_person_share_nothing() {
    let of = |n| -> BTreeSet<FieldDigest> {
        FIELDS.iter().map(|(name, value)| digest(&subject(1), leaf(n), name, value)).collect()
    };
    assert!(of(1).is_disjoint(&of(2)));
    assert_eq!(of(1), of(1));
}

#[test]
fn without_the_key_nothing_opens() {
    let (name, value) = FIELDS[1];
    let logged = digest(&subject(1), leaf(1), name, value);
    // Whoever knows all but the key tries the right value, with other keys and with no salt at all.
    for seed in (0..=255).filter(|seed| *seed != 1) {
        assert!(!open(&subject(seed), leaf(1), name, value).matches(&logged));
    }
    for guess in [format!(r#"["","{name}","{value}"]"#), format!(r#"["0","{name}","{value}"]"#)] {
        let guess = Opening::parse(&URL_SAFE_NO_PAD.encode(guess)).unwrap();
        assert!(!guess.matches(&logged));
    }
}

#[test]
fn what_opens_nothing_is_refused() {
    let encoded = |json: &str| URL_SAFE_NO_PAD.encode(json);
    for text in [
        String::new(),
        "!".into(),
        encoded("[]"),
        encoded(r#"["salt","name"]"#),
        encoded(r#"["salt","name",1]"#),
        encoded(r#"["salt","name","value","more"]"#),
        encoded(r#"{"a":"b"}"#),
        encoded(&format!(r#"["salt","name","{}"]"#, "v".repeat(256 * 1024))),
    ] {
        assert!(Opening::parse(&text).is_err(), "{text:.60}");
    }
    for text in ["", "A", &"A".repeat(44), &"B".repeat(43), &"+".repeat(43)] {
        assert_eq!(FieldDigest::parse(text), None, "{text}");
    }
}

proptest! {
    /// Salt, leaf and name are told apart, wherever one ends and the next begins.
    #[test]
    fn other_arguments_give_other_digests(
        one in (any::<[u8; 32]>(), 0..4_u64, "[a-c]{0,3}", ".{0,3}"),
        two in (any::<[u8; 32]>(), 0..4_u64, "[a-c]{0,3}", ".{0,3}"),
    ) {
        let make = |(key, n, name, value): &([u8; 32], u64, String, String)| {
            digest(&SubjectKey::new(*key), leaf(*n), name, value)
        };
        prop_assert_eq!(make(&one) == make(&two), one == two);
        let same_key = (one.0, two.1, two.2.clone(), two.3.clone());
        prop_assert_eq!(make(&one) == make(&same_key), one == same_key);
    }

    #[test]
    fn parsing_bears_any_text(text: String, bytes: Vec<u8>) {
        let _ = FieldDigest::parse(&text);
        for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
            if let Ok(opening) = Opening::parse(&text) {
                prop_assert_eq!(opening.disclosure(), text);
            }
        }
    }
}
