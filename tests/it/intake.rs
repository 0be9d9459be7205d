//! Intake: good bodies give exactly the facts they state, bad ones a list of faults that names
//! members and repeats no value.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![expect(clippy::needless_pass_by_value, reason = "json!(..) is written where it is used")]

mod changes;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluss::domain::{
    ClientId, Field, Handling, Purpose, RecipientId, SeededEntropy, SubjectKind, Timestamp,
};
use sluss::intake::{Context, IntakeError, Kind, Submission, read};

const BYTES_MAX: usize = 1 << 20;

/// The order of the specification.
fn order() -> Value {
    json!({
        "externalId": "ORD-2026-000123", "category": "broadband",
        "requestedStartDate": "2026-12-01T00:00:00Z",
        "relatedParty": [
            { "id": "globalconnect", "role": "communicationsOperator", "@type": "RelatedParty",
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

fn ticket() -> Value {
    json!({
        "externalId": "FEL-77", "ticketType": "fault", "severity": "major",
        "name": "Astrids fiber", "description": "Ingen länk sedan i natt.\r\nSTTA0001 svarar inte.",
        "relatedParty": [
            { "id": "ip-only", "role": "communicationsOperator" },
            { "id": "cust-991", "role": "customer", "givenName": "Astrid",
              "familyName": "Lindqvist" } ],
        "relatedEntity": [ { "id": "STTA0001", "role": "access", "@referredType": "Access" } ],
        "characteristic": [
            { "name": "problemType", "value": "NO_LINK" },
            { "name": "since", "value": "2026-02-28T23:00:00+01:00" },
            { "name": "pattern", "value": "constant" },
            { "name": "lamps", "value": "wan-off" },
            { "name": "linkUp", "value": false },
            { "name": "wiredTest", "value": "true" },
            { "name": "restarted", "value": true },
            { "name": "measuredSpeed", "value": "93,5/88" },
            { "name": "opticalLevel", "value": "-22,5 dBm" },
            { "name": "neighboursAffected", "value": 3 },
            { "name": "macAddress", "value": "aabb.cc11.2233" },
            { "name": "ipAddress", "value": "192.0.2.7" },
            { "name": "cpeModel", "value": "Modell X-100" },
            { "name": "siteVisit", "value": true },
            { "name": "visitWindow", "value": "2026-03-02T08:00:00Z/2026-03-02T12:00:00Z" },
            { "name": "doorCode", "value": 4711 },
            { "name": "subscriptionId", "value": "SUB.1-2" } ]
    })
}

fn submit_bytes(kind: Kind, bytes: &[u8]) -> Result<Submission, IntakeError> {
    let client = ClientId::parse("crm").unwrap();
    let recipients: BTreeSet<_> =
        ["exempelnat", "globalconnect", "ip-only"].map(|id| RecipientId::parse(id).unwrap()).into();
    read(
        kind,
        bytes,
        &Context {
            client: &client,
            recipients: &recipients,
            now: Timestamp::parse("2026-03-01T12:00:00Z").unwrap(),
            entropy: &SeededEntropy::new(1),
            bytes_max: BYTES_MAX,
            accesses: &sluss::intake::NoLists,
        },
    )
}

fn submit(kind: Kind, body: &Value) -> Result<Submission, IntakeError> {
    submit_bytes(kind, body.to_string().as_bytes())
}

#[track_caller]
fn accepted(kind: Kind, body: &Value) -> Submission {
    submit(kind, body).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(kind: Kind, body: &Value) -> String {
    submit(kind, body).err().map_or_else(|| "accepted".to_owned(), |error| error.to_string())
}

/// The facts of one case, as text.
fn facts(submission: &Submission, item: usize) -> BTreeMap<&'static str, String> {
    let case = &submission.items[item].case;
    case.facts()
        .iter()
        .filter(|(field, _)| **field != Field::CaseReference)
        .map(|(field, text)| (field.as_str(), text.disclose().to_owned()))
        .collect()
}

fn fact(submission: &Submission, field: Field) -> Option<String> {
    submission.items[0].case.facts().get(&field).map(|text| text.disclose().to_owned())
}

fn dropped(submission: &Submission) -> Vec<&'static str> {
    submission.items[0].case.dropped().iter().map(|field| field.as_str()).collect()
}

/// The body with one member set; `null` removes it. The last step of the pointer may be new.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(members) if value.is_null() => drop(members.remove(name)),
        Value::Object(members) => drop(members.insert(name.to_owned(), value)),
        Value::Array(entries) if name == "-" => entries.push(value),
        Value::Array(entries) => entries[name.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer} has no parent"),
    }
    body
}

const SERVICE: &str = "/serviceOrderItem/0/service";
const CUSTOMER: &str = "/relatedParty/1";

fn with_characteristic(name: &str, value: Value) -> Value {
    let pointer = format!("{SERVICE}/serviceCharacteristic/-");
    with(order(), &pointer, json!({ "name": name, "value": value }))
}

fn with_customer(member: &str, value: Value) -> Value {
    with(order(), &format!("{CUSTOMER}/{member}"), value)
}

fn with_place(member: &str, value: Value) -> Value {
    with(order(), &format!("{SERVICE}/place/0/{member}"), value)
}

#[test]
fn the_specified_order_gives_exactly_its_facts() {
    let submission = accepted(Kind::Order, &order());
    assert_eq!(
        submission.external_id.as_ref().map(sluss::domain::ExternalId::as_str),
        Some("ORD-2026-000123")
    );
    assert_eq!(
        submission.customer.as_ref().map(sluss::domain::Personal::disclose),
        Some("cust-991")
    );
    assert_eq!(submission.items.len(), 1);
    let item = &submission.items[0];
    assert_eq!(
        (item.id.as_str(), item.action.map(sluss::intake::Action::as_str)),
        ("1", Some("add"))
    );
    assert_eq!(item.case.purpose(), Purpose::Activate);
    assert_eq!(item.case.recipient().as_str(), "globalconnect");
    assert_eq!(item.case.subject(), SubjectKind::Person);
    assert_eq!(item.case.handling(), Handling::Ordinary);
    assert!(item.case.masked().is_empty());
    assert_eq!(
        item.case.facts().get(&Field::CaseReference).map(sluss::domain::Personal::disclose),
        Some(item.case.reference().as_str())
    );
    let expected = [
        ("access.id", "STTA0001"),
        ("contact.email", "astrid@example.se"),
        ("contact.name", "Astrid Lindqvist"),
        ("contact.phone", "+46701740605"),
        ("note.text", "Ring Astrid på 070-174 06 05 innan. Portkod 4711."),
        ("order.operation", "activate"),
        ("order.requested_date", "2026-12-01T00:00:00Z"),
        ("place.apartment", "1101"),
        ("place.city", "Göteborg"),
        ("place.littera", "G"),
        ("place.number", "10"),
        ("place.postcode", "41369"),
        ("place.street", "Kungsgatan"),
        ("service.id", "BB-1000-1000"),
    ];
    assert_eq!(facts(&submission, 0), expected.map(|(f, t)| (f, t.to_owned())).into());
    assert_eq!(
        dropped(&submission),
        ["identity.personnummer", "identity.protected", "customer.number"]
    );
}

#[test]
fn a_ticket_gives_its_facts_in_canonical_form() {
    let submission = accepted(Kind::Ticket, &ticket());
    let item = &submission.items[0];
    assert_eq!((item.id.as_str(), item.action), ("1", None));
    assert_eq!(item.case.purpose(), Purpose::FaultReport);
    let expected = [
        ("access.id", "STTA0001"),
        ("contact.name", "Astrid Lindqvist"),
        ("cpe.ip", "192.0.2.7"),
        ("cpe.mac", "AA:BB:CC:11:22:33"),
        ("cpe.model", "Modell X-100"),
        ("fault.description", "Ingen länk sedan i natt.\nSTTA0001 svarar inte."),
        ("fault.heading", "NO_LINK: ingen länk"),
        ("fault.lamps", "wan-off"),
        ("fault.level", "-22.5"),
        ("fault.link", "false"),
        ("fault.neighbours", "3"),
        ("fault.pattern", "constant"),
        ("fault.problem_type", "NO_LINK"),
        ("fault.restarted", "true"),
        ("fault.severity", "significant"),
        ("fault.since", "2026-02-28T22:00:00Z"),
        ("fault.speed", "93.5/88"),
        ("fault.wired_test", "true"),
        ("note.text", "Astrids fiber"),
        ("subscription.id", "SUB.1-2"),
        ("visit.booked", "true"),
        ("visit.door_code", "4711"),
        ("visit.window", "2026-03-02T08:00:00Z/2026-03-02T12:00:00Z"),
    ];
    assert_eq!(facts(&submission, 0), expected.map(|(f, t)| (f, t.to_owned())).into());

    let of_version_5 =
        ticket().to_string().replace("\"characteristic\"", "\"troubleTicketCharacteristic\"");
    let again =
        submit_bytes(Kind::Ticket, of_version_5.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(facts(&submission, 0), facts(&again, 0));
}

#[test]
fn items_become_cases_with_their_own_facts_and_references() {
    let second = json!({ "id": "2", "action": "delete", "service": {
        "note": [ { "text": "Gammal dosa." } ],
        "serviceCharacteristic": [
            { "name": "accessId", "value": "STTA0002" },
            { "name": "subscriptionId", "value": "SUB-9" } ] } });
    let submission = accepted(Kind::Order, &with(order(), "/serviceOrderItem/-", second));
    let [first, second] = &submission.items[..] else { panic!("two items") };
    assert_eq!(second.case.purpose(), Purpose::Terminate);
    assert_ne!(first.case.id(), second.case.id());
    assert_ne!(first.case.reference(), second.case.reference());
    let facts = facts(&submission, 1);
    assert_eq!(facts["access.id"], "STTA0002");
    assert_eq!(facts["order.operation"], "terminate");
    assert!(facts["note.text"].ends_with("\nGammal dosa."));
    // The other item's address and service are not this one's.
    assert!(!facts.contains_key("place.street") && !facts.contains_key("service.id"));
}

#[test]
fn the_same_body_has_the_same_canonical_form() {
    let pretty = serde_json::to_string_pretty(&order()).unwrap();
    let one = accepted(Kind::Order, &order());
    let two = submit_bytes(Kind::Order, pretty.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    let other = accepted(Kind::Order, &with(order(), "/priority", json!("1")));
    assert_eq!(*one.canonical, *two.canonical);
    assert_ne!(*one.canonical, *other.canonical);
}

#[test]
fn what_is_not_an_order_is_refused_with_the_member_and_the_rule() {
    #[track_caller]
    fn check(body: &Value, expected: &str) {
        assert_eq!(refused(Kind::Order, body), expected);
    }
    let item = "/serviceOrderItem/0";
    check(&json!([]), "(body) must be an object");
    check(
        &json!({}),
        "relatedParty has no party with the role communicationsOperator; \
         serviceOrderItem is missing",
    );
    check(
        &with(order(), "/serviceOrderItem", json!([])),
        "serviceOrderItem has no item to work on",
    );
    check(&with(order(), "/serviceOrderItem", json!({})), "serviceOrderItem must be an array");
    check(&with(order(), "/colour", json!("red")), "colour is not part of the profile");
    check(&with(order(), "/070 174 06 05", json!(1)), "(unnamed) is not part of the profile");
    check(&with(order(), "/p19121212", json!(1)), "(unnamed) is not part of the profile");
    check(
        &with(order(), &format!("{item}/serviceOrderItem"), json!([])),
        "serviceOrderItem[0].serviceOrderItem is not part of the profile",
    );
    check(
        &with(order(), &format!("{SERVICE}/supportingService"), json!([])),
        "serviceOrderItem[0].service.supportingService is not part of the profile",
    );
    check(
        &with(order(), &format!("{SERVICE}/serviceSpecification/x"), json!(1)),
        "serviceOrderItem[0].service.serviceSpecification.x is not part of the profile",
    );
    for member in ["id", "href", "state", "orderDate", "completionDate", "milestone"] {
        let body = with(order(), &format!("/{member}"), json!("x"));
        check(&body, &format!("{member} may not be set on creation"));
    }
    check(
        &with(order(), &format!("{item}/state"), json!("completed")),
        "serviceOrderItem[0].state may not be set on creation",
    );
    check(
        &with(order(), &format!("{item}/action"), json!("noChange")),
        "serviceOrderItem[0].action asks for nothing to be done",
    );
    check(
        &with(order(), &format!("{item}/action"), json!("suspend")),
        "serviceOrderItem[0].action must be one of add, modify, delete",
    );
    check(
        &with(order(), &format!("{item}/action"), json!("modify")),
        "serviceOrderItem[0].service.serviceCharacteristic[subscriptionId] is needed to change or \
         end a service",
    );
    check(
        &with(order(), &format!("{item}/quantity"), json!(2)),
        "serviceOrderItem[0].quantity must be 1: each service is an item of its own",
    );
    check(
        &with(order(), &format!("{SERVICE}/state"), json!("inactive")),
        "serviceOrderItem[0].service.state does not fit the action: a service is started active, \
         and paused by modify",
    );
    check(
        &with(order(), &format!("{SERVICE}/serviceSpecification"), Value::Null),
        "serviceOrderItem[0].service.serviceSpecification is needed to start or change a service",
    );
    check(
        &with(order(), &format!("{item}/id"), json!("1 2")),
        "serviceOrderItem[0].id has a character outside a-z A-Z 0-9 - . at position 1",
    );
    let twice = order()["serviceOrderItem"][0].clone();
    check(
        &with(order(), "/serviceOrderItem/-", twice),
        "serviceOrderItem[1] has the same id as serviceOrderItem[0]",
    );
    check(&with(order(), "/externalId", json!(17)), "externalId must be a text");
    check(
        &with(order(), "/requestedStartDate", json!("1850-01-01T00:00:00Z")),
        "requestedStartDate must be an RFC 3339 time with an offset, or a date, of the years 2000 \
         to 2100",
    );
    check(
        &with(order(), "/description", json!("x".repeat(4001))),
        "description must have at most 4000 characters, this has 4001",
    );
    check(&with(order(), "/description", json!("a\u{0}b")), "description has a control character");
    check(
        &with(order(), "/serviceOrderItem", json!(vec![0; 51])),
        "serviceOrderItem has more than 50 entries",
    );
    check(&with(order(), "/note", json!(vec![0; 51])), "note has more than 50 entries");
    check(&with(order(), "/note/0/text", json!(["x"])), "note[0].text must be a text");
    check(
        &with_place("streetNr", json!("tio")),
        "serviceOrderItem[0].service.place[0].streetNr must be a house number such as 10, 10G, \
         652-16 or 652-16A",
    );
}

#[test]
fn characteristics_are_a_closed_list() {
    #[track_caller]
    fn check(name: &str, value: Value, expected: &str) {
        let at = "serviceOrderItem[0].service.serviceCharacteristic";
        assert_eq!(
            refused(Kind::Order, &with_characteristic(name, value)),
            format!("{at}{expected}")
        );
    }
    check("favouriteColour", json!("red"), "[1].name is not in the closed list of characteristics");
    check("accessId", json!("STTA0002"), "[1] stands twice by that name");
    check("fixedIp", json!("yes"), "[fixedIp] must be true or false");
    check("sla", Value::Null, "[sla] is missing");
    check("sla", json!("a@b"), "[sla] must hold letters, digits, spaces and - . _ / + ( ) only");
    check(
        "macAddress",
        json!("aa:bb"),
        "[macAddress] must be a MAC address of twelve hexadecimal digits",
    );
    check(
        "ipAddresses",
        json!(["192.0.2.1", "x"]),
        "[ipAddresses] must be an IP address such as 192.0.2.1 or 2001:db8::/56",
    );
    check(
        "visitWindow",
        json!("2026-03-02T08:00:00Z/2026-03-02T12:00:00Z"),
        "[visitWindow] needs siteVisit to be true",
    );
    check("siteVisit", json!({"yes": 1}), "[siteVisit] must be true or false");
    check(
        "subscriptionId",
        json!(" "),
        "[subscriptionId] has a character outside a-z A-Z 0-9 - . at position 0",
    );

    let without = with(order(), &format!("{SERVICE}/serviceCharacteristic"), json!([]));
    assert_eq!(
        refused(Kind::Order, &without),
        "serviceOrderItem[0].service.serviceCharacteristic[accessId] is missing, and the address is \
         that of no access that is listed"
    );
    let bad = with(order(), &format!("{SERVICE}/serviceCharacteristic/0/value"), json!("STTA 1"));
    assert_eq!(
        refused(Kind::Order, &bad),
        "serviceOrderItem[0].service.serviceCharacteristic[accessId] has a character outside \
         a-z A-Z 0-9 - . at position 4"
    );

    let ips = with_characteristic("ipAddresses", json!(["192.0.2.1", "2001:DB8::/56"]));
    assert_eq!(
        fact(&accepted(Kind::Order, &ips), Field::IpAddress).as_deref(),
        Some("192.0.2.1,2001:db8::/56")
    );
    // No visit, no door: the code is not even kept.
    let submission = accepted(Kind::Order, &with_characteristic("doorCode", json!("4711")));
    assert_eq!(fact(&submission, Field::DoorCode), None);
    assert!(dropped(&submission).contains(&"visit.door_code"));
}

#[test]
fn what_is_not_a_ticket_is_refused_with_the_member_and_the_rule() {
    #[track_caller]
    fn check(body: &Value, expected: &str) {
        assert_eq!(refused(Kind::Ticket, body), expected);
    }
    check(
        &json!({}),
        "relatedParty has no party with the role communicationsOperator; \
        description is missing; ticketType is missing; severity is missing; \
        relatedEntity has no entity with the role access",
    );
    check(&with(ticket(), "/status", json!("resolved")), "status may not be set on creation");
    check(&with(ticket(), "/description", json!(" ")), "description must not be empty");
    check(
        &with(ticket(), "/relatedEntity/0/role", json!("product")),
        "relatedEntity has no entity with the role access",
    );
    check(
        &with(ticket(), "/relatedEntity/0/id", json!("STTA_1")),
        "relatedEntity[0].id has a character outside a-z A-Z 0-9 - . at position 4",
    );
    check(&with(ticket(), "/relatedEntity/0/id", Value::Null), "relatedEntity[0].id is missing");
    check(
        &with(ticket(), "/relatedEntity/0/x", json!(1)),
        "relatedEntity[0].x is not part of the profile",
    );
    check(
        &with(ticket(), "/relatedEntity/-", json!({"id": "A", "role": "access"})),
        "relatedEntity[1] is the second access: one ticket is about one",
    );
    check(
        &with(ticket(), "/characteristic/0/value", json!("BROKEN")),
        "characteristic[problemType] must be one of NO_LINK, NO_ACCESS, QUALITY, OTHER",
    );
    check(
        &with(ticket(), "/characteristic/8/value", json!("-61 dBm")),
        "characteristic[opticalLevel] must be an optical level in dBm from -60 to 10, such as -22.5",
    );
    check(
        &with(ticket(), "/characteristic/9/value", json!(1000)),
        "characteristic[neighboursAffected] must be a count from 0 to 999",
    );
    check(
        &with(ticket(), "/characteristic/7/value", json!("fast")),
        "characteristic[measuredSpeed] must be Mbit/s down and up, such as 93/88",
    );
    let submission = accepted(Kind::Ticket, &with(ticket(), "/characteristic", json!([])));
    assert_eq!(fact(&submission, Field::ProblemType).as_deref(), Some("OTHER"));
    assert_eq!(fact(&submission, Field::FaultHeading).as_deref(), Some("OTHER: annat fel"));
    let submission = accepted(Kind::Ticket, &with(ticket(), "/severity", json!("lagom")));
    assert_eq!(fact(&submission, Field::FaultSeverity).as_deref(), Some("moderate"));
}

#[test]
fn bytes_that_are_no_body_are_refused() {
    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let error = submit_bytes(Kind::Order, bytes).err().expect("refused");
        assert_eq!(error.to_string(), expected);
    }
    check(b"", "the body is not JSON: line 1, column 0 ends too early");
    check(b"{\"externalId\": \"Astrid", "the body is not JSON: line 1, column 22 ends too early");
    check(b"{\n  Astrid\n}", "the body is not JSON: line 2, column 3 has a character out of place");
    check(b"{} {}", "the body is not JSON: line 1, column 4 has a character out of place");
    check(
        b"{\"a\": 1e999}",
        "the body is not JSON: line 1, column 11 has a character out of place",
    );
    check(
        b"{\"a\": \"\\ud800\"}",
        "the body is not JSON: line 1, column 14 has a character out of place",
    );
    check(b"{\"a\": \"\xff\"}", "the body is not UTF-8");
    check(b"{\"note\": 1, \"note\": 2}", "the member note stands twice in one object");
    check(
        b"{\"a\": {\"Astrid Lindqvist\": 1, \"Astrid Lindqvist\": 2}}",
        "the member (unnamed) stands twice in one object",
    );
    check("[".repeat(10_000).as_bytes(), "the body nests arrays and objects more than 32 deep");
    check(
        "{\"a\":".repeat(10_000).as_bytes(),
        "the body nests arrays and objects more than 32 deep",
    );
    check(json!(vec![1; 20_000]).to_string().as_bytes(), "the body holds more than 20000 values");
    check(&vec![b' '; 5_000_000], "the body has more than 1048576 bytes");
}

/// The most that the limits let through: each text is searched for each value, once.
#[test]
fn the_costliest_body_is_read_in_bounded_time() {
    let mut body = order();
    let item = body["serviceOrderItem"][0].clone();
    body["serviceOrderItem"] = (0..50)
        .map(|id| {
            let note = json!([{ "text": "ab ".repeat(80) }]);
            with(with(item.clone(), "/id", json!(id.to_string())), "/service/note", note)
        })
        .collect();
    body["note"] = json!([{ "text": "ab ".repeat(1_300) }, { "text": "ab ".repeat(1_300) }]);
    body["relatedParty"][1]["hobby"] =
        (0..490).map(|number| json!(format!("ab ab ab {number}"))).collect();
    let started = std::time::Instant::now();
    assert_eq!(accepted(Kind::Order, &body).items.len(), 50);
    // Unoptimised, on a busy machine; it is there to catch a square that nobody meant.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn faults_are_told_all_at_once_but_not_without_end() {
    let mut body = order();
    for number in 0..80 {
        body = with(body, &format!("/extra{number}"), json!(number));
    }
    let Err(IntakeError::Invalid(faults)) = submit(Kind::Order, &body) else { panic!("refused") };
    assert_eq!((faults.list().len(), faults.more()), (50, 30));
    assert!(faults.to_string().ends_with("; and 30 more"));
}

#[test]
fn a_personnummer_is_refused_in_every_id() {
    let rule = "holds a personnummer";
    for id in ["19640823-3234", "196408233234", "X-640823-3234", "121212-1212", "1212121212"] {
        let check = |body: &Value, member: &str| {
            assert_eq!(refused(Kind::Order, body), format!("{member} {rule}"), "{id}");
        };
        check(&with(order(), "/externalId", json!(id)), "externalId");
        check(&with(order(), "/relatedParty/0/id", json!(id)), "relatedParty[0].id");
        check(&with(order(), "/serviceOrderItem/0/id", json!(id)), "serviceOrderItem[0].id");
        let service = "serviceOrderItem[0].service";
        check(
            &with(order(), &format!("{SERVICE}/serviceSpecification/id"), json!(id)),
            &format!("{service}.serviceSpecification.id"),
        );
        check(
            &with(order(), &format!("{SERVICE}/serviceCharacteristic/0/value"), json!(id)),
            &format!("{service}.serviceCharacteristic[accessId]"),
        );
        check(
            &with_characteristic("subscriptionId", json!(id)),
            &format!("{service}.serviceCharacteristic[subscriptionId]"),
        );
        check(
            &with_characteristic("sla", json!(id)),
            &format!("{service}.serviceCharacteristic[sla]"),
        );
        check(&with_place("streetName", json!(id)), &format!("{service}.place[0].streetName"));
    }
    // Ten bare digits that pass the check and that the body does not state are an id like any other.
    accepted(Kind::Order, &with(order(), "/externalId", json!("6408233234")));
}

#[test]
fn one_operator_that_is_known() {
    let check = |body: &Value, expected: &str| assert_eq!(refused(Kind::Order, body), expected);
    check(
        &with(order(), "/relatedParty/0/id", json!("telia")),
        "relatedParty[0].id is not an operator that is configured here",
    );
    check(
        &with(order(), "/relatedParty/0/role", json!("seller")),
        "relatedParty has no party with the role communicationsOperator, and the access is in no \
         operator's list",
    );
    check(
        &with(order(), "/relatedParty/-", order()["relatedParty"][0].clone()),
        "relatedParty[2] is the second operator: one body goes to one",
    );
    check(
        &with(order(), "/relatedParty/-", order()["relatedParty"][1].clone()),
        "relatedParty[2] is the second customer: one body is about one",
    );
    // Nobody need be named.
    let nobody = json!([order()["relatedParty"][0]]);
    let submission = accepted(Kind::Order, &with(order(), "/relatedParty", nobody));
    assert!(submission.customer.is_none());
    assert_eq!(submission.items[0].case.subject(), SubjectKind::Person);
}

#[test]
fn what_kind_of_customer_it_is() {
    let check = |party: Value, subject, name: Option<&str>, company: Option<&str>| {
        let body = with(order(), CUSTOMER, party);
        let submission = accepted(Kind::Order, &body);
        assert_eq!(submission.items[0].case.subject(), subject);
        assert_eq!(fact(&submission, Field::ContactName).as_deref(), name);
        assert_eq!(fact(&submission, Field::CompanyName).as_deref(), company);
        assert_eq!(fact(&submission, Field::CompanyOrgNo), None);
    };
    let organization = |id: &str| {
        json!({ "id": "c", "role": "customer", "@referredType": "Organization",
            "name": "Astrids Tråd", "organizationIdentification": [ { "identificationId": id } ] })
    };
    let company = Some("Astrids Tråd");
    check(organization("556597-6122"), SubjectKind::LegalPerson, None, company);
    check(organization("16556597-6122"), SubjectKind::LegalPerson, None, company);
    check(organization("121212-1212"), SubjectKind::SoleTrader, None, company);
    check(organization("unknown"), SubjectKind::SoleTrader, None, company);
    check(
        json!({ "role": "customer", "name": "Astrid Lindqvist" }),
        SubjectKind::Person,
        Some("Astrid Lindqvist"),
        None,
    );
    check(
        json!({ "role": "customer", "givenName": "Astrid", "tradingName": "Astrids Tråd" }),
        SubjectKind::SoleTrader,
        Some("Astrid"),
        company,
    );
    check(
        json!({ "role": "customer", "fullName": "Astrid, 070-174 06 05" }),
        SubjectKind::Person,
        None,
        None,
    );
}

#[test]
fn addresses_are_read_as_registers_write_them() {
    let check = |member: &str, value: Value, field, expected: &str| {
        let body = with(
            with_place("streetNrSuffix", Value::Null),
            &format!("{SERVICE}/place/0/{member}"),
            value,
        );
        assert_eq!(fact(&accepted(Kind::Order, &body), field).as_deref(), Some(expected));
    };
    check("streetNr", json!("652-16A"), Field::StreetNumber, "652-16");
    check("streetNr", json!("652-16A"), Field::StreetLittera, "A");
    check("streetNr", json!("10 g"), Field::StreetLittera, "G");
    check("streetNr", json!(10), Field::StreetNumber, "10");
    check("postcode", json!("413 69"), Field::Postcode, "41369");
    check("postcode", json!(41369), Field::Postcode, "41369");
    let apartment =
        |number: Value| json!([{ "subUnitType": "apartment", "subUnitNumber": number }]);
    check("geographicSubAddress", apartment(json!(901)), Field::Apartment, "0901");
    check("geographicSubAddress", apartment(json!("0901")), Field::Apartment, "0901");
    check("geographicSubAddress", apartment(json!("lgh 1201")), Field::Apartment, "1201");
    let submission = accepted(Kind::Order, &with_place("careOf", json!("c/o Berg")));
    assert!(dropped(&submission).contains(&"identity.other"));
}

#[test]
fn a_protected_customer_is_for_a_person_to_handle() {
    let check = |value: Value, handling| {
        let body = with_customer(
            "characteristic",
            json!([{ "name": "protectedIdentity", "value": value }]),
        );
        let submission = accepted(Kind::Order, &body);
        assert_eq!(submission.items[0].case.handling(), handling);
        assert!(dropped(&submission).contains(&"identity.protected"));
    };
    check(json!(true), Handling::Special);
    check(json!("ja"), Handling::Special);
    check(json!("vet ej"), Handling::Special);
    check(json!({}), Handling::Special);
    check(json!("nej"), Handling::Ordinary);
    check(json!(0), Handling::Ordinary);
    let submission = accepted(Kind::Order, &with_customer("sekretessmarkering", json!("J")));
    assert_eq!(submission.items[0].case.handling(), Handling::Special);
    let silent = accepted(Kind::Order, &with_customer("characteristic", Value::Null));
    assert_eq!(silent.items[0].case.handling(), Handling::Ordinary);
    assert!(!dropped(&silent).contains(&"identity.protected"));
}

#[test]
fn surplus_is_dropped_and_taken_out_of_the_texts() {
    let body = with_customer(
        "contactMedium",
        json!([
        { "mediumType": "phone", "characteristic": { "phoneNumber": "031-390 06 12" } },
        { "mediumType": "mobile", "phoneNumber": "0701740605" },
        { "mediumType": "mobile", "characteristic": { "phoneNumber": "070-174 06 05" } },
        { "mediumType": "mobile", "characteristic": { "phoneNumber": "+46701740633" } },
        { "mediumType": "postalAddress", "characteristic": { "street1": "Storgatan 3",
          "postCode": "11122", "city": "Stockholm" } } ]),
    );
    let body = with(body, &format!("{CUSTOMER}/birthDate"), json!("1912-12-12"));
    let body = with(
        body,
        "/relatedParty/-",
        json!({ "id": "agent-7", "role": "seller", "name": "Erik Bergström" }),
    );
    let body = with(
        body,
        "/note",
        json!([ { "author": "Karin Ek", "text":
        "Ring 070-1740605, ej 0701740633 eller 031-3900612. Pnr 121212-1212, född 19121212. \
         Kundnr CUST-991, faktura Storgatan 3. Erik Bergströms order. /Karin" } ]),
    );
    let submission = accepted(Kind::Order, &body);
    assert_eq!(fact(&submission, Field::ContactPhone).as_deref(), Some("+46701740605"));
    assert_eq!(
        fact(&submission, Field::Note).as_deref(),
        Some(
            "Ring 070-1740605, ej [telefon] eller [telefon]. Pnr [personnummer], född [födelsedatum]. \
         Kundnr [kundnummer], faktura [adress]. [namn] order. /[namn]"
        )
    );
    assert_eq!(
        dropped(&submission),
        [
            "contact.phone_other",
            "identity.personnummer",
            "identity.birth_date",
            "identity.protected",
            "customer.number",
            "invoice.address",
            "staff.name",
            "commercial.other",
        ]
    );
    let masked = submission.items[0].case.masked();
    let phones = masked.iter().find(|mask| mask.kind == "telefon").map(|mask| mask.count);
    assert_eq!(phones, Some(2));
}

#[test]
fn what_the_case_keeps_stays_in_the_texts() {
    // The invoice goes to where the line is, and a relative of the same name sells it.
    let body = with_customer(
        "contactMedium",
        json!([
            { "mediumType": "mobile", "phoneNumber": "+46701740605" },
            { "mediumType": "postalAddress", "street1": "Kungsgatan", "postCode": "413 69" } ]),
    );
    let body = with(
        body,
        "/relatedParty/-",
        json!({ "role": "seller", "name": "Nils Lindqvist", "phone": "070-174 06 05" }),
    );
    let text = "Lindqvist, 070-1740605, Kungsgatan 10, 413 69. Såld av Nils.";
    let submission = accepted(Kind::Order, &with(body, "/note/0/text", json!(text)));
    assert_eq!(
        fact(&submission, Field::Note).as_deref(),
        Some("Lindqvist, 070-1740605, Kungsgatan 10, 413 69. Såld av [namn].")
    );
}

#[test]
fn the_schemas_say_the_same() {
    let schema = |text: &str| {
        jsonschema::validator_for(&serde_json::from_str(text).unwrap()).expect("a schema")
    };
    let orders = schema(include_str!("../../schemas/intake/service-order.json"));
    let tickets = schema(include_str!("../../schemas/intake/trouble-ticket.json"));
    let check = |kind, body: &Value, good: bool| {
        let schema = if kind == Kind::Order { &orders } else { &tickets };
        let told: Vec<String> = schema.iter_errors(body).map(|e| e.to_string()).collect();
        assert_eq!(told.is_empty(), good, "{told:?} in {body}");
        assert_eq!(submit(kind, body).is_ok(), good, "{}", refused(kind, body));
    };
    check(Kind::Order, &order(), true);
    check(Kind::Order, &with_customer("hobby", json!({ "any": ["thing"] })), true);
    check(Kind::Order, &with_characteristic("fixedIp", json!(true)), true);
    let mut paused = with_characteristic("subscriptionId", json!("S-1"));
    paused["serviceOrderItem"][0]["action"] = json!("modify");
    let service = paused["serviceOrderItem"][0]["service"].as_object_mut().unwrap();
    service.insert("state".to_owned(), json!("inactive"));
    let named = json!({ "name": "serviceId", "value": "BB-1000-1000" });
    service["serviceCharacteristic"].as_array_mut().unwrap().push(named);
    check(Kind::Order, &paused, false);
    let service = paused["serviceOrderItem"][0]["service"].as_object_mut().unwrap();
    service.remove("serviceSpecification");
    check(Kind::Order, &paused, true);
    check(Kind::Ticket, &ticket(), true);
    for (pointer, value) in [
        ("/colour", json!(1)),
        ("/state", json!("completed")),
        ("/serviceOrderItem", json!([])),
        ("/serviceOrderItem/0/action", json!("noChange")),
        ("/serviceOrderItem/0/action", json!("delete")),
        ("/serviceOrderItem/0/service/serviceSpecification", Value::Null),
        ("/serviceOrderItem/0/service/serviceCharacteristic", json!([])),
        ("/serviceOrderItem/0/service/serviceCharacteristic/0/value", json!("STTA 1")),
        ("/serviceOrderItem/0/service/serviceCharacteristic/0/name", json!("other")),
        ("/serviceOrderItem/0/service/place/0/streetNr", json!("tio")),
        ("/relatedParty", json!([])),
        ("/requestedStartDate", json!("1850-01-01")),
        ("/note/0/text", Value::Null),
    ] {
        check(Kind::Order, &with(order(), pointer, value), false);
    }
    for (pointer, value) in [
        ("/description", Value::Null),
        ("/status", json!("closed")),
        ("/relatedEntity", json!([])),
        ("/characteristic/3/value", json!("green")),
        ("/characteristic/7/value", json!("fast")),
    ] {
        check(Kind::Ticket, &with(ticket(), pointer, value), false);
    }
}

#[test]
fn a_service_is_not_named_twice() {
    let told = refused(Kind::Order, &with_characteristic("serviceId", json!("BB-100-100")));
    let rule = "serviceOrderItem[0].service.serviceCharacteristic[serviceId] names a service that stays as \
                it is, and serviceSpecification another";
    assert!(told.contains(rule), "{told}");
}

/// Every scalar of a body, and how to get at it.
fn pointers(body: &Value, at: String, to: &mut Vec<String>) {
    match body {
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                pointers(entry, format!("{at}/{index}"), to);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, format!("{at}/{name}"), to);
            }
        }
        _ => to.push(at),
    }
}

/// What is handed in by the fixtures' systems, all of it good.
#[test]
fn the_fixtures_are_accepted() {
    let check = |kind, lines: &str, schema: &str, number| {
        let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        for line in lines.lines() {
            let body: Value = serde_json::from_str(line).unwrap();
            let id = body["externalId"].as_str().unwrap().to_owned();
            let told: Vec<String> = schema.iter_errors(&body).map(|e| e.to_string()).collect();
            assert!(told.is_empty(), "{id}: {told:?}");
            let submission =
                submit_bytes(kind, line.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(submission.external_id.unwrap().as_str(), id);
        }
        assert_eq!(lines.lines().count(), number);
    };
    check(
        Kind::Order,
        include_str!("../../fixtures/tmf/orders.jsonl"),
        include_str!("../../schemas/intake/service-order.json"),
        14,
    );
    check(
        Kind::Ticket,
        include_str!("../../fixtures/tmf/tickets.jsonl"),
        include_str!("../../schemas/intake/trouble-ticket.json"),
        9,
    );
}

#[derive(serde::Deserialize)]
struct Expected {
    bad: Vec<Bad>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    file: String,
    kind: String,
    status: u16,
    member: String,
}

/// Each is refused for the one member that is wrong in it, and is not repeated.
#[test]
fn the_bad_fixtures_are_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tmf/bad");
    let expected = fs::read_to_string(folder.join("expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&expected).unwrap();
    let files = fs::read_dir(&folder).unwrap().count();
    assert_eq!(expected.bad.len(), files - 1, "expected.toml names each file");
    for bad in expected.bad {
        let Bad { file, member, .. } = &bad;
        assert_eq!(bad.status, 400, "{file}");
        let bytes = fs::read(folder.join(file)).unwrap();
        let error = submit_bytes(Kind::parse(&bad.kind).unwrap(), &bytes)
            .err()
            .unwrap_or_else(|| panic!("{file} is accepted"));
        let told = error.to_string();
        match &error {
            IntakeError::Invalid(faults) => {
                assert_eq!((faults.list().len(), faults.more()), (1, 0), "{file}: {told}");
                assert_eq!(&faults.list()[0].member, member, "{file}: {told}");
            }
            // The body is no tree: the member stands in the message.
            _ => assert!(told.contains(&format!(" {member} ")), "{file}: {told}"),
        }
        let rules = told.replace(member, "");
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let mut all = Vec::new();
        pointers(&body, String::new(), &mut all);
        for text in all.iter().filter_map(|at| body.pointer(at)?.as_str()) {
            assert!(
                told_by_us(text) || text.chars().count() < 4 || !rules.contains(text),
                "{file}: {told}"
            );
        }
    }
}

/// Whether a text is a word of the profile: what a message says is ours then, not repeated.
fn told_by_us(text: &str) -> bool {
    [
        include_str!("../../schemas/intake/service-order.json"),
        include_str!("../../schemas/intake/trouble-ticket.json"),
    ]
    .iter()
    .any(|schema| schema.contains(&format!("\"{text}\"")))
}

proptest! {
    /// Whatever is put where: if it is refused, the refusal does not repeat it.
    #[test]
    fn no_refusal_repeats_a_value(
        value in "[a-zA-Z0-9åäö@+ -]{0,20}XQ[0-9]{6}[a-z#!\u{0}]{0,5}",
        at: prop::sample::Index,
        is_order: bool,
        wrapped in 0..3,
    ) {
        let (kind, body) = if is_order { (Kind::Order, order()) } else { (Kind::Ticket, ticket()) };
        let mut all = Vec::new();
        pointers(&body, String::new(), &mut all);
        let text = match wrapped {
            0 => json!(value),
            1 => json!([value]),
            _ => json!({ value.clone(): value }),
        };
        let body = with(body, &all[at.index(all.len())], text);
        if let Err(error) = submit(kind, &body) {
            for told in [error.to_string(), format!("{error:?}")] {
                prop_assert!(!told.contains("XQ"), "{told}");
            }
        }
    }

    #[test]
    fn nothing_panics_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for kind in [Kind::Order, Kind::Ticket] {
            prop_assert!(submit_bytes(kind, &bytes).is_err());
        }
    }

    /// A good body with some bytes overwritten: read or refused, never a panic.
    #[test]
    fn nothing_panics_on_a_damaged_body(
        at: prop::sample::Index,
        damage in "[\\PC\"{}\\[\\],:0-9]{0,6}",
        is_order: bool,
    ) {
        let (kind, body) = if is_order { (Kind::Order, order()) } else { (Kind::Ticket, ticket()) };
        let mut text: Vec<char> = body.to_string().chars().collect();
        let from = at.index(text.len());
        let to = (from + damage.chars().count()).min(text.len());
        text.splice(from..to, damage.chars());
        let text: String = text.into_iter().collect();
        let _ = submit_bytes(kind, text.as_bytes());
    }

    /// What is dropped is in no fact and in no text, however the texts spell it.
    #[test]
    fn dropped_values_are_in_no_fact(
        day in 1..=28_u32, month in 1..=12_u32, serial in 0..=999_u32,
        phone in 634..=699_u32,
        mail in "[a-z]{3,8}\\.[a-z]{3,8}@example\\.com",
        colleague in "Q[a-z]{4,9}",
        secret in "[a-z]{4,8}zq[0-9]{3}",
        spelling in 0..3,
    ) {
        let ten = format!("47{month:02}{day:02}{serial:03}");
        let sum: u32 = ten.bytes().enumerate().map(|(place, digit)| {
            let value = u32::from(digit - b'0') * (2 - u32::try_from(place).unwrap() % 2);
            value / 10 + value % 10
        }).sum();
        let (born, last) = (&ten[..6], format!("{}{}", &ten[6..], (10 - sum % 10) % 10));
        let number = match spelling {
            0 => format!("19{born}-{last}"),
            1 => format!("{born}-{last}"),
            _ => format!("19{born}{last}"),
        };
        let dialled = match spelling {
            0 => format!("070-1740{phone}"),
            1 => format!("+46 70 174 0{phone}"),
            _ => format!("0701740{phone}"),
        };
        let mut body = order();
        body["relatedParty"][1]["individualIdentification"][0]["identificationId"] =
            json!(format!("19{born}-{last}"));
        body["relatedParty"][1]["hobby"] = json!([{ "what": secret }]);
        let media = &mut body["relatedParty"][1]["contactMedium"];
        let media = media.as_array_mut().unwrap();
        media.push(json!({ "mediumType": "mobile",
            "characteristic": { "phoneNumber": format!("+46701740{phone}") } }));
        media.push(json!({ "mediumType": "email", "characteristic": { "emailAddress": mail } }));
        body["note"] = json!([{ "author": colleague, "text":
            format!("{number} ring {dialled} ({mail}) {secret}, {colleague}s anteckning") }]);
        let submission = accepted(Kind::Order, &body);
        for (field, text) in facts(&submission, 0) {
            for gone in [&number, &dialled, &mail, &colleague, &secret] {
                prop_assert!(!text.contains(gone.as_str()), "{field}");
            }
        }
        // Nor is the telling end of a number left behind.
        let note = fact(&submission, Field::Note).unwrap_or_default();
        prop_assert!(!note.contains(&last) && !note.contains(&phone.to_string()));
    }
}
