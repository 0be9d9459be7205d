//! Our answers against the definitions that TM Forum publishes, where these are at hand (in the
//! folder `SLUSS_REFERENCE`, else in `../shared/reference`): they are read there and not copied here.

use std::fs;
use std::path::PathBuf;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::{House, ORDERS, TICKETS, lines, root};

/// One definition of a published interface.
struct Definition {
    validator: Validator,
    members: Vec<String>,
}

/// `None`, and a word about it, where the text is not there.
fn definition(file: &str, name: &str) -> Option<Definition> {
    let reference = std::env::var_os("SLUSS_REFERENCE")
        .map_or_else(|| root().join("../shared/reference"), PathBuf::from);
    let Ok(text) = fs::read_to_string(reference.join("tmf").join(file)) else {
        println!("left out: the definitions of {file} are not there; set SLUSS_REFERENCE");
        return None;
    };
    let published: Value = serde_json::from_str(&text).unwrap();
    // Swagger 2.0 is JSON Schema draft 4 with words of its own, which a validator passes over.
    let definitions = &published["definitions"];
    let schema = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "definitions": definitions,
        "allOf": [{ "$ref": format!("#/definitions/{name}") }],
    });
    let members = definitions[name]["properties"].as_object().unwrap();
    Some(Definition {
        validator: jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap(),
        members: members.keys().cloned().collect(),
    })
}

impl Definition {
    /// Valid, and with no member that the definition does not have.
    #[track_caller]
    fn check(&self, value: &Value, ours: &[&str]) {
        if let Err(error) = self.validator.validate(value) {
            panic!("{error}: {value}");
        }
        for name in value.as_object().unwrap().keys() {
            let known = self.members.contains(name) || ours.contains(&name.as_str());
            assert!(known, "{name} is no member: {value}");
        }
    }
}

const KINDS: [(&str, &str, &str, &str); 2] = [
    (ORDERS, "tmf/orders.jsonl", "TMF641-ServiceOrdering-v4.1.0.swagger.json", "ServiceOrder"),
    (TICKETS, "tmf/tickets.jsonl", "TMF621-TroubleTicket-v4.0.0.swagger.json", "TroubleTicket"),
];

#[tokio::test]
async fn answers_are_what_tm_forum_defines() {
    let house = House::open().await;
    for (path, fixtures, file, name) in KINDS {
        let Some(definition) = definition(file, name) else {
            continue;
        };
        for line in lines(fixtures) {
            let (_, body) = house.post(path, line).await;
            definition.check(&body, &[]);
        }
        // Held cases have more to tell than accepted ones.
        let rows = house.get(path).await.1;
        for row in rows.as_array().unwrap() {
            definition.check(row, &[]);
        }
    }
}

#[tokio::test]
async fn errors_are_what_tm_forum_defines() {
    let house = House::open().await;
    for (path, _, file, _) in KINDS {
        let Some(definition) = definition(file, "Error") else {
            continue;
        };
        for answer in [
            house.post(path, "{}").await,
            house.post(path, "{").await,
            house.get(&format!("{path}/1")).await,
            house.get(&format!("{path}?limit=x")).await,
        ] {
            definition.check(&answer.1, &["fault"]);
        }
    }
}

/// The definitions bite: an answer with a wrong state or a wrong date is found.
#[test]
fn the_definitions_are_read_with_their_types() {
    let [(.., file, name), _] = KINDS;
    let Some(definition) = definition(file, name) else {
        return;
    };
    for wrong in [
        json!({ "serviceOrderItem": [], "state": "done" }),
        json!({ "serviceOrderItem": [], "orderDate": "yesterday" }),
        json!({ "serviceOrderItem": [{ "id": "1", "action": "add" }] }),
    ] {
        assert!(!definition.validator.is_valid(&wrong), "{wrong}");
    }
}
