//! `tickets`: `tickets.md`.
//!
//! The text marks three members "(optional)". The others are asked for, except `additionalInfo` and
//! what is in it: a fault may have no address and no device, and no operator can insist on them.

use serde_json::{Map, Value, json};

use super::super::engine::{
    Engine, Fault, ProblemType, Read, Responsible, Ticket, TicketStatus, Update,
};
use super::super::exchange::{Asked, Reply};
use super::super::formats::{http_date, is_ip_address, is_mac_address};
use super::members::{Members, posted};
use super::{BASE_PATH, Complaint, json_reply, no_content, parameters};
use crate::domain::{AccessId, Timestamp};

/// The members that a ticket may be posted with.
const MEMBERS: &[&str] = &[
    "accessId",
    "additionalInfo",
    "createdBy",
    "description",
    "heading",
    "problemType",
    "spReference",
    "spTicketReference",
    "subscriptionId",
];

/// Longest free text. The text gives no limit; this is ours, so that a ticket has one.
const STRING_MAX: usize = 64 * 1024;

/// `POST tickets`
pub(super) fn file(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let fault = read(&posted(asked)?)?;
    let ticket = engine.file(fault, asked.now)?;
    let mut reply = json_reply(201, &json!({ "coTicketReference": ticket.id }));
    reply.headers.push(("location", format!("{BASE_PATH}tickets/{}", ticket.id)));
    Ok(reply)
}

/// `GET tickets`: all, or those of a status, created or changed from some time on.
pub(super) fn list(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let [created, status] = parameters(asked, ["created", "status"])?;
    let created = created
        .map(|text| {
            date_or_moment(text).ok_or_else(|| Complaint::invalid("Parameter created is invalid"))
        })
        .transpose()?;
    let status = status
        .map(TicketStatus::parse)
        .map(|status| status.ok_or_else(|| Complaint::invalid("Parameter status is invalid")))
        .transpose()?;
    // A date that cannot be read is passed over: RFC 9110 13.1.3.
    let modified = asked.header("if-modified-since").and_then(http_date);
    engine.before(Read::Tickets, asked.now);
    let fits = |ticket: &&Ticket| {
        created.is_none_or(|created| ticket.created >= created)
            && status.is_none_or(|status| ticket.status == status)
            && modified.is_none_or(|modified| ticket.changed >= modified)
    };
    let rows = engine.tickets().iter().filter(fits).map(shown_in_list);
    Ok(json_reply(200, &Value::Array(rows.collect())))
}

/// `GET tickets/{coTicketReference}`
pub(super) fn one(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    engine.before(Read::Ticket(id), asked.now);
    let ticket = engine.ticket(id).ok_or_else(Complaint::not_found)?;
    Ok(json_reply(200, &shown(ticket)))
}

/// `PATCH tickets/{coTicketReference}`
pub(super) fn update(engine: &mut Engine, id: &str, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let posted = posted(asked)?;
    let members = Members::of(&posted, "", &["comment", "responsible", "status"])?;
    let comment = match members.object("comment")? {
        Some(comment) => {
            let comment = Members::of(comment, "comment.", &["createdBy", "message"])?;
            let said = |name: &str| {
                let text = comment.string(name, |text| text.len() <= STRING_MAX)?;
                let text = text.filter(|text| !text.trim().is_empty());
                comment.needed(name, text).map(str::to_owned)
            };
            Some((said("createdBy")?, said("message")?))
        }
        None => None,
    };
    let status = members.string("status", |text| TicketStatus::parse(text).is_some())?;
    let responsible = members.string("responsible", |text| Responsible::parse(text).is_some())?;
    // "Mandatory when closing a ticket."
    if status == Some("CLOSED") {
        members.needed("responsible", responsible)?;
    }
    let update = Update {
        comment,
        status: status.and_then(TicketStatus::parse),
        responsible: responsible.and_then(Responsible::parse),
        accepted: None,
        reference: None,
    };
    engine.update(id, update, asked.now).ok_or_else(Complaint::not_found)?;
    Ok(no_content())
}

fn read(posted: &Map<String, Value>) -> Result<Fault, Complaint> {
    let members = Members::of(posted, "", MEMBERS)?;
    let string = |name: &str| members.string(name, |text| text.len() <= STRING_MAX);
    let needed = |name: &str| {
        let text = string(name)?.filter(|text| !text.trim().is_empty());
        members.needed(name, text).map(str::to_owned)
    };
    let access = members.needed("accessId", members.id("accessId")?)?;
    let problem = ProblemType::parse(&needed("problemType")?);
    members.id("subscriptionId")?;
    if let Some(info) = members.object("additionalInfo")? {
        let info = Members::of(info, "additionalInfo.", &["ip", "link", "mac"])?;
        info.string("ip", is_ip_address)?;
        info.string("mac", is_mac_address)?;
        // The table says boolean and the example says "false".
        if !matches!(info.value("link"), Some(Value::String(flag)) if flag == "true" || flag == "false")
        {
            info.boolean("link")?;
        }
    }
    let shown_again = ["additionalInfo", "subscriptionId"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), members.value(name)?.clone())));
    Ok(Fault {
        access: AccessId::parse(access).map_err(|_| members.wrong("accessId"))?,
        // The text's own examples hold a `#`, which the format ID does not have.
        reference: string("spTicketReference")?.map(str::to_owned),
        customer_reference: string("spReference")?.map(str::to_owned),
        created_by: needed("createdBy")?,
        heading: needed("heading")?,
        description: needed("description")?,
        problem: problem.ok_or_else(|| members.wrong("problemType"))?,
        shown_again: shown_again.collect(),
    })
}

fn shown_in_list(ticket: &Ticket) -> Value {
    json!({
        "coTicketReference": ticket.id,
        "spTicketReference": ticket.fault.reference,
        "status": ticket.status.as_str(),
        "responsible": ticket.responsible.as_str(),
    })
}

fn shown(ticket: &Ticket) -> Value {
    let Fault { access, reference, customer_reference, created_by, heading, description, .. } =
        &ticket.fault;
    let comments: Vec<Value> = ticket
        .comments
        .iter()
        .map(|comment| {
            json!({
                "createdBy": comment.by,
                "message": comment.message,
                "createdAt": comment.at.rfc3339(),
            })
        })
        .collect();
    let mut body = Map::from_iter(ticket.fault.shown_again.clone());
    let rest = json!({
        "accessId": access.as_str(),
        "coTicketReference": ticket.id,
        "comments": comments,
        "createdAt": ticket.created.rfc3339(),
        "createdBy": created_by,
        "description": description,
        "heading": heading,
        "problemType": ticket.fault.problem.as_str(),
        "responsible": ticket.responsible.as_str(),
        "spReference": customer_reference,
        "spTicketReference": reference,
        "status": ticket.status.as_str(),
        "updatedAt": ticket.changed.rfc3339(),
    });
    if let Value::Object(rest) = rest {
        body.extend(rest);
    }
    Value::Object(body)
}

fn date_or_moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}
