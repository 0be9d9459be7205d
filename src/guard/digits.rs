//! Identifiers made of digits: personnummer, telephones, accounts and cards, dates of birth, customer
//! numbers, plates; also when they are spelled out, half hidden, or broken over a line.
//!
//! Digits that stand apart by spaces, dashes, dots or one line break are read as one number, in every
//! window that could be one; the longest that has a meaning wins. A check digit raises confidence and
//! never clears a number.

mod years;

use std::ops::Range;

use super::lexicon::Says;
use super::page::{Case, Page};
use super::{Finding, Kind, Layer, Why, identity, numbers};

/// How many groups of digits a number can be spread over.
const GROUPS_MAX: usize = 16;
const DIGITS_MAX: usize = 20;

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
    iban(page, at)
        .or_else(|| customer(page, at))
        .or_else(|| plate(page, at))
        .or_else(|| chosen_plate(page, at))
        .or_else(|| spoken(page, at))
        .or_else(|| born_in_words(page, at))
        .or_else(|| month_first(page, at))
}

/// What begins with digits.
fn number(page: &Page<'_>, at: usize) -> Option<Hit> {
    let window = Window::new(page, at);
    hidden(page, at)
        .or_else(|| hidden_card(page, at))
        .or_else(|| window.best())
        .or_else(|| customer(page, at))
        .or_else(|| spoken(page, at))
        .or_else(|| birth(page, at, &window))
        .or_else(|| years::born(page, at))
        .or_else(|| last_four(page, at))
}

/// Digits from a token on, with what stands between them.
struct Window<'p> {
    page: &'p Page<'p>,
    at: usize,
    /// The digits of all groups.
    digits: String,
    /// Where each group ends in `digits`.
    ends: Vec<usize>,
    gaps: Vec<&'p str>,
}

/// How long some groups are.
struct Lengths {
    values: [usize; GROUPS_MAX],
    count: usize,
}

impl std::ops::Deref for Lengths {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.values[..self.count]
    }
}

impl<'p> Window<'p> {
    fn new(page: &'p Page<'p>, at: usize) -> Self {
        let mut window = Self {
            page,
            at,
            digits: page.str(at).to_owned(),
            ends: vec![page.tokens[at].length],
            gaps: Vec::new(),
        };
        let mut next = at + 1;
        while next < page.len() && window.ends.len() < GROUPS_MAX {
            let token = &page.tokens[next];
            let gap = page.gap(next);
            if !token.is_digits()
                || token.settled
                || gap.is_empty()
                || !soft(gap)
                || window.digits.len() + token.length > DIGITS_MAX
            {
                break;
            }
            window.digits.push_str(page.str(next));
            window.ends.push(window.digits.len());
            window.gaps.push(gap);
            next += 1;
        }
        window
    }

    /// The lengths of the first groups; those that only a line break parts are one.
    fn lengths(&self, groups: usize, across: bool) -> Lengths {
        let mut lengths = Lengths { values: [0; GROUPS_MAX], count: 0 };
        let mut start = 0;
        for group in 0..groups {
            let length = self.ends[group] - start;
            start = self.ends[group];
            let broken = across && group > 0 && self.gaps[group - 1].contains('\n');
            if !broken {
                lengths.count += 1;
            }
            lengths.values[lengths.count - 1] += length;
        }
        lengths
    }

    fn range(&self, groups: usize) -> Range<usize> {
        self.page.tokens[self.at].start..self.page.tokens[self.at + groups - 1].end
    }

    fn glued_behind(&self, groups: usize) -> bool {
        self.page.tokens.get(self.at + groups).is_some_and(|next| next.glued)
    }

    /// The longest window that is something.
    fn best(&self) -> Option<Hit> {
        let page = self.page;
        let token = &page.tokens[self.at];
        // Digits within a code: a serial number holds any digits.
        let code = token.glued && {
            let before = &page.tokens[self.at - 1];
            !(before.says.is_word()
                || before.says.is_name()
                || before.length >= 4 && before.case != Case::Mixed)
        };
        // `ordernr 4609658617`: a bare number behind the name of a reference.
        let reference = page.follows(self.at, Says::REFERENCE.and(Says::SERIAL))
            && page.gap(self.at).trim_matches([' ', ':', '#', '.', '\n']).is_empty()
            && !page
                .follows(self.at, Says::PHONE.and(Says::PNR).and(Says::CUSTOMER).and(Says::BANK));
        for groups in (1..=self.ends.len()).rev() {
            let digits = &self.digits[..self.ends[groups - 1]];
            if digits.len() < 5 {
                break;
            }
            // Many groups are one number only where each is a single digit, and then of few kinds.
            let apart = digits.len() == groups;
            if groups > 8 && (!apart || groups > 12) || apart && (2..9).contains(&groups) {
                continue;
            }
            let range = self.range(groups);
            for across in [false, true] {
                let lengths = self.lengths(groups, across);
                if across && lengths.len() == groups {
                    break;
                }
                let exempt = reference && lengths.len() <= 2;
                if (!code || page.cued(self.at, Says::PNR, 3))
                    && self.personnummer(digits, &lengths, groups)
                    && (!exempt || identity::luhn(&digits[digits.len() - 10..]))
                {
                    return Some((Kind::Personnummer, range, Why::Digits));
                }
                if !code && self.card(digits, &lengths) && !exempt {
                    return Some((Kind::Bank, range, Why::Digits));
                }
                let plus = page.text[..token.start].ends_with('+');
                if (!exempt || lengths.len() > 1 || plus)
                    && (!code || digits.len() >= 9)
                    && let Some(range) = self.phone(digits, &lengths, groups)
                {
                    return Some((Kind::Phone, self.extension(range, groups), Why::Digits));
                }
                if !code && self.account(digits, &lengths, groups) {
                    return Some((Kind::Bank, range, Why::Digits));
                }
            }
        }
        None
    }

    fn personnummer(&self, digits: &str, lengths: &[usize], groups: usize) -> bool {
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

    fn card(&self, digits: &str, lengths: &[usize]) -> bool {
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

    fn phone(&self, digits: &str, lengths: &[usize], groups: usize) -> Option<Range<usize>> {
        let page = self.page;
        let range = self.range(groups);
        let before = &page.text[..range.start];
        let trimmed = before.trim_end_matches(['(', ' ']);
        let plus = trimmed.ends_with('+') && before.len() - trimmed.len() <= 2;
        let glued = self.glued_behind(groups) && self.page.tokens[self.at + groups].length == 1;
        let paren = before.ends_with('(');
        let start = if plus {
            trimmed.len() - 1
        } else if paren {
            range.start - 1
        } else {
            range.start
        };
        let hit = || Some(start..range.end);
        if glued && page.gap_after(self.at + groups).is_empty() && !plus {
            return None;
        }
        if plus {
            return (8..=15).contains(&digits.len()).then(hit).flatten();
        }
        if before.ends_with(['/', '.', '-', ':'])
            && !before.ends_with([' ', '\n'])
            && !before.ends_with(':')
            && page.tokens[..self.at].last().is_some_and(super::page::Token::is_digits)
        {
            return None;
        }
        let cued = || page.cued(self.at, Says::PHONE, 3);
        if let Some(rest) = digits.strip_prefix("00").filter(|rest| !rest.starts_with('0')) {
            let swedish = rest.starts_with("46") && (10..=12).contains(&rest.len());
            if swedish || (9..=14).contains(&rest.len()) && (cued() || lengths[0] == 4) {
                return hit();
            }
        }
        if let Some(rest) = digits.strip_prefix("46") {
            let rest = rest.strip_prefix('0').unwrap_or(rest);
            if rest.len() == 9 && rest.starts_with('7')
                || cued() && (7..=9).contains(&rest.len()) && lengths.len() > 1
            {
                return hit();
            }
        }
        if digits.starts_with('0') && self.national(digits, lengths, paren) {
            return hit();
        }
        // Abroad, behind a word: `tel 212 555 0123`; or with the area in brackets.
        let british = digits.starts_with('0')
            && digits.len() == 11
            && (2..=4).contains(&lengths.len())
            && !Self::is_date(lengths, digits);
        if british {
            return hit();
        }
        let american = paren && lengths.len() == 3 && lengths == [3, 3, 4];
        let foreign = cued()
            && (7..=12).contains(&digits.len())
            && lengths.iter().all(|length| *length <= 8)
            && !(lengths.len() == 1 && matches!(digits.len(), 8) && digits.starts_with("20"))
            && !Self::is_date(lengths, digits);
        (american || foreign).then(hit).flatten()
    }

    fn is_date(lengths: &[usize], digits: &str) -> bool {
        lengths.len() >= 3
            && (digits.starts_with("20") && lengths[0] == 4 || lengths[..3] == [2, 2, 4])
    }

    /// Whether the first group is an area code and the rest as long as that one's numbers are.
    fn national(&self, digits: &str, lengths: &[usize], paren: bool) -> bool {
        let length = digits.len();
        let mobile = numbers::is_mobile(&format!("{digits:0<10}")[..10]);
        let cued = || self.page.cued(self.at, Says::PHONE, 3);
        if lengths.iter().all(|group| *group == 1) {
            return (8..=10).contains(&length) && length > 8;
        }
        let text = &self.page.text[self.range(1).start..];
        let dotted = self.gaps.first().is_some_and(|gap| gap.contains(['.', ':']));
        match lengths {
            [_] => matches!(length, 9 | 10) || length == 11 && mobile || length == 8 && cued(),
            [2, rest @ ..] if digits.starts_with("08") || cued() && !dotted => {
                let clock = matches!(rest, [2, 2, ..]) && dotted
                    || length == 8
                        && clock_like(digits)
                        && !cued()
                        && rest != [6]
                        && rest.len() < 3;
                let dated = matches!(rest, [2, 4 | 2])
                    && &digits[2..4] <= "12"
                    && text
                        .as_bytes()
                        .get(2)
                        .is_some_and(|byte| matches!(byte, b'-' | b'/' | b'.'));
                (7..=10).contains(&length) && !clock && !dated && !dotted
            }
            [2, ..] => mobile && length == 10 && !dotted,
            [1, ..] => length == 10 && (mobile || cued()),
            [3, ..] => mobile && length == 10 || !mobile && (8..=10).contains(&length),
            [4, rest @ ..] => {
                (9..=10).contains(&length)
                    && !(paren && length < 9)
                    && !(rest == [4] && clock_like(digits) && !mobile)
                    || length == 11 && digits.starts_with("07") && cued()
            }
            _ => length == 10 || length == 11 && (mobile || cued()) || length == 9 && cued(),
        }
    }

    /// An extension behind a telephone number: `anv 471`, `x418`.
    fn extension(&self, range: Range<usize>, groups: usize) -> Range<usize> {
        let at = self.at + groups;
        let mut number = at;
        while number < self.page.len()
            && number < at + 2
            && matches!(
                self.page.lower(number),
                "vx" | "växel"
                    | "ext"
                    | "anv"
                    | "ankn"
                    | "anknytning"
                    | "x"
                    | "anslutning"
                    | "extension"
            )
            && self.page.gap(number).len() <= 3
        {
            number += 1;
        }
        let named = number > at
            && number < self.page.len()
            && self.page.tokens[number].is_digits()
            && self.page.tokens[number].length <= 5
            && self.page.gap(number).len() <= 2;
        let at = number.max(1) - 1;
        if named { range.start..self.page.tokens[at + 1].end } else { range }
    }

    /// A clearing number and an account; or anything behind a word for it.
    fn account(&self, digits: &str, lengths: &[usize], groups: usize) -> bool {
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

/// `0830`: both halves of the first digits are a time.
fn clock_like(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!((part(0..2), part(2..4), part(4..6), part(6..8)), (Some(h), Some(m), Some(h2), Some(m2)) if h < 24 && m < 60 && h2 < 24 && m2 < 60)
}

/// What people put between the digits of one number.
fn soft(gap: &str) -> bool {
    gap.chars().count() <= 5
        && gap.matches('\n').count() <= 1
        && gap.chars().all(|c| {
            matches!(c, ' ' | '\n' | '-' | '.' | '/' | '(' | ')' | '+' | ',' | '|' | '_' | '\u{b7}')
        })
}

fn masks(c: char) -> bool {
    matches!(c, 'x' | 'X' | '*' | '#' | '?' | '\u{2022}' | '_' | '\u{25cf}')
}

/// A date with its last four hidden, or the last four with the date hidden.
fn hidden(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let text = page.text;
    if matches!(token.length, 6 | 8) {
        let rest = &text[token.end..];
        let tail = rest.trim_start_matches([' ', '-', '+', '\n']);
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let digits = if digits < 4 { digits } else { 0 };
        let masked = digits + tail[digits..].chars().take_while(|c| masks(*c)).count();
        if rest.len() - tail.len() <= 3 && (3..=4).contains(&masked) && masked > digits {
            let length: usize = tail.chars().take(masked).map(char::len_utf8).sum();
            let end = text.len() - tail.len() + length;
            return Some((Kind::Personnummer, token.start..end, Why::Digits));
        }
    }
    if token.length == 4 {
        let head = &text[..token.start];
        let bare = head.trim_end_matches([' ', '-', '+']);
        let masked: Vec<char> = bare.chars().rev().take_while(|c| masks(*c)).collect();
        if head.len() - bare.len() <= 3 && (4..=12).contains(&masked.len()) {
            let length: usize = masked.iter().map(|c| c.len_utf8()).sum();
            let kind = if masked.len() == 12 { Kind::Bank } else { Kind::Personnummer };
            return Some((kind, bare.len() - length..token.end, Why::Digits));
        }
    }
    None
}

/// `4012 88** **** 1881`.
fn hidden_card(page: &Page<'_>, at: usize) -> Option<Hit> {
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

/// ISO 13616. A Swedish one goes whatever its check digits say.
fn iban(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    if token.length != 2
        || token.glued
        || !page.str(at).is_ascii()
        || !page
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.is_digits() && page.gap(at + 1).len() <= 1)
    {
        return None;
    }
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
    let swedish = value.starts_with("SE")
        && value.len() >= 24
        && value[2..24].bytes().all(|byte| byte.is_ascii_digit());
    let length = (15..=value.len()).rev().find(|length| iban_checks(&value[..*length]));
    let length = if swedish { Some(24) } else { length.or_else(|| cued.then_some(value.len())) }?;
    Some((Kind::Bank, token.start..ends[length - 1], Why::Digits))
}

/// Modulus 97 of the rearranged number is 1.
fn iban_checks(bare: &str) -> bool {
    let (head, tail) = bare.split_at(4);
    let digits = tail.chars().chain(head.chars()).filter_map(|char| char.to_digit(36));
    digits.fold(0, |sum, digit| (sum * if digit > 9 { 100 } else { 10 } + digit) % 97) == 1
}

/// Our number of the customer, behind its cue; with the letters before it.
fn customer(page: &Page<'_>, at: usize) -> Option<Hit> {
    const DIGITS_MIN: usize = 4;
    let mut cue = at;
    while cue > 0
        && at - cue < 3
        && matches!(
            page.lower(cue - 1),
            "nr" | "nummer" | "no" | "number" | "id" | "numret" | "är" | "is" | "ref"
        )
        && page.gap(cue).len() <= 3
    {
        cue -= 1;
    }
    if cue == 0
        || !page.says(cue - 1).any(Says::CUSTOMER)
        || page.gap(cue).chars().count() > 3
        || page.gap(cue).contains(['/', '(']) && page.gap(cue) != " ("
    {
        return None;
    }
    let bare = cue == at
        && !page.lower(cue - 1).contains("nr")
        && !page.lower(cue - 1).contains("nummer")
        && !page.lower(cue - 1).contains("no")
        && !page.lower(cue - 1).contains("id");
    let mut end = at;
    let mut digits = 0;
    if page.tokens[at].is_word() {
        if page.tokens[at].length > 3
            || !matches!(page.gap_after(at), "" | "-" | "- " | " ")
            || page.tokens[at].says.is_word() && page.gap_after(at) == " "
        {
            return None;
        }
        end += 1;
    }
    let first = end;
    while let Some(token) = page.tokens.get(end) {
        let gap = page.gap(end);
        let joins = end == first || matches!(gap, "" | "-" | " " | "\n" | "- " | " - " | "-\n");
        if !token.is_digits()
            || !joins
            || digits + token.length > 12
            || end > first && gap == " " && token.length < 2
            || token.settled
        {
            break;
        }
        digits += token.length;
        end += 1;
    }
    if digits < DIGITS_MIN || bare && first == at && day(page, at, digits) {
        return None;
    }
    Some((Kind::CustomerNumber, page.span(at..end), Why::Cue))
}

/// A date behind a mere `kund`.
fn day(page: &Page<'_>, at: usize, digits: usize) -> bool {
    let text = page.str(at);
    text.len() == 4 && text.starts_with("20")
        || digits == 8 && text.len() == 8 && text.starts_with("20") && text[4..6] <= *"12"
        || digits < 5
}

/// Three letters and three signs: `ABC 123`, `ABC12D`.
fn plate(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let digits = page.tokens.get(at + 1).filter(|next| next.is_digits() && !next.settled)?;
    let gap = page.gap(at + 1);
    if token.length != 3
        || token.glued
        || token.settled
        || !matches!(gap, "" | " " | "-" | " - " | "\n" | "  ")
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
    let cued = page.cued(at, Says::VEHICLE, 8);
    let upper = token.case == Case::Upper
        && !page.caseless
        && !token.says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::MONTH));
    let solid =
        gap.is_empty() && !token.says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT));
    let shouted = page.caseless && token.case == Case::Upper && !token.says.is_word();
    (cued && !token.says.any(Says::TECHNICAL) || upper || solid || shouted && !token.says.is_word())
        .then_some((Kind::Vehicle, token.start..end, Why::Digits))
}

/// A plate that somebody has chosen: `bil GRANIT`, `reg LYX 88`.
fn chosen_plate(page: &Page<'_>, at: usize) -> Option<Hit> {
    let token = &page.tokens[at];
    let direct =
        page.follows(at, Says::VEHICLE) && page.gap(at).len() <= 2 && !page.gap(at).contains('.');
    let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::VEHICLE);
    if !direct
        || page.caseless
        || token.case != Case::Upper
        || !(2..=7).contains(&token.length)
        || token.says.any(trade)
    {
        return None;
    }
    let number = page
        .tokens
        .get(at + 1)
        .filter(|next| next.is_digits() && next.length <= 3 && page.gap(at + 1).len() <= 1);
    Some((Kind::Vehicle, token.start..number.map_or(token.end, |number| number.end), Why::Cue))
}

/// A number in words, some of them digits: `noll sju noll ...`, `031 tre nio noll ...`.
fn spoken(page: &Page<'_>, at: usize) -> Option<Hit> {
    const WORDS_MIN: usize = 5;
    let counts = |at: usize| page.says(at).any(Says::NUMBER) && !page.tokens[at].settled;
    let begins = counts(at)
        || page.tokens[at].is_digits()
            && page.str(at).starts_with('0')
            && at + 1 < page.len()
            && counts(at + 1);
    if !begins || at > 0 && counts(at - 1) && page.gap(at).len() <= 3 {
        return None;
    }
    let (mut words, mut end, mut last) = (usize::from(counts(at)), at + 1, at);
    while end < page.len()
        && page.gap(end).chars().count() <= 3
        && !page.gap(end).contains(['.', '!', '?', ';'])
    {
        if counts(end) || page.tokens[end].is_digits() && page.tokens[end].length <= 4 {
            words += usize::from(counts(end));
            last = end;
        } else if !matches!(
            page.lower(end),
            "och" | "dash" | "streck" | "bindestreck" | "and" | "minus" | "plus" | "paus"
        ) {
            break;
        }
        end += 1;
    }
    let digits = page.tokens[at].is_digits();
    if words < WORDS_MIN && !(digits && words >= 3) {
        return None;
    }
    let kind = if page.cued(at, Says::PNR, 5) {
        Kind::Personnummer
    } else if page.cued(at, Says::CREDENTIAL, 5) {
        Kind::Credential
    } else {
        Kind::Phone
    };
    Some((kind, page.span(at..last + 1), Why::Digits))
}

/// The digits that a number in words has, as far as they can be told.
pub(super) fn told(page: &Page<'_>, range: &Range<usize>) -> Option<String> {
    const UNITS: [&[&str]; 10] = [
        &["noll", "nolla", "zero", "oh"],
        &["ett", "en", "etta", "one"],
        &["två", "tvåa", "two"],
        &["tre", "trea", "three"],
        &["fyra", "four"],
        &["fem", "femma", "five"],
        &["sex", "sexa", "six"],
        &["sju", "sjua", "seven"],
        &["åtta", "eight"],
        &["nio", "nia", "nine"],
    ];
    const TEENS: [&[&str]; 10] = [
        &["tio", "ten"],
        &["elva", "eleven"],
        &["tolv", "twelve"],
        &["tretton", "thirteen"],
        &["fjorton", "fourteen"],
        &["femton", "fifteen"],
        &["sexton", "sixteen"],
        &["sjutton", "seventeen"],
        &["arton", "eighteen"],
        &["nitton", "nineteen"],
    ];
    const TENS: [&[&str]; 8] = [
        &["tjugo", "twenty"],
        &["trettio", "thirty"],
        &["fyrtio", "forty"],
        &["femtio", "fifty"],
        &["sextio", "sixty"],
        &["sjuttio", "seventy"],
        &["åttio", "eighty"],
        &["nittio", "ninety"],
    ];
    let find = |table: &[&[&str]], word: &str| table.iter().position(|words| words.contains(&word));
    let mut digits = String::new();
    let mut tens = false;
    let mut spoken = false;
    for at in page.token_at(range.start)..page.len() {
        if page.tokens[at].start >= range.end {
            break;
        }
        if page.tokens[at].is_digits() {
            digits.push_str(page.str(at));
            continue;
        }
        let word = page.lower(at);
        spoken = true;
        if let Some(value) = find(&UNITS, word) {
            // `fifty-three`.
            if std::mem::take(&mut tens) && page.gap(at) == "-" {
                digits.pop();
            }
            digits.push_str(&value.to_string());
        } else if let Some(value) = find(&TEENS, word) {
            digits.push_str(&(value + 10).to_string());
        } else if let Some(value) = find(&TENS, word) {
            digits.push_str(&((value + 2) * 10).to_string());
            tens = true;
            continue;
        } else {
            let compound = TENS.iter().enumerate().find_map(|(tens, words)| {
                let rest = words.iter().find_map(|ten| word.strip_prefix(ten))?;
                Some((tens + 2) * 10 + find(&UNITS, rest)?)
            });
            digits.push_str(&compound?.to_string());
        }
        tens = false;
    }
    spoken.then_some(digits)
}

/// A day of birth: behind a word for it in any form; a whole date so long ago that it is hardly about
/// a fault, without one too.
fn birth(page: &Page<'_>, at: usize, window: &Window<'_>) -> Option<Hit> {
    let asked = (1..=12).any(|back| at >= back && page.says(at - back).any(Says::BIRTH));
    let cued = page.cued(at, Says::BIRTH, 8)
        || asked
        || at > 0 && page.lower(at - 1) == "f" && page.gap(at).len() <= 2;
    let hit = |range| Some((Kind::BirthDate, range, if cued { Why::Cue } else { Why::Digits }));
    if let Some((last, year)) = with_month(page, at) {
        let old = year.is_some_and(|year| (1900..2013).contains(&year));
        let first =
            if at > 0 && page.lower(at - 1) == "den" && page.gap(at) == " " { at - 1 } else { at };
        return if cued || old { hit(page.span(first..last + 1)) } else { None };
    }
    let value = |range: Range<usize>| {
        window.digits.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0)
    };
    for groups in (1..=window.ends.len().min(3)).rev() {
        let lengths = &*window.lengths(groups, false);
        let (year, month, day) = match lengths {
            [4, 1 | 2, 1 | 2] => {
                let cut = 4 + lengths[1];
                (value(0..4), value(4..cut), value(cut..cut + lengths[2]))
            }
            [1 | 2, 1 | 2, 4] => {
                let cut = lengths[0] + lengths[1];
                (value(cut..cut + 4), value(lengths[0]..cut), value(0..lengths[0]))
            }
            [8] => (value(0..4), value(4..6), value(6..8)),
            [1 | 2, 1 | 2, 2] if cued && lengths != [2, 2, 2] => {
                (1950, value(lengths[0]..lengths[0] + lengths[1]), value(0..lengths[0]))
            }
            [1 | 2, 1 | 2, 2]
                if lengths != [2, 2, 2]
                    && window.gaps[..2] == ["/", "-"]
                    && value(lengths[0] + lengths[1]..lengths[0] + lengths[1] + 2) > 40 =>
            {
                (1950, value(lengths[0]..lengths[0] + lengths[1]), value(0..lengths[0]))
            }
            [2, 2, 2] if cued => (1950, value(2..4).min(12), value(4..6).min(31)),
            [6] if cued => (1950, value(2..4), value(4..6)),
            [4] if cued && page.cued(at, Says::BIRTH, 3) => (value(0..4), 1, 1),
            _ => continue,
        };
        let american = (1..=12).contains(&day) && (1..=31).contains(&month) && cued;
        let dated = (1..=12).contains(&month) && (1..=31).contains(&day) || american;
        let reference = lengths == [8] && page.follows(at, Says::REFERENCE.and(Says::SERIAL));
        if dated
            && ((1900..2013).contains(&year) && !reference
                || cued && (1900..2040).contains(&year) && page.cued(at, Says::BIRTH, 4))
        {
            return hit(window.range(groups));
        }
    }
    None
}

/// `12 mars 1962`, `24:e april`, `11th of December, 1960`: the last token of it, and the year.
fn with_month(page: &Page<'_>, at: usize) -> Option<(usize, Option<u32>)> {
    if page.tokens[at].length > 2 {
        return None;
    }
    let mut next = at + 1;
    let near = |at: usize| at < page.len() && page.gap(at).chars().count() <= 2;
    while near(next)
        && matches!(page.lower(next), "e" | "a" | "th" | "st" | "nd" | "rd" | "of" | "i" | "dagen")
    {
        next += 1;
    }
    if !near(next) || !page.says(next).any(Says::MONTH) {
        return None;
    }
    let year = page.tokens.get(next + 1).filter(|year| {
        year.is_digits() && matches!(year.length, 2 | 4) && page.gap(next + 1).chars().count() <= 3
    });
    let mut spoken = next + 1;
    while near(spoken)
        && (page.says(spoken).any(Says::NUMBER)
            || ["nittonhundra", "tvåtusen"]
                .iter()
                .any(|start| page.lower(spoken).starts_with(start)))
        && !page.says(spoken).any(Says::MONTH)
    {
        spoken += 1;
    }
    if spoken > next + 1 {
        return Some((spoken - 1, Some(1950)));
    }
    match year {
        Some(token) if token.length == 4 => Some((next + 1, page.str(next + 1).parse().ok())),
        Some(_) if page.gap(next + 1).ends_with(['\'', '-']) => Some((next + 1, None)),
        Some(_) if page.cued(at, Says::BIRTH, 4) || at > 0 && page.lower(at - 1) == "f" => {
            Some((next + 1, None))
        }
        _ => Some((next, None)),
    }
}

/// `December 11, 1960`.
fn month_first(page: &Page<'_>, at: usize) -> Option<Hit> {
    if !page.says(at).any(Says::MONTH) {
        return None;
    }
    let is = |at: usize, lengths: &[usize]| {
        page.tokens.get(at).is_some_and(|token| {
            token.is_digits() && lengths.contains(&token.length) && page.gap(at).len() <= 2
        })
    };
    let mut next = at + 1;
    if !is(next, &[1, 2]) && !is(next, &[4]) {
        return None;
    }
    if is(next, &[1, 2]) {
        next += 1;
        if next < page.len() && matches!(page.lower(next), "th" | "st" | "nd" | "rd") {
            next += 1;
        }
    }
    if !is(next, &[4]) {
        return None;
    }
    let year: u32 = page.str(next).parse().unwrap_or(0);
    ((1900..2013).contains(&year) || page.cued(at, Says::BIRTH, 4))
        .then(|| (Kind::BirthDate, page.span(at..next + 1), Why::Digits))
}

/// `född elfte oktober nittiosex`.
fn born_in_words(page: &Page<'_>, at: usize) -> Option<Hit> {
    const WORDS_MAX: usize = 8;
    if at == 0 || !page.cued(at, Says::BIRTH, 3) {
        return None;
    }
    let ordinal = |at: usize| {
        let word = page.lower(at);
        page.says(at).any(Says::NUMBER.and(Says::MONTH))
            || ["nittonhundra", "tjugohundra", "tvåtusen"]
                .iter()
                .any(|start| word.starts_with(start))
            || page.tokens[at].is_digits()
            || page.tokens[at].length > 3
                && ["de", "te", "första", "andra", "th", "first", "second", "third"]
                    .iter()
                    .any(|ending| word.ends_with(ending))
                && numeral(word)
    };
    if !ordinal(at) || ordinal(at - 1) {
        return None;
    }
    let mut end = at + 1;
    while end < page.len()
        && end - at < WORDS_MAX
        && page.gap(end).len() <= 2
        && (ordinal(end) || matches!(page.lower(end), "hundra" | "i" | "of" | "and" | "och"))
    {
        end += 1;
    }
    while end > at + 1 && !ordinal(end - 1) {
        end -= 1;
    }
    (end - at >= 2).then(|| (Kind::BirthDate, page.span(at..end), Why::Cue))
}

fn numeral(word: &str) -> bool {
    [
        "först", "andra", "tredj", "fjärd", "femt", "sjätt", "sjund", "ått", "nion", "tion",
        "elft", "tolft", "trett", "fjort", "sext", "sjutt", "art", "nitt", "tjug", "tret", "first",
        "second", "third", "four", "fif", "six", "seven", "eigh", "nin", "ten", "eleven", "twelf",
        "thir", "twent",
    ]
    .iter()
    .any(|start| word.starts_with(start))
}

/// Four digits that are said to be the last.
fn last_four(page: &Page<'_>, at: usize) -> Option<Hit> {
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
                || matches!((beside, word), ("fyra" | "4", "sista"))
                || matches!(word, "pnr" | "personnr" | "personnummer") && back <= 2
        }
    });
    said.then(|| (Kind::Personnummer, token.range(), Why::Cue))
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
