//! Files that are unlinked or replaced under a service that runs, and processes that share them.

use std::fs;

use serde_json::json;

use super::*;

/// Gives the file back its name, and the service another start: trust was lost, and only a person
/// gives it back.
fn put_back_and_resume(place: &Place, reason: &str, put_back: impl FnOnce()) {
    put_back();
    let (running, address) = serve(place);
    stopped(&address, reason);
    running.stop().code(0);
    // Looking is allowed, and finds nothing wrong.
    assert_eq!(sound(place)["halted"], reason);
    let before = place.data(&["log", "verify"])["size"].clone();
    resume(place, "Files Restored").code(2);
    resume(place, "files-restored").code(0);
    let leaf = place.data(&["log", "show", &before.to_string()])["leaf"].clone();
    assert_eq!(
        (&leaf["kind"], &leaf["halted"], &leaf["reason"], &leaf["actor"]),
        (&json!("resume"), &json!(reason), &json!("files-restored"), &json!("operations"))
    );
    let (running, address) = serve(place);
    running_again(&address, "ORD-AFTER");
    running.stop().code(0);
    sound(place);
    let ended = resume(place, "files-restored").code(1);
    assert!(ended.err.contains("not halted"), "{ended:?}");
}

#[test]
fn a_file_that_is_unlinked_while_running_stops_everything() {
    for name in ["sluss.db", "sluss.db-wal", "sluss.db-shm", "keys.db", "keys.db-wal"] {
        let place = place();
        let (running, address) = serve(&place);
        running_again(&address, "ORD-2");
        let (file, aside) = (place.state().join(name), place.path("aside"));
        fs::rename(&file, &aside).unwrap();
        stopped(&address, "log-unlinked");
        // Back under its name as if nothing had been: it was seen.
        fs::rename(&aside, &file).unwrap();
        stopped(&address, "log-unlinked");
        running.stop().code(0);
        put_back_and_resume(&place, "log-unlinked", || ());
    }
}

#[test]
fn a_file_that_is_replaced_while_running_stops_everything() {
    for name in ["sluss.db", "sluss.db-wal", "keys.db"] {
        let place = place();
        let (running, address) = serve(&place);
        let (file, aside) = (place.state().join(name), place.path("aside"));
        fs::copy(&file, file.with_extension("copy")).unwrap();
        fs::rename(&file, &aside).unwrap();
        fs::rename(file.with_extension("copy"), &file).unwrap();
        stopped(&address, "log-replaced");
        fs::rename(&aside, &file).unwrap();
        running.stop().code(0);
        put_back_and_resume(&place, "log-replaced", || ());
    }
}

#[test]
fn a_checkpoint_that_is_lost_while_running_stops_everything() {
    let place = place();
    // Without a worker: one that moves the file just then puts it back, and nothing was lost.
    let mut running = Running::start(place.command(&["serve", "--no-worker"]));
    let address = running.door(&place.state());
    let (file, aside) = (place.state().join("checkpoint"), place.path("aside"));
    fs::rename(&file, &aside).unwrap();
    // It is looked at when it is to be moved, and when a store is opened.
    place.run(&["log", "list"]);
    stopped(&address, "checkpoint-lost");
    running.stop().code(0);
    assert!(!file.exists(), "no other is begun");
    put_back_and_resume(&place, "checkpoint-lost", || fs::rename(&aside, &file).unwrap());
}

#[test]
fn what_one_process_has_noticed_stops_the_others() {
    let place = place();
    let (one, address) = serve(&place);
    let (other, elsewhere) = serve(&place);
    running_again(&address, "ORD-2");
    running_again(&elsewhere, "ORD-3");
    // A marker is all that they have in common, whoever has written it, and also where nobody
    // understands it.
    fs::write(place.state().join("halted"), "\u{fffd}").unwrap();
    stopped(&address, "log-changed");
    stopped(&elsewhere, "log-changed");
    // Neither has noticed anything itself: both go on when a person has resumed.
    resume(&place, "marker-looked-at").code(0);
    running_again(&address, "ORD-4");
    running_again(&elsewhere, "ORD-5");
    one.stop().code(0);
    other.stop().code(0);
    sound(&place);
}

#[test]
fn two_processes_append_to_one_log() {
    let place = place();
    let before = place.data(&["log", "verify"])["size"].as_u64().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..4).for_each(|_| drop(place.run(&["log", "list"]).code(0))));
        }
    });
    let after = place.data(&["log", "verify"]);
    assert_eq!((&after["sound"], &after["size"]), (&json!(true), &json!(before + 12)));
    sound(&place);
}
