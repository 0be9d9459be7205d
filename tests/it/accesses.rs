//! Copies of operators' lists of accesses: what is taken, what is kept where nothing can be taken, and
//! what the copies are good for at the door.
#![cfg(test)]

use std::time::Duration;

use serde_json::{Value, json};
use sluss::address::parse;
use sluss::domain::AccessId;
use sluss::intake::Kind;
use sluss::store::{AccessList, Resolved};
use sluss::worker::{ListPart, ListUpdate};
use wiremock::matchers::{headers, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, id, order};

const ORDERS: &str = "/tmf-api/serviceOrdering/v4/serviceOrder";
const ASK: &str = "/tmf-api/serviceQualificationManagement/v4/checkServiceQualification";
const MONDAY: &str = "Mon, 23 Nov 2026 00:00:00 GMT";
const TUESDAY: &str = "Tue, 24 Nov 2026 00:00:00 GMT";

impl App {
    async fn copy(&self, part: ListPart) -> ListUpdate {
        let recipient = &self.deployment.recipients[&id(GLOBALCONNECT)];
        self.worker.update_accesses(recipient, part).await.unwrap()
    }

    async fn list(&self) -> AccessList {
        self.deployment.store.access_lists().await.unwrap().remove(0)
    }

    /// The access that words mean, in the copies.
    async fn meant(&self, words: &str) -> String {
        let place = parse(words).unwrap();
        match self.deployment.store.access_at(place, None).await.unwrap() {
            Resolved::One(row) => row.access.id.to_string(),
            Resolved::None => "-".to_owned(),
            Resolved::Doubt(doubt, _) => doubt.to_string(),
        }
    }
}

fn row(id: &str, street: &str, number: &str) -> Value {
    json!({ "accessId": id, "streetName": street, "streetNumber": number, "postalCode": "99850",
        "city": "Simstad", "countryCode": "SE", "premisesType": "RESIDENTIAL_HOUSE",
        "priceGroup": 0, "accessState": "CONNECTED" })
}

/// Answers the next request for the list, once.
async fn lists(server: &MockServer, status: u16, modified: Option<&str>, body: impl Into<Vec<u8>>) {
    let mut answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
    if let Some(modified) = modified {
        answer = answer.insert_header("last-modified", modified);
    }
    let mock = Mock::given(method("GET")).and(path("/onapi/2.6/accesses/"));
    mock.respond_with(answer).up_to_n_times(1).mount(server).await;
}

/// A deployment that has handed in something to be searched for in the end, and its operator.
async fn facing() -> (App, MockServer) {
    let server = MockServer::start().await;
    let mut app = App::facing(&format!("{}/onapi/2.6/", server.uri())).await;
    app.must_not_tell("Kungsgatan 99 lgh 1101");
    (app, server)
}

#[tokio::test]
async fn a_list_is_copied_whole_and_then_what_has_changed() {
    let (app, server) = facing().await;
    let rows = json!([row("A1", "Provåsen", "1"), row("A2", "Provåsen", "2"), { "accessId": "?" }]);
    lists(&server, 200, Some(MONDAY), rows.to_string()).await;
    let update = app.copy(ListPart::Changes).await;
    assert_eq!(update, ListUpdate { taken: 2, passed_over: 1, gone: 0, failed: None });
    assert_eq!(app.meant("Provåsen 1, 99850").await, "A1");

    // What has changed is asked for by the operator's own word for what we have.
    app.clock.advance(Duration::from_hours(1));
    server.reset().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("last-modified", TUESDAY)
        .set_body_raw(json!([row("A2", "Provåsen", "22")]).to_string(), "application/json");
    let asked =
        Mock::given(method("GET")).and(headers("if-modified-since", MONDAY.split(", ").collect()));
    asked.respond_with(answer).expect(1).mount(&server).await;
    let update = app.copy(ListPart::Changes).await;
    assert_eq!((update.taken, update.gone), (1, 0));
    assert_eq!(app.meant("Provåsen 22, 99850").await, "A2");
    assert_eq!(app.meant("Provåsen 2, 99850").await, "-");
    assert_eq!(app.meant("Provåsen 1, 99850").await, "A1");

    // 304: as it was, and known to be.
    app.clock.advance(Duration::from_hours(1));
    server.reset().await;
    lists(&server, 304, None, "").await;
    let update = app.copy(ListPart::Changes).await;
    assert_eq!(update, ListUpdate { taken: 0, passed_over: 0, gone: 0, failed: None });
    let list = app.list().await;
    assert_eq!(list.last_modified.as_deref(), Some(TUESDAY));
    assert_eq!((list.accesses, list.failed), (2, None));
    assert!(list.confirmed > list.complete);

    // A complete one takes away what it does not have; and gives it back.
    app.clock.advance(Duration::from_hours(22));
    lists(&server, 200, Some(TUESDAY), json!([row("A2", "Provåsen", "22")]).to_string()).await;
    assert_eq!(app.copy(ListPart::Complete).await.gone, 1);
    assert_eq!(app.meant("Provåsen 1, 99850").await, "-");
    app.clock.advance(Duration::from_hours(1));
    lists(&server, 200, Some(TUESDAY), json!([row("A1", "Provåsen", "1")]).to_string()).await;
    assert_eq!(app.copy(ListPart::Complete).await.gone, 1);
    assert_eq!(app.meant("Provåsen 1, 99850").await, "A1");

    // 404 with a state is the standard's word for none at all.
    app.clock.advance(Duration::from_hours(1));
    lists(&server, 404, Some(TUESDAY), r#"{"cause": "none"}"#).await;
    let update = app.copy(ListPart::Complete).await;
    assert_eq!(update, ListUpdate { taken: 0, passed_over: 0, gone: 1, failed: None });
    assert_eq!(app.list().await.accesses, 0);
    app.close().await;
}

#[tokio::test]
async fn what_cannot_be_read_takes_nothing_away() {
    let (app, server) = facing().await;
    let rows = json!([row("A1", "Provåsen", "1"), row("A2", "Provåsen", "2")]).to_string();
    lists(&server, 200, Some(MONDAY), rows.clone()).await;
    app.copy(ListPart::Complete).await;
    let before = app.list().await;
    for (status, modified, body, code) in [
        (200, Some(TUESDAY), &rows[..rows.len() - 1], "cut-short"),
        (200, Some(TUESDAY), "<html>Not today</html>", "no-list"),
        (200, Some(TUESDAY), r#"[{"id": "x"}, {"id": "y"}]"#, "no-accesses"),
        (404, None, "<html>No such page</html>", "not-offered"),
        (501, None, r#"{"cause": "x"}"#, "not-offered"),
        (429, None, "", "too-many-requests"),
        (500, None, "", "unexpected-status"),
        (302, None, "", "unexpected-status"),
        // The last: a word that is refused is not tried again until a person has looked.
        (401, None, r#"{"cause": "x"}"#, "credentials-refused"),
    ] {
        app.clock.advance(Duration::from_hours(1));
        lists(&server, status, modified, body).await;
        let update = app.copy(ListPart::Complete).await;
        assert_eq!((update.failed, update.gone), (Some(code), 0), "{status} {body}");
        let list = app.list().await;
        assert_eq!(list.failed.as_deref(), Some(code));
        assert_eq!(list.accesses, 2);
        assert_eq!((list.complete, list.confirmed), (before.complete, before.confirmed));
        assert_eq!(list.last_modified, before.last_modified);
        assert_eq!(app.meant("Provåsen 2, 99850").await, "A2");
    }
    let asked = server.received_requests().await.unwrap().len();
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(app.copy(ListPart::Complete).await.failed, Some("credentials-refused"));
    assert_eq!(server.received_requests().await.unwrap().len(), asked, "nobody is asked");
    app.close().await;

    let (app, server) = facing().await;
    drop(server);
    assert!(app.copy(ListPart::Complete).await.failed.is_some(), "nobody is there");
    app.close().await;
}

#[tokio::test]
async fn ten_thousand_accesses_come_in_one_answer() {
    let mut app = App::start().await;
    app.must_not_tell("Kungsgatan 99 lgh 1101");
    let update = app.copy(ListPart::Complete).await;
    assert_eq!(update, ListUpdate { taken: 9_999, passed_over: 0, gone: 0, failed: None });
    assert_eq!(app.copy(ListPart::Changes).await.taken, 0, "304");
    for (words, expected) in [
        ("Simuleringsgatan 2, 998 50 Simstad", "STTA0008"),
        ("provåsen 1a, 99850", "STTA0001"),
        ("PROVASEN 1 A, 99850", "STTA0001"),
        ("Skenvägen 2001-11, 99850", "STTA0003"),
        ("Attrappgränd 1 UH, 99850", "STTA0004"),
        ("Kulissvägen 1 lgh 0902, 99850", "STTA0005"),
        ("Kulissvägen 1, 99850", "apartment"),
        ("Övningsgatan 1, Simstad", "STTA0006"),
        ("Ingenväg 1, 99850", "-"),
    ] {
        assert_eq!(app.meant(words).await, expected, "{words}");
    }
    let id = AccessId::parse("STTA0004").unwrap();
    assert_eq!(app.deployment.store.accesses_by_id(&id).await.unwrap().len(), 1);
    app.close().await;
}

/// An order without its operator, or without its access, or without both.
fn open_order(operator: Option<&str>, access: Option<&str>, street: &str) -> Value {
    let mut body =
        order(operator.unwrap_or(GLOBALCONNECT), "ORD-OPEN", access.unwrap_or("STTA0001"));
    if operator.is_none() {
        body["relatedParty"].as_array_mut().unwrap().remove(0);
    }
    let service = &mut body["serviceOrderItem"][0]["service"];
    if access.is_none() {
        service["serviceCharacteristic"] = json!([]);
    }
    service["place"][0] = json!({ "role": "installationAddress", "@type": "GeographicAddress",
        "streetName": street, "streetNr": "1", "postcode": "99850", "city": "Simstad" });
    body
}

#[tokio::test]
async fn an_order_may_leave_operator_and_access_to_the_lists() {
    let mut app = App::start().await;
    for told in ["Lindqvist", "+46701740605", "070-174 06 05", "cust-99117"] {
        app.must_not_tell(told);
    }
    app.copy(ListPart::Complete).await;
    for (n, (operator, access)) in
        [(None, Some("STTA0102")), (None, None), (Some(GLOBALCONNECT), None)]
            .into_iter()
            .enumerate()
    {
        let mut body = open_order(operator, access, "Övningsgatan");
        body["externalId"] = json!(format!("ORD-{n}"));
        // The street is the list's own, and no secret there.
        let (status, told) = app.knock_json(ORDERS, &body).await;
        assert_eq!(status, 201, "{told}");
    }
    app.work().await;
    let effects = app.effects(GLOBALCONNECT);
    let accesses: Vec<&str> =
        effects.iter().filter_map(|one| one.access.as_ref().map(AccessId::as_str)).collect();
    assert_eq!(accesses.len(), 2, "the second order for a service is the first one again");
    assert!(accesses.contains(&"STTA0102") && accesses.contains(&"STTA0006"));

    for (body, member, rule) in [
        (
            open_order(Some(IP_ONLY), None, "Övningsgatan"),
            "serviceOrderItem[0].service.serviceCharacteristic[accessId]",
            "is missing, and the address is that of no access that is listed",
        ),
        (
            open_order(None, Some("X-UNKNOWN"), "Övningsgatan"),
            "relatedParty",
            "has no party with the role communicationsOperator, and the access is in no operator's list",
        ),
        (
            open_order(None, None, "Kulissvägen"),
            "serviceOrderItem[0].service.place",
            "has accesses by apartment: name the apartment as the list has it, or the accessId",
        ),
        (
            open_order(None, None, "Box"),
            "serviceOrderItem[0].service.place",
            "is a post box: nothing is delivered there",
        ),
    ] {
        let (status, told) = app.knock_json(ORDERS, &body).await;
        assert_eq!((status, told["code"].as_str()), (400, Some("invalidBody")), "{told}");
        assert_eq!(told["fault"][0]["member"], member);
        assert_eq!(told["fault"][0]["rule"], rule);
    }
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_ticket_may_leave_its_operator_to_the_lists() {
    let mut app = App::start().await;
    app.copy(ListPart::Complete).await;
    let mut body = fault(GLOBALCONNECT, "FEL-1", "STTA0201");
    body["relatedParty"].as_array_mut().unwrap().remove(0);
    let case = app.submit(Kind::Ticket, &body).await[0];
    assert_eq!(app.row(case).await.recipient, id(GLOBALCONNECT));
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn the_ordering_system_asks_whether_an_address_can_be_delivered() {
    let mut app = App::start().await;
    app.must_not_tell("Hemlighetsvägen");
    let ask = |street: &str, nr: &str| {
        json!({ "serviceQualificationItem": [{ "id": "1", "service": { "place": [{
            "@type": "GeographicAddress", "role": "installationAddress", "streetName": street,
            "streetNr": nr, "postcode": "998 50", "city": "Simstad" }] } }] })
    };
    let result = |told: &Value| {
        let item = &told["serviceQualificationItem"][0];
        let code = item["eligibilityUnavailabilityReason"][0]["code"].as_str().unwrap_or_default();
        (item["qualificationItemResult"].as_str().unwrap().to_owned(), code.to_owned())
    };
    let (status, told) = app.knock_json(ASK, &ask("Övningsgatan", "1")).await;
    assert_eq!(
        (status, result(&told)),
        (200, ("insufficientInformation".into(), "no-list".into()))
    );
    app.copy(ListPart::Complete).await;
    for (street, nr, expected, code) in [
        ("Övningsgatan", "1", "qualified", ""),
        ("Provåsen 1A", "", "qualified", ""),
        ("Kulissvägen", "1", "insufficientInformation", "apartment"),
        ("Box", "2820", "insufficientInformation", "no-place"),
        ("Hemlighetsvägen", "1", "unqualified", "not-listed"),
    ] {
        let (status, told) = app.knock_json(ASK, &ask(street, nr)).await;
        assert_eq!((status, result(&told)), (200, (expected.into(), code.into())), "{street}");
    }
    let (_, told) = app.knock_json(ASK, &ask("Övningsgatan", "1")).await;
    let service = &told["serviceQualificationItem"][0]["service"];
    assert_eq!(
        service["serviceCharacteristic"][0],
        json!({ "name": "accessId", "value": "STTA0006" })
    );
    assert_eq!(service["relatedParty"][0]["id"], GLOBALCONNECT);
    // Nothing was asked of the operator but its list, and nothing is in the log.
    assert!(app.messages(GLOBALCONNECT).is_empty());
    assert!(app.story().await.is_empty());
    for bad in [json!({}), json!({ "serviceQualificationItem": [] }), ask("", "1")] {
        assert_eq!(app.knock_json(ASK, &bad).await.0, 400);
    }
    app.close().await;
}
