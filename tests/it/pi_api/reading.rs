//! What we hear: statuses, the texts of refusals, closing codes, and what is asked.

use std::time::Duration;

use serde_json::{Value, json};
use sluss::dialects::pi_api::{Action, Closing, Outcome, PiApi, Problem};
use sluss::dialects::{
    Answer, Dialect, Finding, Method, Placement, Progress, Query, Standing, Verdict,
};
use sluss::domain::{AccessId, Act, HoldReason, OperatorReference, RejectReason, ServiceId};

use super::{OURS, SPOKEN, sought};

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, body: body.to_string().into_bytes(), ..Answer::default() }
}

fn placement(reference: Option<&str>, standing: Standing) -> Placement {
    let reference = reference.map(|reference| OperatorReference::parse(reference).unwrap());
    Placement { reference, subscription: None, standing }
}

#[test]
fn statuses() {
    let check = |status, retry_after: Option<u64>, expected: Verdict| {
        let retry_after = retry_after.map(Duration::from_secs);
        let body = br#"{ "cause": "Error number 12345" }"#.to_vec();
        let answer = Answer { status, retry_after, body, ..Answer::default() };
        for &act in SPOKEN {
            assert_eq!(PiApi.decode(act, &answer), expected, "{act} {status}");
        }
    };
    check(200, None, Verdict::Unclear);
    check(201, None, Verdict::Unclear);
    check(302, None, Verdict::Unclear);
    check(400, None, Verdict::Puzzling(HoldReason::Unclear));
    check(401, None, Verdict::Credentials);
    check(403, None, Verdict::Credentials);
    check(404, None, Verdict::NotOffered);
    check(405, None, Verdict::NotOffered);
    check(408, None, Verdict::Unclear);
    check(409, None, Verdict::Rejected(RejectReason::Conflict));
    check(415, None, Verdict::Rejected(RejectReason::Invalid));
    check(422, None, Verdict::Puzzling(HoldReason::Unclear));
    check(429, None, Verdict::Busy(None));
    check(429, Some(30), Verdict::Busy(Some(Duration::from_secs(30))));
    check(500, Some(30), Verdict::Unclear);
    check(501, None, Verdict::NotOffered);
    check(503, None, Verdict::Unclear);
    check(503, Some(5), Verdict::Busy(Some(Duration::from_secs(5))));
}

#[test]
fn a_refusal_is_understood_by_its_text_or_left_to_a_person() {
    let invalid = Verdict::Rejected(RejectReason::Invalid);
    let conflict = Verdict::Rejected(RejectReason::Conflict);
    let customer = Verdict::Puzzling(HoldReason::MissingField);
    let unknown = Verdict::Puzzling(HoldReason::Unclear);
    for (body, expected) in [
        (json!({ "cause": "Missing customer.firstName" }), &customer),
        (json!({ "cause": "missing deliveryAddress.zipCode" }), &customer),
        (json!([{ "cause": "Felaktig kunddata" }]), &customer),
        (json!({ "message": "Missing customerInformation" }), &customer),
        (json!({ "cause": "UNKNOWN ACCESSID" }), &invalid),
        (json!({ "cause": "Felaktigt AccessId" }), &invalid),
        (json!({ "cause": "Felaktig Service för accessen" }), &invalid),
        (json!({ "cause": "Another Service of ServiceType 'IPTV' is already active." }), &conflict),
        (
            json!({ "cause": "ServiceType is already claimed by other Service Provider." }),
            &conflict,
        ),
        (json!({ "cause": "" }), &unknown),
        (json!({ "cause": ["a"] }), &unknown),
        (json!({ "error": "customer.firstName" }), &unknown),
        (json!("customer.firstName"), &unknown),
        (json!(null), &unknown),
    ] {
        assert_eq!(&PiApi.decode(Act::Activate, &answer(400, &body)), expected, "{body}");
    }
    let html = Answer { status: 400, body: b"<p>".to_vec(), ..Answer::default() };
    assert_eq!(PiApi.decode(Act::Report, &html), unknown);
}

#[test]
fn odd_orders_and_tickets() {
    let order = |status, body: Value, expected| {
        assert_eq!(PiApi.decode(Act::Activate, &answer(status, &body)), expected, "{body}");
    };
    let accepted = |id, standing| Verdict::Accepted(placement(id, standing));
    let path = "https://op.example.com/api/2.2/orders/b/";
    order(201, json!({ "path": path }), accepted(Some("b"), Standing::Working));
    order(201, json!([{ "path": path }]), accepted(Some("b"), Standing::Working));
    order(
        200,
        json!({ "path": path, "state": "DONE_FAILED" }),
        accepted(Some("b"), Standing::Failed),
    );
    // What is worked on under no id cannot be followed.
    order(200, json!({ "state": "RECEIVED" }), accepted(None, Standing::Unknown));
    order(201, json!({ "path": path, "operation": "DEACTIVATE" }), Verdict::Unclear);
    order(201, json!({}), Verdict::Unclear);
    order(200, json!([]), Verdict::Unclear);
    let located = Answer {
        status: 201,
        location: Some("/api/2.2/orders/ec4b".to_owned()),
        ..Answer::default()
    };
    let expected = accepted(Some("ec4b"), Standing::Working);
    assert_eq!(PiApi.decode(Act::Activate, &located), expected);

    let ticket = |body: Value, expected| {
        assert_eq!(PiApi.decode(Act::Report, &answer(200, &body)), expected, "{body}");
    };
    ticket(json!({ "ticketRef": "TT#1" }), accepted(Some("TT#1"), Standing::Working));
    ticket(json!({ "ticketRef": "no id" }), Verdict::Unclear);
    ticket(json!({ "ticketRef": null }), Verdict::Unclear);
}

#[test]
fn every_closing_code_has_its_meaning() {
    let standing = |action: Option<&str>, outcome: Option<&str>| {
        let closing =
            Closing { action: action.map(Action::parse), outcome: outcome.map(Outcome::parse) };
        closing.standing()
    };
    for (outcome, expected) in [
        ("PROBLEM_SOLVED", Standing::Done),
        ("PROBLEM_SOLVED_WITH_INTERIM_SOLUTION", Standing::Done),
        ("PROBLEM_NOT_SOLVED", Standing::Failed),
        ("CANCELLED", Standing::Failed),
        ("REJECTED", Standing::Failed),
        ("OTHER", Standing::Unknown),
        ("SOLVED", Standing::Unknown),
        (" problem_solved ", Standing::Done),
    ] {
        assert_eq!(standing(None, Some(outcome)), expected, "{outcome}");
        // How it went decides, whatever was done.
        assert_eq!(standing(Some("WRONG_ASSIGNMENT"), Some(outcome)), expected, "{outcome}");
    }
    for action in [
        "FAULT_CLEARED_BY_ITSELF",
        "NO_FAULT_FOUND",
        "HARDWARE_REPLACE_OR_REPAIR",
        "SOFTWARE_RELEASE_OR_PATCH",
        "RECONFIGURATION_OR_DATA_FIX",
        "ENVIRONMENTAL",
        "FORCE_MAJEURE",
        "THIRD_PARTY",
        "RESET",
    ] {
        assert_eq!(standing(Some(action), None), Standing::Done, "{action}");
    }
    for action in ["CR_ISSUED", "WRONG_ASSIGNMENT", "OTHER", "REBOOTED", ""] {
        assert_eq!(standing(Some(action), None), Standing::Unknown, "{action}");
    }
    assert_eq!(standing(None, None), Standing::Done);
}

#[test]
fn questions_to_the_operator() {
    let check = |query: &Query, path: &str| {
        let request = query.request();
        assert_eq!((request.method, request.path.as_str()), (Method::Get, path));
        assert!(request.body.is_empty() && request.content_type.is_none());
        assert!(!path.contains(OURS));
    };
    check(&PiApi.find(&sought(Act::Activate)), "accesses/STTA0001");
    check(&PiApi.find(&sought(Act::Terminate)), "accesses/STTA0001");
    check(&PiApi.find(&sought(Act::Report)), "getTickets");
    let reference = OperatorReference::parse("TT#1").unwrap();
    check(&PiApi.follow(Act::Activate, &reference), "orders/TT%231");
    check(&PiApi.follow(Act::Report, &reference), "ticket/TT%231");
    check(&PiApi.feed(None).unwrap(), "orderevents/");
    check(&PiApi.feed(Some("a&b")).unwrap(), "orderevents/?since=a%26b");
    let access = AccessId::parse("STTA0001").unwrap();
    let service = ServiceId::parse("BB 100/100").unwrap();
    check(&PiApi::ask_template(&access, None, None), "getTemplate?aid=STTA0001");
    check(
        &PiApi::ask_template(&access, Some(&service), Some(Problem::Total)),
        "getTemplate?aid=STTA0001&service=BB%20100%2F100&type=TOTAL",
    );
}

#[test]
fn what_is_not_there_any_more_and_what_cannot_be_asked() {
    let empty = json!([]);
    for act in [Act::Activate, Act::Report] {
        assert_eq!(PiApi.followed(act, &answer(404, &empty)), Progress::Gone);
        assert_eq!(PiApi.followed(act, &answer(500, &empty)), Progress::Unclear);
        assert_eq!(PiApi.followed(act, &answer(429, &empty)), Progress::Busy(None));
        assert_eq!(PiApi.followed(act, &answer(200, &json!({ "a": 1 }))), Progress::Unclear);
        assert_eq!(PiApi.found(&sought(act), &answer(429, &empty)), Finding::Busy(None));
        assert_eq!(PiApi.found(&sought(act), &answer(500, &empty)), Finding::Unclear);
    }
    // An order that is placed twice is one order; a ticket that is created twice is two.
    assert_eq!(PiApi.found(&sought(Act::Activate), &answer(404, &empty)), Finding::Absent);
    assert_eq!(PiApi.found(&sought(Act::Report), &answer(404, &empty)), Finding::Unclear);
    assert_eq!(PiApi.found(&sought(Act::Report), &answer(200, &empty)), Finding::Absent);
    // Without a service, and about another access, nothing can be told.
    let mut vague = sought(Act::Terminate);
    vague.service = None;
    let access = answer(200, &json!({ "accessId": "STTA0001", "active": [] }));
    assert_eq!(PiApi.found(&vague, &access), Finding::Unclear);
    let other = answer(200, &json!({ "accessId": "STTA0002", "active": [] }));
    assert_eq!(PiApi.found(&sought(Act::Terminate), &other), Finding::Unclear);
    assert_eq!(PiApi.fed(&answer(200, &empty)), Some(vec![]));
    assert_eq!(PiApi.fed(&answer(200, &json!({ "cause": "x" }))), None);
    assert_eq!(PiApi.fed(&answer(500, &empty)), None);
    assert_eq!(PiApi::templates(&answer(404, &empty)), None);
    assert_eq!(PiApi::templates(&answer(200, &json!({ "a": 1 }))), None);
}
