//! Canonical JSON: what passes for canonical is what the writer would write, and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sluss::log::canonical;

fuzz_target!(|bytes: &[u8]| {
    let read = serde_json::from_slice::<Value>(bytes);
    if canonical::check(bytes).is_ok() {
        match read {
            Ok(value) => assert_eq!(canonical::to_bytes(&value).as_deref(), Ok(bytes)),
            Err(error) => panic!("canonical, and not JSON: {error}"),
        }
    } else if let Ok(value) = read
        && let Ok(written) = canonical::to_bytes(&value)
    {
        assert_ne!(written, bytes);
        assert_eq!(canonical::check(&written), Ok(()));
    }
});
