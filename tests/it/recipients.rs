//! The recipients' files: those we ship are sound, and what is wrong in one is told with its key.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod broken;
mod identity;

use std::path::Path;

use jiff::civil::{Date, date};
use serde_json::Value;
use sluss::recipients::{RecipientFile, Severity, lint, read, run_tests};

const TODAY: Date = date(2026, 11, 22);
const SHIPPED: &[&str] = &["globalconnect", "ip-only"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file that we ship.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn shipped(id: &str) -> String {
    text(&format!("config/recipients/{id}.toml"))
}

/// A file that we ship, with one thing replaced: the first of its kind.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    let text = shipped("globalconnect");
    assert!(text.contains(from), "the shipped file holds {from}");
    text.replacen(from, to, 1)
}

/// What the reader says: `key: what` for each fault.
fn faults(text: &str) -> Vec<String> {
    match read(Path::new("some.toml"), Path::new("config"), text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .into_iter()
            .map(|fault| {
                assert_eq!(fault.file, Path::new("some.toml"));
                format!("{}: {}", fault.key, fault.what)
            })
            .collect(),
    }
}

#[track_caller]
fn sound(text: &str) -> RecipientFile {
    read(Path::new("some.toml"), Path::new("config"), text)
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// What the linter says about a file that can be read.
#[track_caller]
fn found(text: &str) -> Vec<(Severity, String)> {
    lint(&sound(text), TODAY, 60)
        .into_iter()
        .map(|finding| (finding.severity, format!("{}: {}", finding.place, finding.what)))
        .collect()
}

#[test]
fn what_we_ship_is_sound() {
    for id in SHIPPED {
        let text = shipped(id);
        assert_eq!(found(&text), [], "{id}");
        let (tests, broken) = run_tests(&sound(&text));
        assert_eq!(broken, [], "{id}");
        assert!(tests >= 30, "{id}");
    }
}

#[test]
fn the_agreement_of_the_demo_network_has_ended() {
    let text = text("fixtures/demo/exempelnat.toml");
    let expected = "agreement.valid_to: ended on 2025-12-31: nothing is sent".to_owned();
    assert!(found(&text).contains(&(Severity::Error, expected)));
    let errors = |finding: &&(Severity, String)| finding.0 == Severity::Error;
    assert_eq!(found(&text).iter().filter(errors).count(), 1);
    assert_eq!(run_tests(&sound(&text)).1, []);
}

#[test]
fn the_schema_says_the_same_of_what_we_ship() {
    let schema: Value = serde_json::from_str(&text("schemas/policy/recipient.json")).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let files = SHIPPED.iter().map(|id| shipped(id));
    for file in files.chain([
        text("fixtures/demo/exempelnat.toml"),
        text("fixtures/dialects/pi-api/slussnat.toml"),
    ]) {
        let table: toml::Table = file.parse().unwrap();
        let told: Vec<String> = schema
            .iter_errors(&json(&table.into()))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(told, [] as [String; 0]);
    }
    for (from, to) in [
        ("why_sv", "why"),
        ("effect = \"allowed\"", "effect = \"maybe\""),
        ("2026-01-01", "\"soon\""),
        ("purpose = \"fault.close\"", "purpose = \"fault.open\""),
    ] {
        let table: toml::Table = changed(from, to).parse().unwrap();
        assert!(to == "\"soon\"" || !schema.is_valid(&json(&table.into())), "{to}");
        assert_ne!(faults(&changed(from, to)), [] as [String; 0], "{to}");
    }
}

/// TOML as JSON, as the schema's description has it.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(boolean) => (*boolean).into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(members) => members.iter().map(json).collect(),
        toml::Value::Table(table) => {
            let members = table.iter().map(|(name, value)| (name.clone(), json(value)));
            Value::Object(members.collect())
        }
    }
}
