//! `sluss log`: looking, proving, verifying, and what tampering gets.

use rusqlite::Connection;
use serde_json::json;

use super::{Place, line};

/// A place whose log has a hold, a release and a cancellation in it: leaves 0, 1 and 2.
fn with_a_log() -> Place {
    let place = Place::new();
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    let id = place.cases()[0]["id"].as_str().unwrap().to_owned();
    for verb in ["hold", "release", "cancel"] {
        place.run(&["case", verb, &id]).code(0);
    }
    place
}

fn size(place: &Place) -> u64 {
    place.data(&["log", "verify"])["size"].as_u64().unwrap()
}

#[test]
fn looking_is_itself_a_leaf() {
    let place = with_a_log();
    assert_eq!(size(&place), 3);
    let listed = place.data(&["log", "list"]);
    let kinds: Vec<_> = listed["leaves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["leaf"]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["hold", "release", "release"]);
    assert_eq!(size(&place), 4);
    assert_eq!(place.data(&["log", "show", "3"])["leaf"]["kind"], "read");
    assert_eq!(size(&place), 5);
    let page = place.data(&["log", "list", "--from", "1", "--limit", "1"]);
    assert_eq!(page["leaves"].as_array().unwrap().len(), 1);
    assert_eq!(page["leaves"][0]["index"], 1);
    place.run(&["log", "list"]).code(0);
    place.run(&["log", "show", "0"]).code(0);
    assert_eq!(place.data(&["log", "verify"])["kinds"]["read"], json!(5));
}

#[test]
fn who_has_looked_is_told_by_the_log() {
    let place = with_a_log();
    assert_eq!(place.data(&["log", "access"])["reads"], json!([]));
    place.run(&["log", "list", "--from", "1"]).code(0);
    place.run(&["log", "show", "2"]).code(0);
    let told = place.data(&["log", "access"]);
    let reads: Vec<_> = told["reads"].as_array().unwrap().iter().collect();
    let what: Vec<_> = reads.iter().map(|read| read["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["access", "list", "show"]);
    assert_eq!((&reads[1]["first"], &reads[1]["count"]), (&json!(1), &json!(3)));
    let text = place.run(&["log", "access"]).code(0).out;
    assert!(text.contains("operations  show      1 leaves from 2"), "{text}");
}

#[test]
fn proofs_and_checkpoints_are_given_for_what_is_there() {
    let place = with_a_log();
    let checkpoint = place.run(&["log", "checkpoint"]).code(0).out;
    assert!(checkpoint.starts_with("sluss.example/disclosures\n3\n"), "{checkpoint}");
    let told = place.data(&["log", "checkpoint"]);
    assert_eq!(told["checkpoint"].as_str().unwrap().trim_end(), checkpoint.trim_end());
    let proof = place.data(&["log", "prove", "1"]);
    assert_eq!((&proof["index"], &proof["size"]), (&json!(1), &json!(3)));
    // That it was proved is the log's next leaf, outside of the tree of the proof.
    let read = place.data(&["log", "show", "3"]);
    assert_eq!((&read["leaf"]["what"], &read["leaf"]["first"]), (&json!("prove"), &json!(1)));
    let receipt = place.run(&["log", "prove", "1", "--size", "3"]).code(0).out;
    assert_eq!(receipt.trim_end(), proof["receipt"].as_str().unwrap().trim_end());
    assert!(receipt.contains(checkpoint.trim_end()));
    let older = place.data(&["log", "prove", "0", "--size", "2"]);
    assert_eq!(older["size"], 2);

    let key = place.run(&["log", "checkpoint", "--key"]).code(0).out;
    place.run(&["log", "verify", "--key", key.trim()]).code(0);
    let other = with_a_log().run(&["log", "checkpoint", "--key"]).code(0).out;
    place.run(&["log", "verify", "--key", other.trim()]).code(1);

    for arguments in [
        &["log", "show", "99"][..],
        &["log", "show", "9007199254740991"],
        &["log", "show", "9007199254740992"],
        &["log", "prove", "18446744073709551615"],
        &["log", "checkpoint", "--size", "18446744073709551615"],
        &["log", "prove", "30"],
        &["log", "prove", "2", "--size", "2"],
        &["log", "prove", "0", "--size", "99"],
        &["log", "checkpoint", "--size", "99"],
    ] {
        place.run(arguments).code(2);
    }
    assert_eq!(place.data(&["log", "list", "--from", "9007199254740991"])["leaves"], json!([]));
}

#[test]
fn an_edited_leaf_is_found_and_named() {
    let place = with_a_log();
    place.run(&["log", "verify"]).code(0);
    let database = Connection::open(place.state().join("sluss.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER leaf_is_never_changed;
             UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'released', 'cancelled') AS BLOB)
             WHERE idx = 1;",
        )
        .unwrap();
    assert_eq!(database.changes(), 1);
    drop(database);
    let ended = place.run(&["log", "verify"]).code(1);
    assert!(ended.out.contains("NOT SOUND") && ended.out.contains("leaf 1:"), "{ended:?}");
    let report = place.run(&["log", "verify", "--format", "json"]).code(1).json();
    assert_eq!(report["sound"], false);
    let faults = report["faults"].as_array().unwrap();
    assert!(faults.iter().any(|fault| fault["index"] == 1), "{report}");
}

#[test]
fn a_leaf_that_is_gone_is_found() {
    let place = with_a_log();
    let database = Connection::open(place.state().join("sluss.db")).unwrap();
    database
        .execute_batch("DROP TRIGGER leaf_is_never_deleted; DELETE FROM leaf WHERE idx = 1;")
        .unwrap();
    drop(database);
    let ended = place.run(&["log", "verify"]).code(1);
    assert!(ended.out.contains("NOT SOUND") || ended.err.contains("log"), "{ended:?}");
}
