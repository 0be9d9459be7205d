//! Names of anybody: by the lists, by what stands beside them, and by signatures.
//!
//! A name that is no ordinary word goes wherever it stands. A name that is one too (`Sten`, `Max`,
//! `Falk`) goes where a capital, a cue or another name beside it says so.

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

/// Before a name these say little when the text has no capitals.
const PREPOSITIONS: [&str; 16] = [
    "från", "av", "till", "hos", "med", "via", "utan", "för", "met", "from", "by", "for", "k", "m",
    "avtal", "hej",
];

/// What only somebody does.
const TALKS: [&str; 30] = [
    "skrev",
    "skriver",
    "mailade",
    "mejlade",
    "attesterar",
    "attesterade",
    "ringer",
    "ringde",
    "ringt",
    "säger",
    "sade",
    "sa",
    "svarar",
    "svarade",
    "pratar",
    "pratade",
    "uppger",
    "uppgav",
    "undrar",
    "berättar",
    "meddelar",
    "hälsar",
    "called",
    "calls",
    "says",
    "said",
    "answered",
    "told",
    "rang",
    "phoned",
];

/// Given names somewhere, and hardly ever here.
const PRONOUNS: [&str; 16] = [
    "han", "hon", "man", "min", "hans", "en", "du", "vi", "de", "den", "i", "so", "can", "will",
    "per", "van",
];

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
            layer.class[at] == Class::Name || token.named || foreign && !page.caseless
        })
        .collect();
    layer.brands();
    layer.signatures();
    layer.spelled();
    // What is found first makes the next one clearer.
    for _ in 0..2 {
        for at in 0..page.len() {
            if layer.either(at) || layer.surname(at) || layer.initial(at) || layer.particle(at) {
                layer.hit[at] = true;
            }
        }
    }
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
    /// A model's name behind its maker's is nobody's: `Google Nest`, `TP-Link Archer`.
    fn brands(&mut self) {
        for at in 0..self.page.len() {
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

    /// `Sagas iPhone`, `max-laptop`.
    fn device(&self, at: usize) -> bool {
        let next = at + 1;
        next < self.page.len()
            && matches!(self.page.gap(next), "-" | " ")
            && (self.page.gap(next) == "-" || self.page.says(at).any(Says::GENITIVE))
            && matches!(
                self.page.lower(next),
                "laptop"
                    | "iphone"
                    | "ipad"
                    | "dator"
                    | "mobil"
                    | "pc"
                    | "telefon"
                    | "macbook"
                    | "phone"
                    | "samsung"
                    | "galaxy"
                    | "nät"
                    | "wifi"
                    | "router"
            )
    }

    /// Between brackets, or between a colon and a bracket: nothing but a name stands so.
    fn alone(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        let pronoun = PRONOUNS.contains(&page.lower(at));
        let opened = |at: usize| {
            at == 0 || page.gap(at).ends_with(['(', '\n']) || page.gap(at).ends_with(": ")
        };
        let closed = |at: usize| {
            page.gap_after(at).is_empty() && at + 1 == page.len()
                || page.gap_after(at).starts_with([')', '\n'])
                || page.gap_after(at).starts_with(" (")
        };
        if pronoun {
            return false;
        }
        let bracketed = page.gap(at).ends_with('(') && page.gap_after(at).starts_with(')');
        if bracketed && says.any(Says::GIVEN) && (self.capital(at) || !says.any(Says::FUNCTION)) {
            return true;
        }
        // Two in a row: `(max falk)`, `kontakt 3: sten torp (elfirma)`.
        let next = at + 1;
        let first = next < page.len()
            && says.any(Says::GIVEN)
            && opened(at)
            && page.gap(next) == " "
            && page.says(next).any(Says::FAMILY)
            && closed(next);
        let second = at > 0
            && says.any(Says::FAMILY)
            && closed(at)
            && page.gap(at) == " "
            && page.says(at - 1).any(Says::GIVEN)
            && opened(at - 1);
        first || second
    }

    /// Family name first: `Falk, Hassan`, `wikström, my`.
    fn turned(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        let next = at + 1;
        if next < page.len() && self.comma(next) && says.any(Says::FAMILY) && self.hit[next] {
            let given = page.says(next).any(Says::GIVEN) && !page.says(next).is_word();
            return given && (self.capital(at) == self.capital(next));
        }
        let alone = at < 2 || !self.joined(at - 1) || !self.hit[at - 2];
        let before = at > 0
            && self.comma(at)
            && self.hit[at - 1]
            && page.says(at - 1).any(Says::FAMILY)
            && !page.says(at - 1).is_word();
        before
            && alone
            && says.any(Says::GIVEN)
            && self.capital(at) == self.capital(at - 1)
            && !PRONOUNS.contains(&page.lower(at))
    }

    /// Before what is said in a chat: a name alone at the start of a line, and a colon.
    fn speaker(&self, at: usize) -> bool {
        let before = self.page.gap(at);
        let starts = at == 0 || before.contains('\n') || before.contains(']');
        let quotes = self.page.gap_after(at).starts_with(": \"");
        (starts || quotes)
            && self.capital(at)
            && self.page.gap_after(at).starts_with(':')
            && !self.page.says(at).any(ROLES)
    }

    /// A name that is an ordinary word as well.
    #[expect(clippy::too_many_lines, reason = "the things that make a name of a word, one by one")]
    fn either(&self, at: usize) -> bool {
        if self.hit[at] || self.class[at] != Class::Either {
            return false;
        }
        let page = self.page;
        let says = page.says(at);
        // `Bo i huset sedan 2019`: a verb.
        if page.lower(at) == "bo"
            && at + 1 < page.len()
            && matches!(page.lower(at + 1), "i" | "på" | "kvar" | "ihop" | "här" | "där")
        {
            return self.sure(at);
        }
        // `Ring Astrid`: what is asked for, unless it stands where a family name does.
        if says.any(Says::PHONE) && says.any(Says::PERSON) && page.tokens[at].opens {
            return false;
        }
        // `Bo von Ek`.
        let particle = at > 1
            && page.says(at - 1).any(Says::PARTICLE)
            && page.gap(at) == " "
            && self.joined(at - 1)
            && self.hit[at - 2];
        if particle && (self.raised(at) || page.caseless) {
            return true;
        }
        if self.device(at) || self.speaker(at) || self.turned(at) {
            return true;
        }
        if self.alone(at) {
            return true;
        }
        let talks =
            at + 1 < page.len() && page.gap(at + 1) == " " && TALKS.contains(&page.lower(at + 1));
        if talks && says.any(Says::GIVEN) && !PRONOUNS.contains(&page.lower(at)) {
            return true;
        }

        let function = says.any(Says::FUNCTION);
        let next = at + 1;
        let written = self.capital(at) || page.caseless;
        let next_joined = next < page.len() && self.joined(next);
        let measure = next_joined && page.tokens[next].is_digits();
        // Beside a name: before it or after it.
        if next_joined
            && self.company(next)
            && written
            && !(page.caseless && function && !self.strong(next))
        {
            let follows_name = self.capital(next) || page.caseless;
            if follows_name {
                return true;
            }
        }
        if at > 0 && self.joined(at) && self.hit[at - 1] && !self.page.gap(at).contains('.') {
            let same = self.capital(at) == self.capital(at - 1);
            let doer = says.any(Says::SPEECH)
                || (function && !self.capital(at))
                || (page.caseless && function);
            if same && !doer && !says.any(Says::GENITIVE) || self.raised(at) {
                return true;
            }
            if same && says.any(Says::GENITIVE) && !doer && !page.caseless {
                return true;
            }
        }
        // `E. Tjäder`.
        let led = at > 0
            && page.tokens[at - 1].length == 1
            && page.tokens[at - 1].is_word()
            && matches!(page.gap(at), ". " | "." | ".\n");
        if led
            && written
            && (says.any(Says::FAMILY) || self.capital(at))
            && !page.tokens[at].settled
        {
            return true;
        }
        if at > 0 && self.comma(at) && self.hit[at - 1] && written && !function && self.capital(at)
        {
            return true;
        }
        // Two of them, one after the other.
        if next_joined && self.class[next] == Class::Either && written {
            let second = page.says(next);
            let both = self.raised(next)
                || page.caseless && !function && !second.any(Says::FUNCTION) && self.cue(at);
            if both && !second.any(ROLES) {
                return true;
            }
        }
        if at > 0
            && self.joined(at)
            && self.class[at - 1] == Class::Either
            && self.raised(at)
            && self.capital(at - 1)
        {
            return true;
        }
        if measure && !self.sure(at) {
            return false;
        }
        if self.raised(at) && !says.any(Says::UNIT.and(Says::MONTH).and(Says::BRAND)) {
            return true;
        }
        // Opens a sentence: who does something is somebody.
        if self.capital(at) && !page.caseless && says.any(Says::GIVEN) && !function {
            let acts =
                next < page.len() && page.gap(next) == " " && page.says(next).any(Says::SPEECH);
            if acts {
                return true;
            }
        }
        if self.capital(at)
            && !page.caseless
            && next < page.len()
            && page.gap(next) == " "
            && TALKS.contains(&page.lower(next))
        {
            return true;
        }
        self.cue(at) && !(function && !self.capital(at) && !self.sure(at))
    }

    /// The word before says that a person comes.
    fn cue(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let gap = self.page.gap(at);
        if gap.len() > 3
            || gap.contains(['.', ';', '!', '?', '/'])
            || self.page.tokens[before].shielded
        {
            return false;
        }
        if self.sure(at) {
            return true;
        }
        let says = self.page.says(before);
        let word = self.page.lower(before);
        if !says.any(Says::PERSON.and(Says::RELATION)) {
            return false;
        }
        if gap.contains('\n') {
            return false;
        }
        if self.capital(at) && !self.page.caseless {
            true
        } else {
            // `pratat med viola`.
            let spoken = before > 0
                && matches!(word, "med" | "with" | "to" | "till")
                && self.page.says(before - 1).any(Says::SURE.and(Says::SPEECH).and(Says::PERSON));
            spoken || !PREPOSITIONS.contains(&word)
        }
    }

    fn sure(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let gap = self.page.gap(at);
        let near = gap.len() <= 3 && !gap.contains(['.', ';', '!', '?', '/', '-', ')']);
        // `370 ms to ..`.
        if before > 0
            && self.page.tokens[before - 1].is_digits()
            && self.page.says(before).any(Says::UNIT)
        {
            return false;
        }
        let says = self.page.says(before);
        near && (says.any(Says::SURE) || says.any(Says::RELATION))
            && !(gap.contains(',') && says.any(Says::RELATION))
    }

    fn strong(&self, at: usize) -> bool {
        matches!(self.class.get(at), Some(Class::Name | Class::Unknown))
    }

    /// An ordinary word with a capital behind a name, or between a cue and a name.
    fn surname(&self, at: usize) -> bool {
        if self.hit[at] || self.class[at] != Class::Word || at == 0 {
            return false;
        }
        let says = self.page.says(at);
        if says.any(ROLES.and(Says::DOMAIN).and(Says::MONTH).and(Says::BRAND)) {
            return false;
        }
        // `kallas Knatte`, `heter knatte`: no common word.
        let called = matches!(
            self.page.lower(at - 1),
            "kallas" | "kallad" | "heter" | "hette" | "heta" | "named"
        );
        if called
            && self.page.gap(at) == " "
            && !says.any(Says::BUILT_IN)
            && self.page.tokens[at].length > 2
        {
            return true;
        }
        if !self.raised(at) {
            return false;
        }
        let after_name = self.joined(at) && self.hit[at - 1] && self.capital(at - 1);
        let before_name =
            at + 1 < self.page.len() && self.joined(at + 1) && self.hit[at + 1] && self.sure(at);
        after_name && !self.page.gap(at).contains('\n')
            || before_name
            || self.sure(at) && !says.any(Says::ENGLISH)
    }

    /// `A. Lindqvist`, `Astrid L`.
    fn initial(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        if self.hit[at] || token.is_digits() || token.length != 1 || token.shielded || token.glued {
            return false;
        }
        if self.page.gap_after(at).is_empty() && at + 1 < self.page.len() {
            return false;
        }
        let letter = self.page.lower(at);
        let dotted = self.page.gap_after(at).starts_with('.');
        let upper = token.case == Case::Upper && !self.page.caseless;
        let likely = upper
            || dotted
            || !matches!(letter, "i" | "å" | "à" | "o" | "a" | "e" | "x" | "m" | "k" | "v" | "ö");
        let before =
            at > 0 && self.joined(at) && self.hit[at - 1] && !self.page.gap(at).contains('.');
        let next = at + 1;
        let gap = if next < self.page.len() { self.page.gap(next) } else { "" };
        let near = gap.len() <= 5 && (gap.trim() == "." || matches!(gap, " " | "\n" | "-" | "- "));
        let after = next < self.page.len() && near && self.company(next) && (upper || dotted);
        // Capitals tell something where small letters are: `M.H. återkommer`.
        let small = || self.page.tokens.iter().any(|token| token.case == Case::Lower);
        let pair = token.case == Case::Upper && dotted && (upper || small()) && {
            let single = |at: usize| {
                self.page
                    .tokens
                    .get(at)
                    .is_some_and(|token| token.length == 1 && token.case == Case::Upper)
                    && self.page.gap_after(at).starts_with('.')
            };
            single(next) && self.page.gap(next).trim() == "."
                || at > 0 && single(at - 1) && self.page.gap(at).trim() == "."
        };
        let cued = upper && (self.sure(at)) && !self.page.follows(at, Says::TECHNICAL);
        (before && likely) || after || pair || cued
    }

    /// `von`, `de la`, `El` before a name.
    fn particle(&self, at: usize) -> bool {
        if self.hit[at] || !self.page.says(at).any(Says::PARTICLE) || self.page.tokens[at].shielded
        {
            return false;
        }
        let mut next = at + 1;
        while next < self.page.len()
            && self.joined(next)
            && self.page.says(next).any(Says::PARTICLE)
            && !self.company(next)
            && next < at + 3
        {
            next += 1;
        }
        if next >= self.page.len() || !self.joined(next) || !self.company(next) {
            return false;
        }
        let plain = matches!(
            self.page.lower(at),
            "av" | "de"
                | "den"
                | "di"
                | "da"
                | "la"
                | "le"
                | "do"
                | "o"
                | "st"
                | "mac"
                | "mc"
                | "del"
                | "das"
                | "ter"
                | "ten"
                | "der"
        );
        let after_name = at > 0 && self.joined(at) && self.hit[at - 1];
        !plain || after_name || self.raised(at)
    }

    /// What stands after a greeting, after a slash at the end of a line, and before what is said in a
    /// chat.
    fn signatures(&mut self) {
        const WORDS_MAX: usize = 4;
        let page = self.page;
        for at in 0..page.len() {
            if page.tokens[at].is_digits() || page.tokens[at].shielded {
                continue;
            }
            let gap = page.gap(at);
            let slashed = gap.ends_with('/')
                && !gap.ends_with("//")
                && (gap.len() > 1
                    && gap[..gap.len() - 1].ends_with([' ', '\n', '.', ',', '!', '?', ')', '"'])
                    || gap == "/" && at == 0);
            let thanks = at > 0 && matches!(page.lower(at - 1), "tack" | "thanks" | "thx");
            let signed = at > 0
                && page.says(at - 1).any(Says::SIGN)
                && gap.len() <= 6
                && (gap.contains('\n')
                    || !thanks && gap.contains([',', '/', '-'])
                    || self.capital(at) && (!thanks || page.tokens[at].length > 1)
                    || matches!(
                        page.lower(at - 1),
                        "mvh" | "vh" | "hälsar" | "hälsningar" | "regards" | "sincerely" | "cheers"
                    ));
            if !slashed && !signed {
                continue;
            }
            let mut end = at;
            while end < page.len()
                && end - at < WORDS_MAX
                && page.tokens[end].is_word()
                && !page.tokens[end].shielded
            {
                let beyond = end > at && !self.joined(end);
                let role = page.says(end).any(Says::FUNCTION.and(ROLES).and(Says::DOMAIN))
                    && !page.says(end).is_name();
                // `/GL`, `mvh sm`: initials.
                let initials = end == at
                    && (2..=3).contains(&page.tokens[end].length)
                    && (slashed || !page.says(end).any(Says::DOMAIN))
                    && (end + 1 == page.len() || page.gap_after(end).contains('\n'))
                    && (slashed || signed);
                if initials {
                    self.hit[end] = true;
                    break;
                }
                let ordinary = self.class[end] == Class::Word
                    && page.tokens[end].length > 1
                    && (end > at || !self.capital(end) && !slashed);
                if beyond || role || ordinary && !(end > at && self.hit[at] && self.capital(end)) {
                    break;
                }
                if end > at && page.gap(end).contains('\n') && !self.strong(end) {
                    break;
                }
                self.hit[end] = true;
                end += 1;
            }
        }
    }

    /// A name letter by letter: `E - D - I - N`.
    fn spelled(&mut self) {
        const LETTERS_MIN: usize = 3;
        let page = self.page;
        let single = |at: usize| {
            page.tokens[at].is_word() && page.tokens[at].length == 1 && !page.tokens[at].settled
        };
        let mut at = 0;
        while at < page.len() {
            let mut end = at;
            while end < page.len()
                && single(end)
                && (end == at || matches!(page.gap(end), "-" | " - " | " " | "." | ". "))
            {
                end += 1;
            }
            if end - at >= LETTERS_MIN {
                self.hit[at..end].fill(true);
            }
            at = end.max(at + 1);
        }
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
