//! What goes into the store and comes out of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::pulls::Pull;
use super::subjects::Keep;
use super::{StoreError, seal};
use crate::dialects::Turn;
use crate::domain::{
    Act, Case, CaseId, CaseState, ClientId, Entropy, ExternalId, Field, HoldReason, LeafId,
    OperatorReference, Purpose, RecipientId, RejectReason, SubmissionId, SubscriptionId, Timestamp,
};
use crate::intake::Kind;
use crate::log::{Event, Hash, LeafIndex, OutcomeResult, SubjectKey};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is in our keeping now.
    New(SubmissionId),
    /// The same was handed in before, and this is it.
    Existing(SubmissionId),
}

impl Accepted {
    /// Which submission it is.
    pub const fn id(self) -> SubmissionId {
        match self {
            Self::New(id) | Self::Existing(id) => id,
        }
    }
}

/// The right to move one case, for as long as the lease runs. Made by the store only, and spent by
/// the write that uses it.
#[derive(Debug)]
pub struct Claim {
    pub(super) case: CaseId,
    pub(super) token: i64,
    /// How often it was tried before.
    pub(super) attempt: u32,
}

impl Claim {
    /// Which case.
    pub const fn case(&self) -> CaseId {
        self.case
    }

    /// How many disclosures were recorded for it before.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// A case to be minimised, recorded and sent.
pub struct Claimed {
    /// The right to move it.
    pub claim: Claim,
    /// The case.
    pub case: Case,
    /// The key that its commitments are salted with.
    pub key: SubjectKey,
    /// A person has decided that it may go on.
    pub released: bool,
    /// A person has decided that the operator's list of services does not count.
    pub overruled: bool,
}

/// A case that was recorded and has no outcome: nobody knows whether bytes left.
pub struct Doubt {
    /// The right to move it.
    pub claim: Claim,
    /// The case.
    pub case: Case,
    /// The disclosure.
    pub intent: Appended,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// How often the operator said that it does not have it.
    pub absent: u32,
}

/// A case that the operator has.
#[derive(Debug)]
pub struct Placed {
    /// The right to move it.
    pub claim: Claim,
    /// What it asks for.
    pub act: Act,
    /// The operator's id of it.
    pub reference: OperatorReference,
}

/// One leased case.
pub enum Work {
    /// To be sent.
    Deliver(Box<Claimed>),
    /// To be asked about before anything else.
    Reconcile(Box<Doubt>),
    /// To be followed to its end.
    Follow(Placed),
}

impl Work {
    /// With which case.
    pub const fn case(&self) -> CaseId {
        match self {
            Self::Deliver(claimed) => claimed.claim.case(),
            Self::Reconcile(doubt) => doubt.claim.case(),
            Self::Follow(placed) => placed.claim.case(),
        }
    }
}

/// A leaf that stands in the log, after the commit. Made by the store only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub(super) index: LeafIndex,
    pub(super) hash: Hash,
}

impl Appended {
    /// Its position.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Its hash.
    pub const fn hash(&self) -> Hash {
        self.hash
    }
}

/// An intent leaf to be written.
pub struct Disclosure {
    /// The case it is for; given back as it was.
    pub case: CaseId,
    /// The claim's token.
    pub(crate) token: i64,
    /// The leaf's id, which its digests are salted with.
    pub leaf: LeafId,
    /// The leaf.
    pub event: Event,
    /// The day that it was decided for; not written on another.
    pub(crate) day: Option<Date>,
    /// What is sent, sealed, in parts that are kept as long.
    pub(super) parts: Vec<(Keep, Vec<u8>)>,
    /// It is the answer to a contact pull that names a ticket of ours.
    pub(super) by_ticket: bool,
}

impl Disclosure {
    /// For a claimed case.
    pub fn new(claim: &Claim, leaf: LeafId, event: Event) -> Self {
        let (case, token) = (claim.case, claim.token);
        Self { case, token, leaf, event, day: None, parts: Vec::new(), by_ticket: false }
    }

    /// For the answer to a contact pull.
    pub fn answering(pull: &Pull, leaf: LeafId, event: Event) -> Self {
        // No lease is taken, and so no token proves one.
        let (case, by_ticket) = (pull.case(), pull.by_ticket);
        Self { case, token: 0, leaf, event, day: None, parts: Vec::new(), by_ticket }
    }

    /// Decided for this day: agreements end at midnight, and the leaf must not be of the day after.
    #[must_use]
    pub fn decided(mut self, day: Date) -> Self {
        self.day = Some(day);
        self
    }

    /// Keeps what is sent, field by field and as long as said, to be shown to the person. It is
    /// sealed here and now: nothing personal waits in a queue.
    pub fn showing<'v>(
        mut self,
        fields: impl IntoIterator<Item = (Field, &'v str, Keep)>,
        key: &SubjectKey,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let mut by_part: BTreeMap<u8, Vec<(Field, &'v str)>> = BTreeMap::new();
        let mut longest: BTreeMap<u8, Keep> = BTreeMap::new();
        for (field, value, keep) in fields {
            by_part.entry(keep.part()).or_default().push((field, value));
            longest.entry(keep.part()).and_modify(|kept| *kept = keep.max(*kept)).or_insert(keep);
        }
        for (part, keep) in longest {
            let fields = by_part.remove(&part).unwrap_or_default();
            let sealed = seal::seal_openings((self.leaf, part), &fields, key, entropy)?;
            self.parts.push((keep, sealed));
        }
        Ok(self)
    }
}

/// What became of a disclosure, and what happens to its case.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// The operator has it and works on it.
    Placed {
        /// Its id of it.
        reference: OperatorReference,
        /// Its id of the service.
        subscription: Option<SubscriptionId>,
        /// Answer code.
        code: String,
        /// When to ask how far it is.
        due: Timestamp,
    },
    /// The operator has done it.
    Completed {
        /// Its id of it, where it has one.
        reference: Option<OperatorReference>,
        /// Its id of the service.
        subscription: Option<SubscriptionId>,
        /// Answer code.
        code: String,
    },
    /// The operator has it, tried, and could not.
    Failed {
        /// Its id of it, where it has one.
        reference: Option<OperatorReference>,
        /// Answer code.
        code: String,
        /// Why, as a code, where it said so.
        reason: Option<&'static str>,
    },
    /// The operator refused.
    Rejected {
        /// Why, as far as it can be told.
        reason: RejectReason,
        /// Answer code.
        code: String,
    },
    /// It did not come to an effect: try again.
    Retry {
        /// What is known about the disclosure.
        result: OutcomeResult,
        /// Answer code.
        code: String,
        /// When.
        due: Timestamp,
    },
    /// A person must decide.
    Held {
        /// What is known about the disclosure.
        result: OutcomeResult,
        /// Answer code.
        code: String,
        /// Why.
        reason: HoldReason,
        /// The operator's id of it, where it has one.
        reference: Option<OperatorReference>,
    },
}

/// From where an operator's event feed is to be read: the last event that was applied, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedFrom(pub Option<String>);

/// An operator has another id for a service by now, as it says of a case of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The case that shows it.
    pub case: CaseId,
    /// What the service was called.
    pub old: SubscriptionId,
    /// What it is called.
    pub new: SubscriptionId,
}

/// Which cases to list.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Only this one.
    pub id: Option<CaseId>,
    /// Only in this state.
    pub state: Option<CaseState>,
    /// Only at this recipient.
    pub recipient: Option<RecipientId>,
    /// At most so many; 0 means 100.
    pub limit: u32,
}

/// A case as it can be shown: without a personal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Our id.
    pub id: CaseId,
    /// What it was handed in with.
    pub submission: SubmissionId,
    /// Order or ticket.
    pub kind: Kind,
    /// Who handed it in.
    pub client: ClientId,
    /// Its id there.
    pub external_id: Option<ExternalId>,
    /// Its item there.
    pub item: String,
    /// Who delivers or repairs.
    pub recipient: RecipientId,
    /// Why something is told.
    pub purpose: Purpose,
    /// What is to be done.
    pub act: Act,
    /// The case that it is about, and the change that asked for it; `None` for a case of its own.
    pub about: Option<(CaseId, SubmissionId)>,
    /// Where it stands.
    pub state: CaseState,
    /// Why it is held or was rejected; a code.
    pub reason: Option<String>,
    /// How many disclosures were recorded.
    pub attempt: u32,
    /// When it is looked at next.
    pub due: Timestamp,
    /// The disclosure without outcome.
    pub intent: Option<LeafIndex>,
    /// The operator's id of it.
    pub operator_reference: Option<OperatorReference>,
    /// The operator's id of the service.
    pub subscription: Option<SubscriptionId>,
    /// The last answer, as a code.
    pub answer: Option<String>,
    /// When it came into our keeping.
    pub accepted: Timestamp,
    /// When it last moved.
    pub changed: Timestamp,
    /// Whom it was about is erased: no leaf can be linked to it any more.
    pub erased: bool,
}

/// A submission as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionRow {
    /// Our id.
    pub id: SubmissionId,
    /// Order or ticket.
    pub kind: Kind,
    /// Who handed it in.
    pub client: ClientId,
    /// Its id at the client.
    pub external_id: Option<ExternalId>,
    /// When it came into our keeping.
    pub accepted: Timestamp,
    /// Its cases, in the order of their items.
    pub cases: Vec<CaseRow>,
    /// What was asked about them since, oldest first.
    pub asked: Vec<CaseRow>,
}

/// What was asked about a submission, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Our id of it.
    pub id: SubmissionId,
    /// What it is about.
    pub of: SubmissionId,
    /// What that is.
    pub kind: Kind,
    /// When it came into our keeping.
    pub accepted: Timestamp,
    /// A case for each item that it is about. None where nobody need be told: an order that had not
    /// left was stopped, or a note was only for ourselves.
    pub cases: Vec<CaseRow>,
}

impl SubmissionRow {
    /// Which version of it this is: another one for each change that can be seen.
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.id.bytes());
        for case in self.cases.iter().chain(&self.asked) {
            hash.update(case.id.bytes());
            hash.update(case.state.as_str());
            hash.update(case.changed.micros().to_be_bytes());
            for text in
                [case.reason.as_deref(), case.subscription.as_ref().map(SubscriptionId::as_str)]
            {
                let text = text.unwrap_or_default();
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
        let mut version = String::new();
        for byte in &hash.finalize()[..12] {
            // A string takes whatever is written to it.
            let _ = write!(version, "{byte:02x}");
        }
        version
    }
}

/// A leaf as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Its position.
    pub index: LeafIndex,
    /// The hash that the tree is built on.
    pub hash: Hash,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Something that an operator said of a case, to be kept. Not printable: it may hold a comment.
pub enum Hearing {
    /// Whose turn it is.
    Turn(Turn),
    /// It is mended, since then as the operator has it.
    Mended(Option<Timestamp>),
    /// What somebody wrote, and how that may be shown.
    Comment {
        /// When, as the operator has it.
        said: Option<Timestamp>,
        /// As it was written.
        written: Zeroizing<String>,
        /// As the guard has left it.
        shown: Zeroizing<String>,
    },
}

impl Hearing {
    /// What it is about.
    pub const fn what(&self) -> What {
        match self {
            Self::Turn(turn) => What::Turn(*turn),
            Self::Mended(_) => What::Mended,
            Self::Comment { .. } => What::Comment,
        }
    }
}

/// What an operator said something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody wrote something.
    Comment,
    /// Whose turn it is.
    Turn(Turn),
    /// It is mended.
    Mended,
}

impl What {
    /// The word in the store and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Turn(Turn::Provider) => "turn-sp",
            Self::Turn(Turn::Operator) => "turn-co",
            Self::Mended => "mended",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        let all =
            [Self::Comment, Self::Turn(Turn::Provider), Self::Turn(Turn::Operator), Self::Mended];
        all.into_iter().find(|what| what.as_str() == text)
    }
}

/// Something that an operator said of a case.
#[derive(Clone, PartialEq, Eq)]
pub struct HeardRow {
    /// When we read it.
    pub heard: Timestamp,
    /// When, as the operator has it.
    pub said: Option<Timestamp>,
    /// What about.
    pub what: What,
    /// A comment as it may be shown: the guard has read it. `None` once it is wiped.
    pub shown: Option<String>,
}

impl HeardRow {
    /// When it was so: the operator's word for it where it has one, else when we read it.
    pub fn at(&self) -> Timestamp {
        self.said.unwrap_or(self.heard)
    }
}
