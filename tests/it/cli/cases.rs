//! Handing in from files, and a person's decisions about cases.

use serde_json::json;

use super::{Place, line, root};
use crate::people;

#[test]
fn files_standard_input_and_lines_are_handed_in() {
    let place = Place::new();
    let one = place.write("one.json", &line("orders.jsonl", 1));
    let pretty: serde_json::Value = serde_json::from_str(&line("orders.jsonl", 2)).unwrap();
    let pretty = place.write("pretty.json", &format!("{pretty:#}\n"));
    let files = [one.to_str().unwrap(), pretty.to_str().unwrap()];
    let ended = place.run(&["order", "submit", files[0], files[1]]).code(0);
    assert_eq!(ended.out.lines().count(), 2);

    let two = format!("{}\n\n{}\n", line("orders.jsonl", 1), line("orders.jsonl", 3));
    let ended = place.run_with(&["order", "submit", "-", "--format", "json"], &two).code(0);
    let told = ended.json();
    let submitted = told["submitted"].as_array().unwrap();
    assert_eq!(submitted.len(), 2);
    assert_eq!((&submitted[0]["existing"], &submitted[0]["place"]), (&json!(true), &json!("-:1")));
    assert_eq!((&submitted[1]["existing"], &submitted[1]["place"]), (&json!(false), &json!("-:3")));

    let faults = root().join("fixtures/tmf/tickets.jsonl");
    let ended = place.run(&["fault", "submit", faults.to_str().unwrap()]).code(0);
    assert_eq!(ended.out.lines().count(), 9);
    assert_eq!(place.cases().len(), 3 + 9);
}

#[test]
fn a_bad_line_is_told_and_breaks_no_other() {
    let secret = "Hemlighetsson";
    let bad = format!("{{\"externalId\": [\"{secret}\", \"19121212-1212\"]}}");
    for (bad, position) in [(bad.as_str(), 2), ("{\"a\":", 2), ("{\"a\":", 1), ("nonsense", 1)] {
        let place = Place::new();
        let mut lines = vec![line("orders.jsonl", 1), line("orders.jsonl", 2)];
        lines.insert(position - 1, bad.to_owned());
        let ended = place.run_with(&["order", "submit", "-"], &lines.join("\n")).code(1);
        assert!(ended.out.contains(&format!("-:{position}: refused")), "{ended:?}");
        let told = format!("{}{}", ended.out, ended.err);
        assert!(!told.contains(secret) && !told.contains("1212"), "{told}");
        assert_eq!(place.cases().len(), 2, "{bad} in line {position}");
    }
}

#[test]
fn one_broken_value_over_many_lines_is_told_once() {
    let place = Place::new();
    let order: serde_json::Value = serde_json::from_str(&line("orders.jsonl", 1)).unwrap();
    let broken = format!("{order:#}").replacen(',', "", 1);
    let ended = place.run_with(&["order", "submit", "-", "--format", "json"], &broken).code(1);
    assert_eq!(ended.json()["submitted"].as_array().unwrap().len(), 1);
}

#[test]
fn another_content_under_a_known_id_is_refused() {
    let place = Place::new();
    let first = line("orders.jsonl", 1);
    place.run_with(&["order", "submit", "-"], &first).code(0);
    let other = first.replace("2026-12-01T", "2026-12-02T");
    let ended = place.run_with(&["order", "submit", "-"], &other).code(1);
    assert!(ended.out.contains("externalId"), "{ended:?}");
    assert_eq!(place.cases().len(), 1);
}

#[test]
fn a_file_that_is_not_there_is_named_before_anything_is_kept() {
    let place = Place::new();
    let good = place.write("good.json", &line("orders.jsonl", 1));
    let ended = place.run(&["order", "submit", good.to_str().unwrap(), "no/such.json"]);
    assert_ne!(ended.code, 0);
    assert!(ended.err.contains("no/such.json"), "{ended:?}");
    assert_eq!(place.run(&["case", "list"]).code, 2, "there is no store yet");
}

#[test]
fn a_person_holds_releases_and_cancels() {
    let place = Place::new();
    let handed = line("orders.jsonl", 1);
    place.run_with(&["order", "submit", "-"], &handed).code(0);
    let id = place.cases()[0]["id"].as_str().unwrap().to_owned();
    let shown = place.run(&["case", "show", &id]).code(0).out;
    for value in people::values(&serde_json::from_str(&handed).unwrap()) {
        assert!(!people::stands_in(&value, &shown), "{shown}");
    }
    for (verb, state, reason) in [
        ("hold", "held", json!("person")),
        ("release", "accepted", json!(null)),
        ("cancel", "cancelled", json!(null)),
    ] {
        let case = place.data(&["case", verb, &id]);
        assert_eq!((&case["state"], &case["reason"]), (&json!(state), &reason), "{verb}");
        let mut shown = place.data(&["case", "show", &id]);
        let members = shown.as_object_mut().unwrap();
        let (story, clocks) = (members.remove("story").unwrap(), members.remove("clocks").unwrap());
        assert_eq!(shown, case);
        let story = story.as_array().unwrap();
        assert_eq!(story[0]["what"], "in our keeping");
        assert!(story.iter().any(|entry| entry["leaf"].is_u64()), "a decision is a leaf");
        assert_eq!(clocks["sent"], json!(null), "nothing has left");
        let within = place.data(&["case", "list", "--in", state]);
        assert_eq!(within["cases"].as_array().unwrap().len(), 1);
    }
    // What has ended does not go on.
    let ended = place.run(&["case", "release", &id]);
    assert!(ended.code != 0 && !ended.err.is_empty(), "{ended:?}");
    let kinds = place.data(&["log", "verify"])["kinds"].clone();
    assert_eq!((&kinds["hold"], &kinds["release"]), (&json!(1), &json!(2)));

    for verb in ["show", "hold", "release", "cancel"] {
        place.run(&["case", verb, "00000000000000000000000000000000"]).code(2);
        place.run(&["case", verb, "19121212-1212"]).code(2);
    }
}
