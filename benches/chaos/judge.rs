//! What has become of it all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sluss::domain::{RecipientId, Timestamp};
use sluss::record::message_hash;
use sluss::sandbox::{EffectKind, Sandbox};

use super::crew::Crew;
use super::place::{OPERATORS, Place};
use super::trouble::Window;

const PATIENCE: Duration = Duration::from_mins(20);
const ENDS: [&str; 4] = ["completed", "failed", "rejected", "cancelled"];

fn cases(place: &Place) -> Vec<Value> {
    let (_, told) = place.data(&["case", "list", "--limit", "1000000"]);
    told["cases"].as_array().unwrap().clone()
}

fn by_state(cases: &[Value]) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for case in cases {
        let reason = case["reason"].as_str().map(|reason| format!(" ({reason})"));
        let state = format!("{}{}", case["state"].as_str().unwrap(), reason.unwrap_or_default());
        *states.entry(state).or_default() += 1;
    }
    states
}

/// Waits until every case has ended. What is held a person would let go on: here, everything.
pub(super) fn drained(place: &Place, crew: &mut Crew<'_>) {
    let begun = Instant::now();
    loop {
        crew.wake();
        let cases = cases(place);
        let is = |case: &&Value, states: &[&str]| states.contains(&case["state"].as_str().unwrap());
        if cases.iter().any(|case| case["state"] == "held") {
            println!("held: {:?}", by_state(&cases));
            place.data(&["case", "release", "--all"]);
        }
        if cases.iter().all(|case| is(&case, &ENDS)) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "not all come to an end: {:?}", by_state(&cases));
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Holds what was taken in, what operators have, and the log against each other.
pub(super) fn judge(place: &Place, sandbox: &Sandbox, given: &[String]) {
    let cases = cases(place);
    println!("cases: {:?}", by_state(&cases));
    let known: BTreeSet<&str> =
        cases.iter().filter_map(|case| case["externalId"].as_str()).collect();
    let given: BTreeSet<&str> = given.iter().map(String::as_str).collect();
    assert_eq!(known, given, "what was answered is kept, and nothing else");
    assert_eq!(cases.len(), given.len(), "each is one case");
    let completed = cases.iter().filter(|case| case["state"] == "completed").count();
    assert_eq!(completed, cases.len(), "all were completed");

    let (mut tickets, mut orders) = (0, 0);
    for operator in OPERATORS {
        let mut taken = BTreeMap::new();
        for effect in sandbox.effects(&RecipientId::parse(operator).unwrap()) {
            let is_ticket = effect.kind == EffectKind::Ticket;
            *if is_ticket { &mut tickets } else { &mut orders } += 1;
            let reference = effect.reference.unwrap();
            *taken.entry((is_ticket, reference)).or_insert(0) += 1;
        }
        let twice: Vec<_> = taken.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{operator} has twice: {twice:?}");
    }
    assert_eq!(tickets + orders, cases.len(), "each case is one thing at an operator");
    println!("operators have {orders} orders and {tickets} tickets, nothing twice");

    let messages: Vec<String> = sandbox
        .received()
        .iter()
        .filter(|one| one.is_message)
        .map(|one| {
            let base = sandbox.base_url(&one.recipient).unwrap();
            let base = base.splitn(4, '/').nth(3).unwrap().to_owned();
            let path = one.path.trim_start_matches('/').strip_prefix(&base).unwrap();
            let hash = message_hash(&one.method, path, &without_credentials(&one.body));
            json!({ "recipient": one.recipient.as_str(), "message": hash,
                "received": one.at.rfc3339() })
            .to_string()
        })
        .collect();
    let file = messages.iter().fold(String::new(), |mut file, line| {
        let _ = writeln!(file, "{line}");
        file
    });
    std::fs::write(place.path("received.jsonl"), file).unwrap();
    let (code, log) = place.data(&["log", "verify"]);
    assert_eq!(code, Some(0), "the log does not verify: {log}");
    println!("the log verifies: {}", log["kinds"]);
    let (code, found) = place.data(&["log", "fsck"]);
    assert_eq!(code, Some(0), "what is stored is not sound: {found}");
    let received = place.path("received.jsonl").display().to_string();
    let (code, audit) = place.data(&["log", "audit", "--acknowledgements", &received]);
    assert_eq!(code, Some(0), "an auditor finds: {}", audit["findings"]);
    println!(
        "{} messages came to operators, each stands in the log; {} disclosures, each with one outcome",
        messages.len(),
        log["kinds"]["intent"]
    );
    let halted = place.state().join("halted");
    assert!(!halted.exists(), "the log counts as not to be trusted");
}

/// The body as it was recorded: the wire adds the header.
fn without_credentials(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    match (text.find("<wsse:Security"), text.find("</wsse:Security>")) {
        (Some(start), Some(end)) => {
            let end = end + "</wsse:Security>".len();
            [&text.as_bytes()[..start], &text.as_bytes()[end..]].concat()
        }
        _ => body.to_vec(),
    }
}

/// While the store's disk was full, nothing new may have been recorded: no disclosure of that time stands
/// among the leaves that came into the log meanwhile. One that was under way when it filled may.
pub(super) fn stood_still(place: &Place, windows: &[Window]) {
    if windows.is_empty() {
        return;
    }
    let (_, told) = place.data(&["log", "list", "--limit", "1000000"]);
    let leaves = told["leaves"].as_array().unwrap();
    for window in windows {
        let (first, last) = (window.leaves.0, window.leaves.1);
        let new = leaves.iter().filter(|one| {
            let (index, leaf) = (one["index"].as_u64().unwrap(), &one["leaf"]);
            let at = Timestamp::parse(leaf["t"].as_str().unwrap()).unwrap();
            let is_new = at.seconds() > window.filled.seconds();
            (first..last).contains(&index) && leaf["kind"] == "intent" && is_new
        });
        let new: Vec<_> = new.collect();
        assert!(new.is_empty(), "recorded on a full disk: {new:?}");
    }
    println!("{} times the store's disk was full, and nothing was recorded on it", windows.len());
}
