//! The program: reads the command line, runs one command, says how it ended.

use std::process::ExitCode;

use clap::Parser;
use sluss::commands::{Cli, Failure};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Starts the runtime and the command. Only here may an error be of any kind: nobody branches on
/// it any more.
fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match runtime.block_on(cli.run()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Failure::Said) => Ok(ExitCode::FAILURE),
        Err(failure @ (Failure::Configuration(_) | Failure::Usage(_))) => {
            report(&failure.into());
            Ok(ExitCode::from(2))
        }
        Err(failure) => Err(failure.into()),
    }
}

#[expect(clippy::print_stderr, reason = "the last word goes to whoever ran the program")]
fn report(error: &anyhow::Error) {
    eprintln!("sluss: {}", sluss::telemetry::chain(error.as_ref()));
}
