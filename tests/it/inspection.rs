//! What auditors and the data protection officer do with the log at a page: found, verified, taken along.
//! Whoever reads is in the log, and nobody sees a value.
#![cfg(test)]

mod persons;
mod samples;
mod taken;

use std::collections::BTreeSet;

use sluss::domain::{CaseId, CaseState, Purpose};
use sluss::intake::Kind;
use sluss::log::{Event, LeafIndex};
use sluss::subject::PersonalReceipt;

use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, order};
use crate::pages::{Seat, Signed, between, protected};

/// Cases of many kinds: delivered, refused for want of an agreement, held for a person.
struct House {
    app: App,
    delivered: CaseId,
    fault: CaseId,
    hidden: CaseId,
}

impl House {
    async fn open() -> Self {
        let mut app = App::start().await;
        let delivered =
            app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await[0];
        let other = app.submit(Kind::Order, &order(IP_ONLY, "ORD-2", "STTA0002")).await[0];
        app.submit(Kind::Order, &order("exempelnat", "ORD-3", "STTA0003")).await;
        // Of somebody else: who is protected in one case is so in all.
        let mut hidden = protected(GLOBALCONNECT, "ORD-9", "STTA0009");
        hidden["relatedParty"][1]["id"] = "cust-hidden".into();
        let hidden = app.submit(Kind::Order, &hidden).await[0];
        app.to_the_end().await;
        // The next day.
        app.pass(24 * 60 * 60).await;
        let fault = app.submit(Kind::Ticket, &fault(GLOBALCONNECT, "TT-1", "STTA0001")).await[0];
        app.to_the_end().await;
        for case in [delivered, other] {
            assert_eq!(app.row(case).await.state, CaseState::Completed);
        }
        Self { app, delivered, fault, hidden }
    }

    /// The leaves with these words among their facets, newest first.
    async fn leaves(&self, fits: impl Fn(&Event) -> bool) -> Vec<LeafIndex> {
        let leaves = self.app.leaves().await.into_iter().rev();
        leaves.filter(|(_, leaf)| fits(&leaf.event)).map(|(index, _)| index).collect()
    }

    async fn reads(&self) -> Vec<(String, u64, u64)> {
        let leaves = self.app.leaves().await;
        let reads = leaves.into_iter().filter_map(|(_, leaf)| match leaf.event {
            Event::Read(read) => Some((read.what.to_string(), read.first.0, read.count)),
            _ => None,
        });
        reads.collect()
    }

    async fn size(&self) -> u64 {
        self.app.deployment.store.size().await.unwrap().0
    }
}

/// The leaves of the page's list, in its order.
fn listed(page: &str) -> Vec<LeafIndex> {
    let rows = page.split("<td class=\"number\"><a href=\"/disclosures/").skip(1);
    rows.map(|row| LeafIndex(row.split('"').next().unwrap().parse().unwrap())).collect()
}

#[track_caller]
fn silent(page: &str) {
    for value in ["Lindqvist", "Astrid", "0701740605", "070-174", "STTA0001", "cust-99117"] {
        assert!(!page.contains(value), "{value} is on the page");
    }
}

async fn page(who: &Signed<'_>, path: &str) -> String {
    let (status, page) = who.get(path).await.text();
    assert_eq!(status, 200, "{path}: {page}");
    silent(&page);
    page
}

/// Whether a leaf is one that is looked for.
type Fits<'f> = Box<dyn Fn(&Event) -> bool + 'f>;

fn is_disclosure(event: &Event) -> bool {
    matches!(event, Event::Intent(_) | Event::Refusal(_) | Event::Hold(_) | Event::Release(_))
}

#[tokio::test]
async fn each_filter_finds_what_the_log_has_and_each_look_is_a_leaf() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let intent = |event: &Event| match event {
        Event::Intent(intent) => Some(intent.clone()),
        _ => None,
    };
    let wishes: Vec<(&str, Fits<'_>)> = vec![
        ("", Box::new(is_disclosure)),
        ("?what=intent", Box::new(|event| intent(event).is_some())),
        ("?what=hold", Box::new(|event| matches!(event, Event::Hold(_)))),
        ("?what=policy", Box::new(|event| matches!(event, Event::Policy(_)))),
        ("?what=outcome", Box::new(|event| matches!(event, Event::Outcome(_)))),
        (
            "?recipient=ip-only&what=intent",
            Box::new(|event| {
                intent(event).is_some_and(|one| one.recipient.id.as_str() == "ip-only")
            }),
        ),
        (
            "?purpose=fault.report&what=intent",
            Box::new(|event| {
                intent(event).is_some_and(|one| one.purpose.as_str() == "fault.report")
            }),
        ),
        (
            "?field=contact.phone&side=withheld&what=intent",
            Box::new(|event| {
                intent(event).is_some_and(|one| {
                    one.withheld.iter().any(|field| field.as_str() == "contact.phone")
                })
            }),
        ),
        ("?field=contact.phone&side=sent", Box::new(|_| false)),
        (
            "?reason=special-handling",
            Box::new(|event| match event {
                Event::Hold(one) | Event::Refusal(one) => one.reason.as_str() == "special-handling",
                _ => false,
            }),
        ),
        (
            "?from=2026-11-23&to=2026-11-23&what=intent",
            Box::new(|event| {
                intent(event).is_some_and(|one| one.purpose.as_str() == "fault.report")
            }),
        ),
        ("?to=2026-11-21", Box::new(|_| false)),
        ("?outcome=accepted", Box::new(|event| intent(event).is_some())),
        ("?outcome=open", Box::new(|_| false)),
        ("?what=intent&actor=auditor", Box::new(|_| false)),
    ];
    for (path, fits) in wishes {
        let expected = house.leaves(fits).await;
        let (before, reads) = (house.size().await, house.reads().await.len());
        let page = page(&auditor, &format!("/disclosures{path}")).await;
        assert_eq!(listed(&page), expected, "{path}");
        // The look is the one leaf that has come.
        assert_eq!(house.size().await, before + 1, "{path}");
        let all = house.reads().await;
        assert_eq!(all.len(), reads + 1);
        let (first, count) = (expected.last().map_or(0, |index| index.0), expected.len() as u64);
        assert_eq!(all.last(), Some(&("list".to_owned(), first, count)), "{path}");
    }
    // A rule that opened something is found by its name.
    let leaves = house.app.leaves().await;
    let rules = leaves.iter().filter_map(|(_, leaf)| intent(&leaf.event)).flat_map(|one| one.rules);
    for rule in rules.collect::<BTreeSet<_>>() {
        let expected =
            house.leaves(|e| intent(e).is_some_and(|one| one.rules.contains(&rule))).await;
        let page = page(&auditor, &format!("/disclosures?rule={rule}")).await;
        assert_eq!(listed(&page), expected, "{rule}");
        assert!(!expected.is_empty());
    }
    // Reads are found, too: who has read is no secret.
    let reads = page(&auditor, "/disclosures?what=read&actor=auditor").await;
    assert!(listed(&reads).len() > 10);
    seat.leave().await;
    house.app.close().await;
}

#[tokio::test]
async fn counts_are_of_the_same_question_and_lead_on_to_it() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let disclosures = house.leaves(is_disclosure).await.len();
    for group in ["recipient", "purpose", "outcome", "what", "actor", "reason", "month", "day"] {
        let page = page(&auditor, &format!("/disclosures?group={group}")).await;
        let counted = between(&page, "<table class=\"counted\">", "</table>");
        let numbers = counted.split("<td class=\"number\">").skip(1);
        let sum: usize =
            numbers.map(|cell| cell.split('<').next().unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(sum, disclosures, "{group}: {counted}");
        // Each group leads to its own leaves, as many as it says.
        for link in counted.split("href=\"/disclosures?").skip(1) {
            let address = link.split('"').next().unwrap().replace("&amp;", "&");
            let (_, number) = link.split_once("<td class=\"number\">").unwrap();
            let number: usize = number.split('<').next().unwrap().parse().unwrap();
            let narrowed = auditor.get(&format!("/disclosures?{address}")).await.text().1;
            assert_eq!(listed(&narrowed).len(), number, "{group}: {address}");
        }
    }
    for group in ["rule", "sent", "withheld"] {
        let page = page(&auditor, &format!("/disclosures?group={group}")).await;
        assert!(page.contains("<table class=\"counted\">"), "{group}");
    }
    seat.leave().await;
    house.app.close().await;
}

/// A case that nothing was sent of.
fn refused() -> Event {
    refused_as(Purpose::Activate)
}

fn refused_as(purpose: Purpose) -> Event {
    Event::Refusal(sluss::log::Stopped {
        recipient: crate::harness::id(GLOBALCONNECT),
        purpose,
        policy: None,
        reason: sluss::domain::HoldReason::NoRule,
        withheld: BTreeSet::new(),
        actor: sluss::log::Role::System,
        sd: BTreeSet::new(),
    })
}

#[tokio::test]
async fn pages_follow_each_other_whatever_comes_in_between() {
    let app = App::start().await;
    let store = &app.deployment.store;
    for n in 0..120 {
        let is_third = n % 3 == 0;
        let purpose = if is_third { Purpose::FaultReport } else { Purpose::Activate };
        store.note(refused_as(purpose)).await.unwrap();
    }
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let mut path = "/disclosures?what=refusal".to_owned();
    let mut all = Vec::new();
    loop {
        let (status, page) = auditor.get(&path).await.text();
        assert_eq!(status, 200);
        all.extend(listed(&page));
        // What comes in meanwhile is on no later page.
        store.note(refused()).await.unwrap();
        let Some((before, _)) = page.split_once("\">Äldre poster") else { break };
        let (_, next) = before.rsplit_once("href=\"").unwrap();
        path = next.replace("&amp;", "&");
    }
    assert_eq!(all.len(), 120);
    assert!(all.is_sorted_by(|newer, older| newer > older), "newest first, each once: {all:?}");
    seat.leave().await;
    app.close_untrue();
}

#[tokio::test]
async fn what_cannot_be_read_shows_nothing_and_says_which_it_was() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let before = house.size().await;
    for (query, told) in [
        ("from=2026-13-01", "Från och med"),
        ("from=2026-11-24&to=2026-11-23", "Till och med"),
        ("recipient=%3Cscript%3Ealert(1)%3C/script%3E", "Mottagare"),
        ("purpose=spam", "Ändamål"),
        ("rule=%27%20OR%201=1", "Regel"),
        ("case=1", "Ärende"),
        ("before=x", "Före post"),
        ("field=%22%3E%3Cimg%20src=x%3E", "Uppgift"),
    ] {
        let (status, page) = auditor.get(&format!("/disclosures?{query}")).await.text();
        assert_eq!(status, 400, "{query}");
        assert!(page.contains("role=\"alert\"") && page.contains(told), "{query}: {page}");
        assert!(!page.contains("<script>") && !page.contains("<img"), "{query}: {page}");
        assert_eq!(listed(&page), []);
    }
    for path in ["/disclosures/99999", "/disclosures/-1", "/disclosures/x", "/disclosures/01"] {
        assert_eq!(auditor.get(path).await.text().0, 404, "{path}");
    }
    assert_eq!(house.size().await, before, "nothing was read");
    seat.leave().await;
    house.app.close().await;
}

#[tokio::test]
async fn one_leaf_tells_why_is_verified_and_goes_along_as_a_file_that_verifies_alone() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let store = &house.app.deployment.store;
    for (index, leaf) in house.app.leaves().await {
        let path = format!("/disclosures/{index}");
        let shown = page(&auditor, &path).await;
        assert!(
            shown.contains(&store.leaf_at(index).await.unwrap().unwrap().leaf.hash.to_string())
        );
        let (status, verified) = auditor.post(&format!("{path}/verify"), &[]).await.text();
        assert_eq!(status, 200);
        silent(&verified);
        assert!(verified.contains("Allt stämmer"), "{index}: {verified}");
        assert!(shown.contains(&format!("href=\"{path}/bundle\"")));
        let heard = auditor.get(&format!("{path}/bundle")).await;
        let (status, bundle) = heard.text();
        assert_eq!(status, 200);
        silent(&bundle);
        assert!(heard.header("content-disposition").unwrap().starts_with("attachment"));
        let keys = [store.verifier_key()];
        let proved =
            PersonalReceipt::parse(bundle.as_bytes()).unwrap().verify(Some(&keys)).unwrap();
        assert_eq!((proved.index, proved.opened.len()), (index, 0));
        assert_eq!(proved.leaf.event, leaf.event);
        let is_intent = matches!(leaf.event, Event::Intent(_));
        assert_eq!(proved.outcome.is_some(), is_intent);
        offline(&bundle, &keys[0].to_string());
        let Event::Intent(intent) = &leaf.event else { continue };
        assert!(shown.contains(&intent.policy.to_string()) && shown.contains("avtal med kunden"));
        for rule in &intent.rules {
            assert!(shown.contains(rule.as_str()), "{rule}");
        }
        for name in intent.conditions.keys() {
            assert!(shown.contains(&maud::html! { (name.to_string()) }.into_string()), "{name}");
        }
    }
    let reads = house.reads().await;
    for what in ["show", "verify", "bundle"] {
        assert!(reads.iter().any(|(read, _, count)| read == what && *count == 1), "{what}");
    }
    seat.leave().await;
    house.app.close().await;
}

/// The command takes it, and nothing that is like it.
fn offline(bundle: &str, key: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leaf.json");
    let verify = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sluss"));
        let ended =
            command.args(["log", "verify"]).arg(&file).args(["--key", key]).output().unwrap();
        ended.status.code()
    };
    assert_eq!(verify(bundle), Some(0));
    let (wrong, other) = ("\\\"t\\\":\\\"2026-", "\\\"t\\\":\\\"2025-");
    assert!(bundle.contains(wrong), "{bundle}");
    assert_eq!(verify(&bundle.replace(wrong, other)), Some(1));
}

#[tokio::test]
async fn a_case_is_asked_for_by_who_may_see_it_and_no_other_role_gets_in() {
    let house = House::open().await;
    let seat = Seat::at(&house.app).await;
    let auditor = seat.sign_in(&house.app, "granskaren", "auditor").await;
    let privacy = seat.sign_in(&house.app, "ombudet", "privacy").await;
    for (case, expected) in [(house.delivered, 1), (house.fault, 1)] {
        let page = page(&auditor, &format!("/disclosures?what=intent&case={case}")).await;
        assert_eq!(listed(&page).len(), expected, "{case}");
        let leaf = listed(&page)[0];
        // The leaf says which case it is about, and leads back to it.
        let shown = auditor.get(&format!("/disclosures/{leaf}")).await.text().1;
        assert!(shown.contains(&format!("/disclosures?case={case}")), "{shown}");
        assert!(!shown.contains(&format!("/cases/{case}")), "an auditor has no business there");
    }
    // A protected person's case is nobody's for an auditor, and says the same as one that never was.
    let hidden = format!("/disclosures?case={}", house.hidden);
    let nobody = "/disclosures?case=00000000000000000000000000000000";
    let masked =
        |page: String| page.replace(&house.hidden.to_string(), "").replace(&"0".repeat(32), "");
    let (shown, none) = (page(&auditor, &hidden).await, page(&auditor, nobody).await);
    assert_eq!(listed(&shown), []);
    let size = |page: &str| {
        between(page, "<p class=\"found\"", "</p>").split("av ").next().unwrap().to_owned()
    };
    assert_eq!(size(&shown), size(&none));
    assert!(masked(shown).contains("Inga poster") && masked(none).contains("Inga poster"));
    let seen = page(&privacy, &hidden).await;
    assert!(!listed(&seen).is_empty());
    for leaf in listed(&seen) {
        let path = format!("/disclosures/{leaf}");
        let hidden = house.hidden.to_string();
        assert!(!page(&auditor, &path).await.contains(&hidden));
        assert!(page(&privacy, &path).await.contains(&hidden));
    }
    let before = house.size().await;
    for role in ["support", "operations", "ordering", "policy"] {
        let other = seat.sign_in(&house.app, &format!("roll-{role}"), role).await;
        for path in ["/disclosures", "/disclosures/0", "/disclosures/0/bundle"] {
            assert_eq!(other.get(path).await.text().0, 403, "{role} {path}");
        }
        for path in ["/disclosures/export", "/disclosures/0/verify"] {
            assert_eq!(other.post(path, &[("form", "csv")]).await.text().0, 403, "{role} {path}");
        }
    }
    // A form without its token is nobody's.
    for path in ["/disclosures/export", "/disclosures/0/verify"] {
        assert_eq!(auditor.post_as_it_is(path, &[("form", "csv")]).await.text().0, 403);
    }
    assert_eq!(house.size().await, before, "who is not let in has read nothing");
    seat.leave().await;
    house.app.close().await;
}
