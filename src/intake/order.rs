//! The profile of TMF641 v4.1.0: one operator, up to fifty items, each with one access.
//!
//! What an item asks for follows from its action and from what it says of the service:
//!
//! ```text
//! add                                                        activate
//! delete                                                     terminate
//! modify  state inactive or suspended                        suspend
//! modify  movedFrom                                          move: activate here, terminate there
//! modify  serviceSpecification                               change to that service
//! modify  equipment or characteristics, no specification     modify the service that is there
//! modify  state active and nothing else                      resume
//! ```
//!
//! A move is two cases that know nothing of each other: neither operator learns the other end.
//!
//! Operators that speak ON-API 2.4 or older want the service named that goes on or ends: the characteristic
//! `serviceId` does, where `serviceSpecification` would say which one it becomes.

use std::collections::BTreeMap;

use super::characteristic;
use super::draft::{Draft, Facts, Part};
use super::json::Json;
use super::reader::{Node, Object};
use super::surplus::{Surplus, Whose};
use super::{Action, Context, Found, Head, PROSE_MAX, moment, note_text, notes, place};
use crate::domain::{
    AccessId, Act, Field, Operation, Purpose, RecipientId, ServiceId, SubscriptionId,
};

const ITEMS_MAX: usize = 50;
const ENTRIES_MAX: usize = 20;
const NAME_MAX: usize = 200;

/// Reads the order's own members and its items. `None` where the faults leave nothing to read.
pub(super) fn read(
    mut order: Object<'_>,
    mut head: Head,
    context: &Context<'_>,
) -> Option<(Head, Vec<Found>)> {
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
        for (id, action, draft) in item(&node, context) {
            if let Some(first) = ids.insert(id.clone(), node.path().to_owned()) {
                node.fault(format_args!("has the same id as {first}"));
            }
            found.push((id, Some(action), draft));
        }
    }
    Some((head, found))
}

fn item(node: &Node<'_>, context: &Context<'_>) -> Vec<(String, Action, Draft)> {
    let Some(mut item) = node.object() else {
        return Vec::new();
    };
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
    let service =
        service.map(|service| read_service(service, action, context, &mut facts, &mut surplus));
    let (Some(id), Some(action), Some(Some(wanted))) = (id, action, service) else {
        return Vec::new();
    };
    let operation = wanted.operation;
    facts.set(Field::Operation, operation.as_str().to_owned());
    let mut drafts = Vec::new();
    if let Some(from) = wanted.from {
        let leg = format!("{}{FROM}", id.as_str());
        if SubscriptionId::parse(&leg).is_err() {
            node.fault("must have an id of at most 31 characters, as it is a move");
        }
        drafts.push((leg, Action::Delete, from.draft()));
    }
    let part = Part::new(facts, surplus);
    let known = wanted.kind.into_iter().map(|kind| (Field::ServiceId, kind)).collect();
    let draft = Draft::new(Act::of_operation(operation), purpose(operation), part).knowing(known);
    drafts.insert(0, (id.as_str().to_owned(), action, draft));
    drafts
}

/// What the end of a service at the place that somebody moves from is called, behind the item's id.
const FROM: &str = ".from";

/// Why an order for this is told to an operator. The same service with other equipment is a change
/// of it.
const fn purpose(operation: Operation) -> Purpose {
    match operation {
        Operation::Activate => Purpose::Activate,
        Operation::Change | Operation::Modify => Purpose::Change,
        Operation::Suspend => Purpose::Suspend,
        Operation::Resume => Purpose::Resume,
        Operation::Terminate => Purpose::Terminate,
    }
}

/// What an item asks for.
struct Wanted {
    operation: Operation,
    /// The kind of a service that goes on as it is, such as `VOIP`: rules ask for it.
    kind: Option<String>,
    from: Option<From>,
}

/// The service that ends where somebody moves from.
struct From {
    recipient: Option<RecipientId>,
    facts: Facts,
}

impl From {
    fn draft(mut self) -> Draft {
        self.facts.set(Field::Operation, Operation::Terminate.as_str().to_owned());
        let part = Part::new(self.facts, Surplus::default());
        Draft::new(Act::Terminate, Purpose::Terminate, part).at(self.recipient)
    }
}

/// `movedFrom` is an addition of ours: TM Forum has no word for the other end of a move.
fn moved_from(node: &Node<'_>, context: &Context<'_>) -> Option<From> {
    let mut from = node.object()?;
    let mut facts = Facts::default();
    let access = from.need("accessId").and_then(|id| id.id(AccessId::parse));
    let subscription = from.need("subscriptionId").and_then(|id| id.id(SubscriptionId::parse));
    if let Some(service) = from.take("serviceId").and_then(|id| id.id(ServiceId::parse)) {
        facts.set(Field::ServiceId, service.as_str().to_owned());
    }
    let mut recipient = None;
    if let Some(operator) = from.take("operator") {
        recipient = operator.id(RecipientId::parse);
        if recipient.as_ref().is_some_and(|id| !context.recipients.contains(id)) {
            operator.fault("is not an operator that is configured here");
        }
    }
    from.close();
    facts.set(Field::AccessId, access?.as_str().to_owned());
    facts.set(Field::SubscriptionId, subscription?.as_str().to_owned());
    Some(From { recipient, facts })
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
    context: &Context<'_>,
    facts: &mut Facts,
    surplus: &mut Surplus,
) -> Option<Wanted> {
    service.pass(&["@type", "@baseType", "@schemaLocation", "@referredType"]);
    service.pass(&["category", "name", "serviceDate", "startMode"]);
    service.pass(&["hasStarted", "isBundle", "isServiceEnabled", "isStateful"]);
    // Our own id of the service, and words about it.
    if service.pass(&["id", "href", "description"]) {
        surplus.name(Field::CommercialOther);
    }
    let state = service.take("state");
    let kind = service.take("serviceType").and_then(|kind| kind.text(NAME_MAX));
    let specification = service.take("serviceSpecification");
    if let Some(specification) = &specification {
        specified(specification, facts);
    }
    let from = service.take("movedFrom");
    let characteristics = service.take("serviceCharacteristic");
    if let Some(array) = &characteristics {
        characteristic::ORDER.read(array, facts, surplus);
        if specification.is_some() && characteristic::stands_in(array, "serviceId") {
            let rule = "names a service that stays as it is, and serviceSpecification another";
            service.fault_at("serviceCharacteristic[serviceId]", rule);
        }
    }
    let operation = action.and_then(|action| {
        let has = Has {
            specification: specification.is_some(),
            changes: CHANGEABLE.iter().any(|field| facts.get(*field).is_some()),
            moves: from.is_some(),
        };
        operation(action, state.as_ref(), &has, &service)
    });
    let from = from.filter(|from| {
        let fits = action == Some(Action::Modify);
        if !fits {
            from.fault("is for the action modify: what moves was there before");
        }
        fits
    });
    let from = from.and_then(|from| moved_from(&from, context));
    if let Some(places) = service.take("place") {
        place::read(&places, facts, surplus);
    }
    needed(&service, characteristics.as_ref(), operation, facts);
    notes(&mut service, facts, surplus);
    if let Some(parties) = service.take("relatedParty") {
        surplus.name(Field::CommercialOther);
        for party in parties.array(ENTRIES_MAX) {
            surplus.add_all("", party.json(), Whose::Others);
        }
    }
    service.close();
    let kind = kind.filter(|kind| ServiceId::parse(kind).is_ok()).map(str::to_owned);
    let operation = operation?;
    Some(Wanted { operation, kind: kind.filter(|_| operation == Operation::Modify), from })
}

/// What can change about a service that stays the same.
const CHANGEABLE: &[Field] =
    &[Field::FixedIp, Field::IpAddress, Field::Sla, Field::CpeMac, Field::CpeModel];

/// What an item says of its service.
struct Has {
    specification: bool,
    changes: bool,
    moves: bool,
}

/// What an item asks for: the table at the head of this file.
fn operation(
    action: Action,
    state: Option<&Node<'_>>,
    has: &Has,
    service: &Object<'_>,
) -> Option<Operation> {
    let wanted = match state {
        Some(node) => node.text(NAME_MAX)?,
        None => "",
    };
    let misfit = || {
        if let Some(state) = state {
            state.fault(
                "does not fit the action: a service is started active, and paused by modify",
            );
        }
    };
    let unspecified =
        || service.fault_at("serviceSpecification", "is needed to start or change a service");
    match (action, wanted) {
        (Action::Delete, "" | "terminated" | "inactive" | "active") => Some(Operation::Terminate),
        (Action::Add | Action::Modify, "" | "active")
            if has.specification && (action == Action::Add || has.moves) =>
        {
            Some(Operation::Activate)
        }
        (Action::Modify, "inactive" | "suspended") => {
            if has.specification || has.changes || has.moves {
                misfit();
                return None;
            }
            Some(Operation::Suspend)
        }
        (Action::Modify, "" | "active") if has.moves => {
            unspecified();
            None
        }
        (Action::Modify, "" | "active") if has.specification => Some(Operation::Change),
        (Action::Modify, "" | "active") if has.changes => Some(Operation::Modify),
        (Action::Modify, "active") => Some(Operation::Resume),
        (Action::Add | Action::Modify, "" | "active") => {
            unspecified();
            None
        }
        _ => {
            misfit();
            None
        }
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
fn needed(
    service: &Object<'_>,
    array: Option<&Node<'_>>,
    operation: Option<Operation>,
    facts: &Facts,
) {
    let named = |name: &str| array.is_some_and(|array| characteristic::stands_in(array, name));
    // Of a new service the address may do, where it leads to one access.
    let is_placed = operation == Some(Operation::Activate) && facts.get(Field::Street).is_some();
    if !named("accessId") && !is_placed {
        service.fault_at("serviceCharacteristic[accessId]", super::reader::MISSING);
    }
    let starts = operation.is_none_or(|operation| operation == Operation::Activate);
    if !starts && !named("subscriptionId") {
        let rule = "is needed to change or end a service";
        service.fault_at("serviceCharacteristic[subscriptionId]", rule);
    }
}
