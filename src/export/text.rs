//! The README of an exported folder: for somebody who has never heard of sluss.

use crate::log::{Fingerprint, KeyName, VerifierKey};

/// Both programs in it are run by `tests/outside`, as they stand there.
const TEXT: &str = include_str!("readme.md");

/// With the log's name, its key, and the fingerprint to compare.
pub(super) fn readme(origin: &KeyName, key: &VerifierKey, fingerprint: Fingerprint) -> String {
    // In this order, and the rest of the text but once: no name of a log has a brace by accident.
    let (head, rest) = TEXT.split_once("## Svenska").unwrap_or((TEXT, ""));
    let head = head
        .replace("{key}", &key.to_string())
        .replace("{fingerprint}", &fingerprint.to_string())
        .replace("{origin}", origin.as_str());
    format!("{head}## Svenska{rest}")
}
