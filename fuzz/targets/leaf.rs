//! Leaves: what can be read is written as it was read, byte for byte, and an error repeats nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluss::log::Leaf;

fuzz_target!(|bytes: &[u8]| {
    match Leaf::parse(bytes) {
        Ok(leaf) => assert_eq!(leaf.to_bytes().as_deref(), Ok(bytes)),
        Err(error) => drop(error.to_string()),
    }
});
