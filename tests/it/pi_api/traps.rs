//! The places where the specification's examples are at odds with its text, or operators with both:
//! each an answer under `fixtures/dialects/pi-api/traps/`.

use std::fs;

use sluss::dialects::pi_api::{Kind, PiApi, Problem};
use sluss::dialects::{Answer, Dialect, FeedEvent, Finding, Placement, Progress, Standing};
use sluss::domain::{Act, OperatorReference, Timestamp};

use super::{http, questions, root, sought};

pub(super) fn trap(name: &str) -> Answer {
    let path = root().join(format!("fixtures/dialects/pi-api/traps/{name}.http"));
    http::answer(&fs::read_to_string(path).unwrap())
}

fn at(reference: Option<&str>, standing: Standing) -> Placement {
    let reference = reference.map(|reference| OperatorReference::parse(reference).unwrap());
    Placement { reference, subscription: None, standing }
}

#[test]
fn where_a_ticket_is_and_how_it_ended() {
    for (name, reference, standing) in [
        // `assingee` for `assignedTo`, and services as a list of texts.
        ("ticket-new-assingee", "TicketRef123456", Standing::Working),
        // Lines of the log in no order, in seconds and in milliseconds: the latest one counts.
        ("ticket-cleared-codes-in-the-log", "TicketRef123456", Standing::Failed),
        ("ticket-closed-solved", "TT1", Standing::Done),
        ("ticket-closed-without-codes", "TT1", Standing::Done),
        ("ticket-closed-wrong-assignment", "TT1", Standing::Unknown),
        ("ticket-closed-unknown-code", "TT1", Standing::Unknown),
        // It was mended once, and is not.
        ("ticket-reopened", "TT1", Standing::Working),
        ("ticket-state-as-text", "4711", Standing::Working),
        ("ticket-unknown-status", "TT1", Standing::Unknown),
    ] {
        let progress = PiApi.followed(Act::Report, &trap(name));
        assert_eq!(progress, Progress::At(at(Some(reference), standing)), "{name}");
    }
}

#[test]
fn whether_a_ticket_is_ours() {
    let ours = sought(Act::Report);
    // Older than ours, whatever the unit, and without our reference.
    let old = trap("tickets-in-seconds-and-milliseconds");
    assert_eq!(PiApi.found(&ours, &old), Finding::Absent);
    let mut long_ago = ours.clone();
    long_ago.since = Timestamp::parse("2014-10-13T06:30:00Z").unwrap();
    assert_eq!(PiApi.found(&long_ago, &old), Finding::Unclear);
    assert_eq!(PiApi.found(&ours, &trap("tickets-one-without-reference")), Finding::Unclear);
    let twice = PiApi.found(&ours, &trap("tickets-ours-twice"));
    assert_eq!(twice, Finding::Present(at(Some("TT1"), Standing::Done)));
}

#[test]
fn states_of_an_order_that_the_specification_does_not_have() {
    let follow = |name| PiApi.followed(Act::Activate, &trap(name));
    let successor = follow("order-in-the-successors-words");
    assert_eq!(successor, Progress::At(at(Some("4711"), Standing::Working)));
    let unknown = follow("order-unknown-state");
    assert_eq!(unknown, Progress::At(at(Some("4711"), Standing::Unknown)));
}

#[test]
fn an_order_is_found_by_what_is_active() {
    let done = Finding::Present(at(None, Standing::Done));
    let (start, end) = (sought(Act::Activate), sought(Act::Terminate));
    let (with, without) = (trap("access-with-the-service"), trap("access-without-the-service"));
    assert_eq!(PiApi.found(&start, &with), done);
    assert_eq!(PiApi.found(&start, &without), Finding::Absent);
    assert_eq!(PiApi.found(&end, &with), Finding::Absent);
    assert_eq!(PiApi.found(&end, &without), done);
    let silent = trap("access-without-active");
    assert_eq!(PiApi.found(&start, &silent), Finding::Unclear);
    assert_eq!(PiApi.found(&end, &silent), Finding::Unclear);
}

#[test]
fn events_that_cannot_be_read_are_passed_over() {
    let event = |event: &str, reference, standing| FeedEvent {
        event: event.to_owned(),
        reference: OperatorReference::parse(reference).unwrap(),
        standing,
    };
    let expected =
        vec![event("2a6d", "ec4b0001", Standing::Done), event("17", "ec4b0002", Standing::Failed)];
    assert_eq!(PiApi.fed(&trap("events")), Some(expected));
}

#[test]
fn a_template_in_small_letters_and_with_kinds_that_nobody_knows() {
    let templates = PiApi::templates(&trap("template-in-small-letters")).unwrap();
    let asked = &templates[0].asked;
    assert_eq!(templates[0].service.as_deref(), Some("BB 100/100"));
    assert_eq!(templates[0].problem, Some(Problem::Quality));
    assert_eq!((templates[1].problem, templates[1].asked.len()), (None, 0));
    let kinds: Vec<_> = asked.iter().map(|one| (one.kind, one.mandatory)).collect();
    let expected = [(Some(Kind::Option), true), (Some(Kind::Bool), true), (None, false)];
    assert_eq!(kinds, expected);
    let ours = questions();
    let open: Vec<_> = templates[0].unanswered(&ours).map(|one| one.name.as_str()).collect();
    assert_eq!(open, ["testedWithTwoComputers"]);
}
