//! `sluss denial`: who was not let in.

use clap::Subcommand;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what was denied at the door, by minute, action and reason, the newest first
    List {
        /// How many rows at most
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let Command::List { limit } = command;
    let deployment = Deployment::open_existing(config.clone())?;
    let rows = deployment.store.denied(limit).await?;
    for row in &rows {
        let minute = row.minute.rfc3339();
        output.line(format!("{minute}  {}  {}  {} times", row.action, row.reason, row.times));
    }
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "minute": row.minute.rfc3339(),
                "action": row.action.as_str(),
                "reason": row.reason.as_str(),
                "times": row.times,
            })
        })
        .collect();
    output.data(&json!({ "denied": rows }));
    Ok(())
}
