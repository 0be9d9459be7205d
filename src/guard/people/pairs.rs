//! Given and family name together: one of them says what the other is.

use super::super::lexicon::Says;
use super::super::page::Case;
use super::{Class, People, ROLES};

/// What firms are called.
const FIRMS: [&str; 24] = [
    "förvaltning",
    "förvaltningen",
    "bygg",
    "fastigheter",
    "fastighets",
    "service",
    "konsult",
    "konsulter",
    "entreprenad",
    "måleri",
    "teknik",
    "butiken",
    "butik",
    "hemtjänst",
    "assistans",
    "vård",
    "omsorg",
    "städ",
    "transport",
    "mäklare",
    "mäkleri",
    "redovisning",
    "verkstan",
    "verkstad",
];

/// Endings that no family name has and many words of a sentence.
const PLAIN_ENDINGS: [&str; 14] = [
    "ade", "ats", "ningen", "ningar", "heten", "ligt", "tion", "tionen", "ande", "ende", "het",
    "igt", "iskt", "ivt",
];

impl People<'_> {
    /// `Stackars Bohlin`: opens a sentence, rare, and a family name follows.
    pub(super) fn introduces(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        next < page.len()
            && !page.caseless
            && page.tokens[at].case == Case::Title
            && page.tokens[next].case == Case::Title
            && page.tokens[at].length > 2
            && page.gap(next) == " "
            && self.hit[next]
            && self.class[next] != Class::Either
            && page.says(next).any(Says::FAMILY)
            && !page.says(next).any(Says::GIVEN)
            && !self.page.common(at)
            && !PLAIN_ENDINGS.iter().any(|ending| page.lower(at).ends_with(ending))
    }

    /// Alone on a line behind a dash or a stroke: `- Viola`, `/ meja`.
    pub(super) fn lone(&self, at: usize) -> bool {
        let page = self.page;
        let gap = page.gap(at);
        let ends = at + 1 == page.len() || page.gap_after(at).contains('\n');
        ends && page.says(at).any(Says::GIVEN)
            && matches!(
                gap.trim_start_matches([' ', '.', '!', '?', ')']),
                "\n- " | "\n/ " | "\n-- " | "\n/" | "\n-" | "\n// " | "/ " | "// " | "- "
            )
            && (gap.contains('\n') || gap.contains('/'))
            && page.gap_after(at).trim_matches([' ', '\n', '.']).is_empty()
    }

    /// `Tindra eller Tim`, `Love/Hüseyin`: one of two, and the other is a name and nothing else.
    pub(super) fn coordinated(&self, at: usize) -> bool {
        let page = self.page;
        let and = |at: usize| {
            matches!(page.lower(at), "och" | "o" | "eller" | "samt" | "and" | "or" | "resp")
        };
        let alike = |near: usize| {
            self.hit[near]
                && self.class[near] == Class::Name
                && page.says(near).any(Says::GIVEN)
                && page.tokens[near].case == page.tokens[at].case
        };
        let signed = |gap: &str| matches!(gap, "/" | " + " | "+" | " & " | "&");
        let near = at > 1
            && and(at - 1)
            && page.gap(at) == " "
            && page.gap(at - 1) == " "
            && alike(at - 2)
            || at + 2 < page.len()
                && and(at + 1)
                && page.gap(at + 1) == " "
                && page.gap(at + 2) == " "
                && alike(at + 2)
            || at > 0 && signed(page.gap(at)) && alike(at - 1)
            || at + 1 < page.len() && signed(page.gap(at + 1)) && alike(at + 1);
        near && (page.tokens[at].case == Case::Title || !page.says(at).any(Says::FUNCTION))
    }

    /// `S. Dunder`: behind a letter that was found to be a name's.
    pub(super) fn initialled(&self, at: usize) -> bool {
        let before = at - 1;
        self.page.gap(at) == ". "
            && self.hit[before]
            && self.page.tokens[before].length == 1
            && self.surnamed(at)
    }

    /// `fam. Sundin, Påve`: one more behind a name.
    pub(super) fn added(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        self.comma(at)
            && self.hit[at - 1]
            && !self.page.caseless
            && token.case == Case::Title
            && token.length > 2
            && self.page.tokens[at - 1].case == Case::Title
            && self.page.says(at - 1).any(Says::FAMILY)
            && !self.page.common(at)
    }

    /// `Kontakt: Horn Cleo`, `Kontakt: Frimodig, Manne`: before a given name, where a name can begin.
    pub(super) fn leads(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        next < page.len()
            && !page.caseless
            && page.tokens[at].case == Case::Title
            && page.tokens[next].case == Case::Title
            && page.tokens[at].length > 2
            && matches!(page.gap(next), " " | ", ")
            && self.hit[next]
            && self.class[next] == Class::Name
            && page.says(next).any(Says::GIVEN)
            && (matches!(page.gap(at), ": " | ":") || page.gap(at).ends_with('\n') || self.cue(at))
            && !page.common(at)
    }

    /// `Leo Frimodig`: a given name and a word with a capital that no sentence asks for.
    pub(super) fn paired(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        let first = page.says(at);
        let other = page.says(next);
        !page.caseless
            && next < page.len()
            && page.gap(next) == " "
            && first.any(Says::GIVEN)
            && !first
                .any(Says::FUNCTION.and(ROLES).and(Says::MONTH).and(Says::BRAND).and(Says::DOMAIN))
            && page.tokens[at].case == Case::Title
            && page.tokens[next].case == Case::Title
            && page.tokens[next].length > 2
            && !page.tokens[at].shielded
            && !page.tokens[next].shielded
            && !page.tokens[next].settled
            && !other
                .any(ROLES.and(Says::DOMAIN).and(Says::MONTH).and(Says::BRAND).and(Says::FUNCTION))
    }

    /// An ordinary word with a capital behind a name, or between a cue and a name.
    pub(super) fn surname(&self, at: usize) -> bool {
        if self.hit[at] || self.class[at] != Class::Word || at == 0 {
            return false;
        }
        if self.page.tokens[at].case == Case::Title && self.reached(at) {
            return true;
        }
        let says = self.page.says(at);
        if says.any(ROLES.and(Says::DOMAIN).and(Says::MONTH).and(Says::BRAND)) {
            return false;
        }
        if self.paired(at - 1)
            || self.behind_given(at)
            || self.said_again(at)
            || self.introduced_whole(at)
            || self.titled(at)
            || self.whole_before_verb(at)
            || self.initialled(at)
            || self.added(at)
            || self.leads(at)
            || self.introduces(at)
        {
            return true;
        }
        // `Sky (barnet)`.
        let bracketed = self.page.tokens[at].case == Case::Title
            && self.page.gap_after(at) == " ("
            && self.page.says(at + 1).any(Says::RELATION)
            && self.page.gap_after(at + 1).starts_with(')');
        if bracketed {
            return true;
        }
        // `jörgen qvarn` in small letters: a rare word behind a given name.
        let small = (self.page.caseless
            || self.page.tokens[at - 1].case == Case::Lower
                && self.page.tokens[at].case == Case::Lower)
            && self.page.gap(at) == " "
            && self.hit[at - 1]
            && self.class[at - 1] == Class::Name
            && self.page.says(at - 1).any(Says::GIVEN)
            && !self.page.says(at - 1).any(Says::GENITIVE)
            && !self.page.common(at)
            && self.page.tokens[at].length > 2
            && (at < 2 || !self.hit[at - 2] || self.page.gap(at - 1) == "-")
            && !PLAIN_ENDINGS.iter().any(|ending| self.page.lower(at).ends_with(ending));
        if small {
            return true;
        }
        // `kallas Knatte`, `heter knatte`: no common word.
        let called = self.page.gap(at) == " "
            && self.page.tokens[at].length > 2
            && matches!(
                self.page.lower(at - 1),
                "kallas" | "kallad" | "heter" | "hette" | "heta" | "named"
            );
        if !called && !self.raised(at) {
            return false;
        }
        // `Ek Förvaltning`, `mvh Karin Bekräftat`: a firm, a new sentence.
        let lower = self.page.lower(at);
        if FIRMS.iter().any(|ending| lower.ends_with(ending))
            || self.page.common(at)
            || PLAIN_ENDINGS.iter().any(|ending| lower.ends_with(ending))
        {
            return false;
        }
        if called {
            return true;
        }
        // A capital within a sentence, on a word that only a dictionary has: somebody may be called so.
        let rare = self.page.tokens[at].case == Case::Title
            && self.page.tokens[at].length > 2
            && says.any(Says::WORD)
            && !says.any(Says::ENGLISH)
            && self.page.gap(at) == " "
            && self.page.tokens[at - 1].case == Case::Lower;
        if rare {
            return true;
        }
        let after_name = self.joined(at) && self.hit[at - 1] && self.capital(at - 1);
        let before_name =
            at + 1 < self.page.len() && self.joined(at + 1) && self.hit[at + 1] && self.sure(at);
        after_name && !self.page.gap(at).contains('\n')
            || before_name
            || self.sure(at) && !says.any(Says::ENGLISH)
    }

    /// Family name first: `Falk, Hassan`, `wikström, my`.
    pub(super) fn turned(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        let next = at + 1;
        if next < page.len() && self.comma(next) && says.any(Says::FAMILY) && self.hit[next] {
            let given = page.says(next).any(Says::GIVEN) && !page.says(next).is_word();
            return given && (self.capital(at) == self.capital(next));
        }
        // `noterat av vinterqvist sol.`: family name first, and nothing behind.
        let ends = at + 1 == page.len() || page.gap_after(at).starts_with(['.', ',', '\n']);
        let reversed = at > 1
            && ends
            && page.gap(at) == " "
            && self.class[at - 1] == Class::Name
            && page.says(at - 1).any(Says::FAMILY)
            && !page.says(at - 1).any(Says::GIVEN)
            && says.any(Says::GIVEN)
            && page.tokens[at].case == page.tokens[at - 1].case
            && (self.cue(at - 1) || matches!(page.lower(at - 2), "av" | "by"));
        if reversed {
            return true;
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
            && !super::ordinary::PRONOUNS.has(page.lower(at))
    }
}
