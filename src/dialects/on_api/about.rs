//! What is said of an order or a ticket that the operator has (spec/orders.md PATCH and DELETE,
//! spec/tickets.md PATCH), and how it is told afterwards whether that has arrived.
//!
//! An order may be amended or taken back only while it is RECEIVED. The specification gives no
//! status for "too late": whatever refuses it is a refusal, and the order goes on as it was. Nor is
//! there a word for opening a closed ticket again: it is given back to the operator, `IN_PROGRESS_CO`.
//!
//! A comment has no id, so ours ends with our reference: by that it is found again, whoever wrote
//! the same words before.

use serde::Serialize;
use zeroize::Zeroizing;

use super::super::{
    Answer, EncodeError, Finding, Heard, Method, Placement, Remark, Request, Sought, Standing,
    Turn, Verdict,
};
use super::answer::{is_busy, refusal};
use super::description::{FACTS, Fact, as_it_is, describe, one_line, yes_or_no};
use super::read::{Entry, Row, json, rows};
use super::version::Version;
use super::write::{
    CREATED_BY, Characteristics, Equipment, Fields, date_time, hand_over, reference, service,
};
use super::{Resource, path};
use crate::domain::{Act, Field, OpaqueReference, OperatorReference, Timestamp};
use crate::minimise::cut;

/// The fields that an amended order has a place for.
pub(super) const AMEND: &[Field] = &[
    Field::OperatorReference,
    Field::ServiceId,
    Field::RequestedDate,
    Field::FixedIp,
    Field::Sla,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
];

/// Those of an order that is taken back.
pub(super) const CANCEL: &[Field] = &[Field::OperatorReference];

/// Those of a ticket's update.
pub(super) const UPDATE: &[Field] = &[
    Field::OperatorReference,
    Field::CaseReference,
    Field::CpeMac,
    Field::CpeModel,
    Field::IpAddress,
    Field::ProblemType,
    Field::FaultSince,
    Field::FaultPattern,
    Field::FaultLamps,
    Field::FaultLink,
    Field::FaultWiredTest,
    Field::FaultRestarted,
    Field::FaultSpeed,
    Field::FaultLevel,
    Field::FaultNeighbours,
    Field::FaultResponsible,
    Field::VisitBooked,
    Field::VisitWindow,
    Field::FaultDescription,
    Field::Note,
];

/// No limit on a comment is given (spec/tickets.md says "string"); this one is ours.
const COMMENT_MAX: usize = 1_000;

/// What is said in a comment that only hands a ticket over.
const HANDED_OVER: &str = "Ärendet lämnas över.";

/// Facts that a new ticket has members for, and a comment has not.
const MORE_FACTS: &[Fact] = &[
    ("Feltyp", Field::ProblemType, as_it_is),
    ("Länk", Field::FaultLink, yes_or_no),
    ("MAC", Field::CpeMac, as_it_is),
    ("IP", Field::IpAddress, as_it_is),
];

/// The request.
pub(super) fn write<'a>(act: Act, fields: Fields<'_, 'a>) -> Result<Request, EncodeError> {
    let of = |text: &'a str| OperatorReference::parse(text).ok();
    let about = fields.required(Field::OperatorReference, of)?;
    let path = path::entry(Resource::of(act), &about);
    match act {
        Act::Amend => Ok(hand_over(Method::Patch, path, &Amendment::of(fields)?)),
        Act::Cancel => Ok(Request { method: Method::Delete, ..path::get(path) }),
        _ => Ok(hand_over(Method::Patch, path, &TicketUpdate::of(act, fields)?)),
    }
}

/// spec/orders.md, "PATCH": only the changed part.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Amendment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equipment: Option<Vec<Equipment<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    characteristics: Option<Characteristics<'a>>,
}

impl<'a> Amendment<'a> {
    fn of(fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let all = Self {
            service: fields.optional(Field::ServiceId, service)?,
            equipment: Equipment::list(fields)?,
            requested_date_time: fields.optional(Field::RequestedDate, date_time)?,
            characteristics: Characteristics::of(fields)?,
        };
        let any = all.service.is_some()
            || all.equipment.is_some()
            || all.requested_date_time.is_some()
            || all.characteristics.is_some();
        if any { Ok(all) } else { Err(EncodeError::Missing(Field::RequestedDate)) }
    }
}

/// spec/tickets.md, "PATCH tickets/{coTicketReference}".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TicketUpdate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Comment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    responsible: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    message: String,
    created_by: &'static str,
}

impl<'a> TicketUpdate<'a> {
    fn of(act: Act, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let turn = fields.optional(Field::FaultResponsible, responsible)?;
        let mut message = comment(fields);
        if message.is_empty() && act == Act::Supplement && turn.is_some() {
            HANDED_OVER.clone_into(&mut message);
        }
        // A close is found again by the status, a comment by nothing but our reference.
        if act == Act::Supplement || !message.is_empty() {
            if message.is_empty() {
                return Err(EncodeError::Missing(Field::Note));
            }
            let ours = fields.required(Field::CaseReference, reference)?;
            message = format!("{message} (ref {ours})");
        }
        let comment = (!message.is_empty()).then_some(Comment { message, created_by: CREATED_BY });
        // Mandatory when closing. Where nobody has said whose the fault was, the operator's times
        // are not charged with it.
        let (status, responsible) = match (act, turn) {
            (Act::Close, turn) => (Some("CLOSED"), Some(turn.unwrap_or("SP"))),
            (Act::Reopen, turn) => (Some("IN_PROGRESS_CO"), Some(turn.unwrap_or("CO"))),
            (_, Some(turn @ "SP")) => (Some("IN_PROGRESS_SP"), Some(turn)),
            (_, Some(turn)) => (Some("IN_PROGRESS_CO"), Some(turn)),
            (_, None) => (None, None),
        };
        Ok(Self { comment, status, responsible })
    }
}

/// The facts, and behind them what somebody wrote.
fn comment(fields: Fields<'_, '_>) -> String {
    let lines = FACTS.iter().chain(MORE_FACTS).copied();
    let mut comment = describe(lines, fields.0, COMMENT_MAX);
    if let Some(note) = (fields.0)(Field::Note).map(one_line)
        && !note.is_empty()
    {
        if !comment.is_empty() {
            comment.push(' ');
        }
        comment.push_str(&note);
    }
    cut(&comment, COMMENT_MAX).into_owned()
}

fn responsible(text: &str) -> Option<&str> {
    matches!(text, "SP" | "CO").then_some(text)
}

/// The answer: 204, and to some operators' minds 200 with what it is now.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Accepted(DONE),
        _ => refusal(answer),
    }
}

/// What is done and has no id of its own.
const DONE: Placement = Placement { reference: None, subscription: None, standing: Standing::Done };

/// Whether it has arrived, by how the order or the ticket stands now.
pub(super) fn finding(version: &Version, sought: &Sought, answer: &Answer) -> Finding {
    match (answer.status, sought.act) {
        (200, _) => {}
        (404 | 410, Act::Cancel) => return Finding::Present(DONE),
        (404 | 410, Act::Amend) => return Finding::Absent,
        _ if is_busy(answer) => return Finding::Busy(answer.retry_after),
        _ => return Finding::Unclear,
    }
    let value = json(&answer.body);
    let rows = value.as_ref().and_then(rows).unwrap_or_default();
    let [row] = rows.as_slice() else {
        return Finding::Unclear;
    };
    let standing = Entry::read(version, Resource::of(sought.act), row).standing;
    let arrived = match (sought.act, standing) {
        // The same again changes nothing, so it is simply said again: the operator then says too
        // whether it is too late.
        (Act::Amend | Act::Cancel, Some(Standing::Working | Standing::Done | Standing::Failed)) => {
            Some(false)
        }
        (Act::Supplement, _) => row.list("comments").map(|comments| {
            let ours = sought.reference.as_str();
            comments.iter().any(|one| one.text("message").is_some_and(|said| said.contains(ours)))
        }),
        (Act::Close, Some(Standing::Done)) | (Act::Reopen, Some(Standing::Working)) => Some(true),
        (Act::Close, Some(Standing::Working)) | (Act::Reopen, Some(Standing::Done)) => Some(false),
        _ => None,
    };
    match arrived {
        Some(true) => Finding::Present(DONE),
        Some(false) => Finding::Absent,
        None => Finding::Unclear,
    }
}

/// How many comments of a ticket are read, the latest ones.
const REMARKS_MAX: usize = 200;

/// Whose turn it is on a ticket, and what the operator's people have written. A comment of ours is
/// known by its end.
pub(super) fn heard(answer: &Answer) -> Heard {
    let value = if answer.status == 200 { json(&answer.body) } else { None };
    let rows = value.as_ref().and_then(rows).unwrap_or_default();
    let [ticket] = rows.as_slice() else {
        return Heard::default();
    };
    let moment = |row: &Row<'_>, member| row.text(member).and_then(|text| Timestamp::parse(&text));
    let is_ours = |text: &str| {
        let ours = text.rsplit_once("(ref ").and_then(|(_, end)| end.strip_suffix(')'));
        ours.is_some_and(|ours| OpaqueReference::parse(ours).is_some())
    };
    let comments = ticket.list("comments").unwrap_or_default();
    let from = comments.len().saturating_sub(REMARKS_MAX);
    let remarks = comments[from..].iter().filter_map(|comment| {
        let text = comment.text("message").filter(|text| !is_ours(text))?;
        let text = Zeroizing::new(text.into_owned());
        Some(Remark { at: moment(comment, "createdAt"), text })
    });
    let closed = ticket.text("status").is_some_and(|status| status.eq_ignore_ascii_case("CLOSED"));
    Heard {
        turn: ticket.text("responsible").and_then(|turn| Turn::parse(&turn)),
        mended: if closed { moment(ticket, "updatedAt") } else { None },
        remarks: remarks.collect(),
    }
}
