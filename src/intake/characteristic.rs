//! Characteristics: the closed lists of what an order and a ticket may say by name, and how each
//! value is read.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::draft::Facts;
use super::json::Json;
use super::reader::{MISSING, Node, Object};
use super::surplus::Surplus;
use super::value;
use crate::domain::{AccessId, Field, ServiceId, SubscriptionId};
use crate::guard::Kind;

const CHARACTERISTICS_MAX: usize = 60;
const NAME_MAX: usize = 200;

/// One name of a closed list.
struct Known {
    name: &'static str,
    field: Field,
    read: fn(&Node<'_>) -> Option<Zeroizing<String>>,
}

const fn known(
    name: &'static str,
    field: Field,
    read: fn(&Node<'_>) -> Option<Zeroizing<String>>,
) -> Known {
    Known { name, field, read }
}

/// A closed list.
pub(super) struct List(&'static [Known]);

/// What an order item says about the service.
pub(super) const ORDER: List = List(&[
    known("accessId", Field::AccessId, access_id),
    known("subscriptionId", Field::SubscriptionId, subscription_id),
    known("serviceId", Field::ServiceId, service_id),
    known("fixedIp", Field::FixedIp, boolean),
    known("ipAddresses", Field::IpAddress, addresses),
    known("sla", Field::Sla, label),
    known("macAddress", Field::CpeMac, mac),
    known("vendorId", Field::CpeModel, label),
    known("forcedTakeover", Field::ForcedTakeover, boolean),
    known("siteVisit", Field::VisitBooked, boolean),
    known("visitWindow", Field::VisitWindow, window),
    known("doorCode", Field::DoorCode, door_code),
]);

/// What a ticket says about the fault.
pub(super) const TICKET: List = List(&[
    known("problemType", Field::ProblemType, problem_type),
    known("since", Field::FaultSince, moment),
    known("pattern", Field::FaultPattern, pattern),
    known("lamps", Field::FaultLamps, lamps),
    known("linkUp", Field::FaultLink, boolean),
    known("wiredTest", Field::FaultWiredTest, boolean),
    known("restarted", Field::FaultRestarted, boolean),
    known("measuredSpeed", Field::FaultSpeed, speed),
    known("opticalLevel", Field::FaultLevel, level),
    known("neighboursAffected", Field::FaultNeighbours, neighbours),
    known("macAddress", Field::CpeMac, mac),
    known("ipAddress", Field::IpAddress, address),
    known("cpeModel", Field::CpeModel, label),
    known("siteVisit", Field::VisitBooked, boolean),
    known("visitWindow", Field::VisitWindow, window),
    known("doorCode", Field::DoorCode, door_code),
    known("subscriptionId", Field::SubscriptionId, subscription_id),
]);

/// What may be added about a fault: what a ticket says of it, and whose turn it is.
pub(super) const SUPPLEMENT: List = List(&[
    known("problemType", Field::ProblemType, problem_type),
    known("since", Field::FaultSince, moment),
    known("pattern", Field::FaultPattern, pattern),
    known("lamps", Field::FaultLamps, lamps),
    known("linkUp", Field::FaultLink, boolean),
    known("wiredTest", Field::FaultWiredTest, boolean),
    known("restarted", Field::FaultRestarted, boolean),
    known("measuredSpeed", Field::FaultSpeed, speed),
    known("opticalLevel", Field::FaultLevel, level),
    known("neighboursAffected", Field::FaultNeighbours, neighbours),
    known("macAddress", Field::CpeMac, mac),
    known("ipAddress", Field::IpAddress, address),
    known("cpeModel", Field::CpeModel, label),
    known("siteVisit", Field::VisitBooked, boolean),
    known("visitWindow", Field::VisitWindow, window),
    known("doorCode", Field::DoorCode, door_code),
    known("responsible", Field::FaultResponsible, responsible),
]);

/// What may be changed about an order that nobody has begun with.
pub(super) const AMENDMENT: List = List(&[
    known("fixedIp", Field::FixedIp, boolean),
    known("ipAddresses", Field::IpAddress, addresses),
    known("sla", Field::Sla, label),
    known("macAddress", Field::CpeMac, mac),
    known("vendorId", Field::CpeModel, label),
]);

impl List {
    /// Reads an array of characteristics into facts.
    pub(super) fn read(&self, array: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
        let mut seen = BTreeSet::new();
        for node in array.array(CHARACTERISTICS_MAX) {
            let Some(mut entry) = node.object() else {
                continue;
            };
            entry.pass(&["id", "valueType", "characteristicRelationship"]);
            entry.pass(&["@type", "@baseType", "@schemaLocation"]);
            let value = entry.take("value");
            if let Some(known) = self.named(&mut entry) {
                let path = format!("{}[{}]", array.path(), known.name);
                if !seen.insert(known.name) {
                    node.fault("stands twice by that name");
                } else if let Some(value) = value {
                    if let Some(text) = (known.read)(&value.at(path)) {
                        facts.set(known.field, text);
                    }
                } else {
                    node.clone().at(path).fault(MISSING);
                }
            }
            entry.close();
        }
        visit(array, facts, surplus);
    }

    fn named(&self, entry: &mut Object<'_>) -> Option<&'static Known> {
        let node = entry.need("name")?;
        let name = node.text(NAME_MAX)?;
        let known = self.0.iter().find(|known| known.name == name);
        if known.is_none() {
            node.fault("is not in the closed list of characteristics");
        }
        known
    }
}

/// Whether a characteristic of this name stands in an array, whatever its value.
pub(super) fn stands_in(array: &Node<'_>, name: &str) -> bool {
    let Json::Array(entries) = array.json() else {
        return false;
    };
    let named = |entry: &Json| match entry {
        Json::Object(members) => members.get("name").and_then(Json::scalar) == Some(name),
        _ => false,
    };
    entries.iter().any(named)
}

/// A window is for a visit; and a code that no technician will use is not kept.
fn visit(array: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    if facts.get(Field::VisitBooked) == Some("true") {
        return;
    }
    if facts.get(Field::VisitWindow).is_some() {
        let path = format!("{}[visitWindow]", array.path());
        array.clone().at(path).fault("needs siteVisit to be true");
    }
    if let Some(code) = facts.take(Field::DoorCode) {
        surplus.add(Field::DoorCode, Kind::Credential, &code);
    }
}

/// A text of a closed list, read without regard to case.
fn one_of(node: &Node<'_>, list: &[&str]) -> Option<Zeroizing<String>> {
    let text = node.text(NAME_MAX)?;
    let found = list.iter().find(|word| word.eq_ignore_ascii_case(text));
    if found.is_none() {
        node.fault(format_args!("must be one of {}", list.join(", ")));
    }
    found.map(|word| Zeroizing::new((*word).to_owned()))
}

/// A text or a number with a form of its own.
fn formed(
    node: &Node<'_>,
    read: impl Fn(&str) -> Option<String>,
    rule: &str,
) -> Option<Zeroizing<String>> {
    let read = read(node.scalar(NAME_MAX)?);
    if read.is_none() {
        node.fault(rule);
    }
    read.map(Zeroizing::new)
}

fn access_id(node: &Node<'_>) -> Option<Zeroizing<String>> {
    node.id(AccessId::parse).map(|id| Zeroizing::new(id.as_str().to_owned()))
}

fn subscription_id(node: &Node<'_>) -> Option<Zeroizing<String>> {
    node.id(SubscriptionId::parse).map(|id| Zeroizing::new(id.as_str().to_owned()))
}

fn service_id(node: &Node<'_>) -> Option<Zeroizing<String>> {
    node.id(ServiceId::parse).map(|id| Zeroizing::new(id.as_str().to_owned()))
}

fn boolean(node: &Node<'_>) -> Option<Zeroizing<String>> {
    let value = match node.json() {
        Json::Bool(value) => Some(*value),
        Json::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
    };
    if value.is_none() {
        node.fault("must be true or false");
    }
    value.map(|value: bool| Zeroizing::new(value.to_string()))
}

fn mac(node: &Node<'_>) -> Option<Zeroizing<String>> {
    formed(node, value::mac, "must be a MAC address of twelve hexadecimal digits")
}

const IP_RULE: &str = "must be an IP address such as 192.0.2.1 or 2001:db8::/56";

fn address(node: &Node<'_>) -> Option<Zeroizing<String>> {
    formed(node, value::ip, IP_RULE)
}

/// One or several, in an array or in one text; joined by commas.
fn addresses(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const ADDRESSES_MAX: usize = 16;
    let joined = |texts: Vec<&str>| {
        let read: Option<Vec<String>> = texts.into_iter().map(value::ip).collect();
        read.filter(|read| (1..=ADDRESSES_MAX).contains(&read.len())).map(|read| read.join(","))
    };
    if matches!(node.json(), Json::Array(_)) {
        let entries = node.array(ADDRESSES_MAX);
        let texts: Option<Vec<&str>> = entries.iter().map(|entry| entry.text(NAME_MAX)).collect();
        let read = joined(texts?);
        if read.is_none() {
            node.fault(IP_RULE);
        }
        return read.map(Zeroizing::new);
    }
    formed(node, |text| joined(text.split([',', ';']).collect()), IP_RULE)
}

fn moment(node: &Node<'_>) -> Option<Zeroizing<String>> {
    super::moment(node)
}

/// `start/end`, or the two members of a TM Forum `TimePeriod`.
fn window(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const RULE: &str = "must be two RFC 3339 times, start and end, joined by /";
    if matches!(node.json(), Json::Object(_)) {
        let mut period = node.object()?;
        let start = period.need("startDateTime").and_then(|start| start.text(NAME_MAX));
        let end = period.need("endDateTime").and_then(|end| end.text(NAME_MAX));
        period.close();
        let read = value::window(start?, end?);
        if read.is_none() {
            node.fault(RULE);
        }
        return read.map(Zeroizing::new);
    }
    let split =
        |text: &str| text.split_once('/').and_then(|(start, end)| value::window(start, end));
    formed(node, split, RULE)
}

/// A short name in the operator's or the maker's words.
fn label(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const LABEL_MAX: usize = 64;
    let fits =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '_' | '/' | '+' | '(' | ')');
    let text = node.scalar(LABEL_MAX)?;
    if node.holds_identity(text) {
        return None;
    }
    if text.is_empty() || !text.chars().all(fits) {
        node.fault("must hold letters, digits, spaces and - . _ / + ( ) only");
        return None;
    }
    Some(value::line(text))
}

fn door_code(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const CODE_MAX: usize = 40;
    let text = node.scalar(CODE_MAX)?;
    if text.is_empty() {
        node.fault("must not be empty");
        return None;
    }
    (!node.holds_identity(text)).then(|| value::line(text))
}

/// The problem types of ON-API's tickets.
fn problem_type(node: &Node<'_>) -> Option<Zeroizing<String>> {
    one_of(node, &["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"])
}

/// The service provider or the communications operator.
fn responsible(node: &Node<'_>) -> Option<Zeroizing<String>> {
    one_of(node, &["SP", "CO"])
}

fn pattern(node: &Node<'_>) -> Option<Zeroizing<String>> {
    one_of(node, &["constant", "intermittent"])
}

fn lamps(node: &Node<'_>) -> Option<Zeroizing<String>> {
    one_of(node, &["power-off", "wan-off", "wan-blinking", "los-red", "all-green", "other"])
}

fn speed(node: &Node<'_>) -> Option<Zeroizing<String>> {
    formed(node, value::speed, "must be Mbit/s down and up, such as 93/88")
}

fn level(node: &Node<'_>) -> Option<Zeroizing<String>> {
    formed(node, value::level, "must be an optical level in dBm from -60 to 10, such as -22.5")
}

fn neighbours(node: &Node<'_>) -> Option<Zeroizing<String>> {
    let count = |text: &str| text.parse::<u16>().ok().filter(|count| *count <= 999);
    formed(node, |text| count(text).map(|count| count.to_string()), "must be a count from 0 to 999")
}
