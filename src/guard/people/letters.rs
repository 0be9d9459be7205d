//! Names of which there are letters only, and what holds the parts of a name together.

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::{Class, People};

/// Abbreviations of single letters, without their dots.
const ABBREVIATIONS: [&str; 38] = [
    "tom", "from", "tex", "osv", "dvs", "pga", "bla", "mfl", "mm", "fd", "sk", "tv", "th", "ie",
    "eg", "am", "pm", "kl", "fn", "ua", "od", "ed", "iaf", "mao", "vgv", "resp", "sa", "st", "iom",
    "eom", "isf", "po", "fm", "em", "fl", "nr", "osa", "fkl",
];

/// Whether a letter is one of an abbreviation: `t.o.m.`, `m.fl.`, `f. 1958`, `v.24`.
fn abbreviates(page: &Page<'_>, at: usize) -> bool {
    const LETTERS_MAX: usize = 4;
    let part =
        |at: usize| page.tokens.get(at).is_some_and(|token| token.is_word() && token.length <= 2);
    let tight = |at: usize| matches!(page.gap(at), "." | ". " | " ");
    let mut first = at;
    while first > 0 && at - first < LETTERS_MAX && tight(first) && part(first - 1) {
        first -= 1;
    }
    for start in first..=at {
        let mut word = String::new();
        let mut end = start;
        while end < page.len()
            && end - start < LETTERS_MAX
            && part(end)
            && (end == start || tight(end))
        {
            word.push_str(page.lower(end));
            end += 1;
            if end > at
                && word.len() > 1
                && ABBREVIATIONS.contains(&word.as_str())
                && (page.tokens[at].case == Case::Lower || page.caseless)
            {
                return true;
            }
        }
    }
    // `f. 12 maj`, `v.24`.
    let numbered = page.tokens.get(at + 1).is_some_and(super::super::page::Token::is_digits);
    numbered
        && page.tokens[at].case == Case::Lower
        && page.gap_after(at).starts_with('.')
        && matches!(page.lower(at), "f" | "v" | "s" | "p" | "c")
}

impl People<'_> {
    /// `A. Lindqvist`, `Astrid L`.
    pub(super) fn initial(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        if self.hit[at] || token.is_digits() || token.length != 1 || token.shielded || token.glued {
            return false;
        }
        if self.page.gap_after(at).is_empty() && at + 1 < self.page.len() {
            return false;
        }
        if abbreviates(self.page, at) {
            return false;
        }
        let letter = self.page.lower(at);
        let dotted = self.page.gap_after(at).starts_with('.');
        let upper = token.case == Case::Upper && !self.page.caseless;
        let likely = upper
            || self.page.caseless
                && (dotted
                    || !matches!(
                        letter,
                        "i" | "å" | "à" | "o" | "a" | "e" | "x" | "m" | "k" | "v" | "ö"
                    ));
        let before =
            at > 0 && self.joined(at) && self.hit[at - 1] && !self.page.gap(at).contains('.');
        let next = at + 1;
        let gap = if next < self.page.len() { self.page.gap(next) } else { "" };
        let near = gap.len() <= 5 && (gap.trim() == "." || matches!(gap, " " | "\n" | "-" | "- "));
        // `j edlund`: a name and nothing else, behind a letter that is no word.
        let small_letter = self.page.caseless
            && next < self.page.len()
            && self.class[next] == Class::Name
            && !matches!(letter, "i" | "å" | "o" | "à" | "e" | "a" | "x");
        let after = next < self.page.len()
            && near
            && self.company(next)
            && (upper || dotted || small_letter)
            // `m. ma`.
            || self.page.caseless && dotted && gap == ". " && self.class.get(next) == Some(&Class::Either)
                && (self.page.says(next).any(Says::FAMILY) && (self.hit.get(next) == Some(&true) || at > 0 && self.page.gap(at).ends_with([':', ' ', ',', '(']) && self.listed(at)));
        // Capitals tell something where small letters are: `M.H. återkommer`.
        let small = || self.page.tokens.iter().any(|token| token.case == Case::Lower);
        // `markägare j.k.`: behind somebody's role small letters do as well.
        let case = token.case;
        let told = case == Case::Lower && {
            let first = if at > 0 && self.page.gap(at) == "." { at - 1 } else { at };
            self.sure(first)
                || first > 0
                    && self.page.says(first - 1).any(Says::PERSON)
                    && self.page.gap(first) == " "
                    && !matches!(
                        self.page.lower(first - 1),
                        "med"
                            | "till"
                            | "from"
                            | "by"
                            | "to"
                            | "for"
                            | "för"
                            | "av"
                            | "från"
                            | "via"
                            | "hos"
                            | "utan"
                            | "k"
                            | "m"
                    )
        };
        let pair = dotted && (case == Case::Upper && (upper || small()) || told) && {
            let single = |at: usize| {
                self.page
                    .tokens
                    .get(at)
                    .is_some_and(|token| token.length == 1 && token.case == case)
                    && self.page.gap_after(at).starts_with('.')
            };
            single(next) && self.page.gap(next).trim() == "."
                || at > 0 && single(at - 1) && self.page.gap(at).trim() == "."
        };
        let cued = upper && (self.sure(at)) && !self.page.follows(at, Says::TECHNICAL);
        (before && likely) || after || pair || cued
    }

    /// In a row of people: `grannar: m. ma, j edlund`.
    fn listed(&self, at: usize) -> bool {
        let page = self.page;
        page.cued(at, Says::RELATION.and(Says::PERSON), 2)
    }

    /// `von`, `de la`, `El` before a name.
    pub(super) fn particle(&self, at: usize) -> bool {
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

    /// A name letter by letter: `E - D - I - N`.
    pub(super) fn spelled(&mut self) {
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
            if end - at >= LETTERS_MIN && !abbreviates(page, at) {
                self.hit[at..end].fill(true);
            }
            at = end.max(at + 1);
        }
    }
}
