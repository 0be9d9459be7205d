//! What follows after sending, and what persons decide.

use std::time::Duration;

use sluss::dialects::{FeedEvent, Standing};
use sluss::domain::{CaseState, Step, SubscriptionId};
use sluss::log::{Kind as LeafKind, OutcomeResult};
use sluss::store::{FeedFrom, Placed, Settlement, StoreError};

use super::settling::{completed, placed};
use super::*;

/// A case that the operator has; due again after a minute.
async fn placed_case(place: &Place, store: &Store, name: &str) -> CaseId {
    let (claim, _) = place.recorded(store, name).await;
    let case = claim.case();
    let due = place.clock.now().after(Duration::from_mins(1));
    store.settle(claim, placed(name, due)).await.unwrap();
    case
}

async fn follow(store: &Store) -> Placed {
    match claim(store, 1).await.remove(0) {
        Work::Follow(placed) => placed,
        Work::Deliver(_) | Work::Reconcile(_) => panic!("the operator has it"),
    }
}

fn event(reference: &str, standing: Standing) -> FeedEvent {
    FeedEvent {
        event: format!("{reference}-{standing:?}"),
        reference: operator_reference(reference),
        standing,
    }
}

#[tokio::test]
async fn a_placed_case_is_followed_to_its_end() {
    let place = Place::new();
    let store = place.open();
    let case = placed_case(&place, &store, "KO-1").await;
    assert!(claim(&store, 1).await.is_empty(), "not due yet");
    place.pass(Duration::from_mins(1));
    let working = follow(&store).await;
    assert_eq!(working.reference.as_str(), "KO-1");
    let again = place.clock.now().after(Duration::from_mins(1));
    store.progress(working.claim, Step::Progress, None, None, again).await.unwrap();
    assert_eq!(state(&store, case).await, CaseState::Placed);
    place.pass(Duration::from_mins(1));
    let done = follow(&store).await;
    let subscription = SubscriptionId::parse("SUB-9").unwrap();
    let step = store.progress(done.claim, Step::Complete, None, Some(subscription.clone()), again);
    step.await.unwrap();
    let row = row(&store, case).await;
    assert_eq!((row.state, row.subscription), (CaseState::Completed, Some(subscription)));
    assert!(claim(&store, 9).await.is_empty());
    let found = store.case_of(&recipient(), &operator_reference("KO-1")).await.unwrap();
    assert_eq!(found.unwrap().id, case);
    let elsewhere = store.case_of(&other_recipient(), &operator_reference("KO-1")).await;
    assert!(elsewhere.unwrap().is_none());
}

#[tokio::test]
async fn following_takes_the_operators_steps_only() {
    let place = Place::new();
    let store = place.open();
    let case = placed_case(&place, &store, "KO-1").await;
    for step in [Step::Record, Step::Retry, Step::Place, Step::Reject, Step::Release, Step::Cancel]
    {
        place.pass(LEASE);
        let placed = follow(&store).await;
        let moved = store.progress(placed.claim, step, None, None, place.clock.now()).await;
        assert!(matches!(moved, Err(StoreError::State(_))), "{step}");
    }
    place.pass(LEASE);
    let held = follow(&store).await;
    let reason = Some(HoldReason::Unclear.as_str());
    store.progress(held.claim, Step::Hold, reason, None, place.clock.now()).await.unwrap();
    assert_eq!(state(&store, case).await, CaseState::Held);

    // What has not been sent has no operator's steps.
    let claimed = place.claimed(&store, "ORD-2").await;
    let moved = store.progress(claimed.claim, Step::Cancel, None, None, place.clock.now()).await;
    assert!(matches!(moved, Err(StoreError::State(_))));
}

#[tokio::test]
async fn the_feed_moves_what_it_knows_and_remembers_where_it_was() {
    let place = Place::new();
    let store = place.open();
    let now = || place.clock.now();
    assert_eq!(store.feed_due(&recipient(), now()).await.unwrap(), None, "nothing is placed");
    let mut cases = Vec::new();
    for name in ["KO-1", "KO-2", "KO-3", "KO-4"] {
        cases.push(placed_case(&place, &store, name).await);
    }
    assert_eq!(store.feed_due(&recipient(), now()).await.unwrap(), Some(FeedFrom(None)));
    let due = now().after(Duration::from_secs(30));
    let events = vec![
        event("KO-9", Standing::Done),
        event("KO-1", Standing::Working),
        event("KO-2", Standing::Failed),
        event("KO-3", Standing::Unknown),
        event("KO-4", Standing::Done),
    ];
    assert_eq!(store.feed(&recipient(), events.clone(), due).await.unwrap(), 4);
    let mut states = Vec::new();
    for case in &cases {
        states.push(state(&store, *case).await);
    }
    let still = CaseState::Placed;
    // What has failed is asked about once more, too: in which words.
    assert_eq!(states, [still, still, CaseState::Held, still]);
    assert_eq!(row(&store, cases[2]).await.reason.as_deref(), Some("answer-unclear"));
    let asked = [follow(&store).await.claim.case(), follow(&store).await.claim.case()];
    assert!(
        asked.contains(&cases[1]) && asked.contains(&cases[3]),
        "what has ended is asked about"
    );

    assert_eq!(store.feed_due(&recipient(), now()).await.unwrap(), None);
    assert_eq!(
        store.feed_due(&recipient(), due).await.unwrap(),
        Some(FeedFrom(Some("KO-4-Done".to_owned())))
    );
    // Nothing new: it goes on from the same event. The same again ends nothing twice.
    let later = due.after(Duration::from_secs(30));
    assert_eq!(store.feed(&recipient(), Vec::new(), later).await.unwrap(), 0);
    assert_eq!(store.feed_due(&recipient(), due).await.unwrap(), None);
    let at = store.feed_due(&recipient(), later).await.unwrap();
    assert_eq!(at, Some(FeedFrom(Some("KO-4-Done".to_owned()))));
    assert_eq!(store.feed(&recipient(), events, later).await.unwrap(), 3);
    assert_eq!(
        store.feed(&other_recipient(), vec![event("KO-1", Standing::Failed)], later).await.unwrap(),
        0
    );
    sound(&audit(&store).await);
}

#[tokio::test]
async fn a_person_releases_holds_and_cancels() {
    let place = Place::new();
    let store = place.open();
    let case = place.accepted(&store, "ORD-1").await;
    store.decide(case, Step::Hold, place.decision()).await.unwrap();
    let held = row(&store, case).await;
    assert_eq!((held.state, held.reason.as_deref()), (CaseState::Held, Some("person")));
    assert!(claim(&store, 9).await.is_empty());

    store.decide(case, Step::Release, place.decision()).await.unwrap();
    assert_eq!(row(&store, case).await.reason, None);
    let claimed = deliver(&store).await;
    assert!(!claimed.released, "no machine had refused to decide it");
    store.give_back(claimed.claim, place.clock.now()).await.unwrap();

    store.decide(case, Step::Cancel, place.decision()).await.unwrap();
    assert_eq!(state(&store, case).await, CaseState::Cancelled);
    assert!(claim(&store, 9).await.is_empty());
    let report = audit(&store).await;
    sound(&report);
    assert_eq!(report.kinds.get(&LeafKind::Release), Some(&3), "each decision is on record");

    // A decision to hold takes an earlier one to go on back.
    let case = place.accepted(&store, "ORD-2").await;
    for step in [Step::Hold, Step::Release, Step::Hold] {
        store.decide(case, step, place.decision()).await.unwrap();
    }
    assert_eq!(state(&store, case).await, CaseState::Held);
}

#[tokio::test]
async fn a_decision_commits_to_its_case() {
    let place = Place::new();
    let store = place.open();
    let (case, other) =
        (place.accepted(&store, "ORD-1").await, place.accepted(&store, "ORD-2").await);
    let (leaf, _) = place.stop();
    let hold = Event::Hold(Stopped {
        recipient: recipient(),
        purpose: Purpose::Activate,
        policy: None,
        reason: HoldReason::Person,
        withheld: [].into(),
        actor: Role::Operations,
        sd: [].into(),
    });
    store.decide(case, Step::Hold, (leaf, hold)).await.unwrap();
    store.decide(case, Step::Release, place.decision()).await.unwrap();
    let leaves = leaves(&store).await;
    assert_eq!(leaves.len(), 2);
    for leaf in &leaves {
        assert!(store.commits_to(leaf, "case", &case.to_string()).await.unwrap());
        assert!(!store.commits_to(leaf, "case", &other.to_string()).await.unwrap());
    }
}

#[tokio::test]
async fn only_a_release_of_special_handling_lets_a_machine_decide() {
    let place = Place::new();
    let store = place.open();
    let case = place.accepted(&store, "ORD-1").await;
    for (reason, released) in [
        (HoldReason::NoAgreement, false),
        (HoldReason::SpecialHandling, true),
        (HoldReason::NoRule, false),
    ] {
        let claimed = deliver(&store).await;
        store.hold(claimed.claim, place.stop(), reason).await.unwrap();
        store.decide(case, Step::Release, place.decision()).await.unwrap();
        let claimed = deliver(&store).await;
        assert_eq!(claimed.released, released, "{reason}");
        store.give_back(claimed.claim, place.clock.now()).await.unwrap();
    }
    // Once released, it stays so where only the operator was in the way.
    let claimed = deliver(&store).await;
    store.hold(claimed.claim, place.stop(), HoldReason::SpecialHandling).await.unwrap();
    store.decide(case, Step::Release, place.decision()).await.unwrap();
    let claimed = deliver(&store).await;
    place.append(&store, &claimed).await.unwrap();
    let refused = Settlement::Held {
        result: OutcomeResult::Rejected,
        code: "http-401".to_owned(),
        reason: HoldReason::Credentials,
        reference: None,
    };
    store.settle(claimed.claim, refused).await.unwrap();
    store.decide(case, Step::Release, place.decision()).await.unwrap();
    let claimed = deliver(&store).await;
    assert!(claimed.released);
    store.give_back(claimed.claim, place.clock.now()).await.unwrap();
    // But a person who holds it takes that back.
    for step in [Step::Hold, Step::Release] {
        store.decide(case, step, place.decision()).await.unwrap();
    }
    assert!(!deliver(&store).await.released);
}

#[tokio::test]
async fn what_the_feed_moved_an_older_answer_does_not_move_back() {
    let place = Place::new();
    let store = place.open();
    let case = placed_case(&place, &store, "KO-1").await;
    place.pass(Duration::from_mins(1));
    let late = follow(&store).await;
    let now = place.clock.now();
    let events = vec![event("KO-1", Standing::Done)];
    store.feed(&recipient(), events, now.after(Duration::from_mins(9))).await.unwrap();
    let far = now.after(Duration::from_hours(1));
    let late = store.progress(late.claim, Step::Progress, None, None, far).await;
    assert!(matches!(late, Err(StoreError::Fenced)));
    assert_eq!(row(&store, case).await.due, now);
}

#[tokio::test]
async fn what_the_operator_has_is_followed_after_a_release_and_not_sent_again() {
    let place = Place::new();
    let store = place.open();
    let case = placed_case(&place, &store, "ORD-1").await;
    store.decide(case, Step::Hold, place.decision()).await.unwrap();
    store.decide(case, Step::Release, place.decision()).await.unwrap();
    assert_eq!(state(&store, case).await, CaseState::Placed);
    place.pass(LEASE);
    assert_eq!(follow(&store).await.claim.case(), case);
}

#[tokio::test]
async fn a_person_decides_what_the_table_allows_and_nobody_works_on() {
    let place = Place::new();
    let store = place.open();
    let nobodys = CaseId::from_bytes([9; 16]);
    let unknown = store.decide(nobodys, Step::Cancel, place.decision()).await;
    assert!(matches!(unknown, Err(StoreError::NoSuchCase)));

    let claimed = place.claimed(&store, "ORD-1").await;
    let case = claimed.claim.case();
    for step in [Step::Cancel, Step::Hold, Step::Release] {
        let leased = store.decide(case, step, place.decision()).await;
        assert!(matches!(leased, Err(StoreError::Fenced)), "{step}");
    }
    place.append(&store, &claimed).await.unwrap();
    let due = place.clock.now();
    store.settle(claimed.claim, placed("KO-1", due)).await.unwrap();
    // Only a person's steps, though the table has others from here.
    for step in Step::ALL.iter().copied().filter(|step| *step != Step::Hold) {
        let moved = store.decide(case, step, place.decision()).await;
        assert!(matches!(moved, Err(StoreError::State(_))), "{step}");
    }
    let follow = follow(&store).await;
    store.progress(follow.claim, Step::Complete, None, None, due).await.unwrap();
    for step in [Step::Cancel, Step::Hold, Step::Release] {
        let ended = store.decide(case, step, place.decision()).await;
        assert!(matches!(ended, Err(StoreError::State(_))), "{step}");
    }
    assert_eq!(size(&store).await, 2);
}

#[tokio::test]
async fn who_comes_back_after_a_persons_decision_is_fenced() {
    let place = Place::new();
    let store = place.open();
    let late = place.claimed(&store, "ORD-1").await;
    let case = late.claim.case();
    place.pass(LEASE);
    for step in [Step::Hold, Step::Release] {
        store.decide(case, step, place.decision()).await.unwrap();
    }
    let written = place.append(&store, &late).await;
    assert!(matches!(written, Err(StoreError::Fenced)));
    let claimed = deliver(&store).await;
    place.append(&store, &claimed).await.unwrap();
    store.settle(claimed.claim, completed()).await.unwrap();
    sound(&audit(&store).await);
}
