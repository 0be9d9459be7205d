//! Whatever an operator sends and whatever people write: nothing panics, and what is written
//! keeps to the schema.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use sluss::dialects::on_api::{V2_6, write};
use sluss::dialects::{Answer, Dialect, Finding, Verdict};
use sluss::domain::{Act, Field};

use super::{SPOKEN, http, root, schema, sought, value, written};

/// Every reader, on one answer.
fn read(answer: &Answer) {
    for &act in Act::ALL {
        let _ = V2_6.decode(act, answer);
        let _ = V2_6.found(&sought(act), answer);
        let _ = V2_6.followed(act, answer);
    }
    let _ = V2_6.fed(answer);
}

fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![Just(200), Just(201), Just(404), any::<u16>()]
}

proptest! {
    #[test]
    fn no_bytes_panic(
        status in statuses(),
        location in proptest::option::of(".{0,60}"),
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        read(&Answer { status, location, body, ..Answer::default() });
    }

    /// Valid answers with bytes replaced, or cut short, or with a number where a text was.
    #[test]
    fn no_near_miss_panics(
        which: Index,
        status in statuses(),
        changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..6),
        length in proptest::option::of(any::<Index>()),
    ) {
        let mut answer = which.get(&answers()).clone();
        answer.status = status;
        if !answer.body.is_empty() {
            for (at, byte) in changes {
                let at = at.index(answer.body.len());
                answer.body[at] = byte;
            }
            if let Some(length) = length {
                answer.body.truncate(length.index(answer.body.len()));
            }
        }
        read(&answer);
    }

    /// Free text and coded facts of any length and in any script still make a ticket that the
    /// schema accepts, and not one character more than fits.
    #[test]
    fn any_text_makes_a_well_formed_ticket(
        description in "\\PC{0,400}|.{0,400}",
        lamps in ".{0,80}",
        model in ".{0,300}",
        heading in "\\PC{1,300}",
    ) {
        let texts = [
            (Field::FaultDescription, description),
            (Field::FaultLamps, lamps),
            (Field::CpeModel, model),
            (Field::FaultHeading, format!("Fel {heading}")),
        ];
        let mut fields: BTreeMap<Field, String> = V2_6
            .carries(Act::Report)
            .iter()
            .map(|&field| (field, value(field).to_owned()))
            .collect();
        fields.extend(texts);
        let body = written(&V2_6, Act::Report, &fields).unwrap().body;
        let message = serde_json::from_slice(&body).unwrap();
        prop_assert!(schema(Act::Report).is_valid(&message), "{message}");
    }

    /// Whatever the fields hold, a message that is made keeps to the schema.
    #[test]
    fn what_is_written_keeps_to_the_schema(
        fields in proptest::collection::btree_map(
            proptest::sample::select(Field::ALL),
            prop_oneof!["\\PC{0,40}", "[A-F0-9:.+/-]{1,40}", "true", "2026-0[1-9]-0[1-9]T1[0-9]:00:00Z"],
            0..8,
        ),
        which: Index,
    ) {
        let act = *which.get(SPOKEN);
        let made = write(&V2_6, act, &|field| match fields.get(&field) {
            Some(text) => Some(text.as_str()),
            None => Some(value(field)).filter(|_| V2_6.carries(act).contains(&field)),
        });
        if let Ok(request) = made {
            let message = serde_json::from_slice(&request.body).unwrap();
            prop_assert!(schema(act).is_valid(&message), "{message}");
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(200_000);
    let body = format!(r#"{{ "orderId": "a", "x": {deep}"#).into_bytes();
    let answer = Answer { status: 201, body, ..Answer::default() };
    assert_eq!(V2_6.decode(Act::Activate, &answer), Verdict::Unclear);
    assert_eq!(V2_6.found(&sought(Act::Activate), &answer), Finding::Unclear);
}

/// The answers of all wire examples.
fn answers() -> Vec<Answer> {
    fs::read_dir(root().join("fixtures/dialects/on-api"))
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.unwrap().path().join("answer.http")).ok())
        .map(|text| http::answer(&text))
        .collect()
}
