//! The writer thread: everything that is queued shares one durable commit, and nobody is answered
//! before it.
//!
//! The signed checkpoint is written in the same transaction as its leaves. Its copy moves forward
//! after the commit and before any answer, on a thread of its own (`copier.rs`): while one commit's
//! copy is made durable, the next commit is under way.
//!
//! This is also where it is noticed that the log cannot be written or trusted: before each commit,
//! and once a second while there is nothing to do.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::Duration;

use super::super::StoreError;
use super::super::halt::{Halt, Halted};
use super::super::seal::Vault;
use super::super::sql::Connection;
use super::super::watch::Watch;
use super::copier::{self, Copied, Copier};
use super::tx::{Tx, in_transaction};
use super::writer::{Finish, First, Job, Joined, Parts, Queued, spawn, stopped};
use super::{ahead, log, outbox, shared};
use crate::crash::{self, Write};
use crate::domain::{Clock, Entropy, HaltReason, Timestamp};
use crate::log::{Checkpoint, Frontier, Note, SigningKey, TreeSize};

/// How many jobs share one commit.
const BATCH_MAX: usize = 512;
/// For how many commits jobs are written apart, after one has failed half way.
const CAREFUL: u32 = 64;
/// How often a writer without work looks whether it could write.
const LOOK: Duration = Duration::from_secs(1);

/// The fields are dropped in this order: the copier ends once nobody can send to it, and its reader
/// is closed before the connection that writes. `SQLite` writes its log back when the last connection
/// is closed, if that one may write.
pub(super) struct Thread {
    copies: SyncSender<Copied>,
    _behind: Joined,
    database: Connection,
    keys: Connection,
    signer: SigningKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    vault: Arc<Vault>,
    halt: Halt,
    watch: Watch,
    /// What other hosts were told of why this process has stopped.
    told: Option<Halted>,
    /// For how many commits more each job gets a savepoint of its own.
    careful: u32,
    frontier: Frontier,
}

/// How a commit ended.
enum Ended {
    /// Nobody needs to wait for anything else.
    Durable,
    /// The log has grown: the copy of its checkpoint comes before any answer.
    Grown(Checkpoint, Note),
}

impl Thread {
    /// Checks the log against its last signed checkpoint, and starts the copier.
    pub(super) fn prepare(parts: Parts) -> Result<Self, StoreError> {
        let frontier = log::check(&parts.database, &parts.checkpoints)?;
        let checkpoint = checkpoint(&parts.signer, &frontier);
        let note = signed(&parts, &checkpoint)?;
        // A crash may have come between a commit and the copy of its checkpoint. An empty log is
        // signed too: then a log without a checkpoint beside it has always lost it.
        let mut checkpoints = parts.checkpoints;
        checkpoints.advance(&checkpoint, &note, |size| log::root_at(&parts.database, size))?;
        // A key store that nobody has read yet has no files beside it.
        parts.keys.query_row("SELECT count(*) FROM epoch_key", [], |_| Ok(()))?;
        let watch = Watch::of(parts.files, parts.folders, parts.reserve_bytes)?;
        let (copies, copying) = sync_channel(copier::WAITING_MAX);
        let behind = Copier { checkpoints, reader: parts.reader, halt: parts.halt.clone() };
        let behind = spawn("store-copier", move || behind.run(&copying))?;
        Ok(Self {
            database: parts.database,
            keys: parts.keys,
            signer: parts.signer,
            clock: parts.clock,
            entropy: parts.entropy,
            vault: parts.vault,
            halt: parts.halt,
            watch,
            told: None,
            careful: 0,
            frontier,
            copies,
            _behind: behind,
        })
    }

    pub(super) fn run(mut self, jobs: &Receiver<Queued>) {
        let mut next = None;
        loop {
            let first = match next.take().map_or_else(|| jobs.recv_timeout(LOOK), Ok) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) => {
                    self.look();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let resumes = first.resumes;
            let mut batch = vec![first];
            // No lingering: what has queued while the last commit ran is the batch.
            while !resumes && next.is_none() && batch.len() < BATCH_MAX {
                match jobs.try_recv() {
                    Ok(queued) if queued.resumes => next = Some(queued),
                    Ok(queued) => batch.push(queued),
                    Err(_) => break,
                }
            }
            self.commit(batch, resumes);
        }
    }

    /// Runs a job here and now.
    pub(super) fn now(&mut self, job: First) -> Result<(), StoreError> {
        let (answer, answered) = channel();
        let job: Job = Box::new(move |tx| {
            let result = tx.and_then(|tx| tx.savepoint(job));
            Box::new(move |committed| {
                // The receiver stands below.
                let _ = answer.send(result.and_then(|done| committed.map(|()| done)));
            })
        });
        self.commit(vec![Queued { job, resumes: false, ahead: None }], false);
        answered.recv().map_err(|_| stopped())?
    }

    /// While there is nothing to write: whether it could be written. A halt that only a write can
    /// lift is tried, with one that changes nothing.
    fn look(&mut self) {
        if self.halt.waits_for_a_write() {
            return self.commit(Vec::new(), false);
        }
        self.tell_others();
        let looked = self.may_write(false).and_then(|()| {
            let database = self.database.snapshot()?;
            self.is_halted_elsewhere(&database, false)?;
            log::head(&database)
        });
        match looked {
            Ok(head) => {
                self.clock_is_right(&head, self.clock.now());
                // Told in [`Halt`], to whoever asks.
                let _ = self.has_reserve();
            }
            Err(error) => notice(&self.halt, &error),
        }
    }

    fn commit(&mut self, batch: Vec<Queued>, resumes: bool) {
        let mut finishes = Vec::with_capacity(batch.len());
        let before = self.frontier.clone();
        let committed = match self.transact(batch, resumes, &mut finishes) {
            Ok(Ended::Grown(checkpoint, note)) => {
                let copied = Copied { checkpoint, note, finishes };
                // It ends after this thread: it takes what is sent.
                let _ = self.copies.send(copied);
                return;
            }
            Ok(Ended::Durable) => Ok(()),
            Err(error) => {
                self.frontier = before;
                notice(&self.halt, &error);
                Err(error)
            }
        };
        for finish in finishes {
            finish(committed.clone());
        }
    }

    fn transact(
        &mut self,
        batch: Vec<Queued>,
        resumes: bool,
        finishes: &mut Vec<Finish>,
    ) -> Result<Ended, StoreError> {
        let (head, now) = match self.begin(resumes) {
            Ok(begun) => begun,
            Err(error) => {
                // One that was begun and said to have failed would stand in everybody's way.
                let _ = self.database.rollback();
                finishes.extend(batch.into_iter().map(|queued| (queued.job)(Err(error.clone()))));
                return Err(error);
            }
        };
        let proves = self.halt.waits_for_a_write();
        let reserve = self.has_reserve();
        let mut tx = Tx {
            database: &self.database,
            keys: &self.keys,
            keys_begun: false,
            frontier: &mut self.frontier,
            last: head.last,
            clock: self.clock.as_ref(),
            now,
            entropy: self.entropy.as_ref(),
            vault: &self.vault,
            signer: &self.signer,
            halt: &self.halt,
            reserve,
            counts: Vec::new(),
            tallied: Vec::new(),
            torn: None,
            careful: self.careful > 0,
            wakes: false,
        };
        ahead::run(&mut tx, batch, finishes);
        let torn = tx.torn.take();
        self.careful = if torn.is_some() { CAREFUL } else { self.careful.saturating_sub(1) };
        let counted = torn.map_or(Ok(()), Err).and_then(|()| tx.tally());
        let Tx { keys_begun, last, .. } = tx;
        let done = counted.and_then(|()| self.finish(head, keys_begun, last, proves));
        if done.is_err() {
            // Whichever of the two is still open is undone; the other has committed nothing that
            // anything refers to.
            let _ = self.database.rollback();
            let _ = self.keys.rollback();
        }
        done
    }

    /// Where the log stands, and what the time is.
    fn begin(&mut self, resumes: bool) -> Result<(log::Head, Timestamp), StoreError> {
        self.tell_others();
        self.may_write(resumes)?;
        crash::write(Write::Begin, || Ok::<_, StoreError>(self.database.begin()?))?;
        let shown = self.database.began().map(Timestamp::from_micros);
        let now = shown.map_or_else(|| self.clock.now(), |shown| self.clock.seen(shown));
        let asked =
            self.database.ask_ahead(|| vec![shared::halted_question(), log::head_question()]);
        let elsewhere = asked
            .map_err(StoreError::from)
            .and_then(|()| self.is_halted_elsewhere(&self.database, resumes));
        let begun = elsewhere.and_then(|()| log::head(&self.database)).and_then(|head| {
            // Another process has written: its leaves are the history that ours follow.
            if head.size != self.frontier.size() {
                self.frontier = log::follow(&self.database, &self.frontier, head.size)?;
            }
            Ok((head, now))
        });
        if let Ok((head, now)) = &begun {
            self.clock_is_right(head, *now);
        }
        begun
    }

    /// Whether the log may be written at all.
    fn may_write(&self, resumes: bool) -> Result<(), StoreError> {
        if !self.database.is_shared() {
            self.halt.look(None)?;
        }
        self.runs(resumes)?;
        self.watch.files()
    }

    fn runs(&self, resumes: bool) -> Result<(), StoreError> {
        match self.halt.latched() {
            Some(halted) if !resumes => Err(StoreError::Diverged(halted.reason)),
            _ => Ok(()),
        }
    }

    /// Looks whether processes on other hosts have halted the log.
    fn is_halted_elsewhere(&self, database: &Connection, resumes: bool) -> Result<(), StoreError> {
        if !database.is_shared() {
            return Ok(());
        }
        self.halt.look(shared::halted(database)?)?;
        self.runs(resumes)
    }

    /// Tells them, once, what this process has noticed. Where that does not come through, it is said
    /// again at the next look, and this process stands still meanwhile.
    fn tell_others(&mut self) {
        let noticed = self.halt.noticed();
        if !self.database.is_shared() || noticed.is_none() || self.told == noticed {
            return;
        }
        if let Some(halted) = noticed {
            match shared::tell(&self.database, halted) {
                Ok(()) => self.told = noticed,
                Err(_) => drop(self.database.rollback()),
            }
        }
    }

    /// Whether something new may begin. What has begun is settled out of the reserve.
    fn has_reserve(&self) -> Result<(), StoreError> {
        let reserve = self.watch.reserve();
        match &reserve {
            Ok(()) => self.halt.lift(HaltReason::DiskReserve),
            Err(error) => notice(&self.halt, error),
        }
        reserve
    }

    /// What appends nothing goes on with a wrong clock: the leaf itself is refused, in [`Tx`].
    fn clock_is_right(&self, head: &log::Head, now: Timestamp) {
        if now.seconds() < head.last.seconds() {
            self.halt.pull(HaltReason::ClockBehind);
        } else {
            self.halt.lift(HaltReason::ClockBehind);
        }
    }

    fn finish(
        &self,
        head: log::Head,
        keys_begun: bool,
        last: Timestamp,
        proves: bool,
    ) -> Result<Ended, StoreError> {
        in_transaction(&self.database)?;
        outbox::tell(&self.database, &*self.entropy, self.clock.now())?;
        let checkpoint = checkpoint(&self.signer, &self.frontier);
        let ended = if checkpoint.size != head.size {
            let note = sign(&self.signer, &checkpoint)?;
            log::put_head(&self.database, checkpoint.size, last, &note.to_string())?;
            Ended::Grown(checkpoint, note)
        } else if proves {
            // Nothing has grown: shows all the same that head and copy can be written.
            log::touch_head(&self.database)?;
            let note = stored(&self.database, &self.signer, &checkpoint)?;
            Ended::Grown(checkpoint, note)
        } else {
            Ended::Durable
        };
        // Keys first: a key that nothing uses is harmless, a case without its key is lost.
        if keys_begun {
            crash::write(Write::KeysCommit, || Ok::<_, StoreError>(self.keys.commit()?))?;
        }
        crash::write(Write::Commit, || Ok::<_, StoreError>(self.database.commit()?))?;
        Ok(ended)
    }
}

/// Pulls the brake where an error says so, or says that the disk did not take what was written.
pub(super) fn notice(halt: &Halt, error: &StoreError) {
    match error.halt() {
        Some(reason) => halt.pull(reason),
        None if matches!(error, StoreError::Unavailable { .. }) => {
            tracing::error!(error = %crate::telemetry::chain(error), "The log cannot be written");
            halt.pull(HaltReason::AppendFailed);
        }
        None => {}
    }
}

fn checkpoint(signer: &SigningKey, frontier: &Frontier) -> Checkpoint {
    Checkpoint { origin: signer.name().clone(), size: frontier.size(), root: frontier.root() }
}

/// The stored checkpoint of a log that has one, verified; of an empty log one that is signed now.
fn signed(parts: &Parts, checkpoint: &Checkpoint) -> Result<Note, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "checkpoint" };
    let note = stored(&parts.database, &parts.signer, checkpoint)?;
    let key = [parts.signer.verifier().clone()];
    let opened = Checkpoint::open(&note, &key).map_err(|_| corrupt())?;
    if opened == *checkpoint { Ok(note) } else { Err(corrupt()) }
}

fn stored(
    database: &Connection,
    signer: &SigningKey,
    checkpoint: &Checkpoint,
) -> Result<Note, StoreError> {
    if checkpoint.size == TreeSize(0) {
        return sign(signer, checkpoint);
    }
    let corrupt = || StoreError::Corrupt { table: "checkpoint" };
    let note = log::checkpoint(database, Some(checkpoint.size))?.ok_or_else(corrupt)?;
    Note::parse(&note).map_err(|_| corrupt())
}

fn sign(signer: &SigningKey, checkpoint: &Checkpoint) -> Result<Note, StoreError> {
    checkpoint
        .sign(signer)
        .map_err(|error| StoreError::unavailable("a checkpoint cannot be signed", error))
}
