//! What we say: a field that may leave, where the specification has it, and no other.

use serde_json::{Value, json};
use sluss::dialects::pi_api::{PiApi, write};
use sluss::dialects::{Dialect, EncodeError};
use sluss::domain::{Act, Field};

use super::{OURS, SPOKEN, questions, schema, value};

fn body(act: Act, text: &dyn Fn(Field) -> Option<&'static str>) -> Value {
    let request = write(act, text, &questions()).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

/// How a field that is not written as its own text shows in the body.
fn trace(act: Act, field: Field) -> &'static str {
    match (act, field) {
        (Act::Activate, Field::Operation) => r#""operation":"ACTIVATE""#,
        (Act::Terminate, Field::Operation) => r#""operation":"DEACTIVATE""#,
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
    for &act in SPOKEN {
        let carried = PiApi.carries(act);
        let request = write(act, &|field| Some(value(field)), &questions()).unwrap();
        let body = String::from_utf8(request.body).unwrap();
        for &field in Field::ALL {
            let shows = body.contains(trace(act, field));
            assert_eq!(shows, carried.contains(&field), "{act}: {field} in {body}");
        }
        schema(act).validate(&serde_json::from_str(&body).unwrap()).unwrap();
        assert!(PiApi.by_exception(act).iter().all(|field| carried.contains(field)));
    }
    let about = |act: &Act| matches!(act, Act::Supplement | Act::Close | Act::Reopen);
    for &act in Act::ALL.iter().filter(|act| !SPOKEN.contains(act) && !about(act)) {
        assert!(PiApi.carries(act).is_empty() && PiApi.by_exception(act).is_empty());
        assert_eq!(write(act, &|_| None, &[]), Err(EncodeError::Act(act)));
    }
}

#[test]
fn each_field_may_be_withheld_and_the_message_is_well_formed_or_not_made() {
    for &act in SPOKEN {
        let required: &[Field] = match act {
            Act::Activate | Act::Terminate => &[Field::AccessId, Field::ServiceId],
            // The last is the operator's: it insists on an answer, and has no word for "unknown".
            _ => &[Field::AccessId, Field::ServiceId, Field::ProblemType, Field::FaultWiredTest],
        };
        let schema = schema(act);
        for &withheld in PiApi.carries(act) {
            let all_but = |field: Field| (field != withheld).then(|| value(field));
            match write(act, &all_but, &questions()) {
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
        let request = write(act, &least, &questions()).unwrap();
        schema.validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
    }
}

#[test]
fn without_anything_to_tell_the_customer_block_is_there_and_empty() {
    let least = |field| matches!(field, Field::AccessId | Field::ServiceId).then(|| value(field));
    let order = body(Act::Activate, &least);
    let blank = json!({ "firstName": "", "lastName": "", "socialSecurityNumber": "", "email": "",
                        "phone": "", "mobilePhone": "" });
    assert_eq!(order["customer"], blank);
    let address = order["deliveryAddress"].as_object().unwrap();
    assert!(address.len() == 6 && address.values().all(|text| text == ""));
    assert_eq!((&order["forcedTakeover"], &order["equipment"]), (&json!(false), &json!([])));
    let end = body(Act::Terminate, &|field| Some(value(field)));
    let mut members: Vec<_> = end.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(members, ["accessId", "operation", "service"]);
}

#[test]
fn an_answer_stands_once_and_what_nobody_asks_for_in_the_description() {
    let ticket = body(Act::Report, &|field| Some(value(field)));
    let description = ticket["description"].as_str().unwrap();
    for asked in ["93/88", "AA:BB:CC:11:22:33", "Kabeltest", "Mönster", "Lampor", "Grannar"] {
        assert!(!description.contains(asked), "{asked}: {description}");
    }
    for told in ["Sedan: 2026-11-20", "IP: 192.0.2.7.", "Utrustning: ACME-ROUTER.", "Fritext"] {
        assert!(description.contains(told), "{told}: {description}");
    }
    // Without questions everything is told there.
    let request = write(Act::Report, &|field| Some(value(field)), &[]).unwrap();
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
    let quality = body(Act::Report, &with("QUALITY", "wan-off"));
    assert_eq!(
        extra(&quality),
        json!({ "computerConnectedWithCable": true, "timingBBSpeed": "ej uppmätt",
                "pattern": "UNKNOWN", "lamps": ["WAN_OFF"] })
    );
    let other = body(Act::Report, &with("OTHER", "other"));
    assert_eq!(extra(&other), json!({}));
    let description = other["description"].as_str().unwrap();
    assert!(description.contains("Lampor: other.") && description.contains("Kabeltest: ja."));
}

#[test]
fn a_value_without_its_format_is_as_good_as_missing() {
    let long = "A".repeat(33);
    for (act, field, text) in [
        (Act::Activate, Field::AccessId, "STTA 0001"),
        (Act::Activate, Field::AccessId, long.as_str()),
        (Act::Terminate, Field::ServiceId, "BB#1"),
        (Act::Activate, Field::ForcedTakeover, "yes"),
        (Act::Activate, Field::Postcode, "999 20"),
        (Act::Activate, Field::StreetNumber, "10 G"),
        (Act::Activate, Field::ContactPhone, "070-174 06 05"),
        (Act::Activate, Field::ContactEmail, "nobody"),
        (Act::Report, Field::ContactName, "Tolvan\nTolvansson"),
        (Act::Report, Field::CaseReference, "ORD-2026-000123"),
        (Act::Report, Field::ProblemType, "no_link"),
        (Act::Report, Field::FaultSeverity, "bad"),
        (Act::Report, Field::FaultHeading, " \n "),
    ] {
        let text = |asked| Some(if asked == field { text } else { value(asked) });
        let got = write(act, &text, &questions());
        assert_eq!(got, Err(EncodeError::Missing(field)), "{field}");
    }
}

#[test]
fn the_schemas_refuse_what_the_specification_does_not_have() {
    for (act, pointer, broken) in [
        (Act::Activate, "/spReference", json!(OURS)),
        (Act::Activate, "/requestedDateTime", json!("2026-12-01T00:00:00Z")),
        (Act::Activate, "/accessId", json!("A".repeat(33))),
        (Act::Activate, "/forcedTakeover", json!("true")),
        (Act::Activate, "/customer/socialSecurityNumber", json!("191212121212")),
        (Act::Activate, "/customer/apartment", json!("1101")),
        (Act::Activate, "/customer/phone", json!("070-174 06 05")),
        (Act::Activate, "/deliveryAddress/streetNumber", json!("652-16")),
        (Act::Activate, "/equipment/0/macAddress", json!("AA:BB:CC:11:22:33")),
        (Act::Terminate, "/customer", json!({})),
        (Act::Terminate, "/forcedTakeover", json!(false)),
        (Act::Terminate, "/operation", json!("ACTIVATE")),
        (Act::Report, "/createdBy", json!("Astrid Lindqvist")),
        (Act::Report, "/priority", json!("HIGH")),
        (Act::Report, "/services", json!([])),
        (Act::Report, "/services/0/problem", json!("BANDWIDTH_RELATED")),
        (Act::Report, "/services/0/extraInfo/a b", json!("x")),
        (Act::Report, "/title", json!("two\nlines")),
    ] {
        let mut message = body(act, &|field| Some(value(field)));
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[member] = broken;
        assert!(!schema(act).is_valid(&message), "{act} {pointer}");
    }
    for (act, parent, members) in [
        (Act::Activate, "", ["service", "forcedTakeover", "customer", "deliveryAddress"]),
        (Act::Activate, "/customer", ["firstName", "email", "phone", "mobilePhone"]),
        (Act::Report, "", ["title", "description", "priority", "services"]),
    ] {
        for member in members {
            let mut message = body(act, &|field| Some(value(field)));
            let object = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            assert!(object.remove(member).is_some());
            assert!(!schema(act).is_valid(&message), "{act} without {member}");
        }
    }
}
