//! The SOAP dialect from outside: what it asks, how it reads answers, and that schema, fixtures and
//! WSDL say the same.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "rows of a check read better without `&`"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use proptest::prelude::*;
use sluss::dialects::soap::Soap;
use sluss::dialects::soap::security::security_header;
use sluss::dialects::{
    Answer, Dialect, FeedEvent, Finding, Method, Placement, Progress, Query, Sought, Standing,
    Verdict,
};
use sluss::domain::{
    AccessId, OpaqueReference, OperatorReference, Purpose, RejectReason, SubscriptionId, Timestamp,
};

const REFERENCE: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

/// A wire example; `old=>new` pairs change it.
fn fixture(name: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let path = root().join("fixtures/dialects/soap").join(name);
    let mut text = std::fs::read_to_string(&path).expect("the fixture is there");
    for (old, new) in changes {
        assert!(text.contains(old), "{name} holds {old}");
        text = text.replace(old, new);
    }
    text.into_bytes()
}

fn answer(status: u16, body: Vec<u8>) -> Answer {
    Answer {
        status,
        retry_after: None,
        location: None,
        body,
    }
}

fn sought(purpose: Purpose) -> Sought {
    Sought {
        purpose,
        reference: OpaqueReference::parse(REFERENCE).expect("a reference"),
        access: AccessId::parse("STTA0001").expect("an access id"),
        subscription: None,
        since: Timestamp::from_micros(0),
    }
}

fn operator(id: &str) -> OperatorReference {
    OperatorReference::parse(id).expect("an operator's id")
}

fn placed(id: &str, subscription: Option<&str>, standing: Standing) -> Placement {
    Placement {
        reference: Some(operator(id)),
        subscription: subscription.map(|id| SubscriptionId::parse(id).expect("a subscription id")),
        standing,
    }
}

// ----- What an answer to a message means -------------------------------------------------------

#[track_caller]
fn check_order(status: u16, name: &str, changes: &[(&str, &str)], expected: Verdict) {
    let got = Soap.decode(Purpose::Activate, &answer(status, fixture(name, changes)));
    assert_eq!(got, expected, "{status} {name} {changes:?}");
}

#[test]
fn an_order_that_is_taken() {
    let name = "place-order-answer.xml";
    let taken = |standing| Verdict::Accepted(placed("ORD-000042", Some("SUB-00017"), standing));
    check_order(200, name, &[], taken(Standing::Working));
    check_order(202, name, &[], taken(Standing::Working));
    check_order(
        200,
        name,
        &[("RECEIVED", "IN_PROGRESS")],
        taken(Standing::Working),
    );
    check_order(
        200,
        name,
        &[("RECEIVED", " DONE_SUCCESS\n")],
        taken(Standing::Done),
    );
    check_order(
        200,
        name,
        &[("RECEIVED", "DONE_FAILED")],
        taken(Standing::Failed),
    );
    check_order(
        200,
        name,
        &[("RECEIVED", "PARKED")],
        taken(Standing::Unknown),
    );
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
    check_order(
        200,
        name,
        &[("soap:", "S:"), (":soap=", ":S=")],
        taken.clone(),
    );
    check_order(
        200,
        name,
        &[
            (
                "PlaceOrderResponse xmlns=",
                "ns:PlaceOrderResponse xmlns:ns=",
            ),
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
        (
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        ),
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
    assert_eq!(
        Soap.decode(Purpose::Activate, &answer(200, Vec::new())),
        Verdict::Unclear
    );
    assert_eq!(
        Soap.decode(Purpose::Activate, &answer(200, b"<html>".to_vec())),
        Verdict::Unclear
    );
}

#[test]
fn faults() {
    let invalid = Verdict::Rejected(RejectReason::Invalid);
    for status in [200, 400, 403, 409, 500] {
        check_order(status, "fault-unknown-access.xml", &[], invalid.clone());
    }
    check_order(500, "fault-invalid.xml", &[], invalid);
    check_order(
        500,
        "fault-conflict.xml",
        &[],
        Verdict::Rejected(RejectReason::Conflict),
    );
    check_order(
        500,
        "fault-not-found.xml",
        &[],
        Verdict::Rejected(RejectReason::NotFound),
    );
    check_order(
        500,
        "fault-busy.xml",
        &[],
        Verdict::Busy(Some(Duration::from_secs(30))),
    );
    check_order(
        500,
        "fault-busy.xml",
        &[(">30<", ">soon<")],
        Verdict::Busy(None),
    );
    check_order(
        500,
        "fault-busy.xml",
        &[(">30<", ">86401<")],
        Verdict::Busy(None),
    );
    check_order(500, "fault-credentials.xml", &[], Verdict::Credentials);
    check_order(500, "fault-not-offered.xml", &[], Verdict::NotOffered);
    check_order(500, "fault-internal.xml", &[], Verdict::Unclear);
    check_order(
        500,
        "fault-invalid.xml",
        &[(">INVALID<", ">SURPRISE<")],
        Verdict::Unclear,
    );
    check_order(
        500,
        "fault-invalid.xml",
        &[("<Code>INVALID</Code>", "")],
        Verdict::Unclear,
    );
    check_order(
        500,
        "fault-invalid.xml",
        &[("detail", "details")],
        Verdict::Unclear,
    );
    check_order(
        500,
        "fault-invalid.xml",
        &[
            ("detail", "details"),
            ("soap:Client", "wsse:FailedAuthentication"),
        ],
        Verdict::Credentials,
    );
}

#[test]
fn statuses_without_a_fault() {
    #[track_caller]
    fn check(status: u16, retry_after: Option<u64>, expected: Verdict) {
        let retry_after = retry_after.map(Duration::from_secs);
        let got = Answer {
            status,
            retry_after,
            location: None,
            body: b"<html/>".to_vec(),
        };
        assert_eq!(Soap.decode(Purpose::FaultReport, &got), expected);
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
        assert_eq!(
            Soap.decode(Purpose::FaultReport, &answer(200, body)),
            expected
        );
    }
    let taken = |standing| Verdict::Accepted(placed("TT-000007", None, standing));
    check("CREATED", taken(Standing::Working));
    check("IN_PROGRESS_CO", taken(Standing::Working));
    check("IN_PROGRESS_SP", taken(Standing::Working));
    check("CLOSED", taken(Standing::Done));
    check("DONE_SUCCESS", taken(Standing::Unknown));
    check("", Verdict::Unclear);
}

// ----- Does the operator have it? --------------------------------------------------------------

#[track_caller]
fn check_found(purpose: Purpose, name: &str, changes: &[(&str, &str)], expected: Finding) {
    let status = if name.starts_with("fault") { 500 } else { 200 };
    let got = Soap.found(&sought(purpose), &answer(status, fixture(name, changes)));
    assert_eq!(got, expected, "{name} {changes:?}");
}

#[test]
fn an_order_is_found_by_our_reference_alone() {
    let present = Finding::Present(placed("ORD-000042", Some("SUB-00017"), Standing::Working));
    let list = "find-orders-answer.xml";
    check_found(Purpose::Activate, list, &[], present);
    check_found(
        Purpose::Activate,
        "find-orders-answer-none.xml",
        &[],
        Finding::Absent,
    );
    let other = "vtsrqpnmkjhgfdcbvtsrqpnmkjhgfdcb";
    check_found(
        Purpose::Activate,
        list,
        &[(REFERENCE, other)],
        Finding::Absent,
    );
    // Our reference on what we did not ask for, twice, or on half an order.
    check_found(Purpose::Change, list, &[], Finding::Unclear);
    let ours = format!("<OrderId>ORD-000009</OrderId><Reference>{REFERENCE}</Reference>");
    check_found(
        Purpose::Activate,
        list,
        &[
            ("<OrderId>ORD-000009</OrderId>", &ours),
            ("DEACTIVATE", "ACTIVATE"),
        ],
        Finding::Unclear,
    );
    check_found(
        Purpose::Activate,
        list,
        &[("ORD-000042", "")],
        Finding::Unclear,
    );
    check_found(
        Purpose::Activate,
        "find-tickets-answer.xml",
        &[],
        Finding::Unclear,
    );
}

#[test]
fn a_ticket_is_found_by_our_reference() {
    let present = Finding::Present(placed("TT-000007", None, Standing::Working));
    check_found(
        Purpose::FaultReport,
        "find-tickets-answer.xml",
        &[],
        present,
    );
    check_found(
        Purpose::FaultReport,
        "find-tickets-answer-none.xml",
        &[],
        Finding::Absent,
    );
}

#[test]
fn a_list_that_may_be_cut_off_proves_nothing() {
    let body = |rows: usize| {
        let row = "<Ticket><TicketId>TT-1</TicketId><State>CLOSED</State></Ticket>".repeat(rows);
        let response = "<FindTicketsResponse xmlns=\"urn:sluss:operator:1\">";
        fixture(
            "find-tickets-answer-none.xml",
            &[(response, &format!("{response}{row}"))],
        )
    };
    let found = |rows| Soap.found(&sought(Purpose::FaultReport), &answer(200, body(rows)));
    assert_eq!(found(499), Finding::Absent);
    assert_eq!(found(500), Finding::Unclear);
}

#[test]
fn faults_of_a_search() {
    check_found(
        Purpose::Activate,
        "fault-not-found.xml",
        &[],
        Finding::Absent,
    );
    let busy = Finding::Busy(Some(Duration::from_secs(30)));
    check_found(Purpose::Activate, "fault-busy.xml", &[], busy);
    for name in [
        "fault-unknown-access.xml",
        "fault-invalid.xml",
        "fault-conflict.xml",
        "fault-credentials.xml",
        "fault-not-offered.xml",
        "fault-internal.xml",
    ] {
        check_found(Purpose::Activate, name, &[], Finding::Unclear);
    }
    // 404 may be a gateway that lost its way: only the operator's own word is proof.
    let lost = answer(404, b"<html/>".to_vec());
    assert_eq!(
        Soap.found(&sought(Purpose::Activate), &lost),
        Finding::Unclear
    );
}

// ----- How far is it? --------------------------------------------------------------------------

#[test]
fn progress() {
    #[track_caller]
    fn check(purpose: Purpose, name: &str, changes: &[(&str, &str)], expected: Progress) {
        let status = if name.starts_with("fault") { 500 } else { 200 };
        let got = Soap.followed(purpose, &answer(status, fixture(name, changes)));
        assert_eq!(got, expected, "{name} {changes:?}");
    }
    let (order, fault) = (Purpose::Terminate, Purpose::FaultReport);
    let done = Progress::At(placed("ORD-000042", Some("SUB-00017"), Standing::Done));
    check(order, "get-order-answer.xml", &[], done);
    let closed = Progress::At(placed("TT-000007", None, Standing::Done));
    check(fault, "get-ticket-answer.xml", &[], closed);
    check(order, "get-ticket-answer.xml", &[], Progress::Unclear);
    check(
        order,
        "get-order-answer.xml",
        &[("DONE_SUCCESS", "")],
        Progress::Unclear,
    );
    check(fault, "fault-not-found.xml", &[], Progress::Gone);
    check(
        fault,
        "fault-busy.xml",
        &[],
        Progress::Busy(Some(Duration::from_secs(30))),
    );
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
    let foreign = [(
        "<OrderId>ORD-000042</OrderId><State>IN",
        "<OrderId>Ö 1</OrderId><State>IN",
    )];
    assert_eq!(fed(&foreign), Some(vec![second]));

    let row =
        "<Event><EventId>EV-1</EventId><OrderId>ORD-1</OrderId><State>RECEIVED</State></Event>";
    let many = row.repeat(501);
    let list = "</GetOrderEventsResponse>";
    let count = fed(&[(list, &format!("{many}{list}"))]).map(|events| events.len());
    assert_eq!(count, Some(500));
    assert_eq!(Soap.fed(&answer(500, fixture("fault-busy.xml", &[]))), None);
}

// ----- What it asks ----------------------------------------------------------------------------

#[track_caller]
fn check_query(query: &Query, action: &str, name: &str) {
    let request = query.request();
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, "operator");
    assert_eq!(request.content_type, Some("text/xml; charset=utf-8"));
    assert_eq!(
        request.soap_action,
        Some(format!("\"urn:sluss:operator:1#{action}\"").as_str())
    );
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
    check_query(
        &Soap.find(&sought(Purpose::Activate)),
        "FindOrders",
        "find-orders.xml",
    );
    check_query(
        &Soap.find(&sought(Purpose::FaultReport)),
        "FindTickets",
        "find-tickets.xml",
    );
    let order = operator("ORD-000042");
    check_query(
        &Soap.follow(Purpose::Change, &order),
        "GetOrder",
        "get-order.xml",
    );
    let ticket = operator("TT-000007");
    check_query(
        &Soap.follow(Purpose::FaultReport, &ticket),
        "GetTicket",
        "get-ticket.xml",
    );
    let feed = Soap.feed(Some("EV-000100")).expect("there is a feed");
    check_query(&feed, "GetOrderEvents", "get-order-events.xml");
    assert_eq!(Soap.feed(None), Soap.feed(Some("<Since>")));
}

// ----- Schema, fixtures, WSDL ------------------------------------------------------------------

#[test]
fn every_fixture_is_valid() {
    let folder = root().join("fixtures/dialects/soap");
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("can be listed").path())
        .collect();
    assert!(files.len() >= 28);
    valid(&files);
}

#[test]
fn what_is_asked_is_valid_with_credentials_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = security_header("profitbyte", "<&\">' å\r");
    let mut files = Vec::new();
    for (index, query) in [
        Soap.find(&sought(Purpose::Terminate)),
        Soap.find(&sought(Purpose::FaultReport)),
        Soap.follow(Purpose::Activate, &operator("A_b#1.2-3")),
        Soap.follow(Purpose::FaultReport, &operator("TT-000007")),
        Soap.feed(None).expect("there is a feed"),
    ]
    .iter()
    .enumerate()
    {
        let request = query.request();
        let offset = request.security_offset.expect("there is a header");
        let mut body = request.body.clone();
        body.splice(offset..offset, header.bytes());
        let file = folder.path().join(format!("{index}.xml"));
        std::fs::write(&file, body).expect("can be written");
        files.push(file);
    }
    valid(&files);
}

#[test]
fn the_schema_turns_down_what_it_should() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, change) in [
        ("place-order-activate.xml", ("ACTIVATE", "UPGRADE")),
        (
            "place-order-activate.xml",
            ("<Reference>", "<Personnummer/><Reference>"),
        ),
        (
            "place-order-activate.xml",
            ("</VisitWindow>", "</VisitWindow><DoorCode>4711</DoorCode>"),
        ),
        ("place-order-activate.xml", ("+46701740605", "070-1740605")),
        (
            "place-order-activate.xml",
            ("<AccessId>STTA0001</AccessId>", "<AccessId>Å</AccessId>"),
        ),
        (
            "report-fault.xml",
            ("<ProblemType>NO_LINK</ProblemType>", ""),
        ),
        (
            "report-fault.xml",
            ("urn:sluss:operator:1", "urn:sluss:operator:2"),
        ),
        ("fault-busy.xml", (">30<", ">86401<")),
    ] {
        let file = folder.path().join("bad.xml");
        std::fs::write(&file, fixture(name, &[change])).expect("can be written");
        let output = xmllint(&[file]);
        // 3: read, and not valid. Anything else would be another trouble than the one sought.
        assert_eq!(output.status.code(), Some(3), "{name} {change:?}");
    }
}

/// The WSDL has the operations of the schema, and no others.
#[test]
fn the_wsdl_names_every_operation_of_the_schema() {
    let folder = root().join("schemas/dialects/soap");
    let read = |name| std::fs::read_to_string(folder.join(name)).expect("the file is there");
    let (schema, wsdl) = (read("sluss-operator-1.xsd"), read("sluss-operator-1.wsdl"));
    let elements: Vec<&str> = schema
        .lines()
        .filter_map(|line| {
            line.strip_prefix("  <xs:element name=\"")?
                .split('"')
                .next()
        })
        .collect();
    assert_eq!(elements.len(), 15);
    for element in &elements {
        assert!(
            wsdl.contains(&format!("element=\"op:{element}\"")),
            "{element}"
        );
        if !element.ends_with("Response") && *element != "OperatorFault" {
            assert!(wsdl.contains(&format!("soapAction=\"urn:sluss:operator:1#{element}\"")));
        }
    }
    assert_eq!(wsdl.matches("element=\"op:").count(), elements.len());
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout"])
        .arg(folder.join("sluss-operator-1.wsdl"))
        .output()
        .expect(NO_XMLLINT);
    assert!(output.status.success());
}

const NO_XMLLINT: &str = "xmllint is there: install the package libxml2-utils";

#[track_caller]
fn valid(files: &[PathBuf]) {
    let output = xmllint(files);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn xmllint(files: &[PathBuf]) -> Output {
    Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(root().join("schemas/dialects/soap/soap-envelope-1.1.xsd"))
        .args(files)
        .output()
        .expect(NO_XMLLINT)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

// ----- Whatever the bytes ----------------------------------------------------------------------

/// Asks everything of an answer.
fn hear(
    answer: &Answer,
) -> (
    Vec<Verdict>,
    Vec<Finding>,
    Vec<Progress>,
    Option<Vec<FeedEvent>>,
) {
    let purposes = || Purpose::ALL.iter().copied();
    (
        purposes()
            .map(|purpose| Soap.decode(purpose, answer))
            .collect(),
        purposes()
            .map(|purpose| Soap.found(&sought(purpose), answer))
            .collect(),
        purposes()
            .map(|purpose| Soap.followed(purpose, answer))
            .collect(),
        Soap.fed(answer),
    )
}

const ANSWERS: [&str; 7] = [
    "place-order-answer.xml",
    "report-fault-answer.xml",
    "find-orders-answer.xml",
    "find-tickets-answer.xml",
    "get-order-answer.xml",
    "get-order-events-answer.xml",
    "fault-busy.xml",
];

proptest! {
    #[test]
    fn any_bytes_are_heard_without_a_panic(
        status in 0_u16..600,
        body in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        hear(&answer(status, body));
    }

    /// Nothing that has lost its end, and nothing with a stray byte, says that all is well with
    /// another thing than ours.
    #[test]
    fn a_damaged_answer_is_heard_without_a_panic(
        name in proptest::sample::select(&ANSWERS[..]),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut body = fixture(name, &[]);
        for (at, byte, kind) in edits {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => drop(body.remove(at)),
            }
        }
        hear(&answer(200, body));
    }

    /// An answer that was cut off says nothing.
    #[test]
    fn an_answer_cut_off_is_unclear(
        name in proptest::sample::select(&ANSWERS[..]),
        at in any::<proptest::sample::Index>(),
    ) {
        let mut body = fixture(name, &[]);
        body.truncate(at.index(body.len()));
        let (verdicts, findings, progress, events) = hear(&answer(200, body));
        prop_assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Unclear));
        prop_assert!(findings.iter().all(|finding| *finding == Finding::Unclear));
        prop_assert!(progress.iter().all(|progress| *progress == Progress::Unclear));
        prop_assert_eq!(events, None);
    }
}
