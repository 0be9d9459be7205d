//! The log's side: every new checkpoint is shown to the witnesses, and what they sign is kept.
//!
//! A witness that knows this log differently stops all sending, but only by showing a checkpoint
//! that our own key has signed: whoever is merely wrong, or lies, cannot stop us. So does a quorum
//! that has not vouched for the log for too long, where the deployment asks for that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use super::client::{Client, ClientError, Cosigning, OpenError};
use crate::domain::{Clock, HaltReason, Timestamp};
use crate::log::quorum::Policy;
use crate::log::{
    AddCheckpoint, Checkpoint, ConsistencyProof, Note, QuorumError, SignatureLine, TreeSize,
    VerifierKey, Witnessed,
};
use crate::settle::Halt;
use crate::store::{Store, StoreError};
use crate::telemetry;

/// A log that does not grow is shown again after this long: silence is vouched for too.
const REFRESH: Duration = Duration::from_hours(1);

/// The longest wait before a witness that failed is asked again.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// A witness's clock may be ahead of ours by so much.
pub const SKEW: Duration = Duration::from_mins(5);

/// Whom to ask, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which witnesses, and how many of them.
    pub policy: Policy,
    /// A grown log is shown to them no more often than this.
    pub every: Duration,
    /// How old the word of a quorum may be while something is sent. Zero: as old as it is.
    pub age_max: Duration,
    /// The longest that a witness may take to answer.
    pub timeout: Duration,
}

/// The newest checkpoint that a quorum has cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The note with all its lines.
    pub note: Note,
    /// Who vouches for what, and since when.
    pub witnessed: Witnessed,
}

impl Standing {
    /// As the store has it; `None`: no quorum has cosigned any checkpoint that is still kept.
    pub async fn of(
        store: &Store,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let keys = [store.verifier_key()];
        let now = now.after(SKEW);
        for note in store.cosigned().await? {
            let corrupt = || StoreError::Corrupt { table: "cosigned" };
            let note = Note::parse(&note).map_err(|_| corrupt())?;
            match policy.verify_with(&note, &keys, now) {
                Ok(witnessed) => return Ok(Some(Self { note, witnessed })),
                // Another policy may have been in force when it was collected.
                Err(QuorumError::TooFew { .. }) => {}
                Err(QuorumError::Checkpoint(_) | QuorumError::Forged) => return Err(corrupt()),
            }
        }
        Ok(None)
    }
}

/// Shows checkpoints to witnesses.
#[derive(Clone)]
pub struct Rounds(Arc<Parts>);

struct Parts {
    plan: Plan,
    store: Store,
    clients: Vec<Client>,
    clock: Arc<dyn Clock>,
    halt: Halt,
    key: VerifierKey,
    /// Where the wait for a first quorum begins.
    begun: Timestamp,
    /// By position among the clients.
    progress: Mutex<BTreeMap<usize, Progress>>,
}

/// How far a witness has come.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// It has cosigned the log at this size, as far as we know.
    size: TreeSize,
    /// When it last did.
    at: Option<Timestamp>,
    failures: u32,
    not_before: Option<Timestamp>,
}

/// Why a witness has not cosigned.
#[derive(Debug, Error)]
enum Trouble {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the witness's clock is ahead of ours")]
    Clock,
    #[error("the witness knows this log at another size each time it is asked")]
    Unsteady,
    #[error("the checkpoint cannot be sent")]
    Request,
    #[error("the witness shows a checkpoint that this log has signed and does not have")]
    Diverged,
}

impl Rounds {
    /// Opens the way to each witness of the plan that has an address.
    pub fn open(
        plan: Plan,
        store: Store,
        clock: Arc<dyn Clock>,
        halt: Halt,
    ) -> Result<Self, OpenError> {
        let clients = plan.policy.witnesses().iter();
        let clients = clients.map(|witness| Client::open(witness, plan.timeout));
        let clients = clients.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let (key, begun) = (store.verifier_key(), clock.now());
        let progress = Mutex::default();
        Ok(Self(Arc::new(Parts { plan, store, clients, clock, halt, key, begun, progress })))
    }

    /// Runs until told to stop. Where another process asks the witnesses (`asks` is false), it only
    /// watches how old their word is.
    pub async fn run(&self, asks: bool, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if asks {
                self.told(self.round().await);
            }
            self.told(self.check_age().await);
            let nap = tokio::time::sleep(self.0.plan.every);
            tokio::select! { () = nap => {}, _ = stop.changed() => {} }
        }
    }

    /// What comes before anything is sent: every witness says what it saw last, and is shown what
    /// there is now. A store that was restored from an old backup is found out here.
    pub async fn begin(&self) {
        let mut looks = JoinSet::new();
        for at in 0..self.0.clients.len() {
            let rounds = self.clone();
            looks.spawn(async move {
                let Some(client) = rounds.0.clients.get(at) else { return };
                match rounds.compare(client).await {
                    Ok(Some(size)) => rounds.progressed(at, |progress| progress.size = size),
                    Ok(None) => {}
                    Err(trouble) => rounds.failed(at, &trouble),
                }
            });
        }
        while looks.join_next().await.is_some() {}
        self.told(self.round().await);
        self.told(self.check_age().await);
    }

    /// Shows the latest checkpoint to the witnesses that have not seen it, or not for long.
    pub async fn round(&self) -> Result<(), StoreError> {
        let Some(note) = self.0.store.checkpoint(None).await? else {
            return Ok(());
        };
        let corrupt = || StoreError::Corrupt { table: "checkpoint" };
        let mut note = Note::parse(&note).map_err(|_| corrupt())?;
        // What other witnesses have said is nothing to this one.
        note.retain(|line| self.0.key.is_named_in(line));
        let keys = std::slice::from_ref(&self.0.key);
        let checkpoint = Checkpoint::open(&note, keys).map_err(|_| corrupt())?;
        let mut asked = JoinSet::new();
        for at in 0..self.0.clients.len() {
            if self.is_due(at, checkpoint.size) {
                let (rounds, note, size) = (self.clone(), note.clone(), checkpoint.size);
                asked.spawn(async move { rounds.ask(at, note, size).await });
            }
        }
        let mut lines = Vec::new();
        while let Some(answer) = asked.join_next().await {
            lines.extend(answer.ok().flatten());
        }
        if lines.is_empty() {
            return Ok(());
        }
        let cosigned = lines.len();
        self.0.store.keep_cosigned(checkpoint.size, lines).await?;
        info!(size = checkpoint.size.0, "{cosigned} witnesses have cosigned");
        Ok(())
    }

    /// Stops all sending where no quorum has vouched for the log for too long.
    pub async fn check_age(&self) -> Result<(), StoreError> {
        let Plan { policy, age_max, .. } = &self.0.plan;
        // An empty log has told nobody anything.
        if age_max.is_zero() || self.0.store.size().await? == TreeSize(0) {
            return Ok(());
        }
        let now = self.0.clock.now();
        let standing = Standing::of(&self.0.store, policy, now).await?;
        let at = standing.and_then(|standing| standing.witnessed.at);
        if now.since(at.unwrap_or(self.0.begun)) > *age_max {
            self.0.halt.pull(HaltReason::WitnessesStale);
        } else {
            self.0.halt.lift(HaltReason::WitnessesStale);
        }
        Ok(())
    }

    fn is_due(&self, at: usize, size: TreeSize) -> bool {
        let now = self.0.clock.now();
        let age_max = self.0.plan.age_max;
        let refresh = if age_max.is_zero() { REFRESH } else { REFRESH.min(age_max / 3) };
        let progress = self.progress(at);
        let is_new = progress.size != size || progress.at.is_none();
        let is_old = progress.at.is_some_and(|at| now.since(at) >= refresh);
        progress.not_before.is_none_or(|moment| now >= moment) && (is_new || is_old)
    }

    /// Asks one witness; its line, where it has cosigned.
    async fn ask(self, at: usize, note: Note, size: TreeSize) -> Option<SignatureLine> {
        let client = self.0.clients.get(at)?;
        match self.cosignature(at, client, note, size).await {
            Ok(line) => {
                let now = self.0.clock.now();
                self.progressed(at, |progress| {
                    *progress = Progress { size, at: Some(now), ..Progress::default() };
                });
                Some(line)
            }
            Err(trouble) => {
                self.failed(at, &trouble);
                None
            }
        }
    }

    async fn cosignature(
        &self,
        at: usize,
        client: &Client,
        note: Note,
        size: TreeSize,
    ) -> Result<SignatureLine, Trouble> {
        let mut old = self.progress(at).size;
        // Once to learn where it stands, once from there.
        for _ in 0..2 {
            if old > size {
                // Another process may have shown it a later checkpoint; then there is nothing to do.
                self.compare(client).await?;
                return Err(Trouble::Unsteady);
            }
            let hashes = self.0.store.consistency(old, size).await?;
            let proof = ConsistencyProof::new(hashes).map_err(|_| Trouble::Request)?;
            let request = AddCheckpoint::new(old, proof, note.clone());
            match client.add_checkpoint(&request.map_err(|_| Trouble::Request)?).await {
                Ok(Cosigning::Cosigned(_, time)) if time > self.0.clock.now().after(SKEW) => {
                    return Err(Trouble::Clock);
                }
                Ok(Cosigning::Cosigned(line, _)) => return Ok(line),
                Ok(Cosigning::Stale(latest)) => {
                    old = latest;
                    self.progressed(at, |progress| progress.size = latest);
                }
                Err(error @ ClientError::Refused(409 | 422)) => {
                    self.compare(client).await?;
                    return Err(error.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Trouble::Unsteady)
    }

    /// Compares what a witness has cosigned last with the log; the size of it. Only what our own key
    /// has signed counts, and of that, what is not a part of this log shows that there are two.
    async fn compare(&self, client: &Client) -> Result<Option<TreeSize>, Trouble> {
        let parts = &self.0;
        let keys = std::slice::from_ref(&parts.key);
        let Some(shown) = client.latest(parts.key.name()).await? else { return Ok(None) };
        let Ok(shown) = Checkpoint::open(&shown, keys) else {
            return Err(ClientError::Answer.into());
        };
        // Read after that: what another process of this store has shown is in it by now.
        let size = parts.store.size().await?;
        let told = |what| {
            let (witness, shown) = (client.name().to_string(), shown.size.0);
            error!(witness, shown, stored = size.0, "{what}");
        };
        if shown.size > size {
            told("A witness shows more leaves under our signature than the store has");
            // As after an old backup was restored.
            parts.halt.pull(HaltReason::OldBackup);
            return Err(Trouble::Diverged);
        }
        let root = parts.store.root_at(shown.size).await?;
        if shown.root != root {
            told("A witness shows another history under our signature");
            parts.halt.pull(HaltReason::Forked);
            return Err(Trouble::Diverged);
        }
        Ok(Some(shown.size))
    }

    fn progress(&self, at: usize) -> Progress {
        let progress = self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.get(&at).copied().unwrap_or_default()
    }

    fn progressed(&self, at: usize, how: impl FnOnce(&mut Progress)) {
        let mut progress = self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        how(progress.entry(at).or_default());
    }

    fn failed(&self, at: usize, trouble: &Trouble) {
        let (now, every) = (self.0.clock.now(), self.0.plan.every);
        let mut failures = 0;
        self.progressed(at, |progress| {
            failures = progress.failures;
            progress.failures += 1;
            let pause = every.saturating_mul(1 << failures.min(10)).min(PAUSE_MAX);
            progress.not_before = Some(now.after(pause));
        });
        // Once for each time that it goes wrong, not once for each attempt.
        if failures == 0 {
            let name = self.0.clients.get(at).map(|client| client.name().to_string());
            let error = telemetry::chain(trouble);
            warn!(witness = name, error, "A witness has not cosigned");
        }
    }

    fn told(&self, done: Result<(), StoreError>) {
        if let Err(error) = done {
            if let Some(reason) = error.halt().filter(|_| error.halts()) {
                self.0.halt.pull(reason);
            } else {
                warn!(error = telemetry::chain(&error), "Witnesses cannot be asked");
            }
        }
    }
}
