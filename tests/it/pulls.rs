//! Contact pulls: an operator asks at our door, over a real socket, and gets the one channel that the
//! policy lets it have, or an answer that tells nothing.
#![cfg(test)]

mod door;
mod killed;

use std::time::Duration;

use serde_json::{Value, json};
use sluss::domain::{CaseId, CaseState, HaltReason, Purpose};
use sluss::intake::Kind;
use sluss::log::{Event, Leaf, OutcomeResult, Stopped};
use sluss::record::GROUND;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};
use crate::raw::Heard;

fn because(reason: &str) -> Value {
    json!({ "reason": reason })
}

impl App {
    /// Our reference of a case, as the operator that got it knows it.
    fn reference(&self, recipient: &str, access: &str) -> String {
        let effects = self.effects(recipient);
        let mut found = effects
            .iter()
            .filter(|effect| effect.access.as_ref().is_some_and(|id| id.as_str() == access));
        found.next_back().and_then(|effect| effect.reference.clone()).unwrap()
    }

    /// An order that the operator works on, and the reference it has of it.
    async fn ordered(&mut self, recipient: &str, external: &str, access: &str) -> (CaseId, String) {
        let cases = self.submit(Kind::Order, &order(recipient, external, access)).await;
        self.work().await;
        let row = self.row(cases[0]).await;
        assert!(!row.state.is_final(), "the operator is not to be so quick: {}", row.state);
        (cases[0], self.reference(recipient, access))
    }

    /// A fault that the operator works on, and the reference it has of it.
    async fn reported(
        &mut self,
        recipient: &str,
        external: &str,
        access: &str,
    ) -> (CaseId, String) {
        let cases = self.submit(Kind::Ticket, &fault(recipient, external, access)).await;
        self.work().await;
        (cases[0], self.reference(recipient, access))
    }

    async fn refusals(&self) -> Vec<Stopped> {
        let leaves = self.leaves().await;
        let refused = leaves.into_iter().filter_map(|(_, leaf)| match leaf.event {
            Event::Refusal(stopped) if stopped.purpose == Purpose::ContactPull => Some(stopped),
            _ => None,
        });
        refused.collect()
    }

    async fn reasons(&self) -> Vec<&'static str> {
        self.refusals().await.iter().map(|stopped| stopped.reason.as_str()).collect()
    }

    async fn pull_leaf(&self) -> Leaf {
        let leaves = self.leaves().await;
        let found = leaves.into_iter().map(|(_, leaf)| leaf).find(|leaf| match &leaf.event {
            Event::Intent(intent) => intent.purpose == Purpose::ContactPull,
            _ => false,
        });
        found.unwrap()
    }
}

/// Everything but the date, which is the clock's.
fn seen(heard: &Heard) -> (String, String) {
    let (top, body) = heard.parts().unwrap();
    let lines = top.lines().filter(|line| !line.starts_with("date: "));
    (lines.collect::<Vec<_>>().join("\n"), body)
}

#[tokio::test]
async fn a_live_case_is_answered_with_one_channel_and_recorded_first() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    let reason = "Tekniker behöver boka besök";
    let heard = app.pull(GLOBALCONNECT, &reference, &because(reason)).await;
    let expected =
        json!({ "name": "Astrid L.", "email": "", "phone": "", "mobilePhone": "+46701740605" });
    assert_eq!(heard.json(), (200, expected));
    assert_eq!(heard.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(heard.header("cache-control").as_deref(), Some("no-store"));

    let leaf = app.pull_leaf().await;
    let Event::Intent(intent) = &leaf.event else { unreachable!() };
    let names: Vec<_> = intent.sent.iter().map(|field| field.as_str()).collect();
    assert_eq!(names, ["contact.name", "contact.phone"]);
    assert_eq!(intent.endpoint, "on-api contacts");
    assert_eq!(intent.attempt, 1);
    let store = &app.deployment.store;
    assert!(store.commits_to(&leaf, GROUND, reason).await.unwrap());
    assert!(!store.commits_to(&leaf, GROUND, "something else").await.unwrap());
    let outcomes = app.outcomes().await;
    let last = outcomes.values().next_back().unwrap();
    assert_eq!(last.result, OutcomeResult::Accepted);
    assert_eq!(last.code.as_ref().map(ToString::to_string).as_deref(), Some("http-200"));

    // Another one is another leaf.
    let again = app.pull(GLOBALCONNECT, &reference, &because(reason)).await;
    assert_eq!(again.json().0, 200);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn every_version_has_its_path_and_no_other_has_one() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    for (version, status) in [("2.6", 200), ("2.5", 200), ("2.4", 200), ("2.3.1", 404), ("3", 404)]
    {
        let path = format!("/onapi/{version}/contacts/{reference}");
        let shown = crate::harness::basic("globalconnect-asks", crate::harness::PASSWORD);
        let request = crate::raw::http("POST", &path, &shown, because("Besök").to_string());
        let heard = app.knock(app.deployment.app().unwrap(), &request).await;
        assert_eq!(heard.text().0, status, "{version}");
        app.heard(GLOBALCONNECT, &heard);
    }
    let path = format!("/onapi/2.6/contacts/{reference}");
    let heard =
        app.knock(app.deployment.app().unwrap(), &crate::raw::http("GET", &path, "", "")).await;
    assert_eq!(heard.text().0, 405);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn an_operator_of_another_dialect_asks_in_the_same_way() {
    let mut app = App::start().await;
    let (_, reference) = app.reported(IP_ONLY, "FEL-1", "STTA0201").await;
    let body = json!({ "spTicketReference": reference });
    let heard = app.pull(IP_ONLY, &reference, &body).await;
    assert_eq!(heard.json().1["mobilePhone"], "+46701740605");
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn whoever_gets_nothing_cannot_tell_why() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    let (_, elsewhere) = app.reported(IP_ONLY, "FEL-1", "STTA0201").await;
    let mut special = order(GLOBALCONNECT, "ORD-2", "STTA0102");
    special["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
    let special = app.submit(Kind::Order, &special).await;
    app.work().await;
    App::check(&app.row(special[0]).await, CaseState::Held, Some("special-handling"));

    let unknown = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";
    let mut all = Vec::new();
    for (reference, body) in [
        (unknown, because("Besök")),
        (&*elsewhere, because("Besök")),
        ("STTA0101", because("Besök")),
        ("a%00b", because("Besök")),
        (&*reference, json!({ "spTicketReference": unknown })),
        (&*reference, json!({ "spTicketReference": "123" })),
        // A ticket of somebody else's.
        (&*reference, json!({ "spTicketReference": elsewhere })),
    ] {
        all.push(seen(&app.pull(GLOBALCONNECT, reference, &body).await));
    }
    // The case ends; now there is nothing to visit anybody for.
    app.to_the_end().await;
    all.push(seen(&app.pull(GLOBALCONNECT, &reference, &because("Besök")).await));
    assert!(all[0].0.starts_with("HTTP/1.1 404"), "{}", all[0].0);
    assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:#?}");
    assert_eq!(
        app.reasons().await,
        [
            "reference-unknown",
            "reference-of-another",
            "reference-unknown",
            "reference-unknown",
            "ticket-not-open",
            "ticket-not-open",
            "ticket-not-open",
            "case-not-live",
        ]
    );
    // Who is known is committed to, and nobody else.
    let committed: Vec<usize> = app.refusals().await.iter().map(|one| one.sd.len()).collect();
    assert_eq!(committed, [0, 1, 0, 0, 1, 1, 1, 1]);
    app.close().await;
}

#[tokio::test]
async fn what_is_handled_by_hand_is_never_told_also_after_a_release() {
    let mut app = App::start().await;
    let mut body = order(GLOBALCONNECT, "ORD-1", "STTA0101");
    body["relatedParty"][1]["characteristic"][0]["value"] = json!(true);
    let case = app.submit(Kind::Order, &body).await[0];
    app.work().await;
    app.decide(case, sluss::domain::Step::Release).await;
    app.work().await;
    let reference = app.reference(GLOBALCONNECT, "STTA0101");
    assert!(!app.row(case).await.state.is_final());
    let heard = app.pull(GLOBALCONNECT, &reference, &because("Besök")).await;
    assert_eq!(heard.text().0, 404);
    assert_eq!(app.reasons().await, ["special-handling"]);
    let refused = app.refusals().await;
    assert!(!refused[0].withheld.is_empty() && refused[0].sd.len() == 1);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_reference_of_a_delivered_service_is_answered_while_its_ticket_is_open() {
    let mut app = App::start().await;
    let (_, service) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    app.to_the_end().await;
    let mut other = fault(GLOBALCONNECT, "FEL-2", "STTA0102");
    other["relatedParty"][1]["id"] = json!("cust-99118");
    let other = app.submit(Kind::Ticket, &other).await;
    let (ticket, number) = app.reported(GLOBALCONNECT, "FEL-1", "STTA0101").await;
    assert!(!app.row(other[0]).await.state.is_final());
    let of_other = app.reference(GLOBALCONNECT, "STTA0102");

    let named = |number: &str| json!({ "spTicketReference": number });
    let not_his = app.pull(GLOBALCONNECT, &service, &named(&of_other)).await;
    assert_eq!(not_his.text().0, 404, "another customer's ticket");
    let heard = app.pull(GLOBALCONNECT, &service, &named(&number)).await;
    assert_eq!(heard.json().1["mobilePhone"], "+46701740605");
    // A reason does not make an order live again; the ticket's own reference does not need one.
    assert_eq!(app.pull(GLOBALCONNECT, &service, &because("Besök")).await.text().0, 404);
    let both = json!({ "reason": "Besök", "spTicketReference": "CO-17" });
    assert_eq!(app.pull(GLOBALCONNECT, &number, &both).await.text().0, 200);
    app.to_the_end().await;
    assert_eq!(app.row(ticket).await.state, CaseState::Completed);
    assert_eq!(app.pull(GLOBALCONNECT, &service, &named(&number)).await.text().0, 404);
    assert_eq!(app.reasons().await, ["ticket-not-open", "case-not-live", "ticket-not-open"]);
    app.close().await;
}

#[tokio::test]
async fn a_case_is_asked_about_within_its_window_only() {
    let mut app = App::start_with(|config| {
        for file in &mut config.recipients {
            let inbound = file.recipient.inbound.as_mut().unwrap();
            inbound.window = Duration::from_hours(24);
        }
    })
    .await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    app.clock.advance(Duration::from_hours(24));
    assert_eq!(app.pull(GLOBALCONNECT, &reference, &because("Besök")).await.text().0, 200);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(app.pull(GLOBALCONNECT, &reference, &because("Besök")).await.text().0, 404);
    assert_eq!(app.reasons().await, ["case-not-live"]);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn e_mail_leaves_only_where_there_is_no_number() {
    let mut app = App::start().await;
    let mut body = order(GLOBALCONNECT, "ORD-1", "STTA0101");
    let media = body["relatedParty"][1]["contactMedium"].as_array_mut().unwrap();
    media.retain(|medium| medium["mediumType"] == "email");
    app.submit(Kind::Order, &body).await;
    let mut nothing = order(GLOBALCONNECT, "ORD-2", "STTA0102");
    nothing["relatedParty"][1]["contactMedium"] = json!([]);
    app.submit(Kind::Order, &nothing).await;
    app.work().await;
    let reference = app.reference(GLOBALCONNECT, "STTA0101");
    let heard = app.pull(GLOBALCONNECT, &reference, &because("Besök")).await;
    let expected = json!({ "name": "Astrid L.", "email": "astrid@example.se", "phone": "", "mobilePhone": "" });
    assert_eq!(heard.json().1, expected);
    // A name alone reaches nobody, and is not told.
    let reference = app.reference(GLOBALCONNECT, "STTA0102");
    assert_eq!(app.pull(GLOBALCONNECT, &reference, &because("Besök")).await.text().0, 404);
    assert_eq!(app.reasons().await, ["no-contact"]);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn without_an_agreement_of_the_day_nothing_is_told() {
    let mut app = App::start_with(|config| {
        for file in &mut config.recipients {
            if let Some(agreement) = &mut file.recipient.agreement {
                agreement.valid_to = agreement.valid_to.min("2026-11-22".parse().unwrap());
            }
        }
    })
    .await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    assert_eq!(app.pull(GLOBALCONNECT, &reference, &because("Besök")).await.text().0, 200);
    app.clock.advance(Duration::from_hours(24));
    assert_eq!(app.pull(GLOBALCONNECT, &reference, &because("Besök")).await.text().0, 404);
    assert_eq!(app.reasons().await, ["no-valid-agreement"]);
    app.to_the_end().await;
    app.close().await;
}

#[tokio::test]
async fn a_halted_log_answers_nobody() {
    let mut app = App::start().await;
    let (_, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    let size = app.deployment.store.size().await.unwrap();
    app.deployment.halt.pull(HaltReason::PartFailed);
    for reference in [&*reference, "bcdfghjkmnpqrstvbcdfghjkmnpqrstv"] {
        let heard = app.pull(GLOBALCONNECT, reference, &because("Besök")).await;
        assert_eq!(heard.text().0, 503);
        assert_eq!(heard.header("retry-after").as_deref(), Some("31"));
    }
    assert_eq!(app.deployment.store.size().await.unwrap(), size);
    app.close().await;
}

#[tokio::test]
async fn the_person_is_told_of_a_pull_and_the_audit_is_clean() {
    let mut app = App::start().await;
    let (case, reference) = app.ordered(GLOBALCONNECT, "ORD-1", "STTA0101").await;
    app.pull(GLOBALCONNECT, &reference, &because("Besök")).await;
    app.to_the_end().await;
    app.pull(GLOBALCONNECT, &reference, &because("Besök")).await;
    let store = &app.deployment.store;
    let row = app.row(case).await;
    assert_eq!(row.attempt, 1, "an answer is no attempt of the case's own");
    let findings = store.fsck().await.unwrap();
    assert_eq!(findings.open_intents, 0);
    assert!(findings.wrong.is_empty(), "{:?}", findings.wrong);
    app.close().await;
}
