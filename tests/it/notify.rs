//! Notifications: what an ordering system that has registered is told, and when.

#![cfg(test)]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sluss::config::Config;
use sluss::domain::{CaseState, Step};
use sluss::intake::Kind;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{App, GLOBALCONNECT, fault, order};
use crate::people;

const ORDERS: &str = "/tmf-api/serviceOrdering/v4";
const TICKETS: &str = "/tmf-api/troubleTicket/v4";

fn trial(config: &mut Config) {
    config.notify.doors.allow_http_loopback = true;
    config.notify.timeout = Duration::from_secs(2);
}

/// Somebody who answers with this status.
async fn listener(status: u16) -> MockServer {
    let server = MockServer::start().await;
    answers(&server, status).await;
    server
}

async fn answers(server: &MockServer, status: u16) {
    server.reset().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(status)).mount(server).await;
}

async fn heard(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

fn said(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// Event and state of each request.
async fn story(server: &MockServer) -> Vec<String> {
    let told = heard(server).await;
    let told = told.iter().map(said).map(|body| {
        let about = body["event"].as_object().unwrap().values().next().unwrap().clone();
        let state = about.get("state").or(about.get("status")).cloned().unwrap_or_default();
        let event = body["eventType"].as_str().unwrap().to_owned();
        format!("{event} {}", state.as_str().unwrap_or("-"))
    });
    told.collect()
}

async fn register(app: &mut App, api: &str, callback: &str, query: &str) -> Value {
    let body = json!({ "callback": callback, "query": query });
    let (status, told) = app.ask("POST", &format!("{api}/hub"), &body).await;
    assert_eq!(status, 201, "{told}");
    told
}

/// What Standard Webhooks says that a receiver does.
#[track_caller]
fn verify(request: &Request, secret: &Value) {
    let key = STANDARD.decode(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let header = |name: &str| request.headers.get(name).unwrap().to_str().unwrap().to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signed = [format!("{id}.{timestamp}.").as_bytes(), &request.body].concat();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed);
    let signature = header("webhook-signature");
    let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
    mac.verify_slice(&signature).unwrap();
    assert_eq!(said(request)["eventId"], id);
}

#[tokio::test]
async fn an_order_is_told_from_its_beginning_to_its_end() {
    let mut app = App::start_with(trial).await;
    let server = listener(201).await;
    let told = register(&mut app, ORDERS, &server.uri(), "").await;
    let id = told["id"].as_str().unwrap();
    let (_, shown) = app.ask("GET", &format!("{ORDERS}/hub/{id}"), &Value::Null).await;
    assert!(shown.get("secret").is_none() && shown["callback"] == told["callback"], "{shown}");

    let handed = order(GLOBALCONNECT, "ORD-1", "STTA0001");
    let (_, made) = app.ask("POST", &format!("{ORDERS}/serviceOrder"), &handed).await;
    app.to_the_end().await;

    let heard = heard(&server).await;
    assert_eq!(
        story(&server).await,
        [
            "ServiceOrderCreateEvent acknowledged",
            "ServiceOrderStateChangeEvent inProgress",
            "ServiceOrderStateChangeEvent completed",
        ]
    );
    for (place, request) in heard.iter().enumerate() {
        verify(request, &told["secret"]);
        let body = said(request);
        assert_eq!(body["sequenceNumber"], place as u64 + 1);
        assert_eq!(body["event"]["serviceOrder"]["id"], made["id"]);
        assert_eq!(body["event"]["serviceOrder"]["href"], made["href"]);
        for value in people::values(&handed) {
            assert!(!people::stands_in(&value, &body.to_string()), "{body}");
        }
        assert!(!body.to_string().contains("ORD-1"), "{body}");
    }
    let (_, shown) = app.ask("GET", &format!("{ORDERS}/hub"), &Value::Null).await;
    assert_eq!((&shown[0]["sequenceNumber"], &shown[0]["waiting"]), (&json!(3), &json!(0)));
    app.close().await;
}

#[tokio::test]
async fn a_registration_is_told_what_it_asks_for_and_no_more() {
    let mut app = App::start_with(trial).await;
    let (orders, held, tickets) = (listener(204).await, listener(204).await, listener(204).await);
    let query =
        "eventType=ServiceOrderStateChangeEvent&state=completed&fields=event.serviceOrder.state";
    register(&mut app, ORDERS, &orders.uri(), query).await;
    register(&mut app, ORDERS, &held.uri(), "state=held").await;
    register(&mut app, TICKETS, &tickets.uri(), "").await;

    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "TT-1", "STTA0002")).await;
    app.to_the_end().await;
    assert_eq!(App::check(&app.row(case).await, CaseState::Completed, None), ());

    assert_eq!(story(&orders).await, ["ServiceOrderStateChangeEvent completed"]);
    let body = said(&heard(&orders).await[0]);
    let about = body["event"]["serviceOrder"].as_object().unwrap();
    let members: Vec<_> = about.keys().map(String::as_str).collect();
    assert_eq!(members, ["@type", "href", "id", "state"]);
    assert_eq!(body["sequenceNumber"], 1);
    assert!(heard(&held).await.is_empty());
    assert_eq!(
        story(&tickets).await,
        [
            "TroubleTicketCreateEvent acknowledged",
            "TroubleTicketStatusChangeEvent inProgress",
            "TroubleTicketStatusChangeEvent resolved",
            "TroubleTicketResolvedEvent resolved",
        ]
    );
    app.close().await;
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_in_order_with_the_same_bytes() {
    let mut app = App::start_with(trial).await;
    let server = listener(503).await;
    let told = register(&mut app, ORDERS, &server.uri(), "").await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await;
    app.to_the_end().await;
    let tried = heard(&server).await;
    // All that came later waits behind the first.
    assert!(tried.len() >= 2, "{}", tried.len());
    for request in &tried {
        verify(request, &told["secret"]);
        assert_eq!(request.body, tried[0].body);
        assert_eq!(request.headers["webhook-id"], tried[0].headers["webhook-id"]);
    }

    answers(&server, 200).await;
    app.pass(6 * 3_600).await;
    let taken = heard(&server).await;
    assert_eq!(taken[0].body, tried[0].body);
    let places: Vec<_> =
        taken.iter().map(|request| said(request)["sequenceNumber"].clone()).collect();
    assert_eq!(places, [1, 2, 3]);
    app.close().await;
}

#[tokio::test]
async fn one_that_is_refused_does_not_hold_up_the_others_and_is_given_up_in_the_end() {
    let mut app = App::start_with(trial).await;
    let server = listener(400).await;
    register(&mut app, ORDERS, &server.uri(), "eventType=ServiceOrderCreateEvent").await;
    for n in 0..3 {
        let order = order(GLOBALCONNECT, &format!("ORD-{n}"), &format!("STTA000{n}"));
        app.submit(Kind::Order, &order).await;
    }
    app.work().await;
    assert_eq!(heard(&server).await.len(), 3);
    for _ in 0..20 {
        app.pass(6 * 3_600).await;
    }
    let store = &app.deployment.store;
    let dead = store.outbox(None, true, 10).await.unwrap();
    assert_eq!(dead.len(), 3);
    assert!(dead.iter().all(|row| row.dead && row.answer.as_deref() == Some("http-400")));
    let tried = heard(&server).await.len();
    app.pass(24 * 3_600).await;
    assert_eq!(heard(&server).await.len(), tried, "what is given up is not tried");

    answers(&server, 201).await;
    assert_eq!(store.replay(None).await.unwrap(), 3);
    app.work().await;
    assert_eq!(heard(&server).await.len(), 3);
    assert!(store.outbox(None, false, 10).await.unwrap().is_empty());
    app.close().await;
}

#[tokio::test]
async fn a_person_who_holds_a_case_is_told_of_too() {
    let mut app = App::start_with(trial).await;
    let server = listener(201).await;
    let told = register(&mut app, ORDERS, &server.uri(), "").await;
    let case = app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
    app.decide(case, Step::Hold).await;
    app.decide(case, Step::Cancel).await;
    app.work().await;
    assert_eq!(
        story(&server).await,
        [
            "ServiceOrderCreateEvent acknowledged",
            "ServiceOrderStateChangeEvent held",
            "ServiceOrderStateChangeEvent cancelled",
        ]
    );

    // Whoever has gone is told nothing more.
    let id = told["id"].as_str().unwrap();
    let path = format!("{ORDERS}/hub/{id}");
    let store = &app.deployment.store;
    let client = sluss::http::local_client().unwrap();
    let id = sluss::domain::RegistrationId::parse(id).unwrap();
    assert!(!store.unregister(&client, Kind::Ticket, id).await.unwrap());
    assert!(store.unregister(&client, Kind::Order, id).await.unwrap());
    assert_eq!(app.ask("GET", &path, &Value::Null).await.0, 404);
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-2", "STTA0002")).await;
    app.work().await;
    assert_eq!(heard(&server).await.len(), 3);
    app.close().await;
}

#[tokio::test]
async fn only_what_the_deployment_lists_is_called() {
    let mut app = App::start_with(|config| {
        trial(config);
        config.notify.doors.hosts = vec!["localhost.example.se".to_owned()];
        config.notify.doors.ours = Some(([127, 0, 0, 1], 8080).into());
    })
    .await;
    for callback in [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://127.0.0.1:8080/tmf-api/serviceOrdering/v4/listener",
        "http://10.0.0.1/",
        "https://evil.example/",
        "https://localhost.example.se:443@evil.example/",
        "http://localhost.example.se/",
        "https://localhost.example.se/19121212-1212",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "https://user:hemligt@localhost.example.se/",
        "\u{0}",
    ] {
        let body = json!({ "callback": callback });
        let (status, told) = app.ask("POST", &format!("{ORDERS}/hub"), &body).await;
        assert_eq!((status, &told["code"]), (400, &json!("invalidBody")), "{callback}: {told}");
        assert_eq!(told["fault"][0]["member"], "callback");
        for value in ["169.254", "evil", "hemligt", "1212"] {
            assert!(!told.to_string().contains(value), "{told}");
        }
    }
    for query in ["eventType=NoSuchEvent", "priority=1", "fields=a..b"] {
        let body = json!({ "callback": "https://localhost.example.se/", "query": query });
        let (status, told) = app.ask("POST", &format!("{ORDERS}/hub"), &body).await;
        assert_eq!((status, &told["fault"][0]["member"]), (400, &json!("query")), "{told}");
    }
    assert!(app.deployment.store.registrations(None, None).await.unwrap().is_empty());
    app.must_not_tell("Ingen Alls");
    app.close().await;
}

#[tokio::test]
async fn the_same_registration_twice_is_a_conflict_and_each_has_its_own_secret() {
    let mut app = App::start_with(trial).await;
    let server = listener(201).await;
    let one = register(&mut app, ORDERS, &server.uri(), "").await;
    let body = json!({ "callback": server.uri() });
    let (status, told) = app.ask("POST", &format!("{ORDERS}/hub"), &body).await;
    assert_eq!((status, &told["code"]), (409, &json!("registeredTwice")));
    let other = register(&mut app, TICKETS, &server.uri(), "").await;
    assert_ne!(one["secret"], other["secret"]);
    // Sealed at rest, and shown once: the end of the test looks for it in every file.
    let key = one["secret"].as_str().unwrap().trim_start_matches("whsec_").to_owned();
    let (_, list) = app.ask("GET", &format!("{ORDERS}/hub"), &Value::Null).await;
    assert!(!list.to_string().contains(&key));
    app.must_not_tell("Ingen Alls");
    app.close().await;
}

#[tokio::test]
async fn a_redirect_is_followed_nowhere() {
    let mut app = App::start_with(trial).await;
    let (there, server) = (listener(201).await, MockServer::start().await);
    let moved = ResponseTemplate::new(307).insert_header("location", there.uri());
    Mock::given(method("POST")).respond_with(moved).mount(&server).await;
    register(&mut app, ORDERS, &server.uri(), "").await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await;
    app.work().await;
    assert!(!heard(&server).await.is_empty());
    assert!(heard(&there).await.is_empty());
    let waiting = app.deployment.store.outbox(None, false, 10).await.unwrap();
    assert_eq!(waiting[0].answer.as_deref(), Some("http-307"));
    app.close().await;
}
