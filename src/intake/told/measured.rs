//! What was measured or counted: speed, optical level, neighbours with the same fault.

use super::Readings;
use super::clause::Clause;
use crate::domain::Field;
use crate::intake::value;

pub(super) fn read(clause: &Clause, readings: &mut Readings) {
    if let Some(speed) = speed(clause) {
        readings.add(Field::FaultSpeed, speed);
    }
    levels(clause, readings);
    if let Some(count) = neighbours(clause) {
        readings.add(Field::FaultNeighbours, count.to_string());
    }
}

/// `mäter 93/88`, `speedtest 93/88 Mbit/s`: what stands behind a word of measuring.
fn speed(clause: &Clause) -> Option<String> {
    const CUES: &[&str] = &[
        "mäter",
        "mätt",
        "uppmätt",
        "uppmäter",
        "mätte",
        "mätning",
        "mätningen",
        "speedtest",
        "bredbandskollen",
        "hastighetstest",
        "measured",
        "measures",
        "measuring",
        "speed-test",
    ];
    const UNITS: &[&str] = &["mbit/s", "mbit", "mbps", "mb/s", "m"];
    const OTHER_UNITS: &[&str] =
        &["kbit/s", "kbps", "kbit", "gbit/s", "gbit", "gbps", "gb/s", "ms"];
    const FAR: usize = 5;
    let cue = clause.words().iter().position(|word| CUES.contains(&word.as_str()))?;
    if clause.has(OTHER_UNITS) || clause.said(cue) != Some(true) {
        return None;
    }
    let mut found = None;
    for (place, word) in clause.words().iter().enumerate().skip(cue + 1).take(FAR) {
        let bare = UNITS.iter().find_map(|unit| word.strip_suffix(unit)).unwrap_or(word);
        let Some(speed) = value::speed(bare.trim_end_matches(['/', ' '])) else { continue };
        let has_unit = bare.len() < word.len() || UNITS.contains(&clause.at(place + 1));
        if found.is_some() || !has_unit && may_be_a_day(&speed) || clause.said(place) != Some(true)
        {
            return None;
        }
        found = Some(speed);
    }
    found
}

/// Whether `20/11` may be the twentieth of November.
fn may_be_a_day(speed: &str) -> bool {
    let number = |text: &str| text.parse::<u8>().ok();
    speed.split_once('/').is_some_and(|(day, month)| {
        number(day).is_some_and(|day| (1..=31).contains(&day))
            && number(month).is_some_and(|month| (1..=12).contains(&month))
    })
}

/// `-22,5 dBm`: every level of the clause, so that two that differ speak against each other. With a
/// sign, for what is received is below zero; and not what is sent, wanted or a bound.
fn levels(clause: &Clause, readings: &mut Readings) {
    const OTHER: &[&str] = &[
        "tx",
        "sänd",
        "sänder",
        "sändnivå",
        "ut",
        "mellan",
        "under",
        "över",
        "gräns",
        "gränsen",
        "max",
        "min",
        "minst",
        "högst",
        "budget",
        "between",
        "below",
        "above",
        "limit",
        "sent",
        "launch",
        "transmit",
        "dämpning",
        "skillnad",
        "sjunkit",
        "attenuation",
        "normal",
        "var",
        "was",
        "typ",
        "krav",
        "kravet",
        "olt",
        "tröskel",
        "threshold",
        "till",
        "to",
        "from",
        "från",
    ];
    for (place, word) in clause.words().iter().enumerate() {
        let number = word.strip_suffix("dbm").or((clause.at(place + 1) == "dbm").then_some(word));
        let Some(level) = number.and_then(value::level) else { continue };
        if clause.has(OTHER) || !level.starts_with('-') || clause.said(place) != Some(true) {
            continue;
        }
        readings.add(Field::FaultLevel, level);
    }
}

/// How many neighbours are said to have the same fault.
fn neighbours(clause: &Clause) -> Option<u16> {
    const ONE: &[&str] = &["grannen", "granne", "neighbour", "neighbor"];
    const MANY: &[&str] = &["grannar", "neighbours", "neighbors"];
    const OPEN: &[&str] = &[
        "om",
        "kanske",
        "ska",
        "kan",
        "tror",
        "vet",
        "oklart",
        "if",
        "may",
        "might",
        "could",
        "whether",
        "should",
        "tidigare",
        "previously",
        "kollat",
        "frågat",
        "fråga",
        "ask",
    ];
    let place = |of: &[&str]| clause.words().iter().position(|word| of.contains(&word.as_str()));
    let (at, many) = match (place(MANY), place(ONE)) {
        (Some(at), None) => (at, true),
        (None, Some(at)) => (at, false),
        _ => return None,
    };
    if clause.has(OPEN) {
        return None;
    }
    let tail = clause.words().iter().skip(at + 1).take(5).map(String::as_str).collect::<Vec<_>>();
    let denied =
        tail.iter().any(|word| matches!(*word, "inte" | "ej" | "not" | "aren't" | "isn't"));
    let same = tail.windows(2).any(|pair| {
        matches!(pair[0], "samma" | "same" | "likadant")
            && matches!(
                pair[1],
                "fel" | "problem" | "sak" | "fault" | "issue" | "problems" | "felet"
            )
    });
    let hit = tail.iter().any(|word| {
        matches!(*word, "drabbad" | "drabbade" | "påverkad" | "påverkade" | "affected")
    });
    if !same && !hit {
        return None;
    }
    let before = if at == 0 { "" } else { clause.at(at - 1) };
    match before {
        "inga" | "ingen" | "no" if !denied => Some(0),
        _ if denied => None,
        // `samma fel som grannen har` turns it round.
        "som" | "as" => None,
        _ if !many => matches!(before, "" | "även" | "och" | "the" | "en" | "one" | "1" | "också")
            .then_some(1),
        number => counted(number),
    }
}

/// A number in words or digits, from two on.
fn counted(word: &str) -> Option<u16> {
    const WORDS: [(&str, &str, u16); 9] = [
        ("två", "two", 2),
        ("tre", "three", 3),
        ("fyra", "four", 4),
        ("fem", "five", 5),
        ("sex", "six", 6),
        ("sju", "seven", 7),
        ("åtta", "eight", 8),
        ("nio", "nine", 9),
        ("tio", "ten", 10),
    ];
    let spelt = WORDS.iter().find(|(sv, en, _)| *sv == word || *en == word);
    spelt.map(|(.., count)| *count).or_else(|| word.parse().ok().filter(|count| *count <= 999))
}
