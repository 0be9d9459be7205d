//! What an answer means (common/responses.md). Every doubt counts as "the operator may have acted".

use super::super::{Answer, FeedEvent, Finding, Placement, Progress, Sought, Standing, Verdict};
use super::read::{Active, Entry, Row, json, rows};
use super::version::Version;
use super::{Resource, operation, path};
use crate::domain::{Act, RejectReason};

/// How many rows of the event feed are read at a time; the next question goes on from there.
const EVENTS_MAX: usize = 10_000;

/// The longest id of an event that is remembered. The specification allows 36 characters.
const EVENT_ID_MAX: usize = 128;

/// The answer to an order or a ticket.
pub(super) fn verdict(version: &Version, act: Act, answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => taken(version, act, answer),
        _ => refusal(answer),
    }
}

/// An answer that is no yes.
pub(super) fn refusal(answer: &Answer) -> Verdict {
    match answer.status {
        // Some operators still answer 400 where 409 is meant, and only the text tells.
        400 | 406 | 413 | 415 | 422 => Verdict::Rejected(RejectReason::Invalid),
        401 | 403 => Verdict::Credentials,
        404 | 410 => Verdict::Rejected(RejectReason::NotFound),
        405 | 501 => Verdict::NotOffered,
        409 => Verdict::Rejected(RejectReason::Conflict),
        _ if is_busy(answer) => Verdict::Busy(answer.retry_after),
        _ => Verdict::Unclear,
    }
}

/// Whether the operator has what we look for.
///
/// An order is ours by our reference. A DEACTIVATE carries none: there, any that was not in vain
/// is as good as ours, since the subscription ends once. A ticket is ours by our reference; one of
/// the same access without any reference may be ours, and a ticket sent twice is two tickets, so
/// it is left to a person. So is one that a list cannot show because the operator's clock is far behind ours.
pub(super) fn finding(version: &Version, sought: &Sought, answer: &Answer) -> Finding {
    let resource = Resource::of(sought.act);
    match (answer.status, resource) {
        (200, Resource::Orders) if !version.lists_orders => {
            return in_service(version, sought, answer);
        }
        (200, _) => {}
        // Operators answer an empty list this way. Were the order there after all, placing it
        // again would bring back the same order; a ticket has no such rule.
        (404, Resource::Orders) => return Finding::Absent,
        _ if is_busy(answer) => return Finding::Busy(answer.retry_after),
        _ => return Finding::Unclear,
    }
    let Some(mut entries) = entries(version, resource, answer) else {
        return Finding::Unclear;
    };
    let is_ours = |entry: &Entry| match resource {
        Resource::Orders => entry.is_of(sought.reference.as_str()) || ends_it(sought, entry),
        Resource::Tickets => entry.is_of(sought.reference.as_str()),
    };
    // Of several the one that was not in vain, and of these the last.
    entries.sort_by_key(|entry| entry.standing != Some(Standing::Failed));
    if let Some(at) = entries.iter().rposition(is_ours) {
        return Finding::Present(entries.swap_remove(at).placement(Standing::Working));
    }
    let may_be_ours = |entry: &Entry| match resource {
        Resource::Orders => entry.reference.is_none() && entry.operation.is_none(),
        Resource::Tickets => {
            let same_access = entry.access.as_ref().is_none_or(|id| id == sought.access.as_str());
            entry.ours.is_empty() && same_access
        }
    };
    let is_hidden = resource == Resource::Tickets && answer.behind >= path::CLOCK_SKEW;
    if is_hidden || entries.iter().any(may_be_ours) { Finding::Unclear } else { Finding::Absent }
}

/// 2.3.1 lists no orders. What is active at the access tells of those that are done; one that is
/// still queued does not show, and is placed once more, since the same order brings back the one
/// that is there (`service_activation.md`, "Om tjänsten redan har en aktiv order").
fn in_service(version: &Version, sought: &Sought, answer: &Answer) -> Finding {
    let Some(active) = Active::read(version, answer) else {
        return Finding::Unclear;
    };
    let wanted = |one: &Active| {
        sought.service.as_ref().is_some_and(|service| one.service == service.as_str())
    };
    let is_done = match sought.act {
        Act::Terminate => !active.iter().any(wanted),
        _ => active.iter().any(|one| one.ours.iter().any(|ours| ours == sought.reference.as_str())),
    };
    if is_done {
        let standing = Standing::Done;
        Finding::Present(Placement { reference: None, subscription: None, standing })
    } else {
        Finding::Absent
    }
}

/// How far an order or a ticket is.
pub(super) fn progress(version: &Version, act: Act, answer: &Answer) -> Progress {
    match answer.status {
        200 => match single(version, Resource::of(act), answer) {
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

/// The rows of the event feed. Rows that say nothing about an order under an id (it was done at
/// once, or the row cannot be read) are passed over.
pub(super) fn events(version: &Version, answer: &Answer) -> Option<Vec<FeedEvent>> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    // A list may be empty. Rows of which none is an event are something else altogether.
    if !rows.is_empty() && rows.iter().all(|row| row.text("event").is_none()) {
        return None;
    }
    Some(rows.iter().take(EVENTS_MAX).filter_map(|row| event(version, row)).collect())
}

fn event(version: &Version, row: &Row<'_>) -> Option<FeedEvent> {
    let event = row.text("event")?;
    if event.len() > EVENT_ID_MAX || event.contains(char::is_control) {
        return None;
    }
    let order = Entry::read(version, Resource::Orders, &row.object("order")?);
    Some(FeedEvent {
        event: event.into_owned(),
        reference: order.reference?,
        standing: order.standing?,
    })
}

/// A 2xx to an order or a ticket: 201 for a new one, 200 for one that is there already or was done
/// at once.
fn taken(version: &Version, act: Act, answer: &Answer) -> Verdict {
    let resource = Resource::of(act);
    let is_new = answer.status == 201;
    let location = answer.location.as_deref().filter(|_| is_new);
    let located = location.and_then(|location| path::reference(resource.as_str(), location));
    match (single(version, resource, answer), located) {
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

/// The one order or ticket in the body, also if it is the only row of a list.
fn single(version: &Version, resource: Resource, answer: &Answer) -> Option<Entry> {
    entries(version, resource, answer).filter(|entries| entries.len() == 1)?.pop()
}

/// The orders or tickets in the body; `None` where there is anything else among them.
fn entries(version: &Version, resource: Resource, answer: &Answer) -> Option<Vec<Entry>> {
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    let entries =
        rows.iter().map(|row| Some(Entry::read(version, resource, row)).filter(Entry::is_one));
    entries.collect()
}

/// Whether it is an order, and not of the kind that we place for this.
fn is_other(act: Act, entry: &Entry) -> bool {
    match (operation(act), &entry.operation) {
        (Some(ours), Some(theirs)) => ours != theirs,
        _ => false,
    }
}

/// Whether this order ends the subscription that we sought to end.
fn ends_it(sought: &Sought, entry: &Entry) -> bool {
    sought.act == Act::Terminate
        && sought.subscription.is_some()
        && entry.subscription == sought.subscription
        && entry.operation.as_deref() == operation(Act::Terminate)
        && entry.standing != Some(Standing::Failed)
}

/// Whether the operator says that it did not look at the question. A 503 without a time to come
/// back may have come from anywhere on the way.
pub(super) fn is_busy(answer: &Answer) -> bool {
    answer.status == 429 || (answer.status == 503 && answer.retry_after.is_some())
}
