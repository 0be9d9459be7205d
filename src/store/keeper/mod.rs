//! The keeper: a store and a key store, in files of a folder or on servers; in the folder the keys and
//! the latest checkpoint in any case. Several processes may share it; each has one writer thread.

mod accept;
mod accesses;
mod ahead;
mod among;
mod audit;
mod breaker;
mod cancel;
pub(super) mod carry;
mod cases;
mod change;
mod copier;
mod cosigned;
mod desk;
mod door;
mod entries;
mod erase;
mod errands;
mod found;
mod fsck;
mod heard;
mod history;
mod hub;
mod incidents;
mod keys;
mod lease;
mod list;
mod load;
mod log;
mod newest;
mod operators;
mod outbox;
mod pulls;
mod read;
mod readers;
mod recount;
mod retention;
mod samples;
mod shared;
mod standing;
mod subjects;
mod tally;
mod thread;
mod tx;
mod writer;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::checkpoint_file::CheckpointFile;
use super::desk::Sight;
use super::erased::ErasedList;
use super::halt::{self, Halt, Halted};
use super::processes::{Epoch, Processes};
use super::rows::{
    Accepted, Appended, CaseFilter, CaseRow, Claim, Disclosure, FeedFrom, Settlement,
    SubmissionRow, Work,
};
use super::seal::Vault;
use super::sql::{Connection, Databases, Listener};
use super::{Opening, StoreError, files};
use crate::crash;
use crate::dialects::FeedEvent;
use crate::domain::{
    CaseId, ClientId, Clock, Entropy, HaltReason, HoldReason, LeafId, Purpose, RecipientId, Step,
    SubmissionId, SubscriptionId, Timestamp,
};
use crate::intake::{Kind, Submission};
use crate::log::{Draft, Event, KeyName, Role, SigningKey, Stopped, VerifierKey};
use crate::tmf::Page;
use accept::Place;
use ahead::Ahead;
use readers::{Readers, lock};
use writer::Writer;

const ERASED: &str = "erased.list";
const CHECKPOINT: &str = "checkpoint";
/// Why the store is halted, where it is.
const HALTED: &str = "halted";
/// When every leaf was last hashed again.
const SCRUBBED: &str = "scrubbed";

/// The fields are dropped in this order: who reads is gone before who writes (`thread.rs`).
pub(super) struct Keeper {
    readers: Arc<Readers>,
    writer: Writer,
    processes: Arc<Processes>,
    entropy: Arc<dyn Entropy>,
    vault: Arc<Vault>,
    key: VerifierKey,
    changed: Arc<Notify>,
    erased: Arc<ErasedList>,
    clock: Arc<dyn Clock>,
    databases: Arc<Databases>,
    halt: Halt,
    facets: Arc<entries::Known>,
    places: accept::Places,
    /// What was counted in hours that are over.
    closed: Arc<tally::Closed>,
    folders: [PathBuf; 2],
    checkpoints: Arc<Mutex<CheckpointFile>>,
    _listener: Option<Listener>,
}

impl Keeper {
    /// A log that cannot be trusted is not opened, and stays halted: the next one who opens it finds
    /// the marker.
    pub(super) fn open(opening: &Opening<'_>) -> Result<Self, StoreError> {
        Self::try_open(opening).inspect_err(|error| {
            if let StoreError::Diverged(reason) = error {
                let now = opening.clock.now();
                halt::mark(&opening.dir.join(HALTED), *reason, now);
                shared::mark(opening, Halted { reason: *reason, since: now });
            }
        })
    }

    fn try_open(opening: &Opening<'_>) -> Result<Self, StoreError> {
        let Opening { dir, origin, servers, ref limits, .. } = *opening;
        let entropy = Arc::clone(&opening.entropy);
        let name = KeyName::parse(origin).map_err(|error| {
            StoreError::KeyFile(format!("the log cannot be named {origin:?}: {error}"))
        })?;
        let beside = limits.checkpoint_dir.as_deref().unwrap_or(dir);
        let checkpoint = beside.join(CHECKPOINT);
        // The checkpoint first: another process may be making both, and makes the database first.
        let was_signed = CheckpointFile::exists(&checkpoint);
        let databases = Databases::of(dir, servers);
        let opened = databases.opened()?;
        let first_run = !databases.is_there(&opened)?;
        if first_run && was_signed {
            return Err(StoreError::Diverged(HaltReason::LogLost));
        }
        files::folder(dir)?;
        files::folder(beside)?;
        // Several that start at once on an empty folder make it one after the other.
        let _opening = files::lock(&dir.join("open.lock"))?;
        let secrets = dir.join("keys");
        files::folder(&secrets)?;
        // A key is drawn on the very first run only: a lost one must not be replaced in silence.
        let master = files::key(&secrets.join("master.key"), first_run, &*entropy)?;
        let seed = files::key(&secrets.join("log.key"), first_run, &*entropy)?;
        let signer = SigningKey::new(name, &seed);
        let key = signer.verifier().clone();

        // The key store is made before the database: where only that is there, it was lost.
        if !first_run && !databases.has_keys()? {
            return Err(StoreError::KeyFile(format!(
                "{} is missing: restore it, no case can be read without it",
                databases.keys_name()
            )));
        }
        let vault = Arc::new(Vault::new(master));
        let keys = databases.keys()?;
        keys::first_epoch(&keys, &vault, &*entropy, opening.clock.now())?;
        let connection = databases.database()?;
        shared::is_ours(&connection, &key)?;
        entries::catch_up(&connection)?;
        let checkpoints = CheckpointFile::new(checkpoint, key.clone());
        let processes = Arc::new(Processes::join(&dir.join("processes"), &*entropy)?);
        let erased = Arc::new(ErasedList::new(dir.join(ERASED)));
        let behind = erase::is_behind(&connection, &keys, &erased)?;
        let changed = Arc::new(Notify::new());
        let readers = Arc::new(Readers {
            database: Mutex::new(databases.reader()?),
            keys: Mutex::new(databases.keys_reader()?),
        });
        let list = Arc::clone(&erased);
        let first: Option<writer::First> =
            behind.then(|| Box::new(move |tx: &mut tx::Tx<'_>| erase::replay(tx, &list)) as _);
        let halt = Halt::open(dir.join(HALTED), Arc::clone(&opening.clock))?;
        let folders = [dir.to_owned(), beside.to_owned()];
        let writer = Writer::start(writer::Parts {
            database: connection,
            keys,
            reader: databases.reader()?,
            files: databases.files(),
            folders: folders.to_vec(),
            reserve_bytes: limits.reserve_bytes,
            deadline: limits.deadline,
            checkpoints: checkpoints.clone(),
            signer,
            clock: Arc::clone(&opening.clock),
            entropy: Arc::clone(&entropy),
            vault: Arc::clone(&vault),
            halt: halt.clone(),
            first,
        })?;
        let listener = databases.listen(&changed)?;
        Ok(Self {
            writer,
            readers,
            processes,
            entropy,
            vault,
            key,
            changed,
            erased,
            clock: Arc::clone(&opening.clock),
            databases: Arc::new(databases),
            halt,
            facets: Arc::default(),
            places: accept::Places::default(),
            closed: Arc::default(),
            folders,
            checkpoints: Arc::new(Mutex::new(checkpoints)),
            _listener: listener,
        })
    }

    pub(super) fn verifier_key(&self) -> VerifierKey {
        self.key.clone()
    }

    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(super) async fn accept(&self, submission: Submission) -> Result<Accepted, StoreError> {
        let _place = self.places.alone()?;
        self.take_in(submission).await
    }

    /// Waits for a place among those that come in batches.
    pub(super) async fn place_in_batch(&self) -> Option<Place> {
        self.places.in_batch().await
    }

    /// Takes a submission in that has its place.
    pub(super) async fn take_in(&self, submission: Submission) -> Result<Accepted, StoreError> {
        let ahead = || accept::accept_ahead(&self.vault, &submission);
        let ahead = self.writer.ahead(ahead);
        let accepted = self
            .writer
            .run_ahead(ahead, move |tx| {
                let accepted = accept::accept(tx, &submission)?;
                tx.wake();
                Ok(accepted)
            })
            .await?;
        crash::point("accepted");
        self.changed.notify_one();
        Ok(accepted)
    }

    pub(super) async fn claim(
        &self,
        recipient: RecipientId,
        most: usize,
        lease: Duration,
    ) -> Result<Vec<Work>, StoreError> {
        let epoch: Epoch = self.processes.epoch();
        let receiver = recipient.clone();
        let rows = self
            .writer
            .run_plain(move |tx| lease::claim(tx, &receiver, most, lease, epoch))
            .await?;
        let (mut work, mut unreadable) = (Vec::with_capacity(rows.len()), Vec::new());
        // Opened here and not on the writer's thread: it has one commit to make for everybody.
        for row in rows {
            match row.open(&self.vault) {
                Ok(opened) => work.push(opened),
                Err(error) => {
                    tracing::error!(case.id = %row.case(), %error, "A case cannot be opened");
                    unreadable.extend(row.unreadable());
                }
            }
        }
        if !unreadable.is_empty() {
            self.hold_unreadable(recipient.clone(), unreadable).await;
        }
        self.with_new_ids(recipient, work).await
    }

    /// One case that does not open stops no other: a person restores it, and says so. Where one
    /// cannot be held either, it comes back when its lease has run out.
    async fn hold_unreadable(&self, recipient: RecipientId, unreadable: Vec<(Claim, Purpose)>) {
        let held = self
            .writer
            .run(move |tx| {
                for (claim, purpose) in unreadable {
                    let leaf = LeafId::draw(tx.entropy);
                    let reason = HoldReason::Unreadable;
                    let event = Event::Hold(Stopped {
                        recipient: recipient.clone(),
                        purpose,
                        policy: None,
                        reason,
                        withheld: BTreeSet::new(),
                        actor: Role::System,
                        // The key to commit with may be what is missing.
                        sd: BTreeSet::new(),
                    });
                    let held = tx.savepoint(|tx| cases::hold(tx, &claim, (leaf, event), reason));
                    if let Err(error) = held {
                        tracing::error!(case.id = %claim.case, %error, "A case cannot be held");
                    }
                }
                Ok(())
            })
            .await;
        if let Err(error) = held {
            tracing::error!(%error, "Cases that cannot be opened cannot be held");
        }
    }

    pub(super) async fn append(
        &self,
        disclosures: Vec<Disclosure>,
        lease: Duration,
    ) -> Result<Vec<Result<Appended, StoreError>>, StoreError> {
        let ahead = self.writer.ahead(|| cases::record_ahead(&disclosures));
        let drafted: Vec<_> =
            disclosures.into_iter().map(|one| (tx::draft(one.leaf, &one.event), one)).collect();
        self.writer
            .run_ahead(ahead, move |tx| {
                let each = |(draft, one): (Result<Draft, StoreError>, Disclosure)| {
                    let recorded = match &draft {
                        Ok(draft) => tx.all_or_nothing(|tx| cases::record(tx, &one, draft, lease)),
                        Err(error) => Err(error.clone()),
                    };
                    // Where one has torn the commit, nothing of the others stays either.
                    recorded.map_or_else(
                        |error| if tx.torn.is_some() { Err(error) } else { Ok(Err(error)) },
                        |appended| Ok(Ok(appended)),
                    )
                };
                drafted.into_iter().map(each).collect()
            })
            .await
    }

    pub(super) async fn settle(
        &self,
        claim: Claim,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let leaf = LeafId::draw(&*self.entropy);
        let ahead = self.writer.ahead(|| cases::settle_ahead(&claim));
        self.writer.run_ahead(ahead, move |tx| cases::settle(tx, &claim, leaf, &settlement)).await
    }

    pub(super) async fn hold(
        &self,
        claim: Claim,
        leaf: (LeafId, Event),
        reason: HoldReason,
    ) -> Result<(), StoreError> {
        let ahead = self.writer.ahead(|| cases::claim_ahead(&claim));
        self.writer.run_ahead(ahead, move |tx| cases::hold(tx, &claim, leaf, reason)).await
    }

    pub(super) async fn absent(&self, claim: Claim, due: Timestamp) -> Result<(), StoreError> {
        let ahead = self.writer.ahead(|| cases::claim_ahead(&claim));
        self.writer.run_ahead(ahead, move |tx| cases::wait(tx, &claim, due, 1)).await
    }

    pub(super) async fn give_back(&self, claim: Claim, due: Timestamp) -> Result<(), StoreError> {
        let ahead = self.writer.ahead(|| cases::claim_ahead(&claim));
        self.writer.run_ahead(ahead, move |tx| cases::wait(tx, &claim, due, 0)).await
    }

    pub(super) async fn progress(
        &self,
        claim: Claim,
        step: Step,
        reason: Option<&'static str>,
        subscription: Option<SubscriptionId>,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer
            .run(move |tx| cases::progress(tx, &claim, step, reason, subscription.as_ref(), due))
            .await
    }

    pub(super) async fn feed(
        &self,
        recipient: RecipientId,
        events: Vec<FeedEvent>,
        due: Timestamp,
    ) -> Result<usize, StoreError> {
        self.writer.run(move |tx| cases::feed(tx, &recipient, &events, due)).await
    }

    pub(super) async fn decide(
        &self,
        case: CaseId,
        step: Step,
        leaf: (LeafId, Event),
    ) -> Result<(), StoreError> {
        self.writer
            .run(move |tx| {
                tx.wake();
                cases::decide(tx, case, step, leaf)
            })
            .await?;
        self.changed.notify_one();
        Ok(())
    }

    pub(super) async fn reap(&self) -> Result<usize, StoreError> {
        let gone = self.processes.gone()?;
        if gone.is_empty() {
            return Ok(0);
        }
        let freed = gone.clone();
        let free =
            move |tx: &mut tx::Tx<'_>| Ok(cases::free(tx, &freed)? + pulls::free(tx, &freed)?);
        let cases = self.writer.run(free).await?;
        self.processes.forget(&gone);
        Ok(cases)
    }

    /// Reads what takes long by a connection of its own: nobody waits behind it.
    async fn read_apart<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let databases = Arc::clone(&self.databases);
        self.readers
            .beside(move || {
                let database = databases.reader()?;
                let snapshot = database.snapshot()?;
                read(&snapshot)
            })
            .await
    }

    /// Reads on a thread where waiting for the disk holds nobody up.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        self.readers
            .beside(move || {
                let database = lock(&readers.database);
                // One snapshot for all that is read together.
                let snapshot = database.snapshot()?;
                read(&snapshot)
            })
            .await
    }

    fn copy(&self) -> MutexGuard<'_, CheckpointFile> {
        self.checkpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn feed_due(
        &self,
        recipient: RecipientId,
        now: Timestamp,
    ) -> Result<Option<FeedFrom>, StoreError> {
        self.read(move |database| read::feed_due(database, &recipient, now)).await
    }

    pub(super) async fn next_due(
        &self,
        recipient: RecipientId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |database| read::next_due(database, &recipient)).await
    }

    pub(super) async fn cases(&self, filter: CaseFilter) -> Result<Vec<CaseRow>, StoreError> {
        self.read(move |database| read::cases(database, &filter)).await
    }

    pub(super) async fn submission(
        &self,
        kind: Kind,
        id: SubmissionId,
    ) -> Result<Option<SubmissionRow>, StoreError> {
        self.read(move |database| read::submission(database, kind, id)).await
    }

    pub(super) async fn submissions(
        &self,
        kind: Kind,
        (client, sight): (ClientId, Sight),
        page: Page,
    ) -> Result<(u64, Vec<SubmissionRow>), StoreError> {
        self.read(move |database| list::submissions(database, kind, (&client, sight), &page)).await
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        self.writer.run_ahead(self.writer.ahead(Ahead::default), |tx| tx.room()).await
    }
}
