//! What holds for every line, whatever stands in it. A process for each line would be slow, so the
//! lines go in by the batch.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answers, run};

/// Texts of the pieces that the guard's rules are about, and of any characters.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "19121212-1212", "1212", "070", "174 06 05", "+46", "@", "example.se", "(at)", "Astrid", "lindqvist",
            "Portkod", "är", ":", "4711", "198.51.100.7", "TN404352-30", "-", " ", ".", ",", "\n> ", "\u{a0}",
            "\u{200b}", "\u{301}", "&ouml;", "Ã¶", "kund", "född", "Karl Johansgatan 24", "lgh 1101", "https://",
            "[namn]", "[telefon]", "[kod]", "[", "]", "Mvh", "heter", "\u{0}", "\"", "\\", "😀", "ingen länk på porten",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[0-9 .-]{1,12}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ]
}

/// A record of the usual members, with anything in them.
fn record() -> impl Strategy<Value = Value> {
    let member = prop::sample::select(vec![
        "name",
        "first",
        "last",
        "phone",
        "email",
        "personnummer",
        "customer_no",
        "street",
        "number",
        "apartment",
        "delivery_address",
        "third_party_contact",
        "service",
        "access_id",
        "mobile",
        "",
    ]);
    scalar().prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(member.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn line() -> impl Strategy<Value = Value> {
    let fields =
        prop::collection::vec(prop::sample::select(vec!["phone", "name", "email", "x"]), 0..3);
    let allowed = prop_oneof![
        2 => Just(Value::Null),
        1 => (prop::sample::select(vec!["customer", "third_party", "x"]), fields)
            .prop_map(|(who, fields)| json!({ "who": who, "fields": fields })),
    ];
    (text(), record(), allowed).prop_map(|(text, record, allowed)| {
        json!({ "id": 0, "text": text, "record": record, "allowed_contact": allowed, "lang": "sv" })
    })
}

fn jsonl(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

/// The parts of a text that its spans leave; and that the redacted text is made of them, with a tag
/// in place of each span. Gives where the tags stand in the redacted text, in code points.
fn tags(text: &str, answer: &Value) -> Vec<(usize, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let redacted: Vec<char> = answer["redacted"].as_str().unwrap().chars().collect();
    let at = |span: &Value, key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
    let (mut from, mut to, mut tags) = (0, 0, Vec::new());
    for span in answer["spans"].as_array().unwrap() {
        let (start, end) = (at(span, "start"), at(span, "end"));
        assert!(from <= start && start < end && end <= chars.len(), "{answer} of {text:?}");
        let kept = &chars[from..start];
        assert_eq!(&redacted[to..to + kept.len()], kept, "{answer} of {text:?}");
        to += kept.len();
        assert_eq!(redacted[to], '[', "{answer} of {text:?}");
        let close = redacted[to..].iter().position(|char| *char == ']').unwrap();
        tags.push((to, to + close + 1));
        to += close + 1;
        from = end;
    }
    assert_eq!(&redacted[to..], &chars[from..], "{answer} of {text:?}");
    tags
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// One answer a line, in order, with the same id; spans and text agree; the same again.
    #[test]
    fn every_line_has_its_answer(mut lines in prop::collection::vec(line(), 1..60)) {
        for (id, line) in lines.iter_mut().enumerate() {
            line["id"] = json!(format!("line {id}"));
        }
        let input = jsonl(&lines);
        let (first, ended) = answers(&[], &input);
        let ended = ended.code(0);
        prop_assert_eq!(first.len(), lines.len());
        for (line, answer) in lines.iter().zip(&first) {
            prop_assert_eq!(&line["id"], &answer["id"]);
            tags(line["text"].as_str().unwrap(), answer);
        }
        let again = run(&["--jsonl"], &input);
        prop_assert_eq!(ended.out.as_bytes(), &*again.stdout);
    }

    /// Redacting what was redacted leaves every tag as it stands.
    #[test]
    fn a_tag_is_not_taken_for_anything(lines in prop::collection::vec(line(), 1..60)) {
        let (first, _) = answers(&[], &jsonl(&lines));
        let mut second = lines.clone();
        for (line, answer) in second.iter_mut().zip(&first) {
            line["text"] = answer["redacted"].clone();
        }
        let (again, _) = answers(&[], &jsonl(&second));
        for ((line, answer), again) in lines.iter().zip(&first).zip(&again) {
            let tags = tags(line["text"].as_str().unwrap(), answer);
            for span in again["spans"].as_array().unwrap() {
                let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
                for (start, end) in &tags {
                    let apart = at("end") <= *start || *end <= at("start");
                    prop_assert!(apart, "{again} of {answer} of {line}");
                }
            }
        }
    }

    /// Bytes that are no line at all end the command with a word for each, and with no panic.
    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        let ended = run(&["--jsonl"], &noise);
        let lines = noise.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.trim_ascii().is_empty()).count();
        prop_assert_eq!(ended.status.code(), Some(i32::from(lines > 0)));
        prop_assert!(ended.stdout.is_empty());
    }
}
