//! From accepted to its end, at both operators, through what goes wrong on the way.
#![cfg(test)]

use std::time::Duration;

use serde_json::{Value, json};
use sluss::domain::{CaseState, Field, HaltReason, Step};
use sluss::intake::Kind;
use sluss::log::{Event, OutcomeResult};
use sluss::sandbox::Trouble;
use sluss::store::StoreError;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};

/// One order and one fault at each operator.
async fn four(app: &mut App) {
    for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
        let (ord, flt) = (format!("ORD-{n}"), format!("FEL-{n}"));
        app.submit(Kind::Order, &order(recipient, &ord, &format!("STTA010{n}"))).await;
        app.submit(Kind::Ticket, &fault(recipient, &flt, &format!("STTA020{n}"))).await;
    }
}

async fn all_are(app: &App, state: CaseState) {
    for row in app.rows().await.values() {
        assert_eq!(row.state, state, "{} at {}: {:?}", row.purpose, row.recipient, row.reason);
    }
}

fn once(app: &App) {
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        assert_eq!(app.effects(recipient).len(), 2, "one order and one fault at {recipient}");
    }
}

#[tokio::test]
async fn an_order_and_a_fault_reach_two_operators_and_their_end() {
    let mut app = App::start().await;
    four(&mut app).await;
    app.work().await;
    all_are(&app, CaseState::Placed).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    once(&app);
    assert_eq!(app.messages(GLOBALCONNECT).len() + app.messages(IP_ONLY).len(), 4);
    let delivered = app.rows().await.into_values().find(|row| row.kind == Kind::Order).unwrap();
    assert!(delivered.subscription.is_some(), "needed to change or end the service later");
    app.close().await;
}

#[tokio::test]
async fn what_leaves_is_what_the_leaf_names() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.work().await;
    let leaves = app.leaves().await;
    let intent = leaves.iter().find_map(|(_, leaf)| match &leaf.event {
        Event::Intent(intent) => Some(intent.clone()),
        _ => None,
    });
    let intent = intent.unwrap();
    let sent: Vec<_> = intent.sent.iter().copied().collect();
    let expected = [
        Field::AccessId,
        Field::CaseReference,
        Field::ServiceId,
        Field::Operation,
        Field::RequestedDate,
    ];
    assert!(expected.iter().all(|field| sent.contains(field)) && sent.len() == expected.len());
    let withheld = [Field::ContactName, Field::Personnummer, Field::Street, Field::Note];
    assert!(withheld.iter().all(|field| intent.withheld.contains(field)));
    assert_eq!(intent.recipient.legal_name, "GlobalConnect AB");
    let body: Value = serde_json::from_slice(&app.messages(GLOBALCONNECT)[0].body).unwrap();
    let mut members: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    members.sort();
    let expected = ["accessId", "operation", "requestedDateTime", "service"];
    // Both by one word of ours.
    assert_eq!(members, [&expected[..], &["spReference", "spSubscriptionId"]].concat());
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn an_operator_that_acts_and_does_not_answer_is_asked_and_not_sent_to_again() {
    let mut app = App::start().await;
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        app.script(recipient, vec![Trouble::ActThenDrop, Trouble::ActThenCutShort]);
    }
    four(&mut app).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    once(&app);
    assert_eq!(app.messages(GLOBALCONNECT).len() + app.messages(IP_ONLY).len(), 4);
    for outcome in app.outcomes().await.values() {
        assert_eq!(outcome.result, OutcomeResult::Accepted);
        assert_eq!(outcome.code.as_ref().unwrap().as_str(), "found-at-operator");
    }
    app.close().await;
}

#[tokio::test]
async fn an_operator_that_did_not_get_it_is_sent_to_again_and_both_are_told() {
    let mut app = App::start().await;
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        app.script(recipient, vec![Trouble::DropBefore, Trouble::Garbage]);
    }
    four(&mut app).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    once(&app);
    let outcomes = app.outcomes().await;
    let results = |wanted| outcomes.values().filter(|one| one.result == wanted).count();
    assert_eq!((results(OutcomeResult::Unknown), results(OutcomeResult::Accepted)), (4, 4));
    app.close().await;
}

#[tokio::test]
async fn an_operator_is_believed_only_the_second_time_that_it_has_nothing() {
    let mut app = App::start().await;
    app.script(IP_ONLY, vec![Trouble::DropBefore]);
    app.submit(Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await;
    app.work().await;
    all_are(&app, CaseState::Recorded).await;
    app.pass(11).await;
    assert_eq!(app.sandbox.received().len(), 1, "the operator may still be about to act");
    app.pass(2).await;
    assert_eq!(app.sandbox.received().len(), 2, "asked");
    assert_eq!(app.messages(IP_ONLY).len(), 1, "asked once: not sent again yet");
    app.pass(11).await;
    app.pass(11).await;
    assert_eq!(app.messages(IP_ONLY).len(), 2);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_busy_operator_is_left_alone_as_long_as_it_asked() {
    let mut app = App::start().await;
    let busy = || Trouble::Status { code: 429, retry_after: Some(300) };
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        app.script(recipient, vec![busy(), busy()]);
    }
    four(&mut app).await;
    app.work().await;
    all_are(&app, CaseState::Accepted).await;
    app.pass(295).await;
    assert_eq!(app.messages(GLOBALCONNECT).len() + app.messages(IP_ONLY).len(), 4);
    app.pass(60).await;
    assert_eq!(app.messages(GLOBALCONNECT).len() + app.messages(IP_ONLY).len(), 8);
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    once(&app);
    app.close().await;
}

#[tokio::test]
async fn refused_credentials_wait_for_a_person() {
    let mut app = App::start().await;
    for recipient in [GLOBALCONNECT, IP_ONLY] {
        app.script(recipient, vec![Trouble::Status { code: 401, retry_after: None }]);
    }
    four(&mut app).await;
    app.pass(60).await;
    let mut held = app.rows().await;
    held.retain(|_, row| row.state == CaseState::Held);
    assert_eq!(held.len(), 2);
    for (case, row) in held {
        assert_eq!(row.reason.as_deref(), Some("credentials-refused"));
        app.decide(case, Step::Release).await;
    }
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    once(&app);
    app.close().await;
}

#[tokio::test]
async fn what_the_operator_refuses_is_rejected_and_never_tried_again() {
    let mut app = App::start().await;
    for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
        let body = order(recipient, &format!("ORD-{n}"), "STTB0404");
        app.submit(Kind::Order, &body).await;
    }
    app.to_the_end().await;
    for row in app.rows().await.values() {
        // In ON-API the operator says it in words, in our SOAP contract by a code.
        App::check(row, CaseState::Rejected, Some("access-unknown"));
    }
    app.pass(100_000).await;
    assert_eq!(app.messages(GLOBALCONNECT).len() + app.messages(IP_ONLY).len(), 2);
    app.close().await;
}

#[tokio::test]
async fn an_operator_that_cannot_be_reached_is_tried_again_and_then_a_person_is_asked() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let mut app = App::start_with(|config| {
        for file in &mut config.recipients {
            let base = format!("http://127.0.0.1:{port}/onapi/2.6/");
            file.recipient.channel.base_url = base.parse().unwrap();
        }
        config.timing.attempts_max = 3;
    })
    .await;
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Accepted, None);
    app.to_the_end().await;
    App::check(&app.row(case).await, CaseState::Held, Some("attempts-used-up"));
    assert_eq!(app.story().await, ["intent", "unsent", "intent", "unsent", "intent", "unsent"]);
    app.close().await;
}

#[tokio::test]
async fn without_a_valid_agreement_nothing_leaves() {
    let mut app = App::start().await;
    let case = app.submit(Kind::Order, &order("exempelnat", "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Held, Some("no-valid-agreement"));
    assert_eq!(app.story().await, ["refusal"]);
    assert!(!app.sandbox.received().iter().any(|one| one.is_message));
    // Released while the agreement is as it was: asked again, refused again.
    app.decide(case, Step::Release).await;
    app.work().await;
    App::check(&app.row(case).await, CaseState::Held, Some("no-valid-agreement"));
    assert!(!app.sandbox.received().iter().any(|one| one.is_message));
    app.close().await;
}

#[tokio::test]
async fn an_agreement_that_ends_overnight_ends_the_sending() {
    let mut app = App::start().await;
    // The last day of both shipped agreements is 2027-12-31.
    let last = sluss::domain::Timestamp::parse("2027-12-31T23:59:50Z").unwrap();
    app.clock.set(last);
    let mut first = order(GLOBALCONNECT, "ORD-1", "STTA0101");
    first["requestedStartDate"] = json!("2028-01-05T00:00:00Z");
    let case = app.submit(Kind::Order, &first).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Placed, None);
    first["externalId"] = json!("ORD-2");
    let case = app.submit(Kind::Order, &first).await[0];
    app.pass(20).await;
    App::check(&app.row(case).await, CaseState::Held, Some("no-valid-agreement"));
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn special_handling_stops_the_machine_and_only_ids_leave_after_a_person() {
    let mut app = App::start().await;
    let mut cases = Vec::new();
    for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
        for (kind, mut body) in [
            (Kind::Order, order(recipient, &format!("ORD-{n}"), &format!("STTA010{n}"))),
            (Kind::Ticket, fault(recipient, &format!("FEL-{n}"), &format!("STTA020{n}"))),
        ] {
            body["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
            cases.extend(app.submit(kind, &body).await);
        }
    }
    app.to_the_end().await;
    assert!(!app.sandbox.received().iter().any(|one| one.is_message));
    for &case in &cases {
        App::check(&app.row(case).await, CaseState::Held, Some("special-handling"));
    }
    for &case in &cases {
        app.decide(case, Step::Release).await;
    }
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    let ids = [
        Field::AccessId,
        Field::CaseReference,
        Field::ServiceId,
        Field::Operation,
        Field::ProblemType,
        Field::FaultHeading,
    ];
    for (_, leaf) in app.leaves().await {
        if let Event::Intent(intent) = leaf.event {
            assert!(intent.sent.iter().all(|field| ids.contains(field)), "{:?}", intent.sent);
        }
    }
    app.close().await;
}

#[tokio::test]
async fn a_slow_answer_counts_as_none_and_is_found_later() {
    let mut app = App::start_with(|config| {
        for file in &mut config.recipients {
            file.recipient.channel.timeout = Duration::from_millis(200);
        }
    })
    .await;
    app.script(GLOBALCONNECT, vec![Trouble::ActThenDelay(Duration::from_secs(2))]);
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Recorded, None);
    app.to_the_end().await;
    App::check(&app.row(case).await, CaseState::Completed, None);
    assert_eq!(app.effects(GLOBALCONNECT).len(), 1);
    app.close().await;
}

#[tokio::test]
async fn with_the_clock_behind_the_log_nothing_is_recorded_and_nothing_sent() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.to_the_end().await;
    let sent = app.messages(GLOBALCONNECT).len();
    let now = sluss::domain::Clock::now(&*app.clock);
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-2", "STTA0102")).await;
    // A leaf of tomorrow, so that the case is due by the wrong clock too.
    let tomorrow = now.after(Duration::from_hours(24));
    app.clock.set(tomorrow);
    app.deployment.store.note(Event::Heartbeat).await.unwrap();
    app.clock.set(now);
    assert_eq!(app.fail().await.halt(), Some(HaltReason::ClockBehind));
    // The door says so too, and takes nothing in that could not be recorded.
    let (status, body) = app.ask("GET", "/health/ready", &Value::Null).await;
    assert_eq!((status, &body["haltReason"]), (503, &"clock-behind".into()));
    let body = order(GLOBALCONNECT, "ORD-3", "STTA0103");
    let path = "/tmf-api/serviceOrdering/v4/serviceOrder";
    let (status, body) = app.ask("POST", path, &body).await;
    assert_eq!((status, &body["haltReason"]), (503, &"clock-behind".into()));
    assert_eq!(app.messages(GLOBALCONNECT).len(), sent);
    app.clock.set(tomorrow);
    app.pass(120).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    app.close().await;
}

#[tokio::test]
async fn with_the_brake_pulled_nothing_is_sent() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.deployment.halt.pull(HaltReason::LogChanged);
    assert!(matches!(app.fail().await, StoreError::Diverged(HaltReason::LogChanged)));
    all_are(&app, CaseState::Accepted).await;
    assert!(!app.sandbox.received().iter().any(|one| one.is_message));
    app.close().await;
}

#[tokio::test]
async fn a_failing_service_ends_as_failed() {
    let mut app = App::start().await;
    for (n, recipient) in [GLOBALCONNECT, IP_ONLY].into_iter().enumerate() {
        let mut body = order(recipient, &format!("ORD-{n}"), &format!("STTA010{n}"));
        body["serviceOrderItem"][0]["service"]["serviceSpecification"]["id"] = json!("BB-FAIL");
        app.submit(Kind::Order, &body).await;
    }
    app.to_the_end().await;
    all_are(&app, CaseState::Failed).await;
    app.close().await;
}

#[tokio::test]
async fn what_nobody_can_tell_of_for_a_day_is_for_a_person_to_find_out() {
    let mut app = App::start().await;
    app.script(GLOBALCONNECT, vec![Trouble::DropBefore]);
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Recorded, None);
    app.pass(90_000).await;
    App::check(&app.row(case).await, CaseState::Held, Some("answer-unclear"));
    assert_eq!(app.story().await, ["intent", "unknown"]);
    app.close().await;
}

#[tokio::test]
async fn an_agreement_renewed_does_not_release_what_a_person_must_decide() {
    let mut app = App::start().await;
    let mut body = order("exempelnat", "ORD-1", "STTA0101");
    body["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
    let case = app.submit(Kind::Order, &body).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Held, Some("special-handling"));
    assert!(!app.sandbox.received().iter().any(|one| one.is_message));
    app.close().await;
}
