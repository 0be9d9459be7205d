//! The real program with each of its file operations failed in turn by the kernel's own hand, and
//! everything stored derived anew behind it.

use std::process::Command;

use serde_json::json;

use super::*;

/// What a store does to its files.
const CALLS: [&str; 8] =
    ["openat", "pwrite64", "write", "fdatasync", "fsync", "rename", "ftruncate", "unlink"];

/// Which of them, counted from the first: each early one, and some later.
const TURNS: [u32; 5] = [1, 2, 3, 5, 9];

/// The files that count; the loader and the configuration are not the subject.
const FILES: [&str; 9] = [
    "sluss.db",
    "sluss.db-wal",
    "sluss.db-shm",
    "keys.db",
    "keys.db-wal",
    "keys.db-shm",
    "checkpoint",
    "checkpoint.new",
    "halted",
];

/// Runs a command with the n-th of these calls on our files failed; whether one was, and how the
/// command ended.
fn traced(place: &Place, call: &str, error: &str, turn: u32, arguments: &[&str]) -> (bool, bool) {
    let program = place.command(arguments);
    let trace = place.path("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(&trace).args(["-e", &format!("trace={call}")]);
    command.args(["-e", &format!("inject={call}:error={error}:when={turn}")]);
    for file in FILES {
        command.arg("-P").arg(place.state().join(file));
    }
    command.arg(program.get_program()).args(program.get_args());
    command.current_dir(crate::cli::root());
    let output = command.output().unwrap();
    let traced = std::fs::read_to_string(&trace).unwrap();
    (traced.contains("(INJECTED)"), output.status.success())
}

#[test]
fn whichever_file_operation_fails_the_log_stays_sound() {
    let place = place();
    let mut injected = 0;
    let mut size = 0;
    for call in CALLS {
        for error in ["EIO", "ENOSPC"] {
            for turn in TURNS {
                let external = format!("ORD-{call}-{error}-{turn}");
                let file = place.write("order.json", &order(&external));
                let submit = ["order", "submit", file.to_str().unwrap()];
                let (failed, kept) = traced(&place, call, error, turn, &submit);
                let (again, _) = traced(&place, call, error, turn, &["work", "--once"]);
                injected += u32::from(failed) + u32::from(again);
                let at = format!("{call} {error} {turn}");
                let findings = sound(&place);
                assert_eq!(findings["halted"], json!(null), "{at}: no trust was lost");
                let now = findings["size"].as_u64().unwrap();
                assert!(now >= size, "{at}: the log has become shorter");
                size = now;
                if kept {
                    let again = place.run(&submit).code(0);
                    assert!(
                        again.out.contains("handed in before"),
                        "{at}: accepted is kept {again:?}"
                    );
                }
                if !failed && !again {
                    break;
                }
            }
        }
    }
    assert!(injected >= 20, "{injected} operations were failed");
    place.run(&["log", "verify"]).code(0);
}
