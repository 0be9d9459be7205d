//! The log held against what operators say that they have received, both ways.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::audit::{Acknowledgements, Days, Findings, Mark, Rule};
use sluss::log::{Event, Hash, LeafIndex, OutcomeResult};
use sluss::record::message_hash;

use super::Story;
use crate::cli::Place;

/// An operator's own count of what it received: each message of a journal as a line.
pub(super) fn lines(journal: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    for line in journal.lines() {
        let one: Value = serde_json::from_str(line).unwrap();
        let asks = one["headers"]["soapaction"].as_str().is_some_and(|a| a.contains("#Get"));
        if one["method"] != "POST" || asks {
            continue;
        }
        let body = STANDARD.decode(one["body"].as_str().unwrap()).unwrap();
        let path = one["path"].as_str().unwrap();
        let path = ["/onapi/2.6/", "/soap/"].iter().find_map(|base| path.strip_prefix(base));
        let hash = message_hash("POST", path.unwrap(), &without_credentials(&body));
        lines.push(json!({
            "recipient": one["recipient"], "message": hash, "received": one["at"],
        }));
    }
    lines
}

fn without_credentials(body: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(body).unwrap();
    match (text.find("<wsse:Security"), text.find("</wsse:Security>")) {
        (Some(start), Some(end)) => {
            [&text[..start], &text[end + "</wsse:Security>".len()..]].concat().into_bytes()
        }
        _ => body.to_vec(),
    }
}

pub(super) fn file(lines: &[Value]) -> String {
    lines.iter().fold(String::new(), |file, line| file + &line.to_string() + "\n")
}

#[test]
fn the_demo_reconciles_with_what_its_operators_received() {
    let place = Place::new();
    assert_eq!(place.run(&["demo"]).code, 0);
    let journal = std::fs::read_to_string(place.state().join("received.jsonl")).unwrap();
    let all = lines(&journal);
    let schema = include_str!("../../../schemas/log/acknowledgement.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(all.iter().all(|line| schema.is_valid(line)));

    let audit = |lines: &[Value], code: i32| {
        let path = place.write("acknowledged.jsonl", &file(lines));
        let path = path.to_str().unwrap();
        let ended = place.run(&["log", "audit", "--acknowledgements", path, "--format", "json"]);
        assert_eq!(ended.code, code, "{ended:?}");
        ended.json()
    };
    let report = audit(&all, 0);
    let told = &report["acknowledged"];
    assert_eq!(told["lines"], all.len());
    assert_eq!(told["matched"], all.len(), "{told}");
    // One more was answered to an operator that asked: it need not say so.
    let intents = report["kinds"]["intent"].as_u64().unwrap();
    assert_eq!(told["disclosures"].as_u64(), Some(intents - 1));

    // An operator has lost all but one.
    let is_first = |line: &Value| line["recipient"] == all[0]["recipient"];
    let mut few = all.clone();
    few.retain(|line| !is_first(line) || line == &all[0]);
    let report = audit(&few, 1);
    let lost = report["findingCounts"].as_object().unwrap();
    assert_eq!(lost.keys().collect::<Vec<_>>(), ["accepted-unreceived"]);
    assert_eq!(report["acknowledged"]["matched"], few.len());
    // The operator has one that the log does not know, and another one twice.
    let mut more = all.clone();
    more.push(more[0].clone());
    let mut foreign = all[0].clone();
    foreign["message"] = json!("00".repeat(32));
    more.push(foreign);
    let report = audit(&more, 1);
    assert_eq!(report["findingCounts"], json!({ "received-unlogged": 2 }));
    // By our reference in the message alone.
    let referenced: Vec<Value> = lines_by_reference(&journal);
    assert!(referenced.len() > 3);
    let report = audit(&referenced, 0);
    assert_eq!(report["acknowledged"]["matched"], referenced.len());

    // What is no acknowledgement at all is said by its line, and never repeated.
    let path = place.write("acknowledged.jsonl", "\n{\"recipient\":\"Astrid\"}\n");
    let ended = place.run(&["log", "audit", "--acknowledgements", path.to_str().unwrap()]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("line 2") && !ended.err.contains("Astrid"), "{ended:?}");
}

/// Orders by ON-API, which carry our reference: as an operator that keeps no bodies would tell them.
fn lines_by_reference(journal: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    for line in journal.lines() {
        let one: Value = serde_json::from_str(line).unwrap();
        let body = STANDARD.decode(one["body"].as_str().unwrap_or_default()).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if one["method"] == "POST" && body["spReference"].is_string() {
            lines.push(json!({
                "recipient": one["recipient"], "reference": body["spReference"],
                "received": one["at"],
            }));
        }
    }
    lines
}

/// A disclosure that ended so, with its line or without.
fn ended(result: OutcomeResult, line: bool, cut: bool) -> Findings {
    let mut story = Story::sound();
    let at = story.find(|intent| intent.recipient.id.as_str() == "globalconnect");
    let received = story.leaves[at].at.rfc3339();
    let message = Hash::new([1; 32]);
    let text = format!(
        "{{\"recipient\":\"globalconnect\",\"message\":\"{message}\",\"received\":\"{received}\"}}\n"
    );
    let mut told = Acknowledgements::read(&text, Days::default()).unwrap();
    assert_eq!(told.candidates(&story.leaves[at], None).len(), 1);
    told.leaf(LeafIndex(at as u64), &story.leaves[at], line.then_some(0), cut);
    let outcome = story.outcome(at);
    if let Event::Outcome(outcome) = &mut story.leaves[outcome].event {
        outcome.result = result;
    }
    told.leaf(LeafIndex(outcome as u64), &story.leaves[outcome], None, false);
    told.finish().1
}

#[test]
fn each_outcome_against_each_answer() {
    use OutcomeResult as R;
    for (result, line, cut, expected) in [
        (R::Accepted, true, false, &[][..]),
        (R::Rejected, true, false, &[]),
        (R::Unknown, true, false, &[]),
        (R::Unsent, true, false, &[Rule::ReceivedUnsent]),
        // The line stays over: it is of something that was never logged.
        (R::Accepted, false, false, &[Rule::ReceivedUnlogged, Rule::AcceptedUnreceived]),
        (R::Unsent, false, false, &[Rule::ReceivedUnlogged]),
        (R::Unknown, false, false, &[Rule::ReceivedUnlogged]),
        // Of an erased person nobody can tell, and nobody is accused.
        (R::Accepted, false, true, &[]),
    ] {
        let findings = ended(result, line, cut);
        let found: Vec<Rule> = findings.counts.keys().copied().collect();
        assert_eq!(found, expected, "{result} line {line} cut {cut}: {:?}", findings.first);
    }
}

/// A disclosure that came to nothing, and the next one with the same bytes: whoever received one message
/// has received the second.
#[test]
fn one_line_is_of_the_disclosure_that_was_accepted() {
    use OutcomeResult as R;
    for (before, lines, expected) in [
        (&[R::Unsent][..], 1, &[][..]),
        (&[R::Unknown], 1, &[]),
        (&[R::Rejected], 1, &[]),
        // Both were received: one of them is said not to have left.
        (&[R::Unsent], 2, &[Rule::ReceivedUnsent]),
        (&[R::Unknown], 2, &[]),
        (&[R::Unknown], 3, &[Rule::ReceivedUnlogged]),
        (&[R::Unknown], 0, &[Rule::AcceptedUnreceived]),
        // Two were received, and two may have left.
        (&[R::Unsent, R::Unknown], 2, &[]),
        (&[R::Unknown, R::Unsent], 2, &[]),
        (&[R::Unsent, R::Unknown], 3, &[Rule::ReceivedUnsent]),
    ] {
        let story = Story::sound();
        let at = story.find(|intent| intent.recipient.id.as_str() == "globalconnect");
        let outcome = story.outcome(at);
        let received = story.leaves[at].at.rfc3339();
        let message = Hash::new([1; 32]);
        // Of another message, so that the operator counts as one that lists what it got.
        let other = Hash::new([2; 32]);
        let line = |message: Hash| json!({ "recipient": "globalconnect", "message": message.to_string(), "received": received });
        let text = file(&std::iter::repeat_n(line(message), lines).collect::<Vec<_>>());
        let text = text + &file(&[line(other)]);
        let mut told = Acknowledgements::read(&text, Days::default()).unwrap();
        let opens = |told: &Acknowledgements| {
            let candidates = told.candidates(&story.leaves[at], None);
            candidates.into_iter().find(|(_, mark)| *mark == Mark::Message(message)).map(|it| it.0)
        };
        let attempts = before.len() + 1;
        for (index, result) in (1..).zip(before.iter().copied().chain([R::Accepted])) {
            let index = 10_000 * index;
            let found = opens(&told);
            told.leaf(LeafIndex(index), &story.leaves[at], found, false);
            let mut leaf = story.leaves[outcome].clone();
            let Event::Outcome(ended) = &mut leaf.event else { unreachable!() };
            (ended.intent, ended.result) = (LeafIndex(index), result);
            told.leaf(LeafIndex(index + 1), &leaf, None, false);
        }
        let (told, findings) = told.finish();
        let mut found: Vec<Rule> = findings.counts.keys().copied().collect();
        let mut expected = expected.to_vec();
        // The other one is in no leaf.
        expected.push(Rule::ReceivedUnlogged);
        expected.sort();
        expected.dedup();
        found.sort();
        assert_eq!(found, expected, "{before:?}, {lines}: {:?}", findings.first);
        let unlogged = findings.counts[&Rule::ReceivedUnlogged];
        assert_eq!(unlogged, 1 + lines.saturating_sub(attempts) as u64, "{before:?}, {lines}");
        assert_eq!((told.disclosures, told.matched), (attempts as u64, lines.min(attempts) as u64));
    }
}

#[test]
fn days_bound_what_is_asked_for() {
    let story = Story::sound();
    let at = story.find(|intent| intent.recipient.id.as_str() == "globalconnect");
    let received = "2026-11-01T00:00:00Z";
    let text = format!(
        "{{\"recipient\":\"globalconnect\",\"message\":\"{}\",\"received\":\"{received}\"}}\n",
        Hash::new([1; 32])
    );
    let days = Days { from: None, to: Some(jiff::civil::date(2026, 11, 1)) };
    let mut told = Acknowledgements::read(&text, days).unwrap();
    told.leaf(LeafIndex(at as u64), &story.leaves[at], None, false);
    let outcome = story.outcome(at);
    told.leaf(LeafIndex(outcome as u64), &story.leaves[outcome], None, false);
    let (told, findings) = told.finish();
    assert_eq!(told.disclosures, 0, "it was later than the file is of");
    assert_eq!(findings.counts.into_keys().collect::<Vec<_>>(), [Rule::ReceivedUnlogged]);
}

#[test]
fn bad_lines() {
    #[track_caller]
    fn refused(line: &str) {
        let text = format!("\n{line}\n");
        let error = Acknowledgements::read(&text, Days::default()).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(!error.to_string().contains("Astrid"));
    }
    let hash = "00".repeat(32);
    let schema = include_str!("../../../schemas/log/acknowledgement.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in [
        json!({}),
        json!([]),
        json!({ "recipient": "globalconnect", "received": "2026-11-01T00:00:00Z" }),
        json!({ "recipient": "Astrid", "message": hash, "received": "2026-11-01T00:00:00Z" }),
        json!({ "recipient": "a", "message": "Astrid", "received": "2026-11-01T00:00:00Z" }),
        json!({ "recipient": "a", "reference": "Astrid", "received": "2026-11-01T00:00:00Z" }),
        json!({ "recipient": "a", "message": hash, "operator_reference": "Astrid på gatan",
                "received": "2026-11-01T00:00:00Z" }),
        json!({ "recipient": "a", "message": hash, "received": "2026-11-01T00:00:00Z",
                "name": "Astrid" }),
        json!({ "recipient": "a", "message": null, "received": "2026-11-01T00:00:00Z" }),
    ] {
        refused(&line.to_string());
        assert!(!schema.is_valid(&line), "{line}");
    }
    refused(&json!({ "recipient": "a", "message": hash, "received": "Astrid" }).to_string());
    refused("Astrid");
    refused(&format!("{{\"recipient\":\"{}\"}}", "a".repeat(5_000)));
}
