//! Where a name or its letters have a place of their own: before the word for who somebody is, at the
//! head of an entry of a log, at the end of a note, behind a label.

use super::super::lexicon::Says;
use super::super::page::Case;
use super::{Class, People};

/// Where people work, and who is there for an operator or for us.
const POSTS: [&str; 26] = [
    "lagret",
    "jouren",
    "ekonomi",
    "ekonomin",
    "växeln",
    "kundtjänst",
    "supporten",
    "support",
    "fakturan",
    "noc",
    "driften",
    "drift",
    "kontoret",
    "receptionen",
    "leverans",
    "säljet",
    "styrelsen",
    "verkstan",
    "planeringen",
    "sälj",
    "teknik",
    "accounts",
    "billing",
    "sales",
    "dispatch",
    "reception",
];

/// Whether a word is where people work, and nobody.
pub(super) fn is_post(word: &str) -> bool {
    POSTS.contains(&word)
}

impl People<'_> {
    /// What a place says without a name on any list.
    pub(super) fn posts(&mut self) {
        for at in 0..self.page.len() {
            let token = &self.page.tokens[at];
            if self.hit[at] || token.is_digits() || token.shielded || token.settled {
                continue;
            }
            let letters =
                self.letters(at) && (self.logs(at) || self.ends_note(at) || self.at_post(at));
            let place = self.class[at] == Class::Either
                && self.page.says(at).is_name()
                && !self.page.says(at).any(Says::FUNCTION)
                && (self.labelled(at) || self.bracketed(at))
                || self.class[at] == Class::Either
                    && self.page.tokens[at].case == Case::Title
                    && !self.page.caseless
                    && self.page.says(at).is_name()
                    && self.at_post(at);
            let name = self.class[at] == Class::Either
                && self.page.says(at).any(Says::GIVEN)
                && (self.related(at)
                    || self.at_post(at)
                    || self.labelled(at)
                    || self.chats(at)
                    || self.introduced(at)
                    || self.bracketed(at));
            self.hit[at] = letters || name || place || self.shown(at);
        }
    }

    /// Two letters that can be somebody's first ones.
    fn letters(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::UNIT).and(Says::REFERENCE);
        let trade = trade.and(Says::BRAND).and(Says::SIGN).and(Says::SERIAL).and(Says::TIME);
        let signed = matches!(
            at.checked_sub(1).map_or("", |at| self.page.lower(at)),
            "signed" | "sign" | "signerat"
        );
        token.length == 2
            && !token.glued
            && (signed && token.case == Case::Upper || !token.says.any(trade))
            && self.page.str(at).is_ascii()
    }

    /// `21:49 HH: skapat`, `03:15Z SI: ringt`: who has made an entry.
    fn logs(&self, at: usize) -> bool {
        let page = self.page;
        let clock = |at: usize| {
            page.tokens[at].is_digits()
                && at > 0
                && page.gap(at) == ":"
                && page.tokens[at - 1].is_digits()
        };
        page.tokens[at].case == Case::Upper
            && page.gap_after(at) == ": "
            && page.gap(at) == " "
            && at > 1
            && (clock(at - 1)
                || page.lower(at - 1) == "z" && page.tokens[at - 1].glued && clock(at - 2))
    }

    /// `.. -27 dBm. TO.`, `.. -hp`, `signed HZ`: the last of a note.
    fn ends_note(&self, at: usize) -> bool {
        let page = self.page;
        let last = at + 1 == page.len()
            || page.gap_after(at).contains('\n')
                && !page.gap_after(at).trim_end().ends_with([':', '-']);
        let upper = page.tokens[at].case == Case::Upper && !page.caseless;
        let gap = page.gap(at);
        let signed =
            matches!(at.checked_sub(1).map_or("", |at| page.lower(at)), "signed" | "sign" | "ini");
        let behind = page.gap_after(at).trim_matches(['.', ' ', '\n']).is_empty();
        at > 0
            && last
            && behind
            && (signed && gap.len() <= 2
                || upper && matches!(gap, ". " | ".\n" | " /" | " - " | "\n")
                || matches!(gap, ". -" | "\n-" | ".\n-" | " //" | "\n//" | ". /" | "\n/"))
    }

    /// `pat (inneboende)`, `MEI (STÄDERSKAN)`: who that is stands behind.
    fn related(&self, at: usize) -> bool {
        let page = self.page;
        page.tokens.get(at + 1).is_some()
            && page.gap_after(at) == " ("
            && page.says(at + 1).any(Says::RELATION)
            && page.gap_after(at + 1).starts_with(')')
            && !page.says(at).any(Says::DOMAIN.and(Says::TECHNICAL))
    }

    /// `drew på lagret`, `ET från jouren`, `Page i styrelsen`.
    fn at_post(&self, at: usize) -> bool {
        let page = self.page;
        let begins = at == 0 || page.tokens[at].opens || page.gap(at).contains(['\n', '.', ',']);
        let joined = page.tokens.get(at + 2).is_some()
            && page.gap(at + 1) == " "
            && page.gap(at + 2) == " "
            && matches!(page.lower(at + 1), "på" | "från" | "i" | "in" | "from" | "at");
        (begins || self.capital(at) && !page.caseless)
            && joined
            && POSTS.contains(&page.lower(at + 2))
            && !super::ordinary::PRONOUNS.has(page.lower(at))
    }

    /// `<vera> vilket uttag?`: who speaks in a chat.
    fn chats(&self, at: usize) -> bool {
        let gap = self.page.gap(at);
        let begins = at == 0 || gap.contains('\n') || gap.starts_with('<');
        begins && gap.ends_with('<') && self.page.gap_after(at).starts_with('>')
    }

    /// `Molly heter jag`.
    fn introduced(&self, at: usize) -> bool {
        let page = self.page;
        page.tokens.get(at + 2).is_some()
            && page.lower(at + 1) == "heter"
            && matches!(page.lower(at + 2), "jag" | "hon" | "han" | "hen")
    }

    /// `(Molly, hyr rum)`, `(Chai)`: who has what stands before.
    fn bracketed(&self, at: usize) -> bool {
        let page = self.page;
        page.tokens[at].case == Case::Title
            && !page.caseless
            && page.gap(at).ends_with('(')
            && (page.gap_after(at).starts_with(", ") || page.gap_after(at).starts_with(')'))
            && !page.says(at).any(Says::FUNCTION.and(Says::DOMAIN).and(Says::TECHNICAL))
    }

    /// `Från: hans jonsson [..]`, `Kopia: Storm Ek`: all of a line of a mail's head, where a name is in it.
    pub(super) fn heads(&mut self) {
        const WORDS_MAX: usize = 4;
        let page = self.page;
        for at in 0..page.len() {
            let head = page.says(at).any(Says::HEADED)
                && (at == 0 || page.gap(at).contains('\n'))
                && page.gap_after(at).starts_with(':');
            if !head {
                continue;
            }
            let mut end = at + 1;
            while end < page.len()
                && end - at <= WORDS_MAX
                && !page.tokens[end].is_digits()
                && !page.tokens[end].shielded
                && (end == at + 1 || matches!(page.gap(end), " " | "-" | ", " | ". "))
            {
                end += 1;
            }
            if page.gap_after(end - 1).contains('@') {
                end -= 1;
            }
            if end > at + 1 && self.hit[at + 1..end].contains(&true) {
                let name =
                    |at: &usize| page.says(*at).is_name() || self.class[*at] == Class::Unknown;
                let named: Vec<usize> = (at + 1..end).filter(name).collect();
                for at in named {
                    self.hit[at] = true;
                }
            }
        }
    }

    /// `Nyckel: Bo.`, `nästa: Storm, 22.52`: alone behind a label.
    fn labelled(&self, at: usize) -> bool {
        let page = self.page;
        let alone = at + 1 == page.len() || page.gap_after(at).starts_with(['.', ',', '\n', ';']);
        let person = matches!(
            at.checked_sub(1).map_or("", |at| page.lower(at)),
            "nyckel"
                | "nyckeln"
                | "nästa"
                | "next"
                | "key"
                | "keys"
                | "nycklar"
                | "besök"
                | "vem"
                | "who"
                | "till"
        );
        page.tokens[at].case == Case::Title
            && !page.caseless
            && page.gap(at) == ": "
            && alone
            && person
    }
}
