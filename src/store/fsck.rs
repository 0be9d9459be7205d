//! What a full check of the store finds. Nothing is taken from what was derived: it is derived anew
//! from the stored bytes.

use thiserror::Error;

use crate::domain::CaseId;
use crate::log::{LeafError, LeafIndex, TreeSize};

/// So many findings are told one by one; the rest is counted.
const FINDINGS_MAX: usize = 100;

/// Something that a sound store does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    /// The file itself.
    #[error("the database file is damaged: restore it")]
    File,
    /// A leaf that is not there.
    #[error("leaf {0} is missing")]
    Missing(LeafIndex),
    /// The body is not the one that was logged.
    #[error("leaf {0}: the body does not have the hash that is stored for it")]
    Body(LeafIndex),
    /// The body is not a leaf.
    #[error("leaf {0}: {1}")]
    Leaf(LeafIndex, LeafError),
    /// What is stored beside the body says something else.
    #[error("leaf {0}: id or kind beside the body are not those of the body")]
    Columns(LeafIndex),
    /// Time ran backwards.
    #[error("leaf {0}: the leaf before it is of a later time")]
    Time(LeafIndex),
    /// Two leaves with one id.
    #[error("leaf {0}: another leaf has the same id")]
    Id(LeafIndex),
    /// A hash above the leaves.
    #[error("node {1} of level {0} is missing or another than the leaves below it make")]
    Node(u8, u64),
    /// Hashes that belong to no leaf.
    #[error("there are {found} nodes above the leaves, and should be {expected}")]
    Nodes {
        /// As the size asks for.
        expected: u64,
        /// As stored.
        found: u64,
    },
    /// A signed checkpoint that cannot be verified, or is of another tree.
    #[error("the checkpoint of {0} leaves is not signed by this log, or is of another tree")]
    Checkpoint(TreeSize),
    /// The head is signed, always.
    #[error("there is no checkpoint of all {0} leaves")]
    HeadUnsigned(TreeSize),
    /// The head does not say what the last leaf says.
    #[error("the head does not fit the last leaf")]
    Head,
    /// The copy of the last checkpoint.
    #[error(
        "the copy of the last checkpoint is missing, not signed by this log, or of another tree"
    )]
    Copy,
    /// An outcome of something that is not an earlier intent with this hash.
    #[error("leaf {0}: refers to leaf {1}, which is no earlier intent of that hash")]
    NoIntent(LeafIndex, LeafIndex),
    /// A second outcome: one intent is good for one send.
    #[error("leaf {0}: refers to leaf {1}, which has an outcome already")]
    SecondOutcome(LeafIndex, LeafIndex),
    /// An intent that nobody will ever close.
    #[error("leaf {0}: has no outcome, and no case waits for one")]
    NoCase(LeafIndex),
    /// A case that waits for the outcome of something else.
    #[error("case {0}: what it waits for is not an open intent of the log")]
    CaseIntent(CaseId),
    /// What is kept to find a leaf by.
    #[error(
        "leaf {0}: what it is found by is not what it says; empty the tables entry, tally and facets, and \
         they are made anew at the next start"
    )]
    Entry(LeafIndex),
    /// The counts.
    #[error(
        "the counts of the log are not those of its leaves; empty the tables entry, tally and facets, and \
         they are made anew at the next start"
    )]
    Tally,
    /// A policy that is not what its hash says, or is not in the log.
    #[error("a stored policy is not what its hash says, or its leaf or row is missing")]
    Policy,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many leaves were derived anew.
    pub size: TreeSize,
    /// How many signed checkpoints were verified.
    pub checkpoints: u64,
    /// Disclosures without an outcome yet, each with its case.
    pub open_intents: u64,
    /// Links of leaves to subjects whose leaf was never committed. A process that is killed between
    /// the commits of the two files leaves some; they lead nowhere, and harm nobody.
    pub loose_links: u64,
    /// The first hundred things that are wrong.
    pub wrong: Vec<Wrong>,
    /// How many things are wrong in all.
    pub wrong_count: u64,
}

impl Findings {
    /// Whether nothing is wrong.
    pub const fn is_sound(&self) -> bool {
        self.wrong_count == 0
    }

    pub(super) fn add(&mut self, wrong: Wrong) {
        self.wrong_count += 1;
        if self.wrong.len() < FINDINGS_MAX {
            self.wrong.push(wrong);
        }
    }
}
