//! The address of the delivery point (TMF673 `GeographicAddress`). Lenient: what is not needed to
//! find a door is dropped, whatever it is.

use super::draft::Facts;
use super::json::Json;
use super::reader::{Node, Object};
use super::surplus::{STRUCTURE, Surplus, each_scalar};
use super::value;
use crate::domain::Field;
use crate::guard::Kind;

const PLACES_MAX: usize = 10;
const SUB_ADDRESSES_MAX: usize = 10;
const NAME_MAX: usize = 200;
const INSTALLATION: &str = "installationAddress";

/// Reads the places of a service or a ticket: the installation address becomes facts, any other
/// place is surplus.
pub(super) fn read(places: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    let mut found = false;
    for node in places.array(PLACES_MAX) {
        let Some(mut place) = node.object() else {
            continue;
        };
        let role = place.need("role").and_then(|role| role.text(NAME_MAX));
        match role {
            Some(role) if role.eq_ignore_ascii_case(INSTALLATION) => {
                if found {
                    node.fault("is the second installation address");
                }
                found = true;
                address(place, facts, surplus);
            }
            Some(_) => dropped(&node, surplus),
            None => {}
        }
    }
}

fn address(mut place: Object<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    // The address itself may stand one level in: RefOrValue of later versions.
    if let Some(inner) = place.take("place").or_else(|| place.take("value")) {
        if let Some(inner) = inner.object() {
            address(inner, facts, surplus);
        }
        return;
    }
    place.pass(STRUCTURE);
    place.pass(&["country"]);
    if let Some(street) = place.take("streetName") {
        name(&street, Field::Street, facts);
    }
    if let Some(city) = place.take("city") {
        name(&city, Field::City, facts);
    }
    house(&mut place, facts);
    let postcode = ["postcode", "postCode"].iter().find_map(|name| place.take(name));
    if let Some(postcode) = postcode {
        match postcode.scalar(20).map(value::postcode) {
            Some(Some(digits)) => facts.set(Field::Postcode, digits),
            Some(None) => postcode.fault("must be a Swedish postcode of five digits"),
            None => {}
        }
    }
    if let Some(subs) = place.take("geographicSubAddress") {
        for sub in subs.array(SUB_ADDRESSES_MAX) {
            sub_address(&sub, facts, surplus);
        }
    }
    // c/o lines, property names, coordinates.
    for (name, json) in place.rest() {
        let kind = match name.to_lowercase().as_str() {
            "careof" => Kind::Person,
            _ => Kind::Other,
        };
        each_scalar(name, json, &mut |_, text| {
            surplus.add(Field::IdentityOther, kind, text);
        });
    }
}

fn name(node: &Node<'_>, field: Field, facts: &mut Facts) {
    let Some(text) = node.text(NAME_MAX) else {
        return;
    };
    if !text.is_empty() && !node.holds_identity(text) {
        facts.set(field, value::line(text));
    }
}

/// `streetNr` and `streetNrSuffix`; registers also write both in the first.
fn house(place: &mut Object<'_>, facts: &mut Facts) {
    let suffix = place.take("streetNrSuffix");
    if let Some(node) = place.take("streetNr") {
        match node.scalar(20).map(|text| (text.is_empty(), value::house(text))) {
            Some((_, Some((number, letters)))) => {
                facts.set(Field::StreetNumber, number);
                if let Some(letters) = letters {
                    facts.set(Field::StreetLittera, letters);
                }
            }
            Some((false, None)) => {
                node.fault("must be a house number such as 10, 10G, 652-16 or 652-16A");
            }
            Some((true, None)) | None => {}
        }
    }
    let Some(node) = suffix else { return };
    let Some(text) = node.text(20).filter(|text| !text.is_empty()) else {
        return;
    };
    match (value::littera(text), facts.get(Field::StreetLittera)) {
        (None, _) => node.fault("must be a letter or an entrance of at most four characters"),
        (Some(letters), Some(before)) if letters != before => {
            node.fault("does not agree with the letter in streetNr");
        }
        (Some(letters), _) => facts.set(Field::StreetLittera, letters),
    }
}

fn sub_address(node: &Node<'_>, facts: &mut Facts, surplus: &mut Surplus) {
    let Some(mut sub) = node.object() else { return };
    sub.pass(STRUCTURE);
    let kind = sub.take("subUnitType").and_then(|kind| kind.text(NAME_MAX)).unwrap_or_default();
    if ["apartment", "lägenhet"].contains(&kind.to_lowercase().as_str())
        && let Some(number) = sub.take("subUnitNumber")
        && let Some(text) = number.scalar(20)
    {
        // A number has lost its leading zero, and only there can it be put back.
        let whole = match number.json() {
            Json::Number(_) => format!("{text:0>4}"),
            _ => text.to_owned(),
        };
        match value::apartment(&whole) {
            Some(digits) => facts.set(Field::Apartment, digits),
            None => number.fault("must be an apartment number of four digits"),
        }
    }
    for (name, json) in sub.rest() {
        each_scalar(name, json, &mut |_, text| {
            surplus.add(Field::IdentityOther, Kind::Other, text);
        });
    }
}

/// A place that is not the delivery point: where invoices go, where the customer lives.
fn dropped(node: &Node<'_>, surplus: &mut Surplus) {
    let Some(mut place) = node.object() else {
        return;
    };
    place.pass(STRUCTURE);
    // Of these alone nobody can be found, and notes may need the words.
    place.pass(&["city", "country", "stateOrProvince", "locality"]);
    surplus.name(Field::InvoiceAddress);
    for (name, json) in place.rest() {
        each_scalar(name, json, &mut |_, text| {
            surplus.add(Field::InvoiceAddress, Kind::Address, text);
        });
    }
}
