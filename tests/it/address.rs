//! Addresses: the forms in which they are written, and which access is meant by one.

#![cfg(test)]

use proptest::prelude::*;
use sluss::address::{
    Access, AccessState, Doubt, Found, Listed, NoPlace, Place, PlaceParts, Premises, Written,
    parse, resolve,
};
use sluss::domain::{AccessId, RecipientId};
use unicode_normalization::UnicodeNormalization;

/// A row of a list: its id, kind, and fields of its place.
fn row(id: &str, premises: Premises, parts: PlaceParts<'_>) -> Listed {
    let filled = PlaceParts {
        postcode: if parts.postcode.is_empty() { "99910" } else { parts.postcode },
        city: if parts.city.is_empty() { "Slussköping" } else { parts.city },
        ..parts
    };
    let written = Written {
        street: filled.street.to_owned(),
        number: filled.number.to_owned(),
        littera: filled.littera.to_owned(),
        apartment: filled.apartment.to_owned(),
        distinguisher: filled.distinguisher.to_owned(),
        outlet: filled.outlet.to_owned(),
        postcode: filled.postcode.to_owned(),
        city: filled.city.to_owned(),
    };
    let id = AccessId::parse(id).unwrap();
    Listed {
        recipient: RecipientId::parse("globalconnect").unwrap(),
        access: Access::new(id, written, premises, AccessState::Connected),
    }
}

fn house(id: &str, street: &str, number: &str, littera: &str) -> Listed {
    let parts = PlaceParts { street, number, littera, ..PlaceParts::default() };
    row(id, Premises::House, parts)
}

fn flat(id: &str, street: &str, number: &str, apartment: &str, distinguisher: &str) -> Listed {
    let parts = PlaceParts { street, number, apartment, distinguisher, ..PlaceParts::default() };
    row(id, Premises::Apartment, parts)
}

/// The id of the one that is meant, or why nobody can tell: `-` for none.
fn meant(words: &str, rows: &[Listed]) -> String {
    match parse(words) {
        Err(no) => format!("{no:?}"),
        Ok(place) => found(&resolve(&place, rows)),
    }
}

fn found(found: &Found<'_>) -> String {
    match found {
        Found::One(listed) => listed.access.id.to_string(),
        Found::None => "-".to_owned(),
        Found::Doubt(doubt, _) => doubt.as_str().to_owned(),
    }
}

#[track_caller]
fn check(rows: &[Listed], cases: &[(&str, &str)]) {
    for (words, expected) in cases {
        assert_eq!(meant(words, rows), *expected, "{words}");
    }
}

#[test]
fn form_1_number_and_letter() {
    let rows = [house("A", "Kungsgatan", "10", "G"), house("B", "Kungsgatan", "10", "H")];
    check(
        &rows,
        &[
            ("Kungsgatan 10G, 999 10 Slussköping", "A"),
            ("Kungsgatan 10 G\n99910 Slussköping", "A"),
            ("KUNGSGATAN 10g 999 10 SLUSSKÖPING", "A"),
            ("Kungsgatan 10 H, SE-999 10", "B"),
            ("Kungsgatan 10, 99910", "entrance"),
            ("Kungsgatan 10I, 99910", "-"),
            ("Kungsgatan 11G, 99910", "-"),
            ("Kungsgatan 10G, 99911", "-"),
        ],
    );
}

#[test]
fn form_2_metre_address_with_a_letter() {
    let rows = [house("A", "Bergbyvägen", "652-16", "A"), house("B", "Bergbyvägen", "652", "")];
    check(
        &rows,
        &[
            ("Bergbyvägen 652-16A, 99910", "A"),
            ("Bergbyvägen 652–16 A, 99910", "A"),
            ("Bergbyvägen 652, 99910", "B"),
        ],
    );
}

#[test]
fn form_3_metre_address_in_both_encodings() {
    for rows in [[house("A", "Lantvägen", "550-70", "")], [house("A", "Lantvägen", "550", "70")]]
    {
        check(&rows, &[("Lantvägen 550-70, 99910", "A"), ("Lantvägen 550, 99910", "-")]);
    }
    let rows = [house("A", "Bergbyvägen", "652", "16A")];
    check(&rows, &[("Bergbyvägen 652-16A, 99910", "A")]);
}

#[test]
fn form_4_a_short_metre_address_is_no_range() {
    let rows = [house("A", "Dalsjövägen", "58-27", "")];
    check(&rows, &[("Dalsjövägen 58-27, 99910", "A"), ("Dalsjövägen 58, 99910", "-")]);
}

#[test]
fn form_5_what_may_be_a_range_is_a_persons_to_tell() {
    let rows = [house("A", "Storgatan", "12-14", ""), house("B", "Storgatan", "16", "")];
    check(
        &rows,
        &[
            ("Storgatan 12-14, 99910", "range"),
            ("Storgatan 12, 99910", "range"),
            ("Storgatan 13, 99910", "range"),
            ("Storgatan 14-18, 99910", "range"),
            ("Storgatan 16, 99910", "B"),
            ("Storgatan 11, 99910", "-"),
        ],
    );
}

#[test]
fn forms_6_and_7_an_apartment_and_its_leading_zero() {
    let rows = [
        flat("A", "Testvägen", "100", "1101", ""),
        flat("B", "Testvägen", "100", "0901", ""),
        flat("C", "Testvägen", "100", "9010", ""),
    ];
    check(
        &rows,
        &[
            ("Testvägen 100 lgh 1101, 99910", "A"),
            ("Testvägen 100, lgh 0901, 999 10 Slussköping", "B"),
            ("Testvägen 100 Lägenhet nr 1101, 99910", "A"),
            ("Testvägen 100 lgh1101, 99910", "A"),
            // 901 is no number of Lantmäteriet: it may be anything.
            ("Testvägen 100 lgh 901, 99910", "label"),
            ("Testvägen 100 lgh 1102, 99910", "-"),
            ("Testvägen 100, 99910", "apartment"),
        ],
    );
}

#[test]
fn form_8_a_number_of_the_house_itself() {
    let rows = [flat("A", "Testvägen", "100", "", "28"), flat("B", "Testvägen", "100", "", "1101")];
    check(
        &rows,
        &[
            ("Testvägen 100 lgh 28 (föreningens nr), 99910", "A"),
            ("Testvägen 100 lgh 28, 99910", "A"),
            ("Testvägen 100 lgh 1101 (föreningens nr), 99910", "B"),
            // Four digits are Lantmäteriet's, and the list does not have those.
            ("Testvägen 100 lgh 1101, 99910", "label"),
        ],
    );
}

#[test]
fn form_9_both_numbers_in_one_field() {
    let one = flat("A", "Testvägen", "100", "1002;198-234B12", "");
    let two = flat("A", "Testvägen", "100", "1002", "198-234B12");
    let three = flat("A", "Testvägen", "100", "", "1002;198-234B12");
    for rows in [[one], [two], [three]] {
        check(
            &rows,
            &[
                ("Testvägen 100 lgh 1002, 99910", "A"),
                ("Testvägen 100 lgh 198-234B12, 99910", "A"),
                ("Testvägen 100 lgh 1002;198-234B12, 99910", "A"),
                ("Testvägen 100 lgh 1002;198-234B13, 99910", "-"),
            ],
        );
    }
}

#[test]
fn forms_10_and_11_village_and_farm() {
    let rows = [house("A", "Gagnbyn", "14", ""), house("B", "Östra byn Nygården", "3", "")];
    check(
        &rows,
        &[
            ("Gagnbyn 14, 99910", "A"),
            ("Östra byn, Nygården 3, 999 10 Slussköping", "B"),
            ("Östra byn Nygården 3, 99910", "B"),
            // The farm's name alone may be another village's.
            ("Nygården 3, 99910", "-"),
        ],
    );
}

#[test]
fn form_12_several_stairs_behind_one_number() {
    let rows = [house("A", "Hamngatan", "5", "UH"), house("B", "Hamngatan", "5", "U2")];
    check(
        &rows,
        &[
            ("Hamngatan 5 UH, 99910", "A"),
            ("Hamngatan 5 u2, 99910", "B"),
            ("Hamngatan 5, 99910", "entrance"),
        ],
    );
}

#[test]
fn form_13_several_entrances_at_once() {
    let rows = [house("A", "Smedjegatan", "7", "A"), house("B", "Smedjegatan", "7", "B")];
    check(&rows, &[("Smedjegatan 7 A-C, 99910", "range"), ("Smedjegatan 7A, 99910", "A")]);
    let rows = [house("A", "Smedjegatan", "7", "A-C")];
    check(&rows, &[("Smedjegatan 7 A-C, 99910", "range"), ("Smedjegatan 7B, 99910", "range")]);
}

#[test]
fn forms_14_and_15_neither_care_of_nor_box() {
    let rows = [
        house("A", "Ekvägen", "3", ""),
        house("B", "Box", "2820", ""),
        house("C", "Boxvägen", "1", ""),
    ];
    check(
        &rows,
        &[
            ("c/o Svensson, Ekvägen 3, 99910", "CareOf"),
            ("C/O Svensson\nEkvägen 3", "CareOf"),
            ("Ekvägen 3, c/o Svensson", "CareOf"),
            ("Box 2820, 403 20 Göteborg", "PostBox"),
            ("BOX 2820", "PostBox"),
            ("Poste restante, 999 10 Slussköping", "PostBox"),
            ("Boxvägen 1, 99910", "C"),
        ],
    );
}

#[test]
fn form_16_no_number() {
    let rows = [
        house("A", "Fyrvägen", "", ""),
        house("B", "Dragverket", "166", ""),
        house("C", "Norrgården 1:66", "", ""),
    ];
    check(
        &rows,
        &[
            ("Fyrvägen, Slussköping", "A"),
            ("Fyrvägen, 99910", "A"),
            ("Fyrvägen 2, 99910", "-"),
            ("Dragverket 166, 99910", "B"),
            ("Dragverket, 99910", "house-number"),
            ("Norrgården 1:66, 99910", "C"),
        ],
    );
}

#[test]
fn form_17_case_forms_of_unicode_and_lost_marks() {
    let rows = [house("A", "Åsgatan", "1", ""), house("B", "Allégatan", "1", "")];
    let nfd: String = "Åsgatan 1, 99910 Slussköping".nfd().collect();
    check(
        &rows,
        &[
            (&nfd, "A"),
            ("ÅSGATAN 1, 99910", "A"),
            ("Ã…sgatan 1, 99910", "A"),
            ("ASGATAN 1, 99910", "A"),
            ("Allegatan 1, 99910", "B"),
            // Without a postcode too much is lost to be sure.
            ("ASGATAN 1, Slussköping", "spelling"),
            // Another mark is another letter.
            ("Äsgatan 1, 99910", "spelling"),
        ],
    );
    // The list has lost them.
    check(&[house("A", "ASGATAN", "1", "")], &[("Åsgatan 1, 99910", "A")]);
    check(&[house("A", "Ã…sgatan", "1", "")], &[("Åsgatan 1, 99910", "A")]);
    // Both are there, so that each is itself.
    let both = [house("A", "Åsgatan", "1", ""), house("B", "Asgatan", "1", "")];
    check(&both, &[("Åsgatan 1, 99910", "A"), ("asgatan 1, 99910", "B")]);
}

#[test]
fn form_18_one_name_in_two_parts_of_a_town() {
    let at = |id, postcode, city| {
        let parts = PlaceParts {
            street: "Skolgatan",
            number: "2",
            postcode,
            city,
            ..PlaceParts::default()
        };
        row(id, Premises::House, parts)
    };
    let rows = [at("A", "99910", ""), at("B", "99920", ""), at("C", "99930", "Annanstad")];
    check(
        &rows,
        &[
            ("Skolgatan 2, 99910 Slussköping", "A"),
            ("Skolgatan 2, 999 20", "B"),
            ("Skolgatan 2, Slussköping", "postcode"),
            ("Skolgatan 2, Annanstad", "C"),
            ("Skolgatan 2", "postcode"),
            // Postcode and city do not fit each other.
            ("Skolgatan 2, 99910 Annanstad", "postcode"),
        ],
    );
}

#[test]
fn form_19_a_military_site_is_handled_by_hand() {
    let rows = [house("A", "Regementsvägen", "", ""), house("B", "Kaserngatan", "4", "")];
    check(
        &rows,
        &[
            ("Kasern 4, Regementsvägen, 99910", "Guarded"),
            ("FÖRSVARSBYGGNAD 12", "Guarded"),
            ("Kaserngatan 4, 99910", "B"),
        ],
    );
}

#[test]
fn form_20_several_outlets_and_what_is_nobodys() {
    let outlet = |id, outlet| {
        let parts = PlaceParts { street: "Ekvägen", number: "3", outlet, ..PlaceParts::default() };
        row(id, Premises::House, parts)
    };
    let mut rows = vec![outlet("A", "A-11-14"), outlet("B", "A-11-15")];
    check(&rows, &[("Ekvägen 3, 99910", "several")]);
    let parts = PlaceParts {
        street: "Ekvägen",
        number: "3",
        outlet: "a-11-15",
        postcode: "99910",
        ..PlaceParts::default()
    };
    assert_eq!(found(&resolve(&Place::new(&parts), &rows)), "B");
    // One that is no part of the network any more is not meant, where another one is there.
    rows[0].access.state = AccessState::Disconnected;
    check(&rows, &[("Ekvägen 3, 99910", "B")]);
    rows.remove(1);
    check(&rows, &[("Ekvägen 3, 99910", "A")]);
    rows[0].access.premises = Premises::Common;
    check(&rows, &[("Ekvägen 3, 99910", "-")]);
}

#[test]
fn form_21_a_row_house_coded_as_an_apartment() {
    let rows = [flat("A", "Radvägen", "1", "", ""), flat("B", "Radvägen", "2", "", "Radhus B")];
    check(
        &rows,
        &[
            ("Radvägen 1, 99910", "A"),
            ("Radvägen 1 lgh 1001, 99910", "apartment"),
            ("Radvägen 2, 99910", "apartment"),
        ],
    );
}

#[test]
fn a_house_beside_apartments_is_not_taken_for_granted() {
    let rows = [house("A", "Torget", "1", ""), flat("B", "Torget", "1", "1001", "")];
    check(&rows, &[("Torget 1, 99910", "apartment"), ("Torget 1 lgh 1001, 99910", "apartment")]);
}

#[test]
fn what_is_no_address_is_said_to_be_none() {
    for (words, expected) in [
        ("", NoPlace::Blank),
        (" ,\n, ", NoPlace::Blank),
        ("999 10 Slussköping", NoPlace::Blank),
        (&"x".repeat(301), NoPlace::TooLong),
    ] {
        assert_eq!(parse(words).err(), Some(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever comes, nothing panics, and the same words mean the same.
    #[test]
    fn any_words_are_read(words in "\\PC{0,80}", other in ".{0,320}") {
        let rows = [house("A", "Kungsgatan", "10", "G")];
        prop_assert_eq!(meant(&words, &rows), meant(&words, &rows));
        let _ = parse(&other);
    }

    /// An address finds its own row among others, however it is spelled; and one that is not listed
    /// finds none of them.
    #[test]
    fn an_address_finds_its_own_row_and_no_other(
        street in "[A-ZÅÄÖ][a-zåäöéü]{3,12}(gatan|vägen| gränd)",
        number in 1_u32..200,
        littera in "[A-H]?",
        apartment in prop::option::of(0_u32..2_000),
        others in prop::collection::vec((1_u32..200, "[A-H]?"), 0..6),
        spelling in 0..4,
    ) {
        let mark = apartment.map(|n| format!("{n:04}"));
        let own = match &mark {
            Some(mark) => row("OWN", Premises::Apartment, PlaceParts {
                street: &street, number: &number.to_string(), littera: &littera, apartment: mark,
                ..PlaceParts::default()
            }),
            None => house("OWN", &street, &number.to_string(), &littera),
        };
        let elsewhere = others.iter().filter(|(n, _)| *n != number).enumerate();
        let mut rows: Vec<Listed> = elsewhere
            .map(|(at, (n, l))| house(&format!("B{at}"), &street, &n.to_string(), l))
            .collect();
        let unit = mark.map_or_else(String::new, |mark| format!(" lgh {mark}"));
        let words = format!("{street} {number}{littera}{unit}, 999 10 Slussköping");
        let words: String = match spelling {
            0 => words,
            1 => words.nfd().collect(),
            2 => words.to_uppercase(),
            _ => words.to_lowercase(),
        };
        prop_assert_eq!(meant(&words, &rows), "-");
        rows.push(own);
        prop_assert_eq!(meant(&words, &rows), "OWN");
        // A twin makes it a person's to tell.
        rows.push(rows[rows.len() - 1].clone());
        prop_assert_eq!(meant(&words, &rows), Doubt::Several.as_str());
    }
}
