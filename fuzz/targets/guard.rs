//! The free-text guard: spans lie within the text and beside each other, what is outside of them stays
//! as it was, and a known value that stands by itself is gone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::guard::{Kind, Vocabulary, redact};

const PHONE: &str = "+46701740605";

fuzz_target!(|text: &str| {
    let vocabulary = Vocabulary::new()
        .mask(Kind::Person, "Astrid Lindqvist")
        .mask(Kind::Phone, PHONE)
        .mask(Kind::Email, "astrid@example.se")
        .protect("STTA0001");
    let redacted = redact(text, &vocabulary);
    let length = text.chars().count();
    let mut end = 0;
    for span in redacted.spans() {
        assert!(end <= span.start && span.start < span.end && span.end <= length);
        end = span.end;
    }
    if redacted.spans().is_empty() {
        assert_eq!(redacted.text(), text);
    }
    // Behind a full stop and a line's end of its own, whatever stands before and after.
    let said = format!("{text}\n.\nRing 070-174 06 05 eller astrid@example.se.\n{text}");
    let redacted = redact(&said, &vocabulary);
    for known in ["070-174 06 05", "astrid@example.se"] {
        assert!(text.contains(known) || !redacted.text().contains(known));
    }
});
