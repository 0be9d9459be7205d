//! The one way to write: a queue, a thread behind it (`thread.rs`), and an answer after the durable
//! commit or when the deadline has passed.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::StoreError;
use super::super::checkpoint_file::CheckpointFile;
use super::super::halt::Halt;
use super::super::seal::Vault;
use super::super::sql::Connection;
use super::ahead::Ahead;
use super::thread::Thread;
use super::tx::Tx;
use crate::crash;
use crate::domain::{Clock, Entropy, HaltReason};
use crate::log::SigningKey;

/// How many jobs may wait. Past it, intake is told to come back.
const QUEUE_MAX: usize = 4_096;

pub(super) type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Run in a transaction, or told why there is none.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Tx<'_>, StoreError>) -> Finish + Send>;

pub(super) struct Queued {
    pub(super) job: Job,
    /// Written although the log is halted: a person resumes it.
    pub(super) resumes: bool,
    /// What it will ask, where it knows.
    pub(super) ahead: Option<Ahead>,
}

/// Dropping it ends the threads, after what has queued, and waits for that: whoever opens the store
/// next finds it closed. The fields are dropped in this order.
pub(super) struct Writer {
    jobs: SyncSender<Queued>,
    /// Whether it saves something to know what a job will ask.
    asks_ahead: bool,
    deadline: Duration,
    halt: Halt,
    _thread: Joined,
}

pub(super) struct Joined(Option<JoinHandle<()>>);

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
    /// For the copier, which looks up roots while the database is being written.
    pub(super) reader: Connection,
    /// The database, the key store, and what belongs to them.
    pub(super) files: Vec<PathBuf>,
    /// The folders of store and checkpoint.
    pub(super) folders: Vec<PathBuf>,
    pub(super) reserve_bytes: u64,
    pub(super) deadline: Duration,
    pub(super) checkpoints: CheckpointFile,
    pub(super) signer: SigningKey,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) vault: Arc<Vault>,
    pub(super) halt: Halt,
    /// What must be done before anything is served.
    pub(super) first: Option<First>,
}

/// Run before anything is served, in a commit of its own.
pub(super) type First = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send>;

impl Writer {
    /// Checks the log against its last signed checkpoint, and starts the threads.
    pub(super) fn start(mut parts: Parts) -> Result<Self, StoreError> {
        let (deadline, halt) = (parts.deadline, parts.halt.clone());
        let asks_ahead = parts.database.is_shared();
        let first = parts.first.take();
        let mut thread = Thread::prepare(parts)?;
        if let Some(first) = first {
            thread.now(first)?;
        }
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let thread = spawn("store-writer", move || thread.run(&receiver))?;
        Ok(Self { jobs: sender, asks_ahead, deadline, halt, _thread: thread })
    }

    /// Runs a job in the next commit and answers after it. Should it fail, what it has written is
    /// undone, and those that share the commit do not notice.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(false, None, |tx| tx.savepoint(job)).await
    }

    /// The same for a job that has written nothing where it fails, or whose failure is that of the
    /// database ([`Tx::all_or_nothing`]). Whatever there is much of is written so.
    pub(super) async fn run_plain<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(false, None, |tx| tx.all_or_nothing(job)).await
    }

    /// What a job will ask, where it saves something to know it.
    pub(super) fn ahead(&self, ahead: impl FnOnce() -> Ahead) -> Option<Ahead> {
        self.asks_ahead.then(ahead)
    }

    /// As [`run_plain`](Self::run_plain), for a job that knows what it will ask.
    pub(super) async fn run_ahead<T: Send + 'static>(
        &self,
        ahead: Option<Ahead>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(false, ahead, |tx| tx.all_or_nothing(job)).await
    }

    /// Runs a job although the log is halted.
    pub(super) async fn run_halted<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(true, None, |tx| tx.all_or_nothing(job)).await
    }

    /// Whoever waits longer than the deadline is told so, and a job that has not begun by then is
    /// not begun any more. One that has may still become durable: a disclosure without a send,
    /// which reconciling closes.
    async fn queue<T: Send + 'static>(
        &self,
        resumes: bool,
        ahead: Option<Ahead>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            let result = match tx {
                Ok(_) if answer.is_closed() => Err(StoreError::Busy),
                Ok(tx) => job(tx).inspect_err(|error| tx.failed(error)),
                Err(error) => Err(error),
            };
            Box::new(move |committed| {
                // Whoever asked may be gone.
                let _ = answer.send(result.and_then(|done| committed.map(|()| done)));
            })
        });
        self.jobs.try_send(Queued { job, resumes, ahead }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => stopped(),
        })?;
        if let Ok(answer) = tokio::time::timeout(self.deadline, answered).await {
            return answer.map_err(|_| stopped())?;
        }
        self.halt.pull(HaltReason::DeadlinePassed);
        Err(StoreError::Halted(HaltReason::DeadlinePassed))
    }
}

pub(super) fn stopped() -> StoreError {
    StoreError::unavailable("the writer has stopped", std::io::Error::other("no writer"))
}

pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<Joined, StoreError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(crash::inherited(run));
    thread
        .map(|thread| Joined(Some(thread)))
        .map_err(|error| StoreError::unavailable("starting the writer", error))
}
