//! Finds Swedish personal identity numbers in what a simulated operator is told.
//!
//! Written apart from the guard that keeps them in, so that the two can disagree: an operator that
//! is sent one refuses the message, and the demo fails. It never says which number it found.

use std::sync::LazyLock;

use regex::Regex;

#[expect(clippy::expect_used, reason = "the pattern is fixed and a test compiles it")]
static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9]{6}(?:[0-9]{2})?[-+ ]?[0-9]{4}").expect("the pattern is well formed")
});

/// Whether a text holds a personnummer or samordningsnummer: 10 or 12 digits that are a date (a
/// day above 60 is a samordningsnummer) and whose check digit is right.
pub(super) fn holds_identity_number(text: &str) -> bool {
    CANDIDATE.find_iter(text).any(|found| {
        let alone = !text[..found.start()].ends_with(|c: char| c.is_ascii_digit())
            && !text[found.end()..].starts_with(|c: char| c.is_ascii_digit());
        alone && is_identity_number(found.as_str())
    })
}

fn is_identity_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some(ten) = digits.len().checked_sub(10).map(|century| &digits[century..]) else {
        return false;
    };
    let month = ten[2] * 10 + ten[3];
    let day = ten[4] * 10 + ten[5];
    let sum: u32 = ten
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 } else { *digit })
        .map(|product| product / 10 + product % 10)
        .sum();
    (1..=12).contains(&month)
        && ((1..=31).contains(&day) || (61..=91).contains(&day))
        && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::holds_identity_number;

    #[test]
    fn identity_numbers_and_what_only_looks_like_them() {
        for text in ["19121212-1212", "pnr 1212121212.", "121212+1212", "121212 1212"] {
            assert!(holds_identity_number(text), "{text}");
        }
        // Wrong check digit, no such month, part of a longer number, an access id.
        for text in ["19121212-1213", "19123212-1212", "9191212121212", "STTA0001", "BB-1000-1000"]
        {
            assert!(!holds_identity_number(text), "{text}");
        }
    }
}
