//! What stands behind the number of a street: a letter, a floor, an apartment, a postcode and its town.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::{Case, Page, Token};

/// Behind the number: `24 B`, `24B`, `12-14`.
pub(super) fn number_end(page: &Page<'_>, at: usize) -> usize {
    let mut end = page.tokens[at].end;
    if let Some(letter) =
        page.tokens.get(at + 1).filter(|next| next.is_word() && next.length == 1 && !next.shielded)
    {
        let alone = page.tokens.get(at + 2).is_none_or(|after| !after.glued);
        let near = letter.glued
            || matches!(page.gap(at + 1), " " | "\n")
                && page.lower(at + 1) != "i"
                && (letter.case == Case::Upper
                    && (page.gap(at + 1) == " "
                        || page.gap_after(at + 1).starts_with(['.', ',', '\n']))
                    || page.gap(at + 1) == " "
                        && matches!(page.lower(at + 1), "b" | "c" | "d" | "f" | "g" | "h")
                    || page.gap_after(at + 1).starts_with([',', '.', ')', '\n'])
                    || page.caseless && !matches!(page.lower(at + 1), "i" | "å" | "o" | "ö"));
        if alone && near && page.lower(at + 1) <= "l" {
            end = letter.end;
        }
    }
    end
}

/// `41/1101`, `8/3`: the apartment behind a stroke.
pub(super) fn slashed_apartment(page: &Page<'_>, end: usize) -> usize {
    let next = page.token_at(end);
    let apartment = page.tokens.get(next).filter(|number| {
        number.is_digits()
            && number.length <= 4
            && !number.shielded
            && &page.text[end..number.start] == "/"
    });
    apartment.map_or(end, |number| number.end)
}

/// A staircase and a floor behind the number: `uppgång B`, `3 tr`, `nb`, `våning 4`.
pub(super) fn storey(page: &Page<'_>, mut end: usize) -> usize {
    const PARTS_MAX: usize = 3;
    for _ in 0..PARTS_MAX {
        let next = page.token_at(end);
        let Some(token) = page.tokens.get(next) else { break };
        if token.shielded
            || !matches!(&page.text[end..token.start], " " | ", " | "," | "\n" | " \n")
        {
            break;
        }
        let second =
            page.tokens.get(next + 1).filter(|_| matches!(page.gap(next + 1), " " | "" | "."));
        let word = page.lower(next);
        let small = |token: &Token| token.is_digits() && token.length <= 2;
        let floor = |at: usize| {
            matches!(
                page.lower(at),
                "tr" | "trp" | "trappor" | "trappa" | "trapp" | "vån" | "våningen"
            )
        };
        let stairs = small(token) && second.is_some_and(Token::is_word) && floor(next + 1);
        let numbered = matches!(
            word,
            "uppgång"
                | "uppg"
                | "ingång"
                | "trappa"
                | "trapphus"
                | "trappuppgång"
                | "port"
                | "hus"
                | "våning"
                | "vån"
                | "plan"
        ) && second
            .is_some_and(|second| small(second) || second.is_word() && second.length == 1);
        end = if matches!(word, "nb" | "bv" | "ög" | "nbv") {
            token.end
        } else if stairs || numbered {
            page.tokens[next + 1].end
        } else {
            break;
        };
    }
    end
}

/// An apartment, a postcode and a town behind the number.
pub(super) fn tail(page: &Page<'_>, mut end: usize) -> usize {
    for _ in 0..3 {
        let next = page.token_at(end);
        let Some(token) = page.tokens.get(next) else { break };
        if token.start - end > 3 || page.text[end..token.start].contains(['.', ':', '/']) {
            break;
        }
        if page.says(next).any(Says::APARTMENT)
            && page
                .tokens
                .get(next + 1)
                .is_some_and(|number| number.is_digits() && number.start - token.end <= 2)
        {
            end = page.tokens[next + 1].end;
            continue;
        }
        match postcode(page, next) {
            Some(range) if range.start == token.start => end = range.end,
            // `49, Ängeltorp`: a town that no list has.
            _ => {
                let comma = page.text[end..token.start].trim_end() == ",";
                let written = page.caseless && token.is_word()
                    || token.case == Case::Title
                    || token.case == Case::Upper && !token.says.any(Says::DOMAIN);
                let number = page.tokens.get(next + 1).filter(|number| {
                    number.is_digits()
                        && number.length == 4
                        && page.str(next + 1).starts_with(['0', '1'])
                        && page.gap(next + 1) == " "
                });
                // `läägenhet 1602`: a mistyped word before the number of an apartment.
                if let Some(number) = number.filter(|_| token.is_word() && !token.says.is_word()) {
                    end = number.end;
                    continue;
                }
                let last = next + 1 == page.len()
                    || page.gap_after(next).starts_with(['.', ',', '\n', ')', ';']);
                // The town of the delivery address may be that of another.
                let town = comma
                    && written
                    && token.length > 3
                    && (token.shielded
                        || page.caseless && last && !token.says.any(Says::BUILT_IN)
                        || !token.says.any(Says::WORD)
                        || !page.caseless && !token.says.any(Says::BUILT_IN))
                    && !token.glued;
                if !town {
                    break;
                }
                end = token.end;
            }
        }
    }
    end
}

/// `413 69 Göteborg`; with the town, or behind `postnr`.
pub(super) fn postcode(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let first = &page.tokens[at];
    if !first.is_digits() || first.glued || page.text[..first.start].ends_with(['-', '/', '.', '+'])
    {
        return None;
    }
    let last = match first.length {
        5 => at,
        3 => {
            let second = page.tokens.get(at + 1)?;
            (second.is_digits() && second.length == 2 && matches!(page.gap(at + 1), " " | "\n"))
                .then_some(at + 1)?
        }
        _ => return None,
    };
    let cued = at > 0 && matches!(page.lower(at - 1), "postnr" | "postnummer" | "postcode" | "zip");
    let town = page.tokens.get(last + 1).filter(|town| {
        town.is_word()
            && !town.glued
            && town.length > 1
            && matches!(page.gap(last + 1), " " | "  " | "\n" | ", ")
    });
    let Some(town) = town else {
        return cued.then(|| page.span(at..last + 1));
    };
    let says = town.says;
    let shouted = town.case == Case::Upper && town.length > 3 && !says.any(Says::DOMAIN);
    let likely = !page.caseless && (town.case == Case::Title || shouted)
        || town.shielded
        || page.caseless
            && !says.any(Says::UNIT.and(Says::FUNCTION).and(Says::TIME).and(Says::SPEECH))
            && (!says.any(Says::WORD) || says.any(Says::DOMAIN));
    let unit = says.any(Says::UNIT);
    if !likely || unit {
        return cued.then(|| page.span(at..last + 1));
    }
    // `Västra Frölunda`: a second word of the town.
    let mut end = last + 2;
    let second = page.tokens.get(end).filter(|next| next.is_word() && page.gap(end) == " ");
    // `Svedala Torp`, `Torpa station`: a capital that no sentence asks for, or a kind of place.
    let kind = second.is_some_and(|_| {
        matches!(
            page.lower(end),
            "torp"
                | "station"
                | "by"
                | "kyrkby"
                | "socken"
                | "bruk"
                | "strand"
                | "sjö"
                | "norra"
                | "södra"
                | "östra"
                | "västra"
                | "hamn"
                | "lund"
                | "gård"
                | "ö"
                | "sund"
                | "skog"
                | "sn"
                | "stationssamhälle"
                | "brunn"
                | "fors"
        )
    });
    let written = second.is_some_and(|next| {
        !page.caseless
            && next.case == Case::Title
            && town.case == Case::Title
            && !page.common(end)
            && !next.says.is_name()
            && (end + 1 == page.len()
                || page.gap_after(end).starts_with(['.', ',', '\n', ')', ';']))
    });
    if second.is_some() && (says.any(Says::DIRECTION) || kind || written) {
        end += 1;
    }
    Some(page.span(at..end))
}
