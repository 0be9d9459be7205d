//! What it asks about a message that is gone, and how it reads what comes back.

use std::time::Duration;

use sluss::dialects::soap::Soap;
use sluss::dialects::{Dialect, FeedEvent, Finding, Method, Progress, Query, Standing};
use sluss::domain::Act;

use super::{REFERENCE, answer, fixture, operator, placed, sought};

#[track_caller]
fn check_found(act: Act, name: &str, changes: &[(&str, &str)], expected: Finding) {
    let status = if name.starts_with("fault") { 500 } else { 200 };
    let got = Soap.found(&sought(act), &answer(status, fixture(name, changes)));
    assert_eq!(got, expected, "{name} {changes:?}");
}

#[test]
fn an_order_is_found_by_our_reference_alone() {
    let present = Finding::Present(placed("ORD-000042", Some("SUB-00017"), Standing::Working));
    let list = "find-orders-answer.xml";
    check_found(Act::Activate, list, &[], present);
    check_found(Act::Activate, "find-orders-answer-none.xml", &[], Finding::Absent);
    let other = "vtsrqpnmkjhgfdcbvtsrqpnmkjhgfdcb";
    check_found(Act::Activate, list, &[(REFERENCE, other)], Finding::Absent);
    // Our reference on what we did not ask for, twice, or on half an order.
    check_found(Act::Change, list, &[], Finding::Unclear);
    let ours = format!("<OrderId>ORD-000009</OrderId><Reference>{REFERENCE}</Reference>");
    check_found(
        Act::Activate,
        list,
        &[("<OrderId>ORD-000009</OrderId>", &ours), ("DEACTIVATE", "ACTIVATE")],
        Finding::Unclear,
    );
    check_found(Act::Activate, list, &[("ORD-000042", "")], Finding::Unclear);
    check_found(Act::Activate, "find-tickets-answer.xml", &[], Finding::Unclear);
}

#[test]
fn a_ticket_is_found_by_our_reference() {
    let present = Finding::Present(placed("TT-000007", None, Standing::Working));
    check_found(Act::Report, "find-tickets-answer.xml", &[], present);
    check_found(Act::Report, "find-tickets-answer-none.xml", &[], Finding::Absent);
}

#[test]
fn a_list_that_may_be_cut_off_proves_nothing() {
    let body = |rows: usize| {
        let row = "<Ticket><TicketId>TT-1</TicketId><State>CLOSED</State></Ticket>".repeat(rows);
        let response = "<FindTicketsResponse xmlns=\"urn:sluss:operator:1\">";
        fixture("find-tickets-answer-none.xml", &[(response, &format!("{response}{row}"))])
    };
    let found = |rows| Soap.found(&sought(Act::Report), &answer(200, body(rows)));
    assert_eq!(found(499), Finding::Absent);
    assert_eq!(found(500), Finding::Unclear);
}

#[test]
fn faults_of_a_search() {
    check_found(Act::Activate, "fault-not-found.xml", &[], Finding::Absent);
    let busy = Finding::Busy(Some(Duration::from_secs(30)));
    check_found(Act::Activate, "fault-busy.xml", &[], busy);
    for name in [
        "fault-unknown-access.xml",
        "fault-invalid.xml",
        "fault-conflict.xml",
        "fault-credentials.xml",
        "fault-not-offered.xml",
        "fault-internal.xml",
    ] {
        check_found(Act::Activate, name, &[], Finding::Unclear);
    }
    // 404 may be a gateway that lost its way: only the operator's own word is proof.
    let lost = answer(404, b"<html/>".to_vec());
    assert_eq!(Soap.found(&sought(Act::Activate), &lost), Finding::Unclear);
}

#[test]
fn progress() {
    #[track_caller]
    fn check(act: Act, name: &str, changes: &[(&str, &str)], expected: Progress) {
        let status = if name.starts_with("fault") { 500 } else { 200 };
        let got = Soap.followed(act, &answer(status, fixture(name, changes)));
        assert_eq!(got, expected, "{name} {changes:?}");
    }
    let (order, fault) = (Act::Terminate, Act::Report);
    let done = Progress::At(placed("ORD-000042", Some("SUB-00017"), Standing::Done));
    check(order, "get-order-answer.xml", &[], done);
    let closed = Progress::At(placed("TT-000007", None, Standing::Done));
    check(fault, "get-ticket-answer.xml", &[], closed);
    check(order, "get-ticket-answer.xml", &[], Progress::Unclear);
    check(order, "get-order-answer.xml", &[("DONE_SUCCESS", "")], Progress::Unclear);
    check(fault, "fault-not-found.xml", &[], Progress::Gone);
    check(fault, "fault-busy.xml", &[], Progress::Busy(Some(Duration::from_secs(30))));
    check(fault, "fault-credentials.xml", &[], Progress::Unclear);
}

#[test]
fn the_feed_is_read_oldest_first_and_within_bounds() {
    let name = "get-order-events-answer.xml";
    let fed = |changes: &[(&str, &str)]| Soap.fed(&answer(200, fixture(name, changes)));
    let event = |event: &str, standing| FeedEvent {
        event: event.to_owned(),
        reference: operator("ORD-000042"),
        standing,
    };
    let first = event("EV-000101", Standing::Working);
    let second = event("EV-000102", Standing::Done);
    assert_eq!(fed(&[]), Some(vec![first.clone(), second.clone()]));
    assert_eq!(fed(&[("EV-000101", "")]), None);
    assert_eq!(fed(&[("<State>IN_PROGRESS</State>", "")]), None);
    let foreign = [("<OrderId>ORD-000042</OrderId><State>IN", "<OrderId>Ö 1</OrderId><State>IN")];
    assert_eq!(fed(&foreign), Some(vec![second]));

    let row =
        "<Event><EventId>EV-1</EventId><OrderId>ORD-1</OrderId><State>RECEIVED</State></Event>";
    let many = row.repeat(501);
    let list = "</GetOrderEventsResponse>";
    let count = fed(&[(list, &format!("{many}{list}"))]).map(|events| events.len());
    assert_eq!(count, Some(500));
    assert_eq!(Soap.fed(&answer(500, fixture("fault-busy.xml", &[]))), None);
}

#[track_caller]
fn check_query(query: &Query, action: &str, name: &str) {
    let request = query.request();
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, "operator");
    assert_eq!(request.content_type, Some("text/xml; charset=utf-8"));
    assert_eq!(request.soap_action, Some(format!("\"urn:sluss:operator:1#{action}\"").as_str()));
    let body = String::from_utf8(request.body.clone()).expect("UTF-8");
    let expected = String::from_utf8(fixture(name, &[])).expect("UTF-8");
    assert_eq!(body, expected.trim_end());
    let offset = request.security_offset.expect("there is a header");
    assert!(
        body[..offset].ends_with("<soap:Header>") && body[offset..].starts_with("</soap:Header>")
    );
}

#[test]
fn questions() {
    check_query(&Soap.find(&sought(Act::Activate)), "FindOrders", "find-orders.xml");
    check_query(&Soap.find(&sought(Act::Report)), "FindTickets", "find-tickets.xml");
    let order = operator("ORD-000042");
    check_query(&Soap.follow(Act::Change, &order), "GetOrder", "get-order.xml");
    let ticket = operator("TT-000007");
    check_query(&Soap.follow(Act::Report, &ticket), "GetTicket", "get-ticket.xml");
    let feed = Soap.feed(Some("EV-000100")).expect("there is a feed");
    check_query(&feed, "GetOrderEvents", "get-order-events.xml");
    assert_eq!(Soap.feed(None), Soap.feed(Some("<Since>")));
}
