//! The bad days of an operator that sluss has to live through, each on its own. Those that are told
//! elsewhere: a password that is refused, a day and a half without an answer and a whole bad day
//! (`operators.rs`), ids that are replaced (`moved.rs`), half an answer and somebody else's page
//! (`wire.rs`), ten thousand accesses (`accesses.rs`).

use serde_json::{Value, json};
use sluss::domain::{CaseId, CaseState};
use sluss::intake::Kind;
use sluss::sandbox::{EffectKind, Trouble};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{App, GLOBALCONNECT, fault, order};

/// A deployment that faces an operator of the test's own.
struct Day {
    app: App,
    operator: MockServer,
}

impl Day {
    async fn begin() -> Self {
        let operator = MockServer::start().await;
        let app = App::facing(&format!("{}/on/", operator.uri())).await;
        Self { app, operator }
    }

    /// The next message is answered so, once.
    async fn answer(&self, template: ResponseTemplate) {
        let mock = Mock::given(method("POST")).respond_with(template);
        mock.up_to_n_times(1).mount(&self.operator).await;
    }

    /// From here on a question is answered so.
    async fn tell(&self, at: &str, body: &Value) {
        let template = ResponseTemplate::new(200).set_body_json(body);
        let mock = Mock::given(method("GET")).and(path(at)).respond_with(template);
        mock.with_priority(4).mount(&self.operator).await;
    }

    async fn order(&mut self, n: usize) -> CaseId {
        let body = order(GLOBALCONNECT, &format!("ORD-{n}"), &format!("STTA010{n}"));
        let case = self.app.submit(Kind::Order, &body).await[0];
        self.app.work().await;
        case
    }

    async fn is(&self, case: CaseId, state: CaseState, reason: Option<&str>) {
        App::check(&self.app.row(case).await, state, reason);
    }

    async fn received(&self, method: &str, part: &str) -> Vec<Request> {
        let all = self.operator.received_requests().await.unwrap();
        let fits = |one: &Request| one.method.as_str() == method && one.url.path().contains(part);
        all.into_iter().filter(fits).collect()
    }
}

fn taken(id: &str) -> ResponseTemplate {
    let body = json!({ "path": format!("/on/orders/{id}"), "orderId": id, "state": "RECEIVED",
        "operation": "ACTIVATE", "message": "" });
    ResponseTemplate::new(201).set_body_json(body)
}

fn shown(id: &str, state: &str, message: &str) -> Value {
    json!({ "path": format!("/on/orders/{id}"), "orderId": id, "operation": "ACTIVATE",
        "state": state, "message": message })
}

fn event(id: &str, order: &str, state: &str) -> Value {
    json!({ "event": id, "order": { "path": format!("/on/orders/{order}"), "state": state,
        "message": "" } })
}

#[tokio::test]
async fn the_order_that_is_there_already_is_ours() {
    let mut day = Day::begin().await;
    day.answer(ResponseTemplate::new(200).set_body_json(shown("o-9", "IN_PROGRESS", ""))).await;
    let case = day.order(1).await;
    day.is(case, CaseState::Placed, None).await;
    assert_eq!(day.app.row(case).await.operator_reference.unwrap().as_str(), "o-9");
    day.tell("/on/orders/o-9", &shown("o-9", "DONE_SUCCESS", "")).await;
    day.app.to_the_end().await;
    day.is(case, CaseState::Completed, None).await;
    assert_eq!(day.received("POST", "").await.len(), 1);
    day.app.close().await;
}

#[tokio::test]
async fn what_was_so_already_is_done_without_an_order() {
    let mut day = Day::begin().await;
    let done = json!({ "operation": "ACTIVATE", "accessId": "STTA0101", "service": "BB-1000-1000",
        "state": "DONE_SUCCESS", "message": "" });
    day.answer(ResponseTemplate::new(200).set_body_json(done)).await;
    let case = day.order(1).await;
    day.is(case, CaseState::Completed, None).await;
    assert_eq!(day.app.row(case).await.operator_reference, None);
    day.app.close().await;
}

#[tokio::test]
async fn what_another_provider_has_is_said_with_409_and_with_the_older_400() {
    let mut day = Day::begin().await;
    for (n, status) in [409, 400].into_iter().enumerate() {
        let said = json!({ "cause": "ServiceType is already claimed by other Service Provider." });
        day.answer(ResponseTemplate::new(status).set_body_json(said)).await;
        let case = day.order(n).await;
        day.is(case, CaseState::Rejected, Some("taken-by-another")).await;
    }
    day.app.close().await;
}

/// And by a clock that is an hour ahead of ours, which the date is counted by.
#[tokio::test]
async fn too_many_requests_until_a_date() {
    let mut day = Day::begin().await;
    let busy = ResponseTemplate::new(429)
        .insert_header("Date", "Sun, 22 Nov 2026 13:00:00 GMT")
        .insert_header("Retry-After", "Sun, 22 Nov 2026 13:10:00 GMT");
    day.answer(busy).await;
    day.answer(taken("o-1")).await;
    let case = day.order(1).await;
    day.app.pass(590).await;
    assert_eq!(day.received("POST", "").await.len(), 1, "it is left alone for ten minutes");
    day.app.pass(20).await;
    assert_eq!(day.received("POST", "").await.len(), 2);
    day.is(case, CaseState::Placed, None).await;
    day.app.close().await;
}

/// The operator's clock is an hour behind: its ticket is older than our report.
#[tokio::test]
async fn a_ticket_is_found_though_the_clocks_are_an_hour_apart() {
    let mut day = Day::begin().await;
    day.answer(ResponseTemplate::new(500)).await;
    let body = fault(GLOBALCONNECT, "FEL-1", "STTA0101");
    let case = day.app.submit(Kind::Ticket, &body).await[0];
    day.app.work().await;
    day.is(case, CaseState::Recorded, None).await;
    let sent: Value = day.received("POST", "tickets").await[0].body_json().unwrap();
    let there = json!([{ "coTicketReference": "TT-1", "accessId": "STTA0101",
        "spTicketReference": sent["spTicketReference"], "status": "CREATED",
        "createdAt": "2026-11-22T11:00:00Z" }]);
    day.tell("/on/tickets", &there).await;
    day.app.pass(15).await;
    day.is(case, CaseState::Placed, None).await;
    let asked = day.received("GET", "tickets").await;
    let created = asked[0].url.query_pairs().find(|(name, _)| name == "created").unwrap().1;
    assert!(created.as_ref() <= "2026-11-22T11:00:00Z", "{created}");
    assert_eq!(day.received("POST", "").await.len(), 1, "no second ticket");
    day.app.close().await;
}

/// What an answer is called is no matter; what it holds is.
#[tokio::test]
async fn a_wrong_content_type() {
    let mut day = Day::begin().await;
    let text = shown("o-1", "RECEIVED", "").to_string();
    day.answer(ResponseTemplate::new(201).set_body_raw(text, "text/plain")).await;
    let case = day.order(1).await;
    day.is(case, CaseState::Placed, None).await;
    let page = "<html><body>Välkommen</body></html>";
    day.answer(ResponseTemplate::new(200).set_body_raw(page, "application/json")).await;
    let case = day.order(2).await;
    day.is(case, CaseState::Recorded, None).await;
    day.tell("/on/orders/", &json!([])).await;
    day.answer(taken("o-2")).await;
    for _ in 0..4 {
        day.app.pass(15).await;
    }
    day.is(case, CaseState::Placed, None).await;
    day.app.close().await;
}

/// No answer within the channel's time: the operator is asked, and has it.
#[tokio::test]
async fn an_answer_that_comes_too_late() {
    let mut app = App::start().await;
    let late = || Trouble::ActThenDelay(std::time::Duration::from_secs(4));
    app.script(GLOBALCONNECT, vec![late(), late()]);
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0101")).await;
    app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0102")).await;
    app.to_the_end().await;
    assert!(app.rows().await.values().all(|row| row.state == CaseState::Completed));
    assert_eq!(app.messages(GLOBALCONNECT).len(), 2, "nothing is sent twice");
    app.close().await;
}

#[tokio::test]
async fn a_ticket_whose_answer_is_lost_is_not_filed_twice() {
    for trouble in [Trouble::ActThenDrop, Trouble::ActThenCutShort, Trouble::ActThenGarbage] {
        let mut app = App::start().await;
        app.script(GLOBALCONNECT, vec![trouble]);
        let case = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "FEL-1", "STTA0101")).await[0];
        app.to_the_end().await;
        App::check(&app.row(case).await, CaseState::Completed, None);
        let effects = app.effects(GLOBALCONNECT);
        let tickets = effects.iter().filter(|one| one.kind == EffectKind::Ticket);
        assert_eq!((tickets.count(), app.messages(GLOBALCONNECT).len()), (1, 1));
        app.close().await;
    }
}

/// In the words that the text has for it, in a word that it has not, and by taking it away.
#[tokio::test]
async fn an_order_that_the_operator_stops() {
    let mut day = Day::begin().await;
    for n in 1..=3 {
        day.answer(taken(&format!("o-{n}"))).await;
    }
    let cases = [day.order(1).await, day.order(2).await, day.order(3).await];
    let said = "Ordern är makulerad av oss, ring Kalle Tekniker";
    day.app.must_not_tell("Kalle Tekniker");
    day.tell("/on/orders/o-1", &shown("o-1", "DONE_FAILED", said)).await;
    day.tell("/on/orders/o-2", &shown("o-2", "CANCELLED", "")).await;
    day.app.to_the_end().await;
    day.is(cases[0], CaseState::Failed, Some("cancelled-by-operator")).await;
    day.is(cases[1], CaseState::Held, Some("answer-unclear")).await;
    day.is(cases[2], CaseState::Held, Some("answer-unclear")).await;
    day.app.close().await;
}

/// An event about somebody else's order moves nothing of ours, and is not read again.
#[tokio::test]
async fn an_event_about_an_order_that_we_never_sent() {
    let mut day = Day::begin().await;
    let events = json!([
        event("E1", "theirs", "DONE_FAILED"),
        event("E2", "o-1", "RECEIVED"),
        event("E3", "theirs", "DONE_SUCCESS")
    ]);
    let first = ResponseTemplate::new(200).set_body_json(events);
    let feed = || Mock::given(method("GET")).and(path("/on/orderevents/"));
    feed().and(query_param_is_missing("since")).respond_with(first).mount(&day.operator).await;
    let none = ResponseTemplate::new(200).set_body_json(json!([]));
    feed().and(query_param("since", "E3")).respond_with(none).mount(&day.operator).await;
    day.answer(taken("o-1")).await;
    day.tell("/on/orders/o-1", &shown("o-1", "RECEIVED", "")).await;
    let case = day.order(1).await;
    day.app.pass(61).await;
    day.app.pass(61).await;
    day.is(case, CaseState::Placed, None).await;
    let asked = day.received("GET", "orderevents").await;
    let since = |one: &Request| one.url.query().map(str::to_owned);
    assert_eq!(since(asked.last().unwrap()).as_deref(), Some("since=E3"));
    assert!(day.received("GET", "orders/theirs").await.is_empty());
    day.app.close().await;
}

/// The operator has lost its events, as after a restore: every open order is asked about at once.
#[tokio::test]
async fn an_operator_that_has_forgotten_its_events() {
    let mut day = Day::begin().await;
    let feed = || Mock::given(method("GET")).and(path("/on/orderevents/"));
    let first = ResponseTemplate::new(200).set_body_json(json!([event("E1", "x", "RECEIVED")]));
    feed().and(query_param_is_missing("since")).respond_with(first).mount(&day.operator).await;
    let none = ResponseTemplate::new(200).set_body_json(json!([]));
    let once = feed().and(query_param("since", "E1")).respond_with(none).up_to_n_times(1);
    once.mount(&day.operator).await;
    day.answer(taken("o-1")).await;
    let case = day.order(1).await;
    day.app.pass(61).await;
    assert!(day.received("GET", "orders/o-1").await.is_empty(), "the feed spares the question");
    day.tell("/on/orders/o-1", &shown("o-1", "DONE_SUCCESS", "")).await;
    // Whoever asks for what came behind E1 is told that there is no such event: 404.
    day.app.pass(61).await;
    day.is(case, CaseState::Completed, None).await;
    day.app.close().await;
}

/// Letters that come apart (NFD) are the letters that they look like: a name that the order writes in
/// one way is taken out of a text that writes it in the other.
#[tokio::test]
async fn letters_written_apart() {
    let mut app = App::start().await;
    let mut body = fault(GLOBALCONNECT, "FEL-1", "STTA0101");
    body["relatedParty"][1]["familyName"] = json!("Åkerö");
    body["description"] = json!("Ingen länk. A\u{30a}kero\u{308} ringer igen i morgon.");
    app.must_not_tell("A\u{30a}kero\u{308}");
    let case = app.submit(Kind::Ticket, &body).await[0];
    app.to_the_end().await;
    App::check(&app.row(case).await, CaseState::Completed, None);
    let sent = app.messages(GLOBALCONNECT);
    let text = String::from_utf8(sent[0].body.clone()).unwrap();
    assert!(!text.contains("kero") && !text.contains("kerö"), "{text}");
    app.close().await;
}
