//! The auditor's rules: a sound history keeps them all, and a log that breaks one, properly signed by
//! whoever runs it, is found out by that rule's code.
#![cfg(test)]

mod broken;
mod command;
mod operators;
mod random;
mod reconciled;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::json;
use sluss::audit::{Auditor, Report, Rule, Terms};
use sluss::domain::{LeafId, PolicyId, SeededEntropy, Step, Timestamp};
use sluss::intake::Kind as Submitted;
use sluss::log::{
    Checkpoint, Code, Event, Frontier, Intent, KeyName, Kind, Leaf, LeafIndex, Role, SigningKey,
    Stopped, Verifier, leaf_hash,
};
use sluss::sandbox::Trouble;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};

pub(crate) const TERMS: Terms =
    Terms { deadline: Duration::from_hours(48), heartbeat: Duration::from_hours(1), now: None };

/// A log as its leaves, and the policies that are kept beside it.
#[derive(Clone)]
pub(crate) struct Story {
    leaves: Vec<Leaf>,
    policies: BTreeMap<PolicyId, Vec<u8>>,
}

impl Story {
    /// What a deployment has really written.
    pub(crate) async fn of(app: &App) -> Self {
        let leaves: Vec<Leaf> = app.leaves().await.into_iter().map(|(_, leaf)| leaf).collect();
        let mut policies = BTreeMap::new();
        for leaf in &leaves {
            if let Event::Policy(policy) = &leaf.event {
                let bytes = app.deployment.store.policy(policy.policy).await.unwrap().unwrap();
                policies.insert(policy.policy, bytes);
            }
        }
        Self { leaves, policies }
    }

    /// Orders and faults at both operators, one without an answer, one refused for want of an
    /// agreement, and one under special handling that a person has released.
    fn sound() -> Self {
        static SOUND: OnceLock<Story> = OnceLock::new();
        let make = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(history())
        };
        // A thread of its own: a runtime does not start within another.
        SOUND.get_or_init(|| std::thread::spawn(make).join().unwrap()).clone()
    }

    /// The liar's part: every outcome is made to fit what its intent has become.
    fn relink(&mut self) {
        let mut hashes = Vec::with_capacity(self.leaves.len());
        for leaf in &mut self.leaves {
            if let Event::Outcome(outcome) = &mut leaf.event
                && let Some(hash) = hashes.get(usize::try_from(outcome.intent.0).unwrap())
            {
                outcome.intent_hash = *hash;
            }
            hashes.push(leaf_hash(&leaf.to_bytes().unwrap()));
        }
    }

    fn push(&mut self, event: Event) -> usize {
        let at = self.leaves.last().map_or(Timestamp::from_micros(0), |leaf| leaf.at);
        let n = self.leaves.len();
        let id = LeafId::draw(&SeededEntropy::new(9_000 + n as u64));
        self.leaves.push(Leaf { id, at, event });
        n
    }

    /// The first disclosure that fits.
    fn find(&self, fits: impl Fn(&Intent) -> bool) -> usize {
        let found = |leaf: &Leaf| matches!(&leaf.event, Event::Intent(intent) if fits(intent));
        self.leaves.iter().position(found).unwrap()
    }

    fn intent(&mut self, at: usize) -> &mut Intent {
        match &mut self.leaves[at].event {
            Event::Intent(intent) => intent,
            other => panic!("leaf {at} is a {}", other.kind()),
        }
    }

    fn stopped(&mut self, at: usize) -> &mut Stopped {
        match &mut self.leaves[at].event {
            Event::Refusal(stopped) | Event::Hold(stopped) => stopped,
            other => panic!("leaf {at} is a {}", other.kind()),
        }
    }

    /// Where the outcome of an intent stands.
    fn outcome(&self, intent: usize) -> usize {
        let closes = |leaf: &Leaf| match &leaf.event {
            Event::Outcome(outcome) => outcome.intent.0 == intent as u64,
            _ => false,
        };
        self.leaves.iter().position(closes).unwrap()
    }

    fn position(&self, kind: Kind) -> usize {
        self.leaves.iter().position(|leaf| leaf.event.kind() == kind).unwrap()
    }

    pub(crate) fn audit(&self, terms: Terms) -> Report {
        let mut auditor = Auditor::new(terms);
        for (index, leaf) in (0..).map(LeafIndex).zip(&self.leaves) {
            if let Some(id) = auditor.wants(leaf) {
                auditor.policy(id, self.policies.get(&id).map(Vec::as_slice));
            }
            auditor.leaf(index, leaf_hash(&leaf.to_bytes().unwrap()), leaf);
        }
        auditor.finish()
    }

    /// Signs the log as it is, and verifies that: how many faults there are.
    fn faults(&self) -> u64 {
        let origin = KeyName::parse("log.example.se/disclosures").unwrap();
        let key = SigningKey::new(origin.clone(), &[7; 32]);
        let mut frontier = Frontier::empty();
        let mut verifier = Verifier::new(origin.clone(), vec![key.verifier()]);
        for (index, leaf) in (0..).map(LeafIndex).zip(&self.leaves) {
            let body = leaf.to_bytes().unwrap();
            frontier.push(leaf_hash(&body));
            verifier.leaf(index, None, &body);
        }
        let (size, root) = (frontier.size(), frontier.root());
        let note = Checkpoint { origin, size, root }.sign(&key).unwrap();
        verifier.finish(&note).fault_count
    }
}

async fn history() -> Story {
    let mut app = App::start().await;
    app.script(GLOBALCONNECT, vec![Trouble::ActThenDrop]);
    for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
        app.submit(Submitted::Order, &order(recipient, &format!("ORD-{n}"), "STTA0101")).await;
        app.submit(Submitted::Ticket, &fault(recipient, &format!("FEL-{n}"), "STTA0102")).await;
    }
    app.submit(Submitted::Order, &order("exempelnat", "ORD-8", "STTA0108")).await;
    let mut special = order(IP_ONLY, "ORD-9", "STTA0109");
    special["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
    let special = app.submit(Submitted::Order, &special).await[0];
    app.work().await;
    app.decide(special, Step::Release).await;
    app.to_the_end().await;
    let size = app.deployment.store.size().await.unwrap();
    let what = Code::parse("list").unwrap();
    app.deployment.store.note_read(Role::Auditor, what, LeafIndex(0), size.0).await.unwrap();
    let story = Story::of(&app).await;
    app.close().await;
    story
}

fn rules(report: &Report) -> BTreeSet<Rule> {
    report.findings.counts.keys().copied().collect()
}

#[test]
fn a_sound_history_keeps_every_rule() {
    let story = Story::sound();
    assert_eq!(story.faults(), 0);
    let report = story.audit(TERMS);
    assert_eq!(report.findings.first, []);
    assert_eq!(report.decisions_replayed, report.kinds[&Kind::Intent]);
    assert_eq!((report.decisions_replayed, report.decisions_not_replayed), (5, 0));
    // The agreement that ended is looked up; that a case is special, only the case tells.
    assert_eq!((report.refusals_replayed, report.refusals_not_replayable), (1, 1));
    assert_eq!(report.leaves(), story.leaves.len() as u64);
    assert_eq!(report.open, []);
}

#[test]
fn an_empty_log_breaks_nothing_and_says_that_nothing_was_replayed() {
    let report = Story { leaves: Vec::new(), policies: BTreeMap::new() }.audit(TERMS);
    assert!(report.is_clean());
    assert_eq!((report.leaves(), report.decisions_replayed), (0, 0));
}

#[test]
fn every_rule_is_explained_and_says_what_to_look_at() {
    let page = include_str!("../../ARCHITECTURE.md");
    for rule in Rule::ALL {
        assert!(page.contains(&format!("`{rule}`")), "{rule}");
        assert!(rule.look().len() > 20, "{rule}");
    }
}

#[test]
fn every_rule_is_broken_by_a_test() {
    let tests = [
        include_str!("audit/broken.rs"),
        include_str!("audit/command.rs"),
        include_str!("audit/operators.rs"),
        include_str!("audit/reconciled.rs"),
    ]
    .concat();
    for rule in Rule::ALL {
        let named = tests.contains(&format!("Rule::{rule:?}"));
        assert!(named || tests.contains(&format!("\"{rule}\"")), "{rule}");
    }
}
