//! What a witness keeps: its key, the logs it follows, and for each the checkpoint it cosigned last.
//!
//! ```text
//! witness.toml    name, limits, and the keys of the logs; a person may edit it
//! key             the signing key, made once
//! logs/<hash>     the checkpoint cosigned last: `none`, or a note with our own cosignature
//! evidence/       what a log signed and should not have
//! lock            one process at a time
//! ```
//!
//! A step is on disk before it is answered. A record that is missing or not ours is never replaced
//! by an empty one: a witness that forgot what it saw would cosign a second history.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::server::Limits;
use crate::crash;
use crate::domain::{Entropy, Timestamp};
use crate::log::{
    AddCheckpoint, Checkpoint, CosigningKey, Hash, KeyName, Note, Refusal, SignatureLine,
    VerifierKey, WitnessKey, witness,
};
use crate::table::{self, Fault, Faults, Table};

/// A record or a settings file that is longer is not ours.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// So many requests of each kind that speak against a log are kept. A log that does it more often has
/// been found out already, and the disk is for the records.
const EVIDENCE_MAX: usize = 100;

/// So many logs are followed, at most.
const LOGS_MAX: usize = 1_000;

/// What a record says before the first cosignature.
const NONE_YET: &str = "none\n";

/// Why a witness cannot be made or started.
#[derive(Debug, Error)]
pub enum FolderError {
    /// There is something already.
    #[error("{}: is not empty: a witness gets a folder of its own", .0.display())]
    NotEmpty(PathBuf),
    /// Another process serves it.
    #[error("{}: another process uses this witness", .0.display())]
    InUse(PathBuf),
    /// What it cosigned last is not known any more. Going on might vouch for a second history.
    #[error(
        "{}: the record of {origin} is missing or not what this witness wrote: restore it, or make \
         a new witness with another key",
        path.display()
    )]
    Record {
        /// The record.
        path: PathBuf,
        /// The log.
        origin: KeyName,
    },
    /// The key can be read by others, or is none.
    #[error("{}: must be 32 bytes that only the owner can read (chmod 600)", .0.display())]
    Key(PathBuf),
    /// `witness.toml` is not right.
    #[error("{}", faults(.0))]
    Settings(Vec<Fault>),
    /// The log is followed already, by this key.
    #[error("this key is followed already")]
    Followed,
    /// A file.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, Error)]
pub enum Denied {
    /// The standard says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It would be said to be the largest tree at a time when a larger one was.
    #[error("this machine's clock is behind the last cosignature")]
    Clock,
    /// The step could not be written down, so it is not taken.
    #[error("the new checkpoint cannot be kept")]
    Unkept(#[source] std::io::Error),
}

/// A witness's folder, held by this process.
pub struct Folder {
    dir: PathBuf,
    key: CosigningKey,
    limits: Limits,
    logs: BTreeMap<KeyName, Followed>,
    _lock: File,
}

/// A log that is followed. One request at a time looks at it and moves it on.
struct Followed {
    keys: Vec<VerifierKey>,
    path: PathBuf,
    latest: Mutex<Option<Latest>>,
}

/// What was cosigned last.
struct Latest {
    checkpoint: Checkpoint,
    at: Timestamp,
    note: String,
}

/// As `witness.toml` says.
struct Settings {
    name: KeyName,
    limits: Limits,
    logs: BTreeMap<KeyName, Vec<VerifierKey>>,
}

impl Folder {
    /// Makes a witness in a folder that is empty or not there yet, and gives its key.
    pub fn init(
        dir: &Path,
        name: &KeyName,
        logs: &[VerifierKey],
        entropy: &dyn Entropy,
    ) -> Result<WitnessKey, FolderError> {
        for folder in [dir.to_owned(), dir.join("logs"), dir.join("evidence")] {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(&folder).map_err(file(&folder))?;
            if folder == dir && fs::read_dir(dir).map_err(file(dir))?.next().is_some() {
                return Err(FolderError::NotEmpty(dir.to_owned()));
            }
        }
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed);
        let path = dir.join("key");
        write_new(&path, &*seed).map_err(file(&path))?;
        // The settings come last: a folder that has them is whole.
        let path = dir.join("witness.toml");
        write_new(&path, settings_of(name).as_bytes()).map_err(file(&path))?;
        for log in logs {
            match Self::follow(dir, log) {
                Ok(()) | Err(FolderError::Followed) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(CosigningKey::new(name.clone(), &seed).witness_key())
    }

    /// Follows one log more, or one more key of a log. A witness that runs sees it when it is
    /// started anew.
    pub fn follow(dir: &Path, log: &VerifierKey) -> Result<(), FolderError> {
        let _lock = lock(dir)?;
        let settings = settings(dir)?;
        let known = settings.logs.get(log.name());
        if known.is_some_and(|keys| keys.contains(log)) {
            return Err(FolderError::Followed);
        }
        let path = record(dir, log.name());
        match known {
            // A second key takes over from the first: the record goes on.
            Some(_) => {}
            None => match write_new(&path, NONE_YET.as_bytes()) {
                Ok(()) => {}
                // It was followed once, and what it showed then still binds it.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(FolderError::File { path, source }),
            },
        }
        let path = dir.join("witness.toml");
        let text = read(&path).map_err(file(&path))?;
        let text = format!("{}\n\n[[log]]\nkey = \"{log}\"\n", text.trim_end());
        replace(&path, text.as_bytes()).map_err(file(&path))
    }

    /// The witness's key, for those who are to trust it.
    pub fn key_of(dir: &Path) -> Result<WitnessKey, FolderError> {
        let settings = settings(dir)?;
        Ok(key(&dir.join("key"), settings.name)?.witness_key())
    }

    /// Opens a witness for serving: every log that it follows must have its record.
    pub fn open(dir: &Path) -> Result<Self, FolderError> {
        let lock = lock(dir)?;
        let Settings { name, limits, logs } = settings(dir)?;
        let key = key(&dir.join("key"), name)?;
        let own = key.witness_key();
        let mut followed = BTreeMap::new();
        for (origin, keys) in logs {
            let path = record(dir, &origin);
            let Ok(latest) = latest(&path, &origin, &own) else {
                return Err(FolderError::Record { path, origin });
            };
            followed.insert(origin, Followed { keys, path, latest: Mutex::new(latest) });
        }
        Ok(Self { dir: dir.to_owned(), key, limits, logs: followed, _lock: lock })
    }

    /// The witness's key, for those who are to trust it.
    pub fn key(&self) -> WitnessKey {
        self.key.witness_key()
    }

    /// How much it takes on.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The origins of the logs that it follows.
    pub fn logs(&self) -> impl Iterator<Item = &KeyName> {
        self.logs.keys()
    }

    /// Cosigns, or says why not. Waits for the disk: the step is durable when this returns.
    pub fn add_checkpoint(&self, request: &str, now: Timestamp) -> Result<SignatureLine, Denied> {
        let request = AddCheckpoint::parse(request).map_err(Refusal::Request)?;
        let Some(log) = self.logs.get(request.origin()) else {
            return Err(Refusal::UnknownLog.into());
        };
        // Held until the step is on disk: between the look and the step nobody else takes one.
        let mut latest = log.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = latest.as_ref().map(|latest| &latest.checkpoint);
        let next = witness::consider(stands, &log.keys, &request).inspect_err(|refusal| {
            if refusal.is_evidence() {
                self.keep_evidence(&request, *refusal, latest.as_ref());
            }
        })?;
        let at = Timestamp::from_micros(now.seconds().saturating_mul(1_000_000));
        if latest.as_ref().is_some_and(|latest| at < latest.at) {
            return Err(Denied::Clock);
        }
        let line = self.key.cosign(&next, at);
        let mut note = request.note().clone();
        // Of whom we know nothing we hand nothing on.
        note.retain(|line| log.keys.iter().any(|key| key.is_named_in(line)));
        note.add(line.clone()).map_err(|error| Refusal::Request(error.into()))?;
        let note = note.to_string();
        crash::point("cosigning");
        replace(&log.path, note.as_bytes()).map_err(Denied::Unkept)?;
        crash::point("cosigned");
        *latest = Some(Latest { checkpoint: next, at, note });
        Ok(line)
    }

    /// The latest cosigned checkpoint of a log, by the SHA-256 of its origin in hexadecimal.
    pub fn checkpoint(&self, origin_hash: &str) -> Option<String> {
        let hash = Hash::parse(origin_hash)?;
        let (_, log) = self.logs.iter().find(|(origin, _)| hash_of(origin) == hash)?;
        let latest = log.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().map(|latest| latest.note.clone())
    }

    /// Keeps what the log has signed, beside what was cosigned here. Once for each checkpoint: only
    /// the log can make many, and anybody can send one with a proof that does not fit.
    fn keep_evidence(&self, request: &AddCheckpoint, refusal: Refusal, latest: Option<&Latest>) {
        let kind = if refusal == Refusal::Fork { "fork" } else { "unproved" };
        let text = Sha256::digest(request.note().unverified_text());
        let stem = format!("{kind}-{}", Hash::new(text.into()));
        let folder = self.dir.join("evidence");
        // Each kind by itself: the proofs that do not fit, which anybody can send, must not take the
        // place of a fork, which only the log can make.
        let is_of_kind = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with(kind)
        };
        let kept = fs::read_dir(&folder)
            .map_or(usize::MAX, |entries| entries.flatten().filter(is_of_kind).count());
        if kept >= 2 * EVIDENCE_MAX || folder.join(format!("{stem}.request")).exists() {
            return;
        }
        tracing::warn!(
            origin = %request.origin(),
            size = request.claimed_size().0,
            reason = %refusal,
            "A log has signed a checkpoint that is not cosigned"
        );
        let cosigned = latest.map_or(NONE_YET, |latest| latest.note.as_str());
        // The request last: where that is, both are.
        for (ending, text) in [("cosigned", cosigned), ("request", &request.to_string())] {
            match write_new(&folder.join(format!("{stem}.{ending}")), text.as_bytes()) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => tracing::error!(%error, "Evidence cannot be kept"),
            }
        }
    }
}

fn latest(path: &Path, origin: &KeyName, own: &WitnessKey) -> Result<Option<Latest>, ()> {
    let note = read(path).map_err(|_| ())?;
    if note == NONE_YET {
        return Ok(None);
    }
    let parsed = Note::parse(&note).map_err(|_| ())?;
    // Our own signature shows that it is what was written here; the log may have a new key by now.
    let at = own.cosigned(&parsed).map_err(|_| ())?.ok_or(())?;
    let checkpoint = Checkpoint::parse(parsed.unverified_text()).map_err(|_| ())?;
    if checkpoint.origin != *origin {
        return Err(());
    }
    Ok(Some(Latest { checkpoint, at, note }))
}

fn lock(dir: &Path) -> Result<File, FolderError> {
    let path = dir.join("lock");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let lock = options.open(&path).map_err(file(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(FolderError::File { path, source }),
    }
}

fn key(path: &Path, name: KeyName) -> Result<CosigningKey, FolderError> {
    let mut open = File::open(path).map_err(file(path))?;
    let mode = open.metadata().map_err(file(path))?.permissions().mode();
    let mut bytes = Zeroizing::new(Vec::with_capacity(33));
    Read::by_ref(&mut open).take(33).read_to_end(&mut bytes).map_err(file(path))?;
    let is_open = mode & 0o077 != 0;
    let seed: Option<&[u8; 32]> = bytes.as_slice().try_into().ok();
    match seed {
        Some(seed) if !is_open => Ok(CosigningKey::new(name, seed)),
        _ => Err(FolderError::Key(path.to_owned())),
    }
}

fn settings_of(name: &KeyName) -> String {
    let Limits { connections_max, requests_per_second } = Limits::default();
    format!(
        "# A witness of transparency logs: it cosigns what has only grown (C2SP tlog-witness).\n\
         # `sluss witness follow` adds a log. A log that is taken out is not cosigned any more.\n\
         \n\
         # The name it signs by; it belongs to the key.\n\
         name = \"{name}\"\n\
         # So many connections at once; each lives a minute at most.\n\
         connections_max = {connections_max}\n\
         # So many requests to cosign a second, from everybody together.\n\
         requests_per_second = {requests_per_second}\n"
    )
}

fn settings(dir: &Path) -> Result<Settings, FolderError> {
    let path = dir.join("witness.toml");
    let text = read(&path).map_err(file(&path))?;
    let table = table::parse(&path, &text).map_err(|fault| FolderError::Settings(vec![fault]))?;
    let mut faults = Faults::new(&path);
    let mut root = Table::root(&table);
    let name = root.required("name", &mut faults);
    let name = name.and_then(|name| KeyName::parse(&name).ok());
    if name.is_none() {
        faults.add("name", "must be a name without spaces and plus signs");
    }
    let standard = Limits::default();
    let mut number = |name, default, most| root.number(name, default, 1..=most, &mut faults);
    let limits = Limits {
        connections_max: number("connections_max", standard.connections_max, 10_000),
        requests_per_second: number("requests_per_second", standard.requests_per_second, 10_000),
    };
    let mut logs: BTreeMap<KeyName, Vec<VerifierKey>> = BTreeMap::new();
    for mut log in root.tables("log", &mut faults) {
        let text = log.required("key", &mut faults).unwrap_or_default();
        match VerifierKey::parse(&text) {
            Ok(key) => logs.entry(key.name().clone()).or_default().push(key),
            Err(error) => faults.add(log.key("key"), error.to_string()),
        }
        log.nothing_else(&mut faults);
    }
    if logs.len() > LOGS_MAX {
        faults.add("log", format!("must be {LOGS_MAX} at most"));
    }
    root.nothing_else(&mut faults);
    match name {
        Some(name) if faults.is_empty() => Ok(Settings { name, limits, logs }),
        _ => Err(FolderError::Settings(faults.into_vec())),
    }
}

fn record(dir: &Path, origin: &KeyName) -> PathBuf {
    dir.join("logs").join(hash_of(origin).to_string())
}

fn hash_of(origin: &KeyName) -> Hash {
    Hash::new(Sha256::digest(origin.as_str()).into())
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// A file that must not be there yet. It is there whole or not at all, and lasts.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    half(path, bytes)?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// A file with new content: a reader, and whoever looks after a crash, sees the old or the new.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    half(path, bytes)?.persist(path).map_err(|error| error.error)?;
    sync_folder(path)
}

fn half(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let owner = fs::Permissions::from_mode(0o600);
    let mut half = tempfile::Builder::new().permissions(owner).tempfile_in(folder)?;
    half.write_all(bytes)?;
    half.as_file().sync_all()?;
    Ok(half)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::File { path, source }
}

fn faults(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
