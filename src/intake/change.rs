//! What is asked about something that was handed in before: a TMF621 or TMF641 PATCH, and TMF641's
//! cancellation. It holds what is new, and nothing of what it is about: the store puts the two
//! together, under the key of the same person.
//!
//! As in a merge patch, only what is there changes. Notes are the exception, for nobody hands in
//! the old ones again: each note without an id of ours is a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::draft::{self, Facts, Part};
use super::fault::IntakeError;
use super::identity::Identities;
use super::json::Json;
use super::reader::{Desk, Node, Object};
use super::surplus::Surplus;
use super::{
    Context, Kind, PROSE_MAX, bounded, characteristic, moment, note_text, notes_but, order,
};
use crate::domain::{
    Act, CaseId, ClientId, Entropy, ExternalId, Field, MaskCount, Personal, SubmissionId,
    SubscriptionId,
};

const ITEMS_MAX: usize = 50;
const NAME_MAX: usize = 200;

/// What is asked about a submission. Not printable: it holds facts.
pub struct Change {
    /// Our id of it.
    pub id: SubmissionId,
    /// What it is about.
    pub of: SubmissionId,
    /// What that is.
    pub kind: Kind,
    /// Who hands it in.
    pub client: ClientId,
    /// By what the client knows it: the same again is the same change. Without one, the same body
    /// again right behind itself is.
    pub key: Option<ExternalId>,
    /// The whole body in one canonical form; only a keyed MAC of it is kept.
    pub canonical: Zeroizing<Vec<u8>>,
    /// What is asked. Empty where nobody need be told of it: a note on an order stays with whoever
    /// wrote it, as no operator has a place for one.
    pub wishes: Vec<Wish>,
    /// How long it is kept before anything is done: so long it can be undone.
    pub wait: Duration,
    /// Where the ids come from of what is asked, if it was shown with them before; else they are drawn
    /// when it is taken in.
    pub drawn: Option<Arc<dyn Entropy>>,
}

/// One thing that is asked.
pub struct Wish {
    act: Act,
    item: Option<String>,
    part: Part,
}

impl Wish {
    /// What is to be done.
    pub const fn act(&self) -> Act {
        self.act
    }

    /// About which item of an order; `None`: about each.
    pub fn item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    /// What is new, for one of the cases that it is about.
    pub fn facts(&self) -> BTreeMap<Field, Personal> {
        self.part.facts.told()
    }

    /// The names of what was handed in and not kept.
    pub fn dropped(&self) -> BTreeSet<Field> {
        self.part.surplus.names().collect()
    }

    /// What was taken out of the texts.
    pub fn masked(&self) -> &[MaskCount] {
        self.part.masked()
    }
}

/// Reads a PATCH of an order or a ticket.
///
/// # Errors
/// As of [`super::read`].
pub fn change(
    kind: Kind,
    of: SubmissionId,
    bytes: &[u8],
    context: &Context<'_>,
) -> Result<Change, IntakeError> {
    read(kind, bytes, context, |body| {
        let wishes = match kind {
            Kind::Order => of_order(body),
            Kind::Ticket => of_ticket(body),
        };
        Some((of, wishes))
    })
}

/// Reads TMF641's `cancelServiceOrder`, which names the order in its body.
///
/// # Errors
/// As of [`super::read`].
pub fn cancellation(bytes: &[u8], context: &Context<'_>) -> Result<Change, IntakeError> {
    read(Kind::Order, bytes, context, |mut body| {
        body.pass(&["@type", "@baseType", "@schemaLocation"]);
        // Why, and when it was asked for: the operator is told neither.
        body.pass(&["cancellationReason", "requestedCancellationDate"]);
        let order = body.need("serviceOrder");
        let of = order.and_then(|node| {
            let mut order = node.object()?;
            order.pass(&["href", "@type", "@baseType", "@schemaLocation", "@referredType"]);
            let id = order.need("id")?;
            order.close();
            let of = SubmissionId::parse(id.text(NAME_MAX)?);
            if of.is_none() {
                id.fault("is not the id of an order");
            }
            of
        });
        body.close();
        Some((of?, vec![Wish { act: Act::Cancel, item: None, part: Part::default() }]))
    })
}

fn read(
    kind: Kind,
    bytes: &[u8],
    context: &Context<'_>,
    wishes: impl FnOnce(Object<'_>) -> Option<(SubmissionId, Vec<Wish>)>,
) -> Result<Change, IntakeError> {
    let bytes_max = context.bytes_max;
    if bytes.len() > bytes_max {
        return Err(IntakeError::TooLarge { bytes_max });
    }
    let tree = Json::read(bytes)?;
    let desk = Desk::new(Identities::of(&tree, context.now.date()));
    let read = Node::root(&desk, &tree).object().and_then(wishes);
    if let Some((_, wishes)) = &read {
        bounded(&desk, wishes.iter().map(|wish| &wish.part));
    }
    let faults = desk.into_faults();
    let Some((of, mut wishes)) = read.filter(|_| faults.is_empty()) else {
        return Err(IntakeError::Invalid(faults));
    };
    draft::clean_texts(&mut wishes.iter_mut().map(|wish| &mut wish.part).collect::<Vec<_>>());
    Ok(Change {
        id: SubmissionId::draw(context.entropy, context.now),
        of,
        kind,
        client: context.client.clone(),
        key: None,
        canonical: tree.canonical(bytes.len()),
        wishes,
        wait: Duration::ZERO,
        drawn: None,
    })
}

/// More about a fault, that it is over, or that it is not.
fn of_ticket(mut ticket: Object<'_>) -> Vec<Wish> {
    ticket.pass(&["@type", "@baseType", "@schemaLocation", "id", "href", "externalId"]);
    let (mut facts, mut surplus) = (Facts::default(), Surplus::default());
    if ticket.pass(&["attachment"]) {
        surplus.name(Field::Attachment);
    }
    if let Some(text) = ticket.take("description").and_then(|text| text.prose(PROSE_MAX))
        && !text.is_empty()
    {
        facts.set(Field::FaultDescription, text);
    }
    if let Some(reason) = ticket.take("statusChangeReason").and_then(|text| text.prose(PROSE_MAX)) {
        note_text(&reason, &mut facts);
    }
    notes_but(&mut ticket, &mut facts, &mut surplus, is_ours);
    for name in ["characteristic", "troubleTicketCharacteristic"] {
        if let Some(array) = ticket.take(name) {
            characteristic::SUPPLEMENT.read(&array, &mut facts, &mut surplus);
        }
    }
    let status = ticket.take("status");
    let act = match &status {
        None => Some(Act::Supplement),
        Some(status) => wanted_status(status),
    };
    if status.is_none() && facts.is_empty() {
        ticket.fault_at("note", CHANGES_NOTHING);
    }
    ticket.close();
    let part = Part::new(facts, surplus);
    act.map(|act| Wish { act, item: None, part }).into_iter().collect()
}

/// Whether a note has an id that we gave it when we showed it.
fn is_ours(id: &str) -> bool {
    CaseId::parse(id).is_some()
}

const CHANGES_NOTHING: &str = "is missing: nothing is asked for";

/// The statuses that are for the reporter to set. What the operator works on is for it to say.
fn wanted_status(node: &Node<'_>) -> Option<Act> {
    match node.text(NAME_MAX)? {
        "closed" | "cancelled" => Some(Act::Close),
        "inProgress" => Some(Act::Reopen),
        _ => {
            node.fault("must be one of closed, cancelled, inProgress");
            None
        }
    }
}

/// Another day, another service or other equipment, for an order that nobody has begun with.
fn of_order(mut order: Object<'_>) -> Vec<Wish> {
    order.pass(&["@type", "@baseType", "@schemaLocation", "id", "href", "externalId"]);
    order.pass(&["category", "priority", "requestedCompletionDate"]);
    order.pass(&["cancellationDate", "cancellationReason"]);
    let (mut facts, mut surplus) = (Facts::default(), Surplus::default());
    // For ourselves: no operator has a place for them.
    let (mut own, mut nobodys) = (Facts::default(), Surplus::default());
    let description = order.take("description").and_then(|text| text.prose(PROSE_MAX));
    notes_but(&mut order, &mut own, &mut nobodys, is_ours);
    let noted = description.is_some() || !own.is_empty();
    if noted {
        surplus.name(Field::Note);
    }
    if let Some(start) = order.take("requestedStartDate").as_ref().and_then(moment) {
        facts.set(Field::RequestedDate, start);
    }
    let cancels = order.take("state").is_some_and(|state| {
        let cancels = state.text(NAME_MAX) == Some("cancelled");
        if !cancels {
            state.fault("must be cancelled: every other state is for the operator to reach");
        }
        cancels
    });
    let items = order.take("serviceOrderItem");
    let mut wishes = Vec::new();
    if let Some(node) = &items {
        for entry in node.array(ITEMS_MAX) {
            wishes.extend(of_item(&entry, &facts));
        }
    } else if !facts.is_empty() {
        wishes.push(Wish { act: Act::Amend, item: None, part: Part::new(facts, surplus) });
    }
    if cancels {
        if !wishes.is_empty() {
            order.fault_at("state", "is asked for beside another change");
        }
        wishes = vec![Wish { act: Act::Cancel, item: None, part: Part::default() }];
    }
    if wishes.is_empty() && items.is_none() && !noted {
        order.fault_at("requestedStartDate", CHANGES_NOTHING);
    }
    order.close();
    wishes
}

/// What changes about one item, beside what changes about the order.
fn of_item(node: &Node<'_>, of_order: &Facts) -> Option<Wish> {
    let mut item = node.object()?;
    item.pass(&["@type", "@baseType", "@schemaLocation", "action"]);
    let id = item.need("id").and_then(|id| id.id(SubscriptionId::parse));
    let service = item.need("service").and_then(|service| service.object());
    item.close();
    let (mut facts, mut surplus) = (of_order.copy(), Surplus::default());
    let mut service = service?;
    service.pass(&["@type", "@baseType", "@schemaLocation", "@referredType", "id", "href"]);
    if let Some(specification) = service.take("serviceSpecification") {
        order::specified(&specification, &mut facts);
    }
    if let Some(array) = service.take("serviceCharacteristic") {
        characteristic::AMENDMENT.read(&array, &mut facts, &mut surplus);
    }
    service.close();
    if facts.is_empty() {
        node.fault("changes nothing");
    }
    let item = Some(id?.as_str().to_owned());
    Some(Wish { act: Act::Amend, item, part: Part::new(facts, surplus) })
}
