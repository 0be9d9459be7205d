//! What the container image is made of. None is built for this: what its recipe names is there, and its
//! build is given all that the program is made of, and neither history nor state nor secrets.

use std::fs;
use std::path::{Path, PathBuf};

use super::{none, root, sources};

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file of the repository")
}

fn table(path: &str) -> toml::Table {
    text(path).parse().expect("a file of keys and values")
}

/// What a build is given.
fn given() -> Vec<String> {
    let text = text(".dockerignore");
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"), "everything else stays out");
    lines.map(|line| line.strip_prefix('!').expect("what is let in again").to_owned()).collect()
}

/// Files that are compiled in, by where they stand in the repository.
fn compiled_in() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for file in sources() {
        let folder = root().join(&file.path);
        let folder = folder.parent().expect("a folder around a file");
        for call in ["include_str!(\"", "include_bytes!(\""] {
            for named in file.program().split(call).skip(1) {
                let name = named.split('"').next().unwrap_or_default();
                let path = folder.join(name).canonicalize().expect("a file that is compiled in");
                paths.push(path.strip_prefix(root()).expect("one of ours").to_owned());
            }
        }
    }
    paths
}

#[test]
fn the_image_is_built_from_all_that_the_program_is_made_of() {
    let given = given();
    let is_given = |path: &Path| given.iter().any(|known| path.starts_with(known));
    let mut missing: Vec<String> =
        given.iter().filter(|path| !root().join(path).exists()).cloned().collect();
    let mut needed = compiled_in();
    assert!(needed.len() > 40, "{needed:?}");
    // Cargo wants all that its file names to be there, whatever is built.
    let cargo = table("Cargo.toml");
    for (kind, folder) in [("test", "tests"), ("bench", "benches")] {
        for target in cargo[kind].as_array().expect("a list of targets") {
            let name = target["name"].as_str().expect("a name");
            let inferred = format!("{folder}/{name}.rs");
            needed.push(
                target.get("path").and_then(|path| path.as_str()).unwrap_or(&inferred).into(),
            );
        }
    }
    needed.extend(["Cargo.toml", "Cargo.lock", "src/main.rs"].map(PathBuf::from));
    // What the recipe copies, and what it runs.
    for words in text("deploy/Dockerfile").lines().map(|line| line.split(' ').collect::<Vec<_>>()) {
        match words[..] {
            ["COPY", "config", _] => {
                needed.extend(["config/sluss.toml", "config/recipients"].map(PathBuf::from));
            }
            ["COPY", path, _] if path != "." && !path.starts_with("--") => needed.push(path.into()),
            ["RUN", path, ..] if path.contains('/') => needed.push(path.into()),
            _ => {}
        }
    }
    needed.retain(|path| !is_given(path) || !root().join(path).exists());
    missing.extend(needed.iter().map(|path| path.display().to_string()));
    none(&missing, "an image is built from what .dockerignore lets in; all of it is there");
    for kept_out in ["config/secrets", "state", "target", ".git"] {
        assert!(!is_given(Path::new(kept_out)), "{kept_out}");
    }
}

#[test]
fn the_recipe_of_the_image_names_what_there_is() {
    let recipe = text("deploy/Dockerfile");
    let bases: Vec<&str> = recipe.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let debian = bases.last().and_then(|base| base.strip_prefix("debian:")).expect("a Debian");
    let version = table("Cargo.toml")["package"]["rust-version"].clone();
    let version = version.as_str().expect("a version");
    // Built on a newer Debian, the program would ask for a newer C library than there is.
    let builder = debian.strip_suffix("-slim").expect("a small one");
    assert_eq!(bases[0], format!("rust:{version}-slim-{builder} AS build"));

    let settings = table("config/sluss.toml");
    let named: Vec<&str> =
        recipe.split([' ', '\n']).filter_map(|word| word.strip_prefix("SLUSS__")).collect();
    assert!(!named.is_empty());
    let unknown: Vec<String> = named
        .iter()
        .filter_map(|word| word.split('=').next())
        .filter(|key| {
            let key = key.to_lowercase();
            let (section, key) = key.split_once("__").unwrap_or_default();
            settings.get(section).and_then(|section| section.get(key)).is_none()
        })
        .map(str::to_owned)
        .collect();
    none(&unknown, "what the recipe sets is a key of config/sluss.toml");
}
