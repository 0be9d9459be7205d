//! `sluss explain`: what would be sent, and why the rest stays.

use super::{Place, line};

#[test]
fn it_shows_the_bytes_and_the_reasons() {
    let place = Place::new();
    let order = line("orders.jsonl", 1);
    let arguments = ["explain", "--recipient", "globalconnect", "--purpose", "delivery.activate"];
    let text = place.run_with(&[&arguments[..], &["-"]].concat(), &order).code(0).out;
    let json = [&arguments[..], &["-", "--format", "json"]].concat();
    let told = place.run_with(&json, &order).code(0).json();
    let case = &told["cases"][0];
    assert_eq!(case["message"]["method"], "POST");
    assert_eq!(case["message"]["path"], "orders/");
    let body: serde_json::Value =
        serde_json::from_str(case["message"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["accessId"], "STTA0001");
    assert!(text.contains("\"accessId\":\"STTA0001\""), "{text}");

    // Each field that is known stays or leaves by a reason in Swedish.
    let fields = |of: &str| case[of].as_array().unwrap().clone();
    for field in fields("sent").iter().chain(&fields("withheld")) {
        assert!(!field["why"].as_str().unwrap().trim().is_empty(), "{field}");
        assert!(text.contains(field["field"].as_str().unwrap()), "{field}");
    }
    let names = |of: &str| -> Vec<String> {
        let fields = fields(of);
        let names = fields.iter().map(|field| field["field"].as_str().unwrap().to_owned());
        names.collect()
    };
    assert!(names("sent").contains(&"access.id".to_owned()));
    assert!(names("withheld").contains(&"identity.personnummer".to_owned()));
    assert!(!place.state().exists(), "explaining keeps nothing");
}

/// The ninth ticket is a mail thread: of what it says, half is about people.
#[test]
fn what_becomes_of_a_text_that_is_too_personal_is_the_policys_choice() {
    let place = Place::new();
    let ticket = line("tickets.jsonl", 9);
    let explained =
        || place.run_with(&["explain", "-", "--format", "json"], &ticket).code(0).json();
    let case = explained()["cases"][0].clone();
    let told = &case["texts"][0];
    assert_eq!((&told["field"], &told["as"]), (&"fault.description".into(), &"replaced".into()));
    assert!(told["maskedPercent"].as_u64() > told["maskedPercentMax"].as_u64(), "{told}");
    let body = case["message"]["body"].as_str().unwrap();
    assert!(body.contains(sluss::minimise::TEXT_REPLACED) && !body.contains("[namn]"), "{body}");
    let text = place.run_with(&["explain", "-"], &ticket).code(0).out;
    assert!(text.contains("text      fault.description: replaced, "), "{text}");

    let over = "text_over_limit = ";
    place.replace("recipients/globalconnect.toml", over, "text_over_limit = \"hold\"");
    let case = explained()["cases"][0].clone();
    assert_eq!(case["held"], "text-needs-review");
    assert!(case.get("message").is_none());
    let text = place.run_with(&["explain", "-"], &ticket).code(0).out;
    assert!(text.contains("nothing is sent: text-needs-review"), "{text}");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let place = Place::new();
    let order = line("orders.jsonl", 1);
    for arguments in [
        &["explain", "--recipient", "nobody", "-"][..],
        &["explain", "--purpose", "curiosity", "-"],
        &["explain", "--recipient", "ip-only", "-"],
        &["explain", "--purpose", "fault.report", "-"],
    ] {
        place.run_with(arguments, &order).code(2);
    }
    let ended = place.run_with(&["explain", "-"], "{\"externalId\":\"19121212-1212\"}").code(1);
    assert!(ended.err.contains("externalId") && !ended.err.contains("1212"), "{ended:?}");
    // Protected identity: the reason, and no message.
    let held = place.run_with(&["explain", "-", "--format", "json"], &line("orders.jsonl", 7));
    let case = held.code(0).json()["cases"][0].clone();
    assert_eq!(case["held"], "special-handling");
    assert!(case.get("message").is_none());
}
