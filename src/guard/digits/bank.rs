//! Cards, accounts and IBAN.

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::{Kind, Why, identity};
use super::window::Window;
use super::{Hit, masks};

impl Window<'_> {
    pub(super) fn card(&self, digits: &str, lengths: &[usize]) -> bool {
        match lengths {
            [4, 4, 4, 4] | [4, 6, 5] | [4, 4, 4, 4, 3] => true,
            [13..=19] => identity::luhn(digits) || self.page.cued(self.at, Says::BANK, 4),
            lengths if (13..=19).contains(&digits.len()) => {
                identity::luhn(digits)
                    && lengths.iter().all(|length| *length >= 2)
                    && lengths.len() <= 5
                    && self.page.cued(self.at, Says::BANK, 5)
            }
            _ => false,
        }
    }

    /// A clearing number and an account; or anything behind a word for it.
    pub(super) fn account(&self, digits: &str, lengths: &[usize], groups: usize) -> bool {
        let page = self.page;
        let cued = page.cued(self.at, Says::BANK, 4);
        if cued && (5..=19).contains(&digits.len()) {
            return !Self::is_date(lengths, digits)
                && !page.says(self.at + groups).any(Says::UNIT.and(Says::MONTH))
                || page.follows(self.at, Says::BANK);
        }
        let clearing =
            lengths.len() > 1 && (lengths[0] == 4 || lengths[0] == 5) && !digits.starts_with('0');
        let comma = self.gaps.first().is_some_and(|gap| gap.starts_with(',') || gap.contains('-'));
        let rest = digits.len() - lengths[0];
        if !clearing || Self::is_date(lengths, digits) {
            return false;
        }
        comma && (7..=10).contains(&rest)
            || lengths.len() >= 4
                && (7..=9).contains(&rest)
                && lengths[1..].iter().all(|length| (1..=3).contains(length))
                && !digits.starts_with("20")
    }
}

/// `4012 88** **** 1881`.
pub(super) fn hidden_card(page: &Page<'_>, at: usize) -> Option<Hit> {
    const SIGNS: usize = 16;
    let token = &page.tokens[at];
    if token.length > 6 || token.length < 2 || token.glued {
        return None;
    }
    let (mut signs, mut masked, mut end) = (0, 0, token.start);
    for (offset, char) in page.text[token.start..].char_indices() {
        if char.is_ascii_digit() || masks(char) {
            signs += 1;
            masked += usize::from(masks(char));
            end = token.start + offset + char.len_utf8();
        } else if !matches!(char, ' ' | '-' | '\n') || signs >= SIGNS {
            break;
        }
        if signs == SIGNS {
            break;
        }
    }
    (signs == SIGNS && masked >= 4).then_some((Kind::Bank, token.start..end, Why::Digits))
}

/// `kort som slutar på 1881`, `visa x1881`, `card ending in 1881`.
pub(super) fn last_of_card(page: &Page<'_>, at: usize) -> Option<Hit> {
    const WORDS_MAX: usize = 6;
    let token = &page.tokens[at];
    if token.length != 4 || page.says(at + 1).any(Says::UNIT.and(Says::MONTH)) {
        return None;
    }
    let mut said = page.gap(at).contains("..") || page.gap(at).contains(['*', '\u{2026}']);
    for back in 1..=WORDS_MAX.min(at) {
        let word = page.lower(at - back);
        if back > 1 && page.gap(at - back + 1).contains(['.', ';', '\n']) {
            return None;
        }
        if is_card(word) {
            return said.then(|| (Kind::Bank, token.range(), Why::Cue));
        }
        said |= matches!(
            word,
            "slutar"
                | "slut"
                | "ending"
                | "ends"
                | "slutsiffror"
                | "slutsiffrorna"
                | "sista"
                | "last"
                | "x"
                | "fyra"
                | "avslutas"
                | "digits"
                | "xx"
                | "xxxx"
                | "slutet"
        );
    }
    None
}

fn is_card(word: &str) -> bool {
    word.starts_with("kort")
        || ["kort", "kortet", "kortets", "kortnummer"].iter().any(|ending| word.ends_with(ending))
        || matches!(word, "visa" | "mastercard" | "amex" | "card" | "cards" | "maestro" | "card's")
}

/// How long the numbers of a country are, for those that people here have.
const IBAN_LENGTHS: [(&str, usize); 40] = [
    ("SE", 24),
    ("NO", 15),
    ("DK", 18),
    ("FI", 18),
    ("IS", 26),
    ("DE", 22),
    ("GB", 22),
    ("NL", 18),
    ("BE", 16),
    ("FR", 27),
    ("ES", 24),
    ("IT", 27),
    ("PT", 25),
    ("PL", 28),
    ("EE", 20),
    ("LV", 21),
    ("LT", 20),
    ("IE", 22),
    ("AT", 20),
    ("CH", 21),
    ("CZ", 24),
    ("SK", 24),
    ("HU", 28),
    ("RO", 24),
    ("BG", 22),
    ("HR", 21),
    ("SI", 19),
    ("GR", 27),
    ("TR", 26),
    ("UA", 29),
    ("RS", 22),
    ("BA", 20),
    ("MK", 19),
    ("AL", 28),
    ("CY", 28),
    ("MT", 31),
    ("LU", 20),
    ("GE", 22),
    ("MD", 24),
    ("XK", 20),
];

/// ISO 13616. A Swedish one goes whatever its check digits say.
pub(super) fn iban(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    if token.length != 2
        || token.glued
        || token.end - token.start != 2
        || !page
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.is_digits() && page.gap(at + 1).len() <= 1)
    {
        return None;
    }
    let country = page.str(at).to_ascii_uppercase();
    let length = IBAN_LENGTHS.iter().find(|(of, _)| *of == country).map(|(_, length)| *length);
    let mut value = String::new();
    let mut ends = Vec::new();
    let mut gap = 0;
    for (offset, char) in page.text[token.start..].char_indices() {
        if char.is_ascii_alphanumeric() && value.len() < 34 {
            value.push(char.to_ascii_uppercase());
            ends.push(token.start + offset + 1);
            gap = 0;
        } else if matches!(char, ' ' | '-' | '\n' | '.') && gap < 2 {
            gap += 1;
        } else {
            break;
        }
    }
    if value.len() < 15 || !value[2..4].bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let cued = page.cued(at, Says::BANK, 4);
    let digits = |of: &str| of.bytes().all(|byte| byte.is_ascii_digit());
    let swedish = country == "SE" && value.len() >= 24 && digits(&value[2..24]);
    // Of another country: written as such, or behind a word for it. What follows may be words.
    let written = page.str(at).bytes().all(|byte| byte.is_ascii_uppercase());
    let foreign =
        length.filter(|length| value.len() >= *length && (written || cued)).filter(|length| {
            iban_checks(&value[..*length]) || cued && written && digits(&value[2..*length])
        });
    let length = if swedish {
        24
    } else {
        foreign.or_else(|| (cued && written && digits(&value[2..])).then_some(value.len()))?
    };
    Some((Kind::Bank, token.start..ends[length - 1], Why::Digits))
}

/// Modulus 97 of the rearranged number is 1.
fn iban_checks(bare: &str) -> bool {
    let (head, tail) = bare.split_at(4);
    let digits = tail.chars().chain(head.chars()).filter_map(|char| char.to_digit(36));
    digits.fold(0, |sum, digit| (sum * if digit > 9 { 100 } else { 10 } + digit) % 97) == 1
}
