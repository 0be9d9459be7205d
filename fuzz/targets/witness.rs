//! What comes to a witness from anywhere, and what a policy file says: read strictly, and a witness
//! never takes a step that it should not.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sluss::log::quorum::Policy;
use sluss::log::{AddCheckpoint, Checkpoint, KeyName, SigningKey, TreeSize, leaf_hash, witness};

static KEY: LazyLock<Option<SigningKey>> = LazyLock::new(|| {
    let name = KeyName::parse("log.example.se/disclosures/2026").ok()?;
    Some(SigningKey::new(name, &[7; 32]))
});

fuzz_target!(|bytes: &[u8]| {
    let _ = Policy::parse(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(request) = AddCheckpoint::parse(text) else { return };
    assert_eq!(request.to_string(), text);
    let Some(key) = KEY.as_ref() else { return };
    let (origin, size, root) = (key.name().clone(), TreeSize(5), leaf_hash(b"a root"));
    let stands = Checkpoint { origin, size, root };
    if let Ok(next) = witness::consider(Some(&stands), &[key.verifier()], &request) {
        assert!(next.size >= stands.size && next.origin == stands.origin);
        assert_eq!(request.old(), stands.size);
    }
});
