//! Every disclosure has one outcome, in time. What is remembered is what is open, and one bit for
//! each leaf that was closed.

use std::collections::BTreeMap;

use super::Rule;
use crate::domain::Timestamp;
use crate::log::{Hash, LeafIndex, Outcome};

/// What is open and what is closed.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    open: BTreeMap<LeafIndex, (Hash, Timestamp)>,
    closed: Bits,
}

impl Outcomes {
    pub(super) fn opened(&mut self, index: LeafIndex, hash: Hash, at: Timestamp) {
        self.open.insert(index, (hash, at));
    }

    /// Takes an outcome; what is wrong with it, where something is.
    pub(super) fn closed(
        &mut self,
        outcome: &Outcome,
        at: Timestamp,
        deadline: std::time::Duration,
    ) -> Option<(Rule, String)> {
        let intent = outcome.intent;
        match self.open.get(&intent) {
            Some((hash, _)) if *hash != outcome.intent_hash => {
                let what = format!("refers to leaf {intent} by another hash than that leaf has");
                Some((Rule::OutcomeOfAnother, what))
            }
            Some((_, opened)) => {
                let took = at.since(*opened);
                self.open.remove(&intent);
                self.closed.set(intent.0);
                (took > deadline).then(|| {
                    let what = format!("closes leaf {intent} {} after it", super::hours(took));
                    (Rule::OutcomeLate, what)
                })
            }
            None if self.closed.get(intent.0) => {
                let what = format!("is a second outcome of leaf {intent}");
                Some((Rule::OutcomeTwice, what))
            }
            None => {
                let what = format!("refers to leaf {intent}, which is no earlier disclosure");
                Some((Rule::OutcomeStray, what))
            }
        }
    }

    /// What has no outcome, and since when.
    pub(super) fn open(&self) -> impl Iterator<Item = (LeafIndex, Timestamp)> {
        self.open.iter().map(|(index, (_, at))| (*index, *at))
    }
}

/// One bit for each leaf.
#[derive(Debug, Default)]
struct Bits(BTreeMap<u64, u64>);

impl Bits {
    fn set(&mut self, at: u64) {
        *self.0.entry(at / 64).or_default() |= 1 << (at % 64);
    }

    fn get(&self, at: u64) -> bool {
        self.0.get(&(at / 64)).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}
