//! The command line: `sluss <noun> <verb>`. A command reads its arguments, calls the rooms, and
//! prints for people or as data.
//!
//! Exit 0: good. 1: a check failed, or something was refused. 2: wrong usage or configuration.

mod access;
mod account;
mod backup;
mod case;
mod check;
mod denial;
mod deployment;
mod doctor;
mod explain;
pub(crate) mod explanation;
mod gazetteer;
mod key;
pub(crate) mod log;
mod manual;
mod many;
mod notify;
mod output;
mod receipts;
mod redact;
mod retention;
mod sbom;
pub(crate) mod serve;
mod story;
mod subject;
pub(crate) mod submit;
pub(crate) mod token;
mod traces;
mod witness;
mod witnessed;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use thiserror::Error;

pub use deployment::Deployment;
pub use output::Output;

use crate::config::Config;
use crate::demo;
use crate::http::Problem;
use crate::intake::Kind;
use crate::store::StoreError;
use crate::table::Fault;

/// The lock between a provider's customer register and the city networks.
#[derive(Debug, Parser)]
#[command(name = "sluss", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Debug)]
struct Global {
    /// Folder with sluss.toml and recipients/
    #[arg(long, value_name = "DIR", default_value = "config", global = true)]
    config: PathBuf,
    /// Folder that holds store, keys and log [default: store.dir of sluss.toml; demo: a temporary one]
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
    /// For people, or as data
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
}

/// How a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// As data.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the main job, with simulated operators
    Demo(demo::Arguments),
    /// Run the HTTP API and the worker
    Serve {
        /// Leave the work to `sluss work`
        #[arg(long)]
        no_worker: bool,
    },
    /// Run the worker alone
    Work {
        /// Do what is due now, and end
        #[arg(long)]
        once: bool,
    },
    /// Run the simulated operators alone
    Sandbox(serve::SandboxArguments),
    /// Check configuration, policies and their tests, registry and agreements
    Check,
    /// Service orders (TMF641)
    #[command(subcommand)]
    Order(SubmitCommand),
    /// Fault reports (TMF621)
    #[command(subcommand)]
    Fault(SubmitCommand),
    /// Cases, and what a person decides about them
    #[command(subcommand)]
    Case(case::Command),
    /// Say what would be sent, withheld and masked, and show the bytes; sends nothing
    Explain(explain::Arguments),
    /// Take out of free text what may be personal: standard input to standard output
    Redact(redact::Arguments),
    /// The words that the free-text guard goes by
    #[command(subcommand)]
    Gazetteer(gazetteer::Command),
    /// Which access an address means, and the copies of operators' lists that say so
    #[command(subcommand)]
    Access(access::Command),
    /// The disclosure log
    #[command(subcommand)]
    Log(log::Command),
    /// A witness of other people's logs; needs no configuration of a deployment
    #[command(subcommand)]
    Witness(witness::Command),
    /// What a person can ask for: who got what, and to be erased
    #[command(subcommand)]
    Subject(subject::Command),
    /// API tokens: what other systems are known by
    #[command(subcommand)]
    Token(token::Command),
    /// People who sign in with a password that is kept here
    #[command(subcommand)]
    Account(account::Command),
    /// Who was not let in at the door
    #[command(subcommand)]
    Denial(denial::Command),
    /// Keys: what customers' keys are sealed under, and what signs the log
    #[command(subcommand)]
    Key(key::Command),
    /// Who is told what has become of orders, and what is still to be told
    #[command(subcommand)]
    Notify(notify::Command),
    /// What is kept no longer than the rules say
    #[command(subcommand)]
    Retention(retention::Command),
    /// Look at clock, disk, permissions, versions, and whether each recipient can be reached
    Doctor(doctor::Arguments),
    /// Write all that is kept to one encrypted file, while everything goes on
    Backup(backup::Backup),
    /// Put a backup in the place of a store that is lost
    Restore(backup::Restore),
    /// Where everything is kept
    #[command(subcommand)]
    Store(backup::StoreCommand),
    /// Print what completes these commands in a shell: bash, zsh, fish, elvish or powershell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print what this program is made of: CycloneDX, from the lock file that it was built with
    Sbom,
    /// Write the manual, a page for each command
    Manual {
        /// To this folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum SubmitCommand {
    /// Hand in: one JSON object or JSON Lines; `-` is standard input
    Submit {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// Why a command did not do what it was asked.
#[derive(Debug, Error)]
pub enum Failure {
    /// It has said so already: a check failed, or something was refused.
    #[error("see above")]
    Said,
    /// Files or environment are not right.
    #[error("the configuration is not right:\n{}", lines(.0))]
    Configuration(Vec<Fault>),
    /// The arguments do not fit, or a file that the configuration names does not.
    #[error("{0}")]
    Usage(String),
    /// The store did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The simulated operators cannot be started.
    #[error("the simulated operators cannot be started")]
    Sandbox(#[from] crate::sandbox::SandboxError),
    /// A file or a socket.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A file of an exported log.
    #[error(transparent)]
    Folder(#[from] crate::export::FolderError),
    /// A case whose story cannot be told.
    #[error(transparent)]
    Story(#[from] crate::desk::StoryError),
    /// A leaf, a note or a proof that cannot be read.
    #[error("{0}")]
    Log(String),
    /// A body that was refused.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io { what: what.into(), source }
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> Result<(), Failure> {
        let Self { global, command } = self;
        let output = Output::new(global.format);
        let folder = global.config.as_path();
        let command = match command {
            Command::Check => return check::run(folder, &output),
            Command::Witness(command) => return witness::run(command, &output).await,
            // Speaks to nobody and keeps nothing: all that it takes from a configuration is words.
            Command::Redact(arguments) => {
                if folder.join("sluss.toml").exists() {
                    gazetteer::install(&deployment::load(folder)?)?;
                }
                return redact::run(&arguments, &output);
            }
            Command::Gazetteer(command) => return gazetteer::run(command, &output),
            Command::Completions { shell } => {
                manual::completions(shell);
                return Ok(());
            }
            Command::Manual { folder } => return manual::pages(&folder, &output),
            Command::Sbom => return sbom::print(&output),
            // An auditor has no configuration, and neither has a person with a receipt.
            Command::Log(log::Command::Verify(arguments)) if arguments.is_offline() => {
                return log::verify_path(&arguments, &output);
            }
            Command::Log(log::Command::Audit(arguments)) if arguments.is_offline() => {
                return log::audit_folder(&arguments, &output);
            }
            command => command,
        };
        let mut config = deployment::load(folder)?;
        if let Some(state) = global.state.clone() {
            config.state = state;
        }
        let tracing = matches!(command, Command::Serve { .. } | Command::Work { .. });
        let export = traces::start(&config.telemetry, tracing)?;
        tracing::info!("{}", gazetteer::install(&config)?);
        let ended = Self::run_on(command, config, folder, global.state.clone(), &output).await;
        if let Some(export) = export {
            export.end().await;
        }
        ended
    }

    /// Those that have a configuration.
    async fn run_on(
        command: Command,
        config: Config,
        folder: &Path,
        state: Option<PathBuf>,
        output: &Output,
    ) -> Result<(), Failure> {
        match command {
            Command::Check
            | Command::Witness(_)
            | Command::Redact(_)
            | Command::Gazetteer(_)
            | Command::Completions { .. }
            | Command::Manual { .. }
            | Command::Sbom => Ok(()),
            Command::Demo(arguments) => demo::run(config, arguments, state, output).await,
            Command::Serve { no_worker } => serve::serve(config, no_worker, output).await,
            Command::Work { once } => serve::work(config, once, output).await,
            Command::Sandbox(arguments) => serve::sandbox(config, folder, arguments, output).await,
            Command::Order(SubmitCommand::Submit { files }) => {
                submit::run(&config, Kind::Order, &files, output).await
            }
            Command::Fault(SubmitCommand::Submit { files }) => {
                submit::run(&config, Kind::Ticket, &files, output).await
            }
            Command::Case(command) => case::run(&config, command, output).await,
            Command::Explain(arguments) => explain::run(&config, &arguments, output).await,
            Command::Access(command) => access::run(&config, command, output).await,
            Command::Log(command) => log::run(&config, command, output).await,
            Command::Subject(command) => subject::run(&config, command, output).await,
            Command::Token(command) => token::run(&config, command, output).await,
            Command::Account(command) => account::run(&config, command, output).await,
            Command::Denial(command) => denial::run(&config, command, output).await,
            Command::Key(command) => key::run(&config, command, output).await,
            Command::Notify(command) => notify::run(&config, command, output).await,
            Command::Retention(command) => retention::run(&config, command, output).await,
            Command::Doctor(arguments) => doctor::run(config, &arguments, output).await,
            Command::Backup(arguments) => backup::backup(config, arguments, output).await,
            Command::Restore(arguments) => backup::restore(&config, &arguments, output),
            Command::Store(command) => backup::store(config, &command, output),
        }
    }
}

/// A refused body as lines for people.
pub(crate) fn refused(problem: &Problem) -> String {
    let body = problem.body();
    let faults = body["fault"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut text = match faults {
        [] => body["reason"].as_str().unwrap_or_default().to_owned(),
        // The reason says the same in one sentence.
        _ => body["code"].as_str().unwrap_or_default().to_owned(),
    };
    for fault in faults {
        let member = fault["member"].as_str().unwrap_or_default();
        let rule = fault["rule"].as_str().unwrap_or_default();
        text = format!("{text}\n    {member}: {rule}");
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
