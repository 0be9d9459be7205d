//! What is said of a ticket that the operator has (tt.md, updateTicket): more that is known, that it
//! may be closed, or that it is not mended. Orders cannot be changed or taken back in PI-API.
//!
//! A ticket that is CLEARED waits for the provider: CLOSE accepts it, REOPEN does not. Like in ON-API,
//! what we write ends with our reference, by which it is found again in the ticket's log.

use serde::Serialize;

use super::super::on_api::description::{FACTS, describe, one_line};
use super::super::on_api::path;
use super::super::on_api::read::{Row, json, rows};
use super::super::on_api::write::{Fields, post, reference};
use super::super::{Answer, EncodeError, Finding, Placement, Request, Sought, Standing, Verdict};
use super::Resource;
use super::answer::{is_busy, refusal};
use super::write::{DESCRIPTION_MAX, MORE_FACTS};
use crate::domain::{Act, Field, OperatorReference};
use crate::minimise::cut;

/// The fields that an update has a place for.
pub(super) const CARRIES: &[Field] = &[
    Field::OperatorReference,
    Field::CaseReference,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
    Field::FaultSince,
    Field::FaultPattern,
    Field::FaultLamps,
    Field::FaultLink,
    Field::FaultWiredTest,
    Field::FaultRestarted,
    Field::FaultSpeed,
    Field::FaultLevel,
    Field::FaultNeighbours,
    Field::VisitBooked,
    Field::VisitWindow,
    Field::FaultDescription,
    Field::Note,
];

#[derive(Serialize)]
struct Update {
    description: String,
    /// Mandatory, and a hint only. How bad it is was said when the ticket was made.
    priority: &'static str,
    action: &'static str,
}

/// The request.
pub(super) fn write<'a>(act: Act, fields: Fields<'_, 'a>) -> Result<Request, EncodeError> {
    let of = |text: &'a str| OperatorReference::parse(text).ok();
    let about = fields.required(Field::OperatorReference, of)?;
    let ours = fields.required(Field::CaseReference, reference)?;
    let lines = FACTS.iter().chain(MORE_FACTS).copied();
    let described = describe(lines, fields.0, DESCRIPTION_MAX);
    let note = (fields.0)(Field::Note).map(one_line).unwrap_or_default();
    let told = [described, note].join(" ").trim().to_owned();
    let action = match act {
        Act::Close => "CLOSE",
        Act::Reopen => "REOPEN",
        _ => "NOTIFY",
    };
    let told = match (told.is_empty(), act) {
        (false, _) => cut(&told, DESCRIPTION_MAX).into_owned(),
        (true, Act::Close) => "Ärendet stängs.".to_owned(),
        (true, Act::Reopen) => "Felet kvarstår.".to_owned(),
        (true, _) => return Err(EncodeError::Missing(Field::Note)),
    };
    let description = format!("{told} (ref {ours})");
    let path = format!("{}/{}", Resource::Tickets.as_str(), path::encode(about.as_str()));
    Ok(post(&path, &Update { description, priority: "INDETERMINATE", action }))
}

/// The answer: 200, with nothing in it.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Accepted(DONE),
        _ => refusal(answer),
    }
}

const DONE: Placement = Placement { reference: None, subscription: None, standing: Standing::Done };

/// Whether it has arrived, by how the ticket stands and what its log says.
pub(super) fn finding(sought: &Sought, answer: &Answer) -> Finding {
    match answer.status {
        200 => {}
        _ if is_busy(answer) => return Finding::Busy(answer.retry_after),
        _ => return Finding::Unclear,
    }
    let value = json(&answer.body);
    let rows = value.as_ref().and_then(rows).unwrap_or_default();
    let [ticket] = rows.as_slice() else { return Finding::Unclear };
    let logged = ticket.list("log").map(|log| log.iter().any(|line| says(line, sought)));
    let status =
        ticket.object("state").and_then(|state| state.text("status").map(|s| s.to_uppercase()));
    let arrived = match (sought.act, status.as_deref()) {
        _ if logged == Some(true) => Some(true),
        (Act::Supplement, _) => logged,
        (Act::Close, Some(status @ ("NEW" | "OPEN" | "CLEARED" | "CLOSED"))) => {
            Some(status == "CLOSED")
        }
        (Act::Reopen, Some(status @ ("NEW" | "OPEN" | "CLEARED" | "CLOSED"))) => {
            Some(matches!(status, "NEW" | "OPEN"))
        }
        _ => None,
    };
    match arrived {
        Some(true) => Finding::Present(DONE),
        Some(false) => Finding::Absent,
        None => Finding::Unclear,
    }
}

fn says(line: &Row<'_>, sought: &Sought) -> bool {
    line.text("comment").is_some_and(|said| said.contains(sought.reference.as_str()))
}
