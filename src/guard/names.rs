//! Known names: whole, in parts, turned round, inflected, initialled, run together, mistyped.
//!
//! The names of the record are always taken out, also where they are ordinary words: the person
//! reading the text knows which case it belongs to.

use std::ops::Range;

use zeroize::Zeroizing;

use super::compact::{Compact, Edge, skeleton, token_around};

/// From this length on one mistake is forgiven, and a part is found inside other words.
const FORGIVING: usize = 5;
const EMBEDDED: usize = 6;

/// Words of a name that name nobody when they stand alone.
const PARTICLES: [&str; 16] = [
    "von", "van", "af", "av", "de", "del", "della", "der", "den", "di", "da", "la", "le", "el",
    "al", "bin",
];

/// A name, taken apart once for all the texts that are searched for it:
/// `Ann-Sofie von Hartman` has `ann`, `sofie`, `von`, `hartman`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Name(Vec<Spelling>);

impl Name {
    pub(super) fn new(name: &str) -> Self {
        let words = words(super::fold::Folded::new(name).as_str()).into_iter();
        let parts = words.map(|word| word.spelling);
        Self(parts.filter(|part| part.letters.len() >= 2).collect())
    }
}

/// A word without case and accents, in the forms in which it is compared.
#[derive(Clone, PartialEq, Eq)]
struct Spelling {
    skeleton: Zeroizing<String>,
    /// Without doubled letters: they are what is mistyped most.
    single: Zeroizing<String>,
    letters: Zeroizing<Vec<char>>,
    particle: bool,
}

impl Spelling {
    fn new(word: &str) -> Self {
        let skeleton = skeleton(word);
        let letters = Zeroizing::new(skeleton.chars().collect::<Vec<char>>());
        let mut single = Zeroizing::new(String::with_capacity(skeleton.len()));
        single.extend(letters.chunk_by(char::eq).map(|same| same[0]));
        let particle = PARTICLES.contains(&skeleton.as_str());
        Self { skeleton, single, letters, particle }
    }
}

/// A run of letters in the text.
struct Word {
    range: Range<usize>,
    spelling: Spelling,
    capital: bool,
}

impl Word {
    fn is_letter(&self) -> bool {
        self.spelling.letters.len() == 1
    }
}

/// Every place of any of the names, as byte ranges of the folded text.
pub(super) fn find(text: &str, compact: &Compact<'_>, names: &[Name]) -> Vec<Range<usize>> {
    if names.is_empty() {
        return Vec::new();
    }
    let words = words(text);
    let mut found = Vec::new();
    for Name(parts) in names {
        found.extend(spoken(text, &words, parts));
        let whole: Vec<&str> = parts.iter().map(|part| part.skeleton.as_str()).collect();
        found.extend(embedded(text, compact, &whole));
    }
    found
}

/// The name in words of its own.
fn spoken(text: &str, words: &[Word], parts: &[Spelling]) -> Vec<Range<usize>> {
    let telling: Vec<&Spelling> = parts.iter().filter(|part| !part.particle).collect();
    let mut hit: Vec<bool> =
        words.iter().map(|word| telling.iter().any(|part| says(&word.spelling, part))).collect();
    let caseless = !words.iter().any(|word| word.capital);
    for (at, word) in words.iter().enumerate() {
        let initial = word.is_letter() && (word.capital || caseless);
        if !word.spelling.particle && !initial {
            continue;
        }
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let mut named = beside.filter(|near| hit.get(*near).is_some_and(|hit| *hit));
        let starts =
            parts.iter().any(|part| part.skeleton.starts_with(word.spelling.skeleton.as_str()));
        if starts && named.any(|near| gap(text, words, at, near).chars().count() <= 2) {
            hit[at] = true;
        }
    }
    for at in 0..words.len().saturating_sub(1) {
        if initials(text, &words[at], &words[at + 1], parts) {
            hit[at] = true;
            hit[at + 1] = true;
        }
    }
    join(text, words, &hit)
}

/// `A.L.` for Astrid Lindqvist, or `L.A.`; both letters with their dots.
fn initials(text: &str, first: &Word, second: &Word, parts: &[Spelling]) -> bool {
    let dotted = |word: &Word| text[word.range.end..].starts_with('.');
    let single = |word: &Word| word.capital && word.is_letter();
    let starts = |word: &Word, part: Option<&Spelling>| {
        part.is_some_and(|part| part.skeleton.starts_with(word.spelling.skeleton.as_str()))
    };
    let (given, family) = (parts.first(), parts.last());
    parts.len() > 1
        && single(first)
        && single(second)
        && dotted(first)
        && text[first.range.end..second.range.start].trim() == "."
        && (starts(first, given) && starts(second, family)
            || starts(first, family) && starts(second, given))
}

/// Neighbouring hits become one span, each with the digits or the dot that belong to it.
fn join(text: &str, words: &[Word], hit: &[bool]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (word, _) in words.iter().zip(hit).filter(|(_, hit)| **hit) {
        let mut range = word.range.clone();
        if word.is_letter() && text[range.end..].starts_with('.') {
            range.end += 1;
        }
        // `astrid79` is an account of hers.
        range.end += text[range.end..].bytes().take_while(u8::is_ascii_digit).count();
        let joins = |last: &&mut Range<usize>| {
            let between = &text[last.end.min(range.start)..range.start];
            between.chars().count() <= 3
                && between.chars().all(|char| matches!(char, ' ' | '\n' | ',' | '-' | '.' | '_'))
        };
        match found.last_mut().filter(joins) {
            Some(last) => last.end = range.end,
            None => found.push(range),
        }
    }
    found
}

/// The name run together (`astridlindqvist`), broken up (`Lind-\nqvist`), or inside another word
/// (`FamiljenLindqvist`): then all of that word goes.
fn embedded(text: &str, compact: &Compact<'_>, parts: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if parts.is_empty() {
        return found;
    }
    let mut turned = parts.to_vec();
    turned.rotate_right(1);
    for needle in [parts.concat(), turned.concat()] {
        if parts.len() > 1 && needle.chars().count() >= EMBEDDED {
            found.extend(compact.find(&needle, Edge::Any));
        }
    }
    // `annsofie`: two given names in one word.
    for pair in parts.windows(2).map(<[&str]>::concat) {
        found.extend(compact.find(&pair, Edge::Token));
    }
    for part in parts.iter().filter(|part| !PARTICLES.contains(part)) {
        let length = part.chars().count();
        if length >= FORGIVING {
            found.extend(compact.find(part, Edge::Token));
        }
        if length >= EMBEDDED {
            let inside = compact.find(part, Edge::Any).into_iter();
            found.extend(
                inside.filter(|range| text[range.clone()].chars().all(char::is_alphanumeric)),
            );
        }
    }
    found.into_iter().map(|range| token_around(text, range)).collect()
}

/// Whether a word is this part of a name: itself, in the genitive, or one mistake away.
fn says(word: &Spelling, part: &Spelling) -> bool {
    // One mistake and a genitive.
    const LONGER_MAX: usize = 2;
    if word.single == part.single || word.skeleton.strip_suffix('s') == Some(&part.skeleton) {
        return true;
    }
    let (word, part) = (&word.letters[..], &part.letters[..]);
    if part.len() < FORGIVING || word.len().abs_diff(part.len()) > LONGER_MAX {
        return false;
    }
    let genitive = word.strip_suffix(&['s']);
    one_mistake(word, part) || genitive.is_some_and(|word| one_mistake(word, part))
}

/// One letter too many, too few or wrong, or two that changed places.
fn one_mistake(a: &[char], b: &[char]) -> bool {
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[common..], &b[common..]);
    match (a, b) {
        ([_, rest @ ..], longer) if rest == longer => true,
        (shorter, [_, rest @ ..]) if shorter == rest => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a1, a2, a @ ..], [b1, b2, b @ ..]) => a1 == b2 && a2 == b1 && a == b,
        _ => false,
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphabetic() {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some((at, char)) = chars.next_if(|(_, char)| char.is_alphabetic()) {
            end = at + char.len_utf8();
        }
        words.push(Word {
            range: start..end,
            spelling: Spelling::new(&text[start..end]),
            capital: first.is_uppercase(),
        });
    }
    words
}

fn gap<'t>(text: &'t str, words: &[Word], a: usize, b: usize) -> &'t str {
    let (first, second) = (&words[a.min(b)], &words[a.max(b)]);
    &text[first.range.end..second.range.start]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, expected: &[&str]) {
        let mut found = find(text, &Compact::new(text), &[Name::new(name)]);
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        found.dedup_by(|later, earlier| later.end <= earlier.end);
        let found: Vec<_> = found.into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_name_in_many_spellings() {
        let name = "Astrid Lindqvist";
        check("Kund Astrid Lindqvist ringer", name, &["Astrid Lindqvist"]);
        check("LINDQVIST, ASTRID ringer", name, &["LINDQVIST, ASTRID"]);
        check("astrids router, Lindqvists port", name, &["astrids", "Lindqvists"]);
        check("A. Lindqvist och Astrid L. ringer", name, &["A. Lindqvist", "Astrid L."]);
        check("Kund A.L. ringer", name, &["A.L."]);
        check(
            "wifi FamiljenLindqvist och astridlindqvist",
            name,
            &["FamiljenLindqvist", "astridlindqvist"],
        );
        check("Atsrid Lindkvist, Lindqist", name, &["Atsrid Lindkvist, Lindqist"]);
        check("konto astrid79", name, &["astrid79"]);
        check("inget ljus på porten", name, &[]);
    }

    #[test]
    fn short_parts_and_particles() {
        check("Bo von Ek i huset, bo och ek. Där von", "Bo von Ek", &["Bo von Ek", "bo", "ek"]);
        check("Ann-Sofie, annsofie, sofie", "Ann-Sofie Berg", &["Ann-Sofie", "annsofie", "sofie"]);
    }
}
