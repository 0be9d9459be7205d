//! `sluss log`: look at the disclosure log, prove, verify. Looking is itself logged.

use clap::{Subcommand, value_parser};
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::HaltReason;
use crate::log::{
    Checkpoint, Code, InclusionProof, Leaf, LeafIndex, Note, Receipt, Report, Role, TreeSize,
    Verifier, VerifierKey, leaf_hash,
};
use crate::store::{Findings, Store, StoreError, StoredLeaf};

/// Positions in the log: as far as a leaf can tell of them (RFC 7493 section 2.2).
const POSITION: std::ops::RangeInclusive<u64> = 0..=(1 << 53) - 1;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List leaves
    List {
        /// From this index on
        #[arg(long, default_value_t = 0, value_parser = value_parser!(u64).range(POSITION))]
        from: u64,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one leaf as it is stored
    Show {
        /// Its index
        #[arg(value_parser = value_parser!(u64).range(POSITION))]
        index: u64,
    },
    /// Prove that a leaf is in the log: a C2SP tlog-proof
    Prove {
        /// Its index
        #[arg(value_parser = value_parser!(u64).range(POSITION))]
        index: u64,
        /// In the tree of this size [default: the latest checkpoint's]
        #[arg(long, value_parser = value_parser!(u64).range(POSITION))]
        size: Option<u64>,
    },
    /// Print the latest signed checkpoint
    Checkpoint {
        /// The one of this size
        #[arg(long, value_parser = value_parser!(u64).range(POSITION))]
        size: Option<u64>,
        /// Print the key that verifies it instead
        #[arg(long)]
        key: bool,
    },
    /// Verify the whole log, from the first leaf to the signed checkpoint
    Verify {
        /// Trust this key (as printed by `log checkpoint --key`) instead of the one kept here
        #[arg(long, value_name = "VKEY")]
        key: Option<String>,
    },
    /// Derive everything stored anew, from the first body to the copy of the checkpoint
    Fsck,
    /// Let a halted log go on, once its cause is gone; a leaf says so
    Resume {
        /// What was done, as a code: lower-case letters, digits, hyphens; such as backup-restored
        #[arg(long, value_name = "CODE")]
        reason: String,
    },
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config.clone())?;
    let store = &deployment.store;
    match command {
        Command::List { from, limit } => list(store, LeafIndex(from), limit, output).await,
        Command::Show { index } => show(store, LeafIndex(index), output).await,
        Command::Prove { index, size } => prove(store, LeafIndex(index), size, output).await,
        Command::Checkpoint { key: true, .. } => {
            let key = store.verifier_key().to_string();
            output.both(&key, &json!({ "key": key }));
            Ok(())
        }
        Command::Checkpoint { size, .. } => {
            let note = note(store, size.map(TreeSize)).await?.to_string();
            output.both(&note, &json!({ "checkpoint": note }));
            Ok(())
        }
        Command::Verify { key } => {
            let key = match key {
                None => store.verifier_key(),
                Some(text) => VerifierKey::parse(&text)
                    .map_err(|error| Failure::Usage(format!("--key: {error}")))?,
            };
            let report = verify(store, key).await?;
            print(&report, output);
            if report.is_sound() { Ok(()) } else { Err(Failure::Said) }
        }
        Command::Fsck => fsck(store, output).await,
        Command::Resume { reason } => resume(store, &reason, output).await,
    }
}

async fn fsck(store: &Store, output: &Output) -> Result<(), Failure> {
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
async fn resume(store: &Store, reason: &str, output: &Output) -> Result<(), Failure> {
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

async fn list(
    store: &Store,
    first: LeafIndex,
    most: usize,
    output: &Output,
) -> Result<(), Failure> {
    let leaves = store.leaves(first, most).await?;
    read(store, "list", first, leaves.len() as u64).await?;
    let mut rows = Vec::new();
    for stored in &leaves {
        let leaf = leaf(stored)?;
        let body: Value = json_of(stored)?;
        let word = |name: &str| match &body[name] {
            Value::Object(of) => {
                of.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            Value::String(text) => text.clone(),
            Value::Number(number) => format!("leaf {number}"),
            _ => String::new(),
        };
        let told = ["recipient", "purpose", "reason", "result", "intent", "version", "what"];
        let told: Vec<String> =
            told.into_iter().map(word).filter(|text| !text.is_empty()).collect();
        let kind = leaf.event.kind().as_str();
        output.line(format!(
            "{:>8}  {}  {kind:<9}  {}",
            stored.index,
            leaf.at.rfc3339(),
            told.join("  ")
        ));
        rows.push(
            json!({ "index": stored.index.0, "hash": stored.hash.to_string(), "leaf": body }),
        );
    }
    output.data(&json!({ "leaves": rows }));
    Ok(())
}

async fn show(store: &Store, index: LeafIndex, output: &Output) -> Result<(), Failure> {
    let stored = one(store, index).await?;
    read(store, "show", index, 1).await?;
    let body = json_of(&stored)?;
    output.line(format!("leaf {index}, hash {}", stored.hash));
    output.line(format!("{body:#}"));
    output.data(&json!({ "index": index.0, "hash": stored.hash.to_string(), "leaf": body }));
    Ok(())
}

async fn prove(
    store: &Store,
    index: LeafIndex,
    size: Option<u64>,
    output: &Output,
) -> Result<(), Failure> {
    let stored = one(store, index).await?;
    let note = note(store, size.map(TreeSize)).await?;
    let key = store.verifier_key();
    let checkpoint = Checkpoint::open(&note, std::slice::from_ref(&key))
        .map_err(|error| Failure::Log(error.to_string()))?;
    if index.0 >= checkpoint.size.0 {
        let size = checkpoint.size.0;
        return Err(Failure::Usage(format!("leaf {index} is not in the tree of {size} leaves")));
    }
    let hashes = store.inclusion(index, checkpoint.size).await?;
    let proof = InclusionProof::new(hashes).map_err(|error| Failure::Log(error.to_string()))?;
    // A proof that does not hold is not handed out.
    proof
        .verify(&leaf_hash(&stored.body), index, checkpoint.size, &checkpoint.root)
        .map_err(|error| Failure::Log(error.to_string()))?;
    let hashes: Vec<String> = proof.hashes().iter().map(crate::log::Hash::base64).collect();
    let receipt = Receipt::new(index, proof, note.clone()).to_string();
    output.both(
        &receipt,
        &json!({
            "index": index.0,
            "leafHash": leaf_hash(&stored.body).base64(),
            "size": checkpoint.size.0,
            "root": checkpoint.root.base64(),
            "hashes": hashes,
            "checkpoint": note.to_string(),
            "receipt": receipt,
        }),
    );
    Ok(())
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
        "kinds": report.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect::<std::collections::BTreeMap<_, _>>(),
        "openIntents": report.open_intents.iter().map(|index| index.0).collect::<Vec<_>>(),
        "faults": faults,
        "faultCount": report.fault_count,
    })
}

fn print(report: &Report, output: &Output) {
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

pub(crate) async fn note(store: &Store, size: Option<TreeSize>) -> Result<Note, Failure> {
    let text = store.checkpoint(size).await?.ok_or_else(|| match size {
        Some(size) => Failure::Usage(format!("no checkpoint was signed at size {}", size.0)),
        None => Failure::Usage("the log is empty: nothing has been signed yet".to_owned()),
    })?;
    Note::parse(&text).map_err(|error| Failure::Log(error.to_string()))
}

async fn one(store: &Store, index: LeafIndex) -> Result<StoredLeaf, Failure> {
    let found = store.leaves(index, 1).await?.into_iter().next();
    found
        .filter(|stored| stored.index == index)
        .ok_or_else(|| Failure::Usage(format!("there is no leaf {index}")))
}

async fn read(store: &Store, what: &str, first: LeafIndex, count: u64) -> Result<(), Failure> {
    let what = Code::parse(what).ok_or_else(|| Failure::Log(what.to_owned()))?;
    Ok(store.note_read(Role::Operations, what, first, count).await?)
}

pub(crate) fn leaf(stored: &StoredLeaf) -> Result<Leaf, Failure> {
    Leaf::parse(&stored.body).map_err(|_| StoreError::Corrupt { table: "leaf" }.into())
}

fn json_of(stored: &StoredLeaf) -> Result<Value, Failure> {
    serde_json::from_slice(&stored.body).map_err(|_| StoreError::Corrupt { table: "leaf" }.into())
}
