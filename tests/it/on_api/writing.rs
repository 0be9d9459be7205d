//! What we say: a field that may leave, where the specification has it, and no other.

use serde_json::{Value, json};
use sluss::dialects::on_api::{V2_6, write};
use sluss::dialects::{Dialect, EncodeError};
use sluss::domain::{Act, Field};

use super::{OURS, SPOKEN, schema, value};

/// How a field that is not written as its own text shows in the body.
fn trace(act: Act, field: Field) -> &'static str {
    match (act, field) {
        (Act::Activate, Field::Operation) => r#""operation":"ACTIVATE""#,
        (Act::Change, Field::Operation) => r#""operation":"CHANGE""#,
        (Act::Terminate, Field::Operation) => r#""operation":"DEACTIVATE""#,
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
    for &act in SPOKEN {
        let carried = V2_6.carries(act);
        let request = write(&V2_6, act, &|field| Some(value(field))).unwrap();
        let body = String::from_utf8(request.body).unwrap();
        for &field in Field::ALL {
            let shows = body.contains(trace(act, field));
            assert_eq!(shows, carried.contains(&field), "{act}: {field} in {body}");
        }
        schema(act).validate(&serde_json::from_str(&body).unwrap()).unwrap();
    }
    // A contact is answered and not sent: `pulls.rs`.
    for act in [Act::Ask, Act::Notify] {
        assert!(V2_6.carries(act).is_empty());
        assert_eq!(write(&V2_6, act, &|_| None), Err(EncodeError::Act(act)));
    }
}

#[test]
fn each_field_may_be_withheld_and_the_message_is_well_formed_or_not_made() {
    for &act in SPOKEN {
        let required: &[Field] = match act {
            Act::Activate => &[Field::AccessId, Field::ServiceId],
            Act::Change => &[Field::SubscriptionId, Field::ServiceId],
            Act::Terminate => &[Field::SubscriptionId],
            _ => &[Field::AccessId, Field::ProblemType],
        };
        let schema = schema(act);
        for &withheld in V2_6.carries(act) {
            let all_but = |field: Field| (field != withheld).then(|| value(field));
            match write(&V2_6, act, &all_but) {
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
        let request = write(&V2_6, act, &least).unwrap();
        schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
    }
}

#[test]
fn several_addresses_are_a_list() {
    for act in [Act::Activate, Act::Change] {
        let request = write(&V2_6, act, &|field| {
            Some(match field {
                Field::IpAddress => "192.0.2.7,2001:db8::/56",
                other => value(other),
            })
        });
        let body: Value = serde_json::from_slice(&request.unwrap().body).unwrap();
        schema(act).validate(&body).unwrap();
        assert_eq!(body["characteristics"]["ipAddresses"], json!(["192.0.2.7", "2001:db8::/56"]));
    }
}

#[test]
fn a_value_without_its_format_is_as_good_as_missing() {
    for (act, field, text) in [
        (Act::Activate, Field::AccessId, "STTA 0001"),
        (Act::Activate, Field::RequestedDate, "tomorrow"),
        (Act::Activate, Field::ForcedTakeover, "yes"),
        (Act::Activate, Field::CpeMac, "AA:BB:CC:11:22"),
        (Act::Activate, Field::CpeMac, "AA:BB:CC:11:22:+3"),
        (Act::Activate, Field::IpAddress, "192.0.2.7/33"),
        (Act::Activate, Field::IpAddress, "192.0.2.7/+1"),
        (Act::Activate, Field::IpAddress, "192.0.2.7,"),
        (Act::Report, Field::IpAddress, "192.0.2.7,192.0.2.8"),
        (Act::Activate, Field::Sla, ""),
        (Act::Change, Field::CaseReference, "ORD-2026-000123"),
        (Act::Report, Field::ProblemType, "no_link"),
        (Act::Report, Field::FaultHeading, " \n "),
    ] {
        let got =
            write(&V2_6, act, &|asked| Some(if asked == field { text } else { value(asked) }));
        assert_eq!(got, Err(EncodeError::Missing(field)), "{text:?}");
    }
}

#[test]
fn the_schemas_refuse_what_the_specification_does_not_have() {
    let all = |act: Act| -> Value {
        serde_json::from_slice(&write(&V2_6, act, &|field| Some(value(field))).unwrap().body)
            .unwrap()
    };
    for (act, pointer, broken) in [
        (Act::Activate, "/customer", json!({ "firstName": "Astrid" })),
        (Act::Activate, "/accessId", json!("STTA 0001")),
        (Act::Activate, "/accessId", json!("A".repeat(37))),
        (Act::Activate, "/operation", json!("CHANGE")),
        (Act::Activate, "/forcedTakeover", json!("true")),
        (Act::Activate, "/requestedDateTime", json!("2026-12-01")),
        (Act::Activate, "/spReference", json!("Order#00123456")),
        (Act::Activate, "/characteristics/ipAddress", json!(["192.0.2.7"])),
        (Act::Change, "/accessId", json!("STTA0001")),
        (Act::Change, "/service", Value::Null),
        (Act::Terminate, "/spReference", json!(OURS)),
        (Act::Report, "/createdBy", json!("Astrid Lindqvist")),
        (Act::Report, "/contactPhone", json!("+46701740605")),
        (Act::Report, "/description", json!("å".repeat(256))),
        (Act::Report, "/heading", json!("two\nlines")),
        (Act::Report, "/problemType", json!("BROKEN")),
        (Act::Report, "/additionalInfo/link", json!("false")),
        (Act::Report, "/additionalInfo/mac", json!("aabbcc112233")),
    ] {
        let mut message = all(act);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[member] = broken;
        assert!(!schema(act).is_valid(&message), "{act} {pointer}");
    }
    for &act in SPOKEN {
        let schema = schema(act);
        let whole = all(act);
        let required: &[&str] = match act {
            Act::Activate => &["accessId", "service", "operation"],
            Act::Change => &["subscriptionId", "service", "operation"],
            Act::Terminate => &["subscriptionId", "operation"],
            _ => &["accessId", "createdBy", "heading", "description", "problemType"],
        };
        for member in required {
            let mut message = whole.clone();
            message.as_object_mut().unwrap().remove(*member);
            assert!(!schema.is_valid(&message), "{act} without {member}");
        }
    }
}
