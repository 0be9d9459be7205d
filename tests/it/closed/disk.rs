//! Disks that are full, that refuse, and that hang.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use sluss::domain::{HaltReason, OsEntropy, SystemClock};
use sluss::log::{Event, LeafIndex};
use sluss::store::{Limits, Opening, Store, StoreError};

use super::*;
use crate::crash::Deployed;

/// Where a child is told to put a small volume; absent in an ordinary run.
const VOLUME: &str = "SLUSS_TEST_VOLUME";

/// Runs a test of this file again, in a mount namespace of its own, where it may mount a small
/// volume that goes away with it.
fn on_a_small_volume(test: &str) {
    let dir = tempfile::tempdir().unwrap();
    let root = fs::metadata("/proc/self").map(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0);
    let namespace = if root.unwrap() { "-m" } else { "-rm" };
    let exe = std::env::current_exe().unwrap();
    let mut command = Command::new("unshare");
    command.arg(namespace).arg(exe).args(["--exact", test, "--nocapture"]);
    let output = command.env(VOLUME, dir.path()).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && out.contains("filled and freed"),
        "a small volume cannot be mounted here, or the test on it failed: as root, or with user \
         namespaces allowed, it runs\n{out}\n{err}"
    );
}

/// In the child: mounts a volume of this size, and gives its folder.
fn volume(megabytes: u32) -> Option<std::path::PathBuf> {
    let folder = std::path::PathBuf::from(std::env::var_os(VOLUME)?);
    let size = format!("size={megabytes}m");
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &size, "sluss"]).arg(&folder);
    assert!(mount.status().unwrap().success(), "tmpfs cannot be mounted");
    Some(folder)
}

/// Takes all but so many bytes of what is free.
fn fill(folder: &Path, but: u64) -> std::path::PathBuf {
    let facts = free_bytes(folder);
    let filler = folder.join("filler");
    fs::write(&filler, vec![1; usize::try_from(facts - but).unwrap()]).unwrap();
    filler
}

fn free_bytes(folder: &Path) -> u64 {
    let facts = Command::new("stat").args(["-f", "-c", "%a %S"]).arg(folder).output().unwrap();
    let facts = String::from_utf8(facts.stdout).unwrap();
    let (blocks, size) = facts.trim().split_once(' ').unwrap();
    blocks.parse::<u64>().unwrap() * size.parse::<u64>().unwrap()
}

#[test]
fn below_its_reserve_nothing_new_begins_and_it_goes_on_when_there_is_room() {
    on_a_small_volume("closed::disk::child_reserve");
}

/// Run by the test above, in a namespace of its own.
#[test]
fn child_reserve() {
    let Some(folder) = volume(48) else { return };
    let place = Place::unreachable();
    let command = || {
        let mut command = place.command(&["serve"]);
        command.arg("--state").arg(folder.join("state"));
        command.env("SLUSS__STORE__RESERVE_BYTES", "16777216");
        command
    };
    let mut running = Running::start(command());
    let address = running.door(&folder.join("state"));
    running_again(&address, "ORD-1");
    let filler = fill(&folder, 8 << 20);
    stopped(&address, "disk-reserve");
    fs::remove_file(filler).unwrap();
    running_again(&address, "ORD-2");
    running.stop().code(0);
    println!("filled and freed");
}

#[test]
fn on_a_full_disk_nothing_acknowledged_is_lost_and_it_goes_on_when_there_is_room() {
    on_a_small_volume("closed::disk::child_full");
}

/// Run by the test above, in a namespace of its own. Without a reserve, so that the disk is full.
#[tokio::test]
async fn child_full() {
    let Some(folder) = volume(6) else { return };
    let state = folder.join("state");
    let open = || {
        let limits = Limits { reserve_bytes: 0, ..Limits::default() };
        Store::open(&Opening {
            dir: &state,
            origin: "log.example.se/disclosures",
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            limits,
            servers: None,
        })
    };
    let store = open().unwrap();
    let filler = fill(&folder, 1 << 20);
    let mut acknowledged = Vec::new();
    let error = loop {
        match store.note(Event::Heartbeat).await {
            Ok(leaf) => acknowledged.push(leaf),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert_eq!(store.halt().reason(), Some(HaltReason::AppendFailed));
    fs::remove_file(filler).unwrap();
    until("it goes on by itself", || store.halt().reason().is_none());
    acknowledged.push(store.note(Event::Heartbeat).await.unwrap());
    drop(store);
    let store = open().unwrap();
    let findings = store.fsck().await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
    let leaves = store.leaves(LeafIndex(0), usize::MAX).await.unwrap();
    for leaf in acknowledged {
        assert_eq!(leaves[usize::try_from(leaf.index().0).unwrap()].hash, leaf.hash());
    }
    println!("filled and freed");
}

/// The kernel refuses to let a file grow: an append that fails, without a full disk.
#[test]
fn a_write_that_is_refused_stops_everything_and_loses_nothing() {
    let place = place();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 1500; exec \"$0\" \"$@\""]);
    let served = place.command(&["serve", "--no-worker"]);
    command.arg(served.get_program()).args(served.get_args());
    command.current_dir(crate::cli::root());
    let mut running = Running::start(command);
    let address = running.door(&place.state());
    let mut kept = 0;
    let refused = (0..2_000).find_map(|n| match post(&address, &format!("ORD-{n}")) {
        (201, _) => {
            kept += 1;
            None
        }
        other => Some(other),
    });
    let (status, body) = refused.unwrap();
    assert_eq!(status, 503, "{body}");
    stopped(&address, "append-failed");
    running.stop().code(0);
    let (running, address) = serve(&place);
    running_again(&address, "ORD-AFTER");
    running.stop().code(0);
    let listed = place.data(&["case", "list", "--limit", "5000"]);
    assert!(listed["cases"].as_array().unwrap().len() >= kept + 2);
    sound(&place);
}

/// A disk that hangs while a disclosure's checkpoint is made durable: whoever waits is told so in
/// time, nothing is sent, and what became durable later is closed by asking the operator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_disk_that_hangs_nothing_is_sent() {
    let deployed = Deployed::start().await;
    let worker = deployed.command(&["work"]);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync"]);
    // Much longer than the deadline, and than a busy machine may take from here to the kill.
    command.args(["-e", "inject=fdatasync:delay_enter=10000000", "-P"]);
    command.arg(deployed.state().join("checkpoint"));
    command.arg("-P").arg(deployed.state().join("checkpoint.new"));
    command.arg(worker.get_program()).args(worker.get_args());
    command.env("SLUSS__LOG__DEADLINE_SECONDS", "1");
    let said = deployed.state().join("said");
    command.stdout(Stdio::null()).stderr(File::create(&said).unwrap()).process_group(0);
    let mut tracer = command.spawn().unwrap();
    let stopped = crate::crash::until(|| {
        fs::read_to_string(&said).unwrap().contains("deadline-passed")
            && deployed.states().iter().any(|state| state == "recorded")
    });
    let sent = deployed.sandbox.received().iter().filter(|one| one.is_message).count();
    // The whole group: the program outlives its tracer.
    let kill = format!("kill -KILL -{}", tracer.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    tracer.wait().unwrap();
    let said = fs::read_to_string(&said).unwrap();
    assert!(stopped, "{:?} {said}", deployed.states());
    assert_eq!(sent, 0, "recorded too late, and so not sent");
    deployed.to_the_end();
    let results = deployed.check();
    assert_eq!(results["accepted"], 4);
    assert!(results["unknown"] >= 1, "{results:?}");
}
