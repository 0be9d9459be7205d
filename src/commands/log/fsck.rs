//! `sluss log fsck` and `sluss log resume`: everything stored derived anew, and a halted log let go on.

use serde_json::json;

use crate::commands::{Failure, Output};
use crate::domain::HaltReason;
use crate::log::{Code, Role};
use crate::store::{Findings, Store, StoreError};

/// Derives everything stored anew.
pub(super) async fn fsck(store: &Store, output: &Output) -> Result<(), Failure> {
    let findings = store.fsck().await?;
    tell(&findings, store, output);
    if findings.is_sound() { Ok(()) } else { Err(Failure::Said) }
}

fn tell(findings: &Findings, store: &Store, output: &Output) {
    let word = if findings.is_sound() { "sound" } else { "NOT SOUND" };
    output.line(format!(
        "The store is {word}: {} leaves and {} checkpoints derived anew",
        findings.size, findings.checkpoints
    ));
    for wrong in &findings.wrong {
        output.line(format!("  {wrong}"));
    }
    let untold = findings.wrong_count - findings.wrong.len() as u64;
    if untold > 0 {
        output.line(format!("  and {untold} more"));
    }
    if findings.loose_links > 0 {
        let links = findings.loose_links;
        output
            .line(format!("  {links} links of a killed commit lead to no leaf; they are harmless"));
    }
    if let Some(halted) = store.halt().gravest() {
        output.line(format!("  halted since {} ({})", halted.since.rfc3339(), halted.reason));
    }
    output.data(&json!({
        "sound": findings.is_sound(),
        "size": findings.size.0,
        "checkpoints": findings.checkpoints,
        "openIntents": findings.open_intents,
        "looseLinks": findings.loose_links,
        "wrong": findings.wrong.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "wrongCount": findings.wrong_count,
        "halted": store.halt().reason().map(HaltReason::as_str),
    }));
}

/// What was checked at opening is checked, and everything else is derived anew, before the log goes
/// on: a cause that is still there keeps it halted.
pub(super) async fn resume(store: &Store, reason: &str, output: &Output) -> Result<(), Failure> {
    let reason = Code::parse(reason).ok_or_else(|| {
        let what = "--reason is a code: up to 64 lower-case letters, digits and hyphens";
        Failure::Usage(what.to_owned())
    })?;
    let Some(halted) = store.halt().gravest() else {
        return Err(StoreError::NotHalted.into());
    };
    if !halted.reason.latches() {
        let reason = halted.reason;
        let what = format!("{reason} ends by itself when its cause is gone: {}", reason.advice());
        return Err(Failure::Refused(what));
    }
    let findings = store.fsck().await?;
    if !findings.is_sound() {
        tell(&findings, store, output);
        return Err(Failure::Said);
    }
    let (leaf, halted) = (store.resume(reason, Role::Operations).await?.index(), halted.reason);
    output.line(format!("Resumed after {halted}: leaf {leaf}. Restart sluss where it runs."));
    output.data(&json!({ "resumed": halted.as_str(), "index": leaf.0 }));
    Ok(())
}
