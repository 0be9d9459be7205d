//! What happens to a case after its first message: comments, withdrawals, what comes too late.
#![cfg(test)]

mod soap;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use sluss::domain::{Act, CaseState, Clock, ManualClock, Step, SubmissionId, Timestamp};
use sluss::http::local_client;
use sluss::intake::{self, Context, Kind};
use sluss::sandbox::{Pace, Received, Sandbox, SimulatedOperator, Speaks, Trouble};
use sluss::store::{Accepted, CaseRow, StoreError};

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, PASSWORD, fault, id, order};

/// Asks something about what was handed in, as a PATCH does.
pub(crate) async fn ask(
    app: &App,
    of: SubmissionId,
    kind: Kind,
    body: &Value,
) -> Result<Accepted, StoreError> {
    let client = local_client().unwrap();
    let known = app.deployment.recipients.keys().cloned().collect();
    let context = Context {
        client: &client,
        recipients: &known,
        now: app.clock.now(),
        entropy: &*app.deployment.entropy,
        bytes_max: 65_536,
        accesses: &app.deployment.store,
    };
    let bytes = serde_json::to_vec(body).unwrap();
    let change = if body["serviceOrder"].is_object() {
        intake::cancellation(&bytes, &context).unwrap()
    } else {
        intake::change(kind, of, &bytes, &context).unwrap()
    };
    app.deployment.store.accept_change(change, None).await
}

/// Hands one in, and gives it.
pub(crate) async fn submitted(app: &mut App, kind: Kind, body: &Value) -> CaseRow {
    let case = app.submit(kind, body).await[0];
    app.row(case).await
}

pub(crate) async fn comment(app: &mut App, of: &CaseRow, text: &str) {
    let note = json!({ "note": [{ "text": text, "author": "Bo Handläggare" }] });
    let accepted = ask(app, of.submission, Kind::Ticket, &note).await.unwrap();
    assert!(matches!(accepted, Accepted::New(_)));
}

/// What was asked about a submission, oldest first.
async fn asked(app: &App, of: &CaseRow) -> Vec<CaseRow> {
    let row = app.deployment.store.submission(of.kind, of.submission).await.unwrap();
    row.unwrap().asked
}

pub(crate) async fn states(app: &App, of: &CaseRow) -> Vec<(Act, CaseState)> {
    asked(app, of).await.into_iter().map(|row| (row.act, row.state)).collect()
}

fn patches(received: &[Received]) -> Vec<Value> {
    let patches = received.iter().filter(|one| one.method == "PATCH");
    patches.map(|one| serde_json::from_slice(&one.body).unwrap()).collect()
}

#[tokio::test]
async fn a_comment_and_a_close_reach_the_ticket_without_what_is_personal_in_them() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    app.work().await;
    comment(
        &mut app,
        &ticket,
        "Bytt kabel utan resultat, och konverterns lampor lyser som förut efter omstart. Vi har också \
         provat med en annan dator direkt i uttaget. Ring Astrid på 070-174 06 05.",
    )
    .await;
    app.work().await;
    assert_eq!(states(&app, &ticket).await, [(Act::Supplement, CaseState::Completed)]);
    let close = json!({ "status": "closed", "statusChangeReason": "Det fungerar igen." });
    ask(&app, ticket.submission, Kind::Ticket, &close).await.unwrap();
    app.work().await;
    let [said, closed] = &patches(&app.messages(GLOBALCONNECT))[..] else { panic!("two patches") };
    let message = said["comment"]["message"].as_str().unwrap();
    assert!(message.starts_with("Bytt kabel utan resultat, och") && message.contains(" (ref "));
    assert!(message.contains("[telefon]") && !message.contains("Astrid"), "{message}");
    assert_eq!(said["comment"]["createdBy"], "support");
    assert_eq!(said.as_object().unwrap().len(), 1, "a comment hands nothing over: {said}");
    assert_eq!((&closed["status"], &closed["responsible"]), (&json!("CLOSED"), &json!("SP")));
    assert!(closed["comment"]["message"].as_str().unwrap().starts_with("Det fungerar igen. (ref "));
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    app.must_not_tell("Bytt kabel");
    app.close().await;
}

#[tokio::test]
async fn a_comment_whose_answer_was_lost_is_looked_for_and_not_said_twice() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    app.work().await;
    app.script(GLOBALCONNECT, vec![Trouble::ActThenDrop]);
    comment(&mut app, &ticket, "Fortfarande nere.").await;
    app.to_the_end().await;
    assert_eq!(states(&app, &ticket).await, [(Act::Supplement, CaseState::Completed)]);
    assert_eq!(patches(&app.messages(GLOBALCONNECT)).len(), 1);
    assert_eq!(asked(&app, &ticket).await[0].answer.as_deref(), Some("found-at-operator"));
    app.close().await;
}

#[tokio::test]
async fn a_comment_that_never_arrived_is_said_again_once_that_is_certain() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    app.work().await;
    app.script(GLOBALCONNECT, vec![Trouble::DropBefore]);
    comment(&mut app, &ticket, "Fortfarande nere.").await;
    app.to_the_end().await;
    assert_eq!(states(&app, &ticket).await, [(Act::Supplement, CaseState::Completed)]);
    let said = patches(&app.messages(GLOBALCONNECT));
    assert_eq!(said.len(), 2);
    assert_eq!(said[0], said[1], "the same words under the same reference");
    app.close().await;
}

#[tokio::test]
async fn what_is_asked_waits_for_the_case_and_keeps_its_order() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    for text in ["Först.", "Sedan.", "Sist."] {
        comment(&mut app, &ticket, text).await;
    }
    assert!(states(&app, &ticket).await.iter().all(|(_, state)| *state == CaseState::Waiting));
    app.script(GLOBALCONNECT, vec![Trouble::ActThenDrop]);
    app.to_the_end().await;
    let told: Vec<String> = patches(&app.messages(GLOBALCONNECT))
        .iter()
        .map(|said| said["comment"]["message"].as_str().unwrap().split(' ').next().unwrap().into())
        .collect();
    assert_eq!(told, ["Först.", "Sedan.", "Sist."]);
    assert!(states(&app, &ticket).await.iter().all(|(_, state)| *state == CaseState::Completed));
    app.close().await;
}

#[tokio::test]
async fn the_same_change_again_is_the_same_change() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    comment(&mut app, &ticket, "Fortfarande nere.").await;
    let again = json!({ "note": [{ "author": "Bo Handläggare", "text": "Fortfarande nere." }] });
    let accepted = ask(&app, ticket.submission, Kind::Ticket, &again).await.unwrap();
    assert!(matches!(accepted, Accepted::Existing(_)));
    assert_eq!(asked(&app, &ticket).await.len(), 1);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_fault_that_was_not_mended_after_all_is_opened_again() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    let reopen = json!({ "status": "inProgress", "note": [{ "text": "Nere igen." }] });
    let early = ask(&app, ticket.submission, Kind::Ticket, &reopen).await;
    assert!(matches!(early, Err(StoreError::NotNow { act: Act::Reopen, .. })));
    app.to_the_end().await;
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let first = app.row(ticket.id).await.changed;
    app.clock.advance(Duration::from_hours(1));
    ask(&app, ticket.submission, Kind::Ticket, &reopen).await.unwrap();
    app.to_the_end().await;
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    assert!(app.row(ticket.id).await.changed > first, "followed to its end once more");
    assert_eq!(patches(&app.messages(GLOBALCONNECT))[0]["status"], "IN_PROGRESS_CO");
    app.close().await;
}

#[tokio::test]
async fn an_order_that_has_not_left_is_stopped_without_a_word_to_anybody() {
    let mut app = App::start().await;
    let placed = submitted(&mut app, Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await;
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    App::check(&app.row(placed.id).await, CaseState::Cancelled, None);
    app.work().await;
    assert!(app.messages(IP_ONLY).is_empty());
    assert_eq!(app.story().await, ["release"]);
    let again = json!({ "serviceOrder": { "id": placed.submission.to_string() }, "@type": "C" });
    let late = ask(&app, placed.submission, Kind::Order, &again).await;
    assert!(matches!(late, Err(StoreError::NotNow { act: Act::Cancel, .. })));
    app.close().await;
}

#[tokio::test]
async fn a_case_for_special_handling_stays_one_in_all_that_is_asked_about_it() {
    let mut app = App::start().await;
    let mut body = fault(GLOBALCONNECT, "FEL-1", "STTA0201");
    body["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
    let ticket = submitted(&mut app, Kind::Ticket, &body).await;
    app.work().await;
    app.decide(ticket.id, Step::Release).await;
    app.work().await;
    comment(&mut app, &ticket, "Hon bor hos sin syster.").await;
    app.work().await;
    let row = &asked(&app, &ticket).await[0];
    App::check(row, CaseState::Held, Some("special-handling"));
    assert!(patches(&app.messages(GLOBALCONNECT)).is_empty());
    app.to_the_end().await;
    app.close().await;
}

/// An operator that leaves an order as it was received for an hour.
async fn slow(clock: Arc<ManualClock>) -> Sandbox {
    let operator = SimulatedOperator {
        recipient: id(GLOBALCONNECT),
        speaks: Speaks::OnApi,
        username: "sluss".to_owned(),
        password: SecretString::from(PASSWORD.to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        pace: Pace::Every(Duration::from_hours(1)),
    };
    Sandbox::start(vec![operator], clock, None).await.unwrap()
}

/// A deployment that faces it, with an order there, and the operator's own clock.
async fn with_order() -> (App, Sandbox, CaseRow, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap()));
    let sandbox = slow(clock.clone()).await;
    let base = sandbox.base_url(&id(GLOBALCONNECT)).unwrap();
    let mut app = App::facing(&base).await;
    let placed = submitted(&mut app, Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.work().await;
    App::check(&app.row(placed.id).await, CaseState::Placed, None);
    (app, sandbox, placed, clock)
}

fn methods(sandbox: &Sandbox) -> Vec<String> {
    let received = sandbox.received();
    received.into_iter().filter(|one| one.is_message).map(|one| one.method).collect()
}

#[tokio::test]
async fn an_order_is_amended_and_taken_back_while_nobody_has_begun_with_it() {
    let (app, sandbox, placed, _) = with_order().await;
    let later = json!({ "requestedStartDate": "2026-12-08T00:00:00Z", "note": [{ "text": "x" }] });
    ask(&app, placed.submission, Kind::Order, &later).await.unwrap();
    app.work().await;
    assert_eq!(
        patches(&sandbox.received()),
        [json!({ "requestedDateTime": "2026-12-08T00:00:00Z" })]
    );
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.work().await;
    assert_eq!(methods(&sandbox), ["POST", "PATCH", "DELETE"]);
    App::check(&app.row(placed.id).await, CaseState::Cancelled, None);
    let expected = [(Act::Amend, CaseState::Completed), (Act::Cancel, CaseState::Completed)];
    assert_eq!(states(&app, &placed).await, expected);
    app.close().await;
}

#[tokio::test]
async fn a_withdrawal_whose_answer_was_lost_is_believed_when_the_order_is_gone() {
    let (app, sandbox, placed, _) = with_order().await;
    sandbox.script(&id(GLOBALCONNECT), vec![Trouble::ActThenDrop]);
    let cancel = json!({ "state": "cancelled" });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.work().await;
    app.pass(15).await;
    App::check(&app.row(placed.id).await, CaseState::Cancelled, None);
    assert_eq!(methods(&sandbox), ["POST", "DELETE"]);
    app.close().await;
}

#[tokio::test]
async fn a_withdrawal_that_comes_too_late_is_told_and_the_order_goes_on() {
    let (app, sandbox, placed, clock) = with_order().await;
    // The operator has begun, and we have not heard of it yet.
    clock.advance(Duration::from_mins(61));
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.work().await;
    let row = asked(&app, &placed).await.remove(0);
    App::check(&row, CaseState::Rejected, Some("too-late-to-change"));
    App::check(&app.row(placed.id).await, CaseState::Placed, None);
    clock.advance(Duration::from_mins(61));
    app.to_the_end().await;
    App::check(&app.row(placed.id).await, CaseState::Completed, None);
    assert_eq!(methods(&sandbox), ["POST", "DELETE"]);
    app.close().await;
}

/// An order about a service that is there.
fn about(external: &str, change: &Value) -> Value {
    let mut body = order(GLOBALCONNECT, external, "STTA0101");
    let item = &mut body["serviceOrderItem"][0];
    item["action"] = json!("modify");
    let service = item["service"].as_object_mut().unwrap();
    service.remove("serviceSpecification");
    let id = json!({ "name": "subscriptionId", "value": "SUB-0101" });
    service["serviceCharacteristic"].as_array_mut().unwrap().push(id);
    for (name, value) in change.as_object().unwrap() {
        if name == "serviceCharacteristic" {
            let more = value.as_array().unwrap().clone();
            service["serviceCharacteristic"].as_array_mut().unwrap().extend(more);
        } else {
            service.insert(name.clone(), value.clone());
        }
    }
    body
}

#[tokio::test]
async fn a_service_is_changed_modified_paused_and_resumed() {
    let mut app = App::start().await;
    for (n, (act, change)) in [
        (Act::Suspend, json!({ "state": "inactive" })),
        (Act::Resume, json!({ "state": "active" })),
        (Act::Change, json!({ "serviceSpecification": { "id": "BB-100-100" } })),
        (Act::Modify, json!({ "serviceCharacteristic": [{ "name": "fixedIp", "value": true }] })),
    ]
    .into_iter()
    .enumerate()
    {
        let body = about(&format!("ORD-{n}"), &change);
        let placed = submitted(&mut app, Kind::Order, &body).await;
        assert_eq!(placed.act, act);
        app.to_the_end().await;
        App::check(&app.row(placed.id).await, CaseState::Completed, None);
    }
    let told: Vec<Value> = app
        .messages(GLOBALCONNECT)
        .iter()
        .map(|one| serde_json::from_slice::<Value>(&one.body).unwrap()["operation"].clone())
        .collect();
    assert_eq!(told, ["SUSPEND", "RESUME", "CHANGE", "MODIFY"]);
    app.close().await;
}

#[tokio::test]
async fn a_move_is_an_end_and_a_beginning_and_neither_operator_learns_the_other_end() {
    let mut app = App::start().await;
    let mut body = order(GLOBALCONNECT, "ORD-1", "STTA0101");
    body["serviceOrderItem"][0]["action"] = json!("modify");
    body["serviceOrderItem"][0]["service"]["movedFrom"] =
        json!({ "accessId": "STTA0202", "subscriptionId": "SUB-0202", "operator": IP_ONLY });
    let cases = app.submit(Kind::Order, &body).await;
    let acts: Vec<_> = app.rows().await.into_values().map(|row| (row.act, row.item)).collect();
    assert!(acts.contains(&(Act::Activate, "1".to_owned())), "{acts:?}");
    assert!(acts.contains(&(Act::Terminate, "1.from".to_owned())), "{acts:?}");
    app.to_the_end().await;
    for case in cases {
        App::check(&app.row(case).await, CaseState::Completed, None);
    }
    for (operator, own, other) in
        [(GLOBALCONNECT, "STTA0101", "0202"), (IP_ONLY, "SUB-0202", "STTA0101")]
    {
        let received = app.messages(operator);
        let [one] = &received[..] else { panic!("one message to {operator}") };
        let text = String::from_utf8_lossy(&one.body).into_owned();
        assert!(text.contains(own) && !text.contains(other), "{operator}: {text}");
        assert!(!text.contains("Mästarvägen"));
    }
    app.close().await;
}

#[tokio::test]
async fn what_the_operator_writes_is_sealed_as_written_and_shown_without_what_is_personal() {
    let mut app = App::start().await;
    let ticket =
        submitted(&mut app, Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0201")).await;
    app.to_the_end().await;
    let heard = app.deployment.store.heard(ticket.id).await.unwrap();
    let words: Vec<_> = heard.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(words, ["turn-co", "comment", "mended"]);
    let shown = heard[1].shown.as_deref().unwrap();
    assert!(shown.starts_with("The fault is mended.") && shown.contains("[telefon]"), "{shown}");
    assert!(!shown.contains("070-174 06 99") && !shown.contains("Kalle"), "{shown}");
    app.must_not_tell("070-174 06 99");
    // Read again, it is the same: nothing is told twice.
    comment(&mut app, &ticket, "Tack.").await;
    app.to_the_end().await;
    assert_eq!(app.deployment.store.heard(ticket.id).await.unwrap().len(), heard.len());
    let kinds: Vec<_> = app.deployment.store.leaves_of(ticket.id).await.unwrap();
    assert_eq!(kinds.len(), 2, "an intent and its outcome");
    app.close().await;
}

#[tokio::test]
async fn a_case_that_waits_for_its_time_can_be_looked_at_now() {
    let mut app = App::start().await;
    app.script(IP_ONLY, vec![Trouble::Status { code: 429, retry_after: Some(3_000) }]);
    let placed = submitted(&mut app, Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await;
    app.work().await;
    assert_eq!(app.messages(IP_ONLY).len(), 1);
    assert!(app.deployment.store.hurry(placed.id).await.unwrap());
    app.to_the_end().await;
    assert_eq!(app.messages(IP_ONLY).len(), 2);
    assert!(!app.deployment.store.hurry(placed.id).await.unwrap(), "it has ended");
    app.close().await;
}
