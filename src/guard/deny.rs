//! Default-deny: words and numbers that nothing vouches for.
//!
//! This layer finds the names that no list has. What it costs is words that nobody thought of: a
//! misspelt word looks like a name. So a word in lower case is vouched for by more things than one
//! with a capital, and one beside a name or behind a cue by fewer.

use super::lexicon::{Lexicon, Says};
use super::page::{Case, Page};
use super::{Finding, Kind, Layer, Why};

/// Endings of family names. A word that ends so is never vouched for by its parts.
const FAMILY_ENDINGS: [&str; 44] = [
    "sson", "son", "qvist", "kvist", "quist", "berg", "bergs", "bergh", "ström", "strom", "lund",
    "lind", "gren", "dahl", "dal", "man", "mann", "ell", "én", "ius", "sen", "stedt", "stad",
    "holm", "feldt", "fors", "hammar", "blad", "löf", "löv", "strand", "mark", "skog", "roth",
    "sköld", "hielm", "ander", "wall", "vall", "borg", "bäck", "beck", "sjö", "blom",
];

/// What a letter and a call begin with; a name follows.
const GREETINGS: [&str; 10] =
    ["hej", "hejsan", "hallå", "tjena", "tja", "tjenare", "hi", "hello", "hey", "dear"];

/// How many words of a text are compared with others that are spelt nearly so; the rest are denied.
const COMPARED_MAX: usize = 48;

/// Every finding of this layer. Runs last, over what no other layer has settled.
pub(super) fn find(page: &Page<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut compared = 0;
    for at in 0..page.len() {
        let token = &page.tokens[at];
        if token.settled || token.is_digits() {
            continue;
        }
        if denied(page, at, &mut compared) {
            let cluster = page.cluster(at);
            let digits = cluster.clone().any(|at| page.tokens[at].is_digits());
            if digits && super::numbers_seen::explained(page, at) {
                continue;
            }
            let range = if digits { page.span(cluster) } else { token.range() };
            found.push(Finding {
                range,
                kind: Kind::Person,
                layer: Layer::Denied,
                why: Why::UnknownWord,
            });
        }
    }
    found
}

fn denied(page: &Page<'_>, at: usize, compared: &mut usize) -> bool {
    let token = &page.tokens[at];
    let says = token.says;
    // `(PÅ)`: initials.
    let bracketed = page.gap(at).ends_with('(') && page.gap_after(at).starts_with(')');
    if bracketed
        && token.case == Case::Upper
        && token.length == 2
        && !page.caseless
        && !says.any(Says::DOMAIN)
    {
        return true;
    }
    if token.length < 2 || says.is_word() || token.shielded {
        return false;
    }
    if says.is_name() {
        return true;
    }
    // `kollat i Zabbix`, `i Eksunda`: a system, a town; nobody is in somebody.
    // `brf Björken`: a house and its owners.
    if page.association(at)
        || token.case == Case::Lower && !page.caseless && super::places::is_street(page.lower(at))
    {
        return false;
    }
    if names_a_model(page, at) {
        return false;
    }
    let within = at > 0
        && matches!(page.lower(at - 1), "i" | "in" | "inom" | "ur" | "inside")
        && page.gap(at) == " "
        && token.case != Case::Mixed
        && !page
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.is_word() && !next.says.is_word() && page.gap(at + 1) == " ");
    if within {
        return false;
    }
    let lower = page.lower(at);
    // Letters within a code are looked at with its digits.
    if token.glued || page.tokens.get(at + 1).is_some_and(|next| next.glued) {
        return token.length >= 5 && !vouched(page, at);
    }
    let beside = near_person(page, at);
    if vouched_by(page, at, if beside { WHOLE } else { PARTS }) {
        return false;
    }
    match token.case {
        Case::Lower => {
            if beside {
                return true;
            }
            if names_a_machine(page, at) {
                return false;
            }
            if token.length <= 3 {
                return false;
            }
            // Without a gazetteer most rare words are unknown, and a lower-case one alone is none.
            if page.lexicon.gazetteer().is_none() && !page.caseless {
                return false;
            }
        }
        // `UTT-40-00117`, `LHA-2`: letters before a number.
        Case::Upper if token.length <= 4 && !beside && numbered(page, at) => return false,
        Case::Upper if !page.caseless => {
            if token.length == 2 && !beside {
                // `Anm: GL`, `/TE`: somebody's initials, unless a number or a sign is beside them.
                let codes = |gap: &str| {
                    gap.is_empty()
                        || gap.contains(['-', '/', '_', '+', '&', '.']) && !gap.contains(' ')
                };
                let number = page.tokens.get(at + 1).is_some_and(|next| {
                    next.is_digits() && next.length < 4 && !page.gap(at + 1).contains('\n')
                });
                return !(number
                    || codes(page.gap(at)) && at > 0
                    || at + 1 < page.len() && codes(page.gap(at + 1)));
            }
            let vowel = lower.contains(['a', 'e', 'i', 'o', 'u', 'y', 'å', 'ä', 'ö']);
            if !vowel && token.length <= 5 && !beside {
                return false;
            }
        }
        Case::Upper => {
            if token.length <= 3 && !beside {
                return false;
            }
        }
        Case::Title
            if token.opens
                && token.length > 5
                && !beside
                && !page.gap(at).ends_with(['"', '(', '\'']) => {}
        _ => return true,
    }
    if !beside && token.length <= 5 && slips(lower) {
        return false;
    }
    *compared += 1;
    !(*compared <= COMPARED_MAX && !family(lower) && page.lexicon.mistypes(lower))
}

/// `Huawei OptiXstar HG8245X6`: a model between its maker and its number.
fn names_a_model(page: &Page<'_>, at: usize) -> bool {
    page.follows(at, Says::BRAND)
        && matches!(page.gap(at), " " | "-")
        && page.gap_after(at) == " "
        && at + 1 < page.len()
        && page.cluster(at + 1).any(|near| page.tokens[near].is_digits())
}

/// `dist-sw-12`: the name of a machine.
fn names_a_machine(page: &Page<'_>, at: usize) -> bool {
    let trade = Says::DOMAIN.and(Says::TECHNICAL).and(Says::VERSION);
    page.gap_after(at) == "-"
        && page.tokens.get(at + 1).is_some_and(|next| next.says.any(trade))
        && numbered(page, at + 1)
}

/// Whether a number hangs on a word.
fn numbered(page: &Page<'_>, at: usize) -> bool {
    matches!(page.gap_after(at), "-" | "_")
        && page.tokens.get(at + 1).is_some_and(super::page::Token::is_digits)
}

/// Whether two letters of a short and common word have changed places, or one was struck twice:
/// `itne`, `tiill`.
fn slips(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    (1..letters.len()).any(|at| {
        let mut other = letters.clone();
        if letters[at] == letters[at - 1] {
            other.remove(at);
        } else {
            other.swap(at - 1, at);
        }
        other.len() > 2 && Lexicon::is_common(&other.iter().collect::<String>())
    })
}

/// Whether the words before or after leave little doubt that somebody is meant.
fn near_person(page: &Page<'_>, at: usize) -> bool {
    let before = at.checked_sub(1);
    let cue = before.is_some_and(|before| {
        let says = page.says(before);
        let gap = page.gap(at);
        let near = gap.len() <= 3 && !gap.contains(['.', ';', '!', '?', ')', '\n']);
        let told =
            says.any(Says::RELATION.and(Says::PERSON)) || GREETINGS.contains(&page.lower(before));
        near && !page.measures(before) && (says.any(Says::SURE) || told && !gap.contains(','))
    });
    // `hozan ringde`: who does what only people do.
    let doer = at + 1 < page.len()
        && page.gap(at + 1) == " "
        && super::people::talks(page.lower(at + 1))
        && !page.says(at).is_word();
    let name = |at: usize| {
        let says = page.says(at);
        page.tokens.get(at).is_some_and(|token| token.named)
            || says.is_name() && !says.any(Says::HOMOGRAPH.and(Says::FUNCTION))
    };
    let joined = |gap: &str| matches!(gap, " " | "-" | "\n");
    cue || doer
        || before.is_some_and(|before| {
            joined(page.gap(at))
                && name(before)
                && page.tokens[at].is_capital() == page.tokens[before].is_capital()
        })
        || at + 1 < page.len()
            && joined(page.gap(at + 1))
            && name(at + 1)
            && page.tokens[at].is_capital() == page.tokens[at + 1].is_capital()
        || signs(page, at)
}

/// `/astrid` at the end of a line.
fn signs(page: &Page<'_>, at: usize) -> bool {
    let gap = page.gap(at);
    let slashed = gap == "/" && at == 0
        || gap.len() > 1
            && gap.ends_with('/')
            && gap[..gap.len() - 1].ends_with([' ', '\n', '.', ',']);
    slashed
        || at > 0
            && page.says(at - 1).any(Says::SIGN)
            && gap.len() <= 4
            && page.lower(at - 1) != "tack"
}

pub(super) fn family(word: &str) -> bool {
    let stem = word.strip_suffix('s').unwrap_or(word);
    FAMILY_ENDINGS.iter().any(|ending| word.ends_with(ending) || stem.ends_with(ending))
}

/// Whether a word that is not listed is an ordinary one all the same: an inflection or a compound.
pub(super) fn vouched(page: &Page<'_>, at: usize) -> bool {
    vouched_by(page, at, PARTS)
}

/// How many letters the parts of a compound have at least: of any word, and of one beside a word
/// that says that somebody comes.
const PARTS: usize = 3;
const WHOLE: usize = 4;

fn vouched_by(page: &Page<'_>, at: usize, part_min: usize) -> bool {
    let token = &page.tokens[at];
    let word = page.lower(at);
    // `10:e`, `sms:ade`: an ending behind a colon.
    if at > 0 && page.gap(at) == ":" && token.length <= 4 && token.case == Case::Lower {
        return true;
    }
    if says_nothing(word) {
        return true;
    }
    if family(word) {
        return false;
    }
    if Lexicon::inflects(word) {
        return true;
    }
    let may_be_compound = token.case == Case::Lower
        || token.opens
        || page.caseless
        || token.case == Case::Upper && token.length > 8;
    may_be_compound && token.length >= 7 && page.lexicon.compounds(word, part_min)
}

/// Laughter, dashes of letters, placeholders.
fn says_nothing(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}
