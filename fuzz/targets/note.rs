//! Signed notes, their lines and keys: whatever can be read is written as it was read, and nothing that
//! a fuzzer makes verifies by keys that it does not have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::log::{CosigningKey, KeyName, Note, SignatureLine, SigningKey, VerifierKey, WitnessKey};

fuzz_target!(|text: &str| {
    let Ok(name) = KeyName::parse("log.example.se/disclosures/2026") else { return };
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
        let key = SigningKey::new(name.clone(), &[7; 32]).verifier();
        let witness = CosigningKey::new(name, &[9; 32]).witness_key();
        // The seeds hold notes that these keys have signed, and each is of another text.
        let _ = note.verify(std::slice::from_ref(&key));
        let _ = witness.cosigned(&note);
    }
    if let Ok(line) = SignatureLine::parse(text) {
        assert_eq!(line.to_string(), text);
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = WitnessKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(name) = KeyName::parse(text) {
        assert_eq!(name.as_str(), text);
    }
});
