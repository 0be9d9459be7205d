//! What the operator offers: the list of endpoints, the services and subscriptions of an access,
//! the state of a line, and what has changed.

use super::super::offer::{Asking, Offer, Opens, ServiceAt};
use super::super::{Answer, Changes, LinkState};
use super::read::{Row, json, rows};
use super::version::Version;
use crate::domain::{Field, OperatorReference, Purpose, Timestamp};

/// Opens this year on a date says "nobody knows when" (spec/services.md: "3030-12-12").
const NEVER: &str = "2900-01-01T00:00:00Z";

/// The members of an order, as `unsupportedFields` names them, and what of ours they hold.
const ORDER_MEMBERS: &[(&str, &[Field])] = &[
    ("requesteddatetime", &[Field::RequestedDate]),
    ("forcedtakeover", &[Field::ForcedTakeover]),
    ("equipment", &[Field::CpeMac, Field::CpeModel]),
    ("macaddress", &[Field::CpeMac]),
    ("vendorid", &[Field::CpeModel]),
    ("characteristics", &[Field::FixedIp, Field::IpAddress, Field::Sla]),
    ("fixedip", &[Field::FixedIp]),
    ("ipaddress", &[Field::IpAddress]),
    ("ipaddresses", &[Field::IpAddress]),
    ("sla", &[Field::Sla]),
    ("spreference", &[Field::CaseReference]),
];

/// The same of a ticket.
const TICKET_MEMBERS: &[(&str, &[Field])] = &[
    ("additionalinfo", &[Field::IpAddress, Field::CpeMac, Field::FaultLink]),
    ("ip", &[Field::IpAddress]),
    ("mac", &[Field::CpeMac]),
    ("link", &[Field::FaultLink]),
    ("subscriptionid", &[Field::SubscriptionId]),
    ("spticketreference", &[Field::CaseReference]),
];

/// spec/endpoints.md. Rows of another version are for others; a list without any of ours says
/// nothing about it.
pub(super) fn offered(version: &Version, answer: &Answer) -> Option<Offer> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    let is_ours = |row: &&Row<'_>| {
        row.text("version").is_none_or(|told| {
            let told = told.trim_start_matches(['v', 'V']);
            told == version.number || told == format!("{}.0", version.number)
        })
    };
    let ours: Vec<(String, &Row<'_>)> =
        rows.iter().filter(is_ours).filter_map(|row| Some((endpoint(row)?, row))).collect();
    if ours.is_empty() {
        return None;
    }
    let named = |word: &str| ours.iter().any(|(name, _)| name == word);
    let answers = [
        (Asking::Services, version.services),
        (Asking::Subscriptions, "subscriptions"),
        (Asking::Link, "tech"),
        (Asking::Changes, "events"),
    ];
    let answers = answers.into_iter().filter(|(_, word)| named(singular(word)));
    let mut offer = Offer::told(answers.map(|(asking, _)| asking));
    for &purpose in Purpose::ALL {
        let (word, members) = match purpose {
            Purpose::FaultReport | Purpose::FaultSupplement | Purpose::FaultClose => {
                ("ticket", TICKET_MEMBERS)
            }
            Purpose::Activate
            | Purpose::Change
            | Purpose::Suspend
            | Purpose::Resume
            | Purpose::Terminate => ("order", ORDER_MEMBERS),
            Purpose::Feasibility
            | Purpose::ContactPull
            | Purpose::NoticeRectification
            | Purpose::NoticeErasure => continue,
        };
        if !named(word) {
            offer.lack(purpose);
        }
        for (_, row) in ours.iter().filter(|(name, _)| name == word) {
            for member in row.texts("unsupportedFields") {
                let member = member.to_ascii_lowercase();
                // `characteristics.SLA`, `equipment/vendorId`: the last part names it.
                let last = member.rsplit(['.', '/']).next().unwrap_or_default();
                let known = members.iter().filter(|(name, _)| *name == last);
                for &field in known.flat_map(|(_, fields)| *fields) {
                    offer.leave_out(purpose, field);
                }
            }
        }
    }
    Some(offer)
}

/// The name of an endpoint, in the singular: texts write `order` and `orders`.
fn endpoint(row: &Row<'_>) -> Option<String> {
    let name = row.text("name").or_else(|| row.text("endpoint"))?;
    let name = name.trim_matches('/').rsplit('/').next()?.to_ascii_lowercase();
    let word = match name.replace([' ', '_', '-'], "").as_str() {
        "technicalinformation" | "technicalinfo" | "tech" => "tech".to_owned(),
        name => singular(name).to_owned(),
    };
    Some(word)
}

fn singular(word: &str) -> &str {
    if word == "accesses" { "access" } else { word.strip_suffix('s').unwrap_or(word) }
}

/// The services of an access (2.6 spec/services.md, 2.5 and 2.4 spec/accesses.md, 2.3.1
/// `availability.md`); `None` where the answer does not tell.
pub(super) fn services(version: &Version, answer: &Answer) -> Option<Vec<ServiceAt>> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let access = rows(&value)?.into_iter().next()?;
    let read = |row: &Row<'_>| {
        let until = version.disconnection.and_then(|member| row.text(member));
        Some(ServiceAt {
            service: row.text("service")?.into_owned(),
            from: from(row.text(version.available).as_deref()),
            until: until.and_then(|text| moment(&text)),
            takeover: row.flag("forcedTakeoverPossible") == Some(true),
            required: required(row),
        })
    };
    Some(access.list("services")?.iter().filter_map(read).collect())
}

/// Dates that are none: `YES`, `NO`, an empty text, and the years 1990 and 3030.
fn from(text: Option<&str>) -> Opens {
    let Some(text) = text else { return Opens::Unknown };
    if text.eq_ignore_ascii_case("YES") {
        return Opens::Always;
    }
    match moment(text) {
        Some(day) if Timestamp::parse(NEVER).is_some_and(|never| day >= never) => Opens::Unknown,
        Some(day) => Opens::Day(day),
        None => Opens::Unknown,
    }
}

/// A date and time, or a date alone, which begins in Sweden's night: taken as UTC's, an hour later.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}

/// `characteristics/[type]/required`, and `values`, which the list of fields calls `validValues`.
fn required(row: &Row<'_>) -> Vec<(Field, Vec<String>)> {
    let Some(characteristics) = row.object("characteristics") else { return Vec::new() };
    let known = [
        ("fixedIp", Field::FixedIp),
        ("ipAddress", Field::IpAddress),
        ("ipAddresses", Field::IpAddress),
        ("SLA", Field::Sla),
    ];
    let asked = known.into_iter().filter_map(|(name, field)| {
        let one = characteristics.object(name)?;
        (one.flag("required") == Some(true)).then(|| {
            let mut values = one.texts("values");
            values.extend(one.texts("validValues"));
            (field, values)
        })
    });
    asked.collect()
}

/// The state of a line (2.4 on: `spec/technical_info.md`, 2.3.1: `fm_linkstatus.md`). Only what says how the
/// line is: what else is in the answer is about devices, and the other questions of that chapter (tables
/// of MAC addresses, leases, what is watched) are about what somebody does at home. They are not asked.
pub(super) fn link(answer: &Answer) -> Option<LinkState> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let row = rows(&value)?.into_iter().next()?;
    let up = match row.text("link").map(|text| text.to_ascii_uppercase()) {
        Some(text) if text == "UP" => Some(true),
        Some(text) if text == "DOWN" => Some(false),
        _ => row.flag("link"),
    }?;
    let older = row.object("up");
    let since = row.text("linkSince").or_else(|| older.as_ref()?.text("since"));
    let speed = row.text("linkSpeed").or_else(|| older.as_ref()?.text("mbps"));
    let light = row.object("transceiver").or_else(|| row.object("fiber"));
    let level = |member| light.as_ref().and_then(|it| it.level(member));
    let counted = row.object("statistics").and_then(|it| it.object("input"));
    Some(LinkState {
        up,
        shut: row.flag("adminDown") == Some(true),
        since: since.and_then(|text| moment(&text)),
        speed: speed.and_then(|text| text.parse().ok()),
        received: level("dbmRx"),
        sent: level("dbmTx"),
        errors: counted.and_then(|it| it.text("crcErrors")?.parse().ok()),
    })
}

/// `events` (spec/events.md): what of ours has changed, and from where to read on. The list of
/// fields has `tickets`, the example `order`.
pub(super) fn changes(answer: &Answer) -> Option<Changes> {
    let cursor = answer.last_modified.clone();
    if answer.status == 304 {
        return Some(Changes { touched: Vec::new(), cursor });
    }
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let rows = rows(&value)?;
    if !rows.is_empty() && rows.iter().all(|row| row.text("objectType").is_none()) {
        return None;
    }
    let touched = rows.iter().filter_map(|row| {
        let kind = row.text("objectType")?.to_ascii_lowercase();
        let is_ours = matches!(singular(&kind), "ticket" | "order");
        OperatorReference::parse(&row.text("objectId")?).ok().filter(|_| is_ours)
    });
    Some(Changes { touched: touched.collect(), cursor })
}
