//! `sluss witness`: a witness of transparency logs, which a regulator or an auditor runs alone. It
//! needs no configuration and no state of the log; it reads its own folder and nothing else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;
use tokio::sync::watch;

use super::serve::{listen, said_where, told_to_stop};
use super::{Failure, Output};
use crate::domain::{OsEntropy, SystemClock};
use crate::log::{KeyName, VerifierKey};
use crate::telemetry;
use crate::witness::{self, Folder, FolderError};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a witness: its key, and an empty record of each log
    Init {
        #[command(flatten)]
        at: At,
        /// The name it signs by, as witness.example.se/w1
        #[arg(long, value_parser = name)]
        name: KeyName,
        /// Key of a log to follow, as `sluss log checkpoint --key` prints it
        #[arg(long, value_name = "VKEY", value_parser = key)]
        log: Vec<VerifierKey>,
    },
    /// Follow one log more, or a further key of one
    Follow {
        #[command(flatten)]
        at: At,
        /// Key of the log
        #[arg(value_name = "VKEY", value_parser = key)]
        log: VerifierKey,
    },
    /// Print the witness's key, for the policies of those who trust it
    Key {
        #[command(flatten)]
        at: At,
    },
    /// Cosign what is shown to it, until it is told to stop
    Serve {
        #[command(flatten)]
        at: At,
        /// Address to listen on; for others than this machine, with a proxy in front that has TLS
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
}

#[derive(Args, Debug)]
pub(super) struct At {
    /// The witness's own folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

fn name(text: &str) -> Result<KeyName, String> {
    KeyName::parse(text).map_err(|error| error.to_string())
}

fn key(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text).map_err(|error| error.to_string())
}

pub(super) async fn run(command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Init { at, name, log } => {
            let key = Folder::init(&at.dir, &name, &log, &OsEntropy)
                .map_err(|error| failed(&error))?
                .to_string();
            output.both(&key, &json!({ "key": key }));
            Ok(())
        }
        Command::Follow { at, log } => {
            Folder::follow(&at.dir, &log).map_err(|error| failed(&error))?;
            let origin = log.name().as_str();
            output.line(format!("follows {origin} when it is started anew"));
            output.data(&json!({ "origin": origin }));
            Ok(())
        }
        Command::Key { at } => {
            let key = Folder::key_of(&at.dir).map_err(|error| failed(&error))?.to_string();
            output.both(&key, &json!({ "key": key }));
            Ok(())
        }
        Command::Serve { at, listen } => serve(&at.dir, listen, output).await,
    }
}

async fn serve(dir: &Path, address: SocketAddr, output: &Output) -> Result<(), Failure> {
    telemetry::start(telemetry::Format::Text, "warn", None);
    let folder = Folder::open(dir).map_err(|error| failed(&error))?;
    for origin in folder.logs() {
        output.line(format!("follows {origin}"));
    }
    let listener = listen(address).await?;
    said_where(&listener, "http", output)?;
    let (stopper, stop) = watch::channel(false);
    let served = witness::serve(folder, Arc::new(SystemClock), listener, stop);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = told_to_stop() => {
            output.line("stopping");
            // Nobody left to hear it is as good as heard.
            let _ = stopper.send(true);
            served.await
        }
    };
    ended.map_err(|error| Failure::io("the witness failed", error))
}

fn failed(error: &FolderError) -> Failure {
    Failure::Usage(telemetry::chain(error))
}
