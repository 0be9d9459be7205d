//! Random samples: the same seed draws the same, every decision is made again, and what was signed off
//! stays as it was.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::*;

/// The path of what was made.
fn place(heard: &crate::raw::Heard) -> String {
    assert_eq!(heard.text().0, 303, "{}", heard.text().1);
    heard.header("location").unwrap()
}

async fn many() -> App {
    let mut app = App::start().await;
    for n in 1..=6 {
        let recipient = if n < 6 { GLOBALCONNECT } else { IP_ONLY };
        let access = format!("STTA{n:04}");
        app.submit(Kind::Order, &order(recipient, &format!("ORD-{n}"), &access)).await;
    }
    app.to_the_end().await;
    app
}

async fn file(who: &Signed<'_>, path: &str) -> Value {
    let heard = who.get(&format!("{path}/file")).await;
    let (status, text) = heard.text();
    assert_eq!(status, 200);
    silent(&text);
    assert!(heard.header("content-disposition").unwrap().starts_with("attachment"));
    serde_json::from_str(&text).unwrap()
}

fn indexes(file: &Value) -> Vec<u64> {
    let items = file["items"].as_array().unwrap().iter();
    items.map(|item| item["index"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_seed_draws_the_same_sample_and_anybody_can_draw_it_again() {
    let app = many().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let leaves = app.leaves().await.into_iter();
    let intents = leaves.filter(|(_, leaf)| matches!(leaf.event, Event::Intent(_)));
    let population: Vec<u64> = intents.map(|(index, _)| index.0).collect();
    let asked = [("wanted", "3"), ("seed", "2026-11"), ("what", "all"), ("outcome", "open")];
    let first = place(&auditor.post("/samples", &asked).await);
    let second = place(&privacy.post("/samples", &asked).await);
    assert_ne!(first, second);
    let (one, other) = (file(&auditor, &first).await, file(&auditor, &second).await);
    assert_eq!(indexes(&one), indexes(&other), "the same seed draws the same");
    assert_eq!(one["population"], population.len());
    assert_eq!(one["query"], "what=intent", "what may change later is not asked");
    // By a program of our own, as the page says how.
    let mut ranked: Vec<_> = population
        .iter()
        .map(|index| (Sha256::digest(format!("2026-11\n{index}")), *index))
        .collect();
    ranked.sort();
    let mut lowest: Vec<u64> = ranked.into_iter().take(3).map(|(_, index)| index).collect();
    lowest.sort_unstable();
    assert_eq!(indexes(&one), lowest);
    // By recipient: the one order to the other operator is not passed over, whatever the seed.
    for seed in ["a", "b", "c", "d"] {
        let asked = [("wanted", "2"), ("seed", seed), ("strata", "recipient")];
        let file = file(&auditor, &place(&auditor.post("/samples", &asked).await)).await;
        let strata: BTreeSet<_> = file["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["stratum"].to_string())
            .collect();
        assert_eq!(strata.len(), 2, "{file}");
    }
    for wrong in [
        vec![("wanted", "0"), ("seed", "a")],
        vec![("wanted", "201"), ("seed", "a")],
        vec![("wanted", "x"), ("seed", "a")],
        vec![("wanted", "3"), ("seed", "")],
        vec![("wanted", "3"), ("seed", "<script>")],
        vec![("wanted", "3"), ("seed", "a"), ("strata", "person")],
        vec![("wanted", "3"), ("seed", "a"), ("from", "x")],
    ] {
        assert_eq!(auditor.post("/samples", &wrong).await.text().0, 400, "{wrong:?}");
    }
    let none = [("wanted", "3"), ("seed", "a"), ("to", "2020-01-01")];
    let (status, page) = auditor.post("/samples", &none).await.text();
    assert_eq!(status, 200);
    assert!(page.contains("role=\"alert\""), "{page}");
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn a_sample_is_judged_signed_off_and_stays_so_over_a_restart() {
    let app = many().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let support = seat.sign_in(&app, "tolvan", "support").await;
    let path = place(&auditor.post("/samples", &[("wanted", "2"), ("seed", "x")]).await);
    let shown = page(&auditor, &path).await;
    assert_eq!(shown.matches("samma beslut").count(), 2, "each decision is made again: {shown}");
    // Not before all is judged.
    let sign = format!("{path}/sign");
    let told = auditor.post(&sign, &[]).await.text().1;
    assert!(told.contains("role=\"alert\""), "{told}");
    let verdicts = format!("{path}/verdicts");
    for wrong in [[("verdict-1", "fine")], [("verdict-x", "right")]] {
        assert_eq!(auditor.post(&verdicts, &wrong).await.text().0, 400);
    }
    assert_eq!(auditor.post(&verdicts, &[("verdict-9", "right")]).await.text().0, 409);
    let judged = [("verdict-1", "right"), ("verdict-2", "too-much")];
    assert_eq!(place(&auditor.post(&verdicts, &judged).await), path);
    assert_eq!(support.post(&verdicts, &judged).await.text().0, 403);
    assert_eq!(support.get(&path).await.text().0, 403);
    assert_eq!(place(&auditor.post(&sign, &[]).await), path);
    let signed = page(&auditor, &path).await;
    assert!(signed.contains("Signerat") && signed.contains("för mycket lämnades"), "{signed}");
    // Nothing changes any more.
    assert_eq!(auditor.post(&verdicts, &[("verdict-1", "unclear")]).await.text().0, 409);
    let told = file(&auditor, &path).await;
    let leaf = told["signed"]["leaf"].as_u64().unwrap();
    // The leaf holds the hash of all of it, as anybody can make it.
    let mut lines = format!(
        "sluss-sample/1\nseed x\nwanted 2\nstrata \nquery what=intent\nsize {}\npopulation {}\n",
        told["logSize"], told["population"]
    );
    for item in told["items"].as_array().unwrap() {
        writeln!(lines, "{} {}", item["index"], item["verdict"].as_str().unwrap()).unwrap();
    }
    let digest = sluss::log::Hash::new(Sha256::digest(lines).into()).to_string();
    assert_eq!(told["digest"], digest);
    let leaves = app.leaves().await;
    let (_, signing) = leaves.iter().find(|(index, _)| index.0 == leaf).unwrap();
    let Event::Read(read) = &signing.event else { panic!("{signing:?}") };
    assert_eq!(read.what.as_str(), format!("sample-signed-{}", &digest[..32]));
    assert_eq!((read.actor.as_str(), read.count), ("auditor", 2));
    let reads = leaves.iter().filter_map(|(_, leaf)| match &leaf.event {
        Event::Read(read) => Some(read.what.to_string()),
        _ => None,
    });
    let reads: BTreeSet<_> = reads.collect();
    assert!(reads.contains("sample") && reads.contains("sample-export"), "{reads:?}");
    seat.leave().await;
    // Opened anew, from what is on disk.
    let again = sluss::commands::Deployment::open_with(
        app.deployment.config.clone(),
        app.clock.clone(),
        std::sync::Arc::new(sluss::domain::SeededEntropy::new(77)),
    )
    .unwrap();
    let id = sluss::domain::SampleId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let (row, items) = again.store.sample(id).await.unwrap().unwrap();
    let (_, by, at) = row.signed.clone().unwrap();
    assert_eq!((by.as_str(), at.0), ("granskaren", leaf));
    assert_eq!(items.len(), 2);
    assert_eq!(
        sluss::log::Hash::new(sluss::store::sample_digest(&row, &items)).to_string(),
        digest
    );
    drop(again);
    app.close().await;
}

/// A disclosure that its policy does not open is found by the reviewer's page.
#[tokio::test]
async fn a_decision_that_is_not_the_policys_is_told() {
    let app = many().await;
    let leaves = app.leaves().await;
    let intent = leaves.into_iter().find_map(|(_, leaf)| match leaf.event {
        Event::Intent(intent) => Some(intent),
        _ => None,
    });
    let mut intent = intent.unwrap();
    intent.sent.insert(sluss::domain::Field::ContactEmail);
    let false_one = app.deployment.store.note(Event::Intent(intent)).await.unwrap();
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let path = place(&auditor.post("/samples", &[("wanted", "50"), ("seed", "x")]).await);
    let shown = page(&auditor, &path).await;
    assert_eq!(shown.matches("stämmer inte").count(), 1, "{shown}");
    assert!(shown.contains("field-not-allowed"), "{shown}");
    let one = format!("/disclosures/{}/verify", false_one.index());
    let told = auditor.post(&one, &[]).await.text().1;
    assert!(told.contains("Något stämmer inte") && told.contains("field-not-allowed"), "{told}");
    seat.leave().await;
    app.close_untrue();
}

/// Two hundred decisions are no page that anybody reads: they are shown fifty at a time.
#[tokio::test]
async fn a_large_sample_is_looked_at_in_parts_and_each_part_read_is_a_leaf() {
    let app = many().await;
    let leaves = app.leaves().await;
    let intent = leaves.into_iter().find_map(|(_, leaf)| match leaf.event {
        Event::Intent(intent) => Some(intent),
        _ => None,
    });
    let intent = intent.unwrap();
    for _ in 0..54 {
        app.deployment.store.note(Event::Intent(intent.clone())).await.unwrap();
    }
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let path = place(&auditor.post("/samples", &[("wanted", "60"), ("seed", "x")]).await);
    let shown = |page: &str, seq: u32| page.contains(&format!("name=\"verdict-{seq}\""));
    let first = page(&auditor, &path).await;
    assert!(shown(&first, 1) && shown(&first, 50) && !shown(&first, 51));
    for further in ["?page=2", "?page=99"] {
        let last = page(&auditor, &format!("{path}{further}")).await;
        assert!(!shown(&last, 50) && shown(&last, 51) && shown(&last, 60), "{further}");
        assert!(last.contains("aria-current=\"page\">51–60</a>"), "{last}");
    }
    let counts: Vec<u64> = reads(&app, "sample").await;
    assert_eq!(counts, [50, 10, 10]);
    // What is said of a part leads back to it, and signing asks for all of them.
    let said = [("page", "2"), ("verdict-60", "right")];
    assert_eq!(
        place(&auditor.post(&format!("{path}/verdicts"), &said).await),
        format!("{path}?page=2")
    );
    let (status, told) = auditor.post(&format!("{path}/sign"), &[]).await.text();
    assert!(status == 200 && told.contains("något är inte bedömt"), "{told}");
    assert_eq!(indexes(&file(&auditor, &path).await).len(), 60, "a file is whole");
    seat.leave().await;
    app.close_untrue();
}

/// How many leaves each look of this kind was at.
async fn reads(app: &App, kind: &str) -> Vec<u64> {
    let leaves = app.leaves().await.into_iter();
    let reads = leaves.filter_map(|(_, leaf)| match leaf.event {
        Event::Read(read) if read.what.as_str() == kind => Some(read.count),
        _ => None,
    });
    reads.collect()
}
