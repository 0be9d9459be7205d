//! What an order, a ticket or the services of an access say, as far as it can be read.
//!
//! Tolerant: members that are unknown, missing, `null` or of another type are passed over one by
//! one. Lists, texts and ids are read as ON-API's are.

use std::borrow::Cow;

use super::super::on_api::path;
use super::super::on_api::read::Row;
use super::super::{Placement, Standing};
use super::Resource;
use super::closing::{Action, Closing, Outcome};
use crate::domain::{OperatorReference, Timestamp};

/// No time of a ticket in seconds has as many digits before the year 5138; in milliseconds each has
/// had since 1973.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// An order or a ticket.
pub(super) struct Entry {
    /// The operator's id of it.
    pub(super) reference: Option<OperatorReference>,
    /// How far it is; `None` where it does not say.
    pub(super) standing: Option<Standing>,
    /// What an order asks for, in capitals.
    pub(super) operation: Option<String>,
    /// What of ours a ticket belongs to.
    pub(super) ours: Option<String>,
    /// The access it is about.
    pub(super) access: Option<String>,
    /// When a ticket changed last, where that is said.
    pub(super) changed: Option<Timestamp>,
}

impl Entry {
    /// Reads what it says.
    pub(super) fn read(resource: Resource, row: &Row<'_>) -> Self {
        let reference = match resource {
            // "path", and in the words of the successor also "orderId".
            Resource::Orders => id(row, "path").or_else(|| id(row, "orderId")),
            Resource::Tickets => id(row, "ticketRef"),
        };
        let standing = match resource {
            Resource::Orders => row.text("state").map(|state| order_standing(&state)),
            Resource::Tickets => ticket_standing(row),
        };
        Self {
            reference,
            standing,
            operation: row.text("operation").map(|operation| operation.to_ascii_uppercase()),
            ours: row.text("spReference").map(Cow::into_owned),
            access: row.text("accessId").map(Cow::into_owned),
            changed: row.text("timestamp").and_then(|text| moment(&text)),
        }
    }

    /// Whether it is an order or a ticket at all, and not an error text or some other object.
    pub(super) fn is_one(&self) -> bool {
        self.reference.is_some() || self.operation.is_some() || self.standing.is_some()
    }

    /// As something of ours that the operator has. What is worked on under no id cannot be
    /// followed, so that a person must look at it.
    pub(super) fn placement(self, unsaid: Standing) -> Placement {
        let standing = match self.standing.unwrap_or(unsaid) {
            Standing::Working if self.reference.is_none() => Standing::Unknown,
            standing => standing,
        };
        Placement { reference: self.reference, subscription: None, standing }
    }
}

/// The services of ours that are active at an access (availability.md); `None` where it does not say.
pub(super) fn active(row: &Row<'_>) -> Option<Vec<String>> {
    let services = row.list("active")?;
    Some(services.iter().filter_map(|one| one.text("service").map(Cow::into_owned)).collect())
}

/// An id, or a path that ends in one.
fn id(row: &Row<'_>, member: &str) -> Option<OperatorReference> {
    let text = row.text(member)?;
    match member {
        "path" => path::reference(Resource::Orders.as_str(), &text),
        _ => OperatorReference::parse(&text).ok(),
    }
}

/// `service_activation.md`, "state". The successor's `IN_PROGRESS` is what `RECEIVED` means here.
fn order_standing(state: &str) -> Standing {
    match state.to_ascii_uppercase().as_str() {
        "RECEIVED" | "IN_PROGRESS" => Standing::Working,
        "DONE_SUCCESS" => Standing::Done,
        "DONE_FAILED" => Standing::Failed,
        _ => Standing::Unknown,
    }
}

/// tt.md, "state.status". What is cleared is mended, as the operator says; whether it is closed is
/// for whoever reported the fault.
fn ticket_standing(row: &Row<'_>) -> Option<Standing> {
    let state = row.object("state");
    let own = |member: &str| state.as_ref().and_then(|state| state.text(member));
    let status = own("status").or_else(|| row.text("state")).or_else(|| row.text("status"))?;
    Some(match status.to_ascii_uppercase().as_str() {
        "NEW" | "OPEN" => Standing::Working,
        status @ ("CLEARED" | "CLOSED") => {
            let closing = state.as_ref().map(closing).unwrap_or_default();
            let closing = if closing == Closing::default() { logged(row, status) } else { closing };
            closing.standing()
        }
        _ => Standing::Unknown,
    })
}

fn closing(state: &Row<'_>) -> Closing {
    Closing {
        action: state.text("action").map(|text| Action::parse(&text)),
        outcome: state.text("code").map(|text| Outcome::parse(&text)),
    }
}

/// The codes of the latest line in `log` that says that the ticket was cleared or closed. The page
/// does not say in which order the lines stand: of two at one time the later line counts.
fn logged(row: &Row<'_>, status: &str) -> Closing {
    let lines = row.list("log").unwrap_or_default();
    let closings = lines.iter().enumerate().filter_map(|(place, line)| {
        let state = line.object("state")?;
        let ended = state.text("status").is_some_and(|text| {
            text.eq_ignore_ascii_case(status) || text.eq_ignore_ascii_case("CLEARED")
        });
        let closing = closing(&state);
        let at = line.text("timestamp").and_then(|text| moment(&text));
        (ended && closing != Closing::default()).then_some(((at, place), closing))
    });
    closings.max_by_key(|(place, _)| *place).map(|(_, closing)| closing).unwrap_or_default()
}

/// A "unix timestamp": in seconds in one example, in milliseconds in another.
fn moment(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    let micros = if number >= MILLISECONDS_FROM { 1_000 } else { 1_000_000 };
    number.checked_mul(micros).map(Timestamp::from_micros)
}
