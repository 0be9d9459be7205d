//! Lines that are not what they should be: each costs itself and no other, and nothing that is said
//! about it repeats what stood in it.

use serde_json::json;

use super::{answers, run};
use crate::cli::Ended;

/// Stands in every bad line, and must stand in no word about it.
const SECRET: &str = "Hemlighetsson";

/// The limit, as it is documented.
const BYTES_MAX: usize = 1024 * 1024;

/// A good line before and after a bad one.
#[track_caller]
fn costs_itself_only(bad: &[u8], what: &str) {
    let good = |id: &str| json!({ "id": id, "text": "Portkod 4711." }).to_string().into_bytes();
    let input = [good("before"), bad.to_vec(), good("after")].join(&b'\n');
    let (answers, ended) = answers(&[], &input);
    let ended = ended.code(1);
    assert_eq!(answers.len(), 2, "{what}: {}", ended.err);
    for (answer, id) in answers.iter().zip(["before", "after"]) {
        assert_eq!((&answer["id"], &answer["redacted"]), (&json!(id), &json!("Portkod [kod].")));
    }
    assert!(ended.err.starts_with("line 2: "), "{what}: {}", ended.err);
    assert!(ended.err.contains("1 of 3 lines"), "{what}: {}", ended.err);
    assert!(!ended.err.contains(SECRET) && ended.err.len() < 400, "{what}: {}", ended.err);
}

#[test]
fn a_bad_line_is_named_and_not_repeated() {
    let deep = |open: &str, close: &str, depth| {
        let (open, close) = (open.repeat(depth), close.repeat(depth));
        format!(r#"{{"id":"1","text":"{SECRET}","record":{open}1{close}}}"#)
    };
    for bad in [
        SECRET.to_owned(),
        format!("\"{SECRET}\""),
        format!("[\"{SECRET}\"]"),
        format!(r#"{{"id":"{SECRET}"}}"#),
        format!(r#"{{"text":"{SECRET}"}}"#),
        format!(r#"{{"id":"1","text":"{SECRET}""#),
        format!(r#"{{"id":"1","text":"{SECRET}"}} "#) + "}",
        format!(r#"{{"id":"1","text":["{SECRET}"]}}"#),
        format!(r#"{{"id":{{"{SECRET}":1}},"text":"x"}}"#),
        format!(r#"{{"id":"1","id":"2","text":"{SECRET}"}}"#),
        format!(r#"{{"id":"1","text":"x","text":"{SECRET}"}}"#),
        format!(r#"{{"id":"1","text":"x","record":{{}},"record":{{"name":"{SECRET}"}}}}"#),
        format!(r#"{{"id":"1","text":"x","allowed_contact":"{SECRET}"}}"#),
        format!(r#"{{"id":"1","text":"x","allowed_contact":{{"fields":["{SECRET}"]}}}}"#),
        format!(r#"{{"id":"1","text":"{SECRET}\ud800"}}"#),
        format!("{{\"id\":\"1\",\"text\":\"{SECRET}\0\"}}"),
        deep("[", "]", 7),
        deep("[", "]", 200_000),
        deep("{\"a\":", "}", 50_000),
        format!(r#"{{"id":"1","text":"{SECRET}","record":[{}1]}}"#, "1,".repeat(500)),
    ] {
        costs_itself_only(bad.as_bytes(), &bad.chars().take(80).collect::<String>());
    }
    let not_utf8 = [br#"{"id":"1","text":""#, SECRET.as_bytes(), b"\xff\"}"].concat();
    costs_itself_only(&not_utf8, "not UTF-8");
}

#[test]
fn a_line_beyond_the_limit_is_passed_over_and_one_at_it_is_not() {
    let line = |length: usize| {
        let frame = json!({ "id": "long", "text": "" }).to_string().len();
        json!({ "id": "long", "text": "x".repeat(length - frame) }).to_string()
    };
    for length in [BYTES_MAX + 1, 5 * BYTES_MAX] {
        costs_itself_only(line(length).as_bytes(), "too long");
    }
    let (answers, ended) = answers(&[], line(BYTES_MAX).as_bytes());
    ended.code(0);
    // Nobody writes a note that long: it is not read.
    assert_eq!(answers[0]["redacted"], "[text]");
}

#[test]
fn what_is_odd_and_whole_has_an_answer() {
    let depth = 100;
    let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for (odd, expected) in [
        (r#"{"text":"a\u0000b","id":"1"}"#.to_owned(), "a\u{0}b"),
        (format!(r#"{{"id":-1,"text":"a","spans":{nested},"lang":"sv","purpose":null}}"#), "a"),
        (r#"{"id":"1","text":"a","record":null,"allowed_contact":null}"#.to_owned(), "a"),
        (r#"{"id":"1","text":"a","record":{}}"#.to_owned(), "a"),
        (r#"{"id":"1","text":"a","record":{"name":{"first":[],"last":true}}}"#.to_owned(), "a"),
        (r#"  {"id":"1","text":"a","record":{"service":1e300}}  "#.to_owned(), "a"),
    ] {
        let (answers, ended) = answers(&[], odd.as_bytes());
        ended.code(0);
        assert_eq!(answers[0]["redacted"], expected, "{odd}");
    }
    let (answers, ended) = answers(&[], b"\n  \r\n\n");
    assert!(answers.is_empty());
    ended.code(0);
}

#[test]
fn many_bad_lines_are_counted_and_not_all_told() {
    let (answers, ended) = answers(&[], "nonsense\n".repeat(3000).as_bytes());
    assert!(answers.is_empty());
    let err = ended.code(1).err;
    assert!(err.lines().count() < 200 && err.contains("3000 of 3000 lines"), "{err}");
}

#[test]
fn a_text_that_cannot_be_read_is_not_passed_on() {
    let long = "å".repeat(BYTES_MAX);
    for (input, what) in [(&b"Portkod \xff 4711"[..], "not UTF-8"), (long.as_bytes(), "bytes")] {
        let ended = Ended::of(run(&[], input)).code(1);
        assert!(ended.out.is_empty() && ended.err.contains(what), "{ended:?}");
    }
    let unread = "å".repeat(BYTES_MAX / 2);
    assert_eq!(Ended::of(run(&[], unread.as_bytes())).code(0).out, "[text]");
}
