//! The demo as others check it: what it says, what the simulators wrote down, and a search of that
//! with no code of the demo's own.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::running::{Running, ask, private};
use crate::cli::{Ended, root, sluss};
use crate::people;

/// A run of the demo with its state kept.
struct Shown {
    dir: TempDir,
    ended: Ended,
}

/// One request that a simulator wrote down.
struct Request {
    recipient: String,
    method: String,
    body: String,
    all: String,
}

fn show(arguments: &[&str]) -> Shown {
    let dir = TempDir::new().unwrap();
    let mut command = sluss();
    command.args(["demo", "--format", "json", "--state"]);
    command.arg(dir.path().join("state")).args(arguments);
    let ended = Ended::of(command.output().unwrap());
    Shown { dir, ended }
}

impl Shown {
    fn state(&self) -> std::path::PathBuf {
        self.dir.path().join("state")
    }

    fn received(&self) -> Vec<Request> {
        let text = fs::read_to_string(self.state().join("received.jsonl")).unwrap();
        text.lines().map(Request::read).collect()
    }

    fn verify(&self) -> Ended {
        let mut command = sluss();
        command.args(["log", "verify", "--state"]).arg(self.state());
        Ended::of(command.output().unwrap())
    }

    /// The cases by the external id of what was handed in.
    fn cases(&self) -> BTreeMap<String, Value> {
        let told = self.ended.json();
        let handed = told["handedIn"].as_array().unwrap().iter();
        handed
            .filter_map(|one| {
                let id = one["externalId"].as_str()?.to_owned();
                Some((id, one["cases"].get(0)?.clone()))
            })
            .collect()
    }
}

impl Request {
    fn read(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).unwrap();
        let keys: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["at", "body", "headers", "method", "path", "recipient"]);
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let body = String::from_utf8(STANDARD.decode(text("body")).unwrap()).unwrap();
        let headers = line["headers"].as_object().unwrap();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.as_str().unwrap()))
            .collect();
        let all = format!("{}\n{}\n{body}", text("path"), headers.join("\n"));
        Self { recipient: text("recipient"), method: text("method"), body, all }
    }

    /// Whether it hands something over. What SOAP only asks is a POST as well.
    fn is_message(&self) -> bool {
        self.method == "POST" && !self.body.contains("<Get") && !self.body.contains("<Find")
    }

    /// The same without the contact of a booked visit, which this case may give.
    fn without(&self, contact: &[String]) -> String {
        contact.iter().fold(self.all.clone(), |text, part| text.replace(part, ""))
    }
}

fn fixtures() -> Vec<Value> {
    ["orders.jsonl", "tickets.jsonl"]
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(root().join("fixtures/tmf").join(file)).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
        })
        .collect()
}

/// The characteristic of a fixture: an order's stand in its item.
fn characteristic(fixture: &Value, name: &str) -> Value {
    let list = match fixture["serviceOrderItem"].get(0) {
        Some(item) => &item["service"]["serviceCharacteristic"],
        None => &fixture["characteristic"],
    };
    let list = list.as_array().unwrap().iter();
    list.filter(|one| one["name"] == name)
        .map(|one| one["value"].clone())
        .next()
        .unwrap_or_default()
}

fn access(fixture: &Value) -> String {
    let of_ticket = &fixture["relatedEntity"][0]["id"];
    let access =
        if of_ticket.is_null() { characteristic(fixture, "accessId") } else { of_ticket.clone() };
    access.as_str().unwrap().to_owned()
}

/// What of the contact the visit of this fixture opens up, as it stands in a SOAP message.
fn contact(fixture: &Value) -> Vec<String> {
    let party = fixture["relatedParty"]
        .as_array()
        .unwrap()
        .iter()
        .find(|party| party["role"] == "customer")
        .unwrap();
    let (Some(given), Some(family)) = (party["givenName"].as_str(), party["familyName"].as_str())
    else {
        return Vec::new();
    };
    let initial = family.chars().next().unwrap();
    let mobile = party["contactMedium"][0]["characteristic"]["phoneNumber"].as_str().unwrap();
    let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
    let national = digits.trim_start_matches('0').trim_start_matches("46");
    vec![
        format!("<ContactName>{given} {initial}.</ContactName>"),
        format!("<ContactPhone>+46{national}</ContactPhone>"),
    ]
}

#[test]
fn the_main_job_holds_and_each_case_ends_as_it_should() {
    let shown = show(&[]);
    assert_eq!(shown.ended.code, 0, "{:?}", shown.ended);
    let told = shown.ended.json();
    assert_eq!(told["held"], true);
    assert_eq!((&told["unfinished"], &told["received"]["leaks"]), (&json!(0), &json!([])));
    let cases = shown.cases();
    let count = |start: &str| cases.keys().filter(|id| id.starts_with(start)).count();
    assert!(count("ORD-") >= 12 && count("FEL-") >= 8);
    for (id, case) in &cases {
        let (state, reason) = match id.as_str() {
            "ORD-2026-000106" => ("held", json!("no-valid-agreement")),
            "ORD-2026-000107" | "FEL-2026-000206" => ("held", json!("special-handling")),
            "ORD-2026-000108" | "FEL-2026-000207" => ("rejected", json!("access-unknown")),
            _ => ("completed", json!(null)),
        };
        assert_eq!((&case["state"], &case["reason"]), (&json!(state), &reason), "{id}");
        assert_eq!(case["leaves"].as_array().unwrap().len(), usize::from(state != "held"), "{id}");
    }
    assert_eq!(shown.verify().code, 0);
    private(&shown.state());
}

#[test]
fn nothing_about_anybody_is_in_what_arrived() {
    let shown = show(&[]);
    let received = shown.received();
    assert!(received.iter().all(|one| one.recipient != "exempelnat"));
    let messages = received.iter().filter(|one| one.is_message()).count();
    let kinds = &shown.ended.json()["log"]["report"]["kinds"];
    // One more was answered to an operator that asked, and one that asked in vain was refused.
    assert_eq!(kinds["intent"], messages + 1);
    assert_eq!(kinds["outcome"], messages + 1);
    let told = shown.ended.json();
    let statuses: Vec<_> = told["asked"]["pulls"].as_array().unwrap().iter().collect();
    assert_eq!(statuses[0]["status"], 200);
    assert!(statuses[0]["body"].as_str().unwrap().contains("\"mobilePhone\":\"+467017406"));
    assert_eq!(statuses[1]["status"], 404);
    assert_eq!(told["asked"]["found"]["accessId"], "STTA0006");
    let fixtures = fixtures();
    let mut opened = 0;
    for fixture in &fixtures {
        let id = fixture["externalId"].as_str().unwrap();
        let is_order = fixture["serviceOrderItem"].is_array();
        let visit = characteristic(fixture, "siteVisit") == true;
        let access = access(fixture);
        let protected =
            fixture.to_string().contains("{\"name\":\"protectedIdentity\",\"value\":true}");
        let contact = if visit && !protected { contact(fixture) } else { Vec::new() };
        for request in &received {
            assert!(!protected || !request.all.contains(&access), "{id}");
        }
        opened += received
            .iter()
            .filter(|request| {
                let own = request.body.contains(&format!("<AccessId>{access}</AccessId>"))
                    && request.body.contains("<PlaceOrder") == is_order;
                own && contact.iter().any(|part| request.body.contains(part))
            })
            .count();
        for value in people::values(fixture) {
            for request in &received {
                // A visit opens up one name and one number, in that customer's own messages.
                let bodies_of = |other: &&Value| {
                    let visit = characteristic(other, "siteVisit") == true;
                    let is_order = other["serviceOrderItem"].is_array();
                    visit
                        && request
                            .body
                            .contains(&format!("<AccessId>{}</AccessId>", self::access(other)))
                        && request.body.contains("<PlaceOrder") == is_order
                };
                let contact: Vec<_> =
                    fixtures.iter().filter(bodies_of).flat_map(self::contact).collect();
                let text = request.without(&contact);
                assert!(!people::stands_in(&value, &text), "a value of {id} is in {text}");
            }
        }
    }
    assert_eq!(opened, 3, "Göran Åkerström's order and fault, Emil Trollhamn's fault");
}

/// Read out of the texts by hand; see the file.
fn secrets() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("fixtures/demo/secrets.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

/// The text's words, each between blanks.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |text, word| text + word + " ")
}

#[test]
fn every_fixture_has_its_secrets_and_they_stand_in_it() {
    let mut secrets = secrets();
    for fixture in fixtures() {
        let id = fixture["externalId"].as_str().unwrap();
        let text = words(&fixture.to_string());
        for secret in secrets.remove(id).unwrap_or_else(|| panic!("{id} is not in the list")) {
            assert!(text.contains(&words(&secret)), "{secret} does not stand in {id}");
        }
    }
    assert!(secrets.is_empty(), "of no fixture: {:?}", secrets.keys());
}

#[test]
fn no_secret_of_a_text_is_in_what_arrived() {
    let shown = show(&[]);
    let received = shown.received();
    let secrets = secrets();
    for fixture in fixtures() {
        let id = fixture["externalId"].as_str().unwrap();
        let access = format!(" {} ", access(&fixture).to_lowercase());
        for secret in &secrets[id] {
            for request in &received {
                let text = words(&request.all);
                // What is short may be a word in somebody else's message.
                if secret.chars().count() >= 6 || text.contains(&access) {
                    let is_door = text.contains(&words(&format!("DoorCode {secret}")));
                    assert!(is_door || !text.contains(&words(secret)), "a secret of {id} left");
                }
            }
        }
    }
}

#[test]
fn what_explain_shows_is_what_arrives() {
    let shown = show(&[]);
    let received = shown.received();
    let bodies: BTreeSet<String> = received
        .iter()
        .filter(|one| one.is_message())
        .map(|one| match (one.body.find("<wsse:Security"), one.body.find("</wsse:Security>")) {
            (Some(from), Some(to)) => {
                [&one.body[..from], &one.body[to + "</wsse:Security>".len()..]].concat()
            }
            _ => one.body.clone(),
        })
        .collect();
    let cases = shown.cases();
    let sent: BTreeSet<String> = cases
        .values()
        .filter_map(|case| case["message"]["body"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(sent, bodies);

    // Explained by itself, an order differs by its drawn reference only.
    for file in ["orders.jsonl", "tickets.jsonl"] {
        let mut command = sluss();
        command.args(["explain", "--format", "json"]).arg(root().join("fixtures/tmf").join(file));
        let ended = Ended::of(command.output().unwrap());
        // The operator whose agreement has ended is not in the configuration that ships.
        if file == "orders.jsonl" {
            assert!(ended.code == 1 && ended.err.contains("relatedParty"), "{ended:?}");
            continue;
        }
        for case in ended.code(0).json()["cases"].as_array().unwrap() {
            let Some(body) = case["message"]["body"].as_str() else {
                continue;
            };
            assert!(
                bodies.iter().any(|sent| without_reference(sent) == without_reference(body)),
                "{body}"
            );
        }
    }
}

/// A reference is 32 letters in a row, and nothing else in a message is.
fn without_reference(body: &str) -> String {
    let is_reference =
        |word: &str| word.len() == 32 && word.bytes().all(|b| b.is_ascii_lowercase());
    let words = body.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words
        .map(|word| {
            if is_reference(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())) {
                "#"
            } else {
                word
            }
        })
        .collect()
}

/// Orders as a generator of ours would make them, over both operators.
fn generated(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| {
            let operator = if number % 2 == 0 { "globalconnect" } else { "ip-only" };
            let access = format!("STTA{:04}", 2000 + number);
            json!({
                "externalId": format!("GEN-{number}"),
                "requestedStartDate": "2026-12-01T00:00:00Z",
                "relatedParty": [
                    { "id": operator, "role": "communicationsOperator" },
                    { "id": format!("cust-{}", 50_000 + number), "role": "customer",
                      "@referredType": "Individual", "givenName": "Tolvan", "familyName": "Tolvansson",
                      "contactMedium": [{ "mediumType": "mobile", "characteristic": { "phoneNumber": "+46701740605" } }] }
                ],
                "serviceOrderItem": [{ "id": "1", "action": "add", "service": {
                    "serviceSpecification": { "id": "BB-100-100" },
                    "serviceCharacteristic": [{ "name": "accessId", "value": access }] } }]
            })
            .to_string()
        })
        .collect()
}

#[test]
fn it_takes_other_orders_and_a_bad_line_breaks_no_other() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, lines: &[String]| {
        let path = dir.path().join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut orders = generated(40);
    orders.insert(0, "{\"externalId\":\"Hemlighetsson".to_owned());
    orders.insert(9, "{\"externalId\":\"19121212-1212\"}".to_owned());
    let ticket = fs::read_to_string(root().join("fixtures/tmf/tickets.jsonl")).unwrap();
    let ticket = ticket.lines().next().unwrap().to_owned();
    let orders = write("orders.jsonl", &orders);
    let faults = write("faults.jsonl", &[ticket.clone(), ticket]);
    let shown = show(&["--orders", &orders, "--faults", &faults]);
    assert_eq!(shown.ended.code, 0, "{:?}", shown.ended);
    assert!(!shown.ended.out.contains("Hemlighetsson") && !shown.ended.out.contains("19121212"));
    let told = shown.ended.json();
    let handed = told["handedIn"].as_array().unwrap();
    assert_eq!(handed.len(), 44);
    let refused: Vec<_> = handed.iter().filter(|one| one.get("error").is_some()).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused[0]["place"].as_str().unwrap().ends_with(":1"));
    assert!(refused[1]["place"].as_str().unwrap().ends_with(":10"));
    let cases = shown.cases();
    assert_eq!(cases.len(), 41);
    assert!(cases.values().all(|case| case["state"] == "completed"));
}

#[test]
fn a_changed_leaf_is_found_afterwards_and_a_used_folder_refused() {
    let shown = show(&[]);
    assert_eq!(shown.verify().code, 0);
    let again = sluss().args(["demo", "--state"]).arg(shown.state()).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "its folder tells of another run");
    assert_eq!(shown.verify().code, 0);

    let database = Connection::open(shown.state().join("sluss.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER leaf_is_never_changed;
             UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), '\"accepted\"', '\"rejected\"') AS BLOB)
             WHERE idx = (SELECT min(idx) FROM leaf WHERE kind = 'outcome' AND instr(CAST(body AS TEXT), '\"accepted\"'));",
        )
        .unwrap();
    assert_eq!(database.changes(), 1);
    drop(database);
    let ended = shown.verify();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("NOT SOUND"));
}

#[test]
fn it_can_leave_the_service_up() {
    let dir = TempDir::new().unwrap();
    let mut command = sluss();
    command.args(["demo", "--keep-running", "--state"]).arg(dir.path().join("state"));
    let mut running = Running::start(command);
    let address = loop {
        // Other addresses may be told before: only the service has a health.
        let address = running.address();
        if ask(&address, "GET", "/health", "").starts_with("HTTP/1.1 200") {
            break address;
        }
    };
    crate::tokens::keep_in(&dir.path().join("state"));
    let order = &generated(1)[0];
    let posted = ask(&address, "POST", "/tmf-api/serviceOrdering/v4/serviceOrder", order);
    assert!(posted.starts_with("HTTP/1.1 201"), "{posted}");
    let ended = running.stop();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(Path::new(&dir.path().join("state/received.jsonl")).exists());
}
