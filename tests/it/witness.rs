//! Witnesses, for real: our server as a process of its own, our client, and a log between them.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod rounds;
mod server;
mod whole;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sluss::log::quorum::Policy;
use sluss::log::{
    AddCheckpoint, ConsistencyProof, CosigningKey, Note, SignatureLine, SigningKey, TreeSize,
    WitnessKey, consistency,
};
use sluss::witness::{Client, ClientError, Cosigning};
use tempfile::TempDir;

use crate::cli::running::Running;
use crate::cli::{Ended, sluss};
use crate::log::{Book, ORIGIN, key, name};

const NAME: &str = "witness.example.se/w1";

/// A folder of a witness that follows our log.
struct Witness {
    dir: TempDir,
    key: WitnessKey,
}

/// A witness that runs.
struct Serving {
    running: Running,
    address: SocketAddr,
}

impl Witness {
    fn new() -> Self {
        Self::named(NAME, &[key().verifier().to_string()])
    }

    fn named(name: &str, logs: &[String]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = sluss();
        command.args(["witness", "init", "--name", name, "--dir"]).arg(dir.path().join("w"));
        for log in logs {
            command.args(["--log", log]);
        }
        let made = Ended::of(command.output().unwrap()).code(0);
        let key = WitnessKey::parse(made.out.trim()).unwrap();
        Self { dir, key }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("w")
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = sluss();
        // Nothing of a deployment is there to be read.
        command.current_dir(self.dir.path()).args(["witness", verb, "--dir"]).arg(self.path());
        command
    }

    fn serve(&self) -> Serving {
        self.serve_with(|_| ())
    }

    fn serve_with(&self, change: impl FnOnce(&mut Command)) -> Serving {
        let mut command = self.command("serve");
        command.args(["--listen", "127.0.0.1:0"]);
        change(&mut command);
        let mut running = Running::start(command);
        let address = running.address().parse().unwrap();
        Serving { running, address }
    }

    /// How it ends that should not start.
    fn refused(&self) -> Ended {
        let mut command = self.command("serve");
        command.args(["--listen", "127.0.0.1:0"]);
        Ended::of(command.output().unwrap()).code(2)
    }

    fn client(&self, serving: &Serving) -> Client {
        client(&self.key, serving.address)
    }
}

fn client(key: &WitnessKey, address: SocketAddr) -> Client {
    let policy = format!("witness w {key} http://{address}\nquorum w\n");
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    Client::open(&policy.witnesses()[0], Duration::from_secs(20)).unwrap().unwrap()
}

/// A log of so many leaves, the n-th of which says n.
fn numbered(leaves: u64) -> Book {
    Book::of((0..leaves).map(|n| n.to_be_bytes().to_vec()))
}

/// Another log under the same key: it parts from [`numbered`] at this leaf.
fn forked(at: u64, leaves: u64) -> Book {
    let leaf = |n: u64| if n < at { n } else { n + 1_000_000 };
    Book::of((0..leaves).map(|n| leaf(n).to_be_bytes().to_vec()))
}

fn request(book: &Book, old: u64) -> AddCheckpoint {
    let (old, new) = (TreeSize(old), book.head().size());
    AddCheckpoint::new(old, consistency(old, new, book).unwrap(), book.signed()).unwrap()
}

fn bare(book: &Book, old: u64) -> AddCheckpoint {
    let none = ConsistencyProof::new(Vec::new()).unwrap();
    AddCheckpoint::new(TreeSize(old), none, book.signed()).unwrap()
}

#[track_caller]
fn line(answer: Result<Cosigning, ClientError>) -> SignatureLine {
    match answer.unwrap() {
        Cosigning::Cosigned(line, _) => line,
        Cosigning::Stale(size) => panic!("it stands at {size}"),
    }
}

#[track_caller]
fn stale(answer: Result<Cosigning, ClientError>, at: u64) {
    assert_eq!(answer.unwrap(), Cosigning::Stale(TreeSize(at)));
}

#[track_caller]
fn refused(answer: &Result<Cosigning, ClientError>, status: u16) {
    assert!(matches!(answer, Err(ClientError::Refused(found)) if *found == status), "{answer:?}");
}

/// The evidence that a witness has kept, by the beginning of its name.
fn evidence(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("evidence")).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(kind));
    found.sort();
    found
}
