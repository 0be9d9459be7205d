//! What answers a question for a password, what is believed to be one, and what a network's goes by
//! in the shortest of notes.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::page::Page;
use super::super::word_list::WordList;
use super::words::tells_about;

/// Before a word for what it was: somebody is not sure of it.
static BELIEVED: WordList = WordList::new(
    "tror trodde tänker minns gissar antar think thought believe guess remember reckon",
);

/// Between that and the value.
static BETWEEN: WordList = WordList::new(
    "att det den de som kanske nog bara var är va e är heter hette it that was is maybe its it's",
);

/// A rule of this file begins with one of these, besides the words for codes.
pub(super) const BEGINS: &str = "tror trodde minns gissar antar think thought believe guess remember reckon wifi wifit wlan logga loggar loggat \
    loggade inloggad inlogg login logged";

/// What somebody does with an account.
static LOGS: WordList =
    WordList::new("logga loggar loggat loggade inloggad inlogg login logged log");

/// A sentence that answers and tells none.
static NO_ANSWER: WordList = WordList::new(
    "nej ja jo nja vet ingen inget inte glömt kolla kollar vänta ska står ser jag det den hmm no yes dont don't i not wait \
    ok okej tack sorry ursäkta vilket vilken varför hur vad what why which how",
);

/// Every finding that begins at this word.
pub(super) fn find(page: &Page<'_>, at: usize, found: &mut Vec<Range<usize>>) {
    if page.tokens[at].is_digits() || page.tokens[at].shielded {
        return;
    }
    found.extend(answer(page, at));
    found.extend(believed(page, at));
    found.extend(noted(page, at));
    found.extend(account(page, at));
    found.extend(beside_account(page, at));
}

fn for_password(page: &Page<'_>, at: usize) -> bool {
    let word = page.lower(at);
    page.says(at).any(Says::CREDENTIAL) || word.contains("lösen") || word.contains("password")
}

/// `och lösenordet?` and on the next line `[8:01] Eva: lakrits`: all that was answered.
fn answer(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 4;
    const HEAD_MAX: usize = 40;
    let gap = page.gap_after(at);
    if !gap.starts_with('?') || !gap.contains('\n') || !for_password(page, at) {
        return None;
    }
    let start = page.tokens[at].end + gap.find('\n')? + 1;
    let line = page.text[start..].split('\n').next().unwrap_or_default();
    // Who answers, and when.
    let head = &line[..line.floor_char_boundary(HEAD_MAX)];
    let from = head.rfind(": ").map_or(0, |sign| sign + 2);
    let value = line[from..].trim_end_matches([' ', '.', ',', '!']);
    let words = value.split(' ').count();
    let first = value.split([' ', ',']).next().unwrap_or_default().to_lowercase();
    let short = words <= WORDS_MAX && value.chars().count() > 2 && value.len() < 60;
    (short && !NO_ANSWER.has(&first) && !tells_about(&first))
        .then(|| start + from..start + from + value.len())
}

/// `koden till wifi, jag tror det var grön häst tre`: to the end of the clause.
fn believed(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const BACK: usize = 14;
    const WORDS_MAX: usize = 4;
    if !BELIEVED.has(page.lower(at)) {
        return None;
    }
    let spoken = (at.saturating_sub(BACK)..at).any(|near| for_password(page, near));
    let mut first = at + 1;
    while first < page.len() && page.gap(first) == " " && BETWEEN.has(page.lower(first)) {
        first += 1;
    }
    if !spoken || first == at + 1 || first >= page.len() || page.gap(first) != " " {
        return None;
    }
    let free = |at: usize| {
        let token = &page.tokens[at];
        !token.shielded && !token.settled && !tells_about(page.lower(at))
    };
    let mut last = first;
    while last < page.len() && last - first < WORDS_MAX && free(last) {
        if last > first && !matches!(page.gap(last), " " | "." | "-" | "_" | "/" | "") {
            break;
        }
        last += 1;
    }
    // What goes on for longer tells something else.
    let ends = last == page.len() || !matches!(page.gap(last), " ") || page.lower(last) == "eller";
    (last > first && ends && page.tokens[first].length > 2).then(|| {
        let range = page.span(first..last);
        // `.. eller hjulspår`: or that one.
        let other = last + 1 < page.len()
            && matches!(page.lower(last), "eller" | "or")
            && page.gap(last) == " "
            && page.gap(last + 1) == " "
            && free(last + 1);
        if other { range.start..page.tokens[last + 1].end } else { range }
    })
}

/// `/ wifi tiger på lapp`: a note of two words, and the second is no word of the trade.
fn noted(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const ENDINGS: [&str; 12] =
        ["t", "r", "ning", "ningen", "ad", "ade", "are", "nät", "signal", "en", "fel", "isk"];
    let next = at + 1;
    let value = page.tokens.get(next)?;
    let gap = page.gap(at);
    let begins = at == 0
        || gap.contains('\n')
        || gap.ends_with(". ")
        || gap.ends_with("/ ")
        || gap.ends_with("- ")
        || gap.ends_with(", ")
        || gap.ends_with("; ");
    let behind = page.gap_after(next);
    let ends = next + 1 == page.len()
        || behind.starts_with(['.', ',', '\n', ';'])
        || behind.starts_with(" /")
        || behind.starts_with(" -")
        || behind == " "
            && matches!(page.lower(next + 1), "på" | "enl" | "enligt" | "står" | "on" | "mvh");
    let says = value.says;
    let word = page.lower(next);
    let plain = says.any(Says::BUILT_IN) && !says.is_name()
        || says.any(Says::DOMAIN.and(Says::TECHNICAL).and(Says::BRAND).and(Says::FUNCTION))
        || tells_about(word)
        || ENDINGS.iter().any(|ending| word.ends_with(ending) && !says.is_name());
    (matches!(page.lower(at), "wifi" | "wlan")
        && begins
        && ends
        && page.gap(next) == " "
        && value.is_word()
        && value.length > 3
        && !value.settled
        && !value.shielded
        && !plain)
        .then(|| value.range())
}

/// `loggar in med eva.berg och Snöboll/5`: what is told beside the name of an account.
fn beside_account(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const LENGTH_MAX: usize = 40;
    if !LOGS.has(page.lower(at)) {
        return None;
    }
    let word = |at: usize| page.tokens.get(at).map_or("", |_| page.lower(at));
    let with = (at + 1..at + 4).find(|at| matches!(word(*at), "med" | "with" | "as" | "som"))?;
    let and = (with + 2..with + 7).find(|at| matches!(word(*at), "och" | "and" | "samt"))?;
    let first = page.tokens.get(and + 1).filter(|_| page.gap(and + 1) == " ")?;
    let rest = &page.text[first.start..];
    let length = super::values::piece(rest).min(rest.floor_char_boundary(LENGTH_MAX));
    let value = rest[..length].trim_end_matches(['.', ',', ')', ';', '?', '!']);
    let plain = tells_about(word(and + 1)) || first.says.any(Says::FUNCTION.and(Says::SPEECH));
    (value.chars().count() > 3 && !plain && !first.shielded && !first.settled)
        .then(|| first.start..first.start + value.len())
}

/// `logga in med admin och admin642`, `satt admin419`: the name of an account and a number.
fn account(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    const BACK: usize = 8;
    let number = page.tokens.get(at + 1).filter(|next| next.is_digits() && next.glued)?;
    let told = (at.saturating_sub(BACK)..at).any(|near| {
        for_password(page, near)
            || matches!(
                page.lower(near),
                "logga" | "loggat" | "inlogg" | "login" | "log" | "logged"
            )
    });
    let alone = page.tokens.get(at + 2).is_none_or(|after| !after.glued);
    (matches!(page.lower(at), "admin" | "root" | "user" | "test" | "guest" | "password" | "lösen")
        && number.length > 1
        && told
        && alone)
        .then(|| page.tokens[at].start..number.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        let mut ranges = Vec::new();
        for at in 0..page.len() {
            find(&page, at, &mut ranges);
        }
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_is_answered_believed_and_noted() {
        assert_eq!(
            found("Eva: och koden?\n[9:12] Leo: 47 11 och sen grind"),
            ["47 11 och sen grind"; 0]
        );
        assert_eq!(found("Eva: lösenordet då?\nLeo: blåbär"), [""; 0]);
        assert_eq!(found("Eva: vad är lösenordet?\nLeo: blåbär"), ["blåbär"]);
        assert_eq!(
            found("har lösenordet, jag tror det var rosa moln åtta. ring"),
            ["rosa moln åtta"]
        );
        assert_eq!(
            found("glömt lösen, minns att det var gurka eller tomat"),
            ["gurka eller tomat"]
        );
        assert_eq!(found("bytte lösen till wifi, satt admin77"), ["admin77"]);
        assert_eq!(found("klart. wifi lakritsskål / onu ok"), ["lakritsskål"]);
        for text in
            ["koden?\nEva: vet inte", "wifi hackar.", "jag tror det är kabeln", "port admin77"]
        {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
