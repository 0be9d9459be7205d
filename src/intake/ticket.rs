//! The profile of TMF621 v4.0.0: one operator, one access, one fault. The facts of troubleshooting
//! come as characteristics, for which version 4 has no member: ours is `characteristic`, and that of
//! version 5 is understood too.

use zeroize::Zeroizing;

use super::characteristic;
use super::draft::{Draft, Facts, Part};
use super::reader::{Node, Object};
use super::surplus::Surplus;
use super::{Found, Head, PROSE_MAX, note_text, notes, place, told};
use crate::domain::{AccessId, Act, Field, Purpose, ServiceId, SubscriptionId, Timestamp};
use crate::guard::Kind;

const ENTITIES_MAX: usize = 20;
const NAME_MAX: usize = 200;

/// Reads the ticket's own members.
pub(super) fn read(mut ticket: Object<'_>, mut head: Head, now: Timestamp) -> (Head, Vec<Found>) {
    ticket.refuse(&[
        "id",
        "href",
        "status",
        "statusChange",
        "statusChangeDate",
        "statusChangeReason",
        "creationDate",
        "lastUpdate",
        "resolutionDate",
    ]);
    ticket.pass(&["requestedResolutionDate", "expectedResolutionDate", "channel"]);
    if ticket.pass(&["attachment"]) {
        head.part.surplus.name(Field::Attachment);
    }
    if ticket.pass(&["troubleTicketRelationship"]) {
        head.part.surplus.name(Field::CommercialOther);
    }
    let facts = &mut head.part.facts;
    // A heading is free text like any other; the operator gets one that is made of the type.
    if let Some(name) = ticket.take("name").and_then(|name| name.prose(NAME_MAX)) {
        note_text(&name, facts);
    }
    notes(&mut ticket, facts, &mut head.part.surplus);
    if let Some(text) = ticket.need("description") {
        description(&text, facts);
    }
    // Any word of the sender's will do: what is to be done follows from the ticket itself.
    ticket.need("ticketType").and_then(|kind| kind.text(NAME_MAX));
    if let Some(text) = ticket.need("severity").and_then(|severity| severity.text(NAME_MAX)) {
        facts.set(Field::FaultSeverity, severity(text).to_owned());
    }
    for name in ["characteristic", "troubleTicketCharacteristic"] {
        if let Some(array) = ticket.take(name) {
            characteristic::TICKET.read(&array, facts, &mut head.part.surplus);
        }
    }
    told::complete(facts, now);
    let problem = facts.get(Field::ProblemType).unwrap_or("OTHER").to_owned();
    facts.set(Field::FaultHeading, heading(&problem).to_owned());
    facts.set(Field::ProblemType, problem);
    if let Some(places) = ticket.take("place") {
        place::read(&places, facts, &mut head.part.surplus);
    }
    match ticket.take("relatedEntity") {
        Some(entities) => related(&entities, facts, &mut head.part.surplus),
        None => ticket.fault_at("relatedEntity", NO_ACCESS),
    }
    ticket.close();

    let draft = Draft::new(Act::Report, Purpose::FaultReport, Part::default());
    (head, vec![("1".to_owned(), None, draft)])
}

const NO_ACCESS: &str = "has no entity with the role access";

fn description(node: &Node<'_>, facts: &mut Facts) {
    match node.prose(PROSE_MAX) {
        Some(text) if text.is_empty() => node.fault("must not be empty"),
        Some(text) => facts.set(Field::FaultDescription, text),
        None => {}
    }
}

/// What is broken: the access, which must be there, and the service on it. Others are dropped.
fn related(entities: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    let mut accesses = 0;
    for node in entities.array(ENTITIES_MAX) {
        let Some(mut entity) = node.object() else {
            continue;
        };
        entity.pass(&["href", "name", "@type", "@baseType", "@schemaLocation", "@referredType"]);
        let role = entity.need("role").and_then(|role| role.text(NAME_MAX));
        let id = entity.need("id");
        match (role, id) {
            (Some("access"), id) => {
                accesses += 1;
                if accesses > 1 {
                    node.fault("is the second access: one ticket is about one");
                }
                set(
                    facts,
                    Field::AccessId,
                    id.and_then(|id| id.id(AccessId::parse)).as_ref().map(AccessId::as_str),
                );
            }
            (Some("subscription"), Some(id)) => {
                set(
                    facts,
                    Field::SubscriptionId,
                    id.id(SubscriptionId::parse).as_ref().map(SubscriptionId::as_str),
                );
            }
            (Some("serviceSpecification"), Some(id)) => {
                set(
                    facts,
                    Field::ServiceId,
                    id.id(ServiceId::parse).as_ref().map(ServiceId::as_str),
                );
            }
            (Some(_), Some(id)) => {
                surplus.name(Field::CommercialOther);
                if let Some(id) = id.json().scalar() {
                    surplus.add(Field::CommercialOther, Kind::CustomerNumber, id);
                }
            }
            (_, _) => {}
        }
        entity.close();
    }
    if accesses == 0 {
        entities.fault(NO_ACCESS);
    }
}

fn set(facts: &mut Facts, field: Field, text: Option<&str>) {
    if let Some(text) = text {
        facts.set(field, Zeroizing::new(text.to_owned()));
    }
}

/// TM Forum leaves the words for severity open. Ours are MEF's; others' are read as they are meant,
/// and a word that nobody knows is the middle one.
fn severity(text: &str) -> &'static str {
    match text.to_lowercase().as_str() {
        "minor" | "low" | "trivial" | "cosmetic" => "minor",
        "significant" | "major" | "high" => "significant",
        "extensive" | "critical" | "severe" | "urgent" | "blocker" => "extensive",
        _ => "moderate",
    }
}

/// One line for the operator's list of tickets. Ours, so that nobody's name ends up in it.
fn heading(problem: &str) -> &'static str {
    match problem {
        "NO_LINK" => "NO_LINK: ingen länk",
        "NO_ACCESS" => "NO_ACCESS: länk men ingen anslutning",
        "QUALITY" => "QUALITY: dålig kvalitet",
        _ => "OTHER: annat fel",
    }
}
