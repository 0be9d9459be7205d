//! The dialect `pi-api` 2.2, on the wire examples under `fixtures/`. What is written is checked
//! against our schemas in `writing`, what is read in `traps` and `reading`, both against noise in
//! `noise` and against the specification's own text in `spec`. `exceptions` is about the customer
//! block, and `journey` takes orders and faults to their end at a simulated operator.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself may")]

mod exceptions;
mod journey;
mod noise;
mod reading;
mod spec;
mod traps;
mod updates;
mod writing;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sluss::dialects::pi_api::{PiApi, Question, write};
use sluss::dialects::{Dialect, EncodeError, Request, Sought};
use sluss::domain::{
    AccessId, Act, Field, OpaqueReference, Purpose, ServiceId, SubscriptionId, Timestamp,
};
use sluss::recipients::{RecipientFile, read};

use crate::on_api::http;

const OURS: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";
const SLUSSNAT: &str = "fixtures/dialects/pi-api/slussnat.toml";

/// A value of each field that a message can hold; none is a part of another.
fn value(field: Field) -> &'static str {
    match field {
        Field::AccessId => "STTA0001",
        Field::CaseReference => OURS,
        Field::ServiceId => "BB-1000-1000",
        Field::CpeMac => "AA:BB:CC:11:22:33",
        Field::CpeModel => "ACME-ROUTER",
        Field::IpAddress => "192.0.2.7",
        Field::Street => "Bergbyvägen",
        Field::StreetNumber => "652",
        Field::StreetLittera => "Littera",
        Field::Postcode => "99920",
        Field::City => "Slussköping",
        Field::ContactName => "Tolvan Tolvansson",
        Field::ContactPhone => "+46701740605",
        Field::ContactEmail => "vem@example.se",
        Field::ProblemType => "QUALITY",
        Field::FaultHeading => "Rubrik",
        Field::FaultSince => "2026-11-20T08:00:00Z",
        Field::VisitWindow => "2026-11-21T08:00:00Z/2026-11-21T12:00:00Z",
        Field::FaultLamps => "wan-off",
        Field::FaultPattern => "intermittent",
        Field::FaultSeverity => "significant",
        Field::FaultSpeed => "93/88",
        Field::FaultLevel => "-22.5",
        Field::FaultNeighbours => "17",
        Field::FaultDescription => "Fritext",
        Field::ForcedTakeover
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::VisitBooked => "true",
        _ => "!never!",
    }
}

fn schema(act: Act) -> jsonschema::Validator {
    let name = match act {
        Act::Activate => "order-activate",
        Act::Terminate => "order-deactivate",
        Act::Report => "ticket",
        other => panic!("no schema for {other}"),
    };
    let path = root().join(format!("schemas/dialects/pi-api/2.2/{name}.json"));
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const SPOKEN: &[Act] = &[Act::Activate, Act::Terminate, Act::Report];

/// The recipient that speaks it.
fn slussnat() -> RecipientFile {
    let text = fs::read_to_string(root().join(SLUSSNAT)).unwrap();
    changed(&text)
}

#[track_caller]
fn changed(text: &str) -> RecipientFile {
    read(Path::new(SLUSSNAT), Path::new("config"), text).unwrap_or_else(|f| panic!("{f:#?}"))
}

fn questions() -> Vec<Question> {
    slussnat().recipient.channel.questions
}

fn written(act: Act, fields: &BTreeMap<Field, String>) -> Result<Request, EncodeError> {
    write(act, &|field| fields.get(&field).map(String::as_str), &questions())
}

fn sought(act: Act) -> Sought {
    Sought {
        act,
        about: None,
        reference: OpaqueReference::parse(OURS).unwrap(),
        access: AccessId::parse("STTA0001").unwrap(),
        subscription: Some(SubscriptionId::parse("SUB-1").unwrap()),
        service: Some(ServiceId::parse("BB-100-10").unwrap()),
        since: Timestamp::parse("2026-11-20T08:00:00Z").unwrap(),
    }
}

#[test]
fn wire_examples() {
    let mut walked = 0;
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("fixtures/dialects/pi-api"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.toml").exists())
        .collect();
    folders.sort();
    for folder in folders {
        let case: toml::Table =
            fs::read_to_string(folder.join("case.toml")).unwrap().parse().unwrap();
        let act = Act::of(Purpose::parse(case["purpose"].as_str().unwrap()).unwrap());
        let fields: BTreeMap<Field, String> = case["fields"]
            .as_table()
            .unwrap()
            .iter()
            .map(|(name, text)| (Field::parse(name).unwrap(), text.as_str().unwrap().to_owned()))
            .collect();
        assert!(fields.keys().all(|field| PiApi.carries(act).contains(field)));

        let request = written(act, &fields).unwrap();
        schema(act).validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
        golden(&folder.join("request.http"), &http::show(&request));

        let answer = http::answer(&fs::read_to_string(folder.join("answer.http")).unwrap());
        let verdict = PiApi.decode(act, &answer);
        golden(&folder.join("verdict.txt"), &format!("{verdict:#?}\n"));
        walked += 1;
    }
    assert!(walked >= 18);
}

#[track_caller]
fn golden(path: &Path, got: &str) {
    if std::env::var_os("SLUSS_BLESS").is_some() {
        fs::write(path, got).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(got, kept, "{}", path.display());
}
