//! From files to servers: the same cases and the same log, whoever kills it on the way.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::cli::running::Running;
use crate::crash::Deployed;
use crate::postgres::{self, Throwaway};

/// The kills, in the order in which the command comes by.
const POINTS: [&str; 4] = ["carried", "carried-log", "carried-keys", "carried-away"];

fn moved(deployed: &Deployed, environment: &[(&'static str, String)], crash: &str) -> Output {
    let mut command = deployed.command(&["store", "move"]);
    command.envs(environment.iter().cloned()).env("SLUSS_CRASH_AT", crash);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_moves_and_goes_on_whatever_killed_it_on_the_way() {
    if postgres::is_tested() {
        return;
    }
    let (mut deployed, server) = (Deployed::start().await, Throwaway::start());
    // Something in the log, and something under way.
    for verb in ["hold", "release"] {
        let decided = deployed.command(&["case", verb, &case(&deployed, 0)]).output().unwrap();
        assert!(decided.status.success(), "{decided:?}");
    }
    let cases = deployed.json(&["case", "list"]);
    let checkpoint = fs::read(deployed.state().join("checkpoint")).unwrap();
    let servers = server.environment("moved");
    for point in POINTS {
        let ended = moved(&deployed, &servers, point);
        assert!(ended.status.signal().is_some(), "{point}: {ended:?}");
    }
    // The files are away: the last kill was behind everything.
    let again = moved(&deployed, &servers, "");
    assert!(said(&again).contains("it was moved already"), "{again:?}");
    assert!(!deployed.state().join("sluss.db").exists());
    assert!(deployed.state().join("sluss.db.moved").exists());
    assert_eq!(fs::read(deployed.state().join("checkpoint")).unwrap(), checkpoint);
    // Who still goes by the files finds none, and makes none.
    let old = deployed.command(&["case", "list"]).stdin(Stdio::null()).output().unwrap();
    assert!(!old.status.success(), "{old:?}");

    deployed.environment = servers;
    assert_eq!(deployed.json(&["case", "list"]), cases);
    deployed.to_the_end();
    deployed.check();
    assert_eq!(deployed.json(&["log", "fsck"])["sound"], true);
}

fn case(deployed: &Deployed, number: usize) -> String {
    deployed.json(&["case", "list"])["cases"][number]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_not_be_whole_or_not_be_alone_is_not_moved() {
    if postgres::is_tested() {
        return;
    }
    let (mut deployed, server) = (Deployed::start().await, Throwaway::start());
    let nowhere = moved(&deployed, &[], "");
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");

    // Somebody works.
    let servers = server.environment("alone");
    let mut running = Running::start(deployed.command(&["serve", "--no-worker"]));
    running.address();
    let refused = moved(&deployed, &servers, "");
    assert!(said(&refused).contains("other processes use this store"), "{refused:?}");
    drop(running);

    // The log is halted.
    let marker = deployed.state().join("halted");
    fs::write(&marker, "log-changed 2026-11-22T12:00:00Z\n").unwrap();
    let refused = moved(&deployed, &servers, "");
    assert!(said(&refused).contains("log-changed"), "{refused:?}");
    fs::remove_file(&marker).unwrap();

    // Somebody else's store is there.
    let other = Deployed::start().await;
    let theirs = server.environment("theirs");
    assert!(moved(&other, &theirs, "").status.success());
    let refused = moved(&deployed, &theirs, "");
    assert!(said(&refused).contains("is not empty"), "{refused:?}");

    let done = moved(&deployed, &servers, "");
    assert!(done.status.success(), "{done:?}");
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(told["rows"].as_u64().unwrap() > 10, "{told}");
    // The files again in their place, as from an old copy, while the servers go on.
    deployed.environment = servers.clone();
    deployed.to_the_end();
    for file in ["sluss.db", "keys.db"] {
        let path = deployed.state().join(file);
        fs::rename(deployed.state().join(format!("{file}.moved")), path).unwrap();
    }
    let refused = moved(&deployed, &servers, "");
    assert!(said(&refused).contains("is not empty"), "{refused:?}");
    deployed.check();
}
