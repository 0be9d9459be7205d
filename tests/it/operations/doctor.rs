//! The doctor: finds what would go wrong, says nothing to anybody.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::cli::{Place, line};
use crate::crash::Deployed;

/// The results of one kind.
fn of(told: &Value, check: &str) -> Vec<(String, String)> {
    let checks = told["checks"].as_array().unwrap().iter();
    let found = checks.filter(|one| one["check"] == check);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.map(|one| (text(&one["result"]), text(&one["what"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_well_it_says_so_and_recipients_hear_nothing() {
    let deployed = Deployed::start().await;
    let output = deployed.command(&["doctor"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["faults"], 0, "{told}");
    let reached = of(&told, "recipient");
    assert_eq!(reached.len(), 2, "{told}");
    assert!(reached.iter().all(|(result, _)| result == "ok"), "{told}");
    assert!(of(&told, "clock").iter().all(|(result, _)| result == "ok"), "{told}");
    assert!(of(&told, "store")[0].1.contains("SQL"), "{told}");
    assert!(deployed.sandbox.received().is_empty(), "nothing was asked or sent");
}

#[test]
fn what_is_wrong_is_named_and_counts() {
    let place = Place::unreachable();
    let fresh = place.run(&["doctor", "--offline"]).code(1);
    assert!(fresh.out.contains("the first start makes it"), "{fresh:?}");
    // What operators ask with is not there.
    assert!(fresh.out.contains("globalconnect-inbound"), "{fresh:?}");
    for recipient in ["globalconnect", "ip-only"] {
        place.write(&format!("config/secrets/{recipient}-inbound"), "word");
    }
    place.run_with(&["order", "submit", "-"], &line("orders.jsonl", 1)).code(0);
    place.run(&["doctor", "--offline"]).code(0);
    let unreachable = place.run(&["doctor", "--format", "json"]).code(1).json();
    let reached = of(&unreachable, "recipient");
    assert!(reached.iter().all(|(result, _)| result == "fault"), "{unreachable}");
    assert!(reached[0].1.contains("no connection can be made"), "{unreachable}");

    let open = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let key = place.state().join("keys");
    open(&key, 0o755);
    let exposed = place.run(&["doctor", "--offline"]).code(1);
    assert!(exposed.out.contains("chmod go-rwx"), "{exposed:?}");
    open(&key, 0o700);
    let secret = place.config().join("secrets/globalconnect");
    open(&secret, 0o644);
    let exposed = place.run(&["doctor", "--offline"]).code(1);
    assert!(exposed.out.contains("fault   secrets: globalconnect:"), "{exposed:?}");
    open(&secret, 0o600);

    let mut full = place.command(&["doctor", "--offline", "--format", "json"]);
    full.env("SLUSS__STORE__RESERVE_BYTES", "4000000000");
    let told = crate::cli::Ended::of(full.output().unwrap());
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert!(!of(&told, "disk").is_empty(), "{told}");
    fs::write(place.state().join("halted"), "log-changed 2026-11-22T12:00:00Z\n").unwrap();
    let halted = place.run(&["doctor", "--offline"]).code(1);
    assert!(halted.out.contains("fault   log: halted since"), "{halted:?}");
}
