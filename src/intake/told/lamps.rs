//! The lamps on the converter, as codes of the field catalogue.

use super::Readings;
use super::clause::Clause;
use crate::domain::Field;

const LAMP: &[&str] = &[
    "lampa", "lampan", "lampor", "lamporna", "dioden", "dioder", "led", "ledden", "lamp", "lamps",
    "light", "lights", "leds",
];
const OFF: &[&str] = &["släckt", "släckta", "off", "out", "dark", "unlit"];
const LIT: &[&str] = &["lyser", "lit", "tänd", "tända", "on"];
const GREEN: &[&str] = &["grön", "gröna", "grönt", "green"];
const RED: &[&str] = &["röd", "röda", "rött", "red"];
const BLINKS: &[&str] = &["blinkar", "blinkande", "blinks", "blinking", "flashing", "flashes"];

pub(super) fn read(clause: &Clause, readings: &mut Readings) {
    if let Some(code) = code(clause) {
        readings.add(Field::FaultLamps, code);
    }
}

fn code(clause: &Clause) -> Option<&'static str> {
    // A word that opens or a neighbour's converter makes any reading uncertain.
    let last = clause.words().len();
    let is_said = || clause.said(last) == Some(true);
    let wan = clause.has_start(&["wan"]);
    let los = clause.has(&["los", "los-lampan", "loslampan", "los-lamp", "los-light"]);
    let power = clause.has(&["power", "ström", "power-lampan", "strömlampan", "powerlampan"]);
    let about = |word: &[&str]| clause.has(word);
    if about(LAMP) && !wan && !los && !power {
        return all(clause);
    }
    match (los, wan, power) {
        (true, false, false) if about(RED) && is_said() => Some("los-red"),
        (false, true, false) if about(BLINKS) && is_said() => Some("wan-blinking"),
        (false, true, false) if is_dark(clause) => Some("wan-off"),
        (false, false, true) if is_dark(clause) && is_lamp(clause) => Some("power-off"),
        _ => None,
    }
}

/// What is said of all lamps at once.
fn all(clause: &Clause) -> Option<&'static str> {
    const FAR: usize = 8;
    let last = clause.words().len();
    let none_lit = clause.find(&["inga", "lampor"]).or(clause.find(&["ingen", "lampa"]));
    let none_lit = none_lit.or(clause.find(&["no", "lamps|lights|leds"]));
    if let Some(place) = none_lit {
        let rest = clause.words().len() - place;
        // `inga lampor lyser`, and not `inga lampor lyser rött`.
        let lit = clause.has(LIT) && !clause.has(GREEN) && !clause.has(RED) && rest <= FAR;
        return (lit && clause.said(place) == Some(true)).then_some("power-off");
    }
    let all = clause.find(&["alla|samtliga|all", "lampor|lamporna|dioder|lamps|lights|leds"]);
    let all = all.or(clause.find(&["all|alla", "the|de", "lamps|lights|leds|lamporna"]))?;
    if clause.said(all) != Some(true) || clause.said(last) != Some(true) {
        return None;
    }
    match (clause.has(GREEN), clause.has(OFF), clause.has(RED) || clause.has(BLINKS)) {
        (true, false, false) => Some("all-green"),
        (false, true, false) => Some("power-off"),
        _ => None,
    }
}

/// Whether the lamp that the clause is about is said to be dark: `släckt`, `lyser inte`.
fn is_dark(clause: &Clause) -> bool {
    let is = |words: &[&str]| clause.words().iter().position(|word| words.contains(&word.as_str()));
    if let Some(off) = is(OFF) {
        return clause.said(off) == Some(true) && is_lamp(clause);
    }
    is(LIT).is_some_and(|lit| clause.denied_behind(lit + 1) && clause.said(lit) == Some(true))
        && !clause.has(GREEN)
        && !clause.has(RED)
}

/// Whether a lamp is meant, and not the port or the power of the house.
fn is_lamp(clause: &Clause) -> bool {
    clause.has(LAMP)
        || clause.has_start(&["wan-la", "wanla", "power-la", "strömla", "powerla"])
        || clause.has(&["släckt"])
}
