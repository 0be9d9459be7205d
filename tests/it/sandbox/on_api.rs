//! The operator that speaks ON-API, by the text of ON-API.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sluss::domain::Operation;
use sluss::sandbox::{EffectKind, Pace};

use super::{REFERENCE, Stage, activate, http, ticket};

#[tokio::test]
async fn an_order_goes_from_received_to_done_as_it_is_read() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let answer = stage.on_api("POST", "orders/", Some(&activate("STTA0001", "BB-100-10"))).await;
    assert_eq!(answer.header("location").as_deref(), Some("/onapi/2.6/orders/O0000001"));
    assert_eq!(answer.header("content-type").as_deref(), Some("application/json"));
    let (status, order) = answer.json();
    assert_eq!(status, 201);
    let expected = json!({
        "path": "/onapi/2.6/orders/O0000001", "orderId": "O0000001", "accessId": "STTA0001",
        "subscriptionId": "S0000001", "service": "BB-100-10", "operation": "ACTIVATE",
        "state": "RECEIVED", "spReference": REFERENCE, "message": "" });
    assert_eq!(order, expected);

    assert_eq!(stage.get("orders/?accessId=STTA0002").await, (200, json!([])));
    assert_eq!(stage.get("orders/O0000001").await.1["state"], "IN_PROGRESS");
    assert_eq!(stage.get("orders/?accessId=STTA0001").await.1[0]["state"], "DONE_SUCCESS");
    assert_eq!(stage.get("orders/O0000001").await.1["state"], "DONE_SUCCESS");
    assert_eq!(stage.get("orders/").await, (200, json!([])));
    let (_, done) = stage.get("orders/?state=%22DONE_SUCCESS%22").await;
    assert_eq!(done[0]["orderId"], "O0000001");
    assert_eq!(stage.get("orders/O0000002").await.0, 404);
    let kind = EffectKind::Order(Operation::Activate);
    let once = vec![(kind, Some(REFERENCE.to_owned()), "DONE_SUCCESS")];
    assert_eq!(stage.effects("globalconnect"), once);
    stage.sandbox.stop().await;
}

#[tokio::test]
async fn events_tell_of_each_change_once_and_never_change() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    stage.post("orders/", &activate("STTA0001", "BB-100-10")).await;
    stage.post("orders/", &activate("STTA0002", "BB-FAIL")).await;
    let (_, first) = stage.get("orderevents/").await;
    assert_eq!(
        first[0],
        json!({ "event": "E0000001", "order": {
            "path": "/onapi/2.6/orders/O0000001", "accessId": "STTA0001", "service": "BB-100-10",
            "operation": "ACTIVATE", "state": "IN_PROGRESS", "message": "" } })
    );
    let (_, second) = stage.get("orderevents/?since=E0000002").await;
    let states: Vec<_> = second.as_array().unwrap().iter().map(|e| &e["order"]["state"]).collect();
    assert_eq!(states, ["DONE_SUCCESS", "DONE_FAILED"]);
    assert_ne!(second[1]["order"]["message"], "");
    let (_, all) = stage.get("orderevents/").await;
    assert_eq!(all.as_array().map(Vec::len), Some(4));
    assert_eq!(all[0], first[0]);
    assert_eq!(stage.get("orderevents/?since=E0000004").await, (200, json!([])));
    assert_eq!(stage.get("orderevents/?since=nobody").await.0, 404);
}

#[tokio::test]
async fn at_a_pace_of_its_own_an_order_waits_for_the_clock_and_not_for_readers() {
    let stage = Stage::set(Pace::Every(Duration::from_mins(1)), None).await;
    let (_, order) = stage.post("orders/", &activate("STTA0001", "BB-100-10")).await;
    assert_eq!(order["expectedCompletionDate"], "2026-03-01T12:02:00Z");
    stage.post("tickets", &ticket()).await;
    for (seconds, state, status) in [
        (0, "RECEIVED", "CREATED"),
        (59, "RECEIVED", "CREATED"),
        (1, "IN_PROGRESS", "IN_PROGRESS_CO"),
        (600, "DONE_SUCCESS", "CLOSED"),
    ] {
        stage.clock.advance(Duration::from_secs(seconds));
        assert_eq!(stage.get("orders/O0000001").await.1["state"], state);
        assert_eq!(stage.get("tickets/TT0000001").await.1["status"], status);
    }
}

#[tokio::test]
async fn the_same_order_again_is_answered_as_the_text_says() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let order = activate("STTA0001", "BB-100-10");
    let (_, first) = stage.post("orders/", &order).await;
    // Under way: the existing order. Another service of the type: a conflict.
    assert_eq!(stage.post("orders/", &order).await, (200, first));
    let (status, complaint) = stage.post("orders/", &activate("STTA0001", "BB-10-10")).await;
    assert_eq!(status, 409);
    let cause = "Another Service of ServiceType 'Broadband' is already active.";
    assert_eq!(complaint, json!({ "cause": cause }));
    assert_eq!(stage.post("orders/", &activate("STTA0001", "IPTV-1")).await.0, 201);
    // Done: no order to point to.
    stage.get("orders/").await;
    stage.get("orders/").await;
    let already = json!({ "accessId": "STTA0001", "service": "BB-100-10", "operation": "ACTIVATE",
                          "state": "DONE_SUCCESS", "message": "" });
    assert_eq!(stage.post("orders/", &order).await, (200, already));
    assert_eq!(stage.effects("globalconnect").len(), 2);

    let end = json!({ "operation": "DEACTIVATE", "subscriptionId": "S0000001" });
    assert_eq!(stage.post("orders/", &end).await.0, 201);
    let change = json!({ "operation": "CHANGE", "subscriptionId": "S0000001", "service": "BB-1" });
    assert_eq!(stage.post("orders/", &change).await.0, 409);
    stage.get("orders/").await;
    stage.get("orders/").await;
    let (status, inactive) = stage.post("orders/", &end).await;
    assert_eq!((status, &inactive["state"]), (200, &json!("DONE_SUCCESS")));
    assert_eq!(inactive.get("path"), None);
    assert_eq!(stage.post("orders/", &change).await.0, 409);
    assert_eq!(stage.effects("globalconnect").len(), 3);
}

#[tokio::test]
async fn a_subscription_from_before_can_be_changed_and_is_found_at_its_access() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let change =
        |id: &str| json!({ "operation": "CHANGE", "subscriptionId": id, "service": "BB-1" });
    let (status, order) = stage.post("orders/", &change("SUB-0042")).await;
    assert_eq!((status, &order["accessId"]), (201, &json!("STTA0042")));
    // Whose access nobody knows is shown at every one, rather than missed.
    let (status, order) = stage.post("orders/", &change("elsewhere")).await;
    assert_eq!((status, order.get("accessId")), (201, None));
    let (_, found) = stage.get("orders/?accessId=STTA0042").await;
    assert_eq!(found.as_array().map(Vec::len), Some(2));
    assert_eq!(stage.post("orders/", &change("unknown")).await.0, 400);
}

#[tokio::test]
async fn orders_that_say_too_much_or_too_little_are_refused() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let with = |name: &str, value: Value| {
        let mut order = activate("STTA0001", "BB-100-10");
        order[name] = value;
        order
    };
    let unknown = |access: &str| format!("Unknown accessId: '{access}'");
    for (order, cause) in [
        (activate("STTA0000", "BB-1"), unknown("STTA0000")),
        (activate("STTA10000", "BB-1"), unknown("STTA10000")),
        (activate("stta0001", "BB-1"), unknown("stta0001")),
        (activate("STTA 001", "BB-1"), "Data in the field 'accessId' is invalid".into()),
        (activate("STTA0001", "UNKNOWN-1"), "Unknown service: 'UNKNOWN-1'".into()),
        (with("customer", json!({})), "Unknown field: 'customer'".into()),
        (with("externalNote", json!("x")), "Unknown field: 'externalNote'".into()),
        (with("service", Value::Null), "Missing field: 'service'".into()),
        (with("operation", json!("START")), "Data in the field 'operation' is invalid".into()),
        (with("spReference", json!("a#b")), "Data in the field 'spReference' is invalid".into()),
        (with("spReference", json!("191212121212")), "Personal identity number posted".into()),
        (
            with("subscriptionId", json!("S1")),
            "Data in the field 'subscriptionId' is invalid".into(),
        ),
        (
            with("requestedDateTime", json!("2026-12-01")),
            "Data in the field 'requestedDateTime' is invalid".into(),
        ),
        (with("equipment", json!([{ "serial": "1" }])), "Unknown field: 'equipment.serial'".into()),
        (
            with("characteristics", json!({ "fixedIp": "true" })),
            "Data in the field 'characteristics.fixedIp' is invalid".into(),
        ),
        (json!([]), "A JSON object is expected".into()),
    ] {
        assert_eq!(
            stage.post("orders/", &order).await,
            (400, json!({ "cause": cause })),
            "{order}"
        );
    }
    let taken = activate("STTA0001", "BB-TAKEN");
    assert_eq!(stage.post("orders/", &taken).await.0, 409);
    assert_eq!(stage.effects("globalconnect"), []);

    let full = with("requestedDateTime", json!("2026-12-01T00:00:00Z"));
    let mut full = full;
    full["equipment"] = json!([{ "vendorId": "ACME-ROUTER", "macAddress": "AA:BB:CC:11:22:33" }]);
    full["characteristics"] =
        json!({ "fixedIp": true, "ipAddresses": ["192.0.2.7"], "SLA": "SLA-3" });
    full["forcedTakeover"] = json!(false);
    full["spSubscriptionId"] = Value::Null;
    let (status, order) = stage.post("orders/", &full).await;
    assert_eq!(status, 201);
    assert_eq!(order["equipment"], full["equipment"]);
    assert_eq!(order["characteristics"], full["characteristics"]);
    assert_eq!(order["requestedDateTime"], full["requestedDateTime"]);
}

#[tokio::test]
async fn tickets_are_filed_followed_and_listed() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let (status, filed) = stage.post("tickets", &ticket()).await;
    assert_eq!((status, filed), (201, json!({ "coTicketReference": "TT0000001" })));
    // No rule of "the same again" for tickets.
    stage.clock.advance(Duration::from_hours(1));
    stage.post("tickets", &ticket()).await;
    assert_eq!(stage.effects("globalconnect").len(), 2);

    let (_, one) = stage.get("tickets/TT0000001").await;
    assert_eq!(one["status"], "IN_PROGRESS_CO");
    assert_eq!(one["createdAt"], "2026-03-01T12:00:00Z");
    assert_eq!(one["additionalInfo"], ticket()["additionalInfo"]);
    let (_, recent) = stage.get("tickets?created=2026-03-01T12:30:00Z").await;
    let row = json!([{ "coTicketReference": "TT0000002", "spTicketReference": REFERENCE,
                       "status": "IN_PROGRESS_CO", "responsible": "CO" }]);
    assert_eq!(recent, row);
    let (_, closed) = stage.get("tickets?status=CLOSED").await;
    assert_eq!(closed.as_array().map(Vec::len), Some(2));
    assert_eq!(stage.get("tickets?created=2026-03-02").await, (200, json!([])));
    assert_eq!(stage.get("tickets?status=OPEN").await.0, 400);
    assert_eq!(stage.get("tickets/TT0000003").await.0, 404);

    for (name, value) in [
        ("contactPhone", json!("+46701740605")),
        ("problemType", json!("BROKEN")),
        ("description", json!("Kund 19121212-1212")),
        ("heading", json!("")),
        ("accessId", json!("STTA0000")),
        ("additionalInfo", json!({ "phone": "+46701740605" })),
        ("additionalInfo", json!({ "mac": "AABBCC112233" })),
    ] {
        let mut bad = ticket();
        bad[name] = value;
        let (status, complaint) = stage.post("tickets", &bad).await;
        assert_eq!(status, 400, "{bad}");
        let cause = complaint["cause"].as_str().unwrap();
        assert!(!cause.contains("+46") && !cause.contains("1212"), "{cause}");
    }
}

#[tokio::test]
async fn credentials_addresses_and_formats_are_checked_first() {
    let stage = Stage::set(Pace::EveryRead, None).await;
    let wrong = STANDARD.encode("profitbyte:wrong");
    for head in
        ["x: y".to_owned(), format!("authorization: Basic {wrong}"), "authorization: x".into()]
    {
        let request = http("GET", "/onapi/2.6/orders/", &head, "");
        let answer = stage.raw("globalconnect", &request).await;
        assert_eq!(answer.json().0, 401);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
    }
    let (status, endpoints) = stage.get("").await;
    assert_eq!((status, &endpoints[0]["endpoint"]), (200, &json!("/onapi/2.6/accesses/")));
    for (method, path) in [
        ("GET", "accesses"),
        ("GET", "orders"),
        ("GET", "tickets/"),
        ("POST", "tickets/"),
        ("PUT", "orders/O0000001"),
        ("DELETE", "tickets/TT0000001"),
    ] {
        assert_eq!(stage.on_api(method, path, Some(&json!({}))).await.json().0, 501, "{path}");
    }
    assert_eq!(stage.on_api("DELETE", "orders/O0000001", None).await.json().0, 404);
    let closed = json!({ "status": "CLOSED" });
    assert_eq!(stage.on_api("PATCH", "tickets/TT0000001", Some(&closed)).await.json().0, 400);
    assert_eq!(stage.get("orders/?accesId=STTA0001").await.0, 400);

    let credentials = STANDARD.encode("profitbyte:correct horse");
    let head = format!("authorization: Basic {credentials}");
    let json_type = format!("{head}\r\ncontent-type: application/json; charset=utf-8");
    for (head, body, status) in
        [(&head, "{}", 400), (&json_type, "{", 400), (&json_type, "{\"a\":1,}", 400)]
    {
        let answer =
            stage.raw("globalconnect", &http("POST", "/onapi/2.6/orders/", head, body)).await;
        assert_eq!(answer.json().0, status, "{body}");
    }
    let large = "x".repeat(256 * 1024 + 1);
    let answer =
        stage.raw("globalconnect", &http("POST", "/onapi/2.6/orders/", &json_type, &large)).await;
    assert_eq!(answer.json().0, 413);
}
