//! Configuration: files and environment in, checked values out, every fault at once.
//!
//! Defaults are compiled in; `config/sluss.toml` shows them, and a test holds the two together.

mod desk;
mod door;
mod sign_in;
mod store;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use url::Url;

pub use desk::Desk;
pub use door::{DoorLimits, Http, TlsFiles};
pub use sign_in::{Issuer, Provider, RoleMap, Session, safe_address};

use crate::log::quorum::Policy;
use crate::notify;
use crate::recipients::{self, RecipientFile, Recipients};
use crate::settle::Timing;
use crate::store::{Limits, Servers};
use crate::table::{Fault, Faults, Table, parse};
use crate::telemetry::Format;
use crate::tmf::Doors;
use crate::witness::{Client, Plan};

/// Prefix of the environment variables that set a key.
const PREFIX: &str = "SLUSS__";

/// A deployment, as checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The door for the ordering system.
    pub http: Http,
    /// Whose tokens are taken beside our own; `None`: nobody's.
    pub oauth: Option<Issuer>,
    /// Whom people sign in with; `None`: they have accounts here.
    pub oidc: Option<Provider>,
    /// How long people's sessions last.
    pub session: Session,
    /// How a desk works: what can be undone, and what two must agree to.
    pub desk: Desk,
    /// The folder with everything that is kept.
    pub state: PathBuf,
    /// Where PostgreSQL is; `None`: everything is kept in that folder.
    pub servers: Option<Servers>,
    /// Name of the disclosure log.
    pub origin: String,
    /// How long the log is silent, at most, while a worker runs.
    pub heartbeat: Duration,
    /// Whom to show the log's checkpoints to; `None`: nobody.
    pub witnesses: Option<Plan>,
    /// When to stop rather than to go on.
    pub limits: Limits,
    /// How often every stored leaf is hashed again; `None`: never.
    pub scrub: Option<Duration>,
    /// How long to wait for what.
    pub timing: Timing,
    /// How many cases are recorded in one commit, at most.
    pub batch_max: usize,
    /// What the worker does once in a while, to what is kept.
    pub upkeep: Upkeep,
    /// How many days before an agreement's end the check begins to warn.
    pub agreement_warning_days: u32,
    /// The file of words that the free-text guard goes by beside its own.
    pub gazetteer: Option<PathBuf>,
    /// How ordering systems are told of what has become of their orders.
    pub notify: notify::Plan,
    /// How events are written.
    pub telemetry: Telemetry,
    /// The recipients' files.
    pub recipients: Vec<RecipientFile>,
}

/// What the worker does once in a while, to what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// How long what is sealed of a case is kept after its end, where no rule asks for longer.
    pub case_minimum: Duration,
    /// After how long a new epoch begins; `None`: only when a person says so.
    pub rotate_after: Option<Duration>,
}

/// How events are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// For people or for machines.
    pub format: Format,
    /// What is written.
    pub level: String,
    /// Where a collector takes traces (OTLP over HTTP); `None`: nowhere.
    pub collector: Option<Url>,
}

impl Config {
    /// The recipients, by id.
    pub fn recipients(&self) -> Recipients {
        let recipients = self.recipients.iter().map(|file| &file.recipient);
        recipients.map(|recipient| (recipient.id.clone(), recipient.clone())).collect()
    }
}

/// Reads `sluss.toml` and `recipients/*.toml` of a folder, with what the environment overrides.
pub fn load(folder: &Path, environment: &BTreeMap<String, String>) -> Result<Config, Vec<Fault>> {
    let mut all = Vec::new();
    let file = folder.join("sluss.toml");
    let deployment = match std::fs::read_to_string(&file) {
        Ok(text) => deployment(&file, &text, environment),
        Err(error) => Err(vec![unreadable(&file, &error)]),
    };
    let deployment = deployment.map_err(|faults| all.extend(faults)).ok();
    let recipients = read_recipients(folder, &mut all);
    let deployment = deployment.map(|mut config| {
        // Secrets stand below the configuration, as those of recipients do.
        config.http.tls = config.http.tls.map(|files| files.below(folder));
        config.oidc = config.oidc.map(|provider| provider.below(folder));
        config
    });
    if let Some(config) = &deployment {
        between(&file, config, &recipients, &mut all);
    }
    match deployment {
        Some(config) if all.is_empty() => Ok(Config { recipients, ..config }),
        _ => Err(all),
    }
}

/// The part that is in `sluss.toml`; no recipients yet.
fn deployment(
    file: &Path,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Config, Vec<Fault>> {
    let mut table = parse(file, text).map_err(|fault| vec![fault])?;
    let mut faults = Faults::new(file);
    overlay(&mut table, environment, &mut faults);
    let config = read(file, &table, &mut faults);
    if faults.is_empty() { Ok(config) } else { Err(faults.into_vec()) }
}

fn read(file: &Path, table: &toml::Table, faults: &mut Faults) -> Config {
    let mut root = Table::root(table);
    let seconds = |number: u32| Duration::from_secs(number.into());

    let http = door::read(root.table("http", faults), faults);
    let oauth = sign_in::oauth(root.table("oauth", faults), faults);
    let oidc = sign_in::oidc(root.table("oidc", faults), faults);
    let session = sign_in::session(root.table("session", faults), faults);
    let desk = desk::read(root.table("desk", faults), faults);

    let kept = store::read(file, root.table("store", faults), faults);

    let mut log = root.table("log", faults);
    let origin = log.text("origin", faults);
    let origin = origin.unwrap_or_else(|| "sluss.example/disclosures".to_owned());
    // A checkpoint's first line, and a key name: C2SP signed-note.
    if origin.is_empty() || origin.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
    {
        faults.add(log.key("origin"), "must be a name without spaces and plus signs");
    }
    let heartbeat = log.number("heartbeat_seconds", 3_600, 1..=86_400, faults);
    let witnesses = witnesses(file, &mut log, faults);
    let deadline = log.number("deadline_seconds", 5, 1..=60, faults);
    let checkpoint_dir = log.text("checkpoint_dir", faults).unwrap_or_default();
    let scrub_hours = log.number("scrub_hours", 168, 0..=8_760, faults);
    log.nothing_else(faults);

    let mut worker = root.table("worker", faults);
    let batch_max = worker.number("batch_max", 64, 1..=512, faults);
    let lease = worker.number("lease_seconds", 60, 5..=3_600, faults);
    let settle = worker.number("settle_seconds", 10, 1..=3_600, faults);
    let doubt_max = worker.number("doubt_max_seconds", 86_400, 60..=604_800, faults);
    let retry_first = worker.number("retry_first_seconds", 5, 1..=3_600, faults);
    let retry_max = worker.number("retry_max_seconds", 3_600, 1..=86_400, faults);
    let attempts_max = worker.number("attempts_max", 8, 1..=100, faults);
    let pause_after = worker.number("pause_after_failures", 5, 1..=1_000, faults);
    let pause_max = worker.number("pause_max_seconds", 300, 1..=3_600, faults);
    worker.nothing_else(faults);

    let day = Duration::from_hours(24);
    let mut retention = root.table("retention", faults);
    let case_days = retention.number("case_days", 30, 1..=3_650, faults);
    retention.nothing_else(faults);
    let mut keys = root.table("keys", faults);
    let rotate_days = keys.number("rotate_days", 30, 0..=3_650, faults);
    keys.nothing_else(faults);
    let upkeep = Upkeep {
        case_minimum: day * case_days,
        rotate_after: (rotate_days > 0).then_some(day * rotate_days),
    };

    let mut policy = root.table("policy", faults);
    let agreement_warning_days = policy.number("agreement_warning_days", 60, 0..=730, faults);
    policy.nothing_else(faults);

    let mut guard = root.table("guard", faults);
    let gazetteer = guard.text("gazetteer", faults).filter(|path| !path.is_empty());
    guard.nothing_else(faults);

    let notify = notify(root.table("notify", faults), http.listen, faults);
    let telemetry = telemetry(root.table("telemetry", faults), faults);
    root.nothing_else(faults);

    Config {
        http,
        oauth,
        oidc,
        session,
        desk,
        state: kept.dir,
        servers: kept.servers,
        origin,
        heartbeat: seconds(heartbeat),
        witnesses,
        limits: Limits {
            deadline: seconds(deadline),
            reserve_bytes: kept.reserve_bytes.into(),
            checkpoint_dir: Some(PathBuf::from(checkpoint_dir))
                .filter(|folder| !folder.as_os_str().is_empty()),
        },
        scrub: Some(Duration::from_hours(scrub_hours.into())).filter(|every| !every.is_zero()),
        timing: Timing {
            lease: seconds(lease),
            settle: seconds(settle),
            doubt_max: seconds(doubt_max),
            retry_first: seconds(retry_first),
            retry_max: seconds(retry_max),
            attempts_max,
            pause_after,
            pause_max: seconds(pause_max),
        },
        batch_max: batch_max as usize,
        upkeep,
        agreement_warning_days,
        gazetteer: gazetteer.map(PathBuf::from),
        notify,
        telemetry,
        recipients: Vec::new(),
    }
}

/// Whom to tell, and how long to try.
fn notify(mut notify: Table<'_>, listen: SocketAddr, faults: &mut Faults) -> notify::Plan {
    let hosts = notify.text("hosts", faults).unwrap_or_default();
    let hosts: Vec<String> = hosts.split_ascii_whitespace().map(str::to_owned).collect();
    if !hosts.iter().all(|line| Doors::is_name(line)) {
        let what = "must be names of hosts in small letters with spaces between them, as hooks.example.se or \
                    *.example.se";
        faults.add(notify.key("hosts"), what);
    }
    let allow_http_loopback = notify.boolean("allow_http_loopback", false, faults);
    let timeout = notify.number("timeout_seconds", 10, 1..=60, faults);
    let retry_first = notify.number("retry_first_seconds", 5, 1..=3_600, faults);
    let retry_max = notify.number("retry_max_seconds", 21_600, 1..=86_400, faults);
    let give_up = notify.number("give_up_hours", 72, 1..=720, faults);
    if retry_first > retry_max {
        faults.add(notify.key("retry_first_seconds"), "must not be above retry_max_seconds");
    }
    notify.nothing_else(faults);
    notify::Plan {
        doors: Doors { hosts, allow_http_loopback, ours: Some(listen) },
        timeout: Duration::from_secs(timeout.into()),
        retry_first: Duration::from_secs(retry_first.into()),
        retry_max: Duration::from_secs(retry_max.into()),
        give_up: Duration::from_hours(give_up.into()),
    }
}

/// How events are written.
fn telemetry(mut telemetry: Table<'_>, faults: &mut Faults) -> Telemetry {
    let format = match telemetry.text("format", faults).as_deref() {
        None | Some("text") => Format::Text,
        Some("json") => Format::Json,
        Some(_) => {
            faults.add(telemetry.key("format"), "must be text or json");
            Format::Text
        }
    };
    let level = telemetry.text("level", faults).unwrap_or_else(|| "warn".to_owned());
    if EnvFilter::try_new(&level).is_err() {
        faults.add(
            telemetry.key("level"),
            "must be error, warn, info, debug, trace or off, or a filter such as sluss=debug",
        );
    }
    let collector = telemetry.text("otlp_url", faults).filter(|url| !url.is_empty());
    let collector = collector.and_then(|text| {
        let found = safe_address(&text);
        if found.is_none() {
            let what = "must be https://, or http:// to this machine, as http://127.0.0.1:4318";
            faults.add(telemetry.key("otlp_url"), what);
        }
        found
    });
    telemetry.nothing_else(faults);
    Telemetry { format, level, collector }
}

/// The policy file that `log.witness_policy` names, and how to go by it.
fn witnesses(file: &Path, log: &mut Table<'_>, faults: &mut Faults) -> Option<Plan> {
    let named = log.text("witness_policy", faults).filter(|named| !named.is_empty());
    let every = log.number("publish_seconds", 1, 1..=3_600, faults);
    let age_max = log.number("witness_age_max_seconds", 0, 0..=604_800, faults);
    let timeout = log.number("witness_timeout_seconds", 10, 1..=300, faults);
    let Some(named) = named else {
        if age_max > 0 {
            let what = "must be 0 where log.witness_policy names no witnesses";
            faults.add(log.key("witness_age_max_seconds"), what);
        }
        return None;
    };
    let seconds = |number: u32| Duration::from_secs(number.into());
    let path = file.parent().unwrap_or(Path::new(".")).join(named);
    let mut fault = |what: String| {
        faults.add(log.key("witness_policy"), format!("{}: {what}", path.display()));
    };
    let written = std::fs::read(&path).map_err(|error| format!("cannot be read: {error}"));
    let written = written.map_err(&mut fault).ok()?;
    let policy = Policy::parse(&written).map_err(|error| fault(error.to_string())).ok()?;
    if !policy.is_within_reach() {
        fault("the quorum needs witnesses that have no address in this file".to_owned());
    }
    for witness in policy.witnesses() {
        if let Err(error) = Client::open(witness, seconds(timeout)) {
            fault(error.to_string());
        }
    }
    if !policy.asks_for_witnesses() && age_max > 0 {
        let what = "must be 0 where the quorum of log.witness_policy is none";
        faults.add(log.key("witness_age_max_seconds"), what);
    }
    let (every, age_max, timeout) = (seconds(every), seconds(age_max), seconds(timeout));
    Some(Plan { policy, every, age_max, timeout })
}

/// Sets the keys that the environment names. A value that reads as TOML is that, else a text.
fn overlay(table: &mut toml::Table, environment: &BTreeMap<String, String>, faults: &mut Faults) {
    for (name, value) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let Some((section, key)) = path.split_once("__") else {
            faults.add(name, "must name a section and a key, as SLUSS__HTTP__LISTEN");
            continue;
        };
        let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
        let read = format!("value = {value}").parse::<toml::Table>().ok();
        let value = read
            .filter(|table| table.len() == 1)
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| toml::Value::String(value.clone()));
        let section = table.entry(section).or_insert_with(|| toml::Table::new().into());
        match section.as_table_mut() {
            Some(section) => {
                section.insert(key, value);
            }
            None => faults.add(name, "names a section that is not a table in the file"),
        }
    }
}

fn read_recipients(folder: &Path, faults: &mut Vec<Fault>) -> Vec<RecipientFile> {
    let within = folder.join("recipients");
    let mut files: Vec<PathBuf> = match std::fs::read_dir(&within) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            faults.push(unreadable(&within, &error));
            return Vec::new();
        }
    };
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        let what = "holds no recipient: write one file for each, ending in .toml".to_owned();
        faults.push(Fault { file: within, key: String::new(), what });
        return Vec::new();
    }
    let mut read: Vec<RecipientFile> = Vec::new();
    for file in files {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                faults.push(unreadable(&file, &error));
                continue;
            }
        };
        match recipients::read(&file, folder, &text) {
            Ok(recipient) => {
                let id = &recipient.recipient.id;
                let named = file.file_stem().is_some_and(|stem| stem == id.as_str());
                if named {
                    read.push(recipient);
                } else {
                    let what = format!("is {id}: the file must be named {id}.toml");
                    faults.push(Fault { file, key: "id".to_owned(), what });
                }
            }
            Err(found) => faults.extend(found),
        }
    }
    read
}

/// What must hold between values.
fn between(file: &Path, config: &Config, recipients: &[RecipientFile], faults: &mut Vec<Fault>) {
    let mut found = Faults::new(file);
    let lease = config.timing.lease;
    if config.http.request_timeout >= lease {
        found.add("http.request_timeout_seconds", "must be below worker.lease_seconds");
    }
    let audience = |issuer: &Issuer| issuer.expected.audience.clone();
    if let (Some(oauth), Some(oidc)) = (&config.oauth, &config.oidc)
        && audience(oauth) == audience(&oidc.issuer)
    {
        let what = "must not be oidc.client_id: what a person's browser may see would be a system's \
                    token";
        found.add("oauth.audience", what);
    }
    if config.timing.retry_first > config.timing.retry_max {
        found.add("worker.retry_first_seconds", "must not be above worker.retry_max_seconds");
    }
    for RecipientFile { recipient, .. } in recipients {
        // Otherwise a second worker would ask about a message that the first still waits for.
        let channel = &recipient.channel;
        let turns = channel.in_flight_max.div_ceil(channel.requests_per_second);
        let longest = channel.timeout + Duration::from_secs(turns.into());
        if longest >= lease {
            let what = format!(
                "must be above {} seconds: channel.timeout_seconds of {} and the time that \
                 in_flight_max messages wait for their turn at requests_per_second",
                longest.as_secs(),
                recipient.id
            );
            found.add("worker.lease_seconds", what);
        }
    }
    faults.extend(found.into_vec());
}

fn unreadable(file: &Path, error: &std::io::Error) -> Fault {
    let what = format!("cannot be read: {error}");
    Fault { file: file.to_owned(), key: String::new(), what }
}
