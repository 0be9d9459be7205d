//! Swedish identity numbers: personnummer and samordningsnummer (the day of birth plus 60).
//!
//! Used by the guard, by intake, and by the last look at a finished message. A number is recognised
//! in ten or twelve digits, with `-`, `+`, spaces or nothing, and in what people paste: no-break
//! spaces, long dashes, full-width digits, invisible characters. Nothing here tells *whose* it is.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::fold::Folded;
use super::numbers;

/// How sure it is that a number is an identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Ten digits in a row: 0.7 % of all such numbers pass by chance.
    Medium,
    /// Twelve digits, or the separator before the last four.
    High,
}

/// An identity number in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it begins: Unicode code points from 0.
    pub start: usize,
    /// Where it ends: code points, exclusive.
    pub end: usize,
    /// How sure it is.
    pub confidence: Confidence,
}

/// The identity numbers of a text: valid date, right check digit, and not a telephone number.
pub fn personnummer(text: &str) -> Vec<Match> {
    let folded = Folded::new(text);
    let valid = candidates(folded.as_str()).into_iter().filter(Candidate::proven);
    valid
        .map(|Candidate { range, confidence, .. }| {
            let Range { start, end } = folded.original(range);
            Match { start, end, confidence }
        })
        .collect()
}

/// Whether a whole value is an identity number, and how surely.
pub fn is_personnummer(text: &str) -> Option<Confidence> {
    let folded = Folded::new(text);
    let value = folded.as_str().trim();
    let found =
        candidates(value).into_iter().find(|candidate| candidate.range == (0..value.len()))?;
    found.proven().then_some(found.confidence)
}

/// Whether the last digit is the check digit of the others (Luhn, modulus 10).
///
/// For a personnummer these are the ten digits without the century. Anything but ASCII digits, and
/// fewer than two of them, is not.
pub fn luhn(digits: &str) -> bool {
    if digits.len() < 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match place % 2 {
                0 => digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Something with the shape and the date of an identity number.
pub(super) struct Candidate {
    /// Bytes of the folded text.
    pub(super) range: Range<usize>,
    pub(super) confidence: Confidence,
    /// The check digit is right.
    pub(super) checked: bool,
    /// It reads as a telephone number as well, and better.
    pub(super) phone: bool,
}

impl Candidate {
    fn proven(&self) -> bool {
        self.checked && !self.phone
    }
}

/// Century, year, month, day (or day plus 60), and four more digits.
static SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?:(?<century>1[89]|20)\s?)?(?<year>\d\d)(?<gap>[-./\s]{0,2})(?<month>0[1-9]|1[0-2])[-./\s]{0,2}(?<day>0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])(?<separator>\s{0,2}[-+]\s{0,2}|\s{0,2})(?<number>\d{4})",
    )
});

/// All that looks like an identity number in a folded text; the check digit is told, not required.
pub(super) fn candidates(folded: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = SHAPE.captures_at(folded, from) {
        let range = captures.get_match().range();
        // A match that fails may hide one that begins within it.
        from = range.start + 1;
        if !numbers::stands_alone(folded, &range) {
            continue;
        }
        if let Some(candidate) = candidate(&captures) {
            from = range.end;
            found.push(candidate);
        }
    }
    found
}

fn candidate(captures: &Captures<'_>) -> Option<Candidate> {
    let century = captures.name("century");
    let (year, month, day) = (&captures["year"], &captures["month"], &captures["day"]);
    let (separator, number) = (&captures["separator"], &captures["number"]);
    if !numbers::day_exists(century.map(|century| century.as_str()), year, month, day) {
        return None;
    }
    let digits = [year, month, day, number].concat();
    let checked = luhn(&digits);
    // `2026-03-01 1405`: a date and a time, unless the check digit says otherwise.
    let dated = century.is_some() && separator.trim().is_empty() && !separator.is_empty();
    if dated && !checked && number < "2400" && &number[2..] < "60" {
        return None;
    }
    let bare = century.is_none() && separator.is_empty();
    let phone = bare && captures["gap"].is_empty() && numbers::is_mobile(&digits);
    let confidence = if bare { Confidence::Medium } else { Confidence::High };
    Some(Candidate { range: captures.get_match().range(), confidence, checked, phone })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_values() {
        for (text, expected) in [
            ("19121212-1212", Some(Confidence::High)),
            ("191212121212", Some(Confidence::High)),
            ("121212-1212", Some(Confidence::High)),
            ("121212+1212", Some(Confidence::High)),
            ("121212 1212", Some(Confidence::High)),
            ("121212\u{2011}1212", Some(Confidence::High)),
            ("１２１２１２-１２１２", Some(Confidence::High)),
            ("12\u{200b}1212\u{a0}1212", Some(Confidence::High)),
            ("1912-12-12-1212", Some(Confidence::High)),
            ("1912 12 12 1212", Some(Confidence::High)),
            ("1212121212", Some(Confidence::Medium)),
            // Samordningsnummer.
            ("121272-1219", Some(Confidence::High)),
            // Wrong check digit, no such day, not alone.
            ("121212-1213", None),
            ("121332-1212", None),
            ("19130229-1212", None),
            ("pnr 121212-1212", None),
            ("", None),
        ] {
            assert_eq!(is_personnummer(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mobile_number_is_not_one() {
        // Both the date (a samordningsnummer) and the check digit would do.
        assert!((0..10).any(|last| luhn(&format!("070174060{last}"))));
        for last in 0..10 {
            assert!(personnummer(&format!("ring 070174060{last}")).is_empty());
            assert!(personnummer(&format!("ring +4670174060{last}")).is_empty());
            assert!(personnummer(&format!("ring 004670174060{last}")).is_empty());
        }
    }

    #[test]
    fn found_inside_a_text() {
        let found = personnummer("Kund (pnr 19121212-1212) och 121212-1213, 2026-03-01 1405");
        assert_eq!(found, [Match { start: 10, end: 23, confidence: Confidence::High }]);
    }
}
