//! What we say: a field that may leave, where the specification has it, and no other.

use serde_json::{Value, json};
use sluss::dialects::pi_api::{PiApi, write};
use sluss::dialects::{Dialect, EncodeError};
use sluss::domain::{Field, Purpose};

use super::{OURS, SPOKEN, questions, schema, value};

fn body(purpose: Purpose, text: &dyn Fn(Field) -> Option<&'static str>) -> Value {
    let request = write(purpose, text, &questions()).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

/// How a field that is not written as its own text shows in the body.
fn trace(purpose: Purpose, field: Field) -> &'static str {
    match (purpose, field) {
        (Purpose::Activate, Field::Operation) => r#""operation":"ACTIVATE""#,
        (Purpose::Terminate, Field::Operation) => r#""operation":"DEACTIVATE""#,
        (_, Field::ForcedTakeover) => r#""forcedTakeover":true"#,
        (_, Field::ContactName) => r#""firstName":"Tolvan","lastName":"Tolvansson""#,
        (_, Field::ProblemType) => r#""problem":"QUALITY""#,
        (_, Field::FaultSeverity) => r#""priority":"MAJOR""#,
        (_, Field::FaultLink) => "Länk: ja.",
        (_, Field::FaultRestarted) => "Omstart: ja.",
        (_, Field::VisitBooked) => "Besök bokat: ja.",
        (_, Field::FaultWiredTest) => r#""computerConnectedWithCable":true"#,
        (_, Field::FaultLamps) => r#""lamps":["WAN_OFF"]"#,
        (_, Field::FaultPattern) => r#""pattern":"SOMETIMES""#,
        (_, Field::FaultNeighbours) => r#""neighbours":17"#,
        _ => value(field),
    }
}

#[test]
fn a_message_holds_what_is_carried_and_nothing_else() {
    for &purpose in SPOKEN {
        let carried = PiApi.carries(purpose);
        let request = write(purpose, &|field| Some(value(field)), &questions()).unwrap();
        let body = String::from_utf8(request.body).unwrap();
        for &field in Field::ALL {
            let shows = body.contains(trace(purpose, field));
            assert_eq!(shows, carried.contains(&field), "{purpose}: {field} in {body}");
        }
        schema(purpose).validate(&serde_json::from_str(&body).unwrap()).unwrap();
        assert!(PiApi.by_exception(purpose).iter().all(|field| carried.contains(field)));
    }
    for &purpose in Purpose::ALL.iter().filter(|purpose| !SPOKEN.contains(purpose)) {
        assert!(PiApi.carries(purpose).is_empty() && PiApi.by_exception(purpose).is_empty());
        assert_eq!(write(purpose, &|_| None, &[]), Err(EncodeError::Purpose(purpose)));
    }
}

#[test]
fn each_field_may_be_withheld_and_the_message_is_well_formed_or_not_made() {
    for &purpose in SPOKEN {
        let required: &[Field] = match purpose {
            Purpose::Activate | Purpose::Terminate => &[Field::AccessId, Field::ServiceId],
            // The last is the operator's: it insists on an answer, and has no word for "unknown".
            _ => &[Field::AccessId, Field::ServiceId, Field::ProblemType, Field::FaultWiredTest],
        };
        let schema = schema(purpose);
        for &withheld in PiApi.carries(purpose) {
            let all_but = |field: Field| (field != withheld).then(|| value(field));
            match write(purpose, &all_but, &questions()) {
                Ok(request) => {
                    assert!(!required.contains(&withheld));
                    schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
                }
                Err(error) => {
                    assert!(required.contains(&withheld), "{withheld}");
                    assert_eq!(error, EncodeError::Missing(withheld));
                }
            }
        }
        let least = |field: Field| required.contains(&field).then(|| value(field));
        let request = write(purpose, &least, &questions()).unwrap();
        schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
    }
}

#[test]
fn without_anything_to_tell_the_customer_block_is_there_and_empty() {
    let least = |field| matches!(field, Field::AccessId | Field::ServiceId).then(|| value(field));
    let order = body(Purpose::Activate, &least);
    let blank = json!({ "firstName": "", "lastName": "", "socialSecurityNumber": "", "email": "",
                        "phone": "", "mobilePhone": "" });
    assert_eq!(order["customer"], blank);
    let address = order["deliveryAddress"].as_object().unwrap();
    assert!(address.len() == 6 && address.values().all(|text| text == ""));
    assert_eq!((&order["forcedTakeover"], &order["equipment"]), (&json!(false), &json!([])));
    let end = body(Purpose::Terminate, &|field| Some(value(field)));
    let mut members: Vec<_> = end.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(members, ["accessId", "operation", "service"]);
}

#[test]
fn an_answer_stands_once_and_what_nobody_asks_for_in_the_description() {
    let ticket = body(Purpose::FaultReport, &|field| Some(value(field)));
    let description = ticket["description"].as_str().unwrap();
    for asked in ["93/88", "AA:BB:CC:11:22:33", "Kabeltest", "Mönster", "Lampor", "Grannar"] {
        assert!(!description.contains(asked), "{asked}: {description}");
    }
    for told in ["Sedan: 2026-11-20", "IP: 192.0.2.7.", "Utrustning: ACME-ROUTER.", "Fritext"] {
        assert!(description.contains(told), "{told}: {description}");
    }
    // Without questions everything is told there.
    let request = write(Purpose::FaultReport, &|field| Some(value(field)), &[]).unwrap();
    let ticket: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(ticket["services"][0]["extraInfo"], json!({}));
    let description = ticket["description"].as_str().unwrap();
    for told in ["Mbit/s: 93/88.", "MAC: AA:BB:CC:11:22:33.", "Kabeltest: ja.", "Grannar: 17."] {
        assert!(description.contains(told), "{told}: {description}");
    }
}

#[test]
fn questions_are_asked_by_kind_of_fault_and_a_code_without_a_word_is_no_answer() {
    let with = |problem: &'static str, lamps: &'static str| {
        move |field| match field {
            Field::ProblemType => Some(problem),
            Field::FaultLamps => Some(lamps),
            Field::FaultWiredTest | Field::AccessId | Field::ServiceId => Some(value(field)),
            _ => None,
        }
    };
    let extra = |ticket: &Value| ticket["services"][0]["extraInfo"].clone();
    let quality = body(Purpose::FaultReport, &with("QUALITY", "wan-off"));
    assert_eq!(
        extra(&quality),
        json!({ "computerConnectedWithCable": true, "timingBBSpeed": "ej uppmätt",
                "pattern": "UNKNOWN", "lamps": ["WAN_OFF"] })
    );
    let other = body(Purpose::FaultReport, &with("OTHER", "other"));
    assert_eq!(extra(&other), json!({}));
    let description = other["description"].as_str().unwrap();
    assert!(description.contains("Lampor: other.") && description.contains("Kabeltest: ja."));
}

#[test]
fn a_value_without_its_format_is_as_good_as_missing() {
    let long = "A".repeat(33);
    for (purpose, field, text) in [
        (Purpose::Activate, Field::AccessId, "STTA 0001"),
        (Purpose::Activate, Field::AccessId, long.as_str()),
        (Purpose::Terminate, Field::ServiceId, "BB#1"),
        (Purpose::Activate, Field::ForcedTakeover, "yes"),
        (Purpose::Activate, Field::Postcode, "999 20"),
        (Purpose::Activate, Field::StreetNumber, "10 G"),
        (Purpose::Activate, Field::ContactPhone, "070-174 06 05"),
        (Purpose::Activate, Field::ContactEmail, "nobody"),
        (Purpose::FaultReport, Field::ContactName, "Tolvan\nTolvansson"),
        (Purpose::FaultReport, Field::CaseReference, "ORD-2026-000123"),
        (Purpose::FaultReport, Field::ProblemType, "no_link"),
        (Purpose::FaultReport, Field::FaultSeverity, "bad"),
        (Purpose::FaultReport, Field::FaultHeading, " \n "),
    ] {
        let text = |asked| Some(if asked == field { text } else { value(asked) });
        let got = write(purpose, &text, &questions());
        assert_eq!(got, Err(EncodeError::Missing(field)), "{field}");
    }
}

#[test]
fn the_schemas_refuse_what_the_specification_does_not_have() {
    for (purpose, pointer, broken) in [
        (Purpose::Activate, "/spReference", json!(OURS)),
        (Purpose::Activate, "/requestedDateTime", json!("2026-12-01T00:00:00Z")),
        (Purpose::Activate, "/accessId", json!("A".repeat(33))),
        (Purpose::Activate, "/forcedTakeover", json!("true")),
        (Purpose::Activate, "/customer/socialSecurityNumber", json!("191212121212")),
        (Purpose::Activate, "/customer/apartment", json!("1101")),
        (Purpose::Activate, "/customer/phone", json!("070-174 06 05")),
        (Purpose::Activate, "/deliveryAddress/streetNumber", json!("652-16")),
        (Purpose::Activate, "/equipment/0/macAddress", json!("AA:BB:CC:11:22:33")),
        (Purpose::Terminate, "/customer", json!({})),
        (Purpose::Terminate, "/forcedTakeover", json!(false)),
        (Purpose::Terminate, "/operation", json!("ACTIVATE")),
        (Purpose::FaultReport, "/createdBy", json!("Astrid Lindqvist")),
        (Purpose::FaultReport, "/priority", json!("HIGH")),
        (Purpose::FaultReport, "/services", json!([])),
        (Purpose::FaultReport, "/services/0/problem", json!("BANDWIDTH_RELATED")),
        (Purpose::FaultReport, "/services/0/extraInfo/a b", json!("x")),
        (Purpose::FaultReport, "/title", json!("two\nlines")),
    ] {
        let mut message = body(purpose, &|field| Some(value(field)));
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[member] = broken;
        assert!(!schema(purpose).is_valid(&message), "{purpose} {pointer}");
    }
    for (purpose, parent, members) in [
        (Purpose::Activate, "", ["service", "forcedTakeover", "customer", "deliveryAddress"]),
        (Purpose::Activate, "/customer", ["firstName", "email", "phone", "mobilePhone"]),
        (Purpose::FaultReport, "", ["title", "description", "priority", "services"]),
    ] {
        for member in members {
            let mut message = body(purpose, &|field| Some(value(field)));
            let object = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            assert!(object.remove(member).is_some());
            assert!(!schema(purpose).is_valid(&message), "{purpose} without {member}");
        }
    }
}
