//! What we say: orders and tickets, from the fields that may leave and nothing else.
//!
//! Strict: a value without the format of the specification is as good as missing, and the message
//! is not made. Members stand in the order of the structs below, so that the same case gives the
//! same bytes.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::on_api::description::{FACTS, Fact, as_it_is, describe, yes_or_no};
use super::super::on_api::write::{
    Fields, boolean, line, post, problem_type, reference, service, short_text,
};
use super::super::{EncodeError, Request};
use super::customer::{Customer, CustomerInformation, DeliveryAddress};
use super::questions::{Problem, Question, answers};
use super::{operation, update};
use crate::domain::{AccessId, Act, Field};

/// The most characters of an access id: ON-API's has four more.
const ACCESS_ID_MAX: usize = 32;

/// The most characters of a description. The specification has no limit; this one is ours.
pub(super) const DESCRIPTION_MAX: usize = 2_000;

/// The facts that ON-API has members for, and PI-API has not.
pub(super) const MORE_FACTS: &[Fact] = &[
    ("Länk", Field::FaultLink, yes_or_no),
    ("MAC", Field::CpeMac, as_it_is),
    ("IP", Field::IpAddress, as_it_is),
];

/// The request that asks for this. `text` gives the fields that may leave; it is asked for no field
/// that [`PiApi`](super::PiApi) does not carry for it. `questions` are the recipient's.
///
/// The operation is the act itself in PI-API's words, so it stands in an order whether or not
/// the field [`Field::Operation`] is given.
pub fn write<'a>(
    act: Act,
    text: &dyn Fn(Field) -> Option<&'a str>,
    questions: &[Question],
) -> Result<Request, EncodeError> {
    let fields = Fields(text);
    match act {
        Act::Activate => Ok(post("orders/", &Activation::of(fields)?)),
        Act::Terminate => Ok(post("orders/", &Order::of(act, fields)?)),
        Act::Report => Ok(post("ticket", &Ticket::of(fields, questions)?)),
        Act::Supplement | Act::Close | Act::Reopen => update::write(act, fields),
        _ => Err(EncodeError::Act(act)),
    }
}

/// `service_activation.md`: what every order has, and all that the end of a service has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    access_id: &'a str,
    service: &'a str,
    operation: Option<&'static str>,
}

impl<'a> Order<'a> {
    fn of(act: Act, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        Ok(Self {
            access_id: fields.required(Field::AccessId, access_id)?,
            service: fields.required(Field::ServiceId, service)?,
            operation: operation(act),
        })
    }
}

/// `service_activation.md`: the start of a service. Each member is mandatory, the two blocks with all
/// of theirs; the list of equipment is "always sent whole", and whole it may be empty.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Activation<'a> {
    #[serde(flatten)]
    order: Order<'a>,
    forced_takeover: bool,
    customer: Customer<'a>,
    delivery_address: DeliveryAddress<'a>,
    equipment: Vec<Equipment<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Equipment<'a> {
    vendor_id: &'a str,
}

impl<'a> Activation<'a> {
    fn of(fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let equipment = fields.optional(Field::CpeModel, short_text)?;
        Ok(Self {
            order: Order::of(Act::Activate, fields)?,
            forced_takeover: fields.optional(Field::ForcedTakeover, boolean)?.unwrap_or(false),
            customer: Customer::of(fields)?,
            delivery_address: DeliveryAddress::of(fields)?,
            equipment: equipment.map(|vendor_id| Equipment { vendor_id }).into_iter().collect(),
        })
    }
}

/// tt.md, createTicket.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ticket<'a> {
    title: Cow<'a, str>,
    description: Cow<'a, str>,
    priority: &'static str,
    access_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_information: Option<CustomerInformation<'a>>,
    services: [Affected<'a>; 1],
}

/// One of a ticket's services; ours are about one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Affected<'a> {
    service: &'a str,
    problem: &'static str,
    extra_info: Map<String, Value>,
}

impl<'a> Ticket<'a> {
    fn of(fields: Fields<'_, 'a>, questions: &[Question]) -> Result<Self, EncodeError> {
        let (code, name) = fields.required(Field::ProblemType, problem_type)?;
        let missing = EncodeError::Missing(Field::ProblemType);
        let problem = Problem::of_type(code).ok_or(missing)?;
        let service = fields.required(Field::ServiceId, service)?;
        let (extra_info, told) = answers(questions, problem, service, fields.0)?;
        // Where the policy opens neither, the problem type says it again in words: no more is told.
        let title = match fields.optional(Field::FaultHeading, line)? {
            Some(title) => Cow::Owned(title),
            None => Cow::Borrowed(name),
        };
        // What has been told as an answer is not told again.
        let rest = |field: Field| (fields.0)(field).filter(|_| !told.contains(&field));
        let lines = FACTS.iter().chain(MORE_FACTS).copied();
        // How bad it is has a member of its own.
        let lines = lines.filter(|(_, field, _)| *field != Field::FaultSeverity);
        let description = match describe(lines, &rest, DESCRIPTION_MAX) {
            nothing if nothing.is_empty() => Cow::Borrowed(name),
            description => Cow::Owned(description),
        };
        let severity = fields.optional(Field::FaultSeverity, priority)?;
        Ok(Self {
            title,
            description,
            priority: severity.unwrap_or("INDETERMINATE"),
            access_id: fields.required(Field::AccessId, access_id)?,
            sp_reference: fields.optional(Field::CaseReference, reference)?,
            customer_information: CustomerInformation::of(fields)?,
            services: [Affected { service, problem: problem.as_str(), extra_info }],
        })
    }
}

/// `[-.a-zA-Z0-9]+`, at most 32 (2.2.1; the page of orders still has the narrower set of 2.2.0).
fn access_id(text: &str) -> Option<&str> {
    (text.len() <= ACCESS_ID_MAX && AccessId::parse(text).is_ok()).then_some(text)
}

/// A hint to the operator, in its words.
fn priority(severity: &str) -> Option<&'static str> {
    match severity {
        "minor" => Some("MINOR"),
        "moderate" => Some("MEDIUM"),
        "significant" => Some("MAJOR"),
        "extensive" => Some("CRITICAL"),
        _ => None,
    }
}
