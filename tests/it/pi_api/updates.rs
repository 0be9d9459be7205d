//! What is said of a ticket that a simulated operator has, in PI-API.

use serde_json::{Value, json};
use sluss::domain::{Act, CaseState};
use sluss::intake::Kind;
use sluss::sandbox::Trouble;

use super::journey::{SLUSSNAT, report, start};
use crate::follow::{ask, comment, states, submitted};
use crate::harness::App;

fn updates(app: &App) -> Vec<Value> {
    let sent = app.messages(SLUSSNAT);
    let bodies = sent.iter().map(|one| serde_json::from_slice::<Value>(&one.body).unwrap());
    bodies.filter(|body| !body["action"].is_null()).collect()
}

#[tokio::test]
async fn a_comment_and_a_close_reach_the_ticket_once() {
    let mut app = start().await;
    app.sandbox.rest(true);
    let ticket = submitted(&mut app, Kind::Ticket, &report("FEL-1", "STTA0201")).await;
    app.work().await;
    // The answer to the comment is lost: it is looked for in the ticket's log, and is there.
    app.script(SLUSSNAT, vec![Trouble::ActThenDrop]);
    let text = "Bytt kabel utan resultat, och konverterns lampor lyser som förut efter omstart. Vi har \
                också provat med en annan dator direkt i uttaget. Ring Astrid på 070-174 06 05.";
    comment(&mut app, &ticket, text).await;
    for _ in 0..4 {
        app.pass(15).await;
    }
    let close = json!({ "status": "closed", "statusChangeReason": "Det fungerar igen." });
    ask(&app, ticket.submission, Kind::Ticket, &close).await.unwrap();
    app.sandbox.rest(false);
    app.to_the_end().await;
    let expected = [(Act::Supplement, CaseState::Completed), (Act::Close, CaseState::Completed)];
    assert_eq!(states(&app, &ticket).await, expected);
    let updates = updates(&app);
    let actions: Vec<_> = updates.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["NOTIFY", "CLOSE"], "nothing is said twice");
    let said = updates[0]["description"].as_str().unwrap();
    assert!(said.starts_with("Bytt kabel") && said.contains("(ref "), "{said}");
    assert!(!said.contains("Astrid") && !said.contains("06 05"), "{said}");
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    app.close().await;
}

/// What the operator has cleared and the customer has not accepted is opened again (PI-API 2.2,
/// `REOPEN`).
#[tokio::test]
async fn a_fault_that_was_not_mended_after_all_is_opened_again() {
    let mut app = start().await;
    let ticket = submitted(&mut app, Kind::Ticket, &report("FEL-1", "STTA0201")).await;
    app.to_the_end().await;
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let reopen = json!({ "status": "inProgress", "note": [{ "text": "Nere igen." }] });
    ask(&app, ticket.submission, Kind::Ticket, &reopen).await.unwrap();
    app.to_the_end().await;
    assert_eq!(states(&app, &ticket).await, [(Act::Reopen, CaseState::Completed)]);
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let said = updates(&app);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["action"], "REOPEN");
    assert!(said[0]["description"].as_str().unwrap().starts_with("Nere igen."), "{}", said[0]);
    app.close().await;
}

/// Orders cannot be changed in PI-API: such a wish waits for a person, and the order goes on.
#[tokio::test]
async fn an_order_cannot_be_taken_back_and_goes_on() {
    let mut app = start().await;
    app.sandbox.rest(true);
    let body = crate::harness::order(SLUSSNAT, "ORD-1", "STTA0101");
    let placed = submitted(&mut app, Kind::Order, &body).await;
    app.work().await;
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.sandbox.rest(false);
    app.to_the_end().await;
    assert_eq!(states(&app, &placed).await, [(Act::Cancel, CaseState::Held)]);
    App::check(&app.row(placed.id).await, CaseState::Completed, None);
    app.close().await;
}
