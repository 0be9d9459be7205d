//! What the ordering system is told of by itself: an event, with the id, the state and the dates of
//! what it is about. There is no place in it for anything else.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Fields, TmfState};
use crate::domain::{NoticeId, SubmissionId, Timestamp, closed_list};
use crate::intake::Kind;

closed_list! {
    /// The events that there are, by their names in TMF641 and TMF621.
    EventType {
        /// An order came into our keeping.
        OrderCreate = "ServiceOrderCreateEvent",
        /// An order is in another state.
        OrderStateChange = "ServiceOrderStateChangeEvent",
        /// Something else of an order has changed: the state of an item, a note.
        OrderAttributeValueChange = "ServiceOrderAttributeValueChangeEvent",
        /// An order is to be cancelled.
        CancelCreate = "CancelServiceOrderCreateEvent",
        /// The task of cancelling an order is in another state.
        CancelStateChange = "CancelServiceOrderStateChangeEvent",
        /// A fault report came into our keeping.
        TicketCreate = "TroubleTicketCreateEvent",
        /// A ticket is in another state.
        TicketStatusChange = "TroubleTicketStatusChangeEvent",
        /// Something else of a ticket has changed.
        TicketAttributeValueChange = "TroubleTicketAttributeValueChangeEvent",
        /// The operator says that the fault is mended.
        TicketResolved = "TroubleTicketResolvedEvent",
    }
}

impl EventType {
    /// Whose hub tells it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::OrderCreate
            | Self::OrderStateChange
            | Self::OrderAttributeValueChange
            | Self::CancelCreate
            | Self::CancelStateChange => Kind::Order,
            Self::TicketCreate
            | Self::TicketStatusChange
            | Self::TicketAttributeValueChange
            | Self::TicketResolved => Kind::Ticket,
        }
    }

    /// The events of one hub.
    pub fn of_kind(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |event| event.kind() == kind)
    }
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An order or a ticket.
    Submission(SubmissionId),
    /// The task of cancelling an order.
    Cancellation(SubmissionId, SubmissionId),
}

/// One event, for one registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub event: EventType,
    /// The event's id, the same in each attempt and at each registration.
    pub id: NoticeId,
    /// Its place among all that the registration is told: without gaps, from 1.
    pub sequence: u64,
    /// What it is about.
    pub about: About,
    /// Its state then.
    pub state: TmfState,
    /// When what it is about came into our keeping.
    pub began: Timestamp,
    /// When it happened.
    pub at: Timestamp,
}

impl Notice {
    /// The message: the same bytes in each attempt. `fields` cuts what it is about, not the event.
    pub fn body(&self, fields: &Fields) -> Vec<u8> {
        let (name, resource) = self.resource();
        let mut event = Map::new();
        event.insert(name.to_owned(), fields.of(resource));
        let body = json!({
            "eventId": self.id.to_string(),
            "eventTime": self.at.rfc3339(),
            // TM Forum's own spelling, in v4.
            "timeOcurred": self.at.rfc3339(),
            "eventType": self.event.as_str(),
            "sequenceNumber": self.sequence,
            "event": event,
        });
        body.to_string().into_bytes()
    }

    fn resource(&self) -> (&'static str, Value) {
        let state = self.state.as_str();
        let (began, at) = (self.began.rfc3339(), self.at.rfc3339());
        let kind = self.event.kind();
        match (self.about, kind) {
            (About::Submission(id), Kind::Order) => {
                let mut order = json!({ "@type": "ServiceOrder", "id": id.to_string(),
                    "href": super::href(kind, id), "state": state, "orderDate": began });
                if self.state.is_final() {
                    order["completionDate"] = json!(at);
                }
                ("serviceOrder", order)
            }
            (About::Submission(id), Kind::Ticket) => {
                let mut ticket = json!({ "@type": "TroubleTicket", "id": id.to_string(),
                    "href": super::href(kind, id), "status": state, "creationDate": began,
                    "lastUpdate": at });
                if self.event != EventType::TicketAttributeValueChange {
                    ticket["statusChangeDate"] = json!(at);
                }
                ("troubleTicket", ticket)
            }
            (About::Cancellation(id, order), _) => {
                // TMF641 wants absolute addresses here and nowhere else; by which name we are called
                // from outside is not known.
                let task = json!({ "@type": "CancelServiceOrder", "id": id.to_string(),
                    "state": state, "serviceOrder": { "id": order.to_string() } });
                ("cancelServiceOrder", task)
            }
        }
    }
}
