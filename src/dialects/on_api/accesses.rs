//! An operator's list of accesses (spec/accesses.md; `feasibility.md` in 2.3.1). Read tolerantly:
//!
//! - `mduApartmentNumber` is a number by the text and a string in the example; a number has lost its
//!   leading zero, and gets it back.
//! - Premises and states that the standard does not have are unknown, not a fault.
//! - `null` and `""` are absent, other members are passed over.

use serde_json::{Map, Value};

use super::path;
use crate::address::{Access, AccessState, Premises, Written};
use crate::dialects::Query;
use crate::domain::AccessId;

/// The data format `text`.
const TEXT_MAX: usize = 255;

/// Asks for all, or with `If-Modified-Since` for what has changed.
pub(super) fn list() -> Query {
    Query::new(path::get("accesses/".to_owned()))
}

/// Reads one row; `None` where it has no id, or no address at all.
pub(super) fn read(entry: &[u8]) -> Option<Access> {
    let entry: Map<String, Value> = serde_json::from_slice(entry).ok()?;
    let id = AccessId::parse(&text(&entry, "accessId")).ok()?;
    let apartment = match entry.get("mduApartmentNumber") {
        Some(Value::Number(number)) => format!("{:0>4}", number.to_string()),
        _ => text(&entry, "mduApartmentNumber"),
    };
    let written = Written {
        street: text(&entry, "streetName"),
        number: text(&entry, "streetNumber"),
        littera: text(&entry, "streetLittera"),
        apartment,
        distinguisher: text(&entry, "mduDistinguisher"),
        outlet: text(&entry, "outlet"),
        postcode: text(&entry, "postalCode").chars().filter(|c| !c.is_whitespace()).collect(),
        city: text(&entry, "city"),
    };
    if written.street.is_empty() {
        return None;
    }
    let premises = Premises::parse(&text(&entry, "premisesType")).unwrap_or(Premises::Unknown);
    let state = AccessState::parse(&text(&entry, "accessState")).unwrap_or(AccessState::Unknown);
    let mut access = Access::new(id, written, premises, state);
    access.legacy = AccessId::parse(&text(&entry, "legacyAccessId")).ok();
    Some(access)
}

/// A member as text, trimmed; a longer one than the standard allows is none.
fn text(entry: &Map<String, Value>, name: &str) -> String {
    let text = match entry.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if text.chars().count() > TEXT_MAX || text.contains(char::is_control) {
        return String::new();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_the_example_shows_it() {
        let row = r#"{"accessId": "8732c2f065e2490babce820e94b1011a", "legacyAccessId": "KGXF49861",
            "streetName": "Testvägen", "streetNumber": "100", "streetLittera": "",
            "postalCode": "100 00", "city": "Ankeborg", "countryCode": "SE",
            "premisesType": "MDU_APARTMENT", "mduApartmentNumber": 901, "mduDistinguisher": null,
            "outlet": "A-11-14", "population": "Hemsöhem", "priceGroup": 0,
            "accessState": "CONNECTED", "services": [{"service": "BB"}]}"#;
        let access = read(row.as_bytes()).unwrap();
        assert_eq!(access.id.as_str(), "8732c2f065e2490babce820e94b1011a");
        assert_eq!(access.legacy.as_ref().map(AccessId::as_str), Some("KGXF49861"));
        assert_eq!(
            access.written.to_string(),
            "Testvägen 100 lgh 0901 uttag A-11-14, 10000 Ankeborg"
        );
        assert_eq!((access.premises, access.state), (Premises::Apartment, AccessState::Connected));
    }

    #[test]
    fn a_row_without_id_or_street_is_none_and_strange_words_are_unknown() {
        for none in ["{}", r#"{"accessId": "A"}"#, r#"{"streetName": "X"}"#, "[]", "x"] {
            assert!(read(none.as_bytes()).is_none(), "{none}");
        }
        let row =
            r#"{"accessId": "A", "streetName": "X", "premisesType": "SDU", "accessState": "LIVE"}"#;
        let access = read(row.as_bytes()).unwrap();
        assert_eq!((access.premises, access.state), (Premises::Unknown, AccessState::Unknown));
    }
}
