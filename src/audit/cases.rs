//! The log and the cases that are kept, held against each other: every disclosure belongs to a case,
//! and every case is where its leaves say. What an erasure has cut can be counted and no more.

use std::collections::BTreeMap;

use super::{Findings, Rule};
use crate::domain::{CaseId, CaseState, Handling, HoldReason, Purpose};
use crate::log::{Event, Leaf, LeafIndex, OutcomeResult};

/// So many disclosures that lead to no case are named; the rest is counted.
const CUT_MAX: usize = 1_000;

/// What a leaf about a case leads to, as the store says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// To this case, and it commits to it.
    Case(CaseId),
    /// To none any more, or never to one.
    Cut,
    /// To a case that is not kept, or that it does not commit to.
    Foreign,
}

/// A case as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'c> {
    /// Which.
    pub id: CaseId,
    /// Where it stands.
    pub state: CaseState,
    /// Which attempt was the last; a person's decision begins anew.
    pub attempt: u32,
    /// The disclosure without outcome.
    pub intent: Option<LeafIndex>,
    /// The last answer, as a code.
    pub answer: Option<&'c str>,
    /// Whom it was about is erased: nothing leads from leaves to it.
    pub erased: bool,
}

/// What was held against each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Cases that are kept.
    pub cases: u64,
    /// Disclosures that lead to one of them.
    pub disclosures: u64,
    /// Cases that no leaf can be linked to any more.
    pub erased: u64,
    /// Disclosures whose link was cut.
    pub cut: u64,
    /// Cases that moved on while they were looked at.
    pub moving: u64,
}

/// What the leaves say of the cases.
#[derive(Debug, Default)]
pub struct Cases {
    told: BTreeMap<CaseId, Told>,
    open: BTreeMap<LeafIndex, CaseId>,
    cut: Vec<LeafIndex>,
    reconciled: Reconciled,
    findings: Findings,
}

/// What the leaves say of one case.
#[derive(Debug, Default)]
struct Told {
    intents: u64,
    /// Of the last disclosure; 0 where a person has decided since.
    attempt: u32,
    open: Option<LeafIndex>,
    result: Option<OutcomeResult>,
    answer: Option<String>,
    released: bool,
}

/// Whether what a leaf leads to has to be looked up.
pub fn is_about_a_case(leaf: &Leaf) -> bool {
    matches!(leaf.event, Event::Intent(_) | Event::Refusal(_) | Event::Hold(_) | Event::Release(_))
}

impl Cases {
    /// Takes the next leaf, and what it leads to where it is about a case.
    pub fn leaf(&mut self, index: LeafIndex, leaf: &Leaf, link: Option<Link>) {
        match (&leaf.event, link) {
            (Event::Intent(intent), Some(Link::Case(case))) => {
                self.reconciled.disclosures += 1;
                if intent.purpose == Purpose::ContactPull {
                    // An answer is no attempt, and the case goes on beside it.
                    return;
                }
                let told = self.told.entry(case).or_default();
                if intent.handling == Handling::Special && !told.released {
                    let what = "sends a case under special handling that nobody has released";
                    self.findings.add(Rule::SpecialUnreleased, Some(index), what.to_owned());
                }
                if let Some(open) = told.open {
                    let what = format!("sends a case whose disclosure in leaf {open} is open");
                    self.findings.add(Rule::CaseDiffers, Some(index), what);
                }
                told.intents += 1;
                told.attempt = intent.attempt;
                told.open = Some(index);
                self.open.insert(index, case);
            }
            (Event::Intent(_), Some(Link::Cut) | None) => {
                self.reconciled.cut += 1;
                if self.cut.len() < CUT_MAX {
                    self.cut.push(index);
                }
            }
            (Event::Intent(_), Some(Link::Foreign)) => {
                let what = "is a disclosure of no case that is kept, or of another than is said";
                self.findings.add(Rule::DisclosureUnowned, Some(index), what.to_owned());
            }
            (Event::Outcome(outcome), _) => {
                if let Some(told) =
                    self.open.remove(&outcome.intent).and_then(|case| self.told.get_mut(&case))
                {
                    told.open = None;
                    told.result = Some(outcome.result);
                    told.answer = outcome.code.as_ref().map(ToString::to_string);
                }
            }
            (Event::Release(release), Some(Link::Case(case))) => {
                let told = self.told.entry(case).or_default();
                told.attempt = 0;
                told.released |= release.lets_go();
            }
            // A person's hold begins the attempts anew, a machine's does not.
            (Event::Hold(stopped), Some(Link::Case(case)))
                if stopped.reason == HoldReason::Person =>
            {
                self.told.entry(case).or_default().attempt = 0;
            }
            _ => {}
        }
    }

    /// Takes a case as it is kept; false where it is not where its leaves say, and that may be
    /// because it has moved since they were read.
    pub fn agrees(&self, kept: &Kept<'_>) -> bool {
        kept.erased || self.differences(kept).is_empty()
    }

    /// Takes a case into account. One that is `moving` is counted, and not held against the log.
    pub fn case(&mut self, kept: &Kept<'_>, moving: bool) {
        self.reconciled.cases += 1;
        if kept.erased {
            self.reconciled.erased += 1;
        } else if moving && !self.agrees(kept) {
            self.reconciled.moving += 1;
        } else {
            let place = self.told.get(&kept.id).and_then(|told| told.open);
            for (rule, what) in self.differences(kept) {
                self.findings.add(rule, place, format!("case {}: {what}", kept.id));
            }
        }
    }

    fn differences(&self, kept: &Kept<'_>) -> Vec<(Rule, String)> {
        let none = Told::default();
        let told = self.told.get(&kept.id).unwrap_or(&none);
        let state = kept.state;
        let mut found = Vec::new();
        let needs = match state {
            CaseState::Placed | CaseState::Completed | CaseState::Failed => {
                Some(OutcomeResult::Accepted)
            }
            CaseState::Rejected => Some(OutcomeResult::Rejected),
            CaseState::Waiting
            | CaseState::Accepted
            | CaseState::Recorded
            | CaseState::Held
            | CaseState::Cancelled => None,
        };
        if told.intents == 0 && (needs.is_some() || kept.attempt > 0 || kept.intent.is_some()) {
            let what = format!("is {state} after {} attempts, and no leaf sends it", kept.attempt);
            return vec![(Rule::CaseUnlogged, what)];
        }
        let mut differs = |what: String| found.push((Rule::CaseDiffers, what));
        if told.open != kept.intent {
            let of = |index: Option<LeafIndex>| {
                index.map_or_else(|| "no disclosure".to_owned(), |index| format!("leaf {index}"))
            };
            let (log, case) = (of(told.open), of(kept.intent));
            differs(format!("{log} is open in the log, {case} in the case"));
        }
        if let (Some(needs), None) = (needs, told.open)
            && told.result != Some(needs)
        {
            let ended = told.result.map_or("nothing", OutcomeResult::as_str);
            differs(format!("is {state}, and its last disclosure ended as {ended}"));
        }
        if told.attempt != kept.attempt {
            differs(format!("counts {} attempts, its leaves {}", kept.attempt, told.attempt));
        }
        if told.open.is_none() && told.answer.as_deref() != kept.answer {
            let of = |answer: Option<&str>| answer.unwrap_or("none").to_owned();
            let (log, case) = (of(told.answer.as_deref()), of(kept.answer));
            differs(format!("has the answer {case}, its last outcome {log}"));
        }
        found
    }

    /// What was found. A link that is cut is explained by an erasure, where the log tells of one.
    pub fn finish(mut self, is_erased: bool) -> (Reconciled, Findings) {
        if !is_erased {
            for index in &self.cut {
                let what = "leads to no case, and nobody was erased".to_owned();
                self.findings.add(Rule::DisclosureUnowned, Some(*index), what);
            }
        }
        (self.reconciled, self.findings)
    }
}
