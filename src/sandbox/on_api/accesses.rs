//! `accesses.md`: the list of all accesses, made of their numbers.
//!
//! Made up: `STTA0001` to `STTA9999` stand in eight streets of one town, each in the form of another
//! kind of address. The list never changes.

use serde_json::{Value, json};

use super::super::exchange::{Asked, Reply};
use super::json_reply;

/// When the list last changed.
const LAST_MODIFIED: &str = "Mon, 02 Nov 2026 00:00:00 GMT";

/// How many accesses there are.
const COUNT: usize = 9_999;

pub(super) fn list(asked: &Asked<'_>) -> Reply {
    let mut reply = if asked.header("if-modified-since") == Some(LAST_MODIFIED) {
        let mut reply = json_reply(304, &Value::Null);
        reply.body.clear();
        reply
    } else {
        json_reply(200, &(1..=COUNT).map(access).collect())
    };
    reply.headers.push(("last-modified", LAST_MODIFIED.to_owned()));
    reply
}

fn access(n: usize) -> Value {
    let (house, kind) = (n / 8 + 1, n % 8);
    let (street, number, littera, apartment) = match kind {
        0 => ("Simuleringsgatan", house.to_string(), "", ""),
        1 => ("Provåsen", house.to_string(), "A", ""),
        2 => ("Låtsasbyn", house.to_string(), "", ""),
        3 => ("Skenvägen", format!("{}-{}", 2_000 + house, house % 90 + 10), "", ""),
        4 => ("Attrappgränd", house.to_string(), "UH", ""),
        // Ten apartments a house.
        5 => ("Kulissvägen", (house / 10 + 1).to_string(), "", "mdu"),
        6 => ("Övningsgatan", house.to_string(), "", ""),
        _ => ("Fiktionsvägen", house.to_string(), "B", ""),
    };
    let mut access = json!({
        "accessId": format!("STTA{n:04}"),
        "streetName": street,
        "streetNumber": number,
        "streetLittera": littera,
        "postalCode": "99850",
        "city": "Simstad",
        "countryCode": "SE",
        "premisesType": "RESIDENTIAL_HOUSE",
        "priceGroup": 0,
        "accessState": "CONNECTED",
    });
    if apartment == "mdu" {
        access["premisesType"] = json!("MDU_APARTMENT");
        access["mduApartmentNumber"] = json!(format!("{:04}", 901 + house % 10));
    }
    access
}
