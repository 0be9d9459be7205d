//! `sluss doctor`: whether this machine is fit for what it is to do. Looks, and changes nothing; to a
//! recipient it makes a connection, and says nothing over it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{Failure, Output};
use crate::config::Config;
use crate::domain::{Clock, SystemClock, Timestamp};
use crate::http::Tls;
use crate::recipients::{Auth, Recipient};
use crate::store::{LeftAlone, Store};
use crate::telemetry::chain;
use crate::transmit::{self, reach, read_secret};

/// Further apart, leases and the log's times do not fit together.
const APART_MAX: Duration = Duration::from_secs(1);
/// With less than so many times the reserve, it is time to look.
const ROOM: u64 = 4;
/// Files that a process needs beside its connections.
const FILES: u64 = 128;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Make no connections to recipients
    #[arg(long)]
    offline: bool,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Well,
    Warning,
    Badly,
}

impl Stands {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Warning => "warning",
            Self::Badly => "fault",
        }
    }
}

/// What was looked at.
struct Finding {
    of: &'static str,
    stands: Stands,
    what: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, of: &'static str, stands: Stands, what: impl Into<String>) {
        self.0.push(Finding { of, stands, what: what.into() });
    }

    fn well(&mut self, of: &'static str, what: impl Into<String>) {
        self.add(of, Stands::Well, what);
    }

    fn badly(&mut self, of: &'static str, what: impl Into<String>) {
        self.add(of, Stands::Badly, what);
    }

    /// Whether any of a kind stands other than well.
    fn is_well(&self, of: &str) -> bool {
        !self.0.iter().any(|one| one.of == of && one.stands != Stands::Well)
    }
}

pub(super) async fn run(
    config: Config,
    arguments: &Arguments,
    output: &Output,
) -> Result<(), Failure> {
    let mut findings = Findings::default();
    findings.well("version", concat!("sluss ", env!("CARGO_PKG_VERSION")));
    files_limit(&config, &mut findings);
    permissions(&config, &mut findings);
    secrets(&config, &mut findings);
    if let Some(files) = config.http.tls.clone() {
        match Tls::open(files) {
            Ok(_) => findings.well("certificate", "the door's certificate and key can be used"),
            Err(error) => findings.badly("certificate", chain(&error)),
        }
    }
    store(&config, &mut findings).await;
    if !arguments.offline {
        recipients(&config, &mut findings).await;
    }
    for Finding { of, stands, what } in &findings.0 {
        output.line(format!("{:8}{of}: {what}", stands.as_str()));
    }
    let count = |stands| findings.0.iter().filter(|one| one.stands == stands).count();
    let (faults, warnings) = (count(Stands::Badly), count(Stands::Warning));
    output.line(format!("{faults} faults, {warnings} warnings"));
    let checks: Vec<Value> = findings
        .0
        .iter()
        .map(|one| json!({ "check": one.of, "result": one.stands.as_str(), "what": one.what }))
        .collect();
    output.data(&json!({ "faults": faults, "warnings": warnings, "checks": checks }));
    if faults == 0 { Ok(()) } else { Err(Failure::Said) }
}

/// What the kernel lets this process open.
fn files_limit(config: &Config, findings: &mut Findings) {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let Some(soft) = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
    else {
        return;
    };
    let needed = u64::from(config.http.limits.connections_max) + FILES;
    if soft < needed {
        let what = format!("{soft} files may be open, {needed} may be needed: raise LimitNOFILE");
        findings.add("limits", Stands::Warning, what);
    } else {
        findings.well("limits", format!("{soft} files may be open"));
    }
}

/// Everything in the state folder is its owner's alone, and the owner is who runs this.
fn permissions(config: &Config, findings: &mut Findings) {
    let us = fs::metadata("/proc/self").map(|found| found.uid()).ok();
    let mut folders = vec![config.state.clone()];
    let elsewhere = config.limits.checkpoint_dir.clone();
    folders.extend(elsewhere);
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            if folder.exists() {
                findings.badly("permissions", format!("{} cannot be read", folder.display()));
            }
            continue;
        };
        look(&folder, us, &mut looked_at, findings);
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                look(&path, us, &mut looked_at, findings);
            }
        }
    }
    if findings.is_well("permissions") {
        findings
            .well("permissions", format!("{looked_at} files and folders are their owner's alone"));
    }
}

fn look(path: &Path, us: Option<u32>, looked_at: &mut usize, findings: &mut Findings) {
    // What is gone by now was in nobody's way.
    let Ok(found) = fs::metadata(path) else {
        return;
    };
    *looked_at += 1;
    let (mode, shown) = (found.permissions().mode() & 0o777, path.display());
    if mode & 0o077 != 0 {
        let what = format!("{shown} can be used by others (mode {mode:o}): chmod go-rwx {shown}");
        findings.badly("permissions", what);
    }
    if us.is_some_and(|us| us != 0 && us != found.uid()) {
        findings.badly("permissions", format!("{shown} belongs to somebody else"));
    }
}

/// The files with secrets, as they are read by who needs them.
fn secrets(config: &Config, findings: &mut Findings) {
    let mut read = 0;
    for recipient in enabled(config) {
        let mut files = match &recipient.channel.auth {
            Auth::Basic { password, .. } | Auth::WsSecurity { password, .. } => vec![password],
            Auth::ClientCertificate { key, .. } => vec![key],
        };
        files.extend(recipient.inbound.as_ref().map(|inbound| &inbound.password));
        for file in files {
            match read_secret(file) {
                Ok(_) => read += 1,
                Err(error) => {
                    findings.badly("secrets", format!("{}: {}", recipient.id, chain(&error)));
                }
            }
        }
    }
    if findings.is_well("secrets") {
        findings.well("secrets", format!("{read} secrets can be read, and by nobody else"));
    }
}

fn enabled(config: &Config) -> impl Iterator<Item = &Recipient> {
    config.recipients.iter().map(|file| &file.recipient).filter(|recipient| recipient.enabled)
}

/// Opens the store as a start does, and asks it how it stands.
async fn store(config: &Config, findings: &mut Findings) {
    if !Store::exists(&config.state, config.servers.as_ref()) {
        let what = format!("{} has none yet: the first start makes it", config.state.display());
        return findings.add("store", Stands::Warning, what);
    }
    let deployment = match Deployment::open(config.clone()) {
        Ok(deployment) => deployment,
        Err(error) => return findings.badly("store", chain(&error)),
    };
    let store = &deployment.store;
    match store.facts().await {
        Ok(facts) => {
            findings.well("store", format!("{}, schema {}", facts.engine, facts.schema));
            clock(SystemClock.now(), facts.last, facts.clock, findings);
        }
        Err(error) => findings.badly("store", chain(&error)),
    }
    match store.halt().gravest() {
        Some(halted) => {
            let reason = halted.reason;
            let since = halted.since.rfc3339();
            findings.badly("log", format!("halted since {since} ({reason}): {}", reason.advice()));
        }
        None => match store.check().await {
            Ok(()) => findings.well("log", "records can be made"),
            Err(error) => findings.badly("log", chain(&error)),
        },
    }
    match store.left_alone().await {
        Ok(left_alone) => {
            for (id, LeftAlone { since, until, .. }) in left_alone {
                let (since, until) = (since.rfc3339(), until.rfc3339());
                let what = format!(
                    "{id}: down or too slow since {since}; a worker leaves it alone, and one case \
                     looks whether it is back from {until} on"
                );
                findings.add("recipient", Stands::Warning, what);
            }
        }
        Err(error) => findings.badly("store", chain(&error)),
    }
    match store.volumes() {
        Ok(volumes) => {
            for volume in volumes {
                let (free, reserve) = (volume.free_bytes, config.limits.reserve_bytes);
                let what = format!("{} MiB free where the {} is", free >> 20, volume.name);
                let stands = match free {
                    free if free < reserve => Stands::Badly,
                    free if free < reserve.saturating_mul(ROOM) => Stands::Warning,
                    _ => Stands::Well,
                };
                findings.add("disk", stands, what);
            }
        }
        Err(error) => findings.badly("disk", chain(&error)),
    }
}

/// Our clock against the log's last leaf, and against the server's.
fn clock(now: Timestamp, last: Timestamp, server: Option<Timestamp>, findings: &mut Findings) {
    if now.seconds() < last.seconds() {
        let what = format!("{} here, and the last leaf is of {}", now.rfc3339(), last.rfc3339());
        return findings.badly("clock", what);
    }
    let apart = server.map(|server| now.since(server).max(server.since(now)));
    match apart {
        Some(apart) if apart > APART_MAX => {
            let what = format!("{} seconds from the database server's: NTP", apart.as_secs());
            findings.badly("clock", what);
        }
        Some(_) => findings.well("clock", "not behind the log, and as the database server's"),
        None => findings.well("clock", "not behind the log"),
    }
}

/// Each recipient at once: one that does not answer takes ten seconds.
async fn recipients(config: &Config, findings: &mut Findings) {
    let mut tries = tokio::task::JoinSet::new();
    for recipient in enabled(config).cloned() {
        tries.spawn(async move { (reach(&recipient).await, recipient) });
    }
    let mut reached = Vec::new();
    while let Some(tried) = tries.join_next().await {
        reached.extend(tried);
    }
    reached.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    for (result, recipient) in reached {
        let id = &recipient.id;
        match result {
            Ok(transmit::Reached { address, tls }) => {
                let tls = tls.unwrap_or_else(|| "no TLS, on this machine".to_owned());
                findings.well("recipient", format!("{id}: {address} answers, {tls}"));
            }
            Err(error) => findings.badly("recipient", format!("{id}: {}", chain(&error))),
        }
    }
}
