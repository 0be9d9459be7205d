//! Dates and times of day: what a technician needs, and what looks like a dozen other things.
//!
//! Only what is about a fault is vouched for: a date since 2013, a time, or both. A date of birth
//! is for `digits`, and so is what goes on as a personnummer would.

use std::ops::Range;

use super::lexicon::Says;
use super::page::Page;
use super::{digits as numbers, identity};

/// The first year that a fault may be about.
const YEAR_MIN: u32 = 2013;
const YEAR_MAX: u32 = 2045;

/// Where dates and times stand.
pub(super) fn find(page: &Page<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let end = if page.tokens[at].is_digits() && !page.tokens[at].settled {
            moment(page, at)
        } else {
            None
        };
        match end {
            Some(end) => {
                found.push(page.span(at..end));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Behind the last token of a date, of a time, or of a date with its time.
fn moment(page: &Page<'_>, at: usize) -> Option<usize> {
    let personal =
        Says::BIRTH.and(Says::PNR).and(Says::CUSTOMER).and(Says::BANK).and(Says::CREDENTIAL);
    if glued_word(page, at) {
        return None;
    }
    // The rest of a date that is none of ours: `1950/03/01`.
    let goes_on = at > 0
        && page.tokens[at - 1].is_digits()
        && !page.tokens[at - 1].settled
        && matches!(page.gap(at), "/" | "-" | ".");
    // `customer no 151001`.
    let numbered = at > 1
        && matches!(page.lower(at - 1), "no" | "nr" | "number" | "nummer" | "id" | "num")
        && page.says(at - 2).any(personal)
        && page.gap(at - 1).len() <= 1;
    // `C-221001`: letters before it make it a number of something.
    let lettered = at > 0
        && page.tokens[at - 1].is_word()
        && page.gap(at) == "-"
        && page.tokens[at].length > 4;
    if goes_on || numbered || lettered {
        return None;
    }
    if told_here(page, at, Says::BIRTH.and(Says::PNR), 4)
        || page.follows(at, personal) && page.tokens[at].length > 2
    {
        return None;
    }
    if numbers::birth_shortened(page, at) {
        return None;
    }
    // `[2143] Customer: ..`: the time of a line, whatever it is that is told there.
    let bracketed = page.tokens[at].length == 4
        && page.gap(at).ends_with('[')
        && page.gap_after(at).starts_with(']')
        && page.str(at) < "2400"
        && &page.str(at)[2..] < "60";
    if bracketed {
        return Some(at + 1);
    }
    if let Some(end) =
        logged(page, at).or_else(|| in_week(page, at)).or_else(|| lettered_pair(page, at))
    {
        return Some(end);
    }
    if let Some(end) = date(page, at) {
        // `2026-11-20 14:05`, `20261120T1405`, `20261120-1405`.
        if let Some(time) = time_behind(page, end) {
            let digits: String =
                page.text[page.span(at..time)].chars().filter(char::is_ascii_digit).collect();
            let four = time == end + 1 && page.gap(end) != "T";
            let pair = digits.len() == 10 || digits.len() == 12;
            // `300101-0609` is what a personnummer looks like, first of all.
            if four
                && page.tokens[at].length == 6
                && page.gap(end) == "-"
                && !page.cued(at, Says::TIME, 2)
            {
                return None;
            }
            let recent = page.tokens[at].length == 8 && page.str(at) >= "2020";
            if four
                && pair
                && !recent
                && identity::luhn(&digits[digits.len() - 10..])
                && matches!(page.tokens[at].length, 6 | 8)
                && page.gap(end) != " "
            {
                return None;
            }
            return Some(time);
        }
        // What goes on is no date.
        let goes_on = page.tokens.get(end).is_some_and(|next| {
            next.glued
                || next.is_digits()
                    && matches!(page.gap(end), "-" | "+" | "/" | "." | " - ")
                    && next.length > 2
                    && date(page, end).is_none()
                || next.is_digits()
                    && (page.gap(end) == " " || page.gap(end).contains('-'))
                    && next.length == 4
                    && page.tokens[at].length == 6
        });
        let masked = page.text[page.tokens[end - 1].end..]
            .trim_start_matches([' ', '-'])
            .starts_with(['*', '#', '?', '_']);
        return (!goes_on && !masked).then_some(end);
    }
    clock(page, at)
}

/// Whether one of the words before a number has a property: on its line, or right before.
fn told_here(page: &Page<'_>, at: usize, of: Says, within: usize) -> bool {
    let line =
        (0..within.min(at)).take_while(|back| *back == 0 || !page.gap(at - back).contains('\n'));
    page.cued(at, of, line.count())
}

/// `16-19`: from one hour to another.
fn hours(page: &Page<'_>, at: usize) -> Option<usize> {
    let whole = digits(page, at, 1..3)
        && digits(page, at + 1, 1..3)
        && page.gap(at + 1) == "-"
        && number(page, at) < number(page, at + 1)
        && number(page, at + 1) < 25;
    let goes_on = page.tokens.get(at + 2).is_some_and(|next| {
        next.glued
            || next.is_digits() && page.gap(at + 2).len() == 1
            || page.gap(at + 2).starts_with('-')
    });
    (whole && !goes_on).then_some(at + 2)
}

/// `vecka 26 16-19`, `13:e 2345`: a week or a day of some month, and a time of day.
fn in_week(page: &Page<'_>, at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    let week = matches!(page.lower(before), "vecka" | "v" | "week" | "veckan")
        && page.gap(at).len() <= 1
        && (1..=53).contains(&number(page, at));
    if week {
        return time_behind(page, at + 1);
    }
    let ordinal = page.tokens.get(at + 1).is_some_and(|_| {
        page.gap(at + 1) == ":"
            && matches!(page.lower(at + 1), "e" | "a")
            && is_day(number(page, at))
    });
    if ordinal { time_behind(page, at + 2) } else { None }
}

/// `2025w37`, `21h09`: a week of a year, a time of day, with a letter between.
fn lettered_pair(page: &Page<'_>, at: usize) -> Option<usize> {
    let glued = |at: usize| page.tokens.get(at).is_some_and(|token| token.glued);
    if !glued(at + 1)
        || !glued(at + 2)
        || page.tokens[at + 1].length != 1
        || !digits(page, at + 2, 1..3)
        || glued(at + 3)
    {
        return None;
    }
    let second = number(page, at + 2);
    let whole = match page.lower(at + 1) {
        "w" | "v" => {
            digits(page, at, 4..5) && is_near(number(page, at)) && (1..=53).contains(&second)
        }
        "h" => {
            digits(page, at, 1..3)
                && number(page, at) < 24
                && second < 60
                && page.tokens[at + 2].length == 2
        }
        _ => false,
    };
    whole.then_some(at + 3)
}

/// `Dec 11 1900` where a line begins, as logs have it: a day and its time of day, and no year.
pub(super) fn logged(page: &Page<'_>, at: usize) -> Option<usize> {
    let month = at.checked_sub(1)?;
    let opens = month == 0 || page.gap(month).contains(['\n', '[', '<']);
    let day = page.tokens.get(at).filter(|day| day.is_digits() && day.length <= 2)?;
    (opens
        && page.tokens[month].length == 3
        && page.says(month).any(Says::MONTH)
        && page.gap(at).trim_matches(' ').is_empty()
        && !day.settled
        && at + 1 < page.len()
        && page.gap(at + 1).trim_matches(' ').is_empty())
    .then(|| four(page, at + 1).or_else(|| clock(page, at + 1)).or_else(|| hours(page, at + 1)))
    .flatten()
}

/// Letters before it, and no `kl`, `v` or a word that a space was lost behind.
fn glued_word(page: &Page<'_>, at: usize) -> bool {
    page.tokens[at].glued
        && at > 0
        && !(page.tokens[at - 1].says.any(Says::TIME) || page.lower(at - 1) == "t")
}

fn number(page: &Page<'_>, at: usize) -> u32 {
    page.str(at).parse().unwrap_or(u32::MAX)
}

fn digits(page: &Page<'_>, at: usize, lengths: Range<usize>) -> bool {
    page.tokens.get(at).is_some_and(|token| {
        token.is_digits() && lengths.contains(&token.length) && !token.shielded
    })
}

fn is_day(value: u32) -> bool {
    (1..=31).contains(&value)
}

fn is_month(value: u32) -> bool {
    (1..=12).contains(&value)
}

fn is_near(year: u32) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&year)
}

/// A date from a token on, and the token behind it.
fn date(page: &Page<'_>, at: usize) -> Option<usize> {
    let part = |at: usize| number(page, at);
    let separated = |at: usize| at < page.len() && matches!(page.gap(at), "-" | "." | "/");
    let two = |at: usize| digits(page, at, 1..3);
    let text = page.str(at);
    let value = |range: Range<usize>| {
        text.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0)
    };
    match page.tokens[at].length {
        4 if is_near(part(at)) && separated(at + 1) && two(at + 1) && is_month(part(at + 1)) => {
            if at + 2 < page.len()
                && page.gap(at + 2) == page.gap(at + 1)
                && two(at + 2)
                && is_day(part(at + 2))
            {
                return Some(at + 3);
            }
            None
        }
        8 => (is_near(value(0..4))
            && is_month(value(4..6))
            && is_day(value(6..8))
            && (!page.cued(at, Says::PHONE, 2) || time_behind(page, at + 1).is_some()))
        .then_some(at + 1),
        6 => {
            let timed = || time_behind(page, at + 1).is_some();
            let cued = || page.cued(at, Says::TIME, 2) || page.cued(at, Says::PERSON, 2);
            let year = value(0..2);
            let dated = (15..=40).contains(&year) && is_month(value(2..4)) && is_day(value(4..6));
            (dated
                && ((22..=30).contains(&year) || timed() || cued())
                && !page.cued(at, Says::CREDENTIAL, 3))
            .then_some(at + 1)
        }
        1 | 2 => {
            if !separated(at + 1) || !two(at + 1) {
                return with_month(page, at);
            }
            let slash = page.gap(at + 1) == "/";
            let (day, month) = (part(at), part(at + 1));
            let european = is_day(day) && is_month(month);
            let next = at + 2;
            let joined =
                next < page.len() && matches!(page.gap(next), "-" | "/" | "." | " " | " -");
            if joined
                && digits(page, next, 4..5)
                && (european || is_month(day) && is_day(month))
                && is_near(part(next))
            {
                return Some(at + 3);
            }
            if joined
                && page.gap(next) != " "
                && digits(page, next, 2..3)
                && !page
                    .tokens
                    .get(next + 1)
                    .is_some_and(|more| more.is_digits() && matches!(page.gap(next + 1), "." | "/"))
            {
                // `21/9-26`, `26-09-21`.
                let front = (15..=40).contains(&day)
                    && page.tokens[at].length == 2
                    && is_month(month)
                    && is_day(part(next));
                let back = european && (15..=35).contains(&part(next));
                if front || back {
                    return Some(at + 3);
                }
            }
            // `15/2 1947`, `16/8-72`: years of birth.
            let old = joined
                && (digits(page, next, 4..5) && (1900..YEAR_MIN).contains(&part(next))
                    || page.gap(next) != " " && digits(page, next, 2..3));
            (slash && european && !old).then_some(at + 2)
        }
        _ => None,
    }
}

/// `20 november`, `18:e mars 2026`.
fn with_month(page: &Page<'_>, at: usize) -> Option<usize> {
    let mut next = at + 1;
    if next < page.len()
        && matches!(page.lower(next), "e" | "a" | "th" | "st" | "nd" | "rd")
        && page.gap(next).len() <= 1
    {
        next += 1;
    }
    if next < page.len() && page.lower(next) == "of" {
        next += 1;
    }
    // `5-feb-2026`: dashes on both sides.
    let dashed = next == at + 1
        && next < page.len()
        && page.gap(next) == "-"
        && page.gap_after(next) == "-"
        && page
            .tokens
            .get(next + 1)
            .is_some_and(|year| year.is_digits() && matches!(year.length, 2 | 4));
    if !(next < page.len()
        && (dashed || page.gap(next).trim().is_empty())
        && page.gap(next).len() <= 2
        && page.says(next).any(Says::MONTH)
        && is_day(number(page, at)))
    {
        return None;
    }
    let year = next + 1 < page.len()
        && digits(page, next + 1, 4..5)
        && matches!(page.gap(next + 1), " " | "\n" | ", " | "-");
    if year {
        return is_near(number(page, next + 1)).then_some(next + 2);
    }
    let short = next + 1 < page.len()
        && digits(page, next + 1, 2..3)
        && matches!(page.gap(next + 1), " " | "-" | " -" | " '" | "\n-" | "-\n" | "\n'" | "\n")
        && !page
            .tokens
            .get(next + 2)
            .is_some_and(|more| more.is_digits() && page.gap(next + 2).len() == 1);
    match short {
        true if (15..=40).contains(&number(page, next + 1)) => Some(next + 2),
        // `10 januari 66`.
        true if number(page, next + 1) > 40 => None,
        _ => Some(next + 1),
    }
}

/// A time right behind a date.
fn time_behind(page: &Page<'_>, at: usize) -> Option<usize> {
    let token = page.tokens.get(at)?;
    // `T14:05` is a letter and its digits.
    if token.is_word() && page.lower(at) == "t" && token.glued {
        return page
            .tokens
            .get(at + 1)
            .filter(|next| next.glued)
            .and_then(|_| clock(page, at + 1).or_else(|| four(page, at + 1)));
    }
    let kl = token.is_word() && page.lower(at) == "kl" && page.gap(at).len() <= 2;
    let at = if kl { at + 1 } else { at };
    let near =
        at < page.len() && (kl || matches!(page.gap(at), " " | "-" | ", " | "_" | "  " | "\n"));
    if !near || !page.tokens[at].is_digits() {
        return None;
    }
    clock(page, at).or_else(|| four(page, at)).or_else(|| hours(page, at))
}

/// `1405`.
fn four(page: &Page<'_>, at: usize) -> Option<usize> {
    let text = page
        .tokens
        .get(at)
        .filter(|token| token.is_digits() && token.length == 4)
        .map(|_| page.str(at))?;
    let free = page.tokens.get(at + 1).is_none_or(|next| {
        !(next.glued || next.is_digits() && matches!(page.gap(at + 1), "-" | "/"))
    });
    (free && &text[..2] < "24" && &text[2..] < "60").then_some(at + 1)
}

/// `14:05`, `14.05.30`, `08.30-09.30`, with its fractions and zone.
fn clock(page: &Page<'_>, at: usize) -> Option<usize> {
    let pair = |at: usize| {
        digits(page, at, 1..3)
            && digits(page, at + 1, 2..3)
            && matches!(page.gap(at + 1), ":" | ".")
            && number(page, at) < 25
            && number(page, at + 1) < 60
    };
    if !pair(at) || page.text[..page.tokens[at].start].ends_with(['.', ':', ',']) {
        return None;
    }
    let colon = page.gap(at + 1) == ":";
    let mut end = at + 2;
    if digits(page, end, 2..3) && page.gap(end) == page.gap(at + 1) && number(page, end) < 60 {
        end += 1;
    }
    // More dots are an address or a version.
    if page
        .tokens
        .get(end)
        .is_some_and(|next| next.is_digits() && matches!(page.gap(end), "." | ":"))
    {
        return None;
    }
    let measured = page.says(end).any(Says::UNIT) && page.gap(end).len() <= 1
        || page.text[page.tokens[end - 1].end..].starts_with('%');
    if !colon && (measured || page.tokens[at].length == 1 && !page.cued(at, Says::TIME, 2)) {
        return None;
    }
    if end < page.len() && matches!(page.gap(end), "-" | " - ") && pair(end) {
        end += 2;
    }
    let zone = page.tokens.get(end).is_some_and(|next| next.glued && page.lower(end) == "z");
    Some(if zone { end + 1 } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::lexicon::Lexicon;

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::built_in();
        let page = Page::new(text, &lexicon, &[]);
        find(&page).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn dates_and_times() {
        for text in [
            "2026-11-20 14:05",
            "2026-11-20T14:05:30",
            "20261120-1405",
            "21/9-26",
            "18:e mars",
            "20 november 2026",
            "14.05",
            "08.30-09.30",
            "2026-11-20",
            "26-09-21",
            "24.10.2024",
            "3/4",
            "2025w37",
            "21h09",
            "5-feb-2026",
        ] {
            assert_eq!(found(&format!("sedan {text} ok")), [text]);
        }
    }

    #[test]
    fn what_may_be_somebody_is_no_date() {
        for text in [
            "pnr 20261120-1212",
            "född 2016-03-12",
            "1963-03-21",
            "19121212-1212",
            "121212-1212",
            "192.0.2.17",
            "070-174 06 05",
            "20121212-1212",
            "1950w12",
            "34h09",
            "5-feb-1950",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
