//! For each rule, a log that breaks it: every leaf well-formed, every outcome linked, the tree signed
//! with the log's own key. Only what it says is not true.

use std::time::Duration;

use proptest::prelude::*;
use sluss::audit::{Report, Rule};
use sluss::domain::{
    Field, Handling, HoldReason, LegalBasis, MaskCount, PolicyId, Purpose, RecipientId, RuleId,
    Timestamp,
};
use sluss::log::{
    Code, ConditionName, Event, Hash, Kind, Outcome, OutcomeResult, Read, Role, leaf_hash,
};

use super::{Story, TERMS, rules};
use crate::harness::{GLOBALCONNECT, IP_ONLY, id};

/// A change to a sound log, and exactly the rules that it breaks.
#[track_caller]
fn breaks(broken: &[Rule], change: impl FnOnce(&mut Story)) -> Report {
    let mut story = Story::sound();
    change(&mut story);
    story.relink();
    assert_eq!(story.faults(), 0, "the proofs hold, only the rules do not");
    let report = story.audit(TERMS);
    assert_eq!(rules(&report), broken.iter().copied().collect(), "{:?}", report.findings.first);
    report
}

fn is_order(intent: &sluss::log::Intent) -> bool {
    intent.purpose == Purpose::Activate && intent.handling == Handling::Ordinary
}

fn is_fault(intent: &sluss::log::Intent) -> bool {
    intent.purpose == Purpose::FaultReport
}

fn name(text: &str) -> ConditionName {
    ConditionName::parse(text).unwrap()
}

#[test]
fn a_disclosure_without_an_outcome_is_open_and_then_overdue() {
    let without = |later: Duration| {
        let mut story = Story::sound();
        let intent = story.find(is_order);
        let gone = story.outcome(intent);
        story.leaves.remove(gone);
        // What stood behind it has moved.
        for leaf in &mut story.leaves {
            if let Event::Outcome(outcome) = &mut leaf.event
                && outcome.intent.0 > gone as u64
            {
                outcome.intent.0 -= 1;
            }
        }
        story.relink();
        let now = story.leaves.last().unwrap().at.after(later);
        (intent as u64, story.audit(sluss::audit::Terms { now: Some(now), ..TERMS }))
    };
    let (intent, report) = without(Duration::from_mins(30));
    assert!(report.is_clean());
    assert_eq!(report.open.iter().map(|(index, _)| index.0).collect::<Vec<_>>(), [intent]);
    let (intent, report) = without(Duration::from_hours(49));
    assert_eq!(rules(&report), [Rule::OutcomeMissing, Rule::Silence].into());
    let finding = report.findings.first.iter().find(|one| one.rule == Rule::OutcomeMissing);
    assert_eq!(finding.unwrap().index.unwrap().0, intent);
}

#[test]
fn an_outcome_after_the_deadline_is_late() {
    breaks(&[Rule::OutcomeLate, Rule::Silence], |story| {
        let mut unanswered = story.clone();
        let last = unanswered.leaves.len() - 1;
        let intent = unanswered.leaves[unanswered.find(is_order)].clone();
        let at = unanswered.push(intent.event);
        let opened = unanswered.leaves[last].at;
        let outcome = Outcome {
            intent: sluss::log::LeafIndex(at as u64),
            intent_hash: Hash::new([0; 32]),
            result: OutcomeResult::Unknown,
            code: None,
        };
        let closed = unanswered.push(Event::Outcome(outcome));
        unanswered.leaves[closed].at = opened.after(Duration::from_hours(49));
        *story = unanswered;
    });
}

/// What the verifier finds too: there, as a fault of the log; here, as a rule that is broken.
#[test]
fn outcomes_that_do_not_fit_are_found_by_both() {
    let with = |change: &dyn Fn(&mut Story)| {
        let mut story = Story::sound();
        change(&mut story);
        (story.faults(), rules(&story.audit(TERMS)))
    };
    let outcome = |story: &Story, of: usize, hash: Hash| {
        let _ = story;
        let intent = sluss::log::LeafIndex(of as u64);
        Event::Outcome(Outcome {
            intent,
            intent_hash: hash,
            result: OutcomeResult::Accepted,
            code: None,
        })
    };
    let twice = with(&|story| {
        let of = story.find(is_order);
        let hash = leaf_hash(&story.leaves[of].to_bytes().unwrap());
        story.push(outcome(story, of, hash));
    });
    assert_eq!(twice, (1, [Rule::OutcomeTwice].into()));
    let stray = with(&|story| {
        let of = story.position(Kind::Policy);
        story.push(outcome(story, of, Hash::new([0; 32])));
    });
    assert_eq!(stray, (1, [Rule::OutcomeStray].into()));
    let of_another = with(&|story| {
        let intent = story.leaves[story.find(is_order)].event.clone();
        let of = story.push(intent);
        story.push(outcome(story, of, Hash::new([0; 32])));
    });
    assert_eq!(of_another, (1, [Rule::OutcomeOfAnother].into()));
}

#[test]
fn a_recipient_that_nobody_registered() {
    breaks(&[Rule::Unregistered, Rule::PolicyUnknown], |story| {
        let at = story.find(is_order);
        story.intent(at).recipient.id = RecipientId::parse("nobody").unwrap();
    });
    // Registered only after it was disclosed to.
    breaks(&[Rule::Unregistered], |story| {
        let is = |leaf: &sluss::log::Leaf| matches!(&leaf.event, Event::Policy(p) if p.recipient == id(IP_ONLY));
        let at = story.leaves.iter().position(is).unwrap();
        let registered = story.leaves[at].event.clone();
        // A leaf that says nothing stands in its place.
        story.leaves[at].event = Event::Heartbeat;
        story.push(registered);
    });
}

fn registered<'s>(story: &'s mut Story, recipient: &str) -> &'s mut sluss::log::RegistryEntry {
    let found = story.leaves.iter_mut().find_map(|leaf| match &mut leaf.event {
        Event::Policy(policy) if policy.recipient == id(recipient) => Some(policy),
        _ => None,
    });
    &mut found.unwrap().registered
}

#[test]
fn a_recipient_that_is_not_as_registered() {
    breaks(&[Rule::Disabled], |story| registered(story, GLOBALCONNECT).enabled = false);
    let to = |story: &Story| story.find(|intent| intent.recipient.id == id(GLOBALCONNECT));
    breaks(&[Rule::RecipientDiffers], |story| {
        let at = to(story);
        story.intent(at).recipient.legal_name = "GlobalConnect Holding AB".into();
    });
    breaks(&[Rule::RecipientDiffers], |story| {
        let at = to(story);
        story.intent(at).recipient.org_no = "556000-0001".into();
    });
    breaks(&[Rule::RecipientDiffers], |story| {
        let at = to(story);
        story.intent(at).endpoint = "on-api 2.6 elsewhere.example.org".into();
    });
}

#[test]
fn outside_of_the_agreement() {
    breaks(&[Rule::AgreementDates], |story| {
        let agreement = registered(story, GLOBALCONNECT).agreement.as_mut().unwrap();
        agreement.valid_to = jiff::civil::date(2026, 11, 21);
    });
    breaks(&[Rule::AgreementDates], |story| {
        let agreement = registered(story, GLOBALCONNECT).agreement.as_mut().unwrap();
        agreement.valid_from = jiff::civil::date(2026, 11, 23);
    });
    breaks(&[Rule::AgreementDates], |story| registered(story, GLOBALCONNECT).agreement = None);
    breaks(&[Rule::AgreementOther], |story| {
        let at = story.find(|intent| intent.recipient.id == id(GLOBALCONNECT));
        story.intent(at).recipient.agreement = "PUB-1999-01".into();
    });
}

#[test]
fn a_policy_that_is_not_the_one() {
    // Another policy of the same recipient came into force before.
    breaks(&[Rule::PolicyNotInForce, Rule::PolicyUnknown], |story| {
        let at = story.find(is_order);
        let to = story.intent(at).recipient.id.clone();
        for leaf in &mut story.leaves {
            if let Event::Policy(policy) = &mut leaf.event
                && policy.recipient == to
            {
                policy.policy = PolicyId::new([1; 32]);
            }
        }
    });
    breaks(&[Rule::PolicyNotInForce, Rule::PolicyUnknown], |story| {
        let at = story.find(is_order);
        story.intent(at).policy = PolicyId::new([1; 32]);
    });
    // Another recipient's.
    breaks(&[Rule::PolicyNotInForce, Rule::PolicyUnknown], |story| {
        let of = |story: &Story, to: &str| story.find(|intent| intent.recipient.id == id(to));
        let (one, other) = (of(story, GLOBALCONNECT), of(story, IP_ONLY));
        let policy = story.intent(other).policy;
        story.intent(one).policy = policy;
    });
    // Bytes that are not what decided.
    let report = breaks(&[Rule::PolicyBytes], |story| {
        for bytes in story.policies.values_mut() {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text.replacen("never", "allowed", 1).into_bytes();
        }
    });
    assert_eq!((report.decisions_replayed, report.decisions_not_replayed), (0, 5));
    breaks(&[Rule::PolicyUnknown], |story| story.policies.clear());
}

#[test]
fn a_field_that_the_policy_does_not_open() {
    for field in [Field::ContactPhoneOther, Field::Personnummer, Field::StaffName] {
        let report = breaks_more(Rule::FieldNotAllowed, |story| {
            let at = story.find(is_order);
            let intent = story.intent(at);
            intent.sent.insert(field);
            intent.withheld.remove(&field);
        });
        assert!(
            report.findings.first.iter().any(|one| one.what.contains(field.as_str())),
            "{:?}",
            report.findings.first
        );
    }
}

/// A change that breaks one rule, and perhaps others that go with it.
#[track_caller]
fn breaks_more(rule: Rule, change: impl FnOnce(&mut Story)) -> Report {
    let mut story = Story::sound();
    change(&mut story);
    story.relink();
    assert_eq!(story.faults(), 0, "the proofs hold, only the rules do not");
    let report = story.audit(TERMS);
    assert!(rules(&report).contains(&rule), "{:?}", report.findings.first);
    report
}

#[test]
fn a_field_whose_condition_did_not_hold() {
    // The address is opened where no access id is known; here one is.
    let report = breaks_more(Rule::FieldCondition, |story| {
        let at = story.find(is_order);
        let intent = story.intent(at);
        intent.sent.insert(Field::Street);
        intent.withheld.remove(&Field::Street);
    });
    assert!(rules(&report).contains(&Rule::Commitments), "nothing commits to the street");
    // A liar who also tells the condition as held is contradicted by the access id beside it.
    let report = breaks_more(Rule::ConditionContradicted, |story| {
        let at = story.find(is_order);
        let intent = story.intent(at);
        intent.sent.insert(Field::Street);
        intent.withheld.remove(&Field::Street);
        intent.conditions.insert(name("access.missing"), true);
    });
    assert!(!rules(&report).contains(&Rule::FieldCondition));
}

#[test]
fn a_visit_that_nobody_booked() {
    let report = breaks_more(Rule::ConditionContradicted, |story| {
        let at = story.find(is_fault);
        story.intent(at).conditions.insert(name("visit.booked"), true);
    });
    // What a visit would have opened was not sent, and nothing says why.
    assert!(rules(&report).contains(&Rule::FieldKeptBack), "{:?}", report.findings.first);
}

#[test]
fn fields_on_both_sides_or_on_none() {
    breaks(&[Rule::FieldBoth], |story| {
        let at = story.find(is_order);
        story.intent(at).withheld.insert(Field::AccessId);
    });
    breaks(&[Rule::FieldKeptBack], |story| {
        let at = story.find(is_order);
        let intent = story.intent(at);
        intent.sent.remove(&Field::RequestedDate);
        intent.withheld.insert(Field::RequestedDate);
    });
    breaks(&[Rule::FieldKeptBack], |story| {
        let at = story.find(is_order);
        let intent = story.intent(at);
        intent.not_carried.insert(Field::Personnummer);
    });
}

#[test]
fn special_handling_is_exceeded() {
    let report = breaks_more(Rule::FieldByHand, |story| {
        let at = story.find(|intent| intent.handling == Handling::Special);
        let intent = story.intent(at);
        intent.sent.insert(Field::RequestedDate);
        intent.withheld.remove(&Field::RequestedDate);
    });
    assert!(report.findings.counts[&Rule::FieldByHand] == 1);
}

#[test]
fn a_decision_told_otherwise_than_it_was_made() {
    breaks(&[Rule::RulesDiffer], |story| {
        let at = story.find(is_order);
        story.intent(at).rules.insert(RuleId::parse("made.up").unwrap());
    });
    breaks(&[Rule::RulesDiffer], |story| {
        let at = story.find(is_order);
        story.intent(at).rules.pop_first();
    });
    breaks(&[Rule::BasisDiffers], |story| {
        let at = story.find(is_order);
        story.intent(at).basis = [LegalBasis::LegitimateInterest].into();
    });
    breaks(&[Rule::ConditionsDiffer], |story| {
        let at = story.find(is_order);
        story.intent(at).conditions.insert(name("text.clean"), true);
    });
    breaks_more(Rule::ConditionsDiffer, |story| {
        let at = story.find(is_fault);
        story.intent(at).conditions.clear();
    });
    breaks(&[Rule::TextsDiffer], |story| {
        let at = story.find(is_order);
        story.intent(at).replaced.insert(Field::Note);
    });
    breaks(&[Rule::TextsDiffer], |story| {
        let at = story.find(is_order);
        let mask = MaskCount { field: Field::Note, kind: "telefon".into(), count: 1 };
        story.intent(at).masked.push(mask);
    });
    breaks(&[Rule::Commitments], |story| {
        let at = story.find(is_order);
        story.intent(at).sd.pop_first();
    });
}

#[test]
fn a_refusal_without_its_ground() {
    let refusal = |story: &Story| story.position(Kind::Refusal);
    for (reason, recipient) in [
        (HoldReason::NoAgreement, GLOBALCONNECT),
        (HoldReason::RecipientDisabled, GLOBALCONNECT),
        (HoldReason::NoRule, GLOBALCONNECT),
        (HoldReason::TextNeedsReview, GLOBALCONNECT),
    ] {
        let report = breaks_more(Rule::RefusalUnfounded, |story| {
            let at = refusal(story);
            let of = story.find(|intent| intent.recipient.id == id(recipient));
            let policy = story.intent(of).policy;
            let stopped = story.stopped(at);
            stopped.reason = reason;
            stopped.recipient = id(recipient);
            stopped.policy = Some(policy);
        });
        assert!(report.findings.counts[&Rule::RefusalUnfounded] == 1, "{reason}");
    }
}

#[test]
fn a_gap_that_no_heartbeat_fills() {
    let report = breaks(&[Rule::Silence], |story| {
        let half = story.leaves.len() - 1;
        let last = &mut story.leaves[half];
        last.at = last.at.after(Duration::from_hours(3));
    });
    let (index, longest) = report.longest_silence.unwrap();
    assert!(longest >= Duration::from_hours(3));
    assert_eq!(report.findings.first[0].index, Some(index));
    // Heartbeats fill it.
    let mut story = Story::sound();
    let start = story.leaves.last().unwrap().at;
    for hour in 1..=3 {
        let at = story.push(Event::Heartbeat);
        story.leaves[at].at = start.after(Duration::from_hours(hour));
    }
    assert!(story.audit(TERMS).is_clean());
    // And the silence since, where there is a clock to tell it.
    let now = start.after(Duration::from_hours(5));
    let report = story.audit(sluss::audit::Terms { now: Some(now), ..TERMS });
    assert_eq!(rules(&report), [Rule::Silence].into());
}

#[test]
fn a_read_of_leaves_that_were_not_there() {
    let read = |first, count| {
        Event::Read(Read {
            actor: Role::Auditor,
            what: Code::parse("export").unwrap(),
            first: sluss::log::LeafIndex(first),
            count,
        })
    };
    breaks(&[Rule::ReadRange], |story| {
        let here = story.leaves.len() as u64;
        story.push(read(0, here + 2));
    });
    let mut story = Story::sound();
    let here = story.leaves.len() as u64;
    // An export tells of itself; a look behind the end shows nothing.
    story.push(read(0, here + 1));
    story.push(read((1 << 53) - 1, 0));
    assert!(story.audit(TERMS).is_clean());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever field is moved to the other side, in whatever disclosure: it is found.
    #[test]
    fn any_field_moved_is_found(at: prop::sample::Index, which: prop::sample::Index) {
        let mut story = Story::sound();
        let intents: Vec<usize> = (0..story.leaves.len())
            .filter(|at| story.leaves[*at].event.kind() == Kind::Intent)
            .collect();
        let at = intents[at.index(intents.len())];
        let intent = story.intent(at);
        let all: Vec<Field> = intent.sent.union(&intent.withheld).copied().collect();
        let field = all[which.index(all.len())];
        if intent.sent.remove(&field) {
            intent.withheld.insert(field);
        } else {
            intent.withheld.remove(&field);
            intent.sent.insert(field);
        }
        story.relink();
        prop_assert!(!story.audit(TERMS).is_clean(), "{field}");
    }

    /// Leaves in any order, cut anywhere, of any time: found or not, nothing panics.
    #[test]
    fn any_order_is_borne(seed: prop::sample::Index, cut: prop::sample::Index, micros: i64) {
        let mut story = Story::sound();
        let len = story.leaves.len();
        story.leaves.rotate_left(seed.index(len));
        story.leaves.truncate(cut.index(len) + 1);
        let at = Timestamp::from_micros(micros);
        story.audit(sluss::audit::Terms { now: Some(at), ..TERMS });
    }
}
