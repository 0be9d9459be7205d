//! What an answer means. Every doubt counts as "the operator may have acted".

use std::time::Duration;

use super::super::on_api::path;
use super::super::on_api::read::{Row, json, rows};
use super::super::{Answer, FeedEvent, Finding, Placement, Progress, Sought, Standing, Verdict};
use super::read::{Entry, active};
use super::{Resource, operation};
use crate::domain::{Act, HoldReason, RejectReason, Timestamp};

/// How many rows of the event feed are read at a time; the next question goes on from there.
const EVENTS_MAX: usize = 10_000;

/// The longest id of an event that is remembered. The specification has no limit.
const EVENT_ID_MAX: usize = 128;

/// How far the operator's clock may be behind ours: a ticket without our reference that changed
/// earlier than this before ours was sent is not ours.
const CLOCK_SKEW: Duration = Duration::from_hours(1);

/// What the texts of a 400 are known by, in small letters, and what they mean. The first three are
/// the specification's own (`service_activation.md`); the rest are its list of grounds as operators
/// put them. What is not in here is for a person.
const CAUSES: &[(&str, Meaning)] = &[
    ("is already active", Meaning::Rejected(RejectReason::Conflict)),
    ("already claimed", Meaning::Rejected(RejectReason::Conflict)),
    ("customer.", Meaning::Customer),
    ("deliveryaddress.", Meaning::Customer),
    ("customerinformation", Meaning::Customer),
    ("kunddata", Meaning::Customer),
    ("unknown accessid", Meaning::Rejected(RejectReason::Invalid)),
    ("invalid accessid", Meaning::Rejected(RejectReason::Invalid)),
    ("felaktigt accessid", Meaning::Rejected(RejectReason::Invalid)),
    ("unknown service", Meaning::Rejected(RejectReason::Invalid)),
    ("invalid service", Meaning::Rejected(RejectReason::Invalid)),
    ("felaktig service", Meaning::Rejected(RejectReason::Invalid)),
];

/// What a text means.
#[derive(Clone, Copy)]
enum Meaning {
    /// The operator refuses, and for this reason.
    Rejected(RejectReason),
    /// It insists on what the customer block holds: it gets that by a signed exception, or not.
    Customer,
}

/// The answer to an order or a ticket.
pub(super) fn verdict(act: Act, answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => taken(act, answer),
        _ => refusal(answer),
    }
}

/// An answer that is no yes.
pub(super) fn refusal(answer: &Answer) -> Verdict {
    match answer.status {
        400 | 422 => refused(answer),
        401 | 403 => Verdict::Credentials,
        // An unknown access is a 400 here: what is not found is the interface.
        404 | 405 | 410 | 501 => Verdict::NotOffered,
        406 | 413 | 415 => Verdict::Rejected(RejectReason::Invalid),
        // The successor's status for what is a 400 here.
        409 => Verdict::Rejected(RejectReason::Conflict),
        _ if is_busy(answer) => Verdict::Busy(answer.retry_after),
        _ => Verdict::Unclear,
    }
}

/// Whether an order of ours took effect, by what is active at its access.
///
/// There is no way to ask for an order without its path. What is not done yet is taken as absent:
/// it is then decided and placed anew, and the operator answers with the order that it has
/// (`service_activation.md`, "Om tjänsten redan har en aktiv order").
pub(super) fn order_found(sought: &Sought, answer: &Answer) -> Finding {
    match answer.status {
        200 => {}
        // No such page: the same order again is the one way to ask.
        404 | 405 | 410 | 501 => return Finding::Absent,
        _ if is_busy(answer) => return Finding::Busy(answer.retry_after),
        _ => return Finding::Unclear,
    }
    let value = json(&answer.body);
    let rows = value.as_ref().and_then(rows).unwrap_or_default();
    let ([access], Some(service)) = (rows.as_slice(), &sought.service) else {
        return Finding::Unclear;
    };
    let other = access.text("accessId").is_some_and(|id| id != sought.access.as_str());
    let Some(active) = active(access).filter(|_| !other) else {
        return Finding::Unclear;
    };
    let is_active = active.iter().any(|one| one == service.as_str());
    let done = match sought.act {
        Act::Activate => is_active,
        Act::Terminate => !is_active,
        _ => return Finding::Unclear,
    };
    if done {
        let standing = Standing::Done;
        Finding::Present(Placement { reference: None, subscription: None, standing })
    } else {
        Finding::Absent
    }
}

/// Whether a ticket of ours is there: by our reference. One without any reference that changed
/// since may be ours, and a ticket sent twice is two tickets, so it is left to a person.
pub(super) fn ticket_found(sought: &Sought, answer: &Answer) -> Finding {
    match answer.status {
        200 => {}
        _ if is_busy(answer) => return Finding::Busy(answer.retry_after),
        _ => return Finding::Unclear,
    }
    let Some(mut entries) = entries(Resource::Tickets, answer) else {
        return Finding::Unclear;
    };
    let is_ours = |entry: &Entry| entry.ours.as_deref() == Some(sought.reference.as_str());
    // One row for each change: the last says how it is.
    if let Some(at) = entries.iter().rposition(is_ours) {
        return Finding::Present(entries.swap_remove(at).placement(Standing::Working));
    }
    let skew = i64::try_from(CLOCK_SKEW.as_micros()).unwrap_or(i64::MAX);
    let since = Timestamp::from_micros(sought.since.micros().saturating_sub(skew));
    let may_be_ours = |entry: &Entry| {
        entry.ours.is_none()
            && entry.access.as_ref().is_none_or(|id| id == sought.access.as_str())
            && entry.changed.is_none_or(|changed| changed >= since)
    };
    let is_hidden = answer.behind >= CLOCK_SKEW;
    if is_hidden || entries.iter().any(may_be_ours) { Finding::Unclear } else { Finding::Absent }
}

/// How far an order or a ticket is.
pub(super) fn progress(act: Act, answer: &Answer) -> Progress {
    match answer.status {
        200 => match single(Resource::of(act), answer) {
            Some(entry) if entry.standing.is_some() => {
                Progress::At(entry.placement(Standing::Unknown))
            }
            _ => Progress::Unclear,
        },
        404 | 410 => Progress::Gone,
        _ if is_busy(answer) => Progress::Busy(answer.retry_after),
        _ => Progress::Unclear,
    }
}

/// The rows of the event feed (`order_events.md`). Rows that cannot be read are passed over.
pub(super) fn events(answer: &Answer) -> Option<Vec<FeedEvent>> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    // A list may be empty. Rows of which none is an event are something else altogether.
    if !rows.is_empty() && rows.iter().all(|row| row.text("event").is_none()) {
        return None;
    }
    Some(rows.iter().take(EVENTS_MAX).filter_map(event).collect())
}

fn event(row: &Row<'_>) -> Option<FeedEvent> {
    let event = row.text("event")?;
    if event.len() > EVENT_ID_MAX || event.contains(char::is_control) {
        return None;
    }
    let order = Entry::read(Resource::Orders, &row.object("order")?);
    Some(FeedEvent {
        event: event.into_owned(),
        reference: order.reference?,
        standing: order.standing?,
    })
}

/// A 2xx: 201 for a new order, 200 for one that is there already or was done at once, and 200 for
/// any ticket.
fn taken(act: Act, answer: &Answer) -> Verdict {
    let resource = Resource::of(act);
    let is_new = answer.status == 201;
    let location = answer.location.as_deref().filter(|_| is_new);
    let located = location.and_then(|location| path::reference(resource.as_str(), location));
    match (single(resource, answer), located) {
        (Some(entry), _) if is_other(act, &entry) => {
            // An order of another kind is in the way of ours, and was shown instead of it. That a
            // new one is of another kind than ours cannot be.
            if is_new { Verdict::Unclear } else { Verdict::Rejected(RejectReason::Conflict) }
        }
        (Some(mut entry), located) => {
            entry.reference = entry.reference.or(located);
            Verdict::Accepted(entry.placement(Standing::Working))
        }
        (None, Some(reference)) => Verdict::Accepted(Placement {
            reference: Some(reference),
            subscription: None,
            standing: Standing::Working,
        }),
        (None, None) => Verdict::Unclear,
    }
}

/// A 400: the text says which of the grounds it is, and only that is taken from it.
fn refused(answer: &Answer) -> Verdict {
    let value = json(&answer.body);
    let rows = value.as_ref().and_then(rows).unwrap_or_default();
    let cause = rows.iter().find_map(|row| row.text("cause").or_else(|| row.text("message")));
    let cause = cause.unwrap_or_default().to_lowercase();
    match CAUSES.iter().find(|(text, _)| cause.contains(text)) {
        Some((_, Meaning::Rejected(reason))) => Verdict::Rejected(*reason),
        Some((_, Meaning::Customer)) => Verdict::Puzzling(HoldReason::MissingField),
        None => Verdict::Puzzling(HoldReason::Unclear),
    }
}

/// The one order or ticket in the body, also if it is the only row of a list.
fn single(resource: Resource, answer: &Answer) -> Option<Entry> {
    entries(resource, answer).filter(|entries| entries.len() == 1)?.pop()
}

/// The orders or tickets in the body; `None` where there is anything else among them.
fn entries(resource: Resource, answer: &Answer) -> Option<Vec<Entry>> {
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    let entries = rows.iter().map(|row| Some(Entry::read(resource, row)).filter(Entry::is_one));
    entries.collect()
}

/// Whether it is an order, and not of the kind that we place for this.
fn is_other(act: Act, entry: &Entry) -> bool {
    match (operation(act), &entry.operation) {
        (Some(ours), Some(theirs)) => ours != theirs,
        _ => false,
    }
}

/// Whether the operator says that it did not look at the question. A 503 without a time to come
/// back may have come from anywhere on the way.
pub(super) fn is_busy(answer: &Answer) -> bool {
    answer.status == 429 || (answer.status == 503 && answer.retry_after.is_some())
}
