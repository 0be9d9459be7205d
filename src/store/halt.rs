//! The brake on all recording and sending, and the marker that keeps it pulled.
//!
//! Several reasons may stand at once; the gravest is told. What lifts by itself is forgotten when
//! its cause is gone. A reason that latches is also written to a file beside the store, so that no
//! restart forgets it, and every other process on the store sees it at its next commit.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{StoreError, files};
use crate::domain::{Clock, HaltReason, Lifts, Timestamp};

/// The longest marker that is read.
const MARKER_BYTES_MAX: u64 = 256;

/// Why all sending is stopped, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halted {
    /// Why.
    pub reason: HaltReason,
    /// Since when, by the clock of whoever noticed.
    pub since: Timestamp,
}

/// The brake on all recording and sending of one store; its clones are one brake.
#[derive(Clone)]
pub struct Halt(Arc<Inner>);

struct Inner {
    marker: PathBuf,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// In the order of the list, which is that of gravity.
    standing: Vec<Standing>,
    /// How often each was pulled.
    pulled: Vec<(HaltReason, u64)>,
}

#[derive(Clone, Copy)]
struct Standing {
    halted: Halted,
    /// Noticed by this process itself, or only read from the marker.
    here: bool,
}

impl Halt {
    /// With what the marker says.
    pub(super) fn open(marker: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let halt = Self(Arc::new(Inner { marker, clock, state: Mutex::default() }));
        halt.look(None)?;
        Ok(halt)
    }

    /// Pulls it. A reason that stands already stands.
    pub fn pull(&self, reason: HaltReason) {
        let halted = Halted { reason, since: self.0.clock.now() };
        if !self.stand(Standing { halted, here: true }) {
            return;
        }
        tracing::error!(reason = reason.as_str(), "All sending is stopped: {}", reason.advice());
        if reason.latches()
            && let Err(error) = write_marker(&self.0.marker, halted)
        {
            // This process stays halted all the same; the next one checks the log for itself.
            tracing::error!(%error, "The marker of a halt cannot be written");
        }
    }

    /// The cause of a reason that lifts by itself is gone.
    pub fn lift(&self, reason: HaltReason) {
        if reason.lifts() != Lifts::ByItself {
            return;
        }
        let mut state = self.state();
        let before = state.standing.len();
        state.standing.retain(|standing| standing.halted.reason != reason);
        if state.standing.len() != before {
            tracing::warn!(reason = reason.as_str(), "The cause of a halt is gone");
        }
    }

    /// Why all sending is stopped; `None`: it is not.
    pub fn reason(&self) -> Option<HaltReason> {
        self.gravest().map(|halted| halted.reason)
    }

    /// The gravest reason, and since when it stands.
    pub fn gravest(&self) -> Option<Halted> {
        self.state().standing.first().map(|standing| standing.halted)
    }

    /// How often each reason was pulled in this process. Those that never were are not listed.
    pub fn pulled(&self) -> Vec<(HaltReason, u64)> {
        self.state().pulled.clone()
    }

    /// The reason that keeps the log from being written until a person resumes it.
    pub(super) fn latched(&self) -> Option<Halted> {
        let state = self.state();
        let mut standing = state.standing.iter().map(|standing| standing.halted);
        standing.find(|halted| halted.reason.latches())
    }

    /// Whether one of those stands that only a write that succeeds can lift.
    pub(super) fn waits_for_a_write(&self) -> bool {
        let state = self.state();
        let mut reasons = state.standing.iter().map(|standing| standing.halted.reason);
        reasons
            .any(|reason| matches!(reason, HaltReason::AppendFailed | HaltReason::DeadlinePassed))
    }

    /// Looks at the marker, and at what processes on other hosts have said: another process may have
    /// halted the store, or resumed it. What this process has noticed itself is not unseen by that: it
    /// may hold files that are gone.
    pub(super) fn look(&self, elsewhere: Option<Halted>) -> Result<(), StoreError> {
        match read_marker(&self.0.marker).map(|marked| marked.or(elsewhere)) {
            Ok(Some(halted)) => {
                if self.stand(Standing { halted, here: false }) {
                    let reason = halted.reason;
                    tracing::error!(reason = reason.as_str(), "The store is halted");
                }
            }
            Ok(None) => {
                let told = |standing: &Standing| standing.here || !standing.halted.reason.latches();
                self.state().standing.retain(told);
            }
            Err(error) => return Err(StoreError::unavailable("reading the halt's marker", error)),
        }
        Ok(())
    }

    /// Whether this process has itself noticed why the store is halted.
    pub(super) fn noticed_here(&self) -> bool {
        self.noticed().is_some()
    }

    /// Why the store is halted, where this process has noticed it itself.
    pub(super) fn noticed(&self) -> Option<Halted> {
        let state = self.state();
        let mut noticed = state.standing.iter().filter(|standing| standing.here);
        noticed.find(|standing| standing.halted.reason.latches()).map(|standing| standing.halted)
    }

    /// Takes the marker away: a person has resumed, and it stands in the log.
    pub(super) fn resume(&self) -> Result<(), StoreError> {
        let unusable = |error| StoreError::unavailable("removing the halt's marker", error);
        match fs::remove_file(&self.0.marker) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unusable(error));
            }
            _ => files::sync_folder(&self.0.marker).map_err(unusable)?,
        }
        self.look(None)
    }

    /// Whether it is new.
    fn stand(&self, new: Standing) -> bool {
        let mut state = self.state();
        let reason = new.halted.reason;
        if state.standing.iter().any(|standing| standing.halted.reason == reason) {
            return false;
        }
        state.standing.push(new);
        state.standing.sort_by_key(|standing| standing.halted.reason);
        match state.pulled.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None => state.pulled.push((reason, 1)),
        }
        true
    }

    /// Nobody who panicked has left it half changed: each change is one statement.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Halts a store that could not even be opened: the next one finds the marker.
pub(super) fn mark(marker: &Path, reason: HaltReason, now: Timestamp) {
    if let Err(error) = write_marker(marker, Halted { reason, since: now }) {
        tracing::error!(%error, "The marker of a halt cannot be written");
    }
}

/// The reason's code and the time, on one line. The first one stays: it is where to begin to look.
fn write_marker(marker: &Path, halted: Halted) -> std::io::Result<()> {
    if marker.exists() {
        return Ok(());
    }
    let new = marker.with_extension("new");
    let mut file = files::private(&new)?;
    writeln!(file, "{} {}", halted.reason, halted.since.rfc3339())?;
    file.sync_all()?;
    fs::rename(&new, marker)?;
    files::sync_folder(marker)
}

/// A marker that cannot be understood halts as well.
fn read_marker(marker: &Path) -> std::io::Result<Option<Halted>> {
    let mut text = String::new();
    match File::open(marker) {
        Ok(file) => {
            // Not text is not understood either.
            let _ = file.take(MARKER_BYTES_MAX).read_to_string(&mut text);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let (code, since) = text.trim_end().split_once(' ').unwrap_or((text.trim_end(), ""));
    let known = HaltReason::parse(code).filter(|reason| reason.latches());
    Ok(Some(Halted {
        reason: known.unwrap_or(HaltReason::LogChanged),
        since: Timestamp::parse(since).unwrap_or(Timestamp::from_micros(0)),
    }))
}
