//! Whether there is something to ask about, before the policy is asked: the right operator, a case
//! that is live, and the ground that the standard wants. Pure.

use super::question::Question;
use crate::domain::{HoldReason, Purpose, Timestamp};
use crate::recipients::Recipient;
use crate::store::Asked;

/// Why there is nothing, and which case it would have been.
pub(super) struct Refused {
    pub(super) reason: HoldReason,
    pub(super) about: Option<Box<Asked>>,
}

/// The case whose contact is asked for. `referred` is what the reference leads to, `ticket` what the
/// ticket number does.
///
/// A reference is given with the order and stays with the service, so that its own case may have
/// ended long ago; then the ticket is what is live, if it is about the same person. Where a ticket
/// is named that does not fit, a reason that was given beside it is judged for itself.
pub(super) fn choose(
    recipient: &Recipient,
    referred: Option<Asked>,
    ticket: Option<Asked>,
    question: &Question,
    now: Timestamp,
) -> Result<Asked, Refused> {
    let refused = |reason, about: Asked| {
        let about = Some(Box::new(about));
        Err(Refused { reason, about })
    };
    let Some(referred) = referred else {
        return Err(Refused { reason: HoldReason::ReferenceUnknown, about: None });
    };
    if referred.recipient != recipient.id {
        return refused(HoldReason::ReferenceElsewhere, referred);
    }
    let fits = |ticket: &Asked| {
        is_fault(ticket.purpose)
            && ticket.recipient == recipient.id
            && ticket.is_about_the_same(&referred)
            && is_live(ticket, recipient, now)
    };
    if let Some(ticket) = ticket.filter(fits) {
        return Ok(ticket.by_ticket());
    }
    if !question.has_reason() {
        return refused(HoldReason::TicketUnknown, referred);
    }
    if is_live(&referred, recipient, now) {
        Ok(referred)
    } else {
        refused(HoldReason::NotLive, referred)
    }
}

const fn is_fault(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::FaultReport | Purpose::FaultSupplement | Purpose::FaultClose)
}

/// The operator has it, it has not ended, and it is not too old.
fn is_live(asked: &Asked, recipient: &Recipient, now: Timestamp) -> bool {
    let within = |window| now <= asked.accepted.after(window);
    asked.disclosed
        && !asked.state.is_final()
        && recipient.inbound.as_ref().is_some_and(|inbound| within(inbound.window))
}
