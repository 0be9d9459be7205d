//! The text without anything between its letters and digits, to find a value however it is spaced.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

/// What may stand right outside a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Anything: the value is long enough to be found inside something else.
    Any,
    /// Not more of the same: no digit beside a digit, no letter beside a letter.
    Turn,
    /// Neither letter nor digit.
    Token,
}

/// How many characters may stand between two that belong together, as in `+46 (0) 70`.
const GAP_MAX: usize = 3;

/// Letters and digits only, lower case, without accents.
pub(super) struct Compact<'t> {
    folded: &'t str,
    text: Zeroizing<String>,
    /// For each byte of the text: where its character begins in the folded text.
    origin: Vec<usize>,
    /// The bytes of the text that have a wide gap before them.
    gaps: Vec<usize>,
}

impl<'t> Compact<'t> {
    pub(super) fn new(folded: &'t str) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(folded.len() * 2));
        let mut origin = Vec::with_capacity(folded.len());
        let mut gaps = Vec::new();
        let mut between = 0;
        for (start, char) in folded.char_indices() {
            between += 1;
            if char.is_ascii() {
                if !char.is_ascii_alphanumeric() {
                    continue;
                }
                text.push(char.to_ascii_lowercase());
            } else {
                skeleton_into(char, &mut text);
                if text.len() == origin.len() {
                    continue;
                }
            }
            if between > GAP_MAX + 1 {
                gaps.push(origin.len());
            }
            between = 0;
            origin.resize(text.len(), start);
        }
        Self { folded, text, origin, gaps }
    }

    /// Where a stretch of the compact text stands in the folded one, if it hangs together.
    fn range(&self, compact: Range<usize>) -> Option<Range<usize>> {
        let last = compact.end.checked_sub(1)?;
        let gap = self.gaps.partition_point(|gap| *gap <= compact.start);
        let together = self.gaps.get(gap).is_none_or(|gap| *gap > last);
        together.then(|| {
            let last = self.origin[last];
            let end =
                self.folded[last..].chars().next().map_or(last, |char| last + char.len_utf8());
            self.origin[compact.start]..end
        })
    }

    fn stands(&self, range: &Range<usize>, edge: Edge) -> bool {
        let before = self.folded[..range.start].chars().next_back();
        let after = self.folded[range.end..].chars().next();
        let inside = &self.folded[range.clone()];
        let fits = |outside: Option<char>, inside: Option<char>| match (edge, outside, inside) {
            (Edge::Any, ..) | (_, None, _) | (_, _, None) => true,
            (Edge::Token, Some(outside), _) => !outside.is_alphanumeric(),
            (Edge::Turn, Some(outside), Some(inside)) => {
                !outside.is_alphanumeric() || outside.is_numeric() != inside.is_numeric()
            }
        };
        fits(before, inside.chars().next()) && fits(after, inside.chars().next_back())
    }
}

/// Compact values, to be found all in one walk over a text. `T` says what is made of a find.
#[derive(Clone)]
pub(super) struct Needles<T> {
    /// By their first two bytes.
    sorted: Vec<Needle<T>>,
    /// Which pairs of bytes any of them begins with: nearly every place of a text is passed by this.
    begun: [u64; PAIRS / 64],
}

#[derive(Clone)]
struct Needle<T> {
    text: Zeroizing<String>,
    edge: Edge,
    made: T,
}

const PAIRS: usize = 4096;

/// The number of a pair of bytes; a few share one.
const fn pair(first: u8, second: u8) -> usize {
    ((first as usize & 63) << 6) | (second as usize & 63)
}

impl<T> Needles<T> {
    /// Of values that are compact already; empty ones are nowhere.
    pub(super) fn new(values: impl IntoIterator<Item = (Zeroizing<String>, Edge, T)>) -> Self {
        let mut begun = [0; PAIRS / 64];
        let mut sorted = Vec::new();
        for (text, edge, made) in values {
            let mut mark = |pair: usize| begun[pair / 64] |= 1 << (pair % 64);
            match text.as_bytes() {
                [] => continue,
                [only] => (0..64).for_each(|second| mark(pair(*only, second))),
                [first, second, ..] => mark(pair(*first, *second)),
            }
            sorted.push(Needle { text, edge, made });
        }
        sorted.sort_by(|a, b| a.text.as_bytes()[0].cmp(&b.text.as_bytes()[0]));
        Self { sorted, begun }
    }

    /// What is made of each of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.sorted.iter().map(|needle| &needle.made)
    }

    /// Every place of each of them in a text, with what is made of it; from the first on.
    pub(super) fn find<'n>(
        &'n self,
        compact: &Compact<'_>,
        mut found: impl FnMut(Range<usize>, &'n T),
    ) {
        let bytes = compact.text.as_bytes();
        for (at, &first) in bytes.iter().enumerate() {
            let second = bytes.get(at + 1).copied().unwrap_or(0);
            let pair = pair(first, second);
            if self.begun[pair / 64] >> (pair % 64) & 1 == 0 {
                continue;
            }
            let from = self.sorted.partition_point(|needle| needle.text.as_bytes()[0] < first);
            for needle in &self.sorted[from..] {
                if needle.text.as_bytes()[0] != first {
                    break;
                }
                if bytes[at..].starts_with(needle.text.as_bytes())
                    && let Some(range) = compact.range(at..at + needle.text.len())
                    && compact.stands(&range, needle.edge)
                {
                    found(range, &needle.made);
                }
            }
        }
    }
}

/// A value as [`Compact`] writes it.
pub(super) fn skeleton(value: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(value.len() * 2));
    for char in value.chars() {
        skeleton_into(char, &mut text);
    }
    text
}

fn skeleton_into(char: char, text: &mut String) {
    match char {
        _ if char.is_ascii_alphanumeric() => text.push(char.to_ascii_lowercase()),
        _ if char.is_ascii() => {}
        'å' | 'ä' | 'Å' | 'Ä' => text.push('a'),
        'ö' | 'Ö' => text.push('o'),
        'é' | 'É' => text.push('e'),
        _ if char.is_alphanumeric() => {
            let bare = char.to_lowercase().nfd().filter(|char| !is_combining_mark(*char));
            text.extend(bare.map(|char| match char {
                'ø' => 'o',
                'æ' => 'a',
                'ł' => 'l',
                'đ' => 'd',
                other => other,
            }));
        }
        _ => {}
    }
}

/// Widens a range to the whole of the letters and digits that it stands among.
pub(super) fn token_around(folded: &str, range: Range<usize>) -> Range<usize> {
    let before = folded[..range.start].chars().rev().take_while(|char| char.is_alphanumeric());
    let after = folded[range.end..].chars().take_while(|char| char.is_alphanumeric());
    let start = range.start - before.map(char::len_utf8).sum::<usize>();
    start..range.end + after.map(char::len_utf8).sum::<usize>()
}
