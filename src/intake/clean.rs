//! The one place where intake asks the free-text guard. Nothing else in this room knows how spans
//! are found; nothing in here knows where a text came from.
//!
//! SHIM: until `crate::guard` stands in the tree, [`Cleaner`] and [`identity_number`] do the least
//! that intake relies on. Their signatures are what the rest of the room is written against.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::value;

/// What kind of value is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Person,
    Personnummer,
    Phone,
    Email,
    Address,
    CustomerNumber,
    BirthDate,
    OrgNo,
    Other,
}

impl Kind {
    /// The word that stands in the text instead, and in the count.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Person => "namn",
            Self::Personnummer => "personnummer",
            Self::Phone => "telefon",
            Self::Email => "e-post",
            Self::Address => "adress",
            Self::CustomerNumber => "kundnummer",
            Self::BirthDate => "födelsedatum",
            Self::OrgNo => "organisationsnummer",
            Self::Other => "uppgift",
        }
    }
}

/// How sure it is that a number is an identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Twelve digits, or a separator before the last four.
    High,
    /// Ten bare digits: one in ninety random numbers passes.
    Medium,
}

/// A cleaned text, and how often which kind of value was taken out of it.
pub(super) struct Cleaned {
    pub(super) text: Zeroizing<String>,
    pub(super) masked: Vec<(&'static str, u32)>,
}

/// What the texts of one body are cleaned of. Made once, for comparing all values with all costs
/// more than searching a text for them.
pub(super) struct Cleaner(Vec<(Kind, Needle)>);

impl Cleaner {
    /// For these surplus values. What the case keeps stays in the texts: whether that leaves is for
    /// the policy to say.
    pub(super) fn new(surplus: &[(Kind, &str)], kept: &[&str]) -> Self {
        let kept = Kept::new(kept);
        // Of a name each part counts, but for those that the kept name has too.
        let mut needles: Vec<(Kind, Needle)> = surplus
            .iter()
            .flat_map(|&(kind, value)| {
                let parts = (kind == Kind::Person).then(|| value.split_whitespace());
                std::iter::once(value)
                    .chain(parts.into_iter().flatten())
                    .map(move |text| (kind, text))
            })
            .filter(|(kind, value)| !kept.has(*kind, value))
            .filter_map(|(kind, value)| Some((kind, needle(kind, value)?)))
            .collect();
        // Longest first, so that a value that is part of another does not break it up.
        needles.sort_by_key(|(_, needle)| std::cmp::Reverse(needle.len()));
        Self(needles)
    }

    /// Takes the values out of a text, in any spelling that says the same.
    pub(super) fn clean(&self, text: &str) -> Cleaned {
        let mut text = Zeroizing::new(text.to_owned());
        let mut folded = fold(&text);
        let mut masked: Vec<(&'static str, u32)> = Vec::new();
        for (kind, needle) in &self.0 {
            let spans = match needle {
                Needle::Digits(digits) => digit_spans(&text, digits),
                Needle::Words(words) => word_spans(&text, &folded, words),
            };
            if spans.is_empty() {
                continue;
            }
            let found = u32::try_from(spans.len()).unwrap_or(u32::MAX);
            match masked.iter_mut().find(|(tag, _)| *tag == kind.tag()) {
                Some((_, count)) => *count = count.saturating_add(found),
                None => masked.push((kind.tag(), found)),
            }
            text = replaced(&text, &spans, kind.tag());
            folded = fold(&text);
        }
        masked.sort_unstable();
        Cleaned { text, masked }
    }
}

/// Whether a text is a personnummer or samordningsnummer: `YYYYMMDDNNNN` or `YYMMDDNNNN`, with or
/// without `-` or `+` before the last four, with a date and a check digit that hold.
pub(super) fn identity_number(text: &str) -> Option<Sureness> {
    let (front, back) = match text.split_once(['-', '+']) {
        Some((front, back)) => (front, Some(back)),
        None => (text, None),
    };
    if back.is_some_and(|back| back.len() != 4) {
        return None;
    }
    let digits = Zeroizing::new([front, back.unwrap_or_default()].concat());
    if !matches!(digits.len(), 10 | 12) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |range| {
        digits
            .get(range)
            .and_then(|text: &str| text.parse::<i16>().ok())
    };
    let short = digits.len() - 10;
    let years = match digits.len() {
        12 => vec![number(0..4).filter(|year| (1840..2100).contains(year))?],
        // The century is not told: the 29th of February is a day in one of them.
        _ => vec![1900 + number(0..2)?, 2000 + number(0..2)?],
    };
    let month = i8::try_from(number(short + 2..short + 4)?).ok()?;
    let day = i8::try_from(number(short + 4..short + 6)?).ok()?;
    let day = if day > 60 { day - 60 } else { day };
    let is_day = years
        .into_iter()
        .any(|year| Date::new(year, month, day).is_ok());
    let bare = back.is_none() && digits.len() == 10;
    (is_day && luhn(&digits.as_bytes()[short..])).then_some(if bare {
        Sureness::Medium
    } else {
        Sureness::High
    })
}

/// Whether the last digit is the check digit of those before it.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0')) << (place % 2);
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The values that stay, in the forms that they are compared in.
struct Kept {
    whole: Vec<Zeroizing<String>>,
    parts: Vec<Zeroizing<String>>,
    phones: Vec<Zeroizing<String>>,
}

impl Kept {
    fn new(kept: &[&str]) -> Self {
        let parts = kept.iter().flat_map(|text| text.split_whitespace());
        Self {
            whole: kept.iter().map(|text| value::folded(text)).collect(),
            parts: parts.map(value::folded).collect(),
            phones: kept.iter().filter_map(|text| value::phone(text)).collect(),
        }
    }

    fn has(&self, kind: Kind, text: &str) -> bool {
        let folded = value::folded(text);
        self.whole.contains(&folded)
            || kind == Kind::Person && self.parts.contains(&folded)
            || value::phone(text).is_some_and(|phone| self.phones.contains(&phone))
    }
}

enum Needle {
    /// These digits, whatever stands between them.
    Digits(Zeroizing<String>),
    /// These letters and digits, whatever stands between the words.
    Words(Zeroizing<Vec<char>>),
}

impl Needle {
    fn len(&self) -> usize {
        match self {
            Self::Digits(digits) => digits.len(),
            Self::Words(words) => words.len(),
        }
    }
}

fn needle(kind: Kind, value: &str) -> Option<Needle> {
    /// Fewer than this many letters would take out half of a language.
    const LETTERS_MIN: usize = 3;
    const DIGITS_MIN: usize = 5;
    let folded = value::folded(value);
    if folded.chars().any(|c| !c.is_ascii_digit()) {
        return (folded.chars().count() >= LETTERS_MIN)
            .then(|| Needle::Words(Zeroizing::new(folded.chars().collect())));
    }
    let core = match kind {
        Kind::Phone => match value::phone(value) {
            Some(number) => number
                .trim_start_matches("+46")
                .trim_start_matches('+')
                .to_owned(),
            None => folded.to_string(),
        },
        Kind::Personnummer | Kind::OrgNo if folded.len() == 12 => folded[2..].to_owned(),
        _ => folded.to_string(),
    };
    (core.len() >= DIGITS_MIN).then(|| Needle::Digits(Zeroizing::new(core)))
}

/// Where the digits stand, with what belongs in front of them: a country code, a century.
fn digit_spans(text: &str, digits: &str) -> Vec<(usize, usize)> {
    const PREFIX_MAX: usize = 4;
    let joins = |c: char| {
        matches!(
            c,
            ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')' | '+' | '\u{2013}'
        )
    };
    let mut spans = Vec::new();
    // Runs of digits and of what joins them.
    let mut run: Vec<(usize, char)> = Vec::new();
    let mut flush = |run: &mut Vec<(usize, char)>| {
        let plain: Zeroizing<String> =
            Zeroizing::new(run.iter().map(|(_, digit)| *digit).collect());
        let mut from = 0;
        while let Some(found) = plain[from..].find(digits).map(|at| at + from) {
            let start = if found - from <= PREFIX_MAX {
                from
            } else {
                found
            };
            let end = found + digits.len();
            spans.push((run[start].0, run[end - 1].0 + 1));
            from = end;
        }
        run.clear();
    };
    for (at, character) in text.char_indices() {
        if character.is_ascii_digit() {
            run.push((at, character));
        } else if !joins(character) {
            flush(&mut run);
        }
    }
    flush(&mut run);
    spans
}

/// The letters and digits of a text in lower case, each with where it came from.
type Folded = Vec<(char, usize, usize)>;

fn fold(text: &str) -> Zeroizing<Folded> {
    let mut folded = Zeroizing::new(Folded::with_capacity(text.len()));
    for (at, character) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        let end = at + character.len_utf8();
        folded.extend(character.to_lowercase().map(|lower| (lower, at, end)));
    }
    folded
}

/// Where the words stand as whole words, a genitive s allowed.
fn word_spans(text: &str, folded: &Folded, words: &[char]) -> Vec<(usize, usize)> {
    let is_word = |at: Option<char>| at.is_some_and(char::is_alphanumeric);
    let is_whole = |start: usize, end: usize| {
        let after = &text[end..];
        let after_genitive = after.strip_prefix(['s', 'S']).unwrap_or(after);
        !is_word(text[..start].chars().next_back())
            && (!is_word(after.chars().next()) || !is_word(after_genitive.chars().next()))
    };
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for window in folded.windows(words.len()) {
        if window
            .iter()
            .zip(words)
            .all(|((folded, ..), word)| folded == word)
        {
            let (start, end) = (window[0].1, window[words.len() - 1].2);
            if spans.last().is_none_or(|last| last.1 <= start) && is_whole(start, end) {
                spans.push((start, end));
            }
        }
    }
    spans
}

fn replaced(text: &str, spans: &[(usize, usize)], tag: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(
        text.len() + spans.len() * (tag.len() + 2),
    ));
    let mut from = 0;
    for &(start, end) in spans {
        out.push_str(&text[from..start]);
        out.push('[');
        out.push_str(tag);
        out.push(']');
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Kind, value: &str, expected: &str) {
        assert_eq!(
            *Cleaner::new(&[(kind, value)], &[]).clean(text).text,
            expected
        );
    }

    #[test]
    fn surplus_is_taken_out_in_any_spelling() {
        check(
            "ring 031-390 06 12 nu",
            Kind::Phone,
            "+46313900612",
            "ring [telefon] nu",
        );
        check(
            "ring +46 31 3900612",
            Kind::Phone,
            "031-3900612",
            "ring +[telefon]",
        );
        check(
            "pnr 121212-1212.",
            Kind::Personnummer,
            "19121212-1212",
            "pnr [personnummer].",
        );
        check(
            "19121212 1212",
            Kind::Personnummer,
            "121212-1212",
            "[personnummer]",
        );
        check("Eriks hund", Kind::Person, "erik", "[namn]s hund");
        check("Erika är hemma", Kind::Person, "Erik", "Erika är hemma");
        check(
            "mejla A.L@example.se!",
            Kind::Email,
            "a.l@example.se",
            "mejla [e-post]!",
        );
        check("gift", Kind::Other, "x", "gift");
        check(
            "STTA0001 VLAN 1212",
            Kind::CustomerNumber,
            "1212",
            "STTA0001 VLAN 1212",
        );
    }

    #[test]
    fn identity_numbers() {
        assert_eq!(identity_number("19121212-1212"), Some(Sureness::High));
        assert_eq!(identity_number("121212-1212"), Some(Sureness::High));
        assert_eq!(identity_number("191212121212"), Some(Sureness::High));
        assert_eq!(identity_number("1212121212"), Some(Sureness::Medium));
        assert_eq!(identity_number("19121212-1213"), None);
        assert_eq!(identity_number("556597-6122"), None);
        assert_eq!(identity_number("åååå1212-1212"), None);
    }
}
