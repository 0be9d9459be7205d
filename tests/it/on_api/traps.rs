//! The places where the text of ON-API is not of one mind with itself, and operators follow one half
//! or the other: each an answer under `fixtures/dialects/on-api/traps/`, by the number that it has in
//! the table of `src/dialects/on_api/mod.rs`.

use std::fs;

use serde_json::Value;
use sluss::address::{Found, Listed, parse, resolve};
use sluss::dialects::offer::{Opens, ServiceAt};
use sluss::dialects::on_api::{V2_3_1, V2_4, V2_5, V2_6, write};
use sluss::dialects::{
    Answer, Dialect, Entries, Finding, Level, LinkState, Placement, Progress, Standing, Verdict,
};
use sluss::domain::{
    AccessId, Act, Field, OpaqueReference, OperatorReference, RecipientId, Timestamp,
};

use super::{OURS, http, root, sought, value};

fn trap(name: &str) -> Answer {
    let path = root().join(format!("fixtures/dialects/on-api/traps/{name}.http"));
    http::answer(&fs::read_to_string(path).unwrap())
}

/// The rows of a list of accesses, as the copy takes them.
fn rows(name: &str) -> Vec<Listed> {
    let mut entries = Entries::default();
    let complete = entries.push(&trap(name).body).unwrap();
    entries.finish().unwrap();
    let access = |entry: &Vec<u8>| Listed {
        recipient: RecipientId::parse("globalconnect").unwrap(),
        access: V2_6.access(entry).unwrap(),
    };
    complete.iter().map(access).collect()
}

fn meant(words: &str, rows: &[Listed]) -> String {
    match resolve(&parse(words).unwrap(), rows) {
        Found::One(listed) => listed.access.id.to_string(),
        Found::None => "-".to_owned(),
        Found::Doubt(doubt, _) => doubt.as_str().to_owned(),
    }
}

fn day(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn id(text: &str) -> OperatorReference {
    OperatorReference::parse(text).unwrap()
}

#[test]
fn trap_1_an_apartment_that_is_a_number_gets_its_zero_back() {
    let rows = rows("01-apartment-as-a-number");
    assert_eq!(meant("Testvägen 100 lgh 0901, 10000", &rows), "STTA0001");
    assert_eq!(meant("Testvägen 100 lgh 0902, 10000", &rows), "STTA0002");
}

#[test]
fn trap_2_addresses_have_two_names() {
    let listed = V2_6.listed(&trap("02-addresses-under-both-names")).unwrap();
    let required: Vec<_> = listed.into_iter().map(|one| one.required).collect();
    let only = vec!["192.0.2.7".to_owned()];
    assert_eq!(required, [vec![(Field::IpAddress, vec![])], vec![(Field::IpAddress, only)]]);
    // One is written: that of the data formats.
    let request = write(&V2_6, Act::Activate, &|field| Some(value(field))).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert!(body["characteristics"]["ipAddresses"].is_array());
    assert!(body["characteristics"].get("ipAddress").is_none());
}

#[test]
fn trap_3_a_boolean_is_a_text_and_commas_trail() {
    let expected = LinkState {
        up: false,
        shut: false,
        since: Some(day("2026-02-28T08:15:00Z")),
        speed: None,
        received: Level::parse("-21.5"),
        sent: Level::parse("-8"),
        errors: None,
    };
    assert_eq!(V2_6.lined(&trap("03-trailing-commas")), Some(expected));
}

/// `technical_info.md` as it is answered when all is told: what a technician asks first, and no more.
#[test]
fn a_line_is_told_in_full() {
    let body = br#"{ "link": true, "adminDown": false, "linkSince": "2026-02-28T08:15:00Z",
        "speed": "auto", "linkSpeed": 1000, "transceiver": { "dbmRx": -21.5, "dbmTx": "-8" },
        "statistics": { "input": { "errors": 1, "crcErrors": 1337 }, "output": { "crcErrors": 2 } } }"#;
    let answer = |body: &[u8]| Answer { status: 200, body: body.to_vec(), ..Answer::default() };
    let expected = LinkState {
        up: true,
        shut: false,
        since: Some(day("2026-02-28T08:15:00Z")),
        speed: Some(1_000),
        received: Level::parse("-21.5"),
        sent: Level::parse("-8"),
        errors: Some(1_337),
    };
    assert_eq!(V2_6.lined(&answer(body)), Some(expected));
    // All is optional but the link itself, and a number that is none is not told.
    let body = br#"{ "link": false, "adminDown": "true", "linkSpeed": "fast", "statistics": [] }"#;
    let state = V2_6.lined(&answer(body)).unwrap();
    assert_eq!((state.up, state.shut, state.speed, state.errors), (false, true, None, None));
    assert_eq!(V2_6.lined(&answer(br#"{ "adminDown": true }"#)), None);
}

#[test]
fn trap_4_others_have_references_that_are_no_ids() {
    let found = V2_6.found(&sought(Act::Report), &trap("04-a-reference-with-a-hash"));
    let ours = Placement {
        reference: Some(id("TT#0002")),
        subscription: None,
        standing: Standing::Working,
    };
    assert_eq!(found, Finding::Present(ours));
    // Ours is one, and the operator's goes into a path as it must.
    assert!(OpaqueReference::parse(OURS).is_some() && OpaqueReference::parse("Order#1").is_none());
    let asked = V2_6.follow(Act::Report, &id("TT#0002"));
    assert_eq!(asked.request().path, "tickets/TT%230002");
}

#[test]
fn trap_5_a_state_may_be_called_status() {
    let progress = V2_6.followed(Act::Activate, &trap("05-status-for-state"));
    let done =
        Placement { reference: Some(id("o-1")), subscription: None, standing: Standing::Done };
    assert_eq!(progress, Progress::At(done));
}

#[test]
fn trap_6_what_changed_is_one_or_many_and_its_time_has_no_zone() {
    let changes = V2_6.changed(&trap("06-events-in-the-singular-without-zone")).unwrap();
    // Orders and tickets only; read on by the operator's own clock.
    assert_eq!(changes.touched, [id("o-1"), id("TT-1")]);
    assert_eq!(changes.cursor.as_deref(), Some("Sun, 22 Nov 2026 11:59:59 GMT"));
}

/// Of accesses it is told in `accesses.rs`, over the wire.
#[test]
fn trap_7_an_empty_list_is_not_found() {
    let none = trap("07-no-orders-is-not-found");
    assert_eq!(V2_6.found(&sought(Act::Activate), &none), Finding::Absent);
    // Of tickets that would be a guess: nobody says so of them.
    assert_eq!(V2_6.found(&sought(Act::Report), &none), Finding::Unclear);
}

#[test]
fn trap_8_what_was_so_already_has_no_order() {
    let done = Placement { reference: None, subscription: None, standing: Standing::Done };
    let verdict = V2_6.decode(Act::Activate, &trap("08-done-without-order"));
    assert_eq!(verdict, Verdict::Accepted(done));
}

#[test]
fn trap_9_the_state_of_a_line_is_elsewhere_in_each_version() {
    let access = AccessId::parse("STTA0001").unwrap();
    let asked = |dialect: &dyn Dialect| dialect.line(&access).unwrap().request().path.clone();
    assert_eq!(asked(&V2_3_1), "accesses/STTA0001/link");
    for dialect in [&V2_4, &V2_5, &V2_6] {
        assert_eq!(asked(dialect), "tech/access/STTA0001/link/status");
    }
    let state = V2_3_1.lined(&trap("09-link-of-the-oldest-version")).unwrap();
    assert_eq!((state.up, state.received), (true, Level::parse("-19")));
    assert_eq!(state.speed, Some(1_000));
    assert_eq!(state.since, Some(day("2026-02-28T08:15:00Z")));
}

#[test]
fn trap_10_a_metre_address_is_one_number_or_two() {
    let rows = rows("10-metre-addresses-both-ways");
    assert_eq!(meant("Lantvägen 550-70, 99910", &rows), "STTA0001");
    assert_eq!(meant("Byvägen 550-70, 99910", &rows), "STTA0002");
}

#[test]
fn trap_11_dates_that_are_none() {
    let opens = |listed: Vec<ServiceAt>| -> Vec<_> {
        listed.into_iter().map(|one| (one.from, one.until)).collect()
    };
    let latest = opens(V2_6.listed(&trap("11-dates-that-are-none")).unwrap());
    let long_ago = Opens::Day(day("1990-01-01T00:00:01Z"));
    assert_eq!(latest[0], (long_ago, None));
    assert_eq!(latest[1..3], [(Opens::Unknown, None), (Opens::Unknown, None)]);
    assert_eq!(latest[3].1, Some(day("2026-12-31T14:09:23Z")));
    let oldest = opens(V2_3_1.listed(&trap("11-yes-and-no")).unwrap());
    let day = Opens::Day(day("2026-12-24T00:00:00Z"));
    assert_eq!(oldest, [(Opens::Always, None), (Opens::Unknown, None), (day, None)]);
}

/// By what a service is ended: the fixtures `v2.3.1-terminate`, `v2.4-terminate` and `v2.5-terminate`.
#[test]
fn trap_12_a_service_is_named_as_the_version_has_it() {
    let members = |dialect| {
        let request = write(dialect, Act::Terminate, &|field| Some(value(field))).unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        (body.get("subscriptionId").is_some(), body.get("service").is_some())
    };
    let named = [&V2_3_1, &V2_4, &V2_5, &V2_6].map(members);
    assert_eq!(named, [(false, true), (true, true), (true, false), (true, false)]);
}

#[test]
fn trap_13_small_letters_four_decimals_and_commas() {
    let heard = V2_6.heard(Act::Report, &trap("13-four-decimals"));
    assert_eq!(heard.mended.map(Timestamp::seconds), Some(day("2026-11-22T11:58:00Z").seconds()));
    assert_eq!(heard.remarks.len(), 1);
    assert!(heard.remarks[0].at.is_some());
    // Small letters are written as capitals; a comma in a level is read in trap 3.
    let text = |field| match field {
        Field::CpeMac => Some("aa:bb:cc:11:22:33"),
        field => Some(value(field)),
    };
    let request = write(&V2_6, Act::Activate, &text).unwrap();
    assert!(String::from_utf8(request.body).unwrap().contains("AA:BB:CC:11:22:33"));
}
