//! How a submission looks to the ordering system: TMF641 v4.1.0 and TMF621 v4.0.0, with ids, states
//! and dates, and nothing personal.

use serde_json::{Map, Value, json};

use crate::domain::{CaseState, Operation};
use crate::intake::Kind;
use crate::store::{CaseRow, SubmissionRow};
use crate::tmf::{TmfState, action, href};

/// A submission as its API shows it.
pub fn render(row: &SubmissionRow) -> Value {
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(row.id.to_string()));
    body.insert("href".to_owned(), json!(href(row.kind, row.id)));
    if let Some(external) = &row.external_id {
        body.insert("externalId".to_owned(), json!(external.as_str()));
    }
    let states: Vec<CaseState> = row.cases.iter().map(|case| case.state).collect();
    let asked: Vec<_> = row.asked.iter().map(|case| (case.act, case.state)).collect();
    let state = TmfState::of(row.kind, &states, &asked).as_str();
    match row.kind {
        Kind::Order => {
            body.insert("@type".to_owned(), json!("ServiceOrder"));
            body.insert("orderDate".to_owned(), json!(row.accepted.rfc3339()));
            body.insert("state".to_owned(), json!(state));
            let items: Vec<Value> = row.cases.iter().map(item).collect();
            body.insert("serviceOrderItem".to_owned(), json!(items));
            if let Some(changed) = all_final(&row.cases) {
                body.insert("completionDate".to_owned(), json!(changed.changed.rfc3339()));
            }
        }
        Kind::Ticket => {
            let case = row.cases.first();
            body.insert("@type".to_owned(), json!("TroubleTicket"));
            body.insert("creationDate".to_owned(), json!(row.accepted.rfc3339()));
            body.insert("status".to_owned(), json!(state));
            if let Some(case) = case {
                body.insert("lastUpdate".to_owned(), json!(case.changed.rfc3339()));
                if let Some(reason) = &case.reason {
                    body.insert("statusChangeReason".to_owned(), json!(shown(reason)));
                }
            }
        }
    }
    Value::Object(body)
}

fn item(case: &CaseRow) -> Value {
    let mut item = json!({
        "id": case.item,
        "action": action(case.act.operation().unwrap_or(Operation::Activate)),
        "state": case.state.tmf641(),
        "service": {},
    });
    if let Some(subscription) = &case.subscription {
        // What the ordering system needs to name when it changes or ends the service.
        item["service"]["serviceCharacteristic"] =
            json!([{ "name": "subscriptionId", "value": subscription.as_str() }]);
    }
    if let Some(reason) = &case.reason {
        item["errorMessage"] = json!([{ "code": shown(reason), "reason": shown(reason) }]);
    }
    item
}

/// The reason as it may be shown to anybody: that a case is under special handling is not.
fn shown(reason: &str) -> &str {
    if reason == "special-handling" { "person" } else { reason }
}

fn all_final(cases: &[CaseRow]) -> Option<&CaseRow> {
    if cases.iter().all(|case| case.state.is_final()) {
        cases.iter().max_by_key(|case| case.changed)
    } else {
        None
    }
}
