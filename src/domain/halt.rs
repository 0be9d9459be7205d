//! Why nothing is recorded or sent: the closed list, and what makes each reason go away.

use std::fmt;

use super::closed_list;

closed_list! {
    /// Why all sending is stopped, the gravest first. Codes: the words for people are in
    /// [`HaltReason::advice`].
    HaltReason {
        /// The checkpoint that was signed last is of another tree.
        Forked = "forked",
        /// The log that was opened is older than its last signed checkpoint.
        OldBackup = "old-backup",
        /// The log in use fell behind its last signed checkpoint.
        HeadBehind = "head-behind",
        /// What stands in the log is not what was written there.
        LogChanged = "log-changed",
        /// A stored leaf, node or checkpoint cannot be what was written.
        Damaged = "damaged",
        /// A signed checkpoint is there, and its log is not.
        LogLost = "log-lost",
        /// A log is there, and no checkpoint that its key has signed.
        CheckpointLost = "checkpoint-lost",
        /// A file of the store was removed while in use.
        LogUnlinked = "log-unlinked",
        /// A file of the store was replaced by another while in use.
        LogReplaced = "log-replaced",
        /// A restored key store holds keys that were destroyed.
        KeysBehind = "keys-behind",
        /// A part of this process has ended by itself.
        PartFailed = "part-failed",
        /// The clock is behind the last leaf.
        ClockBehind = "clock-behind",
        /// Less is free on a volume than its reserve.
        DiskReserve = "disk-reserve",
        /// What was to be written could not be.
        AppendFailed = "append-failed",
        /// What was to be written was not durable in time.
        DeadlinePassed = "deadline-passed",
        /// No witness has cosigned for longer than is allowed.
        WitnessesStale = "witnesses-stale",
    }
}

/// What ends a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifts {
    /// The cause is gone: nothing that was acknowledged can be in doubt.
    ByItself,
    /// The process starts anew: what failed is in its memory only.
    ByRestart,
    /// A person has looked and says so, in the log. Trust was lost, and a cause that has gone away
    /// does not bring it back.
    ByResume,
}

impl HaltReason {
    /// What ends it.
    pub const fn lifts(self) -> Lifts {
        match self {
            Self::ClockBehind
            | Self::DiskReserve
            | Self::AppendFailed
            | Self::DeadlinePassed
            | Self::WitnessesStale
            | Self::KeysBehind => Lifts::ByItself,
            Self::PartFailed => Lifts::ByRestart,
            Self::Forked
            | Self::OldBackup
            | Self::HeadBehind
            | Self::LogChanged
            | Self::Damaged
            | Self::LogLost
            | Self::CheckpointLost
            | Self::LogUnlinked
            | Self::LogReplaced => Lifts::ByResume,
        }
    }

    /// Whether it stays until a person resumes, over restarts too.
    pub const fn latches(self) -> bool {
        matches!(self.lifts(), Lifts::ByResume)
    }

    /// What is wrong, and what to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Forked => {
                "the last signed checkpoint is of another tree: keep all files as evidence, and \
                 restore the log that the checkpoint is of"
            }
            Self::OldBackup => {
                "the log is older than its last signed checkpoint, as after restoring an old \
                 backup: restore the newest copy of the database"
            }
            Self::HeadBehind => {
                "the log has become shorter than its last signed checkpoint while in use: stop \
                 sluss and restore the newest copy of the database"
            }
            Self::LogChanged => {
                "the log is not the one that was signed: stop sluss, keep the files as evidence, \
                 and restore the newest sound copy"
            }
            Self::Damaged => {
                "something stored is not what was written: run `sluss log fsck` and restore what \
                 it names from a backup"
            }
            Self::LogLost => {
                "there is a signed checkpoint and no log: restore the database beside it"
            }
            Self::CheckpointLost => {
                "the copy of the last checkpoint is missing or not signed by this log's key: put \
                 the newest copy back, or check log.origin and log.checkpoint_dir"
            }
            Self::LogUnlinked => {
                "a file of the store was removed while in use: stop sluss, and restore the newest \
                 copy"
            }
            Self::LogReplaced => {
                "a file of the store was replaced while in use: stop sluss, and put the right \
                 files back"
            }
            Self::KeysBehind => {
                "the key store is older than the list of erasures: let the erasures be repeated \
                 before anything is sent"
            }
            Self::PartFailed => "a part of the program has failed: restart sluss",
            Self::ClockBehind => {
                "the clock is behind the log's last leaf: set the clock of this machine right"
            }
            Self::DiskReserve => {
                "less is free on the volume of the store or of the checkpoint than \
                 store.reserve_bytes: free some space"
            }
            Self::AppendFailed => {
                "the log could not be written: look at the disk, its permissions and the \
                 program's own messages"
            }
            Self::DeadlinePassed => {
                "a record was not durable within log.deadline_seconds: look at the disk"
            }
            Self::WitnessesStale => {
                "no quorum of witnesses has cosigned lately: look at the witnesses and the way to \
                 them"
            }
        }
    }
}
