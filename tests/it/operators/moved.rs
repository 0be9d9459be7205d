//! An operator gives its subscriptions other ids, and what we order goes on.

use serde_json::{Value, json};
use sluss::domain::{CaseId, CaseState, SubscriptionId};
use sluss::intake::Kind;
use sluss::sandbox::Profile;

use super::wearing;
use crate::harness::{App, GLOBALCONNECT, id, order};

/// An order about a service that is there, by the id that the ordering system knows.
fn about(external: &str, access: &str, subscription: &str, change: Value) -> Value {
    let mut body = order(GLOBALCONNECT, external, access);
    let item = &mut body["serviceOrderItem"][0];
    item["action"] = json!("modify");
    let service = item["service"].as_object_mut().unwrap();
    service.remove("serviceSpecification");
    let named = json!({ "name": "subscriptionId", "value": subscription });
    service["serviceCharacteristic"].as_array_mut().unwrap().push(named);
    let Value::Object(change) = change else { panic!("members") };
    service.extend(change);
    body
}

fn pause(external: &str, access: &str, subscription: &str) -> Value {
    about(external, access, subscription, json!({ "state": "inactive" }))
}

/// A service that we have ordered, and the id that the operator gave it.
async fn with_service(access: &str) -> (App, CaseId, SubscriptionId) {
    let mut app = wearing(Profile::Listing).await;
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-0", access)).await[0];
    app.to_the_end().await;
    let subscription = app.row(case).await.subscription.unwrap();
    (app, case, subscription)
}

/// The ids that orders named, in turn.
fn named(app: &App) -> Vec<String> {
    let id = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap();
        body["subscriptionId"].as_str().map(str::to_owned)
    };
    app.messages(GLOBALCONNECT).iter().filter_map(|one| id(&one.body)).collect()
}

#[tokio::test]
async fn an_order_refused_for_its_old_id_is_decided_anew_with_the_new_one() {
    let (mut app, first, old) = with_service("STTA0101").await;
    app.sandbox.migrate(&id(GLOBALCONNECT));
    let paused = app.submit(Kind::Order, &pause("ORD-1", "STTA0101", old.as_str())).await[0];
    app.to_the_end().await;
    App::check(&app.row(paused).await, CaseState::Completed, None);
    let new = app.row(first).await.subscription.unwrap();
    assert_ne!(new, old);
    assert_eq!(named(&app), [old.as_str(), new.as_str()]);
    let results: Vec<_> = app.story().await.into_iter().filter(|told| told != "intent").collect();
    assert_eq!(results, ["accepted", "rejected", "accepted"], "each attempt is a leaf of its own");

    // The ordering system goes on using the old one; it is not sent again.
    let resume = about("ORD-2", "STTA0101", old.as_str(), json!({ "state": "active" }));
    let resumed = app.submit(Kind::Order, &resume).await[0];
    app.to_the_end().await;
    App::check(&app.row(resumed).await, CaseState::Completed, None);
    assert_eq!(named(&app)[2..], [new.as_str().to_owned()]);

    // And another time: the oldest id leads to the newest.
    app.sandbox.migrate(&id(GLOBALCONNECT));
    let again = app.submit(Kind::Order, &pause("ORD-3", "STTA0101", old.as_str())).await[0];
    app.to_the_end().await;
    App::check(&app.row(again).await, CaseState::Completed, None);
    let newest = app.row(first).await.subscription.unwrap();
    assert_eq!(named(&app)[3..], [new.as_str().to_owned(), newest.as_str().to_owned()]);
    app.close().await;
}

/// Before anybody orders anything: the list of subscriptions is read once a day.
#[tokio::test]
async fn new_ids_are_learned_from_the_list_before_they_are_needed() {
    let (mut app, first, old) = with_service("STTA0101").await;
    app.sandbox.migrate(&id(GLOBALCONNECT));
    app.pass(86_400).await;
    let new = app.row(first).await.subscription.unwrap();
    assert_ne!(new, old);
    let paused = app.submit(Kind::Order, &pause("ORD-1", "STTA0101", old.as_str())).await[0];
    app.to_the_end().await;
    App::check(&app.row(paused).await, CaseState::Completed, None);
    assert_eq!(named(&app), [new.as_str()], "the old one is told to nobody");
    let lists = app.sandbox.received();
    let mut lists = lists.iter().filter(|one| one.path.ends_with("/subscriptions/"));
    let by_date = |name: &str| name == "if-modified-since";
    assert!(lists.any(|one| one.headers.iter().any(|(name, _)| by_date(name))));
    app.close().await;
}

/// One other subscription at the access is no proof that it is the one: ending somebody's telephone
/// in the place of a broadband that has ended already would be worse than a refusal.
#[tokio::test]
async fn what_nothing_connects_with_the_order_is_not_taken_for_it() {
    let (mut app, _, _) = with_service("STTA0101").await;
    let paused = app.submit(Kind::Order, &pause("ORD-1", "STTA0101", "unknown")).await[0];
    app.to_the_end().await;
    App::check(&app.row(paused).await, CaseState::Rejected, Some("subscription-unknown"));
    assert_eq!(named(&app), ["unknown"]);

    // An order that names the service itself is connected with it.
    let naming = json!({ "serviceSpecification": { "id": "BB-1000-1000" } });
    let mut body = about("ORD-2", "STTA0101", "unknown", naming);
    body["serviceOrderItem"][0]["action"] = json!("delete");
    let ended = app.submit(Kind::Order, &body).await[0];
    app.to_the_end().await;
    App::check(&app.row(ended).await, CaseState::Completed, None);
    app.close().await;
}
