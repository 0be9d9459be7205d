//! The registry, the policies and what changed in them, and the list that is published: what the pages
//! say is what the files say.

use std::path::Path;

use serde_json::Value;
use sluss::domain::{Field, Purpose};
use sluss::intake::Kind;
use sluss::recipients::{self, Effect, Recipient};

use super::{FORM, Seat, between, plain};
use crate::harness::{App, GLOBALCONNECT, id, order};
use crate::raw::{ask, http};

const FILE: &str = include_str!("../../../config/recipients/globalconnect.toml");

/// The file with a change in it.
fn changed(from: &str, to: &str) -> Recipient {
    assert!(FILE.contains(from), "{from}");
    let text = FILE.replacen(from, to, 1);
    recipients::read(Path::new("globalconnect.toml"), Path::new("config"), &text).unwrap().recipient
}

fn cells(recipient: &Recipient, effect: Effect) -> usize {
    let purposes = Purpose::ALL.iter().filter(|one| recipient.policy.opens(**one));
    purposes
        .flat_map(|purpose| Field::ALL.iter().map(move |field| (*purpose, *field)))
        .filter(|(purpose, field)| {
            recipient.policy.rule(*purpose, *field).is_some_and(|rule| rule.effect == effect)
        })
        .count()
}

#[tokio::test]
async fn registry_and_policies_are_what_the_files_say() {
    let app = App::start().await;
    let seat = Seat::at(&app).await;
    let auditor = seat.sign_in(&app, "granskaren", "auditor").await;
    let page = auditor.get("/policies").await.text().1;
    for recipient in app.deployment.recipients.values() {
        assert!(plain(&page).contains(&recipient.legal_name), "{page}");
        assert!(page.contains(&recipient.agreement.as_ref().unwrap().reference), "{page}");
    }
    assert!(page.contains("har gått ut: inget lämnas ut"), "{page}");
    let left = between(&page, "gäller ", " dagar till").to_owned();
    assert_eq!(left, "404", "from 2026-11-22 to 2027-12-31");

    let recipient = &app.deployment.recipients[&id(GLOBALCONNECT)];
    let page = auditor.get("/policies/globalconnect").await.text().1;
    let table = between(&page, "<tbody>", "</tbody>");
    assert_eq!(table.matches("<tr>").count(), Field::ALL.len());
    for (class, effect) in [("y", Effect::Allowed), ("i", Effect::Conditional)] {
        let shown = table.matches(&format!("<td class=\"{class}\">")).count();
        assert_eq!(shown, cells(recipient, effect), "{effect:?}");
    }
    assert!(page.contains(&recipient.policy.id().to_string()));
    for purpose in Purpose::ALL {
        let path = format!("/policies/globalconnect/{purpose}");
        let (status, told) = auditor.get(&path).await.text();
        assert_eq!(status, 200);
        assert_eq!(page.contains(&path), recipient.policy.opens(*purpose), "{path}");
        let told = plain(&told);
        for field in Field::ALL {
            if let Some(rule) = recipient.policy.rule(*purpose, *field) {
                assert!(told.contains(&rule.why_sv), "{path} {field}: {told}");
                assert!(told.contains(rule.id.as_str()), "{path} {field}");
            }
        }
    }
    let page = auditor.get("/policies/globalconnect/fault.report").await.text().1;
    assert!(page.contains("Lämnas ut") && page.contains("sparas 24 månader efter"), "{page}");
    for nowhere in [
        "/policies/nobody",
        "/policies/Global%20Connect",
        "/policies/nobody/changes",
        "/policies/globalconnect/marketing",
        "/policies/globalconnect/changes?from=x",
        "/policies/globalconnect/changes?to=19121212-1212",
        &format!("/policies/globalconnect/changes?from={}", "0".repeat(64)),
    ] {
        let (status, page) = auditor.get(nowhere).await.text();
        assert_eq!(status, 404, "{nowhere}: {page}");
        assert!(page.contains("Sidan finns inte") && !page.contains("1212-1212"), "{page}");
    }
    seat.leave().await;
    app.close_untrue();
}

#[tokio::test]
async fn what_changed_is_told_in_plain_words() {
    let mut app = App::start().await;
    app.submit(Kind::Order, &order(GLOBALCONNECT, "ORD-1", "STTA0001")).await;
    app.to_the_end().await;
    let seat = Seat::at(&app).await;
    let privacy = seat.sign_in(&app, "ombudet", "privacy").await;
    let path = "/policies/globalconnect/changes";
    let page = privacy.get(path).await.text().1;
    assert!(page.contains("bara en version") && !page.contains("<select"), "{page}");

    // A registry entry that changes is no new version of the policy.
    let store = &app.deployment.store;
    store.keep_policy(&changed("753 81 Uppsala", "753 20 Uppsala")).await.unwrap();
    assert!(privacy.get(path).await.text().1.contains("bara en version"));
    let wider = changed("text_length_max = 255", "text_length_max = 300");
    store.keep_policy(&wider).await.unwrap();
    let page = privacy.get(path).await.text().1;
    assert!(page.contains("Mottagaren kan få mer än förut"), "{page}");
    assert!(page.contains("högst 255 tecken") && page.contains("högst 300 tecken"), "{page}");
    assert_eq!(page.matches("<option").count(), 4, "two versions, twice");

    // The other way round it is narrower; and a policy with itself is the same.
    let [before, after] =
        [app.deployment.recipients[&id(GLOBALCONNECT)].policy.id(), wider.policy.id()];
    let page = privacy.get(&format!("{path}?from={after}&to={before}")).await.text().1;
    assert!(page.contains("Mottagaren får inte mer än förut"), "{page}");
    let page = privacy.get(&format!("{path}?from={after}&to={after}")).await.text().1;
    assert!(page.contains("De två säger detsamma"), "{page}");
    // The hash of somebody else's policy is none of this one's.
    let other = app.deployment.recipients[&id("ip-only")].policy.id();
    assert_eq!(privacy.get(&format!("{path}?from={other}")).await.text().0, 404);
    seat.leave().await;
    app.close().await;
}

#[tokio::test]
async fn the_list_of_recipients_is_for_everybody_and_says_who_may_receive_today() {
    let app = App::start().await;
    let seat = Seat::at(&app).await;
    let english = format!("{FORM}\r\naccept-language: en");
    let (status, page) = ask(seat.address, &http("GET", "/recipients", &english, "")).await.text();
    assert_eq!(status, 200);
    assert!(page.contains("<html lang=\"en\">"), "{page}");
    let heard = ask(seat.address, &http("GET", "/recipients.json", &english, "")).await;
    let (status, data) = heard.json();
    assert_eq!((status, data["language"].as_str()), (200, Some("en")));
    let text = include_str!("../../../schemas/openapi.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let schema = serde_json::json!({ "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "#/components/schemas/Recipients", "components": file["components"] });
    jsonschema::validator_for(&schema).unwrap().validate(&data).unwrap();
    let named: Vec<&str> = data["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(named, [GLOBALCONNECT, "ip-only"], "by name, and not whose agreement has ended");
    for recipient in app.deployment.recipients.values() {
        let shown = named.contains(&recipient.id.as_str());
        assert_eq!(plain(&page).contains(&recipient.legal_name), shown);
        // What is ours and theirs alone is not published.
        for (what, private) in [
            ("agreement", recipient.agreement.as_ref().unwrap().reference.as_str()),
            ("contact", recipient.contact.as_str()),
            ("host", recipient.channel.base_url.host_str().unwrap()),
        ] {
            assert!(private.is_empty() || !page.contains(private), "{what}");
            assert!(private.is_empty() || !data.to_string().contains(private), "{what}");
        }
    }
    let recipient = &app.deployment.recipients[&id(GLOBALCONNECT)];
    let told = data["recipients"][0]["purposes"].as_array().unwrap().iter();
    let told: usize = told.map(|one| one["fields"].as_array().unwrap().len()).sum();
    let open = cells(recipient, Effect::Allowed) + cells(recipient, Effect::Conditional);
    assert_eq!(told, open);
    seat.leave().await;
    app.close_untrue();
}
