//! Since when, and the window of a booked visit. People write Swedish local time, the fields are in
//! UTC.

use jiff::civil::{Date, DateTime, Time, Weekday, date};

use super::Readings;
use super::clause::Clause;
use crate::domain::{Field, Timestamp};

/// How far from today a day may be.
const SINCE_DAYS_MAX: i32 = 366;
const VISIT_DAYS_MAX: i32 = 180;
/// Without its year, a day is a near one or it is not certain which.
const UNDATED_DAYS_MAX: i32 = 150;

/// `sedan 2026-11-20 kl 14:05`, `since 20 November`. A fault begins in the past.
pub(super) fn since(clause: &Clause, now: Timestamp, readings: &mut Readings) {
    const CUES: &[&str] =
        &["sedan", "sen", "alltsedan", "since", "började", "uppstod", "began", "started"];
    let Some(cue) = clause.words().iter().position(|word| CUES.contains(&word.as_str())) else {
        return;
    };
    if !clause.has(FAULTS) && !clause.has_start(FAULTS_BEGIN) || is_doubtful(clause) {
        return;
    }
    let today = now.date();
    let start = skip(
        clause,
        cue + 1,
        &["den", "ca", "cirka", "omkring", "ungefär", "about", "around", "on", "the"],
    );
    let is_recent = |day: Date| (-1..=SINCE_DAYS_MAX).contains(&(today - day).get_days());
    // `2026-11-20T14:05:00`, as logs have it.
    if let Some(begun) = logged(clause.at(start)) {
        if let Some(begun) = in_utc(begun).filter(|begun| *begun <= now && is_recent(begun.date()))
        {
            readings.add(Field::FaultSince, begun.rfc3339());
        }
        return;
    }
    let Some((day, next)) = day(clause, start, today, Nearest::Past) else { return };
    if !is_recent(day) {
        return;
    }
    let hour = skip(clause, next, &["kl", "klockan", "at", "ca", "cirka", "around", "vid"]);
    let begun = match time(clause.at(hour)) {
        Some(time) => in_utc(day.to_datetime(time)),
        // As intake reads a date in the ticket itself.
        None => Timestamp::parse(&format!("{day}T00:00:00Z")),
    };
    if let Some(begun) = begun.filter(|begun| *begun <= now) {
        readings.add(Field::FaultSince, begun.rfc3339());
    }
}

/// `besök 24/11 kl 13-16`, `technician booked 2026-11-24 13:00-16:00`.
pub(super) fn window(clause: &Clause, now: Timestamp, readings: &mut Readings) {
    const CUES: &[&str] = &[
        "besök",
        "besöket",
        "platsbesök",
        "tekniker",
        "teknikern",
        "teknikerbesök",
        "besökstid",
        "visit",
        "technician",
        "appointment",
        "inbokad",
        "inbokat",
        "bokat",
        "bokad",
        "booked",
    ];
    const NOT: &[&str] = &[
        "inte",
        "ej",
        "not",
        "avbokad",
        "avbokat",
        "cancelled",
        "canceled",
        "kan",
        "kunde",
        "can",
        "passar",
        "helst",
        "önskar",
        "föreslår",
        "eller",
        "or",
        "om",
        "if",
        "ska",
        "should",
        "tidigare",
        "missade",
        "missed",
        "ombokad",
        "ombokat",
        "rebooked",
        "flyttad",
    ];
    if !clause.has(CUES) || clause.has(NOT) {
        return;
    }
    let today = now.date();
    let mut found = None;
    for place in 0..clause.words().len() {
        let Some((day, next)) = day(clause, place, today, Nearest::Coming) else { continue };
        let hours = skip(clause, next, &["kl", "klockan", "mellan", "between", "at", "from"]);
        let Some((from, to)) = hours_of(clause, hours) else { continue };
        let is_near = (0..=VISIT_DAYS_MAX).contains(&(day - today).get_days());
        let window = in_utc(day.to_datetime(from)).zip(in_utc(day.to_datetime(to)));
        match window.filter(|(from, to)| is_near && from < to) {
            // Two windows in one breath: a person reads the text.
            _ if found.is_some() => return,
            Some(window) => found = Some(window),
            None => return,
        }
    }
    if let Some((from, to)) = found {
        readings.add(Field::VisitWindow, format!("{}/{}", from.rfc3339(), to.rfc3339()));
    }
}

/// What a fault is told by; all else has beginnings too: contracts, tenancies, lives.
const FAULTS: &[&str] = &[
    "fel",
    "felet",
    "nere",
    "borta",
    "död",
    "dött",
    "inget",
    "ingen",
    "länk",
    "länken",
    "ljus",
    "signal",
    "tappar",
    "släckt",
    "röd",
    "rött",
    "blinkar",
    "långsamt",
    "slött",
    "hackar",
    "brutet",
    "problem",
    "problemet",
    "störning",
    "störningar",
    "down",
    "offline",
    "no",
    "dead",
    "fault",
    "slow",
    "out",
    "red",
    "dark",
    "shut",
    "issue",
    "issues",
    "intermittent",
];
const FAULTS_BEGIN: &[&str] = &["avbrott", "flapp", "drop", "fault", "glapp"];

/// Whether somebody else's fault is meant, or none, or one that is over.
fn is_doubtful(clause: &Clause) -> bool {
    const DOUBT: &[&str] = &[
        "om",
        "kanske",
        "tror",
        "if",
        "maybe",
        "grannen",
        "grannar",
        "neighbour",
        "fungerar",
        "fungerat",
        "ok",
        "works",
        "working",
        "stabilt",
        "löst",
        "kund",
        "kunden",
        "abonnemang",
        "avtal",
        "customer",
        "subscription",
        "contract",
        "bo",
        "bor",
        "bott",
        "lived",
        "lives",
    ];
    clause.has(DOUBT)
}

fn skip(clause: &Clause, mut place: usize, words: &[&str]) -> usize {
    while words.contains(&clause.at(place)) {
        place += 1;
    }
    place
}

/// Where a day without a year lies.
#[derive(Clone, Copy)]
enum Nearest {
    Past,
    Coming,
}

/// A day, and the place behind it.
fn day(clause: &Clause, place: usize, today: Date, nearest: Nearest) -> Option<(Date, usize)> {
    let word = clause.at(place);
    if word.len() == 10 {
        return word.parse::<Date>().ok().map(|day| (day, place + 1));
    }
    if let Some((day, month)) = word.split_once('/') {
        let (day, month) = (short_number(day)?, short_number(month)?);
        return dated(day, month, today, nearest).map(|day| (day, place + 1));
    }
    let number = |word: &str| {
        let digits = word.trim_end_matches([':', '.']);
        let digits = ["st", "nd", "rd", "th", ":e", ":a"]
            .iter()
            .find_map(|ending| digits.strip_suffix(ending))
            .unwrap_or(digits);
        short_number(digits)
    };
    let (first, second) = (clause.at(place), clause.at(place + 1));
    let (day, month) = match (number(first), month(second)) {
        (Some(day), Some(month)) => (day, month),
        _ => (number(second)?, month(first)?),
    };
    if let Ok(year @ 2000..=2100) = clause.at(place + 2).parse::<i16>() {
        return Date::new(year, month, day).ok().map(|day| (day, place + 3));
    }
    dated(day, month, today, nearest).map(|day| (day, place + 2))
}

/// A time as machines write it, without an offset.
fn logged(word: &str) -> Option<DateTime> {
    word.contains('t').then(|| word.to_uppercase().parse().ok())?
}

fn short_number(text: &str) -> Option<i8> {
    let is_short = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| text.parse().ok())?
}

/// A day of the nearest year that fits.
fn dated(day: i8, month: i8, today: Date, nearest: Nearest) -> Option<Date> {
    let of = |year| Date::new(year, month, day).ok();
    let this = of(today.year());
    match nearest {
        Nearest::Past => this.filter(|day| *day <= today).or_else(|| of(today.year() - 1)),
        Nearest::Coming => this.filter(|day| *day >= today).or_else(|| of(today.year() + 1)),
    }
    .filter(|day| (today - *day).get_days().abs() <= UNDATED_DAYS_MAX)
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&[&str]; 12] = [
        &["januari", "january", "jan"],
        &["februari", "february", "feb"],
        &["mars", "march"],
        &["april", "apr"],
        &["maj", "may"],
        &["juni", "june", "jun"],
        &["juli", "july", "jul"],
        &["augusti", "august", "aug"],
        &["september", "sep", "sept"],
        &["oktober", "october", "okt", "oct"],
        &["november", "nov"],
        &["december", "dec"],
    ];
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(at + 1).ok()
}

/// `14:05`, `14.05`, `1405`.
fn time(word: &str) -> Option<Time> {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let fits = word.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    if !fits || digits.len() != 4 {
        return None;
    }
    Time::new(digits[..2].parse().ok()?, digits[2..].parse().ok()?, 0, 0).ok()
}

/// `13-16`, `13:00-16:00`, `13 - 16`, `13 och 16`.
fn hours_of(clause: &Clause, place: usize) -> Option<(Time, Time)> {
    let one = |word: &str| match short_number(word) {
        Some(hour) => Time::new(hour, 0, 0, 0).ok(),
        None => time(word),
    };
    if let Some((from, to)) = clause.at(place).split_once('-')
        && !to.is_empty()
    {
        return Some((one(from)?, one(to)?));
    }
    matches!(clause.at(place + 1), "-" | "och" | "and" | "till" | "to")
        .then(|| Some((one(clause.at(place))?, one(clause.at(place + 2))?)))?
}

/// Swedish local time in UTC. Summer time runs from the last Sunday of March to that of October,
/// 01:00 UTC. `None` for an hour that is not there, or is there twice.
fn in_utc(local: DateTime) -> Option<Timestamp> {
    let last_sunday = |month: i8| {
        let last = date(local.year(), month, 31);
        let back = match last.weekday() {
            Weekday::Sunday => 0,
            day => i64::from(day.to_monday_one_offset()),
        };
        last.checked_sub(jiff::Span::new().days(back)).ok()
    };
    let (begins, ends) = (last_sunday(3)?.at(2, 0, 0, 0), last_sunday(10)?.at(2, 0, 0, 0));
    let hour = jiff::Span::new().hours(1);
    let missing = begins <= local && local < begins.checked_add(hour).ok()?;
    let twice = ends <= local && local < ends.checked_add(hour).ok()?;
    if missing || twice {
        return None;
    }
    let offset = if begins <= local && local < ends { 2 } else { 1 };
    Timestamp::parse(&format!("{}T{}+0{offset}:00", local.date(), local.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_time() {
        let check = |local: &str, expected: Option<&str>| {
            let read = in_utc(local.parse().unwrap()).map(Timestamp::rfc3339);
            assert_eq!(read.as_deref(), expected, "{local}");
        };
        check("2026-11-20T14:05:00", Some("2026-11-20T13:05:00Z"));
        check("2026-07-01T14:05:00", Some("2026-07-01T12:05:00Z"));
        check("2026-03-29T01:59:00", Some("2026-03-29T00:59:00Z"));
        check("2026-03-29T02:30:00", None);
        check("2026-03-29T03:00:00", Some("2026-03-29T01:00:00Z"));
        check("2026-10-25T01:59:00", Some("2026-10-24T23:59:00Z"));
        check("2026-10-25T02:30:00", None);
        check("2026-10-25T03:00:00", Some("2026-10-25T02:00:00Z"));
    }
}
