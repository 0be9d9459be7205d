//! The same in SOAP: what is said of an order or a fault, and orders about a service that is there.

use serde_json::{Value, json};
use sluss::domain::{Act, CaseState};
use sluss::intake::Kind;
use sluss::sandbox::Trouble;

use super::{ask, asked, comment, states, submitted};
use crate::harness::{App, IP_ONLY, fault, order};

fn bodies(app: &App) -> Vec<String> {
    let sent = app.messages(IP_ONLY);
    sent.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect()
}

#[tokio::test]
async fn what_is_said_of_a_fault() {
    let mut app = App::start().await;
    let ticket = submitted(&mut app, Kind::Ticket, &fault(IP_ONLY, "FEL-1", "STTA0201")).await;
    app.work().await;
    app.script(IP_ONLY, vec![Trouble::ActThenDrop, Trouble::DropBefore]);
    comment(&mut app, &ticket, "Fortfarande nere.").await;
    comment(&mut app, &ticket, "Nu lyser lampan igen.").await;
    let close = json!({ "status": "closed", "characteristic": [
        { "name": "responsible", "value": "CO" }] });
    ask(&app, ticket.submission, Kind::Ticket, &close).await.unwrap();
    app.to_the_end().await;
    let acts = [Act::Supplement, Act::Supplement, Act::Close];
    assert_eq!(states(&app, &ticket).await, acts.map(|act| (act, CaseState::Completed)));
    let sent = bodies(&app);
    let count = |word: &str| sent.iter().filter(|one| one.contains(word)).count();
    assert_eq!((count("Fortfarande nere."), count("Nu lyser lampan")), (1, 2));
    assert_eq!(count("<Action>CLOSE</Action>"), 1);
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let heard = app.deployment.store.heard(ticket.id).await.unwrap();
    let words: Vec<_> = heard.iter().map(|one| one.what.as_str()).collect();
    assert_eq!((words.first(), words.last()), (Some(&"turn-co"), Some(&"mended")), "{words:?}");
    app.close().await;
}

#[tokio::test]
async fn a_fault_that_was_not_mended_after_all_is_opened_again() {
    let mut app = App::start().await;
    let ticket = submitted(&mut app, Kind::Ticket, &fault(IP_ONLY, "FEL-1", "STTA0201")).await;
    app.to_the_end().await;
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let reopen = json!({ "status": "inProgress", "note": [{ "text": "Nere igen." }] });
    ask(&app, ticket.submission, Kind::Ticket, &reopen).await.unwrap();
    app.to_the_end().await;
    assert_eq!(states(&app, &ticket).await, [(Act::Reopen, CaseState::Completed)]);
    App::check(&app.row(ticket.id).await, CaseState::Completed, None);
    let said = bodies(&app).into_iter().filter(|one| one.contains("<Action>REOPEN</Action>"));
    let said: Vec<_> = said.collect();
    assert!(said.len() == 1 && said[0].contains("Nere igen."), "{said:?}");
    app.close().await;
}

#[tokio::test]
async fn an_order_is_amended_and_taken_back_while_nobody_has_begun_with_it() {
    let mut app = App::start().await;
    app.sandbox.rest(true);
    let placed = submitted(&mut app, Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await;
    app.work().await;
    let later = json!({ "requestedStartDate": "2026-12-08T00:00:00Z", "note": [{ "text": "x" }] });
    ask(&app, placed.submission, Kind::Order, &later).await.unwrap();
    app.work().await;
    app.script(IP_ONLY, vec![Trouble::ActThenDrop]);
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.work().await;
    app.pass(15).await;
    let expected = [(Act::Amend, CaseState::Completed), (Act::Cancel, CaseState::Completed)];
    assert_eq!(states(&app, &placed).await, expected);
    App::check(&app.row(placed.id).await, CaseState::Cancelled, None);
    let sent = bodies(&app);
    assert_eq!(sent.len(), 3, "an answer that was lost is asked about");
    assert!(sent[1].contains("<AmendOrder") && sent[1].contains("2026-12-08T00:00:00Z"));
    assert!(sent[2].contains("<CancelOrder"));
    app.close().await;
}

#[tokio::test]
async fn a_withdrawal_that_comes_too_late_is_told_and_the_order_goes_on() {
    let mut app = App::start().await;
    let placed = submitted(&mut app, Kind::Order, &order(IP_ONLY, "ORD-1", "STTA0101")).await;
    app.work().await;
    // It is begun with each time that it is looked at, and we have not heard of that yet.
    app.sandbox.rest(true);
    let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
    ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
    app.work().await;
    let row = asked(&app, &placed).await.remove(0);
    App::check(&row, CaseState::Rejected, Some("operator-conflict"));
    app.sandbox.rest(false);
    app.to_the_end().await;
    App::check(&app.row(placed.id).await, CaseState::Completed, None);
    app.close().await;
}

fn about(external: &str, change: &Value) -> Value {
    let mut body = order(IP_ONLY, external, "STTA0101");
    let item = &mut body["serviceOrderItem"][0];
    item["action"] = json!("modify");
    let service = item["service"].as_object_mut().unwrap();
    service.remove("serviceSpecification");
    let named = json!({ "name": "subscriptionId", "value": "SUB-0101" });
    let told = service["serviceCharacteristic"].as_array_mut().unwrap();
    told.push(named);
    told.extend(change["serviceCharacteristic"].as_array().cloned().unwrap_or_default());
    for name in ["state", "serviceSpecification"] {
        if !change[name].is_null() {
            service.insert(name.to_owned(), change[name].clone());
        }
    }
    body
}

#[tokio::test]
async fn a_service_is_changed_modified_paused_and_resumed() {
    let mut app = App::start().await;
    for (n, change) in [
        json!({ "state": "inactive" }),
        json!({ "state": "active" }),
        json!({ "serviceSpecification": { "id": "BB-100-100" } }),
        json!({ "serviceCharacteristic": [{ "name": "fixedIp", "value": true }] }),
    ]
    .iter()
    .enumerate()
    {
        let body = about(&format!("ORD-{n}"), change);
        let placed = submitted(&mut app, Kind::Order, &body).await;
        app.to_the_end().await;
        App::check(&app.row(placed.id).await, CaseState::Completed, None);
    }
    let sent = bodies(&app);
    for (body, operation) in sent.iter().zip(["SUSPEND", "RESUME", "CHANGE", "MODIFY"]) {
        assert!(body.contains(&format!("<Operation>{operation}</Operation>")), "{body}");
    }
    app.close().await;
}
