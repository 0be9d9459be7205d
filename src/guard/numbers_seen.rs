//! Numbers that something explains, and those that nothing does.
//!
//! A number of four digits or more, or a code of letters and digits, is denied unless it is a date or
//! a time, a measure, a port, a version, a model, or stands behind a word that says what it is.

mod codes;
mod references;

use std::ops::Range;

use self::codes::{branded, coded, counted, plate};
use self::references::linked;
pub(super) use self::references::references;

use super::lexicon::Says;
use super::page::Page;
use super::{Finding, Kind, Layer, Why};

/// Every finding of this layer: denied numbers; and the long ones that something explains. Runs over
/// what no other layer has settled.
pub(super) fn find(page: &Page<'_>) -> (Vec<Finding>, Vec<Range<usize>>) {
    let (mut found, mut explained) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < page.len() {
        if !page.tokens[at].is_digits() || page.tokens[at].settled {
            at += 1;
            continue;
        }
        let group = group(page, at);
        let next = group.end.max(at + 1);
        if let Some(range) = denied(page, at, &group) {
            found.push(Finding {
                range,
                kind: Kind::Other,
                layer: Layer::Denied,
                why: Why::UnknownNumber,
            });
        } else {
            explained.push(page.span(group));
        }
        at = next;
    }
    (found, explained)
}

/// Digits that hang together with this one: glued letters, hyphens, slashes, dots and colons.
fn group(page: &Page<'_>, at: usize) -> Range<usize> {
    let tight = |gap: &str| {
        gap.is_empty() || matches!(gap, "-" | "/" | "." | ":" | "_" | "#" | "+" | "\n" | " - ")
    };
    let mut start = at;
    while start > 0 && !page.tokens[start - 1].settled {
        let gap = page.gap(start);
        let ok = gap.is_empty()
            || matches!(gap, "-" | "_")
                && (page.tokens[start - 1].is_digits() || page.tokens[start - 1].length <= 5);
        if !ok {
            break;
        }
        start -= 1;
    }
    let mut end = at + 1;
    while end < page.len() && !page.tokens[end].settled {
        let gap = page.gap(end);
        let glued = gap.is_empty();
        let ok = glued
            || tight(gap) && gap != "\n" && page.tokens[end].is_digits()
            || matches!(gap, "-" | "_") && page.cluster(end).any(|at| page.tokens[at].is_digits());
        if !ok {
            break;
        }
        end += 1;
    }
    start..end
}

/// Whether the code that a word is a part of is explained.
pub(super) fn explained(page: &Page<'_>, at: usize) -> bool {
    let cluster = page.cluster(at);
    let Some(digits) = cluster.clone().find(|at| page.tokens[*at].is_digits()) else {
        return false;
    };
    let group = group(page, digits);
    !page.tokens[digits].settled && denied(page, digits, &group).is_none()
}

fn denied(page: &Page<'_>, at: usize, group: &Range<usize>) -> Option<Range<usize>> {
    let tokens = &page.tokens[group.clone()];
    let digits: usize =
        tokens.iter().filter(|token| token.is_digits()).map(|token| token.length).sum();
    let longest = tokens
        .iter()
        .filter(|token| token.is_digits())
        .map(|token| token.length)
        .max()
        .unwrap_or(0);
    let letters: usize =
        tokens.iter().filter(|token| token.is_word()).map(|token| token.length).sum();
    let text = &page.text[page.span(group.clone())];
    let range = page.span(group.clone());
    if letters == 0 {
        if longest < 4 && digits < 5 && !spread(page, group) {
            return None;
        }
        let measured = measured(page, group);
        if measured
            || moment(page, at, group)
            || port(page, group, text)
            || known_by_cue(page, group, digits)
            || version(page, group, text)
            || branded(page, group.start) && digits == 4
            || counted(page, group)
        {
            return None;
        }
        if longest < 4 && digits < 6 && !spread(page, group) {
            return None;
        }
        // `0152#`: a code with its sign.
        let end = range.end
            + page.text[range.end..].bytes().take_while(|byte| matches!(byte, b'#' | b'*')).count();
        let start = range.start
            - page.text[..range.start].bytes().rev().take_while(|byte| *byte == b'*').count();
        return Some(start..end);
    }
    // Letters and digits.
    if plate(page, group) && !known_by_cue(page, group, 0) {
        return Some(range);
    }
    // `havet99`: an ordinary word and a number in one is what people choose for passwords.
    let chosen = digits > 0
        && tokens.len() == 2
        && tokens[0].is_word()
        && tokens[0].length >= 4
        && !tokens[0].says.any(EXPLAINED)
        && !moment(page, at, group);
    if digits < 4 && letters + digits < 8 && !chosen {
        return None;
    }
    if known_by_cue(page, group, digits)
        || coded(page, group, digits, text)
        || moment(page, at, group)
        || measured(page, group)
        || version(page, group, text)
        || port(page, group, text)
    {
        return None;
    }
    if digits < 3
        && !chosen
        && tokens
            .iter()
            .filter(|token| token.is_word() && token.length > 2)
            .all(|token| token.says.is_word())
    {
        return None;
    }
    Some(range)
}

/// Words that a number may hang on.
const EXPLAINED: Says = Says::UNIT
    .and(Says::TECHNICAL)
    .and(Says::VERSION)
    .and(Says::MONTH)
    .and(Says::APARTMENT)
    .and(Says::BRAND)
    .and(Says::STREET)
    .and(Says::DOMAIN)
    .and(Says::TIME)
    .and(Says::CUSTOMER)
    .and(Says::REFERENCE)
    .and(Says::PHONE)
    .and(Says::SERIAL);

/// More digits follow, apart by a space each: a number in groups.
fn spread(page: &Page<'_>, group: &Range<usize>) -> bool {
    let mut digits: usize = page.tokens[group.clone()].iter().map(|token| token.length).sum();
    let mut at = group.end;
    let mut from = group.start;
    while from > 0
        && page.gap(from) == " "
        && page.tokens[from - 1].is_digits()
        && !page.tokens[from - 1].settled
    {
        from -= 1;
        digits += page.tokens[from].length;
    }
    while at < page.len()
        && matches!(page.gap(at), " " | "-" | " - ")
        && page.tokens[at].is_digits()
        && !page.tokens[at].settled
    {
        digits += page.tokens[at].length;
        at += 1;
    }
    digits >= 6 && !page.says(at).any(Says::UNIT)
}

/// `22 dBm`, `100/100 Mbit/s`, `38 %`, `1000/1000`.
fn measured(page: &Page<'_>, group: &Range<usize>) -> bool {
    let behind = page.gap_after(group.end - 1);
    let unit = page.tokens.get(group.end).is_some_and(|next| next.says.any(Says::UNIT))
        && matches!(behind, " " | "" | "\n" | "  ");
    let last = &page.tokens[group.end - 1];
    let glued = last.is_word() && last.says.any(Says::UNIT);
    let text = &page.text[page.span(group.clone())];
    let speed = {
        let parts = text.split('/');
        let numbers = |part: &str| {
            part.parse::<u32>().is_ok_and(|value| matches!(value, 1..=10_000))
                && !part.starts_with('0')
        };
        let round =
            |part: &str| part.parse::<u32>().is_ok_and(|value| value <= 100 || value % 10 == 0);
        let spoken = page.cued(group.start, Says::UNIT, 2)
            || matches!(
                page.lower(group.start.saturating_sub(1)),
                "speed"
                    | "hastighet"
                    | "hastigheten"
                    | "mäter"
                    | "visar"
                    | "speedtest"
                    | "ger"
                    | "mätt"
                    | "får"
            );
        text.contains('/')
            && parts.clone().count() == 2
            && parts.clone().all(numbers)
            && (parts.clone().all(round) || spoken || alike(text))
    };
    unit || glued || behind.starts_with('%') || behind.starts_with(" %") || speed
}

/// `934/921`: down and up, and nearly the same.
fn alike(text: &str) -> bool {
    let Some((down, up)) = text.split_once('/') else { return false };
    let (Ok(down), Ok(up)) = (down.parse::<u32>(), up.parse::<u32>()) else { return false };
    down.min(up) >= 50 && down.abs_diff(up) * 5 <= down.max(up) && down != up
}

/// A date or a time of day, in a form or behind a word that leaves little doubt.
fn moment(page: &Page<'_>, at: usize, group: &Range<usize>) -> bool {
    let text = &page.text[page.span(group.clone())];
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().unwrap_or(u32::MAX);
    let day = |part: &str| (1..=31).contains(&number(part));
    let month = |part: &str| (1..=12).contains(&number(part));
    let near = |part: &str| matches!(part.len(), 4) && (2010..=2040).contains(&number(part));
    let hour = |part: &str| part.len() <= 2 && number(part) < 25;
    let minute = |part: &str| part.len() == 2 && number(part) < 60;
    let colon = text.contains([':', '.']);
    let clock = |parts: &[&str]| match parts {
        [h, m] | [h, m, _] => hour(h) && minute(m),
        _ => false,
    };
    let written = match parts.as_slice() {
        [y, m, d] if near(y) && month(m) && day(d) => true,
        [y, m, d, rest @ ..] if near(y) && month(m) && day(d) => rest.len() <= 4,
        [d, m, y] if near(y) && month(m) && day(d) => true,
        [y, m, d]
            if y.len() == 2
                && (20..=40).contains(&number(y))
                && m.len() == 2
                && month(m)
                && day(d) =>
        {
            true
        }
        [d, m, y] if day(d) && month(m) && y.len() == 2 && (20..=32).contains(&number(y)) => true,
        [d, m] if day(d) && month(m) && text.contains('/') => true,
        [y, m] if near(y) && month(m) && text.contains(['-', '.']) => true,
        parts if colon && clock(parts) => true,
        [h, m, h2, m2] => hour(h) && minute(m) && hour(h2) && minute(m2),
        _ => false,
    };
    if written
        && page.tokens[group.clone()]
            .iter()
            .all(|token| token.is_digits() || matches!(token.length, 1 | 2))
    {
        return true;
    }
    if group.len() > 3 {
        return false;
    }
    let cued = page.cued(group.start, Says::TIME, 2) || page.cued(group.start, Says::MONTH, 1);
    let range = |part: &str| part.len() == 4 && number(&part[..2]) < 25 && number(&part[2..]) < 60;
    let before = page.gap(at);
    let after = page.gap_after(group.end - 1);
    let opens_line = at == 0 || before.ends_with('\n') || before.ends_with("\n> ");
    match parts.as_slice() {
        [time] if range(time) => {
            let year = near(time);
            cued || year
                || before.ends_with('[') && after.starts_with(']')
                || opens_line && after.starts_with([' ', ':', ']'])
                // `Allan 1333: ok`: who said something, and when; `mellan 1215 och 1245`.
                || after.starts_with(": ") && at > 0 && page.tokens[at - 1].named && before == " "
                || at > 1
                    && matches!(page.lower(at - 1), "och" | "till" | "and" | "to")
                    && before == " "
                    && page.tokens[at - 2].is_digits()
                    && range(page.str(at - 2))
                // `2230 bokar tekniker`: at the head of a sentence, and what was done then.
                || page.tokens[at].opens
                    && after == " "
                    && page.tokens.get(group.end).is_some_and(|next| {
                        next.says.any(Says::SPEECH)
                            || matches!(page.lower(group.end), "bokar" | "bokat" | "bokad" | "uppe" | "nere")
                    })
                || page.says(group.end).any(Says::TIME) && after == " "
                || at > 1 && page.tokens[at - 1].settled && is_date_before(page, at)
        }
        [from, to] if range(from) && range(to) => true,
        // `1815-23.45`: the two ways to write it in one.
        [from, h, m] if range(from) && hour(h) && minute(m) && text.contains('-') => true,
        [h, m, to] if range(to) && hour(h) && minute(m) && text.contains('-') => true,
        [date, time] if date.len() == 8 && range(time) && near(&date[..4]) => {
            month(&date[4..6]) && day(&date[6..])
        }
        [year] if near(year) => true,
        [date] if date.len() == 6 => {
            let (y, m, d) = (&date[..2], &date[2..4], &date[4..]);
            month(m)
                && day(d)
                && ((22..=30).contains(&number(y))
                    && !page.cued(at, Says::PNR.and(Says::BIRTH).and(Says::CREDENTIAL), 6))
        }
        [date] if date.len() == 8 => {
            near(&date[..4])
                && month(&date[4..6])
                && day(&date[6..])
                && !page.cued(at, Says::CUSTOMER, 2)
        }
        _ => false,
    }
}

/// A date stands right before: what follows is its time.
fn is_date_before(page: &Page<'_>, at: usize) -> bool {
    matches!(page.gap(at), " " | "T" | ", ") && page.tokens[at - 1].is_digits()
}

/// `0/3/2/57`, `1/1/8:23`.
fn port(page: &Page<'_>, group: &Range<usize>, text: &str) -> bool {
    let slashes = text.matches('/').count();
    let small = page.tokens[group.clone()]
        .iter()
        .filter(|token| token.is_digits())
        .all(|token| token.length <= 3);
    slashes >= 2 && small || slashes >= 1 && small && page.cued(group.start, Says::TECHNICAL, 2)
}

/// Versions: a cue before, or more than three dotted parts with letters.
fn version(page: &Page<'_>, group: &Range<usize>, text: &str) -> bool {
    let dots = text.matches('.').count();
    let cued = page.cued(group.start, Says::VERSION, 3);
    let first = &page.tokens[group.start];
    let v =
        first.is_word() && matches!(page.lower(group.start), "v" | "r" | "ver") && group.len() > 1;
    let personal = Says::PNR.and(Says::CUSTOMER).and(Says::BANK).and(Says::BIRTH);
    cued && (dots > 0 || v || text.len() <= 12)
        || v && dots > 0
        || dots == 2 && text.len() <= 11 && !page.cued(group.start, personal, 2)
}

/// A word before it says what number it is: of a device, a port, a case.
fn known_by_cue(page: &Page<'_>, group: &Range<usize>, digits: usize) -> bool {
    let at = group.start;
    let personal =
        Says::PNR.and(Says::BIRTH).and(Says::CUSTOMER).and(Says::BANK).and(Says::CREDENTIAL);
    if at == 0 {
        return false;
    }
    let direct = page.says(at - 1);
    let near = page
        .gap(at)
        .trim_matches([' ', ':', '#', '=', '.', '\n', '(', '-', '>', ',', '"'])
        .is_empty()
        && page.gap(at).len() <= 4
        && (!page.gap(at).contains(". ") || page.tokens[at - 1].length <= 4);
    if direct.any(Says::CREDENTIAL) && !direct.any(Says::TECHNICAL) {
        return false;
    }
    if near && direct.any(Says::SERIAL.and(Says::REFERENCE)) && !page.tokens[at - 1].shielded {
        return true;
    }
    if near && direct.any(Says::TECHNICAL) && digits <= 5 {
        // A card of a switch has a small number; what is paid with ends in four digits.
        let cue = page.lower(at - 1);
        return !cue.starts_with("kod")
            && cue != "code"
            && (digits < 3 || !matches!(cue, "card" | "kort"))
            && (cue != "vid" || text_of(page, group).parse().is_ok_and(|vlan: u16| vlan < 4095));
    }
    if linked(page, at, digits) {
        return true;
    }
    if page.cued(at, personal, 2) {
        return false;
    }
    page.cued(at, Says::REFERENCE.and(Says::SERIAL), 2) && digits >= 4
}

fn text_of<'p>(page: &'p Page<'_>, group: &Range<usize>) -> &'p str {
    &page.text[page.span(group.clone())]
}
