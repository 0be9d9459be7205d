//! What we hear. Tolerant of what differs between SOAP stacks, never of what would have to be
//! guessed: half an answer is [`Verdict::Unclear`], and then the operator is asked.
//!
//! Tolerated: any prefixes, children in no namespace (stacks that leave the schema's element form
//! alone), elements that we do not know, blanks around values, a fault under any HTTP status.

use std::time::Duration;

use zeroize::Zeroizing;

use super::xml::{self, Element, Space};
use super::{Call, ENVELOPE, OPERATOR};
use crate::dialects::{
    Answer, FeedEvent, Finding, Heard, Placement, Progress, Remark, Sought, Standing, Turn, Verdict,
};
use crate::domain::{Act, OperatorReference, RejectReason, SubscriptionId, Timestamp};

/// What the answer to a message means.
pub(super) fn verdict(act: Act, answer: &Answer) -> Verdict {
    if act.is_about() {
        return about(act, answer);
    }
    let heard = if act.is_fault() {
        hear(answer, Call::ReportFault, ticket)
    } else {
        hear(answer, Call::PlaceOrder, order)
    };
    heard.map_or_else(refused, Verdict::Accepted)
}

/// The answer to what was said of an order or a ticket: done, or a fault.
fn about(act: Act, answer: &Answer) -> Verdict {
    let call = match act {
        Act::Amend => Call::AmendOrder,
        Act::Cancel => Call::CancelOrder,
        _ => Call::UpdateTicket,
    };
    hear(answer, call, |_| Ok(DONE)).map_or_else(refused, Verdict::Accepted)
}

/// What is done and has no id of its own.
const DONE: Placement = Placement { reference: None, subscription: None, standing: Standing::Done };

fn refused(refusal: Refusal) -> Verdict {
    match refusal {
        Refusal::Rejected(reason) => Verdict::Rejected(reason),
        Refusal::Busy(wait) => Verdict::Busy(wait),
        Refusal::Credentials => Verdict::Credentials,
        Refusal::NotOffered => Verdict::NotOffered,
        Refusal::Unclear => Verdict::Unclear,
    }
}

/// Whether a message of ours is among what the operator has.
pub(super) fn finding(sought: &Sought, answer: &Answer) -> Finding {
    if sought.act.is_about() {
        return arrived(sought, answer);
    }
    let heard = if sought.act.is_fault() {
        hear(answer, Call::FindTickets, |list| ours(list, "Ticket", sought, ticket))
    } else {
        hear(answer, Call::FindOrders, |list| ours(list, "Order", sought, order))
    };
    match heard {
        Ok(Some(placement)) => Finding::Present(placement),
        Ok(None) | Err(Refusal::Rejected(RejectReason::NotFound)) => Finding::Absent,
        Err(Refusal::Busy(wait)) => Finding::Busy(wait),
        Err(
            Refusal::Rejected(_) | Refusal::Credentials | Refusal::NotOffered | Refusal::Unclear,
        ) => Finding::Unclear,
    }
}

/// Whether what was said of an order or a ticket has arrived. An order shows no such thing: to amend
/// or to take back once more changes nothing, and the operator then says whether it is too late.
fn arrived(sought: &Sought, answer: &Answer) -> Finding {
    let heard = if sought.act.is_fault() {
        hear(answer, Call::GetTicket, |got| {
            let row = only(got, "Ticket")?;
            let updates: Vec<_> = members(row, "Update").collect();
            let ours = sought.reference.as_str();
            let is_there = updates.iter().any(|update| update.text().trim() == ours);
            // A full list may be a list that was cut off.
            if !is_there && updates.len() >= ROWS_MAX { Err(Unreadable) } else { Ok(is_there) }
        })
    } else {
        hear(answer, Call::GetOrder, |got| order(only(got, "Order")?).map(|_| false))
    };
    match heard {
        Ok(true) => Finding::Present(DONE),
        Ok(false) => Finding::Absent,
        Err(Refusal::Rejected(RejectReason::NotFound)) => match sought.act {
            Act::Cancel => Finding::Present(DONE),
            Act::Amend => Finding::Absent,
            _ => Finding::Unclear,
        },
        Err(Refusal::Busy(wait)) => Finding::Busy(wait),
        Err(_) => Finding::Unclear,
    }
}

/// How far the operator is.
pub(super) fn progress(act: Act, answer: &Answer) -> Progress {
    let heard = if act.is_fault() {
        hear(answer, Call::GetTicket, |got| ticket(only(got, "Ticket")?))
    } else {
        hear(answer, Call::GetOrder, |got| order(only(got, "Order")?))
    };
    match heard {
        Ok(placement) => Progress::At(placement),
        Err(Refusal::Rejected(RejectReason::NotFound)) => Progress::Gone,
        Err(Refusal::Busy(wait)) => Progress::Busy(wait),
        Err(
            Refusal::Rejected(_) | Refusal::Credentials | Refusal::NotOffered | Refusal::Unclear,
        ) => Progress::Unclear,
    }
}

/// Whose turn it is on a ticket, when it was mended, and what the operator's people have written.
pub(super) fn heard(answer: &Answer) -> Heard {
    let heard = hear(answer, Call::GetTicket, |got| {
        let row = only(got, "Ticket")?;
        let moment = |element, name| Ok(value(element, name)?.and_then(Timestamp::parse));
        let is_done = value(row, "State")?.map(ticket_standing) == Some(Standing::Done);
        let comments: Vec<_> = members(row, "Comment").collect();
        let from = comments.len().saturating_sub(REMARKS_MAX);
        let mut remarks = Vec::new();
        for comment in &comments[from..] {
            if value(comment, "By")? != Some(Turn::Provider.as_str())
                && let Some(text) = value(comment, "Text")?
            {
                let text = Zeroizing::new(text.to_owned());
                remarks.push(Remark { at: moment(comment, "At")?, text });
            }
        }
        Ok(Heard {
            turn: value(row, "Responsible")?.and_then(Turn::parse),
            mended: if is_done { moment(row, "Changed")? } else { None },
            remarks,
        })
    });
    heard.unwrap_or_default()
}

/// What has changed, oldest first. More than the schema allows is left for the next time: the feed
/// is read on from the last one.
pub(super) fn events(answer: &Answer) -> Option<Vec<FeedEvent>> {
    hear(answer, Call::GetOrderEvents, |list| {
        members(list, "Event").take(ROWS_MAX).filter_map(|row| event(row).transpose()).collect()
    })
    .ok()
}

/// The most rows of a list, as in the schema.
const ROWS_MAX: usize = 500;

/// How many comments of a ticket are read, the latest ones.
const REMARKS_MAX: usize = 200;

/// An answer that does not say what was asked for.
#[derive(Clone, Copy)]
enum Refusal {
    Rejected(RejectReason),
    Busy(Option<Duration>),
    Credentials,
    NotOffered,
    Unclear,
}

/// A part of an answer is missing, is there twice, or has another form.
struct Unreadable;

/// Takes an answer apart. A fault that the schema knows counts for more than the HTTP status: the
/// operator's own system wrote it, the status perhaps something in front of that.
fn hear<T>(
    answer: &Answer,
    call: Call,
    read: impl FnOnce(&Element) -> Result<T, Unreadable>,
) -> Result<T, Refusal> {
    let envelope = xml::read(&answer.body, &[ENVELOPE, OPERATOR]).ok();
    if let Some(said) = envelope.as_ref().and_then(said) {
        if is(said, ENVELOPE, "Fault") {
            if let Some(refusal) = fault(said, answer.retry_after) {
                return Err(refusal);
            }
        } else if (200..=299).contains(&answer.status) && is(said, OPERATOR, call.response()) {
            return read(said).map_err(|Unreadable| Refusal::Unclear);
        }
    }
    Err(match (answer.status, answer.retry_after) {
        (401 | 403, _) => Refusal::Credentials,
        (429 | 503, Some(wait)) => Refusal::Busy(Some(wait)),
        _ => Refusal::Unclear,
    })
}

/// The one child of the body.
fn said(envelope: &Element) -> Option<&Element> {
    let mut bodies = envelope.children().iter().filter(|child| is(child, ENVELOPE, "Body"));
    let (body, None) = (bodies.next()?, bodies.next()) else {
        return None;
    };
    match body.children() {
        [said] if is(envelope, ENVELOPE, "Envelope") => Some(said),
        _ => None,
    }
}

/// What a fault says; `None` where it says nothing that the schema knows.
fn fault(fault: &Element, retry_after: Option<Duration>) -> Option<Refusal> {
    // SOAP 1.1 section 4.4: the children of a fault have no namespace. Some stacks give them one.
    let child = |name| fault.children().iter().find(|child| child.name() == name);
    let typed = child("detail").and_then(|detail| only(detail, "OperatorFault").ok());
    if let Some(code) = typed.and_then(|typed| value(typed, "Code").ok().flatten()) {
        return match code {
            "UNKNOWN_ACCESS" => Some(Refusal::Rejected(RejectReason::AccessUnknown)),
            "INVALID" => Some(Refusal::Rejected(RejectReason::Invalid)),
            "CONFLICT" => Some(Refusal::Rejected(RejectReason::Conflict)),
            "NOT_FOUND" => Some(Refusal::Rejected(RejectReason::NotFound)),
            "BUSY" => Some(Refusal::Busy(typed.and_then(retry_after_seconds).or(retry_after))),
            "CREDENTIALS" => Some(Refusal::Credentials),
            "NOT_OFFERED" => Some(Refusal::NotOffered),
            "INTERNAL" => Some(Refusal::Unclear),
            _ => None,
        };
    }
    // WSS SOAP Message Security 1.0 section 12: the gate in front of the operator's system looked
    // at the credentials and at nothing else.
    let code = child("faultcode")?.text().trim();
    let local = code.rsplit_once(':').map_or(code, |(_, local)| local);
    matches!(local, "FailedAuthentication" | "InvalidSecurityToken").then_some(Refusal::Credentials)
}

fn retry_after_seconds(fault: &Element) -> Option<Duration> {
    let seconds: u32 = value(fault, "RetryAfterSeconds").ok()??.parse().ok()?;
    (seconds <= 86_400).then(|| Duration::from_secs(seconds.into()))
}

/// The row that has our reference. Two different ones would mean that it was done twice, and that
/// is for a person; so is our reference on something that we did not ask for.
fn ours(
    list: &Element,
    rows: &str,
    sought: &Sought,
    read: fn(&Element) -> Result<Placement, Unreadable>,
) -> Result<Option<Placement>, Unreadable> {
    let mut found: Option<Placement> = None;
    let mut seen = 0;
    for row in members(list, rows) {
        seen += 1;
        if value(row, "Reference")? != Some(sought.reference.as_str()) {
            continue;
        }
        if let Some(expected) = operation(sought.act)
            && value(row, "Operation")?.is_some_and(|operation| operation != expected)
        {
            return Err(Unreadable);
        }
        let placement = read(row)?;
        if found.as_ref().is_some_and(|found| *found != placement) {
            return Err(Unreadable);
        }
        found = Some(placement);
    }
    // A full list may be a list that was cut off: what is not in it may still be there.
    if found.is_none() && seen >= ROWS_MAX { Err(Unreadable) } else { Ok(found) }
}

fn order(element: &Element) -> Result<Placement, Unreadable> {
    let standing = order_standing(value(element, "State")?.ok_or(Unreadable)?);
    let reference = id(element, "OrderId", OperatorReference::parse)?;
    // Without an order there is nothing to ask about later, so it must be over already.
    if reference.is_none() && standing != Standing::Done {
        return Err(Unreadable);
    }
    let subscription = id(element, "SubscriptionId", SubscriptionId::parse)?;
    Ok(Placement { reference, subscription, standing })
}

fn ticket(element: &Element) -> Result<Placement, Unreadable> {
    let standing = ticket_standing(value(element, "State")?.ok_or(Unreadable)?);
    let reference = id(element, "TicketId", OperatorReference::parse)?.ok_or(Unreadable)?;
    Ok(Placement { reference: Some(reference), subscription: None, standing })
}

/// `None` where it is about an order whose id could not be one that we keep: somebody else's.
fn event(row: &Element) -> Result<Option<FeedEvent>, Unreadable> {
    let event = id(row, "EventId", OperatorReference::parse)?.ok_or(Unreadable)?;
    let standing = order_standing(value(row, "State")?.ok_or(Unreadable)?);
    let order = value(row, "OrderId")?.ok_or(Unreadable)?;
    let Ok(reference) = OperatorReference::parse(order) else {
        return Ok(None);
    };
    Ok(Some(FeedEvent { event: event.as_str().to_owned(), reference, standing }))
}

/// Each state of an order, and what it is to us. ON-API 2.6, common/dataformats.md, `orderState`.
fn order_standing(state: &str) -> Standing {
    match state {
        "RECEIVED" | "IN_PROGRESS" => Standing::Working,
        "DONE_SUCCESS" => Standing::Done,
        "DONE_FAILED" => Standing::Failed,
        _ => Standing::Unknown,
    }
}

/// Each state of a ticket, and what it is to us. ON-API 2.6, spec/tickets.md.
fn ticket_standing(state: &str) -> Standing {
    match state {
        "CREATED" | "IN_PROGRESS_CO" | "IN_PROGRESS_SP" => Standing::Working,
        "CLOSED" => Standing::Done,
        _ => Standing::Unknown,
    }
}

/// What the operator calls the operation of an order of ours.
fn operation(act: Act) -> Option<&'static str> {
    super::layout::layout(act)?.operation
}

fn is(element: &Element, space: &'static str, name: &str) -> bool {
    element.space() == Space::Known(space) && element.name() == name
}

/// The children of a name, in our namespace or in none.
fn members<'a>(element: &'a Element, name: &str) -> impl Iterator<Item = &'a Element> {
    element.children().iter().filter(move |child| {
        child.name() == name && matches!(child.space(), Space::None | Space::Known(OPERATOR))
    })
}

/// The child of a name, where there is exactly one.
fn only<'a>(element: &'a Element, name: &str) -> Result<&'a Element, Unreadable> {
    let mut all = members(element, name);
    match (all.next(), all.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(Unreadable),
    }
}

/// The text of a child; `None` where it is not there, or empty.
fn value<'a>(element: &'a Element, name: &str) -> Result<Option<&'a str>, Unreadable> {
    if members(element, name).next().is_none() {
        return Ok(None);
    }
    let child = only(element, name)?;
    let text = child.text().trim();
    if child.children().is_empty() {
        Ok(Some(text).filter(|text| !text.is_empty()))
    } else {
        Err(Unreadable)
    }
}

/// An id in a child; `None` where it is not there.
fn id<T, E>(
    element: &Element,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Unreadable> {
    value(element, name)?.map(|text| parse(text).map_err(|_| Unreadable)).transpose()
}
