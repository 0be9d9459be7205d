//! The dialect `on-api`, on the wire examples under `fixtures/`. What is written is checked
//! against our schemas in `writing`, what is read in `traps` and `reading`, both against noise
//! in `noise` and against the specification's own text in `spec`.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test itself may")]

pub(crate) mod http;
mod noise;
mod reading;
mod spec;
mod traps;
mod versions;
mod writing;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sluss::dialects::on_api::{self, OnApi, write};
use sluss::dialects::{Dialect, EncodeError, Request, Sought};
use sluss::domain::{AccessId, Act, Field, OpaqueReference, Purpose, SubscriptionId, Timestamp};

const OURS: &str = "bcdfghjkmnpqrstvbcdfghjkmnpqrstv";

/// A value of each field that a message can hold; none is a part of another.
fn value(field: Field) -> &'static str {
    match field {
        Field::AccessId => "STTA0001",
        Field::SubscriptionId => "SUB-1",
        Field::OperatorReference => "TT-1",
        Field::CaseReference => OURS,
        Field::ServiceId => "BB-1000-1000",
        Field::RequestedDate => "2026-12-01T00:00:00Z",
        Field::CpeMac => "AA:BB:CC:11:22:33",
        Field::CpeModel => "ACME-ROUTER",
        Field::IpAddress => "192.0.2.7",
        Field::ProblemType => "NO_LINK",
        Field::FaultHeading => "Rubrik",
        Field::FaultSince => "2026-11-20T08:00:00Z",
        Field::VisitWindow => "2026-11-21T08:00:00Z/2026-11-21T12:00:00Z",
        Field::FaultLamps => "wan_off",
        Field::FaultPattern => "pattern",
        Field::FaultSeverity => "severity",
        Field::FaultSpeed => "93/88",
        Field::FaultLevel => "-22.5",
        Field::FaultNeighbours => "17",
        Field::FaultDescription => "Fritext",
        Field::Note => "Anteckning",
        Field::FaultResponsible => "CO",
        Field::Sla => "SLA-3",
        Field::FixedIp
        | Field::ForcedTakeover
        | Field::FaultLink
        | Field::FaultWiredTest
        | Field::FaultRestarted
        | Field::VisitBooked => "true",
        _ => "!never!",
    }
}

fn schema(act: Act) -> jsonschema::Validator {
    schema_of("2.6", act)
}

fn schema_of(version: &str, act: Act) -> jsonschema::Validator {
    let name = match act {
        Act::Activate => "order-activate",
        Act::Change => "order-change",
        Act::Terminate => "order-deactivate",
        Act::Modify => "order-modify",
        Act::Suspend => "order-suspend",
        Act::Resume => "order-resume",
        Act::Amend => "order-amend",
        Act::Report => "ticket",
        Act::Supplement | Act::Close | Act::Reopen => "ticket-update",
        other => panic!("no schema for {other}"),
    };
    let path = root().join(format!("schemas/dialects/on-api/{version}/{name}.json"));
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const SPOKEN: &[Act] = &[Act::Activate, Act::Change, Act::Terminate, Act::Report];

fn written(
    dialect: &OnApi,
    act: Act,
    fields: &BTreeMap<Field, String>,
) -> Result<Request, EncodeError> {
    write(dialect, act, &|field| fields.get(&field).map(String::as_str))
}

fn sought(act: Act) -> Sought {
    Sought {
        act,
        about: None,
        reference: OpaqueReference::parse(OURS).unwrap(),
        access: AccessId::parse("STTA0001").unwrap(),
        subscription: Some(SubscriptionId::parse("SUB-1").unwrap()),
        service: None,
        since: Timestamp::parse("2026-11-20T08:00:00Z").unwrap(),
    }
}

#[test]
fn wire_examples() {
    let mut walked = 0;
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("fixtures/dialects/on-api"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.toml").is_file())
        .collect();
    folders.sort();
    for folder in folders {
        let case: toml::Table =
            fs::read_to_string(folder.join("case.toml")).unwrap().parse().unwrap();
        let version = case.get("version").map_or("2.6", |version| version.as_str().unwrap());
        let dialect = on_api::of(version).unwrap();
        let act = Act::of(Purpose::parse(case["purpose"].as_str().unwrap()).unwrap());
        let fields: BTreeMap<Field, String> = case["fields"]
            .as_table()
            .unwrap()
            .iter()
            .map(|(name, text)| (Field::parse(name).unwrap(), text.as_str().unwrap().to_owned()))
            .collect();
        assert!(fields.keys().all(|field| dialect.carries(act).contains(field)));

        let request = written(dialect, act, &fields).unwrap();
        schema_of(version, act).validate(&serde_json::from_slice(&request.body).unwrap()).unwrap();
        golden(&folder.join("request.http"), &http::show(&request));

        let answer = http::answer(&fs::read_to_string(folder.join("answer.http")).unwrap());
        let verdict = dialect.decode(act, &answer);
        golden(&folder.join("verdict.txt"), &format!("{verdict:#?}\n"));
        walked += 1;
    }
    assert!(walked >= 21);
}

#[track_caller]
fn golden(path: &Path, got: &str) {
    if std::env::var_os("SLUSS_BLESS").is_some() {
        fs::write(path, got).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(got, kept, "{}", path.display());
}
