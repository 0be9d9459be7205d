//! Layer 1: the values that the register has, in whatever spelling; and the values that may stand.
//!
//! Nothing is guessed here: every finding is a value that the caller has named.

use std::ops::Range;

use zeroize::Zeroizing;

use super::compact::{Compact, Edge, skeleton, token_around};
use super::fold::Folded;
use super::names::{self, Name};
use super::{Finding, Kind, Layer, Vocabulary, Why, numbers};

/// From this many characters on a value is found inside other letters and digits too.
const LONG: usize = 7;

/// The masked values of a vocabulary, folded and taken apart: once, for a case has several texts.
#[derive(Clone)]
pub(super) struct Known {
    names: Vec<Name>,
    values: Vec<(Kind, Folded)>,
}

impl Known {
    pub(super) fn new(masked: &[(Kind, &str)]) -> Self {
        let (mut names, mut values) = (Vec::new(), Vec::<(Kind, Folded)>::new());
        for &(kind, value) in masked {
            if kind == Kind::Person {
                let name = Name::new(value);
                if !names.contains(&name) {
                    names.push(name);
                }
                continue;
            }
            let folded = Folded::new(value);
            let mut before = values.iter();
            if !before.any(|(of, known)| (*of, known.as_str()) == (kind, folded.as_str())) {
                values.push((kind, folded));
            }
        }
        Self { names, values }
    }

    /// Every one of the values, wherever the text has it.
    pub(super) fn find(&self, read: &Read<'_>) -> Vec<Finding> {
        let (text, compact) = (read.text, &read.compact);
        let mut found = Vec::new();
        for range in names::find(read, &self.names) {
            add(&mut found, Kind::Person, range);
        }
        for (kind, value) in &self.values {
            for (kind, range) in places(text, compact, *kind, value.as_str()) {
                add(&mut found, kind, range);
            }
        }
        found
    }
}

/// A finding, or more of the last one: a value can overlap itself all through a text.
fn add(found: &mut Vec<Finding>, kind: Kind, range: Range<usize>) {
    match found.last_mut() {
        Some(last) if last.kind == kind && last.range.contains(&range.start) => {
            last.range.end = last.range.end.max(range.end);
        }
        _ => found.push(Finding { range, kind, layer: Layer::KnownValue, why: Why::Record }),
    }
}

/// Where a value stands that is not a name, and as what.
fn places(text: &str, compact: &Compact<'_>, kind: Kind, value: &str) -> Vec<(Kind, Range<usize>)> {
    let of_kind = |range| (kind, range);
    match kind {
        Kind::Phone => phone(text, compact, value).map(of_kind).collect(),
        Kind::Personnummer | Kind::OrgNo => identity(text, compact, value, kind),
        Kind::BirthDate => birth_date(compact, value),
        Kind::Email => email(text, compact, value),
        // It may be a common word: `bredband` is not to take `bredbandsdosan` along.
        Kind::Other if !value.contains(char::is_numeric) => {
            let places = compact.find(&skeleton(value), Edge::Token).into_iter();
            places.map(of_kind).collect()
        }
        _ => anywhere(text, compact, value).map(of_kind).collect(),
    }
}

/// A protected value, ready to be looked for.
#[derive(Clone)]
pub(super) enum Shield {
    /// A telephone number, by its digits behind the zero.
    Phone(String),
    /// Anything else.
    Value {
        /// Without anything between its letters and digits.
        needle: Zeroizing<String>,
        /// Many digits in a row mean what they are written as: `6509121234` is an order reference,
        /// `650912-1234` is not.
        literal: Option<Zeroizing<String>>,
    },
}

impl Shield {
    pub(super) fn new(value: &str) -> Self {
        let folded = Folded::new(value);
        let value = folded.as_str().trim();
        if let Some(national) = numbers::national(value).filter(|_| value.starts_with('+')) {
            return Self::Phone(national);
        }
        let literal = numbers::digits(value).len() > 5 && !value.contains(char::is_alphabetic);
        let bare = value.trim_matches(|c: char| !c.is_alphanumeric());
        let literal = literal.then(|| Zeroizing::new(bare.to_owned()));
        Self::Value { needle: skeleton(value), literal }
    }
}

/// Every place where a protected value stands whole.
pub(super) fn protected(read: &Read<'_>, vocabulary: &Vocabulary<'_>) -> Vec<Range<usize>> {
    let (text, compact) = (read.text, &read.compact);
    let mut found = names::find(read, vocabulary.allowed());
    found.retain(|range| !somebody_else(text, range));
    for shield in vocabulary.shields() {
        match shield {
            Shield::Phone(national) => found.extend(phones(text, compact, national)),
            Shield::Value { needle, literal } => {
                let places = compact.find(needle, Edge::Token).into_iter();
                let same = |range: &Range<usize>| {
                    literal.as_ref().is_none_or(|literal| text[range.clone()] == **literal)
                };
                found.extend(places.filter(same));
            }
        }
    }
    found
}

/// A folded text in the forms in which known values are looked for.
pub(super) struct Read<'t> {
    pub(super) text: &'t str,
    pub(super) compact: Compact<'t>,
    pub(super) words: names::Words,
}

impl<'t> Read<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, compact: Compact::new(text), words: names::Words::new(text) }
    }
}

/// Whether one word of an allowed name stands beside a word with a capital that is none of it: a
/// relative of the same family name.
fn somebody_else(text: &str, range: &Range<usize>) -> bool {
    let single = !text[range.clone()].contains([' ', '.', ',', '-', '\n']);
    let before = text[..range.start]
        .strip_suffix([' ', '-'])
        .or_else(|| text[..range.start].strip_suffix(". "));
    let word = before.map_or("", |before| {
        before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default()
    });
    let after =
        text[range.end..].strip_prefix(", ").or_else(|| text[range.end..].strip_prefix([' ', '-']));
    let next = after
        .map_or("", |after| after.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default());
    let capital = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().skip(1).any(char::is_lowercase)
    };
    let opens = before.is_some_and(|before| {
        let head = before[..before.len() - word.len()].trim_end();
        head.is_empty() || head.ends_with(['.', ':', '!', '?', '\n', '>'])
    });
    single && (capital(word) && !opens || capital(next) && text[range.end..].starts_with(", "))
}

/// The value across any separators; a long one inside other things too, and then all of it goes.
fn anywhere(text: &str, compact: &Compact<'_>, value: &str) -> impl Iterator<Item = Range<usize>> {
    let needle = skeleton(value);
    let edge = if needle.chars().count() < LONG { Edge::Turn } else { Edge::Any };
    compact.find(&needle, edge).into_iter().map(move |range| match edge {
        Edge::Any => token_around(text, range),
        _ => range,
    })
}

fn phone(text: &str, compact: &Compact<'_>, value: &str) -> impl Iterator<Item = Range<usize>> {
    let national = numbers::national(value);
    let swedish =
        national.iter().flat_map(|national| phones(text, compact, national)).collect::<Vec<_>>();
    let foreign = national.is_none().then(|| anywhere(text, compact, value));
    swedish.into_iter().chain(foreign.into_iter().flatten())
}

/// A national number with whatever stands for its trunk zero or its country code.
fn phones(text: &str, compact: &Compact<'_>, national: &str) -> Vec<Range<usize>> {
    let places = compact.find(national, Edge::Any).into_iter();
    places
        .map(|range| {
            let around = token_around(text, range.clone());
            // Letters that are glued on, as in `tel0701740605`, are not the number.
            let digits_end = range.end
                + text[range.end..around.end].bytes().take_while(u8::is_ascii_digit).count();
            prefix_start(text, range.start)..digits_end
        })
        .collect()
}

/// Walks back over `0`, `46`, `0046`, `+46`, `(0)` and what separates them.
fn prefix_start(text: &str, start: usize) -> usize {
    // `0 - 0 - 4 - 6 - (0)`: five digits, each with as wide a gap as there may be.
    const PREFIX_MAX: usize = 20;
    let mut begin = start;
    let mut digits = String::new();
    for (at, char) in text[..start].char_indices().rev().take(PREFIX_MAX) {
        match char {
            '0' | '4' | '6' => {
                digits.insert(0, char);
                if !["0", "6", "60", "46", "460", "046", "0046", "0460", "00460"]
                    .contains(&digits.as_str())
                {
                    break;
                }
                if !digits.starts_with('6') {
                    begin = at;
                }
            }
            '+' => return at,
            '(' if begin - at <= 2 => begin = at,
            digit if digit.is_ascii_digit() => break,
            letter if letter.is_alphabetic() => break,
            _ => {}
        }
    }
    begin
}

/// Ten digits and, if it is there, the century; for a personnummer the date of birth as well.
fn identity(
    text: &str,
    compact: &Compact<'_>,
    value: &str,
    kind: Kind,
) -> Vec<(Kind, Range<usize>)> {
    let digits = numbers::digits(value);
    if digits.len() < 10 {
        return anywhere(text, compact, value).map(|range| (kind, range)).collect();
    }
    let short = &digits[digits.len() - 10..];
    let mut found = Vec::new();
    for needle in [digits.as_str(), short] {
        let places = compact.find(needle, Edge::Any).into_iter();
        found.extend(places.map(|range| (kind, token_around(text, range))));
    }
    if kind == Kind::Personnummer && digits.len() == 12 {
        found.extend(birth_date(compact, &digits[..8]));
    }
    found
}

/// A date of birth written as digits, with the century or without.
fn birth_date(compact: &Compact<'_>, value: &str) -> Vec<(Kind, Range<usize>)> {
    let digits = numbers::digits(value);
    let mut needles = vec![digits.as_str()];
    if digits.len() == 8 {
        needles.push(&digits[2..]);
    }
    let places = needles.into_iter().flat_map(|needle| compact.find(needle, Edge::Turn));
    places.map(|range| (Kind::BirthDate, range)).collect()
}

/// The whole address in any spacing, and the name before the `@` wherever it stands alone.
fn email(text: &str, compact: &Compact<'_>, value: &str) -> Vec<(Kind, Range<usize>)> {
    let mut found: Vec<_> =
        anywhere(text, compact, value).map(|range| (Kind::Email, range)).collect();
    let local = value.split('@').next().unwrap_or(value);
    let local = skeleton(local);
    if local.chars().count() >= LONG {
        // In one piece: `astrid.lindqvist` is her address, `Astrid Lindqvist` her name.
        let places = compact.find(&local, Edge::Token).into_iter();
        let whole = places.filter(|range| !text[range.clone()].contains(char::is_whitespace));
        found.extend(whole.map(|range| (Kind::Email, range)));
    }
    found
}
