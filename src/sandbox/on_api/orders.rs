//! `orders/` and `orderevents/`: `orders.md`, `orderevents.md` and `responses.md`.

use serde_json::{Map, Value, json};

use super::super::engine::{Amended, Engine, Event, Order, OrderState, Placed, Read, Wanted};
use super::super::exchange::{Asked, Reply};
use super::super::formats::{is_ip_address, is_mac_address, moment};
use super::members::{Members, posted};
use super::{BASE_PATH, Complaint, json_reply, no_content, parameters};
use crate::domain::{AccessId, Operation, SubscriptionId};

/// The members that an order may be posted with.
const MEMBERS: &[&str] = &[
    "accessId",
    "characteristics",
    "equipment",
    "forcedTakeover",
    "operation",
    "requestedDateTime",
    "service",
    "spReference",
    "spSubscriptionId",
    "subscriptionId",
];

/// The members that an answer shows as they were posted.
const SHOWN_AGAIN: &[&str] =
    &["characteristics", "equipment", "forcedTakeover", "requestedDateTime", "spSubscriptionId"];

/// `POST orders/`
pub(super) fn place(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let wanted = read(&posted(asked)?)?;
    match engine.place(wanted, asked.now)? {
        Placed::New(order) => {
            let mut reply = json_reply(201, &shown(order));
            reply.headers.push(("location", path(&order.id)));
            Ok(reply)
        }
        Placed::Existing(order) => Ok(json_reply(200, &shown(order))),
        // There is no order to point to.
        Placed::AlreadySo(wanted) => {
            let mut body = asked_for(&wanted);
            body.insert("state".into(), OrderState::DoneSuccess.as_str().into());
            body.insert("message".into(), "".into());
            Ok(json_reply(200, &Value::Object(body)))
        }
    }
}

/// `GET orders/`: unfinished ones; with `accessId` or `state`, all that are so.
pub(super) fn list(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [access, state] = parameters(asked, ["accessId", "state"])?;
    let access = access
        .map(AccessId::parse)
        .transpose()
        .map_err(|_| Complaint::invalid("Parameter accessId is invalid"))?;
    // The text's own example has the state in quotation marks.
    let state = state
        .map(|text| OrderState::parse(text.trim_matches('"')))
        .map(|state| state.ok_or_else(|| Complaint::invalid("Parameter state is invalid")))
        .transpose()?;
    engine.before(access.as_ref().map_or(Read::Orders, Read::OrdersAt), asked.now);
    let fits = |order: &&Order| match (&access, state) {
        (None, None) => !order.state.is_done(),
        (access, state) => {
            access.as_ref().is_none_or(|access| order.is_at(access))
                && state.is_none_or(|state| order.state == state)
        }
    };
    let orders: Vec<Value> = engine.orders().filter(fits).map(shown).collect();
    Ok(json_reply(200, &Value::Array(orders)))
}

/// `GET orders/{orderId}`
pub(super) fn one(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    engine.before(Read::Order(id), asked.now);
    let order = engine.order(id).ok_or_else(Complaint::not_found)?;
    Ok(json_reply(200, &shown(order)))
}

/// `PATCH orders/{orderId}`: "using only the changed part".
pub(super) fn amend(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    const AMENDABLE: &[&str] = &["characteristics", "equipment", "requestedDateTime", "service"];
    let posted = posted(asked)?;
    let members = Members::of(&posted, "", AMENDABLE)?;
    check_equipment(&members)?;
    check_characteristics(&members)?;
    let requested = members.string("requestedDateTime", |text| moment(text).is_some())?;
    let shown_again = SHOWN_AGAIN
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), members.value(name)?.clone())));
    let amended = Amended {
        service: members.text("service")?.map(str::to_owned),
        requested: requested.and_then(moment),
        shown_again: shown_again.collect(),
    };
    engine.amend(id, amended, asked.now)?;
    Ok(no_content())
}

/// `DELETE orders/{orderId}`
pub(super) fn take_back(
    engine: &mut Engine,
    id: &str,
    asked: &Asked<'_>,
) -> Result<Reply, Complaint> {
    engine.take_back(id, asked.now)?;
    Ok(no_content())
}

/// `GET orderevents/`: all, or those behind `since`.
pub(super) fn events(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [since] = parameters(asked, ["since"])?;
    engine.before(Read::Orders, asked.now);
    let events = engine.events(since).ok_or_else(Complaint::not_found)?;
    let rows =
        events.iter().filter_map(|event| Some(shown_event(event, engine.order(&event.order)?)));
    Ok(json_reply(200, &Value::Array(rows.collect())))
}

fn read(posted: &Map<String, Value>) -> Result<Wanted, Complaint> {
    let members = Members::of(posted, "", MEMBERS)?;
    let operation = match members.needed("operation", members.text("operation")?)? {
        "ACTIVATE" => Operation::Activate,
        "CHANGE" => Operation::Change,
        "DEACTIVATE" => Operation::Terminate,
        "MODIFY" => Operation::Modify,
        "SUSPEND" => Operation::Suspend,
        "RESUME" => Operation::Resume,
        _ => return Err(members.wrong("operation")),
    };
    let access = members.id("accessId")?.and_then(|text| AccessId::parse(text).ok());
    let subscription =
        members.id("subscriptionId")?.and_then(|text| SubscriptionId::parse(text).ok());
    let service = members.text("service")?;
    let forced = members.boolean("forcedTakeover")?;
    match operation {
        Operation::Activate => {
            members.needed("accessId", access.as_ref())?;
            members.needed("service", service)?;
            // The operator gives the subscription its id; there is none to activate.
            if subscription.is_some() {
                return Err(members.wrong("subscriptionId"));
            }
        }
        Operation::Change => {
            members.needed("subscriptionId", subscription.as_ref())?;
            members.needed("service", service)?;
        }
        Operation::Modify | Operation::Suspend | Operation::Resume | Operation::Terminate => {
            members.needed("subscriptionId", subscription.as_ref())?;
        }
    }
    // "Optional for operation ACTIVATE", and for no other.
    if operation != Operation::Activate && forced.is_some() {
        return Err(members.wrong("forcedTakeover"));
    }
    let requested = members.string("requestedDateTime", |text| moment(text).is_some())?;
    check_equipment(&members)?;
    check_characteristics(&members)?;
    let shown_again = SHOWN_AGAIN
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), members.value(name)?.clone())));
    Ok(Wanted {
        operation,
        access,
        service: service.map(str::to_owned),
        subscription,
        reference: members.id("spReference")?.map(str::to_owned),
        name: members.id("spSubscriptionId")?.map(str::to_owned),
        requested: requested.and_then(moment),
        forced_takeover: forced == Some(true),
        shown_again: shown_again.collect(),
    })
}

fn check_equipment(order: &Members<'_>) -> Result<(), Complaint> {
    for item in order.array("equipment")? {
        let Value::Object(item) = item else {
            return Err(order.wrong("equipment"));
        };
        let item = Members::of(item, "equipment.", &["macAddress", "vendorId"])?;
        item.text("vendorId")?;
        item.string("macAddress", is_mac_address)?;
    }
    Ok(())
}

fn check_characteristics(order: &Members<'_>) -> Result<(), Complaint> {
    let Some(characteristics) = order.object("characteristics")? else {
        return Ok(());
    };
    // `dataformats.md` says ipAddresses and the examples of `orders.md` say ipAddress.
    let known = &["SLA", "fixedIp", "ipAddress", "ipAddresses"];
    let characteristics = Members::of(characteristics, "characteristics.", known)?;
    characteristics.boolean("fixedIp")?;
    characteristics.text("SLA")?;
    for name in ["ipAddress", "ipAddresses"] {
        let addresses = characteristics.array(name)?;
        if !addresses.iter().all(|address| address.as_str().is_some_and(is_ip_address)) {
            return Err(characteristics.wrong(name));
        }
    }
    Ok(())
}

fn path(order: &str) -> String {
    format!("{BASE_PATH}orders/{order}")
}

fn shown(order: &Order) -> Value {
    let mut body = asked_for(&order.wanted);
    body.extend(order.wanted.shown_again.clone());
    body.insert("path".into(), path(&order.id).into());
    body.insert("orderId".into(), order.id.as_str().into());
    body.insert("subscriptionId".into(), order.subscription.as_str().into());
    body.insert("state".into(), order.state.as_str().into());
    body.insert("message".into(), order.state.message().into());
    if let Some(expected) = order.expected {
        body.insert("expectedCompletionDate".into(), expected.rfc3339().into());
    }
    if let Some(reference) = &order.wanted.reference {
        body.insert("spReference".into(), reference.as_str().into());
    }
    Value::Object(body)
}

/// "Containing select fields from the order": these six.
fn shown_event(event: &Event, order: &Order) -> Value {
    let mut row = asked_for(&order.wanted);
    row.insert("path".into(), path(&order.id).into());
    // As it was then: the order may have moved on since.
    row.insert("state".into(), event.state.as_str().into());
    row.insert("message".into(), event.state.message().into());
    json!({ "event": event.id, "order": row })
}

fn asked_for(wanted: &Wanted) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("operation".into(), operation(wanted.operation).into());
    if let Some(access) = &wanted.access {
        body.insert("accessId".into(), access.as_str().into());
    }
    if let Some(service) = &wanted.service {
        body.insert("service".into(), service.as_str().into());
    }
    body
}

fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Activate => "ACTIVATE",
        Operation::Change => "CHANGE",
        Operation::Modify => "MODIFY",
        Operation::Suspend => "SUSPEND",
        Operation::Resume => "RESUME",
        Operation::Terminate => "DEACTIVATE",
    }
}
