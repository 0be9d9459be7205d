//! The older versions, on the same host beside the newest: what one has not is not offered, what it
//! says otherwise is turned into what the newest says, and the answer is turned back. Written from
//! `orders.md` of 2.5 and 2.4, and `service_activation.md` and `availability.md` of 2.3.1.

use serde_json::{Map, Value, json};

use super::super::engine::Engine;
use super::super::exchange::{Asked, Reply};
use super::members::posted;
use super::{BASE_PATH, Complaint, json_reply, route};
use crate::domain::AccessId;

/// A version before the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V2_5,
    V2_4,
    V2_3_1,
}

impl Version {
    const ALL: [Self; 3] = [Self::V2_5, Self::V2_4, Self::V2_3_1];

    const fn base(self) -> &'static str {
        match self {
            Self::V2_5 => "/onapi/2.5/",
            Self::V2_4 => "/onapi/2.4/",
            Self::V2_3_1 => "/onapi/2.3.1/",
        }
    }
}

/// The members of an order to start a service in 2.3.1: all of them, and no others.
const ACTIVATE_2_3_1: &[&str] =
    &["accessId", "service", "operation", "forcedTakeover", "equipment", "spReference"];
/// The same, to end one.
const DEACTIVATE_2_3_1: &[&str] = &["accessId", "service", "operation"];

/// The answer, where an older version is asked.
pub(super) fn answer(engine: &mut Engine, asked: &Asked<'_>) -> Option<Result<Reply, Complaint>> {
    let older = |version: &Version| Some((*version, asked.path.strip_prefix(version.base())?));
    let (version, path) = Version::ALL.iter().find_map(older)?;
    let answered = answer_as(engine, asked, version, path);
    Some(answered.map(|reply| turned_back(version, reply)))
}

fn answer_as(
    engine: &mut Engine,
    asked: &Asked<'_>,
    version: Version,
    path: &str,
) -> Result<Reply, Complaint> {
    let not_offered = || Err(Complaint::new(501, "Unknown or unimplemented endpoint"));
    let first = version == Version::V2_3_1;
    let body = match (asked.method, path.split_once('/')) {
        ("GET", Some(("accesses", id))) if !id.is_empty() => {
            return access(engine, version, id);
        }
        // One order and the events are all that there is to read, and nothing can be changed.
        ("GET", Some(("orders", ""))) | ("PATCH" | "DELETE", _) | (_, None) if first => {
            return not_offered();
        }
        ("POST", Some(("orders", ""))) => match order(engine, version, &posted(asked)?)? {
            Placing::Newest(order) => Value::Object(order).to_string().into_bytes(),
            Placing::Done(reply) => return Ok(reply),
        },
        _ => asked.body.to_vec(),
    };
    let path = format!("{BASE_PATH}{path}");
    let newest = Asked {
        method: asked.method,
        path: &path,
        query: asked.query,
        headers: asked.headers,
        body: &body,
        now: asked.now,
    };
    route(engine, &newest)
}

enum Placing {
    /// To be placed as the newest version has it.
    Newest(Map<String, Value>),
    /// Nothing to do.
    Done(Reply),
}

fn order(
    engine: &Engine,
    version: Version,
    posted: &Map<String, Value>,
) -> Result<Placing, Complaint> {
    let text = |name: &str| posted.get(name).and_then(Value::as_str).unwrap_or_default();
    let needed = |names: &[&str]| match names.iter().find(|name| !posted.contains_key(**name)) {
        Some(missing) => Err(Complaint::invalid(format!("Missing field: '{missing}'"))),
        None => Ok(()),
    };
    let is_new = text("operation") == "ACTIVATE";
    match version {
        Version::V2_5 => {}
        Version::V2_4 if is_new => needed(&["spReference"])?,
        // "accessId", "service": Mandatory.
        Version::V2_4 => needed(&["accessId", "service", "subscriptionId"])?,
        Version::V2_3_1 => {
            let members = match text("operation") {
                "ACTIVATE" => ACTIVATE_2_3_1,
                "DEACTIVATE" => DEACTIVATE_2_3_1,
                _ => return Err(Complaint::invalid("Data in the field 'operation' is invalid")),
            };
            needed(members)?;
            if posted.len() > members.len() {
                return Err(Complaint::invalid("Unknown field"));
            }
            if !is_new {
                return Ok(ended(engine, text("accessId"), text("service")));
            }
        }
    }
    Ok(Placing::Newest(posted.clone()))
}

/// 2.3.1 has no subscriptions: a service is ended by where it is and what it is.
fn ended(engine: &Engine, access: &str, service: &str) -> Placing {
    let there = AccessId::parse(access).ok();
    let there = there.and_then(|access| engine.subscription_of(&access, service).cloned());
    if let Some(subscription) = there {
        let mut order = Map::new();
        order.insert("operation".to_owned(), "DEACTIVATE".into());
        order.insert("subscriptionId".to_owned(), subscription.as_str().into());
        return Placing::Newest(order);
    }
    let body = json!({ "accessId": access, "service": service, "operation": "DEACTIVATE",
        "state": "DONE_SUCCESS", "message": "" });
    Placing::Done(json_reply(200, &body))
}

/// What is active at an access, and what can be had there.
fn access(engine: &Engine, version: Version, id: &str) -> Result<Reply, Complaint> {
    let id = AccessId::parse(id).ok().filter(Engine::delivers_at);
    let id = id.ok_or_else(Complaint::not_found)?;
    let listed = engine.subscriptions();
    let here = listed.iter().filter(|one| *one.access == id);
    let rows: Vec<Value> = if version == Version::V2_3_1 {
        here.map(|one| json!({ "service": one.service, "spReference": one.reference })).collect()
    } else {
        here.map(|one| {
            json!({ "service": one.service, "subscriptionId": one.id.as_str(),
                "spReference": one.reference, "spSubscriptionId": one.name })
        })
        .collect()
    };
    let member = if version == Version::V2_3_1 { "active" } else { "subscriptions" };
    let (when, day) = match version {
        Version::V2_5 => ("availableDateTime", "1990-01-01T00:00:01Z"),
        Version::V2_4 | Version::V2_3_1 => ("available", "YES"),
    };
    let services =
        json!([{ "service": "BB-1000-1000", when: day, "forcedTakeoverPossible": true }]);
    Ok(json_reply(200, &json!({ "accessId": id.as_str(), member: rows, "services": services })))
}

/// Paths are of the version that was asked, and 2.3.1 has neither ids of subscriptions nor a state
/// between received and done.
fn turned_back(version: Version, mut reply: Reply) -> Reply {
    for (_, value) in &mut reply.headers {
        *value = value.replace(BASE_PATH, version.base());
    }
    let text = String::from_utf8_lossy(&reply.body).replace(BASE_PATH, version.base());
    reply.body = text.into_bytes();
    if version == Version::V2_3_1
        && let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body)
    {
        as_first(&mut body);
        reply.body = body.to_string().into_bytes();
    }
    reply
}

fn as_first(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.iter_mut().for_each(as_first),
        Value::Object(members) => {
            members.remove("subscriptionId");
            if members.get("state").is_some_and(|state| state == "IN_PROGRESS") {
                members.insert("state".to_owned(), "RECEIVED".into());
            }
            members.values_mut().for_each(as_first);
        }
        _ => {}
    }
}
