//! The order of the specification, from the bytes that come in to the bytes that go out.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use sluss::domain::{ClientId, Field, SeededEntropy, Timestamp};
use sluss::intake::{Context, Kind, read};
use sluss::minimise::{Explanation, Minimised};
use sluss::record::finish;

use super::{decide, shipped};

fn order(operator: &str) -> Value {
    json!({
        "externalId": "ORD-2026-000123", "category": "broadband",
        "requestedStartDate": "2026-12-01T00:00:00Z",
        "relatedParty": [
            { "id": operator, "role": "communicationsOperator", "@type": "RelatedParty",
              "@referredType": "Organization" },
            { "id": "cust-991", "role": "customer", "@type": "RelatedParty",
              "@referredType": "Individual", "givenName": "Astrid", "familyName": "Lindqvist",
              "individualIdentification": [
                  { "identificationType": "personnummer", "identificationId": "19121212-1212" } ],
              "contactMedium": [
                  { "mediumType": "mobile", "characteristic": { "phoneNumber": "+46701740605" } },
                  { "mediumType": "email",
                    "characteristic": { "emailAddress": "astrid@example.se" } } ],
              "characteristic": [ { "name": "protectedIdentity", "value": false } ] } ],
        "note": [ { "text": "Ring Astrid på 070-174 06 05 innan. Portkod 4711." } ],
        "serviceOrderItem": [ { "id": "1", "action": "add", "service": {
            "serviceSpecification": { "id": "BB-1000-1000" },
            "serviceCharacteristic": [ { "name": "accessId", "value": "STTA0001" } ],
            "place": [ { "role": "installationAddress", "@type": "GeographicAddress",
                "streetName": "Kungsgatan", "streetNr": "10", "streetNrSuffix": "G",
                "postcode": "41369", "city": "Göteborg", "country": "SE",
                "geographicSubAddress": [
                    { "subUnitType": "apartment", "subUnitNumber": "1101" } ] } ] } } ]
    })
}

/// Takes an order in, and gives the body that leaves, with our reference written as `(ours)`.
fn sent(body: &Value, look: impl Fn(&Minimised<'_>)) -> String {
    let recipients: Vec<_> = ["globalconnect", "ip-only"].map(shipped).into();
    let context = Context {
        client: &ClientId::parse("crm").unwrap(),
        recipients: &recipients.iter().map(|one| one.id.clone()).collect::<BTreeSet<_>>(),
        now: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        entropy: &SeededEntropy::new(1),
        bytes_max: 1 << 20,
        accesses: &sluss::intake::NoLists,
    };
    let submission = read(Kind::Order, body.to_string().as_bytes(), &context)
        .unwrap_or_else(|error| panic!("{error}"));
    let case = &submission.items[0].case;
    let recipient = recipients.iter().find(|one| &one.id == case.recipient()).unwrap();
    let minimised = decide(case, recipient).unwrap();
    look(&minimised);
    let message = finish(&minimised).unwrap();
    let body = String::from_utf8(message.request().body.clone()).unwrap();
    assert!(body.contains(case.reference().as_str()));
    body.replace(case.reference().as_str(), "(ours)")
}

#[test]
fn the_order_of_the_specification() {
    let body = sent(&order("globalconnect"), |minimised| {
        let explained = Explanation::of(minimised);
        let withheld: Vec<_> = explained.withheld.iter().map(|one| one.field).collect();
        assert_eq!(
            withheld,
            [
                Field::Street,
                Field::StreetNumber,
                Field::StreetLittera,
                Field::Postcode,
                Field::City,
                Field::Apartment,
                Field::ContactName,
                Field::ContactPhone,
                Field::ContactEmail,
                Field::Personnummer,
                Field::ProtectedIdentity,
                Field::Note,
                Field::CustomerNumber,
            ]
        );
    });
    assert_eq!(
        body,
        r#"{"accessId":"STTA0001","service":"BB-1000-1000","operation":"ACTIVATE","spReference":"(ours)","spSubscriptionId":"(ours)","requestedDateTime":"2026-12-01T00:00:00Z"}"#
    );
}

#[test]
fn a_booked_visit_opens_whom_to_ask_for() {
    let mut order = order("ip-only");
    order["serviceOrderItem"][0]["service"]["serviceCharacteristic"]
        .as_array_mut()
        .unwrap()
        .extend([
            json!({ "name": "siteVisit", "value": true }),
            json!({ "name": "visitWindow", "value": "2026-12-01T07:00:00Z/2026-12-01T11:00:00Z" }),
        ]);
    let body = sent(&order, |_| {});
    for part in [
        "<soap:Header></soap:Header>",
        "<PlaceOrder xmlns=\"urn:sluss:operator:1\"><Operation>ACTIVATE</Operation>",
        "<Reference>(ours)</Reference>",
        "<AccessId>STTA0001</AccessId>",
        "<ServiceId>BB-1000-1000</ServiceId>",
        "<RequestedDate>2026-12-01T00:00:00Z</RequestedDate>",
        "<Contact><ContactName>Astrid L.</ContactName>\
         <ContactPhone>+46701740605</ContactPhone>\
         <VisitBooked>true</VisitBooked>\
         <VisitWindow>2026-12-01T07:00:00Z/2026-12-01T11:00:00Z</VisitWindow></Contact>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    for gone in ["Lindqvist", "astrid@", "Kungsgatan", "41369", "4711", "1212", "cust-991", "1101"]
    {
        assert!(!body.contains(gone), "{gone} in {body}");
    }
}

/// Everything that the fixtures hand in leaves, or waits for a reason that is written there.
#[test]
fn no_fixture_is_stopped_by_the_last_look() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = root.join("fixtures/demo/exempelnat.toml");
    let demo = sluss::recipients::read(&demo, root, &std::fs::read_to_string(&demo).unwrap());
    let mut recipients: Vec<_> = ["globalconnect", "ip-only"].map(shipped).into();
    recipients.push(demo.unwrap().recipient);
    let context = Context {
        client: &ClientId::parse("crm").unwrap(),
        recipients: &recipients.iter().map(|one| one.id.clone()).collect::<BTreeSet<_>>(),
        now: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        entropy: &SeededEntropy::new(1),
        bytes_max: 1 << 20,
        accesses: &sluss::intake::NoLists,
    };
    let mut held = Vec::new();
    for (kind, file) in [(Kind::Order, "orders.jsonl"), (Kind::Ticket, "tickets.jsonl")] {
        let lines = std::fs::read_to_string(root.join("fixtures/tmf").join(file)).unwrap();
        for line in lines.lines() {
            let submission =
                read(kind, line.as_bytes(), &context).unwrap_or_else(|error| panic!("{error}"));
            let id = submission.external_id.as_ref().unwrap().to_string();
            for item in &submission.items {
                let case = &item.case;
                let recipient = recipients.iter().find(|one| &one.id == case.recipient()).unwrap();
                match decide(case, recipient) {
                    Ok(minimised) => match finish(&minimised) {
                        Ok(_) => {}
                        Err(error) => held.push(format!("{id}: {error}")),
                    },
                    Err(refusal) => held.push(format!("{id}: {}", refusal.reason)),
                }
            }
        }
    }
    assert_eq!(
        held,
        [
            "ORD-2026-000106: no-valid-agreement",
            "ORD-2026-000107: special-handling",
            "FEL-2026-000206: special-handling",
        ]
    );
}
