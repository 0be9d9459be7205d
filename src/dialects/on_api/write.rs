//! What we say: orders and tickets, from the fields that may leave and nothing else.
//!
//! Strict: a value that does not have the data format of the specification is as good as missing,
//! and the message is not made. Left out silently, a broken `requestedDateTime` would mean "at
//! once". Members stand in the order of the structs below, so the same case gives the same bytes.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;

use super::super::{Dialect, EncodeError, Method, Request};
use super::description::{FACTS, TEXT_MAX, describe, one_line};
use super::version::{NamedBy, Version};
use super::{OnApi, about, operation};
use crate::domain::{AccessId, Act, Field, OpaqueReference, ServiceId, SubscriptionId, Timestamp};
use crate::minimise::cut;

/// Looks up the text of a field that may leave.
pub(in crate::dialects) type Text<'t, 'a> = &'t dyn Fn(Field) -> Option<&'a str>;

/// Whoever reports faults, as the operator is told: a role, never one of our staff.
pub(super) const CREATED_BY: &str = "support";

/// The request that asks for this. `text` gives the fields that may leave; it is asked for no field
/// that the dialect does not carry for it.
///
/// The operation is the act itself in ON-API's words, so it stands in an order whether or not
/// the field [`Field::Operation`] is given.
pub fn write<'a>(
    dialect: &OnApi,
    act: Act,
    text: &dyn Fn(Field) -> Option<&'a str>,
) -> Result<Request, EncodeError> {
    let (version, fields) = (dialect.0, Fields(text));
    if dialect.carries(act).is_empty() {
        return Err(EncodeError::Act(act));
    }
    match act {
        Act::Activate => Ok(post("orders/", &Order::activate(version, fields)?)),
        Act::Change => Ok(post("orders/", &Order::change(version, fields)?)),
        Act::Modify => Ok(post("orders/", &Order::modify(version, fields)?)),
        Act::Suspend | Act::Resume => Ok(post("orders/", &Order::pause(act, version, fields)?)),
        Act::Terminate => Ok(post("orders/", &Order::deactivate(version, fields)?)),
        Act::Report => Ok(post("tickets", &Ticket::report(version, fields)?)),
        Act::Amend | Act::Cancel | Act::Supplement | Act::Close | Act::Reopen => {
            about::write(act, fields)
        }
        Act::Answer => super::contact::answer(fields),
        Act::Ask | Act::Notify => Err(EncodeError::Act(act)),
    }
}

/// spec/orders.md, "Fields". Which of them an order has, and whether an empty one stands in it, is
/// for the version to say.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forced_takeover: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equipment: Option<Vec<Equipment<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_subscription_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    characteristics: Option<Characteristics<'a>>,
}

impl<'a> Order<'a> {
    fn activate(version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let sp_reference = fields.optional(Field::CaseReference, reference)?;
        if version.reference_required && sp_reference.is_none() {
            return Err(EncodeError::Missing(Field::CaseReference));
        }
        // Where nothing may be left out, nothing said is "no" and "none".
        let empty = version.writes_empty;
        let forced_takeover = fields.optional(Field::ForcedTakeover, boolean)?;
        let equipment = Equipment::list(fields)?;
        Ok(Self {
            access_id: Some(fields.required(Field::AccessId, |text| access_id(version, text))?),
            service: Some(fields.required(Field::ServiceId, service)?),
            operation: operation(Act::Activate),
            forced_takeover: forced_takeover.or(empty.then_some(false)),
            equipment: equipment.or_else(|| empty.then(Vec::new)),
            sp_reference,
            // The same word for both: it stays with the subscription when an order about it has
            // brought another reference, and when the operator gives it another id.
            sp_subscription_id: sp_reference.filter(|_| version.named_by != NamedBy::Access),
            requested_date_time: fields.optional(Field::RequestedDate, date_time)?,
            characteristics: Characteristics::of(fields)?,
            ..Self::default()
        })
    }

    fn change(version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        Ok(Self {
            service: Some(fields.required(Field::ServiceId, service)?),
            equipment: Equipment::list(fields)?,
            sp_reference: fields.optional(Field::CaseReference, reference)?,
            characteristics: Characteristics::of(fields)?,
            ..Self::existing(Act::Change, version, fields)?
        })
    }

    /// The same service with other equipment or characteristics: these are all there is to say.
    fn modify(version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let order = Self {
            equipment: Equipment::list(fields)?,
            sp_reference: fields.optional(Field::CaseReference, reference)?,
            characteristics: Characteristics::of(fields)?,
            ..Self::existing(Act::Modify, version, fields)?
        };
        if order.equipment.is_none() && order.characteristics.is_none() {
            return Err(EncodeError::Missing(Field::CpeMac));
        }
        Ok(order)
    }

    /// A pause, or its end.
    fn pause(act: Act, version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        Ok(Self {
            sp_reference: fields.optional(Field::CaseReference, reference)?,
            ..Self::existing(act, version, fields)?
        })
    }

    fn deactivate(version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        Self::existing(Act::Terminate, version, fields)
    }

    /// An order about a service that exists, named as the version has it.
    fn existing(act: Act, version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let by_access = version.named_by != NamedBy::Subscription;
        let by_subscription = version.named_by != NamedBy::Access;
        let mut order = Self {
            operation: operation(act),
            requested_date_time: fields.optional(Field::RequestedDate, date_time)?,
            ..Self::default()
        };
        if by_access {
            let access = fields.required(Field::AccessId, |text| access_id(version, text))?;
            order.access_id = Some(access);
            order.service = Some(fields.required(Field::ServiceId, service)?);
        }
        if by_subscription {
            order.subscription_id = Some(fields.required(Field::SubscriptionId, subscription_id)?);
        }
        Ok(order)
    }
}

/// common/dataformats.md, "equipment".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Equipment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac_address: Option<String>,
}

impl<'a> Equipment<'a> {
    /// The whole list, as it must be sent each time (2.3.1 `service_activation.md`, `equipment`).
    pub(super) fn list(fields: Fields<'_, 'a>) -> Result<Option<Vec<Self>>, EncodeError> {
        let one = Self {
            vendor_id: fields.optional(Field::CpeModel, short_text)?,
            mac_address: fields.optional(Field::CpeMac, mac_address)?,
        };
        Ok((one.vendor_id.is_some() || one.mac_address.is_some()).then(|| vec![one]))
    }
}

/// common/dataformats.md, "characteristics".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Characteristics<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_ip: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_addresses: Option<Vec<&'a str>>,
    #[serde(rename = "SLA", skip_serializing_if = "Option::is_none")]
    sla: Option<&'a str>,
}

impl<'a> Characteristics<'a> {
    pub(super) fn of(fields: Fields<'_, 'a>) -> Result<Option<Self>, EncodeError> {
        let all = Self {
            fixed_ip: fields.optional(Field::FixedIp, boolean)?,
            ip_addresses: fields.optional(Field::IpAddress, ip_addresses)?,
            sla: fields.optional(Field::Sla, short_text)?,
        };
        let any = all.fixed_ip.is_some() || all.ip_addresses.is_some() || all.sla.is_some();
        Ok(any.then_some(all))
    }
}

/// spec/tickets.md, "POST tickets". The heading and the description are required there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ticket<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_ticket_reference: Option<&'a str>,
    access_id: &'a str,
    created_by: &'static str,
    heading: Cow<'a, str>,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_id: Option<&'a str>,
    problem_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<AdditionalInfo<'a>>,
}

impl<'a> Ticket<'a> {
    fn report(version: &Version, fields: Fields<'_, 'a>) -> Result<Self, EncodeError> {
        let our_reference = fields.optional(Field::CaseReference, reference)?;
        let (problem_type, name) = fields.required(Field::ProblemType, problem_type)?;
        // Where the policy opens neither, the problem type says it again in words: no more is told.
        let heading = match fields.optional(Field::FaultHeading, line)? {
            Some(heading) => Cow::Owned(heading),
            None => Cow::Borrowed(name),
        };
        let description = match describe(FACTS.iter().copied(), fields.0, TEXT_MAX) {
            nothing if nothing.is_empty() => Cow::Borrowed(name),
            description => Cow::Owned(description),
        };
        Ok(Self {
            sp_reference: our_reference,
            sp_ticket_reference: our_reference,
            access_id: fields.required(Field::AccessId, |text| access_id(version, text))?,
            created_by: CREATED_BY,
            heading,
            description,
            subscription_id: fields.optional(Field::SubscriptionId, subscription_id)?,
            problem_type,
            additional_info: AdditionalInfo::of(fields)?,
        })
    }
}

/// spec/tickets.md, "additionalInfo". `link` is a boolean, whatever the example there shows.
#[derive(Serialize)]
struct AdditionalInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<bool>,
}

impl<'a> AdditionalInfo<'a> {
    fn of(fields: Fields<'_, 'a>) -> Result<Option<Self>, EncodeError> {
        let all = Self {
            ip: fields.optional(Field::IpAddress, ip_address)?,
            mac: fields.optional(Field::CpeMac, mac_address)?,
            link: fields.optional(Field::FaultLink, boolean)?,
        };
        let any = all.ip.is_some() || all.mac.is_some() || all.link.is_some();
        Ok(any.then_some(all))
    }
}

/// The fields that may leave, read by the data formats of the specification.
#[derive(Clone, Copy)]
pub(in crate::dialects) struct Fields<'t, 'a>(pub(in crate::dialects) Text<'t, 'a>);

impl<'a> Fields<'_, 'a> {
    pub(in crate::dialects) fn optional<T>(
        self,
        field: Field,
        format: impl Fn(&'a str) -> Option<T>,
    ) -> Result<Option<T>, EncodeError> {
        (self.0)(field).map(|text| format(text).ok_or(EncodeError::Missing(field))).transpose()
    }

    pub(in crate::dialects) fn required<T>(
        self,
        field: Field,
        format: impl Fn(&'a str) -> Option<T>,
    ) -> Result<T, EncodeError> {
        self.optional(field, format)?.ok_or(EncodeError::Missing(field))
    }
}

pub(in crate::dialects) fn post(path: &str, message: &impl Serialize) -> Request {
    hand_over(Method::Post, path.to_owned(), message)
}

#[expect(clippy::expect_used, reason = "strings and booleans in structs: nothing in it can fail")]
pub(in crate::dialects) fn hand_over(
    method: Method,
    path: String,
    message: &impl Serialize,
) -> Request {
    Request {
        method,
        path,
        content_type: Some("application/json"),
        soap_action: None,
        body: serde_json::to_vec(message).expect("no map with keys that are not strings"),
        security_offset: None,
    }
}

// The data formats (common/dataformats.md), each as it goes on the wire, or nothing.

fn access_id<'t>(version: &Version, text: &'t str) -> Option<&'t str> {
    (AccessId::parse(text).is_ok() && text.len() <= version.access_id_max).then_some(text)
}

fn subscription_id(text: &str) -> Option<&str> {
    SubscriptionId::parse(text).is_ok().then_some(text)
}

pub(in crate::dialects) fn service(text: &str) -> Option<&str> {
    ServiceId::parse(text).is_ok().then_some(text)
}

pub(in crate::dialects) fn reference(text: &str) -> Option<&str> {
    OpaqueReference::parse(text).is_some().then_some(text)
}

pub(in crate::dialects) fn boolean(text: &str) -> Option<bool> {
    text.parse().ok()
}

pub(super) fn date_time(text: &str) -> Option<String> {
    Timestamp::parse(text).map(Timestamp::rfc3339)
}

/// `^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$`; A to F should be capitals.
fn mac_address(text: &str) -> Option<String> {
    let mut pairs = 0;
    let fits = text.split(':').all(|pair| {
        pairs += 1;
        pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    (fits && pairs == 6).then(|| text.to_ascii_uppercase())
}

/// `ipAddresses`: a service may have several, which the field joins by commas.
fn ip_addresses(text: &str) -> Option<Vec<&str>> {
    text.split(',').map(ip_address).collect()
}

/// An address, with or without the length of its network behind `/`.
fn ip_address(text: &str) -> Option<&str> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let bits = if address.parse::<IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
    let fits = |length: &str| {
        length.bytes().all(|digit| digit.is_ascii_digit())
            && length.parse::<u8>().is_ok_and(|length| length <= bits)
    };
    length.is_none_or(fits).then_some(text)
}

/// `text` that names something: cut short it would name something else.
pub(in crate::dialects) fn short_text(text: &str) -> Option<&str> {
    let fits = (1..=TEXT_MAX).contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then_some(text)
}

/// `text` for people to read.
pub(in crate::dialects) fn line(text: &str) -> Option<String> {
    let line = one_line(text);
    (!line.is_empty()).then(|| cut(&line, TEXT_MAX).into_owned())
}

/// The code, and what it says in Swedish.
pub(in crate::dialects) fn problem_type(text: &str) -> Option<(&str, &'static str)> {
    match text {
        "NO_LINK" => Some((text, "Ingen länk")),
        "NO_ACCESS" => Some((text, "Ingen förbindelse")),
        "QUALITY" => Some((text, "Bristande kvalitet")),
        "OTHER" => Some((text, "Annat fel")),
        _ => None,
    }
}
