//! The auditor's rules: reads a log leaf by leaf, after its proofs were verified, and says where
//! what it tells is not what it promises.
//!
//! Pure, and in one pass: leaves are looked at once and not kept, policies are handed in by hash, and
//! what is remembered grows with what is open and not with the log (one bit a closed disclosure
//! apart). It works on a deployment and on an exported folder alike.
//!
//! ```text
//! leaf ─► Auditor::wants ─► policy bytes ─► Auditor::policy
//!   └───────────────────► Auditor::leaf ─► … ─► Auditor::finish ─► Report
//! ```

pub mod acknowledgements;
pub mod cases;

mod outcomes;
mod policies;
mod registry;
mod replay;
mod report;
mod rules;
mod times;

use std::time::Duration;

use crate::domain::{PolicyId, Timestamp};
use crate::log::{Event, Hash, Intent, Leaf, LeafIndex, PolicyInForce, Stopped};

pub use acknowledgements::{Acknowledged, Acknowledgements, Days, LineError, Mark};
pub use cases::{Cases, Kept, Link, Reconciled};
pub use policies::Policies;
pub use report::{FINDINGS_MAX, Finding, Findings, Report};
pub use rules::Rule;

use outcomes::Outcomes;
use registry::Registry;
use times::Times;

/// What the audit is held to.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A disclosure has its outcome within this time.
    pub deadline: Duration,
    /// The log is silent no longer than this.
    pub heartbeat: Duration,
    /// Until when: a deployment's clock. `None`: until the log's last leaf, as with a folder, whose
    /// age says nothing.
    pub now: Option<Timestamp>,
}

/// Takes the leaves of a log one after the other, from the first.
#[derive(Debug)]
pub struct Auditor {
    terms: Terms,
    outcomes: Outcomes,
    registry: Registry,
    policies: Policies,
    times: Times,
    report: Report,
}

impl Auditor {
    /// For a log whose proofs hold.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            outcomes: Outcomes::default(),
            registry: Registry::default(),
            policies: Policies::default(),
            times: Times::default(),
            report: Report::default(),
        }
    }

    /// The policy that must be handed in before this leaf can be taken.
    pub fn wants(&self, leaf: &Leaf) -> Option<PolicyId> {
        let policy = match &leaf.event {
            Event::Intent(intent) => Some(intent.policy),
            Event::Refusal(stopped) | Event::Hold(stopped) => stopped.policy,
            Event::Policy(policy) => Some(policy.policy),
            _ => None,
        };
        policy.filter(|id| !self.policies.knows(*id))
    }

    /// Hands in the canonical bytes of a policy; `None` where there are none.
    pub fn policy(&mut self, id: PolicyId, bytes: Option<&[u8]>) {
        self.policies.put(id, bytes);
    }

    /// Takes the next leaf.
    pub fn leaf(&mut self, index: LeafIndex, hash: Hash, leaf: &Leaf) {
        self.report.count(leaf);
        self.times.leaf(index, leaf.at, &self.terms, &mut self.report);
        match &leaf.event {
            Event::Intent(intent) => {
                self.outcomes.opened(index, hash, leaf.at);
                self.intent(index, leaf.at, intent);
            }
            Event::Outcome(outcome) => {
                if let Some((rule, what)) =
                    self.outcomes.closed(outcome, leaf.at, self.terms.deadline)
                {
                    self.report.find(rule, index, what);
                }
            }
            Event::Refusal(stopped) | Event::Hold(stopped) => {
                self.stopped(index, leaf.at, stopped);
            }
            Event::Read(read) => times::read(index, read, &mut self.report),
            Event::Policy(policy) => {
                if let Err((rule, what)) = self.policies.get(policy.policy, &policy.recipient) {
                    self.report.find(rule, index, what);
                }
                self.registry.put(policy.clone());
            }
            Event::Key(key) => self.report.keys.push((index, key.clone())),
            Event::Erasure(erasure) => self.report.erasures.push((index, erasure.reason)),
            Event::Anchor(_) => self.report.anchors.push(index),
            Event::Resume(resume) => self.report.resumes.push((index, resume.clone())),
            Event::Release(_) | Event::Heartbeat => {}
        }
    }

    /// What was found.
    pub fn finish(mut self) -> Report {
        let now = self.terms.now.or(self.times.latest());
        self.times.finish(&self.terms, &mut self.report);
        for (index, since) in self.outcomes.open() {
            let waits = now.map(|now| now.since(since)).unwrap_or_default();
            if waits > self.terms.deadline {
                let what = format!("is a disclosure without an outcome for {}", hours(waits));
                self.report.find(Rule::OutcomeMissing, index, what);
            } else {
                self.report.open.push((index, since));
            }
        }
        self.report
    }

    fn intent(&mut self, index: LeafIndex, at: Timestamp, intent: &Intent) {
        for (rule, what) in self.registry.check(intent, at.date()) {
            self.report.find(rule, index, what);
        }
        // Each field, and the message and the case beside them.
        if intent.sd.len() < intent.sent.len() + 2 {
            let what = format!(
                "has {} commitments for {} fields, the message and the case",
                intent.sd.len(),
                intent.sent.len()
            );
            self.report.find(Rule::Commitments, index, what);
        }
        match self.policies.get(intent.policy, &intent.recipient.id) {
            Ok(policy) => {
                let broken = replay::replay(policy, intent);
                self.report.decisions_replayed += 1;
                for (rule, what) in broken {
                    self.report.find(rule, index, what);
                }
            }
            Err((rule, what)) => {
                self.report.decisions_not_replayed += 1;
                self.report.find(rule, index, what);
            }
        }
    }

    fn stopped(&mut self, index: LeafIndex, at: Timestamp, stopped: &Stopped) {
        let told = self.registry.refused(stopped, at.date()).or_else(|| {
            let policy = self.policies.get(stopped.policy?, &stopped.recipient).ok()?;
            replay::refused(policy, stopped)
        });
        match told {
            None => self.report.refusals_not_replayable += 1,
            Some(told) => {
                self.report.refusals_replayed += 1;
                if let Err(what) = told {
                    self.report.find(Rule::RefusalUnfounded, index, what);
                }
            }
        }
        if let Some(id) = stopped.policy
            && let Err((rule, what)) = self.policies.get(id, &stopped.recipient)
        {
            self.report.find(rule, index, what);
        }
        if stopped.reason == crate::domain::HoldReason::RecipientDisabled {
            return;
        }
        if self.registry.get(&stopped.recipient).is_none() {
            let what = format!("is about {}, which no policy leaf registers", stopped.recipient);
            self.report.find(Rule::Unregistered, index, what);
        }
    }
}

/// Holds one disclosure to the rules, as a sample does: the policy that it names, which was put among
/// these, and the latest registry entry of its recipient that stands in the log before it. Everything that does not
/// fit, by rule.
pub fn one(
    leaf: &Leaf,
    policies: &Policies,
    registered: Option<&PolicyInForce>,
) -> Vec<(Rule, String)> {
    let Event::Intent(intent) = &leaf.event else { return Vec::new() };
    let mut registry = Registry::default();
    if let Some(registered) = registered {
        registry.put(registered.clone());
    }
    let mut broken = registry.check(intent, leaf.at.date());
    match policies.get(intent.policy, &intent.recipient.id) {
        Ok(policy) => broken.extend(replay::replay(policy, intent)),
        Err(unknown) => broken.push(unknown),
    }
    broken
}

/// A time for people: to the minute below two days, else to the hour.
pub(crate) fn hours(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match minutes {
        0 => format!("{} s", time.as_secs()),
        1..=119 => format!("{minutes} min"),
        120..=2_879 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} days {} h", minutes / 1_440, minutes / 60 % 24),
    }
}
