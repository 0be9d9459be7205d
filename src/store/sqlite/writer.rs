//! The writer thread: everything that is queued shares one durable commit, and nobody is answered
//! before it.
//!
//! Each job runs in a savepoint of its own, so that one that fails takes nobody with it. The signed
//! checkpoint is written in the same transaction as its leaves, and its copy moves forward after
//! the commit and before any answer.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::StoreError;
use super::super::checkpoint_file::CheckpointFile;
use super::super::rows::Appended;
use super::super::seal::Vault;
use super::log;
use crate::domain::{Clock, Entropy, LeafId, Timestamp};
use crate::log::{
    Checkpoint, Event, Frontier, Leaf, LeafIndex, Note, SigningKey, TreeSize, leaf_hash,
};

/// How many jobs may wait. Past it, intake is told to come back.
const QUEUE_MAX: usize = 4_096;
/// How many jobs share one commit.
const BATCH_MAX: usize = 512;

type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Run in a transaction, or told why there is none.
type Job = Box<dyn FnOnce(Result<&mut Tx<'_>, StoreError>) -> Finish + Send>;

/// Dropping it ends the thread, after what has queued, and waits for that: whoever opens the store
/// next finds it closed. The fields are dropped in this order.
pub(super) struct Writer {
    jobs: SyncSender<Job>,
    _thread: Joined,
}

struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // Had it panicked, everybody who waited was told so already.
            let _ = thread.join();
        }
    }
}

pub(super) struct Parts {
    pub(super) database: Connection,
    pub(super) keys: Connection,
    /// Of the database and the key store.
    pub(super) paths: [PathBuf; 2],
    pub(super) checkpoints: CheckpointFile,
    pub(super) signer: SigningKey,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) vault: Arc<Vault>,
    /// What must be done before anything is served.
    pub(super) first: Option<First>,
}

/// Run before anything is served, in a commit of its own.
pub(super) type First = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send>;

impl Writer {
    /// Checks the log against its last signed checkpoint, and starts the thread.
    pub(super) fn start(mut parts: Parts) -> Result<Self, StoreError> {
        let first = parts.first.take();
        let inodes = inodes(&parts.paths)
            .map_err(|error| StoreError::unavailable("reading the store", error))?;
        let frontier = log::check(&parts.database, &parts.checkpoints)?;
        let mut thread = Thread { parts, frontier, inodes, diverged: None };
        // A crash may have come between a commit and the copy of its checkpoint.
        thread.catch_up()?;
        if let Some(first) = first {
            thread.now(first)?;
        }
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run(&receiver))
            .map_err(|error| StoreError::unavailable("starting the writer", error))?;
        Ok(Self { jobs: sender, _thread: Joined(Some(thread)) })
    }

    /// Runs a job in the next commit and answers after it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            let result = tx.and_then(|tx| tx.savepoint(job));
            Box::new(move |committed| {
                // Whoever asked may be gone.
                let _ = answer.send(committed.and(result));
            })
        });
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => stopped(),
        })?;
        answered.await.map_err(|_| stopped())?
    }
}

fn stopped() -> StoreError {
    StoreError::unavailable("the writer has stopped", std::io::Error::other("no writer"))
}

struct Thread {
    parts: Parts,
    frontier: Frontier,
    inodes: [u64; 2],
    /// Why the log cannot be trusted. What was seen once is not unseen by looking again: until the
    /// process ends, nothing is written any more.
    diverged: Option<StoreError>,
}

impl Thread {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            // No lingering: what has queued while the last commit ran is the batch.
            while batch.len() < BATCH_MAX {
                match jobs.try_recv() {
                    Ok(job) => batch.push(job),
                    Err(_) => break,
                }
            }
            self.commit(batch);
        }
    }

    /// Runs a job here and now.
    fn now(&mut self, job: First) -> Result<(), StoreError> {
        let (answer, answered) = std::sync::mpsc::channel();
        let job: Job = Box::new(move |tx| {
            let result = tx.and_then(|tx| tx.savepoint(job));
            Box::new(move |committed| {
                // The receiver stands below.
                let _ = answer.send(committed.and(result));
            })
        });
        self.commit(vec![job]);
        answered.recv().map_err(|_| stopped())?
    }

    fn commit(&mut self, batch: Vec<Job>) {
        let mut finishes = Vec::with_capacity(batch.len());
        let before = self.frontier.clone();
        let committed = self.transact(batch, &mut finishes);
        if committed.is_err() {
            self.frontier = before;
        }
        if let Err(error @ StoreError::Diverged(_)) = &committed {
            self.diverged = Some(error.clone());
        }
        for finish in finishes {
            finish(committed.clone());
        }
    }

    fn transact(&mut self, batch: Vec<Job>, finishes: &mut Vec<Finish>) -> Result<(), StoreError> {
        let started = self.begin();
        let head = match started {
            Ok(head) => head,
            Err(error) => {
                finishes.extend(batch.into_iter().map(|job| job(Err(error.clone()))));
                return Err(error);
            }
        };
        let mut tx = Tx {
            database: &self.parts.database,
            keys: &self.parts.keys,
            keys_begun: false,
            frontier: &mut self.frontier,
            last: head.last,
            clock: self.parts.clock.as_ref(),
            now: self.parts.clock.now(),
            entropy: self.parts.entropy.as_ref(),
            vault: &self.parts.vault,
            signer: &self.parts.signer,
        };
        finishes.extend(batch.into_iter().map(|job| job(Ok(&mut tx))));
        let (keys_begun, last) = (tx.keys_begun, tx.last);
        let done = self.finish(head, keys_begun, last);
        if done.is_err() {
            // Whichever of the two is still open is undone; the other has committed nothing that
            // anything refers to.
            let _ = self.parts.database.execute_batch("ROLLBACK");
            let _ = self.parts.keys.execute_batch("ROLLBACK");
        }
        done
    }

    fn begin(&mut self) -> Result<log::Head, StoreError> {
        if let Some(error) = &self.diverged {
            return Err(error.clone());
        }
        self.still_there()?;
        self.parts.database.execute_batch("BEGIN IMMEDIATE")?;
        let begun = log::head(&self.parts.database).and_then(|head| {
            // Another process has written: its leaves are the history that ours follow.
            if head.size != self.frontier.size() {
                self.frontier = log::follow(&self.parts.database, &self.frontier, head.size)?;
            }
            Ok(head)
        });
        if begun.is_err() {
            let _ = self.parts.database.execute_batch("ROLLBACK");
        }
        begun
    }

    /// A file that was unlinked or replaced still takes writes, and nobody will ever read them.
    fn still_there(&self) -> Result<(), StoreError> {
        match inodes(&self.parts.paths) {
            Ok(inodes) if inodes == self.inodes => Ok(()),
            _ => Err(StoreError::Diverged("the store's file was removed or replaced while in use")),
        }
    }

    fn finish(
        &mut self,
        head: log::Head,
        keys_begun: bool,
        last: Timestamp,
    ) -> Result<(), StoreError> {
        in_transaction(&self.parts.database)?;
        let grown = (self.frontier.size() != head.size).then(|| {
            let checkpoint = self.checkpoint();
            let note = self.sign(&checkpoint)?;
            Ok::<_, StoreError>((checkpoint, note))
        });
        let grown = grown.transpose()?;
        if let Some((checkpoint, note)) = &grown {
            log::put_head(&self.parts.database, checkpoint.size, last, &note.to_string())?;
        }
        // Keys first: a key that nothing uses is harmless, a case without its key is lost.
        if keys_begun {
            self.parts.keys.execute_batch("COMMIT")?;
        }
        self.parts.database.execute_batch("COMMIT")?;
        match grown {
            Some((checkpoint, note)) => self.advance(&checkpoint, &note),
            None => Ok(()),
        }
    }

    /// An empty log is signed too: then a log without a checkpoint beside it has always lost it.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        let checkpoint = self.checkpoint();
        let corrupt = || StoreError::Corrupt { table: "checkpoint" };
        let note = if checkpoint.size == TreeSize(0) {
            self.sign(&checkpoint)?
        } else {
            let note = log::checkpoint(&self.parts.database, Some(checkpoint.size))?;
            Note::parse(&note.ok_or_else(corrupt)?).map_err(|_| corrupt())?
        };
        let keys = [self.parts.signer.verifier().clone()];
        let signed = Checkpoint::open(&note, &keys).map_err(|_| corrupt())?;
        if signed != checkpoint {
            return Err(corrupt());
        }
        self.advance(&checkpoint, &note)
    }

    fn advance(&self, checkpoint: &Checkpoint, note: &Note) -> Result<(), StoreError> {
        let root_at = |size| log::root_at(&self.parts.database, size);
        self.parts.checkpoints.advance(checkpoint, note, root_at)
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: self.parts.signer.name().clone(),
            size: self.frontier.size(),
            root: self.frontier.root(),
        }
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Result<Note, StoreError> {
        checkpoint
            .sign(&self.parts.signer)
            .map_err(|error| StoreError::unavailable("a checkpoint cannot be signed", error))
    }
}

fn inodes(paths: &[PathBuf; 2]) -> std::io::Result<[u64; 2]> {
    let inode = |path: &PathBuf| std::fs::metadata(path).map(|metadata| metadata.ino());
    Ok([inode(&paths[0])?, inode(&paths[1])?])
}

/// On a full disk SQLite undoes the whole transaction by itself. What came after it would be
/// committed piece by piece.
fn in_transaction(database: &Connection) -> Result<(), StoreError> {
    if database.is_autocommit() {
        let undone = std::io::Error::other("the database has undone the transaction");
        return Err(StoreError::unavailable("committing", undone));
    }
    Ok(())
}

/// One job's view of the transaction.
pub(super) struct Tx<'t> {
    pub(super) database: &'t Connection,
    keys: &'t Connection,
    keys_begun: bool,
    frontier: &'t mut Frontier,
    last: Timestamp,
    clock: &'t dyn Clock,
    /// When this commit began.
    pub(super) now: Timestamp,
    pub(super) entropy: &'t dyn Entropy,
    pub(super) vault: &'t Vault,
    pub(super) signer: &'t SigningKey,
}

impl Tx<'_> {
    /// Signs the log as it is at this point of the transaction, whatever else shares it.
    pub(super) fn sign_here(&mut self) -> Result<Note, StoreError> {
        let (origin, size) = (self.signer.name().clone(), self.frontier.size());
        let note = Checkpoint { origin, size, root: self.frontier.root() }
            .sign(self.signer)
            .map_err(|error| StoreError::unavailable("a checkpoint cannot be signed", error))?;
        log::put_checkpoint(self.database, size, &note.to_string())?;
        Ok(note)
    }

    /// How many leaves there are at this point of the transaction.
    pub(super) fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// Runs a piece that fails alone.
    pub(super) fn savepoint<T>(
        &mut self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        in_transaction(self.database)?;
        self.database.execute_batch("SAVEPOINT job")?;
        let (before, last) = (self.frontier.clone(), self.last);
        let result = job(self);
        if result.is_err() {
            *self.frontier = before;
            self.last = last;
            // Where this fails, the transaction is gone, and with it whatever shared it.
            self.database.execute_batch("ROLLBACK TO job")?;
        }
        self.database.execute_batch("RELEASE job")?;
        result
    }

    /// The key store, in a transaction that commits before the database does.
    pub(super) fn keys(&mut self) -> Result<&Connection, StoreError> {
        if !self.keys_begun {
            self.keys.execute_batch("BEGIN IMMEDIATE")?;
            self.keys_begun = true;
        }
        Ok(self.keys)
    }

    /// When the last leaf was written.
    pub(super) const fn last(&self) -> Timestamp {
        self.last
    }

    /// The time of what is written: the commit's, and never behind the last leaf.
    pub(super) fn forward(&mut self) -> Result<Timestamp, StoreError> {
        let now = self.now;
        if now.seconds() < self.last.seconds() {
            // The commit may have begun before another process' last leaf; the clock decides.
            let now = self.clock.now();
            if now.seconds() < self.last.seconds() {
                return Err(StoreError::ClockBehind { now, last: self.last });
            }
            self.now = now;
        }
        Ok(self.now)
    }

    /// Appends a leaf. Leaves never run backwards.
    pub(super) fn append(&mut self, id: LeafId, event: Event) -> Result<Appended, StoreError> {
        let leaf = Leaf { id, at: self.forward()?, event };
        let body = leaf
            .to_bytes()
            .map_err(|error| StoreError::unavailable("a leaf cannot be written", error))?;
        let hash = leaf_hash(&body);
        let index = LeafIndex(self.frontier.size().0);
        log::put_leaf(self.database, index, &leaf, hash, &body)?;
        for node in self.frontier.push(hash) {
            if node.level > 0 {
                log::put_node(self.database, &node)?;
            }
        }
        self.last = self.now;
        Ok(Appended { index, hash })
    }
}
