//! Names of which there are letters only, and what holds the parts of a name together.

use super::super::lexicon::Says;
use super::super::page::{Case, Page};
use super::super::word_list::WordList;
use super::cues::TALKS;
use super::{Class, People};

/// Abbreviations of single letters, without their dots.
const ABBREVIATIONS: [&str; 52] = [
    "ea", "pl", "ok", "cc", "us", "uk", "eu", "ca", "os", "kw", "vs", "ff", "nb", "ref", "tom",
    "from", "tex", "osv", "dvs", "pga", "bla", "mfl", "mm", "fd", "sk", "tv", "th", "ie", "eg",
    "am", "pm", "kl", "fn", "ua", "od", "ed", "iaf", "mao", "vgv", "resp", "sa", "st", "iom",
    "eom", "isf", "po", "fm", "em", "fl", "nr", "osa", "fkl",
];

/// What short words in capitals are, when they are nobody.
const ACRONYMS: Says = Says::DOMAIN
    .and(Says::UNIT)
    .and(Says::TECHNICAL)
    .and(Says::BRAND)
    .and(Says::MONTH)
    .and(Says::REFERENCE)
    .and(Says::SERIAL)
    .and(Says::VERSION)
    .and(Says::CUSTOMER)
    .and(Says::BANK)
    .and(Says::PHONE)
    .and(Says::CREDENTIAL)
    .and(Says::TIME);

/// Short words that people write in capitals.
static SHOUTED: WordList = WordList::new(
    "ja nej ej ok nu inte inga vi du på om av så då se no yes not now all och men för är har att \
    den det man ny nya alla aldrig endast bara obs nb ps tv pc it hr vd gd ceo faq asap eta etc os \
    re sv vb fw fwd cc up on off out of to is in at by ab hb kb tl ko so rma sla kam noc soc usa eu \
    sv en uk se fi dk",
);

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
                && (page.tokens[at].case == Case::Lower
                    || page.caseless && page.tokens.iter().all(|token| token.case != Case::Lower))
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
    #[expect(clippy::too_many_lines, reason = "the ways to shorten a name, one by one")]
    pub(super) fn initial(&self, at: usize) -> bool {
        let token = &self.page.tokens[at];
        if self.hit[at] || token.is_digits() || token.length != 1 || token.shielded || token.glued {
            return false;
        }
        if self.page.gap_after(at).is_empty() && at + 1 < self.page.len() || self.page.measures(at)
        {
            return false;
        }
        // `S:ta Katarinas väg`.
        if self.page.gap_after(at) == ":"
            && at + 1 < self.page.len()
            && matches!(self.page.lower(at + 1), "t" | "ta")
        {
            return false;
        }
        // `A-K Berg`.
        if self.page.gap_after(at) == "-"
            && self.hit.get(at + 1) == Some(&true)
            && self.page.tokens[at + 1].length == 1
        {
            return true;
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
        let unknown = |at: usize| {
            upper && self.class[at] == Class::Unknown && self.page.tokens[at].case == Case::Title
        };
        // `MEHDI V LOVADE`, `(YLWA K)`: what cannot be anything else.
        let shouted = self.page.caseless
            && token.case == Case::Upper
            && at > 0
            && self.page.gap(at) == " "
            && self.class[at - 1] == Class::Name
            && self.page.says(at - 1).any(Says::GIVEN)
            && (self.page.gap_after(at).starts_with([')', ',', '\n'])
                || at + 1 < self.page.len()
                    && self.page.gap(at + 1) == " "
                    && TALKS.has(self.page.lower(at + 1)));
        if shouted {
            return true;
        }
        let before = at > 0
            && self.joined(at)
            && (self.hit[at - 1] || unknown(at - 1))
            && !self.page.gap(at).contains('.');
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
            self.page.gap(first).ends_with('"')
                || self.sure(first)
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
        // `s.y.`: no abbreviation that we know.
        let small_pair = self.page.caseless;
        let pair = dotted && (case == Case::Upper && (upper || small()) || told || small_pair) && {
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
        // `Nordin, S`.
        let turned = at > 0
            && self.comma(at)
            && self.hit[at - 1]
            && (upper
                || self.page.caseless && !matches!(letter, "i" | "å" | "o" | "e" | "a" | "x"))
            && !dotted
            && (self.class[at - 1] != Class::Either || self.page.says(at - 1).any(Says::FAMILY));
        // `S. Dunder`: with its dot before a capital, where a name can begin.
        let stands = at == 0
            || self.page.gap(at).ends_with(['(', '\n', ':'])
            || [", ", ": ", "; "].iter().any(|sign| self.page.gap(at).ends_with(sign))
            || self.page.gap(at) == " "
                && self.page.tokens[at - 1].is_word()
                && !self.page.says(at - 1).any(
                    Says::TECHNICAL
                        .and(Says::APARTMENT)
                        .and(Says::STREET)
                        .and(Says::REFERENCE)
                        .and(Says::DOMAIN)
                        .and(Says::UNIT)
                        .and(Says::BRAND),
                )
            || self.cue(at)
            || matches!(self.page.lower(at - 1), "och" | "and" | "o" | "eller" | "or");
        let led = upper && dotted && gap == ". " && stands && self.surnamed(next);
        let cued = led || upper && (self.sure(at)) && !self.page.follows(at, Says::TECHNICAL);
        (before && likely) || after || pair || cued || turned
    }

    /// A word with a capital that can be a family name behind an initial.
    pub(super) fn surnamed(&self, at: usize) -> bool {
        let Some(token) = self.page.tokens.get(at) else { return false };
        token.case == Case::Title
            && token.length > 2
            && !token.shielded
            && !token.settled
            && (!self.page.common(at) || token.says.is_name())
            && !token.says.any(ACRONYMS)
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

    /// A name letter by letter: `E - D - I - N`, `E som i Erik`.
    pub(super) fn spelled(&mut self) {
        let page = self.page;
        let single = |at: usize| {
            page.tokens[at].is_word() && page.tokens[at].length == 1 && !page.tokens[at].settled
        };
        let mut at = 0;
        while at < page.len() {
            if !single(at) {
                at += 1;
                continue;
            }
            let mut end = at;
            while end < page.len()
                && single(end)
                && (end == at
                    || matches!(page.gap(end), "-" | " - " | " " | "." | ". " | ", " | "/"))
            {
                end += 1;
            }
            let told = page.cued(at, Says::SURE, 4);
            let least = if told { 2 } else { 3 };
            // Four and more with dashes are no abbreviation, whatever stands before them.
            let dashed = (at + 1..end).filter(|at| page.gap(*at).contains('-')).count() > 2;
            if end - at >= least && (dashed || !abbreviates(page, at)) {
                self.hit[at..end].fill(true);
            }
            // `E som i Erik, D as in David`.
            let like = end + 2 < page.len()
                && matches!(
                    (page.lower(end), page.lower(end + 1)),
                    ("som", "i") | ("as", "in") | ("for", _)
                )
                && page.gap(end) == " ";
            if like && page.lower(end) != "for" && page.tokens[end + 2].is_word() {
                self.hit[end - 1..=end + 2].fill(true);
            }
            at = end.max(at + 1);
        }
    }

    /// Two or three letters for somebody of the staff: `/BÖ`, `14:05 AH: ringde`, `sign JSV`.
    pub(super) fn staff(&mut self) {
        for at in 0..self.page.len() {
            let token = &self.page.tokens[at];
            if matches!(token.length, 2 | 3) && !token.settled && !token.glued && self.signs(at) {
                self.hit[at] = true;
            }
        }
    }

    /// Whether what stands here is done by somebody.
    fn does(&self, at: usize) -> bool {
        let page = self.page;
        page.gap(at) == " "
            && (TALKS.has(page.lower(at))
                || matches!(page.lower(at), "har" | "has" | "have" | "hade"))
    }

    fn signs(&self, at: usize) -> bool {
        let page = self.page;
        let token = &page.tokens[at];
        let says = token.says;
        // `Tek.rapport/kk/12 september`: whose paper it is.
        let filed = token.length == 2
            && !token.is_digits()
            && page.gap(at) == "/"
            && page.gap_after(at) == "/"
            && at > 0
            && ["rapport", "rapp", "notis", "protokoll", "report", "not", "rappot"]
                .iter()
                .any(|paper| page.lower(at - 1).ends_with(paper));
        // `Kort notis. ÄG. 7503..`: a sentence of two letters.
        let alone = token.case == Case::Upper
            && !page.caseless
            && token.length == 2
            && matches!(page.gap(at), ". " | ".\n" | "\n")
            && page.gap_after(at).starts_with(". ")
            && !token.says.any(ACRONYMS)
            && !SHOUTED.has(page.lower(at));
        if (filed || alone) && !token.shielded {
            return true;
        }
        let upper = token.case == Case::Upper && !page.caseless;
        let lower =
            token.case == Case::Lower && page.caseless && token.length == 2 && !says.is_word();
        let (gap, behind) = (page.gap(at), page.gap_after(at));
        // `.. klart. /AB.`: at the very end any two letters are somebody's.
        let signed = upper
            && token.length == 2
            && matches!(gap, " /" | ". /" | ".\n/" | "\n/" | ") /" | "! /" | ", /")
            && (at + 1 == page.len() || behind.starts_with(['.', '\n']))
            && !says.any(ACRONYMS);
        if signed && !token.shielded {
            return true;
        }
        // `BL/TL har attesterat`, two who have done something.
        let pair = upper
            && token.length == 2
            && page.tokens.get(at + 2).is_some()
            && (behind == "/"
                && page.tokens[at + 1].case == Case::Upper
                && page.tokens[at + 1].length == 2
                && self.does(at + 2)
                || gap == "/"
                    && at > 0
                    && page.tokens[at - 1].case == Case::Upper
                    && page.tokens[at - 1].length == 2
                    && self.does(at + 1));
        if pair {
            return true;
        }
        if token.shielded || !(upper || lower) || says.any(ACRONYMS) || SHOUTED.has(page.lower(at))
        {
            return false;
        }
        if behind.is_empty() && at + 1 < page.len() {
            return false;
        }
        let starts = at == 0 || gap.contains('\n');
        let ends = at + 1 == page.len() || behind.contains('\n');
        let closed = behind.trim_matches(['.', ' ', '\n', '*']).is_empty();
        let slashed = gap.ends_with('/') && (gap.len() > 1 || at == 0);
        let bracketed = gap.ends_with(['(', '[']) && behind.starts_with([')', ']']);
        let apart = matches!(gap, ", " | ". " | " - " | "! " | "? " | ") " | "; " | " -" | " -- ")
            || gap.contains('\n') && gap.len() <= 3;
        if slashed && (ends || upper && behind.starts_with(['.', ',', ' ', ':', '/', ')']))
            || ends && closed && apart
        {
            return true;
        }
        if !upper {
            return false;
        }
        // Behind the date or the time of a line of a log.
        let logged = at > 0
            && page.tokens[at - 1].is_digits()
            && page.tokens[at - 1].settled
            && matches!(gap, " " | ", " | " - " | "] " | ": ");
        let talks = at + 1 < page.len()
            && behind == " "
            && (TALKS.has(page.lower(at + 1))
                || page.says(at + 1).any(Says::SPEECH) && page.tokens[at + 1].case == Case::Lower);
        let word = says.any(Says::BUILT_IN);
        bracketed && !word
            || (starts || logged) && behind.starts_with(':') && !word
            || logged && (talks || ends)
            || (starts || token.opens) && talks && !says.is_word()
            || self.sure(at) && !word
            || at > 0
                && matches!(
                    page.lower(at - 1),
                    "anm" | "not" | "note" | "sign" | "signatur" | "handl" | "enl" | "enligt"
                )
                && matches!(gap, " " | ": " | ". ")
    }
}
