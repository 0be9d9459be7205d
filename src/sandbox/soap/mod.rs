//! The face that speaks our SOAP 1.1 contract: document/literal XML, WS-Security user name and
//! password.
//!
//! One address, one POST for each request; every refusal is a `soap:Fault` with HTTP 500 and the
//! contract's `OperatorFault`. What a request may hold is in [`contract`], the
//! XML in [`tree`], and what is answered in [`words`].

mod contract;
mod tree;
mod words;

use serde_json::Map;

use super::engine::{
    Amended, Engine, Fault, Placed, ProblemType, Read, Responsible, TicketStatus, Update, Wanted,
};
use super::exchange::{Asked, Reply};
use super::formats::moment;
use super::identity::holds_identity_number;
use crate::domain::{AccessId, Operation, SubscriptionId};
use contract::NAMESPACE;
use tree::Element;
use words::{Code, Complaint, ENVELOPE};
use words::{envelope, event_row, order_row, placed, reported, response, ticket_row};

/// Where the interface is on its host.
pub(super) const BASE_PATH: &str = "/soap/";

/// The one address, behind [`BASE_PATH`].
const ADDRESS: &str = "operator";

const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PASSWORD_TEXT: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

/// Who writes for the provider.
const PROVIDER: &str = "support";

/// The most rows of a list, by the contract.
const ROWS_MAX: usize = 500;

/// Answers one request, whoever it is from.
pub(super) fn answer(
    engine: &mut Engine,
    asked: &Asked<'_>,
    username: &str,
    password: &str,
) -> Reply {
    match respond(engine, asked, username, password) {
        Ok(body) => envelope(200, &body),
        Err(complaint) => complaint.reply(),
    }
}

/// Whether the request hands something over. What cannot be read counts as a message.
pub(super) fn is_message(asked: &Asked<'_>) -> bool {
    let envelope = Element::parse(asked.body);
    let request = envelope.as_ref().and_then(|envelope| body_of(envelope).ok());
    asked.method == "POST"
        && request.is_none_or(|it| !it.name.starts_with("Find") && !it.name.starts_with("Get"))
}

/// An answer that stands for this HTTP status, with nothing done.
pub(super) fn trouble(status: u16, retry_after: Option<u64>) -> Reply {
    let code = match status {
        401 | 403 => Code::Credentials,
        404 => Code::NotFound,
        409 => Code::Conflict,
        429 | 503 => Code::Busy,
        501 => Code::NotOffered,
        400..=499 => Code::Invalid,
        _ => Code::Internal,
    };
    Complaint { code, words: "The simulator was told to fail".into(), retry_after }.reply()
}

fn respond(
    engine: &mut Engine,
    asked: &Asked<'_>,
    username: &str,
    password: &str,
) -> Result<String, Complaint> {
    let here = asked.path.strip_prefix(BASE_PATH) == Some(ADDRESS) && asked.method == "POST";
    if !here {
        return Err(Complaint::new(Code::NotOffered, "Nothing is offered at this address"));
    }
    if !asked.has_content_type("text/xml") {
        return Err(Complaint::invalid("Content-Type must be text/xml"));
    }
    let envelope = Element::parse(asked.body)
        .filter(|envelope| envelope.is(ENVELOPE, "Envelope"))
        .ok_or_else(|| Complaint::invalid("Not a SOAP 1.1 envelope"))?;
    if !is_from(&envelope, username, password) {
        return Err(Complaint::new(Code::Credentials, "Unknown user name or password"));
    }
    let request = body_of(&envelope)?;
    let places = contract::request(&request.name)
        .filter(|_| request.namespace == NAMESPACE)
        .ok_or_else(|| Complaint::new(Code::NotOffered, "No such operation"))?;
    let action = format!("\"{NAMESPACE}#{}\"", request.name);
    if asked.header("soapaction") != Some(action.as_str()) {
        return Err(Complaint::invalid("SOAPAction does not name the operation"));
    }
    if request.any_text(holds_identity_number) {
        return Err(Complaint::invalid("Personal identity number posted"));
    }
    contract::check(request, places).map_err(Complaint::invalid)?;
    perform(engine, asked, request)
}

/// Does what a request that keeps to the contract asks for.
fn perform(engine: &mut Engine, asked: &Asked<'_>, request: &Element) -> Result<String, Complaint> {
    let now = asked.now;
    let text = |name: &str| text_of(request, name);
    let not_found = |what: &str| Complaint::new(Code::NotFound, what);
    match request.name.as_str() {
        "PlaceOrder" => place(engine, asked, request),
        "ReportFault" => report(engine, asked, request),
        "AmendOrder" => {
            let amended = Amended {
                service: text("ServiceId").map(str::to_owned),
                requested: text("RequestedDate").and_then(moment),
                shown_again: Map::new(),
            };
            let id = text("OrderId").unwrap_or_default();
            engine.amend(id, amended, now)?;
            Ok(response("AmendOrder", "<State>RECEIVED</State>"))
        }
        "CancelOrder" => {
            engine.take_back(text("OrderId").unwrap_or_default(), now)?;
            Ok(response("CancelOrder", ""))
        }
        "UpdateTicket" => update(engine, asked, request),
        "FindOrders" => {
            let access = access_of(request)?;
            Ok(response("FindOrders", &find_orders(engine, asked, &access, text("Reference"))))
        }
        "FindTickets" => {
            let found = text("Reference").and_then(|it| engine.ticket_with_reference(it));
            let id = found.map(|ticket| ticket.id.clone()).unwrap_or_default();
            engine.before(Read::Ticket(&id), now);
            let row = engine.ticket(&id).map(ticket_row);
            Ok(response("FindTickets", &row.unwrap_or_default()))
        }
        "GetOrder" => {
            let id = text("OrderId").unwrap_or_default();
            engine.before(Read::Order(id), now);
            let order = engine.order(id).ok_or_else(|| not_found("No such order"))?;
            Ok(response("GetOrder", &order_row(order)))
        }
        "GetTicket" => {
            let id = text("TicketId").unwrap_or_default();
            engine.before(Read::Ticket(id), now);
            let ticket = engine.ticket(id).ok_or_else(|| not_found("No such ticket"))?;
            Ok(response("GetTicket", &ticket_row(ticket)))
        }
        "GetOrderEvents" => {
            engine.before(Read::Orders, now);
            let events = engine.events(text("Since")).ok_or_else(|| not_found("No such event"))?;
            let rows = events.iter().take(ROWS_MAX).map(event_row);
            Ok(response("GetOrderEvents", &rows.collect::<String>()))
        }
        _ => Err(Complaint::new(Code::NotOffered, "No such operation")),
    }
}

/// A reference is given once only, so there is one order with it or none.
fn find_orders(
    engine: &mut Engine,
    asked: &Asked<'_>,
    access: &AccessId,
    reference: Option<&str>,
) -> String {
    let Some(reference) = reference else {
        engine.before(Read::OrdersAt(access), asked.now);
        let here = engine.orders().filter(|order| order.is_at(access));
        return here.take(ROWS_MAX).map(order_row).collect();
    };
    let found = engine.order_with_reference(reference).filter(|order| order.is_at(access));
    let id = found.map(|order| order.id.clone()).unwrap_or_default();
    engine.before(Read::Order(&id), asked.now);
    engine.order(&id).map(order_row).unwrap_or_default()
}

fn place(engine: &mut Engine, asked: &Asked<'_>, request: &Element) -> Result<String, Complaint> {
    let text = |name: &str| text_of(request, name).map(str::to_owned);
    let reference = text("Reference");
    engine.work_until(asked.now);
    if let Some(order) = reference.as_deref().and_then(|it| engine.order_with_reference(it)) {
        return Ok(placed(Some(order)));
    }
    let operation = match text_of(request, "Operation") {
        Some("ACTIVATE") => Operation::Activate,
        Some("CHANGE") => Operation::Change,
        Some("MODIFY") => Operation::Modify,
        Some("SUSPEND") => Operation::Suspend,
        Some("RESUME") => Operation::Resume,
        _ => Operation::Terminate,
    };
    let needs: &[&str] = match operation {
        Operation::Activate => &["AccessId", "ServiceId"],
        Operation::Change => &["SubscriptionId", "ServiceId"],
        Operation::Modify | Operation::Suspend | Operation::Resume | Operation::Terminate => {
            &["SubscriptionId"]
        }
    };
    if let Some(missing) = needs.iter().find(|name| text_of(request, name).is_none()) {
        return Err(Complaint::invalid(format!("{missing} is missing")));
    }
    let wanted = Wanted {
        operation,
        access: if text("AccessId").is_some() { Some(access_of(request)?) } else { None },
        service: text("ServiceId"),
        subscription: text("SubscriptionId").and_then(|it| SubscriptionId::parse(&it).ok()),
        reference,
        name: None,
        requested: text_of(request, "RequestedDate").and_then(moment),
        forced_takeover: text_of(request, "ForcedTakeover") == Some("true"),
        shown_again: Map::new(),
    };
    Ok(match engine.place(wanted, asked.now)? {
        Placed::New(order) | Placed::Existing(order) => placed(Some(order)),
        Placed::AlreadySo(_) => placed(None),
    })
}

fn report(engine: &mut Engine, asked: &Asked<'_>, request: &Element) -> Result<String, Complaint> {
    let text = |name: &str| text_of(request, name).map(str::to_owned);
    let reference = text("Reference");
    engine.work_until(asked.now);
    if let Some(ticket) = reference.as_deref().and_then(|it| engine.ticket_with_reference(it)) {
        return Ok(reported(ticket));
    }
    let problem = text_of(request, "ProblemType").and_then(ProblemType::parse);
    let fault = Fault {
        access: access_of(request)?,
        reference,
        customer_reference: None,
        created_by: String::new(),
        heading: text("Heading").unwrap_or_default(),
        description: text("Description").unwrap_or_default(),
        problem: problem.unwrap_or(ProblemType::Other),
        shown_again: Map::new(),
    };
    Ok(reported(engine.file(fault, asked.now)?))
}

/// The same reference again changes nothing.
fn update(engine: &mut Engine, asked: &Asked<'_>, request: &Element) -> Result<String, Complaint> {
    let text = |name: &str| text_of(request, name);
    let not_found = || Complaint::new(Code::NotFound, "No such ticket");
    let id = text("TicketId").unwrap_or_default();
    let reference = text("Reference").unwrap_or_default();
    let known = engine.ticket(id).ok_or_else(not_found)?.updates.iter().any(|it| it == reference);
    if !known {
        let status = match text("Action") {
            Some("CLOSE") => Some(TicketStatus::Closed),
            Some("REOPEN") => Some(TicketStatus::InProgressCo),
            _ => None,
        };
        let said = [text("Description"), text("Note")].into_iter().flatten().collect::<Vec<_>>();
        let update = Update {
            comment: (!said.is_empty()).then(|| (PROVIDER.to_owned(), said.join(" "))),
            status,
            responsible: text("Responsible").and_then(Responsible::parse),
            accepted: None,
            reference: Some(reference.to_owned()),
        };
        engine.update(id, update, asked.now).ok_or_else(not_found)?;
    }
    let state = engine.ticket(id).ok_or_else(not_found)?.status.as_str();
    Ok(response("UpdateTicket", &format!("<State>{state}</State>")))
}

/// The one request in an envelope's body.
fn body_of(envelope: &Element) -> Result<&Element, Complaint> {
    match envelope.child(ENVELOPE, "Body").map(|body| body.children.as_slice()) {
        Some([request]) => Ok(request),
        _ => Err(Complaint::invalid("The body must hold one request")),
    }
}

/// Whether a message shows these credentials: WS-Security `UsernameToken` with the password as it
/// is, which is for connections that nobody can read along.
fn is_from(envelope: &Element, username: &str, password: &str) -> bool {
    let token = envelope
        .child(ENVELOPE, "Header")
        .and_then(|header| header.child(WSSE, "Security"))
        .and_then(|security| security.child(WSSE, "UsernameToken"));
    let Some(token) = token else { return false };
    let name = token.child(WSSE, "Username").map(|it| it.text.as_str());
    let shown = token
        .child(WSSE, "Password")
        .filter(|it| it.attribute("Type").is_none_or(|kind| kind == PASSWORD_TEXT));
    name == Some(username) && shown.is_some_and(|it| it.text == password)
}

fn text_of<'a>(request: &'a Element, name: &str) -> Option<&'a str> {
    request.child(NAMESPACE, name).map(|child| child.text.as_str())
}

fn access_of(request: &Element) -> Result<AccessId, Complaint> {
    AccessId::parse(text_of(request, "AccessId").unwrap_or_default())
        .map_err(|_| Complaint::invalid("AccessId is not in its format"))
}
