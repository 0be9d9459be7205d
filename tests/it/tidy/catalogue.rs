//! The policies that are handed out say something about every field of the catalogue.

use std::path::Path;

use sluss::domain::{Field, Purpose};
use sluss::recipients;

use super::{files, none};

#[test]
fn every_field_has_a_rule_for_every_purpose() {
    let mut silent = Vec::new();
    for file in files(&["config/recipients"], &[".toml"]) {
        let recipient = recipients::read(Path::new(&file.path), Path::new("config"), &file.text)
            .expect("a recipient that can be read")
            .recipient;
        let policy = &recipient.policy;
        for &purpose in Purpose::ALL {
            if !policy.opens(purpose) {
                continue;
            }
            for &field in Field::ALL {
                if policy.rule(purpose, field).is_none() {
                    silent.push(format!("{}: {purpose}: {field}", file.path));
                }
            }
        }
    }
    none(&silent, "silence means no, but whoever asks is told why: a rule for each field");
}
