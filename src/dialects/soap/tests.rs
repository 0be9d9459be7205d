//! What we say, against the fixtures and the schema. It is here and not in `tests/` because nobody
//! out there can make a minimised case, and these tests go around it.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::{layout, write, xml};
use crate::dialects::{EncodeError, Request};
use crate::domain::{Act, Field};

const REFERENCE: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

fn encode(act: Act, facts: &[(Field, &str)]) -> Result<Request, EncodeError> {
    let facts: BTreeMap<_, _> = facts.iter().copied().collect();
    write::message(act, &|field| facts.get(&field).copied())
}

fn body(act: Act, facts: &[(Field, &str)]) -> String {
    let request = encode(act, facts).expect("can be said");
    String::from_utf8(request.body).expect("UTF-8")
}

const VISIT: [(Field, &str); 4] = [
    (Field::ContactName, "Astrid L"),
    (Field::ContactPhone, "+46701740605"),
    (Field::VisitBooked, "true"),
    (Field::VisitWindow, "2026-12-01T08:00:00Z/2026-12-01T12:00:00Z"),
];

const EQUIPMENT: [(Field, &str); 3] = [
    (Field::CpeModel, "ACME-ROUTER"),
    (Field::CpeMac, "aa:bb:cc:11:22:33"),
    (Field::IpAddress, "192.0.2.7"),
];

#[test]
fn an_order_with_all_that_it_can_hold() {
    let mut facts = vec![
        (Field::Operation, "activate"),
        (Field::CaseReference, REFERENCE),
        (Field::AccessId, "STTA0001"),
        (Field::ServiceId, "BB-1000-1000"),
        (Field::RequestedDate, "2026-12-01T00:00:00Z"),
        (Field::ForcedTakeover, "false"),
        (Field::FixedIp, "true"),
        (Field::Sla, "SLA-3"),
        (Field::Street, "Kungsgatan"),
        (Field::StreetNumber, "10"),
        (Field::StreetLittera, "G"),
        (Field::Postcode, "41369"),
        (Field::City, "Göteborg"),
        (Field::Apartment, "1101"),
        (Field::CompanyName, "Slussen & Dotter AB"),
    ];
    facts.extend(VISIT);
    facts.extend(EQUIPMENT);
    let expected = include_str!("../../../fixtures/dialects/soap/place-order-activate.xml");
    assert_eq!(body(Act::Activate, &facts), expected.trim_end());

    // What an order has no place for stays out, even where it gets as far as here.
    facts.extend([(Field::DoorCode, "4711"), (Field::SubscriptionId, "SUB-00017")]);
    facts.extend([(Field::Note, "x"), (Field::ContactEmail, "astrid@example.se")]);
    assert_eq!(body(Act::Activate, &facts), expected.trim_end());
}

#[test]
fn several_addresses_are_an_element_each() {
    let told = |addresses| {
        let facts = [
            (Field::CaseReference, REFERENCE),
            (Field::SubscriptionId, "SUB-00017"),
            (Field::ServiceId, "BB-100-100"),
            (Field::IpAddress, addresses),
        ];
        let request = encode(Act::Change, &facts)?;
        Ok(String::from_utf8(request.body).expect("UTF-8"))
    };
    let body = told("192.0.2.7,2001:db8::/56").expect("can be said");
    assert_eq!(body.matches("IpAddress>").count(), 4);
    assert!(body.contains(">192.0.2.7<") && body.contains(">2001:db8::/56<"));
    assert_eq!(told("192.0.2.7,"), Err(EncodeError::Missing(Field::IpAddress)));
}

#[test]
fn an_order_with_the_least() {
    check(
        Act::Change,
        &[(Field::SubscriptionId, "SUB-00017"), (Field::ServiceId, "BB-100-100")],
        include_str!("../../../fixtures/dialects/soap/place-order-change.xml"),
    );
    check(
        Act::Terminate,
        &[(Field::SubscriptionId, "SUB-00017"), (Field::RequestedDate, "2026-12-31T00:00:00Z")],
        include_str!("../../../fixtures/dialects/soap/place-order-deactivate.xml"),
    );
}

#[track_caller]
fn check(act: Act, facts: &[(Field, &str)], expected: &str) {
    let mut facts = facts.to_vec();
    facts.push((Field::CaseReference, REFERENCE));
    assert_eq!(body(act, &facts), expected.trim_end());
}

#[test]
fn a_fault_with_all_that_it_can_hold() {
    let mut facts = vec![
        (Field::AccessId, "STTA0001"),
        (Field::SubscriptionId, "SUB-00017"),
        (Field::ProblemType, "NO_LINK"),
        (Field::FaultHeading, "Ingen länk"),
        (
            Field::FaultDescription,
            "Lampan PON blinkar sedan i går.\r\nRinger [telefon] <kväll> & helg.",
        ),
        (Field::FaultSeverity, "significant"),
        (Field::FaultSince, "2026-11-20T17:30:00Z"),
        (Field::FaultPattern, "constant"),
        (Field::FaultLamps, "pon-blinking"),
        (Field::FaultLink, "false"),
        (Field::FaultWiredTest, "true"),
        (Field::FaultRestarted, "true"),
        (Field::FaultSpeed, "93/88"),
        (Field::FaultLevel, "-22.5"),
        (Field::FaultNeighbours, "2"),
        (Field::DoorCode, "4711"),
    ];
    facts.extend(VISIT);
    facts.extend(EQUIPMENT);
    check(Act::Report, &facts, include_str!("../../../fixtures/dialects/soap/report-fault.xml"));
}

#[test]
fn what_cannot_be_said_is_not_said_by_half() {
    let full = [
        (Field::CaseReference, REFERENCE),
        (Field::AccessId, "STTA0001"),
        (Field::SubscriptionId, "SUB-00017"),
        (Field::ServiceId, "BB-100-100"),
        (Field::ProblemType, "NO_LINK"),
        (Field::OperatorReference, "TT_1#2"),
        (Field::FixedIp, "true"),
        (Field::Note, "Bytt kabel."),
    ];
    for &act in Act::ALL {
        let Some(layout) = layout::layout(act) else {
            assert_eq!(encode(act, &full), Err(EncodeError::Act(act)));
            continue;
        };
        assert!(encode(act, &full).is_ok(), "{act}");
        for &missing in layout.required {
            for worthless in [None, Some(" \n")] {
                let facts: Vec<_> = full
                    .iter()
                    .filter_map(|&(field, text)| {
                        if field == missing {
                            worthless.map(|text| (field, text))
                        } else {
                            Some((field, text))
                        }
                    })
                    .collect();
                assert_eq!(encode(act, &facts), Err(EncodeError::Missing(missing)));
            }
        }
        if act == Act::Cancel {
            // It has nothing that is optional.
            continue;
        }
        // An optional value in a form that the schema does not have.
        let mut odd = full.to_vec();
        odd.push((Field::RequestedDate, "i morgon"));
        odd.push((Field::FaultSince, "i går"));
        assert!(matches!(encode(act, &odd), Err(EncodeError::Missing(_))), "{act}");
    }
}

#[test]
fn credentials_go_right_behind_the_header_tag() {
    let facts = [(Field::CaseReference, REFERENCE), (Field::SubscriptionId, "SUB-00017")];
    let request = encode(Act::Terminate, &facts).expect("can be said");
    let offset = request.security_offset.expect("has a header");
    assert!(request.body[..offset].ends_with(b"<soap:Header>"));
    assert!(request.body[offset..].starts_with(b"</soap:Header><soap:Body>"));
}

/// Whatever the values are: what is said is what the schema allows, and reads back as it was.
#[test]
fn every_message_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = Vec::new();
    let mut runner = TestRunner::new(Config { cases: 256, ..Config::default() });
    let inputs = (select(SAID), btree_map(select(Field::ALL), value(), 0..30));
    let written = std::cell::RefCell::new(&mut files);
    runner
        .run(&inputs, |(act, mut facts)| {
            let sure = [
                (Field::CaseReference, REFERENCE),
                (Field::AccessId, "STTA0001"),
                (Field::SubscriptionId, "SUB-00017"),
                (Field::ServiceId, "BB-100-100"),
                (Field::ProblemType, "QUALITY"),
                (Field::OperatorReference, "TT_1#2"),
                (Field::FixedIp, "true"),
                (Field::Note, "Bytt kabel."),
            ];
            facts.extend(sure.map(|(field, text)| (field, text.to_owned())));
            // A value of the wrong form holds the message up; here the others are of interest.
            facts.retain(|field, text| {
                layout::element(*field).is_some_and(|(_, shape)| shape.fit(text).is_some())
            });
            let request = write::message(act, &|field| facts.get(&field).map(String::as_str))
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(xml::read(&request.body, &[]).is_ok());
            let mut written = written.borrow_mut();
            let file = folder.path().join(format!("{}.xml", written.len()));
            std::fs::write(&file, &request.body).expect("can be written");
            written.push(file);
            Ok(())
        })
        .expect("every case holds");

    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/soap/soap-envelope-1.1.xsd");
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", schema])
        .args(&files)
        .output()
        .expect("xmllint is there: install the package libxml2-utils");
    let said = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<_> = said.lines().filter(|line| !line.ends_with(" validates")).collect();
    assert!(output.status.success(), "{faults:#?}");
}

const SAID: &[Act] = &[
    Act::Activate,
    Act::Change,
    Act::Modify,
    Act::Suspend,
    Act::Resume,
    Act::Terminate,
    Act::Amend,
    Act::Cancel,
    Act::Report,
    Act::Supplement,
    Act::Close,
    Act::Reopen,
];

#[test]
fn what_is_said_of_a_ticket_has_its_own_reference_and_the_tickets_id() {
    let facts = [
        (Field::OperatorReference, "TT-000007"),
        (Field::CaseReference, REFERENCE),
        (Field::FaultResponsible, "CO"),
        (Field::Note, "Bytt kabel."),
    ];
    let said = format!(
        "<UpdateTicket xmlns=\"urn:sluss:operator:1\"><Action>COMMENT</Action>\
         <TicketId>TT-000007</TicketId><Reference>{REFERENCE}</Reference>\
         <Responsible>CO</Responsible><Note>Bytt kabel.</Note></UpdateTicket>"
    );
    assert!(body(Act::Supplement, &facts).contains(&said));
    let nothing = encode(Act::Supplement, &facts[..2]);
    assert_eq!(nothing, Err(EncodeError::Missing(Field::Note)));
    let order = [(Field::OperatorReference, "ORD-7")];
    let gone = "<CancelOrder xmlns=\"urn:sluss:operator:1\"><OrderId>ORD-7</OrderId></CancelOrder>";
    assert!(body(Act::Cancel, &order).contains(gone));
}

const WORDS: &[&str] = &[
    "true",
    "constant",
    "minor",
    "2026-12-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-30T23:59:59.999999Z",
    "1990-12-31T23:59:60Z",
    "2026-12-01T08:00:00+01:00/2026-12-01T12:00:00Z",
    "93/88.125",
    "12",
    "aa:BB:cc:11:22:33",
    "2001:db8::/48",
    "::ffff:192.0.2.7",
    "+46701740605",
    "41369",
    "0901",
];

/// Values of all forms, good ones and bad.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(WORDS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~åäöÅÄÖ\r\n\t<>&'\"]{0,300}",
    ]
}
