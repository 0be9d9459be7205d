//! Telephone numbers, Swedish and foreign, with their extensions.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::numbers;
use super::super::page::Token;
use super::window::Window;

impl Window<'_> {
    pub(super) fn phone(
        &self,
        digits: &str,
        lengths: &[usize],
        groups: usize,
    ) -> Option<Range<usize>> {
        let page = self.page;
        let range = self.range(groups);
        let before = &page.text[..range.start];
        let trimmed = before.trim_end_matches(['(', ' ']);
        let plus = trimmed.ends_with('+') && before.len() - trimmed.len() <= 2;
        let glued = self.glued_behind(groups) && self.page.tokens[self.at + groups].length == 1;
        let paren = before.ends_with(['(', '[']);
        let start = if plus {
            trimmed.len() - 1
        } else if paren {
            range.start - 1
        } else {
            range.start
        };
        let hit = || Some(start..range.end);
        // `031-39 006 10, 12 personer`: what stands behind a comma is another number.
        if self.gaps[..groups - 1].iter().any(|gap| gap.contains(", ")) {
            return None;
        }
        if glued && page.gap_after(self.at + groups).is_empty() && !plus {
            return None;
        }
        if plus {
            return (8..=15).contains(&digits.len()).then(hit).flatten();
        }
        if before.ends_with(['/', '.', '-', ':'])
            && !before.ends_with([' ', '\n'])
            && !before.ends_with(':')
            && page.tokens[..self.at].last().is_some_and(Token::is_digits)
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
            // `(0)31-..`: the trunk zero in brackets of its own.
            [1, _, ..] if paren && self.gaps[0].starts_with(')') => (9..=10).contains(&length),
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
    pub(super) fn extension(&self, range: Range<usize>, groups: usize) -> Range<usize> {
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
}

/// `0830`: both halves of the first digits are a time.
fn clock_like(digits: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    matches!((part(0..2), part(2..4), part(4..6), part(6..8)), (Some(h), Some(m), Some(h2), Some(m2)) if h < 24 && m < 60 && h2 < 24 && m2 < 60)
}
