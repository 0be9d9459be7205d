//! Identifiers made of digits: personnummer, telephones, accounts and cards, dates of birth, customer
//! numbers, plates; also when they are spelled out, half hidden, or broken over a line.
//!
//! Digits that stand apart by spaces, dashes, dots or one line break are read as one number, in every
//! window that could be one; the longest that has a meaning wins. A check digit raises confidence and
//! never clears a number.
mod bank;
mod birth;
mod customer;
mod personnummer;
mod phone;
mod plates;
mod spoken;
mod window;
mod years;

use std::ops::Range;

pub(super) use self::birth::shortened as birth_shortened;
pub(super) use self::spoken::told;
use self::window::Window;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut done = 0;
    for at in 0..page.len() {
        let token = &page.tokens[at];
        if token.start < done || token.settled {
            continue;
        }
        let hit = if token.is_digits() { number(page, at) } else { word(page, at) };
        if let Some((kind, range, why)) = hit {
            done = range.end;
            found.push(Finding { range, kind, layer: Layer::Identifier, why });
        }
    }
    found
}

type Hit = (Kind, Range<usize>, Why);

/// What begins with a word: an IBAN, a plate, a number in words, a customer number with its letters.
fn word(page: &Page<'_>, at: usize) -> Option<Hit> {
    bank::iban(page, at)
        .or_else(|| customer::customer(page, at))
        .or_else(|| plates::plate(page, at))
        .or_else(|| plates::spelt_plate(page, at))
        .or_else(|| plates::chosen_plate(page, at))
        .or_else(|| spoken::spoken(page, at))
        .or_else(|| birth::born_in_words(page, at))
        .or_else(|| birth::month_first(page, at))
}

/// What begins with digits.
fn number(page: &Page<'_>, at: usize) -> Option<Hit> {
    let window = Window::new(page, at);
    personnummer::hidden(page, at)
        .or_else(|| bank::hidden_card(page, at))
        .or_else(|| bank::last_of_card(page, at))
        .or_else(|| window.best())
        .or_else(|| customer::customer(page, at))
        .or_else(|| spoken::spoken(page, at))
        .or_else(|| birth::birth(page, at, &window))
        .or_else(|| years::born(page, at))
        .or_else(|| personnummer::last_four(page, at))
}

fn masks(c: char) -> bool {
    matches!(c, 'x' | 'X' | '*' | '#' | '?' | '\u{2022}' | '_' | '\u{25cf}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    #[track_caller]
    fn check(text: &str, expected: &[(Kind, &str)]) {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        let found: Vec<_> =
            find(&page).into_iter().map(|finding| (finding.kind, &text[finding.range])).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn numbers_in_many_spellings() {
        check("pnr 19 121212-1212 ok", &[(Kind::Personnummer, "19 121212-1212")]);
        check("pnr 121212.1213", &[(Kind::Personnummer, "121212.1213")]);
        check("pnr 121212-xxxx", &[(Kind::Personnummer, "121212-xxxx")]);
        check("tel 0 7 0 1 7 4 0 6 0 5", &[(Kind::Phone, "0 7 0 1 7 4 0 6 0 5")]);
        check("00 46 70 1740605", &[(Kind::Phone, "00 46 70 1740605")]);
        check("070,1740605", &[(Kind::Phone, "070,1740605")]);
        check(
            "031 tre nio noll noll sex sjuttiofyra",
            &[(Kind::Phone, "031 tre nio noll noll sex sjuttiofyra")],
        );
        check("kort 4012 88** **** 1881", &[(Kind::Bank, "4012 88** **** 1881")]);
        check("SE45 5000 0000 0583 9825 7466", &[(Kind::Bank, "SE45 5000 0000 0583 9825 7466")]);
        check("född den 24:e april 1994", &[(Kind::BirthDate, "den 24:e april 1994")]);
        check("born 11th of December 1960", &[(Kind::BirthDate, "11th of December 1960")]);
        check("bilen MLB - 491", &[(Kind::Vehicle, "MLB - 491")]);
        check("ring pånoll sju noll ett sju fyra", &[(Kind::Phone, "noll sju noll ett sju fyra")]);
        check("pnr sju åtta t\nolv noll ett", &[(Kind::Personnummer, "sju åtta t\nolv noll ett")]);
        check(
            "född den åttonde maj nittonhundrafem",
            &[(Kind::BirthDate, "den åttonde maj nittonhundrafem")],
        );
        check("dottern (3 nov\n-84)", &[(Kind::BirthDate, "3 nov\n-84")]);
        check("pnr 12121\n2-****", &[(Kind::Personnummer, "12121\n2-****")]);
        check("(0)8-465 004 05", &[(Kind::Phone, "(0)8-465 004 05")]);
        check("bil på gården: ont12k", &[(Kind::Vehicle, "ont12k")]);
        check("KAB 12D parked outside", &[(Kind::Vehicle, "KAB 12D")]);
        check("kundnr K551\n5839", &[(Kind::CustomerNumber, "K551\n5839")]);
    }

    #[test]
    fn dates_times_and_references_are_none() {
        for text in [
            "sedan 2026-03-01 14:05",
            "2026-03-01 1405",
            "tid 08.30-09.30",
            "ordernr 4609658617",
            "max 12 Mbit/s på 1000/1000",
            "VLAN 1606, port 0/3/2/57",
            "vlan 985 och ont 123",
        ] {
            check(text, &[]);
        }
    }
}
