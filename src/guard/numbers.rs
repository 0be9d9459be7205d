//! What numbers look like: small rules that several layers share. No layer's decision is made here.

use std::ops::Range;

use regex::Regex;

/// Compiles a pattern of this crate. They are all literals and a test compiles them all.
#[expect(clippy::expect_used, reason = "a literal, compiled in the tests of each layer")]
pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a literal that compiles")
}

/// No digit right outside.
pub(super) fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !before.into_iter().chain(after).any(|char| char.is_ascii_digit())
}

/// The digits of a value.
pub(super) fn digits(value: &str) -> String {
    value.chars().filter(char::is_ascii_digit).collect()
}

/// Ten digits that a Swedish mobile telephone can have.
pub(super) fn is_mobile(digits: &str) -> bool {
    digits.len() == 10
        && digits.starts_with("07")
        && !digits.starts_with("071")
        && !digits.starts_with("075")
}

/// Whether the calendar has this day; a day of 61 to 91 is that of a samordningsnummer.
///
/// Without a century the 29th of February is taken wherever some century had it.
pub(super) fn day_exists(century: Option<&str>, year: &str, month: &str, day: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().unwrap_or(0);
    let full = century.map_or(2000, |century| number(century) * 100) + number(year);
    let leap = full.is_multiple_of(4) && (!full.is_multiple_of(100) || full.is_multiple_of(400));
    let last = match number(month) {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let day = number(day);
    (1..=last).contains(&if day > 60 { day - 60 } else { day })
}

/// The digits of a Swedish telephone number behind the zero or the country code; `None` where a
/// value is not one.
pub(super) fn national(value: &str) -> Option<String> {
    let digits = digits(value);
    let rest = if let Some(rest) = digits.strip_prefix("0046") {
        rest
    } else if value.trim_start().starts_with('+') || digits.len() >= 11 {
        digits.strip_prefix("46")?
    } else {
        digits.strip_prefix('0')?
    };
    let rest = rest.strip_prefix('0').unwrap_or(rest);
    (6..=10).contains(&rest.len()).then(|| rest.to_owned())
}
