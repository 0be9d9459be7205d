//! A folded text, read once: its words and numbers one after the other, and what is known of each.
//!
//! Every layer walks over the same tokens; none searches the whole text again for a pattern of its
//! own. A token is a run of letters or a run of digits: `gi0` is two, glued together.

mod spaces;

use std::ops::Range;

use zeroize::Zeroizing;

pub(super) use self::spaces::lost_space;
use super::lexicon::{Lexicon, Says};
use super::marks;
use super::{Finding, Kind};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    /// `Astrid`.
    Title,
    /// `ASTRID`; a single letter too.
    Upper,
    /// `McDonald`, `iPhone`.
    Mixed,
    /// Digits have no case.
    None,
}

/// A run of letters, or a run of digits.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts about a word that do not exclude each other"
)]
pub(super) struct Token {
    /// Bytes of the folded text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many letters or digits.
    pub(super) length: usize,
    pub(super) case: Case,
    pub(super) says: Says,
    /// Nothing stands between it and the token before.
    pub(super) glued: bool,
    /// It begins a sentence, a line, or what follows a colon.
    pub(super) opens: bool,
    /// A protected value: no layer but the known values may have it.
    pub(super) shielded: bool,
    /// Found already, or vouched for: nothing need be guessed about it.
    pub(super) settled: bool,
    /// Found to be a name.
    pub(super) named: bool,
    /// Found to be a part of a telephone number.
    pub(super) phone: bool,
}

impl Token {
    /// Of which nothing is known yet.
    fn new(range: Range<usize>, length: usize, case: Case, glued: bool) -> Self {
        Self {
            start: range.start,
            end: range.end,
            length,
            case,
            says: Says::default(),
            glued,
            opens: false,
            shielded: false,
            settled: false,
            named: false,
            phone: false,
        }
    }

    pub(super) const fn is_digits(&self) -> bool {
        matches!(self.case, Case::None)
    }

    pub(super) const fn is_word(&self) -> bool {
        !self.is_digits()
    }

    pub(super) const fn is_capital(&self) -> bool {
        matches!(self.case, Case::Title | Case::Upper | Case::Mixed)
    }

    pub(super) const fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// A folded text with its tokens.
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    /// In lower case, byte for byte as long.
    lower: Zeroizing<String>,
    pub(super) tokens: Vec<Token>,
    pub(super) lexicon: &'t Lexicon,
    /// Capitals say nothing in this text: it has none, or has nothing else.
    pub(super) caseless: bool,
    /// It is written in Swedish: an English word with a capital is a name like any other.
    swedish: bool,
    /// What is said of any of its words.
    said: Says,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str, lexicon: &'t Lexicon, shields: &[Range<usize>]) -> Self {
        let lower = lowered(text);
        let mut page = Self {
            text,
            lower,
            tokens: tokens(text),
            lexicon,
            caseless: false,
            swedish: false,
            said: Says::default(),
        };
        page.swedish = page.lower.contains(['å', 'ä', 'ö']);
        page.caseless = caseless(&page.tokens);
        for at in 0..page.tokens.len() {
            let says = if page.tokens[at].is_word() {
                let word = page.lower(at);
                let says = lexicon.says(word);
                let unknown = !says.is_word() && !says.is_name();
                // `portokd`, `lösneord`: mistyped, and a cue as good as the right word.
                if unknown && super::credentials::misspelt(word) {
                    Says::WORD.and(Says::CREDENTIAL)
                } else {
                    says.and(marks::by_shape(word))
                }
            } else {
                Says::default()
            };
            page.said = page.said.and(says);
            let opens = at == 0 || page.opens(at);
            // A tag of an earlier pass says nothing of what stands behind it.
            let tag = page.gap(at).ends_with('[')
                && page.gap_after(at).starts_with(']')
                && page.tokens[at].is_word()
                && super::tags::is_tag(page.lower(at));
            let says = if tag { Says::WORD.and(says.marks()) } else { says };
            let token = &mut page.tokens[at];
            token.settled |= tag;
            token.says = says;
            token.opens = opens;
        }
        for shield in shields {
            let from = page.tokens.partition_point(|token| token.end <= shield.start);
            for token in &mut page.tokens[from..] {
                if token.start >= shield.end {
                    break;
                }
                let rest = text.get(shield.end..token.end).unwrap_or_default();
                if shield.start <= token.start && matches!(rest, "" | "'s") {
                    token.shielded = true;
                    token.settled = true;
                }
            }
        }
        page
    }

    /// Marks the tokens in some ranges as settled: nothing need be guessed about them.
    pub(super) fn vouch(&mut self, ranges: &[Range<usize>]) {
        for range in ranges {
            let first = self.token_at(range.start);
            for token in &mut self.tokens[first..] {
                if token.start >= range.end {
                    break;
                }
                token.settled = true;
            }
        }
    }

    pub(super) fn lower(&self, at: usize) -> &str {
        &self.lower[self.tokens[at].range()]
    }

    pub(super) fn lower_text(&self) -> &str {
        &self.lower
    }

    pub(super) fn str(&self, at: usize) -> &'t str {
        &self.text[self.tokens[at].range()]
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// What stands before a token, from the one before it.
    #[inline]
    pub(super) fn gap(&self, at: usize) -> &'t str {
        let start = at.checked_sub(1).map_or(0, |before| self.tokens[before].end);
        &self.text[start..self.tokens[at].start]
    }

    /// What stands behind a token, up to the next.
    pub(super) fn gap_after(&self, at: usize) -> &'t str {
        let end = self.tokens.get(at + 1).map_or(self.text.len(), |next| next.start);
        &self.text[self.tokens[at].end..end]
    }

    pub(super) fn says(&self, at: usize) -> Says {
        self.tokens.get(at).map_or(Says::default(), |token| token.says)
    }

    /// The first token that ends behind a place.
    pub(super) fn token_at(&self, place: usize) -> usize {
        self.tokens.partition_point(|token| token.end <= place)
    }

    /// Marks the tokens of some findings, from one on, as settled.
    pub(super) fn settle_all(&mut self, findings: &[Finding], from: usize) {
        for finding in &findings[from..] {
            let first = self.token_at(finding.range.start);
            for token in &mut self.tokens[first..] {
                if token.start >= finding.range.end {
                    break;
                }
                token.settled = true;
                token.named |= finding.kind == Kind::Person;
                token.phone |= finding.kind == Kind::Phone;
            }
        }
    }

    /// First and last of the tokens that hang together with this one without a gap.
    pub(super) fn cluster(&self, at: usize) -> Range<usize> {
        let mut start = at;
        while start > 0 && self.tokens[start].glued {
            start -= 1;
        }
        let mut end = at + 1;
        while end < self.len() && self.tokens[end].glued {
            end += 1;
        }
        start..end
    }

    /// The bytes of some tokens.
    pub(super) fn span(&self, tokens: Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].start..self.tokens[tokens.end - 1].end
    }

    /// Whether one of the words before a token has a property, on the same line or the one before,
    /// within a sentence, and at most so many tokens away. Numbers count as tokens.
    pub(super) fn cued(&self, at: usize, of: Says, within: usize) -> bool {
        let near = at.saturating_sub(within)..at;
        if !self.said.any(of) || !self.tokens[near].iter().any(|token| token.says.any(of)) {
            return false;
        }
        let mut here = at;
        for _ in 0..within {
            if here == 0 || ends_sentence(self.gap(here)) {
                return false;
            }
            here -= 1;
            if self.tokens[here].says.any(of) {
                return true;
            }
        }
        false
    }

    /// Whether a word is one of ours, and no English one that only its dictionary has.
    pub(super) fn common(&self, at: usize) -> bool {
        let says = self.says(at);
        says.any(Says::BUILT_IN) && !(self.swedish && says.only_english())
    }

    /// Whether a word is the name of an association or a block: `brf Björken`, `kv. Pelikanen`.
    pub(super) fn association(&self, at: usize) -> bool {
        self.follows(at, Says::HOUSED)
            && self.tokens[at].is_word()
            && matches!(self.gap(at), " " | ". ")
    }

    /// Whether a word is a unit of what stands before it: `75 ms`, `Mbit/s`. Then it is no `Ms`.
    pub(super) fn measures(&self, at: usize) -> bool {
        self.tokens[at].says.any(Says::UNIT)
            && at > 0
            && (self.tokens[at].case != Case::Upper || self.tokens[at].length > 1)
            && (self.tokens[at - 1].is_digits() && self.gap(at).len() <= 1 || self.gap(at) == "/")
    }

    /// Whether the word right before has a property.
    pub(super) fn follows(&self, at: usize, of: Says) -> bool {
        at > 0 && self.tokens[at - 1].says.any(of)
    }

    fn opens(&self, at: usize) -> bool {
        let gap = self.gap(at);
        if gap == " " {
            return at == 1 && self.tokens[0].is_digits();
        }
        gap.contains([
            '.', '!', '?', ':', '\n', '*', '"', ';', '|', '[', ']', '>', '=', '(', '\u{2022}',
        ]) || gap.contains(" - ")
            || (self.tokens[at - 1].is_digits() && gap == " " && at == 1)
    }
}

/// Whether a sentence ends in what stands between two tokens.
fn ends_sentence(gap: &str) -> bool {
    if gap == " " {
        return false;
    }
    (gap.contains(['.', '!', '?', ';'])
        && gap.contains(char::is_whitespace)
        && !gap.starts_with(".:"))
        && gap.trim_start_matches(['.', ' ']).is_empty()
        && gap.contains(". ")
        || gap.contains("\n\n")
        || ends_loudly(gap)
}

/// Whether a sentence ends with a sign. One that hangs on what follows it ends none: `är !kanel`.
pub(super) fn ends_loudly(gap: &str) -> bool {
    let sign = |c: char| matches!(c, '!' | '?' | ';');
    let hangs = gap.ends_with(sign) && gap.trim_end_matches(sign).ends_with(' ');
    gap.contains(sign) && !hangs
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5 + 4);
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let digits = first.is_ascii_digit();
        if !digits && !first.is_alphanumeric() {
            continue;
        }
        let glued = tokens.last().is_some_and(|last| last.end == start);
        let mut end = start + first.len_utf8();
        let mut length = 1;
        let (mut upper, mut lower) =
            (usize::from(first.is_uppercase()), usize::from(first.is_lowercase()));
        while let Some(&(at, next)) = chars.peek() {
            let same = if digits {
                next.is_ascii_digit()
            } else if next == '\'' {
                // Only between letters: `isn't`, `O'Brien`.
                text[at + 1..].starts_with(char::is_alphabetic)
            } else {
                next.is_alphanumeric() && !next.is_ascii_digit()
            };
            if !same {
                break;
            }
            chars.next();
            end = at + next.len_utf8();
            length += 1;
            upper += usize::from(next.is_uppercase());
            lower += usize::from(next.is_lowercase());
        }
        let mixed = upper > 0 && lower > 0 && length > 2;
        if let Some(cut) = mixed.then(|| lost_space(&text[start..end], &text[end..])).flatten() {
            for (range, glued) in [(start..start + cut, glued), (start + cut..end, false)] {
                tokens.push(word(&text[range.clone()], range, glued));
            }
            continue;
        }
        let case = match (digits, upper, lower) {
            (true, ..) => Case::None,
            (_, 0, _) => Case::Lower,
            (_, _, 0) => Case::Upper,
            (_, 1, _) if first.is_uppercase() => Case::Title,
            _ => Case::Mixed,
        };
        tokens.push(Token::new(start..end, length, case, glued));
    }
    tokens
}

/// A half of a word that a lost space has made of two.
fn word(letters: &str, range: Range<usize>, glued: bool) -> Token {
    let first = letters.starts_with(char::is_uppercase);
    let case = match (first, letters.chars().skip(1).any(char::is_lowercase)) {
        (true, true) => Case::Title,
        (true, false) => Case::Upper,
        (false, _) => Case::Lower,
    };
    Token::new(range, letters.chars().count(), case, glued)
}

fn caseless(tokens: &[Token]) -> bool {
    let of = |case: Case| {
        tokens.iter().filter(|token| token.case == case && token.length > 2 && !token.glued).count()
    };
    let (title, upper, lower) = (of(Case::Title), of(Case::Upper), of(Case::Lower));
    title == 0 || upper > 3 * (title + lower)
}

/// Lower case, each letter as many bytes as before.
fn lowered(text: &str) -> Zeroizing<String> {
    let mut lower = Zeroizing::new(String::with_capacity(text.len()));
    for char in text.chars() {
        if char.is_ascii() {
            // Phrases go on behind a line break.
            lower.push(if char == '\n' { ' ' } else { char.to_ascii_lowercase() });
            continue;
        }
        let mut small = char.to_lowercase();
        match (small.next(), small.next()) {
            (Some(small), None) if small.len_utf8() == char.len_utf8() => lower.push(small),
            _ => lower.push(char),
        }
    }
    lower
}
