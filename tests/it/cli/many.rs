//! Decisions about many held cases at once.

use serde_json::{Value, json};

use super::{Place, line};

/// Twelve held orders, and one of somebody with a protected identity.
fn held() -> Place {
    let place = Place::new();
    let orders = (1..=14).filter(|number| *number != 6).map(|number| line("orders.jsonl", number));
    place.run_with(&["order", "submit", "-"], &orders.collect::<Vec<_>>().join("\n")).code(0);
    for case in place.cases() {
        place.run(&["case", "hold", case["id"].as_str().unwrap()]).code(0);
    }
    place
}

fn still_held(place: &Place) -> Vec<Value> {
    place.data(&["case", "list", "--in", "held"])["cases"].as_array().unwrap().clone()
}

fn release(place: &Place, more: &[&str]) -> Value {
    place.data(&[&["case", "release", "--all"], more].concat())
}

#[test]
fn many_held_cases_are_released_each_with_its_leaf() {
    let place = held();
    let dry = release(&place, &["--dry-run"]);
    assert_eq!(
        dry["groups"],
        json!([{ "recipient": "globalconnect", "reason": "person", "cases": 7 },
               { "recipient": "ip-only", "reason": "person", "cases": 5 }])
    );
    assert_eq!((&dry["decided"], &dry["dryRun"]), (&json!(0), &json!(true)));
    assert_eq!((dry["found"].as_array().unwrap().len(), still_held(&place).len()), (12, 13));

    assert_eq!(release(&place, &["--reason", "attempts-used-up"])["decided"], json!(0));
    let two = release(&place, &["--recipient", "ip-only", "--limit", "2"]);
    assert_eq!((&two["decided"], &two["found"].as_array().unwrap().len()), (&json!(2), &2));
    // The longest waiting first.
    let cases = place.cases();
    let is_protected = |case: &Value| case["externalId"] == "ORD-2026-000107";
    let ip_only = cases.iter().filter(|case| case["recipient"] == "ip-only" && !is_protected(case));
    let first: Vec<&Value> = ip_only.map(|case| &case["id"]).take(2).collect();
    for case in first {
        let shown = place.data(&["case", "show", case.as_str().unwrap()]);
        assert_eq!(shown["state"], "accepted");
    }

    let rest = place.run(&["case", "release", "--all"]).code(0);
    assert!(rest.out.contains("10 of 10 held cases go on"), "{rest:?}");
    let left = still_held(&place);
    assert_eq!((left.len(), &left[0]["externalId"]), (1, &json!("ORD-2026-000107")));
    // Nothing is left to do, which is well.
    assert_eq!(release(&place, &[])["decided"], json!(0));
    let kinds = place.data(&["log", "verify"])["kinds"].clone();
    assert_eq!((&kinds["hold"], &kinds["release"]), (&json!(13), &json!(12)));
}

#[test]
fn what_two_must_decide_is_left_to_them_and_can_be_looked_at_anew() {
    let place = held();
    place.replace("sluss.toml", "four_eyes = ", "four_eyes = \"person\"");
    let told = release(&place, &[]);
    assert_eq!((&told["decided"], &told["forTwo"]), (&json!(0), &json!(12)));
    assert_eq!(still_held(&place).len(), 13);
    // To decide anew overrules nothing.
    let told = place.data(&["case", "retry", "--all", "--recipient", "globalconnect"]);
    assert_eq!((&told["decided"], &told["notNow"]), (&json!(7), &json!([])));
    assert_eq!(still_held(&place).len(), 6);
}

/// As the machine may go down in the middle of it.
#[cfg(debug_assertions)]
#[test]
fn killed_on_the_way_it_is_run_again_and_each_is_released_once() {
    const CASES: usize = 130;
    let place = Place::unreachable();
    place.replace("recipients/ip-only.toml", "enabled = ", "enabled = false");
    let template: Value = serde_json::from_str(&line("orders.jsonl", 2)).unwrap();
    let order = |number: usize| {
        let mut order = template.clone();
        order["externalId"] = json!(format!("ORD-{number}"));
        order.to_string()
    };
    let orders: Vec<String> = (0..CASES).map(order).collect();
    place.run_with(&["order", "submit", "-"], &orders.join("\n")).code(0);
    place.run(&["work", "--once"]).code(0);
    assert_eq!(release(&place, &["--dry-run"])["groups"][0]["cases"], CASES);

    let mut killed = place.command(&["case", "release", "--all"]);
    let killed = killed.env("SLUSS_FAIL_AT", "leaf:killed:100").output().unwrap();
    assert_eq!(killed.status.code(), None, "it was killed: {killed:?}");
    let left = release(&place, &["--dry-run"])["found"].as_array().unwrap().len();
    assert!((CASES - 100..CASES).contains(&left), "{left}");
    assert_eq!(release(&place, &[])["decided"], left);
    assert_eq!(place.data(&["log", "verify"])["kinds"]["release"], CASES);
}

#[test]
fn what_is_asked_for_must_be_said_and_must_make_sense() {
    let place = held();
    let id = still_held(&place)[0]["id"].as_str().unwrap().to_owned();
    for wrong in [
        &["release"][..],
        &["release", "--all", &id],
        &["release", &id, "--dry-run"],
        &["release", "--limit", "3"],
        &["release", "--all", "--reason", "weather"],
        &["release", "--all", "--recipient", "Who?"],
        &["retry"],
    ] {
        let ended = place.run(&[&["case"], wrong].concat());
        assert_eq!(ended.code, 2, "{wrong:?}: {ended:?}");
    }
    assert_eq!(still_held(&place).len(), 13);
}
