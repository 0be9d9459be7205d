//! Layer 1: the values that the register has, in whatever spelling; and the values that may stand.
//!
//! Nothing is guessed here: every finding is a value that the caller has named.

use std::ops::Range;

use zeroize::Zeroizing;

use super::compact::{Compact, Edge, Needles, skeleton, token_around};
use super::fold::Folded;
use super::lexicon::Says;
use super::names::{self, Name};
use super::{Finding, Kind, Layer, Vocabulary, Why, numbers};

/// From this many characters on a value is found inside other letters and digits too.
const LONG: usize = 7;

/// The masked values of a vocabulary, folded and taken apart: once, for a case has several texts.
#[derive(Clone)]
pub(super) struct Known {
    names: Vec<Name>,
    needles: Needles<Found>,
}

/// What is made of the place of a value in the compact text.
#[derive(Clone, Copy)]
enum Found {
    /// A name, or all that its parts are glued to; `whole` if nothing may stand between its letters.
    Name { whole: bool },
    /// The place itself.
    Value(Kind),
    /// All of the letters and digits that it stands among.
    Around(Kind),
    /// A number behind its zero or its country code.
    Phone,
    /// The name before the `@`, in one piece: `astrid.lindqvist` is her address, `Astrid Lindqvist`
    /// her name.
    Local,
}

impl Known {
    pub(super) fn new(masked: &[(Kind, &str)]) -> Self {
        let mut names = Vec::new();
        let mut needles = Vec::new();
        for (at, &(kind, value)) in masked.iter().enumerate() {
            if masked[..at].contains(&(kind, value)) {
                continue;
            }
            if kind == Kind::Person {
                names.push(Name::new(value));
            } else {
                needles.extend(value_needles(kind, Folded::new(value).as_str()));
            }
        }
        Self::of(names, needles)
    }

    /// Names alone.
    pub(super) fn names(names: Vec<Name>) -> Self {
        Self::of(names, Vec::new())
    }

    fn of(names: Vec<Name>, mut needles: Vec<(Zeroizing<String>, Edge, Found)>) -> Self {
        for name in &names {
            let parts = name.needles().into_iter();
            needles.extend(parts.map(|(text, edge, whole)| (text, edge, Found::Name { whole })));
        }
        Self { names, needles: Needles::new(needles) }
    }

    /// Every one of the values, wherever the text has it.
    pub(super) fn find(&self, read: &Read<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for range in names::find(read, &self.names) {
            add(&mut found, Kind::Person, range);
        }
        self.needles.find(&read.compact, |range, made| {
            // What is within the last finding adds nothing, and finding that out again takes time.
            let within = found
                .last()
                .is_some_and(|last| last.range.start <= range.start && range.end <= last.range.end);
            if within {
                return;
            }
            if let Some((kind, range)) = made.of(read.text, range) {
                add(&mut found, kind, range);
            }
        });
        found
    }
}

impl Found {
    /// What goes where a value was found.
    fn of(self, text: &str, range: Range<usize>) -> Option<(Kind, Range<usize>)> {
        match self {
            Self::Name { whole } => {
                let together = || text[range.clone()].chars().all(char::is_alphanumeric);
                (!whole || together()).then(|| (Kind::Person, token_around(text, range)))
            }
            Self::Value(kind) => Some((kind, range)),
            Self::Around(kind) => Some((kind, token_around(text, range))),
            Self::Phone => Some((Kind::Phone, phone(text, range))),
            Self::Local => {
                let whole = !text[range.clone()].contains(char::is_whitespace);
                whole.then_some((Kind::Email, range))
            }
        }
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

/// What a value that is not a name is looked for as.
fn value_needles(kind: Kind, value: &str) -> Vec<(Zeroizing<String>, Edge, Found)> {
    let digits = || Zeroizing::new(numbers::digits(value));
    match kind {
        Kind::Phone => match numbers::national(value) {
            Some(national) => vec![(Zeroizing::new(national), Edge::Any, Found::Phone)],
            None => vec![anywhere(kind, value)],
        },
        Kind::Personnummer | Kind::OrgNo if digits().len() >= 10 => identity(kind, &digits()),
        Kind::BirthDate => birth_date(&digits()),
        Kind::Email => email(value),
        // It may be a common word: `bredband` is not to take `bredbandsdosan` along.
        Kind::Other if !value.contains(char::is_numeric) => {
            vec![(skeleton(value), Edge::Token, Found::Value(kind))]
        }
        _ => vec![anywhere(kind, value)],
    }
}

/// The value across any separators; a long one inside other things too, and then all of it goes.
fn anywhere(kind: Kind, value: &str) -> (Zeroizing<String>, Edge, Found) {
    let needle = skeleton(value);
    if needle.chars().count() < LONG {
        (needle, Edge::Turn, Found::Value(kind))
    } else {
        (needle, Edge::Any, Found::Around(kind))
    }
}

/// Ten digits and, if it is there, the century; for a personnummer the date of birth as well.
fn identity(kind: Kind, digits: &str) -> Vec<(Zeroizing<String>, Edge, Found)> {
    let needle = |digits: &str| (Zeroizing::new(digits.to_owned()), Edge::Any, Found::Around(kind));
    let mut needles = vec![needle(digits), needle(&digits[digits.len() - 10..])];
    if kind == Kind::Personnummer && digits.len() == 12 {
        needles.extend(birth_date(&digits[..8]));
    }
    needles
}

/// A date of birth written as digits, with the century or without.
fn birth_date(digits: &str) -> Vec<(Zeroizing<String>, Edge, Found)> {
    let needle = |digits: &str| {
        (Zeroizing::new(digits.to_owned()), Edge::Turn, Found::Value(Kind::BirthDate))
    };
    let mut needles = vec![needle(digits)];
    if digits.len() == 8 {
        needles.push(needle(&digits[2..]));
    }
    needles
}

/// The whole address in any spacing, and the name before the `@` wherever it stands alone.
fn email(value: &str) -> Vec<(Zeroizing<String>, Edge, Found)> {
    let mut needles = vec![anywhere(Kind::Email, value)];
    let local = skeleton(value.split('@').next().unwrap_or(value));
    if local.chars().count() >= LONG {
        needles.push((local, Edge::Token, Found::Local));
    }
    needles
}

/// The values that may stand, ready to be looked for.
#[derive(Clone)]
pub(super) struct Shields {
    needles: Needles<Shield>,
}

#[derive(Clone)]
enum Shield {
    /// A telephone number, by its digits behind the zero.
    Phone(String),
    /// Anything else. Many digits in a row mean what they are written as: `6509121234` is an order
    /// reference, `650912-1234` is not.
    Value { literal: Option<Zeroizing<String>> },
}

impl Shields {
    pub(super) fn new(protected: &[&str]) -> Self {
        let needles = protected.iter().map(|value| {
            let folded = Folded::new(value);
            let value = folded.as_str().trim();
            if let Some(national) = numbers::national(value).filter(|_| value.starts_with('+')) {
                let shield = Shield::Phone(national.clone());
                return (Zeroizing::new(national), Edge::Any, shield);
            }
            let literal = numbers::digits(value).len() > 5 && !value.contains(char::is_alphabetic);
            let bare = value.trim_matches(|c: char| !c.is_alphanumeric());
            let literal = literal.then(|| Zeroizing::new(bare.to_owned()));
            (skeleton(value), Edge::Token, Shield::Value { literal })
        });
        Self { needles: Needles::new(needles) }
    }

    /// Whether a telephone number may stand, by its digits behind the zero.
    pub(super) fn allow(&self, national: &str) -> bool {
        let mut shields = self.needles.all();
        shields.any(|shield| matches!(shield, Shield::Phone(phone) if phone == national))
    }
}

/// The findings without the names that somebody who may be named shares with somebody else: alone,
/// `Lindqvist` may be either of two.
pub(super) fn without_shared(found: Vec<Finding>, protected: &[Range<usize>]) -> Vec<Finding> {
    let within = |finding: &Finding| {
        let range = &finding.range;
        protected.iter().any(|name| name.start <= range.start && range.end <= name.end)
    };
    let shared = |finding: &Finding| finding.kind == Kind::Person && within(finding);
    found.into_iter().filter(|finding| !shared(finding)).collect()
}

/// Every place where a protected value stands whole.
pub(super) fn protected(read: &Read<'_>, vocabulary: &Vocabulary<'_>) -> Vec<Range<usize>> {
    let text = read.text;
    let allowed = vocabulary.allowed().find(read).into_iter().map(|finding| finding.range);
    let says = |word: &str| vocabulary.lexicon().says(&word.to_lowercase());
    let mut found: Vec<_> = allowed.filter(|range| !somebody_else(text, range, says)).collect();
    vocabulary.shields().needles.find(&read.compact, |range, shield| match shield {
        Shield::Phone(_) => found.push(phone(text, range)),
        Shield::Value { literal } => {
            if literal.as_ref().is_none_or(|literal| text[range.clone()] == **literal) {
                found.push(range);
            }
        }
    });
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
fn somebody_else(text: &str, range: &Range<usize>, says: impl Fn(&str) -> Says) -> bool {
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
        let head = before[..before.len() - word.len()].trim_end_matches(' ');
        head.is_empty() || head.ends_with(['.', ':', '!', '?', '\n', '>', '"', '(', '-', '/', ';'])
    });
    let given = |word: &str| says(word).any(Says::GIVEN);
    // `Ring Rezan`: no name before it, but what is done.
    let named = capital(word) && (says(word).is_name() || !says(word).is_word());
    single
        && (named && !opens
            || capital(next)
                && text[range.end..].starts_with(", ")
                && given(next)
                && !given(&text[range.clone()]))
}

/// A national number with whatever stands for its trunk zero or its country code.
fn phone(text: &str, range: Range<usize>) -> Range<usize> {
    // Letters that are glued on, as in `tel0701740605`, are not the number.
    let digits = text[range.end..].bytes().take_while(u8::is_ascii_digit).count();
    prefix_start(text, range.start)..range.end + digits
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
