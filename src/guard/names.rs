//! Known names: whole, in parts, turned round, inflected, initialled, run together, mistyped.
//!
//! The names of the record are always taken out, also where they are ordinary words: the person
//! reading the text knows which case it belongs to.

use std::ops::Range;

use zeroize::Zeroizing;

use super::compact::{Edge, skeleton};
use super::known::Read;
use super::page::lost_space;

/// From this length on one mistake is forgiven, and a part is found inside other words.
const FORGIVING: usize = 5;
const EMBEDDED: usize = 6;
/// From this length on two mistakes are forgiven.
const FORGIVING_TWICE: usize = 8;

/// Words of a name that name nobody when they stand alone.
const PARTICLES: [&str; 19] = [
    "von", "van", "af", "av", "de", "del", "della", "der", "den", "di", "da", "la", "le", "el",
    "al", "bin", "och", "of", "and",
];

/// Particles that are names of their own where a name begins or ends with them (`Van Tran`, `Minh
/// Le`), and are too common as words to be taken for one without a capital.
const COMMON: [&str; 13] =
    ["av", "de", "den", "der", "di", "da", "la", "le", "al", "el", "och", "of", "and"];

/// A name, taken apart once for all the texts that are searched for it:
/// `Ann-Sofie von Hartman` has `ann`, `sofie`, `von`, `hartman`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Name(Vec<Spelling>);

impl Name {
    pub(super) fn new(name: &str) -> Self {
        let folded = super::fold::Folded::new(name);
        let words = folded.as_str().split(|c: char| !c.is_alphabetic());
        let parts = words.map(Spelling::new);
        let mut parts: Vec<_> = parts.filter(|part| part.letters.len() >= 2).collect();
        let many = parts.len() > 1;
        let last = parts.len().saturating_sub(1);
        for (at, part) in parts.iter_mut().enumerate() {
            if part.particle && many && (at == 0 || at == last) {
                part.particle = false;
                part.raised = COMMON.contains(&part.skeleton.as_str());
            }
        }
        Self(parts)
    }

    /// Where parts of the name stand in the name of a network: `FamiljenAstrid`, `TP-astrid_2G`,
    /// `astridnet`. Each begins and ends where a word of such a name does.
    pub(super) fn within(&self, text: &str) -> Vec<Range<usize>> {
        let lower = text.to_lowercase();
        if lower.len() != text.len() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for part in self.0.iter().filter(|part| !part.particle) {
            for (at, _) in lower.char_indices() {
                let Some(end) = begins_with(&lower[at..], &part.letters).map(|length| at + length)
                else {
                    continue;
                };
                let (before, behind) = (&lower[..at], &lower[end..]);
                let raised = text[at..].starts_with(char::is_uppercase)
                    && !text[..at].ends_with(char::is_uppercase);
                let starts = raised
                    || !before.ends_with(char::is_alphabetic)
                    || NETWORKS.iter().any(|word| before.ends_with(word));
                let ends = !behind.starts_with(char::is_alphabetic)
                    || text[end..].starts_with(char::is_uppercase)
                        && text[..end].ends_with(char::is_lowercase)
                    || NETWORKS.iter().any(|word| behind.starts_with(word));
                if starts && ends {
                    found.push(at..end);
                }
            }
        }
        found
    }

    /// The name run together (`astridlindqvist`), broken up (`Lind-\nqvist`), or inside another
    /// word (`FamiljenLindqvist`): what is to be looked for in the compact text, and whether it
    /// must stand in one piece there. All of the word that it stands in goes.
    pub(super) fn needles(&self) -> Vec<(Zeroizing<String>, Edge, bool)> {
        let parts: Vec<&str> = self.0.iter().map(|part| part.skeleton.as_str()).collect();
        let mut needles = Vec::new();
        if parts.is_empty() {
            return needles;
        }
        let mut turned = parts.clone();
        turned.rotate_right(1);
        for whole in [parts.concat(), turned.concat()] {
            if parts.len() > 1 && whole.chars().count() >= EMBEDDED {
                needles.push((Zeroizing::new(whole), Edge::Any, false));
            }
        }
        // `annsofie`: two given names in one word.
        for pair in parts.windows(2) {
            needles.push((Zeroizing::new(pair.concat()), Edge::Token, false));
        }
        for part in self.0.iter().filter(|part| !part.particle) {
            if part.letters.len() >= FORGIVING {
                needles.push((part.skeleton.clone(), Edge::Token, false));
            }
            if part.letters.len() >= EMBEDDED {
                needles.push((part.skeleton.clone(), Edge::Any, true));
            }
        }
        needles
    }
}

/// What the names of networks are made of besides those of people.
const NETWORKS: [&str; 14] = [
    "familjen", "fam", "casa", "villa", "wifi", "hemnät", "hem", "nät", "network", "net", "home",
    "guest", "gäst", "s_",
];

/// How many bytes of a text in lower case are these letters, their accents aside.
fn begins_with(text: &str, letters: &[char]) -> Option<usize> {
    let (mut bare_letters, mut length) = (Vec::with_capacity(2), 0);
    let mut left = letters;
    for char in text.chars() {
        if left.is_empty() {
            break;
        }
        bare_letters.clear();
        bare(char, &mut bare_letters);
        left = left.strip_prefix(bare_letters.as_slice())?;
        length += char.len_utf8();
    }
    left.is_empty().then_some(length)
}

/// A word without case and accents, in the forms in which it is compared.
#[derive(Clone, PartialEq, Eq)]
struct Spelling {
    skeleton: Zeroizing<String>,
    letters: Zeroizing<Vec<char>>,
    /// Which letters it has.
    has: u64,
    particle: bool,
    /// Only with a capital.
    raised: bool,
}

impl Spelling {
    fn new(word: &str) -> Self {
        let skeleton = skeleton(word);
        let letters = Zeroizing::new(skeleton.chars().collect::<Vec<char>>());
        let particle = PARTICLES.contains(&skeleton.as_str());
        let has = has(&letters);
        Self { skeleton, letters, has, particle, raised: false }
    }
}

/// The letters of a word as a set; rare ones share a place in it.
fn has(letters: &[char]) -> u64 {
    letters.iter().fold(0, |set, letter| set | 1 << (u32::from(*letter) % 64))
}

/// A run of letters in the text.
struct Word {
    range: Range<usize>,
    /// Where its letters stand among those of all words.
    letters: Range<usize>,
    /// Which letters it has.
    has: u64,
    capital: bool,
}

impl Word {
    fn is_letter(&self) -> bool {
        self.letters.len() == 1
    }
}

/// The words of a text, without case and accents.
pub(super) struct Words {
    runs: Vec<Word>,
    /// None begins with a capital.
    caseless: bool,
    letters: Zeroizing<Vec<char>>,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let mut words: Vec<Word> = Vec::with_capacity(text.len() / 5);
        // Sized at once: what grows by moving leaves copies of itself behind.
        let mut letters = Zeroizing::new(Vec::with_capacity(text.len() * 2));
        let mut chars = text.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            if !first.is_alphabetic() {
                continue;
            }
            let from = letters.len();
            let mut end = start + first.len_utf8();
            let mut lower = first.is_lowercase();
            let mut mixed = false;
            while let Some((at, char)) = chars.next_if(|(_, char)| char.is_alphabetic()) {
                end = at + char.len_utf8();
                mixed |= char.is_uppercase() && lower;
                lower |= char.is_lowercase();
            }

            let mut word = |range: Range<usize>, from: usize| {
                bare_all(&text[range.clone()], &mut letters);
                let has = has(&letters[from..]);
                let capital = text[range.start..].starts_with(char::is_uppercase);
                words.push(Word { range, letters: from..letters.len(), has, capital });
                letters.len()
            };
            // `kontaktaAstrid`: two words.
            let cut = mixed.then(|| lost_space(&text[start..end], &text[end..])).flatten();
            match cut.map(|cut| start + cut) {
                Some(cut) => {
                    let from = word(start..cut, from);
                    word(cut..end, from);
                }
                None => _ = word(start..end, from),
            }
        }
        let caseless = !words.iter().any(|word| word.capital);
        Self { runs: words, caseless, letters }
    }

    fn letters(&self, at: usize) -> &[char] {
        &self.letters[self.runs[at].letters.clone()]
    }
}

fn bare_all(text: &str, letters: &mut Vec<char>) {
    for char in text.chars() {
        bare(char, letters);
    }
}

fn bare(char: char, letters: &mut Vec<char>) {
    if char.is_ascii() {
        letters.push(char.to_ascii_lowercase());
        return;
    }
    match char {
        'å' | 'ä' | 'Å' | 'Ä' => letters.push('a'),
        'ö' | 'Ö' => letters.push('o'),
        'é' | 'É' => letters.push('e'),
        other => {
            let mut one = [0; 4];
            letters.extend(skeleton(other.encode_utf8(&mut one)).chars());
        }
    }
}

/// Every place of any of the names in words of its own, as byte ranges of the folded text.
pub(super) fn find(read: &Read<'_>, names: &[Name]) -> Vec<Range<usize>> {
    let mut hit = vec![false; read.words.runs.len()];
    let mut found = Vec::new();
    for Name(parts) in names {
        found.extend(spoken(read.text, &read.words, parts, &mut hit));
    }
    found
}

/// One name in words of its own. `hit` is room for as many as there are words.
fn spoken(text: &str, all: &Words, parts: &[Spelling], hit: &mut [bool]) -> Vec<Range<usize>> {
    let words = all.runs.as_slice();
    for (at, (word, hit)) in words.iter().zip(&mut *hit).enumerate() {
        *hit = parts
            .iter()
            .filter(|part| !part.particle)
            .any(|part| says(word, all.letters(at), part));
    }
    let caseless = all.caseless;
    for (at, word) in words.iter().enumerate() {
        let initial = word.is_letter() && (word.capital || caseless);
        let part = || parts.iter().any(|part| part.particle && *part.letters == *all.letters(at));
        if !initial && !part() {
            continue;
        }
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let mut named = beside.filter(|near| hit.get(*near).is_some_and(|hit| *hit));
        let starts = parts.iter().any(|part| part.letters.starts_with(all.letters(at)));
        if starts && named.any(|near| gap(text, words, at, near).chars().count() <= 2) {
            hit[at] = true;
        }
    }
    // `Duk Pham`: a short part is mistyped beside another.
    for at in 0..words.len() {
        if hit[at] {
            continue;
        }
        let letters = all.letters(at);
        let beside = |near: usize| {
            hit.get(near).is_some_and(|hit| *hit) && gap(text, words, at, near) == " "
        };
        let near = at > 0 && beside(at - 1) || beside(at + 1);
        if near && letters.len() >= 3 && (words[at].capital || caseless) {
            let mistyped =
                |part: &&Spelling| part.letters.len() >= 3 && one_mistake(letters, &part.letters);
            hit[at] = parts.iter().filter(|part| !part.particle).any(|part| mistyped(&part));
        }
    }
    for at in 0..words.len() {
        if words[at].letters.len() > 2 {
            continue;
        }
        if at + 1 < words.len() && initials(text, all, at, parts) {
            hit[at] = true;
            hit[at + 1] = true;
        }
        if monogram(text, all, at, parts) {
            hit[at] = true;
        }
    }
    join(text, words, hit)
}

/// `AL` for Astrid Lindqvist, at the start of a text or behind a word for the customer.
fn monogram(text: &str, all: &Words, at: usize, parts: &[Spelling]) -> bool {
    const CUES: [&str; 8] =
        ["kund", "kunden", "kd", "customer", "cust", "abonnent", "caller", "client"];
    let letters = all.letters(at);
    let (Some(given), Some(family)) = (parts.first(), parts.last()) else { return false };
    let initials = [given.letters.first(), family.letters.first()];
    let fits = parts.len() > 1
        && letters.len() == 2
        && letters.iter().zip(initials).all(|(letter, initial)| Some(letter) == initial);
    if !fits {
        return false;
    }
    let start = all.runs[at].range.start;
    let before = text[..start].trim_end_matches(' ');
    let shouted = text[all.runs[at].range.clone()].chars().all(char::is_uppercase);
    let starts = before.is_empty()
        || shouted
            && !all.caseless
            && before.ends_with([':', '/', '(', '\n', '"', ','])
            && !text[all.runs[at].range.end..].starts_with(['-', '_', '.', '/']);
    let cued = at > 0
        && CUES.iter().any(|cue| cue.chars().eq(all.letters(at - 1).iter().copied()))
        && gap(text, &all.runs, at - 1, at).len() <= 3;
    starts || cued
}

/// `A.L.` for Astrid Lindqvist, or `L.A.`; both letters with their dots.
fn initials(text: &str, all: &Words, at: usize, parts: &[Spelling]) -> bool {
    let (first, second) = (&all.runs[at], &all.runs[at + 1]);
    let starts = |at: usize, part: Option<&Spelling>| {
        part.is_some_and(|part| part.letters.starts_with(all.letters(at)))
    };
    let (given, family) = (parts.first(), parts.last());
    parts.len() > 1
        && first.is_letter()
        && second.is_letter()
        && text[first.range.end..second.range.start].trim() == "."
        && (starts(at, given) && starts(at + 1, family)
            || starts(at, family) && starts(at + 1, given))
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

/// Whether a word is this part of a name: itself, in the genitive, or a mistake or two away.
fn says(of: &Word, word: &[char], part: &Spelling) -> bool {
    // One mistake and a genitive.
    const LONGER_MAX: usize = 2;
    // Two letters instead of two others, and the genitive's.
    const LETTERS_APART: u32 = 5;
    if (of.has ^ part.has).count_ones() > LETTERS_APART {
        return false;
    }
    if part.raised && !of.capital {
        return false;
    }
    let name = &part.letters[..];
    let (Some(first), Some(second)) = (word.first(), name.first()) else { return false };
    if word.len() > 2 * name.len() + LONGER_MAX {
        return false;
    }
    let genitive = word.strip_suffix(&['s']);
    if first == second && (same(word, name) || genitive.is_some_and(|word| same(word, name))) {
        return true;
    }
    if name.len() < FORGIVING || word.len().abs_diff(name.len()) > LONGER_MAX {
        return false;
    }
    one_mistake(word, name)
        || genitive.is_some_and(|word| one_mistake(word, name))
        || name.len() >= FORGIVING_TWICE && first == second && two_mistakes(word, name)
}

/// The same but for doubled letters: they are what is mistyped most.
fn same(word: &[char], name: &[char]) -> bool {
    word == name || word.len().abs_diff(name.len()) <= 2 && single(word).eq(single(name))
}

fn single(letters: &[char]) -> impl Iterator<Item = char> + '_ {
    letters.chunk_by(char::eq).map(|same| same[0])
}

/// Two mistakes in a long name, the first letter right.
fn two_mistakes(a: &[char], b: &[char]) -> bool {
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[common..], &b[common..]);
    match (a, b) {
        ([], rest) | (rest, []) => rest.len() <= 2,
        ([_, a1 @ ..], [_, b1 @ ..]) => {
            let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0];
            one_mistake(a1, b)
                || one_mistake(a, b1)
                || one_mistake(a1, b1)
                || a1 == b
                || a == b1
                || a1 == b1
                || swapped && (one_mistake(&a[2..], &b[2..]) || a[2..] == b[2..])
        }
    }
}

/// One letter too many, too few or wrong, or two that changed places.
pub(super) fn one_mistake(a: &[char], b: &[char]) -> bool {
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

fn gap<'t>(text: &'t str, words: &[Word], a: usize, b: usize) -> &'t str {
    let (first, second) = (&words[a.min(b)], &words[a.max(b)]);
    &text[first.range.end..second.range.start]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, expected: &[&str]) {
        let known = super::super::known::Known::names(vec![Name::new(name)]);
        let found = known.find(&Read::new(text)).into_iter();
        let mut found: Vec<_> = found.map(|finding| finding.range).collect();
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
