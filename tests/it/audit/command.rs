//! `sluss log audit` as whoever runs it sees it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use sluss::domain::Clock;
use sluss::export;
use sluss::intake::Kind as Submitted;
use sluss::log::{Event, Hash, LeafIndex, Outcome, OutcomeResult, Read, Role, SigningKey};

use crate::cli::{Ended, Place, sluss};
use crate::harness::{App, GLOBALCONNECT, order};

#[test]
fn a_log_that_is_in_order_passes_and_says_what_was_looked_at() {
    let place = Place::new();
    let demo = place.run(&["demo"]);
    assert_eq!(demo.code, 0, "{demo:?}");
    let audit = place.data(&["log", "audit"]);
    assert_eq!(audit["clean"], true, "{audit}");
    assert_eq!(audit["decisionsReplayed"], audit["kinds"]["intent"]);
    assert!(audit["decisionsReplayed"].as_u64().unwrap() > 10);
    // The audit is itself a read of the log.
    let again = place.data(&["log", "audit"]);
    assert_eq!(again["reads"][0]["what"], "audit");
}

#[test]
fn a_log_without_a_decision_says_so() {
    let place = Place::unreachable();
    assert_eq!(place.run(&["work", "--once"]).code, 0);
    let audit = place.run(&["log", "audit"]);
    assert_eq!(audit.code, 0, "{audit:?}");
    assert!(audit.out.contains("NONE was replayed"), "{audit:?}");
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn audit(folder: &Path, more: &[&str]) -> Ended {
    let mut command: Command = sluss();
    // No configuration, no state: an auditor has neither.
    command.args(["--config", "/nonexistent", "--state", "/nonexistent", "log", "audit"]);
    command.arg(folder).args(more).stdin(Stdio::null());
    Ended::of(command.output().unwrap())
}

#[tokio::test]
async fn the_report_as_a_person_reads_it() {
    let mut app = App::start().await;
    app.submit(Submitted::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.to_the_end().await;
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound");
    export::write(&app.deployment.store, &sound, Role::Auditor, None).await.unwrap();
    let report = audit(&sound, &[]);
    assert_eq!(report.code, 0, "{report:?}");
    let lines: Vec<&str> = report.out.lines().collect();
    assert_eq!(lines[0], "Nothing is off in the log sluss.example/disclosures.");
    let start = |word: &str| lines.iter().any(|line| line.trim_start().starts_with(word));
    for word in ["leaves", "tree", "disclosures", "decisions        1 replayed", "longest silence"]
    {
        assert!(start(word), "{word}: {}", report.out);
    }
    assert!(report.out.contains("COMPARE IT with the one on paper"));

    // Whoever runs the log writes what is not true, and lets nine hours pass.
    app.clock.advance(Duration::from_hours(9));
    let store = &app.deployment.store;
    let what = sluss::log::Code::parse("list").unwrap();
    let read = Read { actor: Role::Support, what, first: LeafIndex(0), count: 4_000 };
    store.note(Event::Read(read)).await.unwrap();
    let leaves = app.leaves().await;
    let policy = leaves.iter().find_map(|(_, leaf)| match &leaf.event {
        Event::Intent(intent) => Some(intent.clone()),
        _ => None,
    });
    let mut intent = policy.unwrap();
    intent.sent.insert(sluss::domain::Field::ContactPhone);
    intent.withheld.remove(&sluss::domain::Field::ContactPhone);
    let appended = store.note(Event::Intent(intent)).await.unwrap();
    let outcome = |intent, intent_hash| {
        let result = OutcomeResult::Accepted;
        Event::Outcome(Outcome { intent, intent_hash, result, code: None })
    };
    store.note(outcome(appended.index(), appended.hash())).await.unwrap();
    store.note(outcome(LeafIndex(0), Hash::new([0; 32]))).await.unwrap();
    let broken = folder.path().join("broken");
    export::write(store, &broken, Role::Auditor, None).await.unwrap();
    let report = audit(&broken, &[]);
    assert_eq!(report.code, 1, "{report:?}");
    let off = report.out.split_once("What is off\n").unwrap().1;
    let size = leaves.len() as u64;
    let expected = format!(
        "  silence
    leaf {before} is followed by 9 h 0 min of silence, to {to}; a heartbeat is due after 60 min
    look at: the journal of the service: when it was stopped and started, and who says so
  read-range
    leaf {read} tells of 4000 leaves read from 0 on, and stands at {read} itself
    look at: who read, and by which command
  commitments-missing
    leaf {intent} has 7 commitments for 6 fields, the message and the case
    look at: what of this disclosure can still be shown to the person concerned
  field-condition
    leaf {intent} sends contact.phone, though \"visit.booked\" is not told to hold
    look at: a field left that the policy does not open: an incident to be assessed
  outcome-stray
    leaf {stray} refers to leaf 0, which is no earlier disclosure
    look at: the program never writes this: ask the operator what it received around that time
",
        before = size - 2,
        read = size - 1,
        intent = size,
        stray = size + 2,
        to = app.clock.now().rfc3339(),
    );
    assert_eq!(off, expected);
    let data = audit(&broken, &["--format", "json"]).json();
    let counts = json!({
        "silence": 1, "read-range": 1, "commitments-missing": 1, "field-condition": 1,
        "outcome-stray": 1,
    });
    assert_eq!(data["findingCounts"], counts);
    assert_eq!(data["findings"][0]["index"], size - 2);
    app.close_untrue();
}

#[tokio::test]
async fn a_folder_that_is_no_record_of_itself() {
    let mut app = App::start().await;
    app.submit(Submitted::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.to_the_end().await;
    let folder = tempfile::tempdir().unwrap();
    let store = &app.deployment.store;
    // Made by somebody who let no leaf be written: an export without its last leaf, which stands in
    // a bundle of its own. The log's key has signed at that size.
    while store.size().await.unwrap().0 < 256 {
        store.note(Event::Heartbeat).await.unwrap();
    }
    let whole = folder.path().join("whole");
    export::write(store, &whole, Role::Auditor, None).await.unwrap();
    let size = store.size().await.unwrap().0;
    let copy = folder.path().join("copy");
    copied(&whole, &copy);
    let note = store.checkpoint(Some(sluss::log::TreeSize(size - 1))).await.unwrap().unwrap();
    std::fs::write(copy.join("checkpoint"), note).unwrap();
    let report = audit(&copy, &["--format", "json"]);
    assert_eq!(report.code, 1, "{report:?}");
    let counts = report.json()["findingCounts"].clone();
    assert!(counts["export-unlogged"] == 1, "{counts}");
    // An export that goes on from another one tells of both.
    export::write(store, &whole, Role::Auditor, None).await.unwrap();
    let report = audit(&whole, &[]);
    assert_eq!(report.code, 0, "{report:?}");
    app.close().await;
}

#[tokio::test]
async fn keys_and_bytes_that_are_not_the_logs() {
    let mut app = App::start().await;
    app.submit(Submitted::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.to_the_end().await;
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export");
    export::write(&app.deployment.store, &export, Role::Auditor, None).await.unwrap();
    let ours = app.deployment.store.verifier_key();
    let other = SigningKey::new(ours.name().clone(), &[7; 32]).verifier().to_string();
    let counts = |more: &[&str]| {
        let more = [more, &["--format", "json"]].concat();
        audit(&export, &more).json()["findingCounts"].clone()
    };
    let ours = ours.to_string();
    assert_eq!(counts(&["--key", &ours]), json!({}));
    // A second key under the log's name, which the log has never announced.
    assert_eq!(counts(&["--key", &ours, "--key", &other]), json!({ "key-unannounced": 1 }));
    assert!(counts(&["--key", &other])["log-unsound"].as_u64().unwrap() > 0);

    let bundle = export.join("tile/entries/000.p");
    let bundle = std::fs::read_dir(bundle).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.windows(8).position(|window| window == b"accepted").unwrap();
    bytes[at..at + 8].copy_from_slice(b"rejected");
    std::fs::write(&bundle, bytes).unwrap();
    assert!(counts(&[])["log-unsound"].as_u64().unwrap() > 0);
    app.close().await;
}
