//! The thread that moves the checkpoint's copy: behind each commit that made the log longer, and
//! before anybody is told of it.
//!
//! What has been committed while one copy was written shares the next: only the latest checkpoint
//! need stand in the file, as the log up to it includes the others.

use std::sync::mpsc::Receiver;

use super::super::checkpoint_file::CheckpointFile;
use super::super::halt::Halt;
use super::super::sql::Connection;
use super::log;
use super::thread::notice;
use super::writer::Finish;
use crate::domain::HaltReason;
use crate::log::{Checkpoint, Note};

/// How many commits may wait for their copy; then the next commit waits too.
pub(super) const WAITING_MAX: usize = 16;

/// A commit, and those who wait for it.
pub(super) struct Copied {
    pub(super) checkpoint: Checkpoint,
    pub(super) note: Note,
    pub(super) finishes: Vec<Finish>,
}

pub(super) struct Copier {
    pub(super) checkpoints: CheckpointFile,
    pub(super) reader: Connection,
    pub(super) halt: Halt,
}

impl Copier {
    pub(super) fn run(mut self, commits: &Receiver<Copied>) {
        while let Ok(Copied { mut checkpoint, mut note, mut finishes }) = commits.recv() {
            // One thread commits: what comes later is longer, or as long.
            while let Ok(later) = commits.try_recv() {
                (checkpoint, note) = (later.checkpoint, later.note);
                finishes.extend(later.finishes);
            }
            let root_at = |size| log::root_at(&self.reader, size);
            let moved = self.checkpoints.advance(&checkpoint, &note, root_at);
            match &moved {
                Ok(()) => {
                    self.halt.lift(HaltReason::AppendFailed);
                    self.halt.lift(HaltReason::DeadlinePassed);
                }
                Err(error) => notice(&self.halt, error),
            }
            for finish in finishes {
                finish(moved.clone());
            }
        }
    }
}
