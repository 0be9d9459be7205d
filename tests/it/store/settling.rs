//! Recording and settling: one intent leaf before, one outcome leaf after.

use std::time::Duration;

use sluss::domain::{CaseState, RejectReason, Step, SubscriptionId};
use sluss::log::{Kind as LeafKind, OutcomeResult};
use sluss::store::{Settlement, StoreError};

use super::*;

pub(super) fn completed() -> Settlement {
    Settlement::Completed {
        reference: Some(operator_reference("KO-1")),
        subscription: None,
        code: "http-201".to_owned(),
    }
}

pub(super) fn placed(reference: &str, due: Timestamp) -> Settlement {
    Settlement::Placed {
        reference: operator_reference(reference),
        subscription: None,
        code: "http-201".to_owned(),
        due,
    }
}

#[tokio::test]
async fn recording_writes_one_intent_leaf() {
    let place = Place::new();
    let store = place.open();
    let claimed = place.claimed(&store, "ORD-1").await;
    let case = claimed.claim.case();
    let appended = place.append(&store, &claimed).await.unwrap();
    let row = row(&store, case).await;
    assert_eq!(row.state, CaseState::Recorded);
    assert_eq!((row.intent, row.attempt), (Some(LeafIndex(0)), 1));
    let stored = store.leaves(LeafIndex(0), 10).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].index, stored[0].hash), (appended.index(), appended.hash()));
    // The same claim records once: the case has moved.
    let again = place.append(&store, &claimed).await;
    assert!(matches!(again, Err(StoreError::State(_))));
    assert_eq!(size(&store).await, 1);
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_stale_disclosure_takes_no_other_with_it() {
    let place = Place::new();
    let store = place.open();
    let lost = place.claimed(&store, "ORD-0").await;
    place.pass(LEASE);
    let mut batch = Vec::new();
    for n in 1..4 {
        place.accepted(&store, &format!("ORD-{n}")).await;
    }
    let mut claimed = Vec::new();
    for work in claim(&store, 9).await {
        match work {
            Work::Deliver(one) => claimed.push(*one),
            Work::Reconcile(_) | Work::Follow(_) => panic!("all are to be sent"),
        }
    }
    assert_eq!(claimed.len(), 4);
    claimed.retain(|one| one.claim.case() != lost.claim.case());
    batch.push(place.disclosure(&claimed[0]));
    batch.push(place.disclosure(&lost));
    batch.extend(claimed[1..].iter().map(|one| place.disclosure(one)));
    let answers = store.append(batch, LEASE).await.unwrap();
    assert!(matches!(answers[1], Err(StoreError::Fenced)));
    let indices: Vec<_> = answers.iter().flatten().map(|one| one.index().0).collect();
    assert_eq!(indices, [0, 1, 2]);
    assert_eq!(size(&store).await, 3);
    sound(&audit(&store).await);
}

/// Settles a recorded case and checks row, leaf and whole log.
async fn check(
    settlement: Settlement,
    state: CaseState,
    result: OutcomeResult,
    code: &str,
) -> CaseRow {
    let place = Place::new();
    let store = place.open();
    let (claim, intent) = place.recorded(&store, "ORD-1").await;
    let case = claim.case();
    place.pass(Duration::from_secs(3));
    store.settle(claim, settlement).await.unwrap();
    let row = row(&store, case).await;
    assert_eq!(row.state, state);
    assert_eq!((row.intent, row.attempt), (None, 1));
    assert_eq!(row.answer.as_deref(), Some(code));
    assert_eq!(row.changed, place.clock.now());
    let leaves = leaves(&store).await;
    let [_, Leaf { event: Event::Outcome(outcome), .. }] = &leaves[..] else {
        panic!("one intent, one outcome");
    };
    assert_eq!((outcome.intent, outcome.intent_hash), (intent.index(), intent.hash()));
    assert_eq!(outcome.result, result);
    assert_eq!(outcome.code.as_ref().map(sluss::log::Code::as_str), Some(code));
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.open_intents, []);
    row
}

#[tokio::test]
async fn each_settlement_leads_where_the_table_says_and_writes_one_outcome() {
    let due = START.after(Duration::from_mins(1));
    let code = || "http-201".to_owned();
    let reference = || Some(operator_reference("KO-1"));
    let subscription = || Some(SubscriptionId::parse("SUB-9").unwrap());
    let accepted = OutcomeResult::Accepted;

    let row = check(
        Settlement::Placed {
            reference: operator_reference("KO-1"),
            subscription: subscription(),
            code: code(),
            due,
        },
        CaseState::Placed,
        accepted,
        "http-201",
    )
    .await;
    assert_eq!((row.operator_reference, row.subscription), (reference(), subscription()));
    assert_eq!((row.due, row.reason), (due, None));

    let row = check(
        Settlement::Completed {
            reference: reference(),
            subscription: subscription(),
            code: code(),
        },
        CaseState::Completed,
        accepted,
        "http-201",
    )
    .await;
    assert_eq!((row.operator_reference, row.subscription), (reference(), subscription()));

    let failed = Settlement::Failed { reference: None, code: code(), reason: None };
    check(failed, CaseState::Failed, accepted, "http-201").await;

    let rejected = Settlement::Rejected { reason: RejectReason::Conflict, code: "http-409".into() };
    let row = check(rejected, CaseState::Rejected, OutcomeResult::Rejected, "http-409").await;
    assert_eq!(row.reason.as_deref(), Some("operator-conflict"));

    for &result in OutcomeResult::ALL {
        let retry = Settlement::Retry { result, code: "http-503".into(), due };
        let row = check(retry, CaseState::Accepted, result, "http-503").await;
        assert_eq!(row.due, due);
        let held = Settlement::Held {
            result,
            code: "http-401".into(),
            reason: HoldReason::Credentials,
            reference: reference(),
        };
        let row = check(held, CaseState::Held, result, "http-401").await;
        assert_eq!(row.reason.as_deref(), Some("credentials-refused"));
        assert_eq!(row.operator_reference, reference());
    }
}

#[tokio::test]
async fn a_code_that_is_none_is_kept_nowhere() {
    let place = Place::new();
    let store = place.open();
    let (claim, _) = place.recorded(&store, "ORD-1").await;
    let case = claim.case();
    let code = "Astrid svarar inte".to_owned();
    store.settle(claim, Settlement::Failed { reference: None, code, reason: None }).await.unwrap();
    assert_eq!(row(&store, case).await.answer, None);
    let Event::Outcome(outcome) = &leaves(&store).await[1].event else {
        panic!("the outcome is the second leaf");
    };
    assert_eq!(outcome.code, None);
}

#[tokio::test]
async fn only_a_recorded_case_has_an_outcome() {
    let place = Place::new();
    let store = place.open();
    let claimed = place.claimed(&store, "ORD-1").await;
    let case = claimed.claim.case();
    let early = store.settle(claimed.claim, completed()).await;
    assert!(matches!(early, Err(StoreError::State(_))));

    place.pass(LEASE);
    let claimed = deliver(&store).await;
    place.append(&store, &claimed).await.unwrap();
    store.settle(claimed.claim, placed("KO-1", place.clock.now())).await.unwrap();
    let Work::Follow(follow) = claim(&store, 1).await.remove(0) else {
        panic!("the operator has it");
    };
    let second = store.settle(follow.claim, completed()).await;
    assert!(matches!(second, Err(StoreError::State(error)) if error.from == CaseState::Placed));
    assert_eq!(state(&store, case).await, CaseState::Placed);
    assert_eq!(size(&store).await, 2);
}

#[tokio::test]
async fn a_recorded_case_ends_by_settling_only() {
    let place = Place::new();
    let store = place.open();
    let (first, _) = place.recorded(&store, "ORD-1").await;
    let case = first.case();
    let now = place.clock.now();
    let error = store.progress(first, Step::Complete, None, None, now).await;
    assert!(matches!(error, Err(StoreError::State(_))), "{error:?}");
    place.pass(LEASE);
    let Work::Reconcile(doubt) = claim(&store, 1).await.remove(0) else {
        panic!("it is in doubt");
    };
    let error = store.hold(doubt.claim, place.stop(), HoldReason::NoRule).await;
    assert!(matches!(error, Err(StoreError::State(_))), "{error:?}");
    place.pass(LEASE);
    let error = store.decide(case, Step::Hold, place.decision()).await;
    assert!(matches!(error, Err(StoreError::State(_))), "{error:?}");
    assert_eq!(size(&store).await, 1);
    assert_eq!(state(&store, case).await, CaseState::Recorded);
}

#[tokio::test]
async fn what_may_not_leave_is_held_with_a_leaf() {
    let place = Place::new();
    let store = place.open();
    let claimed = place.claimed(&store, "ORD-1").await;
    let case = claimed.claim.case();
    store.hold(claimed.claim, place.stop(), HoldReason::NoRule).await.unwrap();
    let row = row(&store, case).await;
    assert_eq!((row.state, row.reason.as_deref()), (CaseState::Held, Some("no-rule")));
    assert!(claim(&store, 9).await.is_empty());
    assert_eq!(store.next_due(&recipient()).await.unwrap(), None);
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.kinds.get(&LeafKind::Refusal), Some(&1));
}
