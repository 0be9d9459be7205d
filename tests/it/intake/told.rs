//! Facts that a text tells: which readings are certain, and which are left alone.
//!
//! The ticket comes in on 2026-03-01 at 12:00 UTC.

use proptest::prelude::*;
use serde_json::{Value, json};
use sluss::domain::Field;
use sluss::intake::Kind;

use super::{accepted, facts, ticket};

/// The facts of a ticket that states nothing but its type, and these.
fn of(text: &str, stated: &[(&str, Value)]) -> std::collections::BTreeMap<&'static str, String> {
    let mut body = ticket();
    body["description"] = json!(text);
    body["name"] = json!("Fel");
    let stated = stated.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    let all = std::iter::once(json!({ "name": "problemType", "value": "OTHER" })).chain(stated);
    body["characteristic"] = all.collect();
    facts(&accepted(Kind::Ticket, &body), 0)
}

#[track_caller]
fn check(field: Field, cases: &[(&str, Option<&str>)]) {
    for (text, expected) in cases {
        let facts = of(text, &[]);
        assert_eq!(facts.get(field.as_str()).map(String::as_str), *expected, "{field} of {text:?}");
    }
}

const YES: Option<&str> = Some("true");
const NO: Option<&str> = Some("false");

#[test]
fn that_it_was_restarted() {
    check(
        Field::FaultRestarted,
        &[
            ("Kunden har startat om routern utan skillnad.", YES),
            ("Inget ljus. Startat om boxen två gånger.", YES),
            ("Routern är omstartad, kabeln bytt.", YES),
            ("Konvertern har startats om", YES),
            ("omstart hjälper inte", YES),
            ("Omstart: ja", YES),
            ("Omstart utan resultat", YES),
            ("- omstart x3, ström ok", YES),
            ("Dragit ur strömmen i fem minuter", YES),
            ("Rebooted twice, no change", YES),
            ("Restarted the router, did not help", YES),
            ("Kunden har inte startat om", NO),
            ("Har ej startat om routern ännu.", NO),
            ("Omstart: nej", NO),
            ("Omstart ej gjord", NO),
            ("Ingen omstart gjord.", NO),
            ("Boxen är inte omstartad", NO),
            ("The router was not rebooted", NO),
            ("Customer hasn't restarted the box", NO),
            // Not done, or not by anybody.
            ("Kan inte starta om routern", None),
            ("Kunden ska starta om i kväll", None),
            ("Be kunden ha startat om först", None),
            ("Har kunden startat om?", None),
            ("Om kunden startat om så hör av er", None),
            ("Routern har startat om själv hela natten", None),
            ("Routern startar om hela tiden", None),
            ("Boxen har startat om", None),
            ("Grannen har startat om sin router", None),
            ("Ni har startat om switchen", None),
            ("Startat om datorn", None),
            ("OLT-kort på SJB-AGG-1 omstartat 2026-02-18 18:18.", None),
            ("Please restart", None),
            ("If rebooted it works", None),
            ("Not sure whether she rebooted", None),
            // Nobody can tell how far the denial goes.
            ("Har inte varit hemma och startat om", None),
            // Both.
            ("Startat om boxen. Har inte startat om.", None),
        ],
    );
}

#[test]
fn that_it_was_tested_by_cable() {
    check(
        Field::FaultWiredTest,
        &[
            ("Testat med kabel, samma sak.", YES),
            ("Kunden har provat via kabel", YES),
            ("Kopplat datorn direkt, mäter på kabel 93 Mbit", YES),
            ("kopplat direkt i mediaomvandlaren, inget nät", YES),
            ("Samma sak med kabel", YES),
            ("Kabeltest gjort", YES),
            ("Tested by cable.", YES),
            ("Connected directly to the converter, still nothing", YES),
            ("ej testat med kabel", NO),
            ("Kunden har inte provat med kabel", NO),
            ("Kabeltest: nej", NO),
            ("Kabeltest ej utfört", NO),
            ("Has not tested with a cable", NO),
            ("Kan inte testa med kabel", None),
            ("Ska testa med kabel i morgon", None),
            ("Bytt kabel", None),
            ("Testat kabel", None),
            ("Testat med wifi", None),
            ("Kopplat direkt till grannens uttag", None),
            ("Testat med kabel hos grannen?", None),
            ("Grannen har testat med kabel", None),
        ],
    );
}

#[test]
fn how_the_lamps_are() {
    check(
        Field::FaultLamps,
        &[
            ("LOS lyser rött", Some("los-red")),
            ("LOS-lampan blinkar röd sedan i går", Some("los-red")),
            ("WAN-lampan är släckt", Some("wan-off")),
            ("lampan WAN är släckt.", Some("wan-off")),
            ("WAN lyser inte", Some("wan-off")),
            ("the WAN lamp blinks", Some("wan-blinking")),
            ("WAN blinkar", Some("wan-blinking")),
            ("The WAN light is off", Some("wan-off")),
            ("Alla lampor lyser grönt", Some("all-green")),
            ("All lights are green", Some("all-green")),
            ("Inga lampor lyser", Some("power-off")),
            ("Alla lampor är släckta", Some("power-off")),
            ("No lights lit on the box", Some("power-off")),
            ("LOS lyser inte", None),
            ("LOS blinkar inte rött", None),
            ("Inte alla lampor lyser grönt", None),
            ("Lyser LOS rött?", None),
            ("Om WAN-lampan är släckt, ring oss", None),
            ("Grannens WAN-lampa är släckt", None),
            ("Inga lampor lyser rött", None),
            ("Ska alla lampor lysa grönt", None),
            ("Wi-Fi-lampan är släckt", None),
            ("Kontakten är röd", None),
            // A lamp and another: the field has room for one.
            ("LOS lyser rött, WAN-lampan är släckt", None),
        ],
    );
}

#[test]
fn what_was_measured() {
    check(
        Field::FaultSpeed,
        &[
            ("Mäter 12/88 på kabel, ska vara 100/100.", Some("12/88")),
            ("Speedtest 93,5/88 Mbit/s", Some("93.5/88")),
            ("speedtest visar 240/250Mbps", Some("240/250")),
            ("Measured 93/88 by cable", Some("93/88")),
            ("uppmätt till 7/9 Mbit/s", Some("7/9")),
            ("Har 100/100", None),
            ("Abonnemang 100/100", None),
            ("Ska mäta 100/100", None),
            ("Mäter inte 100/100", None),
            ("Mätt 20/11", None),
            ("Speedtest 93/88 kbit/s", None),
            ("Mäter 12/88 på kabel. Mäter 90/88 på wifi.", None),
            ("Mäter 12/88 eller 90/88", None),
        ],
    );
    check(
        Field::FaultLevel,
        &[
            ("Ljus -22,5 dBm", Some("-22.5")),
            ("mätt \u{2212}27,9 dBm i fasadbox", Some("-27.9")),
            ("RX -31.2dBm.", Some("-31.2")),
            ("Signal level is \u{2013}19.25 dBm at the ONT", Some("-19.25")),
            ("Nivå 22,5 dBm", None),
            ("TX +2 dBm", None),
            ("TX -2 dBm", None),
            ("Ska vara mellan -8 och -27 dBm", None),
            ("under -27 dBm", None),
            ("Normalt -19 dBm", None),
            ("Ljus -19 dBm. Ljus -27 dBm.", None),
            ("RX -19 dBm, RX -27 dBm", None),
            ("Inte -19 dBm", None),
            ("-122 dBm", None),
            ("Vlan -22", None),
            ("Grannen har -19 dBm", None),
        ],
    );
    check(
        Field::FaultNeighbours,
        &[
            ("Två grannar har samma fel", Some("2")),
            ("Grannen har samma problem.", Some("1")),
            ("Även grannen drabbad", Some("1")),
            ("12 grannar är påverkade", Some("12")),
            ("Inga grannar drabbade", Some("0")),
            ("Two neighbours have the same issue", Some("2")),
            ("No neighbours affected", Some("0")),
            ("Flera grannar har samma fel", None),
            ("Grannen har fungerande nät", None),
            ("Grannen är inte drabbad", None),
            ("Har grannen samma fel?", None),
            ("Vet inte om grannar är drabbade", None),
            ("Samma fel som grannen har", None),
            ("Grannen Tolvan klagar också", None),
        ],
    );
}

#[test]
fn since_when() {
    check(
        Field::FaultSince,
        &[
            ("Ingen länk sedan 2026-02-20", Some("2026-02-20T00:00:00Z")),
            ("Ingen länk sedan 2026-02-20 kl 14:05.", Some("2026-02-20T13:05:00Z")),
            ("nere sen 20/2 kl 1405", Some("2026-02-20T13:05:00Z")),
            ("Inget ljus sedan den 20 november", Some("2025-11-20T00:00:00Z")),
            ("Fel sedan 2026-02-20T20:28:21.", Some("2026-02-20T19:28:21Z")),
            ("flapping since 20/2 at 18:03, serial S666809170188", Some("2026-02-20T17:03:00Z")),
            ("- LOS röd sedan 20:e feb", Some("2026-02-20T00:00:00Z")),
            ("Down since 20 Feb 2026", Some("2026-02-20T00:00:00Z")),
            ("The fault began on February 20th", Some("2026-02-20T00:00:00Z")),
            ("Felet började 2025-07-01 kl. 08.00", Some("2025-07-01T06:00:00Z")),
            ("Nere sedan i går", None),
            ("Kund sedan 2026-02-20", None),
            ("Bott här sedan 2026-02-20", None),
            ("Bo i huset sedan 2026-02-20, aldrig haft fel förut", None),
            ("Gift sedan 2026-02-20", None),
            ("Nere sedan 28 april", None),
            ("Fungerar sedan 2026-02-20", None),
            ("Abonnemanget började 2026-02-20", None),
            ("nere sedan 2026-03-20", None),
            ("nere sedan 2020-02-20", None),
            ("Kanske nere sedan 2026-02-20", None),
            ("nere sedan 2026-02-30", None),
            ("nere sedan 070-174 06 05", None),
            ("Ärende 2026-02-20", None),
            ("Nere sedan 2026-02-20. Eller nere sedan 2026-02-21.", None),
        ],
    );
}

#[test]
fn the_window_of_a_visit_that_the_ticket_says_is_booked() {
    let text = "Tekniker bokad 2026-03-04 kl 13-16.";
    let booked = |text: &str| of(text, &[("siteVisit", json!(true))]).get("visit.window").cloned();
    let window = "2026-03-04T12:00:00Z/2026-03-04T15:00:00Z";
    for (text, expected) in [
        (text, Some(window)),
        ("Besök 4/3 mellan 13 och 16", Some(window)),
        ("Technician booked 4 March 13:00-16:00", Some(window)),
        ("Besök 2026-04-02 08:00-10:30", Some("2026-04-02T06:00:00Z/2026-04-02T08:30:00Z")),
        ("Tekniker kan komma 2026-03-04 kl 13-16", None),
        ("Besök ej bokat 2026-03-04 kl 13-16", None),
        ("Besök 2026-03-04 kl 13-16 eller 2026-03-05 kl 13-16", None),
        ("Besök 2026-03-04 kl 16-13", None),
        ("Besök 2026-02-04 kl 13-16", None),
        ("Kunden är hemma 2026-03-04 kl 13-16", None),
    ] {
        assert_eq!(booked(text).as_deref(), expected, "{text}");
    }
    // That a visit is booked opens the contact to the operator: no text may say it alone.
    let facts = of(text, &[]);
    assert_eq!((facts.get("visit.booked"), facts.get("visit.window")), (None, None));
    let facts = of(text, &[("siteVisit", json!(false))]);
    assert_eq!(facts.get("visit.booked").map(String::as_str), Some("false"));
    assert_eq!(facts.get("visit.window"), None);
}

#[test]
fn what_is_stated_wins() {
    let text = "Har inte startat om. LOS lyser rött. Mäter 12/88 sedan 2026-02-20.";
    let stated = [
        ("restarted", json!(true)),
        ("lamps", json!("all-green")),
        ("measuredSpeed", json!("93/88")),
        ("since", json!("2026-02-28T22:00:00Z")),
    ];
    let facts = of(text, &stated);
    for (field, expected) in [
        ("fault.restarted", "true"),
        ("fault.lamps", "all-green"),
        ("fault.speed", "93/88"),
        ("fault.since", "2026-02-28T22:00:00Z"),
        ("fault.description", text),
    ] {
        assert_eq!(facts.get(field).map(String::as_str), Some(expected), "{field}");
    }
}

#[test]
fn a_note_tells_as_much_as_a_description_and_the_two_may_not_differ() {
    let mut body = ticket();
    body["characteristic"] = json!([{ "name": "problemType", "value": "OTHER" }]);
    body["description"] = json!("Ingen länk. LOS lyser rött.");
    body["note"] = json!([{ "text": "Startat om boxen. Alla lampor lyser grönt." }]);
    let facts = facts(&accepted(Kind::Ticket, &body), 0);
    assert_eq!(facts.get("fault.restarted").map(String::as_str), Some("true"));
    assert_eq!(facts.get("fault.lamps"), None);
}

proptest! {
    /// Whatever the words: no panic, and what is read is in the field's own form.
    #[test]
    fn what_is_read_is_what_a_ticket_could_have_stated(
        words in prop::collection::vec(prop::sample::select(vec![
            "startat", "om", "omstart", "inte", "ej", "testat", "med", "kabel", "LOS", "lyser", "rött", "WAN", "släckt",
            "alla", "lampor", "mäter", "93/88", "20/2", "mbit/s", "två", "grannar", "har", "samma", "fel", "sedan",
            "2026-02-20", "kl", "14:05", "13-16", "besök", "99999/1", "-22,5", "dBm", ".", ",", "?", "och", "men", "\n",
            "20", "februari", "99:99", "-", "/", "å", "nivå", "rx",
        ]), 1..40),
    ) {
        let facts = of(&format!("hej {}", words.join(" ")), &[("siteVisit", json!(true))]);
        let mut stated = vec![("siteVisit", json!(true))];
        for (name, field) in [
            ("restarted", "fault.restarted"),
            ("wiredTest", "fault.wired_test"),
            ("lamps", "fault.lamps"),
            ("measuredSpeed", "fault.speed"),
            ("opticalLevel", "fault.level"),
            ("neighboursAffected", "fault.neighbours"),
            ("since", "fault.since"),
            ("visitWindow", "visit.window"),
        ] {
            stated.extend(facts.get(field).map(|value| (name, json!(value))));
        }
        prop_assert_eq!(of("x", &stated).len(), facts.len());
    }
}
