//! Numbers that are explained by a word for a reference: of ours, of an operator, of a parcel.

use std::ops::Range;

use super::super::identity;
use super::super::lexicon::Says;
use super::super::page::Page;

/// Numbers that stand right behind the word for a reference and have no valid check digit; firmware
/// behind its word. They may look like anything.
pub(in crate::guard) fn references(page: &Page<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for at in 1..page.len() {
        let token = &page.tokens[at];
        if token.settled || token.glued {
            continue;
        }
        let says = page.says(at - 1);
        let letter = token.length == 1 && matches!(page.lower(at), "v" | "r");
        if !(token.is_digits() || letter || says.any(Says::BRAND.and(Says::VERSION))) {
            continue;
        }
        // `Genexis Pure ED504`: a maker, a model.
        let named = token.says.is_name() && !token.says.is_word();
        if says.any(Says::BRAND)
            && page.gap(at) == " "
            && token.is_capital()
            && token.length > 1
            && !named
        {
            let mut last = page.cluster(at).end;
            if last < page.len()
                && page.gap(last) == " "
                && page.tokens[last].is_capital()
                && page.tokens.get(last + 1).is_some_and(|next| next.glued && next.is_digits())
            {
                last = page.cluster(last).end;
            }
            let range = page.span(at..last);
            if range.len() <= 16 {
                found.push(range);
            }
            continue;
        }
        let near = page.gap(at).len() <= 3
            && page.gap(at).trim_matches([' ', ':', '#', '.']).is_empty()
            && !page.gap(at).contains(". ");
        if token.is_digits() && near && is_reference(page, at) {
            let second =
                page.tokens.get(at + 1).filter(|next| next.is_digits() && page.gap(at + 1) == "-");
            let last = if second.is_some() { at + 1 } else { at };
            let digits: String =
                page.text[page.span(at..last + 1)].chars().filter(char::is_ascii_digit).collect();
            let whole = page.tokens.get(last + 1).is_none_or(|next| {
                !(next.glued || next.is_digits() && matches!(page.gap(last + 1), "-" | " "))
            });
            let checked = digits.len() >= 10 && identity::luhn(&digits[digits.len() - 10..]);
            let mobile = second.is_some() && digits.starts_with('0') && !is_ours(page, at);
            let lengths = [9, 10, 12].contains(&digits.len())
                || is_ours(page, at) && (5..=12).contains(&digits.len());
            if whole && lengths && !checked && !mobile {
                found.push(page.span(at..last + 1));
            }
        }
        // `V5.13(ACEB.3)C0`, by its form or behind `fw`.
        let versioned = near && says.any(Says::VERSION) && page.tokens[at - 1].length > 1;
        if !versioned && !letter {
            continue;
        }
        let rest = &page.text[token.start..];
        let chunk =
            rest.split([' ', '\n', ',', ';']).next().unwrap_or_default().trim_end_matches('.');
        let numbered =
            letter && chunk[1..].starts_with(|c: char| c.is_ascii_digit()) && chunk.contains('.');
        if (versioned && chunk.bytes().any(|byte| byte.is_ascii_digit()) || numbered)
            && chunk.len() <= 24
            && !chunk.contains('@')
        {
            let digits = chunk.bytes().filter(u8::is_ascii_digit).count();
            let run = chunk.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
            if digits <= 12 && run < 6 {
                found.push(token.start..token.start + chunk.len());
            }
        }
    }
    found
}

/// What may stand between the word for a reference and its number.
const NUMBERS: [&str; 7] = ["nr", "nummer", "no", "number", "id", "numret", "num"];

/// Whether the word for a reference stands right before, and nothing that tells of a person.
fn is_reference(page: &Page<'_>, at: usize) -> bool {
    let personal = Says::CUSTOMER
        .and(Says::BANK)
        .and(Says::PHONE)
        .and(Says::PNR)
        .and(Says::BIRTH)
        .and(Says::CREDENTIAL);
    // `larm-id`, `anl-id`: the parts say something else.
    if at > 1
        && page.gap(at - 1) == "-"
        && matches!(page.lower(at - 1), "id" | "nr" | "nummer")
        && matches!(
            page.lower(at - 2),
            "larm"
                | "anl"
                | "access"
                | "uttags"
                | "objekt"
                | "anslutnings"
                | "anläggnings"
                | "kopplings"
                | "nod"
                | "box"
                | "dosa"
        )
    {
        return true;
    }
    let before = page.says(at - 1);
    // Somebody who has shown an `ID`.
    let bare = page.lower(at - 1) == "id"
        && !(at > 1
            && page.says(at - 2).any(Says::REFERENCE.and(Says::TECHNICAL).and(Says::SERIAL)));
    if bare {
        return false;
    }
    let second = if NUMBERS.contains(&page.lower(at - 1)) && at > 1 && page.gap(at - 1).len() <= 1 {
        page.says(at - 2)
    } else {
        Says::default()
    };
    before.and(second).any(Says::REFERENCE) && !before.and(second).any(personal)
}

/// Whether the word for a reference right before can be nothing else: `spårningsnr`, not `ref`.
fn is_ours(page: &Page<'_>, at: usize) -> bool {
    const LOOSE: [&str; 14] = [
        "id",
        "ref",
        "refnr",
        "referens",
        "reference",
        "case",
        "caseid",
        "tjänst",
        "service",
        "kampanj",
        "uttag",
        "po",
        "subscription",
        "objekt",
    ];
    let word = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
    let second = at > 1 && NUMBERS.contains(&word(1)) && page.says(at - 2).any(Says::REFERENCE);
    let cue = if second { word(2) } else { word(1) };
    is_reference(page, at) && !LOOSE.contains(&cue)
}

/// Another case of ours is named: `samma fel som 95975142`, `ärendet hör ihop med #185523`.
pub(super) fn linked(page: &Page<'_>, at: usize, digits: usize) -> bool {
    const WORDS_MAX: usize = 6;
    // `Se 2026244896`: a year and a running number.
    let yearly =
        digits == 10 && ["201", "202", "203"].iter().any(|year| page.str(at).starts_with(year));
    if !((5..=9).contains(&digits) || yearly)
        || page.str(at).starts_with('0')
        || page.cued(at, Says::PHONE.and(Says::CUSTOMER), 6)
    {
        return false;
    }
    let word = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
    let told = matches!(
        (word(3), word(2), word(1)),
        (_, "fel" | "ärende" | "problem" | "fault" | "issue" | "case", "som" | "as")
            | ("hör", "ihop", "med")
            | (
                _,
                "kopplat" | "länkat" | "kopplad" | "länkad" | "related" | "linked" | "refererar",
                "till" | "to"
            )
            | (_, "dubblett" | "dublett" | "duplicate", "av" | "till" | "of" | "på")
            | (_, "se", "även" | "också")
            | (_, _, "se" | "see")
    );
    let hash = page.gap(at).ends_with('#');
    told || hash
        && (1..=WORDS_MAX)
            .any(|back| at.checked_sub(back).is_some_and(|at| page.says(at).any(Says::REFERENCE)))
}
