//! What is handed in about an order or a ticket that is there: schema and code say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluss::domain::{SeededEntropy, SubmissionId, Timestamp};
use sluss::http::local_client;
use sluss::intake::{self, Context, Kind};

/// What the code and the schema of it say: whether it may be handed in.
fn said(kind: Option<Kind>, schema: &str, body: &Value) -> (bool, bool) {
    let path = format!("{}/schemas/intake/{schema}.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let (client, known, entropy) =
        (local_client().unwrap(), BTreeSet::new(), SeededEntropy::new(1));
    let context = Context {
        client: &client,
        recipients: &known,
        now: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        entropy: &entropy,
        bytes_max: 65_536,
        accesses: &intake::NoLists,
    };
    let bytes = body.to_string();
    let read = match kind {
        Some(kind) => {
            let of = SubmissionId::draw(&entropy, context.now);
            intake::change(kind, of, bytes.as_bytes(), &context).is_ok()
        }
        None => intake::cancellation(bytes.as_bytes(), &context).is_ok(),
    };
    (read, schema.is_valid(body))
}

#[track_caller]
fn check(kind: Option<Kind>, schema: &str, rows: &[(Value, bool)]) {
    for (body, good) in rows {
        assert_eq!(said(kind, schema, body), (*good, *good), "{body}");
    }
}

#[test]
fn a_change_of_an_order() {
    let item = |service: Value| json!({ "serviceOrderItem": [{ "id": "1", "service": service }] });
    check(
        Some(Kind::Order),
        "service-order-change",
        &[
            (json!({ "requestedStartDate": "2026-12-24" }), true),
            (json!({ "state": "cancelled", "cancellationReason": "ångrat" }), true),
            (json!({ "note": [{ "text": "Kunden har ringt." }] }), true),
            (item(json!({ "serviceSpecification": { "id": "BB-100-100" } })), true),
            (
                item(json!({ "serviceCharacteristic": [{ "name": "fixedIp", "value": true }] })),
                true,
            ),
            (json!({}), false),
            (json!({ "priority": "1" }), false),
            (json!({ "state": "completed" }), false),
            (json!({ "requestedStartDate": "i morgon" }), false),
            (json!({ "colour": "red", "state": "cancelled" }), false),
            (item(json!({})), false),
            (json!({ "serviceOrderItem": [{ "service": {} }] }), false),
        ],
    );
}

#[test]
fn a_change_of_a_ticket() {
    check(
        Some(Kind::Ticket),
        "trouble-ticket-change",
        &[
            (json!({ "note": [{ "text": "Fortfarande nere." }] }), true),
            (json!({ "status": "closed", "statusChangeReason": "Det fungerar." }), true),
            (json!({ "status": "inProgress" }), true),
            (json!({ "characteristic": [{ "name": "restarted", "value": true }] }), true),
            (json!({}), false),
            (json!({ "attachment": [] }), false),
            (json!({ "status": "resolved" }), false),
            (json!({ "severity": "minor", "status": "closed" }), false),
            (json!({ "characteristic": [{ "value": true }] }), false),
        ],
    );
}

#[test]
fn a_task_of_cancelling() {
    let id = "0123456789abcdef0123456789abcdef";
    check(
        None,
        "cancel-service-order",
        &[
            (json!({ "serviceOrder": { "id": id }, "cancellationReason": "ångrat" }), true),
            (json!({ "serviceOrder": { "id": "1" } }), false),
            (json!({ "serviceOrder": {} }), false),
            (json!({}), false),
            (json!({ "serviceOrder": { "id": id }, "why": "x" }), false),
        ],
    );
}
