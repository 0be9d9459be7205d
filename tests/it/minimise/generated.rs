//! Any case, any purpose, both recipients: what the policy does not open is not in the bytes.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sluss::dialects::EncodeError;
use sluss::domain::{Act, Field, Handling, Purpose, Sensitivity, SubjectKind};
use sluss::minimise::{Explanation, Minimised, TEXT_REPLACED, minimise};
use sluss::recipients::{Effect, Recipient};
use sluss::record::{RecordError, finish};

use super::{Draft, REFERENCE, TODAY, shipped, spoken};

/// Values that a field can have; none is part of another's.
fn values(field: Field) -> &'static [&'static str] {
    match field {
        Field::AccessId => &["STTA0001", "TN404352-30", "8507099805"],
        Field::SubscriptionId => &["S-7KQ2MX", "XIT.99.1"],
        Field::CaseReference => &[REFERENCE],
        Field::OperatorReference => &["TT0000042", "O-17.9"],
        Field::ServiceId => &["BB-1000-1000", "VOIP-1", "IPTV"],
        Field::Operation => &["activate", "change", "terminate"],
        Field::RequestedDate => &["2026-12-01T00:00:00Z", "2027-01-15T09:30:00Z"],
        Field::ForcedTakeover
        | Field::FixedIp
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::VisitBooked => &["true", "false"],
        Field::Sla => &["SLA-GULD-4"],
        Field::Street => &["Kungsgatan", "Bergbyvägen", "Karl Johans gata"],
        Field::StreetNumber => &["10", "652-16"],
        Field::StreetLittera => &["G", "A"],
        Field::Postcode => &["41369", "99920"],
        Field::City => &["Göteborg", "Slussköping"],
        Field::Apartment => &["1101", "0901"],
        Field::ContactName => &["Astrid Lindqvist", "Maja Öberg-Nilsson", "Bo Ek"],
        Field::ContactPhone => &["+46701740605", "+46313900612"],
        Field::ContactEmail => &["a.lindqvist@example.se", "oberg@example.com"],
        Field::ContactPhoneOther => &["+46701740677"],
        Field::Personnummer => &["191212121212"],
        Field::BirthDate => &["1912-12-12"],
        Field::CompanyName => &["Påhittade Paddan AB", "Bärgstens Trädgård"],
        Field::CompanyOrgNo => &["559999-0016"],
        Field::ProtectedIdentity => &["false"],
        Field::IdentityOther => &["gift"],
        Field::CpeMac => &["AA:BB:CC:11:22:33", "02:00:5E:10:00:9F"],
        Field::CpeModel => &["Exempelbox 2"],
        Field::IpAddress => &["192.0.2.17", "2001:db8::17"],
        Field::ProblemType => &["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"],
        Field::FaultHeading => &["Rubrik om felet"],
        Field::FaultSeverity => &["minor", "moderate", "significant", "extensive"],
        Field::FaultSince => &["2026-11-20T06:00:00Z"],
        Field::FaultPattern => &["constant", "intermittent"],
        Field::FaultLamps => &["wan-off", "all-off"],
        Field::FaultSpeed => &["93/88", "512.5/480"],
        Field::FaultLevel => &["-22.5", "-8"],
        Field::FaultNeighbours => &["3", "17"],
        Field::FaultResponsible => &["SP", "CO"],
        Field::VisitWindow => &["2026-12-03T07:00:00Z/2026-12-03T11:00:00Z"],
        Field::DoorCode => &["9182", "A4711B"],
        Field::FaultDescription | Field::Note => &["Ingen länk sedan i natt."],
        Field::Attachment => &["bild.jpg"],
        Field::CustomerNumber => &["K-771234"],
        Field::InvoiceAddress => &["Box 987 Demohamn"],
        Field::StaffName => &["Jonas Ståhl"],
        Field::CommercialOther => &["betalt"],
    }
}

/// What people write, with the register's values in spellings of theirs.
fn sentence(draft: &Draft, which: usize) -> String {
    let of = |field| draft.value(field).unwrap_or("ingen");
    match which {
        0 => format!("Ring {} innan.", of(Field::ContactName)),
        1 => {
            let phone = of(Field::ContactPhone).replacen("+46", "0", 1);
            format!("Tel {} {}.", phone.get(..3).unwrap_or(""), phone.get(3..).unwrap_or(""))
        }
        2 => format!("Mejla {}.", of(Field::ContactEmail)),
        3 => format!("Portkod {}.", of(Field::DoorCode)),
        4 => format!("Adressen är {} {}.", of(Field::Street), of(Field::StreetNumber)),
        5 => format!("Boxen {} har {}.", of(Field::CpeMac).to_lowercase(), of(Field::IpAddress)),
        6 => format!("{} i {}.", of(Field::CompanyName), of(Field::City)),
        7 => format!("Access {}.", of(Field::AccessId)),
        8 => "Pnr 19121212-1212.".to_owned(),
        9 => "Grannen nås på 070-174 06 99.".to_owned(),
        10 => "Länken har varit nere sedan 2026-11-20 och konvertern blinkar rött.".to_owned(),
        _ => "Omstart hjälper inte, och kabeln är redan bytt mot en ny från butiken.".to_owned(),
    }
}

const SENTENCES: usize = 12;

fn drafts() -> impl Strategy<Value = Draft> {
    let some = subsequence(Field::ALL, 0..=Field::ALL.len());
    // Purposes that a dialect has words for come more often than the others.
    let purpose = prop_oneof![
        4 => select(vec![
            Purpose::Activate, Purpose::Change, Purpose::Terminate, Purpose::FaultReport,
        ]),
        1 => select(Purpose::ALL),
    ];
    let text = || prop::collection::vec(0..SENTENCES, 1..6);
    (
        select(vec!["globalconnect", "ip-only"]),
        purpose,
        select(SubjectKind::ALL),
        prop::bool::weighted(0.15),
        some,
        any::<[u8; 64]>(),
        [text(), text()],
    )
        .prop_map(|(recipient, purpose, subject, special, fields, dice, texts)| {
            let mut draft = Draft::new(recipient, purpose, &[]);
            draft.subject = subject;
            if special {
                draft.handling = Handling::Special;
            }
            for (field, die) in fields.into_iter().zip(dice) {
                let values = values(field);
                draft.facts.push((field, values[usize::from(die) % values.len()].to_owned()));
            }
            for (field, which) in [Field::FaultDescription, Field::Note].into_iter().zip(texts) {
                if draft.value(field).is_some() {
                    let text: Vec<_> = which.iter().map(|&one| sentence(&draft, one)).collect();
                    draft = draft.with(field, &text.join(" "));
                }
            }
            draft
        })
}

/// Whether the policy's text opens a field: read from its rules, and not with the code that decides.
fn opened(draft: &Draft, recipient: &Recipient, field: Field) -> bool {
    let holds = |condition: &str| {
        let is = |field, value| draft.value(field) == Some(value);
        match condition.split_once(" in ") {
            Some(("problem_type", list)) => {
                draft.value(Field::ProblemType).is_some_and(|v| list.split('|').any(|m| m == v))
            }
            Some(("service_type", list)) => draft.value(Field::ServiceId).is_some_and(|value| {
                let start = value.split('-').next();
                list.split('|').any(|member| Some(member) == start)
            }),
            _ => match condition {
                "visit.booked" => is(Field::VisitBooked, "true"),
                "fixed_ip.ordered" => is(Field::FixedIp, "true"),
                "access.missing" => draft.value(Field::AccessId).is_none(),
                "subscription.missing" => draft.value(Field::SubscriptionId).is_none(),
                "phone.missing" => draft.value(Field::ContactPhone).is_none(),
                "premises.apartment" => draft.value(Field::Apartment).is_some(),
                "subject.legal_person" => draft.subject == SubjectKind::LegalPerson,
                "subject.person" => draft.subject != SubjectKind::LegalPerson,
                "text.clean" => true,
                other => panic!("{other}"),
            },
        }
    };
    recipient.policy.rules().iter().any(|rule| {
        rule.fields.contains(&field)
            && rule.purposes.contains(&draft.purpose)
            && match rule.effect {
                Effect::Never => false,
                Effect::Allowed => true,
                Effect::Conditional => rule.when.iter().all(|one| holds(&one.to_string())),
            }
    })
}

/// Letters and digits only, so that no spelling hides a value.
fn squashed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The texts of a finished body, each by itself.
fn texts(body: &str) -> Vec<String> {
    fn json(value: &serde_json::Value, texts: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(members) => members.iter().for_each(|m| json(m, texts)),
            serde_json::Value::Object(members) => members.values().for_each(|m| json(m, texts)),
            serde_json::Value::String(text) => texts.push(text.clone()),
            other => texts.push(other.to_string()),
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(body) {
        json(&value, &mut found);
    } else {
        let parts = body.split(['<', '>']).skip(2).step_by(2);
        found.extend(parts.filter(|text| !text.is_empty()).map(str::to_owned));
    }
    found
}

/// A withheld value that says something by itself: not a flag, a code or a house number.
fn is_telling(field: Field, value: &str) -> bool {
    use sluss::domain::Category::{Fault, FreeText};
    squashed(value).chars().count() >= 4
        && !matches!(value, "true" | "false")
        && !matches!(field.category(), Fault | FreeText)
        && field != Field::Operation
}

/// Fields that a message says in its own words, or for whose value there may not be room.
fn is_reworded(recipient: &Recipient, field: Field, value: &str, body: &[String]) -> bool {
    let on_api = recipient.channel.dialect == "on-api";
    let full = body.iter().any(|text| text.chars().count() > 150);
    field == Field::Operation
        || (on_api
            && (matches!(field, Field::FaultPattern | Field::FaultSeverity)
                || matches!(value, "true" | "false")
                || full))
}

fn check(
    minimised: &Minimised<'_>,
    draft: &Draft,
    recipient: &Recipient,
) -> Result<(), TestCaseError> {
    let carried = minimised.dialect().carries(Act::of(draft.purpose));
    for (field, _) in minimised.fields() {
        prop_assert!(opened(draft, recipient, field), "{field} is not opened");
        prop_assert!(carried.contains(&field), "{field} has no place");
        prop_assert_ne!(field.sensitivity(), Sensitivity::Never);
    }
    let explained = Explanation::of(minimised);
    let mut told: Vec<Field> = explained.sent.iter().map(|one| one.field).collect();
    told.extend(explained.withheld.iter().map(|one| one.field));
    told.sort();
    let mut known: Vec<Field> = draft.facts.iter().map(|(field, _)| *field).collect();
    known.sort();
    prop_assert_eq!(told, known, "each field is explained once");
    let sent: Vec<Field> = explained.sent.iter().map(|one| one.field).collect();
    prop_assert_eq!(sent, minimised.fields().map(|(field, _)| field).collect::<Vec<_>>());

    let request = match finish(minimised) {
        Ok(message) => message.request().clone(),
        Err(RecordError::Encode(EncodeError::Missing(_))) => return Ok(()),
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let body = String::from_utf8(request.body).unwrap();
    let texts = texts(&body);
    for (field, value) in &draft.facts {
        if minimised.text(*field).is_none() && is_telling(*field, value) {
            let found = texts.iter().find(|text| squashed(text).contains(&squashed(value)));
            prop_assert!(found.is_none(), "{field} is withheld and in {body}");
        }
    }
    for (field, value) in minimised.fields() {
        let there = texts.iter().any(|text| text.contains(value));
        prop_assert!(
            there || is_reworded(recipient, field, value, &texts),
            "{field} is sent and not in {body}"
        );
    }
    prop_assert!(!body.contains("1912") && !body.contains("17406 99") && !body.contains("06 99"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn only_what_a_rule_opens_leaves(draft in drafts()) {
        let recipient = shipped(draft.recipient);
        let case = draft.case();
        let dialect = spoken(&recipient);
        let special = draft.handling == Handling::Special;
        if special {
            prop_assert!(minimise(&case, &recipient, dialect, TODAY, false).is_err());
        }
        let Ok(minimised) = minimise(&case, &recipient, dialect, TODAY, special) else {
            prop_assert!(dialect.carries(Act::of(draft.purpose)).is_empty());
            return Ok(());
        };
        if special {
            for (field, _) in minimised.fields() {
                let id = field.is_reference() || matches!(
                    field,
                    Field::ServiceId | Field::Operation | Field::ProblemType | Field::FaultHeading
                );
                prop_assert!(id, "{}", field);
            }
        }
        check(&minimised, &draft, &recipient)?;

        // Deterministic: the same case, the same bytes.
        let again = draft.case();
        let again = minimise(&again, &recipient, dialect, TODAY, special).unwrap();
        let bytes = |minimised| finish(minimised).map(|message| message.request().clone());
        prop_assert_eq!(bytes(&minimised), bytes(&again));
        let text = minimised.text(Field::FaultDescription);
        prop_assert!(text.is_none_or(|text| text.chars().count() <= 255 || text == TEXT_REPLACED));
    }
}
