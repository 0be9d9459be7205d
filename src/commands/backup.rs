//! `sluss backup`, `sluss restore`, `sluss store move`: all that is kept, as one file, back from it, and
//! from files to servers.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::{OsEntropy, SystemClock};
use crate::log::{Code, LeafIndex, Role};
use crate::store::{Archived, Findings, Opening, Restoring, Store, StoreError};

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to write; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Look whether it is whole, derive everything in it anew, and put nothing in its place
    #[arg(long)]
    check: bool,
    /// The newest checkpoint that anybody has, where the deployment's own is lost
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Move what is in files of the state folder to the servers that the configuration names
    Move,
}

/// Makes a backup. A leaf says so first: whatever leaves the store is in the log.
pub(super) async fn backup(
    config: Config,
    arguments: Backup,
    output: &Output,
) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config)?;
    let store = &deployment.store;
    if arguments.file.exists() {
        return Err(StoreError::Occupied(arguments.file.display().to_string()).into());
    }
    let what = Code::parse("backup").ok_or_else(|| Failure::Log("no such code".to_owned()))?;
    let count = store.size().await?.0 + 1;
    store.note_read(Role::Operations, what, LeafIndex(0), count).await?;
    let made = store.backup(arguments.file.clone()).await?;
    let file = arguments.file.display().to_string();
    output.line(format!(
        "{file}: {} leaves and {} rows in {} bytes, sealed under keys/master.key",
        made.size, made.rows, made.bytes
    ));
    output.line(
        "It is of no use without the folder keys, and of none behind a newer checkpoint: keep",
    );
    output.line("copies of keys, checkpoint and erased.list apart from it.");
    output.data(&json!({
        "file": file,
        "size": made.size.0,
        "rows": made.rows,
        "bytes": made.bytes,
    }));
    Ok(())
}

pub(super) fn restore(
    config: &Config,
    arguments: &Restore,
    output: &Output,
) -> Result<(), Failure> {
    let restoring =
        Restoring { archive: &arguments.file, checkpoint: arguments.checkpoint.as_deref() };
    let file = arguments.file.display();
    if arguments.check {
        let (archived, findings, behind) = Store::check_backup(&opening(config), &restoring)?;
        tell(&archived, &findings, &format!("{file} is whole"), output);
        let why = behind.as_ref().map(ToString::to_string);
        output.line(why.as_deref().unwrap_or("Nothing was signed behind it: it can be restored."));
        output.data(&json!({
            "file": file.to_string(),
            "made": archived.made,
            "size": archived.size.0,
            "restorable": behind.is_none(),
            "why": why,
        }));
        return if behind.is_none() { Ok(()) } else { Err(Failure::Said) };
    }
    let restored = Store::restore(&opening(config), &restoring)?;
    tell(&restored.archived, &restored.findings, &format!("{file} is restored"), output);
    if restored.is_halted {
        output.line("The log is halted still: sluss log resume --reason backup-restored");
    }
    output.data(&json!({
        "file": file.to_string(),
        "made": restored.archived.made,
        "size": restored.archived.size.0,
        "halted": restored.is_halted,
    }));
    Ok(())
}

fn tell(archived: &Archived, findings: &Findings, what: &str, output: &Output) {
    output.line(format!(
        "{what}: made {} by sluss {}, {} leaves and {} checkpoints derived anew",
        archived.made, archived.by, findings.size, findings.checkpoints
    ));
}

pub(super) fn store(
    config: Config,
    command: &StoreCommand,
    output: &Output,
) -> Result<(), Failure> {
    let StoreCommand::Move = command;
    if config.servers.is_none() {
        let what = "store.url and store.keys_url say where to move to: they are blank";
        return Err(Failure::Usage(what.to_owned()));
    }
    let moved = Store::move_to_servers(&opening(&config))?;
    // As it will be opened from now on.
    let deployment = Deployment::open(config)?;
    let key = deployment.store.verifier_key();
    output.line(format!(
        "Moved: {} rows, {} leaves and {} checkpoints derived anew there, under the same key",
        moved.rows, moved.findings.size, moved.findings.checkpoints
    ));
    output.line(
        "The files are sluss.db.moved and keys.db.moved now. Delete them once you have looked:",
    );
    output.line("the keys in them outlive what is erased from today on.");
    output.data(&json!({
        "rows": moved.rows,
        "size": moved.findings.size.0,
        "checkpoints": moved.findings.checkpoints,
        "key": key.to_string(),
    }));
    Ok(())
}

fn opening(config: &Config) -> Opening<'_> {
    Opening {
        dir: &config.state,
        origin: &config.origin,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        limits: config.limits.clone(),
        servers: config.servers.as_ref(),
    }
}
