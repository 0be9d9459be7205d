//! Log and cases held against each other: what somebody has changed in the one shows by the other.

use rusqlite::Connection;
use serde_json::Value;
use sluss::audit::{Cases, Kept, Link, Rule};
use sluss::domain::{CaseId, CaseState, Handling, SeededEntropy, Timestamp};
use sluss::log::{Event, Kind, LeafIndex, OutcomeResult};

use super::Story;
use crate::cli::Place;

/// The state that a demo leaves behind.
fn demo() -> Place {
    let place = Place::new();
    let demo = place.run(&["demo"]);
    assert_eq!(demo.code, 0, "{demo:?}");
    place
}

/// The codes of what is off, each once.
fn found(place: &Place) -> Vec<String> {
    let audit = place.run(&["log", "audit", "--format", "json"]);
    assert_eq!(audit.code, 1, "{audit:?}");
    let counts = audit.json()["findingCounts"].clone();
    counts.as_object().unwrap().keys().cloned().collect()
}

#[track_caller]
fn changed(place: &Place, file: &str, sql: &str) {
    let database = Connection::open(place.state().join(file)).unwrap();
    database.execute_batch(sql).unwrap();
    assert!(database.changes() > 0, "{sql}");
}

#[test]
fn cases_that_agree_are_counted() {
    let place = demo();
    let audit = place.data(&["log", "audit"]);
    let cases = &audit["cases"];
    assert_eq!(cases["disclosures"], audit["kinds"]["intent"], "{cases}");
    assert!(cases["cases"].as_u64() > cases["disclosures"].as_u64(), "some are held: {cases}");
    assert_eq!((&cases["cut"], &cases["erased"]), (&Value::from(0), &Value::from(0)));
}

#[test]
fn a_case_that_is_not_where_its_leaves_say() {
    let place = demo();
    let was = |sql: &str| changed(&place, "sluss.db", sql);
    let one = "id = (SELECT id FROM case_ WHERE state = 'completed' ORDER BY id LIMIT 1)";
    was(&format!("UPDATE case_ SET answer = 'http-299' WHERE {one}"));
    assert_eq!(found(&place), ["case-differs"]);
    was(&format!("UPDATE case_ SET attempt = 7 WHERE {one}"));
    assert_eq!(found(&place), ["case-differs"]);
    // A case that was never sent, and says that it was.
    let held = "id = (SELECT id FROM case_ WHERE state = 'held' AND attempt = 0 LIMIT 1)";
    was(&format!("UPDATE case_ SET state = 'completed', reason = NULL WHERE {held}"));
    assert_eq!(found(&place), ["case-differs", "case-unlogged"]);
}

#[test]
fn a_disclosure_whose_case_is_gone() {
    let place = demo();
    let log = place.path("state/sluss.db");
    let some = "SELECT id FROM log.leaf WHERE kind = 'intent' ORDER BY id LIMIT 1";
    let gone = format!(
        "ATTACH '{}' AS log; DELETE FROM subject_leaf WHERE leaf = ({some})",
        log.display()
    );
    changed(&place, "keys.db", &gone);
    let mut codes = found(&place);
    codes.retain(|code| code != "case-unlogged" && code != "case-differs");
    assert_eq!(codes, ["disclosure-unowned"]);
    // All of them: no erasure in the log explains it.
    changed(&place, "keys.db", "DELETE FROM subject_leaf");
    assert_eq!(found(&place), ["case-unlogged", "disclosure-unowned"]);
    // Led to somebody else's case.
    let place = demo();
    changed(
        &place,
        "keys.db",
        "UPDATE subject_leaf SET case_id = (SELECT case_id FROM subject_leaf ORDER BY case_id LIMIT 1)",
    );
    assert!(found(&place).contains(&"disclosure-unowned".to_owned()));
}

#[test]
fn what_should_have_been_wiped() {
    let place = demo();
    assert_eq!(place.data(&["log", "audit"])["overdue"], 0);
    // As if everything had ended in 1970, and nobody had come to wipe it.
    changed(&place, "sluss.db", "UPDATE case_ SET changed_us = 0; UPDATE keep SET until_us = 0;");
    assert_eq!(found(&place), ["retention-overdue"]);
    place.run(&["retention", "run"]).code(0);
    let audit = place.data(&["log", "audit"]);
    assert_eq!((&audit["clean"], &audit["overdue"]), (&Value::from(true), &Value::from(0)));
    assert_eq!(audit["erasures"][0]["reason"], "retention");
}

#[test]
fn after_an_erasure_it_is_said_what_cannot_be_held_together_any_more() {
    let place = demo();
    let before = place.data(&["log", "audit"]);
    // How many contacts of the person who is erased were given to operators that asked.
    let pulled = place.cases().iter().find_map(|case| {
        let id = case["id"].as_str().filter(|_| case["state"] == "completed")?;
        let told = place.data(&["subject", "report", id]);
        let cases = told["cases"].as_array().unwrap().iter();
        let disclosures = cases.flat_map(|case| case["disclosures"].as_array().unwrap());
        let pulled = disclosures.filter(|one| one["purpose"] == "contact.pull").count();
        let erased = place.run(&["subject", "erase", id, "--reason", "request"]).code == 0;
        erased.then_some(pulled as u64)
    });
    let pulled = pulled.expect("somebody's cases have all ended");
    let audit = place.data(&["log", "audit"]);
    assert_eq!(audit["clean"], true, "{audit}");
    assert_eq!(audit["erasures"][0]["reason"], "request");
    let (was, is) = (&before["cases"], &audit["cases"]);
    let number = |value: &Value| value.as_u64().unwrap();
    assert!(number(&is["cut"]) > 0 && number(&is["erased"]) > 0, "{is}");
    assert_eq!(number(&is["disclosures"]) + number(&is["cut"]), number(&was["disclosures"]));
    // All that the log says of it is replayed as before.
    assert_eq!(audit["decisionsReplayed"], before["decisionsReplayed"]);

    // What the operator has received of it cannot be matched, and is not held against anybody.
    let journal = std::fs::read_to_string(place.state().join("received.jsonl")).unwrap();
    let lines = super::operators::lines(&journal);
    let path = place.write("acknowledged.jsonl", &super::operators::file(&lines));
    let path = path.to_str().unwrap();
    let told = place.data(&["log", "audit", "--acknowledgements", path])["acknowledged"].clone();
    assert_eq!(told["unclear"], told["cut"], "{told}");
    assert_eq!(number(&told["matched"]) + number(&told["cut"]), lines.len() as u64, "{told}");
    // An answer to a contact pull is no request that an operator has received.
    let not_received = number(&is["cut"]) - number(&told["cut"]);
    assert_eq!(not_received, pulled, "{told}");
}

fn case(n: u64) -> CaseId {
    CaseId::draw(&SeededEntropy::new(n), Timestamp::from_micros(0))
}

fn kept(state: CaseState) -> Kept<'static> {
    Kept { id: case(1), state, attempt: 1, intent: None, answer: Some("http-201"), erased: false }
}

/// The leaves of the first ordinary disclosure of the sound story, all leading to one case.
fn one_case(result: Option<OutcomeResult>) -> (Cases, LeafIndex) {
    let mut story = Story::sound();
    let intent = story.find(|intent| intent.handling == Handling::Ordinary);
    story.intent(intent).attempt = 1;
    let mut cases = Cases::default();
    let index = LeafIndex(intent as u64);
    cases.leaf(index, &story.leaves[intent], Some(Link::Case(case(1))));
    if let Some(result) = result {
        let at = story.outcome(intent);
        let leaf = &mut story.leaves[at];
        if let Event::Outcome(outcome) = &mut leaf.event {
            outcome.result = result;
            outcome.code = Some(sluss::log::Code::http(201));
        }
        cases.leaf(LeafIndex(at as u64), leaf, None);
    }
    (cases, index)
}

fn codes(cases: Cases) -> Vec<Rule> {
    cases.finish(false).1.counts.into_keys().collect()
}

#[test]
fn each_state_asks_for_its_outcome() {
    use CaseState as S;
    use OutcomeResult as R;
    for (state, result, agrees) in [
        (S::Completed, Some(R::Accepted), true),
        (S::Completed, Some(R::Unsent), false),
        (S::Placed, Some(R::Unknown), false),
        (S::Failed, Some(R::Rejected), false),
        (S::Rejected, Some(R::Rejected), true),
        (S::Rejected, Some(R::Accepted), false),
        (S::Accepted, Some(R::Unsent), true),
        (S::Held, Some(R::Unknown), true),
        (S::Cancelled, Some(R::Unsent), true),
        // Without an outcome the disclosure must be the case's open one.
        (S::Completed, None, false),
        (S::Accepted, None, false),
    ] {
        let (mut cases, _) = one_case(result);
        assert_eq!(cases.agrees(&kept(state)), agrees, "{state} {result:?}");
        cases.case(&kept(state), false);
        let expected: &[Rule] = if agrees { &[] } else { &[Rule::CaseDiffers] };
        assert_eq!(codes(cases), expected, "{state} {result:?}");
    }
    let (mut cases, index) = one_case(None);
    let open = Kept { intent: Some(index), answer: None, ..kept(S::Recorded) };
    cases.case(&open, false);
    assert_eq!(codes(cases), []);
    let (mut cases, index) = one_case(None);
    let other = Kept { intent: Some(LeafIndex(index.0 + 1)), ..open };
    cases.case(&other, false);
    assert_eq!(codes(cases), [Rule::CaseDiffers]);
}

#[test]
fn what_moves_or_is_erased_is_counted_and_not_held_against_the_log() {
    let (mut cases, _) = one_case(None);
    cases.case(&kept(CaseState::Completed), true);
    let (told, findings) = cases.finish(false);
    assert_eq!((told.moving, findings.count()), (1, 0));

    let story = Story::sound();
    let intent = story.position(Kind::Intent);
    for (is_erased, expected) in [(true, 0), (false, 1)] {
        let mut cases = Cases::default();
        cases.leaf(LeafIndex(intent as u64), &story.leaves[intent], Some(Link::Cut));
        cases.case(&Kept { erased: true, ..kept(CaseState::Completed) }, false);
        let (told, findings) = cases.finish(is_erased);
        assert_eq!((told.erased, told.cut), (1, 1));
        assert_eq!(findings.count(), expected, "an erasure in the log explains it: {is_erased}");
    }
}

#[test]
fn special_handling_needs_a_release() {
    let story = Story::sound();
    let intent = story.find(|intent| intent.handling == Handling::Special);
    let send = |cases: &mut Cases| {
        cases.leaf(LeafIndex(intent as u64), &story.leaves[intent], Some(Link::Case(case(1))));
    };
    let mut cases = Cases::default();
    send(&mut cases);
    assert_eq!(codes(cases), [Rule::SpecialUnreleased]);
    let release = story.position(Kind::Release);
    let mut cases = Cases::default();
    cases.leaf(LeafIndex(release as u64), &story.leaves[release], Some(Link::Case(case(1))));
    send(&mut cases);
    assert_eq!(codes(cases), []);
    // Another case's release opens nothing here.
    let mut cases = Cases::default();
    cases.leaf(LeafIndex(release as u64), &story.leaves[release], Some(Link::Case(case(2))));
    send(&mut cases);
    assert_eq!(codes(cases), [Rule::SpecialUnreleased]);
}

#[test]
fn two_open_disclosures_of_one_case() {
    let story = Story::sound();
    let intent = story.position(Kind::Intent);
    let mut cases = Cases::default();
    for index in [3, 4] {
        cases.leaf(LeafIndex(index), &story.leaves[intent], Some(Link::Case(case(1))));
    }
    assert_eq!(codes(cases), [Rule::CaseDiffers]);
}
