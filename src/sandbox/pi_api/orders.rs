//! `orders/`, `orderevents/` and `accesses/{accessId}`: the pages on service activation, order
//! events and availability.

use serde_json::{Map, Value, json};

use super::super::engine::{Engine, Event, Order, OrderState, Placed, Read, Wanted};
use super::super::exchange::{Asked, Reply};
use super::super::on_api::members::{Members, posted};
use super::super::on_api::{Complaint, json_reply, parameters};
use super::{BASE_PATH, complaint, is_access_id};
use crate::domain::{AccessId, Operation};

/// The members of an order that starts a service. All but the last are mandatory.
const ACTIVATE: &[&str] = &[
    "accessId",
    "service",
    "operation",
    "forcedTakeover",
    "customer",
    "deliveryAddress",
    "equipment",
];

/// The members of an order that ends one: the others must not be sent.
const DEACTIVATE: &[&str] = &["accessId", "service", "operation"];

/// Each must be there, and each may be empty.
const CUSTOMER: &[&str] =
    &["firstName", "lastName", "socialSecurityNumber", "email", "phone", "mobilePhone"];

/// Each must be there, and each may be empty.
const DELIVERY_ADDRESS: &[&str] =
    &["smsNotificationPhone", "streetName", "streetNumber", "streetLittera", "zipCode", "city"];

/// `POST orders/`
pub(super) fn place(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let mut wanted = read(&posted(asked)?)?;
    if let (Operation::Terminate, Some(access), Some(service)) =
        (wanted.operation, &wanted.access, &wanted.service)
    {
        if !Engine::delivers_at(access) {
            return Err(Complaint::invalid(format!("Unknown accessId: '{access}'")));
        }
        wanted.subscription = engine.subscription_of(access, service).cloned();
        // Inactive already: there is no order to point to.
        if wanted.subscription.is_none() {
            return Ok(json_reply(200, &done_already(&wanted)));
        }
    }
    match engine.place(wanted, asked.now).map_err(|refusal| complaint(&refusal))? {
        Placed::New(order) => {
            let mut reply = json_reply(201, &shown(order, order.state));
            reply.headers.push(("location", path(&order.id)));
            Ok(reply)
        }
        Placed::Existing(order) => Ok(json_reply(200, &shown(order, order.state))),
        Placed::AlreadySo(wanted) => Ok(json_reply(200, &done_already(&wanted))),
    }
}

/// `GET orders/{id}`
pub(super) fn one(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    engine.before(Read::Order(id), asked.now);
    let order = engine.order(id).ok_or_else(Complaint::not_found)?;
    Ok(json_reply(200, &shown(order, order.state)))
}

/// `GET orderevents/`: how orders ended; all, or those behind `since`. No other events exist.
pub(super) fn events(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [since] = parameters(asked, ["since"])?;
    engine.before(Read::Orders, asked.now);
    let events = engine.events(since).ok_or_else(Complaint::not_found)?;
    let row = |event: &Event| {
        let order = engine.order(&event.order)?;
        Some(json!({ "event": event.id, "order": shown(order, event.state) }))
    };
    let rows = events.iter().filter(|event| event.state.is_done()).filter_map(row);
    Ok(json_reply(200, &Value::Array(rows.collect())))
}

/// `GET accesses/{accessId}`: what can be had there, and what of it is active for who asks.
pub(super) fn availability(
    engine: &mut Engine,
    id: &str,
    asked: &Asked<'_>,
) -> Result<Reply, Complaint> {
    let access = AccessId::parse(id).ok().filter(Engine::delivers_at);
    let access = access.ok_or_else(Complaint::not_found)?;
    engine.before(Read::OrdersAt(&access), asked.now);
    let active = engine.active_at(&access);
    let active: Vec<Value> = active
        .iter()
        .map(|service| json!({ "service": service, "option82": "5201", "equipment": [] }))
        .collect();
    let body = json!({
        "accessId": access.as_str(),
        "streetName": "Testvägen",
        "streetNumber": "100",
        "streetLittera": "",
        "postalCode": "99910",
        "city": "Slussköping",
        "countryCode": "SE",
        "premisesType": "RESIDENTIAL_HOUSE",
        "services": [{
            "service": "BB-1000-1000",
            "connection": "YES",
            "available": "YES",
            "forcedTakeoverPossible": true,
        }],
        "active": active,
    });
    Ok(json_reply(200, &body))
}

fn read(posted: &Map<String, Value>) -> Result<Wanted, Complaint> {
    let operation = match posted.get("operation").and_then(Value::as_str) {
        Some("ACTIVATE") => Operation::Activate,
        Some("DEACTIVATE") => Operation::Terminate,
        Some(_) => return Err(Complaint::invalid("Data in the field 'operation' is invalid")),
        None => return Err(Complaint::invalid("Missing operation")),
    };
    let is_start = operation == Operation::Activate;
    let members = Members::of(posted, "", if is_start { ACTIVATE } else { DEACTIVATE })?;
    let access = members.needed("accessId", members.string("accessId", is_access_id)?)?;
    let service = members.text("service")?.filter(|service| !service.is_empty());
    let service = members.needed("service", service)?;
    let mut forced_takeover = false;
    if is_start {
        forced_takeover = members.needed("forcedTakeover", members.boolean("forcedTakeover")?)?;
        texts(&members, "customer", "customer.", CUSTOMER)?;
        texts(&members, "deliveryAddress", "deliveryAddress.", DELIVERY_ADDRESS)?;
        for item in members.array("equipment")? {
            let item = item.as_object().ok_or_else(|| members.wrong("equipment"))?;
            let item = Members::of(item, "equipment.", &["vendorId"])?;
            item.needed("vendorId", item.text("vendorId")?)?;
        }
    }
    Ok(Wanted {
        operation,
        access: AccessId::parse(access).ok(),
        service: Some(service.to_owned()),
        subscription: None,
        reference: None,
        name: None,
        requested: None,
        forced_takeover,
        shown_again: Map::new(),
    })
}

/// "JSON-strukturen är obligatorisk och kommer alltid skickas med, men samtliga attribut kan vara
/// tomma."
fn texts(
    order: &Members<'_>,
    name: &str,
    within: &'static str,
    known: &[&str],
) -> Result<(), Complaint> {
    let block = order.needed(name, order.object(name)?)?;
    let block = Members::of(block, within, known)?;
    for member in known {
        if block.text(member)?.is_none() {
            return Err(Complaint::invalid(format!("Missing {within}{member}")));
        }
    }
    Ok(())
}

fn path(order: &str) -> String {
    format!("{BASE_PATH}orders/{order}")
}

fn shown(order: &Order, state: OrderState) -> Value {
    let mut body = asked_for(&order.wanted);
    body.insert("path".into(), path(&order.id).into());
    // "RECEIVED" until the order has ended.
    let word = if state.is_done() { state } else { OrderState::Received };
    body.insert("state".into(), word.as_str().into());
    body.insert("message".into(), state.message().into());
    Value::Object(body)
}

fn done_already(wanted: &Wanted) -> Value {
    let mut body = asked_for(wanted);
    body.insert("state".into(), OrderState::DoneSuccess.as_str().into());
    body.insert("message".into(), "".into());
    Value::Object(body)
}

fn asked_for(wanted: &Wanted) -> Map<String, Value> {
    let operation = match wanted.operation {
        // PI-API has two, and its reader lets in no other.
        Operation::Activate
        | Operation::Change
        | Operation::Modify
        | Operation::Suspend
        | Operation::Resume => "ACTIVATE",
        Operation::Terminate => "DEACTIVATE",
    };
    let mut body = Map::new();
    body.insert("accessId".into(), wanted.access.as_ref().map(AccessId::as_str).into());
    body.insert("service".into(), wanted.service.as_deref().into());
    body.insert("operation".into(), operation.into());
    body
}
