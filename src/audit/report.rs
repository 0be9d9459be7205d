//! What an audit found, and what it looked at: a report that says nothing but "good" says nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Rule;
use crate::domain::Timestamp;
use crate::log::{
    Code, ErasureReason, Event, KeyInForce, Kind, Leaf, LeafIndex, OutcomeResult, Resume, Role,
};

/// So many findings are told one by one; the rest is counted by rule.
pub const FINDINGS_MAX: usize = 1_000;

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// At which leaf; `None` where no leaf is the place.
    pub index: Option<LeafIndex>,
    /// What is wrong, in plain words. Never a personal value.
    pub what: String,
}

/// All that is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The first [`FINDINGS_MAX`].
    pub first: Vec<Finding>,
    /// How often each rule is broken.
    pub counts: BTreeMap<Rule, u64>,
}

impl Findings {
    /// One more.
    pub fn add(&mut self, rule: Rule, index: Option<LeafIndex>, what: String) {
        *self.counts.entry(rule).or_default() += 1;
        if self.first.len() < FINDINGS_MAX {
            self.first.push(Finding { rule, index, what });
        }
    }

    /// Those of another part of the audit too.
    pub fn extend(&mut self, others: Self) {
        for (rule, count) in others.counts {
            *self.counts.entry(rule).or_default() += count;
        }
        let room = FINDINGS_MAX.saturating_sub(self.first.len());
        self.first.extend(others.first.into_iter().take(room));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// What an audit of the leaves found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many leaves there are of each kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// How many disclosures ended in each way.
    pub results: BTreeMap<OutcomeResult, u64>,
    /// The first leaf's time.
    pub first: Option<Timestamp>,
    /// The last leaf's time.
    pub last: Option<Timestamp>,
    /// Disclosures that were decided again.
    pub decisions_replayed: u64,
    /// Disclosures whose policy is not there to be asked.
    pub decisions_not_replayed: u64,
    /// Refusals whose ground was looked up.
    pub refusals_replayed: u64,
    /// Refusals and holds on grounds that neither registry nor policy tells, such as a person's.
    pub refusals_not_replayable: u64,
    /// Disclosures without an outcome that are still within the deadline, and since when.
    pub open: Vec<(LeafIndex, Timestamp)>,
    /// After which leaf the log was silent longest, and for how long.
    pub longest_silence: Option<(LeafIndex, Duration)>,
    /// How often each role read the log, and how.
    pub reads: BTreeMap<(Role, Code), u64>,
    /// What became of keys, and where the log says so.
    pub keys: Vec<(LeafIndex, KeyInForce)>,
    /// Where something was erased, and why.
    pub erasures: Vec<(LeafIndex, ErasureReason)>,
    /// Where a person let the log go on after a halt, why it was halted, and why it went on.
    pub resumes: Vec<(LeafIndex, Resume)>,
    /// Where an earlier log is named.
    pub anchors: Vec<LeafIndex>,
    /// What is broken.
    pub findings: Findings,
}

impl Report {
    /// How many leaves were looked at.
    pub fn leaves(&self) -> u64 {
        self.kinds.values().sum()
    }

    /// Whether no rule is broken.
    pub fn is_clean(&self) -> bool {
        self.findings.count() == 0
    }

    pub(super) fn count(&mut self, leaf: &Leaf) {
        *self.kinds.entry(leaf.event.kind()).or_default() += 1;
        if let Event::Outcome(outcome) = &leaf.event {
            *self.results.entry(outcome.result).or_default() += 1;
        }
    }

    pub(super) fn find(&mut self, rule: Rule, index: LeafIndex, what: String) {
        self.findings.add(rule, Some(index), what);
    }
}
