//! Our OpenAPI file says what there is: every route, and bodies as they are.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};
use sluss::http::ROUTES;

use super::{House, JSON, ORDERS, TICKETS, lines, order, root};
use crate::raw::http;

fn file() -> Value {
    let text = std::fs::read_to_string(root().join("schemas/openapi.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A schema of the file, with those that it leads to.
fn schema(file: &Value, name: &str) -> Validator {
    let whole = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{name}"), "components": file["components"] });
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

#[test]
fn every_route_is_in_the_file_and_only_those() {
    let file = file();
    assert_eq!(file["openapi"], "3.1.0");
    let mut told = BTreeSet::new();
    for (path, methods) in file["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            told.insert((method.to_uppercase(), path.clone()));
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
        }
    }
    let routes: BTreeSet<_> = ROUTES
        .iter()
        .map(|route| (route.method.to_owned(), route.path.replace("{*path}", "{path}")))
        .collect();
    assert_eq!(told, routes);
}

#[test]
fn what_is_open_to_anybody_says_so() {
    let file = file();
    for route in ROUTES {
        let path = route.path.replace("{*path}", "{path}");
        let operation = &file["paths"][&path][route.method.to_lowercase()];
        let open = operation["security"] == json!([]);
        assert_eq!(open, route.action.who() == sluss::auth::Who::Anybody, "{path}");
    }
}

/// One file for each profile, and the same in the one file for programs.
#[test]
fn bodies_are_the_profiles() {
    fn moved(value: &mut Value, name: &str) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::String(text) if key == "$ref" => {
                            let to = format!("#/components/schemas/{name}_");
                            *text = text.replace("#/$defs/", &to);
                        }
                        value => moved(value, name),
                    }
                }
            }
            Value::Array(entries) => entries.iter_mut().for_each(|entry| moved(entry, name)),
            _ => {}
        }
    }
    let file = file();
    let schemas = &file["components"]["schemas"];
    for (profile, name) in
        [("service-order", "ServiceOrderCreate"), ("trouble-ticket", "TroubleTicketCreate")]
    {
        let path = root().join(format!("schemas/intake/{profile}.json"));
        let text = std::fs::read_to_string(path).unwrap();
        let mut whole: Value = serde_json::from_str(&text).unwrap();
        moved(&mut whole, name);
        let members = whole.as_object_mut().unwrap();
        let parts = members.remove("$defs").unwrap();
        for (part, schema) in parts.as_object().unwrap() {
            assert_eq!(schemas[format!("{name}_{part}")], *schema, "{name}: {part}");
        }
        members.retain(|key, _| key != "$schema" && key != "$id");
        assert_eq!(schemas[name], whole, "{name}");
    }
}

#[track_caller]
fn check(schema: &Validator, value: &Value) {
    if let Err(error) = schema.validate(value) {
        panic!("{error}: {value}");
    }
}

#[tokio::test]
async fn answers_are_what_the_file_says() {
    let house = House::with(|config| config.notify.doors.allow_http_loopback = true).await;
    let file = file();
    let [order_schema, ticket, error, hub] =
        ["ServiceOrder", "TroubleTicket", "Error", "EventSubscription"]
            .map(|name| schema(&file, name));
    for line in lines("tmf/orders.jsonl") {
        check(&order_schema, &house.post(ORDERS, line).await.1);
    }
    for line in lines("tmf/tickets.jsonl") {
        check(&ticket, &house.post(TICKETS, line).await.1);
    }
    for (path, schema) in [(ORDERS, &order_schema), (TICKETS, &ticket)] {
        for query in ["", "?fields=state,status,serviceOrderItem.state", "?fields=none"] {
            for row in house.get(&format!("{path}{query}")).await.1.as_array().unwrap() {
                check(schema, row);
            }
        }
        for answer in [
            house.post(path, "{}").await,
            house.post(path, "{").await,
            house.get(&format!("{path}/1")).await,
            house.get(&format!("{path}?priority=1")).await,
        ] {
            check(&error, &answer.1);
        }
    }
    let path = "/tmf-api/serviceOrdering/v4/hub";
    let (status, made) =
        house.post(path, json!({ "callback": "http://127.0.0.1:9/" }).to_string()).await;
    assert_eq!(status, 201, "{path} {made}");
    check(&hub, &made);
    check(&hub, &house.get(made["href"].as_str().unwrap()).await.1);
}

#[tokio::test]
async fn the_file_and_its_page_are_served_and_ask_for_nothing_from_elsewhere() {
    let house = House::open().await;
    assert_eq!(house.get("/openapi.json").await, (200, file()));
    let heard = house.raw(&http("GET", "/docs", "", "")).await;
    let (status, page) = heard.text();
    assert_eq!(status, 200);
    for route in ROUTES {
        let path = route.path.replace("{*path}", "{path}");
        assert!(page.contains(&format!("{} {path}", route.method)), "{path}");
    }
    for foreign in ["http://", "https://", "<script", "src="] {
        let told = page.replace("https://json-schema.org", "");
        assert!(!told.contains(foreign), "{foreign}");
    }
    assert!(heard.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
}

#[tokio::test]
async fn many_at_once_have_a_result_each_in_their_order() {
    let house = House::open().await;
    let mut orders: Vec<String> = (0..300)
        .map(|n| {
            let mut one = order();
            one["externalId"] = json!(format!("ORD-{n}"));
            one.to_string()
        })
        .collect();
    orders[7] = "{\"externalId\": \"Hemlighetsson\"".to_owned();
    orders[8] = String::new();
    orders[9] = orders[10].clone();
    orders[11] = "x".repeat(house.deployment.config.http.body_bytes_max + 1);
    let head = JSON.replace("application/json", "application/x-ndjson");
    let answer = house.raw(&http("POST", ORDERS, &head, orders.join("\n"))).await;
    let told = String::from_utf8(answer.bytes).unwrap();
    assert!(told.starts_with("HTTP/1.1 200"), "{}", &told[..200]);
    assert!(!told.contains("Hemlighetsson"));
    let results: Vec<Value> = told
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = results.last().unwrap();
    assert_eq!(*last, json!({ "lines": 299, "created": 296, "existing": 1, "refused": 2 }));
    let places: Vec<u64> = results.iter().filter_map(|result| result["line"].as_u64()).collect();
    assert_eq!(places.len(), 299);
    assert!(places.is_sorted() && places[0] == 1);
    let at = |line: u64| results.iter().find(|result| result["line"] == line).unwrap();
    assert_eq!((&at(8)["status"], &at(8)["error"]["code"]), (&json!(400), &json!("invalidJson")));
    assert_eq!((&at(10)["status"], &at(11)["status"]), (&json!(201), &json!(200)));
    assert_eq!(at(10)["id"], at(11)["id"]);
    assert_eq!(at(12)["status"], 413);
    assert_eq!(house.holds().await[0], 296);
    let again = house.raw(&http("POST", ORDERS, &head, orders.join("\n"))).await;
    assert!(String::from_utf8(again.bytes).unwrap().contains("\"created\":0,\"existing\":297"));
}
