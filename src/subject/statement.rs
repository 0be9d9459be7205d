//! A statement: all disclosures about one person, grouped by case.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::policies::Reasons;
use crate::domain::{
    CaseId, Field, HoldReason, LegalBasis, MaskCount, PolicyId, Purpose, RecipientId, Timestamp,
};
use crate::log::{Event, Intent, Leaf, LeafIndex, OutcomeResult, RecipientRecord};
use crate::store::{About, CaseOf, StoredLeaf, Told};

/// Why a statement cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// A leaf about the person cannot be read.
    #[error("leaf {0} cannot be read: run `sluss log verify`")]
    Leaf(LeafIndex),
}

/// All that happened to one person's data.
pub struct Statement<'a> {
    /// By case, oldest first.
    pub cases: Vec<CaseStatement<'a>>,
}

/// One case.
pub struct CaseStatement<'a> {
    /// Its id.
    pub id: CaseId,
    /// The case, where it is still kept.
    pub case: Option<&'a CaseOf>,
    /// The attempts to disclose, in the order of the log.
    pub disclosures: Vec<Utterance<'a>>,
    /// Where nothing was disclosed, and why.
    pub stops: Vec<Stop>,
}

/// One disclosure.
pub struct Utterance<'a> {
    /// Where it stands, and what of it is kept.
    pub told: &'a Told,
    /// When it was recorded.
    pub at: Timestamp,
    /// To whom.
    pub recipient: RecipientRecord,
    /// What for.
    pub purpose: Purpose,
    /// On which grounds.
    pub basis: Vec<LegalBasis>,
    /// Under which policy.
    pub policy: PolicyId,
    /// What left.
    pub sent: Vec<Sent<'a>>,
    /// What did not.
    pub withheld: Vec<Withheld>,
    /// What was taken out of texts.
    pub masked: Vec<MaskCount>,
    /// Which attempt it was.
    pub attempt: u32,
    /// How it ended; `None`: it has not.
    pub outcome: Option<OutcomeResult>,
}

/// One field that left.
pub struct Sent<'a> {
    /// Which.
    pub field: Field,
    /// As it was sent; `None`: no longer kept.
    pub value: Option<&'a crate::domain::Personal>,
    /// The rule that opened it, and why; `None`: the policy is not kept.
    pub rule: Option<(String, String)>,
}

/// One field that stayed.
pub struct Withheld {
    /// Which.
    pub field: Field,
    /// Why.
    pub why_sv: String,
}

/// Nothing was disclosed.
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub index: LeafIndex,
    /// Who would have received.
    pub recipient: RecipientId,
    /// What for.
    pub purpose: Purpose,
    /// Why; `None`: a person let it go on, or ended it.
    pub reason: Option<HoldReason>,
}

impl<'a> Statement<'a> {
    /// Puts it together. Reasons are of the policies that decided then, not of today's.
    pub fn new(
        about: &'a About,
        reasons: &BTreeMap<PolicyId, Reasons>,
    ) -> Result<Self, StatementError> {
        let mut cases: Vec<CaseStatement<'a>> =
            about.cases.iter().map(|case| empty(case.id, Some(case))).collect();
        for told in &about.told {
            let known = cases.iter().position(|case| case.id == told.case);
            let at = known.unwrap_or(cases.len());
            if known.is_none() {
                cases.push(empty(told.case, None));
            }
            let leaf = parse(&told.leaf)?;
            match leaf.event {
                Event::Intent(intent) => {
                    let outcome = told.outcome.as_ref().map(result).transpose()?;
                    let reasons = reasons.get(&intent.policy);
                    let one = utterance(told, leaf.at, intent, reasons, outcome.flatten());
                    cases[at].disclosures.push(one);
                }
                Event::Refusal(stopped) | Event::Hold(stopped) => cases[at].stops.push(Stop {
                    at: leaf.at,
                    index: told.leaf.index,
                    recipient: stopped.recipient,
                    purpose: stopped.purpose,
                    reason: Some(stopped.reason),
                }),
                Event::Release(release) => cases[at].stops.push(Stop {
                    at: leaf.at,
                    index: told.leaf.index,
                    recipient: release.recipient,
                    purpose: release.purpose,
                    reason: None,
                }),
                _ => {}
            }
        }
        Ok(Self { cases })
    }

    /// How many disclosures there were.
    pub fn count(&self) -> usize {
        self.cases.iter().map(|case| case.disclosures.len()).sum()
    }

    /// The policies that the leaves of a person name: their reasons are needed.
    pub fn policies(about: &About) -> Result<BTreeSet<PolicyId>, StatementError> {
        let mut policies = BTreeSet::new();
        for told in &about.told {
            if let Event::Intent(intent) = parse(&told.leaf)?.event {
                policies.insert(intent.policy);
            }
        }
        Ok(policies)
    }
}

fn empty(id: CaseId, case: Option<&CaseOf>) -> CaseStatement<'_> {
    CaseStatement { id, case, disclosures: Vec::new(), stops: Vec::new() }
}

fn utterance<'a>(
    told: &'a Told,
    at: Timestamp,
    intent: Intent,
    reasons: Option<&Reasons>,
    outcome: Option<OutcomeResult>,
) -> Utterance<'a> {
    let purpose = intent.purpose;
    let sent = intent.sent.iter().map(|&field| Sent {
        field,
        value: told.values.get(&field),
        rule: reasons
            .and_then(|reasons| reasons.opened(purpose, field))
            .map(|rule| (rule.id.to_string(), rule.why_sv.clone())),
    });
    let withheld = intent.withheld.iter().map(|&field| Withheld {
        field,
        why_sv: reasons.map_or_else(
            || "regelverket från den tiden finns inte kvar här".to_owned(),
            |reasons| reasons.withheld(&intent, field),
        ),
    });
    Utterance {
        told,
        at,
        purpose,
        sent: sent.collect(),
        withheld: withheld.collect(),
        recipient: intent.recipient,
        basis: intent.basis.into_iter().collect(),
        policy: intent.policy,
        masked: intent.masked,
        attempt: intent.attempt,
        outcome,
    }
}

fn parse(stored: &StoredLeaf) -> Result<Leaf, StatementError> {
    Leaf::parse(&stored.body).map_err(|_| StatementError::Leaf(stored.index))
}

fn result(stored: &StoredLeaf) -> Result<Option<OutcomeResult>, StatementError> {
    Ok(match parse(stored)?.event {
        Event::Outcome(outcome) => Some(outcome.result),
        _ => None,
    })
}
