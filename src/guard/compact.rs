//! The text without anything between its letters and digits, to find a value however it is spaced.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

/// What may stand right outside a match.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    /// For each byte of the text: the byte range of its character in the folded text.
    origin: Vec<Range<usize>>,
    /// For each byte of the text: how many wide gaps there are before it.
    gaps: Vec<usize>,
}

impl<'t> Compact<'t> {
    pub(super) fn new(folded: &'t str) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(folded.len() * 2));
        let mut origin = Vec::with_capacity(folded.len());
        let mut gaps = Vec::with_capacity(folded.len());
        let (mut wide, mut between) = (0, 0);
        for (start, char) in folded.char_indices() {
            skeleton_into(char, &mut text);
            between += 1;
            if origin.len() < text.len() {
                wide += usize::from(between > GAP_MAX + 1);
                between = 0;
            }
            origin.resize(text.len(), start..start + char.len_utf8());
            gaps.resize(text.len(), wide);
        }
        Self { folded, text, origin, gaps }
    }

    /// Every place of a needle (itself compact), as byte ranges of the folded text.
    pub(super) fn find(&self, needle: &str, edge: Edge) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if needle.is_empty() {
            return found;
        }
        let mut from = 0;
        while let Some(offset) = self.text[from..].find(needle) {
            let start = from + offset;
            let end = start + needle.len();
            if let Some(range) = self.range(start..end).filter(|range| self.stands(range, edge)) {
                found.push(range);
            }
            from = start + self.text[start..].chars().next().map_or(1, char::len_utf8);
        }
        found
    }

    /// Where a stretch of the compact text stands in the folded one, if it hangs together.
    fn range(&self, compact: Range<usize>) -> Option<Range<usize>> {
        let last = compact.end.checked_sub(1)?;
        let together = self.gaps.get(compact.start)? == self.gaps.get(last)?;
        together.then(|| self.origin[compact.start].start..self.origin[last].end)
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

/// A value as [`Compact`] writes it.
pub(super) fn skeleton(value: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(value.len() * 2));
    for char in value.chars() {
        skeleton_into(char, &mut text);
    }
    text
}

fn skeleton_into(char: char, text: &mut String) {
    if char.is_ascii_alphanumeric() {
        text.push(char.to_ascii_lowercase());
    } else if char.is_alphanumeric() {
        let bare = char.to_lowercase().nfd().filter(|char| !is_combining_mark(*char));
        text.extend(bare.map(|char| match char {
            'ø' => 'o',
            'æ' => 'a',
            'ł' => 'l',
            'đ' => 'd',
            other => other,
        }));
    }
}

/// Widens a range to the whole of the letters and digits that it stands among.
pub(super) fn token_around(folded: &str, range: Range<usize>) -> Range<usize> {
    let before = folded[..range.start].chars().rev().take_while(|char| char.is_alphanumeric());
    let after = folded[range.end..].chars().take_while(|char| char.is_alphanumeric());
    let start = range.start - before.map(char::len_utf8).sum::<usize>();
    start..range.end + after.map(char::len_utf8).sum::<usize>()
}
