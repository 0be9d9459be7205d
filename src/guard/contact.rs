//! Telephone numbers and e-mail addresses, by their shape.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::numbers;

/// A country code, then seven to nine digits in any grouping; or `46` straight before a mobile.
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?x)
        (?: \+ \s? \(? (?:\d{1,3}) \)? | \b0046 | \b46 )
        [\s./-]{0,2} (?: \(0\) [\s./-]{0,2} )?
        \d (?: [\s./()-]{0,3} \d ){5,11}",
    )
});

/// A trunk zero, an area code, and groups behind it: `070-174 06 05`, `(070) 17 406 05`, `0980/3192 06`.
static NATIONAL: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"\(?0\d{1,5}\)?[\s./-]{0,3}\d(?:[\s./-]{0,2}\d){3,8}"));

/// North American, as English-speaking customers write it.
static AMERICAN: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"\(\d{3}\)[\s.-]{0,2}\d{3}[\s.-]{1,2}\d{4}"));

/// Something that says that a number is a telephone's.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?i)\b(?:tel|tfn|tele\w*|mob\w*|phone|cell|ring|call|sms|nås|nå|callback|ringt|sökt)\b[^\d\n]{0,12}$",
    )
});

/// Digits in words, at least six of them.
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?ix)\b(?: (?:
            noll|nolla|ett|en|etta|två|tvåa|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv
            | (?:tret|fjor|fem|sex|sjut|ar|nit)ton
            | (?:tjugo|trettio|fyrtio|femtio|sextio|sjuttio|åttio|nittio)(?:ett?|två|tre|fyra|fem|sex|sju|åtta|nio)?
            | zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple
        ) (?: [\s,.-]{1,3} | $ | \b ) ){6,}",
    )
});

/// Telephone numbers, Swedish ones above all.
pub(super) fn phone(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    found.extend(AMERICAN.find_iter(text).map(|hit| hit.range()));
    found.extend(SPOKEN.find_iter(text).map(|hit| hit.range()));
    for hit in INTERNATIONAL.find_iter(text) {
        let digits = numbers::digits(hit.as_str());
        let plus = hit.as_str().starts_with('+');
        let mobile = digits.len() == 11 && digits.starts_with("467");
        if plus || hit.as_str().starts_with("00") || mobile {
            found.push(hit.range());
        }
    }
    let mut from = 0;
    while let Some(hit) = NATIONAL.find_at(text, from) {
        let range = trim(text, hit.range());
        from = hit.start() + 1;
        if text[range.clone()].starts_with('(') {
            from += 1;
        }
        if numbers::stands_alone(text, &range) && national(text, &range) {
            from = range.end;
            found.push(range);
        }
    }
    found
}

/// Whether the first group is an area code and the rest as long as that one's numbers are.
fn national(text: &str, range: &Range<usize>) -> bool {
    let value = text[range.clone()].trim_start_matches('(');
    let area = value.bytes().take_while(u8::is_ascii_digit).count();
    let length = numbers::digits(value).len();
    let dotted = value.contains('.') && !value.contains([' ', '-', '/']);
    if area == value.len() {
        let cued = || CUE.is_match(&text[window(text, range.start, 30)..range.start]);
        return matches!(length, 9 | 10)
            || (length == 11 && value.starts_with("07"))
            || (length == 8 && cued());
    }
    match area {
        // `08.30-09.30` is a time, `08-02-2026` a date.
        2 => {
            value.starts_with("08")
                && (7..=10).contains(&length)
                && !dotted
                && !CLOCK.is_match(value)
                && !dated(value)
        }
        3 => (8..=10).contains(&length),
        4 => (9..=10).contains(&length),
        _ => length == 10 && value.starts_with("07") || length == 11,
    }
}

/// `08.30-09.30`, `08-10 1606`.
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| numbers::regex(r"^0\d[.:]?[0-5]\d\s?-\s?[012]\d[.:]?[0-5]\d"));

/// `08-02-2026`.
fn dated(value: &str) -> bool {
    let groups: Vec<_> = value.split(['-', '/', '.']).map(str::len).collect();
    groups == [2, 2, 4] || groups == [2, 2, 2]
}

/// Without the digits of a next thing that a line break has glued on.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let mut end = range.end;
    while end > range.start && numbers::digits(&text[range.start..end]).len() > 10 {
        // Take off the last group.
        let value = &text[range.start..end];
        match value.rfind(|char: char| !char.is_ascii_digit()) {
            Some(cut) if cut > 0 => {
                end = range.start
                    + value[..cut].trim_end_matches(|char: char| !char.is_ascii_digit()).len();
            }
            _ => return range,
        }
    }
    range.start..end
}

/// The start of the `length` bytes before a place, moved to a character's edge.
pub(super) fn window(text: &str, end: usize, length: usize) -> usize {
    text.floor_char_boundary(end.saturating_sub(length))
}

/// An `@`, or what people write for it; then a domain, its dots as they may be.
static SPELT: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"(?ix)
        [\p{L}\p{N}] [\p{L}\p{N}._%+'-]*
        (?: \s{0,2} (?: @ | [(\[{] \s? (?:at|snabel-?a|@) \s? [)\]}] | \bsnabel-?a\b ) \s{0,2} | \s at \s )
        [\p{L}\p{N}-]+
        (?: (?: \. \s? | \s? [(\[{] \s? (?:dot|punkt|\.) \s? [)\]}] \s? | \s (?:dot|punkt) \s ) [\p{L}\p{N}-]+ )* ?
        (?: (?: \s? \. \s? | \s? [(\[{] \s? (?:dot|punkt|\.) \s? [)\]}] \s? | \s (?:dot|punkt) \s )
            (?:se|com|net|org|nu|eu|io|info|name|me|no|dk|fi|de|uk|edu|gov|biz|dev|app) \b )+",
    )
});

/// Whatever has an `@` in it.
static AT: LazyLock<Regex> = LazyLock::new(|| {
    numbers::regex(
        r"[\p{L}\p{N}_][\p{L}\p{N}._%+'-]*\s{0,2}@[\p{L}\p{N}._-]*|@\s?[\p{L}\p{N}-][\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)*",
    )
});

/// E-mail addresses. Fails closed: anything that touches an `@` is one.
pub(super) fn email(text: &str) -> Vec<Range<usize>> {
    let spelt = SPELT.find_iter(text).map(|hit| hit.range());
    spelt.chain(AT.find_iter(text).map(|hit| hit.range())).collect()
}
