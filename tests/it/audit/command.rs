//! `sluss log audit` as whoever runs it sees it.

use crate::cli::Place;

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
