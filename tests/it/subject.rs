//! The person concerned: what is told, what is handed out, and what stays when all is erased.
#![cfg(test)]

mod receipts;
mod unlinkable;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use sluss::intake::Kind;
use sluss::log::{ErasureReason, Event, Kind as LeafKind};
use sluss::store::{About, Found, Reference, Sight, Store, Subjects};
use sluss::subject::{Reasons, Statement, data, lines};

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};
use crate::people::stands_in;

const CUSTOMER: &str = "cust-99117";

async fn person(store: &Store, text: &str) -> Subjects {
    match store
        .find_subject(Reference::new(text.to_owned()), None, Sight::Restricted)
        .await
        .unwrap()
    {
        Found::One(subjects) => subjects,
        other => panic!("{other:?}"),
    }
}

async fn reasons(store: &Store, about: &About) -> BTreeMap<sluss::domain::PolicyId, Reasons> {
    let mut reasons = BTreeMap::new();
    for id in Statement::policies(about).unwrap() {
        let kept = store.policy(id).await.unwrap().unwrap();
        reasons.insert(id, Reasons::read(id, &kept).unwrap());
    }
    reasons
}

/// One order and one fault with a visit, at two operators, to their end.
async fn delivered() -> App {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    let mut visit = fault(IP_ONLY, "FEL-1", "STTA0201");
    let window = "2026-11-24T08:00:00Z/2026-11-24T12:00:00Z";
    visit["characteristic"].as_array_mut().unwrap().extend([
        json!({ "name": "siteVisit", "value": true }),
        json!({ "name": "visitWindow", "value": window }),
    ]);
    app.submit(Kind::Ticket, &visit).await;
    app.to_the_end().await;
    app
}

#[tokio::test]
async fn a_report_says_what_the_operators_really_got_and_why() {
    let app = delivered().await;
    let store = &app.deployment.store;
    let about = store.about(&person(store, CUSTOMER).await).await.unwrap();
    let reasons = reasons(store, &about).await;
    let statement = Statement::new(&about, &reasons).unwrap();
    assert_eq!((statement.cases.len(), statement.count()), (2, 2));
    let told_of: Vec<&str> =
        statement.cases.iter().map(|case| case.disclosures[0].recipient.id.as_str()).collect();
    assert!(told_of.contains(&GLOBALCONNECT) && told_of.contains(&IP_ONLY));
    for case in &statement.cases {
        let one = &case.disclosures[0];
        let recipient = one.recipient.id.as_str();
        let message = &app.messages(recipient)[0];
        let body = String::from_utf8_lossy(&message.body).into_owned() + &message.path;
        assert!(!one.sent.is_empty());
        for sent in &one.sent {
            let value = sent.value.expect("everything that was sent is kept").disclose();
            // What is written in another form on the wire is looked for in the simulators' tests.
            let coded = ["order.", "fault.", "service.", "visit."];
            if !coded.iter().any(|space| sent.field.as_str().starts_with(space)) {
                assert!(body.contains(value), "{recipient}: {}", sent.field);
            }
            let (rule, why) = sent.rule.as_ref().unwrap();
            assert!(why.len() > 10 && !rule.is_empty());
        }
        for withheld in &one.withheld {
            assert!(withheld.why_sv.len() > 5, "{}", withheld.field);
        }
    }
    // On a screen: no value unless it was asked for.
    let told = lines(&statement, false).join("\n") + &data(&statement, false).to_string();
    for value in ["Astrid", "Lindqvist", "070-174 06 05", "Mästarvägen", "STTA0101", CUSTOMER] {
        assert!(!stands_in(value, &told), "{value}");
    }
    for word in
        ["GlobalConnect AB", "leverera en ny tjänst", "rättslig grund", "undanhölls: personnummer"]
    {
        assert!(told.contains(word), "{word}");
    }
    let shown = lines(&statement, true).join("\n");
    assert!(shown.contains("STTA0101"));
    assert!(data(&statement, true).to_string().contains("STTA0101"));
    app.close().await;
}

#[tokio::test]
async fn what_was_stopped_is_told_without_a_disclosure() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order("exempelnat", "ORD-1", "STTA0101")).await;
    app.work().await;
    let store = &app.deployment.store;
    let about = store.about(&person(store, "ORD-1").await).await.unwrap();
    let statement = Statement::new(&about, &BTreeMap::new()).unwrap();
    assert_eq!(statement.count(), 0);
    assert_eq!(statement.cases[0].stops.len(), 1);
    let told = lines(&statement, true).join("\n");
    assert!(
        told.contains("inget gällande avtal") && told.contains("Inget har lämnats ut."),
        "{told}"
    );
    let stop = data(&statement, true)["cases"][0]["stops"][0].clone();
    assert_eq!(stop["reason"], Value::from("no-valid-agreement"));
    app.close().await;
}

#[tokio::test]
async fn the_worker_wipes_what_is_due_and_turns_the_epoch() {
    let app = delivered().await;
    let store = app.deployment.store.clone();
    app.worker.upkeep().await.unwrap();
    assert_eq!(store.epochs().await.unwrap()[0].number, 1);
    app.pass(Duration::from_hours(31 * 24).as_secs()).await;
    app.worker.upkeep().await.unwrap();
    let epochs = store.epochs().await.unwrap();
    assert_eq!((epochs.len(), epochs[0].number), (1, 2));
    let about = store.about(&person(&store, CUSTOMER).await).await.unwrap();
    for told in &about.told {
        // Our random reference is kept for longer than the rest: the rules say so.
        let kept: Vec<_> = told.values.keys().map(|field| field.as_str()).collect();
        assert_eq!(kept, ["case.reference"]);
    }
    let kinds: Vec<LeafKind> =
        app.leaves().await.iter().map(|(_, leaf)| leaf.event.kind()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == LeafKind::Erasure).count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == LeafKind::Key).count(), 1);
    // Another look finds nothing to do.
    let before = store.size().await.unwrap();
    app.worker.upkeep().await.unwrap();
    assert_eq!(store.size().await.unwrap(), before);
    app.close_erased().await;
}

#[tokio::test]
async fn those_who_must_be_told_of_an_erasure_are_those_who_got_something() {
    let app = delivered().await;
    let store = &app.deployment.store;
    let erased =
        store.erase(&person(store, CUSTOMER).await, ErasureReason::NotNeeded).await.unwrap();
    let mut told: Vec<_> = erased.recipients.iter().map(|one| one.id.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, [GLOBALCONNECT, IP_ONLY]);
    let erasure = app.leaves().await.pop().unwrap().1;
    assert!(
        matches!(erasure.event, Event::Erasure(ref one) if one.reason == ErasureReason::NotNeeded)
    );
    app.close_erased().await;
}
