//! `sluss subject`, `key` and `retention` as a script sees them, killed in the middle and beside a
//! serving process.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use super::running::Running;
use super::{Place, line};

/// Two orders of two customers; the first one's case is cancelled, which ends it.
fn with_two() -> (Place, String) {
    let place = Place::new();
    let orders = [line("orders.jsonl", 1), line("orders.jsonl", 2)].join("\n");
    place.run_with(&["order", "submit", "-"], &orders).code(0);
    let id = case_of(&place, "ORD-2026-000101");
    place.run(&["case", "cancel", &id]).code(0);
    (place, id)
}

/// The case of an order. Orders that were handed in together may have come at one moment.
fn case_of(place: &Place, external: &str) -> String {
    let cases = place.cases();
    let case = cases.iter().find(|case| case["externalId"] == external).unwrap();
    case["id"].as_str().unwrap().to_owned()
}

fn customer(order: &str) -> String {
    let order: serde_json::Value = serde_json::from_str(order).unwrap();
    let parties = order["relatedParty"].as_array().unwrap();
    let customer = parties.iter().find(|party| party["role"] == "customer").unwrap();
    customer["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_report_is_found_by_every_reference_and_is_itself_a_leaf() {
    let (place, id) = with_two();
    let number = customer(&line("orders.jsonl", 1));
    let external = "ORD-2026-000101".to_owned();
    for reference in [id.as_str(), &external, &number] {
        let told = place.data(&["subject", "report", reference]);
        assert_eq!(told["cases"][0]["id"], json!(id), "{reference}");
        assert_eq!(told["cases"][0]["state"], "cancelled");
    }
    // Not on the command line, where every process can see it.
    let told = place.run_with(&["subject", "report", "-"], &format!("{number}\n")).code(0);
    assert!(told.out.contains("avbrutet") && !told.out.contains(&number), "{}", told.out);
    let log = place.data(&["log", "list"]);
    let reads: Vec<_> = log["leaves"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|leaf| leaf["leaf"]["what"] == "subject-report")
        .collect();
    assert_eq!(reads.len(), 4);
    assert_eq!(reads[0]["leaf"]["actor"], "privacy");
    let nobody = place.run(&["subject", "report", "cust-0000000"]).code(2);
    assert!(!nobody.err.contains("cust-0000000"), "a reference is never repeated");
    place.run(&["subject", "report", &number, "--client", "somebody"]).code(2);
}

#[test]
fn erasing_is_refused_while_a_case_is_open_and_says_what_to_do() {
    let (place, _) = with_two();
    let number = customer(&line("orders.jsonl", 2));
    let open = case_of(&place, "ORD-2026-000102");
    let refused = place.run(&["subject", "erase", &number, "--reason", "request"]).code(1);
    assert!(refused.err.contains(&open) && refused.err.contains("case cancel"), "{}", refused.err);
    for reason in ["retention", "because", ""] {
        let ended = place.run(&["subject", "erase", &number, "--reason", reason]).code(2);
        assert!(ended.err.contains("legal-obligation"), "{}", ended.err);
    }
    place.run(&["case", "cancel", &open]).code(0);
    let erased = place.data(&["subject", "erase", &number, "--reason", "request"]);
    assert_eq!((&erased["cases"], &erased["toBeTold"]), (&json!(1), &json!([])));
    place.run(&["subject", "report", &number]).code(2);
    place.run(&["subject", "erase", &number, "--reason", "request"]).code(2);
    assert_eq!(place.data(&["log", "verify"])["kinds"]["erasure"], json!(1));
}

#[test]
fn a_kill_within_an_erasure_leaves_it_to_the_next_start() {
    let (place, id) = with_two();
    let killed = place
        .command(&["subject", "erase", &id, "--reason", "request"])
        .env("SLUSS_CRASH_AT", "erasure-listed")
        .output()
        .unwrap();
    assert_eq!(killed.status.code(), None, "a signal ended it");
    assert_eq!(fs::read_to_string(place.state().join("erased.list")).unwrap().lines().count(), 1);
    place.run(&["subject", "report", &id]).code(2);
    let report = place.data(&["log", "verify"]);
    assert_eq!((&report["sound"], &report["kinds"]["erasure"]), (&json!(true), &json!(1)));
}

#[test]
fn a_kill_within_a_rotation_loses_no_key_and_the_next_ends_it() {
    for point in ["epoch-begun", "epoch-rewrapped"] {
        let (place, _) = with_two();
        let killed =
            place.command(&["key", "rotate"]).env("SLUSS_CRASH_AT", point).output().unwrap();
        assert_eq!(killed.status.code(), None, "a signal ended it");
        let listed = place.data(&["key", "list"]);
        assert_eq!(listed["epochs"].as_array().unwrap().len(), 2, "{point}");
        // Everything opens: an order of the same customer, and the case that waits.
        let again = line("orders.jsonl", 2).replace("ORD-2026-", "ORD-2027-");
        place.run_with(&["order", "submit", "-"], &again).code(0);
        let rotated = place.data(&["key", "rotate"]);
        assert_eq!((&rotated["epoch"], &rotated["destroyed"]), (&json!(2), &json!(1)));
        let listed = place.data(&["key", "list"]);
        assert_eq!(
            listed["epochs"],
            json!([{
                "epoch": 2,
                "since": listed["epochs"][0]["since"],
                "subjects": 2
            }])
        );
        for case in place.cases() {
            place.run(&["subject", "report", case["id"].as_str().unwrap()]).code(0);
        }
        assert_eq!(place.data(&["log", "verify"])["kinds"]["key"], json!(1));
    }
}

#[test]
fn keys_turn_and_persons_are_erased_beside_a_serving_process() {
    let (place, id) = with_two();
    let mut serving = Running::start(place.command(&["serve", "--no-worker"]));
    serving.address();
    for epoch in 2..5 {
        let rotated = place.data(&["key", "rotate"]);
        assert_eq!((&rotated["epoch"], &rotated["subjects"]), (&json!(epoch), &json!(2)));
        assert_eq!(rotated["tracesInWriteAheadLog"], false);
    }
    let erased = place.data(&["subject", "erase", &id, "--reason", "unlawful"]);
    assert_eq!(erased["tracesInWriteAheadLog"], false);
    assert_eq!(serving.stop().code, 0);
    assert_eq!(place.data(&["log", "verify"])["sound"], true);
}

#[test]
fn retention_says_what_is_kept_and_what_is_due() {
    let (place, _) = with_two();
    let report = place.data(&["retention", "report"]);
    assert_eq!(
        (&report["kept"], &report["due"], &report["overdue"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert!(report["next"].is_string());
    assert_eq!(place.data(&["retention", "run"])["wiped"], 0);
    // As it stands after two months without a worker.
    let database = Connection::open(place.state().join("sluss.db")).unwrap();
    let two_months = 60 * 86_400 * 1_000_000_i64;
    let aged = "UPDATE case_ SET changed_us = changed_us - ?1 WHERE state = 'cancelled'";
    assert_eq!(database.execute(aged, [two_months]).unwrap(), 1);
    let overdue = place.run(&["retention", "report"]).code(1);
    assert!(overdue.out.contains("1 overdue"), "{}", overdue.out);
    let audit = place.run(&["log", "audit", "--format", "json"]).code(1);
    assert!(audit.out.contains("retention-overdue"), "{}", audit.out);
    assert_eq!(place.data(&["retention", "run"])["wiped"], 1);
    assert_eq!(place.data(&["retention", "report"])["kept"], 0);
    let audit = place.run(&["log", "audit", "--format", "json"]);
    assert!(!audit.out.contains("retention-overdue"), "{}", audit.out);
    place.replace("sluss.toml", "case_days = ", "case_days = 0");
    place.run(&["retention", "report"]).code(2);
}

#[test]
fn what_is_no_receipt_is_told() {
    let place = Place::new();
    let file = place.write("kvitto.json", "{\"format\": \"sluss-receipt/1\"}");
    let refused = place.run(&["log", "verify", file.to_str().unwrap()]).code(1);
    assert!(refused.out.contains("REFUSED"), "{}", refused.out);
    assert!(!place.state().exists(), "looking at a receipt makes no state");
}

#[test]
fn receipts_are_verified_by_whoever_has_them_also_after_erasure() {
    let place = Place::new();
    place.run(&["demo"]).code(0);
    let folder = place.path("kvitton");
    let dir = folder.to_str().unwrap();
    let order = "ORD-2026-000101";
    let written = place.data(&["subject", "report", order, "--receipts", dir]);
    let count = written["receipts"].as_array().unwrap().len();
    assert!(count >= 1);
    assert_eq!(json!(count), written["disclosures"]);
    let keys = place.data(&["log", "checkpoint", "--key"]);
    let word = |name: &str| keys[name].as_str().unwrap().to_owned();
    let (key, fingerprint) = (word("key"), word("fingerprint"));
    place.run(&["subject", "erase", order, "--reason", "request"]).code(0);
    place.run(&["subject", "report", order]).code(2);
    // Somebody else's machine: no configuration, no state.
    fs::remove_dir_all(place.config()).unwrap();
    fs::remove_dir_all(place.state()).unwrap();
    for arguments in [vec!["log", "verify", dir], vec!["log", "verify", dir, "--key", &key]] {
        let told = place.data(&arguments);
        let receipts = told["receipts"].as_array().unwrap();
        assert_eq!((receipts.len(), &told["refused"]), (count, &json!(0)));
        assert_eq!(receipts[0]["recipient"], "GlobalConnect AB");
        assert!(receipts[0]["opened"].as_array().unwrap().contains(&json!("access.id")));
    }
    let verify =
        |fingerprint: &str| place.run(&["log", "verify", dir, "--fingerprint", fingerprint]);
    verify(&fingerprint).code(0);
    verify(&"ab".repeat(32)).code(1);
    let first = written["receipts"][0].as_str().unwrap();
    let path = folder.join(first);
    let told = place.run(&["log", "verify", path.to_str().unwrap()]).code(0).out;
    assert!(told.contains("Jämför den med den publicerade"), "{told}");
    let forged =
        fs::read_to_string(&path).unwrap().replace("\\\"attempt\\\":1", "\\\"attempt\\\":2");
    fs::write(&path, forged).unwrap();
    let refused = place.run(&["log", "verify", dir]).code(1).out;
    assert_eq!(refused.matches("REFUSED").count(), 1, "{refused}");
}
