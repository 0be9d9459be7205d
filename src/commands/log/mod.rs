//! `sluss log`: look at the disclosure log, prove, verify; one file per verb. Looking is itself logged.

mod access;
mod audit;
mod export;
mod fsck;
mod list;
mod prove;
mod verify;

use std::path::PathBuf;

use clap::{Subcommand, value_parser};
use serde_json::json;

use super::deployment::Deployment;
use super::{Failure, Output, witnessed};
use crate::config::Config;
use crate::log::{Code, Fingerprint, Leaf, LeafIndex, Note, Role, TreeSize};
use crate::store::{Store, StoreError, StoredLeaf};

pub(crate) use audit::folder as audit_folder;
pub(crate) use verify::{data_of, verify, verify_path};

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
        /// Write the proof as a COSE receipt (RFC 9942) to this file, too
        #[arg(long, value_name = "FILE")]
        cose: Option<PathBuf>,
        /// In the tree of this size [default: the latest checkpoint's]
        #[arg(long, value_parser = value_parser!(u64).range(POSITION))]
        size: Option<u64>,
        /// In the newest tree that the quorum of this policy file has cosigned (C2SP tlog-policy)
        #[arg(long, value_name = "FILE", conflicts_with = "size")]
        witness_policy: Option<PathBuf>,
    },
    /// Print the latest signed checkpoint
    Checkpoint {
        /// The one of this size
        #[arg(long, value_parser = value_parser!(u64).range(POSITION))]
        size: Option<u64>,
        /// Print the key that verifies it instead
        #[arg(long)]
        key: bool,
        /// Say what the configured witnesses have cosigned instead
        #[arg(long, conflicts_with_all = ["size", "key"])]
        witnesses: bool,
    },
    /// Verify the whole log, from the first leaf to the signed checkpoint; or an exported folder, alone
    Verify(verify::Arguments),
    /// Say who has read the log, when, and which of it
    Access,
    /// Hold the log to the auditor's rules: outcomes, agreements, decisions replayed, silence, reads
    Audit(audit::Arguments),
    /// Export everything that an auditor needs to a folder: a new one, or an earlier export
    Export {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
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
        Command::List { from, limit } => list::list(store, LeafIndex(from), limit, output).await,
        Command::Show { index } => list::show(store, LeafIndex(index), output).await,
        Command::Prove { index, cose, size, witness_policy } => {
            let tree = match (&witness_policy, size) {
                (Some(file), _) => prove::In::Witnessed(file),
                (None, Some(size)) => prove::In::Size(TreeSize(size)),
                (None, None) => prove::In::Latest,
            };
            let (index, cose) = (LeafIndex(index), cose.as_deref());
            prove::prove(store, &*deployment.clock, index, tree, cose, output).await
        }
        Command::Checkpoint { key: true, .. } => {
            let key = store.verifier_key();
            let data = json!({
                "key": key.to_string(),
                "fingerprint": Fingerprint::of(&key).hexadecimal(),
            });
            output.both(&key.to_string(), &data);
            Ok(())
        }
        Command::Checkpoint { witnesses: true, .. } => {
            witnessed::show(store, config, &*deployment.clock, output).await
        }
        Command::Checkpoint { size, .. } => {
            let note = note(store, size.map(TreeSize)).await?.to_string();
            let fingerprint = Fingerprint::of(&store.verifier_key());
            let data = json!({ "checkpoint": note, "fingerprint": fingerprint.hexadecimal() });
            output.both(&note, &data);
            // Beside the note, which is a text of its own and goes on to others as it is.
            output.aside(format!("fingerprint of the key: {fingerprint}"));
            Ok(())
        }
        Command::Verify(arguments) => {
            verify::run(store, &*deployment.clock, &arguments, output).await
        }
        Command::Access => access::access(store, output).await,
        Command::Audit(arguments) => audit::deployment(&deployment, &arguments, output).await,
        Command::Fsck => fsck::fsck(store, output).await,
        Command::Resume { reason } => fsck::resume(store, &reason, output).await,
        Command::Export { folder } => {
            let policy = config.witnesses.as_ref().map(|plan| &plan.policy);
            export::export(store, policy, &folder, output).await
        }
    }
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
