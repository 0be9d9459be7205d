//! Names of anybody: by the lists, by what stands beside them, and by signatures.
//!
//! A name that is no ordinary word goes wherever it stands. A name that is one too (`Sten`, `Max`,
//! `Falk`) goes where a capital, a cue or another name beside it says so.

mod cues;
mod letters;
mod ordinary;
mod pairs;
mod posts;
mod shown;
mod signatures;
mod told;

use std::ops::Range;

use super::lexicon::Says;
use super::page::{Case, Page};
use super::{Finding, Kind, Layer, Why};

/// Words that a cue may precede and that are nobody's name, whatever their case.
const ROLES: Says = Says::PERSON
    .and(Says::SPEECH)
    .and(Says::RELATION)
    .and(Says::REFERENCE)
    .and(Says::TECHNICAL)
    .and(Says::UNIT)
    .and(Says::TIME)
    .and(Says::PHONE)
    .and(Says::CREDENTIAL)
    .and(Says::SIGN);

/// How many names that are ordinary words too are looked for again in the same text.
const ECHOED_MAX: usize = 16;

/// What a word is, as far as names go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Not a word, protected, or spoken for.
    Out,
    /// Nobody's name.
    Word,
    /// A name, and an ordinary word.
    Either,
    /// A name and nothing else.
    Name,
    /// On no list: `deny` takes it, and here it is good company for others.
    Unknown,
}

/// Whether a verb tells what only somebody does.
pub(super) fn talks(word: &str) -> bool {
    cues::TALKS.has(word)
}

/// Every finding of this layer.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut layer = People {
        page,
        class: (0..page.len()).map(|at| class(page, at)).collect(),
        hit: Vec::new(),
    };
    layer.hit = (0..page.len())
        .map(|at| {
            let token = &page.tokens[at];
            let foreign =
                layer.class[at] == Class::Unknown && token.case == Case::Title && !token.opens;
            let foreign = foreign && !layer.located(at);
            layer.class[at] == Class::Name && !layer.located(at)
                || token.named
                || foreign && !page.caseless
        })
        .collect();
    layer.brands();
    layer.signatures();
    layer.care_of();
    layer.spelled();
    layer.staff();
    // What is found first makes the next one clearer: `A-K Berg` is found from its end.
    for _ in 0..3 {
        let mut more = false;
        for at in 0..page.len() {
            if layer.hit[at] {
                continue;
            }
            layer.hit[at] = match layer.class[at] {
                Class::Either => layer.either(at) || layer.initial(at) || layer.particle(at),
                Class::Word => layer.surname(at) || layer.initial(at) || layer.particle(at),
                Class::Unknown => {
                    layer.beside(at)
                        || layer.particle(at)
                        || layer.paired(at)
                        || layer.behind_given(at)
                }
                Class::Name | Class::Out => false,
            };
            more |= layer.hit[at];
        }
        if !more {
            break;
        }
    }
    layer.posts();
    layer.heads();
    layer.noble();
    layer.echoes();
    layer.findings()
}

fn class(page: &Page<'_>, at: usize) -> Class {
    let token = &page.tokens[at];
    if token.is_digits() || token.shielded || token.settled {
        return Class::Out;
    }
    let says = token.says;
    let named = says.is_name();
    if named && (says.is_word() || says.any(Says::HOMOGRAPH)) {
        return Class::Either;
    }
    if named {
        return Class::Name;
    }
    if says.is_word() || token.length < 2 {
        return Class::Word;
    }
    if super::deny::vouched(page, at) { Class::Word } else { Class::Unknown }
}

struct People<'p> {
    page: &'p Page<'p>,
    class: Vec<Class>,
    hit: Vec<bool>,
}

impl People<'_> {
    /// A model's name behind its maker's is nobody's: `Google Nest`, `TP-Link Archer`; nor is that of
    /// an association.
    fn brands(&mut self) {
        for at in 0..self.page.len() {
            if self.page.association(at) {
                self.hit[at] = false;
                self.class[at] = Class::Out;
            }
            if self.page.follows(at, Says::BRAND) && matches!(self.page.gap(at), " " | "-") {
                let says = self.page.says(at);
                let model = says.any(Says::BRAND) || self.page.gap_after(at).is_empty();
                if model {
                    self.hit[at] = false;
                    self.class[at] = Class::Out;
                }
            }
        }
    }

    /// `c/o Stål`: with whom somebody lives.
    fn care_of(&mut self) {
        let page = self.page;
        for at in 2..page.len() {
            let told = page.tokens[at - 1].length == 1
                && page.lower(at - 1) == "o"
                && page.lower(at - 2) == "c"
                && page.gap(at - 1) == "/"
                && page.gap(at).trim().is_empty();
            if !told || self.class[at] == Class::Out || page.tokens[at].length < 2 {
                continue;
            }
            self.hit[at] = true;
            let next = at + 1;
            let more = next < page.len()
                && page.gap(next) == " "
                && self.class[next] != Class::Out
                && (page.tokens[next].case == Case::Title || self.strong(next));
            if more {
                self.hit[next] = true;
            }
        }
    }

    /// An unknown word beside a name, written as it is: the next one may go by it.
    fn beside(&self, at: usize) -> bool {
        let beside = |near: usize| self.hit[near] && self.capital(near) == self.capital(at);
        let slashed = |at: usize| self.page.gap(at) == "/" && self.page.tokens[at].length > 2;
        let pair =
            at > 0 && slashed(at) && self.hit[at - 1] && self.page.says(at - 1).any(Says::GIVEN)
                || at + 1 < self.hit.len()
                    && slashed(at + 1)
                    && self.hit[at + 1]
                    && self.page.says(at + 1).any(Says::GIVEN);
        pair || at > 0 && self.page.gap(at) == " " && beside(at - 1)
            || at + 1 < self.hit.len() && self.page.gap(at + 1) == " " && beside(at + 1)
    }

    /// `Natt och Dag`: the one family name with an "and" in it.
    fn noble(&mut self) {
        let page = self.page;
        for at in 2..page.len() {
            if page.tokens[at].length > 4 || page.tokens[at - 2].length != 4 {
                continue;
            }
            let words = (page.lower(at - 2), page.lower(at - 1));
            let family = words == ("natt", "och") && matches!(page.lower(at), "dag" | "dags");
            if family && (self.capital(at) || self.hit[at - 2]) {
                self.hit[at - 2..=at].fill(true);
            }
        }
    }

    /// Who is named once is meant wherever the same word is written so again.
    fn echoes(&mut self) {
        let page = self.page;
        let named: Vec<usize> = (0..page.len())
            .filter(|at| self.hit[*at] && self.class[*at] == Class::Either)
            .filter(|at| self.capital(*at) || page.caseless)
            .take(ECHOED_MAX)
            .collect();
        if named.is_empty() {
            return;
        }
        for at in 0..page.len() {
            if self.hit[at] || self.class[at] != Class::Either {
                continue;
            }
            let function = page.says(at).any(Says::FUNCTION);
            let alike = |of: &&usize| {
                page.lower(**of) == page.lower(at)
                    && (page.tokens[**of].case == page.tokens[at].case)
            };
            self.hit[at] = !(page.caseless && function) && named.iter().any(|of| alike(&of));
        }
    }

    fn strong(&self, at: usize) -> bool {
        matches!(self.class.get(at), Some(Class::Name | Class::Unknown))
    }

    /// Whether two neighbours can be parts of one name.
    fn joined(&self, at: usize) -> bool {
        matches!(self.page.gap(at), " " | "-" | "\n" | "  " | " \n" | "- " | "\u{2019}" | ". ")
            || self.page.gap(at).trim_matches([' ', '\n']).is_empty()
                && self.page.gap(at).len() <= 3
    }

    fn comma(&self, at: usize) -> bool {
        matches!(self.page.gap(at), ", " | "," | ",\n")
    }

    fn company(&self, at: usize) -> bool {
        self.hit.get(at).copied().unwrap_or(false) || self.class.get(at) == Some(&Class::Unknown)
    }

    fn capital(&self, at: usize) -> bool {
        self.page.tokens[at].is_capital()
    }

    /// A capital that no sentence asks for.
    fn raised(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        let shouted = token.case == Case::Upper
            && token.length > 2
            && token.says.is_name()
            && !token.says.any(Says::FUNCTION.and(Says::DOMAIN));
        !self.page.caseless && (token.case == Case::Title && !token.opens || shouted)
    }

    fn findings(&self) -> Vec<Finding> {
        let page = self.page;
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for at in (0..page.len()).filter(|at| self.hit[*at]) {
            let mut range = page.tokens[at].range();
            // A name with digits on it is an account of hers: `astrid79`.
            if page.tokens[at].says.is_name()
                && page.tokens.get(at + 1).is_some_and(|next| next.glued && next.is_digits())
            {
                range.end = page.tokens[at + 1].end;
            }
            if page.tokens[at].length == 1 && page.text[range.end..].starts_with('.') {
                range.end += 1;
            }
            match found.last_mut() {
                Some((last, last_at))
                    if at == *last_at + 1
                        && page.text[last.end.min(range.start)..range.start]
                            .chars()
                            .all(|c| matches!(c, ' ' | '\n' | ',' | '-' | '.'))
                        && range.start.saturating_sub(last.end) <= 3 =>
                {
                    last.end = range.end;
                    *last_at = at;
                }
                _ => found.push((range, at)),
            }
        }
        found
            .into_iter()
            .map(|(range, _)| Finding {
                range,
                kind: Kind::Person,
                layer: Layer::Context,
                why: Why::Name,
            })
            .collect()
    }
}
