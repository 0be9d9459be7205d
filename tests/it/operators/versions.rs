//! Every operation in every version of ON-API, from the order to its end, at a simulated operator that
//! takes no more than its version has.

use std::path::Path;

use serde_json::{Value, json};
use sluss::domain::{Act, CaseId, CaseState};
use sluss::intake::Kind;
use sluss::recipients::{self, Policy};
use sluss::store::CaseRow;

use crate::follow::{ask, comment, states, submitted};
use crate::harness::{App, GLOBALCONNECT, fault, id, order};

const ACCESS: &str = "STTA0101";

/// The policy of an operator that names a service by access and code: what ships is for 2.6.
fn older_policy() -> Policy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let path = folder.join("recipients/globalconnect.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in [
        (
            "effect = \"conditional\"\nwhen = [\"subscription.missing\"]\nbasis = \"gdpr.6.1.b\"\nwhy_sv = \"Abon",
            "effect = \"allowed\"\nbasis = \"gdpr.6.1.b\"\nwhy_sv = \"Abon",
        ),
        (
            "field = \"service.id\"\npurpose = [\"delivery.activate\", \"delivery.change\"]",
            "field = \"service.id\"\npurpose = [\"delivery.activate\", \"delivery.change\", \"delivery.suspend\", \
             \"delivery.resume\", \"delivery.terminate\"]",
        ),
        (
            "\"feasibility\", \"delivery.suspend\", \"delivery.resume\", \"delivery.terminate\",\n  \"fault.suppl",
            "\"feasibility\", \"fault.suppl",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    recipients::read(&path, &folder, &text).unwrap().recipient.policy
}

async fn speaking(version: &str) -> App {
    App::start_with(|config| {
        let mut found = config.recipients.iter_mut();
        let file = found.find(|file| file.recipient.id == id(GLOBALCONNECT)).unwrap();
        if matches!(version, "2.4" | "2.3.1") {
            file.recipient.policy = older_policy();
        }
        let channel = &mut file.recipient.channel;
        channel.version = Some(version.to_owned());
        let base = channel.base_url.as_str().replace("/2.6/", &format!("/{version}/"));
        channel.base_url = base.parse().unwrap();
    })
    .await
}

/// An order about the service at the access, in all the ways in which it may be named.
fn about(external: &str, action: &str, subscription: &str, change: &Value) -> Value {
    let mut body = order(GLOBALCONNECT, external, ACCESS);
    let item = &mut body["serviceOrderItem"][0];
    item["action"] = json!(action);
    let service = item["service"].as_object_mut().unwrap();
    let told = service["serviceCharacteristic"].as_array_mut().unwrap();
    told.push(json!({ "name": "subscriptionId", "value": subscription }));
    told.extend(change["serviceCharacteristic"].as_array().cloned().unwrap_or_default());
    for name in ["state", "serviceSpecification"] {
        if change[name].is_null() && action == "modify" {
            service.remove(name);
        } else if !change[name].is_null() {
            service.insert(name.to_owned(), change[name].clone());
        }
    }
    body
}

#[track_caller]
fn ended(app: &App, row: &CaseRow) {
    let sent: Vec<String> = app
        .messages(GLOBALCONNECT)
        .iter()
        .map(|one| String::from_utf8_lossy(&one.body).into_owned())
        .collect();
    assert_eq!((row.state, row.reason.as_deref()), (CaseState::Completed, None), "{sent:?}");
}

async fn ends_well(app: &mut App, body: &Value) -> CaseId {
    let case = app.submit(Kind::Order, body).await[0];
    app.to_the_end().await;
    ended(app, &app.row(case).await);
    case
}

/// The operations that arrived, in turn.
fn operations(app: &App) -> Vec<String> {
    let operation = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap();
        body["operation"].as_str().map(str::to_owned)
    };
    app.messages(GLOBALCONNECT).iter().filter_map(|one| operation(&one.body)).collect()
}

#[tokio::test]
async fn a_service_begins_and_ends_in_every_version() {
    for version in ["2.6", "2.5", "2.4", "2.3.1"] {
        let mut app = speaking(version).await;
        let mut first = order(GLOBALCONNECT, "ORD-1", ACCESS);
        // 2.3.1 has no later day: such an order would wait here.
        first.as_object_mut().unwrap().remove("requestedStartDate");
        let case = ends_well(&mut app, &first).await;
        let subscription = app.row(case).await.subscription;
        assert_eq!(subscription.is_none(), version == "2.3.1", "{version}");
        let subscription = subscription.map_or_else(|| "S1".to_owned(), |id| id.to_string());
        let mut last = about("ORD-2", "delete", &subscription, &json!({}));
        last.as_object_mut().unwrap().remove("requestedStartDate");
        ends_well(&mut app, &last).await;
        assert_eq!(operations(&app), ["ACTIVATE", "DEACTIVATE"], "{version}");
        let path = format!("/onapi/{version}/orders/");
        assert!(app.messages(GLOBALCONNECT).iter().all(|one| one.path == path), "{version}");
        app.close().await;
    }
}

/// 2.4 names the service in each order, which only a change of service does elsewhere: what has no
/// code of it waits for a person there.
#[tokio::test]
async fn a_service_is_paused_resumed_changed_and_modified_in_every_version_that_can() {
    for version in ["2.6", "2.5"] {
        let mut app = speaking(version).await;
        let case = ends_well(&mut app, &order(GLOBALCONNECT, "ORD-1", ACCESS)).await;
        let subscription = app.row(case).await.subscription.unwrap().to_string();
        for (n, change) in [
            json!({ "state": "inactive" }),
            json!({ "state": "active" }),
            json!({ "serviceSpecification": { "id": "BB-100-100" } }),
            json!({ "serviceCharacteristic": [{ "name": "fixedIp", "value": true }] }),
        ]
        .iter()
        .enumerate()
        {
            let body = about(&format!("CHG-{n}"), "modify", &subscription, change);
            ends_well(&mut app, &body).await;
        }
        let expected = ["ACTIVATE", "SUSPEND", "RESUME", "CHANGE", "MODIFY"];
        assert_eq!(operations(&app), expected, "{version}");
        app.close().await;
    }
    let mut app = speaking("2.4").await;
    let case = ends_well(&mut app, &order(GLOBALCONNECT, "ORD-1", ACCESS)).await;
    let subscription = app.row(case).await.subscription.unwrap().to_string();
    let change = json!({ "serviceSpecification": { "id": "BB-100-100" } });
    ends_well(&mut app, &about("CHG-1", "modify", &subscription, &change)).await;
    let pause = about("CHG-2", "modify", &subscription, &json!({ "state": "inactive" }));
    let paused = app.submit(Kind::Order, &pause).await[0];
    app.to_the_end().await;
    App::check(&app.row(paused).await, CaseState::Held, Some("missing-field"));
    for (n, state) in ["inactive", "active"].into_iter().enumerate() {
        let named = json!({ "name": "serviceId", "value": "BB-100-100" });
        let named = json!({ "state": state, "serviceCharacteristic": [named] });
        let named = about(&format!("CHG-{}", n + 3), "modify", &subscription, &named);
        ends_well(&mut app, &named).await;
    }
    assert_eq!(operations(&app), ["ACTIVATE", "CHANGE", "SUSPEND", "RESUME"]);
    app.close().await;
}

#[tokio::test]
async fn an_order_is_amended_and_taken_back_in_every_version_that_can() {
    for version in ["2.6", "2.5", "2.4"] {
        let mut app = speaking(version).await;
        app.sandbox.rest(true);
        let body = order(GLOBALCONNECT, "ORD-1", ACCESS);
        let placed = submitted(&mut app, Kind::Order, &body).await;
        app.work().await;
        let later = json!({ "requestedStartDate": "2026-12-08T00:00:00Z" });
        ask(&app, placed.submission, Kind::Order, &later).await.unwrap();
        app.work().await;
        let cancel = json!({ "serviceOrder": { "id": placed.submission.to_string() } });
        ask(&app, placed.submission, Kind::Order, &cancel).await.unwrap();
        app.work().await;
        let expected = [(Act::Amend, CaseState::Completed), (Act::Cancel, CaseState::Completed)];
        assert_eq!(states(&app, &placed).await, expected, "{version}");
        App::check(&app.row(placed.id).await, CaseState::Cancelled, None);
        let sent = app.messages(GLOBALCONNECT);
        let methods: Vec<_> = sent.iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["POST", "PATCH", "DELETE"], "{version}");
        app.close().await;
    }
}

#[tokio::test]
async fn a_fault_is_commented_closed_and_opened_again_in_every_version_that_has_tickets() {
    for version in ["2.6", "2.5", "2.4"] {
        let mut app = speaking(version).await;
        app.sandbox.rest(true);
        let body = fault(GLOBALCONNECT, "FEL-1", ACCESS);
        let ticket = submitted(&mut app, Kind::Ticket, &body).await;
        app.work().await;
        comment(&mut app, &ticket, "Bytt kabel utan resultat.").await;
        app.work().await;
        app.sandbox.rest(false);
        app.to_the_end().await;
        App::check(&app.row(ticket.id).await, CaseState::Completed, None);
        let reopen = json!({ "status": "inProgress", "note": [{ "text": "Nere igen." }] });
        ask(&app, ticket.submission, Kind::Ticket, &reopen).await.unwrap();
        app.sandbox.rest(true);
        app.work().await;
        let close = json!({ "status": "closed", "statusChangeReason": "Det fungerar igen." });
        ask(&app, ticket.submission, Kind::Ticket, &close).await.unwrap();
        app.sandbox.rest(false);
        app.to_the_end().await;
        let expected = [Act::Supplement, Act::Reopen, Act::Close];
        let expected = expected.map(|act| (act, CaseState::Completed));
        assert_eq!(states(&app, &ticket).await, expected, "{version}");
        let said: Vec<Value> = app
            .messages(GLOBALCONNECT)
            .iter()
            .filter(|one| one.method == "PATCH")
            .map(|one| serde_json::from_slice(&one.body).unwrap())
            .collect();
        let statuses: Vec<_> = said.iter().map(|one| one["status"].as_str()).collect();
        assert_eq!(statuses, [None, Some("IN_PROGRESS_CO"), Some("CLOSED")], "{version}");
        app.close().await;
    }
}

/// 2.3.1 has no tickets and no other operations: nothing is sent, and a person is told.
#[tokio::test]
async fn faults_are_reported_in_every_version_that_has_tickets() {
    for version in ["2.6", "2.5", "2.4", "2.3.1"] {
        let mut app = speaking(version).await;
        let ticket = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", ACCESS)).await[0];
        app.to_the_end().await;
        let row = app.row(ticket).await;
        assert_eq!(row.act, Act::Report);
        if version == "2.3.1" {
            App::check(&row, CaseState::Held, Some("not-offered"));
            let pause = about("CHG-1", "modify", "S1", &json!({ "state": "inactive" }));
            let paused = app.submit(Kind::Order, &pause).await[0];
            app.to_the_end().await;
            App::check(&app.row(paused).await, CaseState::Held, Some("not-offered"));
            assert!(app.messages(GLOBALCONNECT).is_empty());
        } else {
            App::check(&row, CaseState::Completed, None);
        }
        app.close().await;
    }
}
