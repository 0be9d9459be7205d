//! The operator that speaks PI-API, by the text of PI-API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::domain::{ManualClock, Operation, Timestamp};
use sluss::sandbox::{EffectKind, Pace, Sandbox, Speaks};

use super::{REFERENCE, http, id, operator};
use crate::raw::{Heard, ask};

/// One operator, and a clock that stands still.
struct Desk(Sandbox);

impl Desk {
    async fn open() -> Self {
        let start = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let clock = std::sync::Arc::new(ManualClock::at(start));
        let one = operator("slussnat", Speaks::PiApi, Pace::EveryRead);
        Self(Sandbox::start(vec![one], clock, None).await.unwrap())
    }

    async fn heard(&self, method: &str, path: &str, body: &str) -> Heard {
        let url = self.0.base_url(&id("slussnat")).unwrap();
        let address = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let credentials = STANDARD.encode("profitbyte:correct horse");
        let head = format!("authorization: Basic {credentials}\r\ncontent-type: application/json");
        let request = http(method, &format!("/api/2.2/{path}"), &head, body);
        ask(address.parse().unwrap(), &request).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.heard("GET", path, "").await.json()
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.heard("POST", path, &body.to_string()).await.json()
    }
}

fn activate(access: &str, service: &str) -> Value {
    json!({
        "accessId": access, "service": service, "operation": "ACTIVATE", "forcedTakeover": false,
        "customer": { "firstName": "", "lastName": "", "socialSecurityNumber": "", "email": "",
                      "phone": "", "mobilePhone": "" },
        "deliveryAddress": { "smsNotificationPhone": "", "streetName": "", "streetNumber": "",
                             "streetLittera": "", "zipCode": "", "city": "" },
        "equipment": [{ "vendorId": "ACME-ROUTER" }],
    })
}

fn deactivate(access: &str, service: &str) -> Value {
    json!({ "accessId": access, "service": service, "operation": "DEACTIVATE" })
}

fn ticket() -> Value {
    json!({ "title": "Ingen länk", "description": "PON blinkar.", "priority": "MAJOR",
            "accessId": "STTA0001", "spReference": REFERENCE,
            "services": [{ "service": "BB-100-10", "problem": "TOTAL",
                           "extraInfo": { "computerConnectedWithCable": true } }] })
}

#[tokio::test]
async fn an_order_is_received_until_it_is_done() {
    let desk = Desk::open().await;
    let order = activate("STTA0001", "BB-100-10");
    let heard = desk.heard("POST", "orders/", &order.to_string()).await;
    assert_eq!(heard.header("location").as_deref(), Some("/api/2.2/orders/O0000001"));
    let expected = json!({ "path": "/api/2.2/orders/O0000001", "accessId": "STTA0001",
        "service": "BB-100-10", "operation": "ACTIVATE", "state": "RECEIVED", "message": "" });
    assert_eq!(heard.json(), (201, expected.clone()));
    // The same again: the same order. It has no word for being worked on.
    assert_eq!(desk.post("orders/", &order).await, (200, expected.clone()));
    assert_eq!(desk.get("orders/O0000001").await, (200, expected));
    assert_eq!(desk.get("orderevents/").await.1[0]["order"]["state"], "DONE_SUCCESS");
    let already = json!({ "accessId": "STTA0001", "service": "BB-100-10", "operation": "ACTIVATE",
                          "state": "DONE_SUCCESS", "message": "" });
    assert_eq!(desk.post("orders/", &order).await, (200, already));
    let (_, access) = desk.get("accesses/STTA0001").await;
    assert_eq!(access["active"][0]["service"], "BB-100-10");

    let end = deactivate("STTA0001", "BB-100-10");
    assert_eq!(desk.post("orders/", &end).await.0, 201);
    assert_eq!(desk.get("orders/O0000002").await.1["state"], "RECEIVED");
    assert_eq!(desk.get("orders/O0000002").await.1["state"], "DONE_SUCCESS");
    assert_eq!(desk.get("accesses/STTA0001").await.1["active"], json!([]));
    let (status, inactive) = desk.post("orders/", &end).await;
    assert_eq!((status, &inactive["state"]), (200, &json!("DONE_SUCCESS")));
    let kinds: Vec<_> = desk.0.effects(&id("slussnat")).into_iter().map(|one| one.kind).collect();
    let orders = [Operation::Activate, Operation::Terminate].map(EffectKind::Order);
    assert_eq!(kinds, orders);
    desk.0.stop().await;
}

#[tokio::test]
async fn events_tell_of_ends_only_and_the_list_grows() {
    let desk = Desk::open().await;
    desk.post("orders/", &activate("STTA0001", "BB-100-10")).await;
    desk.post("orders/", &activate("STTA0002", "BB-FAIL")).await;
    assert_eq!(desk.get("orderevents/").await, (200, json!([])));
    let (_, all) = desk.get("orderevents/").await;
    let states: Vec<_> = all.as_array().unwrap().iter().map(|e| &e["order"]["state"]).collect();
    assert_eq!(states, ["DONE_SUCCESS", "DONE_FAILED"]);
    let since = format!("orderevents/?since={}", all[0]["event"].as_str().unwrap());
    let (_, rest) = desk.get(&since).await;
    assert_eq!(rest.as_array().map(Vec::len), Some(1));
    assert_eq!(rest[0], all[1]);
}

#[tokio::test]
async fn orders_that_say_too_much_or_too_little_are_refused() {
    let desk = Desk::open().await;
    let with = |pointer: &str, value: Value| {
        let mut order = activate("STTA0001", "BB-100-10");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        order.pointer_mut(parent).unwrap()[name] = value;
        order
    };
    let without = |pointer: &str| {
        let mut order = activate("STTA0001", "BB-100-10");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        order.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        order
    };
    let mut end = deactivate("STTA0001", "BB-100-10");
    end["customer"] = json!({});
    for (order, cause) in [
        (activate("STTA0000", "BB-1"), "Unknown accessId: 'STTA0000'"),
        (activate("STTA0001", "UNKNOWN-1"), "Unknown service: 'UNKNOWN-1'"),
        (
            activate("STTA0001", "TAKEN-1"),
            "ServiceType is already claimed by other Service Provider.",
        ),
        (deactivate("STTA0000", "BB-1"), "Unknown accessId: 'STTA0000'"),
        (with("/spReference", json!(REFERENCE)), "Unknown field: 'spReference'"),
        (with("/operation", json!("CHANGE")), "Data in the field 'operation' is invalid"),
        (with("/customer/age", json!("")), "Unknown field: 'customer.age'"),
        (without("/customer/firstName"), "Missing customer.firstName"),
        (without("/deliveryAddress/city"), "Missing deliveryAddress.city"),
        (without("/customer"), "Missing field: 'customer'"),
        (without("/forcedTakeover"), "Missing field: 'forcedTakeover'"),
        (
            with("/customer/socialSecurityNumber", json!("191212121212")),
            "Personal identity number posted",
        ),
        (end, "Unknown field: 'customer'"),
    ] {
        let answer = desk.post("orders/", &order).await;
        assert_eq!(answer, (400, json!({ "cause": cause })), "{order}");
    }
    assert!(desk.0.effects(&id("slussnat")).is_empty());
}

#[tokio::test]
async fn a_ticket_is_cleared_and_says_by_what_in_its_log() {
    let desk = Desk::open().await;
    assert_eq!(desk.post("ticket", &ticket()).await, (200, json!({ "ticketRef": "TT0000001" })));
    let (_, one) = desk.get("ticket/TT0000001").await;
    assert_eq!(one["state"], json!({ "status": "OPEN", "assignedTo": "CO" }));
    let (_, rows) = desk.get("getTickets").await;
    assert_eq!(rows[0]["spReference"], REFERENCE);
    assert_eq!(rows[0]["state"]["code"], "PROBLEM_SOLVED");
    let (_, one) = desk.get("ticket/TT0000001").await;
    assert_eq!(one["state"], json!({ "status": "CLEARED", "assignedTo": "SP" }));
    assert_eq!(one["log"][1]["state"]["code"], "PROBLEM_SOLVED");
    let since = format!("getTickets?eventId={}", rows[0]["eventId"].as_str().unwrap());
    assert_eq!(desk.get(&since).await, (200, json!([])));
    let with = |pointer: &str, value: Value| {
        let mut ticket = ticket();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        ticket.pointer_mut(parent).unwrap()[name] = value;
        ticket
    };
    for bad in [
        with("/createdBy", json!("support")),
        with("/priority", json!("HIGH")),
        with("/services", json!([])),
        with("/services/0/problem", json!("BANDWIDTH_RELATED")),
        with("/services/0/extraInfo", json!({})),
        with("/services/0/extraInfo/computerConnectedWithCable", json!("yes")),
        with("/services/0/extraInfo/favouriteColour", json!("blue")),
        with("/customerInformation", json!({ "firstName": "Astrid" })),
        with("/description", json!("Kund 19121212-1212")),
    ] {
        assert_eq!(desk.post("ticket", &bad).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn questions_are_those_of_the_template_and_the_rest_is_not_offered() {
    let desk = Desk::open().await;
    let (_, told) = desk.get("getTemplate?aid=STTA0001&service=IPTV&type=OTHER").await;
    assert_eq!(told["templates"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&told["templates"][0]["service"], &told["templates"][0]["type"]),
        (&json!("IPTV"), &json!("OTHER"))
    );
    for (path, status) in [
        ("getTemplate", 400),
        ("getTemplate?aid=STTA0001&type=BAD", 400),
        ("getTemplate?access=STTA0001", 400),
        ("accesses/STTA0000", 404),
        ("ticket/TT0000009", 404),
        ("orders/O0000009", 404),
        ("orders/", 501),
        ("accesses/", 501),
        ("option82/5216", 501),
    ] {
        assert_eq!(desk.get(path).await.0, status, "{path}");
    }
    assert_eq!(desk.post("ticket/TT0000001", &json!({ "action": "CLOSE" })).await.0, 400);
    let close = json!({ "action": "CLOSE", "description": "Klart.", "priority": "MINOR" });
    assert_eq!(desk.post("ticket/TT0000009", &close).await.0, 404);
}
