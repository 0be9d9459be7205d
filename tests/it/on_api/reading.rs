//! What we hear: states, statuses, and the ways in which operators differ from the examples.

use std::time::Duration;

use serde_json::{Value, json};
use sluss::dialects::on_api::V2_6;
use sluss::dialects::{
    Answer, Dialect, FeedEvent, Finding, Method, Placement, Progress, Request, Standing, Verdict,
};
use sluss::domain::{Act, OperatorReference, RejectReason, SubscriptionId};

use super::{OURS, sought};

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, body: body.to_string().into_bytes(), ..Answer::default() }
}

fn placement(reference: Option<&str>, standing: Standing) -> Placement {
    let reference = reference.map(|reference| OperatorReference::parse(reference).unwrap());
    Placement { reference, subscription: None, standing }
}

#[test]
fn statuses() {
    let check = |status, retry_after: Option<u64>, expected| {
        let retry_after = retry_after.map(Duration::from_secs);
        let body = br#"{ "cause": "Error number 12345" }"#.to_vec();
        let answer = Answer { status, retry_after, body, ..Answer::default() };
        assert_eq!(V2_6.decode(Act::Activate, &answer), expected, "{status}");
    };
    check(200, None, Verdict::Unclear);
    check(201, None, Verdict::Unclear);
    check(302, None, Verdict::Unclear);
    check(400, None, Verdict::Rejected(RejectReason::Invalid));
    check(401, None, Verdict::Credentials);
    check(403, None, Verdict::Credentials);
    check(404, None, Verdict::Rejected(RejectReason::NotFound));
    check(408, None, Verdict::Unclear);
    check(409, None, Verdict::Rejected(RejectReason::Conflict));
    check(422, None, Verdict::Rejected(RejectReason::Invalid));
    check(429, None, Verdict::Busy(None));
    check(429, Some(30), Verdict::Busy(Some(Duration::from_secs(30))));
    check(500, Some(30), Verdict::Unclear);
    check(501, None, Verdict::NotOffered);
    check(502, None, Verdict::Unclear);
    check(503, None, Verdict::Unclear);
    check(503, Some(5), Verdict::Busy(Some(Duration::from_secs(5))));
    check(0, None, Verdict::Unclear);
}

#[test]
fn odd_orders() {
    let check = |status, body: Value, expected| {
        assert_eq!(V2_6.decode(Act::Activate, &answer(status, &body)), expected, "{body}");
    };
    let working = |id| Verdict::Accepted(placement(Some(id), Standing::Working));
    check(201, json!({ "orderId": 17, "state": "received" }), working("17"));
    check(201, json!({ "orderId": "a", "state": null, "status": "IN_PROGRESS" }), working("a"));
    check(201, json!({ "orderId": "a", "x": [], "y": { "state": 1 } }), working("a"));
    check(201, json!([{ "orderId": "a", "state": "RECEIVED" }]), working("a"));
    check(202, json!({ "data": [{ "orderId": "a", "state": "RECEIVED" }] }), working("a"));
    check(201, json!({ "orderId": "no id", "path": "/orders/b/" }), working("b"));
    let unknown = |id| Verdict::Accepted(placement(id, Standing::Unknown));
    check(201, json!({ "orderId": "a", "state": "AWAITING_CUSTOMER_DATA" }), unknown(Some("a")));
    // What is worked on under no id cannot be followed.
    check(200, json!({ "state": "RECEIVED" }), unknown(None));
    // An order of another kind than ours.
    let other = json!({ "orderId": "a", "operation": "DEACTIVATE", "state": "RECEIVED" });
    check(200, other.clone(), Verdict::Rejected(RejectReason::Conflict));
    check(201, other, Verdict::Unclear);
    check(201, json!({}), Verdict::Unclear);
    check(201, json!([]), Verdict::Unclear);
    check(201, json!("a"), Verdict::Unclear);
    check(201, json!(null), Verdict::Unclear);
}

#[test]
fn an_answer_in_another_character_set_still_shows_its_ids() {
    let mut body = b"\xef\xbb\xbf{ \"message\": \"v\xe4ntar\", ".to_vec();
    body.extend(br#""orderId": "a", "state": "RECEIVED" }"#);
    let answer = Answer { status: 201, body, ..Answer::default() };
    let expected = Verdict::Accepted(placement(Some("a"), Standing::Working));
    assert_eq!(V2_6.decode(Act::Activate, &answer), expected);
}

#[test]
fn questions() {
    let check = |request: &Request, path: &str| {
        assert_eq!((request.method, request.path.as_str()), (Method::Get, path));
        assert!(request.body.is_empty() && request.content_type.is_none());
    };
    let orders = "orders/?accessId=STTA0001";
    check(V2_6.find(&sought(Act::Activate)).request(), orders);
    check(V2_6.find(&sought(Act::Terminate)).request(), orders);
    // Two hours earlier: the operator's clock may be behind.
    let tickets = "tickets?created=2026-11-20T06%3A00%3A00Z";
    check(V2_6.find(&sought(Act::Report)).request(), tickets);
    let reference = OperatorReference::parse("TT#1").unwrap();
    check(V2_6.follow(Act::Change, &reference).request(), "orders/TT%231");
    check(V2_6.follow(Act::Report, &reference).request(), "tickets/TT%231");
    check(V2_6.feed(None).unwrap().request(), "orderevents/");
    check(V2_6.feed(Some("a b&c")).unwrap().request(), "orderevents/?since=a%20b%26c");
}

#[test]
fn orders_are_found_by_our_reference_and_an_end_by_what_it_ends() {
    let check = |act, status, body: Value, expected| {
        assert_eq!(V2_6.found(&sought(act), &answer(status, &body)), expected, "{body}");
    };
    let present = |id, standing| Finding::Present(placement(Some(id), standing));
    let other = json!({ "orderId": "x", "operation": "ACTIVATE", "state": "DONE_SUCCESS",
                        "spReference": "someone" });
    let ours = json!({ "orderId": "a", "operation": "ACTIVATE", "state": "RECEIVED",
                       "spReference": OURS });
    let failed = json!({ "orderId": "f", "state": "DONE_FAILED", "spReference": OURS });
    let activate = Act::Activate;
    check(activate, 200, json!([other, ours]), present("a", Standing::Working));
    check(activate, 200, json!([ours, failed]), present("a", Standing::Working));
    check(activate, 200, json!([other, failed]), present("f", Standing::Failed));
    check(activate, 200, ours.clone(), present("a", Standing::Working));
    check(
        activate,
        200,
        json!({ "orders": [ours], "status": "ok" }),
        present("a", Standing::Working),
    );
    check(activate, 200, json!([other]), Finding::Absent);
    check(activate, 200, json!([]), Finding::Absent);
    check(activate, 404, json!({ "cause": "none" }), Finding::Absent);
    check(activate, 429, json!({}), Finding::Busy(None));
    for unclear in
        [json!({}), json!({ "status": "ok" }), json!({ "cause": "?" }), json!([1]), json!("x")]
    {
        check(activate, 200, unclear, Finding::Unclear);
    }
    check(activate, 401, json!({}), Finding::Unclear);
    check(activate, 500, json!([]), Finding::Unclear);

    let end = |state: &str, subscription: &str| {
        json!([{ "orderId": "d", "operation": "DEACTIVATE", "state": state,
                 "subscriptionId": subscription }])
    };
    let ended = |standing| {
        let subscription = Some(SubscriptionId::parse("SUB-1").unwrap());
        Finding::Present(Placement { subscription, ..placement(Some("d"), standing) })
    };
    check(Act::Terminate, 200, end("RECEIVED", "SUB-1"), ended(Standing::Working));
    check(Act::Terminate, 200, end("DONE_SUCCESS", "SUB-1"), ended(Standing::Done));
    check(Act::Terminate, 200, end("DONE_FAILED", "SUB-1"), Finding::Absent);
    check(Act::Terminate, 200, end("RECEIVED", "SUB-2"), Finding::Absent);
    check(Act::Change, 200, end("RECEIVED", "SUB-1"), Finding::Absent);
}

#[test]
fn tickets_are_found_by_our_reference_and_doubt_is_left_to_a_person() {
    let check = |status, body: Value, expected| {
        let sought = sought(Act::Report);
        assert_eq!(V2_6.found(&sought, &answer(status, &body)), expected, "{body}");
    };
    let ours =
        json!({ "coTicketReference": "TT1", "spTicketReference": OURS, "status": "CREATED" });
    let other =
        json!({ "coTicketReference": "TT2", "spTicketReference": "CASE#1", "status": "CLOSED" });
    let bare = json!({ "coTicketReference": "TT3", "accessId": "STTA0001" });
    let elsewhere = json!({ "coTicketReference": "TT4", "accessId": "STTA0002" });
    let present = Finding::Present(placement(Some("TT1"), Standing::Working));
    check(200, json!([other, bare, ours]), present);
    check(200, json!([other, elsewhere]), Finding::Absent);
    check(200, json!([]), Finding::Absent);
    check(200, json!([other, bare]), Finding::Unclear);
    check(404, json!({}), Finding::Unclear);
    check(501, json!({}), Finding::Unclear);

    // It was asked for what is newer than ours: by a clock that is hours behind, ours is older than that.
    let late = |hours, body: Value| {
        let behind = Duration::from_hours(hours);
        let answer = Answer { behind, ..answer(200, &body) };
        V2_6.found(&sought(Act::Report), &answer)
    };
    assert_eq!(late(1, json!([other])), Finding::Absent);
    assert_eq!(late(3, json!([other])), Finding::Unclear);
    let present = Finding::Present(placement(Some("TT1"), Standing::Working));
    assert_eq!(late(3, json!([ours])), present);
}

#[test]
fn states() {
    let check = |act, status, body: Value, expected| {
        assert_eq!(V2_6.followed(act, &answer(status, &body)), expected, "{body}");
    };
    for (act, state, standing) in [
        (Act::Activate, "RECEIVED", Standing::Working),
        (Act::Activate, "IN_PROGRESS", Standing::Working),
        (Act::Activate, "DONE_SUCCESS", Standing::Done),
        (Act::Activate, "DONE_FAILED", Standing::Failed),
        (Act::Activate, "CLOSED", Standing::Unknown),
        (Act::Report, "CREATED", Standing::Working),
        (Act::Report, "IN_PROGRESS_CO", Standing::Working),
        (Act::Report, "IN_PROGRESS_SP", Standing::Working),
        (Act::Report, "CLOSED", Standing::Done),
        (Act::Report, "CLEARED", Standing::Unknown),
    ] {
        let body = json!({ "orderId": "a", "coTicketReference": "a", "state": state });
        check(act, 200, body, Progress::At(placement(Some("a"), standing)));
    }
    check(Act::Activate, 200, json!({ "orderId": "a" }), Progress::Unclear);
    check(Act::Activate, 200, json!([]), Progress::Unclear);
    check(Act::Activate, 404, json!({}), Progress::Gone);
    check(Act::Activate, 429, json!({}), Progress::Busy(None));
    check(Act::Activate, 500, json!({}), Progress::Unclear);
}

#[test]
fn the_feed_is_read_as_far_as_it_goes() {
    let check = |body: Value, expected: Option<&[(&str, &str, Standing)]>| {
        let expected: Option<Vec<FeedEvent>> = expected.map(|rows| {
            let event = |&(event, reference, standing): &(&str, &str, Standing)| FeedEvent {
                event: event.to_owned(),
                reference: OperatorReference::parse(reference).unwrap(),
                standing,
            };
            rows.iter().map(event).collect()
        });
        assert_eq!(V2_6.fed(&answer(200, &body)), expected, "{body}");
    };
    let row = |event: Value, path: &str, state: &str| json!({ "event": event, "order": { "path": path, "state": state, "message": "" } });
    let first = row(json!(1), "/onapi/2.6/orders/a", "RECEIVED");
    let last = row(json!("2"), "/onapi/2.6/orders/b", "DONE_SUCCESS");
    let rows: &[_] = &[("1", "a", Standing::Working), ("2", "b", Standing::Done)];
    check(json!([first, last]), Some(rows));
    check(json!({ "orderevents": [first, { "event": "x" }, { "order": 1 }, last] }), Some(rows));
    check(first.clone(), Some(&rows[..1]));
    check(row(json!("3"), "/orders/c", "PAUSED"), Some(&[("3", "c", Standing::Unknown)]));
    check(json!([]), Some(&[]));
    check(json!({ "cause": "?" }), None);
    check(json!(null), None);
    assert_eq!(V2_6.fed(&answer(500, &json!([]))), None);

    let many: Vec<Value> = (0..10_500).map(|n| row(json!(n), "/orders/a", "RECEIVED")).collect();
    assert_eq!(V2_6.fed(&answer(200, &json!(many))).unwrap().len(), 10_000);
}
