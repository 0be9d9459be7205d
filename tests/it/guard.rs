//! The free-text guard: tables for its traps, properties for its promises. How good it is on the
//! labelled texts is in `redact`.

#![cfg(test)]

mod classes;
mod identifiers;
mod planted_people;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;
use sluss::guard::{Kind, LENGTH_MAX, Layer, Vocabulary, identity, redact, redact_known};

/// Astrid Lindqvist, who does not exist.
fn astrid() -> Vocabulary<'static> {
    Vocabulary::new()
        .mask(Kind::Person, "Astrid Lindqvist")
        .mask(Kind::Personnummer, "19121212-1212")
        .mask(Kind::Phone, "+46701740605")
        .mask(Kind::Email, "astrid@example.se")
        .mask(Kind::CustomerNumber, "99120034")
        .mask(Kind::Credential, "4711")
        .protect("TN404352-30")
        .protect("Karl Johansgatan 24")
        .protect("lgh 1101")
}

#[track_caller]
fn check(text: &str, vocabulary: &Vocabulary<'_>, expected: &str) {
    assert_eq!(redact(text, vocabulary).text(), expected, "of {text:?}");
}

#[test]
fn what_the_register_knows_goes_in_any_spelling() {
    let astrid = astrid();
    for (text, expected) in [
        ("Kund Astrid Lindqvist ringer", "Kund [namn] ringer"),
        ("lindqvist, astrid: inget ljus", "[namn]: inget ljus"),
        ("Lindqvists router", "[namn] router"),
        ("A. Lindqvist, 070-174 06 05", "[namn], [telefon]"),
        ("nås på +46 (0)70 174 06 05.", "nås på [telefon]."),
        ("nås på 0046701740605", "nås på [telefon]"),
        ("nås på 0 - 04 - 6 - 701740605", "nås på [telefon]"),
        ("nås på o7o-174 06\n> 05", "nås på [telefon]"),
        ("pnr 121212-1212", "pnr [personnummer]"),
        ("pnr 1912 1212 1212", "pnr [personnummer]"),
        ("sista fyra 1212", "sista fyra [personnummer]"),
        ("kund 9912-0034 klagar", "kund [kundnummer] klagar"),
        ("mail astrid (at) example.se", "mail [e-post]"),
        ("Portkod 47 11.", "Portkod [kod]."),
        ("LINDQVIST har inget ljus", "[namn] har inget ljus"),
        ("Astrid\u{a0}Lindqvist", "[namn]"),
        ("As\u{200b}trid", "[namn]"),
    ] {
        check(text, &astrid, expected);
    }
    let asa = Vocabulary::new().mask(Kind::Person, "Åsa Öberg");
    check("Kund A\u{30a}sa O\u{308}berg ringer", &asa, "Kund [namn] ringer");
    check("Kund ASA OBERG ringer", &asa, "Kund [namn] ringer");
}

#[test]
fn identifiers_go_by_their_shape() {
    let nothing = Vocabulary::new();
    for (text, expected) in [
        ("pnr 121212-1212 ok", "pnr [personnummer] ok"),
        ("pnr 19121212\u{2013}1212", "pnr [personnummer]"),
        ("pnr １９１２１２１２-１２１２", "pnr [personnummer]"),
        ("pnr 19121212\u{a0}1212", "pnr [personnummer]"),
        ("pnr 121212-1213", "pnr [personnummer]"),
        ("pnr 850709-xxxx", "pnr [personnummer]"),
        ("pnr ******-1212", "pnr [personnummer]"),
        ("samordningsnr 121272-1219", "samordningsnr [personnummer]"),
        ("ring 0701740605", "ring [telefon]"),
        ("ring 0701740607", "ring [telefon]"),
        ("tel 031-39 006 10", "tel [telefon]"),
        ("tel 0980/319206", "tel [telefon]"),
        ("mejl bo @ example . se", "mejl [e-post]"),
        ("bo [at] example [dot] com", "[e-post]"),
        ("WAN 198.51.100.7, ping 8.8.8.8", "WAN [ip-adress], ping 8.8.8.8"),
        ("v6 2001:db8:1::a4f9 nere", "v6 [ip-adress] nere"),
        ("mac 02:00:5e:10:00:0a.", "mac [mac-adress]."),
        ("mac 0200.5e10.000a", "mac [mac-adress]"),
        ("bankgiro 5050-1055", "bankgiro [bankuppgift]"),
        ("kort 4242 4242 4242 4242", "kort [bankuppgift]"),
        ("SE45 5000 0000 0583 9825 7466", "[bankuppgift]"),
        ("bil reg MLB 84A på uppfarten", "bil reg [regnummer] på uppfarten"),
        ("född 1912-12-12", "född [födelsedatum]"),
        ("född 12 december 1912", "född [födelsedatum]"),
        ("https://portal.example.se/r?t=abc nere", "[länk] nere"),
        ("kundnr K120034", "kundnr [kundnummer]"),
    ] {
        check(text, &nothing, expected);
    }
}

#[test]
fn context_tells() {
    let nothing = Vocabulary::new();
    for (text, expected) in [
        ("Portkod 4711.", "Portkod [kod]."),
        ("wifi-lösen är Sommar2024!", "wifi-lösen är [kod]"),
        ("lösenord: hemligt", "lösenord: [kod]"),
        ("Door code #4711", "Door code [kod]"),
        ("Kunden har trygghetslarm.", "Kunden har [hälsa]."),
        ("Kontakta Sven Nilsson innan", "Kontakta [namn] innan"),
        ("granne Bo von Ek har nät", "granne [namn] har nät"),
        ("Skolgatan 58B, 993 94 Lindhamn", "[adress]"),
        ("bor Bokstigen 12/1203", "bor [adress]"),
        ("se Brogatan 8/3 först", "se [adress] först"),
        ("inget ljus.\nMvh\nKarin", "inget ljus.\nMvh\n[namn]"),
    ] {
        check(text, &nothing, expected);
    }
}

#[test]
fn technical_facts_stay() {
    let astrid = astrid();
    for text in [
        "accessId TN404352-30, VLAN 101, -22,5 dBm",
        "mäter 93/88 Mbit/s på port 0/3/2/57",
        "sedan 2026-11-20 kl 14:05, åter 20/11 kl 1405",
        "2026-03-01 14:05 ping 192.168.0.1 44 ms, 0 % loss",
        "leverans Karl Johansgatan 24, lgh 1101",
        "felkod 651, fw 10.9.7.64, lampan LOS blinkar rött",
        "speedtest: https://example.net/driftinfo",
        "lösenord fungerar inte efter omstart",
        "tid 08.30-09.30, rtt min/avg/max 2.0/6.0/19.2 ms",
        "sn HWTC6AC679F5",
    ] {
        check(text, &astrid, text);
    }
}

#[test]
fn a_protected_value_stands_only_whole_and_only_where_nobody_is_known_by_it() {
    // Looks like a personnummer, is an access id: exempt because it is known.
    let access = Vocabulary::new().protect("640421-4491");
    check("accessId 640421-4491", &access, "accessId 640421-4491");
    check("pnr 19640421-4491", &access, "pnr [personnummer]");
    check("pnr 6404214491", &access, "pnr [personnummer]");
    // The register knows it as both: the person wins.
    let both = Vocabulary::new().protect("121212-1212").mask(Kind::Personnummer, "19121212-1212");
    check("ref 121212-1212", &both, "ref [personnummer]");
    // A street that bears the customer's name.
    let karl = Vocabulary::new().mask(Kind::Person, "Karl Berg").protect("Karl Johansgatan 24");
    check("Karl bor Karl Johansgatan 24", &karl, "[namn] bor Karl Johansgatan 24");
    check("faktura Karl Johansgatan 24B", &karl, "faktura [adress]");
    // A VLAN that equals the door code does not open the door.
    let vlan = Vocabulary::new().protect("1606");
    check("VLAN 1606, portkod 1606", &vlan, "VLAN 1606, portkod [kod]");
    // A contact that the policy lets through.
    let contact = Vocabulary::new().mask(Kind::Person, "Astrid Lindqvist").protect("+46701740605");
    check("ring Astrid 070-174 06 05", &contact, "ring [namn] 070-174 06 05");
}

#[test]
fn the_known_alone_goes_where_nothing_is_guessed() {
    let check = |text: &str, vocabulary: &Vocabulary<'_>, expected: &str| {
        assert_eq!(redact_known(text, vocabulary).text(), expected, "{text}");
    };
    let astrid = astrid();
    for (text, expected) in [
        ("Lindqvists router", "[namn] router"),
        ("Astrid Lindkvist, 070-174 06 05", "[namn], [telefon]"),
        ("pnr 1912 1212 1212", "pnr [personnummer]"),
        // Somebody else, and what only looks like something.
        ("Kontakta Sven Nilsson, 070-174 06 99", "Kontakta Sven Nilsson, 070-174 06 99"),
        ("pnr 640823-3234, sjuk", "pnr 640823-3234, sjuk"),
        ("https://portal.example.se/r?t=abc", "https://portal.example.se/r?t=abc"),
        // Part of what may stand.
        ("Karl Johansgatan 24", "Karl Johansgatan 24"),
    ] {
        check(text, &astrid, expected);
    }
    let karl = Vocabulary::new().mask(Kind::Person, "Karl Berg").protect("Karl Johansgatan 24");
    check("Karl ringde från Karl Johansgatan 24", &karl, "[namn] ringde från Karl Johansgatan 24");
    let hobby = Vocabulary::new().mask(Kind::Other, "bredband");
    check("bredbandet, Bredband.", &hobby, "bredbandet, [uppgift].");
    // A vocabulary that has read a text still learns.
    let both = hobby.mask(Kind::Person, "Bo Ek");
    check("Bo, bredband", &both, "[namn], [uppgift]");
}

/// A register that was filled in by tabbing through it.
#[test]
fn a_name_without_letters_names_nobody() {
    for name in ["280", "-", "1 2 3", ". A"] {
        let nobody = Vocabulary::new().mask(Kind::Person, name);
        check("ring 280 eller A 1 2 3", &nobody, "ring 280 eller A 1 2 3");
    }
}

/// As many values as intake allows, over as much text, where each is nearly everywhere.
#[test]
fn many_known_values_in_a_long_text_are_found_in_bounded_time() {
    let names: Vec<String> = (0..250).map(|n| format!("Ab{n:x} Aba{n:x} Bergstr")).collect();
    let words: Vec<String> = (3..250).map(|n| "ab".repeat(n)).collect();
    let mut vocabulary = Vocabulary::new();
    for name in &names {
        vocabulary = vocabulary.mask(Kind::Person, name);
    }
    for word in &words {
        vocabulary = vocabulary.mask(Kind::CustomerNumber, word);
    }
    for pattern in ["ab ", "a.b. ", "bergst "] {
        grows_evenly(pattern, 8_000, |text| drop(redact_known(text, &vocabulary)));
    }
}

#[test]
fn spans_say_what_and_where() {
    let redacted =
        redact("A\u{30a}sa nås på 0701740605", &Vocabulary::new().mask(Kind::Person, "Åsa"));
    let spans: Vec<_> =
        redacted.spans().iter().map(|span| (span.start, span.end, span.kind, span.layer)).collect();
    assert_eq!(
        spans,
        [(0, 4, Kind::Person, Layer::KnownValue), (12, 22, Kind::Phone, Layer::Identifier)]
    );
    assert_eq!(redacted.counts(), BTreeMap::from([(Kind::Person, 1), (Kind::Phone, 1)]));
    assert_eq!(redacted.masked_share(), 64);
    assert_eq!(redact("", &Vocabulary::new()).masked_share(), 0);
}

#[test]
fn a_text_too_long_to_be_a_note_is_not_read() {
    let text = "å".repeat(LENGTH_MAX + 1);
    let redacted = redact(&text, &astrid());
    assert_eq!((redacted.text(), redacted.masked_share()), ("[text]", 100));
    assert!(redact(&text[..LENGTH_MAX], &astrid()).spans().is_empty());
}

/// How long this thread has computed. What other threads and programs do meanwhile does not count.
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// Four times the text takes about four times the work, not sixteen times.
#[track_caller]
fn grows_evenly(pattern: &str, length: usize, work: impl Fn(&str)) {
    const GROWTH_MAX: u32 = 9;
    // What a start costs, and what a clock cannot tell.
    const FLOOR: Duration = Duration::from_millis(20);
    let least = |length: usize| {
        let text: String = pattern.chars().cycle().take(length).collect();
        let took = |_| {
            let start = computed();
            work(&text);
            computed().saturating_sub(start)
        };
        (0..3).map(took).min().unwrap()
    };
    let (short, long) = (least(length / 4), least(length));
    assert!(long <= (short + FLOOR) * GROWTH_MAX, "{pattern:?}: {short:?}, then {long:?}");
}

#[test]
fn no_text_takes_long() {
    let patterns = [
        "1",
        "12 ",
        "0-",
        "070-",
        "1.1.1.1.",
        "a@",
        "@",
        "&",
        "Ã",
        "a:",
        "aa:",
        "portkod ",
        "portkod",
        "Astrid ",
        "astridlindqvist",
        "/A ",
        "Mvh ",
        "Anna ",
        "\u{301}",
        "\u{200b}",
        "\n> ",
        "19121212-",
        "121212-1212",
        "noll ",
        "kund 1",
        "född ",
        "reg a ",
        "http://",
        "x",
        "A.",
        "lgh ",
        "Sven Erikssons gata ",
        "kod,",
        "kod/a1/",
        "lösen a1!",
        "lösen var a-b-",
        "wifi \"",
        "S. ",
        "c/o ",
        "fyra ",
        "1 till porten ",
        "se #1 ",
    ];
    let astrid = astrid();
    for pattern in patterns {
        grows_evenly(pattern, LENGTH_MAX, |text| drop(redact(text, &astrid)));
    }
    // What is too long is not read.
    grows_evenly("19121212-1212 ", 8 * LENGTH_MAX, |text| drop(redact(text, &astrid)));
}

/// Texts made of the pieces that the rules are about, so that they meet in odd ways.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "19121212-1212", "1212", "121212", "070", "174 06 05", "+46", "0046", "@", "example.se", "(at)", "[dot]",
            "Astrid", "lindqvist", "Portkod", "är", ":", "4711", "198.51.100.7", "2001:db8::1", "TN404352-30", "-", " ",
            ".", ",", "\n> ", "\u{a0}", "\u{200b}", "\u{301}", "&ouml;", "Ã¶", "kund", "född", "Karl Johansgatan 24",
            "lgh 1101", "https://", "/", "[namn]", "o", "0", "1", "xxxx", "Mvh", "heter", "bankgiro",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[0-9 .-]{1,12}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A digit string with what people put between digits.
fn spelt(digits: &'static str) -> impl Strategy<Value = String> {
    let separators = prop::sample::select(vec![
        "", "", "", " ", "-", ".", "/", "\u{a0}", "\u{2013}", " - ", "\n", "\u{200b}",
    ]);
    prop::collection::vec(separators, digits.len()).prop_map(move |separators| {
        let spaced = digits.chars().zip(separators);
        spaced.flat_map(|(digit, gap)| std::iter::once(digit).chain(gap.chars())).collect()
    })
}

/// Upper or lower case, letter by letter.
fn cased(name: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(any::<bool>(), name.len()).prop_map(move |upper| {
        let letters = name.chars().zip(upper);
        letters
            .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect()
    })
}

proptest! {
    /// Whatever the text: no panic, spans in order and in bounds, and the text follows from them.
    #[test]
    fn spans_are_sound(text in prop_oneof![any::<String>(), odd_text()]) {
        let redacted = redact(&text, &astrid());
        let chars: Vec<char> = text.chars().collect();
        let mut rebuilt = String::new();
        let mut at = 0;
        for span in redacted.spans() {
            prop_assert!(at <= span.start && span.start < span.end && span.end <= chars.len());
            rebuilt.extend(&chars[at..span.start]);
            write!(rebuilt, "[{}]", span.kind.tag()).unwrap();
            at = span.end;
        }
        rebuilt.extend(&chars[at..]);
        prop_assert_eq!(redacted.text(), rebuilt);
    }

    /// What comes out holds no identity number and no e-mail address, as far as the guard can tell.
    #[test]
    fn nothing_shows_up_once_the_rest_is_gone(text in odd_text()) {
        let redacted = redact(&text, &astrid());
        prop_assert_eq!(identity::personnummer(redacted.text()), []);
        let again = redact(redacted.text(), &Vocabulary::new().protect("TN404352-30"));
        let counts = again.counts();
        prop_assert!(
            !counts.contains_key(&Kind::Personnummer) && !counts.contains_key(&Kind::Email),
            "{:?} of {:?}", redacted.text(), text
        );
    }

    /// No digit of a known number survives, however it is spelt.
    #[test]
    fn known_numbers_go_in_any_spelling(
        number in prop_oneof![
            spelt("191212121212"), spelt("1212121212"), spelt("0701740605"), spelt("46701740605"),
            spelt("0046701740605"), spelt("99120034"),
        ],
    ) {
        let redacted = redact(&format!("kund har {number} sedan länge"), &astrid());
        prop_assert!(!redacted.text().contains(|c: char| c.is_ascii_digit()), "{:?}", redacted.text());
    }

    /// No part of a known name survives, in any case and order.
    #[test]
    fn known_names_go_in_any_case(
        first in cased("astrid"),
        last in cased("lindqvist"),
        joint in prop::sample::select(vec![" ", "", ", ", "\u{a0}", "-", ".", "_", "\n"]),
        turned in any::<bool>(),
        genitive in prop::sample::select(vec!["", "s", "S"]),
    ) {
        let name = if turned { format!("{last}{joint}{first}{genitive}") } else { format!("{first}{joint}{last}{genitive}") };
        let redacted = redact(&format!("ok {name} har inget ljus"), &astrid());
        prop_assert_eq!(redacted.text(), "ok [namn] har inget ljus");
    }
}

/// Behind an `(at)`, a tag that stands where a number was is no domain.
#[test]
fn a_tag_is_no_domain() {
    let redacted = redact("skriv till o(at)19121212-1212. 0", &astrid());
    assert_eq!(redacted.text(), "skriv till o(at)[personnummer]. 0");
    assert_eq!(redact(redacted.text(), &astrid()).spans(), []);
}
