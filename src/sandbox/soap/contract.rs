//! The request elements of our SOAP contract (`schemas/soap/sluss-operator-1.xsd`) as a
//! table, and the check of a message against it.
//!
//! The contract lets an operator pass over elements that it does not know. The simulated one does
//! not: it refuses them, so that a message which says too much is seen.

use std::sync::LazyLock;

use regex::Regex;

use super::super::formats::{is_ip_address, moment};
use super::tree::Element;

/// The namespace of every element of the contract.
pub(super) const NAMESPACE: &str = "urn:sluss:operator:1";

/// One place in a sequence. Places are filled in order.
pub(super) struct Place {
    name: &'static str,
    needed: bool,
    /// How many elements of the name it takes.
    most: usize,
    holds: Holds,
}

enum Holds {
    /// Text in a format.
    Text(fn(&str) -> bool),
    /// Further elements.
    Block(&'static [Place]),
}

const fn needed(name: &'static str, format: fn(&str) -> bool) -> Place {
    Place { name, needed: true, most: 1, holds: Holds::Text(format) }
}

const fn may(name: &'static str, format: fn(&str) -> bool) -> Place {
    Place { name, needed: false, most: 1, holds: Holds::Text(format) }
}

const fn block(name: &'static str, places: &'static [Place]) -> Place {
    Place { name, needed: false, most: 1, holds: Holds::Block(places) }
}

const fn some(name: &'static str, most: usize, format: fn(&str) -> bool) -> Place {
    Place { most, ..may(name, format) }
}

/// The sequence of a request element; `None` where the contract has no such request.
pub(super) fn request(name: &str) -> Option<&'static [Place]> {
    match name {
        "PlaceOrder" => Some(PLACE_ORDER),
        "ReportFault" => Some(REPORT_FAULT),
        "AmendOrder" => Some(AMEND_ORDER),
        "UpdateTicket" => Some(UPDATE_TICKET),
        "FindOrders" => Some(FIND_ORDERS),
        "FindTickets" => Some(FIND_TICKETS),
        "GetOrder" | "CancelOrder" => Some(GET_ORDER),
        "GetTicket" => Some(GET_TICKET),
        "GetOrderEvents" => Some(GET_ORDER_EVENTS),
        _ => None,
    }
}

const PLACE_ORDER: &[Place] = &[
    needed("Operation", operation),
    needed("Reference", id),
    may("AccessId", id),
    may("SubscriptionId", id),
    may("ServiceId", service_id),
    may("RequestedDate", is_moment),
    may("ForcedTakeover", flag),
    may("FixedIp", flag),
    may("Sla", short_text),
    block("Equipment", EQUIPMENT),
    block("Address", ADDRESS),
    block("Contact", CONTACT),
];

const REPORT_FAULT: &[Place] = &[
    needed("Reference", id),
    needed("AccessId", id),
    may("SubscriptionId", id),
    needed("ProblemType", problem_type),
    may("Heading", short_text),
    may("Description", long_text),
    may("Severity", severity),
    may("Since", is_moment),
    may("Pattern", fault_pattern),
    may("Lamps", short_text),
    may("Link", flag),
    may("WiredTest", flag),
    may("Restarted", flag),
    may("Speed", speed),
    may("Level", level),
    may("Neighbours", count),
    block("Equipment", EQUIPMENT),
    block("Contact", CONTACT_AT_FAULT),
];

const AMEND_ORDER: &[Place] = &[
    needed("OrderId", operator_id),
    may("ServiceId", service_id),
    may("RequestedDate", is_moment),
    may("FixedIp", flag),
    may("Sla", short_text),
    block("Equipment", EQUIPMENT),
];

const UPDATE_TICKET: &[Place] = &[
    needed("Action", ticket_action),
    needed("TicketId", operator_id),
    needed("Reference", id),
    may("Responsible", party),
    may("ProblemType", problem_type),
    may("Description", long_text),
    may("Note", long_text),
    may("Since", is_moment),
    may("Pattern", fault_pattern),
    may("Lamps", short_text),
    may("Link", flag),
    may("WiredTest", flag),
    may("Restarted", flag),
    may("Speed", speed),
    may("Level", level),
    may("Neighbours", count),
    block("Equipment", EQUIPMENT),
    block("Contact", CONTACT_AT_FAULT),
];

const FIND_ORDERS: &[Place] = &[needed("AccessId", id), may("Reference", id)];
const FIND_TICKETS: &[Place] = &[needed("Reference", id)];
const GET_ORDER: &[Place] = &[needed("OrderId", operator_id)];
const GET_TICKET: &[Place] = &[needed("TicketId", operator_id)];
const GET_ORDER_EVENTS: &[Place] = &[may("Since", operator_id)];

const EQUIPMENT: &[Place] =
    &[may("CpeModel", short_text), may("CpeMac", mac), some("IpAddress", 16, is_ip_address)];

const ADDRESS: &[Place] = &[
    may("Street", short_text),
    may("StreetNumber", short_text),
    may("StreetLittera", short_text),
    may("Postcode", postcode),
    may("City", short_text),
    may("Apartment", apartment),
];

const CONTACT: &[Place] = &[
    may("ContactName", short_text),
    may("ContactPhone", phone),
    may("CompanyName", short_text),
    may("VisitBooked", flag),
    may("VisitWindow", window),
];

const CONTACT_AT_FAULT: &[Place] = &[
    may("ContactName", short_text),
    may("ContactPhone", phone),
    may("CompanyName", short_text),
    may("VisitBooked", flag),
    may("VisitWindow", window),
    may("DoorCode", short_text),
];

/// Checks an element against a sequence. The error says what is wrong, by the contract's names.
pub(super) fn check(element: &Element, places: &[Place]) -> Result<(), String> {
    if !element.text.trim().is_empty() {
        return Err(format!("Text in {}", element.name));
    }
    let mut rest = element.children.iter().peekable();
    for place in places {
        let mut filled = 0;
        while filled < place.most
            && let Some(child) = rest.next_if(|child| child.is(NAMESPACE, place.name))
        {
            match place.holds {
                Holds::Block(places) => check(child, places)?,
                Holds::Text(format) if child.children.is_empty() && format(&child.text) => {}
                Holds::Text(_) => return Err(format!("{} is not in its format", place.name)),
            }
            filled += 1;
        }
        if place.needed && filled == 0 {
            return Err(format!("{} is missing", place.name));
        }
    }
    match rest.next() {
        None => Ok(()),
        Some(_) => Err(format!("{} holds an element that has no place there", element.name)),
    }
}

macro_rules! patterns {
    ($($name:ident = $pattern:literal;)+) => { $(
        fn $name(text: &str) -> bool {
            static PATTERN: LazyLock<Regex> = LazyLock::new(|| whole($pattern));
            PATTERN.is_match(text)
        }
    )+ };
}

// The simple types of the contract, in its own patterns.
patterns! {
    id = r"[-0-9A-Za-z.]{1,36}";
    operator_id = r"[-0-9A-Za-z._#]{1,64}";
    service_id = r"[-0-9A-Za-z._/+ ]{1,64}";
    operation = r"ACTIVATE|CHANGE|MODIFY|SUSPEND|RESUME|DEACTIVATE";
    ticket_action = r"COMMENT|CLOSE|REOPEN";
    party = r"SP|CO";
    problem_type = r"NO_LINK|NO_ACCESS|QUALITY|OTHER";
    severity = r"minor|moderate|significant|extensive";
    fault_pattern = r"constant|intermittent";
    flag = r"true|false";
    level = r"-?[0-9]{1,2}([.][0-9]{1,2})?";
    speed = r"[0-9]{1,6}([.][0-9]{1,3})?/[0-9]{1,6}([.][0-9]{1,3})?";
    count = r"[0-9]{1,4}";
    mac = r"([0-9A-F]{2}:){5}[0-9A-F]{2}";
    phone = r"[+][1-9][0-9]{4,14}";
    postcode = r"[1-9][0-9]{4}";
    apartment = r"[0-9]{4}";
    window = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})";
}

/// A pattern of XML Schema: it is about the whole text.
#[expect(clippy::expect_used, reason = "the patterns are fixed and a test compiles each")]
fn whole(pattern: &str) -> Regex {
    Regex::new(&format!(r"\A(?:{pattern})\z")).expect("the pattern is well formed")
}

fn is_moment(text: &str) -> bool {
    moment(text).is_some()
}

fn short_text(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.contains(['\n', '\r', '\t'])
}

fn long_text(text: &str) -> bool {
    text.chars().count() <= 8000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_request(name: &str, inner: &str, expected: Result<(), &str>) {
        let document = format!("<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>");
        let element = Element::parse(document.as_bytes()).unwrap();
        let got = check(&element, request(name).unwrap());
        assert_eq!(got, expected.map_err(str::to_owned), "{inner}");
    }

    /// Every format once as it may be, and once as it may not.
    #[test]
    fn each_element_has_its_format() {
        let head = "<Reference>r-1</Reference><AccessId>STTA0001</AccessId>\
                    <ProblemType>OTHER</ProblemType>";
        let after = |inner: &str| format!("{head}{inner}");
        for (name, good, bad) in [
            ("Heading", "Ingen länk", ""),
            ("Severity", "significant", "severe"),
            ("Since", "2026-11-20T17:30:00.5Z", "2026-11-20"),
            ("Pattern", "constant", "always"),
            ("Link", "false", "0"),
            ("Speed", "93.5/88", "93"),
            ("Level", "-22.5", "-22,5"),
            ("Neighbours", "2", "two"),
        ] {
            let element = |text: &str| after(&format!("<{name}>{text}</{name}>"));
            check_request("ReportFault", &element(good), Ok(()));
            let complaint = format!("{name} is not in its format");
            check_request("ReportFault", &element(bad), Err(&complaint));
        }
        let head = "<Operation>ACTIVATE</Operation><Reference>r-1</Reference>";
        for (block, name, good, bad) in [
            ("Equipment", "CpeMac", "AA:BB:CC:11:22:33", "aa:bb:cc:11:22:33"),
            ("Equipment", "IpAddress", "192.0.2.7", "192.0.2"),
            ("Address", "Postcode", "41369", "413 69"),
            ("Address", "Apartment", "1101", "11"),
            ("Contact", "ContactPhone", "+46701740605", "070-174 06 05"),
            ("Contact", "VisitWindow", "2026-12-01T08:00:00Z/2026-12-01T12:00:00+01:00", "later"),
        ] {
            let element = |text: &str| format!("{head}<{block}><{name}>{text}</{name}></{block}>");
            check_request("PlaceOrder", &element(good), Ok(()));
            let complaint = format!("{name} is not in its format");
            check_request("PlaceOrder", &element(bad), Err(&complaint));
        }
        let service = |text: &str| format!("{head}<ServiceId>{text}</ServiceId>");
        check_request("PlaceOrder", &service("BB-1000/1000 plus"), Ok(()));
        check_request("PlaceOrder", &service("å"), Err("ServiceId is not in its format"));
    }

    #[test]
    fn addresses_on_the_network_may_be_several() {
        let order = |number| {
            let addresses = "<IpAddress>192.0.2.7</IpAddress>".repeat(number);
            format!(
                "<Operation>CHANGE</Operation><Reference>r-1</Reference><Equipment>{addresses}</Equipment>"
            )
        };
        check_request("PlaceOrder", &order(16), Ok(()));
        let extra = Err("Equipment holds an element that has no place there");
        check_request("PlaceOrder", &order(17), extra);
    }

    #[test]
    fn elements_come_in_order_each_once_and_alone() {
        let both = "<AccessId>A</AccessId><Reference>r</Reference>";
        check_request("FindOrders", both, Ok(()));
        let extra = Err("FindOrders holds an element that has no place there");
        check_request("FindOrders", "<AccessId>A</AccessId><AccessId>A</AccessId>", extra);
        check_request("FindOrders", "<Reference>r</Reference>", Err("AccessId is missing"));
        check_request("FindOrders", "<AccessId>A</AccessId>tail", Err("Text in FindOrders"));
        check_request("FindOrders", "<AccessId xmlns=''>A</AccessId>", Err("AccessId is missing"));
    }
}
