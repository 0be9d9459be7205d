//! Operators as they are: what they offer, what they say in words, their bad days.
#![cfg(test)]

mod bad_days;
mod moved;
mod versions;

use std::time::Duration;

use serde_json::{Value, json};
use sluss::domain::{CaseState, Field, Purpose, RejectReason, Step};
use sluss::intake::Kind;
use sluss::log::Event;
use sluss::minimise::shown;
use sluss::sandbox::{Profile, Trouble};

use crate::harness::{App, fault, id, order, private};

const GLOBALCONNECT: &str = "globalconnect";

fn service(external: &str, access: &str, service: &str) -> Value {
    let mut body = order(GLOBALCONNECT, external, access);
    body["serviceOrderItem"][0]["service"]["serviceSpecification"]["id"] = json!(service);
    body
}

async fn wearing(profile: Profile) -> App {
    let app = App::start_with(|config| {
        for file in &mut config.recipients {
            file.recipient.channel.preflight = true;
        }
    })
    .await;
    app.sandbox.wear(&id(GLOBALCONNECT), profile);
    app.worker.learn_offers().await.unwrap();
    app
}

#[tokio::test]
async fn words_become_reasons_and_unknown_ones_are_sealed_for_a_person() {
    let mut app = App::start().await;
    let taken = app.submit(Kind::Order, &service("ORD-1", "STTA0101", "BB-TAKEN")).await[0];
    let failing = app.submit(Kind::Order, &service("ORD-2", "STTA0102", "BB-FAIL")).await[0];
    app.to_the_end().await;
    App::check(&app.row(taken).await, CaseState::Rejected, Some(RejectReason::Taken.as_str()));
    let activation = Some(RejectReason::ActivationFailed.as_str());
    App::check(&app.row(failing).await, CaseState::Failed, activation);

    app.script(GLOBALCONNECT, vec![Trouble::Status { code: 400, retry_after: None }]);
    let puzzling = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-3", "STTA0103")).await[0];
    app.to_the_end().await;
    App::check(&app.row(puzzling).await, CaseState::Held, Some("reason-unknown"));
    let (words, case) = app.deployment.store.words(puzzling).await.unwrap().unwrap();
    assert_eq!(words.reveal(), "The simulator was told to fail.");
    // What is known of the customer does not pass, though the operator repeats it.
    let told = shown(&case, "Ring Astrid Lindqvist på 070-174 06 05 om STTA0103");
    assert!(!told.contains("Lindqvist") && !told.contains("06 05"), "{told}");
    app.decide(puzzling, Step::Release).await;
    app.to_the_end().await;
    App::check(&app.row(puzzling).await, CaseState::Completed, None);
    app.close().await;
}

/// 401 after a password change: one case is held, and nothing is asked until the file changes.
#[tokio::test]
async fn a_refused_password_is_shown_once_and_not_hammered_with() {
    let mut app = App::start().await;
    app.script(GLOBALCONNECT, vec![Trouble::Status { code: 401, retry_after: None }]);
    let first = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(first).await, CaseState::Held, Some("credentials-refused"));
    let asked = app.sandbox.received().len();
    let second = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-2", "STTA0102")).await[0];
    for _ in 0..5 {
        app.pass(600).await;
    }
    App::check(&app.row(second).await, CaseState::Accepted, None);
    assert_eq!(app.sandbox.received().len(), asked, "it went on asking");
    assert!(app.told().iter().any(|line| line.contains("refuses our user name or password")));

    // The file is written anew: what waited goes on.
    let password = app.deployment.config.state.with_file_name("password");
    let text = std::fs::read_to_string(&password).unwrap();
    private(&password, &format!("{text}\n"));
    app.to_the_end().await;
    App::check(&app.row(second).await, CaseState::Completed, None);

    // A person who lets a held case go on has acted, too.
    app.script(GLOBALCONNECT, vec![Trouble::Status { code: 401, retry_after: None }]);
    let third = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-3", "STTA0103")).await[0];
    app.work().await;
    App::check(&app.row(third).await, CaseState::Held, Some("credentials-refused"));
    app.clock.advance(Duration::from_secs(5));
    app.decide(first, Step::Release).await;
    app.decide(third, Step::Release).await;
    app.to_the_end().await;
    App::check(&app.row(first).await, CaseState::Completed, None);
    App::check(&app.row(third).await, CaseState::Completed, None);
    app.close().await;
}

#[tokio::test]
async fn what_an_operator_does_not_offer_is_left_out_and_told() {
    let mut app = wearing(Profile::Sparse).await;
    let body = order(GLOBALCONNECT, "ORD-1", "STTA0101");
    let case = app.submit(Kind::Order, &body).await[0];
    let ticket = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0101")).await[0];
    app.work().await;
    // A day that the operator has no word for is waited for here.
    App::check(&app.row(case).await, CaseState::Accepted, None);
    App::check(&app.row(ticket).await, CaseState::Held, Some("not-offered"));
    app.pass(9 * 86_400).await;
    app.to_the_end().await;
    App::check(&app.row(case).await, CaseState::Completed, None);
    let leaves = app.leaves().await;
    let intent = leaves.iter().find_map(|(_, leaf)| match &leaf.event {
        Event::Intent(intent) if intent.purpose == Purpose::Activate => Some(intent),
        _ => None,
    });
    let intent = intent.unwrap();
    assert!(intent.not_carried.contains(&Field::RequestedDate));
    assert!(!intent.sent.contains(&Field::RequestedDate));
    let sent = app.messages(GLOBALCONNECT);
    assert!(!String::from_utf8_lossy(&sent[0].body).contains("requestedDateTime"));
    let offers = app.deployment.store.offers().await.unwrap();
    let (_, offer, _) = offers.iter().find(|(to, _, _)| to == &id(GLOBALCONNECT)).unwrap();
    assert!(!offer.takes(Purpose::FaultReport));
    app.close().await;
}

/// The operator's own list of services is asked first; what it would refuse is held with a reason,
/// and a person who knows better sends it all the same.
#[tokio::test]
async fn what_the_list_of_services_says_is_known_before_anything_is_sent() {
    let mut app = wearing(Profile::Listing).await;
    let mut cases = Vec::new();
    for (n, (code, reason)) in [
        ("BB-1000-1000", None),
        ("BB-NOWHERE", Some("service-unavailable")),
        ("BB-TAKEN", Some("held-by-another-provider")),
        ("BB-HELD", Some("service-unavailable")),
        ("BB-OLD", Some("service-unavailable")),
        ("BB-SLA-100", Some("characteristic-missing")),
    ]
    .into_iter()
    .enumerate()
    {
        let body = service(&format!("ORD-{n}"), &format!("STTA010{n}"), code);
        cases.push((app.submit(Kind::Order, &body).await[0], reason));
    }
    app.to_the_end().await;
    for (case, reason) in &cases {
        let state = if reason.is_some() { CaseState::Held } else { CaseState::Completed };
        App::check(&app.row(*case).await, state, *reason);
    }
    assert_eq!(app.messages(GLOBALCONNECT).len(), 1);
    let asked = app.sandbox.received();
    assert!(asked.iter().any(|one| one.path.ends_with("services/STTA0100")));

    app.decide(cases[1].0, Step::Release).await;
    app.to_the_end().await;
    App::check(&app.row(cases[1].0).await, CaseState::Completed, None);
    app.close().await;
}

/// Down for a day and a half: nothing is lost, nothing is sent twice, and when it is back every
/// open case is asked about.
#[tokio::test]
async fn an_operator_that_was_down_for_36_hours_ends_well() {
    let mut app = App::start().await;
    let before = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    app.sandbox.wear(&id(GLOBALCONNECT), Profile::Down);
    for _ in 0..36 {
        app.pass(3_600).await;
    }
    app.sandbox.wear(&id(GLOBALCONNECT), Profile::Plain);
    let after = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-2", "STTA0102")).await[0];
    app.to_the_end().await;
    App::check(&app.row(before).await, CaseState::Completed, None);
    App::check(&app.row(after).await, CaseState::Completed, None);
    assert_eq!(app.effects(GLOBALCONNECT).len(), 2);
    app.close().await;
}

#[tokio::test]
async fn a_quirky_operator_is_understood() {
    let mut app = wearing(Profile::Quirky).await;
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    let taken = app.submit(Kind::Order, &service("ORD-2", "STTA0102", "BB-TAKEN")).await[0];
    let ticket = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0101")).await[0];
    app.to_the_end().await;
    App::check(&app.row(case).await, CaseState::Completed, None);
    // The older 400 for what is taken.
    App::check(&app.row(taken).await, CaseState::Rejected, Some("taken-by-another"));
    App::check(&app.row(ticket).await, CaseState::Completed, None);
    app.close().await;
}

/// The whole of a bad day: lost, cut short, somebody else's page, and errors before and behind.
#[tokio::test]
async fn a_bad_day_ends_well() {
    let mut app = wearing(Profile::BadDay).await;
    for n in 0..12 {
        let access = format!("STTA01{n:02}");
        app.submit(Kind::Order, &order(GLOBALCONNECT, &format!("ORD-{n}"), &access)).await;
        app.to_the_end().await;
    }
    for row in app.rows().await.values() {
        App::check(row, CaseState::Completed, None);
    }
    assert_eq!(app.effects(GLOBALCONNECT).len(), 12, "an order was placed twice");
    app.close().await;
}

#[tokio::test]
async fn changes_of_tickets_are_read_where_the_operator_lists_them() {
    let mut app = wearing(Profile::Listing).await;
    let ticket = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0101")).await[0];
    app.to_the_end().await;
    App::check(&app.row(ticket).await, CaseState::Completed, None);
    // How the operator sees the line, for those of ours who look at the case.
    let (line, _) = app.deployment.store.line(ticket).await.unwrap().unwrap();
    assert!(!line.up && line.since.is_some());
    assert_eq!(line.received.map(|level| level.to_string()).as_deref(), Some("-21.5"));
    let asked = app.sandbox.received();
    let events: Vec<_> = asked.iter().filter(|one| one.path.ends_with("/events/")).collect();
    assert!(!events.is_empty());
    // From the second time on by the operator's own clock.
    assert!(
        events.iter().any(|one| one.headers.iter().any(|(name, _)| name == "if-modified-since"))
    );
    app.close().await;
}
