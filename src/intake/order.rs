//! The profile of TMF641 v4.1.0: one operator, up to fifty items, each with one access.

use std::collections::BTreeMap;

use super::characteristic;
use super::draft::{Draft, Facts, Part};
use super::json::Json;
use super::reader::{Node, Object};
use super::surplus::{Surplus, Whose};
use super::{Action, Found, Head, PROSE_MAX, moment, note_text, notes, place};
use crate::domain::{Act, Field, Operation, Purpose, ServiceId, SubscriptionId};

const ITEMS_MAX: usize = 50;
const ENTRIES_MAX: usize = 20;
const NAME_MAX: usize = 200;

/// Reads the order's own members and its items. `None` where the faults leave nothing to read.
pub(super) fn read(mut order: Object<'_>, mut head: Head) -> Option<(Head, Vec<Found>)> {
    order.refuse(&[
        "id",
        "href",
        "state",
        "orderDate",
        "startDate",
        "completionDate",
        "expectedCompletionDate",
        "milestone",
        "jeopardyAlert",
        "errorMessage",
    ]);
    order.pass(&["category", "requestedCompletionDate"]);
    order.pass(&["cancellationDate", "cancellationReason"]);
    if order.pass(&["externalReference", "orderRelationship"]) {
        head.part.surplus.name(Field::CommercialOther);
    }
    if let Some(text) = order.take("description").and_then(|text| text.prose(PROSE_MAX)) {
        note_text(&text, &mut head.part.facts);
    }
    notes(&mut order, &mut head.part.facts, &mut head.part.surplus);
    if let Some(start) = order.take("requestedStartDate").as_ref().and_then(moment) {
        head.part.facts.set(Field::RequestedDate, start);
    }
    if let Some(contact) = order.take("notificationContact") {
        head.part.surplus.name(Field::CommercialOther);
        // A text in TMF641; whoever it names, the operator does not notify them.
        head.part.surplus.add_all("name", contact.json(), Whose::Others);
    }
    let items = order.need("serviceOrderItem").map(|node| (node.array(ITEMS_MAX), node));
    order.close();

    let (items, node) = items?;
    // What is no array, or too long a one, has been told already.
    if matches!(node.json(), Json::Array(entries) if entries.is_empty()) {
        node.fault("has no item to work on");
    }
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::with_capacity(items.len());
    for node in items {
        let Some((id, action, draft)) = item(&node) else {
            continue;
        };
        if let Some(first) = ids.insert(id.clone(), node.path().to_owned()) {
            node.fault(format_args!("has the same id as {first}"));
        }
        found.push((id, Some(action), draft));
    }
    Some((head, found))
}

fn item(node: &Node<'_>) -> Option<(String, Action, Draft)> {
    let mut item = node.object()?;
    item.refuse(&["state", "errorMessage"]);
    item.pass(&["appointment", "serviceOrderItemRelationship"]);
    item.pass(&["@type", "@baseType", "@schemaLocation"]);
    // TM Forum leaves the form of an item's id open; ours is the `ID` of ON-API.
    let id = item.need("id").and_then(|id| id.id(SubscriptionId::parse));
    let action = item.need("action").and_then(|node| action(&node));
    if let Some(quantity) = item.take("quantity")
        && quantity.json().scalar() != Some("1")
    {
        quantity.fault("must be 1: each service is an item of its own");
    }
    let service = item.need("service").and_then(|service| service.object());
    item.close();

    let (mut facts, mut surplus) = (Facts::default(), Surplus::default());
    let service = service.map(|service| read_service(service, action, &mut facts, &mut surplus));
    let (id, action, ()) = (id?, action?, service?);
    let (purpose, operation) = match action {
        Action::Add => (Purpose::Activate, Operation::Activate),
        Action::Modify => (Purpose::Change, Operation::Change),
        Action::Delete => (Purpose::Terminate, Operation::Terminate),
    };
    facts.set(Field::Operation, operation.as_str().to_owned());
    let act = Act::of_operation(operation);
    Some((id.as_str().to_owned(), action, Draft { act, purpose, part: Part::new(facts, surplus) }))
}

fn action(node: &Node<'_>) -> Option<Action> {
    let text = node.text(NAME_MAX)?;
    let action = match text {
        "add" => Action::Add,
        "modify" => Action::Modify,
        "delete" => Action::Delete,
        "noChange" => {
            node.fault("asks for nothing to be done");
            return None;
        }
        _ => {
            node.fault("must be one of add, modify, delete");
            return None;
        }
    };
    Some(action)
}

fn read_service(
    mut service: Object<'_>,
    action: Option<Action>,
    facts: &mut Facts,
    surplus: &mut Surplus,
) {
    service.pass(&["@type", "@baseType", "@schemaLocation", "@referredType"]);
    service.pass(&["category", "name", "serviceType", "serviceDate", "startMode"]);
    service.pass(&["hasStarted", "isBundle", "isServiceEnabled", "isStateful"]);
    // Our own id of the service, and words about it.
    if service.pass(&["id", "href", "description"]) {
        surplus.name(Field::CommercialOther);
    }
    if let Some(state) = service.take("state") {
        wanted_state(&state, action);
    }
    if let Some(specification) = service.take("serviceSpecification") {
        specified(&specification, facts);
    } else if matches!(action, Some(Action::Add | Action::Modify)) {
        service.fault_at("serviceSpecification", "is needed to start or change a service");
    }
    let characteristics = service.take("serviceCharacteristic");
    if let Some(array) = &characteristics {
        characteristic::ORDER.read(array, facts, surplus);
    }
    if let Some(places) = service.take("place") {
        place::read(&places, facts, surplus);
    }
    needed(&service, characteristics.as_ref(), action, facts);
    notes(&mut service, facts, surplus);
    if let Some(parties) = service.take("relatedParty") {
        surplus.name(Field::CommercialOther);
        for party in parties.array(ENTRIES_MAX) {
            surplus.add_all("", party.json(), Whose::Others);
        }
    }
    service.close();
}

/// The state that a service is wanted in would be a wish of its own: suspend, reserve.
fn wanted_state(node: &Node<'_>, action: Option<Action>) {
    let fits: &[&str] = match action {
        Some(Action::Delete) => &["terminated", "inactive", "active"],
        Some(Action::Add | Action::Modify) | None => &["active"],
    };
    if let Some(state) = node.text(NAME_MAX)
        && !fits.contains(&state)
    {
        node.fault("does not fit the action: only active services are ordered");
    }
}

pub(super) fn specified(node: &Node<'_>, facts: &mut Facts) {
    let Some(mut specification) = node.object() else {
        return;
    };
    specification.pass(&["href", "name", "version"]);
    specification.pass(&["@type", "@baseType", "@schemaLocation", "@referredType"]);
    if let Some(id) = specification.need("id").and_then(|id| id.id(ServiceId::parse)) {
        facts.set(Field::ServiceId, id.as_str().to_owned());
    }
    specification.close();
}

/// The ids without which the operator cannot find the access or the service.
fn needed(service: &Object<'_>, array: Option<&Node<'_>>, action: Option<Action>, facts: &Facts) {
    let named = |name: &str| array.is_some_and(|array| characteristic::stands_in(array, name));
    // Of a new service the address may do, where it leads to one access.
    let is_placed = action == Some(Action::Add) && facts.get(Field::Street).is_some();
    if !named("accessId") && !is_placed {
        service.fault_at("serviceCharacteristic[accessId]", super::reader::MISSING);
    }
    if matches!(action, Some(Action::Modify | Action::Delete)) && !named("subscriptionId") {
        let rule = "is needed to change or end a service";
        service.fault_at("serviceCharacteristic[subscriptionId]", rule);
    }
}
