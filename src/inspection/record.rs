//! One leaf: what it says and why, verified from its bytes up, and as a file that verifies by itself.

use std::collections::BTreeMap;

use super::listing::Row;
use super::{Inspection, InspectionError};
use crate::audit;
use crate::domain::{CaseId, Field, Handling, PolicyId};
use crate::log::{
    Checkpoint, Event, Filter, Fingerprint, Hash, InclusionProof, Intent, Kind, Kinds, LeafIndex,
    Note, Receipt, Role, leaf_hash,
};
use crate::store::{FoundLeaf, Linked, Sight, StoreError, StoredLeaf, Wanted};
use crate::subject::{PersonalReceipt, Reasons};

/// Why one field left or stayed.
#[derive(Clone, Debug)]
pub struct Because {
    /// Which.
    pub field: Field,
    /// The rule that spoke of it; `None`: no rule did, or the policy is not kept.
    pub rule: Option<String>,
    /// The policy's own words, in Swedish.
    pub why_sv: String,
}

/// One leaf, with what there is to be told of it.
pub struct Record {
    /// The leaf.
    pub row: Row,
    /// Its case, where that is still known and may be seen.
    pub case: Option<CaseId>,
    /// What left, each with its rule.
    pub sent: Vec<Because>,
    /// What stayed, each with its reason.
    pub withheld: Vec<Because>,
    /// What its authors call the policy that decided.
    pub policy_version: Option<String>,
    /// Where the policy came into force, as the log has it.
    pub policy_leaf: Option<LeafIndex>,
    /// The proof that it stands in the log.
    pub proof: Vec<Hash>,
    /// The signed head of the log that the proof leads to.
    pub checkpoint: Note,
    /// How many leaves that has, and its root.
    pub head: Checkpoint,
    /// Fingerprint of the key that has signed it.
    pub fingerprint: Fingerprint,
}

/// One thing that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The body has the hash that the log was built with.
    Body,
    /// The body is a leaf of the format.
    Form,
    /// The proof leads from that hash to the root of the checkpoint.
    Proof,
    /// The checkpoint is signed by the log's key.
    Signature,
    /// The outcome stands in the same log, and names this leaf by its hash.
    Outcome,
    /// The leaf commits to the case that it is said to be about.
    Case,
    /// The policy that it names decides as it was decided, and recipient and agreement are those that
    /// were registered.
    Decision,
}

impl Step {
    /// The word that catalogues know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Form => "form",
            Self::Proof => "proof",
            Self::Signature => "signature",
            Self::Outcome => "outcome",
            Self::Case => "case",
            Self::Decision => "decision",
        }
    }

    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::Body,
        Self::Form,
        Self::Proof,
        Self::Signature,
        Self::Outcome,
        Self::Case,
        Self::Decision,
    ];
}

/// What came of verifying a leaf.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was looked at, and whether it held.
    pub steps: Vec<(Step, bool)>,
    /// In which the decision is not what the policy says, by the auditor's rules.
    pub broken: Vec<(audit::Rule, String)>,
}

impl Verified {
    /// Whether everything held.
    pub fn holds(&self) -> bool {
        self.steps.iter().all(|(_, held)| *held)
    }
}

impl Inspection {
    /// One leaf, which is read by that.
    pub async fn record(
        &self,
        index: LeafIndex,
        (role, sight): (Role, Sight),
    ) -> Result<Record, InspectionError> {
        let found = self.store.leaf_at(index).await?.ok_or(InspectionError::NotThere)?;
        self.note(role, "show", index, 1).await?;
        self.put_together(found, sight).await
    }

    async fn put_together(
        &self,
        found: FoundLeaf,
        sight: Sight,
    ) -> Result<Record, InspectionError> {
        let row = Row::of(found)?;
        let case = self.case_of(&row, sight).await?;
        let (mut sent, mut withheld, mut version, mut policy_leaf) =
            (Vec::new(), Vec::new(), None, None);
        if let Event::Intent(intent) = &row.leaf.event {
            let reasons = self.reasons(intent.policy).await?;
            sent =
                intent.sent.iter().map(|field| opened(reasons.as_ref(), intent, *field)).collect();
            let stayed = |field: &Field| kept_back(reasons.as_ref(), intent, *field);
            withheld = intent.withheld.iter().map(stayed).collect();
            let in_force = self.registered(intent, row.index).await?;
            if let Some(in_force) = in_force.filter(|one| policy_of(one) == Some(intent.policy)) {
                policy_leaf = Some(in_force.index);
                if let Event::Policy(policy) = in_force.leaf.event {
                    version = Some(policy.version);
                }
            }
        }
        let (checkpoint, head) = self.head().await?;
        let proof = self.store.inclusion(row.index, head.size).await?;
        Ok(Record {
            case,
            sent,
            withheld,
            policy_version: version,
            policy_leaf,
            proof,
            checkpoint,
            head,
            fingerprint: Fingerprint::of(&self.store.verifier_key()),
            row,
        })
    }

    /// Looks at everything that can be looked at, from the stored bytes up.
    pub async fn verify(
        &self,
        index: LeafIndex,
        (role, sight): (Role, Sight),
    ) -> Result<(Record, Verified), InspectionError> {
        let found = self.store.leaf_at(index).await?.ok_or(InspectionError::NotThere)?;
        self.note(role, "verify", index, 1).await?;
        let (stored, outcome) = (found.leaf.clone(), found.outcome.clone());
        let record = self.put_together(found, sight).await?;
        let mut steps = vec![
            (Step::Body, leaf_hash(&stored.body) == stored.hash),
            // It would not be shown otherwise.
            (Step::Form, record.row.leaf.to_bytes().is_ok_and(|bytes| bytes == stored.body)),
            (Step::Proof, proves(&stored, &record.proof, &record.head)),
        ];
        let keys = [self.store.verifier_key()];
        let signed = Checkpoint::open(&record.checkpoint, &keys);
        steps.push((Step::Signature, signed.is_ok_and(|signed| signed == record.head)));
        if let (Some(stored_outcome), Some((_, _, outcome))) = (&outcome, &record.row.outcome) {
            let proof = self.store.inclusion(stored_outcome.index, record.head.size).await?;
            let is_of_this = outcome.intent == index && outcome.intent_hash == stored.hash;
            steps.push((Step::Outcome, is_of_this && proves(stored_outcome, &proof, &record.head)));
        }
        if let Some(case) = record.case {
            let case = case.to_string();
            let commits = self.store.commits_to(&record.row.leaf, "case", &case).await?;
            steps.push((Step::Case, commits));
        }
        let mut broken = Vec::new();
        if let Event::Intent(_) = &record.row.leaf.event {
            broken = self.replayed(&record.row).await?;
            steps.push((Step::Decision, broken.is_empty()));
        }
        Ok((record, Verified { steps, broken }))
    }

    /// A file that says by itself that this leaf stands in the log, and how it ended where it is a
    /// disclosure: `sluss log verify FILE` checks it, without us. No value is opened in it.
    pub async fn bundle(&self, index: LeafIndex, role: Role) -> Result<String, InspectionError> {
        let found = self.store.leaf_at(index).await?.ok_or(InspectionError::NotThere)?;
        self.note(role, "bundle", index, 1).await?;
        let (checkpoint, head) = self.head().await?;
        let (body, proof) = self.proven(&found.leaf, &checkpoint, &head).await?;
        let outcome = match &found.outcome {
            Some(outcome) => Some(self.proven(outcome, &checkpoint, &head).await?),
            None => None,
        };
        let keys = [self.store.verifier_key()];
        let put = |text: Vec<String>| {
            let outcome = outcome.as_ref().map(|(body, proof)| (body.as_str(), proof));
            PersonalReceipt::new(text, (&body, &proof), &[], &keys, outcome)
        };
        // What does not hold is not handed out; what it proves is what it tells.
        let damaged = |_| StoreError::Corrupt { table: "leaf" };
        let told = put(Vec::new()).verify(Some(&keys)).map_err(damaged)?.lines(false);
        let title = "Post med bevis, utan värden".to_owned();
        Ok(put(std::iter::once(title).chain(told).collect()).to_json())
    }

    /// The decision made again, and the registry looked at as it was.
    pub(super) async fn replayed(
        &self,
        row: &Row,
    ) -> Result<Vec<(audit::Rule, String)>, InspectionError> {
        let Event::Intent(intent) = &row.leaf.event else { return Ok(Vec::new()) };
        let mut policies = audit::Policies::default();
        policies.put(intent.policy, self.store.policy(intent.policy).await?.as_deref());
        let registered = self.registered(intent, row.index).await?;
        let registered = registered.and_then(|row| match row.leaf.event {
            Event::Policy(policy) => Some(policy),
            _ => None,
        });
        Ok(audit::one(&row.leaf, &policies, registered.as_ref()))
    }

    /// The latest policy leaf of the recipient before this one.
    async fn registered(
        &self,
        intent: &Intent,
        before: LeafIndex,
    ) -> Result<Option<Row>, InspectionError> {
        let filter = Filter {
            kinds: Kinds::One(Kind::Policy),
            recipient: Some(intent.recipient.id.clone()),
            ..Filter::default()
        };
        let wanted = Wanted { filter, ..Wanted::default() };
        let found = self.store.find_leaves(&wanted, Some(before), 1).await?;
        Ok(found.into_iter().next().map(Row::of).transpose()?)
    }

    pub(super) async fn reasons(&self, id: PolicyId) -> Result<Option<Reasons>, InspectionError> {
        let kept = self.store.policy(id).await?;
        Ok(kept.and_then(|bytes| Reasons::read(id, &bytes)))
    }

    /// The case that a leaf is about; `None`: none, not any more, or not for whoever asks.
    async fn case_of(&self, row: &Row, sight: Sight) -> Result<Option<CaseId>, InspectionError> {
        if row.leaf.event.digests().is_none() {
            return Ok(None);
        }
        let linked = self.store.links(std::iter::once(&row.leaf)).await?;
        let Some(Linked::Case(case)) = linked.into_iter().next() else { return Ok(None) };
        Ok(self.store.look_at(case, sight).await?.map(|_| case))
    }

    /// The latest signed head, verified.
    pub(super) async fn head(&self) -> Result<(Note, Checkpoint), InspectionError> {
        let corrupt = || StoreError::Corrupt { table: "checkpoint" };
        let note = self.store.checkpoint(None).await?.ok_or_else(corrupt)?;
        let note = Note::parse(&note).map_err(|_| corrupt())?;
        let keys = [self.store.verifier_key()];
        let head = Checkpoint::open(&note, &keys).map_err(|_| corrupt())?;
        Ok((note, head))
    }

    async fn proven(
        &self,
        stored: &StoredLeaf,
        checkpoint: &Note,
        head: &Checkpoint,
    ) -> Result<(String, Receipt), InspectionError> {
        let corrupt = || StoreError::Corrupt { table: "leaf" };
        let hashes = self.store.inclusion(stored.index, head.size).await?;
        let proof = InclusionProof::new(hashes).map_err(|_| corrupt())?;
        let body = String::from_utf8(stored.body.clone()).map_err(|_| corrupt())?;
        Ok((body, Receipt::new(stored.index, proof, checkpoint.clone())))
    }
}

fn policy_of(row: &Row) -> Option<PolicyId> {
    match &row.leaf.event {
        Event::Policy(policy) => Some(policy.policy),
        _ => None,
    }
}

fn proves(stored: &StoredLeaf, hashes: &[Hash], head: &Checkpoint) -> bool {
    InclusionProof::new(hashes.to_vec()).is_ok_and(|proof| {
        proof.verify(&leaf_hash(&stored.body), stored.index, head.size, &head.root).is_ok()
    })
}

fn opened(reasons: Option<&Reasons>, intent: &Intent, field: Field) -> Because {
    let rule = reasons.and_then(|reasons| reasons.opened(intent.purpose, field));
    Because {
        field,
        rule: rule.map(|rule| rule.id.to_string()),
        why_sv: rule.map(|rule| rule.why_sv.clone()).unwrap_or_default(),
    }
}

fn kept_back(reasons: Option<&Reasons>, intent: &Intent, field: Field) -> Because {
    let rule = reasons.and_then(|reasons| reasons.opened(intent.purpose, field));
    Because {
        field,
        rule: rule.map(|rule| rule.id.to_string()),
        why_sv: reasons.map(|reasons| reasons.withheld(intent, field)).unwrap_or_default(),
    }
}

/// Conditions, masks and handling stand in the leaf itself.
impl Record {
    /// The disclosure, where it is one.
    pub fn intent(&self) -> Option<&Intent> {
        match &self.row.leaf.event {
            Event::Intent(intent) => Some(intent),
            _ => None,
        }
    }

    /// Whether a person had to decide first.
    pub fn by_hand(&self) -> bool {
        self.intent().is_some_and(|intent| intent.handling == Handling::Special)
    }

    /// Every condition that was asked, and whether it held.
    pub fn conditions(&self) -> BTreeMap<String, bool> {
        let conditions = self.intent().map(|intent| &intent.conditions).into_iter().flatten();
        conditions.map(|(name, held)| (name.to_string(), *held)).collect()
    }
}
