//! `sluss log export DIR`: the log as a folder that an auditor takes along.

use std::path::Path;

use serde_json::json;

use crate::commands::{Failure, Output};
use crate::export::{self, Exported, WriteError};
use crate::log::quorum::Policy;
use crate::log::{Fingerprint, Role};
use crate::store::Store;

pub(super) async fn export(
    store: &Store,
    witness_policy: Option<&Policy>,
    folder: &Path,
    output: &Output,
) -> Result<(), Failure> {
    let Exported { before, size, tiles, checkpoints, policies, key } =
        export::write(store, folder, Role::Operations, witness_policy).await?;
    let fingerprint = Fingerprint::of(&key);
    output.line(format!("{} has {size} leaves, {before} of them from before:", folder.display()));
    output.line(format!(
        "  {tiles} tiles and bundles, {checkpoints} checkpoints and {policies} policies"
    ));
    output.line(format!("The fingerprint of its key, for paper:\n  {fingerprint}"));
    output.line("What an auditor does with it is in its README.md.");
    output.data(&json!({
        "folder": folder.display().to_string(),
        "before": before.0,
        "size": size.0,
        "tiles": tiles,
        "checkpoints": checkpoints,
        "policies": policies,
        "key": key.to_string(),
        "fingerprint": fingerprint.hexadecimal(),
    }));
    Ok(())
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::Folder(error) => Self::Folder(error),
            error @ (WriteError::Other(_) | WriteError::Busy(_)) => Self::Usage(error.to_string()),
            error @ (WriteError::Forked { .. } | WriteError::Log(_)) => {
                Self::Log(error.to_string())
            }
        }
    }
}
