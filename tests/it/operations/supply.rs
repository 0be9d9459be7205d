//! What the program is made of: pinned, from one registry, without what is banned; and told by itself.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::cli::{Ended, root, sluss};

fn table(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path)).unwrap().parse().unwrap()
}

/// The packages of a lock file: name, source, checksum.
fn packages(path: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let lock = table(path);
    let text = |package: &toml::Value, name: &str| {
        package.get(name).and_then(toml::Value::as_str).map(str::to_owned)
    };
    let packages = lock["package"].as_array().unwrap().iter();
    let told = packages
        .map(|one| (text(one, "name").unwrap(), text(one, "source"), text(one, "checksum")));
    told.collect()
}

/// What `cargo deny` says as well, where it is installed; this holds everywhere.
#[test]
fn nothing_is_banned_and_all_is_pinned_and_of_one_registry() {
    let deny = table("deny.toml");
    let banned: BTreeSet<String> = deny["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(banned.len() >= 6);
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for (name, source, checksum) in packages(lock) {
            assert!(!banned.contains(&name), "{lock}: {name} is banned");
            match source {
                Some(source) => {
                    assert!(source.starts_with("registry+"), "{lock}: {name} is of {source}");
                    assert!(checksum.is_some_and(|sum| sum.len() == 64), "{lock}: {name}");
                }
                // Ours.
                None => assert!(["sluss", "sluss-fuzz"].contains(&name.as_str()), "{lock}: {name}"),
            }
        }
    }
}

/// The fuzz targets are a workspace of their own: its lock file names what the program's does.
#[test]
fn the_lock_file_of_the_fuzz_targets_knows_every_dependency() {
    let known: BTreeSet<String> =
        packages("fuzz/Cargo.lock").into_iter().map(|(name, ..)| name).collect();
    let manifest = table("Cargo.toml");
    for name in manifest["dependencies"].as_table().unwrap().keys() {
        assert!(
            known.contains(name),
            "{name}: cargo update --manifest-path fuzz/Cargo.toml -p sluss"
        );
    }
}

#[test]
fn the_program_tells_what_it_is_made_of() {
    let bom = Ended::of(sluss().arg("sbom").output().unwrap()).code(0).json();
    assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let components = bom["components"].as_array().unwrap();
    let refs: BTreeSet<String> = components.iter().map(|one| text(&one["bom-ref"])).collect();
    assert_eq!(refs.len(), components.len(), "each once");
    let named = |name: &str| components.iter().find(|one| one["name"] == name);
    for needed in ["rustls", "rusqlite", "libsqlite3-sys", "ring"] {
        let found = named(needed).unwrap_or_else(|| panic!("{needed}"));
        assert_eq!(found["hashes"][0]["content"].as_str().unwrap().len(), 64);
    }
    assert!(named("criterion").is_none() && named("wiremock").is_none(), "tests are not in it");
    // The graph is closed.
    let own = text(&bom["metadata"]["component"]["bom-ref"]);
    for one in bom["dependencies"].as_array().unwrap() {
        assert!(refs.contains(&text(&one["ref"])) || text(&one["ref"]) == own);
        assert!(one["dependsOn"].as_array().unwrap().iter().all(|on| refs.contains(&text(on))));
    }
}
