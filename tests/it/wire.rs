//! The one way out, against an operator that does not keep to the rules: what is put on the wire,
//! how often, and what is made of an answer that nobody expects. Never asks a real operator.

#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::domain::{CaseId, CaseState};
use sluss::intake::Kind;
use sluss::log::{Event, OutcomeResult};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{App, GLOBALCONNECT, PASSWORD, fault, order};

const ACCESS: &str = "STTA0101";

/// A deployment whose first operator is a server of the test's own.
struct Line {
    app: App,
    operator: MockServer,
}

impl Line {
    async fn open() -> Self {
        let operator = MockServer::start().await;
        let app = App::facing(&format!("{}/on/", operator.uri())).await;
        Self { app, operator }
    }

    /// From now on messages are answered so; what is said first goes for as often as it is said.
    async fn answer(&self, template: ResponseTemplate, times: u64) {
        Mock::given(method("POST"))
            .respond_with(template)
            .up_to_n_times(times)
            .mount(&self.operator)
            .await;
    }

    async fn order(&mut self) -> CaseId {
        self.app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", ACCESS)).await[0]
    }

    async fn received(&self, method: &str) -> Vec<Request> {
        let received = self.operator.received_requests().await.unwrap();
        received.into_iter().filter(|one| one.method.as_str() == method).collect()
    }

    /// How often it was asked about an order: the feed of events is not about ours alone.
    async fn asked(&self) -> usize {
        let reads = self.received("GET").await;
        reads.iter().filter(|read| !read.url.path().contains("orderevents")).count()
    }

    async fn is(&self, case: CaseId, state: CaseState) {
        App::check(&self.app.row(case).await, state, None);
    }

    /// Holds what arrived against the log, and what was traced against what may be told.
    async fn close(self, open: usize) {
        let messages = self.received("POST").await;
        let leaves = self.app.leaves().await;
        let intents = leaves.iter().filter(|(_, leaf)| matches!(leaf.event, Event::Intent(_)));
        assert_eq!(intents.count(), messages.len(), "one message for each disclosure");
        for message in &messages {
            let path = message.url.path().strip_prefix("/on/").unwrap();
            // A message that is sent again is the same to the byte, and another disclosure.
            let same = messages.iter().filter(|other| other.body == message.body).count();
            assert_eq!(self.app.intents_of("POST", path, &message.body).await, same);
        }
        nothing_is_told(&self.app);
        self.app.close_but(open).await;
    }
}

/// No address, no access and no reference of an order is in what we trace, at any level.
fn nothing_is_told(app: &App) {
    let told = app.told();
    assert!(told.iter().any(|line| line.contains("Disclosure ")), "the traces are not read");
    for line in told {
        for hidden in ["/on/", "orders/", "tickets?", ACCESS, "http://", PASSWORD] {
            assert!(!line.contains(hidden), "{hidden} is in a trace");
        }
    }
}

/// The operator's answer to an order that it has taken.
fn taken() -> ResponseTemplate {
    ResponseTemplate::new(201).insert_header("Location", "/on/orders/o-1")
}

/// The order as the operator lists it.
fn listed(message: &Request) -> Value {
    let body: Value = message.body_json().unwrap();
    json!({
        "path": "/on/orders/o-1",
        "orderId": "o-1",
        "accessId": ACCESS,
        "operation": "ACTIVATE",
        "state": "RECEIVED",
        "spReference": body["spReference"],
    })
}

#[tokio::test]
async fn a_message_carries_our_credentials_and_nothing_of_a_browser() {
    let mut line = Line::open().await;
    let cookie = taken().insert_header("Set-Cookie", "session=1; Path=/");
    line.answer(cookie, 2).await;
    let mut second = order(GLOBALCONNECT, "ORD-2", "STTA0102");
    let door = json!({ "name": "doorCode", "value": "4711#" });
    let service = &mut second["serviceOrderItem"][0]["service"];
    service["serviceCharacteristic"].as_array_mut().unwrap().push(door);
    let case = line.order().await;
    line.app.work().await;
    line.app.submit(Kind::Order, &second).await;
    line.app.work().await;
    // A 201 with a Location and no body is enough.
    line.is(case, CaseState::Placed).await;
    line.app.pass(3_600).await;
    assert!(line.asked().await > 0);

    let credentials = format!("Basic {}", STANDARD.encode(format!("sluss:{PASSWORD}")));
    for request in line.operator.received_requests().await.unwrap() {
        let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("authorization"), Some(credentials.as_str()));
        assert_eq!((header("cookie"), header("referer")), (None, None));
        assert!(header("user-agent").unwrap().starts_with("sluss/"));
        assert!(request.url.query().is_none_or(|query| !query.contains("cust-")));
    }
    line.close(0).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_leaves_a_doubt() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = MockServer::start().await;
        let mut line = Line::open().await;
        let location = format!("{}/on/orders/o-1", elsewhere.uri());
        line.answer(ResponseTemplate::new(status).insert_header("Location", location), 1).await;
        let case = line.order().await;
        line.app.work().await;
        line.is(case, CaseState::Recorded).await;
        assert!(elsewhere.received_requests().await.unwrap().is_empty(), "{status}");
        line.close(1).await;
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_and_leaves_a_doubt() {
    let mut line = Line::open().await;
    let long = taken().set_body_bytes(vec![b' '; 2 * 1024 * 1024]);
    line.answer(long, 1).await;
    let case = line.order().await;
    line.app.work().await;
    line.is(case, CaseState::Recorded).await;
    assert!(line.app.told().iter().any(|line| line.contains("too long")));
    line.close(1).await;
}

#[tokio::test]
async fn an_operator_that_is_busy_is_left_alone_for_as_long_as_it_asks() {
    for status in [429, 503] {
        let mut line = Line::open().await;
        line.answer(ResponseTemplate::new(status).insert_header("Retry-After", "600"), 1).await;
        line.answer(taken(), 1).await;
        let case = line.order().await;
        line.app.work().await;
        line.app.pass(500).await;
        assert_eq!(line.received("POST").await.len(), 1, "{status}");
        line.app.pass(200).await;
        assert_eq!(line.received("POST").await.len(), 2, "{status}");
        line.is(case, CaseState::Placed).await;
        let outcomes = line.app.outcomes().await;
        let results: Vec<_> = outcomes.into_values().map(|outcome| outcome.result).collect();
        assert_eq!(results, [OutcomeResult::Rejected, OutcomeResult::Accepted]);
        line.close(0).await;
    }
}

#[tokio::test]
async fn garbage_leaves_a_doubt_and_the_operator_is_asked_before_anything_is_sent_again() {
    for garbage in [&b"<html>Astrid, hej</html>"[..], b"\xff\xfe\x00{", b"{\"orderId\":", b"[[]]"] {
        let mut line = Line::open().await;
        line.answer(ResponseTemplate::new(200).set_body_bytes(garbage), 1).await;
        let case = line.order().await;
        line.app.work().await;
        line.is(case, CaseState::Recorded).await;

        let search = || Mock::given(method("GET")).and(path("/on/orders/"));
        let nonsense = ResponseTemplate::new(200).set_body_bytes(garbage);
        search().respond_with(nonsense).up_to_n_times(1).mount(&line.operator).await;
        line.app.pass(13).await;
        assert_eq!(line.asked().await, 1);
        line.is(case, CaseState::Recorded).await;

        let list = json!([listed(&line.received("POST").await[0])]);
        let found = ResponseTemplate::new(200).set_body_json(list);
        search().respond_with(found).mount(&line.operator).await;
        line.app.pass(11).await;
        line.is(case, CaseState::Placed).await;
        assert_eq!(line.received("POST").await.len(), 1, "sent once");
        line.close(0).await;
    }
}

#[tokio::test]
async fn what_is_told_at_the_door_is_nothing_that_was_handed_in() {
    const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";
    const TICKETS: &str = "/tmf-api/troubleTicket/v4/troubleTicket";
    let mut line = Line::open().await;
    let repeated = json!({ "message": "Astrid Lindqvist 19121212-1212" });
    line.answer(ResponseTemplate::new(422).set_body_json(repeated), 1).await;
    line.answer(taken(), 1).await;
    let bodies = [
        (ORDERS, order(GLOBALCONNECT, "ORD-1", ACCESS)),
        (TICKETS, fault(GLOBALCONNECT, "FEL-1", ACCESS)),
    ];
    for (at, body) in &bodies {
        let (status, told) = line.app.ask("POST", at, body).await;
        assert_eq!(status, 201);
        line.app.work().await;
        let href = told["href"].as_str().unwrap().to_owned();
        assert_eq!(line.app.ask("GET", &href, &Value::Null).await.0, 200);
        assert_eq!(line.app.ask("GET", at, &Value::Null).await.0, 200);
        // The same id with another content, and what is no order at all.
        let mut other = body.clone();
        other["relatedParty"][1]["familyName"] = json!("Hemlighetsson");
        assert_eq!(line.app.ask("POST", at, &other).await.0, 409);
        other["relatedParty"] = json!([{ "id": "cust-99117", "birthDate": "1912-12-12" }]);
        assert_eq!(line.app.ask("POST", at, &other).await.0, 400);
    }
    // Words that nobody knows are for a person.
    assert!(line.app.rows().await.values().any(|row| row.state == CaseState::Held));
    line.close(0).await;
}

/// Operators explain themselves in free text, and name people in it. Codes, states and ids of ours
/// are made of an answer; its words are sealed, and traced and told nowhere.
#[tokio::test]
async fn what_an_operator_says_in_words_reaches_nobody() {
    const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";
    let mut line = Line::open().await;
    let words = "Kontakta Kerstin Fraemling 070-174 06 77 om 19121212-1212";
    for value in ["Kerstin", "Fraemling", "070-174 06 77", "1212-1212"] {
        line.app.must_not_tell(value);
    }
    let said = json!({
        "message": words, "error": words, "reason": words, "orderId": words, "subscriptionId": words,
        "path": words, "state": words, "status": words, "operation": "ACTIVATE",
    });
    let says = |status| {
        let template = ResponseTemplate::new(status).set_body_json(&said);
        template.insert_header("Retry-After", words).insert_header("X-Reason", words)
    };
    for (n, status) in [400, 404, 405, 409, 422].into_iter().enumerate() {
        line.answer(says(status), 1).await;
        let body = order(GLOBALCONNECT, &format!("ORD-{n}"), &format!("STTA020{n}"));
        line.app.submit(Kind::Order, &body).await;
        line.app.work().await;
    }
    line.answer(says(201).insert_header("Location", "/on/orders/o-7"), 1).await;
    line.app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-7", "STTA0207")).await;
    line.app.work().await;
    // The last, as nothing is sent behind it.
    line.answer(says(401), 1).await;
    line.app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-8", "STTA0208")).await;
    line.app.work().await;
    assert_eq!(line.received("POST").await.len(), 7);
    for row in line.app.rows().await.values() {
        assert_ne!(row.state, CaseState::Accepted);
        let told = format!("{:?} {:?} {:?}", row.answer, row.reason, row.subscription);
        assert!(!told.contains("Kontakta"), "{told}");
    }
    assert_eq!(line.app.ask("GET", ORDERS, &Value::Null).await.0, 200);
    line.close(0).await;
}

/// An operator that takes as many messages as it is told to, and then resets each connection in
/// the middle of one. Says how many messages began.
async fn resetting(taken: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/on/", listener.local_addr().unwrap());
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&counted), taken));
        }
    });
    (base, begun)
}

async fn converse(mut stream: TcpStream, begun: Arc<AtomicUsize>, taken: usize) {
    let mut first = [0; 1];
    while stream.read_exact(&mut first).await.is_ok() {
        let is_message = &first == b"P";
        // What is not read when a connection is dropped resets it.
        if is_message && begun.fetch_add(1, Ordering::SeqCst) >= taken {
            return;
        }
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await.unwrap();
        let answer = if is_message {
            "HTTP/1.1 201 Created\r\nLocation: /on/orders/o-1\r\nContent-Length: 0\r\n\r\n"
        } else {
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_is_not_tried_again_by_the_client() {
    // On a fresh connection, and on one that has carried a message before.
    for taken in [0, 1] {
        let (base, begun) = resetting(taken).await;
        let mut app = App::facing(&base).await;
        let mut cases = Vec::new();
        for number in 0..=taken {
            let (external, access) = (format!("ORD-{number}"), format!("STTA010{number}"));
            let body = order(GLOBALCONNECT, &external, &access);
            cases.extend(app.submit(Kind::Order, &body).await);
            app.work().await;
        }
        let leaves = app.leaves().await;
        let intents = leaves.iter().filter(|(_, leaf)| matches!(leaf.event, Event::Intent(_)));
        assert_eq!((begun.load(Ordering::SeqCst), intents.count()), (taken + 1, taken + 1));
        App::check(&app.row(cases[taken]).await, CaseState::Recorded, None);
        // Asked, and without an answer that can be read: the doubt stays, and nothing is sent.
        app.pass(60).await;
        assert_eq!(begun.load(Ordering::SeqCst), taken + 1);
        nothing_is_told(&app);
        app.close_but(1).await;
    }
}

#[tokio::test]
async fn an_operator_that_is_slow_to_answer_was_sent_to_once() {
    let mut line = Line::open().await;
    let slow = taken().set_delay(std::time::Duration::from_secs(4));
    line.answer(slow, 1).await;
    Mock::given(method("GET"))
        .and(path_regex("^/on/orders"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&line.operator)
        .await;
    let case = line.order().await;
    line.app.work().await;
    line.is(case, CaseState::Recorded).await;
    line.app.pass(13).await;
    assert_eq!((line.received("POST").await.len(), line.asked().await), (1, 1));
    line.is(case, CaseState::Recorded).await;
    line.close(1).await;
}
