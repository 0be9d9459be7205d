//! Codes and passwords. A cue opens; the value behind it has no shape to trust, so all of it goes.

mod asked;
mod cues;
mod doors;
mod logins;
mod phrases;
mod values;
mod words;
mod zone;

use std::ops::Range;

use super::lexicon::Says;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Every finding of this layer. The names of networks and accounts go as [`Why::Name`]: they may
/// have the name of somebody in them who may be named.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut names: Vec<Range<usize>> = Vec::new();
    for at in 0..page.len() {
        if !page.says(at).any(BEGINS) {
            continue;
        }
        ranges.extend(doors::reversed(page, at));
        ranges.extend(doors::opened(page, at));
        if let Some(name) = logins::named(page, at) {
            // `SSID Villa_5G / blåbär`.
            ranges.extend(values::second(page, name.end));
            names.push(name);
        }
        if let Some((from, strength)) = cues::cue(page, at).or_else(|| cues::changed(page, at)) {
            ranges.extend(values::values(page, from, strength));
        }
        ranges.extend(phrases::phrase(page, at));
        asked::find(page, at, &mut ranges);
        zone::near(page, at, &mut ranges);
        ranges.extend(doors::spoken(page, at));
    }
    ranges.retain(|range| {
        !names.iter().any(|name| name.start <= range.start && range.end <= name.end)
    });
    let finding =
        |why| move |range| Finding { range, kind: Kind::Credential, layer: Layer::Context, why };
    let names = names.into_iter().map(finding(Why::Name));
    ranges.into_iter().map(finding(Why::Cue)).chain(names).collect()
}

/// What every rule of this layer begins with: a word for a code or for what it opens, or a number in
/// words.
const BEGINS: Says = Says::CREDENTIAL.and(Says::NUMBER).and(Says::KEYED);

/// The words of the lists that a rule of this layer begins with.
pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    let lists = doors::begin_words().chain(logins::begin_words());
    let lists = lists.chain(phrases::begin_words()).chain(zone::begin_words());
    lists.chain(asked::BEGINS.split_whitespace())
}

/// What a word ends in that a rule of this layer begins with.
pub(super) const KEYED_ENDINGS: [&str; 24] = [
    "kod",
    "koden",
    "koder",
    "koderna",
    "lösen",
    "lösenord",
    "lösenordet",
    "nyckel",
    "nyckeln",
    "password",
    "dörr",
    "dörren",
    "grind",
    "grinden",
    "låset",
    "kodbox",
    "lockbox",
    "nyckelskåp",
    "larmpanel",
    "knappsats",
    "knappsatsen",
    "entré",
    "entrén",
    "keypad",
];

/// Whether a rule of this layer begins with a word that ends so.
pub(super) fn ends_keyed(word: &str) -> bool {
    KEYED_ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Whether a word that no list has is a mistyped word for a code.
pub(super) fn misspelt(word: &str) -> bool {
    words::misspells(word)
}

/// Whether a word begins as a number of two digits does.
pub(super) fn counts(word: &str) -> bool {
    doors::tens(word).is_some()
}

/// How surely a code follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// Only what has digits or signs.
    Weak,
    Code,
    /// Any word that is not a common one.
    Password,
}
