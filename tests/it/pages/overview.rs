//! The overview: its numbers are those of the log, and what stands out is told to whom it may be.

use std::collections::BTreeMap;

use serde_json::json;
use sluss::auth::{Action, Denial};
use sluss::domain::{CaseState, Timestamp};
use sluss::intake::Kind;
use sluss::log::Event;
use sluss::store::{Gathered, Glance, Looked, Sight};
use sluss::tally::{Count, Counted, Hour};

use super::{Seat, between};
use crate::harness::{App, GLOBALCONNECT, IP_ONLY, fault, id, order};

async fn glance(app: &App, sight: Sight) -> Glance {
    let since = Hour::new(0);
    let looked = Looked {
        since,
        shared: since,
        closed: since,
        judged: since,
        recipients: vec![id(GLOBALCONNECT), id(IP_ONLY)],
        sight,
    };
    app.deployment.store.glance(looked).await.unwrap()
}

/// What, at which recipient, what for, and with which code; and how often.
type Numbers = BTreeMap<(Counted, String, String, String), u64>;

fn shares(glance: &Glance) -> Numbers {
    let row = |one: &sluss::tally::Share| {
        let key = (one.what, one.recipient.clone(), one.matter.clone(), one.code.clone());
        (key, one.times)
    };
    glance.shares.iter().map(row).collect()
}

/// The same, counted from the leaves as they stand in the log.
async fn counted(app: &App) -> Numbers {
    let leaves = app.leaves().await;
    let mut numbers = Numbers::new();
    for (_, leaf) in &leaves {
        let count = match &leaf.event {
            Event::Outcome(outcome) => {
                let (_, intent) = &leaves[usize::try_from(outcome.intent.0).unwrap()];
                let Event::Intent(intent) = &intent.event else { panic!("{intent:?}") };
                let (to, purpose) = (intent.recipient.id.as_str(), intent.purpose.as_str());
                Some(Count::ended(leaf.at, to, purpose, outcome.result.as_str()))
            }
            event => Count::of(event, leaf.at),
        };
        if let Some(Count { what, recipient, matter, code, .. }) = count {
            *numbers.entry((what, recipient, matter.to_owned(), code)).or_default() += 1;
        }
    }
    numbers
}

/// Orders and faults, one that nobody may have, and contacts given with a ticket and without.
async fn lived(app: &mut App) {
    for n in 1..6 {
        let external = format!("ORD-{n}");
        let access = format!("STTA000{n}");
        app.submit(Kind::Order, &order(GLOBALCONNECT, &external, &access)).await;
    }
    app.submit(Kind::Order, &order("exempelnat", "ORD-7", "STTA0007")).await;
    app.submit(Kind::Ticket, &fault(IP_ONLY, "TT-1", "STTA0008")).await;
    app.work().await;
    let effects = app.effects(GLOBALCONNECT);
    let reference = effects.iter().find_map(|effect| effect.reference.clone()).unwrap();
    for _ in 0..3 {
        app.pull(GLOBALCONNECT, &reference, &json!({ "reason": "Montören hittar inte." })).await;
    }
}

#[tokio::test]
async fn the_numbers_are_those_of_the_log() {
    let mut app = App::start().await;
    lived(&mut app).await;
    app.to_the_end().await;
    let mut told = shares(&glance(&app, Sight::Restricted).await);
    let pulled =
        (Counted::Pulled, GLOBALCONNECT.to_owned(), "contact.pull".to_owned(), "reason".to_owned());
    assert_eq!(told.remove(&pulled), Some(3));
    assert_eq!(told, counted(&app).await);
    assert!(told.keys().any(|(what, ..)| *what == Counted::Stopped), "{told:?}");

    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let page = auditor.get("/overview").await.text().1;
    let disclosed: u64 =
        told.iter().filter(|((what, ..), _)| *what == Counted::Disclosed).map(|(_, n)| n).sum();
    let chart = between(&page, "id=\"chart-disclosed\"", "</figure>");
    assert_eq!(between(chart, "class=\"sum\">", "<"), disclosed.to_string());
    // Each picture has its table behind it, each day in it.
    assert_eq!(chart.matches("<tr>").count(), 31, "{chart}");
    assert!(chart.contains(&format!("2026-11-22</td><td class=\"number\">{disclosed}</td>")));
    assert!(page.contains("GlobalConnect AB") && page.contains("inget giltigt avtal"), "{page}");
    assert!(!page.contains("style=") && !page.contains("<script>"), "{page}");
    // A week is a week, and what nobody offers is the usual.
    for (query, rows) in
        [("?days=7", 8), ("?days=90", 91), ("?days=8", 31), ("?days=-1", 31), ("?days=x", 31)]
    {
        let (status, page) = auditor.get(&format!("/overview{query}")).await.text();
        assert_eq!(status, 200, "{query}");
        let chart = between(&page, "id=\"chart-stopped\"", "</figure>");
        assert_eq!(chart.matches("<tr>").count(), rows, "{query}");
    }
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn what_stands_out_is_told_and_protected_persons_are_not() {
    let mut app = App::start().await;
    lived(&mut app).await;
    for n in 1..6 {
        let mut hidden = super::protected(IP_ONLY, &format!("ORD-S{n}"), &format!("STTA002{n}"));
        hidden["relatedParty"][1]["id"] = json!("cust-hidden");
        app.submit(Kind::Order, &hidden).await;
    }
    app.work().await;
    let denied = [((app.deployment.clock.now(), Action::SignIn, Denial::Password), 40)];
    let gathered = Gathered { denied: denied.into(), ..Gathered::default() };
    app.deployment.store.keep_gathered(gathered, Timestamp::from_micros(0)).await.unwrap();
    let seat = Seat::at(&app).await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    assert_eq!(support.get("/overview").await.text().0, 403);
    // A Sunday: whoever stops something then is told of.
    let open = app.rows().await.into_values().find(|row| row.state == CaseState::Held).unwrap();
    let decide = format!("/cases/{}/decide", open.id);
    assert_eq!(support.post(&decide, &[("decision", "cancel")]).await.text().0, 303);
    let persons = async |name: &str, role: &str| {
        let one = seat.sign_in(&app, name, role).await;
        let page = one.get("/overview").await.text().1;
        assert!(page.contains("Kväll, natt eller helg") && page.contains("kundtjänst"), "{page}");
        assert!(page.contains("Kontakt hämtad utan felanmälan") && page.contains("3 av 3"));
        assert!(page.contains("kontakten lämnad 3 gånger"), "{page}");
        // How many are protected is told to the restricted role alone.
        assert_eq!(page.contains("kräver särskild hantering"), role == "privacy", "{page}");
        (page.matches("ärenden om samma person").count(), page.contains("href=\"/cases/"))
    };
    assert_eq!(persons("granskaren", "auditor").await, (1, false), "and no way to a case");
    assert_eq!(persons("ombudet", "privacy").await, (2, true));
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn what_is_kept_is_counted_and_told_with_its_time() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await;
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let kept = async || {
        let page = auditor.get("/overview").await.text().1;
        let told = between(&page, "Gallring</h2>", "</section>").to_owned();
        let number =
            |key: &str| between(&told, key, "</dd>").rsplit('>').next().unwrap().to_owned();
        (number("Avslutade ärenden som sparas</dt>"), number("På tur</dt>"))
    };
    assert_eq!(kept().await, ("1".to_owned(), "0".to_owned()));
    // What was counted a while ago is told at once, and counted anew beside.
    app.clock.advance(std::time::Duration::from_hours(24 * 40));
    let auditor_again = seat.sign_in(&app, "granskaren", "auditor").await;
    let begun = std::time::Instant::now();
    loop {
        let page = auditor_again.get("/overview").await.text().1;
        let told = between(&page, "Gallring</h2>", "</section>");
        if between(told, "På tur</dt><dd>", "<") == "1" {
            assert!(told.contains("mer än ett dygn sedan"), "{told}");
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "{told}");
    }
    seat.leave().await;
    app.close().await;
}

/// A store of before these numbers is counted from its leaves, once.
#[tokio::test]
async fn a_store_of_before_is_counted_from_its_leaves() {
    const MIGRATION: &str = include_str!("../../../schemas/sql/sqlite/0013_overview.sql");
    let mut app = App::start().await;
    lived(&mut app).await;
    app.to_the_end().await;
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join("sluss.db");
    let state = app.deployment.config.state.join("sluss.db");
    let database = rusqlite::Connection::open(state).unwrap();
    database.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
    drop(database);
    app.close().await;
    let database = rusqlite::Connection::open(to).unwrap();
    let rows = |sql: &str| -> Vec<String> {
        let mut select = database.prepare(sql).unwrap();
        let columns = select.column_count();
        let read = |row: &rusqlite::Row<'_>| {
            let cells = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            Ok(cells.collect::<Vec<_>>().join("|"))
        };
        select.query_map([], read).unwrap().map(Result::unwrap).collect()
    };
    let all = "SELECT * FROM hourly WHERE what <> 'pulled' ORDER BY 1, 2, 3, 4, 5, 6";
    let in_force = "SELECT leaf, recipient, policy, at_us / 1000000 FROM in_force ORDER BY leaf";
    let before = (rows(all), rows(in_force));
    assert!(before.0.len() > 5 && !before.1.is_empty());
    database.execute_batch("DELETE FROM hourly; DELETE FROM in_force").unwrap();
    let inserts = MIGRATION.split(";\n").filter_map(|one| {
        let at = one.find("INSERT INTO")?;
        Some(&one[at..])
    });
    for insert in inserts {
        database.execute(insert, []).unwrap();
    }
    assert_eq!((rows(all), rows(in_force)), before);
}
