//! What an answer to a message means.

use std::time::Duration;

use sluss::dialects::soap::Soap;
use sluss::dialects::{Answer, Dialect, Placement, Standing, Verdict};
use sluss::domain::{Act, RejectReason};

use super::{answer, fixture, placed};

#[track_caller]
fn check_order(status: u16, name: &str, changes: &[(&str, &str)], expected: Verdict) {
    let got = Soap.decode(Act::Activate, &answer(status, fixture(name, changes)));
    assert_eq!(got, expected, "{status} {name} {changes:?}");
}

#[test]
fn an_order_that_is_taken() {
    let name = "place-order-answer.xml";
    let taken = |standing| Verdict::Accepted(placed("ORD-000042", Some("SUB-00017"), standing));
    check_order(200, name, &[], taken(Standing::Working));
    check_order(202, name, &[], taken(Standing::Working));
    check_order(200, name, &[("RECEIVED", "IN_PROGRESS")], taken(Standing::Working));
    check_order(200, name, &[("RECEIVED", " DONE_SUCCESS\n")], taken(Standing::Done));
    check_order(200, name, &[("RECEIVED", "DONE_FAILED")], taken(Standing::Failed));
    check_order(200, name, &[("RECEIVED", "PARKED")], taken(Standing::Unknown));
    check_order(
        200,
        "place-order-answer-failed.xml",
        &[],
        Verdict::Accepted(placed("ORD-000042", None, Standing::Failed)),
    );
    check_order(
        200,
        "place-order-answer-already.xml",
        &[],
        Verdict::Accepted(Placement {
            reference: None,
            subscription: None,
            standing: Standing::Done,
        }),
    );
}

#[test]
fn an_answer_of_another_stack() {
    let name = "place-order-answer.xml";
    let taken = Verdict::Accepted(placed("ORD-000042", Some("SUB-00017"), Standing::Working));
    // Other prefixes, a prefix on the payload, children in no namespace, an element that is new.
    check_order(200, name, &[("soap:", "S:"), (":soap=", ":S=")], taken.clone());
    check_order(
        200,
        name,
        &[
            ("PlaceOrderResponse xmlns=", "ns:PlaceOrderResponse xmlns:ns="),
            ("</Place", "</ns:Place"),
        ],
        taken.clone(),
    );
    check_order(
        200,
        name,
        &[("<State>", "<Price currency=\"SEK\">1<a/></Price><State>")],
        taken.clone(),
    );
    check_order(
        200,
        name,
        &[(
            "<soap:Body>",
            "<soap:Header><w:Security xmlns:w=\"urn:w\"/></soap:Header><soap:Body>\n",
        )],
        taken,
    );
}

#[test]
fn half_an_answer_is_unclear() {
    let name = "place-order-answer.xml";
    for changes in [
        ("<OrderId>ORD-000042</OrderId>", ""),
        ("ORD-000042", ""),
        ("ORD-000042", "ORD 42"),
        ("ORD-000042", "<b>ORD-000042</b>"),
        ("<State>RECEIVED</State>", ""),
        ("RECEIVED", ""),
        ("<State>", "<State>RECEIVED</State><State>"),
        ("SUB-00017", "191212121212å"),
        ("PlaceOrderResponse", "ReportFaultResponse"),
        ("urn:sluss:operator:1", "urn:sluss:operator:2"),
        ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
        ("</soap:Body>", "<a/></soap:Body>"),
        ("</soap:Body>", "</soap:Body><soap:Body/>"),
        ("</soap:Envelope>", ""),
        ("<soap:Envelope", "<!DOCTYPE a><soap:Envelope"),
        ("RECEIVED", "&state;"),
    ] {
        check_order(200, name, &[changes], Verdict::Unclear);
    }
    for status in [100, 302, 400, 404, 500, 502, 503] {
        check_order(status, name, &[], Verdict::Unclear);
    }
    assert_eq!(Soap.decode(Act::Activate, &answer(200, Vec::new())), Verdict::Unclear);
    assert_eq!(Soap.decode(Act::Activate, &answer(200, b"<html>".to_vec())), Verdict::Unclear);
}

#[test]
fn faults() {
    let invalid = Verdict::Rejected(RejectReason::Invalid);
    for status in [200, 400, 403, 409, 500] {
        let unknown = Verdict::Rejected(RejectReason::AccessUnknown);
        check_order(status, "fault-unknown-access.xml", &[], unknown);
    }
    check_order(500, "fault-invalid.xml", &[], invalid);
    check_order(500, "fault-conflict.xml", &[], Verdict::Rejected(RejectReason::Conflict));
    check_order(500, "fault-not-found.xml", &[], Verdict::Rejected(RejectReason::NotFound));
    check_order(500, "fault-busy.xml", &[], Verdict::Busy(Some(Duration::from_secs(30))));
    check_order(500, "fault-busy.xml", &[(">30<", ">soon<")], Verdict::Busy(None));
    check_order(500, "fault-busy.xml", &[(">30<", ">86401<")], Verdict::Busy(None));
    check_order(500, "fault-credentials.xml", &[], Verdict::Credentials);
    check_order(500, "fault-not-offered.xml", &[], Verdict::NotOffered);
    check_order(500, "fault-internal.xml", &[], Verdict::Unclear);
    check_order(500, "fault-invalid.xml", &[(">INVALID<", ">SURPRISE<")], Verdict::Unclear);
    check_order(500, "fault-invalid.xml", &[("<Code>INVALID</Code>", "")], Verdict::Unclear);
    check_order(500, "fault-invalid.xml", &[("detail", "details")], Verdict::Unclear);
    check_order(
        500,
        "fault-invalid.xml",
        &[("detail", "details"), ("soap:Client", "wsse:FailedAuthentication")],
        Verdict::Credentials,
    );
}

#[test]
fn statuses_without_a_fault() {
    #[track_caller]
    fn check(status: u16, retry_after: Option<u64>, expected: Verdict) {
        let retry_after = retry_after.map(Duration::from_secs);
        let got = Answer { status, retry_after, body: b"<html/>".to_vec(), ..Answer::default() };
        assert_eq!(Soap.decode(Act::Report, &got), expected);
    }
    check(401, None, Verdict::Credentials);
    check(403, None, Verdict::Credentials);
    check(429, Some(7), Verdict::Busy(Some(Duration::from_secs(7))));
    check(503, Some(7), Verdict::Busy(Some(Duration::from_secs(7))));
    check(429, None, Verdict::Unclear);
    check(503, None, Verdict::Unclear);
    check(200, Some(7), Verdict::Unclear);
    check(404, None, Verdict::Unclear);
}

#[test]
fn a_fault_report_that_is_taken() {
    #[track_caller]
    fn check(state: &str, expected: Verdict) {
        let body = fixture("report-fault-answer.xml", &[("CREATED", state)]);
        assert_eq!(Soap.decode(Act::Report, &answer(200, body)), expected);
    }
    let taken = |standing| Verdict::Accepted(placed("TT-000007", None, standing));
    check("CREATED", taken(Standing::Working));
    check("IN_PROGRESS_CO", taken(Standing::Working));
    check("IN_PROGRESS_SP", taken(Standing::Working));
    check("CLOSED", taken(Standing::Done));
    check("DONE_SUCCESS", taken(Standing::Unknown));
    check("", Verdict::Unclear);
}
