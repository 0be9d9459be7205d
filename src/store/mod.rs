//! What is kept: cases (sealed), the disclosure log, and the keys, each method one intention and
//! one transaction.
//!
//! `keeper` does it, in statements that each stand once; `sql` says them to `SQLite` or `PostgreSQL`: a
//! closed enum and no trait, so that nothing else can vouch for a leaf. Everything
//! that is queued when the writer looks shares one durable commit, and no answer leaves before it.

mod accesses;
mod audit;
mod backups;
mod checkpoint_file;
mod desk;
mod door;
mod entries;
mod erased;
mod error;
mod files;
mod follow;
mod fsck;
mod halt;
mod keeper;
mod notices;
mod operators;
mod overview;
mod processes;
mod pulls;
mod rows;
mod samples;
mod scrubbed;
mod seal;
mod sql;
mod subjects;
mod watch;

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;

pub use accesses::{AccessList, ListEnd, Resolved};
pub use audit::{Linked, Opens};
pub use backups::{Archived, BackedUp, Moved as MovedStore, Restored, Restoring};
pub use desk::{
    Agreed, DeskRow, IncidentDecision, IncidentKind, IncidentRow, Look, Sight, Sought, VouchedRow,
};
pub use door::{AccountRow, DeniedRow, Gathered, TokenRow};
pub use entries::{Count, Ending, FoundLeaf, Listed, Wanted};
pub use error::StoreError;
pub use fsck::{Findings, Wrong};
pub use halt::{Halt, Halted};
pub use notices::{
    CancellationRow, Errand, Fate, HubSecret, NoticeRow, Registered, Registration, Telling,
};
pub use overview::{AtOperator, Glance, Looked, PolicyVersion};
pub use pulls::{Asked, Pull};
pub use rows::{
    Accepted, Appended, CaseFilter, CaseRow, ChangeRow, Claim, Claimed, Disclosure, Doubt,
    FeedFrom, HeardRow, Hearing, Moved, Placed, Settlement, StoredLeaf, SubmissionRow, What, Work,
};
pub use samples::{SampleItem, SampleRow, Verdict, sample_digest};
pub use sql::{Address, Servers};
pub use watch::{Facts, LeftAlone, Load, Volume};

pub use subjects::{
    About, CaseOf, Epoch, Erased, Found, Keep, Reference, Retention, Rotation, Subjects, Told,
};

use crate::crash;
use crate::domain::{
    CaseId, ClientId, Clock, Entropy, HoldReason, LeafId, OperatorReference, PolicyId, RecipientId,
    RegistrationId, Step, SubmissionId, SubscriptionId, Timestamp,
};
use crate::intake::{Kind, Submission};
use crate::log::{
    Code, CoseReceipt, Event, Hash, Leaf, LeafIndex, Note, Role, SignatureLine, Tile, TreeSize,
    VerifierKey,
};
use crate::recipients::Recipient;
use crate::tmf::Page;

/// The store of one deployment.
#[derive(Clone)]
pub struct Store(Arc<keeper::Keeper>);

/// What the store needs to open.
pub struct Opening<'a> {
    /// The folder that holds everything.
    pub dir: &'a Path,
    /// Name of the log: first line of its checkpoints, and name of its key.
    pub origin: &'a str,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where keys, ids and nonces come from.
    pub entropy: Arc<dyn Entropy>,
    /// When to stop rather than to go on.
    pub limits: Limits,
    /// Where `PostgreSQL` is; `None`: everything is kept in files of the folder.
    pub servers: Option<&'a Servers>,
}

/// When to stop rather than to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a record may take to become durable.
    pub deadline: Duration,
    /// What is to stay free on the volumes of store and checkpoint, in bytes.
    pub reserve_bytes: u64,
    /// Where the copy of the last checkpoint is kept, where that is not in the store's folder.
    pub checkpoint_dir: Option<PathBuf>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            reserve_bytes: 256 * 1024 * 1024,
            checkpoint_dir: None,
        }
    }
}

impl Store {
    /// Opens the embedded store, makes it where it is not there yet, and checks that the log it
    /// finds is the one whose checkpoints were signed here.
    pub fn open(opening: &Opening<'_>) -> Result<Self, StoreError> {
        // A connection to a server turns a runtime of its own, and may be asked for within another.
        let opened = std::thread::scope(|scope| {
            let opening = scope.spawn(crash::inherited(|| keeper::Keeper::open(opening)));
            opening.join().unwrap_or_else(|_| Err(StoreError::panicked()))
        });
        Ok(Self(Arc::new(opened?)))
    }

    /// Whether a store is there at all, without making one: in this folder, or on servers that this
    /// folder has the keys for.
    pub fn exists(dir: &Path, servers: Option<&Servers>) -> bool {
        let found = if servers.is_some() { "keys/log.key" } else { "sluss.db" };
        dir.join(found).exists()
    }

    /// The brake on all recording and sending of this store.
    pub fn halt(&self) -> Halt {
        self.0.halt()
    }

    /// Lets a halted log go on, once everything stored was looked at (`fsck`); a leaf says so. Not
    /// for a process that has itself noticed what was wrong: it may hold files that are gone.
    pub async fn resume(&self, reason: Code, actor: Role) -> Result<Appended, StoreError> {
        self.0.resume(reason, actor).await
    }

    /// Derives everything stored anew, and says what does not fit. Reads only; others go on meanwhile.
    pub async fn fsck(&self) -> Result<Findings, StoreError> {
        self.0.fsck().await
    }

    /// Hashes a page of stored leaves again, and halts where one has changed. Gives where the next
    /// page begins; `None`: that was the last.
    pub async fn scrub(&self, first: LeafIndex) -> Result<Option<LeafIndex>, StoreError> {
        self.0.scrub(first).await
    }

    /// When every leaf was last hashed again; `None`: never.
    pub fn scrubbed(&self) -> Option<Timestamp> {
        self.0.scrubbed()
    }

    /// Notes that every leaf was hashed again.
    pub fn note_scrubbed(&self, now: Timestamp) -> Result<(), StoreError> {
        self.0.note_scrubbed(now)
    }

    /// What the database says of itself.
    pub async fn facts(&self) -> Result<Facts, StoreError> {
        self.0.facts().await
    }

    /// How much waits.
    pub async fn load(&self) -> Result<Load, StoreError> {
        self.0.load().await
    }

    /// How much room there is where the store and the checkpoint are kept.
    pub fn volumes(&self) -> Result<Vec<Volume>, StoreError> {
        self.0.volumes()
    }

    /// When the log's last checkpoint was signed, as far as a file's time tells.
    pub fn checkpoint_moved(&self) -> Option<Timestamp> {
        self.0.checkpoint_moved()
    }

    /// Takes a submission into keeping. Returns after the durable commit, or at once where too many
    /// wait for theirs ([`StoreError::Busy`]).
    pub async fn accept(&self, submission: Submission) -> Result<Accepted, StoreError> {
        self.0.accept(submission).await
    }

    /// The same for one of many: where too many wait this waits too, and whoever hands in reads on no
    /// sooner. It is handed to the writer when this returns: what is begun one after the other is kept in
    /// that order, and shares a commit. Nothing is in keeping before what this gives has ended.
    pub async fn begin_accept(
        &self,
        submission: Submission,
    ) -> JoinHandle<Result<Accepted, StoreError>> {
        let store = self.clone();
        let place = self.0.place_in_batch().await;
        let mut accepting = Box::pin(async move {
            let _place = place;
            store.0.take_in(submission).await
        });
        let begun = poll_fn(|cx| Poll::Ready(accepting.as_mut().poll(cx))).await;
        tokio::spawn(async move {
            match begun {
                Poll::Ready(accepted) => accepted,
                Poll::Pending => accepting.await,
            }
        })
    }

    /// Leases up to `most` due cases of a recipient, oldest first.
    pub async fn claim(
        &self,
        recipient: &RecipientId,
        most: usize,
        lease: Duration,
    ) -> Result<Vec<Work>, StoreError> {
        self.0.claim(recipient.clone(), most, lease).await
    }

    /// Writes the intent leaves of disclosures, in one commit; the cases are then recorded. One
    /// answer for each, in order.
    pub async fn append(
        &self,
        disclosures: Vec<Disclosure>,
        lease: Duration,
    ) -> Result<Vec<Result<Appended, StoreError>>, StoreError> {
        self.0.append(disclosures, lease).await
    }

    /// Writes what became of a disclosure: its outcome leaf, and the case's next state.
    pub async fn settle(&self, claim: Claim, settlement: Settlement) -> Result<(), StoreError> {
        self.0.settle(claim, settlement).await
    }

    /// Writes that nothing may leave: a refusal or hold leaf, and the case is held.
    pub async fn hold(
        &self,
        claim: Claim,
        leaf: (LeafId, Event),
        reason: HoldReason,
    ) -> Result<(), StoreError> {
        self.0.hold(claim, leaf, reason).await
    }

    /// The operator does not have a message of ours: ask once more at `due`.
    pub async fn absent(&self, claim: Claim, due: Timestamp) -> Result<(), StoreError> {
        self.0.absent(claim, due).await
    }

    /// Gives a case back, to be looked at again at `due`; nothing has happened to it.
    pub async fn give_back(&self, claim: Claim, due: Timestamp) -> Result<(), StoreError> {
        self.0.give_back(claim, due).await
    }

    /// Moves a placed case on; looked at again at `due` where it has not ended.
    pub async fn progress(
        &self,
        claim: Claim,
        step: Step,
        reason: Option<&'static str>,
        subscription: Option<SubscriptionId>,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.progress(claim, step, reason, subscription, due).await
    }

    /// A person's decision about a case: release, cancel or hold.
    pub async fn decide(
        &self,
        case: CaseId,
        step: Step,
        leaf: (LeafId, Event),
    ) -> Result<(), StoreError> {
        self.0.decide(case, step, leaf).await
    }

    /// Appends a leaf that belongs to no case: a read, a heartbeat.
    pub async fn note(&self, event: Event) -> Result<Appended, StoreError> {
        self.0.note(event).await
    }

    /// Makes sure that a recipient's policy and registry entry are kept, and stand in the log, before
    /// anything is decided under them.
    pub async fn keep_policy(&self, recipient: &Recipient) -> Result<(), StoreError> {
        self.0.keep_policy(recipient).await
    }

    /// The canonical form of a policy that has decided something; `None` where none has this hash.
    pub async fn policy(&self, id: PolicyId) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.policy(id).await
    }

    /// When the last leaf was written; 1970 where there is none.
    pub async fn last(&self) -> Result<Timestamp, StoreError> {
        self.0.last().await
    }

    /// Appends a heartbeat where the log has been silent for so long; whether it did. Of several
    /// processes that ask, one writes it.
    pub async fn heartbeat(&self, silence: Duration) -> Result<bool, StoreError> {
        self.0.heartbeat(silence).await
    }

    /// Frees what processes that are gone had leased; how many cases that were.
    pub async fn reap(&self) -> Result<usize, StoreError> {
        self.0.reap().await
    }

    /// When the next case of a recipient is due; `None`: none is waiting.
    pub async fn next_due(&self, recipient: &RecipientId) -> Result<Option<Timestamp>, StoreError> {
        self.0.next_due(recipient.clone()).await
    }

    /// Waits until a case may have become due in this process.
    pub async fn changed(&self) {
        self.0.changed().await;
    }

    /// Cases, newest first.
    pub async fn cases(&self, filter: CaseFilter) -> Result<Vec<CaseRow>, StoreError> {
        self.0.cases(filter).await
    }

    /// One submission with its cases.
    pub async fn submission(
        &self,
        kind: Kind,
        id: SubmissionId,
    ) -> Result<Option<SubmissionRow>, StoreError> {
        self.0.submission(kind, id).await
    }

    /// A page of what a client has handed in, newest first, and how many there are: for somebody who
    /// sees so much.
    pub async fn submissions(
        &self,
        kind: Kind,
        (client, sight): (&ClientId, Sight),
        page: &Page,
    ) -> Result<(u64, Vec<SubmissionRow>), StoreError> {
        self.0.submissions(kind, (client.clone(), sight), page.clone()).await
    }

    /// Keeps who wants to be told of what. The secret is sealed here and now.
    pub async fn register(
        &self,
        registration: Registration,
        secret: &HubSecret,
    ) -> Result<Registered, StoreError> {
        self.0.register(registration, secret).await
    }

    /// Ends a client's registration; whether there was one.
    pub async fn unregister(
        &self,
        client: &ClientId,
        kind: Kind,
        id: RegistrationId,
    ) -> Result<bool, StoreError> {
        self.0.unregister(client.clone(), kind, id).await
    }

    /// A client's registration.
    pub async fn registration(
        &self,
        client: &ClientId,
        kind: Kind,
        id: RegistrationId,
    ) -> Result<Option<Registration>, StoreError> {
        self.0.registration(client.clone(), kind, id).await
    }

    /// Registrations, of one client or of all, for one API or for both.
    pub async fn registrations(
        &self,
        client: Option<&ClientId>,
        kind: Option<Kind>,
    ) -> Result<Vec<Registration>, StoreError> {
        self.0.registrations(client.cloned(), kind).await
    }

    /// Whether anybody is to be told anything by now.
    pub async fn is_anything_to_tell(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.0.is_anything_to_tell(now).await
    }

    /// Leases registrations that are to be told something now.
    pub async fn claim_errands(&self, lease: Duration) -> Result<Vec<Errand>, StoreError> {
        self.0.claim_errands(lease).await
    }

    /// Writes what became of an errand, event by event; those left out are as they were. `pause`: the
    /// registration did not answer, and is not spoken to before.
    pub async fn settle_errand(
        &self,
        errand: &Errand,
        fates: Vec<(u64, Fate)>,
        pause: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.0.settle_errand((errand.to, errand.token), fates, pause).await
    }

    /// What is still to be told, oldest first; of one registration, or only what was given up.
    pub async fn outbox(
        &self,
        of: Option<RegistrationId>,
        dead: bool,
        most: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        self.0.outbox(of, dead, most).await
    }

    /// Tries what was given up once more; how many events that are.
    pub async fn replay(&self, of: Option<RegistrationId>) -> Result<usize, StoreError> {
        self.0.replay(of).await
    }

    /// The case that an operator's reference belongs to.
    pub async fn case_of(
        &self,
        recipient: &RecipientId,
        reference: &OperatorReference,
    ) -> Result<Option<CaseRow>, StoreError> {
        self.0.case_of(recipient.clone(), reference.clone()).await
    }

    /// Leaves as they are stored, from an index on.
    pub async fn leaves(
        &self,
        first: LeafIndex,
        most: usize,
    ) -> Result<Vec<StoredLeaf>, StoreError> {
        self.0.leaves(first, most).await
    }

    /// Whether something could be recorded now: takes the way of a write, and writes nothing.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.0.check().await
    }

    /// How many leaves there are.
    pub async fn size(&self) -> Result<TreeSize, StoreError> {
        self.0.size().await
    }

    /// The latest signed checkpoint, or the one of a size; with the lines of the witnesses that have
    /// cosigned it, as far as those are kept.
    pub async fn checkpoint(&self, size: Option<TreeSize>) -> Result<Option<String>, StoreError> {
        self.0.checkpoint(size).await
    }

    /// The root of the log as it was at a size that it has reached.
    pub async fn root_at(&self, size: TreeSize) -> Result<Hash, StoreError> {
        self.0.root_at(size).await
    }

    /// Keeps cosignatures of the checkpoint of a size, which the caller has verified.
    pub async fn keep_cosigned(
        &self,
        size: TreeSize,
        lines: Vec<SignatureLine>,
    ) -> Result<(), StoreError> {
        self.0.keep_cosigned(size, lines).await
    }

    /// Checkpoints that witnesses have cosigned, newest first: the latest hundred or so.
    pub async fn cosigned(&self) -> Result<Vec<String>, StoreError> {
        self.0.cosigned().await
    }

    /// The proof that a leaf is in the tree of a size, as hashes.
    pub async fn inclusion(
        &self,
        leaf: LeafIndex,
        size: TreeSize,
    ) -> Result<Vec<Hash>, StoreError> {
        self.0.inclusion(leaf, size).await
    }

    /// The proof that one tree is a prefix of another, as hashes.
    pub async fn consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>, StoreError> {
        self.0.consistency(old, new).await
    }

    /// The first checkpoint that was signed at a size or behind it, with its size.
    pub async fn checkpoint_from(
        &self,
        size: TreeSize,
    ) -> Result<Option<(TreeSize, String)>, StoreError> {
        self.0.checkpoint_from(size).await
    }

    /// Writes a `read` leaf that says that everything from `first` to that leaf itself is handed
    /// out, and gives the checkpoint that was signed just behind it.
    pub async fn export(
        &self,
        actor: Role,
        what: Code,
        first: LeafIndex,
    ) -> Result<Note, StoreError> {
        self.0.export(actor, what, first).await
    }

    /// A COSE receipt for a leaf in a tree of a size; `None` where no checkpoint of that size was
    /// signed, or where it does not hold the leaf.
    pub async fn cose(
        &self,
        leaf: LeafIndex,
        size: TreeSize,
    ) -> Result<Option<CoseReceipt>, StoreError> {
        self.0.cose(leaf, size).await
    }

    /// Every policy that has decided something, by its id: the bytes that the id is the hash of.
    pub async fn policies(&self) -> Result<Vec<(PolicyId, Vec<u8>)>, StoreError> {
        self.0.policies().await
    }

    /// The bytes of a tile of hashes or of an entry bundle, straight from the tables; `None` where
    /// the log has not grown that far.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.tile(tile).await
    }

    /// Whether a leaf commits to this value under this name. False once the key is destroyed.
    pub async fn commits_to(
        &self,
        leaf: &Leaf,
        name: &str,
        value: &str,
    ) -> Result<bool, StoreError> {
        self.0.commits_to(leaf, name, value).await
    }

    /// The key that the log's checkpoints are verified with.
    pub fn verifier_key(&self) -> VerifierKey {
        self.0.verifier_key()
    }

    /// Appends a `read` leaf: somebody looked at the log.
    pub async fn note_read(
        &self,
        actor: Role,
        what: Code,
        first: LeafIndex,
        count: u64,
    ) -> Result<(), StoreError> {
        let event = Event::Read(crate::log::Read { actor, what, first, count });
        self.note(event).await.map(|_| ())
    }
}
