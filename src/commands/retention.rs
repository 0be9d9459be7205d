//! `sluss retention`: what is kept no longer than the rules say.

use clap::Subcommand;
use serde_json::json;

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::Timestamp;
use crate::store::Retention;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Wipe what is due now; the worker does the same by itself
    Run,
    /// Say how much is kept and how much is due; exit 1 where something is overdue
    Report,
}

pub(super) async fn run(config: &Config, command: Command, output: &Output) -> Result<(), Failure> {
    let deployment = Deployment::open_existing(config.clone())?;
    let minimum = config.upkeep.case_minimum;
    match command {
        Command::Run => {
            let wiped = deployment.store.wipe_due(minimum).await?;
            output.line(format!("wiped what was sealed of {wiped} cases"));
            output.data(&json!({ "wiped": wiped }));
            Ok(())
        }
        Command::Report => {
            let stands = deployment.store.retention(minimum).await?;
            let Retention { ended, due, overdue, next } = stands;
            output.line(format!("{ended} ended cases are kept, {due} are due, {overdue} overdue"));
            if let Some(next) = next {
                output.line(format!("the next one is due {}", next.rfc3339()));
            }
            output.data(&json!({
                "kept": ended,
                "due": due,
                "overdue": overdue,
                "next": next.map(Timestamp::rfc3339),
            }));
            if overdue == 0 {
                return Ok(());
            }
            output.line("overdue: is the worker running? `sluss retention run` wipes it now");
            Err(Failure::Said)
        }
    }
}
