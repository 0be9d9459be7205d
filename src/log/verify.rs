//! Verification of a whole log from its stored bytes, leaf by leaf.
//!
//! It trusts nothing but the keys it is given. Bodies are looked at once and not kept. A fault does
//! not stop it: the report says all that is wrong, since the first fault is seldom the telling one.

use std::collections::{BTreeMap, HashSet};

use thiserror::Error;

use super::event::{Event, Kind, Outcome};
use super::note::{KeyName, Note, VerifierKey};
use super::{
    Checkpoint, CheckpointError, Frontier, Hash, Leaf, LeafError, LeafIndex, Node, TreeSize,
    leaf_hash,
};
use crate::domain::{LeafId, PolicyId, Timestamp};

/// So many faults are told one by one; the rest is counted.
pub const FAULTS_MAX: usize = 100;

/// Something that a sound log does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum What {
    /// A leaf is missing, or out of its place.
    #[error("leaf {expected} was expected here")]
    Place {
        /// The leaf that should have come.
        expected: LeafIndex,
    },
    /// The body is not the one that was logged.
    #[error("the body does not have the hash that was stored for it")]
    Body,
    /// The body is not a leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// Two leaves have one id: their salts are no longer apart.
    #[error("an earlier leaf has the same id")]
    Id,
    /// Time ran backwards.
    #[error("the leaf before it is of a later time")]
    Time,
    /// An outcome of something that is not an earlier intent.
    #[error("it refers to leaf {0}, which is no earlier intent")]
    NoIntent(LeafIndex),
    /// An outcome of another intent than stands there.
    #[error("it refers to leaf {0} by another hash than that leaf has")]
    IntentHash(LeafIndex),
    /// A second outcome: one intent is good for one send.
    #[error("it refers to leaf {0}, which has an outcome already")]
    SecondOutcome(LeafIndex),
    /// The checkpoint cannot be trusted.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A checkpoint of another log.
    #[error("the checkpoint is of another log")]
    Origin,
    /// Leaves were cut off, or are not signed for yet.
    #[error("the checkpoint is of {signed} leaves, and {found} were found")]
    Size {
        /// As signed.
        signed: TreeSize,
        /// As found.
        found: TreeSize,
    },
    /// The leaves are not those that were signed.
    #[error("the root of the tree is not the one that was signed")]
    Root,
}

/// A fault, and at which leaf; `None` where it is the whole log's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The leaf.
    pub index: Option<LeafIndex>,
    /// What is wrong.
    pub what: What,
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many leaves were read.
    pub size: TreeSize,
    /// Root over them.
    pub root: Hash,
    /// How many there are of each kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Intents without an outcome: still under way, or never closed after a crash.
    pub open_intents: Vec<LeafIndex>,
    /// The first [`FAULTS_MAX`] faults.
    pub faults: Vec<Fault>,
    /// How many faults there are in all.
    pub fault_count: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.fault_count == 0
    }
}

/// What the bytes of one leaf say by themselves. No other leaf is needed for it, so that many can
/// be looked at at the same time, which is where the time goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    hash: Hash,
    said: Result<Said, LeafError>,
}

/// What verification needs to know of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    id: LeafId,
    at: Timestamp,
    kind: Kind,
    outcome: Option<Outcome>,
    policy: Option<PolicyId>,
}

impl Seen {
    /// Hashes a body and reads it.
    pub fn of(body: &[u8]) -> Self {
        let said = Leaf::parse(body).map(|Leaf { id, at, event }| {
            let kind = event.kind();
            let policy = match &event {
                Event::Policy(policy) => Some(policy.policy),
                _ => None,
            };
            let outcome = match event {
                Event::Outcome(outcome) => Some(outcome),
                _ => None,
            };
            Said { id, at, kind, outcome, policy }
        });
        Self { hash: leaf_hash(body), said }
    }

    /// The policy that it says has come into force, where it says that.
    pub fn policy(&self) -> Option<PolicyId> {
        self.said.as_ref().ok()?.policy
    }
}

/// Takes the leaves of a log one after the other, from the first.
#[derive(Debug)]
pub struct Verifier {
    origin: KeyName,
    keys: Vec<VerifierKey>,
    frontier: Frontier,
    ids: HashSet<LeafId>,
    latest: Option<Timestamp>,
    kinds: BTreeMap<Kind, u64>,
    open: BTreeMap<LeafIndex, Hash>,
    closed: HashSet<LeafIndex>,
    faults: Faults,
}

impl Verifier {
    /// For the log of this origin, signed by any of these keys.
    pub fn new(origin: KeyName, keys: Vec<VerifierKey>) -> Self {
        Self {
            origin,
            keys,
            frontier: Frontier::empty(),
            ids: HashSet::new(),
            latest: None,
            kinds: BTreeMap::new(),
            open: BTreeMap::new(),
            closed: HashSet::new(),
            faults: Faults::default(),
        }
    }

    /// Takes the next leaf: where it is said to stand, the hash that is stored for it (where one
    /// is), and its body.
    pub fn leaf(&mut self, index: LeafIndex, stored: Option<Hash>, body: &[u8]) {
        self.take(index, stored, &Seen::of(body));
    }

    /// The same for a body that was looked at before. Gives the nodes that the leaf completes.
    pub fn take(&mut self, index: LeafIndex, stored: Option<Hash>, seen: &Seen) -> Vec<Node> {
        // The stored hash goes into the tree: then a changed body is told as that, and the root
        // still says whether the tree is the one that was signed.
        let stored = stored.unwrap_or(seen.hash);
        let nodes = self.hash(index, stored);
        if stored != seen.hash {
            self.faults.add(Some(index), What::Body);
        }
        match &seen.said {
            Ok(said) => self.read(index, stored, said),
            Err(error) => self.faults.add(Some(index), What::Leaf(*error)),
        }
        nodes
    }

    /// Takes the hash of a leaf whose body cannot be read: the tree goes on over it.
    pub fn hash(&mut self, index: LeafIndex, stored: Hash) -> Vec<Node> {
        let expected = LeafIndex(self.frontier.size().0);
        if index != expected {
            self.faults.add(Some(index), What::Place { expected });
        }
        self.frontier.push(stored)
    }

    /// How many leaves were taken.
    pub const fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// Root of the tree over them.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Compares what was read with the head of the log, as the log has signed it.
    pub fn finish(mut self, checkpoint: &Note) -> Report {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        match Checkpoint::open(checkpoint, &self.keys) {
            Err(error) => self.faults.add(None, What::Checkpoint(error)),
            Ok(signed) => {
                if signed.origin != self.origin {
                    self.faults.add(None, What::Origin);
                }
                if signed.size != size {
                    self.faults.add(None, What::Size { signed: signed.size, found: size });
                } else if signed.root != root {
                    self.faults.add(None, What::Root);
                }
            }
        }
        Report {
            size,
            root,
            kinds: self.kinds,
            open_intents: self.open.into_keys().collect(),
            faults: self.faults.first,
            fault_count: self.faults.count,
        }
    }

    fn read(&mut self, index: LeafIndex, hash: Hash, said: &Said) {
        *self.kinds.entry(said.kind).or_default() += 1;
        if !self.ids.insert(said.id) {
            self.faults.add(Some(index), What::Id);
        }
        // Equal is fine: leaves have seconds, and a second has room for many.
        if self.latest.is_some_and(|latest| said.at < latest) {
            self.faults.add(Some(index), What::Time);
        }
        self.latest = self.latest.max(Some(said.at));
        if said.kind == Kind::Intent {
            self.open.insert(index, hash);
        }
        if let Some(outcome) = &said.outcome {
            self.close(index, outcome);
        }
    }

    fn close(&mut self, index: LeafIndex, outcome: &Outcome) {
        let intent = outcome.intent;
        match self.open.get(&intent) {
            Some(hash) if *hash == outcome.intent_hash => {
                self.open.remove(&intent);
                self.closed.insert(intent);
            }
            Some(_) => self.faults.add(Some(index), What::IntentHash(intent)),
            None if self.closed.contains(&intent) => {
                self.faults.add(Some(index), What::SecondOutcome(intent));
            }
            None => self.faults.add(Some(index), What::NoIntent(intent)),
        }
    }
}

#[derive(Debug, Default)]
struct Faults {
    first: Vec<Fault>,
    count: u64,
}

impl Faults {
    fn add(&mut self, index: Option<LeafIndex>, what: What) {
        self.count += 1;
        if self.first.len() < FAULTS_MAX {
            self.first.push(Fault { index, what });
        }
    }
}
