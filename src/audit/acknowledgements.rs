//! What operators say that they have received, held against what the log says was sent: both ways.
//!
//! A file of JSON Lines, as `schemas/log/acknowledgement.json` says. A line names a message by what
//! the log commits to, so that a match is a proof: whoever has the subject's key opens the leaf's
//! commitment with the line's own value.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;

use super::{Findings, Rule};
use crate::domain::{OpaqueReference, OperatorReference, Purpose, RecipientId, Timestamp};
use crate::log::{Event, Hash, Leaf, LeafIndex, OutcomeResult};

/// The most lines that are read.
pub const LINES_MAX: usize = 1_000_000;
/// The most bytes that a line may have.
const LINE_BYTES_MAX: usize = 4_096;
/// A message without other mark is looked for so long before and after it was received.
const WINDOW: std::time::Duration = std::time::Duration::from_hours(48);

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct LineError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong. Never what stood there.
    pub what: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    recipient: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    operator_reference: Option<String>,
    received: String,
}

/// One message that an operator says it has received.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Acknowledgement {
    line: usize,
    recipient: RecipientId,
    mark: Mark,
    operator_reference: Option<OperatorReference>,
    received: Timestamp,
    taken: Taken,
}

/// Whether a line belongs to a disclosure. A message that came to nothing is decided, recorded and sent
/// again, and may have the same bytes: a line that fits the first may be of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// To none so far.
    No,
    /// To one that did not end as accepted, unless a later one of the same bytes has none of its own;
    /// which one, where it ended as unsent.
    Perhaps(Option<LeafIndex>),
    /// To one.
    Yes,
}

/// By what the log knows a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The SHA-256 that an intent commits to as its message.
    Message(Hash),
    /// Our reference in it, which an intent commits to as a field.
    Reference(OpaqueReference),
}

/// Which days the acknowledgements are of; both included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Days {
    /// The first; `None`: from the first leaf on.
    pub from: Option<Date>,
    /// The last; `None`: to the last leaf.
    pub to: Option<Date>,
}

impl Days {
    fn hold(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What was held against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// Lines read.
    pub lines: u64,
    /// Disclosures to these operators on these days.
    pub disclosures: u64,
    /// Disclosures that a line was found for.
    pub matched: u64,
    /// Disclosures that nobody can open any more, so that no line can be matched with them.
    pub cut: u64,
    /// Lines that may belong to one of those.
    pub unclear: u64,
    /// For each operator: lines, and disclosures accepted, rejected or unknown. All that can be
    /// compared where there is no key at all.
    pub by_recipient: BTreeMap<RecipientId, (u64, u64)>,
}

/// The acknowledgements, and what of the log was matched with them.
#[derive(Debug)]
pub struct Acknowledgements {
    days: Days,
    all: Vec<Acknowledgement>,
    by_recipient: BTreeMap<RecipientId, Vec<usize>>,
    by_operator_reference: BTreeMap<(RecipientId, OperatorReference), Vec<usize>>,
    /// Disclosures under way: was a line found for them?
    open: BTreeMap<LeafIndex, Match>,
    cut: BTreeMap<RecipientId, Vec<Timestamp>>,
    told: Acknowledged,
    findings: Findings,
}

#[derive(Clone, Debug)]
struct Match {
    recipient: RecipientId,
    line: Option<usize>,
    cut: bool,
}

impl Acknowledgements {
    /// Reads a file.
    pub fn read(text: &str, days: Days) -> Result<Self, LineError> {
        let mut read = Self {
            days,
            all: Vec::new(),
            by_recipient: BTreeMap::new(),
            by_operator_reference: BTreeMap::new(),
            open: BTreeMap::new(),
            cut: BTreeMap::new(),
            told: Acknowledged::default(),
            findings: Findings::default(),
        };
        for (n, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let fails = |what| LineError { line: n, what };
            if read.all.len() == LINES_MAX {
                return Err(fails("more lines than are read at once: divide the file"));
            }
            let one = acknowledgement(n, line).map_err(fails)?;
            let at = read.all.len();
            read.by_recipient.entry(one.recipient.clone()).or_default().push(at);
            if let Some(reference) = &one.operator_reference {
                let key = (one.recipient.clone(), reference.clone());
                read.by_operator_reference.entry(key).or_default().push(at);
            }
            read.told.by_recipient.entry(one.recipient.clone()).or_default().0 += 1;
            read.all.push(one);
        }
        read.told.lines = read.all.len() as u64;
        Ok(read)
    }

    /// The lines that a disclosure may be, each with its mark: those of the operator's reference
    /// where that is known, then those of about that time, the nearest first; behind them those that may be of an earlier
    /// one. Empty where there is nothing to ask.
    pub fn candidates(
        &self,
        leaf: &Leaf,
        operator_reference: Option<&OperatorReference>,
    ) -> Vec<(usize, Mark)> {
        let Event::Intent(intent) = &leaf.event else { return Vec::new() };
        let to = &intent.recipient.id;
        let by_reference = operator_reference
            .and_then(|reference| self.by_operator_reference.get(&(to.clone(), reference.clone())));
        let mut seen = BTreeSet::new();
        let apart = |at: &usize| {
            let received = self.all[*at].received;
            received.since(leaf.at).max(leaf.at.since(received))
        };
        // The nearest first: whoever tries them one by one is done soon.
        let all = self.by_recipient.get(to).into_iter().flatten();
        let mut near: Vec<usize> = all.copied().filter(|at| apart(at) <= WINDOW).collect();
        near.sort_by_key(apart);
        let mut lines: Vec<usize> = by_reference
            .into_iter()
            .flatten()
            .copied()
            .chain(near)
            .filter(|at| self.all[*at].taken != Taken::Yes && seen.insert(*at))
            .collect();
        // Behind those of nobody what one is said not to have sent: it may be of this one. Then what an
        // earlier one is not sure to have sent.
        lines.sort_by_key(|at| match self.all[*at].taken {
            Taken::No => 0,
            Taken::Perhaps(Some(_)) => 1,
            Taken::Perhaps(None) | Taken::Yes => 2,
        });
        lines.into_iter().map(|at| (at, self.all[at].mark.clone())).collect()
    }

    /// Takes the next leaf: for a disclosure, the line that it opened to, or that nobody can tell.
    pub fn leaf(&mut self, index: LeafIndex, leaf: &Leaf, line: Option<usize>, cut: bool) {
        match &leaf.event {
            Event::Intent(intent) => {
                let to = &intent.recipient.id;
                // One that is taken over was counted with the earlier disclosure.
                let taken =
                    line.map(|line| std::mem::replace(&mut self.all[line].taken, Taken::Yes));
                let named = self.by_recipient.contains_key(to);
                // An operator that lists what it got need not list what it asked for.
                let asked = intent.purpose == Purpose::ContactPull && line.is_none();
                if !named || asked || (!self.days.hold(leaf.at.date()) && line.is_none()) {
                    return;
                }
                self.told.disclosures += 1;
                self.told.matched += u64::from(taken == Some(Taken::No));
                if cut {
                    self.told.cut += 1;
                    self.cut.entry(to.clone()).or_default().push(leaf.at);
                }
                self.open.insert(index, Match { recipient: to.clone(), line, cut });
            }
            Event::Outcome(outcome) => {
                let Some(found) = self.open.remove(&outcome.intent) else { return };
                if outcome.result != OutcomeResult::Unsent {
                    self.told.by_recipient.entry(found.recipient.clone()).or_default().1 += 1;
                }
                let at = Some(outcome.intent);
                match (outcome.result, found.line) {
                    (OutcomeResult::Unsent, Some(line)) => {
                        self.all[line].taken = Taken::Perhaps(at);
                    }
                    (OutcomeResult::Rejected | OutcomeResult::Unknown, Some(line)) => {
                        self.all[line].taken = Taken::Perhaps(None);
                    }
                    (OutcomeResult::Accepted, None) if !found.cut => {
                        let what = format!(
                            "ended as accepted, and {} has no such message",
                            found.recipient
                        );
                        self.findings.add(Rule::AcceptedUnreceived, at, what);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// What was found.
    pub fn finish(mut self) -> (Acknowledged, Findings) {
        for one in &self.all {
            if let Taken::Perhaps(Some(at)) = one.taken {
                let what = format!("ended as unsent, and line {} has received it", one.line);
                self.findings.add(Rule::ReceivedUnsent, Some(at), what);
            }
        }
        let mut unclear: BTreeMap<&RecipientId, u64> = BTreeMap::new();
        for one in self.all.iter().filter(|one| one.taken == Taken::No) {
            let near = |at: &Timestamp| {
                one.received.since(*at) <= WINDOW && at.since(one.received) <= WINDOW
            };
            let cut = self.cut.get(&one.recipient).map(Vec::as_slice).unwrap_or_default();
            if cut.iter().any(near) {
                // One line for each disclosure that nobody can open, and no more.
                let count = unclear.entry(&one.recipient).or_default();
                if *count < cut.len() as u64 {
                    *count += 1;
                    continue;
                }
            }
            let what = format!(
                "line {}: {} received a message at {}, and no leaf commits to it",
                one.line,
                one.recipient,
                one.received.rfc3339()
            );
            self.findings.add(Rule::ReceivedUnlogged, None, what);
        }
        self.told.unclear = unclear.values().sum();
        (self.told, self.findings)
    }
}

fn acknowledgement(line: usize, text: &str) -> Result<Acknowledgement, &'static str> {
    if text.len() > LINE_BYTES_MAX {
        return Err("is longer than a line may be");
    }
    let read: Line =
        serde_json::from_str(text).map_err(|_| "is no object with the members of the schema")?;
    let message = read.message.map(|text| Hash::parse(&text).ok_or("message is no SHA-256"));
    let reference =
        read.reference.map(|text| OpaqueReference::parse(&text).ok_or("reference is none of ours"));
    let mark = match (message.transpose()?, reference.transpose()?) {
        // The stronger of the two: it covers every byte.
        (Some(hash), _) => Mark::Message(hash),
        (None, Some(reference)) => Mark::Reference(reference),
        (None, None) => return Err("names neither message nor reference"),
    };
    let operator_reference = read
        .operator_reference
        .map(|text| OperatorReference::parse(&text).map_err(|_| "operator_reference is none"));
    Ok(Acknowledgement {
        line,
        recipient: RecipientId::parse(&read.recipient).map_err(|_| "recipient is no id")?,
        mark,
        operator_reference: operator_reference.transpose()?,
        received: Timestamp::parse(&read.received).ok_or("received is no time of RFC 3339")?,
        taken: Taken::No,
    })
}
