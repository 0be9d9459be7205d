//! What the SOAP face says: answers, rows and faults, in the contract's words.

use quick_xml::escape::escape;

use super::super::engine::{Comment, Event, Order, OrderState, Refusal, Ticket};
use super::super::exchange::Reply;
use super::contract::NAMESPACE;
use crate::domain::Operation;

/// The namespace of SOAP 1.1 itself.
pub(super) const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A refusal: `OperatorFault` and the words for people around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) code: Code,
    pub(super) words: String,
    pub(super) retry_after: Option<u64>,
}

/// `FaultCode` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    UnknownAccess,
    Invalid,
    Conflict,
    NotFound,
    Busy,
    Credentials,
    NotOffered,
    Internal,
}

impl Complaint {
    pub(super) fn new(code: Code, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), retry_after: None }
    }

    pub(super) fn invalid(words: impl Into<String>) -> Self {
        Self::new(Code::Invalid, words)
    }

    pub(super) fn reply(&self) -> Reply {
        let whose = match self.code {
            Code::Busy | Code::Internal => "soap:Server",
            _ => "soap:Client",
        };
        let retry = self.retry_after.map(|seconds| tag("RetryAfterSeconds", &seconds.to_string()));
        let body = format!(
            "<soap:Fault><faultcode>{whose}</faultcode>{}<detail>\
             <OperatorFault xmlns=\"{NAMESPACE}\">{}{}</OperatorFault></detail></soap:Fault>",
            tag("faultstring", &self.words),
            tag("Code", self.code.as_str()),
            retry.unwrap_or_default(),
        );
        envelope(500, &body)
    }
}

impl Code {
    const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAccess => "UNKNOWN_ACCESS",
            Self::Invalid => "INVALID",
            Self::Conflict => "CONFLICT",
            Self::NotFound => "NOT_FOUND",
            Self::Busy => "BUSY",
            Self::Credentials => "CREDENTIALS",
            Self::NotOffered => "NOT_OFFERED",
            Self::Internal => "INTERNAL",
        }
    }
}

impl From<Refusal> for Complaint {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Access(_) => Code::UnknownAccess,
            Refusal::Service(_) | Refusal::Subscription(_) | Refusal::ElsewhereThan(_) => {
                Code::Invalid
            }
            Refusal::TypeActive(_)
            | Refusal::TypeClaimed
            | Refusal::OrderInProgress
            | Refusal::NotActive
            | Refusal::Begun => Code::Conflict,
            Refusal::NoSuchOrder => Code::NotFound,
            Refusal::Full => Code::Internal,
        };
        Self::new(code, refusal.to_string())
    }
}

pub(super) fn placed(order: Option<&Order>) -> String {
    let state = order.map_or(OrderState::DoneSuccess, |order| order.state);
    let ids = order.map(|order| {
        tag("OrderId", &order.id) + &tag("SubscriptionId", order.subscription.as_str())
    });
    response("PlaceOrder", &(ids.unwrap_or_default() + &state_and_message(state)))
}

pub(super) fn reported(ticket: &Ticket) -> String {
    let inner = tag("TicketId", &ticket.id) + &tag("State", ticket.status.as_str());
    response("ReportFault", &inner)
}

pub(super) fn order_row(order: &Order) -> String {
    let operation = match order.wanted.operation {
        Operation::Activate => "ACTIVATE",
        Operation::Change => "CHANGE",
        Operation::Modify => "MODIFY",
        Operation::Suspend => "SUSPEND",
        Operation::Resume => "RESUME",
        Operation::Terminate => "DEACTIVATE",
    };
    format!(
        "<Order>{}{}{}{}{}{}</Order>",
        tag("OrderId", &order.id),
        order.wanted.reference.as_deref().map(|it| tag("Reference", it)).unwrap_or_default(),
        order.wanted.access.as_ref().map(|it| tag("AccessId", it.as_str())).unwrap_or_default(),
        tag("SubscriptionId", order.subscription.as_str()),
        tag("Operation", operation),
        state_and_message(order.state),
    )
}

pub(super) fn ticket_row(ticket: &Ticket) -> String {
    format!(
        "<Ticket>{}{}{}{}{}{}{}</Ticket>",
        tag("TicketId", &ticket.id),
        ticket.fault.reference.as_deref().map(|it| tag("Reference", it)).unwrap_or_default(),
        tag("State", ticket.status.as_str()),
        tag("Changed", &ticket.changed.rfc3339()),
        tag("Responsible", ticket.responsible.as_str()),
        ticket.updates.iter().map(|it| tag("Update", it)).collect::<String>(),
        ticket.comments.iter().map(comment).collect::<String>(),
    )
}

fn comment(comment: &Comment) -> String {
    let by = if comment.by == super::PROVIDER { "SP" } else { "CO" };
    let (at, text) = (comment.at.rfc3339(), &comment.message);
    format!("<Comment>{}{}{}</Comment>", tag("By", by), tag("At", &at), tag("Text", text))
}

pub(super) fn event_row(event: &Event) -> String {
    format!(
        "<Event>{}{}{}</Event>",
        tag("EventId", &event.id),
        tag("OrderId", &event.order),
        tag("State", event.state.as_str()),
    )
}

fn state_and_message(state: OrderState) -> String {
    let message = match state.message() {
        "" => String::new(),
        message => tag("Message", message),
    };
    tag("State", state.as_str()) + &message
}

fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

pub(super) fn response(request: &str, inner: &str) -> String {
    format!("<{request}Response xmlns=\"{NAMESPACE}\">{inner}</{request}Response>")
}

pub(super) fn envelope(status: u16, body: &str) -> Reply {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soap:Envelope xmlns:soap=\"{ENVELOPE}\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    );
    Reply {
        status,
        content_type: "text/xml; charset=utf-8",
        headers: Vec::new(),
        body: document.into_bytes(),
    }
}
