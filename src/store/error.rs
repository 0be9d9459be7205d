//! How keeping fails.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::fsck::Wrong;
use super::sql;
use crate::crash::Injected;
use crate::domain::{Act, CaseId, CaseState, HaltReason, StateError, Timestamp};
use crate::log::{LeafError, TreeSize};

/// Why the store did not do what was asked. Cloned to everyone who shared the failed commit.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// Nothing was kept; it may go better later.
    #[error("the store cannot be written or read: {what}")]
    Unavailable {
        /// What was tried.
        what: &'static str,
        /// What the database or the file system said.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// More is waiting to be written than there is room for.
    #[error("the store has too much to write: try again shortly")]
    Busy,
    /// Somebody else has taken the case over, or it has moved on.
    #[error("the case was taken over by another worker")]
    Fenced,
    /// The log says that something else holds for the recipient than what was decided under.
    #[error(
        "another process has put another file of this recipient in force: restart with that file"
    )]
    Superseded,
    /// There is no such case.
    #[error("there is no such case")]
    NoSuchCase,
    /// The same external id came with another body.
    #[error("the external id is taken by a submission with another content")]
    Conflict,
    /// What is asked about a case cannot be asked any more, or not yet.
    #[error("{act} cannot be asked about what is {state}")]
    NotNow {
        /// What was asked.
        act: Act,
        /// Where what it is about stands.
        state: CaseState,
    },
    /// It is not the version that the change was made for.
    #[error("it has changed since it was looked at")]
    Stale,
    /// A person cannot be erased while these cases have not ended.
    #[error(
        "the person has cases that have not ended ({}): let them end, or cancel them with `sluss case \
         cancel ID`, and erase then",
        list(.0)
    )]
    OpenCases(Vec<CaseId>),
    /// The log tells of erasures that neither the list of the erased nor the key store knows: both
    /// are older copies, and the erased would be back.
    #[error(
        "{missing} erasures stand in the log and not in {}: it and keys.db are both older copies. \
         Restore the newest copy of either; nothing is served before, as erased persons may be back",
        list.display()
    )]
    ErasuresLost {
        /// How many.
        missing: usize,
        /// Where the list is.
        list: PathBuf,
    },
    /// The state machine does not have that step.
    #[error(transparent)]
    State(#[from] StateError),
    /// Something stored cannot be what was written.
    #[error("{table} holds something that sluss did not write there: restore it from a backup")]
    Corrupt {
        /// Where.
        table: &'static str,
    },
    /// The log is not the one whose checkpoints were signed: nothing may be sent until a person
    /// has looked, and resumes it.
    #[error("the disclosure log cannot be trusted ({0}): {advice}", advice = .0.advice())]
    Diverged(HaltReason),
    /// Nothing is recorded or sent until the cause is gone.
    #[error("nothing is recorded or sent ({0}): {advice}", advice = .0.advice())]
    Halted(HaltReason),
    /// A leaf that has no form in the log; nothing was kept.
    #[error("a leaf cannot be written: {0}")]
    Leaf(#[from] LeafError),
    /// A log that is not halted cannot be resumed.
    #[error("the log is not halted: there is nothing to resume")]
    NotHalted,
    /// The machine's clock is behind the last leaf.
    #[error(
        "the clock says {} and the log's last leaf is of {}: set the clock right",
        now.rfc3339(),
        last.rfc3339()
    )]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When the last leaf was written.
        last: Timestamp,
    },
    /// The file was written by a newer sluss.
    #[error("the store has schema {found}, this sluss knows {known}: install a newer one")]
    Newer {
        /// In the file.
        found: u32,
        /// In this program.
        known: u32,
    },
    /// The database does not promise durability.
    #[error("the database does not keep what it promises: {0}")]
    Unsafe(String),
    /// Something is there already, and nothing is written over.
    #[error("{0} is not empty, and nothing is written over: move it away, or name another one")]
    Occupied(String),
    /// Other processes have the store open.
    #[error("other processes use this store: stop them first")]
    InUse,
    /// The log was signed further than a copy of it goes.
    #[error(
        "the backup ends with {backup} leaves, and the log was signed at {signed}: what was sent since \
         would vanish from it. Restore a newer backup; where there is none, begin an empty state \
         folder with a new log.origin, and keep this one for the auditors"
    )]
    Behind {
        /// In the copy.
        backup: TreeSize,
        /// By the checkpoint.
        signed: TreeSize,
    },
    /// There is no store in files.
    #[error("there is no store in files of this state folder: it was moved already, or never was")]
    NothingToMove,
    /// Nobody can tell whether a copy of the log is its newest.
    #[error(
        "there is no checkpoint beside the store, so nobody can tell whether this backup is the newest: \
         name the newest one that anybody has with --checkpoint (your own copy, a witness, an export, \
         whoever reads /log/checkpoint)"
    )]
    NoCheckpoint,
    /// The archive cannot be used.
    #[error("the backup cannot be used: {0}")]
    Archive(String),
    /// What was carried somewhere else is not what it was.
    #[error("what was copied does not verify, and was thrown away: {0}")]
    Unsound(Wrong),
    /// A key file is missing, of the wrong size, or readable by others.
    #[error("{0}")]
    KeyFile(String),
}

impl StoreError {
    pub(super) fn unavailable(
        what: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Unavailable { what, source: Arc::new(source) }
    }

    pub(super) fn panicked() -> Self {
        Self::unavailable("opening the store", std::io::Error::other("its thread has failed"))
    }

    /// A part of the program that used the store has ended early.
    pub(crate) fn interrupted(error: tokio::task::JoinError) -> Self {
        Self::unavailable("a part of the program has failed", error)
    }

    /// Why all sending must stop; `None`: it need not.
    pub const fn halt(&self) -> Option<HaltReason> {
        match self {
            Self::Diverged(reason) | Self::Halted(reason) => Some(*reason),
            Self::Corrupt { .. } => Some(HaltReason::Damaged),
            Self::ClockBehind { .. } => Some(HaltReason::ClockBehind),
            _ => None,
        }
    }

    /// Whether what the log says cannot be relied on.
    pub const fn halts(&self) -> bool {
        matches!(self, Self::Diverged(_) | Self::Corrupt { .. })
    }
}

fn list(cases: &[CaseId]) -> String {
    cases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a test lets fail.
impl From<Injected> for StoreError {
    fn from(injected: Injected) -> Self {
        Self::unavailable("writing", injected)
    }
}

impl From<sql::Error> for StoreError {
    fn from(error: sql::Error) -> Self {
        match error {
            sql::Error::Unsafe(what) => Self::Unsafe(what),
            error => Self::unavailable("database", error),
        }
    }
}
