//! Registration plates.

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::super::{Kind, Why};
use super::Hit;

/// Three letters and three signs: `ABC 123`, `ABC12D`.
pub(super) fn plate(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let digits = page.tokens.get(at + 1).filter(|next| next.is_digits() && !next.settled)?;
    let gap = page.gap(at + 1);
    if token.length != 3
        || token.glued
        || token.settled
        || !matches!(gap, "" | " " | "-" | " - " | "\n" | "  " | ":" | "_" | "-\n" | "\n-")
    {
        return None;
    }
    let letter =
        page.tokens.get(at + 2).filter(|next| next.glued && next.is_word() && next.length == 1);
    let end = match (digits.length, letter) {
        (3, None) => digits.end,
        (2, Some(letter)) => letter.end,
        _ => return None,
    };
    if page.tokens.get(page.token_at(end)).is_some_and(|next| next.start == end) {
        return None;
    }
    // `arb 031-390 06 03`: the area of a telephone.
    let area = gap == " "
        && page.gap_after(at + 1) == "-"
        && page.str(at + 1).starts_with('0')
        && page.tokens.get(at + 2).is_some_and(super::super::page::Token::is_digits);
    if area {
        return None;
    }
    let cued = page.cued(at, Says::VEHICLE, 8);
    let upper = token.case == Case::Upper
        && !page.caseless
        && !token.says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::MONTH));
    let solid =
        gap.is_empty() && !token.says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT));
    let shouted = page.caseless && token.case == Case::Upper && !token.says.is_word();
    // `regnr ONT 123`, `reg.nr ONT 123`: said to be a plate, whatever its letters mean.
    let numbered = at > 1 && page.lower(at - 1) == "nr" && page.says(at - 2).any(Says::VEHICLE);
    let direct = (page.follows(at, Says::VEHICLE) || numbered) && page.gap(at).len() <= 2;
    let unknown = !token.says.is_word() && !token.says.is_name() && digits.length == 3;
    // `kundens fel74b`: in one piece a few words behind a car, whatever its letters mean.
    let parked = gap.is_empty() && page.cued(at, Says::VEHICLE, 4);
    // `TRE 88S parked`, `OBS 12K står`: what is said of it behind.
    let stands = page.tokens.get(page.token_at(end)).is_some_and(|next| {
        next.start == end + 1
            && matches!(
                page.lower(page.token_at(end)),
                "parked"
                    | "parkerad"
                    | "parkerar"
                    | "parkerat"
                    | "parking"
                    | "blockerar"
                    | "blocks"
            )
    });
    (parked
        || stands
        || unknown && gap == " "
        || cued && (direct || !token.says.any(Says::TECHNICAL))
        || upper
        || solid
        || shouted && !token.says.is_word())
    .then_some((Kind::Vehicle, token.start..end, Why::Digits))
}

/// A plate that is spelt: `o n d 8 6 2`, `S-O-S-8-3-8`.
pub(super) fn spelt_plate(page: &Page<'_>, at: usize) -> Option<Hit> {
    const SIGNS: usize = 6;
    let sign = |at: usize| page.tokens.get(at).filter(|token| token.length == 1 && !token.settled);
    sign(at)?;
    sign(at + 1)?;
    let gap = page.gap(at + 1);
    if !matches!(gap, " " | "-" | " - ") || at > 0 && page.gap(at) == gap && sign(at - 1).is_some()
    {
        return None;
    }
    let digits: Vec<bool> = (at..at + SIGNS)
        .map_while(|at| sign(at).map(super::super::page::Token::is_digits))
        .collect();
    let joined = (at + 2..at + SIGNS).all(|at| at < page.len() && page.gap(at) == gap);
    let shaped = matches!(digits[..], [false, false, false, true, true, _]);
    let ends = sign(at + SIGNS).is_none() || page.gap(at + SIGNS) != gap;
    (shaped && joined && ends).then(|| (Kind::Vehicle, page.span(at..at + SIGNS), Why::Digits))
}

/// A plate that somebody has chosen: `bil GRANIT`, `reg LYX 88`.
pub(super) fn chosen_plate(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let direct =
        page.follows(at, Says::VEHICLE) && page.gap(at).len() <= 2 && !page.gap(at).contains('.');
    // Behind the word for a plate it can be any word.
    let said = direct
        && matches!(
            page.lower(at - 1),
            "plate"
                | "plates"
                | "skylt"
                | "skylten"
                | "regnr"
                | "regnummer"
                | "regskylt"
                | "nummerplåt"
        );
    let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::VEHICLE);
    if !direct
        || page.caseless && !said
        || token.case != Case::Upper
        || !(2..=7).contains(&token.length)
        || !said && token.says.any(trade)
    {
        return None;
    }
    let number = page
        .tokens
        .get(at + 1)
        .filter(|next| next.is_digits() && next.length <= 3 && page.gap(at + 1).len() <= 1);
    if page.caseless && number.is_none() {
        return None;
    }
    Some((Kind::Vehicle, token.start..number.map_or(token.end, |number| number.end), Why::Cue))
}
