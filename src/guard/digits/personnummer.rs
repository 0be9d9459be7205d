//! Personnummer and samordningsnummer, also half hidden, and the last four digits alone.

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::{Kind, Why, identity, numbers};
use super::window::Window;
use super::{Hit, masks};

impl Window<'_> {
    pub(super) fn personnummer(&self, digits: &str, lengths: &[usize], groups: usize) -> bool {
        let short = match digits.len() {
            12 if matches!(&digits[..2], "18" | "19" | "20") => &digits[2..],
            10 => digits,
            _ => return false,
        };
        let single = lengths.iter().all(|length| *length == 1);
        let shape = match digits.len() {
            12 => matches!(
                lengths,
                [12] | [8, 4]
                    | [2, 6, 4]
                    | [4, 2, 2, 4]
                    | [2, 10]
                    | [2, 2, 2, 2, 4]
                    | [4, 4, 4]
                    | [6, 6]
                    | [6, 2, 4]
                    | [8, 2, 2]
                    | [2, 2, 2, 2, 2, 2]
            ),
            _ => matches!(
                lengths,
                [10] | [6, 4] | [2, 2, 2, 4] | [6, 2, 2] | [2, 2, 2, 2, 2] | [4, 2, 4]
            ),
        };
        let century = (digits.len() == 12).then(|| &digits[..2]);
        let single =
            single && !(digits.starts_with('0') && self.page.cued(self.at, Says::PHONE, 3));
        if !(shape || single)
            || self.glued_behind(groups) && self.page.tokens[self.at + groups].length < 2
        {
            return false;
        }
        if !numbers::day_exists(century, &short[..2], &short[2..4], &short[4..6]) {
            return false;
        }
        let checked = identity::luhn(short);
        let text = &self.page.text[self.range(groups)];
        let last = &short[6..];
        let clock = last < "2400" && &last[2..] < "60";
        // `2026-03-01 1405`: a date and a time.
        let dated = century == Some("20")
            && text[..text.len() - 4].ends_with([' ', '-'])
            && clock
            && digits > "2010";
        let separated = matches!(lengths, [8, 4] | [4, 2, 2, 4])
            && dated
            && !self.page.cued(self.at, Says::PNR, 4);
        if separated && (!checked || &digits[..4] > "2012") {
            return false;
        }
        // `11.15-12.30` and the like.
        if matches!(lengths, [2, 2, 2, 4] | [2, 2, 2, 2, 2] | [4, 2, 4])
            && !checked
            && !self.page.cued(self.at, Says::PNR, 4)
        {
            return matches!(lengths, [2, 2, 2, 4]) && !clock;
        }
        // A mobile number in one run.
        !(lengths == [10] && numbers::is_mobile(digits) && !self.page.cued(self.at, Says::PNR, 2))
    }
}

/// How far back hidden digits are looked for.
const MASKED_MAX: usize = 18;

/// A date with its last four hidden, or the last four with the date hidden.
pub(super) fn hidden(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let text = page.text;
    // A date that a line break has cut in two: `19121\n2-****`.
    let more = page.tokens.get(at + 1).filter(|next| {
        next.is_digits() && page.gap(at + 1) == "\n" && matches!(token.length + next.length, 6 | 8)
    });
    if more.is_some() || matches!(token.length, 6 | 8) {
        let rest = &text[more.map_or(token.end, |more| more.end)..];
        let tail = rest.trim_start_matches([' ', '-', '+', '\n']);
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let digits = if digits < 4 { digits } else { 0 };
        let sign = tail[digits..].chars().next();
        let hides = |c: char| (masks(c) || matches!(c, 'N' | 'n' | 'Y')) && Some(c) == sign;
        let masked = digits + tail[digits..].chars().take_while(|c| hides(*c)).count();
        let behind = tail[digits..].chars().nth(masked - digits);
        let whole = behind.is_none_or(|c| !c.is_alphanumeric());
        if whole && rest.len() - tail.len() <= 3 && (3..=4).contains(&masked) && masked > digits {
            let length: usize = tail.chars().take(masked).map(char::len_utf8).sum();
            let end = text.len() - tail.len() + length;
            return Some((Kind::Personnummer, token.start..end, Why::Digits));
        }
    }
    if token.length == 4 {
        let head = &text[..token.start];
        let bare = head.trim_end_matches([' ', '-', '+', '\n']);
        // Cards are hidden in fours, with something in between.
        let (mut masked, mut start, mut gap) = (0, bare.len(), 0);
        for (offset, char) in bare.char_indices().rev().take(MASKED_MAX) {
            if masks(char) {
                masked += 1;
                (start, gap) = (offset, 0);
            } else if matches!(char, ' ' | '-' | '\n') && gap < 2 && masked > 0 && masked % 4 == 0 {
                gap += 1;
            } else {
                break;
            }
        }
        // `max 4711`: the last letters of a word.
        let inside = bare[..start].ends_with(char::is_alphabetic);
        if head.len() - bare.len() <= 3 && (4..=12).contains(&masked) && !inside {
            let kind = if masked > 8 { Kind::Bank } else { Kind::Personnummer };
            return Some((kind, start..token.end, Why::Digits));
        }
    }
    None
}

/// Four digits that are said to be the last.
pub(super) fn last_four(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    if token.length != 4 {
        return None;
    }
    let said = (1..=5).any(|back| {
        at >= back && !page.gap_after(at - back).starts_with(']') && {
            let word = page.lower(at - back);
            let beside = if at > back { page.lower(at - back - 1) } else { "" };
            matches!(
                word,
                "slutsiffror"
                    | "slutsiffrorna"
                    | "kontrollsiffror"
                    | "kontrollsiffrorna"
                    | "slutsiffra"
            ) || matches!(word, "sista" | "last")
                && (1..back).any(|n| {
                    matches!(
                        page.lower(at - n),
                        "fyra" | "4" | "four" | "siffror" | "siffrorna" | "digits"
                    )
                })
                || matches!((beside, word), ("fyra" | "4", "sista") | ("slut", "4"))
                || matches!(word, "pnr" | "personnr" | "personnummer")
                    && (back <= 2
                        || (1..back).any(|n| {
                            matches!(
                                page.lower(at - n),
                                "slutar" | "slutade" | "avslutas" | "ends" | "ending"
                            )
                        }))
        }
    });
    said.then(|| (Kind::Personnummer, token.range(), Why::Cue))
}
