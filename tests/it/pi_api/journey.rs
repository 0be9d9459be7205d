//! Orders and faults to their end at a simulated operator that speaks PI-API, with what it asks and
//! what it may not have.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use sluss::dialects::Answer;
use sluss::dialects::pi_api::PiApi;
use sluss::domain::{AccessId, CaseState, Field, ManualClock, Step, Timestamp};
use sluss::intake::Kind;
use sluss::log::{Event, Intent};
use sluss::recipients::{RecipientFile, lint};
use sluss::sandbox::{EffectKind, Pace, Sandbox, SimulatedOperator, Speaks, Trouble};

use super::exceptions::unsigned;
use super::{changed, slussnat};
use crate::audit::{Story, TERMS};
use crate::harness::{App, PASSWORD, fault, id, order};
use crate::raw;

pub(super) const SLUSSNAT: &str = "slussnat";
/// What the shared order is asked to begin on.
const DAY: &str = "2026-12-01T00:00:00Z";

pub(super) async fn start() -> App {
    start_with(slussnat(), "2026-12-02T12:00:00Z").await
}

async fn start_with(file: RecipientFile, now: &str) -> App {
    let app = App::start_also(vec![file], |_| ()).await;
    app.clock.set(Timestamp::parse(now).unwrap());
    app
}

pub(super) fn report(external: &str, access: &str) -> Value {
    let mut report = fault(SLUSSNAT, external, access);
    let service = json!({ "id": "BB-1000-1000", "role": "serviceSpecification",
        "@type": "RelatedEntity", "@referredType": "ServiceSpecification" });
    report["relatedEntity"].as_array_mut().unwrap().push(service);
    let tested = json!({ "name": "wiredTest", "value": true });
    report["characteristic"].as_array_mut().unwrap().push(tested);
    report
}

fn end(external: &str, access: &str) -> Value {
    let mut end = order(SLUSSNAT, external, access);
    end["serviceOrderItem"][0]["action"] = json!("delete");
    let characteristics = &mut end["serviceOrderItem"][0]["service"]["serviceCharacteristic"];
    let subscription = json!({ "name": "subscriptionId", "value": "S-1" });
    characteristics.as_array_mut().unwrap().push(subscription);
    end
}

async fn intents(app: &App) -> Vec<Intent> {
    let leaves = app.leaves().await;
    let intents = leaves.into_iter().filter_map(|(_, leaf)| match leaf.event {
        Event::Intent(intent) => Some(intent),
        _ => None,
    });
    intents.collect()
}

fn body(app: &App, message: usize) -> Value {
    serde_json::from_slice(&app.messages(SLUSSNAT)[message].body).unwrap()
}

async fn all_are(app: &App, state: CaseState) {
    for row in app.rows().await.values() {
        assert_eq!(row.state, state, "{}: {:?}", row.act, row.reason);
    }
}

#[tokio::test]
async fn an_order_a_fault_and_an_end_reach_their_end() {
    let mut app = start().await;
    app.submit(Kind::Order, &order(SLUSSNAT, "ORD-1", "STTA0101")).await;
    app.submit(Kind::Ticket, &report("FEL-1", "STTA0201")).await;
    app.work().await;
    all_are(&app, CaseState::Placed).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    app.submit(Kind::Order, &end("ORD-2", "STTA0101")).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    assert_eq!(app.effects(SLUSSNAT).len(), 3);
    assert_eq!(app.messages(SLUSSNAT).len(), 3);
    let ticket = app.messages(SLUSSNAT).into_iter().find(|one| one.path.ends_with("/ticket"));
    let ticket: Value = serde_json::from_slice(&ticket.unwrap().body).unwrap();
    assert_eq!(ticket["services"][0]["extraInfo"]["computerConnectedWithCable"], true);
    assert_eq!(ticket.get("customerInformation"), None);
    let last = body(&app, 2);
    assert_eq!(
        last,
        json!({ "accessId": "STTA0101", "service": "BB-1000-1000",
                             "operation": "DEACTIVATE" })
    );
    app.close().await;
}

/// Before the first day, within, and after the last; and where nothing was ever signed.
#[tokio::test]
async fn the_customer_is_told_within_the_days_of_the_exception_only() {
    let unsigned = changed(&unsigned());
    for (file, now, told) in [
        (slussnat(), "2026-09-30T23:00:00Z", false),
        (slussnat(), "2026-10-01T00:00:00Z", true),
        (slussnat(), "2027-06-30T23:00:00Z", true),
        (slussnat(), "2027-07-01T00:00:00Z", false),
        (unsigned, "2026-11-22T12:00:00Z", false),
    ] {
        let mut app = start_with(file, now).await;
        let mut body = order(SLUSSNAT, "ORD-1", "STTA0101");
        body["requestedStartDate"] = json!(now);
        app.submit(Kind::Order, &body).await;
        app.work().await;
        all_are(&app, CaseState::Placed).await;
        let customer = &self::body(&app, 0)["customer"];
        let expected = if told {
            json!({ "firstName": "Astrid", "lastName": "Lindqvist", "socialSecurityNumber": "",
                    "email": "", "phone": "", "mobilePhone": "+46701740605" })
        } else {
            json!({ "firstName": "", "lastName": "", "socialSecurityNumber": "", "email": "",
                    "phone": "", "mobilePhone": "" })
        };
        assert_eq!(customer, &expected, "{now}");
        let intent = intents(&app).await.remove(0);
        let both = BTreeSet::from([Field::ContactName, Field::ContactPhone]);
        let there = |fields: &BTreeSet<Field>| both.intersection(fields).count() == 2;
        assert_eq!(there(&intent.sent), told, "{now}");
        assert_eq!(there(&intent.withheld) && there(&intent.not_carried), !told, "{now}");
        app.to_the_end().await;
        // Whoever replays the decision comes to the same one.
        let report = Story::of(&app).await.audit(TERMS);
        assert!(report.is_clean(), "{now}: {:?}", report.findings.first);
        app.close().await;
    }
}

#[tokio::test]
async fn an_order_for_a_later_day_waits_with_us_as_the_dialect_has_no_word_for_a_day() {
    let mut app = start_with(slussnat(), "2026-11-30T23:50:00Z").await;
    let case = app.submit(Kind::Order, &order(SLUSSNAT, "ORD-1", "STTA0101")).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Accepted, None);
    assert!(app.messages(SLUSSNAT).is_empty() && app.story().await.is_empty());
    app.pass(9 * 60).await;
    assert!(app.messages(SLUSSNAT).is_empty());
    app.clock.set(Timestamp::parse(DAY).unwrap());
    app.work().await;
    App::check(&app.row(case).await, CaseState::Placed, None);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_change_of_service_is_for_a_person() {
    let mut app = start().await;
    let mut change = end("ORD-1", "STTA0101");
    change["serviceOrderItem"][0]["action"] = json!("modify");
    let case = app.submit(Kind::Order, &change).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Held, Some("not-offered"));
    assert!(app.messages(SLUSSNAT).is_empty());
    app.close().await;
}

#[tokio::test]
async fn a_fault_without_an_answer_that_the_operator_insists_on_is_for_a_person() {
    let mut app = start().await;
    let mut report = report("FEL-1", "STTA0201");
    report["characteristic"].as_array_mut().unwrap().pop();
    let case = app.submit(Kind::Ticket, &report).await[0];
    app.work().await;
    App::check(&app.row(case).await, CaseState::Held, Some("missing-field"));
    assert!(app.messages(SLUSSNAT).is_empty());
    app.close().await;
}

#[tokio::test]
async fn an_operator_that_acts_and_does_not_answer_is_asked_and_has_it_once() {
    let mut app = start().await;
    app.script(SLUSSNAT, vec![Trouble::ActThenDrop, Trouble::ActThenCutShort]);
    app.submit(Kind::Order, &order(SLUSSNAT, "ORD-1", "STTA0101")).await;
    app.submit(Kind::Ticket, &report("FEL-1", "STTA0201")).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    assert_eq!(app.effects(SLUSSNAT).len(), 2);
    let tickets = app.messages(SLUSSNAT).iter().filter(|m| m.path.ends_with("ticket")).count();
    assert_eq!(tickets, 1, "a ticket sent twice is two tickets");
    app.close().await;
}

#[tokio::test]
async fn what_the_operator_never_got_is_sent_again() {
    let mut app = start().await;
    app.script(SLUSSNAT, vec![Trouble::DropBefore, Trouble::Garbage]);
    app.submit(Kind::Order, &order(SLUSSNAT, "ORD-1", "STTA0101")).await;
    app.submit(Kind::Ticket, &report("FEL-1", "STTA0201")).await;
    app.to_the_end().await;
    all_are(&app, CaseState::Completed).await;
    let effects = app.effects(SLUSSNAT);
    assert_eq!(effects.len(), 2);
    assert!(effects.iter().any(|effect| effect.kind == EffectKind::Ticket));
    app.close().await;
}

#[tokio::test]
async fn refusals_end_or_wait_for_a_person_by_their_words() {
    let mut app = start().await;
    let unknown_access = app.submit(Kind::Order, &order(SLUSSNAT, "ORD-1", "STTB0404")).await[0];
    let mut taken = order(SLUSSNAT, "ORD-2", "STTA0102");
    taken["serviceOrderItem"][0]["service"]["serviceSpecification"]["id"] = json!("BB-TAKEN");
    let taken = app.submit(Kind::Order, &taken).await[0];
    app.to_the_end().await;
    App::check(&app.row(unknown_access).await, CaseState::Rejected, Some("access-unknown"));
    App::check(&app.row(taken).await, CaseState::Rejected, Some("taken-by-another"));
    // The simulator's words for this are none of ours.
    app.script(SLUSSNAT, vec![Trouble::Status { code: 400, retry_after: None }]);
    let puzzling = app.submit(Kind::Order, &order(SLUSSNAT, "ORD-3", "STTA0103")).await[0];
    app.to_the_end().await;
    App::check(&app.row(puzzling).await, CaseState::Held, Some("answer-unclear"));
    app.decide(puzzling, Step::Release).await;
    app.to_the_end().await;
    App::check(&app.row(puzzling).await, CaseState::Completed, None);
    app.close().await;
}

#[tokio::test]
async fn the_file_answers_what_the_simulated_operator_asks() {
    let operator = SimulatedOperator {
        recipient: id(SLUSSNAT),
        speaks: Speaks::PiApi,
        username: "sluss".to_owned(),
        password: PASSWORD.to_owned().into(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        pace: Pace::EveryRead,
    };
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
    let sandbox = Sandbox::start(vec![operator], clock, None).await.unwrap();
    let base: url::Url = sandbox.base_url(&id(SLUSSNAT)).unwrap().parse().unwrap();
    let access = AccessId::parse("STTA0101").unwrap();
    let query = PiApi::ask_template(&access, None, None);
    let path = format!("{}{}", base.path(), query.request().path);
    let address = format!("{}:{}", base.host_str().unwrap(), base.port().unwrap());
    let credentials = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("sluss:{PASSWORD}"),
    );
    let head = format!("authorization: Basic {credentials}");
    let request = raw::http("GET", &path, &head, "");
    let (status, body) = raw::ask(address.parse().unwrap(), &request).await.text();
    let answer = Answer { status, body: body.into_bytes(), ..Answer::default() };
    let templates = PiApi::templates(&answer).unwrap();
    assert_eq!(templates.len(), 3);
    let file = slussnat();
    let ours = &file.recipient.channel.questions;
    for template in &templates {
        let open: Vec<_> = template.unanswered(ours).collect();
        assert!(open.is_empty(), "{open:?}");
        let asked: BTreeSet<_> = template.asked.iter().map(|one| one.name.as_str()).collect();
        assert!(ours.iter().all(|one| asked.contains(one.name.as_str())));
    }
    assert!(lint(&file, jiff::civil::date(2026, 12, 2), 60).is_empty());
    sandbox.stop().await;
}
