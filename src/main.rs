//! The program: reads the command line, runs one command, says how it ended.

use std::panic::Location;
use std::process::ExitCode;

use clap::Parser;
use sluss::commands::{Cli, Failure};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| tell(&panicked(panic.location()))));
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

fn report(error: &anyhow::Error) {
    tell(&sluss::telemetry::chain(error.as_ref()));
}

/// What is said of a panic: where, and never its message. A slice that is cut between two bytes of
/// a letter quotes the whole text in it.
fn panicked(location: Option<&Location<'_>>) -> String {
    let place = location.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!("panicked at {place}: this is a fault in sluss, not in what it was given")
}

#[expect(clippy::print_stderr, reason = "the last word goes to whoever ran the program")]
fn tell(what: &str) {
    eprintln!("sluss: {what}");
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_not_what_it_was_about() {
        let told = Arc::new(Mutex::new(String::new()));
        let teller = Arc::clone(&told);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            *teller.lock().unwrap() = panicked(panic.location());
        }));
        let end = "Å".len() - 1;
        let cut = std::panic::catch_unwind(|| "Åkerström"[..end].len());
        std::panic::set_hook(before);
        assert!(cut.is_err());
        let told = told.lock().unwrap();
        assert!(told.contains("main.rs:") && told.contains("a fault in sluss"), "{told}");
        assert!(!told.contains("kerström"), "{told}");
    }
}
