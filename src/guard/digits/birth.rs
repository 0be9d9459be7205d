//! Dates of birth, in digits and in words.

use std::ops::Range;

use super::super::lexicon::Says;
use super::super::moments;
use super::super::page::Page;
use super::super::{Kind, Why};
use super::Hit;
use super::window::Window;

/// A day of birth: behind a word for it in any form; a whole date so long ago that it is hardly about
/// a fault, without one too.
pub(super) fn birth(page: &Page<'_>, at: usize, window: &Window<'_>) -> Option<Hit> {
    let asked = (1..=12).any(|back| at >= back && page.says(at - back).any(Says::BIRTH));
    let cued = page.cued(at, Says::BIRTH, 8) || asked || shortened(page, at);
    let hit = |range| Some((Kind::BirthDate, range, if cued { Why::Cue } else { Why::Digits }));
    if let Some((last, year)) = with_month(page, at) {
        let old = year.is_some_and(|year| (1900..2013).contains(&year));
        let article = at > 0 && matches!(page.lower(at - 1), "den" | "the") && page.gap(at) == " ";
        let first = if article { at - 1 } else { at };
        return if cued || old { hit(page.span(first..last + 1)) } else { None };
    }
    if let Some(range) = year_first(page, at) {
        return hit(range);
    }
    let value = |range: Range<usize>| {
        window.digits.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0)
    };
    for groups in (1..=window.ends.len().min(3)).rev() {
        let lengths = &*window.lengths(groups, false);
        let (year, month, day) = match lengths {
            [4, 1 | 2, 1 | 2] => {
                let cut = 4 + lengths[1];
                (value(0..4), value(4..cut), value(cut..cut + lengths[2]))
            }
            [1 | 2, 1 | 2, 4] => {
                let cut = lengths[0] + lengths[1];
                (value(cut..cut + 4), value(lengths[0]..cut), value(0..lengths[0]))
            }
            [8] => (value(0..4), value(4..6), value(6..8)),
            [1 | 2, 1 | 2, 2] if cued && lengths != [2, 2, 2] => {
                (1950, value(lengths[0]..lengths[0] + lengths[1]), value(0..lengths[0]))
            }
            [1 | 2, 1 | 2, 2]
                if lengths != [2, 2, 2]
                    && window.gaps[..2] == ["/", "-"]
                    && value(lengths[0] + lengths[1]..lengths[0] + lengths[1] + 2) > 35 =>
            {
                (1950, value(lengths[0]..lengths[0] + lengths[1]), value(0..lengths[0]))
            }
            // Year, month and day in any order.
            [2, 2, 2] if cued && value(2..4) <= 31 => (1950, 1, 1),
            [6] if cued => (1950, value(2..4), value(4..6)),
            [4] if cued && page.cued(at, Says::BIRTH, 3) => (value(0..4), 1, 1),
            _ => continue,
        };
        let american = (1..=12).contains(&day) && (1..=31).contains(&month) && cued;
        let dated = (1..=12).contains(&month) && (1..=31).contains(&day) || american;
        let reference = lengths == [8] && page.follows(at, Says::REFERENCE.and(Says::SERIAL));
        if dated
            && ((1900..2013).contains(&year) && !reference
                || cued && (1900..2040).contains(&year) && page.cued(at, Says::BIRTH, 4))
        {
            return hit(window.range(groups));
        }
    }
    None
}

/// `f`, `f.d.`, `d.o.b.`: a word for birth in single letters.
pub(in crate::guard) fn shortened(page: &Page<'_>, at: usize) -> bool {
    const LENGTH_MAX: usize = 5;
    if at == 0 || page.tokens[at - 1].length > LENGTH_MAX || page.tokens[at - 1].is_digits() {
        return false;
    }
    let letter = |back: usize, letter: &str, dot: bool| {
        at >= back
            && page.lower(at - back) == letter
            && page.gap(at - back + 1).len() <= 3
            && (!dot || page.gap(at - back + 1).starts_with('.'))
    };
    // `f-datum 28.5.94`.
    let day = matches!(at.checked_sub(1).map_or("", |at| page.lower(at)), "datum" | "dag" | "dat")
        && letter(2, "f", false)
        && page.gap(at - 1).trim().trim_matches(['-', '.']).is_empty();
    day || letter(1, "f", false)
        || letter(1, "fd", false)
        || letter(1, "d", true) && letter(2, "f", true)
        || letter(1, "b", false) && letter(2, "o", true) && letter(3, "d", true)
}

/// `12 mars 1962`, `24:e april`, `11th of December, 1960`: the last token of it, and the year.
fn with_month(page: &Page<'_>, at: usize) -> Option<(usize, Option<u32>)> {
    if page.tokens[at].length > 2 {
        return None;
    }
    let mut next = at + 1;
    let near = |at: usize| at < page.len() && page.gap(at).chars().count() <= 2;
    while near(next)
        && matches!(page.lower(next), "e" | "a" | "th" | "st" | "nd" | "rd" | "of" | "i" | "dagen")
    {
        next += 1;
    }
    // `febru\nari`: a line break in the midst of it.
    let broken = near(next)
        && !page.says(next).any(Says::MONTH)
        && page.gap_after(next).contains('\n')
        && page.tokens.get(next + 1).is_some_and(super::super::page::Token::is_word)
        && {
            let word = [page.lower(next), page.lower(next + 1)].concat();
            page.lexicon.says(&word).any(Says::MONTH)
        };
    if broken {
        next += 1;
    } else if !near(next) || !page.says(next).any(Says::MONTH) {
        return None;
    }
    let year = page.tokens.get(next + 1).filter(|year| {
        year.is_digits() && matches!(year.length, 2 | 4) && page.gap(next + 1).chars().count() <= 3
    });
    let mut spoken = next + 1;
    while near(spoken)
        && (page.says(spoken).any(Says::NUMBER)
            || ["nittonhundra", "tvåtusen"]
                .iter()
                .any(|start| page.lower(spoken).starts_with(start)))
        && !page.says(spoken).any(Says::MONTH)
    {
        spoken += 1;
    }
    if spoken > next + 1 {
        return Some((spoken - 1, Some(1950)));
    }
    match year {
        Some(token) if token.length == 4 => Some((next + 1, page.str(next + 1).parse().ok())),
        Some(_) if page.gap(next + 1).ends_with(['\'', '-']) => {
            let year = page.str(next + 1).parse().ok().filter(|year: &u32| *year > 40);
            Some((next + 1, year.map(|year| 1900 + year)))
        }
        Some(_) if page.cued(at, Says::BIRTH, 4) || shortened(page, at) => Some((next + 1, None)),
        _ => Some((next, None)),
    }
}

/// `1941, 3 augusti`, `1960 maj 27`: a year in which somebody was born, and a day of it.
fn year_first(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let near = |at: usize| {
        page.tokens.get(at).is_some() && matches!(page.gap(at), " " | ", " | "-" | "\n")
    };
    let year: u32 = page.str(at).parse().ok().filter(|_| page.tokens[at].length == 4)?;
    if !(1900..2013).contains(&year) || !near(at + 1) || !near(at + 2) {
        return None;
    }
    let month = |at: usize| page.says(at).any(Says::MONTH) && page.tokens[at].is_word();
    let day = |at: usize| page.tokens[at].is_digits() && page.tokens[at].length <= 2;
    let told = day(at + 1) && month(at + 2) || month(at + 1) && day(at + 2);
    told.then(|| page.span(at..at + 3))
}

/// `December 11, 1960`.
pub(super) fn month_first(page: &Page<'_>, at: usize) -> Option<Hit> {
    if !page.says(at).any(Says::MONTH) || moments::logged(page, at + 1).is_some() {
        return None;
    }
    let is = |at: usize, lengths: &[usize]| {
        page.tokens.get(at).is_some_and(|token| {
            token.is_digits() && lengths.contains(&token.length) && page.gap(at).len() <= 2
        })
    };
    let mut next = at + 1;
    if !is(next, &[1, 2]) && !is(next, &[4]) {
        return None;
    }
    if is(next, &[1, 2]) {
        next += 1;
        if next < page.len() && matches!(page.lower(next), "th" | "st" | "nd" | "rd") {
            next += 1;
        }
    }
    if !is(next, &[4]) {
        return None;
    }
    let year: u32 = page.str(next).parse().unwrap_or(0);
    ((1900..2013).contains(&year) || page.cued(at, Says::BIRTH, 4))
        .then(|| (Kind::BirthDate, page.span(at..next + 1), Why::Digits))
}

/// `född elfte oktober nittiosex`.
pub(super) fn born_in_words(page: &Page<'_>, at: usize) -> Option<Hit> {
    const WORDS_MAX: usize = 8;
    // `den elfte mars nittonhundraåtta`: a year of the last century is told of a birth.
    let century =
        || (at + 1..page.len().min(at + 3)).any(|at| page.lower(at).starts_with("nittonhundra"));
    if at == 0 || !page.cued(at, Says::BIRTH, 3) && !shortened(page, at) && !century() {
        return None;
    }
    let ordinal = |at: usize| {
        let word = page.lower(at);
        page.says(at).any(Says::NUMBER.and(Says::MONTH))
            || ["nittonhundra", "tjugohundra", "tvåtusen"]
                .iter()
                .any(|start| word.starts_with(start))
            || page.tokens[at].is_digits()
            || page.tokens[at].length > 3
                && ["de", "te", "första", "andra", "th", "first", "second", "third"]
                    .iter()
                    .any(|ending| word.ends_with(ending))
                && numeral(word)
    };
    if !ordinal(at) || ordinal(at - 1) {
        return None;
    }
    let mut end = at + 1;
    while end < page.len()
        && end - at < WORDS_MAX
        && page.gap(end).len() <= 2
        && (ordinal(end) || matches!(page.lower(end), "hundra" | "i" | "of" | "and" | "och"))
    {
        end += 1;
    }
    while end > at + 1 && !ordinal(end - 1) {
        end -= 1;
    }
    let article = matches!(page.lower(at - 1), "den" | "the") && page.gap(at) == " ";
    let first = if article { at - 1 } else { at };
    (end - at >= 2).then(|| (Kind::BirthDate, page.span(first..end), Why::Cue))
}

fn numeral(word: &str) -> bool {
    [
        "först", "andra", "tredj", "fjärd", "femt", "sjätt", "sjund", "ått", "nion", "tion",
        "elft", "tolft", "trett", "fjort", "sext", "sjutt", "art", "nitt", "tjug", "tret", "first",
        "second", "third", "four", "fif", "six", "seven", "eigh", "nin", "ten", "eleven", "twelf",
        "thir", "twent",
    ]
    .iter()
    .any(|start| word.starts_with(start))
}
