//! `sluss redact`, as a script sees it: texts in, masked texts out.

#![cfg(test)]

mod corpus;
mod hostile;
mod promises;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::cli::{Ended, sluss};

/// Runs the command on some bytes.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    run_with(sluss(), arguments, input)
}

/// The same, in an environment of one's own.
fn run_with(mut command: Command, arguments: &[&str], input: &[u8]) -> Output {
    command.arg("redact").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let input = input.to_vec();
    // It answers while it reads: who only writes would wait for it for ever.
    let writer = std::thread::spawn(move || to.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A command that refuses its arguments does not read.
    let _ = writer.join().unwrap();
    output
}

/// One answer for each line of JSON, and how it ended.
#[track_caller]
fn answers(arguments: &[&str], input: &[u8]) -> (Vec<Value>, Ended) {
    let ended = Ended::of(run(&[&["--jsonl"], arguments].concat(), input));
    let answers = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, ended)
}

/// What is left of one text, with what is known of its customer.
#[track_caller]
fn redacted(text: &str, record: &Value, allowed: &Value) -> String {
    let line = json!({ "id": "1", "text": text, "record": record, "allowed_contact": allowed });
    let (answers, ended) = answers(&[], line.to_string().as_bytes());
    ended.code(0);
    answers[0]["redacted"].as_str().unwrap().to_owned()
}

#[test]
fn a_text_comes_out_as_it_went_in_but_for_what_is_personal() {
    for (text, expected) in [
        ("", ""),
        ("Ingen länk på port 3.\n", "Ingen länk på port 3.\n"),
        ("Ring 070-174 06 05.", "Ring [telefon]."),
        (
            "pnr 19121212-1212\r\n\r\nPortkod 4711.\r\n",
            "pnr [personnummer]\r\n\r\nPortkod [kod].\r\n",
        ),
    ] {
        let ended = Ended::of(run(&[], text.as_bytes())).code(0);
        assert_eq!((ended.out.as_str(), ended.err.as_str()), (expected, ""), "of {text:?}");
    }
}

#[test]
fn why_a_span_went_is_told_on_the_side() {
    let text = "Ring 070-174 06 05.";
    let ended = Ended::of(run(&["--explain"], text.as_bytes())).code(0);
    assert_eq!(ended.out, "Ring [telefon].");
    assert!(ended.err.starts_with("5-18 PHONE by identifier: "), "{}", ended.err);
    let line = json!({ "id": 7, "text": text });
    let (answers, _) = answers(&["--explain"], line.to_string().as_bytes());
    let span = &answers[0]["spans"][0];
    assert_eq!((&span["type"], &span["layer"]), (&json!("PHONE"), &json!("identifier")));
    assert!(span["why"].as_str().is_some_and(|why| !why.is_empty()), "{span}");
    let data = Ended::of(run(&["--format", "json"], text.as_bytes())).code(0).json();
    assert_eq!(data["redacted"], "Ring [telefon].");
}

#[test]
fn no_configuration_is_needed() {
    let ended = Ended::of(run(&["--config", "no/such/folder"], b"Portkod 4711."));
    assert_eq!(ended.code(0).out, "Portkod [kod].");
}

#[test]
fn offsets_are_code_points() {
    let line = json!({ "id": "x", "text": "Åsa 😀 070-174 06 05", "record": { "name": "Åsa Ek" } });
    let (answers, _) = answers(&[], format!("\u{feff}{line}\r\n").as_bytes());
    let spans = json!([
        { "start": 0, "end": 3, "type": "PERSON" },
        { "start": 6, "end": 19, "type": "PHONE" },
    ]);
    assert_eq!(answers[0], json!({ "id": "x", "redacted": "[namn] 😀 [telefon]", "spans": spans }));
}

/// What a register knows of Astrid Lindqvist, who does not exist.
fn astrid() -> Value {
    json!({
        "name": { "last": "Lindqvist", "first": "Astrid" },
        "personnummer": "19121212-1212",
        "email": null,
        "phone": "070-1740605",
        "customer_no": 99_120_034,
        "delivery_address": {
            "street": "Karl Johansgatan", "number": "24", "apartment": "1101",
            "postcode": "999 12", "city": "Slussköping", "property": "Sörby 9:34",
        },
        "third_party_contact": {
            "first": "Bosse", "last": "Ekdahl", "relation": "granne", "phone": "+46701740612",
        },
        "service": { "access_id": "640421-4491", "port": "gi0/0/8" },
        "nickname": ["Lillan", "Assi"],
    })
}

#[test]
fn what_the_record_says_goes_and_what_it_says_of_the_service_stays() {
    for (text, expected) in [
        ("lindqvist, astrid: inget ljus", "[namn]: inget ljus"),
        ("nås på +46 70 174 06 05", "nås på [telefon]"),
        ("kund 99120034", "kund [kundnummer]"),
        ("Bosse Ekdahl, 070 174 06 12", "[namn], [telefon]"),
        ("accessId 640421-4491, gi0/0/8", "accessId 640421-4491, gi0/0/8"),
        ("till Karl Johansgatan 24, lgh 1101", "till Karl Johansgatan 24, lgh 1101"),
        // Under a name that nobody knows.
        ("hon kallas lillan", "hon kallas [uppgift]"),
    ] {
        assert_eq!(redacted(text, &astrid(), &Value::Null), expected, "of {text:?}");
    }
}

#[test]
fn a_contact_that_a_visit_may_have_stays_and_nobody_elses() {
    let (astrids, bosses) = (["Lindqvist", "070-174 06 05"], ["Ekdahl", "070-174 06 12"]);
    let text = "Kunden Astrid Lindqvist har 070-174 06 05. Grannen Bosse Ekdahl har 070-174 06 12.";
    let nothing: &[&str] = &[];
    for (who, fields, stays) in [
        ("customer", json!(["phone"]), &astrids[1..]),
        ("customer", json!(["phone", "name"]), &astrids[..]),
        ("third_party", json!(["name", "phone"]), &bosses[..]),
        ("everybody", json!(["name", "phone"]), nothing),
        ("customer", json!([]), nothing),
    ] {
        let allowed = json!({ "who": who, "fields": fields });
        let left = redacted(text, &astrid(), &allowed);
        for value in astrids.iter().chain(&bosses) {
            assert_eq!(left.contains(value), stays.contains(value), "{value}: {left}: {allowed}");
        }
    }
}

/// Somebody asks, waits for the answer, and asks again.
#[test]
fn an_answer_does_not_wait_for_the_next_line() {
    use std::io::{BufRead, BufReader};
    let mut command = sluss();
    command.args(["redact", "--jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut from = BufReader::new(from);
    for id in 0..3 {
        writeln!(to, "{}", json!({ "id": id, "text": "Portkod 4711." })).unwrap();
        let mut answer = String::new();
        from.read_line(&mut answer).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["id"], id);
    }
    drop(to);
    assert!(child.wait().unwrap().success());
}
