//! The face that speaks PI-API 2.2: JSON, HTTP Basic.
//!
//! Offered are `orders/`, `orderevents/`, `accesses/{accessId}` and tickets (`getTemplate`,
//! `getTickets`, `ticket`); whatever else is asked for is answered 501. It has no word for a change
//! of service, none for a date and none for the provider's reference of an order, as the text has
//! none. What operators are told in it besides that is in [`orders`] and [`tickets`].

mod orders;
mod tickets;

use super::engine::{Engine, Refusal};
use super::exchange::{Asked, Reply};
use super::on_api::Complaint;
use crate::domain::AccessId;

/// Where the interface is on its host. The text writes tickets without the version, and orders and
/// accesses below one root with it: here all are below the root.
pub(super) const BASE_PATH: &str = "/api/2.2/";

/// Answers one request of somebody who has shown the right credentials.
pub(super) fn answer(engine: &mut Engine, asked: &Asked<'_>) -> Reply {
    route(engine, asked).unwrap_or_else(|complaint| complaint.reply())
}

fn route(engine: &mut Engine, asked: &Asked<'_>) -> Result<Reply, Complaint> {
    let not_offered = || Complaint::new(501, "Unknown or unimplemented endpoint");
    let path = asked.path.strip_prefix(BASE_PATH).ok_or_else(not_offered)?;
    match (asked.method, path.split_once('/')) {
        ("POST", Some(("orders", ""))) => orders::place(engine, asked),
        ("GET", Some(("orders", id))) if !id.is_empty() => orders::one(engine, id, asked),
        ("GET", Some(("orderevents", ""))) => orders::events(engine, asked),
        ("GET", Some(("accesses", id))) if !id.is_empty() => {
            orders::availability(engine, id, asked)
        }
        ("GET", None) if path == "getTemplate" => tickets::template(asked),
        ("GET", None) if path == "getTickets" => tickets::list(engine, asked),
        ("POST", None) if path == "ticket" => tickets::create(engine, asked),
        ("GET", Some(("ticket", id))) if !id.is_empty() => tickets::one(engine, id, asked),
        ("POST", Some(("ticket", id))) if !id.is_empty() => tickets::update(engine, id, asked),
        _ => Err(not_offered()),
    }
}

/// "Får enbart bestå av tecknen a-z, A-Z, 0-9, '-' och '.'", 32 of them at most.
fn is_access_id(text: &str) -> bool {
    text.len() <= 32 && AccessId::parse(text).is_ok()
}

/// Every refusal of an order is a 400 here.
fn complaint(refusal: &Refusal) -> Complaint {
    match refusal {
        Refusal::Full => Complaint::new(500, refusal.to_string()),
        refusal => Complaint::invalid(refusal.to_string()),
    }
}
