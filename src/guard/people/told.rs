//! Names that are ordinary words as well, told by the sentence that they stand in: at its head, in a
//! row with others, with a family name in small letters between a cue and a verb.

use super::super::lexicon::Says;
use super::super::page::{Case, Token};
use super::super::word_list::WordList;
use super::cues::TALKS;
use super::ordinary::{PRONOUNS, VERBS};
use super::{Class, People, ROLES};

/// Given names that dictionaries have as words, and that hardly any sentence of a fault report begins
/// with as such: at its head a capital says enough.
static RARELY_WORDS: WordList = WordList::new(
    "karl jan mats björn sven robin viktor gunnar axel dan rasmus börje oliver leo knut ture olle sigge sara lena \
    inger linda linnea linnéa britt ann pia lisa viktoria ebba alva vera saga ella ester iris luna molly hedda leia \
    tuva nova meja stina mira tilde tindra åse kalle nisse bosse felicia lova rut pärla kajsa embla minna felix \
    augustin gustav valdemar otto isak melker ronja kaj titti mimi bibi kicki totte ria timo jasmine carol heather \
    holly jade ruby rita rosemary hazel christian victor eugene kurt ivar curt kim roger molly walter \
    stella agnes linn lovisa lydia vilma siri signe ida eva maja freja",
);

/// Behind a verb, a name or a word with a verb: what is said goes on.
static ADVERBS: WordList = WordList::new(
    "också inte ej själv dessutom fortfarande redan nu ofta aldrig alltid endast bara numera tyvärr även igen \
    här där hemma borta ute inne sjuk ledig idag igår också too also still again now already never always who som",
);

/// What follows a name in small letters that somebody was talked with.
static AFTER_TALK: WordList = WordList::new(
    "igår idag imorse nyss tidigare om som på och innan efter kl i när att via yesterday today about earlier who",
);

impl People<'_> {
    /// `Karl och grannen har samma fel`, `Lisa tycker att ..`: at the head of a sentence.
    pub(super) fn heads_sentence(&self, at: usize) -> bool {
        let page = self.page;
        let token = &page.tokens[at];
        if !token.opens
            || page.caseless
            || token.case != Case::Title
            || !token.says.any(Says::GIVEN)
            || page.gap_after(at).starts_with(['-', '_'])
        {
            return false;
        }
        let next = page.tokens.get(at + 1).filter(|next| !next.glued);
        // `Jack 3`, `Max 100 Mbit`: counted, or of a device.
        let counted = next.is_some_and(Token::is_digits) && page.gap(at + 1) == " ";
        // A port, whatever its make.
        let trade = next.is_some_and(|next| {
            page.gap(at + 1) == " "
                && next.says.any(Says::TECHNICAL.and(Says::BRAND).and(Says::UNIT).and(Says::NUMBER))
        });
        let stem = page.lower(at).strip_suffix('s').unwrap_or(page.lower(at));
        let rare = RARELY_WORDS.has(page.lower(at)) || RARELY_WORDS.has(stem);
        // `Bo och grannen`: with somebody.
        let with = page.tokens.get(at + 2).is_some()
            && matches!(page.lower(at + 1), "och" | "o" | "and" | "samt")
            && page.gap(at + 1) == " "
            && page.gap(at + 2) == " "
            && !PRONOUNS.has(page.lower(at))
            && (page.says(at + 2).any(Says::RELATION) || self.hit[at + 2]);
        rare && !counted && !trade || with
    }

    /// `granne rasmus hall har ..`, `karl björk ringer`: a given name, and a family name before a verb,
    /// in small letters, behind a cue or at the head of a sentence.
    pub(super) fn whole_before_verb(&self, first: usize) -> bool {
        let page = self.page;
        let (last, verb) = (first + 1, first + 2);
        if verb >= page.len()
            || page.gap(last) != " "
            || page.gap(verb) != " "
            || self.class[first] == Class::Out
            || self.class[last] == Class::Out
            || page.tokens[first].case != page.tokens[last].case
            || page.tokens[last].length < 2
        {
            return false;
        }
        let small = (page.tokens[first].case == Case::Lower || page.caseless)
            && page.says(first).any(Says::GIVEN);
        let cued = self.sure(first)
            || first > 0
                && matches!(
                    page.lower(first - 1),
                    "kund" | "kunden" | "slutkund" | "abonnent" | "customer"
                )
                && matches!(page.gap(first), " " | ": ");
        let talks = TALKS.has(page.lower(verb));
        let opens = page.tokens[first].opens || page.gap(first).ends_with(", ");
        let word = page.lower(last);
        let family = page.says(last).any(Says::FAMILY);
        let free = !page.common(last) && !ADVERBS.has(word) && !page.says(last).any(ROLES);
        let verb = talks || VERBS.has(page.lower(verb));
        // `Rogan Horn åker 9 juli`: with capitals, a rare word and a family name.
        let raised = !page.caseless
            && page.tokens[first].case == Case::Title
            && page.tokens[first].opens
            && page.tokens[first].length > 2
            && family
            && talks
            && !page.common(first);
        raised
            || small
                && !VERBS.has(word)
                && !TALKS.has(word)
                && (cued && verb && (family || free)
                    || opens
                        && talks
                        && family
                        && (!PRONOUNS.has(page.lower(first)) || self.class[last] == Class::Name))
    }

    /// The second word of such a name.
    pub(super) fn behind_given(&self, at: usize) -> bool {
        at > 0 && self.whole_before_verb(at - 1)
    }

    /// `heter Emir Kos!`: the second word of a name that is told, up to a stop.
    pub(super) fn introduced_whole(&self, at: usize) -> bool {
        let page = self.page;
        at > 1
            && page.gap(at) == " "
            && self.hit[at - 1]
            && page.says(at - 1).any(Says::GIVEN)
            && matches!(
                page.lower(at - 2),
                "heter" | "hette" | "heta" | "named" | "called" | "namn" | "name"
            )
            && page.tokens[at].length > 1
            && page.tokens[at].case == page.tokens[at - 1].case
            && (at + 1 == page.len() || page.gap_after(at).starts_with(['.', ',', '!', '\n', '?']))
            && !ADVERBS.has(page.lower(at))
    }

    /// `will uddgren`, `chase isacson`: an ordinary word before what is a family name and nothing else.
    pub(super) fn before_family(&self, at: usize) -> bool {
        let page = self.page;
        let next = at + 1;
        let says = page.says(at);
        let before = at.checked_sub(1).map_or("", |at| page.lower(at));
        next < page.len()
            && matches!(page.gap(next), " " | "\n")
            && page.tokens[at].case == page.tokens[next].case
            && says.any(Says::GIVEN)
            && !says.any(Says::PHONE.and(Says::SPEECH).and(Says::RELATION).and(Says::MONTH))
            && (!PRONOUNS.has(page.lower(at))
                || matches!(before, "av" | "by" | "hos" | "heter" | "kund" | "granne"))
            && !page.says(next).any(Says::GIVEN.and(Says::GENITIVE))
            && (self.class[next] == Class::Name && page.says(next).any(Says::FAMILY)
                || self.class[next] == Class::Unknown
                    && super::super::deny::family(page.lower(next)))
            && page.tokens[at].length > 2
    }

    /// `Storm S. Henriksson`: before the letter of a name.
    pub(super) fn before_initial(&self, at: usize) -> bool {
        let page = self.page;
        at + 2 < page.len()
            && page.tokens[at].case == Case::Title
            && page.tokens[at + 1].case == Case::Upper
            && page.tokens[at + 1].length == 1
            && page.gap(at + 1) == " "
            && page.gap(at + 2) == ". "
            && self.hit[at + 2]
            && page.tokens[at + 2].case == Case::Title
            && page.says(at).is_name()
    }

    /// `Thierry von Platen`: behind the particle of a noble name.
    pub(super) fn titled(&self, at: usize) -> bool {
        let page = self.page;
        at > 1
            && page.tokens[at].case == Case::Title
            && !page.caseless
            && matches!(page.lower(at - 1), "von" | "af" | "van" | "de" | "der" | "di" | "da")
            && page.gap(at) == " "
            && page.gap(at - 1) == " "
            && self.hit[at - 2]
            && page.tokens[at - 1].case == Case::Lower
    }

    /// `pratat med per igår`: in small letters, and what follows goes on about the talk.
    pub(super) fn talked_with(&self, at: usize) -> bool {
        let page = self.page;
        if at < 2 || !matches!(page.lower(at - 1), "med" | "with") || page.gap(at) != " " {
            return false;
        }
        let spoken = page.says(at - 2).any(Says::SPEECH)
            || matches!(
                page.lower(at - 2),
                "pratat"
                    | "talat"
                    | "snackat"
                    | "talade"
                    | "snackade"
                    | "kontakt"
                    | "spoke"
                    | "spoken"
                    | "talked"
            );
        let ends = at + 1 == page.len() || page.gap_after(at).starts_with(['.', ',', '\n', ';']);
        let goes_on =
            at + 1 < page.len() && page.gap(at + 1) == " " && AFTER_TALK.has(page.lower(at + 1));
        spoken && page.says(at).any(Says::GIVEN) && (ends || goes_on)
    }

    /// `Faith and dawn are ..`, `thierry o gerd o urban`, `Inga, Leo samt Kamran`: in a row of names.
    pub(super) fn in_row(&self, at: usize) -> bool {
        let page = self.page;
        if !page.says(at).any(Says::GIVEN) {
            return false;
        }
        let pronoun = PRONOUNS.has(page.lower(at));
        let and = |at: usize| {
            page.tokens.get(at).is_some()
                && matches!(page.lower(at), "och" | "o" | "eller" | "samt" | "and" | "or" | "resp")
                && page.gap(at) == " "
        };
        let named = |near: usize| {
            self.hit[near] && page.says(near).is_name() && page.tokens[near].length > 1
        };
        let function = page.says(at).any(Says::FUNCTION);
        let capital = page.tokens[at].case == Case::Title && !page.caseless;
        // What is said of several people.
        let several = page.tokens.get(at + 1).is_some()
            && page.gap(at + 1) == " "
            && matches!(
                page.lower(at + 1),
                "are" | "alla" | "båda" | "both" | "have" | "were" | "har" | "är"
            );
        let free = !function || capital || several;
        let given = |near: usize| named(near) && page.says(near).any(Says::GIVEN);
        // Behind another: `anna o urban`, `Huda & Wan`.
        let behind = at > 1 && and(at - 1) && page.gap(at) == " " && given(at - 2)
            || at > 0 && page.gap(at) == " & " && given(at - 1);
        // Before others: `Inga, Leo samt Kamran`.
        let listed = at + 3 < page.len()
            && page.gap(at + 1).starts_with(',')
            && page.gap(at + 1).len() <= 2
            && given(at + 1)
            && and(at + 2)
            && (capital || page.caseless && !function);
        behind && free && !pronoun || listed && (capital || !pronoun)
    }

    /// `paret strand i gaveln`, `knacka på hos spets`, `korp en trappa upp`: a family by its name alone.
    pub(super) fn household(&self, at: usize) -> bool {
        let page = self.page;
        let says = page.says(at);
        if !says.any(Says::FAMILY)
            || says.any(ROLES.and(Says::DOMAIN).and(Says::FUNCTION).and(Says::STREET))
        {
            return false;
        }
        let before = at.checked_sub(1).map_or("", |at| page.lower(at));
        let hosted = before == "hos"
            && page.gap(at) == " "
            && (page.gap_after(at).starts_with(['.', ',', '\n'])
                || page.tokens.get(at + 1).is_some()
                    && matches!(
                        page.lower(at + 1),
                        "istället" | "på" | "som" | "om" | "först" | "innan"
                    ));
        let upstairs = page.tokens.get(at + 2).is_some()
            && page.tokens[at].opens
            && page.gap(at + 1) == " "
            && matches!(
                (page.lower(at + 1), page.lower(at + 2)),
                ("en", "trappa")
                    | ("på", "våning" | "plan")
                    | ("tvärs", "över")
                    | ("ovanpå" | "bredvid", _)
            );
        // `(JÄRN, STUVERIET 167)`: before where somebody lives.
        let housed = page.gap(at).ends_with('(')
            && page.gap_after(at) == ", "
            && page
                .tokens
                .get(at + 1)
                .is_some_and(|next| next.is_word() && next.settled && !next.named);
        let pair = matches!(before, "paret" | "makarna" | "herrskapet") && page.gap(at) == " ";
        hosted || upstairs || housed || pair
    }

    /// `stavas m-a-r-s, alltså bill mars`: what the letters were, said once more.
    pub(super) fn said_again(&self, at: usize) -> bool {
        const WITHIN: usize = 16;
        let page = self.page;
        let told = |at: usize| {
            at > 0
                && matches!(page.lower(at - 1), "alltså" | "dvs" | "namely")
                && page.gap(at) == " "
                && (at.saturating_sub(WITHIN)..at - 1).any(|near| {
                    matches!(
                        page.lower(near),
                        "stavas"
                            | "stavat"
                            | "stavar"
                            | "bokstaveras"
                            | "spelled"
                            | "spelt"
                            | "bokstäver"
                    )
                })
        };
        self.class[at] != Class::Out
            && page.tokens[at].length > 1
            && (told(at) || at > 0 && page.gap(at) == " " && told(at - 1))
    }

    /// What does or says something behind a cue is no name: `montören ringer innan`.
    pub(super) fn only_does(&self, at: usize) -> bool {
        let page = self.page;
        (!self.capital(at) || page.caseless)
            && (page.says(at).any(Says::SPEECH)
                || VERBS.has(page.lower(at))
                || TALKS.has(page.lower(at)))
            && !page.says(at).any(Says::GIVEN)
            && !page.tokens.get(at + 1).is_some_and(|next| {
                page.gap(at + 1) == " " && next.is_word() && TALKS.has(page.lower(at + 1))
            })
    }

    /// `Störning i Dammen`: nobody is in somebody.
    pub(super) fn located(&self, at: usize) -> bool {
        let page = self.page;
        let owned = page.tokens.get(at + 1).is_some_and(|next| {
            page.gap(at + 1) == " "
                && (next.case == Case::Lower && page.lower(at).ends_with('s')
                    || next.case == Case::Title && !page.common(at + 1))
        });
        at > 0
            && matches!(page.lower(at - 1), "i" | "in" | "inom")
            && page.gap(at) == " "
            && page.tokens[at - 1].case == Case::Lower
            && page.tokens[at].case == Case::Title
            && !page.says(at).any(Says::GIVEN)
            && !owned
    }
}
