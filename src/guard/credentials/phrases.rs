//! Passwords of several plain words, as people choose them: `lösen en häst i mossen 55`, `ändrat till
//! sju sorters kakor`, `the network one is over the rainbow`.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::word_list::WordList;
use super::words::tells_about;

/// How many words a phrase has.
const WORDS_MAX: usize = 7;
/// How far before a change of it the password is spoken of.
const SPOKEN_MAX: usize = 12;

/// Words for a password, right behind which it may stand.
static CUES: WordList = WordList::new(
    "lösen lösenord lösenordet lösenfras lösenfrasen wifilösen wifilösenord nätverksnyckel nätverksnyckeln \
    password passphrase",
);

/// What a password is done to.
static CHANGED: WordList = WordList::new(
    "ändrat ändrade ändrar ändra ändras bytt bytte byter byta bytas byt satt satte sätta återställt återställde återställer changed change \
    changing reset set",
);

/// Small words of a phrase, which say nothing of passwords by themselves.
static SMALL: WordList = WordList::new(
    "en ett på i och av under över bland med utan den det min mina mitt my the a an on of over in under with and no never aldrig",
);

pub(super) fn begin_words() -> impl Iterator<Item = &'static str> {
    CUES.words()
}

/// The phrase that a word for a password is followed by, if this is one.
pub(super) fn phrase(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let word = page.lower(at);
    let back = |back: usize| at.checked_sub(back).map_or("", |at| page.lower(at));
    // Right behind the word for it several words tell a phrase; behind `ändrat till` one does.
    let (from, least) = if CUES.has(word) {
        let is =
            page.tokens.get(at + 1).is_some() && matches!(page.lower(at + 1), "är" | "is" | "blir");
        (at + if is { 2 } else { 1 }, 2)
    } else if matches!(word, "till" | "to") && CHANGED.has(back(1)) && spoken_of(page, at)
        || matches!(word, "is" | "was")
            && back(1) == "one"
            && (matches!(back(2), "network" | "wifi" | "other")
                || matches!(back(2), "old" | "new") && spoken_of(page, at))
    {
        (at + 1, 1)
    } else {
        return None;
    };
    let near = |at: usize| {
        page.tokens.get(at).is_some() && matches!(page.gap(at), " " | "\n" | ": " | " \n")
    };
    if !near(from) || page.tokens[from].settled || page.tokens[from].shielded {
        return None;
    }
    let mut end = from;
    let mut told = 0;
    while end < page.len() && end - from < WORDS_MAX && (end == from || near(end)) {
        let token = &page.tokens[end];
        let stops =
            matches!(page.lower(end), "av" | "by" | "istället" | "instead" | "tack" | "please");
        if token.shielded || stops && end > from && least == 1 {
            break;
        }
        let small = SMALL.has(page.lower(end)) || token.says.any(Says::NUMBER);
        let number = token.is_digits() && token.length <= 4 && end > from;
        let plain = Says::DOMAIN.and(Says::TECHNICAL).and(Says::FUNCTION).and(Says::SPEECH);
        let plain =
            plain.and(Says::PERSON).and(Says::REFERENCE).and(Says::CREDENTIAL).and(Says::PHONE);
        // `en ko i mossen`: behind an article anything is a word of the phrase.
        let framed = end > from
            && matches!(page.lower(end - 1), "en" | "ett" | "a" | "an" | "the" | "min" | "my")
            && !token.says.any(Says::CREDENTIAL.and(Says::PHONE).and(Says::BRAND));
        let content = token.is_word()
            && token.length > 1
            && !tells_about(page.lower(end))
            && (framed || !token.says.any(plain.and(Says::BRAND)));
        if !(small || number || content) {
            // A sentence about the password goes on, and tells none.
            if end == from || least > 1 {
                return None;
            }
            break;
        }
        told += usize::from(content);
        end += 1;
    }
    while end > from && SMALL.has(page.lower(end - 1)) {
        end -= 1;
    }
    (told > 0 && end - from >= least).then(|| page.span(from..end))
}

/// Whether a password is spoken of shortly before.
fn spoken_of(page: &Page<'_>, at: usize) -> bool {
    (at.saturating_sub(SPOKEN_MAX)..at).any(|near| {
        CUES.has(page.lower(near))
            || page.lower(near).contains("lösen")
            || page.says(near).any(Says::CREDENTIAL)
    })
}
