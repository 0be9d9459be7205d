//! `getTemplate`, `getTickets` and `ticket`: the page on trouble tickets.
//!
//! A ticket goes from `NEW` by `OPEN` to `CLEARED`: mended, as this operator says. It never closes
//! one by itself: that is for the provider, by `updateTicket`.

use serde_json::{Map, Value, json};

use super::super::engine::{Engine, Fault, ProblemType, Read, Ticket, TicketStatus, Update};
use super::super::exchange::{Asked, Reply};
use super::super::on_api::members::{Members, posted};
use super::super::on_api::{Complaint, json_reply, parameters};
use super::{complaint, is_access_id};
use crate::domain::{AccessId, Timestamp};

/// The members that a ticket may be created with.
const MEMBERS: &[&str] = &[
    "title",
    "description",
    "priority",
    "accessId",
    "spReference",
    "customerInformation",
    "services",
];

const PRIORITIES: &[&str] =
    &["CRITICAL", "MAJOR", "MEDIUM", "MINOR", "NON_SERVICE_AFFECTING", "INDETERMINATE"];

const CUSTOMER_INFORMATION: &[&str] = &["firstName", "lastName", "email", "phone"];

/// This operator's questions: name, type, values, and for which kind of fault it insists on an
/// answer. All of them may be answered in any ticket.
const QUESTIONS: &[(&str, &str, &[&str], &[&str])] = &[
    ("computerConnectedWithCable", "BOOL", &[], &["TOTAL", "QUALITY"]),
    ("timingBBSpeed", "STRING", &[], &["QUALITY"]),
    ("pattern", "OPTION", &["ALWAYS", "SOMETIMES", "UNKNOWN"], &["QUALITY"]),
    ("lamps", "MULTOPTION", &["POWER_OFF", "WAN_OFF", "WAN_BLINKING", "LOS_RED", "GREEN"], &[]),
    ("neighbours", "NUMBER", &[], &[]),
    ("customerMac", "STRING", &[], &[]),
];

/// Longest free text. The text gives no limit; this is ours, so that a ticket has one.
const STRING_MAX: usize = 64 * 1024;

/// `GET getTemplate`
pub(super) fn template(asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [access, service, problem] = parameters(asked, ["aid", "service", "type"])?;
    let access = access.filter(|id| is_access_id(id));
    access.ok_or_else(|| Complaint::invalid("Parameter aid is invalid"))?;
    let problems = match problem {
        Some(one) if !["TOTAL", "QUALITY", "OTHER"].contains(&one) => {
            return Err(Complaint::invalid("Parameter type is invalid"));
        }
        Some(one) => vec![one],
        None => vec!["TOTAL", "QUALITY", "OTHER"],
    };
    let service = service.unwrap_or("BB-1000-1000");
    let templates: Vec<Value> = problems
        .into_iter()
        .map(|problem| json!({ "service": service, "type": problem, "fields": asks(problem) }))
        .collect();
    Ok(json_reply(200, &json!({ "templates": templates })))
}

/// `POST ticket`
pub(super) fn create(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let fault = read(&posted(asked)?)?;
    let ticket = engine.file(fault, asked.now).map_err(|refusal| complaint(&refusal))?;
    Ok(json_reply(200, &json!({ "ticketRef": ticket.id })))
}

/// `POST ticket/{ticketRef}`
pub(super) fn update(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let posted = posted(asked)?;
    let members = Members::of(&posted, "", &["description", "priority", "action"])?;
    let text = members.string("description", |text| text.len() <= STRING_MAX)?;
    let text = members.needed("description", text.filter(|text| !text.trim().is_empty()))?;
    let priority = members.needed("priority", members.text("priority")?)?;
    if !PRIORITIES.contains(&priority) {
        return Err(members.wrong("priority"));
    }
    let found = engine.ticket(id).map(|ticket| (ticket.status, ticket.accepted));
    let (status, accepted) = found.ok_or_else(Complaint::not_found)?;
    let action = members.needed("action", members.text("action")?)?;
    let (status, accepted) = match action {
        "NOTIFY" => (None, accepted),
        "CLOSE" => (Some(TicketStatus::Closed), true),
        // "Ett ärende som kommunikationsoperatören lagt i statusen CLEARED."
        "REOPEN" if status == TicketStatus::Closed && !accepted => {
            (Some(TicketStatus::InProgressCo), false)
        }
        "REOPEN" => return Err(Complaint::invalid("The ticket is not CLEARED.")),
        _ => return Err(members.wrong("action")),
    };
    let comment = Some((String::new(), text.to_owned()));
    let update =
        Update { comment, status, responsible: None, accepted: Some(accepted), reference: None };
    engine.update(id, update, asked.now).ok_or_else(Complaint::not_found)?;
    Ok(json_reply(200, &json!({})))
}

/// `GET getTickets`: one row for each ticket, as it is now; those that changed behind an event.
pub(super) fn list(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [event] = parameters(asked, ["eventId"])?;
    engine.before(Read::Tickets, asked.now);
    let mut tickets: Vec<&Ticket> = engine.tickets().iter().collect();
    tickets.sort_by_key(|ticket| event_id(ticket));
    let rows: Vec<Value> = tickets
        .into_iter()
        .filter(|ticket| event.is_none_or(|event| event_id(ticket).as_str() > event))
        .map(|ticket| row(ticket, ticket.changed, &state(ticket, true)))
        .collect();
    Ok(json_reply(200, &Value::Array(rows)))
}

/// `GET ticket/{ticketRef}`
pub(super) fn one(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    engine.before(Read::Ticket(id), asked.now);
    let ticket = engine.ticket(id).ok_or_else(Complaint::not_found)?;
    let mut body = Map::from_iter(ticket.fault.shown_again.clone());
    let new = json!({ "status": "NEW", "assignedTo": "CO" });
    let mut log = vec![row(ticket, ticket.created, &new)];
    for comment in &ticket.comments {
        let mut line = row(ticket, comment.at, &state(ticket, true));
        line["comment"] = comment.message.as_str().into();
        log.push(line);
    }
    log.push(row(ticket, ticket.changed, &state(ticket, true)));
    let rest = json!({
        "title": ticket.fault.heading,
        "description": ticket.fault.description,
        "ticketRef": ticket.id,
        "spReference": ticket.fault.reference,
        "accessId": ticket.fault.access.as_str(),
        // The codes are not among the members that the page lists here: they stand in the log.
        "state": state(ticket, false),
        "log": log,
    });
    if let Value::Object(rest) = rest {
        body.extend(rest);
    }
    Ok(json_reply(200, &Value::Object(body)))
}

fn read(posted: &Map<String, Value>) -> Result<Fault, Complaint> {
    let members = Members::of(posted, "", MEMBERS)?;
    let needed = |name: &str| {
        let text = members.string(name, |text| text.len() <= STRING_MAX)?;
        members.needed(name, text.filter(|text| !text.trim().is_empty()))
    };
    let (title, description) = (needed("title")?, needed("description")?);
    if !PRIORITIES.contains(&needed("priority")?) {
        return Err(members.wrong("priority"));
    }
    let access = members.needed("accessId", members.string("accessId", is_access_id)?)?;
    let reference = members.text("spReference")?;
    if let Some(customer) = members.object("customerInformation")? {
        let customer = Members::of(customer, "customerInformation.", CUSTOMER_INFORMATION)?;
        for name in CUSTOMER_INFORMATION {
            customer.needed(name, customer.text(name)?)?;
        }
    }
    let services = members.array("services")?;
    if services.is_empty() {
        return Err(Complaint::invalid("Missing services"));
    }
    let mut problem = ProblemType::Other;
    for service in services {
        let service = service.as_object().ok_or_else(|| members.wrong("services"))?;
        problem = affected(service)?;
    }
    let shown_again = ["priority", "customerInformation", "services"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), members.value(name)?.clone())));
    Ok(Fault {
        access: AccessId::parse(access).map_err(|_| members.wrong("accessId"))?,
        reference: reference.map(str::to_owned),
        customer_reference: None,
        created_by: String::new(),
        heading: title.to_owned(),
        description: description.to_owned(),
        problem,
        shown_again: shown_again.collect(),
    })
}

/// One of a ticket's services, with the answers that this operator asks for.
fn affected(service: &Map<String, Value>) -> Result<ProblemType, Complaint> {
    let service = Members::of(service, "services.", &["service", "problem", "extraInfo"])?;
    service.needed("service", service.text("service")?)?;
    let problem = service.text("problem")?.unwrap_or("OTHER");
    let kind = match problem {
        "TOTAL" => ProblemType::NoAccess,
        "QUALITY" => ProblemType::Quality,
        "OTHER" => ProblemType::Other,
        _ => return Err(service.wrong("problem")),
    };
    let extra = service.needed("extraInfo", service.object("extraInfo")?)?;
    let known: Vec<&str> = QUESTIONS.iter().map(|(name, ..)| *name).collect();
    let extra = Members::of(extra, "services.extraInfo.", &known)?;
    for (name, kind, values, needed_for) in QUESTIONS {
        match extra.value(name) {
            Some(answer) if fits(kind, values, answer) => {}
            Some(_) => return Err(extra.wrong(name)),
            None if needed_for.contains(&problem) => {
                return Err(Complaint::invalid(format!("Missing services.extraInfo.{name}")));
            }
            None => {}
        }
    }
    Ok(kind)
}

fn fits(kind: &str, values: &[&str], answer: &Value) -> bool {
    let listed = |answer: &Value| answer.as_str().is_some_and(|text| values.contains(&text));
    match kind {
        "BOOL" => answer.is_boolean(),
        "NUMBER" => answer.is_number(),
        "OPTION" => listed(answer),
        "MULTOPTION" => answer.as_array().is_some_and(|answers| answers.iter().all(listed)),
        _ => answer.is_string(),
    }
}

fn asks(problem: &str) -> Vec<Value> {
    let field = |(name, kind, values, needed_for): &(&str, &str, &[&str], &[&str])| {
        let mut field = json!({
            "field": name,
            "description": format!("Fråga om {name}"),
            "type": kind,
            "mandatory": needed_for.contains(&problem),
        });
        if !values.is_empty() {
            field["values"] = json!(values);
        }
        field
    };
    QUESTIONS.iter().map(field).collect()
}

/// Sorts by time, and is another one after each change.
fn event_id(ticket: &Ticket) -> String {
    format!("{:020}-{}", ticket.changed.micros(), ticket.id)
}

fn row(ticket: &Ticket, at: Timestamp, state: &Value) -> Value {
    let comment = match ticket.comments.last() {
        Some(comment) if at == ticket.changed => comment.message.as_str(),
        _ => "",
    };
    let mut row = json!({
        "eventId": event_id(ticket),
        "ticketRef": ticket.id,
        "timestamp": at.micros() / 1_000,
        "comment": comment,
        "state": state,
    });
    if let Some(reference) = &ticket.fault.reference {
        row["spReference"] = reference.as_str().into();
    }
    row
}

fn state(ticket: &Ticket, with_codes: bool) -> Value {
    match ticket.status {
        TicketStatus::Created => json!({ "status": "NEW", "assignedTo": "CO" }),
        TicketStatus::InProgressCo | TicketStatus::InProgressSp => {
            json!({ "status": "OPEN", "assignedTo": "CO" })
        }
        TicketStatus::Closed if ticket.accepted => {
            json!({ "status": "CLOSED", "assignedTo": "SP", "code": "PROBLEM_SOLVED" })
        }
        TicketStatus::Closed if with_codes => json!({
            "status": "CLEARED",
            "assignedTo": "SP",
            "action": "RECONFIGURATION_OR_DATA_FIX",
            "code": "PROBLEM_SOLVED",
        }),
        TicketStatus::Closed => json!({ "status": "CLEARED", "assignedTo": "SP" }),
    }
}
