//! Leaves: one form each, strict reading, and the schema that says the same to others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluss::domain::{Field, HaltReason, HoldReason, LegalBasis, Purpose, Timestamp};
use sluss::log::canonical::{self, CanonicalError};
use sluss::log::{
    Code, Event, Kind, LEAF_BYTES_MAX, Leaf, LeafError, LeafIndex, OutcomeResult, Role,
};

use super::{sample, samples};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/log/leaf.json")).unwrap()
}

fn text(leaf: &Leaf) -> String {
    String::from_utf8(leaf.to_bytes().unwrap()).unwrap()
}

fn value(leaf: &Leaf) -> Value {
    serde_json::from_str(&text(leaf)).unwrap()
}

fn read(value: &Value) -> Result<Leaf, LeafError> {
    Leaf::parse(&canonical::to_bytes(value)?)
}

#[test]
fn leaves_stand_as_they_always_have() {
    // Bytes that were hashed once: a change here is a new version of the format.
    let golden = include_str!("../../../fixtures/log/leaves.jsonl");
    let ours: String = samples().iter().map(|leaf| text(leaf) + "\n").collect();
    assert_eq!(golden, ours);
    for (line, leaf) in golden.lines().zip(samples()) {
        assert_eq!(Leaf::parse(line.as_bytes()), Ok(leaf));
    }
}

#[test]
fn the_schema_takes_every_kind_and_knows_the_same_words() {
    let schema = schema();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for leaf in samples() {
        let errors: Vec<_> = validator.iter_errors(&value(&leaf)).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", leaf.event.kind());
    }
    let words = |pointer: &str| -> BTreeSet<String> {
        let words = schema.pointer(pointer).unwrap().as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    macro_rules! same {
        ($list:ty, $pointer:literal) => {
            let ours = <$list>::ALL.iter().map(|word| word.as_str().to_owned()).collect();
            assert_eq!(words($pointer), ours, "{} of schemas/log/leaf.json", $pointer);
        };
    }
    same!(Field, "/$defs/field/enum");
    same!(Purpose, "/$defs/purpose/enum");
    same!(LegalBasis, "/$defs/legalBasis/enum");
    same!(HaltReason, "/$defs/haltReason/enum");
    same!(HoldReason, "/$defs/holdReason/enum");
    same!(Role, "/$defs/role/enum");
    same!(OutcomeResult, "/$defs/outcome/properties/result/enum");
    same!(Kind, "/properties/kind/enum");
}

/// Every way in which one member can go wrong.
fn mutations(good: &Value) -> Vec<(String, Value)> {
    let mut bad = Vec::new();
    let mut with = |what: String, change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        bad.push((what, value));
    };
    for key in good.as_object().unwrap().keys() {
        let optional = key == "code" || (key == "policy" && good["reason"].is_string());
        if !optional {
            with(format!("no {key}"), &|v| {
                v.as_object_mut().unwrap().remove(key);
            });
        }
        with(format!("{key} is a null"), &|v| v[key] = Value::Null);
        with(format!("{key} is a float"), &|v| v[key] = json!(1.5));
        with(format!("{key} is 2^53"), &|v| v[key] = json!(1_u64 << 53));
        with(format!("{key} is an object"), &|v| v[key] = json!({"a": 1}));
        with(format!("{key} is empty"), &|v| v[key] = json!(""));
        with(format!("{key} is free text"), &|v| {
            v[key] = json!("Astrid på Kungsgatan\n");
        });
        if good[key].is_array() {
            with(format!("{key} holds a stranger"), &|v| {
                v[key] = json!(["Astrid på Kungsgatan"]);
            });
            if good[key].as_array().unwrap().first().is_some_and(Value::is_string) {
                with(format!("{key} holds one twice"), &|v| {
                    let first = v[key][0].clone();
                    v[key].as_array_mut().unwrap().insert(0, first);
                });
            }
        }
    }
    with("a member more".into(), &|v| v["name"] = json!("Astrid"));
    with("another version".into(), &|v| v["v"] = json!(2));
    with("a kind nobody knows".into(), &|v| {
        v["kind"] = json!("rumour");
    });
    bad
}

#[test]
fn what_one_refuses_the_other_refuses() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut tried = 0;
    for leaf in samples() {
        for (what, bad) in mutations(&value(&leaf)) {
            let kind = leaf.event.kind();
            assert!(read(&bad).is_err(), "{kind} with {what} was read");
            // What a checkpoint looks like inside is more than a schema says.
            if !(kind == Kind::Anchor && what == "checkpoint is free text") {
                assert!(!validator.is_valid(&bad), "{kind} with {what} fits the schema");
            }
            tried += 1;
        }
    }
    assert!(tried > 400, "{tried}");
}

#[test]
fn bad_leaves() {
    #[track_caller]
    fn refused(text: &str, error: LeafError) {
        assert_eq!(Leaf::parse(text.as_bytes()), Err(error), "{text:.80}");
    }
    use CanonicalError as C;
    let good = text(&sample(Kind::Read, 1));
    refused("", C::Syntax.into());
    refused("[]", LeafError::Head("v"));
    refused("\"leaf\"", LeafError::Head("v"));
    refused("{}", LeafError::Head("v"));
    refused(&format!("{good}\n"), C::Form.into());
    refused(&format!("{good}{good}"), C::Syntax.into());
    refused(
        &good.replace(r#""actor":"auditor""#, r#""actor":"auditor","actor":"auditor""#),
        C::DuplicateKey.into(),
    );
    refused(&good.replace(r#""count":12"#, r#""count":12.0"#), C::Number.into());
    refused(&good.replace(r#""count":12"#, r#""count":9007199254740992"#), C::Number.into());
    refused(&good.replace(r#""count":12"#, r#""count":null"#), C::Null.into());
    refused(&good.replace(r#""count":12"#, r#""count":-1"#), LeafError::Members(Kind::Read));
    refused(&good.replace(r#""count":12"#, r#""count":"12""#), LeafError::Members(Kind::Read));
    refused(&good.replace("auditor", "Astrid"), LeafError::Members(Kind::Read));
    refused(&good.replace("\"v\":1", "\"v\":2"), LeafError::Version);
    refused(&good.replace("\"v\":1", "\"v\":1,\"w\":1"), LeafError::Members(Kind::Read));
    refused(&good.replace("\"kind\":\"read\"", "\"kind\":\"write\""), LeafError::Kind);
    refused(&good.replace("\"kind\":\"read\"", "\"kind\":\"key\""), LeafError::Members(Kind::Key));
    refused(&good.replace("Z\"", "+00:00\""), LeafError::Head("t"));
    refused(&good.replace("Z\"", ".5Z\""), LeafError::Head("t"));
    refused(&good.replace("2026-", "2026-13-"), LeafError::Head("t"));
    refused(&"a".repeat(65 * 1024), LeafError::Size(65 * 1024));

    // Sets have one order.
    let held = text(&sample(Kind::Hold, 1));
    let swapped =
        held.replace(r#"["contact.name","contact.phone"]"#, r#"["contact.phone","contact.name"]"#);
    assert_ne!(held, swapped);
    refused(&swapped, LeafError::Members(Kind::Hold));
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    #[track_caller]
    fn refused(change: impl FnOnce(&mut sluss::log::Intent), error: LeafError) {
        let mut leaf = sample(Kind::Intent, 1);
        if let Event::Intent(intent) = &mut leaf.event {
            change(intent);
        }
        assert_eq!(leaf.to_bytes(), Err(error));
    }
    refused(|i| i.recipient.legal_name.clear(), LeafError::Bounds("recipient.legal_name"));
    refused(
        |i| i.recipient.legal_name = "a".repeat(201),
        LeafError::Bounds("recipient.legal_name"),
    );
    refused(|i| i.recipient.org_no = "556597 6122".into(), LeafError::Bounds("recipient.org_no"));
    refused(|i| i.recipient.country = "Sweden".into(), LeafError::Bounds("recipient.country"));
    refused(|i| i.recipient.agreement = "a\nb".into(), LeafError::Bounds("recipient.agreement"));
    refused(|i| i.endpoint.clear(), LeafError::Bounds("endpoint"));
    refused(|i| i.attempt = 0, LeafError::Bounds("attempt"));
    refused(|i| i.masked[0].kind = "Astrid".into(), LeafError::Bounds("masked.kind"));
    refused(|i| i.masked[0].count = 0, LeafError::Bounds("masked.count"));

    let mut leaf = sample(Kind::Read, 1);
    if let Event::Read(read) = &mut leaf.event {
        read.first = LeafIndex(1 << 53);
    }
    assert_eq!(leaf.to_bytes(), Err(CanonicalError::Number.into()));
    let mut leaf = sample(Kind::Heartbeat, 1);
    leaf.at = Timestamp::from_micros(i64::MIN);
    assert_eq!(leaf.to_bytes(), Err(LeafError::Head("t")));
    let mut leaf = sample(Kind::Anchor, 1);
    if let Event::Anchor(anchor) = &mut leaf.event {
        anchor.checkpoint = "Astrid".into();
    }
    assert_eq!(leaf.to_bytes(), Err(LeafError::Bounds("checkpoint")));

    // 65 KiB of masks.
    let mut leaf = sample(Kind::Intent, 1);
    if let Event::Intent(intent) = &mut leaf.event {
        intent.masked = vec![intent.masked[0].clone(); 1200];
    }
    let Err(LeafError::Size(bytes)) = leaf.to_bytes() else { panic!("it was written") };
    assert!(bytes > LEAF_BYTES_MAX);
}

#[test]
fn no_error_repeats_what_stood_there() {
    let good = text(&sample(Kind::Read, 1));
    for bad in [
        good.replace("auditor", "Astrid"),
        good.replace("\"actor\"", "\"Astrid\""),
        good.replace("\"v\":1", "\"v\":\"Astrid\""),
        good.replace("\"kind\":\"read\"", "\"kind\":\"Astrid\""),
        good.replace('{', "{Astrid"),
    ] {
        let error = Leaf::parse(bad.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Astrid"));
    }
}

#[test]
fn codes_have_no_room_for_more() {
    for text in ["http-201", "operator-invalid", "a", &"a".repeat(64)] {
        assert_eq!(Code::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "HTTP", "a b", "å", "a_b", "a.b", &"a".repeat(65)] {
        assert_eq!(Code::parse(text), None, "{text}");
    }
    for reason in HoldReason::ALL {
        assert_eq!(Code::parse(reason.as_str()), Some(Code::from(*reason)));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-canonical::INTEGER_MAX..=canonical::INTEGER_MAX).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    /// What is read is written as it was read, and nothing panics.
    #[test]
    fn reading_bears_any_bytes(bytes: Vec<u8>, at: prop::sample::Index, with: u8, kind in 0..11_usize, cut: bool) {
        let _ = canonical::check(&bytes);
        let mut bent = sample(Kind::ALL[kind], 1).to_bytes().unwrap();
        let at = at.index(bent.len());
        if cut { bent.truncate(at) } else { bent[at] = with }
        for bytes in [bytes, bent] {
            if let Ok(leaf) = Leaf::parse(&bytes) {
                prop_assert_eq!(leaf.to_bytes(), Ok(bytes));
            }
        }
    }

    #[test]
    fn canonical_bytes_read_back(json in any_json()) {
        let bytes = canonical::to_bytes(&json).unwrap();
        prop_assert_eq!(canonical::from_bytes::<Value>(&bytes), Ok(json));
    }

    /// Only the canonical form is read, whoever wrote the other ones.
    #[test]
    fn other_spellings_are_refused(json in any_json()) {
        let bytes = canonical::to_bytes(&json).unwrap();
        let pretty = serde_json::to_vec_pretty(&json).unwrap();
        if pretty != bytes {
            prop_assert_eq!(canonical::check(&pretty), Err(CanonicalError::Form));
        }
    }
}
