//! What a leaf can say: one type per kind, with the words of the domain.
//!
//! These types are the log's own wire format, and serialise only inside of [`super::Leaf`]. None of
//! them has a place for a personal value: fields are names, values are salted digests, and what is
//! text is about legal persons, agreements and versions. Members that do not apply are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::condition::ConditionName;
use super::digest::FieldDigest;
use super::note::VerifierKey;
use super::registry::{PolicyInForce, RecipientRecord};
use super::{Hash, LeafIndex, wire};
use crate::domain::{
    Field, HaltReason, Handling, HoldReason, LegalBasis, MaskCount, PolicyId, Purpose, RecipientId,
    RejectReason, RuleId, closed_list,
};

closed_list! {
    /// Which kind of leaf it is.
    Kind {
        /// Something is about to be disclosed.
        Intent = "intent",
        /// How a disclosure ended.
        Outcome = "outcome",
        /// The policy said no.
        Refusal = "refusal",
        /// A person must decide.
        Hold = "hold",
        /// A person has decided.
        Release = "release",
        /// Somebody read or exported the log.
        Read = "read",
        /// A policy came into force, and the registry entry beside it.
        Policy = "policy",
        /// A key came into use.
        Key = "key",
        /// Data about somebody was erased.
        Erasure = "erasure",
        /// Nothing has happened, and here is the proof.
        Heartbeat = "heartbeat",
        /// Where the log before this one ended.
        Anchor = "anchor",
        /// A person has looked at a halted log, and lets it go on.
        Resume = "resume",
    }
}

closed_list! {
    /// Who acted: a role, never a person.
    Role {
        /// The program by itself.
        System = "system",
        /// The ordering system.
        Ordering = "ordering",
        /// Support staff.
        Support = "support",
        /// An auditor.
        Auditor = "auditor",
        /// The data protection officer.
        Privacy = "privacy",
        /// Whoever writes policies.
        Policy = "policy",
        /// Whoever runs the system.
        Operations = "operations",
    }
}

closed_list! {
    /// How a disclosure ended.
    OutcomeResult {
        /// The operator has it.
        Accepted = "accepted",
        /// The operator got it and refused.
        Rejected = "rejected",
        /// It did not leave, for certain.
        Unsent = "unsent",
        /// Nobody can tell; it counts as disclosed.
        Unknown = "unknown",
    }
}

closed_list! {
    /// What became of a key.
    KeyChange {
        /// The keys of subjects are sealed under a new epoch's key, and the old one is destroyed.
        Epoch = "epoch",
        /// A key signs checkpoints beside the ones that did so before.
        Signs = "signs",
        /// A key does not sign any more. What it has signed stays good.
        Retired = "retired",
    }
}

closed_list! {
    /// Why data about somebody was erased.
    ErasureReason {
        /// The person asked for it (GDPR art. 17).
        Request = "request",
        /// What it was kept for is over (art. 17(1)(a)).
        NotNeeded = "not-needed",
        /// The person has objected (art. 17(1)(c)).
        Objection = "objection",
        /// It should not have been processed (art. 17(1)(d)).
        Unlawful = "unlawful",
        /// The law asks for it (art. 17(1)(e)).
        LegalObligation = "legal-obligation",
        /// It was kept as long as the rules say.
        Retention = "retention",
    }
}

/// A code from a closed vocabulary of ours, such as `http-201`. Too narrow for a name or a number
/// of somebody to be written in it by habit: lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

impl Code {
    /// The most characters it may have.
    pub const LENGTH_MAX: usize = 64;

    /// Reads a code; `None` where it has other characters, or too many.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let bounded = (1..=Self::LENGTH_MAX).contains(&text.len());
        (bounded && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The code of an HTTP status, such as `http-201`.
    pub fn http(status: u16) -> Self {
        Self(format!("http-{status}"))
    }

    /// As it stands in the leaf.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RejectReason> for Code {
    fn from(reason: RejectReason) -> Self {
        Self(reason.as_str().to_owned())
    }
}

impl From<HoldReason> for Code {
    fn from(reason: HoldReason) -> Self {
        Self(reason.as_str().to_owned())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a leaf says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something is about to be disclosed: good for at most one send.
    Intent(Intent),
    /// How a disclosure ended.
    Outcome(Outcome),
    /// The policy said no.
    Refusal(Stopped),
    /// A person must decide.
    Hold(Stopped),
    /// A person has decided.
    Release(Release),
    /// Somebody read or exported the log.
    Read(Read),
    /// A policy came into force, and the registry entry beside it.
    Policy(PolicyInForce),
    /// A key came into use.
    Key(KeyInForce),
    /// Data about somebody was erased.
    Erasure(Erasure),
    /// Nothing has happened: silence can be proved too.
    Heartbeat,
    /// Where the log before this one ended.
    Anchor(Anchor),
    /// A person has looked at a halted log, and lets it go on.
    Resume(Resume),
}

impl Event {
    /// Which kind of leaf it makes.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Intent(_) => Kind::Intent,
            Self::Outcome(_) => Kind::Outcome,
            Self::Refusal(_) => Kind::Refusal,
            Self::Hold(_) => Kind::Hold,
            Self::Release(_) => Kind::Release,
            Self::Read(_) => Kind::Read,
            Self::Policy(_) => Kind::Policy,
            Self::Key(_) => Kind::Key,
            Self::Erasure(_) => Kind::Erasure,
            Self::Heartbeat => Kind::Heartbeat,
            Self::Anchor(_) => Kind::Anchor,
            Self::Resume(_) => Kind::Resume,
        }
    }

    /// The digests that it commits with; `None` where a leaf of its kind commits to nothing.
    pub const fn digests(&self) -> Option<&BTreeSet<FieldDigest>> {
        match self {
            Self::Intent(intent) => Some(&intent.sd),
            Self::Refusal(stopped) | Self::Hold(stopped) => Some(&stopped.sd),
            Self::Release(release) => Some(&release.sd),
            Self::Erasure(erasure) => Some(&erasure.sd),
            Self::Outcome(_)
            | Self::Read(_)
            | Self::Policy(_)
            | Self::Key(_)
            | Self::Heartbeat
            | Self::Anchor(_)
            | Self::Resume(_) => None,
        }
    }
}

/// A disclosure that is about to be made. Written before the first byte leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Who receives.
    pub recipient: RecipientRecord,
    /// Dialect and host that it goes to, such as `on-api 2.6 api.example.se`; 1 to 200 characters.
    pub endpoint: String,
    /// What it is for.
    #[serde(with = "wire::word")]
    pub purpose: Purpose,
    /// On which grounds of the law.
    #[serde(with = "wire::words")]
    pub basis: BTreeSet<LegalBasis>,
    /// The policy that allowed it.
    #[serde(with = "wire::word")]
    pub policy: PolicyId,
    /// The rules of that policy that allowed it.
    #[serde(with = "wire::words")]
    pub rules: BTreeSet<RuleId>,
    /// What leaves.
    #[serde(with = "wire::words")]
    pub sent: BTreeSet<Field>,
    /// What is known and does not leave.
    #[serde(with = "wire::words")]
    pub withheld: BTreeSet<Field>,
    /// What of that a rule would open, and the dialect has no place for, intake does not keep, or
    /// is a text of which nothing was left.
    #[serde(with = "wire::words")]
    pub not_carried: BTreeSet<Field>,
    /// Each condition that the policy asked of these fields, and whether it held.
    #[serde(with = "wire::conditions")]
    pub conditions: BTreeMap<ConditionName, bool>,
    /// Whether a machine decided, or a person first: then only ids leave.
    #[serde(with = "wire::word")]
    pub handling: Handling,
    /// What was taken out of free text.
    #[serde(with = "wire::masks")]
    pub masked: Vec<MaskCount>,
    /// Free texts in whose place a fixed sentence leaves: too much of them was personal.
    #[serde(with = "wire::words")]
    pub replaced: BTreeSet<Field>,
    /// On whose behalf.
    #[serde(with = "wire::word")]
    pub actor: Role,
    /// Which attempt for its case this is, from 1.
    pub attempt: u32,
    /// Commitments to what leaves, and to whom it is about.
    #[serde(rename = "_sd", with = "wire::words")]
    pub sd: BTreeSet<FieldDigest>,
}

/// How a disclosure ended. Each intent has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Where its intent stands.
    pub intent: LeafIndex,
    /// Leaf hash of the intent: an index alone could be made to mean another leaf.
    #[serde(with = "wire::word")]
    pub intent_hash: Hash,
    /// How it ended.
    #[serde(with = "wire::word")]
    pub result: OutcomeResult,
    /// The answer or the reason, such as `http-201` or `operator-invalid`.
    #[serde(default, with = "wire::optional_word", skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// A disclosure that was asked for and not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// Who would have received.
    #[serde(with = "wire::word")]
    pub recipient: RecipientId,
    /// What it would have been for.
    #[serde(with = "wire::word")]
    pub purpose: Purpose,
    /// The policy that was asked, where there is one.
    #[serde(default, with = "wire::optional_word", skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// Why.
    #[serde(with = "wire::word")]
    pub reason: HoldReason,
    /// What did not leave.
    #[serde(with = "wire::words")]
    pub withheld: BTreeSet<Field>,
    /// Who asked.
    #[serde(with = "wire::word")]
    pub actor: Role,
    /// Commitments to whom it is about.
    #[serde(rename = "_sd", with = "wire::words")]
    pub sd: BTreeSet<FieldDigest>,
}

/// A person's decision on what was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Who is to receive.
    #[serde(with = "wire::word")]
    pub recipient: RecipientId,
    /// What for.
    #[serde(with = "wire::word")]
    pub purpose: Purpose,
    /// What was decided and why.
    #[serde(with = "wire::word")]
    pub reason: Code,
    /// Who decided.
    #[serde(with = "wire::word")]
    pub actor: Role,
    /// Commitments to whom it is about.
    #[serde(rename = "_sd", with = "wire::words")]
    pub sd: BTreeSet<FieldDigest>,
}

impl Release {
    /// The reason where it is only to be tried again: what stood in the way may stand there still.
    pub const RETRIED: &'static str = "retried";

    /// Whether a person has let it go on in spite of why it was held.
    pub fn lets_go(&self) -> bool {
        self.reason.as_str() != Self::RETRIED
    }
}

/// Somebody read or exported leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Who.
    #[serde(with = "wire::word")]
    pub actor: Role,
    /// How, such as `export`.
    #[serde(with = "wire::word")]
    pub what: Code,
    /// The first leaf that was shown.
    pub first: LeafIndex,
    /// How many leaves were shown.
    pub count: u64,
}

/// A key came into use, or out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInForce {
    /// Which key, and what became of it.
    #[serde(with = "wire::word")]
    pub what: KeyChange,
    /// Public half of a signing key; absent for an epoch.
    #[serde(default, with = "wire::optional_word", skip_serializing_if = "Option::is_none")]
    pub vkey: Option<VerifierKey>,
    /// Number of an epoch, from 1; absent for a signing key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
}

impl KeyInForce {
    /// Subjects' keys are sealed under this epoch's, and no earlier epoch's key exists any more.
    pub const fn epoch(epoch: u32) -> Self {
        Self { what: KeyChange::Epoch, vkey: None, epoch: Some(epoch) }
    }

    /// Something became of a key that signs checkpoints.
    pub const fn signing(what: KeyChange, vkey: VerifierKey) -> Self {
        Self { what, vkey: Some(vkey), epoch: None }
    }
}

/// Data about somebody was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Why.
    #[serde(with = "wire::word")]
    pub reason: ErasureReason,
    /// Of how many cases what was sealed is gone; said of retention only, where it is nobody's in
    /// particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<u64>,
    /// Commitments to the leaves concerned; the list itself would link them.
    #[serde(rename = "_sd", with = "wire::words")]
    pub sd: BTreeSet<FieldDigest>,
}

/// Where the log before this one ended: its last checkpoint, signatures and all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The signed note.
    pub checkpoint: String,
}

/// A log in which trust was lost goes on: everything stored was derived anew and found right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// Why it was halted.
    #[serde(with = "wire::word")]
    pub halted: HaltReason,
    /// Why it may go on: what the person says that was done, such as `backup-restored`.
    #[serde(with = "wire::word")]
    pub reason: Code,
    /// Who decided.
    #[serde(with = "wire::word")]
    pub actor: Role,
}
