//! `sluss key`: the keys that all other keys are sealed under, and those that sign.

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::subject::TRACES;
use super::{Failure, Output};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the epochs that subjects' keys are sealed in, and the keys that sign
    List,
    /// Begin an epoch, seal every subject's key under it, and destroy the old one. May run beside
    /// `serve`; what was cut short is finished
    Rotate,
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config.clone())?;
    let store = &deployment.store;
    match command {
        Command::List => {
            let epochs = store.epochs().await?;
            for epoch in &epochs {
                output.line(format!(
                    "epoch {}, since {}: {} subjects' keys",
                    epoch.number,
                    epoch.since.rfc3339(),
                    epoch.subjects
                ));
            }
            if epochs.len() > 1 {
                output.line("a rotation is under way or was cut short: `sluss key rotate` ends it");
            }
            let key = store.verifier_key().to_string();
            output.line(format!("signs: {key}"));
            let epochs: Vec<Value> = epochs
                .iter()
                .map(|epoch| {
                    json!({
                        "epoch": epoch.number,
                        "since": epoch.since.rfc3339(),
                        "subjects": epoch.subjects,
                    })
                })
                .collect();
            output.data(&json!({ "epochs": epochs, "signs": [key] }));
        }
        Command::Rotate => {
            let rotation = store.rotate_epoch().await?;
            output.line(format!(
                "epoch {}: {} subjects' keys sealed anew, {} old epoch keys destroyed",
                rotation.epoch, rotation.subjects, rotation.destroyed
            ));
            if rotation.traces {
                output.line(TRACES);
            }
            output.data(&json!({
                "epoch": rotation.epoch,
                "subjects": rotation.subjects,
                "destroyed": rotation.destroyed,
                "tracesInWriteAheadLog": rotation.traces,
            }));
        }
    }
    Ok(())
}
