//! `POST /tmf-api/serviceQualificationManagement/v4/checkServiceQualification`: can this address be
//! delivered, and by whom? Answered from the copies of operators' access lists, so that nobody is
//! told who asks about what; in the form of TMF645 with places of TMF673, and nothing is kept of it.
//!
//! ```text
//! qualified                 exactly one access; its id, operator and state stand in `service`
//! unqualified               listed nowhere, or listed and not served
//! insufficientInformation   a person decides: the reason says what is missing
//! ```

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{App, Problem, body};
use crate::address::{NoPlace, PlaceParts, fields};
use crate::domain::{RecipientId, Timestamp};
use crate::store::{AccessList, Resolved};

/// More places are more than one question.
const ITEMS_MAX: usize = 20;

pub(super) async fn check(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let bytes = body::read(&app.0, &headers, body).await?;
    let asked: Value = serde_json::from_slice(&bytes).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "invalidJson", "the body is not JSON")
    })?;
    let items = asked["serviceQualificationItem"]
        .as_array()
        .filter(|items| (1..=ITEMS_MAX).contains(&items.len()));
    let Some(items) = items else {
        let reason = "serviceQualificationItem must be an array of 1 to 20 items";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalidBody", reason));
    };
    let lists = app.0.store.access_lists().await?;
    let mut answered = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        answered.push(answer(&app, at, item, &lists).await?);
    }
    let mut response = Json(json!({
        "@type": "CheckServiceQualification",
        "state": "done",
        "instantSyncQualification": true,
        "checkServiceQualificationDate": app.0.clock.now().rfc3339(),
        "serviceQualificationItem": answered,
    }))
    .into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn answer(
    app: &App,
    at: usize,
    item: &Value,
    lists: &[AccessList],
) -> Result<Value, Problem> {
    let place = item["service"]["place"].as_array().and_then(|places| places.first());
    let Some(place) = place.or_else(|| item["service"].get("place")).filter(|one| one.is_object())
    else {
        return Err(missing(at));
    };
    let at_operator = operator(item)
        .map(|id| RecipientId::parse(id).ok().filter(|id| app.0.recipients.contains(id)));
    if at_operator == Some(None) {
        let reason = format!(
            "serviceQualificationItem[{at}].relatedParty is not an operator that is configured here"
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalidBody", reason));
    }
    let told = |result: &str, reason: Option<(&str, &str)>, service: Value| {
        let mut told = json!({
            "id": at.to_string(),
            "state": "done",
            "qualificationItemResult": result,
            "service": service,
        });
        // Ours to count, unless it is a short word of theirs.
        if let Some(id) = item["id"].as_str().filter(|id| id.len() <= 2 && is_word(id)) {
            told["id"] = json!(id);
        }
        if let Some((code, label)) = reason {
            told["eligibilityUnavailabilityReason"] = json!([{ "code": code, "label": label }]);
        }
        told
    };
    let unknown = "insufficientInformation";
    let texts = Texts::of(place);
    let sought = match fields(&texts.parts()) {
        Ok(sought) => sought,
        Err(NoPlace::Blank) => return Err(missing(at)),
        Err(no) => {
            return Ok(told(unknown, Some(("no-place", &no.to_string())), json!({})));
        }
    };
    if lists.iter().all(|list| list.confirmed.is_none()) {
        let reason = ("no-list", "no operator's list of accesses has been copied yet");
        return Ok(told(unknown, Some(reason), json!({})));
    }
    Ok(match app.0.store.access_at(sought, at_operator.flatten()).await? {
        Resolved::One(row) => {
            let as_of = lists.iter().find(|list| list.recipient == row.recipient);
            let as_of = as_of.and_then(|list| list.confirmed).map(Timestamp::rfc3339);
            let service = json!({
                "serviceCharacteristic": [
                    { "name": "accessId", "value": row.access.id.as_str() },
                    { "name": "accessState", "value": row.access.state.as_str() },
                    { "name": "listedAsOf", "value": as_of },
                ],
                "relatedParty": [{ "id": row.recipient.as_str(), "role": "communicationsOperator" }],
            });
            if row.access.state.is_served() {
                told("qualified", None, service)
            } else {
                let reason = ("not-served", "the access is not, or no longer, in use");
                told("unqualified", Some(reason), service)
            }
        }
        Resolved::None => {
            let reason = ("not-listed", "no operator lists an access there");
            told("unqualified", Some(reason), json!({}))
        }
        Resolved::Doubt(doubt, rows) => {
            let label = format!("a person decides: {} accesses may be meant", rows.len());
            told(unknown, Some((doubt.as_str(), &label)), json!({}))
        }
    })
}

fn missing(at: usize) -> Problem {
    let reason = format!("serviceQualificationItem[{at}].service.place has no streetName");
    Problem::new(StatusCode::BAD_REQUEST, "invalidBody", reason)
}

fn operator(item: &Value) -> Option<&str> {
    let parties = item["relatedParty"].as_array()?;
    let found = parties.iter().find(|party| party["role"] == "communicationsOperator")?;
    found["id"].as_str()
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The texts of a TMF673 `GeographicAddress`, as far as they lead to a door.
struct Texts([Zeroizing<String>; 7]);

impl Texts {
    fn of(place: &Value) -> Self {
        let text = |value: &Value| {
            Zeroizing::new(match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => String::new(),
            })
        };
        let sub = place["geographicSubAddress"].as_array().and_then(|subs| subs.first());
        let unit = sub.map_or(&Value::Null, |sub| &sub["subUnitNumber"]);
        let unit = match unit {
            // A number has lost its leading zero.
            Value::Number(number) => Zeroizing::new(format!("{:0>4}", number.to_string())),
            other => text(other),
        };
        let postcode = place.get("postcode").or_else(|| place.get("postCode"));
        Self([
            text(&place["streetName"]),
            text(&place["streetNr"]),
            text(&place["streetNrSuffix"]),
            unit,
            text(postcode.unwrap_or(&Value::Null)),
            text(&place["city"]),
            text(&place["outlet"]),
        ])
    }

    fn parts(&self) -> PlaceParts<'_> {
        let [street, number, littera, apartment, postcode, city, outlet] = &self.0;
        PlaceParts { street, number, littera, apartment, distinguisher: "", outlet, postcode, city }
    }
}
