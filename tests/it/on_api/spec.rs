//! The specification's own examples, where its text is at hand (in the folder `SLUSS_REFERENCE`,
//! else in `../shared/reference`): they are read from the text and not copied here.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sluss::dialects::on_api::V2_6;
use sluss::dialects::{Answer, Dialect, Finding, Progress, Standing, Verdict};
use sluss::domain::Act;

use super::{SPOKEN, http, root, schema, sought};

/// An example: its first line, all of its head, and its body.
struct Example {
    head: String,
    body: String,
}

/// The examples of one page; `None`, and a word about it, where the text is not there.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn examples(page: &str) -> Option<Vec<Example>> {
    let reference = std::env::var_os("SLUSS_REFERENCE")
        .map_or_else(|| root().join("../shared/reference"), PathBuf::from);
    let Ok(text) = fs::read_to_string(reference.join("on-api/2.6.0").join(page)) else {
        println!("left out: the text of ON-API 2.6 ({page}) is not there; set SLUSS_REFERENCE");
        return None;
    };
    let text = text.replace("\r\n", "\n");
    let mut examples: Vec<Example> = Vec::new();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (language, code) = block.split_once('\n').unwrap_or((block, ""));
        match language.trim().to_ascii_lowercase().as_str() {
            "http" => {
                let (head, body) = code.split_once("\n\n").unwrap_or((code, ""));
                examples.push(Example { head: head.to_owned(), body: body.to_owned() });
            }
            // Some pages give the body a block of its own.
            "json" => match examples.last_mut() {
                Some(example) if example.body.is_empty() => code.clone_into(&mut example.body),
                _ => {}
            },
            _ => {}
        }
    }
    Some(examples)
}

impl Example {
    /// As an answer with a body that is JSON; some have `...` in it.
    fn answer(&self) -> Option<(Answer, Value)> {
        let body = serde_json::from_str(&self.body).ok()?;
        let is_answer = self.head.starts_with("HTTP/1.1");
        is_answer.then(|| (http::answer(&format!("{}\n\n{}", self.head, self.body)), body))
    }

    /// The message of a POST. One has a comma too many.
    fn posted(&self) -> Option<Value> {
        let tidy = self.body.replace("\"false\",\n", "\"false\"\n");
        self.head.starts_with("POST").then(|| serde_json::from_str(&tidy).unwrap())
    }
}

fn act(operation: &str) -> Option<Act> {
    match operation {
        "ACTIVATE" => Some(Act::Activate),
        "CHANGE" => Some(Act::Change),
        "SUSPEND" => Some(Act::Suspend),
        "RESUME" => Some(Act::Resume),
        "DEACTIVATE" => Some(Act::Terminate),
        _ => None,
    }
}

#[test]
fn every_order_in_an_answer_is_read() {
    let mut read = 0;
    for page in ["spec/orders.md", "common/responses.md"] {
        let Some(examples) = examples(page) else {
            return;
        };
        for (mut answer, body) in examples.iter().filter_map(Example::answer) {
            read += 1;
            if answer.status >= 400 {
                let verdict = V2_6.decode(Act::Activate, &answer);
                assert_eq!(answer.status >= 500, verdict == Verdict::Unclear, "{body}");
                continue;
            }
            let order = body.get(0).unwrap_or(&body);
            let standing = match order["state"].as_str().unwrap() {
                "RECEIVED" => Standing::Working,
                "DONE_SUCCESS" => Standing::Done,
                other => panic!("{other}"),
            };
            let path = order["path"].as_str();
            let id = path.and_then(|path| path.rsplit('/').next());
            if let Some(act) = act(order["operation"].as_str().unwrap()) {
                let verdict = V2_6.decode(act, &answer);
                let Verdict::Accepted(placement) = verdict else { panic!("{verdict:?} {body}") };
                let reference = placement.reference.map(|reference| reference.to_string());
                assert_eq!((reference.as_deref(), placement.standing), (id, standing), "{body}");
                let subscription = placement.subscription.map(|id| id.to_string());
                assert_eq!(subscription.as_deref(), order["subscriptionId"].as_str());
            }
            answer.status = 200;
            let progress = V2_6.followed(Act::Activate, &answer);
            let Progress::At(placement) = progress else { panic!("{progress:?} {body}") };
            assert_eq!(placement.standing, standing);
            assert_eq!(V2_6.found(&sought(Act::Activate), &answer), Finding::Absent);
        }
    }
    assert!(read >= 20, "{read} examples read");
}

#[test]
fn every_ticket_in_an_answer_is_read() {
    let Some(examples) = examples("spec/tickets.md") else {
        return;
    };
    let mut read = 0;
    for (answer, body) in examples.iter().filter_map(Example::answer) {
        let got = match answer.status {
            201 => V2_6.decode(Act::Report, &answer),
            _ => match V2_6.followed(Act::Report, &answer) {
                Progress::At(placement) => Verdict::Accepted(placement),
                other => panic!("{other:?}"),
            },
        };
        let Verdict::Accepted(placement) = got else { panic!("{got:?}") };
        assert_eq!(placement.standing, Standing::Working);
        let reference = placement.reference.map(|reference| reference.to_string());
        assert_eq!(reference.as_deref(), body["coTicketReference"].as_str());
        read += 1;
    }
    assert!(read >= 2, "{read} examples read");
}

#[test]
fn every_event_is_read() {
    let Some(examples) = examples("spec/orderevents.md") else {
        return;
    };
    let answers: Vec<(Answer, Value)> = examples.iter().filter_map(Example::answer).collect();
    for (answer, body) in &answers {
        let events = V2_6.fed(answer).unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(Some(events[0].event.as_str()), body[0]["event"].as_str());
        let path = body[0]["order"]["path"].as_str().unwrap();
        assert!(path.ends_with(&format!("/{}", events[0].reference)));
        assert!(matches!(events[0].standing, Standing::Done | Standing::Failed));
    }
    assert!(answers.len() >= 2, "{} examples read", answers.len());
}

/// Where the examples contradict the data formats, they are mended first; each mending is listed.
#[test]
fn our_schemas_accept_the_messages_of_the_examples() {
    let (Some(orders), Some(tickets)) = (examples("spec/orders.md"), examples("spec/tickets.md"))
    else {
        return;
    };
    let mut accepted = 0;
    for mut order in orders.iter().filter_map(Example::posted) {
        let operation = order["operation"].as_str().unwrap();
        let Some(act) = act(operation).filter(|act| SPOKEN.contains(act)) else {
            continue;
        };
        // The examples write `ipAddress` where the data formats have `ipAddresses`.
        if let Some(Value::Object(characteristics)) = order.get_mut("characteristics") {
            let addresses = characteristics.remove("ipAddress").unwrap();
            characteristics.insert("ipAddresses".to_owned(), addresses);
        }
        schema(act).validate(&order).unwrap_or_else(|error| panic!("{error} {order}"));
        accepted += 1;
    }
    for mut ticket in tickets.iter().filter_map(Example::posted) {
        // `#` is outside the data format ID, a boolean is no string, and we name no person.
        for member in ["spReference", "spTicketReference"] {
            ticket[member] = ticket[member].as_str().unwrap().replace('#', "-").into();
        }
        ticket["additionalInfo"]["link"] = false.into();
        ticket["createdBy"] = "support".into();
        let schema = schema(Act::Report);
        schema.validate(&ticket).unwrap_or_else(|error| panic!("{error} {ticket}"));
        accepted += 1;
    }
    assert!(accepted >= 4, "{accepted} messages accepted");
}
