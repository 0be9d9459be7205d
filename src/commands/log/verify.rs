//! `sluss log verify`: the whole log recomputed, from the first leaf to the signed checkpoint.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::note;
use crate::commands::{Failure, Output};
use crate::log::{Checkpoint, LeafIndex, Report, Verifier, VerifierKey};
use crate::store::Store;

/// Verifies every stored byte against the latest checkpoint, as an auditor would.
pub(crate) async fn verify(store: &Store, key: VerifierKey) -> Result<Report, Failure> {
    const PAGE: usize = 1_000;
    let note = note(store, None).await?;
    let until = Checkpoint::open(&note, std::slice::from_ref(&key))
        .map_or(u64::MAX, |checkpoint| checkpoint.size.0);
    let mut verifier = Verifier::new(key.name().clone(), vec![key]);
    let mut next = 0;
    // Up to the checkpoint: the log may grow while it is verified.
    while next < until {
        let most = usize::try_from(until - next).unwrap_or(PAGE).min(PAGE);
        let leaves = store.leaves(LeafIndex(next), most).await?;
        for stored in &leaves {
            verifier.leaf(stored.index, Some(stored.hash), &stored.body);
        }
        match leaves.last() {
            Some(last) => next = last.index.0 + 1,
            None => break,
        }
    }
    Ok(verifier.finish(&note))
}

pub(crate) fn data_of(report: &Report) -> Value {
    let faults: Vec<Value> = report
        .faults
        .iter()
        .map(|fault| {
            json!({ "index": fault.index.map(|index| index.0), "what": fault.what.to_string() })
        })
        .collect();
    json!({
        "sound": report.is_sound(),
        "size": report.size.0,
        "root": report.root.base64(),
        "kinds": report.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect::<BTreeMap<_, _>>(),
        "openIntents": report.open_intents.iter().map(|index| index.0).collect::<Vec<_>>(),
        "faults": faults,
        "faultCount": report.fault_count,
    })
}

pub(super) fn print(report: &Report, output: &Output) {
    let word = if report.is_sound() { "sound" } else { "NOT SOUND" };
    output.line(format!(
        "The log is {word}: {} leaves, root {}",
        report.size.0,
        report.root.base64()
    ));
    for (kind, count) in &report.kinds {
        output.line(format!("  {:<10} {count}", kind.as_str()));
    }
    for index in &report.open_intents {
        output.line(format!("  leaf {index} has no outcome yet"));
    }
    for fault in &report.faults {
        let place =
            fault.index.map_or_else(|| "the log".to_owned(), |index| format!("leaf {index}"));
        output.line(format!("  {place}: {}", fault.what));
    }
    output.data(&data_of(report));
}
