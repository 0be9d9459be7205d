//! Accepting, claiming and leasing.

use std::time::Duration;

use sluss::domain::{CaseState, Step, SubmissionId};
use sluss::intake::Kind;
use sluss::store::{Accepted, CaseFilter, Sight, StoreError, Work};
use sluss::tmf::Page;

use super::*;

#[tokio::test]
async fn the_same_again_is_the_same_and_another_body_is_a_conflict() {
    let place = Place::new();
    let store = place.open();
    let Accepted::New(id) = store.accept(place.order("ORD-1")).await.unwrap() else {
        panic!("the first is new");
    };
    let again = store.accept(place.order("ORD-1")).await.unwrap();
    assert_eq!(again, Accepted::Existing(id));
    // Members in another order are the same body.
    let sorted: Value = serde_json::from_str(&order("ORD-1").to_string()).unwrap();
    let again = store.accept(place.take_in(Kind::Order, &sorted)).await;
    assert_eq!(again.unwrap().id(), id);

    let mut other = order("ORD-1");
    other["serviceOrderItem"][0]["service"]["serviceSpecification"]["id"] = json!("BB-100-100");
    let other = store.accept(place.take_in(Kind::Order, &other)).await;
    assert!(matches!(other, Err(StoreError::Conflict)));

    // A ticket may bear the number of an order, and what bears no number is always new.
    let ticket = store.accept(place.take_in(Kind::Ticket, &ticket("ORD-1"))).await;
    assert!(matches!(ticket.unwrap(), Accepted::New(_)));
    let mut nameless = order("");
    nameless.as_object_mut().unwrap().remove("externalId");
    for _ in 0..2 {
        let nameless = store.accept(place.take_in(Kind::Order, &nameless)).await;
        assert!(matches!(nameless.unwrap(), Accepted::New(_)));
    }
    assert_eq!(store.cases(CaseFilter::default()).await.unwrap().len(), 4);
    assert_eq!(size(&store).await, 0, "keeping discloses nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_one_is_new() {
    let place = Place::new();
    let stores = [place.open(), place.open()];
    let accepts: Vec<_> = (0..50)
        .map(|n| {
            let (store, submission) = (stores[n % 2].clone(), place.order("ORD-1"));
            tokio::spawn(async move { store.accept(submission).await.unwrap() })
        })
        .collect();
    let (mut new, mut ids) = (0, BTreeSet::<SubmissionId>::new());
    for accept in accepts {
        let accepted = accept.await.unwrap();
        new += u32::from(matches!(accepted, Accepted::New(_)));
        ids.insert(accepted.id());
    }
    assert_eq!((new, ids.len()), (1, 1));
    assert_eq!(claim(&stores[0], 10).await.len(), 1);
}

#[tokio::test]
async fn what_was_accepted_comes_out_as_it_went_in() {
    let place = Place::new();
    let store = place.open();
    let submission = place.order("ORD-1");
    let (id, facts): (_, Vec<(Field, String)>) = {
        let facts = submission.items[0].case.facts().iter();
        let facts = facts.map(|(field, value)| (*field, value.disclose().to_owned()));
        (submission.id, facts.collect())
    };
    store.accept(submission).await.unwrap();
    drop(store);

    let store = place.open();
    let claimed = deliver(&store).await;
    let kept: Vec<_> = claimed.case.facts().iter().collect();
    assert_eq!(kept.len(), facts.len());
    for (field, value) in facts {
        assert_eq!(claimed.case.facts()[&field].disclose(), value);
    }
    assert!(!claimed.released);
    let row = store.submission(Kind::Order, id).await.unwrap().unwrap();
    assert_eq!(row.cases.len(), 1);
    assert_eq!(row.cases[0].id, claimed.case.id());
    assert_eq!(row.external_id.unwrap().as_str(), "ORD-1");
    assert!(store.submission(Kind::Ticket, id).await.unwrap().is_none());
    let client = ClientId::parse("crm").unwrap();
    let page = Page::parse(Kind::Order, "limit=10").unwrap();
    let (total, page) =
        store.submissions(Kind::Order, (&client, Sight::Ordinary), &page).await.unwrap();
    assert_eq!((total, page.len()), (1, 1));
}

#[tokio::test]
async fn two_claimants_share_out_the_cases_oldest_first() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let mut oldest = Vec::new();
    for n in 0..5 {
        oldest.push(place.accepted(&one, &format!("ORD-{n}")).await);
        place.pass(Duration::from_secs(1));
    }
    let ids = |work: Vec<Work>| work.iter().map(case_of).collect::<Vec<_>>();
    assert_eq!(ids(claim(&one, 2).await), oldest[..2]);
    assert_eq!(ids(claim(&other, 2).await), oldest[2..4]);
    assert_eq!(ids(claim(&one, 9).await), oldest[4..]);
    assert!(claim(&other, 9).await.is_empty());
    assert!(one.claim(&other_recipient(), 9, LEASE).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_lease_that_has_run_out_is_given_again_and_fences_who_had_it() {
    let place = Place::new();
    let store = place.open();
    let late = place.claimed(&store, "ORD-1").await;
    let due = store.next_due(&recipient()).await.unwrap().unwrap();
    assert_eq!(due, START.after(LEASE));
    let instant = Duration::from_micros(1);
    place.pass(LEASE.saturating_sub(instant));
    assert!(claim(&store, 9).await.is_empty());
    place.pass(instant);
    let again = deliver(&store).await;
    assert_eq!(again.claim.attempt(), 0, "nothing was recorded");

    let before = row(&store, late.case.id()).await;
    let fenced = |result: Result<(), StoreError>| matches!(result, Err(StoreError::Fenced));
    let written = place.append(&store, &late).await.map(|_| ());
    assert!(fenced(written));
    let case = late.case.id();
    assert!(fenced(store.hold(late.claim, place.stop(), HoldReason::NoRule).await));
    assert_eq!(size(&store).await, 0);
    assert_eq!(row(&store, case).await, before);
    place.append(&store, &again).await.unwrap();
}

#[tokio::test]
async fn the_next_due_is_the_earliest_that_may_be_claimed() {
    let place = Place::new();
    let store = place.open();
    let after = |seconds| START.after(Duration::from_secs(seconds));
    let due = async || store.next_due(&recipient()).await.unwrap();
    assert_eq!(due().await, None);
    place.accepted(&store, "ORD-1").await;
    assert_eq!(due().await, Some(START));
    let first = deliver(&store).await;
    place.accepted(&store, "ORD-2").await;
    let second = deliver(&store).await;
    assert_eq!(due().await, Some(START.after(LEASE)), "both are leased");
    store.give_back(second.claim, after(90)).await.unwrap();
    assert_eq!(due().await, Some(START.after(LEASE)), "the lease runs out first");
    store.give_back(first.claim, after(30)).await.unwrap();
    assert_eq!(due().await, Some(after(30)));
    place.pass(Duration::from_secs(30));
    let first = deliver(&store).await;
    assert_eq!(due().await, Some(after(90)), "lease and due are at one time");
    let claim = place.append(&store, &first).await.map(|_| first.claim).unwrap();
    store.settle(claim, settling::completed()).await.unwrap();
    assert_eq!(due().await, Some(after(90)));
    assert_eq!(store.next_due(&other_recipient()).await.unwrap(), None);
}

#[tokio::test]
async fn a_recorded_case_comes_back_to_be_asked_about() {
    let place = Place::new();
    let store = place.open();
    let (late, intent) = place.recorded(&store, "ORD-1").await;
    let case = late.case();
    assert!(claim(&store, 9).await.is_empty());
    place.pass(LEASE);
    let Work::Reconcile(doubt) = claim(&store, 9).await.remove(0) else {
        panic!("nobody knows whether bytes left");
    };
    assert_eq!(doubt.intent, intent);
    assert_eq!((doubt.recorded, doubt.absent), (START, 0));
    assert_eq!(doubt.claim.attempt(), 1);

    let before = row(&store, case).await;
    let again = place.clock.now().after(Duration::from_secs(5));
    assert!(matches!(store.settle(late, settling::completed()).await, Err(StoreError::Fenced)));
    assert_eq!(row(&store, case).await, before);
    store.absent(doubt.claim, again).await.unwrap();
    assert!(claim(&store, 9).await.is_empty());
    place.pass(Duration::from_secs(5));
    let Work::Reconcile(doubt) = claim(&store, 9).await.remove(0) else {
        panic!("it is still in doubt");
    };
    assert_eq!((doubt.absent, doubt.intent), (1, intent));
    store.give_back(doubt.claim, place.clock.now()).await.unwrap();
    let Work::Reconcile(doubt) = claim(&store, 9).await.remove(0) else {
        panic!("it is still in doubt");
    };
    assert_eq!(doubt.absent, 1, "giving back is no answer of the operator");
    assert_eq!(size(&store).await, 1);
}

#[tokio::test]
async fn a_stale_token_moves_nothing() {
    let place = Place::new();
    let store = place.open();
    let mut stale = Vec::new();
    let (claim_0, _) = place.recorded(&store, "ORD-1").await;
    let case = claim_0.case();
    stale.push(claim_0);
    for _ in 0..4 {
        place.pass(LEASE);
        let Work::Reconcile(doubt) = claim(&store, 1).await.remove(0) else {
            panic!("it is in doubt");
        };
        stale.push(doubt.claim);
    }
    let current = stale.pop().unwrap();
    let before = row(&store, case).await;
    let due = place.clock.now();
    let mut stale = stale.into_iter();
    let mut next = || stale.next().unwrap();
    let results = [
        store.absent(next(), due).await,
        store.give_back(next(), due).await,
        store.progress(next(), Step::Complete, None, None, due).await,
        store.hold(next(), place.stop(), HoldReason::NoRule).await,
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::Fenced)));
    }
    assert_eq!(row(&store, case).await, before);
    assert_eq!(size(&store).await, 1);
    store.settle(current, settling::completed()).await.unwrap();
    assert_eq!(state(&store, case).await, CaseState::Completed);
}

fn case_of(work: &Work) -> CaseId {
    match work {
        Work::Deliver(claimed) => claimed.claim.case(),
        Work::Reconcile(doubt) => doubt.claim.case(),
        Work::Follow(placed) => placed.claim.case(),
    }
}
