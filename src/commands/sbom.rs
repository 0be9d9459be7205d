//! `sluss sbom`: what this program is made of, as CycloneDX 1.5, from the lock file that it was built
//! with. Crates that tests alone need are left out; those of other systems are in it, as they are locked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Failure, Output};

const LOCK: &str = include_str!("../../Cargo.lock");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// A crate that the lock file pins: its name and version, its checksum, and what it is built with.
struct Locked<'l> {
    version: &'l str,
    checksum: Option<&'l str>,
    dependencies: Vec<&'l str>,
}

pub(super) fn print(output: &Output) -> Result<(), Failure> {
    let unreadable = |_| Failure::Log("the lock file in this program cannot be read".to_owned());
    let lock: toml::Table = LOCK.parse().map_err(unreadable)?;
    let manifest: toml::Table = MANIFEST.parse().map_err(unreadable)?;
    let bom = bom(&lock, &manifest);
    output.both(&format!("{bom:#}"), &bom);
    Ok(())
}

fn bom(lock: &toml::Table, manifest: &toml::Table) -> Value {
    let locked = locked(lock);
    let direct = manifest.get("dependencies").and_then(toml::Value::as_table);
    let direct = direct.into_iter().flat_map(toml::Table::keys).map(String::as_str);
    let ours: BTreeSet<_> = direct.filter_map(|name| find(&locked, name)).collect();
    let mut needed = ours.clone();
    let mut next: Vec<_> = ours.iter().copied().collect();
    while let Some(one) = next.pop() {
        for name in &locked[&one].dependencies {
            next.extend(find(&locked, name).filter(|found| needed.insert(*found)));
        }
    }
    let components: Vec<Value> = needed.iter().map(|one| component(*one, &locked[one])).collect();
    let own = format!("pkg:cargo/sluss@{}", env!("CARGO_PKG_VERSION"));
    let mut depends = vec![graph(&own, &locked, ours.iter().copied())];
    depends.extend(needed.iter().map(|one| {
        let names = locked[one].dependencies.iter().filter_map(|name| find(&locked, name));
        graph(&purl(*one), &locked, names)
    }));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": own,
            "name": "sluss",
            "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{ "license": { "id": "Apache-2.0" } }],
            "purl": own,
        } },
        "components": components,
        "dependencies": depends,
    })
}

/// A crate's name and version: there may be several of one name.
type Key<'l> = (&'l str, &'l str);

fn locked(lock: &toml::Table) -> BTreeMap<Key<'_>, Locked<'_>> {
    let packages = lock.get("package").and_then(toml::Value::as_array);
    packages
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table)
        .filter_map(|package| {
            let name = package.get("name")?.as_str()?;
            let version = package.get("version")?.as_str()?;
            let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
            let dependencies = dependencies.into_iter().flatten().filter_map(toml::Value::as_str);
            let checksum = package.get("checksum").and_then(toml::Value::as_str);
            let one = Locked { version, checksum, dependencies: dependencies.collect() };
            Some(((name, version), one))
        })
        .collect()
}

/// What a line of the lock file means: a name, and a version where there are several.
fn find<'l>(locked: &BTreeMap<Key<'l>, Locked<'l>>, line: &str) -> Option<Key<'l>> {
    let mut words = line.split(' ');
    let (name, version) = (words.next()?, words.next());
    let fits = |key: &&Key<'l>| key.0 == name && version.is_none_or(|version| key.1 == version);
    locked.keys().find(fits).copied()
}

fn purl((name, version): Key<'_>) -> String {
    format!("pkg:cargo/{name}@{version}")
}

fn component(key: Key<'_>, locked: &Locked<'_>) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(key),
        "name": key.0,
        "version": locked.version,
        "purl": purl(key),
    });
    if let Some(checksum) = locked.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn graph<'l>(
    of: &str,
    locked: &BTreeMap<Key<'l>, Locked<'l>>,
    on: impl Iterator<Item = Key<'l>>,
) -> Value {
    let on: BTreeSet<String> = on.filter(|key| locked.contains_key(key)).map(purl).collect();
    json!({ "ref": of, "dependsOn": on })
}
