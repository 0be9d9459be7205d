//! `sluss completions`, `sluss manual`: what a packager puts beside the program, made of the one
//! definition of the command line.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use super::{Cli, Failure, Output};

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sluss", &mut script);
    // A reader that has gone away (`| head`) is no failure.
    let _ = std::io::stdout().lock().write_all(&script);
}

/// Writes `sluss.1`, `sluss-log.1`, `sluss-log-verify.1`, …
pub(super) fn pages(folder: &Path, output: &Output) -> Result<(), Failure> {
    let failed = |error| Failure::io(format!("{} cannot be written", folder.display()), error);
    fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    output.line(format!("the manual is in {}", folder.display()));
    output.data(&json!({ "folder": folder.display().to_string() }));
    Ok(())
}
