//! What operators say: gaps in what they tell, and ids that they have replaced.

use std::time::Duration;

use sluss::domain::{OperatorReference, SubscriptionId};
use sluss::log::ErasureReason;
use sluss::store::{FeedFrom, Moved, Settlement};

use super::person::person;
use super::settling::placed;
use super::*;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn behind_a_gap_of_a_day_every_open_case_is_asked_about() {
    let place = Place::new();
    let store = place.open();
    let (claimed, _) = place.recorded(&store, "ORD-1").await;
    let much_later = place.clock.now().after(30 * DAY);
    store.settle(claimed, placed("KO-1", much_later)).await.unwrap();
    let (now, to) = (|| place.clock.now(), recipient());
    let read = || store.feed(&to, Vec::new(), now());
    assert_eq!(read().await.unwrap(), 0);
    place.pass(DAY);
    assert_eq!(read().await.unwrap(), 0);
    assert!(claim(&store, 9).await.is_empty(), "its day has not come");
    // The list of subscriptions has been read, and is read anew from its beginning.
    let cursor = Some("yesterday".to_owned());
    store.subscriptions_read(&recipient(), cursor, now().after(DAY)).await.unwrap();
    assert_eq!(store.subscriptions_due(&recipient(), now()).await.unwrap(), None);
    place.pass(DAY + Duration::from_secs(1));
    assert_eq!(read().await.unwrap(), 1);
    assert_eq!(claim(&store, 9).await.len(), 1);
    let all = store.subscriptions_due(&recipient(), now()).await.unwrap();
    assert_eq!(all, Some(FeedFrom(None)));
}

/// A list of changes that is longer than can be looked through in one commit says: look everywhere.
#[tokio::test]
async fn behind_more_changes_than_are_looked_through_every_open_case_is_asked_about() {
    let place = Place::new();
    let store = place.open();
    let (claimed, _) = place.recorded(&store, "ORD-1").await;
    let much_later = place.clock.now().after(30 * DAY);
    store.settle(claimed, placed("KO-1", much_later)).await.unwrap();
    let others = |count: usize| {
        let others = (0..count).map(|n| OperatorReference::parse(&format!("X-{n}")).unwrap());
        Some((others.collect(), Some("cursor".to_owned())))
    };
    let due = place.clock.now();
    assert_eq!(store.changes(&recipient(), others(10_000), due).await.unwrap(), 0);
    assert!(claim(&store, 9).await.is_empty(), "none of them is ours");
    assert_eq!(store.changes(&recipient(), others(10_001), due).await.unwrap(), 1);
    assert_eq!(claim(&store, 9).await.len(), 1);
}

#[tokio::test]
async fn an_id_that_was_replaced_leads_to_the_newest_until_the_person_is_erased() {
    let place = Place::new();
    let store = place.open();
    let (claimed, _) = place.recorded(&store, "ORD-1").await;
    let case = claimed.case();
    let id = |text: &str| SubscriptionId::parse(text).unwrap();
    let first = id("S-1");
    let settlement = Settlement::Completed {
        reference: None,
        subscription: Some(first.clone()),
        code: "http-201".to_owned(),
    };
    store.settle(claimed, settlement).await.unwrap();
    let to = recipient();
    let moves = |old: &SubscriptionId, new: &SubscriptionId| {
        store.relearn(&to, vec![Moved { case, old: old.clone(), new: new.clone() }])
    };
    let leads = |from: &SubscriptionId| store.moved(&to, from.clone());
    let (second, third) = (id("S-2"), id("S-3"));
    moves(&first, &second).await.unwrap();
    assert_eq!(row(&store, case).await.subscription.as_ref(), Some(&second));
    assert_eq!(leads(&first).await.unwrap().as_ref(), Some(&second));
    moves(&second, &third).await.unwrap();
    assert_eq!(leads(&first).await.unwrap().as_ref(), Some(&third));
    assert_eq!(leads(&second).await.unwrap().as_ref(), Some(&third));
    let elsewhere = store.moved(&other_recipient(), first.clone()).await.unwrap();
    assert_eq!(elsewhere, None);
    // One that comes back leads nowhere else.
    moves(&third, &first).await.unwrap();
    assert_eq!(leads(&first).await.unwrap(), None);
    assert_eq!(leads(&second).await.unwrap().as_ref(), Some(&first));
    store.erase(&person(&store, "ORD-1").await, ErasureReason::Request).await.unwrap();
    assert_eq!(leads(&second).await.unwrap(), None);
}
