//! The specification's own examples: what we read in them, and what our schemas say to them. Where
//! an example is at odds with the text beside it, it is mended first; each mending is listed.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sluss::dialects::pi_api::PiApi;
use sluss::dialects::{Answer, Dialect, Progress, Standing, Verdict};
use sluss::domain::{Act, HoldReason, RejectReason};

use super::{http, root, schema};

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
    let Ok(text) = fs::read_to_string(reference.join("pi-api").join(page)) else {
        println!("left out: the text of PI-API 2.2 ({page}) is not there; set SLUSS_REFERENCE");
        return None;
    };
    let text = text.replace("\r\n", "\n");
    let blocks = text.split("\n```").skip(1).step_by(2);
    let examples = blocks.filter_map(|block| {
        let (_, code) = block.split_once('\n')?;
        let (head, body) = code.split_once("\n\n").unwrap_or((code, ""));
        Some(Example { head: head.to_owned(), body: body.to_owned() })
    });
    Some(examples.collect())
}

impl Example {
    /// As an answer with a body that is JSON; some have `...` in it.
    fn answer(&self) -> Option<(Answer, Value)> {
        let body = serde_json::from_str(&self.body).ok()?;
        let is_answer = self.head.starts_with("HTTP/1.1");
        is_answer.then(|| (http::answer(&format!("{}\n\n{}", self.head, self.body)), body))
    }

    fn is_post(&self, path: &str) -> bool {
        self.head.starts_with(&format!("POST {path}"))
    }
}

#[test]
fn every_order_in_an_answer_is_read() {
    let Some(examples) = examples("service_activation.md") else {
        return;
    };
    let mut read = 0;
    for (answer, body) in examples.iter().filter_map(Example::answer) {
        read += 1;
        let act = match body["operation"].as_str() {
            Some("DEACTIVATE") => Act::Terminate,
            _ => Act::Activate,
        };
        let verdict = PiApi.decode(act, &answer);
        if answer.status >= 400 {
            let expected = match body["cause"].as_str().unwrap() {
                "Missing customer.firstName" => Verdict::Puzzling(HoldReason::MissingField),
                _ => Verdict::Rejected(RejectReason::Conflict),
            };
            assert_eq!(verdict, expected, "{body}");
            continue;
        }
        let Verdict::Accepted(placement) = verdict else { panic!("{verdict:?} {body}") };
        let id = body["path"].as_str().and_then(|path| path.rsplit('/').next());
        assert_eq!(placement.reference.as_ref().map(ToString::to_string).as_deref(), id);
        let standing = match body["state"].as_str().unwrap() {
            "RECEIVED" => Standing::Working,
            "DONE_SUCCESS" => Standing::Done,
            other => panic!("{other}"),
        };
        assert_eq!(placement.standing, standing, "{body}");
        let followed = Answer { status: 200, ..answer };
        assert_eq!(PiApi.followed(act, &followed), Progress::At(placement));
    }
    assert!(read >= 9, "{read} examples read");
}

#[test]
fn every_event_is_read() {
    let Some(examples) = examples("order_events.md") else {
        return;
    };
    let answers: Vec<(Answer, Value)> = examples.iter().filter_map(Example::answer).collect();
    for (answer, body) in &answers {
        let events = PiApi.fed(answer).unwrap();
        assert_eq!(events.len(), body.as_array().unwrap().len());
        for (event, row) in events.iter().zip(body.as_array().unwrap()) {
            assert_eq!(Some(event.event.as_str()), row["event"].as_str());
            let path = row["order"]["path"].as_str().unwrap();
            assert!(path.ends_with(&format!("/{}", event.reference)));
            assert!(matches!(event.standing, Standing::Done | Standing::Failed));
        }
    }
    assert!(!answers.is_empty(), "no example read");
}

#[test]
fn availability_says_what_is_active() {
    let Some(examples) = examples("availability.md") else {
        return;
    };
    let (answer, _) = examples.iter().find_map(Example::answer).unwrap();
    // BB-100-10 is active in it, at STTA0001.
    let found = |act| PiApi.found(&super::sought(act), &answer);
    assert!(matches!(found(Act::Activate), sluss::dialects::Finding::Present(_)));
    assert_eq!(found(Act::Terminate), sluss::dialects::Finding::Absent);
}

#[test]
fn tickets_are_read() {
    let Some(examples) = examples("tt.md") else {
        return;
    };
    // The answer to getTicket has no status line, and a member without quotation marks.
    let whole = examples.iter().find(|one| one.head.starts_with('{')).unwrap();
    let text = format!("{}\n\n{}", whole.head, whole.body).replace("  log:", "  \"log\":");
    let body = text.trim().as_bytes().to_vec();
    let answer = Answer { status: 200, body, ..Answer::default() };
    let Progress::At(placement) = PiApi.followed(Act::Report, &answer) else {
        panic!("the ticket cannot be read")
    };
    assert_eq!(placement.reference.unwrap().to_string(), "TicketRef123456");
    assert_eq!(placement.standing, Standing::Working);

    let mut read = 0;
    for (answer, body) in examples.iter().filter_map(Example::answer) {
        read += 1;
        if body["ticketRef"].is_string() {
            let verdict = PiApi.decode(Act::Report, &answer);
            let Verdict::Accepted(placement) = verdict else { panic!("{verdict:?}") };
            assert_eq!(placement.reference.unwrap().to_string(), "TT100002");
        } else if body["templates"].is_array() {
            assert_eq!(PiApi::templates(&answer).map(|templates| templates.len()), Some(1));
        } else {
            let Progress::At(placement) = PiApi.followed(Act::Report, &answer) else {
                panic!("the row cannot be read")
            };
            assert_eq!(placement.standing, Standing::Done);
        }
    }
    assert!(read >= 3, "{read} examples read");
}

#[test]
fn our_schemas_accept_the_messages_of_the_examples() {
    let (Some(orders), Some(tickets)) = (examples("service_activation.md"), examples("tt.md"))
    else {
        return;
    };
    let mut accepted = 0;
    for order in orders.iter().filter(|one| one.is_post("/api/2.2/orders/")) {
        let mut order: Value = serde_json::from_str(&order.body).unwrap();
        let act = match order["operation"].as_str().unwrap() {
            "DEACTIVATE" => Act::Terminate,
            _ => Act::Activate,
        };
        if act == Act::Activate {
            // We send no personnummer, and write a number as the text beside the example says.
            order["customer"]["socialSecurityNumber"] = "".into();
            order["customer"]["phone"] = "+46313900605".into();
        }
        schema(act).validate(&order).unwrap_or_else(|error| panic!("{error} {order}"));
        accepted += 1;
    }
    let ticket = tickets.iter().find(|one| one.is_post("/api/ticket\n")).unwrap();
    // A brace is missing, the problem is none of the three, and a number is without its country.
    let text = ticket.body.replace("        \"customerMac\"", "\"customerMac\"");
    let mended = text.replacen("    }\n  ]", "    }\n  }\n  ]", 1);
    let mut ticket: Value = serde_json::from_str(&mended).unwrap();
    ticket["services"][0]["problem"] = "QUALITY".into();
    ticket["customerInformation"]["phone"] = "+46701740605".into();
    let schema = schema(Act::Report);
    schema.validate(&ticket).unwrap_or_else(|error| panic!("{error} {ticket}"));
    assert!(accepted >= 2, "{accepted} messages accepted");
}
