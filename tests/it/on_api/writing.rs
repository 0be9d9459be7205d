//! What we say: a field that may leave, where the specification has it, and no other.

use serde_json::{Value, json};
use sluss::dialects::on_api::{V2_6, write};
use sluss::dialects::{Dialect, EncodeError};
use sluss::domain::{Field, Purpose};

use super::{OURS, SPOKEN, schema, value};

/// How a field that is not written as its own text shows in the body.
fn trace(purpose: Purpose, field: Field) -> &'static str {
    match (purpose, field) {
        (Purpose::Activate, Field::Operation) => r#""operation":"ACTIVATE""#,
        (Purpose::Change, Field::Operation) => r#""operation":"CHANGE""#,
        (Purpose::Terminate, Field::Operation) => r#""operation":"DEACTIVATE""#,
        (_, Field::ForcedTakeover) => r#""forcedTakeover":true"#,
        (_, Field::FixedIp) => r#""fixedIp":true"#,
        (_, Field::FaultLink) => r#""link":true"#,
        (_, Field::FaultWiredTest) => "Kabeltest: ja.",
        (_, Field::FaultRestarted) => "Omstart: ja.",
        (_, Field::VisitBooked) => "Besök bokat: ja.",
        _ => value(field),
    }
}

#[test]
fn a_message_holds_what_is_carried_and_nothing_else() {
    for &purpose in SPOKEN {
        let carried = V2_6.carries(purpose);
        let request = write(&V2_6, purpose, &|field| Some(value(field))).unwrap();
        let body = String::from_utf8(request.body).unwrap();
        for &field in Field::ALL {
            let shows = body.contains(trace(purpose, field));
            assert_eq!(shows, carried.contains(&field), "{purpose}: {field} in {body}");
        }
        schema(purpose).validate(&serde_json::from_str(&body).unwrap()).unwrap();
    }
    // A contact is answered and not sent: `pulls.rs`.
    let spoken = |purpose: &Purpose| SPOKEN.contains(purpose) || *purpose == Purpose::ContactPull;
    for &purpose in Purpose::ALL.iter().filter(|purpose| !spoken(purpose)) {
        assert!(V2_6.carries(purpose).is_empty());
        assert_eq!(write(&V2_6, purpose, &|_| None), Err(EncodeError::Purpose(purpose)));
    }
}

#[test]
fn each_field_may_be_withheld_and_the_message_is_well_formed_or_not_made() {
    for &purpose in SPOKEN {
        let required: &[Field] = match purpose {
            Purpose::Activate => &[Field::AccessId, Field::ServiceId],
            Purpose::Change => &[Field::SubscriptionId, Field::ServiceId],
            Purpose::Terminate => &[Field::SubscriptionId],
            _ => &[Field::AccessId, Field::ProblemType],
        };
        let schema = schema(purpose);
        for &withheld in V2_6.carries(purpose) {
            let all_but = |field: Field| (field != withheld).then(|| value(field));
            match write(&V2_6, purpose, &all_but) {
                Ok(request) => {
                    assert!(!required.contains(&withheld));
                    schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
                }
                Err(error) => {
                    assert!(required.contains(&withheld));
                    assert_eq!(error, EncodeError::Missing(withheld));
                }
            }
        }
        let least = |field: Field| required.contains(&field).then(|| value(field));
        let request = write(&V2_6, purpose, &least).unwrap();
        schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
    }
}

#[test]
fn several_addresses_are_a_list() {
    for purpose in [Purpose::Activate, Purpose::Change] {
        let request = write(&V2_6, purpose, &|field| {
            Some(match field {
                Field::IpAddress => "192.0.2.7,2001:db8::/56",
                other => value(other),
            })
        });
        let body: Value = serde_json::from_slice(&request.unwrap().body).unwrap();
        schema(purpose).validate(&body).unwrap();
        assert_eq!(body["characteristics"]["ipAddresses"], json!(["192.0.2.7", "2001:db8::/56"]));
    }
}

#[test]
fn a_value_without_its_format_is_as_good_as_missing() {
    for (purpose, field, text) in [
        (Purpose::Activate, Field::AccessId, "STTA 0001"),
        (Purpose::Activate, Field::RequestedDate, "tomorrow"),
        (Purpose::Activate, Field::ForcedTakeover, "yes"),
        (Purpose::Activate, Field::CpeMac, "AA:BB:CC:11:22"),
        (Purpose::Activate, Field::CpeMac, "AA:BB:CC:11:22:+3"),
        (Purpose::Activate, Field::IpAddress, "192.0.2.7/33"),
        (Purpose::Activate, Field::IpAddress, "192.0.2.7/+1"),
        (Purpose::Activate, Field::IpAddress, "192.0.2.7,"),
        (Purpose::FaultReport, Field::IpAddress, "192.0.2.7,192.0.2.8"),
        (Purpose::Activate, Field::Sla, ""),
        (Purpose::Change, Field::CaseReference, "ORD-2026-000123"),
        (Purpose::FaultReport, Field::ProblemType, "no_link"),
        (Purpose::FaultReport, Field::FaultHeading, " \n "),
    ] {
        let got =
            write(&V2_6, purpose, &|asked| Some(if asked == field { text } else { value(asked) }));
        assert_eq!(got, Err(EncodeError::Missing(field)), "{text:?}");
    }
}

#[test]
fn the_schemas_refuse_what_the_specification_does_not_have() {
    let all = |purpose: Purpose| -> Value {
        serde_json::from_slice(&write(&V2_6, purpose, &|field| Some(value(field))).unwrap().body)
            .unwrap()
    };
    for (purpose, pointer, broken) in [
        (Purpose::Activate, "/customer", json!({ "firstName": "Astrid" })),
        (Purpose::Activate, "/accessId", json!("STTA 0001")),
        (Purpose::Activate, "/accessId", json!("A".repeat(37))),
        (Purpose::Activate, "/operation", json!("CHANGE")),
        (Purpose::Activate, "/forcedTakeover", json!("true")),
        (Purpose::Activate, "/requestedDateTime", json!("2026-12-01")),
        (Purpose::Activate, "/spReference", json!("Order#00123456")),
        (Purpose::Activate, "/characteristics/ipAddress", json!(["192.0.2.7"])),
        (Purpose::Change, "/accessId", json!("STTA0001")),
        (Purpose::Change, "/service", Value::Null),
        (Purpose::Terminate, "/spReference", json!(OURS)),
        (Purpose::FaultReport, "/createdBy", json!("Astrid Lindqvist")),
        (Purpose::FaultReport, "/contactPhone", json!("+46701740605")),
        (Purpose::FaultReport, "/description", json!("å".repeat(256))),
        (Purpose::FaultReport, "/heading", json!("two\nlines")),
        (Purpose::FaultReport, "/problemType", json!("BROKEN")),
        (Purpose::FaultReport, "/additionalInfo/link", json!("false")),
        (Purpose::FaultReport, "/additionalInfo/mac", json!("aabbcc112233")),
    ] {
        let mut message = all(purpose);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[member] = broken;
        assert!(!schema(purpose).is_valid(&message), "{purpose} {pointer}");
    }
    for &purpose in SPOKEN {
        let schema = schema(purpose);
        let whole = all(purpose);
        let required: &[&str] = match purpose {
            Purpose::Activate => &["accessId", "service", "operation"],
            Purpose::Change => &["subscriptionId", "service", "operation"],
            Purpose::Terminate => &["subscriptionId", "operation"],
            _ => &["accessId", "createdBy", "heading", "description", "problemType"],
        };
        for member in required {
            let mut message = whole.clone();
            message.as_object_mut().unwrap().remove(*member);
            assert!(!schema.is_valid(&message), "{purpose} without {member}");
        }
    }
}
