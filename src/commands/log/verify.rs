//! `sluss log verify`: the whole log recomputed, from the first leaf to the signed checkpoint; the one
//! in the store, or an exported folder by itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::note;
use crate::commands::{Failure, Output, receipts, witnessed};
use crate::domain::{Clock, SystemClock};
use crate::export::{self, Trust};
use crate::log::{Checkpoint, Fingerprint, LeafIndex, Report, Verifier, VerifierKey};
use crate::store::Store;
use crate::witness::{SKEW, Standing};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// A folder that `log export` has made, or receipts that a person was given (a file, or a folder of
    /// them), instead of the store: needs neither configuration nor state
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Trust this key (as printed by `log checkpoint --key`) instead of the one kept here
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// Trust the key in the folder that has this fingerprint, as it stands on paper
    #[arg(long, value_name = "HEX", requires = "path", conflicts_with = "key")]
    fingerprint: Option<String>,
    /// Demand the quorum of witnesses in this policy file (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    witness_policy: Option<PathBuf>,
}

impl Arguments {
    /// Whether files are to be verified, and no store.
    pub(crate) const fn is_offline(&self) -> bool {
        self.path.is_some()
    }
}

fn keys(texts: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    let keys = texts.iter().map(|text| VerifierKey::parse(text)).collect::<Result<_, _>>();
    keys.map_err(|error| Failure::Usage(format!("--key: {error}")))
}

/// Whom to believe about an exported folder, as the arguments say.
pub(super) fn trust(fingerprint: Option<&str>, key: &[String]) -> Result<Trust, Failure> {
    let unreadable = || Failure::Usage("--fingerprint: 64 hexadecimal digits".to_owned());
    let fingerprint = fingerprint.map(|text| Fingerprint::parse(text).ok_or_else(unreadable));
    Ok(match (fingerprint.transpose()?, keys(key)?) {
        (Some(fingerprint), _) => Trust::Fingerprint(fingerprint),
        (None, keys) if keys.is_empty() => Trust::Folder,
        (None, keys) => Trust::Keys(keys),
    })
}

/// Verifies the log in the store.
pub(super) async fn run(
    store: &Store,
    clock: &dyn Clock,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let key = match keys(&arguments.key)?.as_slice() {
        [] => store.verifier_key(),
        [key] => key.clone(),
        _ => return Err(Failure::Usage("--key: one key, for the log in the store".to_owned())),
    };
    let report = verify(store, key.clone()).await?;
    let standing = match &arguments.witness_policy {
        Some(file) if report.is_sound() => {
            let (size, root) = (report.size, report.root);
            let head = Checkpoint { origin: key.name().clone(), size, root };
            Some(witnessed::demand(store, file, &key, &head, clock.now()).await?)
        }
        _ => None,
    };
    print(&report, report.is_sound(), output);
    let mut data = data_of(&report);
    if let Some(standing) = &standing {
        output.line(format!("  witnessed: {}", witnessed::told(&standing.witnessed)));
        data["witnessed"] = witnessed::data(&standing.witnessed);
    }
    output.data(&data);
    if report.is_sound() { Ok(()) } else { Err(Failure::Said) }
}

/// Verifies receipts, or an exported folder.
pub(crate) fn verify_path(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let Some(path) = &arguments.path else { return Ok(()) };
    if receipts::are_at(path) {
        let trust = trust(arguments.fingerprint.as_deref(), &arguments.key)?;
        return receipts::verify(path, &trust, arguments.witness_policy.as_deref(), output);
    }
    verify_folder(path, arguments, output)
}

fn verify_folder(folder: &Path, arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let trust = trust(arguments.fingerprint.as_deref(), &arguments.key)?;
    let report = export::verify(folder, &trust).map_err(|error| Failure::Log(error.to_string()))?;
    let vouched = match &arguments.witness_policy {
        Some(file) if report.is_sound() => Some(witnesses_of(folder, file, &report)?),
        _ => None,
    };
    print(&report.log, report.is_sound(), output);
    output.line(format!(
        "  {} bundles, {} tiles, {} earlier checkpoints and {} policies fit",
        report.bundles, report.tiles, report.checkpoints, report.policies
    ));
    for fault in &report.files {
        output.line(format!("  {}: {}", fault.file, fault.what));
    }
    if let Some(vouched) = &vouched {
        output.line(format!("  witnessed: {}", witnessed::told(&vouched.witnessed)));
    }
    for key in &report.keys {
        output.line(format!("Verified with the key {key}\n  {}", Fingerprint::of(key)));
    }
    if !report.compared {
        output.line(
            "This key lies in the folder itself, and whoever made the folder can have put any key \
             there:\ncompare its fingerprint with the one on paper, or give that with --fingerprint.",
        );
    }
    let mut data = folder_data(&report);
    if let Some(vouched) = &vouched {
        data["witnessed"] = witnessed::data(&vouched.witnessed);
    }
    output.data(&data);
    if report.is_sound() { Ok(()) } else { Err(Failure::Said) }
}

/// The newest checkpoint of a sound folder that satisfies the reader's own policy.
fn witnesses_of(folder: &Path, file: &Path, report: &export::Report) -> Result<Standing, Failure> {
    let policy = witnessed::policy(file)?;
    let unfit = |what: &str| Failure::Log(format!("{}: {what}", file.display()));
    let names = |key: &VerifierKey| policy.logs().contains(key);
    if !policy.logs().is_empty() && !report.keys.iter().any(names) {
        return Err(unfit("the policy does not name this log's key"));
    }
    // As with the log in the store, a witness's clock may be somewhat ahead.
    let now = SystemClock.now().after(SKEW);
    let found = export::witnessed(folder, &report.keys, &policy, now).map_err(Failure::Folder)?;
    let (note, witnessed) = found.ok_or_else(|| {
        unfit("no checkpoint in the folder is cosigned by the quorum of the policy")
    })?;
    Ok(Standing { note, witnessed })
}

fn folder_data(report: &export::Report) -> Value {
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|fault| json!({ "file": fault.file, "what": fault.what.to_string() }))
        .collect();
    let key = |key: &VerifierKey| json!({ "key": key.to_string(), "fingerprint": Fingerprint::of(key).hexadecimal() });
    let mut data = data_of(&report.log);
    data["sound"] = report.is_sound().into();
    data["bundles"] = report.bundles.into();
    data["tiles"] = report.tiles.into();
    data["checkpoints"] = report.checkpoints.into();
    data["policies"] = report.policies.into();
    data["files"] = files.into();
    data["fileFaultCount"] = report.file_fault_count.into();
    data["keys"] = report.keys.iter().map(key).collect();
    data["fingerprintCompared"] = report.compared.into();
    data
}

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

fn print(report: &Report, sound: bool, output: &Output) {
    let word = if sound { "sound" } else { "NOT SOUND" };
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
}
