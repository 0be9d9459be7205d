//! Planted in any text: a name of the record goes in whatever spelling, a technical fact stays.

use proptest::prelude::*;
use sluss::guard::{Kind, Redacted, Vocabulary, redact};
use unicode_normalization::UnicodeNormalization;

/// Words of fault reports that are nobody's name.
const WORDS: [&str; 32] = [
    "inget",
    "internet",
    "sedan",
    "igår",
    "routern",
    "blinkar",
    "rött",
    "omstartad",
    "utan",
    "resultat",
    "kunden",
    "meddelar",
    "att",
    "det",
    "fungerar",
    "sämre",
    "på",
    "kvällen",
    "ingen",
    "länk",
    "efter",
    "strömavbrott",
    "kabeln",
    "är",
    "bytt",
    "the",
    "router",
    "was",
    "restarted",
    "and",
    "still",
    "slow",
];

const GIVEN: [&str; 16] = [
    "Astrid",
    "Göran",
    "Sten",
    "Bo",
    "Ann-Sofie",
    "Oleksandr",
    "Khadija",
    "Max",
    "Björn",
    "Siv",
    "Wojciech",
    "Linh",
    "Åke",
    "José",
    "Tindra",
    "Mehmet",
];

const FAMILY: [&str; 16] = [
    "Lindqvist",
    "Ek",
    "Svensson",
    "Falk",
    "von Hartman",
    "Kowalczyk",
    "Nguyen",
    "Öberg",
    "Al-Sayed",
    "Berg",
    "O'Brien",
    "Yılmaz",
    "Hämäläinen",
    "Strand",
    "Castro Díaz",
    "Palm",
];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..8)
        .prop_map(|words| words.join(" "))
}

/// A name as people write it.
fn written(given: &str, family: &str, how: usize) -> String {
    let first: String = given.chars().take(1).collect();
    let turned = |name: &str| {
        // Two letters in the middle of a long name change places.
        let mut letters: Vec<char> = name.chars().collect();
        if letters.len() >= 6 && letters.iter().all(|letter| letter.is_alphabetic()) {
            letters.swap(2, 3);
        }
        letters.into_iter().collect::<String>()
    };
    match how {
        0 => format!("{given} {family}"),
        1 => format!("{family}, {given}"),
        2 => format!("{given} {family}").to_lowercase(),
        3 => format!("{given} {family}").to_uppercase(),
        4 => format!("{given} {family}s"),
        5 => format!("{first}. {family}"),
        6 => format!("{given} {family}").nfd().collect(),
        7 => format!("{given}\u{a0}{family}"),
        8 => format!("{given}\n{family}"),
        9 => given.to_owned(),
        10 => family.to_owned(),
        11 => format!("{} {}", turned(given), turned(family)),
        _ => format!("{given}\u{200b} {family}"),
    }
}

/// Which of the letters and digits between two places are still there.
fn left(text: &str, redacted: &Redacted, from: usize, to: usize) -> String {
    let spans = redacted.spans();
    let gone = |at: usize| spans.iter().any(|span| (span.start..span.end).contains(&at));
    let chars = text.chars().enumerate().skip(from).take(to - from);
    chars.filter(|(at, char)| char.is_alphanumeric() && !gone(*at)).map(|(_, char)| char).collect()
}

/// Something of the service, as its record has it.
fn fact() -> impl Strategy<Value = String> {
    prop_oneof![
        "STTA[0-9]{4}",
        "[A-Z]{2}[0-9]{6}-[0-9]{2}",
        "SE[0-9]{8}",
        "HWTC[0-9A-F]{8}",
        "INC[0-9]{7}",
        "O-20[0-9]{2}-[0-9]{6}",
        "ge-0/[0-9]/[0-9]{1,2}",
        "gpon-olt_1/[0-9]/[0-9]{1,2}:[0-9]{1,2}",
        "VLAN[0-9]{4}",
    ]
}

/// What a technician reads off, in no record.
fn reading() -> impl Strategy<Value = String> {
    prop_oneof![
        "-[12][0-9],[0-9] dBm",
        "(100|250|1000)/(10|100|1000) Mbit/s",
        "2026-0[1-9]-1[0-9] (0[1-9]|1[0-9]):[0-5][0-9]",
        "kl (0[1-9]|1[0-9])[.:][0-5][0-9]",
        "ping [1-9][0-9] ms",
        "[1-9][0-9] % paketförlust",
        "VLAN [1-9][0-9]{2}",
        "port [1-9]",
        "LOS blinkar rött",
    ]
}

fn astrid() -> Vocabulary<'static> {
    Vocabulary::new()
        .mask(Kind::Person, "Astrid Lindqvist")
        .mask(Kind::Phone, "+46701740605")
        .mask(Kind::Personnummer, "19121212-1212")
}

proptest! {
    #[test]
    fn a_name_of_the_record_goes(
        before in words(),
        after in words(),
        given in prop::sample::select(GIVEN.to_vec()),
        family in prop::sample::select(FAMILY.to_vec()),
        how in 0..13_usize,
    ) {
        let name = format!("{given} {family}");
        let spelt = written(given, family, how);
        let text = format!("{before} {spelt} {after}");
        let redacted = redact(&text, &Vocabulary::new().mask(Kind::Person, &name));
        let from = before.chars().count() + 1;
        let left = left(&text, &redacted, from, from + spelt.chars().count());
        prop_assert!(left.is_empty(), "{left:?} is left of {spelt:?} in {text:?}: {}", redacted.text());
    }

    #[test]
    fn a_fact_of_the_record_stays(before in words(), after in words(), fact in fact()) {
        let text = format!("{before} {fact} {after}");
        let redacted = redact(&text, &astrid().protect(&fact));
        prop_assert!(redacted.text().contains(&fact), "{fact:?} in {text:?}: {}", redacted.text());
    }

    #[test]
    fn a_reading_stays(before in words(), after in words(), reading in reading()) {
        let text = format!("{before} {reading}, {after}");
        let redacted = redact(&text, &astrid());
        prop_assert!(redacted.text().contains(&reading), "{reading:?} in {text:?}: {}", redacted.text());
    }

    /// Every span says what found it and why, and the same text is masked the same way again.
    #[test]
    fn every_span_has_its_reason(before in words(), name in prop::sample::select(FAMILY.to_vec())) {
        let text = format!("{before} {name} 070-174 06 05");
        let first = redact(&text, &astrid());
        prop_assert!(!first.spans().is_empty());
        for span in first.spans() {
            prop_assert!(!span.layer.as_str().is_empty() && !span.why.reason().is_empty());
        }
        let again = redact(&text, &astrid());
        prop_assert_eq!(first.spans(), again.spans());
    }
}
