//! What differs between the versions, each as the text of that version has it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluss::dialects::on_api::{self, V2_3_1, V2_4, V2_5, V2_6, write};
use sluss::dialects::{Answer, Dialect, EncodeError, Finding, Placement, Standing};
use sluss::dialects::{KNOWN, dialect};
use sluss::domain::{Act, Field, ServiceId};

use super::{OURS, schema_of, sought, value};

const VERSIONS: [&str; 4] = ["2.3.1", "2.4", "2.5", "2.6"];

#[test]
fn each_version_is_a_dialect_by_its_name() {
    for version in VERSIONS {
        let spoken = dialect("on-api", Some(version)).unwrap();
        assert_eq!(spoken.name(), format!("on-api {version}"));
        assert!(KNOWN.contains(version));
    }
    assert_eq!(dialect("on-api", None).unwrap().name(), "on-api 2.6");
    assert!(dialect("on-api", Some("2.7")).is_none() && dialect("on-api", Some("2.3")).is_none());
}

/// Every message of every version, with all that it has a place for and with the least: the schema
/// of the version takes both, and what is required there is required by us.
#[test]
fn what_is_written_has_the_form_of_its_version() {
    let mut written = 0;
    for version in VERSIONS {
        let dialect = on_api::of(version).unwrap();
        // A contact is answered and not sent, and is the same in all: `pulls.rs`.
        for &act in Act::ALL.iter().filter(|act| **act != Act::Answer) {
            let carried = dialect.carries(act);
            if carried.is_empty() {
                let nothing = write(dialect, act, &|_| None);
                assert_eq!(nothing, Err(EncodeError::Act(act)));
                continue;
            }
            if act == Act::Cancel {
                // A DELETE says all that there is to say.
                assert_eq!(write(dialect, act, &|field| Some(value(field))).unwrap().body, b"");
                continue;
            }
            let schema = schema_of(version, act);
            let body = |text: &dyn Fn(Field) -> Option<&'static str>| {
                let request = write(dialect, act, text)?;
                Ok::<Value, EncodeError>(serde_json::from_slice(&request.body).unwrap())
            };
            let all = |field: Field| carried.contains(&field).then(|| value(field));
            schema.validate(&body(&all).unwrap()).unwrap();
            let mut needed = BTreeMap::new();
            for &field in carried {
                match body(&|asked| all(asked).filter(|_| asked != field)) {
                    Ok(without) => schema.validate(&without).unwrap(),
                    Err(error) => {
                        assert_eq!(error, EncodeError::Missing(field), "{version} {act}");
                        needed.insert(field, value(field));
                    }
                }
            }
            // Where any of several will do, none of them is needed, and one must be there.
            let least = body(&|field| needed.get(&field).copied());
            let any = matches!(act, Act::Modify | Act::Amend | Act::Supplement);
            assert_eq!(least.is_err(), any, "{version} {act}");
            if let Ok(least) = least {
                schema.validate(&least).unwrap();
            }
            written += 1;
        }
    }
    assert_eq!(written, 2 + 11 + 11 + 11);
}

#[test]
fn an_order_about_a_service_names_it_as_its_version_does() {
    let members = |version: &str, act| -> Vec<String> {
        let request = write(on_api::of(version).unwrap(), act, &|field| {
            matches!(field, Field::AccessId | Field::SubscriptionId | Field::ServiceId)
                .then(|| value(field))
        });
        let body: Value = serde_json::from_slice(&request.unwrap().body).unwrap();
        body.as_object().unwrap().keys().cloned().collect()
    };
    let end = Act::Terminate;
    assert_eq!(members("2.3.1", end), ["accessId", "operation", "service"]);
    assert_eq!(members("2.4", end), ["accessId", "operation", "service", "subscriptionId"]);
    assert_eq!(members("2.5", end), ["operation", "subscriptionId"]);
    assert_eq!(members("2.6", end), ["operation", "subscriptionId"]);
    assert!(members("2.4", Act::Change).contains(&"accessId".to_owned()));
    assert!(!members("2.5", Act::Change).contains(&"accessId".to_owned()));
}

#[test]
fn an_access_id_is_as_long_as_its_version_allows() {
    let long = "A".repeat(33);
    let got = |version| {
        write(on_api::of(version).unwrap(), Act::Activate, &|field| {
            Some(if field == Field::AccessId { long.as_str() } else { value(field) })
        })
    };
    assert_eq!(got("2.3.1"), Err(EncodeError::Missing(Field::AccessId)));
    assert!(got("2.4").is_ok());
}

#[test]
fn a_state_is_one_of_the_version() {
    let standing = |dialect: &dyn Dialect| {
        let body = json!({ "orderId": "a", "state": "IN_PROGRESS" }).to_string().into_bytes();
        let answer = Answer { status: 200, body, ..Answer::default() };
        dialect.followed(Act::Activate, &answer)
    };
    let at = |standing| {
        let reference = Some(sluss::domain::OperatorReference::parse("a").unwrap());
        sluss::dialects::Progress::At(Placement { reference, subscription: None, standing })
    };
    assert_eq!(standing(&V2_3_1), at(Standing::Unknown));
    for later in [&V2_4, &V2_5, &V2_6] {
        assert_eq!(standing(later), at(Standing::Working));
    }
}

/// 2.3.1 lists no orders: what is active at the access tells.
#[test]
fn an_order_of_the_oldest_version_is_found_by_what_is_active() {
    let mut sought = sought(Act::Activate);
    sought.service = Some(ServiceId::parse("BB-100-10").unwrap());
    assert_eq!(V2_3_1.find(&sought).request().path, "accesses/STTA0001");
    assert_eq!(V2_4.find(&sought).request().path, "orders/?accessId=STTA0001");
    let done = Finding::Present(Placement {
        reference: None,
        subscription: None,
        standing: Standing::Done,
    });
    let active = |rows: Value| {
        let body = json!({ "accessId": "STTA0001", "active": rows }).to_string().into_bytes();
        Answer { status: 200, body, ..Answer::default() }
    };
    let ours = active(json!([{ "service": "BB-100-10", "spReference": OURS }]));
    let theirs = active(json!([{ "service": "BB-100-10", "spReference": "other" }]));
    assert_eq!(V2_3_1.found(&sought, &ours), done);
    assert_eq!(V2_3_1.found(&sought, &theirs), Finding::Absent);
    assert_eq!(V2_3_1.found(&sought, &active(json!([]))), Finding::Absent);
    let unreadable = Answer { status: 200, body: b"{}".to_vec(), ..Answer::default() };
    assert_eq!(V2_3_1.found(&sought, &unreadable), Finding::Unclear);
    sought.act = Act::Terminate;
    assert_eq!(V2_3_1.found(&sought, &active(json!([]))), done);
    assert_eq!(V2_3_1.found(&sought, &ours), Finding::Absent);
}
