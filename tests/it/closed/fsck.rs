//! `sluss log fsck` finds every change that somebody with the files in hand can make.

use rusqlite::Connection;

use super::*;

/// A place with a disclosure that came to nothing, one that is open, a policy, reads.
fn full() -> Place {
    let place = place();
    place.run(&["work", "--once"]).code(0);
    place.run_with(&["order", "submit", "-"], &order("ORD-2")).code(0);
    let mut command = place.command(&["work", "--once"]);
    // Killed behind the commit: what was recorded has no outcome.
    command.env("SLUSS_CRASH_AT", "recorded");
    assert!(!command.status().unwrap().success());
    place
}

#[test]
fn a_sound_store_is_sound() {
    let place = full();
    let findings = sound(&place);
    assert_eq!(findings["openIntents"], 1, "{findings}");
    assert!(findings["size"].as_u64() > Some(5) && findings["checkpoints"].as_u64() > Some(3));
    let text = place.run(&["log", "fsck"]).code(0);
    assert!(text.out.starts_with("The store is sound: "), "{text:?}");
}

#[test]
fn whatever_is_changed_is_found() {
    let place = full();
    let intact = place.path("intact");
    copy(&place.state(), &intact);
    let kind = |kind: &str| format!("(SELECT min(idx) FROM leaf WHERE kind = '{kind}')");
    let (intent, outcome) = (kind("intent"), kind("outcome"));
    for (sql, expected) in [
        // A leaf in the middle: its body, its hash, what stands beside it, the leaf itself.
        (format!("UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), '2.6', '2.5') AS BLOB) WHERE idx = {intent}"), "the body does not have the hash"),
        (format!("UPDATE leaf SET hash = zeroblob(32) WHERE idx = {intent}"), "the body does not have the hash"),
        (format!("UPDATE leaf SET body = x'7b7d' WHERE idx = {intent}"), "no well-formed member"),
        (format!("UPDATE leaf SET kind = 'hold' WHERE idx = {intent}"), "id or kind"),
        (format!("UPDATE leaf SET id = zeroblob(16) WHERE idx = {intent}"), "id or kind"),
        (format!("DELETE FROM leaf WHERE idx = {intent}; UPDATE leaf SET idx = 900 WHERE idx = 0"), "log-changed"),
        // What was derived from them.
        ("UPDATE node SET hash = zeroblob(32) WHERE place = 0".to_owned(), "node 0 of level 1"),
        ("INSERT INTO node VALUES (9999, zeroblob(32))".to_owned(), "nodes above the leaves"),
        ("DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint); INSERT INTO checkpoint SELECT 1, note FROM checkpoint LIMIT 1".to_owned(), "the checkpoint of 1 leaves"),
        ("UPDATE checkpoint SET note = replace(note, char(10), char(10) || 'x') WHERE size = 2".to_owned(), "the checkpoint of 2 leaves"),
        ("UPDATE head SET last_us = last_us + 5000000".to_owned(), "the head"),
        (format!("UPDATE entry SET facets = 7 WHERE idx = {intent}"), "what it is found by"),
        (format!("UPDATE entry SET day = 20000101 WHERE idx = {outcome}"), "what it is found by"),
        ("UPDATE entry SET ending = 3 WHERE ending IN (1, 4)".to_owned(), "what it is found by"),
        ("UPDATE tally SET total = total + 1 WHERE facets = (SELECT min(facets) FROM tally)".to_owned(), "the counts"),
        ("INSERT INTO entry VALUES (9999, 7, 0, 20260301)".to_owned(), "the counts"),
        // What others say of the log.
        (format!("UPDATE case_ SET intent = {outcome} WHERE intent IS NOT NULL"), "is not an open intent"),
        ("UPDATE case_ SET intent_hash = zeroblob(32) WHERE intent IS NOT NULL".to_owned(), "is not an open intent"),
        ("UPDATE case_ SET state = 'accepted', intent = NULL, intent_hash = NULL, intent_us = NULL WHERE intent IS NOT NULL".to_owned(), "no case waits"),
        ("DELETE FROM policy WHERE recipient = 'ip-only'".to_owned(), "policy"),
        ("UPDATE policy SET canonical = x'7b7d' WHERE recipient = 'ip-only'".to_owned(), "policy"),
    ] {
        std::fs::remove_dir_all(place.state()).unwrap();
        copy(&intact, &place.state());
        let rows = Connection::open(place.state().join("sluss.db")).unwrap();
        rows.execute_batch(
            "DROP TRIGGER leaf_is_never_changed; DROP TRIGGER leaf_is_never_deleted;
             PRAGMA foreign_keys = OFF",
        )
        .unwrap();
        rows.execute_batch(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(rows);
        let ended = place.run(&["log", "fsck"]).code(1);
        // What shows at the first look is not even opened.
        let told = format!("{}{}", ended.out, ended.err);
        assert!(told.contains("NOT SOUND") || told.contains("cannot be trusted"), "{sql}: {told}");
        assert!(told.contains(expected), "{sql}: {told}");
        assert!(!ended.out.contains("Astrid"), "{ended:?}");
    }
}

#[test]
fn a_copy_of_another_tree_is_found() {
    let place = place();
    let (file, aside) = (place.state().join("checkpoint"), place.path("aside"));
    std::fs::copy(&file, &aside).unwrap();
    let (running, address) = serve(&place);
    running_again(&address, "ORD-2");
    // Behind is where every copy is for a moment; not signed is what it never is.
    std::fs::copy(&aside, &file).unwrap();
    sound(&place);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen('\n', "\n1", 1)).unwrap();
    let ended = place.run(&["log", "fsck"]).code(1);
    assert!(ended.err.contains("checkpoint-lost"), "{ended:?}");
    drop(running);
}
