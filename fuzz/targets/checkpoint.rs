//! Checkpoints: one text for each, and what our key signs opens again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::log::{Checkpoint, Note, SigningKey};

fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
        let key = SigningKey::new(checkpoint.origin.clone(), &[7; 32]);
        match checkpoint.sign(&key) {
            Ok(note) => {
                let opened = Checkpoint::open(&note, &[key.verifier()]);
                assert_eq!(opened.as_ref(), Ok(&checkpoint));
                let read = Note::parse(&note.to_string());
                assert_eq!(read.as_ref(), Ok(&note));
            }
            Err(error) => panic!("a checkpoint that can be read can be signed: {error}"),
        }
    }
});
