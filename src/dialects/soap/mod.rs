//! SOAP 1.1, document/literal, with our own schema (`schemas/soap/`): what ON-API 2.6 says
//! about orders and tickets, and a contact block that a policy opens for a booked visit.
//!
//! Two pure halves: `write` puts a minimised case, or a question, into an envelope; `read` says what
//! an answer means. It holds no socket, no clock and no password: [`security`] writes the
//! WS-Security header, and the wire puts it where a request's `security_offset` points.

mod layout;
mod read;
pub mod security;
mod shape;
#[cfg(test)]
mod tests;
mod write;
mod xml;

use super::{
    Answer, Dialect, EncodeError, FeedEvent, Finding, Heard, Message, Progress, Query, Sought,
    Verdict,
};
use crate::domain::{Act, Field, OperatorReference};
use crate::minimise::Minimised;

pub use write::message as write;

/// Version 1 of our SOAP interface: `urn:sluss:operator:1`.
#[derive(Clone, Copy, Debug)]
pub struct Soap;

impl Dialect for Soap {
    fn name(&self) -> &'static str {
        "soap 1"
    }

    fn carries(&self, act: Act) -> &'static [Field] {
        layout::carries(act)
    }

    fn encode(&self, minimised: &Minimised<'_>) -> Result<Message, EncodeError> {
        write::message(minimised.act(), &|field| minimised.text(field)).map(Message::new)
    }

    fn decode(&self, act: Act, answer: &Answer) -> Verdict {
        read::verdict(act, answer)
    }

    fn find(&self, sought: &Sought) -> Query {
        if let Some(about) = &sought.about {
            return self.follow(sought.act, about);
        }
        let (access, reference) = (sought.access.as_str(), sought.reference.as_str());
        Query::new(if sought.act.is_fault() {
            write::question(Call::FindTickets, &[("Reference", reference)])
        } else {
            write::question(Call::FindOrders, &[("AccessId", access), ("Reference", reference)])
        })
    }

    fn found(&self, sought: &Sought, answer: &Answer) -> Finding {
        read::finding(sought, answer)
    }

    fn follow(&self, act: Act, reference: &OperatorReference) -> Query {
        let id = reference.as_str();
        Query::new(if act.is_fault() {
            write::question(Call::GetTicket, &[("TicketId", id)])
        } else {
            write::question(Call::GetOrder, &[("OrderId", id)])
        })
    }

    fn followed(&self, act: Act, answer: &Answer) -> Progress {
        read::progress(act, answer)
    }

    fn heard(&self, act: Act, answer: &Answer) -> Heard {
        if act.is_fault() { read::heard(answer) } else { Heard::default() }
    }

    fn feed(&self, since: Option<&str>) -> Option<Query> {
        // An id that the schema does not know cannot be asked for. The whole feed then comes again,
        // which costs time and nothing else.
        let since = since.filter(|event| OperatorReference::parse(event).is_ok());
        let members: Vec<_> = since.map(|event| ("Since", event)).into_iter().collect();
        Some(Query::new(write::question(Call::GetOrderEvents, &members)))
    }

    fn fed(&self, answer: &Answer) -> Option<Vec<FeedEvent>> {
        read::events(answer)
    }

    fn id_members(&self) -> &'static [&'static str] {
        &["Reference", "AccessId", "SubscriptionId", "OrderId", "TicketId"]
    }
}

/// Namespace of the operations, and the version of the interface.
const OPERATOR: &str = "urn:sluss:operator:1";

/// Namespace of SOAP 1.1 (W3C Note of 8 May 2000). That of SOAP 1.2 is another.
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The operations of the interface. All have one address: body and `SOAPAction` tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    PlaceOrder,
    ReportFault,
    AmendOrder,
    CancelOrder,
    UpdateTicket,
    FindOrders,
    FindTickets,
    GetOrder,
    GetTicket,
    GetOrderEvents,
}

impl Call {
    /// The element that asks.
    const fn request(self) -> &'static str {
        match self {
            Self::PlaceOrder => "PlaceOrder",
            Self::ReportFault => "ReportFault",
            Self::AmendOrder => "AmendOrder",
            Self::CancelOrder => "CancelOrder",
            Self::UpdateTicket => "UpdateTicket",
            Self::FindOrders => "FindOrders",
            Self::FindTickets => "FindTickets",
            Self::GetOrder => "GetOrder",
            Self::GetTicket => "GetTicket",
            Self::GetOrderEvents => "GetOrderEvents",
        }
    }

    /// The element that answers.
    const fn response(self) -> &'static str {
        match self {
            Self::PlaceOrder => "PlaceOrderResponse",
            Self::ReportFault => "ReportFaultResponse",
            Self::AmendOrder => "AmendOrderResponse",
            Self::CancelOrder => "CancelOrderResponse",
            Self::UpdateTicket => "UpdateTicketResponse",
            Self::FindOrders => "FindOrdersResponse",
            Self::FindTickets => "FindTicketsResponse",
            Self::GetOrder => "GetOrderResponse",
            Self::GetTicket => "GetTicketResponse",
            Self::GetOrderEvents => "GetOrderEventsResponse",
        }
    }

    /// The header value, in the quotation marks that SOAP 1.1 section 6.1.1 asks for.
    const fn soap_action(self) -> &'static str {
        match self {
            Self::PlaceOrder => "\"urn:sluss:operator:1#PlaceOrder\"",
            Self::ReportFault => "\"urn:sluss:operator:1#ReportFault\"",
            Self::AmendOrder => "\"urn:sluss:operator:1#AmendOrder\"",
            Self::CancelOrder => "\"urn:sluss:operator:1#CancelOrder\"",
            Self::UpdateTicket => "\"urn:sluss:operator:1#UpdateTicket\"",
            Self::FindOrders => "\"urn:sluss:operator:1#FindOrders\"",
            Self::FindTickets => "\"urn:sluss:operator:1#FindTickets\"",
            Self::GetOrder => "\"urn:sluss:operator:1#GetOrder\"",
            Self::GetTicket => "\"urn:sluss:operator:1#GetTicket\"",
            Self::GetOrderEvents => "\"urn:sluss:operator:1#GetOrderEvents\"",
        }
    }
}
