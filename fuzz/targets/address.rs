//! An address in words, and as fields: read without a panic, and the same whatever its case.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::address::{PlaceParts, exact, fields, loose, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(place) = parse(text) {
        assert!(!place.is_blank());
    }
    let _ = fields(&PlaceParts { street: text, number: text, littera: text, ..PlaceParts::default() });
    let folded = exact(text);
    assert_eq!(loose(&folded), loose(text));
});
