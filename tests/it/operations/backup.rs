//! Backups: whole, sealed, made while others go on; restored only where nothing was signed behind them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{Ended, Place, line};
use crate::postgres::lose;

/// Orders in keeping, one of them tried in vain, and a leaf or two.
fn place() -> Place {
    let place = Place::unreachable();
    for number in [1, 2] {
        place.run_with(&["order", "submit", "-"], &line("orders.jsonl", number)).code(0);
    }
    place.run(&["work", "--once"]).code(0);
    place
}

fn backup(place: &Place, name: &str) -> PathBuf {
    let file = place.path(name);
    place.run(&["backup", file.to_str().unwrap()]).code(0);
    file
}

fn restore(place: &Place, file: &Path, arguments: &[&str]) -> Ended {
    let all = [&["restore", file.to_str().unwrap()], arguments].concat();
    place.run(&all)
}

fn signed(place: &Place) -> Vec<u8> {
    fs::read(place.state().join("checkpoint")).unwrap()
}

#[track_caller]
fn sound(place: &Place) {
    assert_eq!(place.data(&["log", "fsck"])["sound"], true);
    assert_eq!(place.data(&["log", "verify"])["sound"], true);
}

#[test]
fn what_was_backed_up_comes_back_and_goes_on() {
    let place = place();
    let before = place.data(&["case", "list"]);
    let file = backup(&place, "backup");
    let bytes = fs::read(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // Two lines are there to be read, and name nobody.
    assert!(bytes.starts_with(b"sluss backup 1\n{\"sluss\":"));
    let order: Value = serde_json::from_str(&line("orders.jsonl", 1)).unwrap();
    for told in [order["externalId"].as_str().unwrap(), "Lindqvist", "globalconnect", "STTA0001"] {
        let found = bytes.windows(told.len()).any(|bytes| bytes == told.as_bytes());
        assert!(!found, "{told} stands in the backup");
    }
    let refused = place.run(&["backup", file.to_str().unwrap()]).code(1);
    assert!(refused.err.contains("is not empty"), "{refused:?}");
    let checked = place.data(&["restore", file.to_str().unwrap(), "--check"]);
    assert_eq!(checked["restorable"], true, "{checked}");
    // It is there still.
    let refused = restore(&place, &file, &[]).code(1);
    assert!(refused.err.contains("is not empty"), "{refused:?}");

    let checkpoint = signed(&place);
    lose(&place.state());
    let restored = restore(&place, &file, &[]).code(0);
    assert!(restored.out.contains("is restored"), "{restored:?}");
    assert_eq!(signed(&place), checkpoint);
    assert_eq!(place.data(&["case", "list"]), before);
    sound(&place);
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 3)).code(0);
    let again = place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    assert!(again.out.contains("handed in before"), "{again:?}");
    place.run(&["work", "--once"]).code(0);
    sound(&place);
}

#[test]
fn a_backup_behind_the_last_checkpoint_is_not_restored() {
    let place = place();
    let file = backup(&place, "backup");
    // Somebody looks, which is a leaf.
    place.run(&["log", "list"]).code(0);
    let newest = signed(&place);
    let checked = restore(&place, &file, &["--check", "--format", "json"]).code(1).json();
    assert_eq!(checked["restorable"], false, "{checked}");
    lose(&place.state());
    for arguments in [&[][..], &["--checkpoint", file.to_str().unwrap()]] {
        let refused = restore(&place, &file, arguments).code(1);
        assert!(refused.err.contains("sluss: the backup"), "{refused:?}");
    }
    let refused = restore(&place, &file, &[]).code(1);
    assert!(refused.err.contains("what was sent since would vanish"), "{refused:?}");
    assert_eq!(signed(&place), newest, "never set back");
    // Nothing was put in place: a start finds a log that is lost.
    place.run(&["work", "--once"]).code(1);
}

#[test]
fn where_the_checkpoint_is_lost_somebody_must_have_the_newest() {
    let place = place();
    let file = backup(&place, "backup");
    let (own, path) = (signed(&place), place.state().join("checkpoint"));
    place.run(&["log", "list"]).code(0);
    let newer = place.write("newer", &String::from_utf8(signed(&place)).unwrap());
    let own = place.write("own", &String::from_utf8(own).unwrap());
    lose(&place.state());
    fs::remove_file(&path).unwrap();
    let refused = restore(&place, &file, &[]).code(1);
    assert!(refused.err.contains("--checkpoint"), "{refused:?}");
    let refused = restore(&place, &file, &["--checkpoint", newer.to_str().unwrap()]).code(1);
    assert!(refused.err.contains("what was sent since would vanish"), "{refused:?}");
    let forged = fs::read_to_string(&own).unwrap().replace("\n\n", "\nx\n\n");
    let forged = place.write("forged", &forged);
    let refused = restore(&place, &file, &["--checkpoint", forged.to_str().unwrap()]).code(1);
    assert!(refused.err.contains("not signed by this log"), "{refused:?}");
    assert!(!path.exists());
    restore(&place, &file, &["--checkpoint", own.to_str().unwrap()]).code(0);
    assert_eq!(fs::read(&path).unwrap(), fs::read(&own).unwrap());
    sound(&place);
}

#[test]
fn whatever_kills_it_the_same_command_restores() {
    let place = place();
    let file = backup(&place, "backup");
    let before = place.data(&["case", "list"]);
    lose(&place.state());
    for point in ["carried", "carried-log"] {
        let mut command = place.command(&["restore", file.to_str().unwrap()]);
        let ended = command.env("SLUSS_CRASH_AT", point).output().unwrap();
        assert!(ended.status.signal().is_some(), "{point}: {ended:?}");
        // Half a store is none.
        assert_ne!(place.run(&["case", "list"]).code, 0, "{point}");
    }
    restore(&place, &file, &[]).code(0);
    // On a server a look is a start, and a start finds a log that is lost.
    if place.state().join("halted").exists() {
        place.run(&["log", "resume", "--reason", "backup-restored"]).code(0);
    }
    assert_eq!(place.data(&["case", "list"]), before);
    sound(&place);
}

#[test]
fn who_is_on_the_list_of_the_erased_does_not_come_back() {
    let place = place();
    let cases = place.cases();
    let case = cases[0]["id"].as_str().unwrap();
    place.run(&["case", "cancel", case]).code(0);
    let file = backup(&place, "backup");
    // Killed as soon as the list has it: neither key store nor log know of it.
    let mut command = place.command(&["subject", "erase", case, "--reason", "request"]);
    let ended = command.env("SLUSS_CRASH_AT", "erasure-listed").output().unwrap();
    assert!(ended.status.signal().is_some(), "{ended:?}");
    lose(&place.state());
    restore(&place, &file, &[]).code(0);
    let report = place.run(&["subject", "report", case]);
    assert!(!report.out.contains("GlobalConnect"), "{report:?}");
    sound(&place);

    // And the list comes with the backup, where the file is lost.
    let file = backup(&place, "second");
    let list = fs::read(place.state().join("erased.list")).unwrap();
    assert!(!list.is_empty());
    lose(&place.state());
    fs::remove_file(place.state().join("erased.list")).unwrap();
    restore(&place, &file, &[]).code(0);
    assert_eq!(fs::read(place.state().join("erased.list")).unwrap(), list);
}

#[test]
fn what_was_changed_or_cut_or_is_of_another_deployment_is_refused() {
    let (place, other) = (place(), place());
    let file = backup(&place, "backup");
    let bytes = fs::read(&file).unwrap();
    let second_line = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let ends = bytes[second_line..].iter().position(|&byte| byte == b'\n').unwrap() + second_line;
    let refused = |name: &str, bytes: &[u8], why: &str| {
        let damaged = place.path(name);
        fs::write(&damaged, bytes).unwrap();
        let ended = restore(&place, &damaged, &["--check"]).code(1);
        assert!(ended.err.contains(why), "{name}: {ended:?}");
    };
    let changed = |at: usize| {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        changed
    };
    refused("body", &changed(ends + 100), "damaged or cut off");
    refused("end", &changed(bytes.len() - 1), "damaged or cut off");
    refused("cut", &bytes[..bytes.len() - 20], "damaged or cut off");
    refused("head", &bytes[..40], "no backup of sluss");
    refused("none", b"SQLite format 3\0", "no backup of sluss");
    // The head is vouched for, too: another number of leaves is another head.
    let text = String::from_utf8_lossy(&bytes[second_line..ends]).into_owned();
    let head = text.replacen("\"size\":", "\"size\":1", 1);
    let forged = [&bytes[..second_line], head.as_bytes(), &bytes[ends..]].concat();
    refused("forged", &forged, "the backup cannot be used");
    let theirs = restore(&other, &file, &["--check"]).code(1);
    assert!(theirs.err.contains("it is of the log"), "{theirs:?}");
}

#[test]
fn a_backup_that_is_made_while_orders_come_in_is_of_one_moment() {
    let place = place();
    let mut order: Value = serde_json::from_str(&line("orders.jsonl", 1)).unwrap();
    let mut lines = |name: &str| -> String {
        let each = (0..40).map(|number| {
            order["externalId"] = format!("{name}-{number}").into();
            format!("{order}\n")
        });
        each.collect()
    };
    let all = ["EN", "ANNAN", "TREDJE"].map(&mut lines);
    let files: Vec<PathBuf> = std::thread::scope(|scope| {
        for lines in &all {
            scope.spawn(|| place.run_with(&["order", "submit", "-"], lines).code(0));
        }
        (0..3).map(|number| backup(&place, &format!("backup-{number}"))).collect()
    });
    for file in files {
        // Everything in it verifies; whether it is the newest is another question.
        let checked = restore(&place, &file, &["--check"]);
        assert!(checked.out.contains("is whole"), "{checked:?}");
    }
    let file = backup(&place, "last");
    let before = place.data(&["case", "list", "--limit", "1000"]);
    assert_eq!(before["cases"].as_array().unwrap().len(), 122);
    lose(&place.state());
    restore(&place, &file, &[]).code(0);
    assert_eq!(place.data(&["case", "list", "--limit", "1000"]), before);
}
