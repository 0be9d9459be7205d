//! Codes of letters and digits that the trade knows: references with their prefix, models, serial
//! numbers, releases, names of machines; and plates, which are somebody's.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Case, Page};

/// How our own and the operators' references begin.
const PREFIXES: [&str; 34] = [
    "inc", "tt", "cs", "sd", "ord", "ko", "tel", "ref", "sr", "req", "ritm", "chg", "tkt", "wo",
    "case", "ticket", "tn", "ac", "stta", "fel", "tck", "task", "prb", "sap", "gc", "ipo", "ir",
    "it", "nr", "ao", "so", "po", "bb", "hd",
];

/// Codes of the trade: references with their prefix, models behind their maker, hexadecimal.
pub(super) fn coded(page: &Page<'_>, group: &Range<usize>, digits: usize, text: &str) -> bool {
    let first = group.start;
    let token = &page.tokens[first];
    let lower = page.lower(first);
    if token.is_word() {
        // `v2411`: a week.
        let week = page
            .tokens
            .get(first + 1)
            .filter(|next| next.glued && next.length == 4)
            .map(|_| page.str(first + 1));
        if lower == "v"
            && week.is_some_and(|week| {
                ("20".."41").contains(&&week[..2]) && ("01".."54").contains(&&week[2..])
            })
        {
            return true;
        }
        if token.length > 1
            && token.says.any(Says::TECHNICAL.and(Says::DOMAIN).and(Says::UNIT))
            && digits <= 5
        {
            return true;
        }
        // `SNMPv3`: the version of a protocol.
        let protocol = token.length >= 3
            && page.str(first).ends_with('v')
            && digits == 1
            && page.str(first).trim_end_matches('v').chars().all(char::is_uppercase);
        if protocol || PREFIXES.contains(&lower) && digits >= 4 {
            return true;
        }
    }
    if prefixed(page, group) {
        return true;
    }
    // `U2000`: a system by its letter and its round number.
    let round = text.len() == 5
        && token.case == Case::Upper
        && token.length == 1
        && text.ends_with("000")
        && !personal(page, first);
    if round || serial(text) || release(text) || host(page, group) {
        return true;
    }
    if lower == "0" && text.len() <= 12 && text[1..].starts_with(['x', 'X']) {
        return true;
    }
    // A release behind a model: `ZTE F680 BBD6991_R2`.
    let release = page.cued(first, Says::BRAND, 6)
        && text.contains(['_', '.'])
        && (token.case == Case::Upper || page.caseless)
        && !personal(page, first);
    branded(page, first) && digits <= 5 || release
}

/// Behind a maker: `Huawei HG8245`, `Genexis Platinum 7840`.
pub(super) fn branded(page: &Page<'_>, first: usize) -> bool {
    (1..=2).any(|back| {
        first >= back
            && page.says(first - back).any(Says::BRAND)
            && (0..back).all(|n| matches!(page.gap(first - n), " " | "-" | "\n" | "!"))
    })
}

/// What makes a number with letters before it somebody's.
const PERSONAL: Says = Says::CUSTOMER
    .and(Says::BANK)
    .and(Says::PNR)
    .and(Says::BIRTH)
    .and(Says::VEHICLE)
    .and(Says::CREDENTIAL);

/// Whether one of the words before says that the number is somebody's.
fn personal(page: &Page<'_>, first: usize) -> bool {
    const WITHIN: usize = 4;
    page.cued(first, PERSONAL, WITHIN)
}

/// Capitals and a long number: `FB9999481`, `ÖN-73206`, `OPN-A5007-437`. So are the ids and references
/// of every operator and system; what a person has of that shape stands behind a word for it.
fn prefixed(page: &Page<'_>, group: &Range<usize>) -> bool {
    const DIGITS_MIN: usize = 5;
    let mut start = group.start;
    while start > 0
        && page.gap(start) == "-"
        && page.tokens[start - 1].is_word()
        && page.tokens[start - 1].length <= 4
    {
        start -= 1;
    }
    let first = &page.tokens[start];
    let upper =
        first.case == Case::Upper || page.caseless && first.case == Case::Lower && first.length > 1;
    let pieces = &page.tokens[start..group.end];
    let digits: usize =
        pieces.iter().filter(|token| token.is_digits()).map(|token| token.length).sum();
    let letters: usize =
        pieces.iter().filter(|token| token.is_word()).map(|token| token.length).sum();
    let tight = (start + 1..group.end).all(|at| matches!(page.gap(at), "" | "-" | "." | "/"));
    first.is_word()
        && upper
        && (first.case == Case::Upper || !first.says.is_word() || digits > 6)
        && (1..=5).contains(&first.length)
        && letters <= 7
        && (digits >= DIGITS_MIN || digits + 1 >= DIGITS_MIN && group.end - start > 3)
        && page.tokens[group.end - 1].is_digits()
        && tight
        && !personal(page, start)
}

/// A year and a running number: `2025-12345`.
fn yearly(page: &Page<'_>, group: &Range<usize>) -> bool {
    let [year, number] = &page.tokens[group.clone()] else { return false };
    year.is_digits()
        && number.is_digits()
        && year.length == 4
        && ("2015".."2040").contains(&page.str(group.start))
        && (4..=6).contains(&number.length)
        && matches!(page.gap(group.start + 1), "-" | "/")
        && !personal(page, group.start)
}

/// The number of a ticket with its sign: `#12345`. Four digits are a code of a door as well.
fn ticked(page: &Page<'_>, group: &Range<usize>) -> bool {
    let [number] = &page.tokens[group.clone()] else { return false };
    number.is_digits()
        && (5..=8).contains(&number.length)
        && page.gap(group.start).ends_with('#')
        && !page.gap_after(group.start).starts_with(['#', '*'])
        && !page.cued(group.start, PERSONAL.and(Says::PHONE), 8)
}

/// Numbers that count cases: of a year, or behind the sign of a ticket.
pub(super) fn counted(page: &Page<'_>, group: &Range<usize>) -> bool {
    yearly(page, group) || ticked(page, group)
}

/// The serial number of an optical terminal (G.984.3): four letters for its maker, eight hexadecimal
/// digits.
fn serial(text: &str) -> bool {
    hexadecimal_serial(text)
        || text.len() == 12
            && text.is_ascii()
            && text[..4].bytes().all(|byte| byte.is_ascii_alphabetic())
            && text[4..].bytes().all(|byte| byte.is_ascii_hexdigit())
            && text[4..].bytes().filter(u8::is_ascii_digit).count() >= 2
}

/// The same with its letters as the numbers that stand for them: `48575443` for `HWTC`.
fn hexadecimal_serial(text: &str) -> bool {
    const PAIRS: usize = 8;
    text.len() == 2 * PAIRS
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (0..4).all(|pair| {
            u8::from_str_radix(&text[2 * pair..2 * pair + 2], 16)
                .is_ok_and(|letter| letter.is_ascii_uppercase())
        })
}

/// The name of a release: `R19C90SPC283`, `V300R016C10`.
fn release(text: &str) -> bool {
    let mut digits = 0;
    let mut letters = String::new();
    for char in text.chars() {
        match char {
            '0'..='9' => digits += 1,
            char if char.is_ascii_alphabetic() => letters.push(char.to_ascii_lowercase()),
            _ => return false,
        }
    }
    digits >= 4
        && matches!(letters.as_str(), "rc" | "vrc" | "rcspc" | "vrcspc" | "rcb" | "vrcb" | "rcsph")
}

/// The name of a part of the network: `core-rtr-3`, `hvk-olt-2`.
fn host(page: &Page<'_>, group: &Range<usize>) -> bool {
    let mut start = group.start;
    while start > 0 && page.gap(start) == "-" && page.tokens[start - 1].is_word() {
        start -= 1;
    }
    let digits = |at: usize| page.tokens[at].is_digits() && page.tokens[at].length > 3;
    group.len() <= 8
        && !(start..group.end).any(digits)
        && (start..group.end).any(|at| {
            matches!(
                page.lower(at),
                "rtr"
                    | "sw"
                    | "olt"
                    | "core"
                    | "dist"
                    | "acc"
                    | "bng"
                    | "bras"
                    | "agg"
                    | "dslam"
                    | "odf"
                    | "pe"
                    | "cr"
                    | "rt"
                    | "switch"
                    | "router"
                    | "node"
                    | "nod"
                    | "gw"
                    | "msan"
                    | "edge"
                    | "access"
            )
        })
}

/// Three letters, two digits and a digit or a letter.
pub(super) fn plate(page: &Page<'_>, group: &Range<usize>) -> bool {
    let text = &page.text[page.span(group.clone())];
    let bare: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let word = &page.tokens[group.start];
    bare.len() == 6
        && word.is_word()
        && word.length == 3
        && !word.says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT))
        && bare[3].is_ascii_digit()
        && bare[4].is_ascii_digit()
        && bare[5].is_ascii_alphanumeric()
        && matches!(word.case, Case::Upper | Case::Lower)
}
